"""One process, measured from outside."""
import dataclasses
import json
import os
import signal
import subprocess
import tempfile
import time

# Cores kept busy by other processes, below which the machine counts as quiet.
QUIET = 0.2


@dataclasses.dataclass
class Outcome:
    """What a process printed and cost. Its peak of memory is the kernel's, which counts no less than the 15 MiB or so of
    this interpreter, as which every child begins."""

    lines: list
    failure: str | None
    seconds: float
    peak_memory_mib: float
    other_cores_busy: float

    def measured(self):
        """What every result says of the process that it comes from."""
        about = {"other_cores_busy": round(self.other_cores_busy, 2)}
        return {**about, "failure": self.failure} if self.failure else about


def busy_seconds():
    """CPU seconds that the whole machine has spent on anything but idling."""
    with open("/proc/stat") as stat:
        ticks = [int(field) for field in stat.readline().split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def wait_for_quiet(longest):
    """Waits until other processes leave the machine alone, or for so many seconds. A core that is taken away stops
    OpenMP's threads at every barrier, so load would make PyTorch look slower than it is."""
    deadline = time.monotonic() + longest
    while time.monotonic() < deadline:
        busy, began = busy_seconds(), time.monotonic()
        time.sleep(0.5)
        if (busy_seconds() - busy) / (time.monotonic() - began) < QUIET:
            return


def run(command, environment):
    """Runs a command to its end. Lines of its stdout that are JSON objects are its results."""
    with tempfile.TemporaryFile("w+") as errors:
        busy, began = busy_seconds(), time.monotonic()
        child = subprocess.Popen(
            [str(part) for part in command], env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            printed = child.stdout.read()
        except BaseException:
            child.kill()
            child.wait()
            raise
        # wait4, because the memory and CPU time of this one child are wanted.
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        child.stdout.close()
        seconds = time.monotonic() - began
        others = busy_seconds() - busy - usage.ru_utime - usage.ru_stime
        errors.seek(0)
        failure = failure_of(child.returncode, errors.read())
    return Outcome(
        lines=[] if failure else [json.loads(line) for line in printed.splitlines() if line.startswith("{")],
        failure=failure,
        seconds=seconds,
        peak_memory_mib=round(usage.ru_maxrss / 1024, 1),
        other_cores_busy=max(0.0, others) / seconds,
    )


def failure_of(code, errors):
    """Why a process failed, in one line; nothing if it did not."""
    if code == 0:
        return None
    if code == -9:
        return "killed, most likely for memory"
    said = [line for line in errors.splitlines() if line.strip() and not line.startswith(("hint:", "note:"))]
    if code < 0:
        return f"ended by {signal.Signals(-code).name}"
    return said[-1].strip() if said else f"exit code {code}"

"""A process with a time limit, whose lines are kept also where it fails, and the memory of the card meanwhile."""
import dataclasses
import json
import os
import pathlib
import pty
import signal
import subprocess
import tempfile
import threading
import time

from paired.process import failure_of

# The variable by which a job's processes are known.
MARK = "AEVB_BENCH_JOB"
# Seconds for which what a process printed is waited for, and what nvidia-smi prints first.
GRACE, FIRST = 2, 5


@dataclasses.dataclass
class Watched:
    """What a process printed before it ended, and of that the lines that are JSON objects, each with its time."""

    text: str
    lines: list
    times: list
    began: float
    seconds: float
    failure: str | None


def run(command, environment, limit):
    """Runs a command for so many seconds at most, then ends it and all that it started."""
    text, lines, times, began = [], [], [], time.monotonic()
    mark = f"{os.getpid()}-{began}"
    environment = {**(os.environ if environment is None else environment), MARK: mark}

    def read(pipe):
        for line in pipe:
            text.append(line)
            if line.startswith("{"):
                try:
                    said = json.loads(line)
                except json.JSONDecodeError:
                    continue  # cut off in the middle of a line
                lines.append(said)
                times.append(time.monotonic())

    with tempfile.TemporaryFile("w+", errors="replace") as errors:
        try:
            child = subprocess.Popen(
                [str(part) for part in command], env=environment, stdout=subprocess.PIPE, stderr=errors,
                stdin=subprocess.DEVNULL, text=True, errors="replace", start_new_session=True)
        except OSError as error:
            return Watched("", [], [], began, 0.0, f"{command[0]}: {error.strerror}")
        reader = threading.Thread(target=read, args=(child.stdout,), daemon=True)
        reader.start()
        failure = None
        try:
            child.wait(limit)
        except subprocess.TimeoutExpired:
            failure = f"not done after {limit:.0f} s"
        finally:
            seconds = time.monotonic() - began
            end_all(child.pid, f"{MARK}={mark}")
            child.wait()
        reader.join(GRACE)
        if not reader.is_alive():
            # While it reads, closing would wait for whoever still holds the pipe.
            child.stdout.close()
        errors.seek(0)
        failure = failure or failure_of(child.returncode, errors.read())
    count = len(times)
    return Watched("".join(text), lines[:count], times[:count], began, seconds, failure)


def end_all(group, mark):
    """Ends a group of processes, because torch.compile and drivers start some of their own, and those that left the
    group: they have the mark in their environment."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (process / "environ").read_bytes().split(b"\0"):
                os.kill(int(process.name), signal.SIGKILL)
        except OSError:
            continue  # ended by itself, or someone else's


class CardMemory:
    """The memory in use on the card, asked of nvidia-smi ten times a second; None where there is none."""

    def __init__(self, nvidia_smi):
        self.seen, self.child, self.sees = [], None, threading.Event()
        if nvidia_smi is None:
            return
        query = ["--query-gpu=memory.used", "--format=csv,noheader,nounits", "--loop-ms=100", "--id=0"]
        # To a terminal each line goes at once; into a pipe programs may hold back seconds of them.
        try:
            reading, writing = pty.openpty()
        except OSError:
            reading, writing = os.pipe()
        self.child = subprocess.Popen(
            [nvidia_smi, *query], stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.DEVNULL)
        os.close(writing)
        self.reader = threading.Thread(target=self.read, args=(reading,), daemon=True)
        self.reader.start()
        # What is in use before the first job can be told only now.
        self.sees.wait(FIRST)

    def read(self, reading):
        """Takes note of what nvidia-smi prints until it ends, which a terminal calls an error."""
        with open(reading, encoding="ascii", errors="replace") as lines:
            try:
                for line in lines:
                    if line.strip().isdecimal():
                        self.seen.append((time.monotonic(), int(line)))
                        self.sees.set()
            except OSError:
                pass

    def peaks(self, watched):
        """For each line of a process the most MiB in use between the line before and this one, less what was in use
        without it: the least from just before it began, when another may not have been gone yet, to its last line."""
        before = [used for at, used in self.seen if at <= watched.began][-1:]
        if not before or not watched.times:
            return [None] * len(watched.times)
        least = min(before + [used for at, used in self.seen if watched.began < at <= watched.times[-1]])
        starts = [watched.began, *watched.times[:-1]]
        between = [[used for at, used in self.seen if start < at <= end] for start, end in zip(starts, watched.times)]
        return [max(used) - least if used else None for used in between]

    def peak(self, watched):
        """The same for the whole of a process."""
        end = watched.began + watched.seconds
        return self.peaks(dataclasses.replace(watched, times=[end]))[0]

    def close(self):
        """Ends nvidia-smi."""
        if self.child:
            self.child.kill()
            self.child.wait()
            self.reader.join(GRACE)

"""A process with a time limit, whose lines are kept also where it fails, and the memory of the card meanwhile."""
import dataclasses
import json
import os
import signal
import subprocess
import tempfile
import threading
import time

from paired.process import failure_of


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

    def read(pipe):
        for line in pipe:
            text.append(line)
            if line.startswith("{"):
                try:
                    lines.append(json.loads(line))
                except json.JSONDecodeError:
                    continue  # cut off in the middle of a line
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
            # The group, because torch.compile and drivers start processes of their own.
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            child.wait()
        reader.join(5)
        child.stdout.close()
        seconds = time.monotonic() - began
        errors.seek(0)
        failure = failure or failure_of(child.returncode, errors.read())
    return Watched("".join(text), lines, times, began, seconds, failure)


class CardMemory:
    """The memory in use on the card, asked of nvidia-smi ten times a second; None where there is none."""

    def __init__(self, nvidia_smi):
        self.seen, self.child = [], None
        if nvidia_smi is None:
            return
        query = ["--query-gpu=memory.used", "--format=csv,noheader,nounits", "--loop-ms=100", "--id=0"]
        self.child = subprocess.Popen(
            [nvidia_smi, *query], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        """Takes note of what nvidia-smi prints until it ends."""
        for line in self.child.stdout:
            if line.strip().isdecimal():
                self.seen.append((time.monotonic(), int(line)))

    def peaks(self, watched):
        """For each line of a process the most MiB in use between the line before and this one, less what was in use when
        the process began."""
        at_start = [used for at, used in self.seen if at <= watched.began][-1:]
        if not at_start:
            return [None] * len(watched.times)
        starts = [watched.began, *watched.times[:-1]]
        between = [[used for at, used in self.seen if start < at <= end] for start, end in zip(starts, watched.times)]
        return [max(0, max(used) - at_start[0]) if used else None for used in between]

    def peak(self, watched):
        """The same for the whole of a process."""
        end = watched.began + watched.seconds
        return self.peaks(dataclasses.replace(watched, times=[end]))[0]

    def close(self):
        """Ends nvidia-smi."""
        if self.child:
            self.child.kill()
            self.child.wait()

"""What all peers report alike: times, memory, versions, one JSON line a result. Linux only, as bench/ is."""
import argparse
import importlib.metadata
import json
import os
import platform
import re
import statistics
import sys
import time
import warnings

# Libraries' notices about their own interfaces say nothing about a measurement, and stderr is for failures.
warnings.filterwarnings("ignore")


def seconds_since_start():
    """Seconds since the kernel made this process, interpreter and imports included, to 0.01 s."""
    with open("/proc/self/stat") as stat, open("/proc/uptime") as uptime:
        # The name of the process is in parentheses and may hold spaces; its start is the 22nd field.
        ticks = float(stat.read().rpartition(")")[2].split()[19])
        return float(uptime.read().split()[0]) - ticks / os.sysconf("SC_CLK_TCK")


def kibibytes(path, name):
    """A field of /proc/self/status or /proc/meminfo."""
    with open(path) as file:
        return int(re.search(rf"^{name}:\s*(\d+) kB", file.read(), re.MULTILINE)[1])


def peak_memory_mib():
    """The most memory that this process has held at once; aevb reads the same field."""
    return round(kibibytes("/proc/self/status", "VmHWM") / 1024, 1)


def require_memory(needed_bytes, what):
    """Ends the process with a message where the machine cannot hold `what`, before the kernel ends it without one."""
    available = kibibytes("/proc/meminfo", "MemAvailable") * 1024
    if needed_bytes > available:
        sys.exit(f"{what} needs {needed_bytes / 2**30:.1f} GiB of memory, {available / 2**30:.1f} GiB are available")


def milliseconds(seconds):
    """Median and range of wall times."""
    values = sorted(1e3 * value for value in seconds)
    return {
        "median": round(statistics.median(values), 4),
        "lowest": round(values[0], 4),
        "highest": round(values[-1], 4),
        "count": len(values),
    }


def report(**result):
    """Prints a result as one JSON line, with the versions of what was loaded."""
    versions = {"python": platform.python_version()}
    for package in ("torch", "torch_geometric", "numpy", "scipy"):
        if package in sys.modules:
            # With what it was built for, such as +cpu or +cu132, where the package says so.
            known = importlib.metadata.version(package)
            versions[package] = str(getattr(sys.modules[package], "__version__", known))
    print(json.dumps({**result, "versions": versions}), flush=True)


def device_argument(parser):
    """Where a peer computes."""
    parser.add_argument("--device", default="cpu", help="of PyTorch: cpu, or cuda")


def synchronize(device):
    """Waits until a GPU has done what it was given; the CPU has done it already."""
    if str(device).startswith("cuda"):
        sys.modules["torch"].cuda.synchronize()


def device_memory(device):
    """What PyTorch held of a GPU's memory at most, to be reported beside a result."""
    if not str(device).startswith("cuda"):
        return {}
    return {"device_memory_by_torch_mib": round(sys.modules["torch"].cuda.max_memory_reserved() / 2**20)}


def wall_times(function, repeats, least_seconds, device="cpu"):
    """Seconds of at least so many calls and so long a time."""
    seconds, began = [], time.perf_counter()
    while len(seconds) < repeats or time.perf_counter() - began < least_seconds:
        start = time.perf_counter()
        function()
        synchronize(device)
        seconds.append(time.perf_counter() - start)
    return seconds


def training_arguments(description, needs_split=True):
    """The arguments that every peer which trains takes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--dataset", choices=["cora", "citeseer", "pubmed"], default="cora")
    parser.add_argument("--split", required=needs_split, help="the split.json of a run of aevb")
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--warm-up", type=int, default=5, help="first epochs that the times leave out")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    return parser


class EpochTimes:
    """Wall times of epochs, and when the first of them ended."""

    def __init__(self, warm_up):
        self.warm_up, self.seconds, self.first_ended = warm_up, [], None

    def add(self, seconds):
        """Takes the wall time of an epoch that has just ended."""
        self.seconds.append(seconds)
        if self.first_ended is None:
            self.first_ended = round(seconds_since_start(), 2)

    def summary(self):
        """Call it when the last epoch has ended: what comes later must not count as memory of training."""
        steady = self.seconds[self.warm_up:] or self.seconds[-1:]
        return {
            "milliseconds": milliseconds(steady),
            "first_milliseconds": round(1e3 * self.seconds[0], 3),
            "seconds_to_first_epoch": self.first_ended,
            "peak_memory_mib": peak_memory_mib(),
        }

"""What holds for a whole run of the benchmark, and how its processes are started."""
import dataclasses
import os
import pathlib
import subprocess
import sys

from . import process


# More than any section has.
ALL_CASES = 1000


@dataclasses.dataclass
class Session:
    """The two sides, and how long they run."""

    root: pathlib.Path
    aevb: pathlib.Path
    data: pathlib.Path
    rounds: int
    threads: int
    epochs: int
    wait: int
    cases: int
    quick: bool

    @classmethod
    def from_environment(cls, root, quick):
        """Reads the variables that bench/run.sh names."""
        target = os.environ.get("CARGO_TARGET_DIR", root / "target")
        return cls(
            root=root,
            aevb=pathlib.Path(os.environ.get("AEVB", pathlib.Path(target, "release", "aevb"))).absolute(),
            data=pathlib.Path(os.environ.get("AEVB_DATA", root / "datasets")).absolute(),
            rounds=number("ROUNDS", 1 if quick else 3),
            threads=number("THREADS", 2),
            epochs=number("EPOCHS", 10 if quick else 200),
            wait=number("WAIT", 60, least=0),
            cases=number("CASES", ALL_CASES),
            quick=quick,
        )

    def is_partial(self, section):
        """Whether what it measures of a section is no whole table."""
        return self.quick or (section == "vae" and self.cases < ALL_CASES)

    def environment(self):
        """Both sides see the same data and may use as many threads."""
        threads = {name: str(self.threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
        return {**os.environ, "AEVB_DATA": str(self.data), **threads}

    def run_aevb(self, *arguments):
        """Runs our side on as many threads of the CPU as the peers."""
        common = ["--device", "flex", "--threads", self.threads]
        return self.run([self.aevb, *arguments, *common])

    def run_peer(self, script, *arguments):
        """Runs a script of bench/peers."""
        path = self.root / "bench" / "peers" / script
        return self.run([sys.executable, path, *arguments, "--threads", self.threads])

    def run(self, command):
        """Runs a command once the machine is quiet; a quick session does not wait for that."""
        if not self.quick:
            process.wait_for_quiet(self.wait)
        return process.run(command, self.environment())

    def description(self):
        """What the results should say of it."""
        version = output([self.aevb, "--version"])
        commit = output(["git", "-C", self.root, "rev-parse", "--short", "HEAD"])
        if commit and output(["git", "-C", self.root, "status", "--porcelain", "--", "crates", "Cargo.lock"]):
            commit += " with changes"
        return {"rounds": self.rounds, "threads": self.threads, "aevb": version, "commit": commit}


def output(command):
    """What a command prints, or nothing where it cannot be run."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def number(name, default, least=1):
    """A whole number from the environment."""
    text = os.environ.get(name, str(default))
    if not text.isdecimal() or int(text) < least:
        sys.exit(f"error: {name}={text!r}: a whole number from {least} on is needed")
    return int(text)

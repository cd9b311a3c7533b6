"""Says what is missing before anything is measured."""
import importlib.util
import os
import subprocess
import sys


def check(session, sections):
    """Ends with a message that names all that the sections lack, and what to do about it."""
    missing = list(dict.fromkeys(
        message for section in sections for need in section.NEEDS if (message := NEEDS[need](session))))
    if not sys.platform.startswith("linux"):
        missing.insert(0, "Linux: times and memory are read from /proc")
    if missing:
        sys.exit("error: the benchmark lacks\n" + "\n".join(f"  - {message}" for message in missing))


def aevb(session):
    if not os.access(session.aevb, os.X_OK):
        return f"the program {session.aevb}: run `cargo build --release --workspace`, or set AEVB to one"


def aevb_bench(session):
    if aevb(session):
        return aevb(session)
    asked = subprocess.run([session.aevb, "bench", "--help"], capture_output=True, check=False)
    if asked.returncode != 0:
        return f"the command `bench` of {session.aevb}, which is older than this folder: build it again"


def peers(_session):
    names = {"numpy": "numpy", "scipy": "scipy", "sklearn": "scikit-learn", "torch": "torch",
             "torch_geometric": "torch_geometric"}
    absent = [package for module, package in names.items() if importlib.util.find_spec(module) is None]
    if absent:
        return (f"{', '.join(absent)} for {sys.executable}: run `python3 -m venv VENV && VENV/bin/pip install -r "
                "bench/requirements.txt`, then start with PYTHON=VENV/bin/python")


def torch(_session):
    absent = [name for name in ("numpy", "scipy", "torch") if importlib.util.find_spec(name) is None]
    if absent:
        return f"{', '.join(absent)} for {sys.executable}: install bench/requirements.txt, as for the other peers"


def images(name, files):
    def check_files(session):
        if not all((session.data / file).is_file() for file in files):
            return f"{name} in {session.data}: run `aevb data fetch {name}`, or set AEVB_DATA"
    return check_files


def planetoid(name):
    def check_files(session):
        parts = ("allx", "tx", "graph", "test.index")
        if not all((session.data / "planetoid" / f"ind.{name}.{part}").is_file() for part in parts):
            fetched = "cora-planetoid" if name == "cora" else name
            return f"{name} in {session.data}: run `aevb data fetch {fetched}`, or set AEVB_DATA"
    return check_files


NEEDS = {"aevb": aevb, "aevb bench": aevb_bench, "peers": peers, "torch": torch,
         "mnist": images("mnist", ["mnist/train-images-idx3-ubyte.gz", "mnist/t10k-images-idx3-ubyte.gz"]),
         "frey": images("frey", ["freyface/frey_rawface.mat"]),
         **{name: planetoid(name) for name in ("cora", "citeseer", "pubmed")}}

"""Runs aevb and its peers in turn and writes the tables of BENCHMARKS.md. Start it as bench/run.sh.

Variables: PYTHON (an interpreter with bench/requirements.txt), AEVB (the program, target/release/aevb here by default),
AEVB_DATA (the folder of the data sets, datasets by default), ROUNDS (3), THREADS (2), EPOCHS (200), WAIT (60: the
longest wait for a quiet machine before each process, in seconds), CASES (of the section vae, so many from the first; the
table is printed and not written).
"""
import argparse
import pathlib
import signal
import sys
import tempfile

from on_gpu import table as gpu_table
from paired import machine, requirements, results, scaling, spmm, startup, vae, vgae
from paired.session import Session

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECTIONS = {"vgae": vgae, "vae": vae, "startup": startup, "spmm": spmm, "scaling": scaling}
# Measured by bench/gpu.sh; its table is made here.
GPU = "gpu"


def arguments():
    parser = argparse.ArgumentParser(
        prog="bench/run.sh", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"any of {', '.join(SECTIONS)}; all by default")
    parser.add_argument("--table", action="store_true", help="make the tables again from bench/results/, run nothing")
    parser.add_argument("--quick", action="store_true",
                        help="one round of few epochs on the smallest inputs, to see that all runs; writes no file")
    parser.add_argument("--results", type=pathlib.Path, default=ROOT / "bench" / "results",
                        help="the folder of the results")
    parser.add_argument("--document", type=pathlib.Path, default=ROOT / "BENCHMARKS.md",
                        help="what the tables are put into")
    given = parser.parse_args()
    for section in given.sections:
        if section == GPU and not given.table:
            parser.error(f"{GPU} is measured by bench/gpu.sh; `bench/run.sh --table {GPU}` makes its table")
        if section not in [*SECTIONS, GPU]:
            parser.error(f"no section {section!r}: there are {', '.join([*SECTIONS, GPU])}")
    return given


def measure(name, session, folder):
    """Runs a section; its lines replace those of an earlier run only when all of them are there."""
    section = SECTIONS[name]
    print(f"{name}: rounds {session.rounds}, threads {session.threads}", file=sys.stderr)
    with results.replacing(folder / f"{name}.jsonl") as write:
        write({"kind": "session", "section": name, **session.description(), **machine.description()})
        for run in section.runs(session):
            write({"kind": "run", **run})
            print("  " + section.summary(run), file=sys.stderr)


def main():
    given = arguments()
    names = given.sections or [*SECTIONS, *([GPU] if given.table else [])]
    session = Session.from_environment(ROOT, given.quick)
    kept = given.results
    if not given.table:
        requirements.check(session, [SECTIONS[name] for name in names])
    for name in names:
        if not given.table and session.is_partial(name):
            with tempfile.TemporaryDirectory() as folder:
                measure(name, session, pathlib.Path(folder))
                print(f"## {name}\n\n{table(name, pathlib.Path(folder))}\n")
            continue
        if not given.table:
            measure(name, session, kept)
        text = table(name, kept)
        if text is None:
            print(f"{name}: nothing in {kept} yet, its table stays as it is", file=sys.stderr)
            continue
        results.put_between_markers(given.document, name, text)
        print(f"{given.document.name}: table of {name}", file=sys.stderr)


def table(name, folder):
    """The table of a section with the line below it, or nothing where it has no results."""
    if name == GPU:
        return gpu_table.of_folder(folder)
    lines = results.read(folder / f"{name}.jsonl")
    return SECTIONS[name].table(lines[1:]) + "\n\n" + machine.footer(lines) if lines else None


if __name__ == "__main__":
    # Ends like an interrupt does, which takes the running process along.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("interrupted: the results of the unfinished section are in bench/results/*.partial")

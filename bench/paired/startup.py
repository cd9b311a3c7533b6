"""From the start of a process to the end of the first epoch, on Cora."""
import pathlib
import tempfile

from . import training
from .spread import markdown, spread

NEEDS = ["aevb", "peers", "cora"]
PEERS = ["tiles-gradient-only", "pyg"]


def runs(session):
    """Ours and a peer in turn; a round before the first fills the file cache and is left out."""
    with tempfile.TemporaryDirectory() as folder:
        run = pathlib.Path(folder, "run")
        training.train_ours(session, "cora", 1, 0, run)
        for round_ in range(session.rounds + 1):
            for peer in PEERS:
                ours = training.first_epoch_of_ours(session, "cora", 0)
                theirs = training.train_peer(session, peer, "cora", 1, 0, run / "split.json")
                if round_ > 0:
                    for result in (ours, theirs):
                        for name in ("auc", "ap", "milliseconds"):
                            result.pop(name, None)
                        yield {"round": round_, "against": peer, **result}


def summary(run):
    """A run in one line."""
    result = run.get("failure") or f"{run['seconds_to_first_epoch']:.3f} s"
    return f"round {run['round']}, {run['contender']}: {result}"


def table(results):
    """One row a contender."""
    done = [run for run in results if "failure" not in run]
    ours = {(run["round"], run["against"]): run for run in done if run["contender"] == "aevb"}
    rows = []
    for contender in ["aevb", *PEERS]:
        of_contender = [run for run in done if run["contender"] == contender]
        if not of_contender:
            failure = next(run["failure"] for run in results if run["contender"] == contender)
            rows.append([training.LABELS[contender], f"failed: {failure}", "–", "–"])
            continue
        pairs = [(run, ours.get((run["round"], contender))) for run in of_contender]
        rows.append([
            training.LABELS[contender],
            spread([run["seconds_to_first_epoch"] for run in of_contender]),
            spread([run["peak_memory_mib"] for run in of_contender]),
            spread([run["seconds_to_first_epoch"] / our["seconds_to_first_epoch"] for run, our in pairs if our]),
        ])
    return markdown(["Cora", "start to end of first epoch, s", "peak memory, MiB", "s, peer / aevb"], rows)

"""Training a VGAE on the citation graphs: time per epoch, memory, metrics."""
import pathlib
import tempfile

from . import training
from .spread import markdown, median, spread

NEEDS = ["aevb", "peers", "cora", "citeseer", "pubmed"]
PEERS = ["tiles-gradient-only", "tiles", "pyg", "dense"]


def runs(session):
    """In each round, our run and then a peer's, for each peer: A B A C A D. Seed and split change with the round."""
    for dataset in ["cora"] if session.quick else ["cora", "citeseer", "pubmed"]:
        for round_ in range(1, session.rounds + 1):
            yield {"round": round_, **training.first_epoch_of_ours(session, dataset, round_ - 1)}
            for peer in PEERS:
                with tempfile.TemporaryDirectory() as folder:
                    run = pathlib.Path(folder, "run")
                    about = {"round": round_, "against": peer}
                    yield {**about, **training.train_ours(session, dataset, session.epochs, round_ - 1, run)}
                    yield {**about, **training.train_peer(
                        session, peer, dataset, epochs(session, peer, dataset), round_ - 1, run / "split.json")}


def epochs(session, peer, dataset):
    """As many as ours, with two exceptions that the table shows."""
    if peer == "pyg":
        return 2 * session.epochs  # its recipe: 400 where the authors' is 200
    if (peer, dataset) == ("dense", "pubmed"):
        return min(session.epochs, 12)  # six seconds each; a median needs no more
    return session.epochs


def summary(run):
    """A run in one line."""
    result = run.get("failure") or f"{run['milliseconds']['median']:.2f} ms/epoch"
    return f"{run['dataset']}, round {run['round']}, {run['contender']}, {run['epochs']} epochs: {result}"


def table(results):
    """One block of rows a graph."""
    rows = []
    for dataset in dict.fromkeys(run["dataset"] for run in results):
        of_graph = [run for run in results if run["dataset"] == dataset]
        rows += [row(dataset, contender, of_graph) for contender in ["aevb", *PEERS]]
    return markdown(
        ["graph", "", "epochs", "ms per epoch", "start to end of first epoch, s", "peak memory, MiB",
         "test AUC / AP, %", "ms, peer / aevb"], rows, names=2)


def row(dataset, contender, results):
    """A contender on a graph. A run of one epoch tells the start alone, any other all but ours."""
    of_contender = [run for run in results if run["contender"] == contender]
    full = [run for run in of_contender if "against" in run]
    done = [run for run in full if "failure" not in run]
    cells = [dataset.capitalize(), training.LABELS[contender], str(full[0]["epochs"])]
    if not done:
        return cells + [f"failed: {full[0]['failure']}"] + ["–"] * 4
    starts = [run["seconds_to_first_epoch"] for run in of_contender if "seconds_to_first_epoch" in run]
    # Too few epochs tell nothing of what a model reaches.
    ours = max(run["epochs"] for run in results if run["contender"] == "aevb")
    metrics = " / ".join(f"{100 * mean_by_round(done, name):.2f}" for name in ("auc", "ap"))
    return cells + [
        spread([run["milliseconds"]["median"] for run in done]),
        spread(starts),
        spread([run["peak_memory_mib"] for run in done]),
        metrics if full[0]["epochs"] >= ours else "–",
        spread(ratios(done, results)),
    ]


def mean_by_round(runs_, name):
    """The mean over the rounds' seeds and splits; within a round, ours is always the same."""
    values = {run["round"]: run[name] for run in runs_}
    return sum(values.values()) / len(values)


def ratios(runs_, results):
    """A peer's time over that of our run just before it."""
    ours = {(run["round"], run["against"]): run["milliseconds"]["median"] for run in results
            if run["contender"] == "aevb" and "against" in run and "failure" not in run}
    pairs = [(run["milliseconds"]["median"], ours.get((run["round"], run["contender"]))) for run in runs_]
    return [peer / our for peer, our in pairs if our]

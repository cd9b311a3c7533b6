"""One training run of either side, as a result."""
import json
import pathlib
import statistics
import tempfile

# The first epochs, which times leave out on both sides.
WARM_UP = 5

PEERS = {
    "dense": ("PyTorch, dense as usually written", "vgae_torch.py", ["--likelihood", "dense"]),
    "tiles": ("PyTorch, hand-blocked tiles", "vgae_torch.py", ["--likelihood", "tiles"]),
    "tiles-gradient-only": (
        "PyTorch, tiles, gradient only", "vgae_torch.py", ["--likelihood", "tiles", "--gradient-only"]),
    "pyg": ("PyTorch Geometric, sampled negatives", "vgae_pyg.py", []),
}
LABELS = {"aevb": "aevb, all pairs", **{name: label for name, (label, _, _) in PEERS.items()}}


def train_ours(session, dataset, epochs, seed, folder):
    """`aevb train vgae-DATASET`; the run folder, with its split, is `folder`."""
    outcome = session.run_aevb(
        "train", f"vgae-{dataset}", "--seed", seed, "--set", f"train.epochs={epochs}", "--out", folder, "--quiet")
    result = {"contender": "aevb", "dataset": dataset, "epochs": epochs, **outcome.measured()}
    if outcome.failure:
        return result
    measured = json.loads(pathlib.Path(folder, "result.json").read_text())
    timing = pathlib.Path(folder, "timing.jsonl").read_text().splitlines()
    seconds = [json.loads(line)["seconds"] for line in timing]
    steady = [1e3 * value for value in seconds[WARM_UP:] or seconds[-1:]]
    return {
        **result,
        "milliseconds": {
            "median": round(statistics.median(steady), 4), "lowest": round(min(steady), 4),
            "highest": round(max(steady), 4), "count": len(steady),
        },
        "seconds_to_exit": round(outcome.seconds, 3),
        "peak_memory_mib": round(measured["peak_memory_bytes"] / 2**20, 1),
        "auc": measured["test"]["auc"],
        "ap": measured["test"]["ap"],
    }


def first_epoch_of_ours(session, dataset, seed):
    """A run of one epoch. Its time from start to exit, evaluation and files included, bounds the time to the end of the
    first epoch from above."""
    with tempfile.TemporaryDirectory() as folder:
        result = train_ours(session, dataset, 1, seed, pathlib.Path(folder, "run"))
    if "seconds_to_exit" in result:
        result["seconds_to_first_epoch"] = result.pop("seconds_to_exit")
    return result


def train_peer(session, peer, dataset, epochs, seed, split):
    """A peer on the same split; it says itself when its first epoch ended."""
    _, script, options = PEERS[peer]
    outcome = session.run_peer(
        script, *options, "--dataset", dataset, "--split", split, "--epochs", epochs, "--seed", seed,
        "--warm-up", WARM_UP)
    said = outcome.lines[0] if outcome.lines else {}
    kept = ("milliseconds", "seconds_to_first_epoch", "peak_memory_mib", "auc", "ap", "versions")
    return {
        "contender": peer, "dataset": dataset, "epochs": epochs, **outcome.measured(),
        **{name: said[name] for name in kept if name in said},
    }

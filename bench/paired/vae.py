"""Training the VAE on MNIST and Frey Face: time per step, memory, bounds, and the share of the machine's own matrix product."""
import json
import pathlib
import statistics
import tempfile

from .spread import markdown, median, significant, spread

NEEDS = ["aevb", "torch", "mnist", "frey"]
BATCH = 100
# Name, binarisation, latent dimensions.
CASES = [
    ("mnist", "grey", 20), ("mnist", "dynamic", 20),
    ("mnist", "grey", 2), ("mnist", "grey", 5), ("mnist", "grey", 10), ("mnist", "grey", 200),
    ("frey", "grey", 2), ("frey", "grey", 5), ("frey", "grey", 10), ("frey", "grey", 20),
]
# Pixels, hidden units, layers that put out pixels, training images, epochs of a run.
SHAPES = {"mnist": (784, 500, 1, 60_000, 3), "frey": (560, 200, 2, 1_565, 40)}
LABELS = {"aevb": "aevb", "torch": "PyTorch, fused Adam, tensors in memory"}


def runs(session):
    """In each round the machine's matrix product, then for each case our run and PyTorch's right after it."""
    cases = [CASES[0], CASES[-1]] if session.quick else CASES[:session.cases]
    for round_ in range(1, session.rounds + 1):
        product = session.run_peer("matmul_torch.py")
        yield {"contender": "product", "round": round_, **product.measured(), **(product.lines[0] if product.lines else {})}
        for case in cases:
            # A run of one epoch tells the start, with all that comes before and after it.
            for epochs in (1, 2 if session.quick else SHAPES[case[0]][-1]):
                for side in (ours, peer):
                    yield {"round": round_, **side(session, *case, epochs, round_ - 1)}


def ours(session, dataset, binarization, latent, epochs, seed):
    """`aevb train vae-DATASET`, evaluated once, at the end."""
    about = {"contender": "aevb", "dataset": dataset, "binarization": binarization, "latent": latent, "epochs": epochs}
    with tempfile.TemporaryDirectory() as parent:
        folder = pathlib.Path(parent, "run")
        outcome = session.run_aevb(
            "train", f"vae-{dataset}", "--seed", seed, "--set", f"train.epochs={epochs}", "--set", "train.evaluate_every=0",
            "--set", f"data.binarization={binarization}", "--set", f"model.latent={latent}", "--out", folder, "--quiet")
        if outcome.failure:
            return {**about, **outcome.measured()}
        result = json.loads((folder / "result.json").read_text())
        timing = [json.loads(line) for line in (folder / "timing.jsonl").read_text().splitlines()]
    return {
        **about, **outcome.measured(), **step(dataset, [line["seconds"] for line in timing if "seconds" in line]),
        "seconds_to_first_epoch": round(outcome.seconds, 3) if epochs == 1 else None,
        "peak_memory_mib": round(result["peak_memory_bytes"] / 2**20, 1),
        "bound": round(result["test"]["elbo"], 2),
        "installed_mib": round(session.aevb.stat().st_size / 2**20, 1),
    }


def peer(session, dataset, binarization, latent, epochs, seed):
    """The twin in PyTorch, on its own draws."""
    outcome = session.run_peer(
        "vae_torch.py", "--data", session.data, "--dataset", dataset, "--binarization", binarization, "--latent", latent,
        "--epochs", epochs, "--evaluate-every", epochs, "--seed", seed, "--draws", "torch", "--fused")
    about = {"contender": "torch", "dataset": dataset, "binarization": binarization, "latent": latent, "epochs": epochs}
    if not outcome.lines:
        return {**about, **outcome.measured(), "failure": outcome.failure or "printed no result"}
    said = outcome.lines[0]
    return {
        **about, **outcome.measured(), **step(dataset, said["epoch_seconds"]),
        "seconds_to_first_epoch": said["seconds_to_first_epoch"] if epochs == 1 else None,
        "peak_memory_mib": said["peak_memory_mib"],
        "bound": said["test_bound"][str(epochs)],
        "installed_mib": said["installed_mib"],
        "versions": said["versions"],
    }


def steps(dataset):
    """The steps of an epoch, the last of which may have fewer images."""
    return -(-SHAPES[dataset][3] // BATCH)


def images(dataset):
    """The images of a step, on average."""
    return SHAPES[dataset][3] / steps(dataset)


def step(dataset, epoch_seconds):
    """The milliseconds of a step, the first epoch left out where there are others."""
    return {"milliseconds": round(1e3 * statistics.median(epoch_seconds[1:] or epoch_seconds) / steps(dataset), 4)}


def work(dataset, latent):
    """Floating-point operations of a step's matrix products: each layer's own, its weight's gradient and, but for the
    first layer, its input's."""
    pixels, hidden, outputs, _, _ = SHAPES[dataset]
    products = 2 * pixels * hidden + 3 * (hidden * 2 * latent + latent * hidden + hidden * outputs * pixels)
    return 2 * images(dataset) * products


def summary(run):
    """A run in one line."""
    if run["contender"] == "product":
        return run.get("failure") or f"matrix product: {run['gigaflops']} GFLOP/s"
    result = run.get("failure") or f"{run['milliseconds']:.3f} ms a step"
    what = f"{run['dataset']} {run['binarization']} {run['latent']}"
    return f"{what}, round {run['round']}, {run['contender']}, {run['epochs']} epochs: {result}"


def table(results):
    """Two rows a case, and the sizes below."""
    products = [run["gigaflops"] for run in results if "gigaflops" in run]
    product = median(products) if products else None
    trained = [run for run in results if run["contender"] != "product"]
    rows = []
    for case in dict.fromkeys((run["dataset"], run["binarization"], run["latent"]) for run in trained):
        of_case = [run for run in trained if (run["dataset"], run["binarization"], run["latent"]) == case]
        rows += [row(case, contender, of_case, product) for contender in LABELS]
    text = markdown(
        ["data", "latent", "", "epochs", "ms per step", "images per second", "of the matrix product's speed, %",
         "start to end of first epoch, s", "peak memory, MiB", "test bound, nats", "ms, PyTorch / aevb"], rows, names=3)
    sizes = {run["contender"]: run["installed_mib"] for run in trained if "installed_mib" in run}
    if product:
        text += (f"\n\nA product of 2048 by 2048 matrices by PyTorch runs at {spread(products)} GFLOP/s here, the best of 30 "
                 "in a process of each round.")
    if len(sizes) == 2:
        text += f" Installed, aevb takes {significant(sizes['aevb'])} MiB and PyTorch {significant(sizes['torch'])}."
    return text


def row(case, contender, results, product):
    """A contender on a case."""
    dataset, binarization, latent = case
    of_contender = [run for run in results if run["contender"] == contender]
    longest = max(run["epochs"] for run in of_contender)
    cells = [f"{dataset}, {binarization}", str(latent), LABELS[contender], str(longest)]
    failed = [run["failure"] for run in of_contender if "failure" in run]
    if failed:
        return cells + [f"failed: {failed[0]}"] + ["–"] * 6
    full = [run for run in of_contender if run["epochs"] == longest]
    times = [run["milliseconds"] for run in full]
    share = 100 * work(dataset, latent) / (1e-3 * median(times)) / (1e9 * product) if product else None
    return cells + [
        spread(times),
        significant(1e3 * images(dataset) / median(times)),
        significant(share) if share else "–",
        spread([run["seconds_to_first_epoch"] for run in of_contender if run["seconds_to_first_epoch"]]),
        spread([run["peak_memory_mib"] for run in full]),
        bounds([run["bound"] for run in full]),
        spread(ratios(results, longest)) if contender == "torch" else "–",
    ]


def bounds(values):
    """Median (lowest to highest) of numbers with signs."""
    middle = f"{median(values):.2f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.2f} to {max(values):.2f})"


def ratios(results, epochs):
    """PyTorch's time over ours of the same round."""
    times = {(run["contender"], run["round"]): run["milliseconds"] for run in results
             if run["epochs"] == epochs and "failure" not in run}
    return [time / times["aevb", round_] for (contender, round_), time in times.items()
            if contender == "torch" and ("aevb", round_) in times]

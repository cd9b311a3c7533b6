"""What is measured, in the order of its worth: one process a job, each with a time limit of its own."""
import dataclasses
import json
import pathlib
import statistics
import sys
from collections.abc import Callable

from paired.training import WARM_UP

LABELS = {
    "wgsl": "aevb, WGSL", "spirv": "aevb, SPIR-V and autotune", "flex": "aevb, the CPU",
    "dense": "PyTorch, dense", "dense-compiled": "PyTorch, dense, torch.compile", "tiles": "PyTorch, tiles",
    "tiles-gradient-only": "PyTorch, tiles, gradient only", "fused": "PyTorch, fused Adam",
    "fused-compiled": "PyTorch, fused Adam, torch.compile", "csr": "PyTorch, CSR, Aᵀ kept by hand",
    "gather": "PyTorch, gather / scatter", "torch": "PyTorch",
}


@dataclasses.dataclass
class Job:
    """A process. `read` makes results of its lines, or of what it leaves behind."""

    part: str
    contender: str
    command: list
    limit: float
    about: dict = dataclasses.field(default_factory=dict)
    read: Callable | None = None

    def named(self):
        """The job in a few words."""
        return " ".join([self.part, *(str(value) for value in self.about.values()), self.contender])


@dataclasses.dataclass
class Setup:
    """What the jobs are made of. `programs` has a program and a device by contender, the GPU's first."""

    programs: dict
    torch_device: str | None
    peers: pathlib.Path
    data: pathlib.Path
    runs: pathlib.Path
    threads: int
    sizes: object
    is_dry: bool

    def on_gpu(self):
        """The programs that compute on the GPU; a dry run takes the CPU's along everywhere."""
        return [name for name in self.programs if self.is_dry or name != "flex"]


def every(setup):
    """All jobs, with the most worth first."""
    for part in (checks, ceilings, epochs, steps, vae_steps, whole_runs, spmm, pairwise,
                 torch_epochs, torch_vae, torch_steps, torch_spmm, torch_pairwise, wider_epochs, torch_compiled):
        yield from part(setup)


def aevb(setup, contender, *arguments):
    """A command of one of our programs."""
    program, device = setup.programs[contender]
    return [program, *arguments, "--device", device]


def torch(setup, script, *arguments):
    """A command of a peer; where PyTorch cannot be used there is none."""
    return [sys.executable, setup.peers / script, *arguments, "--threads", setup.threads, "--device", setup.torch_device]


def bench(setup, contender, kernel, *arguments):
    """A command of `aevb bench`."""
    return aevb(setup, contender, "bench", kernel, *arguments, "--seconds", setup.sizes.seconds, "--json")


def latents(setup):
    """As `aevb bench` takes them."""
    return ",".join(str(latent) for latent in setup.sizes.latents)


def checks(setup):
    """Whether every kernel is right."""
    def read(watched):
        for device in json.loads(watched.text or "[]"):
            wrong = [check["operation"] for check in device["checks"] if not check["passed"]]
            yield {"kernels": len(device["checks"]), "wrong": wrong, "device": device["description"]}

    for contender in setup.on_gpu():
        yield Job("check", contender, aevb(setup, contender, "devices", "--check", "--json"), 45, read=read)


def ceilings(setup):
    """What the card can do at most, by PyTorch's copy and matrix product."""
    if setup.torch_device:
        yield Job("ceilings", "torch", torch(setup, "matmul_torch.py"), 40)


def epochs(setup):
    """Epochs on the graphs that are read, the CPU's beside the GPU's."""
    for graph in setup.sizes.graphs:
        for contender in setup.programs:
            yield training(setup, "epochs", contender, f"vgae-{graph}", setup.sizes.epochs, setup.sizes.latents[0], 30)


def wider_epochs(setup):
    """The same with more latent dimensions, on the GPU alone."""
    for graph in setup.sizes.graphs:
        for latent in setup.sizes.latents[1:]:
            for contender in setup.on_gpu():
                yield training(setup, "epochs", contender, f"vgae-{graph}", setup.sizes.epochs, latent, 30)


def training(setup, part, contender, config, count, latent, limit):
    """A whole process of training."""
    folder = setup.runs / f"{part}-{config}-{latent}-{contender}"
    command = aevb(
        setup, contender, "train", config, "--set", f"train.epochs={count}", "--set", "train.evaluate_every=0",
        *(["--set", f"model.latent={latent}"] if latent else []), "--out", folder, "--quiet")
    about = {"config": config, **({"latent": latent} if latent else {}), "epochs": count}
    return Job(part, contender, command, limit, about, lambda watched: trained(watched, folder))


def trained(watched, folder):
    """What a run's folder says."""
    if watched.failure:
        return
    lines = [json.loads(line) for line in (folder / "timing.jsonl").read_text().splitlines()]
    seconds = [line["seconds"] for line in lines if "seconds" in line]
    steady = [1e3 * value for value in seconds[WARM_UP:] or seconds[1:] or seconds]
    test = json.loads((folder / "result.json").read_text())["test"]
    yield {
        "milliseconds": {"median": round(statistics.median(steady), 4), "lowest": round(min(steady), 4),
                         "highest": round(max(steady), 4)},
        "first_milliseconds": round(1e3 * seconds[0], 3), "seconds_to_exit": round(watched.seconds, 3),
        "metrics": {name: round(test[name], 6) for name in ("auc", "ap", "elbo") if name in test},
    }


def steps(setup):
    """Training steps on graphs that are generated."""
    for nodes in setup.sizes.step_nodes:
        for contender in setup.on_gpu():
            command = bench(setup, contender, "step", "--nodes", nodes, "--latent", latents(setup))
            yield Job("step", contender, command, 30 if nodes < 500_000 else 60, {"nodes": nodes})


def vae_steps(setup):
    """Training steps of a VAE of MNIST's size on a batch that stays on the device."""
    for contender in setup.programs:
        yield Job("vae", contender, bench(setup, contender, "vae", "--latent", 20), 25)


def whole_runs(setup):
    """Runs from beginning to end, the CPU's beside the GPU's for its metric."""
    for config, count in setup.sizes.whole_runs:
        for contender in setup.programs:
            yield training(setup, "run", contender, config, count, None, 45)


def spmm(setup):
    """Sparse times dense alone, ten edges a node, 32 features."""
    for nodes in setup.sizes.spmm_nodes:
        for contender in setup.on_gpu():
            yield Job("spmm", contender, bench(setup, contender, "spmm", "--nodes", nodes), 25, {"nodes": nodes})


def pairwise(setup):
    """The likelihood's sum over all pairs alone, with its gradient."""
    for nodes in setup.sizes.pairwise_nodes:
        for contender in setup.on_gpu():
            command = bench(setup, contender, "pairwise", "--nodes", nodes, "--latent", latents(setup))
            yield Job("pairwise", contender, command, 25, {"nodes": nodes})


def torch_epochs(setup):
    """The peers on the graphs that are read, with the split of our run."""
    if not setup.torch_device:
        return
    latent = setup.sizes.latents[0]
    for graph in setup.sizes.graphs:
        for contender in setup.programs:
            split = setup.runs / f"epochs-vgae-{graph}-{latent}-{contender}" / "split.json"
            if split.exists():
                break
        for way in ("dense", "tiles-gradient-only"):
            command = torch(
                setup, "vgae_torch.py", "--dataset", graph, "--split", split, "--latent", latent,
                "--epochs", setup.sizes.epochs, "--warm-up", WARM_UP, *likelihood(way))
            about = {"config": f"vgae-{graph}", "latent": latent, "epochs": setup.sizes.epochs}
            yield Job("epochs", way, command, 30, about)


def likelihood(way):
    """The options of vgae_torch.py and pairwise_torch.py for a way."""
    dense = way.startswith("dense")
    return [*(["--likelihood", "dense" if dense else "tiles"]), *(["--gradient-only"] if "gradient" in way else []),
            *(["--compile"] if "compiled" in way else [])]


def torch_steps(setup):
    """The peers' training steps on graphs that are generated; none holds the largest densely."""
    if not setup.torch_device:
        return
    latent = setup.sizes.latents[0]
    for nodes in setup.sizes.step_nodes:
        command = torch(
            setup, "vgae_torch.py", "--nodes", nodes, "--latent", latent, "--epochs", 3, "--warm-up", 1,
            *likelihood("tiles-gradient-only"))
        yield Job("step", "tiles-gradient-only", command, 45, {"nodes": nodes, "width": latent})


def torch_vae(setup):
    """The twin of vae-mnist with the fused optimizer, all images on the device."""
    if setup.torch_device:
        yield mnist_peer(setup, "fused", [], 30)


def mnist_peer(setup, contender, options, limit):
    """A run of vae_torch.py."""
    count = dict(setup.sizes.whole_runs).get("vae-mnist", 1)
    command = torch(
        setup, "vae_torch.py", "--data", setup.data, "--epochs", count, "--evaluate-every", count, "--draws", "torch",
        "--fused", *options, *(["--train-images", setup.sizes.torch_images] if setup.sizes.torch_images else []))

    def read(watched):
        for said in watched.lines[:1]:
            seconds = said["epoch_seconds"][1:] or said["epoch_seconds"]
            times = [1e3 * value for value in seconds]
            yield {
                "milliseconds": {"median": statistics.median(times), "lowest": min(times), "highest": max(times)},
                "first_milliseconds": 1e3 * said["epoch_seconds"][0], "seconds_to_exit": round(watched.seconds, 3),
                "metrics": {"elbo": said["test_bound"][str(count)]}, "versions": said["versions"],
                "device_memory_by_torch_mib": said.get("device_memory_by_torch_mib"),
            }

    return Job("run", contender, command, limit, {"config": "vae-mnist", "epochs": count}, read)


def torch_spmm(setup):
    """The peers' sparse times dense."""
    if not setup.torch_device:
        return
    for nodes in setup.sizes.spmm_nodes:
        for way in ("csr", "gather"):
            command = torch(
                setup, "spmm_torch.py", "--way", way, "--nodes", nodes, "--edges", 10 * nodes, "--features", 32,
                "--repeats", setup.sizes.torch_repeats)
            yield Job("spmm", way, command, 25, {"nodes": nodes})


def torch_pairwise(setup):
    """The peers' sum over all pairs."""
    if setup.torch_device:
        for nodes in setup.sizes.pairwise_nodes:
            for way in ("dense", "tiles"):
                if way == "tiles" or nodes <= setup.sizes.most_dense_nodes:
                    yield pairwise_peer(setup, way, nodes, 25)


def pairwise_peer(setup, way, nodes, limit):
    """A run of pairwise_torch.py."""
    command = torch(
        setup, "pairwise_torch.py", "--nodes", nodes, "--latent", latents(setup), *likelihood(way),
        "--repeats", setup.sizes.torch_repeats)
    return Job("pairwise", way, command, limit, {"nodes": nodes})


def torch_compiled(setup):
    """What torch.compile makes of the peers; it takes long to begin."""
    if setup.torch_device:
        yield mnist_peer(setup, "fused-compiled", ["--compile"], 60)
        largest = max(nodes for nodes in setup.sizes.pairwise_nodes if nodes <= setup.sizes.most_dense_nodes)
        yield pairwise_peer(setup, "dense-compiled", largest, 60)

"""The jobs that run the PyTorch peers. An import of PyTorch takes seconds, so small work shares a process."""
import statistics
import sys

from paired.training import WARM_UP

from .job import Job
from .ours import listed, split

# What a script imports beside PyTorch.
NEEDS = {
    "matmul_torch.py": (), "pairwise_torch.py": (), "vae_torch.py": ("numpy",), "spmm_torch.py": ("numpy", "scipy"),
    "vgae_torch.py": ("numpy", "scipy", "sklearn"),
}


def able(setup, script):
    """Whether a script can run."""
    return setup.torch_device is not None and not set(NEEDS[script]) & set(setup.lacking)


def left_out(lacking):
    """A line for the scripts that cannot run without these packages, or nothing."""
    scripts = [script for script, needs in NEEDS.items() if set(needs) & set(lacking)]
    return f"the peers {', '.join(scripts)}: left out, {sys.executable} lacks {', '.join(lacking)}" if scripts else None


def torch(setup, script, *arguments):
    """A command of a peer."""
    return [sys.executable, setup.peers / script, *arguments, "--threads", setup.threads, "--device", setup.torch_device]


def likelihood(way):
    """The options of vgae_torch.py and pairwise_torch.py for a way."""
    dense = way.startswith("dense")
    return [*(["--likelihood", "dense" if dense else "tiles"]), *(["--gradient-only"] if "gradient" in way else []),
            *(["--compile"] if "compiled" in way else [])]


def ceilings(setup):
    """What the card can do at most: PyTorch's copy and matrix product."""
    if able(setup, "matmul_torch.py"):
        yield Job("ceilings", "torch", torch(setup, "matmul_torch.py"), 40)


def epochs(setup, graph):
    """Epochs on a graph that is read, with the split of our run."""
    ways = [way for way in ("dense", "tiles-gradient-only") if setup.wants("epochs", way)]
    if not (ways and able(setup, "vgae_torch.py")):
        return
    file, making = split(setup, graph)
    if making:
        yield making
    latent = setup.sizes.latents[0]
    for way in ways:
        command = torch(
            setup, "vgae_torch.py", "--dataset", graph, "--split", file, "--latent", latent,
            "--epochs", setup.sizes.epochs, "--warm-up", WARM_UP, *likelihood(way))
        yield Job("epochs", way, command, 30, {"config": f"vgae-{graph}", "latent": latent, "epochs": setup.sizes.epochs})


def steps(setup, nodes):
    """Training steps on a graph that is generated, which takes SciPy a dozen seconds for the largest; nothing holds
    that one densely."""
    if able(setup, "vgae_torch.py"):
        latent = setup.sizes.latents[0]
        command = torch(
            setup, "vgae_torch.py", "--nodes", nodes, "--latent", latent, "--epochs", 3, "--warm-up", 1,
            *likelihood("tiles-gradient-only"))
        limit = 75 if nodes >= setup.sizes.large_nodes else 45
        yield Job("step", "tiles-gradient-only", command, limit, {"nodes": nodes, "width": latent})


def mnist(setup, contender="fused", options=(), limit=30):
    """The twin of vae-mnist with the fused optimizer, all images on the device."""
    if not able(setup, "vae_torch.py"):
        return
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

    yield Job("run", contender, command, limit, {"config": "vae-mnist", "epochs": count}, read)


def spmm(setup):
    """Sparse times dense, of all sizes."""
    if able(setup, "spmm_torch.py"):
        for way in ("csr", "gather"):
            command = torch(
                setup, "spmm_torch.py", "--way", way, "--nodes", listed(setup.sizes.spmm_nodes), "--features", 32,
                "--repeats", setup.sizes.torch_repeats)
            yield Job("spmm", way, command, 60)


def pairwise(setup):
    """The sum over all pairs, of all sizes that a way can hold."""
    for way in ("dense", "tiles"):
        yield from pairs(setup, way, [
            nodes for nodes in setup.sizes.pairwise_nodes if way == "tiles" or nodes <= setup.sizes.most_dense_nodes])


def pairs(setup, way, sizes):
    """A run of pairwise_torch.py."""
    if able(setup, "pairwise_torch.py"):
        command = torch(
            setup, "pairwise_torch.py", "--nodes", listed(sizes), "--latent", listed(setup.sizes.latents),
            *likelihood(way), "--repeats", setup.sizes.torch_repeats)
        yield Job("pairwise", way, command, 60)


def compiled(setup):
    """What torch.compile makes of the peers; it takes long to begin."""
    yield from mnist(setup, "fused-compiled", ["--compile"], 60)
    largest = max(nodes for nodes in setup.sizes.pairwise_nodes if nodes <= setup.sizes.most_dense_nodes)
    yield from pairs(setup, "dense-compiled", [largest])

"""What is measured, in the order of its worth: in each part the peers come right after ours, and what the card can do
without waits until the end."""
from . import ours, peers


def every(setup):
    """All jobs that are asked for, with the most worth first."""
    for part in (checks, peers.ceilings, epochs, steps, vae_steps, whole_runs, processors_runs, spmm, pairwise,
                 wider_epochs, wider_steps, peers.compiled, processor):
        for job in part(setup):
            if job.prepares or setup.wants(job.part, job.contender):
                yield job


def checks(setup):
    """Whether every kernel is right."""
    for contender in setup.on_gpu():
        yield ours.check(setup, contender)


def epochs(setup):
    """Epochs on the graphs that are read."""
    for graph in setup.sizes.graphs:
        for contender in setup.on_gpu():
            yield ours.epochs(setup, contender, graph, setup.sizes.latents[0])
        yield from peers.epochs(setup, graph)


def wider_epochs(setup):
    """The same with more latent dimensions."""
    for graph in setup.sizes.graphs:
        for latent in setup.sizes.latents[1:]:
            for contender in setup.on_gpu():
                yield ours.epochs(setup, contender, graph, latent)


def steps(setup):
    """Training steps on graphs that are generated, on large ones with the fewest latent dimensions alone."""
    for nodes in setup.sizes.step_nodes:
        latents = setup.sizes.latents[:1] if nodes >= setup.sizes.large_nodes else setup.sizes.latents
        for contender in setup.on_gpu():
            yield ours.step(setup, contender, nodes, latents)
        yield from peers.steps(setup, nodes)


def wider_steps(setup):
    """Those on large graphs with more latent dimensions, a process each: a step of one may take half a minute."""
    for nodes in setup.sizes.step_nodes:
        for latent in setup.sizes.latents[1:] if nodes >= setup.sizes.large_nodes else ():
            for contender in setup.on_gpu():
                yield ours.step(setup, contender, nodes, [latent])


def vae_steps(setup):
    """Training steps of the VAE."""
    for contender in setup.on_gpu():
        yield ours.vae_step(setup, contender)


def whole_runs(setup):
    """Runs from beginning to end."""
    for config, count in setup.sizes.whole_runs:
        for contender in setup.on_gpu():
            yield ours.whole_run(setup, contender, config, count)
    yield from peers.mnist(setup)


def spmm(setup):
    """Sparse times dense alone."""
    for nodes in setup.sizes.spmm_nodes:
        for contender in setup.on_gpu():
            yield ours.spmm(setup, contender, nodes)
    yield from peers.spmm(setup)


def pairwise(setup):
    """The likelihood's sum over all pairs alone."""
    for nodes in setup.sizes.pairwise_nodes:
        for contender in setup.on_gpu():
            yield ours.pairwise(setup, contender, nodes)
    yield from peers.pairwise(setup)


def processors_runs(setup):
    """The same runs on the CPU, for the metrics beside the GPU's."""
    for config, count in setup.sizes.whole_runs:
        yield ours.whole_run(setup, "flex", config, count)


def processor(setup):
    """The CPU beside the GPU. A dry run, which has no GPU, takes it through the other parts too."""
    for graph in setup.sizes.graphs:
        yield ours.epochs(setup, "flex", graph, setup.sizes.latents[0])
    yield ours.vae_step(setup, "flex")
    if setup.is_dry:
        yield ours.check(setup, "flex")
        yield ours.step(setup, "flex", setup.sizes.step_nodes[0], setup.sizes.latents)
        yield ours.spmm(setup, "flex", setup.sizes.spmm_nodes[0])
        yield ours.pairwise(setup, "flex", setup.sizes.pairwise_nodes[0])

"""How much is measured: on a card, and in a dry run on a processor."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Sizes:
    """Numbers of nodes and so on; what is a tuple of strings goes to `aevb bench` as it is."""

    latents: tuple
    # Of generated graphs that a whole step is taken on; the graphs that are read come before them.
    step_nodes: tuple
    # Nodes from which on a step takes seconds, so that each number of latent dimensions has a process of its own.
    large_nodes: int
    spmm_nodes: tuple
    pairwise_nodes: tuple
    # How long what takes seconds is repeated.
    seconds: int
    # Of the graphs that are read, for the time of an epoch.
    graphs: tuple
    epochs: int
    # Whole runs: configuration and epochs.
    whole_runs: tuple
    # Nodes above which PyTorch's dense way, with 24 bytes and more a pair, is left out.
    most_dense_nodes: int
    # Of MNIST, for PyTorch's VAE; all where it is None.
    torch_images: int | None
    torch_repeats: int
    # What the limits of the jobs are multiplied by: software takes a minute to compile a step's shaders.
    patience: int


CARD = Sizes(
    latents=(16, 64, 128), step_nodes=(200_000, 1_000_000), large_nodes=500_000, spmm_nodes=(10_000, 100_000, 1_000_000),
    pairwise_nodes=(2_708, 19_717, 200_000), seconds=2, graphs=("cora", "pubmed"), epochs=60,
    whole_runs=(("vgae-pubmed", 200), ("vae-mnist", 5)), most_dense_nodes=25_000,
    torch_images=None, torch_repeats=7, patience=1,
)
DRY = Sizes(
    latents=(4, 8), step_nodes=(300, 1_000), large_nodes=1_000, spmm_nodes=(300, 1_000),
    pairwise_nodes=(300, 1_000), seconds=0,
    graphs=("cora",), epochs=2, whole_runs=(("vgae-cora", 2), ("vae-mnist-5k", 1)), most_dense_nodes=5_000,
    torch_images=500, torch_repeats=2, patience=4,
)

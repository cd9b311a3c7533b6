"""VGAE in PyTorch with the meaning of the authors' code (Kipf & Welling 2016, tkipf/gae): full batch, every pair of
nodes in the loss, positive pairs weighted, raw sparse features, no biases, Adam 0.01.

    python vgae_torch.py --dataset cora --split RUN/split.json --likelihood tiles --gradient-only

dense   logits Z Zᵀ of all pairs at once and binary_cross_entropy_with_logits, as it is usually written
tiles   the same value and gradient by blocks of rows, by hand: nothing N×N is held
--nodes N takes a generated graph without features, as `aevb bench step` does
--gradient-only leaves out the value of the tiles, which training does not need: the fastest that PyTorch does here
"""
import time

import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from citations import Split, features
from likelihood import TiledLikelihood
from measure import EpochTimes, device_argument, device_memory, report, require_memory, synchronize, training_arguments
from spmm_torch import power_law

HIDDEN = 32


def to_torch(matrix, device):
    """A SciPy matrix as torch's CSR, with the 32-bit indices that MKL multiplies fastest."""
    matrix = matrix.tocsr()
    indices = [torch.from_numpy(part.astype(np.int32)) for part in (matrix.indptr, matrix.indices)]
    return torch.sparse_csr_tensor(*indices, torch.from_numpy(matrix.data.astype(np.float32)), size=matrix.shape).to(device)


class Product(torch.autograd.Function):
    """A constant sparse matrix times a dense one; autograd alone would transpose the matrix in every step."""

    @staticmethod
    def forward(ctx, matrix, transpose, dense):
        ctx.transpose = transpose
        return matrix @ dense

    @staticmethod
    def backward(ctx, gradient):
        return None, None, ctx.transpose @ gradient.contiguous()


def graph_of(arguments):
    """Features, training graph and split: a citation graph and a run's split of it, or a generated graph with neither."""
    if arguments.nodes is None:
        words, split = features(arguments.dataset), Split(arguments.split)
        return words, split.adjacency(), split
    drawn = power_law(arguments.nodes, 10 * arguments.nodes, np.random.default_rng(arguments.seed))
    symmetric = (drawn + drawn.T).tocsr()
    symmetric.setdiag(0)
    symmetric.eliminate_zeros()
    symmetric.data[:] = 1
    return None, symmetric, None


def glorot(inputs, outputs):
    bound = (6 / (inputs + outputs)) ** 0.5
    return torch.empty(inputs, outputs).uniform_(-bound, bound)


def main():
    parser = training_arguments(__doc__, needs_split=False)
    parser.add_argument("--likelihood", choices=["dense", "tiles"], default="dense")
    parser.add_argument("--gradient-only", action="store_true")
    parser.add_argument("--nodes", type=int, help="of a generated graph without features, in place of --dataset")
    parser.add_argument("--latent", type=int, default=16)
    parser.add_argument("--compile", action="store_true", help="torch.compile of the dense likelihood")
    device_argument(parser)
    arguments = parser.parse_args()
    if arguments.nodes is None and arguments.split is None:
        parser.error("--split is needed, or --nodes")
    device = arguments.device
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)

    words, adjacency, split = graph_of(arguments)
    nodes = adjacency.shape[0]
    inputs = nodes if words is None else words.shape[1]
    edges = adjacency.nnz
    weight = (nodes**2 - edges) / edges
    scale = nodes**2 / (2 * (nodes**2 - edges))
    with_loops = adjacency + sp.identity(nodes, np.float32, format="csr")
    roots = sp.diags(np.asarray(with_loops.sum(1)).ravel() ** -0.5)
    graph = to_torch(roots @ with_loops @ roots, device)
    if words is not None:
        words, words_transpose = to_torch(words, device), to_torch(words.T, device)
    positive = torch.from_numpy(np.stack(with_loops.nonzero()).astype(np.int64)).to(device)
    if arguments.likelihood == "dense":
        if device == "cpu":
            require_memory(6 * 4 * nodes**2, "the dense likelihood")
        labels = torch.zeros(nodes, nodes, device=device)
        labels[tuple(positive)] = 1

    first = torch.nn.Parameter(glorot(inputs, HIDDEN).to(device))
    heads = torch.nn.Parameter(torch.cat([glorot(HIDDEN, arguments.latent) for _ in range(2)], 1).to(device))
    optimizer = torch.optim.Adam([first, heads], lr=0.01, **({} if device == "cpu" else {"fused": True}))

    def encode():
        projected = first if words is None else Product.apply(words, words_transpose, first)
        hidden = F.relu(Product.apply(graph, graph, projected))
        return Product.apply(graph, graph, hidden @ heads).chunk(2, 1)

    positive_weight = torch.tensor(weight, dtype=torch.float32, device=device)

    def dense(latent):
        return F.binary_cross_entropy_with_logits(latent @ latent.t(), labels, pos_weight=positive_weight)

    if arguments.compile:
        dense = torch.compile(dense)

    def reconstruction(latent):
        if arguments.likelihood == "dense":
            return dense(latent)
        return TiledLikelihood.apply(latent, positive, weight, not arguments.gradient_only) / nodes**2

    times = EpochTimes(arguments.warm_up)
    for _ in range(arguments.epochs):
        began = time.perf_counter()
        optimizer.zero_grad()
        mean, log_deviation = encode()
        latent = mean + torch.randn_like(mean) * log_deviation.exp()
        divergence = -0.5 * (1 + 2 * log_deviation - mean**2 - (2 * log_deviation).exp()).sum() / nodes**2
        loss = scale * reconstruction(latent) + divergence
        loss.backward()
        optimizer.step()
        final_loss = loss.item()
        synchronize(device)
        times.add(time.perf_counter() - began)

    about = {"nodes": nodes, "width": arguments.latent, "nonzeros": with_loops.nnz}
    if split is not None:
        with torch.no_grad():
            about = {"dataset": arguments.dataset, **split.test_metrics(encode()[0].cpu().numpy())}
    report(
        peer="torch-" + arguments.likelihood + ("-gradient-only" if arguments.gradient_only else ""),
        epochs=arguments.epochs, seed=arguments.seed, threads=arguments.threads, **times.summary(), **device_memory(device),
        **about, final_loss=None if arguments.gradient_only else final_loss,
    )


if __name__ == "__main__":
    main()

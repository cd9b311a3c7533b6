"""VGAE in PyTorch with the meaning of the authors' code (Kipf & Welling 2016, tkipf/gae): full batch, every pair of
nodes in the loss, positive pairs weighted, raw sparse features, no biases, Adam 0.01.

    python vgae_torch.py --dataset cora --split RUN/split.json --likelihood tiles --gradient-only

dense   logits Z Zᵀ of all pairs at once and binary_cross_entropy_with_logits, as it is usually written
tiles   the same value and gradient by blocks of rows, by hand: nothing N×N is held
--gradient-only leaves out the value of the tiles, which training does not need: the fastest that PyTorch does here
"""
import time

import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from citations import Split, features
from measure import EpochTimes, report, require_memory, training_arguments

HIDDEN, LATENT = 32, 16
# Pairs a tile: 4 MiB of logits stay in the cache, and the calls that make them cost little beside them.
TILE = 1 << 20


def to_torch(matrix):
    """A SciPy matrix as torch's CSR, with the 32-bit indices that MKL multiplies fastest."""
    matrix = matrix.tocsr()
    indices = [torch.from_numpy(part.astype(np.int32)) for part in (matrix.indptr, matrix.indices)]
    return torch.sparse_csr_tensor(*indices, torch.from_numpy(matrix.data.astype(np.float32)), size=matrix.shape)


class Product(torch.autograd.Function):
    """A constant sparse matrix times a dense one; autograd alone would transpose the matrix in every step."""

    @staticmethod
    def forward(ctx, matrix, transpose, dense):
        ctx.transpose = transpose
        return matrix @ dense

    @staticmethod
    def backward(ctx, gradient):
        return None, None, ctx.transpose @ gradient.contiguous()


class TiledLikelihood(torch.autograd.Function):
    """The weighted cross entropy of all pairs, summed: Σ softplus(x) over all of them by blocks of rows, then the
    correction q softplus(−x) − softplus(x) of the pairs that are one."""

    @staticmethod
    def forward(ctx, latent, positive, weight, with_value):
        nodes, total = len(latent), torch.zeros((), dtype=torch.float64)
        gradient, transpose = torch.empty_like(latent), latent.t().contiguous()
        rows = max(16, TILE // nodes)
        tile = torch.empty(rows, nodes)
        for start in range(0, nodes, rows):
            block = latent[start:start + rows]
            logits = torch.mm(block, transpose, out=tile[:len(block)])
            if with_value:
                total += F.softplus(logits).sum()
            torch.mm(logits.sigmoid_(), latent, out=gradient[start:start + rows])
        left, right = positive
        logits = (latent[left] * latent[right]).sum(1)
        if with_value:
            total += (weight * F.softplus(-logits) - F.softplus(logits)).sum()
        slope = -weight * torch.sigmoid(-logits) - torch.sigmoid(logits)
        gradient.index_add_(0, left, slope[:, None] * latent[right])
        # Pairs are ordered and their set symmetric: both ends of a pair add the same.
        ctx.gradient = 2 * gradient
        return total.to(latent.dtype)

    @staticmethod
    def backward(ctx, scale):
        return scale * ctx.gradient, None, None, None


def glorot(inputs, outputs):
    bound = (6 / (inputs + outputs)) ** 0.5
    return torch.empty(inputs, outputs).uniform_(-bound, bound)


def main():
    parser = training_arguments(__doc__)
    parser.add_argument("--likelihood", choices=["dense", "tiles"], default="dense")
    parser.add_argument("--gradient-only", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)

    words, split = features(arguments.dataset), Split(arguments.split)
    nodes, inputs = words.shape
    edges = 2 * len(split.train)
    weight = (nodes**2 - edges) / edges
    scale = nodes**2 / (2 * (nodes**2 - edges))
    with_loops = split.adjacency() + sp.identity(nodes, np.float32, format="csr")
    roots = sp.diags(np.asarray(with_loops.sum(1)).ravel() ** -0.5)
    graph = to_torch(roots @ with_loops @ roots)
    words, words_transpose = to_torch(words), to_torch(words.T)
    positive = torch.from_numpy(np.stack(with_loops.nonzero()).astype(np.int64))
    if arguments.likelihood == "dense":
        require_memory(6 * 4 * nodes**2, "the dense likelihood")
        labels = torch.zeros(nodes, nodes)
        labels[tuple(positive)] = 1

    first = torch.nn.Parameter(glorot(inputs, HIDDEN))
    heads = torch.nn.Parameter(torch.cat([glorot(HIDDEN, LATENT), glorot(HIDDEN, LATENT)], 1))
    optimizer = torch.optim.Adam([first, heads], lr=0.01)

    def encode():
        hidden = F.relu(Product.apply(graph, graph, Product.apply(words, words_transpose, first)))
        return Product.apply(graph, graph, hidden @ heads).chunk(2, 1)

    def reconstruction(latent):
        if arguments.likelihood == "dense":
            return F.binary_cross_entropy_with_logits(latent @ latent.t(), labels, pos_weight=torch.tensor(weight))
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
        times.add(time.perf_counter() - began)

    with torch.no_grad():
        embedding = encode()[0].numpy()
    report(
        peer="torch-" + arguments.likelihood + ("-gradient-only" if arguments.gradient_only else ""),
        dataset=arguments.dataset, epochs=arguments.epochs, seed=arguments.seed, threads=arguments.threads,
        **times.summary(), **split.test_metrics(embedding), final_loss=None if arguments.gradient_only else final_loss,
    )


main()

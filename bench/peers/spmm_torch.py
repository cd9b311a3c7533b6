"""Sparse times dense, Y = A X and dX = Aᵀ dY, on a synthetic power-law graph, in the ways open to a user of Python.

    python spmm_torch.py --way csr --nodes 100000 --edges 1000000

csr       torch's CSR, with the transpose kept by hand
autograd  torch's CSR under plain autograd, which makes the transpose in every backward pass
gather    index_select and index_add over the edges, the default of PyTorch Geometric
scipy     SciPy's CSR, with the transpose kept by hand; it has one thread
"""
import argparse

import numpy as np
import scipy.sparse as sp

from measure import device_argument, device_memory, milliseconds, peak_memory_mib, report, wall_times


def power_law(nodes, edges, rng):
    """A directed graph: both ends of an edge are drawn with p(rank) ~ rank^(-1/2), ids are shuffled, duplicates merged,
    weights uniform."""
    def ends():
        ranks = (nodes * rng.random(edges) ** 2).astype(np.int64)
        return ids[np.minimum(ranks, nodes - 1)]

    ids = rng.permutation(nodes).astype(np.int32)
    graph = sp.csr_matrix((np.ones(edges, np.float32), (ends(), ends())), shape=(nodes, nodes))
    graph.sum_duplicates()
    graph.data = rng.random(graph.nnz, dtype=np.float32)
    return graph


def passes(way, graph, dense, gradient, device="cpu"):
    """The functions to time, by the names that `aevb bench spmm` gives to passes."""
    if way == "scipy":
        transpose = graph.T.tocsr()
        return {"forward": lambda: graph @ dense, "forward+backward": lambda: (graph @ dense, transpose @ gradient)}

    import torch
    dense, gradient = (torch.from_numpy(part).to(device) for part in (dense, gradient))

    def to_torch(matrix):
        indices = [torch.from_numpy(part.astype(np.int32)) for part in (matrix.indptr, matrix.indices)]
        return torch.sparse_csr_tensor(*indices, torch.from_numpy(matrix.data), size=matrix.shape).to(device)

    if way == "csr":
        matrix, transpose = to_torch(graph), to_torch(graph.T.tocsr())
        return {"forward": lambda: matrix @ dense, "forward+backward": lambda: (matrix @ dense, transpose @ gradient)}

    if way == "autograd":
        matrix = to_torch(graph)
        multiply = lambda leaf: matrix @ leaf
    else:
        coordinates = graph.tocoo()
        rows, columns = (
            torch.from_numpy(part.astype(np.int64)).to(device) for part in (coordinates.row, coordinates.col))
        weights = torch.from_numpy(coordinates.data).to(device)[:, None]
        multiply = lambda leaf: torch.zeros_like(leaf).index_add(0, rows, leaf.index_select(0, columns) * weights)

    def forward_and_backward():
        leaf = dense.detach().requires_grad_()
        multiply(leaf).backward(gradient)

    # The forward pass alone is that of `csr` under autograd too.
    return ({"forward": lambda: multiply(dense)} if way == "gather" else {}) | {"forward+backward": forward_and_backward}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--way", choices=["csr", "autograd", "gather", "scipy"], default="csr")
    parser.add_argument("--nodes", default="10000", help="or several: 10000,100000")
    parser.add_argument("--edges", type=int, help="drawn for the graph [ten a node]")
    parser.add_argument("--features", type=int, default=32)
    parser.add_argument("--repeats", type=int, default=7, help="at least so many, and half a second")
    parser.add_argument("--threads", type=int, default=2)
    device_argument(parser)
    arguments = parser.parse_args()
    if arguments.way != "scipy":
        import torch
        torch.set_num_threads(arguments.threads)

    for nodes in map(int, arguments.nodes.split(",")):
        rng = np.random.default_rng(0)
        graph = power_law(nodes, arguments.edges or 10 * nodes, rng)
        dense, gradient = (rng.standard_normal((nodes, arguments.features), dtype=np.float32) for _ in range(2))
        for name, function in passes(arguments.way, graph, dense, gradient, arguments.device).items():
            wall_times(function, 2, 0.2, arguments.device)
            times = milliseconds(wall_times(function, arguments.repeats, 0.5, arguments.device))
            report(
                peer=arguments.way, nodes=nodes, nonzeros=graph.nnz, features=arguments.features,
                width=arguments.features, threads=1 if arguments.way == "scipy" else arguments.threads,
                milliseconds=times, peak_memory_mib=peak_memory_mib(), **device_memory(arguments.device),
                **{"pass": name},
            )


if __name__ == "__main__":
    main()

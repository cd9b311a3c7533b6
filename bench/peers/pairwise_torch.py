"""The sum of softplus(z_i . z_j) over all ordered pairs and its gradient by z, in the ways open to a user of PyTorch.

    python pairwise_torch.py --likelihood dense --nodes 2708 --latent 16,64,128 --device cuda

dense   all logits at once, under autograd; --compile leaves their making to torch.compile
tiles   by blocks of rows, value and gradient by hand, with nothing N x N held
"""
import argparse
import itertools

import torch
import torch.nn.functional as F

from likelihood import TiledLikelihood
from measure import device_argument, device_memory, milliseconds, peak_memory_mib, report, wall_times


def dense(z):
    return F.softplus(z @ z.t()).sum()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--likelihood", choices=["dense", "tiles"], default="dense")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--nodes", default="10000", help="or several: 2708,19717")
    parser.add_argument("--latent", default="16", help="or several: 16,64,128")
    parser.add_argument("--repeats", type=int, default=7, help="at least so many")
    parser.add_argument("--threads", type=int, default=2)
    device_argument(parser)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(0)
    # By itself PyTorch compiles the second size that it sees for sizes of all kinds, which are slower.
    value = torch.compile(dense, dynamic=False) if given.compile else dense
    no_edges = torch.empty(2, 0, dtype=torch.int64, device=given.device)

    for nodes, latent in itertools.product(map(int, given.nodes.split(",")), map(int, given.latent.split(","))):
        z = torch.randn(nodes, latent, device=given.device, requires_grad=True)

        def step():
            z.grad = None
            (value(z) if given.likelihood == "dense" else TiledLikelihood.apply(z, no_edges, 1.0, True)).backward()

        first = wall_times(step, 1, 0, given.device)[0]
        wall_times(step, 1, 0, given.device)
        times = milliseconds(wall_times(step, given.repeats, 0.3, given.device))
        report(
            peer="pairwise_torch", nodes=nodes, width=latent, milliseconds=times, first_milliseconds=1e3 * first,
            peak_memory_mib=peak_memory_mib(), **device_memory(given.device), **{"pass": "forward+backward"},
        )


if __name__ == "__main__":
    main()

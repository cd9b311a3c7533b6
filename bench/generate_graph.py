"""Writes a graph of any size as a list of edges, `u<TAB>v` a line, for measuring how large graphs are read and trained.

    python3 bench/generate_graph.py 10_000_000 100_000_000 edges.tsv --seed 0

Degrees follow a power law of exponent 3, four of five edges stay within a community, no edge is listed twice in either
direction, and lines as well as the nodes' numbers are in random order. It takes NumPy and 40 bytes of memory an edge.
"""

import argparse

import numpy as np

WITHIN = 0.8  # The share of edges within a community.
MEMBERS = 1000  # Nodes of a community.
LINES = 1 << 20  # Lines that are written at once.


def power_law(rng, count, size):
    """`count` places below `size`: the k-th is drawn in proportion to 1/√k."""
    return (np.asarray(size) * rng.random(count) ** 2).astype(np.int64)


def draw(rng, nodes, count):
    """Pairs of places as one number each, the smaller place first; loops are left out."""
    communities = max(nodes // MEMBERS, 1)
    source = power_law(rng, count, nodes)
    # A community is every so-many-th place, so that each has nodes of all degrees.
    community = source % communities
    within = community + communities * power_law(rng, count, (nodes - 1 - community) // communities + 1)
    target = np.where(rng.random(count) < WITHIN, within, power_law(rng, count, nodes))
    low, high = np.minimum(source, target), np.maximum(source, target)
    return (low * nodes + high)[low != high]


def generate(nodes, edges, seed):
    """Distinct pairs in random order as an array [edges, 2] of node numbers."""
    rng = np.random.default_rng(seed)
    pairs = np.empty(0, np.int64)
    while len(pairs) < edges:
        more = draw(rng, nodes, (edges - len(pairs)) * 21 // 20 + 100)
        pairs = np.unique(np.concatenate([pairs, more]))
    rng.shuffle(pairs)
    pairs = pairs[:edges]
    number = rng.permutation(nodes).astype(np.uint32)
    ends = np.stack([number[pairs // nodes], number[pairs % nodes]], axis=1)
    swapped = rng.random(edges) < 0.5
    ends[swapped] = ends[swapped, ::-1]
    return ends


def lines(ends):
    """The text of some edges, by whole columns of digits: a loop over lines would take minutes."""
    digits = len(str(int(ends.max())))
    powers = 10 ** np.arange(digits - 1, -1, -1, dtype=np.int64)
    text = np.empty((len(ends), 2, digits + 1), np.uint8)
    keep = np.ones(text.shape, bool)
    for column, power in enumerate(powers):
        quotients = ends // np.uint32(power)
        text[:, :, column] = quotients % np.uint32(10) + ord("0")
        keep[:, :, column] = (quotients > 0) | (power == 1)
    text[:, 0, digits] = ord("\t")
    text[:, 1, digits] = ord("\n")
    return text[keep].tobytes()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("nodes", type=int)
    parser.add_argument("edges", type=int)
    parser.add_argument("path")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    ends = generate(arguments.nodes, arguments.edges, arguments.seed)
    with open(arguments.path, "wb") as file:
        for start in range(0, len(ends), LINES):
            file.write(lines(ends[start : start + LINES]))

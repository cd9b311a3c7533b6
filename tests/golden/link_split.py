"""Writes link_split.json: divisions of a small graph's edges, as the data crate's `LinkSplit::draw` says it draws them.

NumPy draws, as a Python script would that follows the protocol of Kipf and Welling:

    python -P tests/golden/link_split.py
"""

import itertools
import json
import pathlib

import numpy as np

NODES = 30
TEST, VALIDATION = 0.2, 0.1
SEEDS = [0, 7, 2**40 + 3]


def split(edges, seed):
    generator = np.random.default_rng(seed)
    test, validation = int(TEST * len(edges)), int(VALIDATION * len(edges))
    order = [edges[place] for place in generator.permutation(len(edges))]
    taken = set(edges)

    def non_edges(count):
        drawn = []
        while len(drawn) < count:
            pair = tuple(sorted(generator.integers(0, NODES, 2).tolist()))
            if pair[0] != pair[1] and pair not in taken:
                taken.add(pair)
                drawn.append(pair)
        return drawn

    test_non_edges = non_edges(test)
    validation_non_edges = non_edges(validation)
    return {
        "seed": seed,
        "train": sorted(order[validation + test:]),
        "validation": [sorted(order[:validation]), sorted(validation_non_edges)],
        "test": [sorted(order[validation:validation + test]), sorted(test_non_edges)],
    }


def main():
    pairs = list(itertools.combinations(range(NODES), 2))
    edges = [(i, j) for i, j in pairs if (i * 7 + j * 11) % 5 == 0]
    splits = ",\n".join(json.dumps(split(edges, seed)) for seed in SEEDS)
    text = f'{{"nodes": {NODES},\n"edges": {json.dumps(edges)},\n"splits": [{splits}]}}\n'
    pathlib.Path(__file__).with_suffix(".json").write_text(text)


if __name__ == "__main__":
    main()

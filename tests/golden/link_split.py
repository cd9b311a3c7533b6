"""Writes link_split.json: the division of a small graph's edges, drawn as the data crate's `LinkSplit::draw` says it is.

A second implementation, on a generator of its own (SplitMix64, Steele et al. 2014), so that a split can be told from its
description alone, and no change of a library moves it. Needs nothing but Python.
"""

import itertools
import json
import pathlib

NODES = 30
TEST, VALIDATION = 0.2, 0.1
SEED = 7
WORD = 2**64


class SplitMix64:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) % WORD
        z = self.state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % WORD
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % WORD
        return z ^ (z >> 31)

    def below(self, bound):
        accepted = (WORD - 1) - (WORD - 1) % bound
        while True:
            draw = self.next()
            if draw < accepted:
                return draw % bound

    def shuffle_start(self, items, length):
        for place in range(length):
            chosen = place + self.below(len(items) - place)
            items[place], items[chosen] = items[chosen], items[place]


def main():
    pairs = list(itertools.combinations(range(NODES), 2))
    edges = [(i, j) for i, j in pairs if (i * 7 + j * 11) % 5 == 0]
    absent = [pair for pair in pairs if pair not in edges]
    test, validation = int(TEST * len(edges)), int(VALIDATION * len(edges))
    held_out = test + validation

    generator = SplitMix64(SEED)
    order = list(edges)
    generator.shuffle_start(order, held_out)
    # Floyd's algorithm for a set of ranks.
    ranks = set()
    for last in range(len(absent) - held_out, len(absent)):
        draw = generator.below(last + 1)
        ranks.add(last if draw in ranks else draw)
    non_edges = [absent[rank] for rank in sorted(ranks)]
    generator.shuffle_start(non_edges, held_out)

    golden = {
        "nodes": NODES,
        "edges": edges,
        "train": sorted(order[held_out:]),
        "validation": [sorted(order[:validation]), sorted(non_edges[:validation])],
        "test": [sorted(order[validation:held_out]), sorted(non_edges[validation:])],
    }
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in golden.items())
    pathlib.Path(__file__).with_suffix(".json").write_text(f"{{{lines}}}\n")


if __name__ == "__main__":
    main()

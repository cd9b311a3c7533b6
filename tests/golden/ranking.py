"""Golden values for crates/runner/src/evaluate/ranking: rank metrics of held-out edges, by brute force.

Needs numpy and scikit-learn. Writes ranking.json beside itself. Embeddings are small whole numbers, so that scores are
exact and tie often.
"""

import itertools
import json
import pathlib

import numpy
from sklearn.metrics import average_precision_score

AT = [1, 3, 10, 50, 100]
rng = numpy.random.default_rng(0)


def filtered_ranks(scores, adjacency, edges):
    """Each end's rank among all nodes that are no neighbour of the other end, ties counting half."""
    ranks = []
    for edge in edges:
        for source, target in (edge, edge[::-1]):
            candidates = adjacency[source] == 0
            candidates[source] = False
            others = scores[source][candidates]
            greater = numpy.sum(others > scores[source, target])
            ranks.append(1 + greater + numpy.sum(others == scores[source, target]) / 2)
    return numpy.array(ranks)


def shared_hits(positive, negative, k):
    """ogb.linkproppred.Evaluator's Hits@K."""
    if len(negative) < k:
        return 1.0
    return float(numpy.mean(positive > numpy.sort(negative)[-k]))


def metrics(scores, adjacency, known, test, non_edges):
    """What is reported of a symmetric matrix of scores."""
    ranks = filtered_ranks(scores, adjacency, test)
    positive, negative = (numpy.array([scores[i, j] for i, j in pairs]) for pairs in (test, non_edges))
    known = set(map(tuple, known))
    pairs = [pair for pair in itertools.combinations(range(len(scores)), 2) if pair not in known]
    labels, all_scores = [adjacency[pair] for pair in pairs], [scores[pair] for pair in pairs]
    return {
        "ranks": ranks.tolist(),
        "mrr": float(numpy.mean(1 / ranks)),
        "hits": {str(k): float(numpy.mean(ranks <= k)) for k in AT},
        "shared_hits": {str(k): shared_hits(positive, negative, k) for k in AT},
        "whole_graph_ap": float(average_precision_score(labels, all_scores)),
    }


def adjacency_of(nodes, edges):
    adjacency = numpy.zeros((nodes, nodes), int)
    for i, j in edges:
        adjacency[i, j] = adjacency[j, i] = 1
    return adjacency


def case(name, nodes, latent, density, test_share, largest):
    pairs = list(itertools.combinations(range(nodes), 2))
    is_edge = rng.random(len(pairs)) < density
    edges = rng.permutation([pair for pair, edge in zip(pairs, is_edge) if edge]).tolist()
    absent = rng.permutation([pair for pair, edge in zip(pairs, is_edge) if not edge]).reshape(-1, 2).tolist()
    count = max(1, int(test_share * len(edges)))
    test, validation, train = edges[:count], edges[count : count + count // 2], edges[count + count // 2 :]
    non_edges = absent[: min(count, len(absent))]
    z = rng.integers(-largest, largest + 1, (nodes, latent))
    adjacency, seen = adjacency_of(nodes, edges), adjacency_of(nodes, train)
    degrees = seen.sum(axis=0)
    known = train + validation
    return {
        "name": name,
        "nodes": nodes,
        "latent": latent,
        "train": sorted(train),
        "validation": sorted(validation),
        "test": sorted(test),
        "non_edges": sorted(non_edges),
        "embeddings": z.ravel().tolist(),
        "model": metrics(z @ z.T, adjacency, known, sorted(test), sorted(non_edges)),
        "common-neighbours": metrics(seen @ seen, adjacency, known, sorted(test), sorted(non_edges)),
        "preferential-attachment": metrics(
            numpy.outer(degrees, degrees), adjacency, known, sorted(test), sorted(non_edges)
        ),
    }


cases = [
    case("sparse, with isolated nodes", 60, 3, 0.04, 0.2, 2),
    case("many negatives", 150, 4, 0.06, 0.2, 3),
    case("one dimension", 25, 1, 0.15, 0.3, 4),
    case("one edge", 30, 2, 0.004, 0.9, 2),
    case("nearly complete", 12, 3, 0.95, 0.2, 1),
    case("complete, so that nothing competes", 8, 2, 1.0, 0.2, 2),
]
assert all(built["test"] for built in cases)
lines = ",\n".join(json.dumps(built) for built in cases)
pathlib.Path(__file__).with_suffix(".json").write_text(f"[{lines}]\n")

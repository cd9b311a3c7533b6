"""Writes heuristics.json: NetworkX's link-prediction scores on a small graph with a hub, triangles and isolated nodes.

    pip install networkx scipy
    python heuristics.py
"""

import itertools
import json
import pathlib

import networkx

NODES = 24
ISOLATED = {7, 23}
DAMPING = 0.85


def small_graph():
    """Two rings with chords, a hub, a component of its own, and nodes without edges."""
    graph = networkx.Graph()
    graph.add_nodes_from(range(NODES))
    kept = [node for node in range(20) if node not in ISOLATED]
    for place, node in enumerate(kept):
        graph.add_edge(node, kept[(place + 1) % len(kept)])
        if place % 3 == 0:
            graph.add_edge(node, kept[(place + 2) % len(kept)])
        if place % 2 == 0 and node != 4:
            graph.add_edge(node, 4)
    graph.add_edges_from([(20, 21), (21, 22), (20, 22)])
    return graph


def main():
    graph = small_graph()
    pairs = list(itertools.combinations(range(NODES), 2))
    walks = {
        node: networkx.pagerank(graph, alpha=DAMPING, personalization={node: 1}, tol=1e-15, max_iter=10_000)
        for node in graph
    }
    scores = {
        "common-neighbours": [len(list(networkx.common_neighbors(graph, i, j))) for i, j in pairs],
        "adamic-adar": [score for *_, score in networkx.adamic_adar_index(graph, pairs)],
        "resource-allocation": [score for *_, score in networkx.resource_allocation_index(graph, pairs)],
        "preferential-attachment": [score for *_, score in networkx.preferential_attachment(graph, pairs)],
        "personalised-page-rank": [walks[i][j] + walks[j][i] for i, j in pairs],
    }
    golden = {"nodes": NODES, "edges": sorted(map(sorted, graph.edges)), **scores}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in golden.items())
    pathlib.Path(__file__).with_suffix(".json").write_text(f"{{{lines}}}\n")


if __name__ == "__main__":
    main()

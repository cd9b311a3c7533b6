"""Makes nodes.tsv.gz and edges.tsv.gz from the original Cora files, in the node order of order.txt.

    python make.py CONTENT_AND_CITES          writes nodes.tsv.gz and edges.tsv.gz (standard library only)
    python make.py CONTENT_AND_CITES --planetoid PLANETOID
                                              first finds order.txt again (needs NumPy and SciPy)

CONTENT_AND_CITES is a folder with cora.content and cora.cites, PLANETOID one with the ind.cora.* files.
README.md says where both come from.
"""

import argparse
import collections
import gzip
import pathlib
import pickle

HERE = pathlib.Path(__file__).parent

# Planetoid's class numbers, 0 to 6.
CLASSES = [
    "Theory",
    "Reinforcement_Learning",
    "Genetic_Algorithms",
    "Neural_Networks",
    "Probabilistic_Methods",
    "Case_Based",
    "Rule_Learning",
]


def read_original(folder):
    """Words and class of each paper, and the undirected citations without loops."""
    words, classes = {}, {}
    for line in (folder / "cora.content").read_text().splitlines():
        paper, *bits, class_name = line.split("\t")
        words[paper] = tuple(word for word, bit in enumerate(bits) if bit == "1")
        classes[paper] = class_name
    edges = set()
    for line in (folder / "cora.cites").read_text().splitlines():
        cited, citing = line.split("\t")
        if cited != citing:
            edges.add(frozenset((cited, citing)))
    return words, classes, edges


def read_planetoid(folder):
    """Words and class of each node, and the undirected edges, as Kipf's loader orders them."""
    import numpy
    import scipy.sparse

    class Reader(pickle.Unpickler):
        # The files name a module that SciPy has since moved.
        def find_class(self, module, name):
            return scipy.sparse.csr_matrix if name == "csr_matrix" else super().find_class(module, name)

    def load(part):
        with open(folder / f"ind.cora.{part}", "rb") as file:
            return Reader(file, encoding="latin1").load()

    test = [int(line) for line in (folder / "ind.cora.test.index").read_text().split()]
    features = scipy.sparse.vstack([load("allx"), load("tx")]).tolil()
    labels = numpy.vstack([load("ally"), load("ty")])
    features[test] = features[sorted(test)]
    labels[test] = labels[sorted(test)]
    words = [tuple(row) for row in features.rows]
    edges = {frozenset((i, j)) for i, row in load("graph").items() for j in row if i != j}
    return words, [CLASSES[label] for label in labels.argmax(axis=1)], edges


def find_order(original, planetoid):
    """The paper of each node: equal words and class, and where several papers share those, equal neighbours."""
    words, classes, edges = original
    node_words, node_classes, node_edges = planetoid
    papers_of = collections.defaultdict(list)
    for paper in words:
        papers_of[words[paper], classes[paper]].append(paper)
    candidates = [papers_of[key] for key in zip(node_words, node_classes)]
    order = [papers[0] if len(papers) == 1 else None for papers in candidates]

    def fits(node, paper):
        neighbours = {other for edge in node_edges if node in edge for other in edge - {node}}
        known = {order[other] for other in neighbours if order[other] is not None}
        wanted = {other for edge in edges if paper in edge for other in edge - {paper}}
        return known <= wanted and len(neighbours) == len(wanted)

    def assign(nodes):
        """Backtracks over the few ambiguous nodes."""
        if not nodes:
            return {frozenset(order[node] for node in edge) for edge in node_edges} == edges
        node, rest = nodes[0], nodes[1:]
        for paper in candidates[node]:
            if paper not in order and fits(node, paper):
                order[node] = paper
                if assign(rest):
                    return True
                order[node] = None
        return False

    if not assign([node for node, paper in enumerate(order) if paper is None]):
        raise SystemExit("no order of the papers gives Planetoid's graph")
    return order


def write(name, lines):
    """Without a time stamp, so that the same content gives the same file."""
    (HERE / name).write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode(), 9, mtime=0))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("content_and_cites", type=pathlib.Path)
    parser.add_argument("--planetoid", type=pathlib.Path)
    arguments = parser.parse_args()

    words, classes, edges = original = read_original(arguments.content_and_cites)
    if arguments.planetoid:
        order = find_order(original, read_planetoid(arguments.planetoid))
        (HERE / "order.txt").write_text("".join(f"{paper}\n" for paper in order))
    order = (HERE / "order.txt").read_text().split()
    node_of = {paper: node for node, paper in enumerate(order)}
    write("nodes.tsv.gz", (f"{classes[paper]}\t{' '.join(map(str, words[paper]))}" for paper in order))
    pairs = sorted(sorted(node_of[paper] for paper in edge) for edge in edges)
    write("edges.tsv.gz", (f"{i}\t{j}" for i, j in pairs))
    print(f"{len(order)} nodes, {len(pairs)} edges, {sum(map(len, words.values()))} nonzeros")


if __name__ == "__main__":
    main()

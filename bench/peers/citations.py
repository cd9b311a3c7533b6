"""Planetoid's citation graphs and the splits of aevb, as SciPy matrices and NumPy arrays."""
import json
import os
import pathlib
import pickle
import sys

import numpy as np
import scipy.sparse as sp


def features(name):
    """The features `[nodes, features]` of a graph as CSR in float32, nodes in Planetoid's order."""
    folder = pathlib.Path(os.environ.get("AEVB_DATA", "datasets"), "planetoid")

    def part(suffix):
        path = folder / f"ind.{name}.{suffix}"
        if not path.is_file():
            fetched = "cora-planetoid" if name == "cora" else name
            sys.exit(f"{path} is missing: run `aevb data fetch {fetched}`, or let AEVB_DATA name the folder of the data")
        return path

    def matrix(suffix):
        with part(suffix).open("rb") as file:
            return sp.coo_matrix(pickle.load(file, encoding="latin1"))

    first, test = matrix("allx"), matrix("tx")
    with part("graph").open("rb") as file:
        nodes = len(pickle.load(file, encoding="latin1"))
    # Row k of the test part belongs to node order[k]; Citeseer's nodes without a row have no features.
    order = np.loadtxt(part("test.index"), dtype=np.int64)
    rows = np.concatenate([first.row, order[test.row]])
    columns = np.concatenate([first.col, test.col])
    values = np.concatenate([first.data, test.data]).astype(np.float32)
    return sp.csr_matrix((values, (rows, columns)), shape=(nodes, first.shape[1]))


class Split:
    """A division of a graph's edges into parts, as `split.json` of a run has it; pairs are `[pairs, 2]`."""

    def __init__(self, path):
        content = json.loads(pathlib.Path(path).read_text())
        self.nodes = content["nodes"]
        self.train = np.array(content["train"], dtype=np.int64)
        self.test_edges = np.array(content["test"]["edges"], dtype=np.int64)
        self.test_non_edges = np.array(content["test"]["non_edges"], dtype=np.int64)

    def adjacency(self):
        """The symmetric training graph `[nodes, nodes]`, without loops."""
        ones = np.ones(len(self.train), np.float32)
        upper = sp.coo_matrix((ones, self.train.T), shape=(self.nodes, self.nodes))
        return (upper + upper.T).tocsr()

    def test_metrics(self, embedding):
        """ROC AUC and average precision of inner products of the embedding `[nodes, latent]` on the test pairs."""
        # Imported here, where it costs a peer neither start nor memory of training.
        from sklearn.metrics import average_precision_score, roc_auc_score

        pairs = np.concatenate([self.test_edges, self.test_non_edges])
        scores = np.einsum("ij,ij->i", *embedding.astype(np.float64)[pairs.T])
        labels = np.repeat([1, 0], [len(self.test_edges), len(self.test_non_edges)])
        return {
            "auc": float(roc_auc_score(labels, scores)),
            "ap": float(average_precision_score(labels, scores)),
        }

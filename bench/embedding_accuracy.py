"""How well a logistic regression tells the classes of nodes by the latent vectors of a run, beside TruncatedSVD(A²X).

    python embedding_accuracy.py --datasets FOLDER --files DATA cora citeseer pubmed
    aevb train DATA/cora --name cora      # and the others: the preset for a graph of one's own
    python embedding_accuracy.py --datasets FOLDER --program aevb cora=runs/cora … [--out FILE.jsonl]
    python embedding_accuracy.py --datasets FOLDER --baseline cora citeseer pubmed

The first form writes each set as a user would have it: edges.csv, features.mtx and labels.csv. The second asks the program for the latent means of each run, with the messages of the training edges alone and of all
edges, and prints five-fold accuracies; the last prints those of the truncated SVD of A²X, A being the adjacency with
loops, normalised by both ends, by rows, or not at all, and X the features as the files give them. FOLDER is that of the data
sets (the one that holds `planetoid/`, and `graphs/large` for `wordnet`). Needs numpy, scipy and scikit-learn.

Protocol: nodes without a class are left out of the regression, and only of it. Folds are stratified and shuffled, by the seeds
0, 1 and 2; the regression is scikit-learn's, with its own penalty (C = 1), on features as they are ("raw") and
brought to mean 0 and deviation 1 on the training folds ("standardised"). Accuracies are means over 15 folds; the spread is the
deviation of the three means of five folds.
"""

import argparse
import csv
import json
import pickle
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from scipy.io import mmwrite
from sklearn.decomposition import TruncatedSVD
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def planetoid(folder, name):
    """A (symmetric, without loops), X and the classes (−1 where a node has none), nodes in the order of the data set."""

    def part(suffix):
        with open(Path(folder) / "planetoid" / f"ind.{name}.{suffix}", "rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pickle.load(file, encoding="latin1")

    test = np.loadtxt(Path(folder) / "planetoid" / f"ind.{name}.test.index", dtype=int)
    neighbours, known = part("graph"), part("allx").shape[0]
    nodes = max(test.max() + 1, len(neighbours))
    features = sp.lil_matrix((nodes, part("allx").shape[1]))
    one_hot = np.zeros((nodes, part("ally").shape[1]))
    features[:known], one_hot[:known] = part("allx"), part("ally")
    features[test], one_hot[test] = part("tx"), part("ty")
    pairs = np.array([(i, j) for i, others in neighbours.items() for j in others if i != j])
    a = sp.csr_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), (nodes, nodes))
    a = ((a + a.T) > 0).astype(float).tocsr()
    return a, features.tocsr(), np.where(one_hot.sum(1) > 0, one_hot.argmax(1), -1)


def wordnet(folder):
    """The same of WordNet's synsets."""
    folder = Path(folder) / "graphs" / "large"
    x = sp.load_npz(folder / "wordnet-3.0-features.npz").tocsr().astype(float)
    nodes = x.shape[0]
    pairs = np.loadtxt(folder / "wordnet-3.0.txt.gz", dtype=int)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    a = sp.csr_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), (nodes, nodes))
    classes = np.full(nodes, -1)
    labels = np.loadtxt(folder / "wordnet-3.0-labels.csv.gz", dtype=int, delimiter=",", skiprows=1)
    classes[labels[:, 0]] = labels[:, 1]
    return ((a + a.T) > 0).astype(float).tocsr(), x, classes


def data_set(folder, name):
    return wordnet(folder) if name == "wordnet" else planetoid(folder, name)


def write_files(folder, a, x, classes):
    """The set as files whose nodes are numbers from 0; Matrix Market has a row for each, in their order."""
    folder.mkdir(parents=True, exist_ok=True)
    upper = sp.triu(a, 1).tocoo()
    lines = [f"{i},{j}" for i, j in sorted(zip(upper.row.tolist(), upper.col.tolist()))]
    (folder / "edges.csv").write_text("\n".join(["source,target", *lines]) + "\n")
    mmwrite(folder / "features.mtx", x)
    labels = [f"{node},{name}" for node, name in enumerate(classes.tolist()) if name >= 0]
    (folder / "labels.csv").write_text("\n".join(["node,label", *labels]) + "\n")


def with_loops(a, how):
    """A + I: D^-½ (A + I) D^-½ (`both`), D⁻¹ (A + I) (`rows`), or as it is (`none`)."""
    a = a + sp.eye(a.shape[0])
    degree = np.asarray(a.sum(1)).ravel()
    if how == "both":
        return sp.diags(degree**-0.5) @ a @ sp.diags(degree**-0.5)
    return sp.diags(1 / degree) @ a if how == "rows" else a


def accuracy(z, classes, seeds=(0, 1, 2)):
    """Percent, by how z is scaled: the mean of all folds and the spread between seeds."""
    labelled = classes >= 0
    z, y = np.asarray(z)[labelled], classes[labelled]
    answers = {}
    for scaling in ("raw", "standardised"):
        steps = [StandardScaler()] if scaling == "standardised" else []
        model = make_pipeline(*steps, LogisticRegression(max_iter=5000))
        means = [
            100 * cross_val_score(model, z, y, cv=StratifiedKFold(5, shuffle=True, random_state=seed)).mean()
            for seed in seeds
        ]
        answers[scaling] = [round(float(np.mean(means)), 2), round(float(np.std(means, ddof=1)) if len(means) > 1 else 0, 2)]
    return answers


def latents(program, run, all_edges, checkpoint=None):
    """The latent means and classes by `aevb embed`, in the order of its table."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "z.csv"
        command = [program, "embed", run, "--format", "csv", "--out", out]
        command += ["--all-edges"] if all_edges else []
        command += ["--checkpoint", checkpoint] if checkpoint else []
        subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(out, newline="") as file:
            reader = csv.reader(file)
            header = next(reader)
            label = header.index("label")
            columns = [i for i, title in enumerate(header) if title[0] == "z" and title[1:].isdigit()]
            rows = list(reader)
    names = sorted({row[label] for row in rows} - {""})
    z = np.array([[float(row[i]) for i in columns] for row in rows])
    return z, np.array([names.index(row[label]) if row[label] else -1 for row in rows])


def show(record, out):
    scores = "  ".join(f"{scaling} {mean:6.2f} ± {spread:4.2f}" for scaling, (mean, spread) in record["accuracy"].items())
    print(f"{record['data']:9} {record['what']:34} {record['dimensions']:3}  {scores}", flush=True)
    if out:
        with open(out, "a") as file:
            file.write(json.dumps(record) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--datasets", required=True)
    parser.add_argument("--program", default="aevb")
    parser.add_argument("--baseline", action="store_true")
    parser.add_argument("--files", help="a folder to write the sets into")
    parser.add_argument("--dimensions", type=int, default=64)
    parser.add_argument("--checkpoint", help="best, latest, or a number of steps")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only-all-edges", action="store_true")
    parser.add_argument("--out")
    parser.add_argument("what", nargs="+")
    asked = parser.parse_args()
    seeds = tuple(range(asked.seeds))
    for what in asked.what:
        if asked.files:
            write_files(Path(asked.files) / what, *data_set(asked.datasets, what))
            continue
        if asked.baseline:
            a, x, classes = data_set(asked.datasets, what)
            for how in ("both", "rows", "none"):
                passed = with_loops(a, how)
                svd = TruncatedSVD(asked.dimensions, random_state=0, n_iter=7)
                z = svd.fit_transform(passed @ (passed @ x))
                record = {"data": what, "what": f"TruncatedSVD(A²X), A by {how}", "dimensions": asked.dimensions}
                show(record | {"accuracy": accuracy(z, classes, seeds)}, asked.out)
            continue
        name, _, run = what.partition("=")
        if not run:
            sys.exit(f"{what}: write NAME=RUN, or ask for the --baseline")
        for all_edges in (True,) if asked.only_all_edges else (False, True):
            z, classes = latents(asked.program, run, all_edges, asked.checkpoint)
            edges = "all edges" if all_edges else "training edges"
            record = {"data": name, "what": f"{Path(run).name}, {edges}", "run": run, "checkpoint": asked.checkpoint}
            record |= {"dimensions": z.shape[1], "accuracy": accuracy(z, classes, seeds)}
            show(record, asked.out)


if __name__ == "__main__":
    main()

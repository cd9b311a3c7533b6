"""Writes gae_torch.json and torch_weights.json: the first losses of the GAE on Cora in PyTorch, with and without features and in its
variants, and weights.

A plain twin of `aevb train gae-cora --seed S`: the same edges held out (NumPy's draw), the same initial weights
(PyTorch's draw), the dense loss of Kipf and Welling's code, in double precision. Needs torch and scipy (for the pickles):

    AEVB_DATA=... python -P tests/golden/gae_torch.py
"""

import json
import os
import pathlib
import pickle

import numpy as np
import torch

SEEDS = [0, 5]
EPOCHS = 20
VARIANTS = {
    "linear": "model.hidden=[]",
    "normalized": "model.normalize=true",
    "biased": "model.decoder.kind=biased",
    "bilinear": "model.decoder.kind=bilinear",
}


def cora():
    folder = pathlib.Path(os.environ["AEVB_DATA"], "planetoid")
    x_test, x_rest, neighbours = (
        pickle.loads((folder / f"ind.cora.{part}").read_bytes(), encoding="latin1") for part in ("tx", "allx", "graph")
    )
    order = np.loadtxt(folder / "ind.cora.test.index", dtype=int)
    features = np.zeros((len(neighbours), x_rest.shape[1]))
    features[: x_rest.shape[0]] = x_rest.toarray()
    features[order] = x_test.toarray()
    edges = sorted({(min(i, j), max(i, j)) for i, row in neighbours.items() for j in row if i != j})
    return np.array(edges), features


def glorot(rows, columns):
    bound = (6 / (rows + columns)) ** 0.5
    return torch.empty(rows, columns).uniform_(-bound, bound)


def losses(edges, features, nodes, seed, variant=None):
    order = np.random.default_rng(seed).permutation(len(edges))
    train = edges[order[len(edges) // 20 + len(edges) // 10 :]]
    adjacency = np.zeros((nodes, nodes))
    adjacency[train[:, 0], train[:, 1]] = adjacency[train[:, 1], train[:, 0]] = 1
    labels = adjacency + np.eye(nodes)
    scale = labels.sum(1) ** -0.5
    message = torch.from_numpy(scale[:, None] * labels * scale)
    inputs = None if features is None else torch.from_numpy(features)
    labels = torch.from_numpy(labels)
    positive_weight = torch.tensor((nodes**2 - adjacency.sum()) / adjacency.sum())
    norm = nodes**2 / (2 * (nodes**2 - adjacency.sum()))

    torch.manual_seed(seed)

    width = nodes if features is None else features.shape[1]
    shapes = [(width, 16)] if variant == "linear" else [(width, 32), (32, 16)]
    weights = [glorot(*shape).double().requires_grad_() for shape in shapes]
    length = torch.tensor([1.8], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(nodes, dtype=torch.float64, requires_grad=True)
    matrix = torch.eye(16, dtype=torch.float64, requires_grad=True)
    own = {"normalized": [length], "biased": [bias], "bilinear": [matrix]}.get(variant, [])
    adam = torch.optim.Adam(weights + own, lr=0.01)
    found = []
    for _ in range(EPOCHS):
        adam.zero_grad()
        first = weights[0] if inputs is None else inputs @ weights[0]
        rows = first if variant == "linear" else torch.relu(message @ first) @ weights[1]
        if variant == "normalized":
            rows = length * torch.nn.functional.normalize(rows, dim=1)
        z = message @ rows
        logits = z @ z.T
        if variant == "biased":
            logits = logits + bias[:, None] + bias
        elif variant == "bilinear":
            logits = z @ ((matrix + matrix.T) / 2) @ z.T
        loss = norm * torch.nn.functional.binary_cross_entropy_with_logits(logits, labels, pos_weight=positive_weight)
        loss.backward()
        adam.step()
        found.append(loss.item())
    return found


def initial_weights(seed):
    """The bits of the weights of an encoder with 7 features, 5 hidden units and 3 latent dimensions."""
    torch.manual_seed(seed)
    shapes = [(7, 5), (5, 3), (5, 3)]
    return {"seed": seed, "bits": [glorot(*shape).view(torch.int32).flatten().tolist() for shape in shapes]}


def main():
    edges, features = cora()
    nodes = len(features)
    runs = [
        {"config": config, "set": [], "seed": seed, "losses": losses(edges, given, nodes, seed)}
        for config, given in [("gae-cora", features), ("gae-featureless-cora", None)]
        for seed in SEEDS
    ]
    runs += [
        {"config": "gae-cora", "set": [value], "seed": 0, "losses": losses(edges, features, nodes, 0, variant)}
        for variant, value in VARIANTS.items()
    ]
    text = ",\n".join(json.dumps(run) for run in runs)
    pathlib.Path(__file__).with_suffix(".json").write_text(f"[{text}]\n")
    weights = ",\n".join(json.dumps(initial_weights(seed)) for seed in [0, 5, 2**32 + 5])
    pathlib.Path(__file__).with_name("torch_weights.json").write_text(f"[{weights}]\n")


if __name__ == "__main__":
    main()

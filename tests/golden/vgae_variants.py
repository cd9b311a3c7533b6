"""Writes vgae_variants.json: losses and gradients of the variants of graph models in PyTorch, dense and in double precision.

The graph, features, noise and first weights are those of vgae.json; each variant adds parameters of its own:

- linear: no hidden layer, so mu and log sigma are one propagation each;
- unit_length: the rows of H W_mu are s h / |h| before they are propagated (VGNAE, arXiv 2108.08046);
- biased: x_ij = z_i . z_j + b_i + b_j;
- bilinear: x_ij = z_i' S z_j, S = (W + W') / 2;
- thinned: as unit_length, biased and a mask over the hidden layer's output, with messages along some of the edges alone,
  renormalised; the likelihood is still that of all edges.

Needs torch and numpy:

    python -P tests/golden/vgae_variants.py
"""

import json
import pathlib

import numpy as np
import torch

HERE = pathlib.Path(__file__).resolve().parent
SCALE = 1.8
KEEP = 0.75


def adjacency(nodes, edges):
    labels = torch.zeros(nodes, nodes, dtype=torch.float64)
    for i, j in edges:
        labels[i, j] = labels[j, i] = 1
    return labels


def normalized(labels):
    labels = labels + torch.eye(len(labels), dtype=torch.float64)
    scale = labels.sum(1) ** -0.5
    return scale[:, None] * labels * scale


def dense(csr):
    matrix = np.zeros(csr["shape"])
    for row in range(csr["shape"][0]):
        for at in range(csr["indptr"][row], csr["indptr"][row + 1]):
            matrix[row, csr["indices"][at]] = csr["values"][at]
    return torch.from_numpy(matrix)


def encode(message, features, parameters, mask):
    x = features
    if "hidden" in parameters:
        x = torch.relu(message @ (x @ parameters["hidden"]))
        x = x if mask is None else x * mask
    rows = x @ parameters["mu"]
    if "scale" in parameters:
        rows = parameters["scale"] * torch.nn.functional.normalize(rows, dim=1, eps=1e-12)
    log_sigma = message @ (x @ parameters["log_sigma"]) if "log_sigma" in parameters else None
    return message @ rows, log_sigma


def logits(z, parameters):
    if "bias" in parameters:
        bias = parameters["bias"]
        return z @ z.T + bias[:, None] + bias
    if "weight" in parameters:
        weight = parameters["weight"]
        return z @ ((weight + weight.T) / 2) @ z.T
    return z @ z.T


def objective(graph, message, parameters, mask, weighting):
    nodes, labels = graph["nodes"], graph["labels"]
    mean, log_sigma = encode(message, graph["features"], parameters, mask)
    kl = torch.zeros((), dtype=torch.float64)
    z = mean
    if log_sigma is not None:
        z = mean + log_sigma.exp() * graph["noise"]
        kl = -0.5 * (1 + 2 * log_sigma - mean**2 - (2 * log_sigma).exp()).sum()
    targets = labels + torch.eye(nodes, dtype=torch.float64)
    x, s = logits(z, parameters), labels.sum()
    cross_entropy = torch.nn.functional.binary_cross_entropy_with_logits
    if weighting == "kipf":
        norm = nodes**2 / (2 * (nodes**2 - s))
        reconstruction = norm * cross_entropy(x, targets, pos_weight=(nodes**2 - s) / s)
        return reconstruction, kl / nodes**2
    return cross_entropy(x, targets, reduction="sum") / nodes, kl / nodes


def case(graph, message, values, mask=None):
    found = {"parameters": {name: value.tolist() for name, value in values.items()}}
    for weighting in ["kipf", "nats"]:
        parameters = {name: value.clone().requires_grad_() for name, value in values.items()}
        reconstruction, kl = objective(graph, message, parameters, mask, weighting)
        loss = reconstruction + kl
        loss.backward()
        found[weighting] = {
            "loss": loss.item(),
            "reconstruction": reconstruction.item(),
            "kl": kl.item(),
            "gradients": {name: value.grad.tolist() for name, value in parameters.items()},
        }
    return found


def main():
    golden = json.loads((HERE / "vgae.json").read_text())
    nodes, edges = golden["nodes"], golden["edges"]
    graph = {
        "nodes": nodes,
        "labels": adjacency(nodes, edges),
        "features": dense(golden["features"]),
        "noise": torch.tensor(golden["noise"], dtype=torch.float64),
    }
    message = normalized(graph["labels"])
    random = np.random.default_rng(7)
    draw = lambda *shape: torch.from_numpy(random.uniform(-0.8, 0.8, shape))
    weights = golden["vgae"]["weights"]
    tensor = lambda values: torch.tensor(values, dtype=torch.float64)
    plain = {"hidden": tensor(weights["hidden"][0]), "mu": tensor(weights["mu"]), "log_sigma": tensor(weights["log_sigma"])}
    latent, features = plain["mu"].shape[1], graph["features"].shape[1]

    # What NumPy and JAX found for the plain model, so that this script is checked too.
    check = case(graph, message, plain)
    for ours, theirs in [("kipf", "kipf"), ("nats", "elbo")]:
        assert abs(check[ours]["loss"] - golden["vgae"][theirs]["loss"]) < 1e-12
        assert np.allclose(check[ours]["gradients"]["mu"], golden["vgae"][theirs]["gradients"]["mu"], atol=1e-12)

    kept = [edge for edge, keep in zip(edges, random.random(len(edges)) < KEEP) if keep]
    mask = torch.from_numpy((random.random((nodes, plain["hidden"].shape[1])) < KEEP) / KEEP)
    scale = torch.full((1,), SCALE, dtype=torch.float64)
    gae = lambda parameters: {name: value for name, value in parameters.items() if name != "log_sigma"}
    variants = {
        "linear": {"mu": draw(features, latent), "log_sigma": draw(features, latent) * 0.2},
        "unit_length": {**plain, "scale": scale},
        "biased": {**plain, "bias": draw(nodes)},
        "bilinear": {**plain, "weight": torch.eye(latent, dtype=torch.float64) + draw(latent, latent)},
    }
    found = {"kept_edges": kept, "mask": mask.tolist()}
    for name, parameters in variants.items():
        found[f"vgae_{name}"] = case(graph, message, parameters)
        found[f"gae_{name}"] = case(graph, message, gae(parameters))
    thinned = {**plain, "scale": scale, "bias": variants["biased"]["bias"]}
    found["vgae_thinned"] = case(graph, normalized(adjacency(nodes, kept)), thinned, mask)
    text = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in found.items())
    (HERE / "vgae_variants.json").write_text(f"{{{text}}}\n")


if __name__ == "__main__":
    main()

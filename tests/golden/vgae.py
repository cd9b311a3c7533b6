"""Golden values of the (variational) graph auto-encoder, in float64 by JAX on the CPU.

    pip install numpy scipy jax
    python -P tests/golden/vgae.py

writes `vgae.json` beside this file. Definitions: Kipf and Welling, 1611.07308, and the objective of the authors'
code. Every input (weights, noise, features, pairs) is representable in float32, so that a float32 kernel sees the
same point; every output is float64. Matrices are nested lists, row-major; a weight is [inputs, outputs].
"""

import json
import math
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import scipy.sparse as sp

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")

NODES, FEATURES, HIDDEN, LATENT = 30, 12, 8, 4
HUB, ISOLATED, EMPTY_ROW = 7, 19, 4


def f32(array):
    """The nearest values that float32 can hold, as float64."""
    return np.asarray(array, dtype=np.float32).astype(np.float64)


def random_graph(rng):
    """About 60 undirected edges (i < j), with one hub and one isolated node."""
    others = [i for i in range(NODES) if i not in (HUB, ISOLATED)]
    edges = {tuple(sorted((HUB, int(j)))) for j in rng.choice(others, 18, replace=False)}
    while len(edges) < 60:
        i, j = sorted(int(v) for v in rng.choice(others, 2, replace=False))
        edges.add((i, j))
    return sorted(edges)


def random_features(rng):
    x = np.zeros((NODES, FEATURES))
    for row in range(NODES):
        count = 0 if row == EMPTY_ROW else int(rng.integers(3, 6))
        x[row, rng.choice(FEATURES, count, replace=False)] = rng.uniform(0.25, 1.5, count)
    return f32(x)


def csr(matrix):
    m = sp.csr_matrix(matrix)
    m.sort_indices()
    parts = {"indptr": m.indptr, "indices": m.indices, "values": m.data}
    return {"shape": list(m.shape), **{name: part.tolist() for name, part in parts.items()}}


def softplus(x):
    return jnp.logaddexp(x, 0.0)


def encode(norm_adjacency, x, weights):
    """`x is None` stands for the identity: featureless input."""
    h = x
    for w in weights["hidden"]:
        h = jax.nn.relu(norm_adjacency @ (w if h is None else h @ w))
    mu = norm_adjacency @ h @ weights["mu"]
    log_sigma = norm_adjacency @ h @ weights["log_sigma"] if "log_sigma" in weights else None
    return mu, log_sigma


def terms(objective, adjacency, norm_adjacency, x, noise, weights):
    """(reconstruction, kl, (mu, log_sigma, z)); the loss is reconstruction + kl."""
    mu, log_sigma = encode(norm_adjacency, x, weights)
    z = mu if log_sigma is None else mu + noise * jnp.exp(log_sigma)
    n, s = adjacency.shape[0], adjacency.sum()
    y = adjacency + jnp.eye(n)
    logits = z @ z.T
    q = (n * n - s) / s if objective == "kipf" else 1.0
    bce = jnp.sum(y * q * softplus(-logits) + (1.0 - y) * softplus(logits))
    if log_sigma is None:
        kl = jnp.zeros(())
    else:
        kl = -0.5 * jnp.sum(1.0 + 2.0 * log_sigma - mu**2 - jnp.exp(2.0 * log_sigma))
    if objective == "kipf":
        norm = n * n / (2.0 * (n * n - s))
        return norm * bce / (n * n), kl / (n * n), (mu, log_sigma, z)
    return bce / n, kl / n, (mu, log_sigma, z)


def plain(tree):
    return jax.tree.map(lambda leaf: np.asarray(leaf).tolist(), tree)


def check_gradient(loss, weights, gradients):
    """Central differences along one random direction, against the derivative by JAX."""
    leaves, structure = jax.tree.flatten(weights)
    rng = np.random.default_rng(1)
    direction = [rng.standard_normal(leaf.shape) for leaf in leaves]
    step = 1e-6
    moved = [structure.unflatten([l + s * step * d for l, d in zip(leaves, direction)]) for s in (1, -1)]
    numeric = (loss(moved[0]) - loss(moved[1])) / (2 * step)
    exact = sum(float((g * d).sum()) for g, d in zip(jax.tree.leaves(gradients), direction))
    assert math.isclose(numeric, exact, rel_tol=1e-6), (numeric, exact)


def objective_case(objective, adjacency, norm_adjacency, x, noise, weights):
    def loss(weights):
        reconstruction, kl, _ = terms(objective, adjacency, norm_adjacency, x, noise, weights)
        return reconstruction + kl

    reconstruction, kl, _ = terms(objective, adjacency, norm_adjacency, x, noise, weights)
    gradients = jax.grad(loss)(weights)
    check_gradient(loss, weights, gradients)
    return {
        "loss": float(loss(weights)),
        "reconstruction": float(reconstruction),
        "kl": float(kl),
        "gradients": plain(gradients),
    }


def model_case(adjacency, norm_adjacency, x, noise, weights, objectives):
    _, _, (mu, log_sigma, z) = terms("kipf", adjacency, norm_adjacency, x, noise, weights)
    case = {"weights": plain(weights), "mu": plain(mu)}
    if log_sigma is not None:
        case |= {"log_sigma": plain(log_sigma), "z": plain(z)}
    for name in objectives:
        # The negative log-likelihood of the GAE is the ELBO's first term.
        objective = "elbo" if name == "nll" else name
        case[name] = objective_case(objective, adjacency, norm_adjacency, x, noise, weights)
    return case


def pairwise_case(name, z, w=None):
    """sum_ij softplus(z_i . w_j) and its gradients; without w, of sum_ij softplus(z_i . z_j) by z."""
    z, other = f32(z), f32(z if w is None else w)
    x = np.array([[math.fsum(a * b for a, b in zip(zi, wj)) for wj in other] for zi in z])
    exp_minus = np.exp(-np.abs(x))
    sigmoid = np.where(x >= 0, 1.0, exp_minus) / (1.0 + exp_minus)
    softplus_x = np.maximum(x, 0.0) + np.log1p(exp_minus)
    grad_z, grad_w = sigmoid @ other, sigmoid.T @ z
    case = {"name": name, "z": z.tolist(), "w": None if w is None else other.tolist()}
    case |= {"value": math.fsum(softplus_x.ravel()), "row_sums": [math.fsum(row) for row in softplus_x]}
    if w is None:
        return case | {"grad_z": (grad_z + grad_w).tolist()}
    return case | {"grad_z": grad_z.tolist(), "grad_w": grad_w.tolist()}


def pairwise_cases(rng):
    normal = lambda n, d, scale=1.0: scale * rng.standard_normal((n, d))
    positive = [1e-6, 1e-3, 1.0, 8.0, 16.0, 17.0, 40.0, 80.0]
    logits = [-x for x in reversed(positive)] + [0.0] + positive
    return [
        pairwise_case("random", normal(7, 5), normal(11, 5)),
        pairwise_case("random, 16 wide", normal(9, 16, 0.5), normal(6, 16, 0.5)),
        pairwise_case("random, with itself", normal(10, 3)),
        pairwise_case("one row", normal(1, 4), normal(5, 4)),
        pairwise_case("one pair", [[0.75]], [[-1.25]]),
        pairwise_case("zeros", np.zeros((3, 4)), np.zeros((2, 4))),
        pairwise_case("zero rows among others", normal(4, 3) * [[0], [1], [1], [1]], normal(3, 3) * [[1], [1], [0]]),
        pairwise_case("logits from -80 to 80", [[x] for x in logits], [[1.0]]),
        pairwise_case("all near -17", [[17.0, 0.125], [16.5, -0.25]], [[-1.0, 0.5], [-1.03125, 0.0]]),
        pairwise_case("all near -80", [[8.0, 4.0], [8.0, 4.5]], [[-8.0, -4.0], [-8.125, -3.0]]),
        pairwise_case("tiny", normal(4, 3, 1e-5), normal(3, 3, 1e-5)),
        pairwise_case("large, mixed signs", normal(5, 4, 5.0), normal(6, 4, 5.0)),
        pairwise_case("large, with itself", normal(6, 4, 4.0)),
    ]


def main():
    rng = np.random.default_rng(20131220)
    edges = random_graph(rng)
    adjacency = np.zeros((NODES, NODES))
    for i, j in edges:
        adjacency[i, j] = adjacency[j, i] = 1.0
    with_loops = adjacency + np.eye(NODES)
    degree = with_loops.sum(axis=1)
    norm_adjacency = with_loops / np.sqrt(np.outer(degree, degree))
    x = random_features(rng)
    noise = f32(rng.standard_normal((NODES, LATENT)))

    weight = lambda inputs, outputs: f32(rng.uniform(-1, 1, (inputs, outputs)) * math.sqrt(6.0 / (inputs + outputs)))
    heads = lambda inputs: {"mu": weight(inputs, LATENT), "log_sigma": weight(inputs, LATENT)}
    w0, final = weight(FEATURES, HIDDEN), heads(HIDDEN)
    w0_featureless = weight(NODES, HIDDEN)
    deep = {"hidden": [weight(FEATURES, HIDDEN), weight(HIDDEN, 6)], **heads(6)}

    def case(x, weights, objectives, variational=True):
        if not variational:
            weights = {key: value for key, value in weights.items() if key != "log_sigma"}
        return model_case(adjacency, norm_adjacency, x, noise, weights, objectives)

    shallow = {"hidden": [w0], **final}
    featureless = {"hidden": [w0_featureless], **final}
    pairs = int(adjacency.sum())
    golden = {
        "nodes": NODES,
        "edges": edges,
        "isolated_node": ISOLATED,
        "hub_node": HUB,
        "positive_weight": (NODES**2 - pairs) / pairs,
        "norm": NODES**2 / (2 * (NODES**2 - pairs)),
        "norm_adjacency": csr(norm_adjacency),
        "features": csr(x),
        "noise": noise.tolist(),
        "vgae": case(x, shallow, ["kipf", "elbo"]),
        "gae": case(x, shallow, ["kipf", "nll"], variational=False),
        "vgae_featureless": case(None, featureless, ["kipf", "elbo"]),
        "gae_featureless": case(None, featureless, ["kipf", "nll"], variational=False),
        "vgae_three_layers": case(x, deep, ["kipf"]),
        "softplus_sum": pairwise_cases(rng),
    }
    path = Path(__file__).with_suffix(".json")
    entries = [f"{json.dumps(key)}: {json.dumps(value, allow_nan=False)}" for key, value in golden.items()]
    path.write_text("{\n" + ",\n".join(entries) + "\n}\n")


if __name__ == "__main__":
    main()

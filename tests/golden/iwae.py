"""Golden values of the importance-weighted bound, in float64 by PyTorch.

    pip install numpy torch
    python -P tests/golden/iwae.py

reads the pixels and weights of `vae.json`, one case of each likelihood, and writes `iwae.json` beside this file.
Definition: Burda, Grosse and Salakhutdinov, 1509.00519, equation 8. The noise is representable in float32, as all inputs
are; every output is float64.
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch.distributions import Bernoulli, Independent, Normal

SAMPLES = 3
ACTIVATIONS = {"tanh": torch.tanh, "softplus": torch.nn.functional.softplus, "relu": torch.relu}


def leaves(tree):
    if isinstance(tree, dict):
        return {key: leaves(value) for key, value in tree.items()}
    if isinstance(tree, list) and tree and isinstance(tree[0], dict):
        return [leaves(value) for value in tree]
    return None if tree is None else torch.tensor(tree, dtype=torch.float64, requires_grad=True)


def gradients(tree):
    if isinstance(tree, dict):
        return {key: gradients(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [gradients(value) for value in tree]
    return None if tree is None else tree.grad.tolist()


def linear(layer, x):
    return x @ layer["weight"] + layer["bias"]


def mlp(layers, activation, x):
    for layer in layers:
        x = activation(linear(layer, x))
    return x


def normal(mean, variance):
    return Independent(Normal(mean, variance.sqrt()), 1)


def bound(case, weights, noise, floor, variance):
    activation = ACTIVATIONS[case["activation"]]
    x = torch.tensor(case["x"], dtype=torch.float64)
    encoder, decoder = weights["encoder"], weights["decoder"]
    hidden = mlp(encoder["hidden"], activation, x)
    mean, sigma = linear(encoder["mean"], hidden), (linear(encoder["log_variance"], hidden) / 2).exp()
    z = mean + sigma * noise  # [samples, batch, latent]
    hidden = mlp(decoder["hidden"], activation, z)
    output = linear(decoder["output"], hidden)
    if case["likelihood"] == "bernoulli":
        likelihood = Independent(Bernoulli(logits=output, validate_args=False), 1)
    elif case["likelihood"] == "gaussian":
        likelihood = normal(output.sigmoid(), linear(decoder["log_variance"], hidden).exp() + floor)
    else:
        likelihood = normal(output.sigmoid(), torch.full_like(output, variance))
    prior, posterior = normal(torch.zeros_like(z), torch.ones_like(z)), normal(mean, sigma**2)
    log_weights = likelihood.log_prob(x) + prior.log_prob(z) - posterior.log_prob(z)
    return torch.logsumexp(log_weights, 0) - np.log(SAMPLES)


def main():
    here = Path(__file__).parent
    golden = json.loads((here / "vae.json").read_text())
    random = np.random.default_rng(0)
    cases, done = [], set()
    for index, case in enumerate(golden["cases"]):
        if case["likelihood"] in done:
            continue
        done.add(case["likelihood"])
        shape = (SAMPLES, len(case["x"]), len(case["weights"]["encoder"]["mean"]["bias"]))
        noise = random.standard_normal(shape).astype(np.float32).astype(np.float64)
        weights = leaves(case["weights"])
        value = bound(case, weights, torch.tensor(noise), golden["variance_floor"], golden["variance"])
        (-value.mean()).backward()
        cases.append({
            "case": index,
            "noise": noise.reshape(-1, shape[2]).tolist(),
            "bound": value.tolist(),
            "gradients": gradients(weights),
        })
    text = json.dumps({"samples": SAMPLES, "cases": cases}, indent=None)
    (here / "iwae.json").write_text(text + "\n")


main()

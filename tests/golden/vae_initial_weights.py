"""The first weights of a VAE as PyTorch's nn.Linear draws them after torch.manual_seed(seed), for
crates/runner/src/train/initial_weights.rs.

    pip install torch --index-url https://download.pytorch.org/whl/cpu
    python -P vae_initial_weights.py > vae_initial_weights.json

Layers are made in the order encoder, heads (means and log-variances as one layer), decoder, output (for a Gaussian
likelihood, means and log-variances as one layer). Small models are written whole; of one in the size of MNIST, each
tensor's first values and its sum. (-P keeps random.py in this folder from standing in for Python's own.)
"""

import json
import math

import torch
from torch import nn


def layers(seed, pixels, hidden, latent, outputs):
    torch.manual_seed(seed)
    sizes = [(pixels, hidden), (hidden, 2 * latent), (latent, hidden), (hidden, outputs)]
    return dict(zip(["encoder", "heads", "decoder", "output"], [nn.Linear(*size) for size in sizes]))


def whole(seed, likelihood):
    pixels, hidden, latent = 6, 5, 2
    made = layers(seed, pixels, hidden, latent, pixels * (2 if likelihood == "gaussian" else 1))
    return {
        "seed": seed,
        "likelihood": likelihood,
        "layers": {name: {"weight": layer.weight.tolist(), "bias": layer.bias.tolist()} for name, layer in made.items()},
    }


def digest(tensor):
    values = tensor.flatten().tolist()
    return {"first": values[:4], "sum": math.fsum(values)}


def large(seed):
    made = layers(seed, 784, 500, 20, 784)
    digests = {name: {"weight": digest(layer.weight), "bias": digest(layer.bias)} for name, layer in made.items()}
    return {"seed": seed, "layers": digests}


print(json.dumps({"whole": [whole(0, "bernoulli"), whole(7, "gaussian")], "large": large(0)}))

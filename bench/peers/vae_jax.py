"""The twin of `aevb train vae-mnist` and its relatives in JAX, float32 on the CPU: the same architecture, distribution
of first weights, split, optimizer and constants; only the random numbers differ.

    pip install numpy scipy jax
    python bench/peers/vae_jax.py --data $AEVB_DATA [--task frey] [--binarization dynamic] [--optimizer adagrad]

prints one line of JSON: test bounds in nats per image by epoch, and seconds an epoch.
"""

import argparse
import gzip
import json
import math
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_platforms", "cpu")


def mnist(folder):
    def images(stem):
        raw = gzip.open(Path(folder) / "mnist" / f"{stem}-images-idx3-ubyte.gz").read()
        return np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 784).astype(np.float32) / 255

    return images("train"), images("t10k")


def frey(folder, rng):
    """1565 train, 200 validate, 200 test."""
    from scipy.io import loadmat

    faces = loadmat(Path(folder) / "freyface" / "frey_rawface.mat")["ff"].T.astype(np.float32) / 255
    faces = faces[rng.permutation(len(faces))]
    return faces[400:], faces[200:400]


def initial(rng, rule, widths):
    def layer(inputs, outputs):
        if rule == "normal":
            return {"w": rng.normal(0, 0.01, (inputs, outputs)), "b": rng.normal(0, 0.01, outputs)}
        bound = math.sqrt(6 / (inputs + outputs))
        return {"w": rng.uniform(-bound, bound, (inputs, outputs)), "b": np.zeros(outputs)}

    pixels, hidden, latent, gaussian = widths
    names = {"encode": (pixels, hidden), "mean": (hidden, latent), "log_variance": (hidden, latent)}
    names |= {"decode": (latent, hidden), "output": (hidden, pixels)}
    names |= {"spread": (hidden, pixels)} if gaussian else {}
    return jax.tree.map(jnp.float32, {name: layer(*shape) for name, shape in names.items()})


def linear(layer, x):
    return x @ layer["w"] + layer["b"]


def bound(weights, x, noise, floor):
    """Estimator B with one sample, `[batch]`."""
    h = jnp.tanh(linear(weights["encode"], x))
    mean, log_variance = linear(weights["mean"], h), linear(weights["log_variance"], h)
    z = mean + jnp.exp(0.5 * log_variance) * noise
    h = jnp.tanh(linear(weights["decode"], z))
    output = linear(weights["output"], h)
    if "spread" in weights:
        log_v = jnp.log(jnp.exp(linear(weights["spread"], h)) + floor)
        square = (x - jax.nn.sigmoid(output)) ** 2
        likelihood = -0.5 * jnp.sum(math.log(2 * math.pi) + log_v + square * jnp.exp(-log_v), -1)
    else:
        likelihood = jnp.sum(x * output - jax.nn.softplus(output), -1)
    kl = -0.5 * jnp.sum(1 + log_variance - mean**2 - jnp.exp(log_variance), -1)
    return likelihood - kl


def adam(rate, weights, state, gradients):
    step = state["step"] + 1
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, state["first"], gradients)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, state["second"], gradients)

    def move(w, m, v):
        return w - rate * (m / (1 - 0.9**step)) / (jnp.sqrt(v / (1 - 0.999**step)) + 1e-8)

    return jax.tree.map(move, weights, first, second), {"step": step, "first": first, "second": second}


def adagrad(rate, weights, state, gradients):
    second = jax.tree.map(lambda v, g: v + g * g, state["second"], gradients)
    moved = jax.tree.map(lambda w, g, v: w - rate * g / (jnp.sqrt(v) + 1e-10), weights, gradients, second)
    return moved, state | {"second": second}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--task", default="mnist", choices=["mnist", "frey"])
    parser.add_argument("--latent", type=int)
    parser.add_argument("--optimizer", default="adam", choices=["adam", "adagrad"])
    parser.add_argument("--binarization", default="grey", choices=["grey", "dynamic"])
    parser.add_argument("--initial-weights", default="glorot", choices=["glorot", "normal"])
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seed", type=int, default=0)
    a = parser.parse_args()
    rng = np.random.default_rng(a.seed)
    is_frey = a.task == "frey"
    train, test = frey(a.data, rng) if is_frey else mnist(a.data)
    latent, hidden = a.latent or (10 if is_frey else 20), 200 if is_frey else 500
    epochs, floor = a.epochs or (200 if is_frey else 20), 1e-6
    draw = lambda x: (rng.random(x.shape, np.float32) < x).astype(np.float32)
    if a.binarization == "dynamic":
        test = draw(test)
    weights = initial(rng, a.initial_weights, (train.shape[1], hidden, latent, is_frey))
    zeros = jax.tree.map(jnp.zeros_like, weights)
    state = {"step": 0, "first": zeros, "second": zeros}
    move, rate = (adam, 1e-3) if a.optimizer == "adam" else (adagrad, 0.02)

    @jax.jit
    def step(weights, state, x, noise):
        gradients = jax.grad(lambda weights: -bound(weights, x, noise, floor).mean())(weights)
        return move(rate, weights, state, gradients)

    measure = jax.jit(lambda weights, x, noise: bound(weights, x, noise, floor).sum())
    curve, seconds = {}, []
    for epoch in range(1, epochs + 1):
        began = time.perf_counter()
        order = rng.permutation(len(train))
        for first in range(0, len(train), 100):
            x = train[order[first : first + 100]]
            x = draw(x) if a.binarization == "dynamic" else x
            weights, state = step(weights, state, x, rng.standard_normal((len(x), latent), np.float32))
        jax.block_until_ready(weights)
        seconds.append(time.perf_counter() - began)
        if epoch in (1, 10, epochs):
            noise = rng.standard_normal((len(test), latent), np.float32)
            parts = range(0, len(test), 500)
            total = sum(float(measure(weights, test[i : i + 500], noise[i : i + 500])) for i in parts)
            curve[epoch] = round(total / len(test), 2)
    print(json.dumps(vars(a) | {"test_bound": curve, "seconds_per_epoch": round(float(np.median(seconds)), 2)}))


if __name__ == "__main__":
    main()

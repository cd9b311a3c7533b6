"""Golden values of the variational auto-encoder, in float64 by JAX on the CPU.

    pip install numpy scipy jax
    python -P tests/golden/vae.py

writes `vae.json` beside this file (`-P` because `random.py` lies there too). Definitions: Kingma and Welling, 1312.6114, equations 6 and 7 and appendices B, C
and F. Every input (weights, noise, pixels) is representable in float32; every output is float64. Matrices are nested
lists, row-major; a weight is [inputs, outputs].
"""

import json
import math
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import scipy.stats

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")

PIXELS, HIDDEN, LATENT, BATCH, SAMPLES = 6, 5, 3, 4, 2
DATA = 40  # datapoints of the whole data set, for the prior over the parameters
FLOOR = 1e-3
VARIANCE = 0.25


def f32(array):
    """The nearest values that float32 can hold, as float64."""
    return np.asarray(array, dtype=np.float32).astype(np.float64)


def linear(layer, x):
    return x @ layer["weight"] + layer["bias"]


def softplus(x):
    return jnp.logaddexp(x, 0.0)


ACTIVATIONS = {"tanh": jnp.tanh, "softplus": softplus, "relu": jax.nn.relu}


def mlp(layers, activation, x):
    for layer in layers:
        x = ACTIVATIONS[activation](linear(layer, x))
    return x


def log_normal(x, mean, log_variance):
    return -0.5 * jnp.sum(math.log(2 * math.pi) + log_variance + (x - mean) ** 2 * jnp.exp(-log_variance), -1)


def log_likelihood(likelihood, decoder, activation, x, z):
    h = mlp(decoder["hidden"], activation, z)
    output = linear(decoder["output"], h)
    if likelihood == "bernoulli":
        return jnp.sum(x * output - softplus(output), -1)
    mean = jax.nn.sigmoid(output)
    if likelihood == "gaussian-fixed":
        return log_normal(x, mean, math.log(VARIANCE) * jnp.ones_like(mean))
    return log_normal(x, mean, jnp.log(jnp.exp(linear(decoder["log_variance"], h)) + FLOOR))


def bound(case, x, noise, weights):
    """(log_likelihood, kl), each [batch]; noise is [samples, batch, latent]."""
    encoder, decoder = weights["encoder"], weights["decoder"]
    h = mlp(encoder["hidden"], case["activation"], x)
    mean, log_variance = linear(encoder["mean"], h), linear(encoder["log_variance"], h)
    z = mean + jnp.exp(0.5 * log_variance) * noise
    reconstruction = jnp.stack(
        [log_likelihood(case["likelihood"], decoder, case["activation"], x, sample) for sample in z]
    ).mean(0)
    if case["estimator"] == "a":
        kl = (log_normal(z, mean, log_variance) - log_normal(z, 0.0, jnp.zeros_like(z))).mean(0)
    else:
        kl = -0.5 * jnp.sum(1 + log_variance - mean**2 - jnp.exp(log_variance), -1)
    return reconstruction, kl


def log_prior(decoder):
    return -0.5 * sum(jnp.sum(leaf**2) for leaf in jax.tree.leaves(decoder))


def objective(case, x, noise, weights):
    """Minus the mean bound, and minus the log-prior of the decoder over the number of datapoints."""
    reconstruction, kl = bound(case, x, noise, weights)
    loss = -jnp.mean(reconstruction - kl)
    return loss - log_prior(weights["decoder"]) / DATA if case["map"] else loss


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


def model_case(rng, likelihood, estimator, samples, activation="tanh", hidden=(HIDDEN,), with_prior=False):
    layer = lambda i, o: {
        "weight": f32(rng.normal(0, 1 / math.sqrt(i), (i, o))),
        "bias": f32(rng.normal(0, 0.3, o)),
    }
    stack = lambda widths: [layer(i, o) for i, o in zip(widths, widths[1:])]
    widths = [PIXELS, *hidden]
    backwards = [LATENT, *reversed(hidden)]
    weights = {
        "encoder": {
            "hidden": stack(widths),
            "mean": layer(widths[-1], LATENT),
            "log_variance": layer(widths[-1], LATENT),
        },
        "decoder": {"hidden": stack(backwards), "output": layer(backwards[-1], PIXELS)},
    }
    if likelihood == "gaussian":
        weights["decoder"]["log_variance"] = layer(backwards[-1], PIXELS)
    grey = rng.integers(0, 256, (BATCH, PIXELS)) / 255
    x = f32((grey > 0.5) if likelihood == "bernoulli" and estimator == "b" else grey)
    noise = f32(rng.standard_normal((samples, BATCH, LATENT)))
    case = {"likelihood": likelihood, "estimator": estimator, "activation": activation, "map": with_prior}
    reconstruction, kl = bound(case, x, noise, weights)
    loss = lambda weights: objective(case, x, noise, weights)
    gradients = jax.grad(loss)(weights)
    check_gradient(loss, weights, gradients)
    return case | {
        "samples": samples,
        "x": x.tolist(),
        "noise": noise.reshape(samples * BATCH, LATENT).tolist(),
        "weights": plain(weights),
        "log_likelihood": plain(reconstruction),
        "kl": plain(kl),
        "loss": float(loss(weights)),
        "gradients": plain(gradients),
    }


def densities(rng):
    """Log-densities by SciPy, and the divergence by numerical integration."""
    mean, log_variance = f32(rng.normal(0, 2, (3, 4))), f32(rng.normal(0, 1.5, (3, 4)))
    x = f32(rng.normal(0, 2, (3, 4)))
    sigma = np.exp(0.5 * log_variance)
    logits = f32([[-100.0, -17.0, -1e-3, 0.0, 0.5, 17.0, 30.0, 100.0], [3.0, -3.0, 90.0, -90.0, 1.0, -1.0, 8.0, -8.0]])
    bits = np.array([[0, 1, 0, 1, 0.25, 1, 0, 1], [1, 0, 0, 1, 0.5, 0.75, 1, 1]], dtype=float)
    cross_entropy = bits * logits - np.logaddexp(logits, 0.0)

    def divergence(m, s):
        grid = np.linspace(m - 14 * s, m + 14 * s, 200_001)
        log_q, log_p = scipy.stats.norm.logpdf(grid, m, s), scipy.stats.norm.logpdf(grid)
        return np.trapezoid(np.exp(log_q) * (log_q - log_p), grid)

    return {
        "mean": mean.tolist(),
        "log_variance": log_variance.tolist(),
        "x": x.tolist(),
        "gaussian_log_prob": scipy.stats.norm.logpdf(x, mean, sigma).sum(1).tolist(),
        "isotropic_log_prob": scipy.stats.norm.logpdf(x, mean, math.sqrt(VARIANCE)).sum(1).tolist(),
        "standard_normal_log_prob": scipy.stats.norm.logpdf(x).sum(1).tolist(),
        "kl": [float(sum(divergence(m, s) for m, s in zip(*row))) for row in zip(mean, sigma)],
        "logits": logits.tolist(),
        "bits": bits.tolist(),
        "bernoulli_log_prob": [math.fsum(row) for row in cross_entropy],
    }


def main():
    rng = np.random.default_rng(20131220)
    golden = {
        "data": DATA,
        "variance_floor": FLOOR,
        "variance": VARIANCE,
        "densities": densities(rng),
        "cases": [
            model_case(rng, "bernoulli", "a", 1),
            model_case(rng, "bernoulli", "b", 1),
            model_case(rng, "bernoulli", "a", SAMPLES),
            model_case(rng, "bernoulli", "b", SAMPLES, activation="softplus", with_prior=True),
            model_case(rng, "gaussian", "a", 1),
            model_case(rng, "gaussian", "b", 1),
            model_case(rng, "gaussian", "b", SAMPLES, activation="relu", hidden=(HIDDEN, 4), with_prior=True),
            model_case(rng, "gaussian-fixed", "a", 1, hidden=(HIDDEN, 4)),
            model_case(rng, "gaussian-fixed", "b", 1),
        ],
    }
    path = Path(__file__).with_suffix(".json")
    entries = [f"{json.dumps(key)}: {json.dumps(value, allow_nan=False)}" for key, value in golden.items()]
    path.write_text("{\n" + ",\n".join(entries) + "\n}\n")


if __name__ == "__main__":
    main()

"""Golden values of the priors of latent vectors, in float64 by NumPy and SciPy.

    pip install numpy scipy
    python -P tests/golden/priors.py

writes `priors.json` beside this file (`-P` because `random.py` lies there too). Densities of mixtures are SciPy's; the
determinant of a flow is that of its whole Jacobian, which is differentiated by complex steps and knows nothing of triangles.
Every input is representable in float32; every output is float64. A weight is [inputs, outputs].
"""

import json
from pathlib import Path

import numpy as np
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

LATENT, ROWS, COMPONENTS, VALUES, HIDDEN = 3, 5, 4, 6, 5
# The dimensions that each coupling keeps: by the lowest bit of their numbers, then by the next.
KEPT = [[0, 2], [1], [0, 1], [2]]
MOST = 2.0  # no coupling scales by more than exp of this

rng = np.random.default_rng(18)


def f32(array):
    """The nearest values that float32 can hold, as float64."""
    return np.asarray(array, dtype=np.float32).astype(np.float64)


def draw(*shape, scale=1.0):
    return f32(rng.normal(size=shape) * scale)


def mixture(z, mean, log_variance, log_weight):
    """log Σ_k w_k N(z; μ_k, diag σ_k²) for each row of z."""
    rows = []
    for row in z:
        each = [
            weight + multivariate_normal.logpdf(row, m, np.diag(np.exp(v)))
            for m, v, weight in zip(mean, log_variance, log_weight)
        ]
        rows.append(logsumexp(each))
    return np.array(rows)


def linear(layer, x):
    return x @ layer["weight"] + layer["bias"]


def layer(inputs, outputs):
    return {"weight": draw(inputs, outputs, scale=0.7), "bias": draw(outputs, scale=0.3)}


def forward(couplings, z):
    """The noise that one z is made of; complex numbers pass."""
    z = np.array(z)
    for kept, coupling in zip(KEPT, couplings):
        moved = [i for i in range(LATENT) if i not in kept]
        hidden = np.tanh(linear(coupling["hidden"], z[kept]))
        scale = MOST * np.tanh(linear(coupling["scale"], hidden))
        z[moved] = z[moved] * np.exp(scale) + linear(coupling["shift"], hidden)
    return z


def jacobian(couplings, z, step=1e-30):
    columns = []
    for i in range(LATENT):
        moved = z.astype(complex)
        moved[i] += 1j * step
        columns.append(forward(couplings, moved).imag / step)
    return np.stack(columns, axis=1)


def of_mixture():
    mean, log_variance, logit = draw(COMPONENTS, LATENT), draw(COMPONENTS, LATENT), draw(COMPONENTS)
    # One component is narrow and far from 0, as the posteriors of a sharp decoder are.
    mean[1] += 6.0
    mean, log_variance[1] = f32(mean), -9.0
    z = draw(ROWS, LATENT, scale=1.5)
    z[3] = f32(mean[1] + 0.01 * z[3])
    z[4] = 40.0
    log_weight = logit - logsumexp(logit)
    log_prob = mixture(z, mean, log_variance, log_weight)
    return dict(mean=mean, log_variance=log_variance, logit=logit, z=z, log_prob=log_prob)


def of_vamp():
    """With an encoder without hidden layers; of pixels the encoder sees what lies in [0, 1]."""
    inputs, z = draw(COMPONENTS, VALUES), draw(ROWS, LATENT)
    mean, log_variance = layer(VALUES, LATENT), layer(VALUES, LATENT)
    found = {}
    for name, seen in [("of_pixels", np.clip(inputs, 0, 1)), ("of_columns", inputs)]:
        log_weight = np.full(COMPONENTS, -np.log(COMPONENTS))
        found[name] = mixture(z, linear(mean, seen), linear(log_variance, seen), log_weight)
    return dict(pseudo_inputs=inputs, mean=mean, log_variance=log_variance, z=z, **found)


def of_flow():
    couplings = []
    for kept in KEPT:
        moved = LATENT - len(kept)
        couplings.append(
            dict(hidden=layer(len(kept), HIDDEN), scale=layer(HIDDEN, moved), shift=layer(HIDDEN, moved))
        )
    z = draw(ROWS, LATENT)
    noise = np.array([forward(couplings, row) for row in z])
    log_determinant = np.array([np.linalg.slogdet(jacobian(couplings, row))[1] for row in z])
    log_prob = multivariate_normal.logpdf(noise, np.zeros(LATENT)) + log_determinant
    return dict(couplings=couplings, z=z, noise=noise, log_determinant=log_determinant, log_prob=log_prob)


def plain(tree):
    if isinstance(tree, dict):
        return {key: plain(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [plain(value) for value in tree]
    return np.asarray(tree).tolist()


golden = plain(dict(mixture=of_mixture(), vamp=of_vamp(), flow=of_flow()))
Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=1) + "\n")

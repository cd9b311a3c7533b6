#!/usr/bin/env python3
"""Golden values of posteriors that are flows, computed in float64 with NumPy and written to posteriors.json beside this file.

    pip install numpy scipy
    python -P tests/golden/posteriors.py

Formulas are those of the papers, term by term and unit by unit, not of the Rust code: planar layers of Rezende & Mohamed (arXiv
1505.05770, eq. 10 and appendix A.1), inverse autoregressive steps of Kingma et al. (arXiv 1606.04934, eq. 13 and 14) over masked
networks (Germain et al., arXiv 1502.03509). Determinants are those of whole Jacobians, which are differentiated by complex
steps and know nothing of triangles. Weights that a mask covers are no zeros here.
Every input is representable in float32; every output is float64. A weight is [inputs, outputs].
"""

import json
from pathlib import Path

import numpy as np
from scipy.stats import multivariate_normal

LATENT, ROWS, CONTEXT, LAYERS = 3, 5, 4, 3
HIDDEN = [5, 4]  # of each autoregressive step

rng = np.random.default_rng(27)


def f32(array):
    """The nearest values that float32 can hold, as float64."""
    return np.asarray(array, dtype=np.float32).astype(np.float64)


def draw(*shape, scale=1.0):
    return f32(rng.normal(size=shape) * scale)


def layer(inputs, outputs):
    return {"weight": draw(inputs, outputs, scale=0.7), "bias": draw(outputs, scale=0.5)}


def linear(layer, x):
    return x @ layer["weight"] + layer["bias"]


def planar(layers, context, z):
    """f(z) of one z; complex numbers pass."""
    for each in layers:
        u, w, b = (linear(each[name], context) for name in "uwb")
        product = w @ u
        m = -1 + np.log1p(np.exp(product))
        u = u + (m - product) * w / (w @ w)
        z = z + u * np.tanh(w @ z + b[0])
    return z


def step(number, network, context, z):
    """The gates before their sigmoid and the means of one z, unit by unit."""
    order = list(range(LATENT))
    if number % 2 == 1:
        order.reverse()
    units, seen = [], []
    for index, (each, width) in enumerate(zip(network["hidden"], HIDDEN)):
        values, first = [], []
        for unit in range(width):
            # It sees so many of the first dimensions in the step's order.
            first.append(unit * LATENT // width)
            total = each["bias"][unit]
            if index == 0:
                for dimension in order[: first[unit]]:
                    total = total + z[dimension] * each["weight"][dimension][unit]
                for place in range(CONTEXT):
                    total = total + context[place] * network["context"][place][unit]
            else:
                for before in range(len(units)):
                    if seen[before] <= first[unit]:
                        total = total + units[before] * each["weight"][before][unit]
            values.append(np.tanh(total))
        units, seen = values, first

    def ends(each):
        found = []
        for dimension in range(LATENT):
            total = each["bias"][dimension]
            for before in range(len(units)):
                if seen[before] <= order.index(dimension):
                    total = total + units[before] * each["weight"][before][dimension]
            found.append(total)
        return np.array(found)

    return ends(network["gate"]), ends(network["mean"])


def autoregressive(steps, context, z):
    for number, network in enumerate(steps):
        gate, mean = step(number, network, context, z)
        sigma = 1 / (1 + np.exp(-gate))
        z = sigma * z + (1 - sigma) * mean
    return z


def jacobian(function, z, h=1e-30):
    columns = []
    for i in range(LATENT):
        moved = z.astype(complex)
        moved[i] += 1j * h
        columns.append(function(moved).imag / h)
    return np.stack(columns, axis=1)


def of_flow(function, layers):
    mean, log_variance = draw(ROWS, LATENT), draw(ROWS, LATENT)
    noise, context = draw(ROWS, LATENT), draw(ROWS, CONTEXT)
    z, log_determinant, log_prob = [], [], []
    for row in range(ROWS):
        start = mean[row] + np.exp(log_variance[row] / 2) * noise[row]
        z.append(function(layers, context[row], start))
        whole = jacobian(lambda z: function(layers, context[row], z), start)
        log_determinant.append(np.linalg.slogdet(whole)[1])
        initial = multivariate_normal.logpdf(start, mean[row], np.diag(np.exp(log_variance[row])))
        log_prob.append(initial - log_determinant[-1])
    return dict(
        layers=layers, context=context, mean=mean, log_variance=log_variance, noise=noise,
        z=z, log_determinant=log_determinant, log_prob=log_prob,
    )


def of_planar():
    layers = [
        {"u": layer(CONTEXT, LATENT), "w": layer(CONTEXT, LATENT), "b": layer(CONTEXT, 1)} for _ in range(LAYERS)
    ]
    return of_flow(planar, layers)


def of_autoregressive():
    def network():
        widths = [LATENT, *HIDDEN]
        hidden = [layer(inputs, outputs) for inputs, outputs in zip(widths, HIDDEN)]
        context = draw(CONTEXT, HIDDEN[0], scale=0.7)
        return {"context": context, "hidden": hidden, "gate": layer(HIDDEN[-1], LATENT), "mean": layer(HIDDEN[-1], LATENT)}

    return of_flow(autoregressive, [network() for _ in range(LAYERS)])


def plain(tree):
    if isinstance(tree, dict):
        return {key: plain(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [plain(value) for value in tree]
    return np.asarray(tree).tolist()


golden = plain(dict(planar=of_planar(), inverse_autoregressive=of_autoregressive()))
Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=1) + "\n")

"""Fits the polynomials of crates/models/src/pairwise/curve.rs: minimax in relative error, by Lawson's reweighted least
squares on Chebyshev nodes. Prints the coefficients as f32 and the largest relative error. Needs NumPy."""
import numpy as np


def fit(f, low, high, powers, scale, nodes=4000, rounds=200):
    x = (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * (np.arange(nodes) + 0.5) / nodes)
    basis = np.stack([x**p for p in powers], 1) / scale(x)[:, None]
    target = f(x) / scale(x)
    weight = np.ones(nodes)
    for _ in range(rounds):
        c, *_ = np.linalg.lstsq(basis * np.sqrt(weight)[:, None], target * np.sqrt(weight), rcond=None)
        error = np.abs(basis @ c - target)
        weight *= error / error.max() + 1e-3
        weight /= weight.sum()
    return c.astype(np.float32), error.max()


quotient = lambda t: np.log1p(t) / t
print("LOG1P", *fit(quotient, 0, 1, range(9), quotient))
half = np.log(2) / 2 * 1.0001
print("EXP", *fit(lambda r: np.exp(r) - 1 - r, -half, half, range(2, 7), np.exp))

"""Golden values of von Mises-Fisher distributions, by mpmath with 60 digits.

    pip install mpmath
    python -P tests/golden/von_mises_fisher.py

writes `von_mises_fisher.json` beside this file. A normaliser is that of Bessel functions; the quantiles of the angle are found as
roots of the distribution that mpmath integrates, and their derivatives by differences of two such.
"""

import json
from pathlib import Path

import mpmath as mp

mp.mp.dps = 60

CASES = [(m, k) for m in (2, 3, 5, 20, 200) for k in ("0", "0.01", "1", "20", "300", "50000")]
QUANTILES = [(m, k) for m, k in CASES if (m, k) in {(2, "1"), (3, "20"), (5, "0"), (5, "300"), (20, "20"), (200, "300"), (200, "50000")}]
DRAWS = (-3, -0.5, 0, 1.25, 4)


def log_area(m):
    return mp.log(2) + mp.mpf(m) / 2 * mp.log(mp.pi) - mp.loggamma(mp.mpf(m) / 2)


def log_constant(m, kappa):
    """log C_m(κ) of the density C exp(κ μ·z)."""
    if kappa == 0:
        return -log_area(m)
    order = mp.mpf(m) / 2 - 1
    return order * mp.log(kappa) - mp.mpf(m) / 2 * mp.log(2 * mp.pi) - mp.log(mp.besseli(order, kappa))


def mean_cosine(m, kappa):
    return mp.mpf(0) if kappa == 0 else mp.besseli(mp.mpf(m) / 2, kappa) / mp.besseli(mp.mpf(m) / 2 - 1, kappa)


def below(m, kappa, angle):
    """The share of angles below one."""
    constant = log_constant(m, kappa) + log_area(m - 1)
    density = lambda t: mp.exp(constant + kappa * mp.cos(t)) * mp.sin(t) ** (m - 2)
    # Where the density changes is about as wide as this.
    width = 2 / mp.sqrt(kappa + m)
    pieces = max(2, int(angle / width))
    return mp.quad(density, mp.linspace(0, angle, pieces + 1))


def quantile(m, kappa, draw):
    share = mp.ncdf(-draw)
    # From a grid to two ends, and from there by a method that keeps them.
    low, high = mp.mpf(0), mp.pi
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if below(m, kappa, middle) < share else (low, middle)
    return mp.findroot(lambda angle: below(m, kappa, angle) - share, (low, high), solver="anderson", tol=1e-40)


cases = []
for m, k in CASES:
    kappa = mp.mpf(k)
    mean = mean_cosine(m, kappa)
    cases.append(
        dict(
            dimensions=m,
            concentration=float(k),
            log_at_mean=float(log_constant(m, kappa) + kappa),
            kl=float(kappa * mean + log_constant(m, kappa) + log_area(m)),
            mean_fall=float(1 - mean),
        )
    )
mp.mp.dps = 25
quantiles = []
for m, k in QUANTILES:
    kappa = mp.mpf(k)
    step = mp.mpf("1e-4") * (1 + kappa)
    for draw in DRAWS:
        derivative = (
            (quantile(m, kappa + step, draw) - quantile(m, kappa - step, draw)) / (2 * step)
            if kappa
            else (4 * quantile(m, step, draw) - quantile(m, 2 * step, draw) - 3 * quantile(m, kappa, draw)) / (2 * step)
        )
        quantiles.append(
            dict(
                dimensions=m,
                concentration=float(k),
                draw=float(draw),
                angle=float(quantile(m, kappa, draw)),
                by_concentration=float(derivative),
            )
        )
golden = dict(cases=cases, quantiles=quantiles)
Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=1) + "\n")

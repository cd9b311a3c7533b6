"""Writes numpy_random.json: what NumPy's default generator draws for some seeds.

    python -P tests/golden/numpy_random.py
"""

import json
import pathlib

import numpy as np

SEEDS = [0, 1, 7, 2**32 - 1, 2**32, 2**64 - 1]
# Powers of two, their neighbours, and bounds just over half of 2^32, for which nearly half of the draws are rejected.
BOUNDS = [2, 3, 10, 2708, 2**16, 2**16 + 1, 2**31, 2**31 + 1, 2**31 + 1, 2**31 + 1, 2**32 - 1, 1, 5]


def main():
    cases = []
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        cases.append({
            "seed": seed,
            "shuffled": generator.permutation(40).tolist(),
            "bounds": BOUNDS,
            "below": [int(generator.integers(bound)) for bound in BOUNDS],
        })
    text = ",\n".join(json.dumps(case) for case in cases)
    pathlib.Path(__file__).with_suffix(".json").write_text(f"[{text}]\n")


if __name__ == "__main__":
    main()

"""Golden values for crates/runner/src/links/isotonic.rs: decreasing isotonic regression by scikit-learn.

Needs numpy and scikit-learn, and `python -P`, as random.py lies beside it. Writes isotonic.json beside itself.
"""

import json
import pathlib

import numpy
from sklearn.isotonic import IsotonicRegression

rng = numpy.random.default_rng(0)
cases = []
for count in [0, 1, 2, 2, 3, 5, 8, 13, 21, 34, 55, 89]:
    # Rates with a few hits each, as links have them, and ties.
    values = numpy.round(rng.random(count) * numpy.linspace(1, 0.2, count), 2)
    weights = rng.integers(1, 1000, count).astype(float)
    fitted = values
    if count:
        places = numpy.arange(count)
        fitted = IsotonicRegression(increasing=False).fit(places, values, weights).predict(places)
    cases.append({"values": values.tolist(), "weights": weights.tolist(), "fitted": fitted.tolist()})

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(cases) + "\n")

"""Golden values for crates/runner/src/evaluate/link_prediction.rs, by scikit-learn.

Needs numpy and scikit-learn. Writes metrics.json beside itself.
"""

import json
import pathlib

import numpy
from sklearn.metrics import average_precision_score, roc_auc_score

rng = numpy.random.default_rng(0)


def case(name, positive, negative):
    positive, negative = numpy.asarray(positive, numpy.float64), numpy.asarray(negative, numpy.float64)
    labels = numpy.r_[numpy.ones(len(positive)), numpy.zeros(len(negative))]
    scores = numpy.r_[positive, negative]
    return {
        "name": name,
        "positive": positive.tolist(),
        "negative": negative.tolist(),
        "auc": float(roc_auc_score(labels, scores)),
        "average_precision": float(average_precision_score(labels, scores)),
    }


cases = [
    case("one against one, right", [1.0], [0.0]),
    case("one against one, wrong", [0.0], [1.0]),
    case("one against one, tied", [0.5], [0.5]),
    case("all equal", [2.0] * 7, [2.0] * 5),
    case("few distinct values", rng.integers(0, 4, 60), rng.integers(-1, 3, 80)),
    case("two values", rng.integers(0, 2, 33), rng.integers(0, 2, 21)),
    case("no ties", rng.normal(1.0, 1.0, 100), rng.normal(0.0, 1.0, 130)),
    case("many more negatives", rng.normal(1.0, 1.0, 5).round(1), rng.normal(0.0, 1.0, 300).round(1)),
    case("single precision", rng.normal(1.0, 1.0, 90).astype("f4"), rng.normal(0.0, 1.0, 90).astype("f4")),
    case("far apart and close together", [1e300, 1e-300, 0.0, -1e300], [1e-300, -0.0, 5e-324]),
    case("saturated logits", rng.normal(0.0, 40.0, 50).clip(-30, 30), rng.normal(-9.0, 40.0, 50).clip(-30, 30)),
]
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(cases) + "\n")

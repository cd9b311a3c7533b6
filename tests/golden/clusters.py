"""Golden values of clusters and of how far they agree with classes, by scikit-learn and SciPy.

    pip install scikit-learn scipy
    python -P tests/golden/clusters.py

writes `clusters.json` beside this file.
"""

import json
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix

rng = np.random.default_rng(6)


def case(clusters, classes):
    table = contingency_matrix(clusters, classes)
    rows, columns = linear_sum_assignment(table, maximize=True)
    return dict(
        clusters=np.asarray(clusters).tolist(),
        classes=np.asarray(classes).tolist(),
        normalized_mutual_information=float(normalized_mutual_info_score(classes, clusters)),
        adjusted_rand_index=float(adjusted_rand_score(classes, clusters)),
        accuracy=float(table[rows, columns].sum() / len(classes)),
    )


def near(classes, clusters, share):
    """Clusters that are classes but for some rows."""
    other = rng.integers(0, clusters, len(classes))
    return np.where(rng.random(len(classes)) < share, other, classes % clusters)


classes = rng.integers(0, 7, 200)
agreement = [
    case(near(classes, 7, 0.3), classes),
    case(near(classes, 12, 0.5), classes),
    case(near(classes, 3, 0.2), classes),
    case(rng.integers(0, 7, 200), classes),
    case((classes + 3) % 7, classes),
    case(np.zeros(200, int), classes),
    case(classes, np.zeros(200, int)),
    case(np.zeros(5, int), np.zeros(5, int)),
    case(np.arange(5), np.arange(5)[::-1].copy()),
]

middles = rng.normal(size=(4, 3)) * 8
points = (middles[rng.integers(0, 4, 120)] + rng.normal(size=(120, 3))).astype(np.float32)
centres = points[:4].astype(np.float64)
found = KMeans(4, init=centres, n_init=1, tol=0, max_iter=300).fit(points.astype(np.float64))
best = KMeans(4, n_init=50, random_state=0, tol=0).fit(points.astype(np.float64))
k_means = dict(
    points=points.astype(np.float64).tolist(),
    centres=centres.tolist(),
    clusters=found.labels_.tolist(),
    inertia=float(found.inertia_),
    best_inertia=float(best.inertia_),
)
golden = dict(agreement=agreement, k_means=k_means)
Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")

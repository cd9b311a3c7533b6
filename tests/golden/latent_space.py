"""Golden values for crates/runner/src/report: principal axes, nearest neighbours, ROC and precision-recall curves.

Needs numpy and scikit-learn. Writes latent_space.json beside itself. Run it as `python -P`, for beside it lies a random.py
that is not the standard library's.
"""

import json
import pathlib

import numpy
from sklearn.decomposition import PCA
from sklearn.metrics import precision_recall_curve, roc_curve
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

rng = numpy.random.default_rng(0)
rows, columns = 90, 7
classes = rng.integers(0, 4, rows)
mixing = rng.normal(size=(columns, columns))
values = ((rng.normal(size=(rows, columns)) + 0.9 * rng.normal(size=(4, columns))[classes]) @ mixing).astype(numpy.float32)

pca = PCA(2, svd_solver="full").fit(values.astype(numpy.float64))
# Signs are a convention: here the largest entry of an axis is positive.
largest = numpy.abs(pca.components_).argmax(axis=1)
signs = numpy.sign(pca.components_[[0, 1], largest])
accuracy = cross_val_score(KNeighborsClassifier(5, algorithm="brute"), values, classes, cv=LeaveOneOut()).mean()

held_out = rng.random(60) < 0.5
# Rounded, so that some scores are tied.
scores = numpy.round(rng.normal(size=60) + held_out, 1)
false_positive, true_positive, _ = roc_curve(held_out, scores, drop_intermediate=False)
precision, recall, _ = precision_recall_curve(held_out, scores)

golden = {
    "values": [float(value) for value in values.ravel()],
    "columns": columns,
    "classes": classes.tolist(),
    "plane": (pca.transform(values.astype(numpy.float64)) * signs).ravel().tolist(),
    "shares": pca.explained_variance_ratio_.tolist(),
    "accuracy": accuracy,
    "scores": scores.tolist(),
    "held_out": held_out.tolist(),
    "roc": numpy.c_[false_positive, true_positive].tolist(),
    "precision_recall": numpy.c_[recall, precision][::-1].tolist(),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=1) + "\n")

"""Differences of means and their standard errors from SciPy, for crates/runner/src/report/compare/difference.rs.

    pip install scipy
    python -P differences.py > differences.json

`ttest_rel` pairs the values, `ttest_ind(equal_var=False)` is Welch's test; both give t = mean / standard error, and the
degrees of freedom. (-P keeps random.py in this folder from standing in for Python's own.)
"""

import json

import numpy
from scipy import stats

draw = numpy.random.default_rng(13)


def expected(test, mean):
    return {
        "mean": float(mean),
        "standard_error": float(mean / test.statistic),
        "degrees_of_freedom": float(test.df),
    }


def case(group, reference):
    mean = group.mean() - reference.mean()
    paired = expected(stats.ttest_rel(group, reference), mean) if len(group) == len(reference) else None
    return {
        "group": group.tolist(),
        "reference": reference.tolist(),
        "group_mean": float(group.mean()),
        "group_deviation": float(group.std(ddof=1)),
        "paired": paired,
        "unpaired": expected(stats.ttest_ind(group, reference, equal_var=False), mean),
    }


def correlated(count, above, scale):
    reference = 0.9 + 0.01 * draw.standard_normal(count)
    return reference + above + scale * draw.standard_normal(count), reference


cases = [
    case(*correlated(10, 0.005, 0.002)),
    case(*correlated(2, -0.01, 0.001)),
    case(-90 + 5 * draw.standard_normal(5), -95 + draw.standard_normal(5)),
    case(0.8 + 0.1 * draw.standard_normal(3), 0.9 + 0.01 * draw.standard_normal(7)),
]
print(json.dumps(cases, indent=1))

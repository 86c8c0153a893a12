"""Metrics of scores that rank the rows."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from . import _core


def roc_curve(
    y_true: Any,
    y_score: Any,
    *,
    pos_label: Any = None,
    sample_weight: Any = None,
    drop_intermediate: bool = True,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """False positive rates, true positive rates and thresholds (descending, infinity first).

    >>> from colonnade.metrics import roc_curve
    >>> fpr, tpr, thresholds = roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    >>> fpr.tolist(), tpr.tolist()
    ([0.0, 0.0, 0.5, 0.5, 1.0], [0.0, 0.5, 0.5, 1.0, 1.0])
    """
    return _core.roc_curve_of(y_true, y_score, pos_label, sample_weight, drop_intermediate)


def roc_auc_score(
    y_true: Any,
    y_score: Any,
    *,
    average: str | None = "macro",
    sample_weight: Any = None,
    max_fpr: float | None = None,
    multi_class: str = "raise",
    labels: Any = None,
) -> Any:
    """Area under the ROC curve: the probability that a positive row scores higher than a negative one.

    Parameters
    ----------
    y_true : array-like
        Labels of two or more classes, or an indicator matrix.
    y_score : array-like of shape (rows,) or (rows, classes)
        Scores of the greater of two classes, or one column a class.
    average : {"macro", "micro", "weighted", "samples"}, optional
        How to average over columns; None gives all.
    max_fpr : float, optional
        The standardized partial area up to this false positive rate.
    multi_class : {"raise", "ovr", "ovo"}
        Each class against the rest, or every pair of classes (Hand and Till).
    labels : array-like, optional
        The class of each column, ascending.

    Examples
    --------
    >>> from colonnade.metrics import roc_auc_score
    >>> roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    return _core.roc_auc_score(y_true, y_score, average, sample_weight, max_fpr, multi_class, labels)


class RocAucInterval(NamedTuple):
    """An area under the ROC curve, its confidence interval and its standard error.

    >>> from colonnade.metrics import RocAucInterval
    >>> RocAucInterval(0.8, 0.7, 0.9, 0.05).low
    0.7
    """

    auc: float
    low: float
    high: float
    standard_error: float


def roc_auc_interval(y_true: Any, y_score: Any, confidence: float = 0.95) -> RocAucInterval:
    """The area under the ROC curve with DeLong's standard error and a normal interval, cut to [0, 1].

    One sort (Sun and Xu 2014): a million rows take milliseconds, where a bootstrap takes minutes.

    >>> from colonnade.metrics import roc_auc_interval
    >>> result = roc_auc_interval([0, 0, 1, 1, 0, 1], [0.1, 0.4, 0.35, 0.8, 0.2, 0.7])
    >>> round(result.auc, 3), round(result.low, 3), round(result.high, 3)
    (0.889, 0.581, 1.0)
    """
    return RocAucInterval(*_core.roc_auc_interval_of(y_true, y_score, confidence))


def precision_recall_curve(
    y_true: Any,
    y_score: Any,
    *,
    pos_label: Any = None,
    sample_weight: Any = None,
    drop_intermediate: bool = False,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision and recall at ascending thresholds; the last point (1, 0) has none.

    >>> from colonnade.metrics import precision_recall_curve
    >>> precision, recall, thresholds = precision_recall_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    >>> recall.tolist(), thresholds.tolist()
    ([1.0, 1.0, 0.5, 0.5, 0.0], [0.1, 0.35, 0.4, 0.8])
    """
    return _core.precision_recall_curve_of(y_true, y_score, pos_label, sample_weight, drop_intermediate)


def average_precision_score(
    y_true: Any, y_score: Any, *, average: str | None = "macro", pos_label: Any = 1, sample_weight: Any = None
) -> Any:
    """Sum of precision times the step of recall over the thresholds.

    >>> from colonnade.metrics import average_precision_score
    >>> round(average_precision_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 4)
    0.8333
    """
    return _core.average_precision_score(y_true, y_score, average, pos_label, sample_weight)


def calibration_curve(
    y_true: Any, y_prob: Any, *, pos_label: Any = None, n_bins: int = 5, strategy: str = "uniform"
) -> tuple[np.ndarray, np.ndarray]:
    """Share of positive rows and mean predicted probability in each bin that has rows.

    ``strategy`` cuts bins of equal width ("uniform") or of equally many rows ("quantile").

    >>> from colonnade.metrics import calibration_curve
    >>> observed, predicted = calibration_curve([0, 0, 0, 1, 1, 1], [0.1, 0.2, 0.4, 0.6, 0.8, 0.9], n_bins=2)
    >>> observed.tolist(), predicted.round(3).tolist()
    ([0.0, 1.0], [0.233, 0.767])
    """
    return _core.calibration_curve_of(y_true, y_prob, pos_label, n_bins, strategy)

"""Losses of predicted probabilities and of predicted values."""

from __future__ import annotations

from typing import Any

from . import _core


def log_loss(
    y_true: Any, y_proba: Any, *, normalize: bool = True, sample_weight: Any = None, labels: Any = None
) -> float:
    """Mean of -log of the probability that was given to the true class.

    Parameters
    ----------
    y_proba : array-like of shape (rows,) or (rows, classes)
        Probabilities of the greater of two classes, or of every class in sorted order. Clipped to [eps, 1 - eps].
    labels : array-like, optional
        All classes, where some do not occur in ``y_true``.

    Examples
    --------
    >>> from colonnade.metrics import log_loss
    >>> round(log_loss(["spam", "ham", "ham", "spam"], [0.9, 0.1, 0.2, 0.65]), 4)
    0.2162
    """
    return _core.log_loss_of(y_true, y_proba, normalize, sample_weight, labels)


def brier_score_loss(
    y_true: Any,
    y_proba: Any,
    *,
    sample_weight: Any = None,
    pos_label: Any = None,
    labels: Any = None,
    scale_by_half: bool | str = "auto",
) -> float:
    """Mean squared difference between predicted probabilities and what came true.

    ``scale_by_half="auto"`` halves the sum over the classes for two of them, so that the score lies in [0, 1].

    >>> from colonnade.metrics import brier_score_loss
    >>> round(brier_score_loss([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3]), 4)
    0.0375
    """
    return _core.brier_score_loss_of(y_true, y_proba, sample_weight, pos_label, labels, scale_by_half)


def mean_squared_error(
    y_true: Any, y_pred: Any, *, sample_weight: Any = None, multioutput: Any = "uniform_average"
) -> Any:
    """Mean of the squared errors; of several outputs their mean, or each with ``multioutput="raw_values"``.

    >>> from colonnade.metrics import mean_squared_error
    >>> mean_squared_error([3, -0.5, 2, 7], [2.5, 0.0, 2, 8])
    0.375
    """
    return _core.regression_error_of(0, y_true, y_pred, sample_weight, multioutput)


def root_mean_squared_error(
    y_true: Any, y_pred: Any, *, sample_weight: Any = None, multioutput: Any = "uniform_average"
) -> Any:
    """Square root of the mean of the squared errors, in the unit of the target.

    >>> from colonnade.metrics import root_mean_squared_error
    >>> round(root_mean_squared_error([3, -0.5, 2, 7], [2.5, 0.0, 2, 8]), 4)
    0.6124
    """
    return _core.regression_error_of(1, y_true, y_pred, sample_weight, multioutput)


def mean_absolute_error(
    y_true: Any, y_pred: Any, *, sample_weight: Any = None, multioutput: Any = "uniform_average"
) -> Any:
    """Mean of the absolute errors.

    >>> from colonnade.metrics import mean_absolute_error
    >>> mean_absolute_error([3, -0.5, 2, 7], [2.5, 0.0, 2, 8])
    0.5
    """
    return _core.regression_error_of(2, y_true, y_pred, sample_weight, multioutput)


def r2_score(
    y_true: Any,
    y_pred: Any,
    *,
    sample_weight: Any = None,
    multioutput: Any = "uniform_average",
    force_finite: bool = True,
) -> Any:
    """Coefficient of determination: 1 is perfect, 0 what the mean of ``y_true`` gives.

    ``multioutput`` may also be "variance_weighted". ``force_finite=False`` keeps NaN and
    -infinity for a constant target.

    >>> from colonnade.metrics import r2_score
    >>> round(r2_score([3, -0.5, 2, 7], [2.5, 0.0, 2, 8]), 4)
    0.9486
    """
    return _core.r2_score_of(y_true, y_pred, sample_weight, multioutput, force_finite)

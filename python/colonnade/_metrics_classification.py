"""Metrics of predicted classes."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np

from . import _core

_REPORT_COLUMNS = ("precision", "recall", "f1-score", "support")


def accuracy_score(y_true: Any, y_pred: Any, *, normalize: bool = True, sample_weight: Any = None) -> float:
    """Share of the rows that were predicted right; of an indicator matrix, of rows right in every column.

    Parameters
    ----------
    y_true, y_pred : array-like
        Labels, one a row, or indicator matrices of 0 and 1.
    normalize : bool
        False: the number (sum of weights) instead of the share.
    sample_weight : array-like, optional
        One number a row.

    Examples
    --------
    >>> from colonnade.metrics import accuracy_score
    >>> accuracy_score([0, 1, 2, 3], [0, 2, 1, 3])
    0.5
    >>> accuracy_score([0, 1, 2, 3], [0, 2, 1, 3], normalize=False)
    2.0
    """
    return _core.accuracy_score(y_true, y_pred, normalize, sample_weight)


def balanced_accuracy_score(
    y_true: Any, y_pred: Any, *, sample_weight: Any = None, adjusted: bool = False
) -> float:
    """Mean recall of the classes that occur in ``y_true``.

    ``adjusted=True`` scales it so that chance gives 0 and a perfect prediction 1.

    >>> from colonnade.metrics import balanced_accuracy_score
    >>> balanced_accuracy_score([0, 1, 0, 0, 1, 0], [0, 1, 0, 0, 0, 1])
    0.625
    """
    return _core.balanced_accuracy_score(y_true, y_pred, sample_weight, adjusted)


def confusion_matrix(
    y_true: Any, y_pred: Any, *, labels: Any = None, sample_weight: Any = None, normalize: str | None = None
) -> np.ndarray:
    """How often each class (row) was predicted as each class (column).

    Parameters
    ----------
    labels : array-like, optional
        Classes to keep and their order; by default all, sorted.
    sample_weight : array-like, optional
        Sums of weights instead of counts.
    normalize : {"true", "pred", "all"}, optional
        Divide by the sums of the rows, of the columns, or of everything.

    Examples
    --------
    >>> from colonnade.metrics import confusion_matrix
    >>> confusion_matrix(["cat", "ant", "cat"], ["ant", "ant", "cat"], labels=["ant", "cat"])
    array([[1, 0],
           [1, 1]])
    """
    return _core.confusion_matrix_of(y_true, y_pred, labels, sample_weight, normalize)


def cohen_kappa_score(
    y1: Any,
    y2: Any,
    *,
    labels: Any = None,
    weights: str | None = None,
    sample_weight: Any = None,
    replace_undefined_by: float = np.nan,
) -> float:
    """Agreement of two raters beyond chance: 1 is complete, 0 what chance gives.

    ``weights="linear"`` or ``"quadratic"`` counts classes that are further apart as a larger disagreement.

    >>> from colonnade.metrics import cohen_kappa_score
    >>> round(cohen_kappa_score(["no", "yes", "yes", "no"], ["no", "yes", "no", "no"]), 3)
    0.5
    """
    return _core.cohen_kappa_score(y1, y2, labels, weights, sample_weight, replace_undefined_by)


def matthews_corrcoef(y_true: Any, y_pred: Any, *, sample_weight: Any = None) -> float:
    """Matthews' correlation of true and predicted classes, from -1 to 1, for two or more classes.

    >>> from colonnade.metrics import matthews_corrcoef
    >>> round(matthews_corrcoef([1, 1, 1, -1], [1, -1, 1, 1]), 3)
    -0.333
    """
    return _core.matthews_corrcoef(y_true, y_pred, sample_weight)


def precision_recall_fscore_support(
    y_true: Any,
    y_pred: Any,
    *,
    beta: float = 1.0,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = None,
    warn_for: Iterable[str] = ("precision", "recall", "f-score"),
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> tuple[Any, Any, Any, Any]:
    """Precision, recall, F and support, of each class or averaged.

    Parameters
    ----------
    beta : float
        Weight of recall in F.
    labels : array-like, optional
        Classes to report, in this order.
    pos_label : label
        The class that ``average="binary"`` is about.
    average : {"binary", "micro", "macro", "weighted", "samples"}, optional
        None gives one number a class.
    zero_division : {"warn", 0, 1, nan}
        Value where a denominator is 0; "warn" is 0 with a warning.

    Returns
    -------
    precision, recall, fbeta_score, support
        Arrays, or three numbers and None.

    Examples
    --------
    >>> from colonnade.metrics import precision_recall_fscore_support
    >>> truth = ["cat", "dog", "pig", "cat", "dog", "pig"]
    >>> guess = ["cat", "pig", "dog", "cat", "cat", "dog"]
    >>> p, r, f, s = precision_recall_fscore_support(truth, guess, average="macro")
    >>> round(p, 3), round(r, 3), round(f, 3)
    (0.222, 0.333, 0.267)
    """
    return _core.precision_recall_fscore_support(
        y_true, y_pred, beta, labels, pos_label, average, list(warn_for), sample_weight, zero_division
    )


def precision_score(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = "binary",
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> Any:
    """Share of the rows predicted as a class that are of it.

    Parameters as in `precision_recall_fscore_support`; a number, or with ``average=None`` one a class.

    >>> from colonnade.metrics import precision_score
    >>> precision_score([0, 1, 1, 0], [1, 1, 1, 0])
    0.6666666666666666
    """
    return _core.precision_recall_f_score(
        0, y_true, y_pred, 1.0, labels, pos_label, average, sample_weight, zero_division
    )


def recall_score(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = "binary",
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> Any:
    """Share of the rows of a class that were predicted as it.

    Parameters as in `precision_recall_fscore_support`; a number, or with ``average=None`` one a class.

    >>> from colonnade.metrics import recall_score
    >>> recall_score([0, 1, 1, 1], [1, 1, 0, 1])
    0.6666666666666666
    """
    return _core.precision_recall_f_score(
        1, y_true, y_pred, 1.0, labels, pos_label, average, sample_weight, zero_division
    )


def f1_score(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = "binary",
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> Any:
    """Harmonic mean of precision and recall.

    Parameters as in `precision_recall_fscore_support`; a number, or with ``average=None`` one a class.

    >>> from colonnade.metrics import f1_score
    >>> f1_score([0, 1, 1, 0], [1, 1, 1, 0])
    0.8
    """
    return _core.precision_recall_f_score(
        2, y_true, y_pred, 1.0, labels, pos_label, average, sample_weight, zero_division
    )


def fbeta_score(
    y_true: Any,
    y_pred: Any,
    *,
    beta: float,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = "binary",
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> Any:
    """Weighted harmonic mean of precision and recall; ``beta`` above 1 favours recall.

    Parameters as in `precision_recall_fscore_support`; a number, or with ``average=None`` one a class.

    >>> from colonnade.metrics import fbeta_score
    >>> round(fbeta_score([0, 1, 1, 0], [1, 1, 1, 0], beta=2), 4)
    0.9091
    """
    return _core.precision_recall_f_score(
        2, y_true, y_pred, beta, labels, pos_label, average, sample_weight, zero_division
    )


def classification_report(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    target_names: Any = None,
    sample_weight: Any = None,
    digits: int = 2,
    output_dict: bool = False,
    zero_division: Any = "warn",
) -> str | dict[str, Any]:
    """Precision, recall, F1 and support of every class and their averages, as text or as a dict.

    >>> from colonnade.metrics import classification_report
    >>> print(classification_report([0, 1, 1, 0], [0, 1, 0, 0], target_names=["stays", "leaves"]))
                  precision    recall  f1-score   support
    <BLANKLINE>
           stays       0.67      1.00      0.80         2
          leaves       1.00      0.50      0.67         2
    <BLANKLINE>
        accuracy                           0.75         4
       macro avg       0.83      0.75      0.73         4
    weighted avg       0.83      0.75      0.73         4
    <BLANKLINE>
    """
    numbers = _core.classification_report_numbers(y_true, y_pred, labels, sample_weight, zero_division)
    names = _report_names(numbers["labels"], target_names, labels is not None)
    support = numbers["support"]
    rows = list(
        zip(names, numbers["precision"], numbers["recall"], numbers["f1-score"], support, strict=False)
    )
    averages = []
    for average in ("micro", "macro", "weighted", "samples"):
        if average in numbers:
            accuracy = average == "micro" and numbers["accuracy"]
            averages.append(("accuracy" if accuracy else f"{average} avg", *numbers[average], support.sum()))
    if output_dict:
        return _report_dict(rows + averages)
    return _report_text(rows, averages, names, digits)


def _report_names(labels: list[Any], target_names: Any, given: bool) -> list[str]:
    if target_names is None:
        return [str(label) for label in labels]
    names = list(target_names)
    if len(names) == len(labels):
        return names
    if not given:
        raise ValueError(
            f"Number of classes, {len(labels)}, does not match size of target_names, {len(names)}. "
            "Try specifying the labels parameter"
        )
    message = f"labels size, {len(labels)}, does not match size of target_names, {len(names)}"
    warnings.warn(message, stacklevel=3)
    return names


def _report_dict(rows: list[tuple[Any, ...]]) -> dict[str, Any]:
    report: dict[str, Any] = {}
    for name, *values in rows:
        report[name] = dict(zip(_REPORT_COLUMNS, map(float, values), strict=True))
    if "accuracy" in report:
        report["accuracy"] = report["accuracy"]["precision"]
    return report


def _report_text(
    rows: list[tuple[Any, ...]], averages: list[tuple[Any, ...]], names: list[str], digits: int
) -> str:
    width = max(*map(len, names), len("weighted avg"), digits) if names else max(len("weighted avg"), digits)
    lines = [f"{'':>{width}s}  " + " ".join(f"{column:>9}" for column in _REPORT_COLUMNS), ""]

    def line(name: str, precision: float, recall: float, f1: float, support: float) -> str:
        numbers = " ".join(f"{value:>9.{digits}f}" for value in (precision, recall, f1))
        return f"{name:>{width}s}  {numbers} {support:>9}"

    lines += [line(*row) for row in rows]
    lines.append("")
    for name, precision, recall, f1, support in averages:
        if name == "accuracy":
            lines.append(f"{name:>{width}s}  {'':>9} {'':>9} {f1:>9.{digits}f} {support:>9}")
        else:
            lines.append(line(name, precision, recall, f1, support))
    return "\n".join(lines) + "\n"

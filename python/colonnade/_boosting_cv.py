"""Cross-validation of boosted trees on one table of bins."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import _core
from ._boosting_fit import Observer, cuts_of_columns, flat, group_sizes, number
from ._estimator import row_count
from .model_selection import KFold, StratifiedKFold


def cv(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    cv: Any = 5,
    sample_weight: Any = None,
    base_margin: Any = None,
    group: Any = None,
    early_stopping_rounds: int | None = None,
    callbacks: Sequence[Callable[[int, dict[str, Any]], Any]] | None = None,
    time_limit: float | None = None,
    verbose: bool | int = False,
) -> dict[str, Any]:
    """Cross-validates boosted trees, iteration by iteration, on rows that are binned once.

    The bins are learned from all rows, as in xgboost.cv and lightgbm.cv, so the rows that are scored have a part in
    where cuts may lie. Otherwise a fold is a fit of its rows alone. All folds make an iteration before the next one.

    Parameters
    ----------
    estimator : GradientBoostedTreesClassifier or GradientBoostedTreesRegressor
        Gives the parameters; it is not fitted.
    X : array, data frame or sparse table of shape (rows, columns)
        Numbers; NaN is missing. Columns of categories as in ``fit``: their categories are those of all rows.
    y : array of shape (rows,)
        Classes of any kind, or values.
    cv : int, splitter or iterable of (train, test)
        A number of folds (`StratifiedKFold` for classes, otherwise `KFold`, without shuffling), an object with
        ``split(X, y)``, or the row numbers themselves. With ``group`` a number of folds cuts groups, not rows (`KFold`
        over the groups, for classes too), and an object is called as ``split(X, y, groups)`` with the number of the
        group of each row.
    sample_weight : array of shape (rows,), optional
        Weights, 0 or more, for learning and for the scores.
    base_margin : array of shape (rows,) or (rows, outputs), optional
        As in ``fit``.
    group : array of whole numbers, optional
        Sizes of groups of consecutive rows, as in ``fit``. A group is in one fold, and ``subsample`` draws all rows
        of a group that follow each other in a fold together.
    early_stopping_rounds : int, optional
        Stop after so many iterations without a better mean on the rows left out; the scores end with the best
        iteration. None takes that of the estimator.
    callbacks, time_limit, verbose
        As in ``fit``; the scores are the means, as "train" and "test".

    Returns
    -------
    dict
        Arrays with a number for each iteration, named as by xgboost.cv: "train-rmse-mean", "train-rmse-std",
        "test-rmse-mean" and "test-rmse-std" for the metric "rmse" (standard deviations over the folds), and
        "best_iteration", an int.

    Examples
    --------
    >>> import numpy as np
    >>> from colonnade.boosting import GradientBoostedTreesRegressor, cv
    >>> X = np.arange(100.0).reshape(-1, 1)
    >>> scores = cv(GradientBoostedTreesRegressor(n_estimators=20), X, np.sqrt(X[:, 0]), cv=4)
    >>> len(scores["test-rmse-mean"])
    20
    >>> bool(scores["train-rmse-mean"][-1] < 0.1)
    True
    """
    if getattr(estimator, "_kind", None) != "gradient_boosted_trees":
        raise TypeError(f"estimator: found {type(estimator).__name__}, expected gradient-boosted trees")
    if y is None:
        raise ValueError("y: found None, expected classes or values")
    params = estimator._checked_params()
    categories = estimator._categories_of(X, None)
    params["categorical_features"] = categories.columns
    params["cut_points"] = cuts_of_columns(estimator.cut_points, X)
    if early_stopping_rounds is not None:
        params["early_stopping_rounds"] = number("early_stopping_rounds", early_stopping_rounds, True)
    y = flat(y)
    sizes = group_sizes(group)
    folds = _folds(cv, X, y, estimator._is_classifier, sizes)
    observer = Observer(params["n_estimators"], callbacks, time_limit, verbose)
    found = _core.gradient_boosted_trees.cross_validate(
        categories.encode(X),
        y,
        sample_weight,
        folds,
        estimator._is_classifier,
        params,
        observer if observer.wanted else None,
        base_margin,
        sizes,
        estimator._threads(),
    )
    metric = found["metric"]
    scores: dict[str, Any] = {
        f"{rows}-{metric}-{what}": found[f"{rows}_{what}"]
        for rows in ("train", "test")
        for what in ("mean", "std")
    }
    return scores | {"best_iteration": found["best_iteration"]}


def _folds(
    cv: Any, X: Any, y: Any, is_classifier: bool, sizes: np.ndarray
) -> list[tuple[np.ndarray, np.ndarray]]:
    groups = np.repeat(np.arange(len(sizes)), sizes.astype(np.intp))
    if len(sizes) > 0 and len(groups) != row_count(X):
        raise ValueError(f"group: found sizes that sum to {len(groups)}, expected {row_count(X)}")
    if isinstance(cv, numbers.Integral) and not isinstance(cv, bool):
        if len(sizes) > 0:
            cv = [
                (np.isin(groups, train), np.isin(groups, test)) for train, test in KFold(int(cv)).split(sizes)
            ]
        else:
            cv = StratifiedKFold(int(cv)) if is_classifier else KFold(int(cv))
    if hasattr(cv, "split"):
        pairs = cv.split(X, y, groups) if len(sizes) > 0 else cv.split(X, y)
    else:
        pairs = cv
    try:
        folds = [(train, test) for train, test in pairs]
    except TypeError:
        raise ValueError(
            f"cv: found {type(cv).__name__}, expected a number of folds, a splitter or pairs of row numbers"
        ) from None
    rows = row_count(X)
    return [(_row_numbers(train, rows), _row_numbers(test, rows)) for train, test in folds]


def _row_numbers(given: Any, rows: int) -> np.ndarray:
    numbers_of_rows = np.asarray(given)
    if numbers_of_rows.dtype == bool and numbers_of_rows.shape == (rows,):
        numbers_of_rows = np.flatnonzero(numbers_of_rows)
    if numbers_of_rows.ndim != 1 or (numbers_of_rows.dtype.kind not in "iu" and numbers_of_rows.size > 0):
        raise ValueError("cv: expected each fold as two arrays of row numbers")
    if numbers_of_rows.size > 0 and not 0 <= numbers_of_rows.min() <= numbers_of_rows.max() < rows:
        raise ValueError(f"cv: found a row number outside of 0 to {rows - 1}")
    return numbers_of_rows.astype(np.uint32)

"""What a fit of boosted trees is given beside rows: evaluation sets, numbers, gradients of a callable, an observer."""

from __future__ import annotations

import inspect
import numbers
import os
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ._estimator import column_count
from ._frames import positions


class Gradients:
    """A user's callable as the compiled part calls it: margins of shape (outputs, rows) in, flat arrays alike out."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        try:
            parameters = dict(inspect.signature(function).parameters)
        except (TypeError, ValueError):
            parameters = {}
        self._weight = parameters.get("sample_weight")
        self._any_name = any(p.kind == p.VAR_KEYWORD for p in parameters.values())

    def __call__(self, y: np.ndarray, margins: np.ndarray, weight: np.ndarray | None) -> tuple[Any, Any]:
        predicted = margins[0] if len(margins) == 1 else np.ascontiguousarray(margins.T)
        shape = predicted.shape
        arguments = self._weight_argument(weight, len(y))
        both = self._function(y, predicted, **arguments)
        if not isinstance(both, (tuple, list)) or len(both) != 2:
            raise ValueError(f"objective: found {type(both).__name__}, expected a pair (gradient, Hessian)")
        factor = weight if weight is not None and not arguments else None
        return _plane("gradient", both[0], shape, factor), _plane("Hessian", both[1], shape, factor)

    def _weight_argument(self, weight: np.ndarray | None, rows: int) -> dict[str, Any]:
        if weight is not None:
            return {"sample_weight": weight} if self._weight is not None or self._any_name else {}
        if self._weight is not None and self._weight.default is inspect.Parameter.empty:
            return {"sample_weight": np.ones(rows)}
        return {}


def _plane(what: str, values: Any, shape: tuple[int, ...], factor: np.ndarray | None) -> np.ndarray:
    array = np.asarray(values, dtype=np.float64)
    if array.shape != shape and array.shape != (*shape, 1):
        raise ValueError(f"objective: found a {what} of shape {array.shape}, expected {shape}")
    array = array.reshape(shape)
    return np.ascontiguousarray((array if factor is None else (array.T * factor).T).T).ravel()


class Observer:
    """Calls the callbacks, looks at the clock and prints progress after an iteration."""

    def __init__(
        self, iterations: int, callbacks: Any, time_limit: float | None, verbose: bool | int
    ) -> None:
        self._iterations = iterations
        self._callbacks = list(callbacks or ())
        self._time_limit = number("time_limit", time_limit, False)
        if self._time_limit is not None and self._time_limit <= 0:
            raise ValueError(f"time_limit: found {time_limit!r}, expected a positive number of seconds")
        every = max(1, iterations // 10) if verbose is True else int(verbose)
        self._every = every
        self.wanted = bool(self._callbacks) or every > 0 or self._time_limit is not None
        self._start = time.perf_counter()

    def __call__(self, iteration: int, history: dict[str, dict[str, list[float]]]) -> bool:
        stop = False
        for callback in self._callbacks:
            stop = callback(iteration, history) is True or stop
        if self._time_limit is not None and time.perf_counter() - self._start >= self._time_limit:
            stop = True
        done = iteration + 1
        if self._every > 0 and (done % self._every == 0 or done == self._iterations or stop):
            self._report(done, history)
        return stop

    def _report(self, done: int, history: dict[str, dict[str, list[float]]]) -> None:
        scores = "".join(
            f"  {name} {metric} {values[-1]:.6g}"
            for name, metrics in history.items()
            for metric, values in metrics.items()
        )
        seconds = time.perf_counter() - self._start
        left = seconds / done * (self._iterations - done)
        clock = f"{seconds:.1f} s" + (f", {left:.1f} s left" if left > 0 else "")
        print(f"[{done}/{self._iterations}]{scores}  {clock}", flush=True)


def group_sizes(group: Any) -> np.ndarray:
    """Rows of each group; none: no groups."""
    if group is None:
        return np.empty(0, dtype=np.uint64)
    sizes = np.asarray(group)
    if sizes.ndim != 1 or sizes.size == 0 or sizes.dtype.kind not in "iu" or sizes.min() < 1:
        raise ValueError("group: expected the number of rows of each group, at least 1")
    return sizes.astype(np.uint64)


def checkpoint_of(path: Any, every: Any, names: Any, categories: dict[int, Any]) -> dict[str, Any]:
    """The file that a fit writes now and then, checked before the fit begins."""
    if path is None:
        return {"checkpoint": None}
    every = number("checkpoint_every", every, True)
    if not every:
        raise ValueError(f"checkpoint_every: found {every!r}, expected at least 1")
    path = os.fspath(path)
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise ValueError(f"checkpoint: found no folder {folder!r}, expected one that is there")
    return {
        "checkpoint": path,
        "checkpoint_every": every,
        "feature_names": [] if names is None else list(names),
        "categories": categories,
    }


def folder_of(cache: Any) -> str:
    """A folder for temporary files; empty: none."""
    if cache is None:
        return ""
    path = os.fspath(cache)
    if not os.path.isdir(path):
        raise ValueError(f"cache: found no folder {path!r}, expected one that is there")
    return path


def number(name: str, value: Any, whole: bool) -> Any:
    if value is None:
        return None
    kind = numbers.Integral if whole else numbers.Real
    good = isinstance(value, kind) and not isinstance(value, bool) and value == value
    if not good or (whole and not 0 <= value < 2**32):
        raise ValueError(
            f"{name}: found {value!r}, expected a {'whole number from 0 to 2^32 - 1' if whole else 'number'}"
        )
    return int(value) if whole else float(value)


def weights_of_columns(value: Any) -> list[float] | None:
    if value is None:
        return None
    weights = np.asarray(value)
    if weights.ndim != 1 or weights.dtype.kind not in "biuf" or weights.size == 0:
        raise ValueError("feature_weights: expected a number for each column")
    return [float(weight) for weight in weights]


def cuts_of_columns(given: Any, X: Any) -> dict[int, list[float]]:
    """The parameter ``cut_points`` by number of the column in X."""
    if given is None:
        return {}
    if isinstance(given, dict):
        items = [(_column(column, X), cuts) for column, cuts in given.items()]
    elif isinstance(given, (list, tuple)):
        if len(given) != column_count(X):
            raise ValueError(
                f"cut_points: found {len(given)} items, expected {column_count(X)}, one a column"
            )
        items = list(enumerate(given))
    else:
        raise ValueError(f"cut_points: found {type(given).__name__}, expected a dict, a list or None")
    columns = [column for column, _ in items]
    if len(set(columns)) < len(columns):
        raise ValueError("cut_points: found a column twice, expected each once")
    return {column: _cuts(column, cuts) for column, cuts in items if cuts is not None}


def _column(column: Any, X: Any) -> int:
    if not isinstance(column, (str, int, np.integer)):
        raise ValueError(f"cut_points: found {column!r}, expected names or numbers of columns")
    try:
        return positions(column, X)[0]
    except ValueError as error:
        raise ValueError(f"cut_points: found {column!r}, {error}") from None


def _cuts(column: int, given: Any) -> list[float]:
    try:
        cuts = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        cuts = np.empty(())
    if cuts.ndim != 1:
        raise ValueError(f"cut_points: found {given!r} for column {column}, expected a list of numbers")
    return [float(cut) for cut in cuts]


def evaluations(eval_set: Any, base_margins: Any) -> list[tuple[Any, Any, Any, Any]]:
    """The sets as X, y, weights and margins to begin with."""
    sets = list(eval_set or ())
    margins = [None] * len(sets) if base_margins is None else list(base_margins)
    if len(margins) != len(sets):
        raise ValueError(
            f"base_margin_eval_set: found {len(margins)}, expected one for each of {len(sets)} sets"
        )
    for item in sets:
        if not isinstance(item, (tuple, list)) or len(item) not in (2, 3):
            raise ValueError("eval_set: expected a list of (X, y) or (X, y, sample_weight)")
    return [
        (item[0], flat(item[1]), item[2] if len(item) == 3 else None, margin)
        for item, margin in zip(sets, margins)
    ]


def flat(y: Any) -> Any:
    shape = getattr(y, "shape", None)
    if shape is None or len(shape) != 2 or shape[1] != 1:
        return y
    sklearn = sys.modules.get("sklearn.exceptions")
    warnings.warn(
        "A column-vector y was passed when a 1d array was expected. Please change the shape of y to (n_samples, ), for "
        "example using ravel().",
        UserWarning if sklearn is None else sklearn.DataConversionWarning,
        stacklevel=3,
    )
    return np.asarray(y).ravel()

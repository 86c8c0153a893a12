"""Columns of anything tabular: which ones a specification means, and the part of the table that holds them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._estimator import column_count, feature_names

__all__ = ["as_table", "column_names", "positions", "select"]


def as_table(X: Any) -> Any:
    """X itself, or as a 2-D array (lists of rows) or a dict of columns (structured arrays); refuses others."""
    if getattr(getattr(X, "dtype", None), "names", None):
        return {name: X[name] for name in X.dtype.names}
    if hasattr(X, "toarray"):
        raise TypeError(
            "Sparse data was passed for X, but dense data is required. Use '.toarray()' to convert to a dense numpy "
            "array."
        )
    if isinstance(X, dict) or hasattr(X, "column_names"):
        return X
    if not hasattr(X, "columns") and not isinstance(X, np.ndarray):
        array = np.asarray(X)
        X = np.asarray(X, dtype=object) if array.dtype.kind in "US" else array
    _check_shape(X.shape)
    return X


def _check_shape(shape: tuple[int, ...]) -> None:
    if len(shape) != 2:
        raise ValueError(
            f"Expected 2D array, got {len(shape)}D array instead for X: shape {shape}. Reshape your data either using "
            "array.reshape(-1, 1) if your data has a single feature or array.reshape(1, -1) if it contains a single "
            "sample."
        )
    for count, what in zip(shape, ("sample", "feature")):
        if count == 0:
            raise ValueError(
                f"Found array with 0 {what}(s) (shape={shape}) while a minimum of 1 is required."
            )


def column_names(X: Any) -> list[str]:
    """Names of the columns of X: its own, or x0, x1, ..."""
    names = feature_names(X)
    if names is not None:
        return list(names)
    return [f"x{i}" for i in range(column_count(X))]


def positions(columns: Any, X: Any) -> list[int]:
    """Positions that a specification of scikit-learn means: a name, a position, lists of either, a slice, a mask, or a
    function of X that gives one of those."""
    if callable(columns):
        columns = columns(X)
    count = column_count(X)
    if isinstance(columns, (bool, np.bool_)):
        raise ValueError("columns: found a single truth value, expected names, positions, a slice or a mask")
    if isinstance(columns, (str, int, np.integer)):
        columns = [columns]
    if isinstance(columns, slice):
        return _of_slice(columns, X, count)
    columns = list(columns)
    if not columns:
        return []
    if all(isinstance(c, (bool, np.bool_)) for c in columns):
        if len(columns) != count:
            raise ValueError(f"columns: found a mask of {len(columns)}, expected {count}, one a column of X")
        return [i for i, wanted in enumerate(columns) if wanted]
    if all(isinstance(c, str) for c in columns):
        return [_of_name(c, X) for c in columns]
    if all(isinstance(c, (int, np.integer)) for c in columns):
        return [_of_position(int(c), count) for c in columns]
    raise ValueError(
        "No valid specification of the columns. Only a scalar, list or slice of all integers or all strings, or "
        "boolean mask is allowed"
    )


def _of_name(name: str, X: Any) -> int:
    names = feature_names(X)
    if names is None:
        raise ValueError("Specifying the columns using strings is only supported for dataframes.")
    found = np.flatnonzero(names == name)
    if len(found) == 0:
        raise ValueError(f"A given column is not a column of the dataframe: {name!r}")
    if len(found) > 1:
        raise ValueError(f"Selected columns, {[name]}, are not unique in dataframe")
    return int(found[0])


def _of_position(position: int, count: int) -> int:
    if not -count <= position < count:
        raise ValueError(f"all features must be in [0, {count - 1}] or [-{count}, 0]")
    return position % count


def _of_slice(columns: slice, X: Any, count: int) -> list[int]:
    if isinstance(columns.start, str) or isinstance(columns.stop, str):
        start = None if columns.start is None else _of_name(columns.start, X)
        stop = None if columns.stop is None else _of_name(columns.stop, X) + 1
        return list(range(count))[slice(start, stop, columns.step)]
    return list(range(count))[columns]


def select(X: Any, wanted: list[int]) -> Any:
    """The columns of X at these positions, in the kind of container that X is. Numbers of a dict become one array."""
    if isinstance(X, dict):
        names = list(X)
        return _of_dict({names[i]: X[names[i]] for i in wanted})
    if hasattr(X, "iloc"):
        return X.iloc[:, wanted]
    if hasattr(X, "column_names"):
        return X.select(wanted)
    if hasattr(X, "columns"):
        names = list(X.columns)
        return X.select([names[i] for i in wanted])
    return X[:, wanted]


def _of_dict(columns: dict[str, Any]) -> Any:
    arrays = [np.asarray(values) for values in columns.values()]
    if arrays and all(a.ndim == 1 and a.dtype.kind in "biuf" for a in arrays):
        return np.column_stack(arrays)
    return columns

"""Columns of categories for boosted trees: which they are, and the codes of their values in arrays and frames."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import numpy as np

from ._frames import positions
from ._sparse import is_sparse

__all__ = ["CategoryColumns"]


class CategoryColumns:
    """The columns of categories of one model and, by column, the names of their categories in the order of the codes.

    A column without names holds codes. A value that is not among the names becomes NaN, which is missing.
    """

    def __init__(self, columns: list[int], names: dict[int, np.ndarray]) -> None:
        self.columns = columns
        self.names = names
        self._codes = {column: {name: k for k, name in enumerate(n.tolist())} for column, n in names.items()}

    @classmethod
    def learn(cls, wanted: Any, X: Any) -> CategoryColumns:
        """Those that the parameter ``categorical_features`` means in X, with the categories that X has."""
        columns = cls.columns_of(wanted, X)
        found = {column: _distinct(X, column) for column in columns if _is_named(X, column)}
        return cls(
            columns, {column: _as_names(values, f"X, column {column}") for column, values in found.items()}
        )

    @staticmethod
    def union(parts: list[np.ndarray], batch: int, column: int) -> np.ndarray:
        """The names that any of several batches has for a column."""
        values = {value for part in parts for value in part.tolist()}
        return _as_names(values, f"X, column {column}, up to batch {batch}")

    @staticmethod
    def columns_of(wanted: Any, X: Any) -> list[int]:
        """Numbers of the columns that the parameter ``categorical_features`` means in X, ascending."""
        if wanted is None:
            return []
        if isinstance(wanted, str):
            if wanted not in ("auto", "from_dtype"):
                raise ValueError(
                    f"categorical_features: found {wanted!r}, expected 'auto', a list of columns, a mask or None"
                )
            if not _is_polars(X) and not hasattr(X, "iloc"):
                return []
            return [column for column in range(X.shape[1]) if _is_category(X, column)]
        if isinstance(X, (list, tuple)):
            X = np.asarray(X, dtype=object)
        return sorted(set(positions(wanted, X)))

    @classmethod
    def of_model(cls, model: Any) -> CategoryColumns:
        """Those of a fitted model."""
        columns = model.parameters["categorical_features"] or []
        names = {column: model.categories(column) for column in columns}
        return cls(columns, {column: n for column, n in names.items() if n is not None})

    def encode(self, X: Any) -> Any:
        """X with codes in place of the categories that have names; X itself where it holds codes."""
        if not self.names or (type(X) is np.ndarray and X.dtype.kind not in "OUS"):
            return X
        if isinstance(X, (list, tuple)):
            X = np.asarray(X, dtype=object)
        shape: tuple[int, ...] = getattr(X, "shape", ())
        if len(shape) != 2:
            return X
        codes = {c: self._of_column(X, c) for c in self.names if c < shape[1] and _is_named(X, c)}
        return _replaced(X, codes) if codes else X

    def _of_column(self, X: Any, column: int) -> np.ndarray:
        known = self._codes[column]
        values = _column(X, column)
        if _is_polars(X):
            polars = sys.modules["polars"]
            values = _plain_polars(values)
            if not known:
                return np.full(len(values), np.nan, dtype=np.float32)
            keys = polars.Series(list(known), dtype=values.dtype, strict=False)
            codes = values.replace_strict(
                keys, list(known.values()), default=None, return_dtype=polars.Float32
            )
            return codes.to_numpy()
        if hasattr(X, "iloc"):
            places, distinct = _factorized(values)
        else:
            places, distinct = _places(values)
        table = np.array([known.get(value, np.nan) for value in distinct] + [np.nan], dtype=np.float32)
        return table[places]


def _is_polars(X: Any) -> bool:
    return hasattr(X, "get_columns") and "polars" in sys.modules


def _column(X: Any, column: int) -> Any:
    if _is_polars(X):
        return X.to_series(column)
    if hasattr(X, "iloc"):
        return X.iloc[:, column]
    if hasattr(X, "column_names"):  # pyarrow
        return np.asarray(X.column(column).to_pylist(), dtype=object)
    return np.asarray(X, dtype=object)[:, column]


def _is_named(X: Any, column: int) -> bool:
    """Whether the values of a column are names of categories: anything but numbers, or of a dtype of categories."""
    if (type(X) is np.ndarray and X.dtype.kind not in "OUS") or is_sparse(X):
        return False
    values = _column(X, column)
    if _is_polars(X):
        return not values.dtype.is_numeric() and str(values.dtype) != "Null"
    dtype = values.dtype
    if hasattr(dtype, "categories"):
        return True
    if isinstance(dtype, np.dtype) and dtype.kind == "O":
        return any(isinstance(value, (str, bool, np.bool_)) for value in values)
    return getattr(dtype, "kind", "O") not in "iufc" and not str(dtype).startswith(("Int", "UInt", "Float"))


def _is_category(X: Any, column: int) -> bool:
    """Whether a column is one of categories by its dtype: categories or text. Truth values are numbers as well."""
    values = _column(X, column)
    if _is_polars(X):
        return str(values.dtype).startswith(("Categorical", "Enum", "String"))
    dtype = values.dtype
    if isinstance(dtype, np.dtype):
        return dtype.kind == "O" and any(isinstance(value, str) for value in values)
    return hasattr(dtype, "categories") or str(dtype).startswith(("str", "string"))


def _plain_polars(values: Any) -> Any:
    """Text in place of categories."""
    polars = sys.modules["polars"]
    return values.cast(polars.String) if str(values.dtype).startswith(("Categorical", "Enum")) else values


def _factorized(values: Any) -> tuple[np.ndarray, list[Any]]:
    """Places of the values of a pandas column among its distinct ones, -1 if missing; and these."""
    if hasattr(values.dtype, "categories"):
        return values.cat.codes.to_numpy(), values.cat.categories.tolist()
    places, distinct = sys.modules["pandas"].factorize(values)
    return places, list(distinct.tolist())


def _places(values: np.ndarray) -> tuple[np.ndarray, list[Any]]:
    """The same for an array of objects."""
    known: dict[Any, int] = {}
    places = np.empty(len(values), dtype=np.intp)
    for i, value in enumerate(values.tolist()):
        missing = value is None or value != value
        places[i] = -1 if missing else known.setdefault(value, len(known))
    return places, list(known)


def _distinct(X: Any, column: int) -> Iterable[Any]:
    values = _column(X, column)
    if _is_polars(X):
        return _plain_polars(values).drop_nulls().unique().to_list()
    places, distinct = _factorized(values) if hasattr(X, "iloc") else _places(values)
    return [distinct[k] for k in np.unique(places[places >= 0])]


def _as_names(values: Iterable[Any], where: str) -> np.ndarray:
    """Distinct values, sorted, in an array of their kind."""
    values = list(values)
    kinds = {_kind(value) for value in values}
    if kinds == {"int", "float"}:
        kinds = {"float"}
    if len(kinds) > 1 or "other" in kinds:
        listed = ", ".join(sorted({type(value).__name__ for value in values}))
        raise ValueError(
            f"{where}: found categories of type {listed}, expected text, numbers or truth values"
        )
    dtype = {"bool": np.bool_, "int": np.int64, "float": np.float64}.get("".join(kinds), object)
    return np.array(sorted(values), dtype=dtype)


def _kind(value: Any) -> str:
    for name, types in (
        ("text", str),
        ("bool", (bool, np.bool_)),
        ("int", (int, np.integer)),
        ("float", (float, np.floating)),
    ):
        if isinstance(value, types):  # type: ignore[arg-type]
            return name
    return "other"


def _replaced(X: Any, codes: dict[int, np.ndarray]) -> Any:
    """X with other columns at these positions."""
    if _is_polars(X):
        polars = sys.modules["polars"]
        return X.with_columns([polars.Series(X.columns[c], values) for c, values in codes.items()])
    if hasattr(X, "iloc"):
        X = X.copy(deep=False)
        for column, values in codes.items():
            X.isetitem(column, values)
        return X
    if hasattr(X, "column_names"):
        for column, values in codes.items():
            X = X.set_column(column, X.column_names[column], sys.modules["pyarrow"].array(values))
        return X
    X = np.array(X, dtype=object)
    for column, values in codes.items():
        X[:, column] = values
    return X

"""Transformers by column and estimators in sequence: one fitted object, one file, read by Python and C++ alike."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from ._column_transformer import ColumnTransformer
from ._estimator import feature_names
from ._pipeline import Pipeline

__all__ = [
    "ColumnTransformer",
    "Pipeline",
    "make_column_selector",
    "make_column_transformer",
    "make_pipeline",
]


def make_pipeline(*steps: Any, memory: Any = None, verbose: bool = False) -> Pipeline:
    """A Pipeline whose steps are named after their classes, in small letters.

    >>> from colonnade.pipeline import make_pipeline
    >>> from colonnade.preprocessing import MinMaxScaler, StandardScaler
    >>> [name for name, _ in make_pipeline(StandardScaler(), MinMaxScaler()).steps]
    ['standardscaler', 'minmaxscaler']
    """
    return Pipeline(_named(list(steps)), memory=memory, verbose=verbose)


def make_column_transformer(*transformers: Any, **arguments: Any) -> ColumnTransformer:
    """A ColumnTransformer of (transformer, columns), named after their classes.

    >>> from colonnade.pipeline import make_column_transformer
    >>> from colonnade.preprocessing import StandardScaler
    >>> make_column_transformer((StandardScaler(), ["a"]), ("drop", ["b"])).transformers[0][0]
    'standardscaler'
    """
    names = _named([transformer for transformer, _ in transformers])
    return ColumnTransformer(
        [(n, t, columns) for (n, t), (_, columns) in zip(names, transformers)], **arguments
    )


def _named(estimators: list[Any]) -> list[tuple[str, Any]]:
    names = [e if isinstance(e, str) else type(e).__name__.lower() for e in estimators]
    counts: dict[str, int] = {}
    named = []
    for name, estimator in zip(names, estimators):
        counts[name] = counts.get(name, 0) + 1
        named.append((f"{name}-{counts[name]}" if names.count(name) > 1 else name, estimator))
    return named


class make_column_selector:
    """A function that picks columns of a table by name or type, for a ColumnTransformer.

    ``pattern`` is a regular expression that names must contain; ``dtype_include`` and ``dtype_exclude`` are types as
    numpy knows them, or a list of such ("number", "object", "bool", ...). Works on pandas and polars frames and dicts.

    >>> from colonnade.pipeline import make_column_selector
    >>> make_column_selector(dtype_include="number")({"tenure": [1, 2], "plan": ["basic", "plus"]})
    ['tenure']
    """

    def __init__(
        self, pattern: str | None = None, *, dtype_include: Any = None, dtype_exclude: Any = None
    ) -> None:
        self.pattern = pattern
        self.dtype_include = dtype_include
        self.dtype_exclude = dtype_exclude

    def __call__(self, X: Any) -> list[str]:
        """Names of the columns of X that are picked."""
        names = feature_names(X)
        if names is None:
            raise ValueError("make_column_selector can only be applied to tables with column names")
        return [name for name in names if self._wants(name, X)]

    def _wants(self, name: str, X: Any) -> bool:
        if self.pattern is not None and not re.search(self.pattern, name):
            return False
        column = X[name]
        kinds = _kinds_of(column)
        included = self.dtype_include is None or any(k in kinds for k in _listed(self.dtype_include))
        return included and not any(k in kinds for k in _listed(self.dtype_exclude))


def _listed(types: Any) -> list[str]:
    if types is None:
        return []
    types = types if isinstance(types, (list, tuple, set)) else [types]
    return [t if isinstance(t, str) else getattr(t, "__name__", str(t)) for t in types]


def _kinds_of(column: Any) -> set[str]:
    """Names that a selector may use for the type of a column."""
    values = column if hasattr(column, "dtype") else np.asarray(column)
    name = str(values.dtype).lower()
    kinds = {name, type(values.dtype).__name__.lower()}
    if re.match(r"u?int|float", name):
        kinds |= {"number", re.sub(r"\d+$", "", name)}
        kinds |= {"integer"} if "int" in name else {"floating"}
    elif name.startswith("bool"):
        kinds |= {"bool", "boolean"}
    elif re.match(r"object|str|<u|string|large_string|utf8", name):
        kinds |= {"object", "str", "string"}
    elif re.match(r"cat|enum", name):
        kinds |= {"category", "categorical"}
    return kinds

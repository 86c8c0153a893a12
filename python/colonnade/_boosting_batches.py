"""Batches of rows for boosted trees: what passes over them find, and what the compiled fit reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from ._boosting_categories import CategoryColumns
from ._boosting_fit import flat
from ._estimator import feature_names, row_count
from ._sparse import csr_parts, is_sparse

__all__ = ["Batches"]

_EXPECTED = (
    "expected a list of (X, y) or (X, y, sample_weight), an object whose __iter__ begins anew, or a function that "
    "returns an iterator"
)
_DENSE_VALUES = 1 << 22  # of a sparse batch at a time


class Batches:
    """Batches that can be read again and again, after a first look at all of them.

    Attributes
    ----------
    first : array or data frame
        X of the first batch with rows.
    labels : array or None
        The labels of a classifier, each once.
    categories : CategoryColumns
        Columns of categories, with the names that any batch has.
    """

    def __init__(
        self,
        batches: Any,
        categorical_features: Any,
        classifier: bool,
        known: dict[int, np.ndarray] | None = None,
    ) -> None:
        """``known``: the names of categories of a model that the fit goes on from."""
        self._begin = _passes_of(batches)
        self.first: Any = None
        self.labels: np.ndarray | None = None
        columns: list[int] = []
        seen: dict[int, list[np.ndarray]] = {}
        for k, (X, y, _) in enumerate(self._batches()):
            if row_count(X) == 0:
                continue
            found = (
                CategoryColumns.learn(categorical_features, X)
                if known is None
                else CategoryColumns(CategoryColumns.columns_of(categorical_features, X), {})
            )
            if self.first is None:
                self.first, columns = X, found.columns
            _check_like(X, self.first, found.columns, columns, k)
            for column, names in found.names.items():
                seen[column] = [CategoryColumns.union(seen.get(column, []) + [names], k, column)]
            if classifier:
                self.labels = _with_labels(self.labels, y, k)
            elif categorical_features is None or known is not None:
                break  # there is nothing more to know
        if self.first is None:
            raise ValueError(f"batches: found no rows, {_EXPECTED}")
        if known is None:
            known = {column: names[0] for column, names in seen.items()}
        self.categories = CategoryColumns(columns, known)

    def __call__(self) -> Iterator[tuple[Any, Any, Any]]:
        """One pass, with codes in place of categories."""
        for k, (X, y, weight) in enumerate(self._batches()):
            if row_count(X) > 0:
                _check_like(X, self.first, [], [], k)
                yield from _dense(self.categories.encode(X), y, weight)

    def _batches(self) -> Iterator[tuple[Any, Any, Any]]:
        for k, batch in enumerate(self._begin()):
            if not isinstance(batch, (tuple, list)) or len(batch) not in (2, 3):
                raise ValueError(f"batches: found {type(batch).__name__} as batch {k}, {_EXPECTED}")
            yield batch[0], flat(batch[1]), batch[2] if len(batch) == 3 else None


def _passes_of(batches: Any) -> Callable[[], Iterable[Any]]:
    """A function that begins a pass."""
    if callable(batches):
        return lambda: _iterator_of(batches())
    first = _iterator_of(batches)
    if first is batches:
        raise ValueError(f"batches: found a {type(batches).__name__}, which can be read once; {_EXPECTED}")
    return lambda: iter(batches)


def _iterator_of(batches: Any) -> Iterator[Any]:
    try:
        return iter(batches)
    except TypeError:
        raise ValueError(f"batches: found {type(batches).__name__}, {_EXPECTED}") from None


def _dense(X: Any, y: Any, weight: Any) -> Iterator[tuple[Any, Any, Any]]:
    """A batch, or, of a sparse one, some of its rows after the others, with all of their values."""
    if not is_sparse(X):
        yield X, y, weight
        return
    from scipy import sparse

    *parts, shape = csr_parts(X, "X")
    rows = sparse.csr_array(tuple(parts), shape=shape)
    for name, values in (("y", y), ("sample_weight", weight)):
        if values is not None and row_count(values) != shape[0]:
            raise ValueError(
                f"{name}: found {row_count(values)} values, expected one for each of {shape[0]} rows"
            )
    together = max(1, _DENSE_VALUES // shape[1])
    for first in range(0, shape[0], together):
        some = slice(first, first + together)
        yield rows[some].toarray(), y[some], None if weight is None else weight[some]


def _check_like(X: Any, first: Any, categorical: list[int], expected: list[int], k: int) -> None:
    """Refuses a batch whose columns have other names, or that has categories in other columns."""
    names, wanted = _listed(feature_names(X)), _listed(feature_names(first))
    if names != wanted:
        raise ValueError(f"X: found columns {names} in batch {k}, expected {wanted} as in the first one")
    if categorical != expected:
        raise ValueError(
            f"categorical_features: found the columns {categorical} in batch {k}, expected {expected} as in the first "
            "one"
        )


def _listed(names: Any) -> str:
    return "without names" if names is None else repr(list(names))


def _with_labels(labels: np.ndarray | None, y: Any, k: int) -> np.ndarray:
    """The labels known so far and those of a batch, each once."""
    try:
        found = np.unique(np.asarray(y))
        return found if labels is None else np.unique(np.concatenate([labels, found]))
    except TypeError:
        raise ValueError(
            f"y: found labels of several types up to batch {k}, expected labels of one type"
        ) from None

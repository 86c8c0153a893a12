"""Splits of rows for training, testing and cross-validation, with the names and parameters of scikit-learn.

The rows that are drawn depend on ``random_state`` and the number of rows only, and are the same on every machine and
in C++. Splitters yield arrays of row numbers, as ``GridSearchCV(cv=...)`` and ``cross_val_score`` of scikit-learn take
them.

>>> from colonnade.model_selection import train_test_split
>>> train, test = train_test_split(list(range(10)), test_size=0.2, random_state=0)
>>> len(train), len(test)
(8, 2)
"""

from __future__ import annotations

import numbers
import secrets
from collections.abc import Iterator
from typing import Any

import numpy as np

from . import _core
from ._checks import check_fold_count, check_same_rows
from ._estimator import row_count, seed_of

__all__ = ["KFold", "StratifiedKFold", "train_test_split"]


def train_test_split(
    *arrays: Any,
    test_size: float | int | None = None,
    train_size: float | int | None = None,
    random_state: Any = None,
    shuffle: bool = True,
    stratify: Any = None,
) -> list[Any]:
    """Splits arrays and tables into the same random rows for training and testing.

    Parameters
    ----------
    *arrays : arrays, lists, data frames (pandas, polars, pyarrow), dicts of arrays, scipy sparse matrices
        All with the same number of rows.
    test_size, train_size : float or int, optional
        A share of the rows or a number of rows; a quarter is tested by default.
    random_state : int, RandomState, Generator or None
        None draws other rows at each call.
    shuffle : bool
        False takes the first rows to train and the next to test.
    stratify : array-like, optional
        Labels whose classes both parts have in proportion.

    Returns
    -------
    list
        Training part and test part of the first array, of the second, ...; each of the type that was given.

    Examples
    --------
    >>> import numpy as np
    >>> from colonnade.model_selection import train_test_split
    >>> X, y = np.arange(20).reshape(10, 2), np.array([0, 1] * 5)
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.4, random_state=1, stratify=y)
    >>> X_train.shape, y_test.tolist().count(1)
    ((6, 2), 2)
    """
    if not arrays:
        raise ValueError("At least one array required as input")
    counts = [_rows(array) for array in arrays]
    check_same_rows(*counts)
    seed = seed_of(random_state, _drawn) if shuffle else 0
    train, test = _core.split_rows(counts[0], test_size, train_size, bool(shuffle), seed, stratify)
    parts = []
    for array in arrays:
        parts += [_take(array, train), _take(array, test)]
    return parts


class _Folds:
    """What the splitters share: parameters, ``split``, ``get_n_splits``, repr."""

    def __init__(self, n_splits: int = 5, *, shuffle: bool = False, random_state: Any = None) -> None:
        if not isinstance(n_splits, numbers.Integral):
            raise ValueError(
                f"The number of folds must be of Integral type. {n_splits} of type {type(n_splits)} was passed."
            )
        check_fold_count(n_splits)
        if not isinstance(shuffle, bool):
            raise TypeError(f"shuffle must be True or False; got {shuffle}")
        if not shuffle and random_state is not None:
            raise ValueError(
                "Setting a random_state has no effect since shuffle is False. You should leave random_state to its "
                "default (None), or set shuffle=True."
            )
        self.n_splits = int(n_splits)
        self.shuffle = shuffle
        self.random_state = random_state

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Number of folds; the arguments are not used."""
        return self.n_splits

    def _splits(self, folds: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for fold in range(self.n_splits):
            yield _core.rows_of_fold(folds, fold)

    def _fold_seed(self) -> int:
        return seed_of(self.random_state, _drawn) if self.shuffle else 0

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(n_splits={self.n_splits}, random_state={self.random_state!r}, "
            f"shuffle={self.shuffle})"
        )


class KFold(_Folds):
    """Cuts the rows into ``n_splits`` folds and tests on each in turn.

    Parameters
    ----------
    n_splits : int
        Number of folds, at least 2. Sizes differ by one row at most, the first folds are the larger ones.
    shuffle : bool
        Folds of random rows instead of blocks.
    random_state : int, RandomState, Generator or None
        With ``shuffle`` only.

    Examples
    --------
    >>> from colonnade.model_selection import KFold
    >>> for train, test in KFold(n_splits=2).split([10, 20, 30, 40]):
    ...     print(train, test)
    [2 3] [0 1]
    [0 1] [2 3]
    """

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yields row numbers to train on and to test on; only the number of rows of ``X`` is used."""
        folds = _core.folds_of_rows(_rows(X), self.n_splits, self.shuffle, self._fold_seed())
        yield from self._splits(folds)


class StratifiedKFold(_Folds):
    """Folds that hold every class of ``y`` in proportion.

    Parameters
    ----------
    n_splits : int
        Number of folds, at least 2; warns if a class has fewer rows.
    shuffle : bool
        Random rows of each class instead of blocks.
    random_state : int, RandomState, Generator or None
        With ``shuffle`` only.

    Examples
    --------
    >>> from colonnade.model_selection import StratifiedKFold
    >>> for train, test in StratifiedKFold(n_splits=2).split([1, 2, 3, 4], ["a", "a", "b", "b"]):
    ...     print(train, test)
    [1 3] [0 2]
    [0 2] [1 3]
    """

    def split(self, X: Any, y: Any, groups: Any = None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yields row numbers to train on and to test on, stratified by the labels ``y``."""
        if groups is not None:
            import warnings

            warnings.warn("The groups parameter is ignored by StratifiedKFold", UserWarning, stacklevel=2)
        rows = _rows(X)
        folds = _core.stratified_folds(y, self.n_splits, self.shuffle, self._fold_seed())
        check_same_rows(rows, len(folds))
        yield from self._splits(folds)


def _rows(array: Any) -> int:
    if isinstance(array, dict):
        counts = {len(column) for column in array.values()}
        if len(counts) != 1:
            raise ValueError(f"a dict of columns must hold columns of one length, found {sorted(counts)}")
        return counts.pop()
    return row_count(array)


def _take(array: Any, rows: np.ndarray) -> Any:
    """The rows of any container, in a container of the same type."""
    if array is None:
        return None
    if isinstance(array, dict):
        return {name: _take(column, rows) for name, column in array.items()}
    if isinstance(array, np.ndarray):
        return array[rows]
    if hasattr(array, "iloc"):
        return array.iloc[rows]
    if hasattr(array, "tocsr"):
        return array.tocsr()[rows]
    if isinstance(array, (list, tuple)):
        return [array[i] for i in rows.tolist()]
    if hasattr(array, "combine_chunks") or hasattr(array, "to_pylist"):
        return array.take(rows)
    return array[rows]


def _drawn() -> int:
    return secrets.randbits(63)

"""What the encoders of categories share: dtypes, given categories, batches, infrequent categories."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from . import _core
from ._checks import parameter_error
from ._estimator import BaseEstimator, TransformerMixin, column_count

INFREQUENT = "infrequent_sklearn"


def column_dtypes(X: Any) -> list[Any]:
    """The numpy dtype that the categories of each column of X have; None where the type of the values decides."""
    if isinstance(X, np.ndarray):
        if X.dtype.names:
            return [X.dtype[name] for name in X.dtype.names]
        return [X.dtype] * X.shape[1]
    if hasattr(X, "iloc") and hasattr(X, "dtypes"):
        return [_frame_dtype(dtype) for dtype in X.dtypes]
    if isinstance(X, dict) or hasattr(X, "__arrow_c_stream__"):
        return []
    array = np.asarray(X)
    if array.ndim != 2:
        return []
    return [np.dtype(object) if array.dtype.kind in "US" else array.dtype] * array.shape[1]


def _frame_dtype(dtype: Any) -> Any:
    if hasattr(dtype, "categories"):
        dtype = dtype.categories.dtype
    return dtype if isinstance(dtype, np.dtype) else None


def typed_categories(categories: np.ndarray, dtype: Any) -> np.ndarray:
    """Categories in the dtype that the column had, where it can hold them."""
    if dtype is None or dtype == categories.dtype or dtype.kind not in "biufU":
        return categories
    if dtype.kind != "f" and categories.dtype.kind == "f" and np.isnan(categories).any():
        return categories
    return categories.astype(dtype)


class CategoryEncoder(TransformerMixin, BaseEstimator):
    """What the encoders of tables share: categories, batches, merging."""

    categories: Any
    _arrays: list[np.ndarray] | None

    def _options(self, X: Any) -> dict[str, Any]:
        raise NotImplementedError

    def _take_fitted(self, X: Any, state: Any, model: Any) -> None:
        self._state = state
        self._model = model
        self._learn_columns(X, model.columns)
        self._dtypes = column_dtypes(X)
        self._arrays = None

    @property
    def categories_(self) -> list[np.ndarray]:
        """The categories of each column, in order, missing last."""
        model = self._attribute("categories_")
        arrays: list[np.ndarray] | None = getattr(self, "_arrays", None)
        if arrays is None:
            arrays = [self._category_array(model, j) for j in range(model.columns)]
            self._arrays = arrays
        return arrays

    def _category_array(self, model: Any, column: int) -> np.ndarray:
        dtypes = getattr(self, "_dtypes", [])
        dtype = dtypes[column] if column < len(dtypes) else None
        return typed_categories(model.categories(column, dtype is not None and dtype.kind == "O"), dtype)

    def _given_categories(self, X: Any) -> list[np.ndarray] | None:
        if isinstance(self.categories, str) and self.categories == "auto":
            return None
        if not isinstance(self.categories, (list, tuple)):
            raise parameter_error(
                self, "categories", self.categories, "a str among {'auto'} or an instance of 'list'"
            )
        dtypes = column_dtypes(X)
        given = []
        for j, values in enumerate(self.categories):
            array = np.asarray(values, dtype=None if hasattr(values, "dtype") else object)
            number = array.dtype.kind in "biuf" or (
                j < len(dtypes) and dtypes[j] is not None and dtypes[j].kind in "biuf"
            )
            if array.dtype.kind == "O" and len(array) and isinstance(array[0], bytes):
                raise ValueError(
                    f"In column {j}, the predefined categories have type 'bytes' which is incompatible with values of "
                    "type 'str'."
                )
            if number:
                finite = array.astype(np.float64)
                finite = finite[~np.isnan(finite)] if len(finite) and np.isnan(finite[-1]) else finite
                if (np.diff(finite) < 0).any():
                    raise ValueError("Unsorted categories are not supported for numerical categories")
            given.append(array)
        return given

    def _batch_state(self, X: Any) -> Any:
        """A copy of the learning state to go on with."""
        state = getattr(self, "_state", None)
        if state is None:
            if self.__sklearn_is_fitted__():
                raise ValueError(
                    f"this {type(self).__name__} was loaded: the file holds the fitted model, not the learning state; "
                    "fit it again, or keep it with pickle"
                )
            return getattr(_core, self._kind).accumulator(self._options(X))
        self._check_names(X)
        self._check_column_count(column_count(X))
        return state.__copy__()

    def merge(self, other: Any) -> Any:
        """As if the rows that ``other`` has learnt from had been given to this one too, bit for bit. Returns self."""
        self._check_mergeable(other)
        self._fitted()
        other._fitted()
        mine, theirs = getattr(self, "_state", None), getattr(other, "_state", None)
        if mine is None or theirs is None:
            raise ValueError("other: one of the two was loaded; the file holds no learning state to merge")
        state = mine.__copy__()
        state.merge(theirs)
        self._model = state.finalize()
        self._state = state
        self._arrays = None
        return self

    def _restore(self) -> None:
        super()._restore()
        options = self._model.options
        options["categories"] = "auto" if options["categories"] is None else options["categories"]
        for name, value in options.items():
            setattr(self, name, value)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.categorical = True
        tags.input_tags.allow_nan = True
        return tags


class GroupingEncoder(CategoryEncoder):
    """What the encoders with infrequent categories share."""

    min_frequency: Any
    max_categories: Any
    dtype: Any

    def _grouping_options(self, X: Any) -> dict[str, Any]:
        frequency, largest = self.min_frequency, self.max_categories
        whole = isinstance(frequency, numbers.Integral) and not isinstance(frequency, bool)
        fraction = isinstance(frequency, numbers.Real) and not whole and 0 < frequency < 1
        if frequency is not None and not fraction and not (whole and frequency >= 1):
            raise parameter_error(
                self,
                "min_frequency",
                frequency,
                "an int in the range [1, inf), a float in the range (0.0, 1.0) or None",
            )
        if largest is not None and not (isinstance(largest, numbers.Integral) and largest >= 1):
            raise parameter_error(self, "max_categories", largest, "an int in the range [1, inf) or None")
        return {
            "categories": self._given_categories(X),
            "min_frequency": int(frequency) if whole else None if frequency is None else float(frequency),
            "max_categories": None if largest is None else int(largest),
        }

    @property
    def infrequent_categories_(self) -> list[np.ndarray | None]:
        """The infrequent categories of each column; None for a column without any."""
        model = self._attribute("infrequent_categories_")
        options = model.options
        if options["min_frequency"] is None and options["max_categories"] is None:
            raise AttributeError("infrequent_categories_: neither min_frequency nor max_categories was given")
        places = [model.infrequent(j) for j in range(model.columns)]
        return [None if p is None else self.categories_[j][p] for j, p in enumerate(places)]

    def partial_fit(self, X: Any, y: Any = None) -> Any:
        """Learns from more rows, as if they had been given to ``fit`` with the others. Returns self."""
        state = self._batch_state(X)
        state.update(X)
        model = state.finalize()
        dtypes = self._dtypes if self.__sklearn_is_fitted__() and hasattr(self, "_dtypes") else None
        self._take_fitted(X, state, model)
        if dtypes is not None and dtypes != self._dtypes:
            self._dtypes = []
        return self

    def _float32(self) -> bool:
        return np.dtype(self.dtype) == np.float32

    def _in_dtype(self, array: np.ndarray) -> np.ndarray:
        return array.astype(self.dtype, copy=False)

    def _values_of(self, places: np.ndarray) -> np.ndarray:
        """Categories from their places; -1 is None and -2 the name of the infrequent ones."""
        lists = self.categories_
        special = bool((places < 0).any())
        dtype = np.dtype(object) if special else np.result_type(*[c.dtype for c in lists])
        result = np.empty(places.shape, dtype=dtype)
        for j, categories in enumerate(lists):
            own = places[:, j]
            if not special:
                result[:, j] = categories[own]
                continue
            known = own >= 0
            result[known, j] = categories[own[known]]
            result[own == -1, j] = None
            result[own == -2, j] = INFREQUENT
        return result

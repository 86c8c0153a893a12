"""The imputer of columns, with scikit-learn's parameters, attributes and results."""

from __future__ import annotations

import numbers
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from . import _core
from ._checks import is_nan
from ._estimator import BaseEstimator, TransformerMixin, input_names


class SimpleImputer(TransformerMixin, BaseEstimator):
    """Replaces missing values by the mean, the median or the most frequent value of the column, or by a constant.

    Parameters, attributes and results are those of ``sklearn.impute.SimpleImputer``. Beside that: the mean is exact, so
    the result does not depend on the order of the rows or on threads, bit for bit; it learns in batches and merges; and
    ``save``/``load`` share it with C++. Sparse matrices are not supported.

    Parameters
    ----------
    missing_values : number, str, NaN, None or pandas.NA, default=NaN
        What is replaced.
    strategy : {"mean", "median", "most_frequent", "constant"} or callable, default="mean"
        What it is replaced by. "mean" and "median" are for numbers; the most frequent value is the smallest of several;
        a callable gets the values of a column that are not missing.
    fill_value : str or number, default=None
        The constant; None is 0 for numbers and "missing_value" otherwise.
    copy : bool, default=True
        False writes the result into X where X is a writable float array and no column comes or goes.
    add_indicator : bool, default=False
        Whether a column follows for each column that had missing values in ``fit``, which says where.
    keep_empty_features : bool, default=False
        Whether columns of nothing but missing values are kept (as 0, or the constant) instead of dropped.

    Attributes
    ----------
    statistics_ : array of shape (n_features,), what stands for missing values; NaN for dropped columns
    indicator_ : object with ``features_``, the columns that have an indicator; None without ``add_indicator``
    n_features_in_, feature_names_in_

    >>> import numpy as np
    >>> from colonnade.preprocessing import SimpleImputer
    >>> imputer = SimpleImputer().fit([[7, 2, 3], [4, np.nan, 6], [10, 5, 9]])
    >>> imputer.transform([[np.nan, 2, 3], [4, np.nan, 6]])
    array([[7. , 2. , 3. ],
           [4. , 3.5, 6. ]])
    """

    _kind = "simple_imputer"

    def __init__(
        self,
        *,
        missing_values: Any = np.nan,
        strategy: str | Callable[[np.ndarray], float] = "mean",
        fill_value: Any = None,
        copy: bool = True,
        add_indicator: bool = False,
        keep_empty_features: bool = False,
    ) -> None:
        self.missing_values = missing_values
        self.strategy = strategy
        self.fill_value = fill_value
        self.copy = copy
        self.add_indicator = add_indicator
        self.keep_empty_features = keep_empty_features

    def fit(self, X: Any, y: Any = None) -> SimpleImputer:
        """Learns what stands for missing values in each column of X; ``y`` is ignored. Returns self."""
        X, objects, dtype = self._checked(X, None)
        if callable(self.strategy):
            state, model = None, self._of_callable(X)
        else:
            state = self._new_state(dtype)
            self._learn(state, X, objects)
            model = state.finalize()
        self._learn_columns(X, model.columns)
        self._state, self._model, self._objects = state, model, objects
        return self

    @property
    def partial_fit(self) -> Callable[..., SimpleImputer]:
        """``partial_fit(X)`` learns from more rows, as if ``fit`` had been given them too. Returns self."""
        if callable(self.strategy):
            raise AttributeError("partial_fit: a callable strategy cannot learn in batches")
        return self._partial_fit

    def _partial_fit(self, X: Any, y: Any = None) -> SimpleImputer:
        if not self.__sklearn_is_fitted__():
            return self.fit(X)
        self._check_names(X)
        self._check_batch_width(X)
        state = self._kept_state()
        X, objects, _ = self._checked(X, self._objects)
        self._learn(state, X, objects)
        self._state, self._model = state, state.finalize()
        return self

    def merge(self, other: SimpleImputer) -> SimpleImputer:
        """As if the rows that ``other`` has learnt from had been given to this one too, bit for bit. Returns self.

        An imputer of the median or the most frequent value that was loaded keeps its result only and cannot go on.
        """
        self._check_mergeable(other)
        self._fitted(), other._fitted()
        state = self._kept_state()
        state.merge(other._kept_state())
        self._state, self._model = state, state.finalize()
        return self

    def transform(self, X: Any) -> Any:
        """X with its missing values replaced, and with indicators if there are any."""
        model = self._fitted()
        self._check_names(X)
        given = X
        X, objects, dtype = self._checked(X, self._objects)
        self._warn_of_dropped()
        if objects:
            out = self._impute_objects(X)
        else:
            out = model.transform(X, self.copy)
            if dtype.kind in "iu" and self.strategy in ("most_frequent", "constant"):
                out = out.astype(dtype)
        return self._wrap_output(out, given)

    def inverse_transform(self, X: Any) -> np.ndarray:
        """Puts ``missing_values`` back where the indicators say; needs ``add_indicator=True``."""
        model = self._fitted()
        if not self.add_indicator:
            raise ValueError(
                "'inverse_transform' works only when 'SimpleImputer' is instantiated with 'add_indicator=True'. "
                f"Got 'add_indicator={self.add_indicator}' instead."
            )
        X = np.asarray(X)
        kept, indicated = model.kept, model.indicated
        imputed, flags = X[:, : len(kept)], X[:, len(kept) :].astype(bool)
        original = np.zeros((len(X), self.n_features_in_), dtype=object if X.dtype == object else np.float64)
        original[:, kept] = imputed
        dropped = np.setdiff1d(np.arange(self.n_features_in_), kept)
        original[:, dropped] = self.missing_values
        for k, j in enumerate(indicated):
            original[flags[:, k], j] = self.missing_values
        return original

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names of the columns of ``transform``: those that are kept, then ``missingindicator_<name>``."""
        model = self._fitted()
        names = input_names(self, input_features)
        indicators = [f"missingindicator_{names[j]}" for j in model.indicated]
        return np.concatenate([names[model.kept], np.array(indicators, dtype=object)])

    @property
    def statistics_(self) -> np.ndarray:
        """What missing values of each column become, shape (n_features,); NaN for a column without values."""
        values = self._attribute("statistics_").statistics
        as_objects = self.strategy == "constant" or (self._objects and self.strategy == "most_frequent")
        return np.array(values, dtype=object if as_objects else np.float64)

    @property
    def indicator_(self) -> Any:
        """The columns that get an indicator of missing values; None without ``add_indicator``."""
        model = self._attribute("indicator_")
        return (
            _Indicator(model.indicated.astype(np.intp), self.missing_values) if self.add_indicator else None
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = _is_absent(self.missing_values)
        tags.input_tags.string = self.strategy in ("most_frequent", "constant")
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    # What X is

    def _checked(self, X: Any, objects: bool | None) -> tuple[Any, bool, np.dtype]:
        """X, whether it is learnt and imputed as Python objects, and its dtype as an array."""
        dtype = _dtype_of(X)
        if objects is None:
            objects = dtype.kind == "O" and self.strategy in ("most_frequent", "constant")
        if dtype.kind not in "fiuOc":
            raise ValueError(
                f"SimpleImputer does not support data with dtype {dtype}. Please provide either a numeric array (with "
                "a floating point or integer dtype) or categorical data represented either as an array with integer "
                "dtype or an array of string values with an object dtype."
            )
        numeric = isinstance(self.missing_values, numbers.Real) or _is_pandas_na(self.missing_values)
        if dtype.kind in "fiu" and not numeric:
            raise ValueError(
                "'X' and 'missing_values' types are expected to be both numerical. Got X.dtype="
                f"{dtype} and type(missing_values)={type(self.missing_values)}."
            )
        if objects:
            X = _as_table(X)
        return X, objects, dtype

    def _missing_value(self) -> Any:
        value = self.missing_values
        if value is None or _is_absent(value):
            return None
        return value if isinstance(value, str) else float(value)

    def _new_state(self, dtype: np.dtype) -> Any:
        number, text = 0.0, "missing_value"
        if self.strategy == "constant" and self.fill_value is not None:
            _check_fill(self.fill_value, dtype)
            if isinstance(self.fill_value, str):
                text = self.fill_value
            else:
                number, text = float(self.fill_value), str(self.fill_value)
        return _core.simple_imputer.accumulator(
            self.strategy,  # type: ignore[arg-type]
            self._missing_value(),
            number,
            text,
            bool(self.add_indicator),
            bool(self.keep_empty_features),
        )

    def _learn(self, state: Any, X: Any, objects: bool) -> None:
        if objects:
            state.update_table(X)
            return
        try:
            state.update(X)
        except ValueError as error:
            if "could not convert" not in str(error):
                raise
            raise ValueError(f"Cannot use {self.strategy} strategy with non-numeric data:\n{error}") from None

    def _of_callable(self, X: Any) -> Any:
        missing_value = self._missing_value()
        self._learn(
            _core.simple_imputer.accumulator("constant", missing_value), X, False
        )  # refuses what is no table
        values = np.asarray(X, dtype=np.float64)
        missing = np.isnan(values) if missing_value is None else values == missing_value
        fills = [self.strategy(column[~absent]) for column, absent in zip(values.T, missing.T)]  # type: ignore[operator]
        return _core.simple_imputer.from_values(
            np.asarray(fills, dtype=np.float64),
            missing.any(axis=0).tolist(),
            missing_value,
            bool(self.add_indicator),
            bool(self.keep_empty_features),
        )

    def _kept_state(self) -> Any:
        state = getattr(self, "_state", None)
        if state is None:
            raise ValueError(
                "This SimpleImputer was loaded and keeps its result only: give all rows to 'fit', or merge before "
                "saving."
            )
        return state.__copy__()

    def _warn_of_dropped(self) -> None:
        kept = self._model.kept
        if len(kept) == self.n_features_in_:
            return
        dropped = np.setdiff1d(np.arange(self.n_features_in_), kept)
        shown = self.feature_names_in_[dropped] if hasattr(self, "feature_names_in_") else dropped
        warnings.warn(
            f"Skipping features without any observed values: {shown}. At least one non-missing value is needed for "
            f"imputation with strategy='{self.strategy}'.",
            stacklevel=3,
        )

    def _impute_objects(self, X: Any) -> np.ndarray:
        missing = self._model.missing(X)
        values = _as_objects(X)
        columns = []
        for j in self._model.kept:
            column = values[:, j].copy()
            column[missing[:, j]] = self._fill_object(j)
            columns.append(column)
        columns.extend(missing[:, j].astype(object) for j in self._model.indicated)
        if not columns:
            return np.empty((len(values), 0), dtype=object)
        return np.stack(columns, axis=1)

    def _fill_object(self, j: int) -> Any:
        if self.strategy == "constant" and self.fill_value is not None:
            return self.fill_value
        return self._model.statistics[j]

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        if self.strategy in ("median", "most_frequent"):
            state["_state"] = None  # all distinct values: not worth saving
        return state

    def _restore(self) -> None:
        super()._restore()
        strategy, missing, number, text, self.add_indicator, self.keep_empty_features = self._model.parameters
        self.strategy = strategy
        self.missing_values = np.nan if missing is None else missing
        self._objects = self._model.text
        self._state = None
        if strategy == "constant":
            self.fill_value = text if self._objects else number


class _Indicator:
    """Which columns have an indicator."""

    def __init__(self, features: np.ndarray, missing_values: Any) -> None:
        self.features_ = features
        self.missing_values = missing_values

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        names = (
            [f"x{j}" for j in range(max(self.features_, default=-1) + 1)]
            if input_features is None
            else input_features
        )
        return np.array([f"missingindicator_{names[j]}" for j in self.features_], dtype=object)


def _is_pandas_na(value: Any) -> bool:
    return type(value).__name__ == "NAType"


def _is_absent(value: Any) -> bool:
    return is_nan(value) or _is_pandas_na(value)


def _dtype_of(X: Any) -> np.dtype:
    """The dtype that X has as an array; numbers that may be missing (pandas) are float64."""
    if hasattr(X, "dtype") and isinstance(X.dtype, np.dtype):
        return X.dtype
    if hasattr(X, "iloc") and hasattr(X, "dtypes"):
        kinds = {getattr(dtype, "kind", "O") for dtype in X.dtypes}
        plain = all(isinstance(dtype, np.dtype) for dtype in X.dtypes)
        if kinds <= set("iuf"):
            return np.result_type(*X.dtypes) if plain and len(X.dtypes) else np.dtype(np.float64)
        return np.dtype(bool) if kinds == {"b"} and plain else np.dtype(object)
    if isinstance(X, (list, tuple)) and any(
        isinstance(value, str) for row in X for value in np.atleast_1d(row)
    ):
        return np.dtype(object)
    array = _as_objects(X) if isinstance(X, dict) else np.asarray(X)
    return array.dtype


def _as_table(X: Any) -> Any:
    return np.asarray(X, dtype=object) if isinstance(X, (list, tuple)) else X


def _as_objects(X: Any) -> np.ndarray:
    if isinstance(X, dict):
        return np.stack([np.asarray(column, dtype=object) for column in X.values()], axis=1)
    return np.asarray(X, dtype=object)


def _check_fill(fill_value: Any, dtype: np.dtype) -> None:
    if dtype.kind == "O" or np.can_cast(type(fill_value), dtype, casting="same_kind"):
        return
    raise ValueError(
        f"fill_value={fill_value!r} (of type {type(fill_value)!r}) cannot be cast to the input data that is {dtype!r}. "
        "If fill_value is a Python scalar, instead pass  a numpy scalar (e.g. fill_value=np.uint8(0) if your data is "
        "of type np.uint8). Make sure that both dtypes are of the same kind."
    )

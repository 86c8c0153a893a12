"""The encoder of categories as codes."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from . import _core
from ._categories import GroupingEncoder
from ._checks import is_nan, parameter_error
from ._estimator import OneToOneFeatureMixin


class OrdinalEncoder(OneToOneFeatureMixin, GroupingEncoder):
    """Turns every column of categories into one column of codes 0, 1, 2, ... in the order of the categories.

    Parameters, attributes and results are those of ``sklearn.preprocessing.OrdinalEncoder``. Beside that: columns are
    hashed once on all threads, categorical columns are taken as their codes, encoders learn batch by batch
    (``partial_fit``) and merge, and ``save``/``load`` share them with C++.

    Parameters
    ----------
    categories : "auto" or list of arrays, default="auto"
        The categories of each column, in order (numbers ascending); "auto" takes those of ``fit``, ascending.
    dtype : number type, default=numpy.float64
    handle_unknown : {"error", "use_encoded_value"}, default="error"
        What ``transform`` does with values that ``fit`` has not seen: an error that names them, or ``unknown_value``.
    unknown_value : int or NaN, default=None
    encoded_missing_value : int or NaN, default=NaN
        Code of missing values. None among strings is a category like another, as in scikit-learn.
    min_frequency : int or float, default=None
        Categories in fewer rows (or a smaller fraction of them) are infrequent and share the last code.
    max_categories : int, default=None
        Largest number of codes of a column, missing and unknown values not counted.

    Attributes
    ----------
    categories_ : list of arrays
    infrequent_categories_ : list of arrays or None
    n_features_in_, feature_names_in_

    >>> from colonnade.preprocessing import OrdinalEncoder
    >>> encoder = OrdinalEncoder().fit([["basic"], ["plus"], ["basic"]])
    >>> encoder.transform([["plus"], ["basic"]])
    array([[1.],
           [0.]])
    >>> encoder.inverse_transform([[1.0]])
    array([['plus']], dtype=object)
    """

    _kind = "ordinal_encoder"

    def __init__(
        self,
        *,
        categories: Any = "auto",
        dtype: Any = np.float64,
        handle_unknown: str = "error",
        unknown_value: Any = None,
        encoded_missing_value: Any = np.nan,
        min_frequency: Any = None,
        max_categories: Any = None,
    ) -> None:
        self.categories = categories
        self.dtype = dtype
        self.handle_unknown = handle_unknown
        self.unknown_value = unknown_value
        self.encoded_missing_value = encoded_missing_value
        self.min_frequency = min_frequency
        self.max_categories = max_categories

    def _options(self, X: Any) -> dict[str, Any]:
        if self.handle_unknown not in ("error", "use_encoded_value"):
            raise parameter_error(
                self, "handle_unknown", self.handle_unknown, "a str among {'error', 'use_encoded_value'}"
            )
        options = self._grouping_options(X)
        missing = self.encoded_missing_value
        if not (isinstance(missing, numbers.Integral) or is_nan(missing)):
            raise parameter_error(
                self, "encoded_missing_value", missing, "an instance of 'numbers.Integral' or NaN"
            )
        self._check_unknown_value()
        options["handle_unknown"] = self.handle_unknown
        options["unknown_value"] = None if self.unknown_value is None else float(self.unknown_value)
        options["encoded_missing_value"] = float(missing)
        return options

    def _check_unknown_value(self) -> None:
        value = self.unknown_value
        if self.handle_unknown == "error":
            if value is None:
                return
            raise TypeError(
                f"unknown_value should only be set when handle_unknown is 'use_encoded_value', got {value}."
            )
        if is_nan(value):
            if np.dtype(self.dtype).kind != "f":
                raise ValueError(
                    f"When unknown_value is np.nan, the dtype parameter should be a float dtype. Got {self.dtype}."
                )
        elif not isinstance(value, numbers.Integral):
            raise TypeError(
                "unknown_value should be an integer or np.nan when handle_unknown is 'use_encoded_value', "
                f"got {value}."
            )

    def _check_missing_dtype(self, model: Any) -> None:
        if np.dtype(self.dtype).kind == "f" or not is_nan(self.encoded_missing_value):
            return
        missing = [j for j in range(model.columns) if (c := model.categories(j)).size and is_nan(c[-1])]
        if missing:
            raise ValueError(
                f"There are missing values in features {missing}. For OrdinalEncoder to encode missing values with "
                f"dtype: {self.dtype}, set encoded_missing_value to a non-nan value, or set dtype to a float"
            )

    def fit(self, X: Any, y: Any = None) -> OrdinalEncoder:
        """Learns the categories of the columns of X; ``y`` is ignored. Returns self."""
        state, model, _ = _core.ordinal_encoder.fit(X, self._options(X))
        self._check_missing_dtype(model)
        self._take_fitted(X, state, model)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """``fit(X)`` followed by ``transform(X)``, in one pass over the values."""
        state, model, codes = _core.ordinal_encoder.fit(X, self._options(X), True, self._float32())
        self._check_missing_dtype(model)
        self._take_fitted(X, state, model)
        return self._wrap_output(self._in_dtype(codes), X)

    def transform(self, X: Any) -> Any:
        """The codes of the values of X, of shape (n_samples, n_features)."""
        model = self._fitted()
        self._check_names(X)
        return self._wrap_output(self._in_dtype(model.transform(X, self._float32())), X)

    def inverse_transform(self, X: Any) -> np.ndarray:
        """The values that codes stand for; None for ``unknown_value``, "infrequent_sklearn" for infrequent ones."""
        return self._values_of(self._fitted().inverse_transform(X))

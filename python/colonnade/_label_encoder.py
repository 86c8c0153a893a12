"""The encoder of a target's labels."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from . import _core
from ._categories import typed_categories
from ._estimator import BaseEstimator, TransformerMixin


class LabelEncoder(TransformerMixin, BaseEstimator):
    """Numbers the labels of a target 0, 1, 2, ... in ascending order.

    Attributes and results are those of ``sklearn.preprocessing.LabelEncoder``. Beside that: ``partial_fit``, ``merge``
    and ``save``/``load``.

    Attributes
    ----------
    classes_ : array, ascending

    >>> from colonnade.preprocessing import LabelEncoder
    >>> encoder = LabelEncoder()
    >>> encoder.fit_transform(["paris", "tokyo", "paris"])
    array([0, 1, 0])
    >>> encoder.inverse_transform([1])
    array(['tokyo'], dtype='<U5')
    """

    _kind = "label_encoder"

    def __init__(self) -> None:
        pass

    def fit(self, y: Any) -> LabelEncoder:
        """Learns the labels of y. Returns self."""
        array = _labels(y)
        self._state, self._model, _ = _core.label_encoder.fit(array)
        self._dtype = array.dtype
        return self

    def fit_transform(self, y: Any) -> np.ndarray:  # type: ignore[override]
        """``fit(y)`` and the numbers of its labels."""
        array = _labels(y)
        self._state, self._model, codes = _core.label_encoder.fit(array, True)
        self._dtype = array.dtype
        return codes

    def partial_fit(self, y: Any) -> LabelEncoder:
        """Learns more labels, as if they had been given to ``fit`` with the others. Returns self."""
        array = _labels(y)
        state = getattr(self, "_state", None)
        state = _core.label_encoder.accumulator({}) if state is None else state.__copy__()
        state.update({"y": array})
        self._dtype = (
            array.dtype if not self.__sklearn_is_fitted__() else np.result_type(array.dtype, self._dtype)
        )
        self._state, self._model = state, state.finalize()
        return self

    def merge(self, other: LabelEncoder) -> LabelEncoder:
        """As if the labels that ``other`` has learnt had been given to this one too. Returns self."""
        self._fitted()
        other._fitted()
        state = self._state.__copy__()
        state.merge(other._state)
        self._dtype = np.result_type(self._dtype, other._dtype)
        self._state, self._model = state, state.finalize()
        return self

    def transform(self, y: Any) -> np.ndarray:
        """The number of each label. An unseen label is an error that names it."""
        model = self._fitted()
        array = _labels(y)
        return np.array([]) if len(array) == 0 else model.transform(array)

    def inverse_transform(self, y: Any) -> np.ndarray:
        """The labels that numbers stand for."""
        self._fitted()
        codes = _labels(y)
        if len(codes) == 0:
            return np.array([])
        classes = self.classes_
        unseen = np.setdiff1d(codes, np.arange(len(classes)))
        if len(unseen):
            raise ValueError(f"y contains previously unseen labels: {unseen}")
        return classes[codes]

    @property
    def classes_(self) -> np.ndarray:
        """The labels, ascending."""
        model = self._attribute("classes_")
        dtype = getattr(self, "_dtype", None)
        return typed_categories(model.classes(dtype is not None and dtype.kind == "O"), dtype)

    def _restore(self) -> None:
        self._dtype = None  # type: ignore[assignment]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.target_tags.one_d_labels = True
        return tags


def _labels(y: Any) -> np.ndarray:
    """Labels as a 1-D array; a column is taken as one, with a warning."""
    array = np.asarray(y)
    if array.ndim == 2 and array.shape[1] == 1:
        warnings.warn(
            "A column-vector y was passed when a 1d array was expected. Please change the shape of y to (n_samples, ), "
            "for example using ravel().",
            UserWarning,
            stacklevel=3,
        )
        return array.ravel()
    if array.ndim != 1:
        raise ValueError(f"y should be a 1d array, got an array of shape {array.shape} instead.")
    return array

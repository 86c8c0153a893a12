"""Scalers of columns of numbers, with scikit-learn's parameters, attributes and results."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _core
from ._estimator import BaseEstimator, OneToOneFeatureMixin, TransformerMixin


class _Scaler(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """What the scalers share: batches, merging, transforming there and back."""

    copy: bool

    def _new_state(self) -> Any:
        raise NotImplementedError

    def _learn(self, state: Any, X: Any, sample_weight: Any = None) -> None:
        """Learns X into ``state`` and takes over the result; an error leaves the estimator as it was."""
        if sample_weight is None:
            state.update(X)
        else:
            state.update(X, sample_weight)
        self._model = state.finalize()

    def _fit(self, X: Any, sample_weight: Any = None) -> Any:
        self._learn(self._new_state(), X, sample_weight)
        self._learn_columns(X, self._model.columns)
        return self

    def _partial_fit(self, X: Any, sample_weight: Any = None) -> Any:
        if not self.__sklearn_is_fitted__():
            return self._fit(X, sample_weight)
        self._check_names(X)
        self._check_batch_width(X)
        self._learn(getattr(_core, self._kind).accumulator(self._model), X, sample_weight)
        return self

    def merge(self, other: Any) -> Any:
        """As if the rows that ``other`` has learnt from had been given to this one too, bit for bit. Returns self."""
        self._check_mergeable(other)
        kind = getattr(_core, self._kind)
        state = kind.accumulator(self._fitted())
        state.merge(kind.accumulator(other._fitted()))
        self._model = state.finalize()
        return self

    def _transform(self, X: Any, copy: bool | None) -> Any:
        model = self._fitted()
        self._check_names(X)
        out = model.transform(X, self.copy if copy is None else copy)
        return self._wrap_output(out, X)

    def _inverse(self, X: Any, copy: bool | None) -> np.ndarray:
        return self._fitted().inverse_transform(X, self.copy if copy is None else copy)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


class StandardScaler(_Scaler):
    """Gives every column mean 0 and variance 1: ``(x - mean) / scale``, ``scale = sqrt(variance)``.

    Parameters, attributes and results are those of ``sklearn.preprocessing.StandardScaler``. Beside that: sums are
    exact, so the result does not depend on the order of the rows, on batches or on threads, bit for bit, a mean of 1e9
    costs no digits of the variance, and a weight of 3 is three rows; fitted scalers can be merged; ``save``/``load``
    share them with C++.

    Parameters
    ----------
    copy : bool, default=True
        False writes the result into X where X is a writable float array.
    with_mean : bool, default=True
        Whether the mean is subtracted.
    with_std : bool, default=True
        Whether values are divided by the standard deviation. A column that is constant up to rounding is not.

    Attributes
    ----------
    mean_ : array of shape (n_features,), or None without ``with_mean`` and ``with_std``
    var_ : array of shape (n_features,), divided by n; None without ``with_std``
    scale_ : array of shape (n_features,), 1 for constant columns; None without ``with_std``
    n_samples_seen_ : int, or array where columns differ in missing values; sums of weights where there are weights
    n_features_in_, feature_names_in_

    NaN is skipped by ``fit`` and kept by ``transform``; infinity is an error. float32 stays float32.

    >>> from colonnade.preprocessing import StandardScaler
    >>> data = [[0.0, 0], [0, 0], [1, 1], [1, 1]]
    >>> scaler = StandardScaler().fit(data)
    >>> scaler.mean_
    array([0.5, 0.5])
    >>> scaler.transform([[2.0, 2]])
    array([[3., 3.]])
    """

    _kind = "standard_scaler"

    def __init__(self, *, copy: bool = True, with_mean: bool = True, with_std: bool = True) -> None:
        self.with_mean = with_mean
        self.with_std = with_std
        self.copy = copy

    def _new_state(self) -> Any:
        return _core.standard_scaler.accumulator(bool(self.with_mean), bool(self.with_std))

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> StandardScaler:
        """Learns mean and variance of the columns of X; ``y`` is ignored. Returns self."""
        return self._fit(X, sample_weight)

    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> StandardScaler:
        """Learns from more rows, as if they had been given to ``fit`` with the others. Returns self."""
        return self._partial_fit(X, sample_weight)

    def fit_transform(self, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """``fit(X)`` followed by ``transform(X)``."""
        return self._fit(X, sample_weight)._transform(X, None)

    def transform(self, X: Any, copy: bool | None = None) -> Any:
        """``(X - mean_) / scale_``; ``copy`` overrides the parameter."""
        return self._transform(X, copy)

    def inverse_transform(self, X: Any, copy: bool | None = None) -> np.ndarray:
        """``X * scale_ + mean_``."""
        return self._inverse(X, copy)

    def _restore(self) -> None:
        super()._restore()
        self.with_mean, self.with_std = self._model.with_mean, self._model.with_std

    @property
    def mean_(self) -> np.ndarray | None:
        """Mean of each column, shape (n_features,); None if neither ``with_mean`` nor ``with_std``."""
        model = self._attribute("mean_")
        return model.mean if model.with_mean or model.with_std else None

    @property
    def var_(self) -> np.ndarray | None:
        """Variance (of the population) of each column; None without ``with_std``."""
        model = self._attribute("var_")
        return model.variance if model.with_std else None

    @property
    def scale_(self) -> np.ndarray | None:
        """What each column is divided by: its standard deviation, 1 for a constant; None without ``with_std``."""
        model = self._attribute("scale_")
        return model.scale if model.with_std else None

    @property
    def n_samples_seen_(self) -> Any:
        """Rows that were not missing (or their weights): one number, or one a column where they differ."""
        seen = self._attribute("n_samples_seen_").seen
        return seen[0] if (seen == seen[0]).all() else seen


class MinMaxScaler(_Scaler):
    """Maps the range of every column onto ``feature_range``: ``x * scale_ + min_``.

    Parameters, attributes and results are those of ``sklearn.preprocessing.MinMaxScaler``; fitted scalers can be
    merged, and ``save``/``load`` share them with C++.

    Parameters
    ----------
    feature_range : tuple (min, max), default=(0, 1)
        The range of the result.
    copy : bool, default=True
        False writes the result into X where X is a writable float array.
    clip : bool, default=False
        Whether values outside the learnt range are cut to it.

    Attributes
    ----------
    data_min_, data_max_, data_range_ : arrays of shape (n_features,)
    scale_, min_ : arrays of shape (n_features,), with which the result is ``x * scale_ + min_``
    n_samples_seen_ : int
    n_features_in_, feature_names_in_

    NaN is skipped by ``fit`` and kept by ``transform``; infinity is an error. float32 stays float32.

    >>> from colonnade.preprocessing import MinMaxScaler
    >>> scaler = MinMaxScaler().fit([[-1.0, 2], [-0.5, 6], [0, 10], [1, 18]])
    >>> scaler.data_max_
    array([ 1., 18.])
    >>> scaler.transform([[2.0, 2]])
    array([[1.5, 0. ]])
    """

    _kind = "min_max_scaler"

    def __init__(
        self, feature_range: tuple[float, float] = (0, 1), *, copy: bool = True, clip: bool = False
    ) -> None:
        self.feature_range = feature_range
        self.copy = copy
        self.clip = clip

    def _new_state(self) -> Any:
        try:
            low, high = self.feature_range
        except (TypeError, ValueError):
            raise ValueError(
                f"feature_range: found {self.feature_range!r}, expected a tuple (min, max)"
            ) from None
        if not low < high:
            raise ValueError(
                f"Minimum of desired feature range must be smaller than maximum. Got {self.feature_range}."
            )
        return _core.min_max_scaler.accumulator(float(low), float(high), bool(self.clip))

    def fit(self, X: Any, y: Any = None) -> MinMaxScaler:
        """Learns the range of the columns of X; ``y`` is ignored. Returns self."""
        return self._fit(X)

    def partial_fit(self, X: Any, y: Any = None) -> MinMaxScaler:
        """Learns from more rows, as if they had been given to ``fit`` with the others. Returns self."""
        return self._partial_fit(X)

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """``fit(X)`` followed by ``transform(X)``."""
        return self._fit(X)._transform(X, None)

    def transform(self, X: Any) -> Any:
        """``X * scale_ + min_``, cut to ``feature_range`` with ``clip``."""
        return self._transform(X, None)

    def inverse_transform(self, X: Any) -> np.ndarray:
        """``(X - min_) / scale_``."""
        return self._inverse(X, None)

    def _restore(self) -> None:
        super()._restore()
        low, high, self.clip = self._model.parameters
        self.feature_range = (low, high)

    @property
    def data_min_(self) -> np.ndarray:
        """Least value of each column, shape (n_features,)."""
        return self._attribute("data_min_").minimum

    @property
    def data_max_(self) -> np.ndarray:
        """Greatest value of each column, shape (n_features,)."""
        return self._attribute("data_max_").maximum

    @property
    def data_range_(self) -> np.ndarray:
        """``data_max_ - data_min_``, shape (n_features,)."""
        model = self._attribute("data_range_")
        return model.maximum - model.minimum

    @property
    def scale_(self) -> np.ndarray:
        """What each column is multiplied by, shape (n_features,)."""
        return self._attribute("scale_").scale

    @property
    def min_(self) -> np.ndarray:
        """What is added to each column after that, shape (n_features,)."""
        return self._attribute("min_").shift

    @property
    def n_samples_seen_(self) -> int:
        """Rows that were seen."""
        return self._attribute("n_samples_seen_").rows

"""The encoder of categories by the mean of a target."""

from __future__ import annotations

import numbers
import warnings
from typing import Any

import numpy as np

from . import _core
from ._categories import CategoryEncoder, typed_categories
from ._checks import check_fold_count, check_same_rows, parameter_error
from ._estimator import OneToOneFeatureMixin, input_names, row_count, seed_of


class TargetEncoder(OneToOneFeatureMixin, CategoryEncoder):
    """Turns every column of categories into the mean target of each category, shrunk towards the mean of all.

    Parameters, attributes and results are those of ``sklearn.preprocessing.TargetEncoder``; like there,
    ``fit_transform`` encodes each fold by what the other folds say, and differs from ``fit`` and ``transform``. Beside
    that: weights, ``partial_fit`` and ``merge``, sums that are exact (the same bits for any order of the rows and any
    number of threads), ``save``/``load`` shared with C++. An unknown value gets the mean of the rows that its
    fold learns from.

    Parameters
    ----------
    categories : "auto" or list of arrays, default="auto"
    target_type : {"auto", "continuous", "binary", "multiclass"}, default="auto"
    smooth : "auto" or float, default="auto"
        Rows that the mean of all counts for; "auto" is the empirical Bayes estimate.
    cv : int, splitter or iterable of (train, test), default=5
        Folds of ``fit_transform``: a number is that of a KFold, or a StratifiedKFold if the target is classes.
    shuffle : bool, default=True
        Whether the folds of a number are drawn at random.
    random_state : int, RandomState or None
        Seed of the folds; an int draws the folds that scikit-learn draws.

    Attributes
    ----------
    categories_ : list of arrays
    encodings_ : list of arrays, of each column (and each class, if there are more than two)
    target_mean_ : float, or array of shape (n_classes,)
    target_type_ : str
    classes_ : array, or None for a continuous target
    n_features_in_, feature_names_in_

    Missing values are a category of their own.

    >>> from colonnade.preprocessing import TargetEncoder
    >>> X, y = [["a"], ["a"], ["b"], ["b"]], [1.0, 3.0, 10.0, 10.0]
    >>> encoder = TargetEncoder(smooth=0, target_type="continuous").fit(X, y)
    >>> encoder.transform([["a"], ["b"], ["c"]])
    array([[ 2.],
           [10.],
           [ 6.]])
    """

    _kind = "target_encoder"
    _cross_fits = True

    def __init__(
        self,
        categories: Any = "auto",
        target_type: str = "auto",
        smooth: Any = "auto",
        cv: Any = 5,
        shuffle: Any = "deprecated",
        random_state: Any = "deprecated",
    ) -> None:
        self.categories = categories
        self.target_type = target_type
        self.smooth = smooth
        self.cv = cv
        self.shuffle = shuffle
        self.random_state = random_state

    def _options(self, X: Any) -> dict[str, Any]:
        if self.target_type not in ("auto", "continuous", "binary", "multiclass"):
            raise parameter_error(
                self,
                "target_type",
                self.target_type,
                "a str among {'auto', 'binary', 'continuous', 'multiclass'}",
            )
        automatic = isinstance(self.smooth, str) and self.smooth == "auto"
        if not automatic and not (isinstance(self.smooth, numbers.Real) and self.smooth >= 0):
            raise parameter_error(
                self, "smooth", self.smooth, "a str among {'auto'} or a float in the range [0.0, inf)"
            )
        smooth = None if automatic else float(self.smooth)
        return {"categories": self._given_categories(X), "smooth": smooth}

    def _target(self, X: Any, y: Any, classes: Any = None) -> tuple[np.ndarray, dict[str, Any]]:
        """The target as numbers (of classes, where it is classes), and what the options say of it."""
        if y is None:
            raise ValueError(
                f"This {type(self).__name__} estimator requires y to be passed, but the target y is None."
            )
        array = _column(y)
        rows = row_count(X) if hasattr(X, "__len__") or hasattr(X, "shape") else len(array)
        check_same_rows(rows, len(array))
        kind = self.target_type
        if kind == "continuous":
            return array, {"target_type": kind, "classes": None}
        if kind == "auto" and classes is None and _has_fractions(array):
            return array, {"target_type": "continuous", "classes": None}
        if classes is not None:
            _, labels, _ = _core.label_encoder.fit(np.asarray(classes))
            codes = labels.transform(array)
        else:
            _, labels, codes = _core.label_encoder.fit(array, True)
        found = labels.classes(array.dtype.kind == "O")
        if kind == "auto":
            kind = "binary" if len(found) <= 2 else "multiclass"
        if kind == "binary" and len(found) > 2:
            raise ValueError(f"y: found {len(found)} classes, expected two for target_type 'binary'")
        return codes, {"target_type": kind, "classes": typed_categories(found, array.dtype)}

    def _take_target(self, described: dict[str, Any]) -> None:
        self.target_type_ = described["target_type"]
        self.classes_ = described["classes"]

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> TargetEncoder:
        """Learns the mean target of each category. A weight of two is two rows. Returns self."""
        options = self._options(X)
        _check_weights(sample_weight)
        target, described = self._target(X, y)
        state, model = _core.target_encoder.fit(X, target, sample_weight, {**options, **described})
        self._take_fitted(X, state, model)
        self._take_target(described)
        return self

    def partial_fit(
        self, X: Any, y: Any = None, classes: Any = None, sample_weight: Any = None
    ) -> TargetEncoder:
        """Learns from more rows, as if they had been given to ``fit`` with the others. Returns self.

        ``classes`` are all labels that may come, by default those of the first call, which alone reads them.
        """
        if not self.__sklearn_is_fitted__():
            target, described = self._target(X, y, classes)
            state = _core.target_encoder.accumulator({**self._options(X), **described})
        else:
            state = self._batch_state(X)
            if self.target_type_ == "continuous":
                target = _column(y)
                described = {"target_type": "continuous", "classes": None}
            else:
                _, labels, _ = _core.label_encoder.fit(self.classes_)
                target = labels.transform(_column(y))
                described = {"target_type": self.target_type_, "classes": self.classes_}
        state.update(X, target, sample_weight)
        self._take_fitted(X, state, state.finalize())
        self._take_target(described)
        return self

    def fit_transform(self, X: Any, y: Any = None, sample_weight: Any = None, **params: Any) -> Any:
        """Learns from X and y, and encodes the rows of each fold by what the other folds say.

        ``params`` (such as ``groups``) go to ``cv.split``.
        """
        options = self._options(X)
        _check_weights(sample_weight)
        target, described = self._target(X, y)
        folds, count = self._folds(X, y, target, described, params)
        state, model, encoded = _core.target_encoder.fit_transform(
            X, target, sample_weight, {**options, **described}, folds, count
        )
        self._take_fitted(X, state, model)
        self._take_target(described)
        return self._wrap_output(encoded, X)

    def _folds(
        self, X: Any, y: Any, target: np.ndarray, described: dict[str, Any], params: dict[str, Any]
    ) -> tuple[np.ndarray, int]:
        """The fold of each row, and the number of folds."""
        cv = 5 if self.cv is None else self.cv
        if isinstance(cv, numbers.Integral):
            if params:
                raise ValueError(f"{sorted(params)} can only be used with a splitter as cv, not with cv={cv}")
            return self._own_folds(int(cv), target, described), int(cv)
        splits = list(cv.split(X, y, **params)) if hasattr(cv, "split") else list(cv)  # type: ignore[arg-type]
        folds = np.full(len(target), -1, dtype=np.int32)
        seen = np.zeros(len(target), dtype=np.int64)
        for fold, (_, test) in enumerate(splits):
            folds[test] = fold
            seen[test] += 1
        if not (seen == 1).all():
            raise ValueError(
                "Validation indices from `cv` must cover each sample index exactly once with no overlap. Pass a "
                "splitter with non-overlapping validation folds as `cv` or refer to the docs for other options."
            )
        if any(len(train) + len(test) != len(target) for train, test in splits):
            raise ValueError("cv: found training rows that are not all rows but the fold's own")
        return folds, len(splits)

    def _own_folds(self, count: int, target: np.ndarray, described: dict[str, Any]) -> np.ndarray:
        check_fold_count(count)
        shuffle = True if isinstance(self.shuffle, str) else bool(self.shuffle)
        state = None if isinstance(self.random_state, str) else self.random_state
        seed = seed_of(state, lambda: np.random.randint(2**31 - 1)) if shuffle else None
        classes = 0 if described["classes"] is None else len(described["classes"])
        folds = _core.cross_fit_folds(target, classes, count, seed)
        if classes:
            smallest = int(np.bincount(target, minlength=classes).min())
            if smallest < count:
                warnings.warn(
                    f"The least populated class in y has only {smallest} members, which is less than n_splits={count}.",
                    UserWarning,
                    stacklevel=3,
                )
        return folds

    def transform(self, X: Any) -> Any:
        """The encodings of the values of X, of shape (n_samples, n_features) or (n_samples, n_features x n_classes)."""
        model = self._fitted()
        self._check_names(X)
        return self._wrap_output(model.transform(X), X)

    @property
    def encodings_(self) -> list[np.ndarray]:
        """The encoding of each category, of each column (and class)."""
        return self._attribute("encodings_").encodings

    @property
    def target_mean_(self) -> Any:
        """Mean of the target; the share of each class if there are more than two."""
        means = self._attribute("target_mean_").target_mean
        return means if self.target_type_ == "multiclass" else means[0]

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names of the output columns: those of ``fit``; with several classes "column_class"."""
        self._fitted()
        names = input_names(self, input_features)
        if self.target_type_ != "multiclass":
            return names
        return np.array([f"{name}_{label}" for name in names for label in self.classes_], dtype=object)

    def _restore(self) -> None:
        super()._restore()
        self.target_type_ = self.target_type
        self.classes_ = self._model.classes
        self.smooth = "auto" if self.smooth is None else self.smooth

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags


def _column(y: Any) -> np.ndarray:
    array = np.asarray(y)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array.ravel()
    if array.ndim != 1:
        raise ValueError(
            f"Unknown label type: y has shape {array.shape}; only ('binary', 'multiclass', 'continuous') targets of "
            "one column are supported."
        )
    if array.dtype.kind == "c":
        raise ValueError("Complex data not supported: y")
    return array


def _check_weights(sample_weight: Any) -> None:
    if sample_weight is not None and not np.asarray(sample_weight).any():
        raise ValueError("Sample weights must contain at least one non-zero number.")


def _has_fractions(array: np.ndarray) -> bool:
    """Whether a target is a continuous one: numbers that are not all whole."""
    if array.dtype.kind != "f":
        return False
    if not np.isfinite(array).all():
        raise ValueError("Input y contains NaN or infinity.")
    return bool((array != np.floor(array)).any())

"""Encoders of categories, with scikit-learn's parameters, attributes and results."""

from __future__ import annotations

import numbers
import warnings
from typing import Any

import numpy as np

from . import _core
from ._estimator import (
    BaseEstimator,
    OneToOneFeatureMixin,
    TransformerMixin,
    column_count,
    input_names,
    row_count,
    seed_of,
)

_INFREQUENT = "infrequent_sklearn"


def _is_nan(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, numbers.Integral) and value != value


def _must(owner: Any, name: str, value: Any, expected: str) -> ValueError:
    return ValueError(
        f"The {name!r} parameter of {type(owner).__name__} must be {expected}. Got {value!r} instead."
    )


def _column_dtypes(X: Any) -> list[Any]:
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


def _typed(categories: np.ndarray, dtype: Any) -> np.ndarray:
    """Categories in the dtype that the column had, where it can hold them."""
    if dtype is None or dtype == categories.dtype or dtype.kind not in "biufU":
        return categories
    if dtype.kind != "f" and categories.dtype.kind == "f" and np.isnan(categories).any():
        return categories
    return categories.astype(dtype)


class _Encoder(TransformerMixin, BaseEstimator):
    """What the encoders of tables share: categories, batches, merging."""

    categories: Any
    _arrays: list[np.ndarray] | None

    def _options(self, X: Any) -> dict[str, Any]:
        raise NotImplementedError

    def _take_fitted(self, X: Any, state: Any, model: Any) -> None:
        self._state = state
        self._model = model
        self._learn_columns(X, model.columns)
        self._dtypes = _column_dtypes(X)
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
        return _typed(model.categories(column, dtype is not None and dtype.kind == "O"), dtype)

    def _attribute(self, name: str) -> Any:
        model = getattr(self, "_model", None)
        if model is None:
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}: it is not fitted yet"
            )
        return model

    def _given_categories(self, X: Any) -> list[np.ndarray] | None:
        if isinstance(self.categories, str) and self.categories == "auto":
            return None
        if not isinstance(self.categories, (list, tuple)):
            raise _must(self, "categories", self.categories, "a str among {'auto'} or an instance of 'list'")
        dtypes = _column_dtypes(X)
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
        if type(other) is not type(self):
            raise TypeError(f"other: found {type(other).__name__}, expected {type(self).__name__}")
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


class _GroupingEncoder(_Encoder):
    """What the encoders with infrequent categories share."""

    min_frequency: Any
    max_categories: Any
    dtype: Any

    def _grouping_options(self, X: Any) -> dict[str, Any]:
        frequency, largest = self.min_frequency, self.max_categories
        whole = isinstance(frequency, numbers.Integral) and not isinstance(frequency, bool)
        fraction = isinstance(frequency, numbers.Real) and not whole and 0 < frequency < 1
        if frequency is not None and not fraction and not (whole and frequency >= 1):
            raise _must(
                self,
                "min_frequency",
                frequency,
                "an int in the range [1, inf), a float in the range (0.0, 1.0) or None",
            )
        if largest is not None and not (isinstance(largest, numbers.Integral) and largest >= 1):
            raise _must(self, "max_categories", largest, "an int in the range [1, inf) or None")
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
            result[own == -2, j] = _INFREQUENT
        return result


class OrdinalEncoder(OneToOneFeatureMixin, _GroupingEncoder):
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
            raise _must(
                self, "handle_unknown", self.handle_unknown, "a str among {'error', 'use_encoded_value'}"
            )
        options = self._grouping_options(X)
        missing = self.encoded_missing_value
        if not (isinstance(missing, numbers.Integral) or _is_nan(missing)):
            raise _must(self, "encoded_missing_value", missing, "an instance of 'numbers.Integral' or NaN")
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
        if _is_nan(value):
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
        if np.dtype(self.dtype).kind == "f" or not _is_nan(self.encoded_missing_value):
            return
        missing = [j for j in range(model.columns) if (c := model.categories(j)).size and _is_nan(c[-1])]
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


class OneHotEncoder(_GroupingEncoder):
    """Turns every column of categories into one column of zeros and ones a category.

    Parameters, attributes and results are those of ``sklearn.preprocessing.OneHotEncoder``. Beside that: columns are
    hashed once on all threads, categorical columns are taken as their codes, encoders learn batch by batch
    (``partial_fit``) and merge, and ``save``/``load`` share them with C++. Sparse output needs scipy.

    Parameters
    ----------
    categories : "auto" or list of arrays, default="auto"
        The categories of each column, in order (numbers ascending); "auto" takes those of ``fit``, ascending.
    drop : {"first", "if_binary"} or array of shape (n_features,), default=None
        The category of each column that gets no output column.
    sparse_output : bool, default=True
        A scipy CSR matrix, or a numpy array.
    dtype : number type, default=numpy.float64
    handle_unknown : {"error", "ignore", "infrequent_if_exist", "warn"}, default="error"
        What ``transform`` does with values that ``fit`` has not seen: an error that names them; all zeros; the
        column of the infrequent ones where there is one, else zeros; the same with a warning.
    min_frequency : int or float, default=None
        Categories in fewer rows (or a smaller fraction of them) are infrequent and share the last column.
    max_categories : int, default=None
        Largest number of output columns of a column.
    feature_name_combiner : "concat" or callable, default="concat"

    Attributes
    ----------
    categories_ : list of arrays
    drop_idx_ : array of shape (n_features,), or None
    infrequent_categories_ : list of arrays or None
    n_features_in_, feature_names_in_

    Missing values are a category, the last one.

    >>> from colonnade.preprocessing import OneHotEncoder
    >>> encoder = OneHotEncoder(sparse_output=False).fit([["basic"], ["plus"]])
    >>> encoder.transform([["plus"], ["basic"]])
    array([[0., 1.],
           [1., 0.]])
    >>> encoder.get_feature_names_out(["plan"])
    array(['plan_basic', 'plan_plus'], dtype=object)
    """

    _kind = "one_hot_encoder"

    def __init__(
        self,
        *,
        categories: Any = "auto",
        drop: Any = None,
        sparse_output: bool = True,
        dtype: Any = np.float64,
        handle_unknown: str = "error",
        min_frequency: Any = None,
        max_categories: Any = None,
        feature_name_combiner: Any = "concat",
    ) -> None:
        self.categories = categories
        self.sparse_output = sparse_output
        self.dtype = dtype
        self.handle_unknown = handle_unknown
        self.drop = drop
        self.min_frequency = min_frequency
        self.max_categories = max_categories
        self.feature_name_combiner = feature_name_combiner

    def _options(self, X: Any) -> dict[str, Any]:
        if self.handle_unknown not in ("error", "ignore", "infrequent_if_exist", "warn"):
            raise _must(
                self,
                "handle_unknown",
                self.handle_unknown,
                "a str among {'error', 'ignore', 'infrequent_if_exist', 'warn'}",
            )
        if not isinstance(self.sparse_output, (bool, np.bool_)):
            raise _must(self, "sparse_output", self.sparse_output, "an instance of 'bool'")
        drop = self.drop
        if isinstance(drop, str) and drop not in ("first", "if_binary"):
            raise _must(self, "drop", drop, "a str among {'first', 'if_binary'}, an array-like or None")
        if drop is not None and not isinstance(drop, str):
            drop = [np.array([value], dtype=object) for value in np.asarray(drop, dtype=object)]
        options = self._grouping_options(X)
        options["handle_unknown"] = self.handle_unknown
        options["drop"] = drop
        return options

    @property
    def drop_idx_(self) -> np.ndarray | None:
        """Place of the dropped category of each column; None where none is."""
        places = self._attribute("drop_idx_").drop_idx
        return None if places is None else np.array(places, dtype=object)

    def fit(self, X: Any, y: Any = None) -> OneHotEncoder:
        """Learns the categories of the columns of X; ``y`` is ignored. Returns self."""
        state, model, _ = _core.one_hot_encoder.fit(X, self._options(X))
        self._take_fitted(X, state, model)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """``fit(X)`` followed by ``transform(X)``, in one pass over the values."""
        self._check_container()
        state, model, encoded = _core.one_hot_encoder.fit(
            X, self._options(X), True, bool(self.sparse_output), self._float32()
        )
        self._take_fitted(X, state, model)
        return self._output(X, encoded)

    def transform(self, X: Any) -> Any:
        """Zeros and ones of shape (n_samples, n_encoded_features)."""
        model = self._fitted()
        self._check_container()
        self._check_names(X)
        return self._output(X, model.transform(X, bool(self.sparse_output), self._float32()))

    def _check_container(self) -> None:
        container = self._output_container()
        if container != "default" and self.sparse_output:
            name = container.capitalize()
            raise ValueError(
                f"{name} output does not support sparse data. Set sparse_output=False to output {container} dataframes "
                f'or disable {name} output via` ohe.set_output(transform="default").'
            )

    def _output(self, X: Any, encoded: tuple[Any, ...]) -> Any:
        *parts, unknown = encoded
        if unknown:
            self._warn_of_unknown(unknown)
        if self.sparse_output:
            return self._sparse(*parts)
        return self._wrap_output(self._in_dtype(parts[0]), X)

    def _sparse(self, data: np.ndarray, indices: np.ndarray, indptr: np.ndarray) -> Any:
        import sys

        from scipy import sparse

        sklearn = sys.modules.get("sklearn")
        config = sklearn.get_config() if sklearn is not None and hasattr(sklearn, "get_config") else {}
        kind = sparse.csr_array if config.get("sparse_interface") == "sparray" else sparse.csr_matrix
        # Filled by hand: the constructor would scan the indices, which are right.
        matrix = kind((len(indptr) - 1, self._model.output_columns), dtype=self.dtype)
        matrix.data, matrix.indices, matrix.indptr = self._in_dtype(data), indices, indptr
        matrix.has_sorted_indices = True
        matrix.has_canonical_format = True
        return matrix

    def _warn_of_unknown(self, columns: list[int]) -> None:
        if self.handle_unknown != "warn" and self.drop is None:
            return
        for infrequent, fate in ((True, "the infrequent category."), (False, "all zeros")):
            own = [j for j in columns if self._model.unknown_is_infrequent(j) == infrequent]
            if own:
                warnings.warn(
                    f"Found unknown categories in columns {own} during transform. These unknown categories will be "
                    f"encoded as {fate}",
                    UserWarning,
                    stacklevel=4,
                )

    def inverse_transform(self, X: Any) -> np.ndarray:
        """The values that rows of zeros and ones stand for; None where all zeros are an unknown value."""
        model = self._fitted()
        if hasattr(X, "tocsr"):
            csr = X.tocsr()
            places = model.inverse_transform_sparse(
                int(csr.shape[1]),
                csr.data.astype(np.float64, copy=False),
                csr.indices.astype(np.int64, copy=False),
                csr.indptr.astype(np.int64, copy=False),
            )
        else:
            places = model.inverse_transform(X)
        return self._values_of(places)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names of the output columns: the input column, "_" and the category, or what the combiner makes of both."""
        model = self._fitted()
        combine = self._combiner()
        names = []
        for j, feature in enumerate(input_names(self, input_features)):
            categories = self.categories_[j]
            for place in model.output_places(j):
                names.append(combine(feature, _INFREQUENT if place < 0 else categories[place]))
        return np.array(names, dtype=object)

    def _combiner(self) -> Any:
        combiner = self.feature_name_combiner
        if isinstance(combiner, str) and combiner == "concat":
            return lambda feature, category: f"{feature}_{category!s}"
        made = combiner("feature", "category")
        if not isinstance(made, str):
            raise TypeError(
                "When `feature_name_combiner` is a callable, it should return a Python string. "
                f"Got {type(made)} instead."
            )
        return combiner


class TargetEncoder(OneToOneFeatureMixin, _Encoder):
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
    >>> encoder = TargetEncoder(smooth=0).fit(X, y)
    >>> encoder.transform([["a"], ["b"], ["c"]])
    array([[ 2.],
           [10.],
           [ 6.]])
    """

    _kind = "target_encoder"

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
            raise _must(
                self,
                "target_type",
                self.target_type,
                "a str among {'auto', 'binary', 'continuous', 'multiclass'}",
            )
        automatic = isinstance(self.smooth, str) and self.smooth == "auto"
        if not automatic and not (isinstance(self.smooth, numbers.Real) and self.smooth >= 0):
            raise _must(
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
        if len(array) != rows:
            raise ValueError(
                f"Found input variables with inconsistent numbers of samples: [{rows}, {len(array)}]"
            )
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
        return codes, {"target_type": kind, "classes": _typed(found, array.dtype)}

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
        if count < 2:
            raise ValueError(
                "k-fold cross-validation requires at least one train/test split by setting n_splits=2 or more, got "
                f"n_splits={count}."
            )
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
        model = getattr(self, "_model", None)
        if model is None:
            raise AttributeError("'LabelEncoder' object has no attribute 'classes_': it is not fitted yet")
        dtype = getattr(self, "_dtype", None)
        return _typed(model.classes(dtype is not None and dtype.kind == "O"), dtype)

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

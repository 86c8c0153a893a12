"""The encoder of categories as columns of zeros and ones."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from . import _core
from ._categories import INFREQUENT, GroupingEncoder
from ._checks import parameter_error
from ._estimator import input_names


class OneHotEncoder(GroupingEncoder):
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
            raise parameter_error(
                self,
                "handle_unknown",
                self.handle_unknown,
                "a str among {'error', 'ignore', 'infrequent_if_exist', 'warn'}",
            )
        if not isinstance(self.sparse_output, (bool, np.bool_)):
            raise parameter_error(self, "sparse_output", self.sparse_output, "an instance of 'bool'")
        drop = self.drop
        if isinstance(drop, str) and drop not in ("first", "if_binary"):
            raise parameter_error(
                self, "drop", drop, "a str among {'first', 'if_binary'}, an array-like or None"
            )
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
                names.append(combine(feature, INFREQUENT if place < 0 else categories[place]))
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

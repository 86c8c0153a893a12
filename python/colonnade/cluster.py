"""Clustering: k-means, with scikit-learn's parameters, attributes and results."""

from __future__ import annotations

import numbers
import sys
import warnings
from typing import Any

import numpy as np

from . import _core
from ._estimator import BaseEstimator, ClusterMixin, TransformerMixin

__all__ = ["KMeans"]


class KMeans(ClusterMixin, TransformerMixin, BaseEstimator):
    """k-means: ``n_clusters`` centres with a small sum of squared distances from the rows to their nearest centre.

    Parameters, attributes and stopping are those of ``sklearn.cluster.KMeans``, and so are the results from the same
    start. Beside that: labels and centres have the same bits for any number of threads, a fit takes a fraction of the
    time, and ``save``/``load`` share the fitted model with C++. float32 data give float32 centres.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters.
    init : {"k-means++", "random"}, array of shape (n_clusters, n_features) or callable, default="k-means++"
        The start. A callable gets ``(X, n_clusters, random_state=...)`` and returns such an array.
    n_init : int or "auto", default="auto"
        Number of starts, of which the best is kept; "auto" is 10 for "random" and a callable, otherwise 1.
    max_iter : int, default=300
        Iterations of one start.
    tol : float, default=1e-4
        A start ends when the centres move by less: squared movement <= tol x mean variance of the columns.
    verbose : int, default=0
        Whether to print a line for each iteration (after the fit).
    random_state : int, RandomState, Generator or None, default=None
        Seed of the draws.
    copy_x : bool, default=True
        Accepted; X is never changed.
    algorithm : {"lloyd", "elkan"}, default="lloyd"
        Accepted; both give the same result.

    Attributes
    ----------
    cluster_centers_ : array of shape (n_clusters, n_features)
    labels_ : int32 array of shape (n_samples,), the cluster of each row of ``fit`` (not saved by ``save``)
    inertia_ : float, sum of the squared distances of the rows to their centres, weighted
    n_iter_ : int
    n_features_in_, feature_names_in_

    Missing values and infinities raise an error.

    >>> import numpy as np
    >>> from colonnade.cluster import KMeans
    >>> X = np.array([[1.0, 2], [1, 4], [1, 0], [10, 2], [10, 4], [10, 0]])
    >>> kmeans = KMeans(n_clusters=2, random_state=0).fit(X)
    >>> sorted(kmeans.cluster_centers_.tolist())
    [[1.0, 2.0], [10.0, 2.0]]
    >>> bool(kmeans.predict([[0.0, 0]])[0] == kmeans.labels_[0])
    True
    """

    _kind = "k_means"

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Any = "k-means++",
        n_init: int | str = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        verbose: int = 0,
        random_state: Any = None,
        copy_x: bool = True,
        algorithm: str = "lloyd",
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose
        self.random_state = random_state
        self.copy_x = copy_x
        self.algorithm = algorithm

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> KMeans:
        """Learns the centres from the rows of X; ``y`` is ignored. Returns self."""
        self._check_parameters()
        random = _random_state(self.random_state)
        init, n_init, centers = self._start(X, random)
        model, labels, distinct, log = _core.k_means.fit(
            X,
            sample_weight,
            int(self.n_clusters),
            init,
            centers,
            n_init,
            int(self.max_iter),
            float(self.tol),
            int(random.randint(2**31 - 1)),
            bool(self.verbose),
        )
        for line in log:
            print(line)
        self._learn_columns(X, model.columns)
        self._model = model
        self._n_features_out = model.clusters
        self.labels_ = labels
        self.inertia_ = model.inertia
        self.n_iter_ = model.iterations
        self.cluster_centers_ = model.centers.astype(_float_type(X), copy=False)
        if distinct < self.n_clusters:
            warnings.warn(
                f"Number of distinct clusters ({distinct}) found smaller than n_clusters ({self.n_clusters}). "
                "Possibly due to duplicate points in X.",
                _convergence_warning(),
                stacklevel=2,
            )
        return self

    def fit_predict(self, X: Any, y: Any = None, sample_weight: Any = None) -> np.ndarray:
        """``fit(X)`` and the label of each of its rows."""
        return self.fit(X, sample_weight=sample_weight).labels_

    def fit_transform(self, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """``fit(X)`` and the distances of its rows to the centres."""
        return self.fit(X, sample_weight=sample_weight).transform(X)

    def predict(self, X: Any) -> np.ndarray:
        """The index of the nearest centre for each row of X, the lowest of several."""
        model = self._fitted()
        self._check_names(X)
        return model.predict(X)

    def transform(self, X: Any) -> Any:
        """The distance of each row of X to each centre, of shape (n_samples, n_clusters)."""
        model = self._fitted()
        self._check_names(X)
        return self._wrap_output(model.transform(X), X)

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """The negative sum of the squared distances of the rows of X to their nearest centres."""
        model = self._fitted()
        self._check_names(X)
        return -model.inertia_of(X, sample_weight)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names of the columns of ``transform``: kmeans0, kmeans1, ..."""
        self._fitted()
        return np.array([f"kmeans{i}" for i in range(self._n_features_out)], dtype=object)

    def _start(self, X: Any, random: Any) -> tuple[str, int, Any]:
        """Kind of start, number of starts, and the centres where they are given."""
        if isinstance(self.init, str):
            return self.init, 0 if self.n_init == "auto" else int(self.n_init), None
        if callable(self.init):
            n_init = 10 if self.n_init == "auto" else int(self.n_init)
            array = X if isinstance(X, np.ndarray) else np.asarray(X)
            starts = [self.init(array, self.n_clusters, random_state=random) for _ in range(n_init)]
            for start in starts:
                self._check_start(np.asarray(start), X)
            return "given", n_init, np.concatenate([np.asarray(start) for start in starts])
        if self.n_init not in ("auto", 1):
            warnings.warn(
                "Explicit initial center position passed: performing only one init in KMeans instead of "
                f"n_init={self.n_init}.",
                RuntimeWarning,
                stacklevel=3,
            )
        start = np.asarray(self.init)
        self._check_start(start, X)
        return "given", 1, start

    def _check_start(self, start: np.ndarray, X: Any) -> None:
        if start.ndim != 2 or start.shape[0] != self.n_clusters:
            raise ValueError(
                f"The shape of the initial centers {start.shape} does not match the number of clusters "
                f"{self.n_clusters}."
            )
        columns = np.shape(X)[1] if np.ndim(X) == 2 else start.shape[1]
        if start.shape[1] != columns:
            raise ValueError(
                f"The shape of the initial centers {start.shape} does not match the number of features of the data "
                f"{columns}."
            )

    def _check_parameters(self) -> None:
        _check_integer("n_clusters", self.n_clusters)
        _check_integer("max_iter", self.max_iter)
        if self.n_init != "auto":
            _check_integer("n_init", self.n_init, "'auto' or ")
        if not isinstance(self.tol, numbers.Real) or isinstance(self.tol, bool) or not self.tol >= 0:
            raise ValueError(f"tol: found {self.tol!r}, expected a number of at least 0")
        if isinstance(self.init, str) and self.init not in ("k-means++", "random"):
            raise ValueError(
                f"init: found {self.init!r}, expected 'k-means++', 'random', an array or a callable"
            )
        if self.algorithm not in ("lloyd", "elkan"):
            raise ValueError(f"algorithm: found {self.algorithm!r}, expected 'lloyd' or 'elkan'")
        if self.algorithm == "elkan" and self.n_clusters == 1:
            warnings.warn(
                "algorithm='elkan' doesn't make sense for a single cluster. Using 'lloyd' instead.",
                RuntimeWarning,
                stacklevel=3,
            )

    def _restore(self) -> None:
        super()._restore()
        self.n_clusters = self._n_features_out = self._model.clusters
        self.cluster_centers_ = self._model.centers
        self.inertia_ = self._model.inertia
        self.n_iter_ = self._model.iterations

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def _check_integer(name: str, value: Any, other: str = "") -> None:
    if isinstance(value, numbers.Integral) and not isinstance(value, bool) and value >= 1:
        return
    raise ValueError(f"{name}: found {value!r}, expected {other}an integer of at least 1")


def _random_state(seed: Any) -> Any:
    """What scikit-learn's check_random_state returns: the global generator for None."""
    if seed is None:
        return np.random.mtrand._rand  # type: ignore[attr-defined]
    if isinstance(seed, np.random.RandomState):
        return seed
    if isinstance(seed, np.random.Generator):
        return np.random.RandomState(int(seed.integers(2**31 - 1)))
    if isinstance(seed, numbers.Integral):
        return np.random.RandomState(int(seed))
    raise ValueError(f"random_state: found {seed!r}, expected an integer, a generator of numpy or None")


def _float_type(X: Any) -> type[np.floating[Any]]:
    """float32 for what the array gate keeps as float32."""
    dtype = getattr(X, "dtype", None)
    return np.float32 if dtype is not None and dtype in (np.float32, np.float16) else np.float64


def _convergence_warning() -> type[Warning]:
    """scikit-learn's ConvergenceWarning where scikit-learn is loaded, else a UserWarning."""
    module = sys.modules.get("sklearn.exceptions")
    return UserWarning if module is None else module.ConvergenceWarning

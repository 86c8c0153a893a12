"""Gradient-boosted trees, with the names and defaults of XGBoost's estimators and the same bits everywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import _core
from ._boosting_batches import Batches
from ._boosting_categories import CategoryColumns
from ._boosting_cv import cv
from ._boosting_fit import (
    Gradients,
    Observer,
    checkpoint_of,
    cuts_of_columns,
    evaluations,
    flat,
    folder_of,
    group_sizes,
    number,
    weights_of_columns,
)
from ._boosting_session import Session, Worker, merge_sums
from ._estimator import BaseEstimator, ClassifierMixin, RegressorMixin, feature_names, seed_of

__all__ = [
    "GradientBoostedTreesClassifier",
    "GradientBoostedTreesRegressor",
    "Session",
    "Worker",
    "cv",
    "merge_sums",
]

_WHOLE = (
    "n_estimators",
    "max_depth",
    "max_leaves",
    "max_bin",
    "num_parallel_tree",
    "max_cat_to_onehot",
    "max_cat_threshold",
    "early_stopping_rounds",
)
_REAL = (
    "learning_rate",
    "min_child_weight",
    "reg_lambda",
    "reg_alpha",
    "gamma",
    "subsample",
    "top_rate",
    "other_rate",
    "pos_bagging_fraction",
    "neg_bagging_fraction",
    "colsample_bytree",
    "colsample_bylevel",
    "colsample_bynode",
    "cat_smooth",
    "cat_l2",
    "scale_pos_weight",
    "base_score",
    "quantile_alpha",
    "max_delta_step",
)
_SAMPLING = ("uniform", "goss", "mvs", "gradient_based", "weighted")


class _GradientBoostedTrees(BaseEstimator):
    """What classifier and regressor share."""

    _kind = "gradient_boosted_trees"
    _is_classifier = False
    _objectives: tuple[str, ...] = ()
    _categories = CategoryColumns([], {})

    def __init__(
        self,
        *,
        objective: str | Callable[..., Any] | None = None,
        n_estimators: int = 100,
        learning_rate: float = 0.3,
        max_depth: int = 6,
        max_leaves: int = 0,
        grow_policy: str = "depthwise",
        max_bin: int = 256,
        binning: str = "quantile",
        cut_points: Any = None,
        min_child_weight: float = 1,
        reg_lambda: float = 1,
        reg_alpha: float = 0,
        gamma: float = 0,
        subsample: float = 1,
        sampling_method: str = "uniform",
        top_rate: float = 0.2,
        other_rate: float = 0.1,
        pos_bagging_fraction: float = 1,
        neg_bagging_fraction: float = 1,
        colsample_bytree: float = 1,
        colsample_bylevel: float = 1,
        colsample_bynode: float = 1,
        feature_weights: Any = None,
        num_parallel_tree: int = 1,
        categorical_features: Any = None,
        max_cat_to_onehot: int = 4,
        max_cat_threshold: int = 64,
        cat_smooth: float = 10,
        cat_l2: float = 10,
        scale_pos_weight: float = 1,
        quantile_alpha: float | None = None,
        max_delta_step: float | None = None,
        base_score: float | None = None,
        early_stopping_rounds: int | None = None,
        eval_metric: str | None = None,
        importance_type: str = "gain",
        random_state: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.objective = objective
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.max_depth = max_depth
        self.max_leaves = max_leaves
        self.grow_policy = grow_policy
        self.max_bin = max_bin
        self.binning = binning
        self.cut_points = cut_points
        self.min_child_weight = min_child_weight
        self.reg_lambda = reg_lambda
        self.reg_alpha = reg_alpha
        self.gamma = gamma
        self.subsample = subsample
        self.sampling_method = sampling_method
        self.top_rate = top_rate
        self.other_rate = other_rate
        self.pos_bagging_fraction = pos_bagging_fraction
        self.neg_bagging_fraction = neg_bagging_fraction
        self.colsample_bytree = colsample_bytree
        self.colsample_bylevel = colsample_bylevel
        self.colsample_bynode = colsample_bynode
        self.feature_weights = feature_weights
        self.num_parallel_tree = num_parallel_tree
        self.categorical_features = categorical_features
        self.max_cat_to_onehot = max_cat_to_onehot
        self.max_cat_threshold = max_cat_threshold
        self.cat_smooth = cat_smooth
        self.cat_l2 = cat_l2
        self.scale_pos_weight = scale_pos_weight
        self.quantile_alpha = quantile_alpha
        self.max_delta_step = max_delta_step
        self.base_score = base_score
        self.early_stopping_rounds = early_stopping_rounds
        self.eval_metric = eval_metric
        self.importance_type = importance_type
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(
        self,
        X: Any,
        y: Any,
        *,
        eval_set: Sequence[tuple[Any, ...]] | None = None,
        sample_weight: Any = None,
        base_margin: Any = None,
        base_margin_eval_set: Sequence[Any] | None = None,
        group: Any = None,
        callbacks: Sequence[Callable[[int, dict[str, Any]], Any]] | None = None,
        init_model: Any = None,
        time_limit: float | None = None,
        checkpoint: Any = None,
        checkpoint_every: int = 10,
        verbose: bool | int = False,
    ) -> Any:
        """Learns from X and y.

        Parameters
        ----------
        X : array, data frame or sparse table of shape (rows, columns)
            Numbers; NaN is missing. Columns of categories hold codes, or in a data frame their values. Of a sparse
            matrix or array of scipy, what is not stored is 0; the model has the bytes of a fit of ``X.toarray()``, and
            takes either.
        y : array of shape (rows,)
            Classes of any kind, or values.
        eval_set : list of (X, y) or (X, y, sample_weight), optional
            Scored after every iteration, as "validation_0" and so on; early stopping looks at the last. Sparse if X is.
        sample_weight : array of shape (rows,), optional
            Weights, 0 or more.
        base_margin : array of shape (rows,) or (rows, outputs), optional
            Margin that each row begins with instead of ``base_score`` (LightGBM calls it init_score): an offset, or the
            margins of another model. The model does not hold it: rows are predicted with a ``base_margin`` of theirs.
        base_margin_eval_set : list of arrays or None, optional
            The same for each of ``eval_set``.
        group : array of whole numbers, optional
            Sizes of groups of consecutive rows, with the sum ``rows``. ``subsample`` then draws groups: each with that
            probability, and all of its rows with it (LightGBM's ``bagging_by_query``). With ``sampling_method``
            "uniform" only.
        callbacks : list of callables, optional
            Each is called as ``callback(iteration, evals_result)`` after every iteration; the fit ends when one
            returns True.
        init_model : fitted estimator of this class, optional
            Goes on from it: its bins and trees are kept and ``n_estimators`` iterations added. On the same rows, with
            the same parameters, the model is equal to one that was fitted in one go.
        time_limit : float, optional
            Seconds after which no iteration is begun; the model has those that were finished.
        checkpoint : path, optional
            File that the model so far is saved in, atomically, every ``checkpoint_every`` iterations. It is a model as
            any other. A fit with ``init_model=colonnade.load(checkpoint)`` and the ``n_estimators`` that are left ends
            with the bytes of a fit that was never interrupted. With early stopping the file has all iterations so far
            and does not say which was the best: a fit that goes on looks for the best of its own iterations.
        checkpoint_every : int
            Iterations from one ``checkpoint`` to the next.
        verbose : bool or int
            True prints a line now and then, a number one line each so many iterations, with the time left.
        """
        if y is None:
            raise ValueError(
                f"This {type(self).__name__} estimator requires y to be passed, but the target y is None."
            )
        params = self._checked_params()
        first = self._model_of(init_model)
        categories = self._categories_of(X, first)
        params["categorical_features"] = categories.columns
        params["cut_points"] = cuts_of_columns(self.cut_points, X)
        sets = [
            (categories.encode(rows), *others)
            for rows, *others in evaluations(eval_set, base_margin_eval_set)
        ]
        saving = checkpoint_of(checkpoint, checkpoint_every, feature_names(X), categories.names)
        observer = Observer(params["n_estimators"], callbacks, time_limit, verbose)
        model, classes, history = _core.gradient_boosted_trees.fit(
            categories.encode(X),
            flat(y),
            sample_weight,
            sets,
            self._is_classifier,
            params,
            observer if observer.wanted else None,
            first,
            {"base_margin": base_margin, "group": group_sizes(group)} | saving,
            self._threads(),
        )
        return self._fitted_as(model, X, categories, classes, history)

    def fit_batches(
        self,
        batches: Any,
        *,
        eval_set: Sequence[tuple[Any, ...]] | None = None,
        base_margin: Any = None,
        base_margin_eval_set: Sequence[Any] | None = None,
        group: Any = None,
        callbacks: Sequence[Callable[[int, dict[str, Any]], Any]] | None = None,
        init_model: Any = None,
        time_limit: float | None = None,
        checkpoint: Any = None,
        checkpoint_every: int = 10,
        cache: Any = None,
        verbose: bool | int = False,
    ) -> Any:
        """Learns from rows that come in batches and need not fit into memory, all of them together.

        The model is that of ``fit`` on all rows at once, bit by bit, however they are cut into batches. The batches
        are read once for classes and categories, where there are any, and three times by the fit: for targets, cuts and
        bins (more often of over 600 columns). Held are two bytes a value (eight, and always in memory, in columns of
        over 255 bins), some 50 bytes a row, and the 200,000 rows that cuts are learned from; all other values only
        while their batch is read.

        Parameters
        ----------
        batches : list, iterable or callable
            Batches (X, y) or (X, y, sample_weight), as in ``fit``; all have the same columns. Rows of a sparse X are
            filled up, some at a time. Each pass must give the same rows in the same order: a list, an object whose
            ``__iter__`` begins anew, or a function that returns an iterator. A generator can be read only once and is
            refused.
        eval_set, base_margin, base_margin_eval_set, group : optional
            As in ``fit``, of all rows.
        callbacks, init_model, time_limit, checkpoint, checkpoint_every, verbose : optional
            As in ``fit``.
        cache : path, optional
            A folder in which the bins are kept while the fit lasts, in a file that has no name, instead of in memory.

        Examples
        --------
        >>> import numpy as np
        >>> from colonnade.boosting import GradientBoostedTreesRegressor
        >>> def batches():
        ...     for part in range(10):  # read a file here
        ...         X = np.arange(100.0).reshape(-1, 1) + 100 * part
        ...         yield X, np.sqrt(X[:, 0])
        >>> model = GradientBoostedTreesRegressor(n_estimators=50).fit_batches(batches)
        >>> X = np.arange(1000.0).reshape(-1, 1)
        >>> whole = GradientBoostedTreesRegressor(n_estimators=50).fit(X, np.sqrt(X[:, 0]))
        >>> model.to_bytes() == whole.to_bytes()
        True
        """
        params = self._checked_params()
        folder = folder_of(cache)
        observer = Observer(params["n_estimators"], callbacks, time_limit, verbose)
        first = self._model_of(init_model)
        known = None if first is None else CategoryColumns.of_model(first).names
        rows = Batches(batches, self.categorical_features, self._is_classifier, known)
        params["categorical_features"] = rows.categories.columns
        params["cut_points"] = cuts_of_columns(self.cut_points, rows.first)
        sets = [
            (rows.categories.encode(X), *others) for X, *others in evaluations(eval_set, base_margin_eval_set)
        ]
        names = feature_names(rows.first)
        saving = checkpoint_of(checkpoint, checkpoint_every, names, rows.categories.names)
        model, classes, history = _core.gradient_boosted_trees.fit_batches(
            rows,
            rows.labels,
            sets,
            params,
            observer if observer.wanted else None,
            first,
            {"base_margin": base_margin, "group": group_sizes(group)} | saving,
            folder,
            self._threads(),
        )
        return self._fitted_as(model, rows.first, rows.categories, classes, history)

    def _fitted_as(self, model: Any, X: Any, categories: CategoryColumns, classes: Any, history: Any) -> Any:
        """Becomes what was fitted on the columns of X."""
        self._learn_columns(X, model.columns)
        if hasattr(self, "feature_names_in_"):
            model.set_feature_names(list(self.feature_names_in_))
        for column, names in categories.names.items():
            model.set_categories(column, names)
        self._model = model
        self._categories = categories
        self.evals_result_ = history
        if self._is_classifier:
            self.classes_ = classes
        return self

    def refit(
        self, X: Any, y: Any, sample_weight: Any = None, decay_rate: float = 0.9, base_margin: Any = None
    ) -> Any:
        """A new estimator with the same trees, whose leaves are moved towards what they would be on other rows.

        Tree after tree, a leaf becomes ``decay_rate`` times its value plus ``1 - decay_rate`` times the value that the
        gradients of these rows give it (LightGBM's ``Booster.refit``). Splits, base score and importances stay, and so
        does a leaf that no row reaches.

        Parameters
        ----------
        X : array, data frame or sparse table of shape (rows, columns)
            The columns of ``fit``.
        y : array of shape (rows,)
            Classes that the model knows (not all need be there), or values.
        sample_weight : array of shape (rows,), optional
            Weights, 0 or more.
        decay_rate : float
            Share of the old leaves, 0 to 1.
        base_margin : array of shape (rows,) or (rows, outputs), optional
            As in ``fit``.

        Returns
        -------
        estimator
            This one stays as it is.

        Examples
        --------
        >>> import numpy as np
        >>> from colonnade.boosting import GradientBoostedTreesRegressor
        >>> X = np.arange(100.0).reshape(-1, 1)
        >>> model = GradientBoostedTreesRegressor(n_estimators=50).fit(X, X[:, 0])
        >>> moved = model.refit(X, X[:, 0] + 10, decay_rate=0)
        >>> bool(abs(moved.predict([[50.0]])[0] - 60) < 1)
        True
        """
        model = self._ready(X)
        rate = number("decay_rate", decay_rate, False)
        if rate is None:
            raise ValueError("decay_rate: found None, expected a number from 0 to 1")
        classes = self.classes_ if self._is_classifier else None
        gradients = self._checked_objective()["gradients"]
        return self._with_model(
            model.refit(
                self._categories.encode(X),
                flat(y),
                sample_weight,
                classes,
                rate,
                gradients,
                base_margin,
                self._threads(),
            )
        )

    def _with_model(self, model: Any) -> Any:
        """A copy of this estimator that has another model of the same columns."""
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.evals_result_ = {}
        other._model = model
        return other

    def apply(self, X: Any) -> np.ndarray:
        """Index of the leaf, within its tree, that every row of X falls into: shape (rows, trees)."""
        return self._ready(X).apply(self._categories.encode(X), self._threads())

    def get_feature_importances(self, importance_type: str = "gain") -> np.ndarray:
        """How much every column mattered: "gain" or "total_gain" (mean and sum over its splits), "weight" (their
        number), or "cover" (mean sum of Hessians)."""
        return self._fitted().feature_importances(importance_type)

    @property
    def feature_importances_(self) -> np.ndarray:
        """``get_feature_importances(importance_type)``, divided by their sum."""
        values = self.get_feature_importances(self.importance_type)
        total = values.sum()
        return values / total if total > 0 else values

    @property
    def best_iteration(self) -> int:
        """Number of the iteration with the best score; with early stopping only."""
        return self._with_early_stopping("best_iteration")

    @property
    def best_score(self) -> float:
        """Score of the best iteration; with early stopping only."""
        return self._with_early_stopping("best_score")

    @property
    def n_iter_(self) -> int:
        """Iterations in the model."""
        return self._fitted().iterations

    def evals_result(self) -> dict[str, dict[str, list[float]]]:
        """Scores of every evaluation set, one an iteration."""
        self._fitted()
        return self.evals_result_

    # Helpers

    def _model_of(self, init_model: Any) -> Any:
        if init_model is None:
            return None
        if type(init_model) is not type(self):
            raise TypeError(
                f"init_model: found {type(init_model).__name__}, expected a fitted {type(self).__name__}"
            )
        return init_model._fitted()

    def _with_early_stopping(self, name: str) -> Any:
        value = getattr(self._fitted(), name)
        if value is None:
            raise AttributeError(f"`{name}` is only defined when early stopping is used.")
        return value

    def _ready(self, X: Any) -> Any:
        model = self._fitted()
        # One row is scored in two microseconds: an array as wide as that of `fit` has nothing else to be checked.
        unnamed = type(X) is np.ndarray and "feature_names_in_" not in self.__dict__
        if not (unnamed and X.shape[1:] == (self.n_features_in_,)):
            self._check_names(X)
            self._check_batch_width(X)
        return model

    def _categories_of(self, X: Any, first: Any) -> CategoryColumns:
        """Columns of categories for a fit on X, which may go on from the model `first`."""
        if first is None:
            return CategoryColumns.learn(self.categorical_features, X)
        columns = CategoryColumns.columns_of(self.categorical_features, X)
        return CategoryColumns(columns, CategoryColumns.of_model(first).names)

    def _threads(self) -> int:
        return 0 if self.n_jobs is None or self.n_jobs < 0 else int(self.n_jobs)

    def _checked_params(self) -> dict[str, Any]:
        params = {name: number(name, getattr(self, name), True) for name in _WHOLE}
        params |= {name: number(name, getattr(self, name), False) for name in _REAL}
        if self.grow_policy not in ("depthwise", "lossguide", "symmetric"):
            raise ValueError(
                f"grow_policy: found {self.grow_policy!r}, expected 'depthwise', 'lossguide' or 'symmetric'"
            )
        if self.binning not in ("quantile", "uniform"):
            raise ValueError(f"binning: found {self.binning!r}, expected 'quantile' or 'uniform'")
        if self.sampling_method not in _SAMPLING:
            raise ValueError(
                f"sampling_method: found {self.sampling_method!r}, expected 'uniform', 'goss', 'mvs' or 'weighted'"
            )
        if self.eval_metric is not None and not isinstance(self.eval_metric, str):
            raise ValueError(f"eval_metric: found {self.eval_metric!r}, expected the name of a metric")
        if self.importance_type not in ("gain", "total_gain", "weight", "cover"):
            raise ValueError(
                f"importance_type: found {self.importance_type!r}, expected 'gain', 'total_gain', 'weight' or 'cover'"
            )
        defaults = {"n_estimators": 100}
        params |= {name: value for name, value in defaults.items() if params[name] is None}
        names = ("grow_policy", "binning", "sampling_method", "eval_metric")
        params |= {name: getattr(self, name) for name in names}
        if self.sampling_method == "gradient_based":  # XGBoost's name
            params["sampling_method"] = "mvs"
        params["feature_weights"] = weights_of_columns(self.feature_weights)
        params |= self._checked_objective()
        params["random_state"] = seed_of(self.random_state, lambda: 0)
        return params

    def _checked_objective(self) -> dict[str, Any]:
        if callable(self.objective):
            return {"objective": "custom", "gradients": Gradients(self.objective)}
        if self.objective is not None and (
            not isinstance(self.objective, str) or self.objective not in self._objectives
        ):
            known = ", ".join(repr(name) for name in self._objectives)
            raise ValueError(f"objective: found {self.objective!r}, expected {known} or a callable")
        return {"objective": self.objective, "gradients": None}

    @classmethod
    def _from_model(cls, model: Any) -> Any:
        wanted = GradientBoostedTreesClassifier if model.classes else GradientBoostedTreesRegressor
        if cls not in (wanted, _GradientBoostedTrees):
            raise ValueError(f"{cls.__name__}: the bytes hold a {wanted.__name__}")
        estimator = wanted()
        estimator._model = model
        estimator._restore()
        return estimator

    def _restore(self) -> None:
        model = self._model
        for name, value in model.parameters.items():
            setattr(self, name, value)
        self.early_stopping_rounds = self.early_stopping_rounds or None
        self.eval_metric = self.eval_metric or None
        self._categories = CategoryColumns.of_model(model)
        self.n_features_in_ = int(model.columns)
        if model.feature_names:
            self.feature_names_in_ = np.array(model.feature_names, dtype=object)
        self.evals_result_ = {}
        if self._is_classifier:
            labels = model.labels
            self.classes_ = np.arange(model.classes) if labels is None else labels

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.sparse = True
        tags.target_tags.required = True
        tags.target_tags.positive_only = self.objective == "count:poisson"
        return tags


class GradientBoostedTreesClassifier(ClassifierMixin, _GradientBoostedTrees):
    """Gradient-boosted trees for two or more classes: logistic loss, or softmax with one tree a class.

    Names and defaults are those of XGBoost's ``XGBClassifier``. Missing values (NaN) take the side that gains more in
    each split, and have a branch of their own, all numbers on the other side, where that gains most; infinities are
    values. The model has the same bits for any number of threads.

    Parameters
    ----------
    objective : str or callable, optional
        "binary:logistic" (the default for two classes), "multi:softprob" (the default otherwise), or a callable
        ``objective(y_true, y_pred) -> (gradient, Hessian)`` of the numbers of the classes and the margins, of shape
        (rows,), or (rows, classes) from three classes on. Both are multiplied by the weights unless the callable has a
        parameter ``sample_weight``. Margins begin at ``base_score`` or 0, and are not made into probabilities. A saved
        model does not hold the callable.
    n_estimators : int
        Iterations.
    learning_rate : float
        Factor of every leaf.
    max_depth, max_leaves : int
        Limits of a tree; 0 is none.
    grow_policy : {"depthwise", "lossguide", "symmetric"}
        Whether all leaves of a level are split next, or the one that gains most, or all of a level by one split
        that they share (symmetric trees: shallow, and fastest to predict).
    max_bin : int
        Bins a column, 2 to 65,535; missing values have one more. 256 means 255, so that a byte holds a bin: columns
        that have more bins take four times the memory and are slower. A column of no more values than that (in all
        rows) has a bin for each, so a large ``max_bin`` splits integers and few-valued columns exactly.
    binning : {"quantile", "uniform"}
        How columns of numbers are cut into bins. "quantile": bins of about equal weight, and one for each value of a
        column that has at most ``max_bin``. "uniform": ``max_bin`` bins of equal width from the smallest
        to the largest finite value, however few values there are, as scikit-learn's
        ``KBinsDiscretizer(strategy="uniform")`` has them; infinities are in the first and the last bin.
    cut_points : dict or list, optional
        Where columns are cut, in place of ``binning``: by name or number of a column, or a list with an item for each
        column and None for those that are binned, the ascending finite numbers that bins begin with (65,534 at most;
        with none the column is not used for splits but for whether it is missing).
    min_child_weight : float
        Least sum of Hessians in a child.
    reg_lambda, reg_alpha : float
        L2 and L1 penalty of leaf values.
    gamma : float
        Least gain of a split.
    subsample : float
        Share of the rows that each tree sees.
    sampling_method : {"uniform", "goss", "mvs", "weighted"}
        How rows are drawn. "uniform": each with the same probability. "goss" (gradient-based one-side sampling, of
        LightGBM): those with the largest gradients, and some of the others; the first ``1 / learning_rate`` iterations
        see all rows. "mvs" (minimal variance sampling, of CatBoost, also called "gradient_based" as in XGBoost): with
        probabilities that grow with the gradient. The gradients of rows that are not certain to be drawn are multiplied
        by the inverse of their probability. "weighted": in proportion to ``sample_weight``, none twice, ``subsample``
        of the rows that have a weight; a drawn row then counts as one of weight 1 (one that is certain to be drawn, as
        its weight times what makes the probabilities of the others). Scores and ``base_score`` go by the weights.
    top_rate, other_rate : float
        "goss": share of the rows that are kept for their gradients, and share of all rows that is drawn from the
        others; ``subsample`` stays 1.
    pos_bagging_fraction, neg_bagging_fraction : float
        Two classes, "uniform": the share of the rows of the second and of the first class, times ``subsample``.
    colsample_bytree, colsample_bylevel, colsample_bynode : float
        Share of the columns that each tree sees, of those the share that each level sees, and of those the share that
        each node sees.
    feature_weights : array of shape (n_features_in_,), optional
        Columns are drawn with a probability in proportion to these; one of weight 0 is never used.
    num_parallel_tree : int
        Trees an iteration (and class), each on a sample of its own; their leaves are divided by this number. A random
        forest is ``n_estimators=1, learning_rate=1, num_parallel_tree=100, subsample=0.8, colsample_bynode=0.8``.
    categorical_features : "auto", list of str or int, or mask, optional
        The columns whose values are categories: a split sends any set of them left. "auto" (or "from_dtype") takes the
        columns of a data frame that hold categories or text. Text, truth values and the categories of a data frame are
        known by their values, which are saved with the model; other columns hold codes, whole numbers from 0 to
        2^24 - 1. A category that ``fit`` did not see is missing. Beyond 254 categories the rarest are taken as one. The
        leaves of a level of a symmetric tree share a set, chosen by the sums of all of them.
    max_cat_to_onehot : int
        Columns of at most so many categories are split one against the rest; others in the order of
        gradient / (Hessian + ``cat_smooth``).
    max_cat_threshold : int
        Most categories on the smaller side of a split.
    cat_smooth, cat_l2 : float
        Smoothing of that order, and what is added to ``reg_lambda`` in the gain of such splits. A category whose sum of
        Hessians in a node is below ``cat_smooth``, and below a sixteenth of the node's, goes where missing values go.
    scale_pos_weight : float
        Factor of the weight of the second class of two.
    quantile_alpha, max_delta_step : float, optional
        Of `GradientBoostedTreesRegressor` only.
    base_score : float, optional
        First prediction (a probability); None takes it from y.
    early_stopping_rounds : int, optional
        Stop after so many iterations without a better score on the last evaluation set; the model is then that of the
        best iteration.
    eval_metric : str, optional
        "logloss" (default), "error", "auc", "rmse", "mae"; for more classes "mlogloss" (default), "merror".
    importance_type : {"gain", "total_gain", "weight", "cover"}
        What ``feature_importances_`` shows.
    random_state : int, optional
        Seed of the sampling; None is 0.
    n_jobs : int, optional
        Threads; None or a negative number takes all that the container may use.

    Attributes
    ----------
    classes_ : array
        The classes, sorted.
    feature_importances_ : array of shape (n_features_in_,)
        Importance of every column; they sum to 1.
    evals_result_ : dict
        Scores by evaluation set and metric, one an iteration.
    best_iteration, best_score : int, float
        With early stopping.
    n_features_in_, feature_names_in_ : int, array
        Columns of ``fit``.

    Examples
    --------
    >>> import numpy as np
    >>> from colonnade.boosting import GradientBoostedTreesClassifier
    >>> X = np.array([[1.0], [2.0], [np.nan], [4.0]] * 10)
    >>> y = np.array(["no", "no", "yes", "yes"] * 10)
    >>> model = GradientBoostedTreesClassifier(n_estimators=20).fit(X, y)
    >>> model.predict([[1.5], [np.nan]]).tolist()
    ['no', 'yes']
    >>> colours = np.array([["red"], ["blue"], ["green"], ["blue"]] * 10, dtype=object)
    >>> model = GradientBoostedTreesClassifier(categorical_features=[0]).fit(colours, y)
    >>> model.predict([["red"], ["green"]]).tolist()
    ['no', 'yes']
    """

    _is_classifier = True
    _objectives = ("binary:logistic", "multi:softprob")

    def predict(self, X: Any, base_margin: Any = None) -> np.ndarray:
        """The likeliest class of every row; ``base_margin`` as in ``fit``."""
        codes = self._ready(X).predict(self._categories.encode(X), self._threads(), base_margin)
        return self.classes_[codes.astype(np.intp)]

    def predict_proba(self, X: Any, base_margin: Any = None) -> np.ndarray:
        """Probabilities, one column a class in the order of ``classes_``; ``base_margin`` as in ``fit``."""
        return self._ready(X).predict_proba(self._categories.encode(X), self._threads(), base_margin)

    def predict_log_proba(self, X: Any, base_margin: Any = None) -> np.ndarray:
        """Logarithms of ``predict_proba``."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X, base_margin))

    def decision_function(self, X: Any, base_margin: Any = None) -> np.ndarray:
        """Margins: log-odds of the second of two classes, otherwise one column a class."""
        margins = self._ready(X).predict_margin(self._categories.encode(X), self._threads(), base_margin)
        return margins[:, 0] if margins.shape[1] == 1 else margins


class GradientBoostedTreesRegressor(RegressorMixin, _GradientBoostedTrees):
    """Gradient-boosted trees for a number: its mean, a count, a quantile, or what a callable says.

    Names and defaults are those of XGBoost's ``XGBRegressor``; see `GradientBoostedTreesClassifier` for the other
    parameters, the attributes and missing values (which may have a branch of their own). ``base_score`` is the first
    prediction.

    Parameters
    ----------
    objective : str or callable, optional
        "reg:squarederror" (default); "count:poisson" for y >= 0, with a log link; "reg:quantileerror" and
        "reg:absoluteerror", whose leaves are quantiles and medians of what is left of their rows; or a callable
        ``objective(y_true, y_pred) -> (gradient, Hessian)``, with a third parameter ``sample_weight`` if it cares for
        weights itself.
    quantile_alpha : float, optional
        The quantile of "reg:quantileerror", between 0 and 1.
    max_delta_step : float, optional
        For "count:poisson": no leaf changes a margin by more, before the learning rate. 0 is no limit, None is 0.7.
    eval_metric : str, optional
        "rmse", "mae"; "poisson-nloglik" (default for counts), "quantile" (default for quantiles). For absolute errors
        "mae" is the default, otherwise "rmse".

    Examples
    --------
    >>> import numpy as np
    >>> from colonnade.boosting import GradientBoostedTreesRegressor
    >>> X = np.arange(100.0).reshape(-1, 1)
    >>> model = GradientBoostedTreesRegressor(n_estimators=50).fit(X, X[:, 0] ** 2)
    >>> bool(abs(model.predict([[50.0]])[0] - 2500) < 100)
    True
    >>> upper = GradientBoostedTreesRegressor(objective="reg:quantileerror", quantile_alpha=0.9)
    >>> float((X[:, 0] <= upper.fit(np.zeros_like(X), X[:, 0]).predict(np.zeros_like(X))).mean())
    0.9
    """

    _objectives = ("reg:squarederror", "count:poisson", "reg:quantileerror", "reg:absoluteerror")

    def predict(self, X: Any, base_margin: Any = None) -> np.ndarray:
        """The predicted value of every row; ``base_margin`` (of margins, not of predictions) as in ``fit``."""
        return self._ready(X).predict(self._categories.encode(X), self._threads(), base_margin)

"""Transformers by column and estimators in sequence: one fitted object, one file, read by Python and C++ alike."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from . import _core
from ._estimator import BaseEstimator, TransformerMixin, _registry, clone, feature_names
from ._frames import as_table, column_names, positions, select

__all__ = [
    "ColumnTransformer",
    "Pipeline",
    "make_column_selector",
    "make_column_transformer",
    "make_pipeline",
]


class _Bunch(dict):
    """A dict whose items are attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self]


class _Composition(BaseEstimator):
    """Parameters of named estimators in a list: ``name`` and ``name__parameter``."""

    _parts_name = ""

    def _parts(self) -> list[tuple[Any, ...]]:
        parts = getattr(self, self._parts_name)
        if not isinstance(parts, (list, tuple)):
            return []
        return [tuple(part) for part in parts if isinstance(part, (tuple, list)) and len(part) >= 2]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Arguments of the constructor; with ``deep`` also the named estimators and their arguments."""
        parameters = super().get_params(deep=deep)
        if not deep or not isinstance(getattr(self, self._parts_name), (list, tuple)):
            return parameters
        for name, estimator, *_ in self._parts():
            parameters[name] = estimator
            if hasattr(estimator, "get_params") and not isinstance(estimator, type):
                parameters.update((f"{name}__{k}", v) for k, v in estimator.get_params(deep=True).items())
        return parameters

    def set_params(self, **parameters: Any) -> Any:
        """Sets arguments: ``name`` replaces an estimator, ``name__parameter`` sets one of its arguments."""
        if self._parts_name in parameters:
            setattr(self, self._parts_name, parameters.pop(self._parts_name))
        names = {part[0] for part in self._parts()}
        for name in [key for key in parameters if key in names]:
            value = parameters.pop(name)
            parts = [(p[0], value, *p[2:]) if p[0] == name else p for p in getattr(self, self._parts_name)]
            setattr(self, self._parts_name, parts)
        if parameters:
            super().set_params(**parameters)
        return self

    def _check_part_names(self) -> None:
        names = [part[0] for part in self._parts()]
        if len(set(names)) != len(names):
            raise ValueError(f"Names provided are not unique: {names!r}")
        arguments = sorted(set(names) & set(self._parameter_names()))
        if arguments:
            raise ValueError(f"Estimator names conflict with constructor arguments: {arguments!r}")
        invalid = [name for name in names if "__" in name]
        if invalid:
            raise ValueError(f"Estimator names must not contain __: got {invalid!r}")


def _is_nothing(estimator: Any) -> bool:
    return estimator is None or (isinstance(estimator, str) and estimator == "passthrough")


def _check_estimator(name: str, estimator: Any) -> None:
    if isinstance(estimator, BaseEstimator) or _is_nothing(estimator):
        return
    kind = estimator if isinstance(estimator, type) else type(estimator)
    hint = " (an object, not the class)" if isinstance(estimator, type) else ""
    raise TypeError(
        f"{name!r}: found {kind.__module__}.{kind.__qualname__}, expected an estimator of colonnade{hint}, so that the "
        "whole can be saved as one file and loaded in C++"
    )


def _chain(estimator: Any) -> list[tuple[str, Any]]:
    """The fitted models of a transformer, or of the transformers of a pipeline, with their names."""
    if _is_nothing(estimator):
        return []
    if not isinstance(estimator, Pipeline):
        return [("", estimator._fitted())]
    chain = []
    for name, step in estimator.steps:
        for inner, model in _chain(step):
            chain.append((f"{name}__{inner}" if inner else name, model))
    return chain


def _cross_fits(estimator: Any) -> bool:
    """Whether ``fit_transform`` gives other values than ``fit`` and ``transform``, as target encoding does."""
    if isinstance(estimator, Pipeline):
        return any(_cross_fits(step) for _, step in estimator.steps)
    if isinstance(estimator, ColumnTransformer):
        return any(_cross_fits(step) for _, step, _ in estimator.transformers)
    return getattr(estimator, "_cross_fits", getattr(estimator, "_kind", "") == "target_encoder")


def _dense(values: Any) -> Any:
    return values.toarray() if hasattr(values, "toarray") else np.asarray(values)


def _fit_transform(estimator: Any, X: Any, y: Any, parameters: dict[str, Any]) -> Any:
    """What ``fit_transform`` gives, as a dense array."""
    if isinstance(estimator, (ColumnTransformer, Pipeline)):
        return estimator._fit_features(X, y, parameters)
    return _dense(estimator.fit_transform(X, y, **parameters))


def _adopt(estimator: Any, fitted: Any) -> None:
    """Takes over what ``fitted``, a clone, has learnt."""
    own = set(estimator._parameter_names())
    for name in [n for n in vars(estimator) if n not in own and n.endswith("_") and n not in vars(fitted)]:
        delattr(estimator, name)
    if isinstance(estimator, Pipeline):
        for (_, mine), (_, theirs) in zip(estimator.steps, fitted.steps):
            if isinstance(mine, BaseEstimator):
                _adopt(mine, theirs)
    vars(estimator).update((name, value) for name, value in vars(fitted).items() if name not in own)


class ColumnTransformer(TransformerMixin, _Composition):
    """Transformers, each for its own columns, side by side.

    Parameters and attributes as scikit-learn's ``ColumnTransformer``; the output is always a dense float64 array, which
    one pass in C++ writes. A fitted one is saved as one file. Later tables may have their columns in any order and
    further ones; a column that is missing, or holds text where numbers are due, is named in the error.

    Parameters
    ----------
    transformers : list of (name, transformer, columns)
        ``transformer`` is an estimator of colonnade, a Pipeline of such, "drop" or "passthrough"; ``columns`` a name, a
        position, a list of either, a slice, a mask, or a function of X that gives one of those.
    remainder : {"drop", "passthrough"} or estimator
        What happens to columns that no transformer names.
    transformer_weights : dict of name to number
        Factors of the outputs.
    verbose_feature_names_out : bool, str or callable
        Whether (how) the names of the output get the transformer's name in front.

    Examples
    --------
    >>> from colonnade.pipeline import ColumnTransformer
    >>> from colonnade.preprocessing import OneHotEncoder, StandardScaler
    >>> frame = {"tenure": [1, 3, 5], "plan": ["basic", "plus", "basic"]}
    >>> columns = ColumnTransformer([("numbers", StandardScaler(), ["tenure"]), ("plan", OneHotEncoder(), ["plan"])])
    >>> columns.fit_transform(frame).round(2).tolist()
    [[-1.22, 1.0, 0.0], [0.0, 0.0, 1.0], [1.22, 1.0, 0.0]]
    >>> columns.get_feature_names_out().tolist()
    ['numbers__tenure', 'plan__plan_basic', 'plan__plan_plus']
    >>> columns.transform({"plan": "plus", "tenure": 4}).round(2).tolist()
    [[0.61, 0.0, 1.0]]
    """

    _kind = "column_transformer"
    _parts_name = "transformers"

    def __init__(
        self,
        transformers: Any,
        *,
        remainder: Any = "drop",
        sparse_threshold: float = 0.3,
        n_jobs: int | None = None,
        transformer_weights: dict[str, float] | None = None,
        verbose: bool = False,
        verbose_feature_names_out: Any = True,
        force_int_remainder_cols: Any = "deprecated",
    ) -> None:
        self.transformers = transformers
        self.remainder = remainder
        self.sparse_threshold = sparse_threshold
        self.n_jobs = n_jobs
        self.transformer_weights = transformer_weights
        self.verbose = verbose
        self.verbose_feature_names_out = verbose_feature_names_out
        self.force_int_remainder_cols = force_int_remainder_cols

    def fit(self, X: Any, y: Any = None, **params: Any) -> ColumnTransformer:
        """Fits every transformer on its columns. ``name__parameter`` goes to the ``fit`` of that transformer."""
        self._fit(as_table(X), y, params, False)
        return self

    def fit_transform(self, X: Any, y: Any = None, **params: Any) -> Any:
        """``fit``, and the output for the same rows; target encoders give their cross-fitted values there."""
        return self._wrap_output(self._fit_features(X, y, params), X)

    def transform(self, X: Any) -> Any:
        """The outputs of all transformers side by side: rows x output columns, float64."""
        return self._wrap_output(self._fitted().transform(X, self._threads()), X)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names of the output columns, as scikit-learn makes them."""
        model = self._fitted()
        learnt = getattr(self, "feature_names_in_", None)
        if input_features is not None and learnt is not None and list(input_features) != list(learnt):
            raise ValueError("input_features is not equal to feature_names_in_")
        return np.array(model.output_names, dtype=object)

    @property
    def named_transformers_(self) -> _Bunch:
        """The fitted transformers by name."""
        self._fitted()
        return _Bunch((name, transformer) for name, transformer, _ in self.transformers_)

    # Fitting

    def _threads(self) -> int:
        return 0 if self.n_jobs is None or self.n_jobs < 0 else int(self.n_jobs)

    def _groups(self, X: Any) -> list[tuple[str, Any, list[int]]]:
        """Every group with the positions of its columns, the remainder last."""
        self._check_part_names()
        if not isinstance(self.transformers, (list, tuple)) or any(len(p) != 3 for p in self.transformers):
            raise ValueError("transformers: expected a list of tuples (name, transformer, columns)")
        groups, used = [], set()
        for name, transformer, columns in self.transformers:
            wanted = positions(columns, X)
            used.update(wanted)
            groups.append((name, transformer, wanted))
        rest = [i for i in range(len(column_names(X))) if i not in used]
        return [*groups, ("remainder", self.remainder, rest)] if rest or not groups else groups

    def _fit_features(self, X: Any, y: Any, params: dict[str, Any]) -> np.ndarray:
        return self._fit(as_table(X), y, params, True)

    def _fit(self, X: Any, y: Any, params: dict[str, Any], want_output: bool) -> Any:
        names = column_names(X)
        routed = _routed(params, [part[0] for part in self._parts()], "ColumnTransformer")
        fitted, core, kept = [], [], []
        out_names: list[str] = []
        for name, transformer, wanted in self._groups(X):
            if (isinstance(transformer, str) and transformer == "drop") or not wanted:
                fitted.append((name, transformer, wanted))
                continue
            _check_estimator(name, transformer)
            start = time.perf_counter()
            estimator, values = self._fit_group(
                transformer, select(X, wanted), y, routed.get(name, {}), want_output
            )
            if self.verbose:
                print(f"[ColumnTransformer] {name}, total={time.perf_counter() - start:6.1f}s")
            group_names = self._group_names(name, estimator, [names[i] for i in wanted])
            if values is not None:
                kept.append((len(out_names), values))
            out_names += group_names
            fitted.append((name, estimator, wanted))
            core.append((name, wanted, _chain(estimator), self._weight(name)))
        self._check_unique(out_names)
        model = _core_columns(X, core, out_names)
        output: Any = model.transform(X, self._threads()) if want_output else None
        for first, values in kept:
            output[:, first : first + values.shape[1]] = values
        self._learn_columns(X, len(names))
        self.transformers_ = [
            (name, t, [names[i] for i in w] if hasattr(self, "feature_names_in_") else w)
            for name, t, w in fitted
        ]
        self.sparse_output_ = False
        self._model = model
        return output

    def _fit_group(
        self, transformer: Any, X: Any, y: Any, params: dict[str, Any], want_output: bool
    ) -> tuple[Any, Any]:
        """The fitted transformer, and its values where those of ``transform`` are others."""
        if _is_nothing(transformer):
            return "passthrough", None
        estimator = clone(transformer)
        if want_output and _cross_fits(estimator):
            return estimator, _fit_transform(estimator, X, y, params)
        return estimator.fit(X, y, **params), None

    def _weight(self, name: str) -> float:
        return float((self.transformer_weights or {}).get(name, 1.0))

    def _group_names(self, name: str, estimator: Any, inputs: list[str]) -> list[str]:
        if not _is_nothing(estimator):
            inputs = list(estimator.get_feature_names_out(np.array(inputs, dtype=object)))
        style = self.verbose_feature_names_out
        if callable(style):
            return [style(name, feature) for feature in inputs]
        if isinstance(style, str):
            return [style.format(transformer_name=name, feature_name=feature) for feature in inputs]
        return [f"{name}__{feature}" for feature in inputs] if style else inputs

    def _check_unique(self, names: list[str]) -> None:
        if len(set(names)) == len(names):
            return
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(
            f"Output feature names: {twice[:5]} are not unique. Please set verbose_feature_names_out=True to add "
            "prefixes to feature names"
        )

    # Loading

    @classmethod
    def _from_model(cls, model: Any) -> ColumnTransformer:
        names = [name for name, _, _ in model.schema]
        parts = []
        for k, (name, wanted, chain, _) in enumerate(model.groups):
            columns: list[Any] = [names[i] if model.names else model.schema[i][1] for i in wanted]
            parts.append((name, _restored_chain(model, k, chain), columns))
        weights = {name: weight for name, _, _, weight in model.groups if weight != 1}
        made = cls([(name, transformer, columns) for name, transformer, columns in parts])
        made.transformer_weights = weights or None
        prefixes = tuple(f"{name}__" for name, _, _, _ in model.groups)
        made.verbose_feature_names_out = all(name.startswith(prefixes) for name in model.output_names)
        made._model = model
        _restore_columns(made, model)
        made.transformers_ = parts
        made.sparse_output_ = False
        return made

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def _core_columns(X: Any, groups: list[tuple[Any, ...]], names: list[str]) -> Any:
    """The compiled column_transformer; columns that no group needs are not asked for later."""
    used = sorted({i for _, wanted, _, _ in groups for i in wanted})
    place = {position: k for k, position in enumerate(used)}
    return _core.column_transformer(
        X,
        used,
        [(name, [place[i] for i in wanted], chain, weight) for name, wanted, chain, weight in groups],
        names,
    )


def _restored(model: Any) -> Any:
    """The estimator of a fitted model; None stands for "passthrough"."""
    if model is None:
        return "passthrough"
    from . import _all_estimators

    _all_estimators()
    return _registry[type(model).kind]._from_model(model)


def _restored_chain(columns: Any, group: int, chain: list[tuple[str, Any]]) -> Any:
    """The transformer of a group of a fitted column_transformer: nothing, one, or a Pipeline."""
    if not chain:
        return "passthrough"
    if len(chain) == 1 and not chain[0][0]:
        return _restored(chain[0][1])
    steps = [
        (re.sub("__+", "_", name) or f"step{k}", _restored(model)) for k, (name, model) in enumerate(chain)
    ]
    made = Pipeline(steps)
    made._model = columns.chain_of(group)
    _restore_columns(made, made._model)
    return made


def _restore_columns(estimator: Any, model: Any) -> None:
    estimator.n_features_in_ = int(model.columns)
    if model.names:
        estimator.feature_names_in_ = np.array(model.names, dtype=object)


def _routed(params: dict[str, Any], names: list[str], owner: str) -> dict[str, dict[str, Any]]:
    """``{"model__x": 1}`` as ``{"model": {"x": 1}}``."""
    routed: dict[str, dict[str, Any]] = {}
    for key, value in params.items():
        name, _, parameter = key.partition("__")
        if not parameter:
            raise ValueError(
                f"{owner}.fit does not accept the {key} parameter. You can pass parameters to specific steps of your "
                f"pipeline using the stepname__parameter format, e.g. `{owner}.fit(X, y, {names[-1]}__{key}={key})`."
            )
        if name not in names:
            raise ValueError(f"{key}: found step {name!r}, expected one of {names}")
        routed.setdefault(name, {})[parameter] = value
    return routed


class _AvailableIf:
    """A method that exists only where the last step has it."""

    def __init__(self, method: Callable[..., Any], name: str) -> None:
        self._method = method
        self._name = name
        self.__doc__ = method.__doc__

    def __get__(self, owner: Any, kind: type | None = None) -> Any:
        if owner is None:
            return self._method
        if not owner._offers(self._name):
            raise AttributeError(f"This 'Pipeline' has no attribute {self._name!r}")
        return self._method.__get__(owner, kind)


def _available(method: Callable[..., Any]) -> Any:
    return _AvailableIf(method, method.__name__)


class Pipeline(TransformerMixin, _Composition):
    """Transformers in sequence and, as the last step, an estimator: one object, one file.

    Parameters, methods and attributes as scikit-learn's ``Pipeline``. ``fit`` hands ``step__parameter`` to the ``fit``
    of that step; a validation set (``model__eval_set=[(X, y)]``) goes through the fitted transformers first. Whole
    pipelines run in C++: predictions have the same bits in both languages and for any number of threads. One row may
    be given as a dict of plain values.

    Parameters
    ----------
    steps : list of (name, estimator)
        Estimators of colonnade; "passthrough" or None for a step that does nothing.
    verbose : bool
        Whether every step tells how long it took.

    Examples
    --------
    >>> from colonnade.boosting import GradientBoostedTreesClassifier
    >>> from colonnade.pipeline import ColumnTransformer, Pipeline
    >>> from colonnade.preprocessing import OneHotEncoder
    >>> from colonnade.datasets import make_churn
    >>> frame, target = make_churn(2000)
    >>> columns = ColumnTransformer(
    ...     [("text", OneHotEncoder(handle_unknown="ignore"), ["contract", "internet"]),
    ...      ("numbers", "passthrough", ["tenure_months", "support_calls", "satisfaction"])])
    >>> model = GradientBoostedTreesClassifier(n_estimators=20, max_depth=3)
    >>> churn = Pipeline([("columns", columns), ("model", model)])
    >>> churn.fit(frame, target).score(frame, target) > 0.8
    True
    >>> row = {"contract": "monthly", "internet": "fibre", "tenure_months": 2, "support_calls": 5, "satisfaction": None}
    >>> churn.predict(row).tolist()
    ['yes']
    """

    _kind = "pipeline"
    _parts_name = "steps"

    def __init__(
        self, steps: Any, *, transform_input: Any = None, memory: Any = None, verbose: bool = False
    ) -> None:
        self.steps = steps
        self.transform_input = transform_input
        self.memory = memory
        self.verbose = verbose

    # The steps

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            if key.step not in (1, None):
                raise ValueError("Pipeline slicing only supports a step of 1")
            return self._part(self.steps[key])
        return self.steps[key][1] if isinstance(key, (int, np.integer)) else self.named_steps[key]

    def __iter__(self) -> Iterator[Any]:
        return (self[k] for k in range(len(self)))

    @property
    def named_steps(self) -> _Bunch:
        """The steps by name."""
        return _Bunch(dict(self.steps))

    @property
    def _final_estimator(self) -> Any:
        parts = self._parts()
        return "passthrough" if not parts or _is_nothing(parts[-1][1]) else parts[-1][1]

    @property
    def _estimator_type(self) -> Any:
        return getattr(self._final_estimator, "_estimator_type", None)

    @property
    def classes_(self) -> Any:
        """The classes of the last step."""
        return self.steps[-1][1].classes_

    def _offers(self, method: str) -> bool:
        last = self._final_estimator
        if method in ("transform", "fit_transform"):
            return isinstance(last, str) or hasattr(last, "transform")
        return not isinstance(last, str) and hasattr(last, method)

    def _part(self, steps: list[tuple[str, Any]]) -> Pipeline:
        made = type(self)(steps, memory=self.memory, verbose=self.verbose)
        if steps and steps[0] == self.steps[0] and self.__sklearn_is_fitted__():
            made._model = _core_pipeline_of(self._model, steps)
            _restore_columns(made, made._model)
        return made

    def _check_steps(self) -> None:
        if not isinstance(self.steps, (list, tuple)) or len(self.steps) == 0:
            raise ValueError("The pipeline is empty. Please add steps.")
        if len(self._parts()) != len(self.steps) or any(len(step) != 2 for step in self.steps):
            raise ValueError("steps: expected a list of tuples (name, estimator)")
        self._check_part_names()
        for name, estimator in self.steps:
            _check_estimator(name, estimator)
        for name, estimator in self.steps[:-1]:
            if not _is_nothing(estimator) and not hasattr(estimator, "transform"):
                raise TypeError(
                    "All intermediate steps should be transformers and implement fit and transform or be the string "
                    f"'passthrough' '{estimator}' (type {type(estimator)}) of step {name!r} doesn't"
                )

    # Fitting

    def fit(self, X: Any, y: Any = None, **params: Any) -> Pipeline:
        """Fits the steps one after the other, each on the output of those before.

        ``params`` are named ``step__parameter``. A parameter ``eval_set`` is a list of (X, y) as they come to the
        pipeline. If fitting is interrupted, the pipeline stays as it was.
        """
        self._fit(X, y, params, False)
        return self

    @_available
    def fit_transform(self, X: Any, y: Any = None, **params: Any) -> Any:
        """``fit``, and the output of the last step for the same rows."""
        return self._wrap_output(self._fit_features(X, y, params), X)

    @_available
    def fit_predict(self, X: Any, y: Any = None, **params: Any) -> Any:
        """``fit`` and the clusters of the same rows."""
        self._fit(X, y, params, False)
        return self.predict(X)

    def _fit_features(self, X: Any, y: Any, params: dict[str, Any]) -> Any:
        return self._fit(X, y, params, True)

    def _fit(self, X: Any, y: Any, params: dict[str, Any], want_output: bool) -> Any:
        self._check_steps()
        X = as_table(X)
        routed = _routed(params, [name for name, _ in self.steps], "Pipeline")
        fitted: list[tuple[str, Any]] = []
        current = X
        for name, step in self.steps[:-1]:
            fitted.append((name, step if _is_nothing(step) else clone(step)))
            if not _is_nothing(step):
                with _timed(self, name):
                    current = _fit_transform(fitted[-1][1], current, y, routed.get(name, {}))
        name, last = self.steps[-1]
        output = current
        if not _is_nothing(last):
            arguments = self._last_arguments(X, fitted, routed.get(name, {}))
            last = clone(last)
            with _timed(self, name):
                if want_output:
                    output = _fit_transform(last, current, y, arguments)
                else:
                    last.fit(current, y, **arguments)
        fitted.append((name, last))
        model = _core_pipeline(X, fitted)
        for (_, mine), (_, theirs) in zip(self.steps, fitted):
            if not _is_nothing(mine):
                _adopt(mine, theirs)
        self._learn_columns(X)
        self._model = model
        return _dense(output) if want_output else None

    def _last_arguments(
        self, X: Any, fitted: list[tuple[str, Any]], arguments: dict[str, Any]
    ) -> dict[str, Any]:
        """Arguments of the last ``fit``, whose validation sets have gone through the fitted transformers."""
        if arguments.get("eval_set") is None or all(_is_nothing(step) for _, step in fitted):
            return arguments
        before = _core_pipeline(X, fitted)
        sets = [(before.transform(as_table(held)), *rest) for held, *rest in arguments["eval_set"]]
        return {**arguments, "eval_set": sets}

    # Using

    def _features(self, X: Any) -> np.ndarray:
        """What the last estimator sees."""
        return self._fitted().transform(X)

    @_available
    def transform(self, X: Any) -> Any:
        """The output of the last step."""
        features = self._features(X)
        last = self.steps[-1][1]
        if hasattr(last, "predict"):
            features = last.transform(features)
        return self._wrap_output(features, X)

    @_available
    def predict(self, X: Any) -> np.ndarray:
        """Predictions of the last step: classes, values or clusters."""
        values = self._fitted().predict(X)
        last = self.steps[-1][1]
        if hasattr(last, "classes_"):
            return last.classes_[values.astype(np.intp)]
        return values.astype(np.int32) if self._estimator_type == "clusterer" else values

    @_available
    def predict_proba(self, X: Any) -> np.ndarray:
        """Probabilities of the classes, one row for each of X, columns as ``classes_``."""
        return self._fitted().predict_proba(X)

    @_available
    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Logarithms of ``predict_proba``."""
        return self.steps[-1][1].predict_log_proba(self._features(X))

    @_available
    def decision_function(self, X: Any) -> np.ndarray:
        """``decision_function`` of the last step."""
        return self.steps[-1][1].decision_function(self._features(X))

    @_available
    def apply(self, X: Any) -> np.ndarray:
        """``apply`` of the last step: the leaf of every tree that each row falls into."""
        return self.steps[-1][1].apply(self._features(X))

    @_available
    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """``score`` of the last step."""
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        return self.steps[-1][1].score(self._features(X), y, **weights)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names of the columns after the last step."""
        self._fitted()
        names = input_features
        if names is None:
            names = getattr(self, "feature_names_in_", None)
        if names is None:
            names = np.array([f"x{i}" for i in range(self.n_features_in_)], dtype=object)
        for _, step in self.steps:
            if not _is_nothing(step):
                names = step.get_feature_names_out(names)
        return names

    def set_output(self, *, transform: str | None = None) -> Pipeline:
        """Container of what ``transform`` returns, of the pipeline and of its steps."""
        for _, step in self.steps:
            if hasattr(step, "set_output"):
                step.set_output(transform=transform)
        return super().set_output(transform=transform)

    # Loading and tags

    @classmethod
    def _from_model(cls, model: Any) -> Pipeline:
        last_name, last = model.last
        steps = [(name, _restored(step)) for name, step in model.steps]
        if last is not None:
            steps.append((last_name, _restored(last)))
        made = cls(steps)
        made._model = model
        _restore_columns(made, model)
        return made

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        last = self._final_estimator
        if hasattr(last, "__sklearn_tags__"):
            theirs = last.__sklearn_tags__()
            for name in (
                "estimator_type",
                "classifier_tags",
                "regressor_tags",
                "target_tags",
                "transformer_tags",
            ):
                setattr(tags, name, getattr(theirs, name))
        estimators = [step for _, step in self._parts() if hasattr(step, "__sklearn_tags__")]
        if estimators:
            tags.input_tags = estimators[0].__sklearn_tags__().input_tags
            tags.input_tags.allow_nan = self._allows_missing(estimators)
        if tags.transformer_tags is not None:
            tags.transformer_tags.preserves_dtype = []
        return tags

    @staticmethod
    def _allows_missing(estimators: list[Any]) -> bool:
        """Whether every step up to the first imputer takes missing values."""
        for step in estimators:
            if not step.__sklearn_tags__().input_tags.allow_nan:
                return False
            if step._kind in ("simple_imputer", "column_transformer"):
                return True
        return True


class _timed:
    """Tells how long a step took, where the pipeline is verbose."""

    def __init__(self, pipeline: Pipeline, name: str) -> None:
        self._shown = bool(pipeline.verbose)
        self._text = f"[Pipeline] {name}"

    def __enter__(self) -> None:
        self._start = time.perf_counter()

    def __exit__(self, *_: Any) -> None:
        if self._shown:
            print(f"{self._text}, total={time.perf_counter() - self._start:6.1f}s")


def _core_steps(fitted: list[tuple[str, Any]]) -> tuple[list[tuple[str, Any]], tuple[str, Any]]:
    """The compiled steps and the predictor at the end (or nothing)."""
    steps: list[tuple[str, Any]] = []
    for name, step in fitted:
        if _is_nothing(step):
            steps.append((name, None))
        elif isinstance(step, Pipeline):
            steps += [(f"{name}__{inner}" if inner else name, model) for inner, model in _chain(step)]
        elif step is not fitted[-1][1] or not hasattr(step, "predict"):
            steps.append((name, step._fitted()))
    name, last = fitted[-1]
    if _is_nothing(last) or not hasattr(last, "predict") or isinstance(last, Pipeline):
        return steps, ("", None)
    return steps, (name, last._fitted())


def _core_pipeline(X: Any, fitted: list[tuple[str, Any]]) -> Any:
    return _core.pipeline(X, *_core_steps(fitted))


def _core_pipeline_of(whole: Any, steps: list[tuple[str, Any]]) -> Any:
    return whole.with_steps(*_core_steps(steps))


def make_pipeline(*steps: Any, memory: Any = None, verbose: bool = False) -> Pipeline:
    """A Pipeline whose steps are named after their classes, in small letters.

    >>> from colonnade.pipeline import make_pipeline
    >>> from colonnade.preprocessing import MinMaxScaler, StandardScaler
    >>> [name for name, _ in make_pipeline(StandardScaler(), MinMaxScaler()).steps]
    ['standardscaler', 'minmaxscaler']
    """
    return Pipeline(_named(list(steps)), memory=memory, verbose=verbose)


def make_column_transformer(*transformers: Any, **arguments: Any) -> ColumnTransformer:
    """A ColumnTransformer of (transformer, columns), named after their classes.

    >>> from colonnade.pipeline import make_column_transformer
    >>> from colonnade.preprocessing import StandardScaler
    >>> make_column_transformer((StandardScaler(), ["a"]), ("drop", ["b"])).transformers[0][0]
    'standardscaler'
    """
    names = _named([transformer for transformer, _ in transformers])
    return ColumnTransformer(
        [(n, t, columns) for (n, t), (_, columns) in zip(names, transformers)], **arguments
    )


def _named(estimators: list[Any]) -> list[tuple[str, Any]]:
    names = [e if isinstance(e, str) else type(e).__name__.lower() for e in estimators]
    counts: dict[str, int] = {}
    named = []
    for name, estimator in zip(names, estimators):
        counts[name] = counts.get(name, 0) + 1
        named.append((f"{name}-{counts[name]}" if names.count(name) > 1 else name, estimator))
    return named


class make_column_selector:
    """A function that picks columns of a table by name or type, for a ColumnTransformer.

    ``pattern`` is a regular expression that names must contain; ``dtype_include`` and ``dtype_exclude`` are types as
    numpy knows them, or a list of such ("number", "object", "bool", ...). Works on pandas and polars frames and dicts.

    >>> from colonnade.pipeline import make_column_selector
    >>> make_column_selector(dtype_include="number")({"tenure": [1, 2], "plan": ["basic", "plus"]})
    ['tenure']
    """

    def __init__(
        self, pattern: str | None = None, *, dtype_include: Any = None, dtype_exclude: Any = None
    ) -> None:
        self.pattern = pattern
        self.dtype_include = dtype_include
        self.dtype_exclude = dtype_exclude

    def __call__(self, X: Any) -> list[str]:
        """Names of the columns of X that are picked."""
        names = feature_names(X)
        if names is None:
            raise ValueError("make_column_selector can only be applied to tables with column names")
        return [name for name in names if self._wants(name, X)]

    def _wants(self, name: str, X: Any) -> bool:
        if self.pattern is not None and not re.search(self.pattern, name):
            return False
        column = X[name]
        kinds = _kinds_of(column)
        included = self.dtype_include is None or any(k in kinds for k in _listed(self.dtype_include))
        return included and not any(k in kinds for k in _listed(self.dtype_exclude))


def _listed(types: Any) -> list[str]:
    if types is None:
        return []
    types = types if isinstance(types, (list, tuple, set)) else [types]
    return [t if isinstance(t, str) else getattr(t, "__name__", str(t)) for t in types]


def _kinds_of(column: Any) -> set[str]:
    """Names that a selector may use for the type of a column."""
    values = column if hasattr(column, "dtype") else np.asarray(column)
    name = str(values.dtype).lower()
    kinds = {name, type(values.dtype).__name__.lower()}
    if re.match(r"u?int|float", name):
        kinds |= {"number", re.sub(r"\d+$", "", name)}
        kinds |= {"integer"} if "int" in name else {"floating"}
    elif name.startswith("bool"):
        kinds |= {"bool", "boolean"}
    elif re.match(r"object|str|<u|string|large_string|utf8", name):
        kinds |= {"object", "str", "string"}
    elif re.match(r"cat|enum", name):
        kinds |= {"category", "categorical"}
    return kinds

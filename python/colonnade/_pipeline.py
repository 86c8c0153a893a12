"""Estimators in sequence."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from . import _core
from ._composition import (
    Bunch,
    Composition,
    check_estimator,
    dense,
    dense_fit_transform,
    is_nothing,
    restore_columns,
    restored,
    routed_parameters,
)
from ._estimator import TransformerMixin, clone
from ._frames import as_table


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


class Pipeline(TransformerMixin, Composition):
    """Transformers in sequence and, as the last step, an estimator: one object, one file.

    Parameters, methods and attributes as scikit-learn's ``Pipeline``, but what was given is not changed: ``fit`` fits
    clones, and from then on ``steps``, ``named_steps`` and ``pipeline[k]`` are those. ``fit`` hands
    ``step__parameter`` to the ``fit`` of that step; a validation set (``model__eval_set=[(X, y)]``) goes through the
    fitted transformers first. Whole pipelines run in C++: predictions have the same bits in both languages and for
    any number of threads. One row may be given as a dict of plain values.

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
    __module__ = "colonnade.pipeline"  # what pickles and messages name

    def __init__(
        self, steps: Any, *, transform_input: Any = None, memory: Any = None, verbose: bool = False
    ) -> None:
        self.steps = steps
        self.transform_input = transform_input
        self.memory = memory
        self.verbose = verbose

    # The steps

    @property
    def steps(self) -> Any:
        """Names and estimators: as given, and once the pipeline is fitted, the fitted ones."""
        return self.__dict__.get("_fitted_steps", self._steps)

    @steps.setter
    def steps(self, steps: Any) -> None:
        self._steps = steps
        self.__dict__.pop("_fitted_steps", None)
        self.__dict__.pop("_model", None)

    def _given(self) -> Any:
        return self._steps

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
    def named_steps(self) -> Bunch:
        """The steps by name."""
        return Bunch(dict(self.steps))

    @property
    def _final_estimator(self) -> Any:
        parts = self.steps if self._parts() else []
        return "passthrough" if not parts or is_nothing(parts[-1][1]) else parts[-1][1]

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
            made._fitted_steps = steps
            made._model = _core_pipeline_of(self._model, steps)
            restore_columns(made, made._model)
        return made

    def _check_steps(self) -> None:
        if not isinstance(self._steps, (list, tuple)) or len(self._steps) == 0:
            raise ValueError("The pipeline is empty. Please add steps.")
        if len(self._parts()) != len(self._steps) or any(len(step) != 2 for step in self._steps):
            raise ValueError("steps: expected a list of tuples (name, estimator)")
        self._check_part_names()
        for name, estimator in self._steps:
            check_estimator(name, estimator)
        for name, estimator in self._steps[:-1]:
            if not is_nothing(estimator) and not hasattr(estimator, "transform"):
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
        routed = routed_parameters(params, [name for name, _ in self._steps], "Pipeline")
        fitted: list[tuple[str, Any]] = []
        current = X
        for name, step in self._steps[:-1]:
            fitted.append((name, step if is_nothing(step) else clone(step)))
            if not is_nothing(step):
                with _timed(self, name):
                    current = dense_fit_transform(fitted[-1][1], current, y, routed.get(name, {}))
        name, last = self._steps[-1]
        output = current
        if not is_nothing(last):
            arguments = self._last_arguments(X, fitted, routed.get(name, {}))
            last = clone(last)
            with _timed(self, name):
                if want_output:
                    output = dense_fit_transform(last, current, y, arguments)
                else:
                    last.fit(current, y, **arguments)
        fitted.append((name, last))
        model = _core_pipeline(X, fitted)
        self._learn_columns(X)
        self._model, self._fitted_steps = model, fitted
        return dense(output) if want_output else None

    def _last_arguments(
        self, X: Any, fitted: list[tuple[str, Any]], arguments: dict[str, Any]
    ) -> dict[str, Any]:
        """Arguments of the last ``fit``, whose validation sets have gone through the fitted transformers."""
        if arguments.get("eval_set") is None or all(is_nothing(step) for _, step in fitted):
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
            if not is_nothing(step):
                names = step.get_feature_names_out(names)
        return names

    def set_output(self, *, transform: str | None = None) -> Pipeline:
        """Container of what ``transform`` returns, of the pipeline and of its steps."""
        for _, step in [*self._steps, *self.steps]:
            if hasattr(step, "set_output"):
                step.set_output(transform=transform)
        return super().set_output(transform=transform)

    # Loading and tags

    @classmethod
    def _from_model(cls, model: Any) -> Pipeline:
        last_name, last = model.last
        steps = [(name, restored(step)) for name, step in model.steps]
        if last is not None:
            steps.append((last_name, restored(last)))
        made = cls(steps)
        made._model, made._fitted_steps = model, steps
        restore_columns(made, model)
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


def fitted_chain(estimator: Any) -> list[tuple[str, Any]]:
    """The fitted models of a transformer, or of the transformers of a pipeline, with their names."""
    if is_nothing(estimator):
        return []
    if not isinstance(estimator, Pipeline):
        return [("", estimator._fitted())]
    chain = []
    for name, step in estimator.steps:
        for inner, model in fitted_chain(step):
            chain.append((f"{name}__{inner}" if inner else name, model))
    return chain


def _core_steps(fitted: list[tuple[str, Any]]) -> tuple[list[tuple[str, Any]], tuple[str, Any]]:
    """The compiled steps and the predictor at the end (or nothing)."""
    steps: list[tuple[str, Any]] = []
    for name, step in fitted:
        if is_nothing(step):
            steps.append((name, None))
        elif isinstance(step, Pipeline):
            steps += [(f"{name}__{inner}" if inner else name, model) for inner, model in fitted_chain(step)]
        elif step is not fitted[-1][1] or not hasattr(step, "predict"):
            steps.append((name, step._fitted()))
    name, last = fitted[-1]
    if is_nothing(last) or not hasattr(last, "predict") or isinstance(last, Pipeline):
        return steps, ("", None)
    return steps, (name, last._fitted())


def _core_pipeline(X: Any, fitted: list[tuple[str, Any]]) -> Any:
    return _core.pipeline(X, *_core_steps(fitted))


def _core_pipeline_of(whole: Any, steps: list[tuple[str, Any]]) -> Any:
    return whole.with_steps(*_core_steps(steps))

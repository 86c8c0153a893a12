"""Transformers by column."""

from __future__ import annotations

import re
import time
from typing import Any

import numpy as np

from . import _core
from ._composition import (
    Bunch,
    Composition,
    check_estimator,
    cross_fits,
    dense_fit_transform,
    is_nothing,
    restore_columns,
    restored,
    routed_parameters,
)
from ._estimator import TransformerMixin, clone
from ._frames import as_table, column_names, positions, select
from ._pipeline import Pipeline, fitted_chain


class ColumnTransformer(TransformerMixin, Composition):
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
    __module__ = "colonnade.pipeline"  # what pickles and messages name

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
    def named_transformers_(self) -> Bunch:
        """The fitted transformers by name."""
        self._fitted()
        return Bunch((name, transformer) for name, transformer, _ in self.transformers_)

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
        routed = routed_parameters(params, [part[0] for part in self._parts()], "ColumnTransformer")
        fitted, core, kept = [], [], []
        out_names: list[str] = []
        for name, transformer, wanted in self._groups(X):
            if (isinstance(transformer, str) and transformer == "drop") or not wanted:
                fitted.append((name, transformer, wanted))
                continue
            check_estimator(name, transformer)
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
            core.append((name, wanted, fitted_chain(estimator), self._weight(name)))
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
        if is_nothing(transformer):
            return "passthrough", None
        estimator = clone(transformer)
        if want_output and cross_fits(estimator):
            return estimator, dense_fit_transform(estimator, X, y, params)
        return estimator.fit(X, y, **params), None

    def _weight(self, name: str) -> float:
        return float((self.transformer_weights or {}).get(name, 1.0))

    def _group_names(self, name: str, estimator: Any, inputs: list[str]) -> list[str]:
        if not is_nothing(estimator):
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
        restore_columns(made, model)
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


def _restored_chain(columns: Any, group: int, chain: list[tuple[str, Any]]) -> Any:
    """The transformer of a group of a fitted column_transformer: nothing, one, or a Pipeline."""
    if not chain:
        return "passthrough"
    if len(chain) == 1 and not chain[0][0]:
        return restored(chain[0][1])
    steps = [
        (re.sub("__+", "_", name) or f"step{k}", restored(model)) for k, (name, model) in enumerate(chain)
    ]
    made = Pipeline(steps)
    made._model = columns.chain_of(group)
    restore_columns(made, made._model)
    return made

"""What estimators that hold named estimators share."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._estimator import BaseEstimator, _registry


class Bunch(dict):
    """A dict whose items are attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self]


class Composition(BaseEstimator):
    """Parameters of named estimators in a list: ``name`` and ``name__parameter``."""

    _parts_name = ""

    def _given(self) -> Any:
        """The list of estimators as the constructor got it."""
        return getattr(self, self._parts_name)

    def _parts(self) -> list[tuple[Any, ...]]:
        parts = self._given()
        if not isinstance(parts, (list, tuple)):
            return []
        return [tuple(part) for part in parts if isinstance(part, (tuple, list)) and len(part) >= 2]

    @property
    def _cross_fits(self) -> bool:
        return any(cross_fits(estimator) for _, estimator, *_ in self._parts())

    def _fit_features(self, X: Any, y: Any, params: dict[str, Any]) -> Any:
        """What ``fit_transform`` gives, as a dense array."""
        raise NotImplementedError

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Arguments of the constructor; with ``deep`` also the named estimators and their arguments."""
        parameters = super().get_params(deep=deep)
        parameters[self._parts_name] = self._given()
        if not deep:
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
            parts = [(p[0], value, *p[2:]) if p[0] == name else p for p in self._given()]
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


def is_nothing(estimator: Any) -> bool:
    return estimator is None or (isinstance(estimator, str) and estimator == "passthrough")


def check_estimator(name: str, estimator: Any) -> None:
    if isinstance(estimator, BaseEstimator) or is_nothing(estimator):
        return
    kind = estimator if isinstance(estimator, type) else type(estimator)
    hint = " (an object, not the class)" if isinstance(estimator, type) else ""
    raise TypeError(
        f"{name!r}: found {kind.__module__}.{kind.__qualname__}, expected an estimator of colonnade{hint}, so that the "
        "whole can be saved as one file and loaded in C++"
    )


def cross_fits(estimator: Any) -> bool:
    """Whether ``fit_transform`` gives other values than ``fit`` and ``transform``, as target encoding does."""
    return getattr(estimator, "_cross_fits", False)


def dense(values: Any) -> Any:
    return values.toarray() if hasattr(values, "toarray") else np.asarray(values)


def dense_fit_transform(estimator: Any, X: Any, y: Any, parameters: dict[str, Any]) -> Any:
    """What ``fit_transform`` gives, as a dense array."""
    if isinstance(estimator, Composition):
        return estimator._fit_features(X, y, parameters)
    return dense(estimator.fit_transform(X, y, **parameters))


def restored(model: Any) -> Any:
    """The estimator of a fitted model; None stands for "passthrough"."""
    if model is None:
        return "passthrough"
    from . import _all_estimators

    _all_estimators()
    return _registry[type(model).kind]._from_model(model)


def restore_columns(estimator: Any, model: Any) -> None:
    estimator.n_features_in_ = int(model.columns)
    if model.names:
        estimator.feature_names_in_ = np.array(model.names, dtype=object)


def routed_parameters(params: dict[str, Any], names: list[str], owner: str) -> dict[str, dict[str, Any]]:
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

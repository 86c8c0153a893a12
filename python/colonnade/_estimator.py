"""The estimator contract: what scikit-learn's tools expect of an estimator, without importing scikit-learn.

An estimator stores its constructor's arguments unchanged, learns in ``fit`` and holds the fitted model (an immutable
object of the compiled part) in ``_model``. Attributes that end in ``_`` are read from the model.
"""

from __future__ import annotations

import inspect
import numbers
import sys
import warnings
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from . import _core
from .exceptions import NotFittedError

_registry: dict[str, type[BaseEstimator]] = {}


def feature_names(X: Any) -> np.ndarray | None:
    """Column names of a frame as an object array, or None where X has none (or they are not all text)."""
    if type(X) is np.ndarray and X.dtype.names is None:  # before all else: one row is scored in microseconds
        return None
    # pyarrow's `columns` are the columns, not their names.
    columns = None if hasattr(X, "column_names") else getattr(X, "columns", None)
    if columns is None:
        if isinstance(X, dict):
            columns = list(X)
        elif getattr(getattr(X, "dtype", None), "names", None):
            columns = X.dtype.names
        elif hasattr(X, "column_names"):
            columns = X.column_names
        else:
            return None
    names = list(columns() if callable(columns) else columns)
    text = [isinstance(name, str) for name in names]
    if all(text):
        return np.array(names, dtype=object) if names else None
    if any(text):
        kinds = sorted({type(name).__qualname__ for name in names})
        raise TypeError(
            "Feature names are only supported if all input features have string names, but your input has "
            f"{kinds} as feature name / column name types. If you want feature names to be stored and validated, "
            "you must convert them all to strings, by using X.columns = X.columns.astype(str) for example. Otherwise "
            "you can remove feature / column names from your input data, or convert them all to a non-string data type."
        )
    return None


def column_count(X: Any) -> int:
    """Number of columns of anything tabular."""
    shape = getattr(X, "shape", None)
    if shape is not None and len(shape) == 2:
        return int(shape[1])
    if isinstance(X, dict):
        return len(X)
    names = getattr(getattr(X, "dtype", None), "names", None)
    if names:
        return len(names)
    return int(np.asarray(X, dtype=object).shape[1])


def row_count(X: Any) -> int:
    """Number of rows of anything tabular."""
    shape = getattr(X, "shape", None)
    if shape is not None and len(shape) > 0:
        return int(shape[0])
    if isinstance(X, dict):
        return len(next(iter(X.values()))) if X else 0
    return len(X)


def seed_of(random_state: Any, otherwise: Callable[[], int]) -> int:
    """The seed that ``random_state`` means: the number itself, or one drawn from a generator; None: ``otherwise()``."""
    if random_state is None:
        return otherwise()
    if hasattr(random_state, "randint"):
        return int(random_state.randint(2**31 - 1))
    if hasattr(random_state, "integers"):
        return int(random_state.integers(2**31 - 1))
    if isinstance(random_state, numbers.Integral) and 0 <= random_state < 2**64:
        return int(random_state)
    raise ValueError(f"random_state: found {random_state!r}, expected a whole number of at least 0 or None")


class BaseEstimator:
    """Parameters, cloning, representation, tags and persistence of every estimator.

    A subclass names the kind of its fitted model in ``_kind`` and, for loading, says in ``_restore`` how its
    constructor's arguments follow from the model.
    """

    _kind: ClassVar[str] = ""
    _model: Any

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__dict__.get("_kind"):
            _registry[cls._kind] = cls

    # Parameters

    @classmethod
    def _parameter_names(cls) -> list[str]:
        signature = inspect.signature(cls.__init__)
        return sorted(
            p.name for p in signature.parameters.values() if p.name != "self" and p.kind != p.VAR_KEYWORD
        )

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Arguments of the constructor; with ``deep`` also those of estimators among them, as ``name__argument``."""
        parameters: dict[str, Any] = {}
        for name in self._parameter_names():
            value = getattr(self, name)
            if deep and hasattr(value, "get_params") and not isinstance(value, type):
                parameters.update((f"{name}__{k}", v) for k, v in value.get_params().items())
            parameters[name] = value
        return parameters

    def set_params(self, **parameters: Any) -> Any:
        """Sets arguments by name (``name__argument`` for those of an estimator among them); returns self."""
        valid = self.get_params(deep=True)
        nested: dict[str, dict[str, Any]] = {}
        for key, value in parameters.items():
            name, _, rest = key.partition("__")
            if name not in valid:
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {self}. "
                    f"Valid parameters are: {self._parameter_names()!r}."
                )
            if rest:
                nested.setdefault(name, {})[rest] = value
            else:
                setattr(self, name, value)
                valid[name] = value
        for name, values in nested.items():
            valid[name].set_params(**values)
        return self

    def __sklearn_clone__(self) -> Any:
        return clone(self)

    # Fitted state

    def __sklearn_is_fitted__(self) -> bool:
        return getattr(self, "_model", None) is not None

    def _fitted(self) -> Any:
        model = self.__dict__.get("_model")
        if model is None:
            raise _not_fitted()(
                f"This {type(self).__name__} instance is not fitted yet. Call 'fit' with appropriate arguments before "
                "using this estimator."
            )
        return model

    def _attribute(self, name: str) -> Any:
        """The fitted model, for an attribute that exists only then."""
        model = getattr(self, "_model", None)
        if model is None:
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}: it is not fitted yet"
            )
        return model

    def _learn_columns(self, X: Any, columns: int | None = None) -> None:
        """Remembers number and names of the columns of ``fit``."""
        names = feature_names(X)
        if names is not None:
            self.feature_names_in_ = names
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_
        self.n_features_in_ = column_count(X) if columns is None else columns

    def _check_names(self, X: Any) -> None:
        """Compares the column names of X with those of ``fit``, as scikit-learn does."""
        learnt = self.__dict__.get("feature_names_in_")
        found = feature_names(X)
        if learnt is None and found is None:
            return
        name = type(self).__name__
        if learnt is None:
            warnings.warn(
                f"X has feature names, but {name} was fitted without feature names", UserWarning, stacklevel=3
            )
            return
        if found is None:
            warnings.warn(
                f"X does not have valid feature names, but {name} was fitted with feature names",
                UserWarning,
                stacklevel=3,
            )
            return
        if len(found) == len(learnt) and (found is learnt or all(found == learnt)):
            return
        raise ValueError(_names_message(list(found), list(learnt)))

    def _check_column_count(self, columns: int) -> None:
        if columns != self.n_features_in_:
            raise ValueError(
                f"X has {columns} features, but {type(self).__name__} is expecting "
                f"{self.n_features_in_} features as input."
            )

    def _check_batch_width(self, X: Any) -> None:
        """Compares the number of columns of X with that of ``fit``, where X knows its shape."""
        shape = getattr(X, "shape", None)
        if shape is not None and len(shape) == 2:
            self._check_column_count(shape[1])

    def _check_mergeable(self, other: Any) -> None:
        if type(other) is not type(self):
            raise TypeError(f"other: found {type(other).__name__}, expected {type(self).__name__}")

    # Persistence

    def to_bytes(self) -> bytes:
        """The fitted model as bytes: what ``save`` writes."""
        return self._fitted().to_bytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Any:
        """The estimator whose fitted model the bytes hold. Raises FormatError for damaged bytes."""
        return cls._from_model(getattr(_core, cls._kind).from_bytes(data))

    def save(self, path: str) -> None:
        """Saves the fitted model as one file, atomically; ``colonnade.load`` and C++ read it."""
        self._fitted().save(str(path))

    @classmethod
    def load(cls, path: str) -> Any:
        """The estimator that ``save`` wrote."""
        return cls.from_bytes(_core.read_file(str(path)))

    @classmethod
    def _from_model(cls, model: Any) -> Any:
        estimator = cls()
        estimator._model = model
        estimator._restore()
        return estimator

    def _restore(self) -> None:
        """Sets parameters and columns from ``_model`` after loading."""
        self.n_features_in_ = int(self._model.columns)

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        state["_colonnade_version"] = _core.build_info()["version"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        state.pop("_colonnade_version", None)
        self.__dict__.update(state)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        mine, theirs = getattr(self, "_model", None), getattr(other, "_model", None)
        if mine is None and theirs is None:
            return self is other or _same_parameters(self, other)
        return mine == theirs

    __hash__ = object.__hash__

    # Representation and tags

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self).__init__).parameters
        shown = []
        for name, parameter in defaults.items():
            if name == "self" or parameter.kind == parameter.VAR_KEYWORD:
                continue
            value = getattr(self, name, parameter.default)
            if not _is_default(value, parameter.default):
                shown.append(f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def _repr_html_(self) -> str:
        from html import escape

        state = "fitted" if self.__sklearn_is_fitted__() else "not fitted"
        rows = "".join(
            f"<tr><td>{escape(k)}</td><td>{escape(repr(v))}</td></tr>"
            for k, v in self.get_params(deep=False).items()
        )
        return (
            f"<details><summary><code>{escape(type(self).__name__)}</code> ({state})</summary>"
            f"<table>{rows}</table></details>"
        )

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags

        return Tags(
            estimator_type=None,
            target_tags=TargetTags(required=False),
            transformer_tags=None,
            classifier_tags=None,
            regressor_tags=None,
            input_tags=InputTags(),
        )


class TransformerMixin:
    """``fit_transform`` and ``set_output`` of transformers."""

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> Any:
        """``fit(X, y)`` followed by ``transform(X)``."""
        return self.fit(X, y, **fit_params).transform(X)  # type: ignore[attr-defined]

    def set_output(self, *, transform: str | None = None) -> Any:
        """Container of what ``transform`` returns: "default" (numpy), "pandas" or "polars"; None changes nothing."""
        if transform is not None:
            if transform not in ("default", "pandas", "polars"):
                raise ValueError(f"transform: found {transform!r}, expected 'default', 'pandas' or 'polars'")
            self._sklearn_output_config = {"transform": transform}
        return self

    def _output_container(self) -> str:
        configured = getattr(self, "_sklearn_output_config", {}).get("transform")
        if configured is not None:
            return configured
        sklearn = sys.modules.get("sklearn")
        return (
            sklearn.get_config()["transform_output"]
            if sklearn is not None and hasattr(sklearn, "get_config")
            else "default"
        )

    def _wrap_output(self, array: Any, X: Any) -> Any:
        container = self._output_container()
        if container == "default":
            return array
        if hasattr(array, "toarray"):
            raise ValueError(
                f"{container.capitalize()} output does not support sparse data. Set sparse_output=False to output "
                f"{container} dataframes or disable {container.capitalize()} output via "
                '`ohe.set_output(transform="default")`.'
            )
        names = list(self.get_feature_names_out())  # type: ignore[attr-defined]
        if container == "pandas":
            import pandas

            index = X.index if hasattr(X, "index") and hasattr(X, "iloc") else None
            return pandas.DataFrame(array, columns=names, index=index, copy=False)
        import polars

        return polars.DataFrame(array, schema=names, orient="row")

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import TransformerTags

        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.transformer_tags = TransformerTags()
        return tags


class OneToOneFeatureMixin:
    """Output columns are named as the input columns."""

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names of the output columns: those of ``fit``, or ``input_features``, or x0, x1, ..."""
        self._fitted()  # type: ignore[attr-defined]
        return input_names(self, input_features)


def input_names(estimator: Any, input_features: Any = None) -> np.ndarray:
    """Names of the input columns of a fitted estimator, checked against ``input_features``."""
    learnt = getattr(estimator, "feature_names_in_", None)
    columns = estimator.n_features_in_
    if input_features is not None:
        names = np.asarray(input_features, dtype=object)
        if learnt is not None and not np.array_equal(learnt, names):
            raise ValueError("input_features is not equal to feature_names_in_")
        if len(names) != columns:
            raise ValueError(
                f"input_features should have length equal to number of features ({columns}), got {len(names)}"
            )
        return names
    if learnt is not None:
        return learnt
    return np.array([f"x{i}" for i in range(columns)], dtype=object)


class ClassifierMixin:
    """``score`` (accuracy) and tags of classifiers."""

    _estimator_type = "classifier"

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Accuracy of ``predict(X)``."""
        from .metrics import accuracy_score

        return accuracy_score(y, self.predict(X), sample_weight=sample_weight)  # type: ignore[attr-defined]

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags

        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.estimator_type = "classifier"
        tags.classifier_tags = ClassifierTags()
        tags.target_tags.required = True
        return tags


class RegressorMixin:
    """``score`` (R squared) and tags of regressors."""

    _estimator_type = "regressor"

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Coefficient of determination of ``predict(X)``."""
        from .metrics import r2_score

        return r2_score(y, self.predict(X), sample_weight=sample_weight)  # type: ignore[attr-defined]

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import RegressorTags

        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.estimator_type = "regressor"
        tags.regressor_tags = RegressorTags()
        tags.target_tags.required = True
        return tags


class ClusterMixin:
    """``fit_predict`` and tags of cluster algorithms."""

    _estimator_type = "clusterer"

    def fit_predict(self, X: Any, y: Any = None, **fit_params: Any) -> np.ndarray:
        """Labels of the rows of X after ``fit(X)``."""
        return self.fit(X, **fit_params).labels_  # type: ignore[attr-defined]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.estimator_type = "clusterer"
        return tags


def clone(estimator: Any) -> Any:
    """A new, unfitted estimator with the same parameters; estimators among them are cloned too."""
    if isinstance(estimator, (list, tuple, set, frozenset)):
        return type(estimator)([clone(e) for e in estimator])
    if not hasattr(estimator, "get_params") or isinstance(estimator, type):
        import copy

        return copy.deepcopy(estimator)
    parameters = {k: _cloned_parameter(v) for k, v in estimator.get_params(deep=False).items()}
    copied = type(estimator)(**parameters)
    for attribute in ("_sklearn_output_config", "_metadata_request"):
        if attribute in getattr(estimator, "__dict__", {}):
            import copy

            setattr(copied, attribute, copy.deepcopy(getattr(estimator, attribute)))
    return copied


def _cloned_parameter(value: Any) -> Any:
    return clone(value)


def load(path: str) -> Any:
    """The estimator that ``save`` wrote to ``path``, whatever its class. Raises FormatError for damaged bytes.

    >>> import colonnade, tempfile, os
    >>> from colonnade.preprocessing import MinMaxScaler
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "scaler.colonnade")
    ...     MinMaxScaler().fit([[1.0], [3.0]]).save(path)
    ...     colonnade.load(path).transform([[2.0]])
    array([[0.5]])
    """
    return from_bytes(_core.read_file(str(path)))


def from_bytes(data: bytes) -> Any:
    """The estimator that ``to_bytes`` gave, whatever its class. Raises FormatError for damaged bytes."""
    from . import _all_estimators

    _all_estimators()
    kind = _core.kind_of(data)
    if kind not in _registry:
        raise _core.FormatError(f"saved object: kind {kind!r} is not an estimator of this version")
    return _registry[kind].from_bytes(data)


def _not_fitted() -> type[Exception]:
    """scikit-learn's NotFittedError where scikit-learn is loaded (its tools catch that one), else ours."""
    module = sys.modules.get("sklearn.exceptions")
    return NotFittedError if module is None else _joint_not_fitted(module.NotFittedError)


def _joint_not_fitted(theirs: type[Exception]) -> type[Exception]:
    global _joint
    if _joint is None:
        _joint = type("NotFittedError", (NotFittedError, theirs), {"__module__": NotFittedError.__module__})
    return _joint


_joint: type[Exception] | None = None


def _names_message(found: list[str], learnt: list[str]) -> str:
    def listed(names: list[str]) -> str:
        return "".join(f"- {name}\n" for name in names[:5]) + ("- ...\n" if len(names) > 5 else "")

    unexpected = sorted(set(found) - set(learnt))
    missing = sorted(set(learnt) - set(found))
    message = "The feature names should match those that were passed during fit.\n"
    if unexpected:
        message += "Feature names unseen at fit time:\n" + listed(unexpected)
    if missing:
        message += "Feature names seen at fit time, yet now missing:\n" + listed(missing)
    if not unexpected and not missing:
        message += "Feature names must be in the same order as they were in fit.\n"
    return message


def _same_parameters(a: Any, b: Any) -> bool:
    left, right = a.get_params(deep=False), b.get_params(deep=False)
    return left.keys() == right.keys() and all(_is_default(left[k], right[k]) for k in left)


def _is_default(value: Any, default: Any) -> bool:
    if value is default:
        return True
    if isinstance(value, float) and isinstance(default, float) and value != value and default != default:
        return True
    try:
        return type(value) is type(default) and bool(value == default)
    except (TypeError, ValueError):
        return False

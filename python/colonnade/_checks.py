"""Checks of parameters and shapes that several modules make."""

from __future__ import annotations

import numbers
from typing import Any


def is_nan(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, numbers.Integral) and value != value


def parameter_error(owner: Any, name: str, value: Any, expected: str) -> ValueError:
    return ValueError(
        f"The {name!r} parameter of {type(owner).__name__} must be {expected}. Got {value!r} instead."
    )


def check_same_rows(*counts: int) -> None:
    if len(set(counts)) > 1:
        raise ValueError(f"Found input variables with inconsistent numbers of samples: {list(counts)}")


def check_fold_count(folds: int) -> None:
    if folds < 2:
        raise ValueError(
            "k-fold cross-validation requires at least one train/test split by setting n_splits=2 or more, got "
            f"n_splits={folds}."
        )

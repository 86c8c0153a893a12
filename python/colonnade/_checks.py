"""What the checks of parameters share."""

from __future__ import annotations

import numbers
from typing import Any


def is_nan(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, numbers.Integral) and value != value


def parameter_error(owner: Any, name: str, value: Any, expected: str) -> ValueError:
    return ValueError(
        f"The {name!r} parameter of {type(owner).__name__} must be {expected}. Got {value!r} instead."
    )

"""Errors and warnings of colonnade. Those about arguments, data and files are ValueErrors.

>>> from colonnade.exceptions import FormatError
>>> issubclass(FormatError, ValueError)
True
"""

from __future__ import annotations

from ._core import ArgumentError, DataError, FormatError

__all__ = [
    "ArgumentError",
    "ConvergenceWarning",
    "DataError",
    "FormatError",
    "NotFittedError",
    "UndefinedMetricWarning",
]


class NotFittedError(ValueError, AttributeError):
    """An estimator was asked for something before ``fit``."""


class ConvergenceWarning(UserWarning):
    """An iterative algorithm stopped before it converged, or found fewer clusters than asked for."""


class UndefinedMetricWarning(UserWarning):
    """A metric is not defined for this input; the value that stands for it was returned."""

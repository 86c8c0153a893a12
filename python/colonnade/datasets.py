"""Generated tables for examples and tests: nothing is downloaded."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _core

__all__ = ["make_churn"]


def make_churn(
    rows: int = 10_000, seed: int = 0, *, period: int = 1, frame: str = "dict"
) -> tuple[Any, np.ndarray]:
    """Customers of a telephone company, and whether each of them left.

    Fifteen columns: numbers (float64), text (object), missing values (NaN, None), an identifier. Row i is a pure
    function of ``seed``, ``period`` and i, the same on every machine and in C++ (``colonnade::make_churn``).

    Parameters
    ----------
    rows : int
        Number of customers.
    seed : int
        Another seed gives other customers.
    period : {1, 2}
        2 gives later customers, who have drifted: dearer plans, a new way to pay, more calls to support.
    frame : {"dict", "pandas", "polars"}
        What the columns come in; "dict" is a dict of numpy arrays and needs no further package.

    Returns
    -------
    frame, target
        The columns, and an array of "yes" (left) and "no".

    Examples
    --------
    >>> from colonnade.datasets import make_churn
    >>> frame, target = make_churn(1000)
    >>> list(frame)[:4]
    ['customer_id', 'region', 'age', 'contract']
    >>> frame["contract"][:3].tolist()
    ['monthly', 'monthly', 'monthly']
    >>> sorted(set(target.tolist()))
    ['no', 'yes']
    """
    if isinstance(rows, bool) or int(rows) != rows or rows < 0:
        raise ValueError(f"rows: found {rows!r}, expected a whole number of at least 0")
    if frame not in ("dict", "pandas", "polars"):
        raise ValueError(f"frame: found {frame!r}, expected 'dict', 'pandas' or 'polars'")
    columns, churned = _core.make_churn(int(rows), int(seed), int(period))
    target = np.where(churned == 1, "yes", "no").astype(object)
    if frame == "pandas":
        import pandas

        return pandas.DataFrame(columns), target
    if frame == "polars":
        import polars

        series = [polars.Series(name, values.tolist()) for name, values in columns.items()]
        return polars.DataFrame(
            [s.fill_nan(None) if s.dtype == polars.Float64 else s for s in series]
        ), target
    return columns, target

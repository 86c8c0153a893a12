"""Sparse tables of scipy, as the compiled part takes them."""

from __future__ import annotations

from typing import Any

import numpy as np


def is_sparse(X: Any) -> bool:
    """Whether X is a sparse matrix or array of scipy, which is not imported to tell."""
    return hasattr(type(X), "tocsr")  # not of X: a data frame may have a column of that name


def csr_parts(
    X: Any, name: str, allow_empty: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[int, int]]:
    """Values, columns and row pointers of compressed sparse rows whose columns ascend, and the shape.

    ``allow_empty``: there may be no rows.
    """
    if len(X.shape) != 2:
        raise ValueError(f"Expected 2D input, got a sparse array of shape {X.shape} for {name}.")
    if X.dtype.kind not in "biuf":
        raise ValueError(
            f"{name}: found a sparse table of {X.dtype}, expected real numbers. Complex data not supported"
        )
    for axis, what in enumerate(("sample", "feature")):
        if X.shape[axis] == 0 and not (allow_empty and axis == 0):
            raise ValueError(
                f"Found array with 0 {what}(s) (shape={X.shape}) while a minimum of 1 is required."
            )
    rows = X.tocsr()
    if not rows.has_canonical_format:
        if rows is X or np.shares_memory(rows.data, X.data):
            rows = rows.copy()
        rows.sum_duplicates()
    if rows.shape[1] > np.iinfo(np.int32).max:
        raise ValueError(f"{name}: found {rows.shape[1]} columns, expected fewer than 2^31 of a sparse table")
    return (
        np.ascontiguousarray(rows.data, dtype=np.float64),
        np.ascontiguousarray(rows.indices, dtype=np.int32),
        np.ascontiguousarray(rows.indptr, dtype=np.int64),
        (int(rows.shape[0]), int(rows.shape[1])),
    )

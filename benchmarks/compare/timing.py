"""Clocks for workloads."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of one call, and what it returned."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def per_call(work: Callable[[], Any], calls: int = 200) -> tuple[float, Any]:
    """Seconds of one call among many: for calls of microseconds, where one reading of the clock is too coarse."""
    result = work()
    start = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - start) / calls, result

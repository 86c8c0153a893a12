"""What a workload is, and how the modules of `workloads/` are found.

A module of `benchmarks/compare/workloads` has either a list `WORKLOADS` of `Workload`, or the same as module-level names:

    NAME = "kmeans"                                   # key of the rows; names of libraries are the keys of LIBRARIES
    TITLE = "k-means, 500,000 x 16, k 64, 20 iterations"
    THREADS = (1, 2)
    TARGET = "4x scikit-learn"                        # optional: what the project asks of itself
    REPEATS = 5                                       # optional

    def prepare(seed, quick): ...                     # -> dict of numpy arrays; made once, kept as files, read by every process
    def load(data, library): ...                      # optional: what a user of that library holds; outside the timing
    def run_colonnade(data, threads): ...             # -> (seconds, {"inertia": 1.0})
    LIBRARIES = {"colonnade": run_colonnade, "scikit-learn": run_sklearn}

Import a library inside its function: the module itself is imported everywhere. Time only the work (`timing.py` helps).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Data = dict[str, np.ndarray]
Quality = dict[str, float]
Run = Callable[[Any, int], tuple[float, Quality]]


def as_is(data: Data, library: str) -> Any:
    return data


@dataclass(frozen=True)
class Workload:
    name: str
    title: str
    libraries: dict[str, Run]
    prepare: Callable[[int, bool], Data]
    load: Callable[[Data, str], Any] = as_is
    threads: tuple[int, ...] = (1, 2)
    target: str = ""
    repeats: int = 5


def from_module(module: Any) -> list[Workload]:
    if hasattr(module, "WORKLOADS"):
        return list(module.WORKLOADS)
    return [
        Workload(
            name=module.NAME,
            title=getattr(module, "TITLE", module.NAME),
            libraries=module.LIBRARIES,
            prepare=module.prepare,
            load=getattr(module, "load", as_is),
            threads=tuple(getattr(module, "THREADS", (1, 2))),
            target=getattr(module, "TARGET", ""),
            repeats=getattr(module, "REPEATS", 5),
        )
    ]


def all_workloads() -> dict[str, Workload]:
    from . import workloads

    found: dict[str, Workload] = {}
    for entry in sorted(pkgutil.iter_modules(workloads.__path__), key=lambda entry: entry.name):
        for workload in from_module(importlib.import_module(f"{workloads.__name__}.{entry.name}")):
            if workload.name in found:
                raise ValueError(f"two workloads are named {workload.name}")
            found[workload.name] = workload
    return found

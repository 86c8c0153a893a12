"""StandardScaler, fit and transform, on a table of a million rows in every layout."""

from __future__ import annotations

import numpy as np

from benchmarks.compare.timing import timed
from benchmarks.compare.workload import Workload


def prepare(dtype: type, order: str):
    def make(seed: int, quick: bool) -> dict[str, np.ndarray]:
        random = np.random.default_rng(seed)
        table = random.normal(100, 15, (20_000 if quick else 1_000_000, 28))
        return {"x": np.asarray(table, dtype=dtype, order=order)}

    return make


def check(x: np.ndarray, scaled: np.ndarray) -> dict[str, float]:
    part = np.asarray(scaled[:1000], dtype=np.float64)
    return {"first value": float(part[0, 0])}


def run_colonnade(data, threads):
    from colonnade.preprocessing import StandardScaler

    scaler = StandardScaler()
    seconds, scaled = timed(lambda: scaler.fit(data["x"]).transform(data["x"]))
    return seconds, check(data["x"], scaled)


def run_sklearn(data, threads):
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler()
    seconds, scaled = timed(lambda: scaler.fit(data["x"]).transform(data["x"]))
    return seconds, check(data["x"], scaled)


WORKLOADS = [
    Workload(
        name=f"standard_scaler_{dtype.__name__}_{layout}",
        title=f"StandardScaler fit + transform, 1M x 28, {dtype.__name__}, {layout} contiguous",
        libraries={"colonnade": run_colonnade, "scikit-learn": run_sklearn},
        prepare=prepare(dtype, order),
        target="3x scikit-learn",
    )
    for dtype in (np.float64, np.float32)
    for layout, order in (("rows", "C"), ("columns", "F"))
]

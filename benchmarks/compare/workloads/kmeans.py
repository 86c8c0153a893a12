"""k-means from the same start, for the same number of iterations."""

from __future__ import annotations

import importlib

import numpy as np

from benchmarks.compare.timing import timed

NAME = "kmeans"
TITLE = "k-means, 500,000 x 16, k 64, 20 iterations from the same start"
TARGET = "4x scikit-learn"
REPEATS = 3


def prepare(seed: int, quick: bool) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    rows = 20_000 if quick else 500_000
    centers = random.normal(size=(64, 16)) * 3
    x = (centers[random.integers(0, 64, rows)] + random.normal(size=(rows, 16))).astype(np.float32)
    return {"x": x, "start": x[random.choice(rows, 64, replace=False)].copy()}


def run(module: str):
    def work(data, threads):
        cls = importlib.import_module(module).KMeans
        model = cls(n_clusters=64, init=data["start"], n_init=1, max_iter=20, tol=0.0)
        seconds, model = timed(lambda: model.fit(data["x"]))
        return seconds, {"inertia": float(model.inertia_)}

    return work


LIBRARIES = {
    "colonnade": run("colonnade.cluster"),
    "scikit-learn": run("sklearn.cluster"),
    "scikit-learn-intelex": run("sklearnex.cluster"),
}

"""Gradient-boosted trees: a large table with missing values, and a small one. Equal parameters; the loss stands beside the time."""

from __future__ import annotations

import numpy as np

from benchmarks.compare.timing import timed
from benchmarks.compare.workload import Workload


def table(rows: int, columns: int, missing: float):
    def make(seed: int, quick: bool) -> dict[str, np.ndarray]:
        random = np.random.default_rng(seed)
        count = min(rows, 10_000) if quick else rows
        x = random.normal(size=(count + count // 5, columns)).astype(np.float32)
        score = (
            x[:, 0] * x[:, 1]
            + np.sin(2 * x[:, 2])
            + 0.5 * (x[:, 3] > 0.3)
            - 0.3 * x[:, 4] ** 2
            + x[:, 5:10].sum(1) * 0.2
        )
        y = (score + random.logistic(size=len(score)) * 0.5 > 0).astype(np.int64)
        x[random.random(x.shape) < missing] = np.nan
        return {"x": x[:count], "y": y[:count], "x_test": x[count:], "y_test": y[count:]}

    return make


def quality(model, data) -> dict[str, float]:
    p = np.clip(np.asarray(model.predict_proba(data["x_test"]))[:, 1].astype(np.float64), 1e-15, 1 - 1e-15)
    y = data["y_test"]
    return {"test log loss": float(-np.mean(np.where(y == 1, np.log(p), np.log1p(-p))))}


def fitted(model, data):
    seconds, model = timed(lambda: model.fit(data["x"], data["y"]))
    return seconds, quality(model, data)


def arms(trees: int, depth: int, leaves: int):
    """Depth counts for the large table (leaves 0), leaves for the small one (depth 0): both read alike by every library."""
    rate = 0.1

    def run_colonnade(data, threads):
        from colonnade.boosting import GradientBoostedTreesClassifier

        growth = (
            {"grow_policy": "lossguide", "max_leaves": leaves, "max_depth": 0}
            if leaves
            else {"max_depth": depth}
        )
        return fitted(
            GradientBoostedTreesClassifier(n_estimators=trees, learning_rate=rate, n_jobs=threads, **growth),
            data,
        )

    def run_xgboost(data, threads):
        import xgboost

        growth = (
            {"grow_policy": "lossguide", "max_leaves": leaves, "max_depth": 0}
            if leaves
            else {"max_depth": depth}
        )
        model = xgboost.XGBClassifier(
            n_estimators=trees, learning_rate=rate, n_jobs=threads, tree_method="hist", **growth
        )
        return fitted(model, data)

    def run_lightgbm(data, threads):
        import lightgbm

        growth = {"num_leaves": leaves} if leaves else {"num_leaves": 2**depth, "max_depth": depth}
        model = lightgbm.LGBMClassifier(
            n_estimators=trees,
            learning_rate=rate,
            n_jobs=threads,
            verbose=-1,
            min_child_samples=1,
            min_child_weight=1.0,
            reg_lambda=1.0,
            **growth,
        )
        return fitted(model, data)

    def run_sklearn(data, threads):
        from sklearn.ensemble import HistGradientBoostingClassifier

        growth = {"max_leaf_nodes": leaves} if leaves else {"max_depth": depth, "max_leaf_nodes": 2**depth}
        model = HistGradientBoostingClassifier(
            max_iter=trees,
            learning_rate=rate,
            early_stopping=False,
            l2_regularization=1.0,
            min_samples_leaf=1,
            **growth,
        )
        return fitted(model, data)

    def run_bonsai(data, threads):
        import bonsai

        growth = (
            {"grower": "leafwise", "max_leaves": leaves, "max_depth": 64}
            if leaves
            else {"grower": "depthwise", "max_depth": depth, "max_leaves": 2**depth}
        )
        model = bonsai.BonsaiClassifier(n_iters=trees, learning_rate=rate, n_threads=threads, **growth)
        return fitted(model, data)

    return {
        "colonnade": run_colonnade,
        "xgboost": run_xgboost,
        "lightgbm": run_lightgbm,
        "bonsai": run_bonsai,
        "scikit-learn": run_sklearn,
    }


WORKLOADS = [
    Workload(
        name="boosting_large",
        title="boosting, 1M x 28, 5 % missing, 50 trees of depth 6",
        libraries=arms(50, 6, 0),
        prepare=table(1_000_000, 28, 0.05),
        target="1x the fastest",
        repeats=3,
    ),
    Workload(
        name="boosting_small",
        title="boosting, 10,000 x 30, 200 trees of 31 leaves",
        libraries=arms(200, 0, 31),
        prepare=table(10_000, 30, 0.0),
        target="1.5x the fastest",
        repeats=5,
    ),
]

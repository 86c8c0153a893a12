"""Importing the package, and one row through a saved pipeline."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from benchmarks.compare.timing import per_call
from benchmarks.compare.workload import Workload


def nothing(seed: int, quick: bool) -> dict[str, np.ndarray]:
    return {"empty": np.zeros(1)}


def importing(module: str):
    code = f"import time, numpy; start = time.perf_counter(); import {module}; print(time.perf_counter() - start)"

    def work(data, threads):
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        return float(result.stdout), {}

    return work


def churn(seed: int, quick: bool) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    rows = 2_000
    contract = random.integers(0, 3, rows)
    tenure = random.integers(0, 72, rows).astype(np.float64)
    charge = random.normal(65, 30, rows)
    y = (random.random(rows) < 1 / (1 + np.exp(tenure / 20 - charge / 60 + contract))).astype(np.int64)
    return {
        "contract": np.array(["month", "one year", "two years"])[contract],
        "tenure": tenure,
        "charge": charge,
        "y": y,
    }


def pipeline_of(package: str):
    import importlib

    def module(name: str):
        return importlib.import_module(f"{package}.{name}")

    compose = importlib.import_module("colonnade.pipeline" if package == "colonnade" else "sklearn.compose")
    columns = compose.ColumnTransformer(
        [
            ("numbers", module("preprocessing").StandardScaler(), ["tenure", "charge"]),
            ("texts", module("preprocessing").OneHotEncoder(handle_unknown="ignore"), ["contract"]),
        ]
    )
    if package == "colonnade":
        from colonnade.boosting import GradientBoostedTreesClassifier

        model = GradientBoostedTreesClassifier(n_estimators=100, max_depth=4)
    else:
        from sklearn.ensemble import HistGradientBoostingClassifier

        model = HistGradientBoostingClassifier(max_iter=100, max_depth=4)
    return module("pipeline").Pipeline([("columns", columns), ("model", model)])


def one_row(package: str):
    def work(data, threads):
        import pandas as pd

        y, names = data["y"], ("contract", "tenure", "charge")
        frame = pd.DataFrame({name: data[name] for name in names})
        model = pipeline_of(package).fit(frame, y)
        if package == "colonnade":
            import colonnade

            model = colonnade.from_bytes(model.to_bytes())
            row = {"contract": "month", "tenure": 3, "charge": 70.5}
        else:
            row = pd.DataFrame({"contract": ["month"], "tenure": [3], "charge": [70.5]})
        seconds, p = per_call(lambda: model.predict_proba(row), 1000 if package == "colonnade" else 20)
        return seconds, {"probability": float(p[0, 1])}

    return work


WORKLOADS = [
    Workload(
        name="import",
        title="import, over numpy",
        libraries={
            name: importing(module)
            for name, module in (
                ("colonnade", "colonnade"),
                ("scikit-learn", "sklearn"),
                ("xgboost", "xgboost"),
            )
        },
        prepare=nothing,
        threads=(1,),
        target="50 ms",
    ),
    Workload(
        name="one_row",
        title="one row (a dict) through a saved pipeline",
        libraries={"colonnade": one_row("colonnade"), "scikit-learn": one_row("sklearn")},
        prepare=churn,
        threads=(1,),
        target="20 us",
        repeats=3,
    ),
]

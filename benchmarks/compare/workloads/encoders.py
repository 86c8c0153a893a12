"""Encoders on four columns of 100 categories: pandas strings, pandas categoricals, object columns."""

from __future__ import annotations

import numpy as np

from benchmarks.compare.timing import timed
from benchmarks.compare.workload import Workload

COLUMNS = ("a", "b", "c", "d")


def prepare(seed: int, quick: bool) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    rows = 20_000 if quick else 1_000_000
    data = {name: random.integers(0, 100, rows).astype(np.int8) for name in COLUMNS}
    effect = random.normal(size=(len(COLUMNS), 100))
    score = sum(effect[i][data[name]] for i, name in enumerate(COLUMNS))
    data["target"] = (score + random.normal(size=rows) > 0).astype(np.int64)
    return data


def load(form: str):
    def frame(data, library):
        import pandas as pd

        names = np.array([f"category_{i:03d}" for i in range(100)], dtype=object)
        columns = {}
        for name in COLUMNS:
            if form == "categoricals":
                columns[name] = pd.Categorical.from_codes(data[name], categories=names)
            elif form == "strings":
                columns[name] = pd.array(names[data[name]], dtype="string")
            else:
                columns[name] = names[data[name]]
        table = pd.DataFrame(columns)
        if library.startswith("polars"):
            import polars as pl

            table = pl.DataFrame({name: names[data[name]].astype(str) for name in COLUMNS})
        return {"frame": table, "target": data["target"]}

    return frame


def summary(encoder: str, encoded) -> dict[str, float]:
    if encoder == "OneHotEncoder":
        return {"stored values": float(encoded.nnz)}
    return {"sum": float(np.asarray(encoded[:100_000], dtype=np.float64).sum())}


def run(package: str, encoder: str):
    def work(data, threads):
        import importlib

        cls = getattr(importlib.import_module(f"{package}.preprocessing"), encoder)
        frame, target = data["frame"], data["target"]
        if encoder == "TargetEncoder":
            seconds, encoded = timed(lambda: cls(random_state=0).fit_transform(frame, target))
            correlation = np.corrcoef(np.asarray(encoded).sum(axis=1), target)[0, 1]
            return seconds, {"correlation with the target": round(float(correlation), 3)}
        seconds, encoded = timed(lambda: cls().fit_transform(frame))
        return seconds, summary(encoder, encoded)

    return work


def run_polars_codes(data, threads):
    import polars as pl

    columns = [pl.col(name).cast(pl.Categorical).to_physical() for name in COLUMNS]
    seconds, encoded = timed(lambda: data["frame"].select(columns))
    return seconds, {"sum": float(encoded.head(100_000).to_numpy().astype(float).sum())}


TARGETS = {
    ("OneHotEncoder", "strings"): "5x",
    ("OrdinalEncoder", "strings"): "8x",
    ("TargetEncoder", "strings"): "5x",
}


def workload(encoder: str, form: str) -> Workload:
    libraries = {"colonnade": run("colonnade", encoder), "scikit-learn": run("sklearn", encoder)}
    if encoder == "OrdinalEncoder" and form == "strings":
        libraries["polars (codes only)"] = run_polars_codes
    default = "20x" if form == "categoricals" else "2x"
    snake = {"OneHotEncoder": "one_hot", "OrdinalEncoder": "ordinal", "TargetEncoder": "target"}[encoder]
    return Workload(
        name=f"{snake}_encoder_{form}",
        title=f"{encoder}, 1M x 4 pandas {form} of 100 categories",
        libraries=libraries,
        prepare=prepare,
        load=load(form),
        target=f"{TARGETS.get((encoder, form), default)} scikit-learn",
        repeats=3,
    )


WORKLOADS = [
    workload(encoder, form)
    for encoder in ("OneHotEncoder", "OrdinalEncoder", "TargetEncoder")
    for form in ("strings", "categoricals", "objects")
]

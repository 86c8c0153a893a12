"""Metrics on long arrays, and on a handful of values, where only the overhead counts."""

from __future__ import annotations

import importlib

import numpy as np

from benchmarks.compare.timing import per_call, timed
from benchmarks.compare.workload import Workload


def scores(rows: int):
    def make(seed: int, quick: bool) -> dict[str, np.ndarray]:
        random = np.random.default_rng(seed)
        count = min(rows, 50_000) if quick else rows
        truth = random.integers(0, 2, count)
        return {"truth": truth, "score": truth * 0.5 + random.normal(size=count)}

    return make


def labels(rows: int, classes: int):
    def make(seed: int, quick: bool) -> dict[str, np.ndarray]:
        random = np.random.default_rng(seed)
        count = min(rows, 50_000) if quick else rows
        truth = random.integers(0, classes, count)
        wrong = random.random(count) < 0.2
        return {"truth": truth, "score": np.where(wrong, random.integers(0, classes, count), truth)}

    return make


def run(package: str, name: str, small: bool = False):
    def work(data, threads):
        metric = getattr(importlib.import_module(f"{package}.metrics"), name)
        call = lambda: metric(data["truth"], data["score"])  # noqa: E731
        seconds, value = per_call(call) if small else timed(call)
        if name == "confusion_matrix":
            return seconds, {"trace": float(np.trace(value))}
        if name == "classification_report":
            return seconds, {"characters": float(len(value))}
        return seconds, {"value": float(value)}

    return work


def run_sklearnex(data, threads):
    from sklearnex.metrics import roc_auc_score

    seconds, value = timed(lambda: roc_auc_score(data["truth"], data["score"]))
    return seconds, {"value": float(value)}


def workload(name: str, key: str, title: str, prepare, target: str, small: bool = False) -> Workload:
    libraries = {"colonnade": run("colonnade", name, small), "scikit-learn": run("sklearn", name, small)}
    if key == "roc_auc_score":
        libraries["scikit-learn-intelex"] = run_sklearnex
    return Workload(
        name=key,
        title=title,
        libraries=libraries,
        prepare=prepare,
        target=target,
        threads=(1,) if small else (1, 2),
    )


WORKLOADS = [
    workload("roc_auc_score", "roc_auc_score", "roc_auc_score, 1M", scores(1_000_000), "8x scikit-learn"),
    workload(
        "confusion_matrix",
        "confusion_matrix",
        "confusion_matrix, 10M of 3 classes",
        labels(10_000_000, 3),
        "20x scikit-learn",
    ),
    workload(
        "classification_report",
        "classification_report",
        "classification_report, 8M of 3 classes",
        labels(8_000_000, 3),
        "30x scikit-learn",
    ),
    workload(
        "accuracy_score",
        "accuracy_score_small",
        "accuracy_score of 10 values",
        labels(10, 2),
        "10 us",
        small=True,
    ),
    workload(
        "roc_auc_score", "roc_auc_score_small", "roc_auc_score of 40 values", scores(40), "15 us", small=True
    ),
]

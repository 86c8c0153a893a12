"""Gradient-boosted trees: a large table with missing values, and a small one. Equal parameters; the loss stands beside the time."""

from __future__ import annotations

import importlib
import itertools

import numpy as np

from benchmarks.compare.timing import per_call, timed
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


def sparse_table(rows: int, columns: int, density: float):
    def make(seed: int, quick: bool) -> dict[str, np.ndarray]:
        from scipy import sparse

        random = np.random.default_rng(seed)
        count = min(rows, 5_000) if quick else rows
        x = sparse.random_array(
            (count + count // 5, columns), density=density, format="csr", dtype=np.float32, rng=random
        )
        score = x @ np.where(np.arange(columns) % 10 == 0, random.normal(size=columns), 0).astype(np.float32)
        y = (score + random.logistic(size=len(score)) * 0.3 > 0).astype(np.int64)
        parts = {"x": x[:count], "x_test": x[count:]}
        entries = {
            f"{name}.{part}": getattr(rows, part)
            for name, rows in parts.items()
            for part in ("data", "indices", "indptr")
        }
        return entries | {"columns": np.array(columns), "y": y[:count], "y_test": y[count:]}

    return make


def rows_of(data, name: str):
    """The table of that name, dense or sparse."""
    if name in data:
        return data[name]
    from scipy import sparse

    parts = tuple(data[f"{name}.{part}"] for part in ("data", "indices", "indptr"))
    return sparse.csr_array(parts, shape=(len(parts[2]) - 1, int(data["columns"])))


def log_loss(probability, y) -> float:
    """Of the probabilities of class 1."""
    p = np.clip(np.asarray(probability).astype(np.float64), 1e-15, 1 - 1e-15)
    return float(-np.mean(np.where(y == 1, np.log(p), np.log1p(-p))))


def loss(probability, y) -> dict[str, float]:
    return {"test log loss": log_loss(np.asarray(probability)[:, 1], y)}


def growth_of(library: str, depth: int, leaves: int, symmetric: bool = False) -> dict[str, object]:
    """Depth counts if leaves is 0, else leaves, the best first: both read alike by every library.
    Of symmetric trees all nodes of a level share their split."""
    if symmetric:
        return {
            "colonnade": {"grow_policy": "symmetric", "max_depth": depth},
            "catboost": {"grow_policy": "SymmetricTree", "depth": depth},
            "bonsai": {"grower": "levelwise", "max_depth": depth, "max_leaves": 2**depth},
        }[library]
    if library.startswith("lightgbm"):
        return {"num_leaves": leaves} if leaves else {"num_leaves": 2**depth, "max_depth": depth}
    if library == "catboost":
        return (
            {"grow_policy": "Lossguide", "max_leaves": leaves, "depth": 16}
            if leaves
            else {"grow_policy": "Depthwise", "depth": depth}
        )
    if library == "scikit-learn":
        return {"max_leaf_nodes": leaves} if leaves else {"max_depth": depth, "max_leaf_nodes": 2**depth}
    if library == "bonsai":
        return (
            {"grower": "leafwise", "max_leaves": leaves, "max_depth": 64}
            if leaves
            else {"grower": "depthwise", "max_depth": depth, "max_leaves": 2**depth}
        )
    return (
        {"grow_policy": "lossguide", "max_leaves": leaves, "max_depth": 0} if leaves else {"max_depth": depth}
    )


def sampling_of(library: str, share: float) -> dict[str, object]:
    """Rows of each tree drawn anew; scikit-learn has no such parameter and takes all."""
    if share == 1 or library == "scikit-learn":
        return {}
    if library.startswith("lightgbm"):
        return {"subsample": share, "subsample_freq": 1}
    if library == "catboost":
        return {"subsample": share, "bootstrap_type": "Bernoulli"}
    return {"subsample": share}


def estimator(library: str, classes: bool):
    """The estimator of a library, for classes or for numbers."""
    module, name = {
        "colonnade": ("colonnade.boosting", "GradientBoostedTrees{}"),
        "xgboost": ("xgboost", "XGB{}"),
        "lightgbm": ("lightgbm", "LGBM{}"),
        "lightgbm quantised": ("lightgbm", "LGBM{}"),
        "catboost": ("catboost", "CatBoost{}"),
        "bonsai": ("bonsai", "Bonsai{}"),
        "scikit-learn": ("sklearn.ensemble", "HistGradientBoosting{}"),
    }[library]
    kind = "Classifier" if classes else "Regressor"
    return getattr(importlib.import_module(module), name.format(kind))


def model_of(
    library: str,
    trees: int,
    depth: int,
    leaves: int,
    threads: int,
    rate: float = 0.1,
    classes: bool = True,
    share: float = 1.0,
    symmetric: bool = False,
):
    """An estimator with parameters that mean the same in every library; ``share`` of the rows a tree."""
    growth = growth_of(library, depth, leaves, symmetric)
    if library == "colonnade":
        settings = {"n_estimators": trees, "n_jobs": threads}
    elif library == "xgboost":
        settings = {"n_estimators": trees, "n_jobs": threads, "tree_method": "hist"}
    elif library.startswith("lightgbm"):
        settings = {
            "use_quantized_grad": library.endswith("quantised"),
            "n_estimators": trees,
            "n_jobs": threads,
            "verbose": -1,
            "min_child_samples": 1,
            "min_child_weight": 1.0,
            "reg_lambda": 1.0,
        }
    elif library == "catboost":
        settings = {
            "iterations": trees,
            "thread_count": threads,
            "l2_leaf_reg": 1.0,
            "min_data_in_leaf": 1,
            "bootstrap_type": "No",
            "random_strength": 0,
            "boosting_type": "Plain",
            "leaf_estimation_iterations": 1,
            "allow_writing_files": False,
            "verbose": False,
        }
    elif library == "bonsai":
        settings = {"n_iters": trees, "n_threads": threads}
    else:
        settings = {
            "max_iter": trees,
            "early_stopping": False,
            "l2_regularization": 1.0,
            "min_samples_leaf": 1,
        }
    return estimator(library, classes)(
        **{"learning_rate": rate} | settings | growth | sampling_of(library, share)
    )


def fitting(library: str, trees: int, depth: int, leaves: int):
    def run(data, threads):
        model = model_of(library, trees, depth, leaves, threads)
        rows, test = rows_of(data, "x"), rows_of(data, "x_test")
        seconds, model = timed(lambda: model.fit(rows, data["y"]))
        return seconds, loss(model.predict_proba(test), data["y_test"])

    return run


def fitted_model(trees: int, depth: int, leaves: int, symmetric: bool = False):
    def load(data, library):
        few = slice(0, 100_000)
        # oneDAL predicts by the trees of others.
        learner = "xgboost" if library == "onedal" else library
        model = model_of(learner, trees, depth, leaves, 2, symmetric=symmetric)
        model.fit(data["x"][few], data["y"][few])
        if library == "onedal":
            from daal4py.mb import convert_model

            model = convert_model(model)
        return data, model

    return load


def on_threads(library: str, model, threads: int) -> dict[str, int]:
    """Sets the threads of predictions; what the call is to be given besides."""
    if library == "lightgbm":
        return {"num_threads": threads}
    if library == "catboost":
        return {"thread_count": threads}
    if library == "onedal":
        importlib.import_module("daal4py").daalinit(threads)
    if library in ("colonnade", "xgboost"):
        model.n_jobs = threads
    elif library == "bonsai":
        model.n_threads = threads
    return {}


def predicting(library: str):
    def run(loaded, threads):
        data, model = loaded
        settings = on_threads(library, model, threads)
        seconds, probability = timed(lambda: model.predict_proba(data["x"], **settings))
        return seconds, loss(probability, data["y"])

    return run


def predicting_one_row(library: str):
    def run(loaded, threads):
        data, model = loaded
        settings = on_threads(library, model, threads)
        # Another row each time: the way of a row through the trees must not be known from the call before.
        rows = itertools.cycle([data["x"][i : i + 1].copy() for i in range(1000)])
        seconds, _ = per_call(lambda: model.predict_proba(next(rows), **settings), calls=500)
        return seconds, {"probability": float(model.predict_proba(data["x"][:1], **settings)[0, 1])}

    return run


LEARNERS = ("colonnade", "xgboost", "lightgbm", "bonsai", "catboost", "scikit-learn")
LIBRARIES = (*LEARNERS, "lightgbm quantised")
PREDICTORS = (*LEARNERS, "onedal")


def training(
    name: str,
    title: str,
    prepare,
    trees: int,
    depth: int,
    leaves: int,
    target: str,
    repeats: int,
    libraries: tuple[str, ...] = LIBRARIES,
):
    libraries = {library: fitting(library, trees, depth, leaves) for library in libraries}
    return Workload(
        name=name, title=title, libraries=libraries, prepare=prepare, target=target, repeats=repeats
    )


def prediction(
    name: str,
    title: str,
    depth: int,
    leaves: int,
    symmetric: bool = False,
    libraries: tuple[str, ...] = PREDICTORS,
):
    return Workload(
        name=name,
        title=title,
        libraries={library: predicting(library) for library in libraries},
        prepare=table(1_000_000, 28, 0.05),
        load=fitted_model(100, depth, leaves, symmetric),
        target="3x the fastest",
        repeats=3,
    )


WORKLOADS = [
    training(
        "boosting_large",
        "boosting, 1M x 28, 5 % missing, 50 trees of depth 6",
        table(1_000_000, 28, 0.05),
        trees=50,
        depth=6,
        leaves=0,
        target="2x the fastest",
        repeats=3,
    ),
    training(
        "boosting_leaves",
        "boosting, 1M x 28, 5 % missing, 25 trees of 255 leaves",
        table(1_000_000, 28, 0.05),
        trees=25,
        depth=0,
        leaves=255,
        target="2x the fastest",
        repeats=3,
    ),
    training(
        "boosting_wide",
        "boosting, 100,000 x 100, 50 trees of 31 leaves",
        table(100_000, 100, 0.0),
        trees=50,
        depth=0,
        leaves=31,
        target="2x the fastest",
        repeats=3,
    ),
    training(
        "boosting_small",
        "boosting, 10,000 x 30, 200 trees of 31 leaves",
        table(10_000, 30, 0.0),
        trees=200,
        depth=0,
        leaves=31,
        target="3x the fastest",
        repeats=5,
    ),
    training(
        "boosting_sparse",
        "boosting, sparse 100,000 x 2,000, 1 % stored, 20 trees of 31 leaves",
        sparse_table(100_000, 2_000, 0.01),
        trees=20,
        depth=0,
        leaves=31,
        target="the fastest",
        repeats=3,
        libraries=("colonnade", "xgboost", "lightgbm", "lightgbm quantised"),
    ),
    prediction("boosting_predict_6", "boosting, predict 1M x 28, 100 trees of depth 6", depth=6, leaves=0),
    prediction("boosting_predict_8", "boosting, predict 1M x 28, 100 trees of depth 8", depth=8, leaves=0),
    prediction(
        "boosting_predict_31", "boosting, predict 1M x 28, 100 trees of 31 leaves", depth=0, leaves=31
    ),
    prediction(
        "boosting_predict_symmetric",
        "boosting, predict 1M x 28, 100 symmetric trees of depth 6",
        depth=6,
        leaves=0,
        symmetric=True,
        libraries=("colonnade", "catboost", "bonsai"),
    ),
    Workload(
        name="boosting_one_row",
        title="boosting, predict one row, 100 trees of depth 6",
        libraries={library: predicting_one_row(library) for library in PREDICTORS},
        prepare=table(100_000, 28, 0.05),
        load=fitted_model(100, 6, 0),
        threads=(1,),
        target="2 us",
        repeats=5,
    ),
]

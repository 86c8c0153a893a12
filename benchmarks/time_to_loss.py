"""How long training takes to a loss that is near the best of all: `python -m benchmarks.time_to_loss FOLDER [--threads 2]`.

FOLDER holds telco_churn.csv, adult_train.csv, adult_test.csv, diamonds.csv and flights_200k.arrow. Every library gets the same
numbers (texts as codes) and the same five settings. The target of a table is the best test loss of all libraries, settings
and iterations, times 1.005. A library needs, for each setting, the fewest trees that reach the target; what counts is the time of
a fit of so many trees with the fastest of its settings (median of three, libraries in turn, each in its own process).
The table goes to `benchmarks/README.md`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.compare import report
from benchmarks.compare.timing import timed
from benchmarks.compare.workloads import boosting

LIBRARIES = boosting.LIBRARIES
# depth, learning rate, share of the rows a tree
SETTINGS = ((6, 0.3, 1.0), (6, 0.1, 1.0), (8, 0.1, 1.0), (4, 0.1, 0.5), (3, 0.1, 0.5))
TREES, NEAR, REPEATS = 300, 1.005, 3
BEGIN, END = "<!-- time to loss: begin -->", "<!-- time to loss: end -->"

Setting = tuple[int, float, float]
Table = tuple[np.ndarray, np.ndarray, bool]  # numbers, target, whether the target is a class


def codes(frame: Any) -> np.ndarray:
    """Numbers as they are, texts as the numbers of their categories in alphabetic order."""
    columns = [
        frame[name] if frame[name].dtype.kind in "biuf" else frame[name].astype("category").cat.codes
        for name in frame
    ]
    return np.column_stack([column.to_numpy(np.float32) for column in columns])


def telco(folder: Path) -> Table:
    import pandas as pd

    frame = pd.read_csv(folder / "telco_churn.csv", na_values=" ").drop(columns="customerID")
    return codes(frame.drop(columns="Churn")), (frame["Churn"] == "Yes").to_numpy(int), True


def adult(folder: Path) -> Table:
    import pandas as pd

    parts = [
        pd.read_csv(folder / f"adult_{part}.csv", header=None, skipinitialspace=True, comment="|")
        for part in ("train", "test")
    ]
    frame = pd.concat(parts)
    return codes(frame.drop(columns=14)), frame[14].str.startswith(">50K").to_numpy(int), True


def diamonds(folder: Path) -> Table:
    import pandas as pd

    frame = pd.read_csv(folder / "diamonds.csv")
    return codes(frame.drop(columns="price")), np.log(frame["price"].to_numpy(float)), False


def flights(folder: Path) -> Table:
    import pyarrow.feather

    frame = pyarrow.feather.read_table(folder / "flights_200k.arrow").to_pandas()
    return codes(frame[["distance", "time"]]), (frame["delay"] > 15).to_numpy(int), True


TABLES = {"telco": telco, "adult": adult, "diamonds": diamonds, "flights": flights}


def split(table: Table) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    x, y, _ = table
    test = np.random.default_rng(0).random(len(y)) < 0.2
    return x[~test], y[~test], x[test], y[test]


def model_of(library: str, classes: bool, setting: Setting, trees: int, threads: int) -> Any:
    """The same parameters for every library; CatBoost has its own defaults beside them."""
    depth, rate, share = setting
    if library != "catboost":
        return boosting.model_of(library, trees, depth, 0, threads, rate, classes, share)
    return boosting.estimator(library, classes)(
        iterations=trees,
        learning_rate=rate,
        depth=depth,
        thread_count=threads,
        verbose=False,
        allow_writing_files=False,
        **boosting.sampling_of(library, share),
    )


def stages(library: str, model: Any, x: np.ndarray, classes: bool) -> list[np.ndarray]:
    """Predictions after every iteration: the probability of the second class, or the number."""
    if library == "bonsai":
        return list(model._model.staged_predict(x))  # the estimator has no such method
    return [p[:, 1] for p in model.staged_predict_proba(x)] if classes else list(model.staged_predict(x))


def loss_of(prediction: np.ndarray, y: np.ndarray, classes: bool) -> float:
    if not classes:
        return float(np.sqrt(np.mean((prediction - y) ** 2)))
    return boosting.log_loss(prediction, y)


def losses(library: str, table: Table, setting: Setting, threads: int) -> list[float]:
    """Test loss (log loss, or root mean squared error) after every iteration."""
    x, y, x_test, y_test = split(table)
    model = model_of(library, table[2], setting, TREES, threads)
    if library in ("bonsai", "scikit-learn"):
        model.fit(x, y)
        return [loss_of(p, y_test, table[2]) for p in stages(library, model, x_test, table[2])]
    quiet = {"verbose": False} if library == "xgboost" else {}
    model.fit(x, y, eval_set=[(x_test, y_test)], **quiet)
    if library == "colonnade" or library.startswith("lightgbm"):
        result = model.evals_result_
    else:
        result = model.get_evals_result() if library == "catboost" else model.evals_result()
    (scores,) = list(result.values())[-1].values()
    squared = library.startswith("lightgbm") and not table[2]
    return [float(np.sqrt(score) if squared else score) for score in scores]


def curves(library: str, folder: Path, threads: int) -> dict[str, list[list[float]]]:
    return {
        name: [losses(library, load(folder), setting, threads) for setting in SETTINGS]
        for name, load in TABLES.items()
    }


def time_of_fit(
    library: str, table: Table, setting: Setting, trees: int | None, threads: int
) -> float | None:
    if trees is None:
        return None
    x, y, _, _ = split(table)
    model = model_of(library, table[2], setting, trees, threads)
    return timed(lambda: model.fit(x, y))[0]


def seconds(
    library: str, folder: Path, threads: int, plan: dict[str, list[int | None]]
) -> dict[str, list[float | None]]:
    """Of a fit with the trees of each setting that reaches the target."""
    found: dict[str, list[float | None]] = {}
    for name, trees in plan.items():
        table = TABLES[name](folder)
        time_of_fit(library, table, SETTINGS[0], 2, threads)  # warms up
        found[name] = [
            time_of_fit(library, table, setting, count, threads)
            for setting, count in zip(SETTINGS, trees, strict=True)
        ]
    return found


def ask(*arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.time_to_loss", *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def trees_to(curve: list[float], target: float) -> int | None:
    return next((k + 1 for k, loss in enumerate(curve) if loss <= target), None)


def best_of(runs: list[list[float | None]]) -> tuple[float, int] | None:
    """The fastest setting by its median time: seconds and its number."""
    medians = [
        (statistics.median(times), k) for k, times in enumerate(zip(*runs, strict=True)) if None not in times
    ]
    return min(medians, default=None)


def measure(folder: str, threads: int) -> list[str]:
    paths = {library: ask(folder, "--threads", str(threads), "--curves", library) for library in LIBRARIES}
    targets = {
        name: NEAR * min(min(min(curve) for curve in paths[library][name]) for library in LIBRARIES)
        for name in TABLES
    }
    plans = {
        library: {name: [trees_to(curve, targets[name]) for curve in paths[library][name]] for name in TABLES}
        for library in LIBRARIES
    }
    runs = [
        {
            library: ask(folder, "--threads", str(threads), "--seconds", library, json.dumps(plans[library]))
            for library in LIBRARIES
        }
        for _ in range(REPEATS)
    ]
    lines = [
        "| table | target | " + " | ".join(LIBRARIES) + " |",
        "| --- | --- |" + " --- |" * len(LIBRARIES),
    ]
    for name in TABLES:
        cells = []
        for library in LIBRARIES:
            best = best_of([run[library][name] for run in runs])
            if best is None:
                cells.append(f"not reached ({min(min(c) for c in paths[library][name]):.4f})")
                continue
            depth, rate, share = SETTINGS[best[1]]
            trees = plans[library][name][best[1]]
            cells.append(f"{report.human(best[0])} ({trees} trees: {depth}, {rate}, {share})")
        lines.append(f"| {name} | {targets[name]:.4f} | " + " | ".join(cells) + " |")
        print(lines[-1], flush=True)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.time_to_loss", description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--curves", metavar="LIBRARY", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", nargs=2, metavar=("LIBRARY", "PLAN"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    folder = Path(options.folder)
    if options.curves:
        print(json.dumps(curves(options.curves, folder, options.threads)))
    elif options.seconds:
        library, plan = options.seconds
        print(json.dumps(seconds(library, folder, options.threads, json.loads(plan))))
    else:
        lines = measure(options.folder, options.threads)
        report.renew(report.ROOT / "benchmarks" / "README.md", BEGIN, END, "\n".join(lines))


if __name__ == "__main__":
    main()

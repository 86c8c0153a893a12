"""Training on rows that workers have."""

from __future__ import annotations

import contextlib
import functools
import itertools
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from boosting_data import table

from colonnade.boosting import (
    GradientBoostedTreesClassifier,
    GradientBoostedTreesRegressor,
    Session,
    Worker,
    merge_sums,
)

SETTINGS = {"max_depth": 4, "subsample": 0.7, "colsample_bynode": 0.8, "random_state": 3}


def trained(
    start: Any, n_estimators: int, X: Any, y: Any, edges: list[int], weight: Any = None, merged: bool = False
) -> Any:
    """By workers that have the rows between the edges."""
    session = Session(start, n_estimators, rows=len(y))
    workers = []
    for a, b in itertools.pairwise(edges):
        rows = X.iloc[a:b] if hasattr(X, "iloc") else X[a:b]
        weights = None if weight is None else weight[a:b]
        workers.append(Worker(session.plan, rows, y[a:b], sample_weight=weights, first_row=a))
    while not session.done:
        proposal = session.propose()
        assert isinstance(proposal, bytes)
        sums = [worker.accumulate(proposal) for worker in workers]
        session.apply(functools.reduce(lambda a, b: merge_sums([b, a]), sums) if merged else sums)
    return session.estimator()


@pytest.mark.parametrize("policy", ["depthwise", "lossguide", "symmetric"])
@pytest.mark.parametrize("objective", ["reg:squarederror", "count:poisson"])
def test_workers_train_the_model_of_fit(policy: str, objective: str) -> None:
    X, y = table(1500, 6)
    y = np.round(np.exp(y / 4)) if objective == "count:poisson" else y
    weight = np.random.default_rng(0).random(1500)
    settings = SETTINGS | {"grow_policy": policy, "objective": objective}
    whole = GradientBoostedTreesRegressor(n_estimators=5, **settings).fit(X, y, sample_weight=weight)
    start = GradientBoostedTreesRegressor(n_estimators=0, **settings).fit(X, y, sample_weight=weight)
    before = start.to_bytes()
    for edges in ([0, 1500], [0, 2, 700, 700, 1500]):
        model = trained(start, 5, X, y, edges, weight, merged=len(edges) > 2)
        assert model.to_bytes() == whole.to_bytes()
        assert model.predict(X).tolist() == whole.predict(X).tolist()
        assert model.get_params() == whole.get_params()
    assert start.to_bytes() == before


def test_workers_take_sparse_rows() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    X, y = table(600, 6)
    X[np.random.default_rng(1).random(X.shape) < 0.8] = 0
    start = GradientBoostedTreesRegressor(n_estimators=0, **SETTINGS).fit(sparse.csr_array(X), y)
    whole = GradientBoostedTreesRegressor(n_estimators=4, **SETTINGS).fit(X, y)
    model = trained(start, 4, sparse.csr_array(X), y, [0, 200, 200, 600])
    assert model.to_bytes() == whole.to_bytes()


WORKER = """
import pickle, sys
from colonnade.boosting import Worker
plan, X, y, first_row = pickle.load(sys.stdin.buffer)
worker = Worker(plan, X, y, first_row=first_row)
while proposal := pickle.load(sys.stdin.buffer):
    pickle.dump(worker.accumulate(proposal), sys.stdout.buffer)
    sys.stdout.buffer.flush()
"""


def test_workers_may_be_other_processes() -> None:
    X, y = table(600, 4)
    start = GradientBoostedTreesRegressor(n_estimators=0, **SETTINGS).fit(X, y)
    session = Session(start, 4, rows=600)

    def tell(process: Any, what: Any) -> None:
        pickle.dump(what, process.stdin)
        process.stdin.flush()

    with contextlib.ExitStack() as stack:
        processes = []
        for a, b in ((0, 250), (250, 600)):
            command = [sys.executable, "-c", WORKER]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            processes.append(stack.enter_context(process))
            tell(process, (session.plan, X[a:b], y[a:b], a))
        while not session.done:
            for process in processes:
                tell(process, session.propose())
            session.apply([pickle.load(process.stdout) for process in processes])
        for process in processes:
            tell(process, b"")
            assert process.wait(60) == 0
    whole = GradientBoostedTreesRegressor(n_estimators=4, **SETTINGS).fit(X, y)
    assert session.estimator().to_bytes() == whole.to_bytes()


@pytest.mark.parametrize("classes", [2, 3])
def test_classes_names_and_categories_come_with_the_plan(classes: int) -> None:
    pandas = pytest.importorskip("pandas")
    random = np.random.default_rng(1)
    frame = pandas.DataFrame({"x": random.normal(size=900), "town": random.choice(["a", "b", "c"], 900)})
    score = frame["x"] + (frame["town"] == "b")
    y = np.array(["no", "perhaps", "yes"])[np.digitize(score, [0.3, 1][: classes - 1])]
    settings = {"max_depth": 3, "categorical_features": "auto"}
    whole = GradientBoostedTreesClassifier(n_estimators=4, **settings).fit(frame, y)
    # Cuts of all rows, read a batch at a time.
    batches = [(frame[k : k + 100], y[k : k + 100]) for k in range(0, 900, 100)]
    start = GradientBoostedTreesClassifier(n_estimators=0, **settings).fit_batches(batches)
    model = trained(start, 4, frame, y, [0, 300, 900])
    assert model.to_bytes() == whole.to_bytes()
    assert model.predict(frame).tolist() == whole.predict(frame).tolist()
    assert model.feature_names_in_.tolist() == ["x", "town"]
    # Going on, with a worker that has rows of one class.
    order = np.argsort(y, kind="stable")
    frame, y = frame.iloc[order].reset_index(drop=True), y[order]
    half = GradientBoostedTreesClassifier(n_estimators=2, **settings).fit(frame, y)
    longer = GradientBoostedTreesClassifier(n_estimators=4, **settings).fit(frame, y)
    assert trained(half, 2, frame, y, [0, 100, 900]).to_bytes() == longer.to_bytes()
    with pytest.raises(ValueError, match="y: found a label that the plan does not have, 'never'"):
        Worker(Session(half, 1, rows=900).plan, frame, np.array(["never"] * 900))
    with pytest.raises(ValueError, match="feature names"):
        Worker(Session(half, 1, rows=900).plan, frame.rename(columns={"x": "z"}), y)


def test_what_does_not_fit_is_refused_and_changes_nothing() -> None:
    X, y = table(400, 5)
    start = GradientBoostedTreesRegressor(n_estimators=0).fit(X, y)
    session = Session(start, 3, rows=400)
    a = Worker(session.plan, X[:100], y[:100])
    b = Worker(session.plan, X[100:], y[100:], first_row=100)
    last = b""
    while not session.done:
        proposal = session.propose()
        first, second = a.accumulate(proposal), b.accumulate(proposal)
        for wrong in ([first], second, [first, second, second]):
            with pytest.raises(ValueError, match="sums: found"):
                session.apply(wrong)
        with pytest.raises(ValueError, match="proposal: found step"):
            a.accumulate(proposal)
        if last:
            with pytest.raises(ValueError, match="sums: found those of step"):
                session.apply([last, second])
        assert session.propose() == proposal
        session.apply([first, second])
        last = first
    assert session.iteration == 3
    assert (
        session.estimator().to_bytes() == GradientBoostedTreesRegressor(n_estimators=3).fit(X, y).to_bytes()
    )
    with pytest.raises(ValueError, match=r"damaged|needs|do not start"):
        a.accumulate(proposal[:-3])
    with pytest.raises(ValueError, match="found a 'boosting_proposal', expected a 'boosting_sums'"):
        Session(start, 1, rows=400).apply(proposal)
    with pytest.raises(ValueError, match="sums: found none"):
        Session(start, 1, rows=400).apply([])
    with pytest.raises(ValueError, match="first_row: found 1 for 400 rows, expected rows among the 400"):
        Worker(session.plan, X, y, first_row=1)
    with pytest.raises(ValueError, match="rows: found 0, expected 1 to"):
        Session(start, 1, rows=0)
    with pytest.raises(ValueError, match="start: found GradientBoostedTreesRegressor without a fit"):
        Session(GradientBoostedTreesRegressor(), 1, rows=400)
    goss = GradientBoostedTreesRegressor(n_estimators=0, sampling_method="goss").fit(X, y)
    with pytest.raises(ValueError, match="sampling_method: found goss, mvs or weighted, expected uniform"):
        Session(goss, 1, rows=400)
    quantile = GradientBoostedTreesRegressor(
        n_estimators=0, objective="reg:quantileerror", quantile_alpha=0.5
    )
    with pytest.raises(ValueError, match="objective: found one that sets leaves from their rows"):
        Session(quantile.fit(X, y), 1, rows=400)

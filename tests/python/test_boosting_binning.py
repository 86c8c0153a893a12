"""Where columns are cut into bins: by quantiles, in equal widths, at given points."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from boosting_data import table

import colonnade
from colonnade._estimator import clone
from colonnade.boosting import GradientBoostedTreesClassifier, GradientBoostedTreesRegressor, cv


def cuts_used(model: GradientBoostedTreesRegressor, probes: np.ndarray) -> np.ndarray:
    """Cuts of a single column between whose sides predictions differ."""
    return probes[1:][np.diff(model.predict(probes.reshape(-1, 1))) != 0]


def test_equal_widths_are_those_of_scikit_learn() -> None:
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    x = np.random.default_rng(0).gamma(1.5, size=(5000, 1))
    bins = preprocessing.KBinsDiscretizer(12, encode="ordinal", strategy="uniform", subsample=None).fit(x)
    # Deep trees without penalties part all bins; each has a target of its own.
    y = np.random.default_rng(1).normal(size=12)[bins.transform(x)[:, 0].astype(int)]
    model = GradientBoostedTreesRegressor(
        binning="uniform", max_bin=12, max_depth=12, n_estimators=1, learning_rate=1, reg_lambda=0
    ).fit(x, y)
    edges = bins.bin_edges_[0][1:-1]
    # A cut is the least number of the bin that it begins.
    probes = np.sort(np.concatenate([edges, np.nextafter(edges, -np.inf)]))
    assert cuts_used(model, probes).tolist() == edges.tolist()


def test_equal_widths_leave_infinities_in_the_end_bins() -> None:
    x = np.array([-np.inf, 0.0, 1.0, 7.0, 8.0, np.inf] * 20).reshape(-1, 1)
    model = GradientBoostedTreesRegressor(binning="uniform", max_bin=4, n_estimators=5)
    predicted = model.fit(x, np.tile([0.0, 0.0, 0.0, 5.0, 5.0, 5.0], 20)).predict(x[:6])
    assert predicted[0] == predicted[1] == predicted[2] < predicted[3] == predicted[4] == predicted[5]


def test_given_points_are_the_only_thresholds() -> None:
    x = np.random.default_rng(0).normal(size=(2000, 1))
    model = GradientBoostedTreesRegressor(cut_points={0: [-1, 0.25]}, n_estimators=5).fit(
        x, np.sin(3 * x[:, 0])
    )
    probes = np.sort(np.concatenate([np.linspace(-3, 3, 200), [-1, 0.25]]))
    assert cuts_used(model, probes).tolist() == [-1, 0.25]
    # Quantiles that are given as points make the model that learned them.
    few = np.round(x)
    values = np.unique(few)
    learned = GradientBoostedTreesRegressor(n_estimators=5).fit(few, x[:, 0])
    given = GradientBoostedTreesRegressor(n_estimators=5, cut_points=[(values[1:] + values[:-1]) / 2])
    assert given.fit(few, x[:, 0]).predict(x).tolist() == learned.predict(x).tolist()


def test_points_are_given_by_number_by_name_or_for_each_column(tmp_path: Path) -> None:
    X, y = table(columns=3)
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    parameters = {"n_estimators": 5, "binning": "uniform", "max_bin": 20}
    ways: list[object] = [{"c": [0, 1], "a": []}, {2: [0, 1], 0: []}, {-1: np.array([0, 1]), 0: ()}]
    ways.append([[], None, [0.0, 1.0]])
    models = [GradientBoostedTreesRegressor(cut_points=way, **parameters).fit(frame, y) for way in ways]
    expected = models[0].predict(frame)
    for model in models:
        assert model.predict(frame).tolist() == expected.tolist()
        assert model.to_bytes() == models[0].to_bytes()
        assert clone(model).fit(frame, y).to_bytes() == model.to_bytes()
    models[0].save(tmp_path / "model")
    loaded = colonnade.load(tmp_path / "model")
    assert loaded.cut_points == {0: [], 2: [0, 1]}
    assert loaded.binning == "uniform"
    assert loaded.fit(frame, y).predict(frame).tolist() == expected.tolist()


@pytest.mark.parametrize(
    "change", [{"binning": "uniform", "max_bin": 6}, {"cut_points": {"x1": [0.0]}}], ids=str
)
def test_folds_are_binned_alike(change: dict) -> None:
    X, score = table(1200, columns=3)
    frame = pd.DataFrame(X, columns=["x0", "x1", "x2"])
    half = np.arange(len(X)) % 2 == 0
    model = GradientBoostedTreesRegressor(n_estimators=10, **change)
    scores = cv(model, frame, score, cv=[(half, ~half)])
    # Both halves have the extremes, so the cuts of one are those of all.
    if "binning" in change:
        frame = frame.clip(-1.5, 1.5)
        scores = cv(model, frame, score, cv=[(half, ~half)])
        model.fit(frame[half], score[half], eval_set=[(frame[~half], score[~half])])
        assert scores["test-rmse-mean"].tolist() == model.evals_result_["validation_0"]["rmse"]
    other = cv(GradientBoostedTreesRegressor(n_estimators=10), frame, score, cv=[(half, ~half)])
    assert scores["test-rmse-mean"].tolist() != other["test-rmse-mean"].tolist()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"binning": "equal"}, "binning: found 'equal', expected 'quantile' or 'uniform'"),
        ({"cut_points": 3}, "cut_points: found int, expected a dict, a list or None"),
        ({"cut_points": [[1]]}, "cut_points: found 1 items, expected 3, one a column"),
        ({"cut_points": {3: [1]}}, r"cut_points: found 3, all features must be in \[0, 2\]"),
        ({"cut_points": {"b": [1]}}, "cut_points: found 'b', "),
        ({"cut_points": {1.5: [1]}}, "cut_points: found 1.5, expected names or numbers of columns"),
        ({"cut_points": {0: [1], -3: [2]}}, "cut_points: found a column twice, expected each once"),
        ({"cut_points": {0: "abc"}}, "cut_points: found 'abc' for column 0, expected a list of numbers"),
        ({"cut_points": {0: 1.0}}, "cut_points: found 1.0 for column 0, expected a list of numbers"),
        ({"cut_points": {0: [2, 1]}}, "cut_points: found column 0 with other ones, expected finite numbers"),
        ({"cut_points": {0: [np.nan]}}, "cut_points: found column 0 with other ones"),
        ({"cut_points": {0: range(70_000)}}, "cut_points: found 70000 of column 0, expected at most"),
        ({"cut_points": {0: [1]}, "categorical_features": [0]}, "cut_points: found column 0 of categories"),
    ],
    ids=str,
)
def test_bad_choices_are_named(change: dict, message: str) -> None:
    X = np.arange(30.0).reshape(10, 3)
    with pytest.raises(ValueError, match=message) as error:
        GradientBoostedTreesClassifier(**change).fit(X, np.arange(10) % 2)
    assert "\n" not in str(error.value)

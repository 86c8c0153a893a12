"""What boosted trees do with bad or poor tables, an enormous target, missing values, and too little memory."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from boosting_data import table

from colonnade.boosting import GradientBoostedTreesClassifier, GradientBoostedTreesRegressor

CLASSIFIER, REGRESSOR = GradientBoostedTreesClassifier, GradientBoostedTreesRegressor
X = np.arange(40.0).reshape(20, 2)
VALUES = np.arange(20.0)
TWO = np.arange(20) % 2
FRAME = pd.DataFrame(X, columns=["a", "b"])


def one_line(error: pytest.ExceptionInfo) -> None:
    assert "\n" not in str(error.value)


# ---- refused in one line ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "options", "y", "message"),
    [
        (CLASSIFIER, {}, VALUES + 0.5, "Unknown label type: continuous"),
        (CLASSIFIER, {"objective": "binary:logistic"}, np.arange(20) % 3, "for 3 classes, expected 2"),
        (REGRESSOR, {"objective": "count:poisson"}, VALUES - 5, "y: found -5"),
        (REGRESSOR, {"objective": "count:poisson"}, np.zeros(20), "y: found only zeros"),
        (REGRESSOR, {}, np.where(VALUES == 3, np.nan, VALUES), "y contains NaN, column 0, row 3"),
        (REGRESSOR, {}, np.where(VALUES == 3, np.inf, VALUES), "y contains infinity"),
        (REGRESSOR, {}, np.array(["a"] * 20), "y: could not convert string"),
        (REGRESSOR, {}, VALUES[:19], "inconsistent numbers of samples"),
        (REGRESSOR, {}, None, "requires y to be passed"),
    ],
    ids=str,
)
def test_bad_targets(kind: type, options: dict, y: object, message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        kind(**options).fit(X, y)
    one_line(error)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"sample_weight": np.where(VALUES == 2, -1, 1)}, "sample_weight: found -1"),
        ({"sample_weight": np.where(VALUES == 2, np.nan, 1)}, "sample_weight contains NaN"),
        ({"sample_weight": np.where(VALUES == 2, np.inf, 1)}, "sample_weight contains infinity"),
        ({"sample_weight": np.zeros(20)}, "sample_weight: found only zeros"),
        ({"sample_weight": np.ones(19)}, "sample_weight.shape == .19,., expected .20,."),
        ({"group": [10, 9]}, "group: found sizes that sum to 19, expected 20"),
        ({"group": [10, 11]}, "group: found a group of 11 rows"),
        ({"group": [20, 0]}, "group: expected the number of rows of each group, at least 1"),
        ({"base_margin": np.ones(19)}, "base_margin: found 19 x 1, expected 20 x 1"),
        ({"base_margin": np.full(20, np.nan)}, "base_margin: found nan"),
        ({"eval_set": [(X[:, :1], VALUES)]}, "eval_set: found 1 columns, expected 2"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value,
)
def test_bad_company_of_rows(more: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        REGRESSOR().fit(X, VALUES, **more)
    one_line(error)


@pytest.mark.parametrize("kind", [CLASSIFIER, REGRESSOR])
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (X[:0], "0 sample"),
        (X[:, :0], "0 feature"),
        (X[0], "Expected 2D array, got 1D"),
        (X.reshape(20, 2, 1), "dim 3 for X, expected 2"),
        ([["a", "b"]] * 20, "X, column 0: could not convert string"),
        (X + 1j, "Complex data not supported"),
    ],
    ids=["no rows", "no columns", "1-D", "3-D", "text", "complex"],
)
def test_tables_that_are_none(kind: type, rows: object, message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        kind().fit(rows, TWO[: len(rows)])
    one_line(error)


@pytest.mark.parametrize("method", ["predict", "apply", "refit"])
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (X[:, :1], "X has 1 features, but .* is expecting 2"),
        (np.hstack([X, X]), "X has 4 features, but .* is expecting 2"),
        (FRAME[["b", "a"]], "must be in the same order"),
        (FRAME.rename(columns={"a": "c"}), "feature names should match"),
        (FRAME[["a"]], "yet now missing"),
    ],
    ids=["fewer", "more", "another order", "other names", "one"],
)
def test_other_columns_than_those_of_the_fit(method: str, rows: object, message: str) -> None:
    fitted = REGRESSOR(n_estimators=2).fit(FRAME if isinstance(rows, pd.DataFrame) else X, VALUES)
    with pytest.raises(ValueError, match=message):
        getattr(fitted, method)(rows, *([VALUES] if method == "refit" else []))


# ---- poor tables make sensible models ---------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["depthwise", "lossguide", "symmetric"])
@pytest.mark.parametrize(
    "rows",
    [
        np.full((20, 2), 3.0),
        np.full((20, 2), np.nan),
        np.full((20, 2), np.inf),
        np.tile([[0.0], [-0.0]], (10, 1)),
    ],
    ids=["constant", "all missing", "all infinite", "zeros of both signs"],
)
def test_columns_that_say_nothing_give_the_mean(rows: np.ndarray, policy: str) -> None:
    regressor = REGRESSOR(n_estimators=5, grow_policy=policy).fit(rows, VALUES)
    assert regressor.predict(rows) == pytest.approx(np.full(20, VALUES.mean()), rel=1e-5)
    assert regressor.feature_importances_.sum() == 0
    classifier = CLASSIFIER(n_estimators=5, grow_policy=policy).fit(rows, np.arange(20) < 5)
    assert classifier.predict_proba(rows)[:, 1] == pytest.approx(np.full(20, 0.25), rel=1e-4)


def test_one_class_and_a_constant_target_are_predicted() -> None:
    classifier = CLASSIFIER(n_estimators=3).fit(X, ["only"] * 20)
    assert classifier.predict(X).tolist() == ["only"] * 20
    assert classifier.predict_proba(X).tolist() == [[1.0]] * 20
    regressor = REGRESSOR(n_estimators=3).fit(X, np.full(20, 7.25))
    assert regressor.predict(X).tolist() == [7.25] * 20
    for objective, more in (("count:poisson", {}), ("reg:quantileerror", {"quantile_alpha": 0.5})):
        fitted = REGRESSOR(n_estimators=3, objective=objective, **more).fit(X, np.full(20, 2.0))
        assert fitted.predict(X) == pytest.approx(np.full(20, 2.0))


def test_as_many_classes_as_rows() -> None:
    classes = np.array([f"class {i:02}" for i in range(20)])
    fitted = CLASSIFIER(n_estimators=3, min_child_weight=0).fit(X, classes)
    assert fitted.classes_.tolist() == classes.tolist()
    assert fitted.predict_proba(X).sum(axis=1) == pytest.approx(np.ones(20))
    assert fitted.predict(X).tolist() == classes.tolist()


def test_one_row_and_rows_without_weight() -> None:
    assert REGRESSOR().fit(X[:1], [4.0]).predict(X).tolist() == [4.0] * 20
    weight = (VALUES < 10).astype(float)
    some = REGRESSOR(n_estimators=4).fit(X, VALUES, sample_weight=weight)
    first = REGRESSOR(n_estimators=4).fit(X[:10], VALUES[:10])
    assert some.predict(X) == pytest.approx(first.predict(X), rel=1e-6)


def test_infinities_are_the_extremes() -> None:
    x = np.array([-np.inf, 0.0, 1.0, np.inf] * 10).reshape(-1, 1)
    y = np.array([1.0, 2.0, 3.0, 4.0] * 10)
    fitted = REGRESSOR(n_estimators=60).fit(x, y)
    assert fitted.predict(x[:4]) == pytest.approx(y[:4], abs=0.01)


# ---- an enormous target, missing values -------------------------------------------------------------------------


@pytest.mark.quality
def test_one_target_a_million_times_the_others_trains_as_in_xgboost() -> None:
    xgboost = pytest.importorskip("xgboost")
    options = {"n_estimators": 120, "max_depth": 5, "learning_rate": 0.3}
    ours, theirs = [], []
    for seed in range(4):
        rows, score = table(4000, seed=seed)
        train, test = slice(0, 3000), slice(3000, None)
        y = score.copy()
        y[7] = 1e6 * np.abs(score).mean()
        base = float(y[train].mean())
        for errors, kind in ((ours, REGRESSOR), (theirs, xgboost.XGBRegressor)):
            model = kind(base_score=base, **options).fit(rows[train], y[train])
            errors.append([np.median(np.abs(model.predict(rows[part]) - y[part])) for part in (train, test)])
    assert (np.mean(ours, axis=0) <= np.mean(theirs, axis=0) * 1.04).all()


@pytest.mark.parametrize("policy", ["depthwise", "lossguide", "symmetric"])
def test_missing_values_have_a_branch_of_their_own(policy: str) -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=(1000, 1))
    x[random.random(1000) < 0.3] = np.nan
    x[5:9, 0] = [np.inf, -np.inf, 0.0, -0.0]
    y = np.where(np.isnan(x[:, 0]), 3.0, 0.0)
    stump = REGRESSOR(n_estimators=1, max_depth=1, learning_rate=1, reg_lambda=0, grow_policy=policy).fit(
        x, y
    )
    assert stump.predict(x) == pytest.approx(y, abs=1e-5)
    assert stump.predict([[np.nan], [1e9], [-1e9], [np.inf], [-np.inf]]) == pytest.approx(
        [3, 0, 0, 0, 0], abs=1e-5
    )
    labels = np.where(np.isnan(x[:, 0]), "missing", "there")
    classifier = CLASSIFIER(n_estimators=3, max_depth=1, grow_policy=policy).fit(x, labels)
    assert classifier.predict(x).tolist() == labels.tolist()


# ---- too little memory ------------------------------------------------------------------------------------------

STARVED = """
import resource
import numpy as np
from colonnade.boosting import GradientBoostedTreesRegressor

X = np.random.default_rng(0).normal(size=(400_000, 40)).astype(np.float32)
y = X[:, 0]
small = GradientBoostedTreesRegressor(n_estimators=2, n_jobs=2).fit(X[:500], y[:500])
with open("/proc/self/statm") as file:
    used = int(file.read().split()[0]) * resource.getpagesize()
# The bins of all rows alone are 32 MB; so little is left that they cannot be made.
resource.setrlimit(resource.RLIMIT_AS, (used + 24 * 2**20, resource.RLIM_INFINITY))
for _ in range(2):
    try:
        GradientBoostedTreesRegressor(n_estimators=2, n_jobs=2).fit(X, y)
    except MemoryError:
        print("MemoryError")
again = GradientBoostedTreesRegressor(n_estimators=2, n_jobs=2).fit(X[:500], y[:500])
print(again.to_bytes() == small.to_bytes())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of memory as Linux has them")
def test_a_fit_without_memory_raises_and_the_process_lives_on() -> None:
    if "COLONNADE_SANITIZED" in os.environ:
        pytest.skip("the sanitizer's shadow takes all addresses")
    run = subprocess.run([sys.executable, "-c", STARVED], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["MemoryError", "MemoryError", "True"]

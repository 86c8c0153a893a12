"""Base margins, refitting, cross-validation, checkpoints and samples by weight and group."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from boosting_data import table as table_of

import colonnade
from colonnade._estimator import clone
from colonnade.boosting import GradientBoostedTreesClassifier, GradientBoostedTreesRegressor, cv
from colonnade.model_selection import KFold, StratifiedKFold


def table(rows: int = 2000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    return table_of(rows, 6, seed)


def classes_of(score: np.ndarray, count: int) -> np.ndarray:
    edges = np.quantile(score, np.arange(1, count) / count)
    return np.array(["a", "b", "c", "d"])[np.searchsorted(edges, score)]


# ---- base margins -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [2, 3])
def test_a_fit_on_the_margins_of_a_model_goes_on_from_it(classes: int) -> None:
    X, score = table()
    y = classes_of(score, classes)
    first = GradientBoostedTreesClassifier(n_estimators=3).fit(X, y)
    longer = GradientBoostedTreesClassifier(n_estimators=4).fit(X, y, init_model=first, eval_set=[(X, y)])
    margins = first.decision_function(X)
    top = GradientBoostedTreesClassifier(n_estimators=4)
    top.fit(X, y, base_margin=margins, eval_set=[(X, y)], base_margin_eval_set=[margins])
    assert top.evals_result_ == longer.evals_result_
    assert top.decision_function(X, base_margin=margins).tolist() == longer.decision_function(X).tolist()
    assert top.predict_proba(X[:5], base_margin=margins[:5]).tolist() == longer.predict_proba(X[:5]).tolist()
    assert (
        top.predict_log_proba(X[:5], base_margin=margins[:5]).tolist()
        == longer.predict_log_proba(X[:5]).tolist()
    )
    assert top.predict(X, base_margin=margins).tolist() == longer.predict(X).tolist()
    assert top.predict(X).tolist() != longer.predict(X).tolist()


@pytest.mark.parametrize("objective", ["reg:squarederror", "count:poisson"])
def test_base_margins_are_those_of_xgboost(objective: str) -> None:
    xgboost = pytest.importorskip("xgboost")
    X, score = table(3000)
    random = np.random.default_rng(2)
    offset = random.normal(size=len(X))
    y = score + offset if objective == "reg:squarederror" else random.poisson(np.exp(0.5 * score + offset))
    settings = {"objective": objective, "n_estimators": 20, "max_depth": 4, "learning_rate": 0.2}
    train, test = slice(0, 2000), slice(2000, None)
    ours = GradientBoostedTreesRegressor(**settings)
    ours.fit(X[train], y[train], base_margin=offset[train])
    theirs = xgboost.XGBRegressor(**settings)
    theirs.fit(X[train], y[train], base_margin=offset[train])
    p, q = ours.predict(X[test], base_margin=offset[test]), theirs.predict(X[test], base_margin=offset[test])
    assert np.corrcoef(p, q)[0, 1] > 0.98
    assert np.mean((p - y[test]) ** 2) < 1.03 * np.mean((q - y[test]) ** 2)
    # Without the offsets both begin at their base score.
    assert np.corrcoef(ours.predict(X[test]), theirs.predict(X[test]))[0, 1] > 0.95
    assert ours.predict(X[test]).mean() == pytest.approx(theirs.predict(X[test]).mean(), rel=0.02, abs=0.02)


def test_base_margins_may_be_a_column_a_list_or_floats() -> None:
    X, score = table(300)
    offset = np.linspace(-1, 1, 300, dtype=np.float32)
    model = GradientBoostedTreesRegressor(n_estimators=3).fit(X, score, base_margin=offset)
    for same in (offset.astype(float), offset.reshape(-1, 1), offset.tolist(), np.repeat(offset, 2)[::2]):
        assert clone(model).fit(X, score, base_margin=same) == model
        assert model.predict(X, base_margin=same).tolist() == model.predict(X, base_margin=offset).tolist()


@pytest.mark.parametrize(
    ("margin", "message"),
    [
        (np.zeros(99), "base_margin: found 99 x 1, expected 100 x 1"),
        (np.zeros((100, 2)), "base_margin: found 100 x 2, expected 100 x 1"),
        (
            np.zeros((100, 1, 1)),
            r"base_margin: found shape \(100, 1, 1\), expected \(rows,\) or \(rows, outputs\)",
        ),
        ([], r"base_margin: found shape \(0, 1\)"),
        (3.0, r"base_margin: found shape \(\)"),
        (np.full(100, np.nan), "base_margin: found nan, expected a finite number"),
        (np.full(100, -np.inf), "base_margin: found -inf, expected a finite number"),
        (["x"] * 100, "base_margin: could not convert"),
    ],
)
def test_bad_base_margins_are_named(margin, message: str) -> None:
    X, score = table(100)
    model = GradientBoostedTreesRegressor(n_estimators=1)
    with pytest.raises(ValueError, match=message):
        model.fit(X, score, base_margin=margin)
    with pytest.raises(ValueError, match=message):
        model.fit(X, score, eval_set=[(X, score)], base_margin_eval_set=[margin])
    with pytest.raises(ValueError, match=message):
        model.fit(X, score).predict(X, base_margin=margin)
    with pytest.raises(ValueError, match="base_margin_eval_set: found 1, expected one for each of 2 sets"):
        model.fit(X, score, eval_set=[(X, score)] * 2, base_margin_eval_set=[None])


# ---- refit ------------------------------------------------------------------------------------------------------


def test_refit_makes_a_new_model_with_the_old_splits() -> None:
    X, score = table()
    y = classes_of(score, 3)
    model = GradientBoostedTreesClassifier(n_estimators=5).fit(X, y, eval_set=[(X, y)])
    before = model.to_bytes()
    other_X, other_score = table(seed=1)
    keep = classes_of(other_score, 3) != "c"  # a class that is not there
    other = model.refit(other_X[keep], classes_of(other_score, 3)[keep], decay_rate=0.5)
    assert model.to_bytes() == before
    assert other.to_bytes() != before
    assert other.apply(X).tolist() == model.apply(X).tolist()
    assert other.classes_.tolist() == ["a", "b", "c"]
    assert other.get_params() == model.get_params()
    assert model.refit(X, y, decay_rate=0) == model
    assert model.refit(X, y, decay_rate=1) == model
    weight = np.random.default_rng(0).random(len(X))
    for threads in (1, 2, 3, 7):
        again = model.set_params(n_jobs=threads).refit(X, y, weight)
        assert again.to_bytes() == model.refit(X, y, weight, 0.9).to_bytes()
    with pytest.raises(ValueError, match="y: found a label that the model does not have, 'x'"):
        model.refit(X, np.where(y == "a", "x", y))
    for rate in (-1, 2, "half", None):
        with pytest.raises(ValueError, match="decay_rate: found"):
            model.refit(X, y, decay_rate=rate)
    with pytest.raises(ValueError, match="X has 5 features"):
        model.refit(X[:, :5], y)


@pytest.mark.parametrize("objective", ["reg:squarederror", "reg:absoluteerror", "binary"])
def test_refit_follows_new_rows_as_lightgbm_does(objective: str) -> None:
    lightgbm = pytest.importorskip("lightgbm")
    X, score = table(3000)
    new_X, new_score = table(3000, seed=5)
    new_score = new_score + 2 * np.nan_to_num(new_X[:, 3])  # what is to be learnt has changed
    settings = {"learning_rate": 0.2, "n_estimators": 30, "random_state": 0}
    common = {"num_leaves": 31, "min_child_samples": 1, "reg_lambda": 1, "verbose": -1, "n_jobs": 1}
    if objective == "binary":
        y, new_y = (score > 0).astype(int), (new_score > 0).astype(int)
        ours = GradientBoostedTreesClassifier(max_leaves=31, grow_policy="lossguide", max_depth=0, **settings)
        theirs = lightgbm.LGBMClassifier(**settings, **common)
    else:
        y, new_y = score, new_score
        kind = "l1" if objective == "reg:absoluteerror" else "l2"
        ours = GradientBoostedTreesRegressor(
            objective=objective, max_leaves=31, grow_policy="lossguide", max_depth=0, **settings
        )
        theirs = lightgbm.LGBMRegressor(objective=kind, **settings, **common)
    ours.fit(X, y)
    booster = theirs.fit(X, y).booster_
    for rate in (0.0, 0.5, 0.9):
        new_ours = ours.refit(new_X, new_y, decay_rate=rate)
        p = new_ours.predict_proba(new_X)[:, 1] if objective == "binary" else new_ours.predict(new_X)
        q = booster.refit(new_X, new_y, decay_rate=rate).predict(new_X)
        assert np.corrcoef(p, q)[0, 1] > 0.8  # LightGBM does not renew medians
        assert np.mean((p - new_y) ** 2) < 1.1 * np.mean((q - new_y) ** 2)


def test_refit_of_a_callable_and_of_a_loaded_model() -> None:
    X, score = table(500)

    def squared(y: np.ndarray, m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return m - y, np.ones_like(y)

    known = GradientBoostedTreesRegressor(n_estimators=4, base_score=0).fit(X, score)
    custom = GradientBoostedTreesRegressor(objective=squared, n_estimators=4, base_score=0).fit(X, score)
    new = known.refit(X, score + 1, decay_rate=0.5)
    assert custom.refit(X, score + 1, decay_rate=0.5).predict(X) == pytest.approx(new.predict(X), abs=1e-6)
    loaded = colonnade.from_bytes(known.to_bytes())
    assert loaded.refit(X, score + 1, decay_rate=0.5) == new
    with pytest.raises(ValueError, match="objective: found"):
        colonnade.from_bytes(custom.to_bytes()).refit(X, score)
    margins = known.predict(X)
    top = GradientBoostedTreesRegressor(n_estimators=4).fit(X, score, base_margin=margins)
    assert top.refit(X, score, decay_rate=0, base_margin=margins) == top


# ---- cross-validation -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_cv_scores_are_near_those_of_fits_on_the_folds(classes: int) -> None:
    X, score = table(1500)
    y = classes_of(score, classes) if classes else score
    kind = GradientBoostedTreesClassifier if classes else GradientBoostedTreesRegressor
    model = kind(n_estimators=8, subsample=0.8, max_depth=4)
    weight = np.random.default_rng(0).random(len(X))
    scores = cv(model, X, y, cv=4, sample_weight=weight)
    metric = {0: "rmse", 2: "logloss", 3: "mlogloss"}[classes]
    names = [f"{rows}-{metric}-{what}" for rows in ("train", "test") for what in ("mean", "std")]
    assert list(scores) == [*names, "best_iteration"]
    folds = StratifiedKFold(4) if classes else KFold(4)
    fitted = []
    for train, test in folds.split(X, y):
        fold = clone(model).fit(
            X[train],
            y[train],
            sample_weight=weight[train],
            eval_set=[(X[train], y[train], weight[train]), (X[test], y[test], weight[test])],
        )
        fitted.append([fold.evals_result_[f"validation_{k}"][metric] for k in (0, 1)])
    for k, rows in enumerate(("train", "test")):
        each = np.array(fitted)[:, k]
        assert scores[f"{rows}-{metric}-mean"] == pytest.approx(each.mean(axis=0), rel=0.06)
        assert scores[f"{rows}-{metric}-std"] == pytest.approx(each.std(axis=0), abs=0.02)
    assert scores["best_iteration"] == np.argmin(scores[f"test-{metric}-mean"])
    for threads in (1, 2, 3, 7):
        again = cv(clone(model).set_params(n_jobs=threads), X, y, cv=4, sample_weight=weight)
        assert all(np.array_equal(again[name], scores[name]) for name in scores)
    assert not hasattr(model, "_model") or model._model is None


@pytest.mark.quality
def test_cv_scores_are_near_those_of_xgboost_cv() -> None:
    xgboost = pytest.importorskip("xgboost")
    X, score = table(3000)
    y = (score > 0).astype(int)
    folds = list(StratifiedKFold(5, shuffle=True, random_state=0).split(X, y))
    ours = cv(GradientBoostedTreesClassifier(n_estimators=30, max_depth=4), X, y, cv=folds)
    theirs = xgboost.cv(
        {"objective": "binary:logistic", "max_depth": 4, "tree_method": "hist"},
        xgboost.DMatrix(X, y),
        30,
        folds=folds,
        metrics="logloss",
        as_pandas=False,
    )
    for name in ("train-logloss-mean", "test-logloss-mean"):
        assert ours[name] == pytest.approx(theirs[name], rel=0.06)
    assert ours["test-logloss-std"] == pytest.approx(theirs["test-logloss-std"], abs=0.02)


def test_cv_stops_early_and_takes_folds_of_any_kind() -> None:
    X, score = table(800)
    model = GradientBoostedTreesRegressor(n_estimators=200, early_stopping_rounds=5, learning_rate=0.5)
    seen = []
    scores = cv(model, X, score, cv=3, callbacks=[lambda i, history: seen.append((i, history))])
    mean = scores["test-rmse-mean"]
    assert scores["best_iteration"] == len(mean) - 1 == np.argmin(mean)
    assert len(seen) == len(mean) + 5
    assert list(seen[-1][1]) == ["train", "test"]
    assert seen[-1][1]["test"]["rmse"][: len(mean)] == mean.tolist()
    masks = [(np.arange(800) % 3 != k, np.arange(800) % 3 == k) for k in range(3)]
    numbers = [(np.flatnonzero(train), np.flatnonzero(test).tolist()) for train, test in masks]
    first = cv(model, X, score, cv=masks, early_stopping_rounds=2)
    assert np.array_equal(
        cv(model, X, score, cv=iter(numbers), early_stopping_rounds=2)["test-rmse-mean"],
        first["test-rmse-mean"],
    )
    assert (
        len(
            cv(model.set_params(n_estimators=4), X, score, cv=masks, early_stopping_rounds=0)[
                "train-rmse-std"
            ]
        )
        == 4
    )
    margin = cv(model, X, score, cv=2, base_margin=score)["train-rmse-mean"]
    assert margin[0] < 1e-9


@pytest.mark.parametrize("classes", [0, 2])
def test_cv_keeps_groups_together_in_folds_and_samples(classes: int) -> None:
    X, score = table(900)
    sizes = np.random.default_rng(0).integers(1, 9, 300)
    sizes = sizes[: np.searchsorted(np.cumsum(sizes), 900)]
    sizes = np.append(sizes, 900 - sizes.sum())
    groups = np.repeat(np.arange(len(sizes)), sizes)
    y = classes_of(score, classes) if classes else score
    kind = GradientBoostedTreesClassifier if classes else GradientBoostedTreesRegressor
    metric = "logloss" if classes else "rmse"
    model = kind(n_estimators=5, subsample=0.5)
    scores = cv(model, X, y, cv=3, group=sizes)[f"test-{metric}-mean"]
    folds = [np.isin(groups, part) for part in np.array_split(np.arange(len(sizes)), 3)]
    by_hand = cv(model, X, y, cv=[(~fold, fold) for fold in folds], group=sizes)
    assert scores.tolist() == by_hand[f"test-{metric}-mean"].tolist()
    alone = cv(model, X, y, cv=[(~fold, fold) for fold in folds])
    assert scores.tolist() != alone[f"test-{metric}-mean"].tolist()
    group_k_fold = pytest.importorskip("sklearn.model_selection").GroupKFold(3)
    of_sklearn = cv(model, X, y, cv=group_k_fold, group=sizes)
    given = cv(model, X, y, cv=list(group_k_fold.split(X, y, groups)), group=sizes)
    assert of_sklearn[f"test-{metric}-mean"].tolist() == given[f"test-{metric}-mean"].tolist()


@pytest.mark.parametrize(
    ("change", "group", "message"),
    [
        ({}, [50, 49], "group: found sizes that sum to 99, expected 100"),
        ({}, [100, 0], "group: expected the number of rows of each group, at least 1"),
        ({}, [60, 40], "k-fold|groups|splits"),
        ({"sampling_method": "goss"}, [10] * 10, "group: found rows that are not drawn uniformly"),
    ],
    ids=str,
)
def test_bad_groups_of_cv_are_named(change: dict, group: list, message: str) -> None:
    X, score = table(100)
    with pytest.raises(ValueError, match=message) as error:
        cv(GradientBoostedTreesRegressor(**change), X, score, group=group)
    print(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("folds", "message"),
    [
        (1, "k-fold"),
        (3.5, "cv: found float, expected a number of folds"),
        ([], "cv: found no fold"),
        ([([0, 1], [])], "cv: found a fold without rows"),
        ([([0, 1], [100])], "cv: found a row number outside of 0 to 99"),
        ([([-1], [1])], "cv: found a row number outside of 0 to 99"),
        ([([0.5], [1])], "cv: expected each fold as two arrays of row numbers"),
    ],
)
def test_bad_folds_are_named(folds, message: str) -> None:
    X, score = table(100)
    with pytest.raises(ValueError, match=message):
        cv(GradientBoostedTreesRegressor(), X, score, cv=folds)
    with pytest.raises(TypeError, match="estimator: found KFold"):
        cv(KFold(), X, score)
    with pytest.raises(ValueError, match="early_stopping_rounds: found 'x'"):
        cv(GradientBoostedTreesRegressor(), X, score, early_stopping_rounds="x")


# ---- checkpoints ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_a_fit_goes_on_from_a_checkpoint(classes: int, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    X, score = table(600)
    X = pandas.DataFrame(X, columns=[f"column {k}" for k in range(6)])
    y = classes_of(score, classes) if classes else score
    kind = GradientBoostedTreesClassifier if classes else GradientBoostedTreesRegressor
    model = kind(n_estimators=10, subsample=0.7, random_state=3)
    file = tmp_path / "model.part"
    whole = clone(model).fit(X, y, checkpoint=file, checkpoint_every=4)
    assert whole == clone(model).fit(X, y)
    part = colonnade.load(file)
    assert part.n_iter_ == 8
    assert part == clone(model).set_params(n_estimators=8).fit(X, y)
    assert part.to_bytes() == clone(model).set_params(n_estimators=8).fit(X, y).to_bytes()
    rest = clone(model).set_params(n_estimators=2).fit(X, y, init_model=part)
    assert rest.to_bytes() == whole.to_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["model.part"]


def test_a_killed_fit_leaves_a_whole_file(tmp_path: Path) -> None:
    file = tmp_path / "model.part"
    program = f"""
import numpy as np
from colonnade.boosting import GradientBoostedTreesRegressor
X = np.random.default_rng(0).normal(size=(500, 4))
model = GradientBoostedTreesRegressor(n_estimators=1_000_000, max_depth=4, n_jobs=1)
model.fit(X, X[:, 0] * X[:, 1], checkpoint={str(file)!r}, checkpoint_every=1)
"""
    X = np.random.default_rng(0).normal(size=(500, 4))
    model = GradientBoostedTreesRegressor(max_depth=4)
    for wait in (0.0, 0.013, 0.057):
        file.unlink(missing_ok=True)
        process = subprocess.Popen([sys.executable, "-c", program])
        try:
            deadline = time.monotonic() + 60
            while not file.exists() and time.monotonic() < deadline:
                time.sleep(0.001)
            time.sleep(wait)
        finally:
            process.kill()
            process.wait()
        part = colonnade.load(file)
        assert part.n_iter_ >= 1
        iterations = min(part.n_iter_, 20)
        expected = model.set_params(n_estimators=iterations).fit(X, X[:, 0] * X[:, 1])
        assert part.apply(X)[:, :iterations].tolist() == expected.apply(X).tolist()


def test_a_checkpoint_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    X, score = table(100)
    model = GradientBoostedTreesRegressor(n_estimators=3)
    with pytest.raises(ValueError, match=r"checkpoint: found no folder '.*gone', expected one that is there"):
        model.fit(X, score, checkpoint=tmp_path / "gone" / "model")
    for every in (0, -1, 1.5, "x", None):
        with pytest.raises(ValueError, match="checkpoint_every: found"):
            model.fit(X, score, checkpoint=tmp_path / "model", checkpoint_every=every)
    with pytest.raises(OSError, match="cannot"):
        model.fit(X, score, checkpoint=tmp_path, checkpoint_every=1)
    assert not model.__sklearn_is_fitted__()


def test_checkpoints_with_early_stopping_have_all_iterations_so_far(tmp_path: Path) -> None:
    X, score = table(400)
    other_X, other_score = table(400, seed=3)
    model = GradientBoostedTreesRegressor(n_estimators=300, early_stopping_rounds=8, learning_rate=0.5)
    sets = {"eval_set": [(other_X, other_score)]}
    model.fit(X, score, **sets, checkpoint=tmp_path / "part", checkpoint_every=1)
    part = colonnade.load(tmp_path / "part")
    assert part.n_iter_ == model.best_iteration + 9
    with pytest.raises(AttributeError, match="best_iteration"):
        part.best_iteration  # noqa: B018
    rest = clone(model).fit(X, score, **sets, init_model=part)
    assert rest.best_iteration >= part.n_iter_


# ---- samples by weight and by group -----------------------------------------------------------------------------


def test_rows_of_a_group_are_drawn_together() -> None:
    X, score = table(400)
    settings = {"n_estimators": 6, "subsample": 0.5, "random_state": 2, "max_bin": 16, "min_child_weight": 5}
    # Three copies of each row as a group draw what one row of weight 3 draws.
    three, weights = np.repeat(X, 3, axis=0), np.full(400, 3.0)
    grouped = GradientBoostedTreesRegressor(**settings).fit(three, np.repeat(score, 3), group=[3] * 400)
    alone = GradientBoostedTreesRegressor(**settings).fit(X, score, sample_weight=weights)
    assert grouped.predict(X) == pytest.approx(alone.predict(X), abs=1e-3)
    single = GradientBoostedTreesRegressor(**settings).fit(X, score, group=np.ones(400, dtype=np.int32))
    assert single == GradientBoostedTreesRegressor(**settings).fit(X, score)
    for threads in (1, 2, 3, 7):
        again = clone(grouped).set_params(n_jobs=threads).fit(three, np.repeat(score, 3), group=[3] * 400)
        assert again.to_bytes() == grouped.to_bytes()


@pytest.mark.parametrize(
    ("change", "group", "message"),
    [
        ({}, [50, 49], "group: found sizes that sum to 99, expected 100"),
        ({}, [50, 51], "group: found a group of 51 rows, expected sizes of at least 1 that sum to 100"),
        ({}, [100, 0], "group: expected the number of rows of each group, at least 1"),
        ({}, [], "group: expected the number of rows of each group"),
        ({}, [50.0, 50.0], "group: expected the number of rows of each group"),
        ({}, "all", "group: expected the number of rows of each group"),
        ({"sampling_method": "mvs"}, [50, 50], "group: found rows that are not drawn uniformly"),
    ],
)
def test_bad_groups_are_named(change: dict, group, message: str) -> None:
    X, score = table(100)
    with pytest.raises(ValueError, match=message):
        GradientBoostedTreesRegressor(subsample=0.5, **change).fit(X, score, group=group)


def test_weighted_samples_follow_the_weights(tmp_path: Path) -> None:
    X, score = table(4000)
    # Light rows say the opposite.
    light = np.arange(4000) % 2 == 0
    y = np.where(light, -score, score)
    weight = np.where(light, 0.02, 1.0)
    settings = {"n_estimators": 40, "max_depth": 5, "learning_rate": 0.2}
    model = GradientBoostedTreesRegressor(sampling_method="weighted", subsample=0.3, **settings)
    model.fit(X, y, sample_weight=weight)
    whole = GradientBoostedTreesRegressor(**settings).fit(X, y, sample_weight=weight)
    assert np.corrcoef(model.predict(X), score)[0, 1] > 0.8
    assert np.corrcoef(model.predict(X), whole.predict(X))[0, 1] > 0.9
    for threads in (1, 2, 3, 7):
        again = clone(model).set_params(n_jobs=threads).fit(X, y, sample_weight=weight)
        assert again.to_bytes() == model.to_bytes()
    uniform = GradientBoostedTreesRegressor(subsample=0.3, **settings).fit(X, score)
    model.fit(X, score)
    assert model.predict(X).tolist() == uniform.predict(X).tolist()
    model.save(tmp_path / "model")
    assert colonnade.load(tmp_path / "model").sampling_method == "weighted"


def test_weighted_samples_work_with_medians_classes_and_callables() -> None:
    X, score = table(1000)
    weight = np.random.default_rng(0).random(1000) ** 3
    settings = {"n_estimators": 5, "sampling_method": "weighted", "subsample": 0.5, "base_score": 0}
    medians = GradientBoostedTreesRegressor(objective="reg:absoluteerror", **settings)
    assert np.isfinite(medians.fit(X, score, sample_weight=weight).predict(X)).all()

    def squared(y: np.ndarray, m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return m - y, np.ones_like(y)

    known = GradientBoostedTreesRegressor(**settings).fit(X, score, sample_weight=weight)
    custom = GradientBoostedTreesRegressor(objective=squared, **settings).fit(X, score, sample_weight=weight)
    assert custom.predict(X) == pytest.approx(known.predict(X), abs=1e-3)
    settings["base_score"] = None
    classes = GradientBoostedTreesClassifier(**settings, scale_pos_weight=2)
    assert classes.fit(X, classes_of(score, 2), sample_weight=weight).score(X, classes_of(score, 2)) > 0.7
    scores = cv(classes, X, classes_of(score, 3), cv=3, sample_weight=weight)
    assert scores["test-mlogloss-mean"][-1] < np.log(3)

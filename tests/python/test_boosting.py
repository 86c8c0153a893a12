from __future__ import annotations

import os
import pickle
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from boosting_data import table

import colonnade
from colonnade.boosting import GradientBoostedTreesClassifier, GradientBoostedTreesRegressor
from colonnade.exceptions import FormatError

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason=f"no tables in {DATA}")


def classes(score: np.ndarray, names: tuple) -> np.ndarray:
    cuts = np.quantile(score, np.arange(1, len(names)) / len(names))
    return np.array(names)[np.searchsorted(cuts, score)]


@pytest.mark.parametrize(
    "names",
    [
        ("no", "yes"),
        (False, True),
        (7, -3),
        (1.0, 2.0),
        ("a", "b", "c"),
        (3, 1, 2, 10),
        np.arange(5, dtype=np.int8),
    ],
)
def test_labels_of_any_kind_come_back(names: tuple) -> None:
    X, score = table()
    y = classes(score, names)
    model = GradientBoostedTreesClassifier(n_estimators=20).fit(X, y)
    assert model.classes_.tolist() == np.unique(y).tolist()
    assert model.classes_.dtype == y.dtype
    assert model.predict(X).dtype == y.dtype
    assert model.score(X, y) > 0.8
    p = model.predict_proba(X)
    assert p.shape == (len(X), len(names))
    np.testing.assert_allclose(p.sum(1), 1)
    assert (model.classes_[p.argmax(1)] == model.predict(X)).mean() > 0.999


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("estimator", [GradientBoostedTreesClassifier, GradientBoostedTreesRegressor])
def test_check_estimator_passes_without_expected_failure(estimator: type) -> None:
    checks = pytest.importorskip("sklearn.utils.estimator_checks")
    checks.check_estimator(estimator())


def test_threads_do_not_change_a_bit() -> None:
    X, score = table(20_000)
    y = score > 0
    for growth in (
        {},
        {"grow_policy": "lossguide", "max_leaves": 20, "subsample": 0.7, "colsample_bytree": 0.6},
    ):
        models = [
            GradientBoostedTreesClassifier(n_estimators=5, n_jobs=threads, **growth).fit(X, y)
            for threads in (1, 2, 3, 7)
        ]
        assert len({model.to_bytes() for model in models}) == 1
        assert len({model.predict_proba(X).tobytes() for model in models}) == 1


def test_saved_models_come_back_with_labels_parameters_and_names(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    X, score = table()
    frame = pandas.DataFrame(X, columns=[f"spalte {i} ä" for i in range(8)])
    for model, y in (
        (GradientBoostedTreesClassifier(n_estimators=7, max_depth=3), classes(score, ("x", "y", "z"))),
        (GradientBoostedTreesClassifier(n_estimators=7, grow_policy="lossguide", max_leaves=5), score > 0),
        (GradientBoostedTreesRegressor(n_estimators=7, learning_rate=0.1), score),
    ):
        model.fit(frame, y)
        model.save(tmp_path / "model.colonnade")
        loaded = colonnade.load(tmp_path / "model.colonnade")
        assert type(loaded) is type(model)
        assert loaded == model
        assert loaded.get_params()["n_estimators"] == 7
        assert loaded.get_params()["grow_policy"] == model.grow_policy
        assert loaded.feature_names_in_.tolist() == frame.columns.tolist()
        assert loaded.predict(frame).tolist() == model.predict(frame).tolist()
        again = pickle.loads(pickle.dumps(model))
        assert again == model
        assert again.evals_result_ == model.evals_result_
        assert type(model).from_bytes(model.to_bytes()) == model
        with pytest.raises(FormatError):
            type(model).from_bytes(model.to_bytes()[:-9])
    with pytest.raises(ValueError, match="GradientBoostedTreesRegressor"):
        GradientBoostedTreesClassifier.from_bytes(model.to_bytes())


def test_early_stopping_keeps_the_best_iteration() -> None:
    X, score = table()
    y = score > 0
    model = GradientBoostedTreesClassifier(n_estimators=300, early_stopping_rounds=10, eval_metric="auc")
    model.fit(X[:1000], y[:1000], eval_set=[(X[:1000], y[:1000]), (X[1000:], y[1000:])])
    scores = model.evals_result_["validation_1"]["auc"]
    assert model.best_score == max(scores)
    assert scores[model.best_iteration] == model.best_score
    assert len(scores) == model.best_iteration + 11
    assert model.n_iter_ == model.best_iteration + 1
    metrics = pytest.importorskip("sklearn.metrics")
    assert metrics.roc_auc_score(y[1000:], model.predict_proba(X[1000:])[:, 1]) == pytest.approx(
        model.best_score, abs=1e-12
    )
    with pytest.raises(ValueError, match="early_stopping_rounds"):
        GradientBoostedTreesClassifier(early_stopping_rounds=3).fit(X, y)
    with pytest.raises(AttributeError, match="early stopping"):
        _ = GradientBoostedTreesClassifier(n_estimators=2).fit(X, y).best_iteration


@pytest.mark.parametrize(
    ("metric", "kind"),
    [("logloss", 2), ("error", 2), ("auc", 2), ("mlogloss", 3), ("merror", 3), ("rmse", 0), ("mae", 0)],
)
def test_evaluation_metrics_are_those_of_scikit_learn(metric: str, kind: int) -> None:
    sk = pytest.importorskip("sklearn.metrics")
    X, score = table()
    weight = np.random.default_rng(1).random(len(X))
    y = classes(score, tuple(range(kind))) if kind else score
    estimator = GradientBoostedTreesClassifier if kind else GradientBoostedTreesRegressor
    model = estimator(n_estimators=5, eval_metric=metric).fit(X, y, eval_set=[(X, y, weight)])
    found = model.evals_result_["validation_0"][metric][-1]
    label = model.predict(X)
    p = model.predict_proba(X) if kind else None
    expected = {
        "logloss": lambda: sk.log_loss(y, p, sample_weight=weight),
        "mlogloss": lambda: sk.log_loss(y, p, sample_weight=weight),
        "error": lambda: 1 - sk.accuracy_score(y, label, sample_weight=weight),
        "merror": lambda: 1 - sk.accuracy_score(y, label, sample_weight=weight),
        "auc": lambda: sk.roc_auc_score(y, p[:, 1], sample_weight=weight),
        "rmse": lambda: sk.mean_squared_error(y, label, sample_weight=weight) ** 0.5,
        "mae": lambda: sk.mean_absolute_error(y, label, sample_weight=weight),
    }[metric]()
    assert found == pytest.approx(expected, rel=1e-9)


def test_callbacks_see_every_iteration_and_may_stop(capsys: pytest.CaptureFixture[str]) -> None:
    X, score = table()
    seen = []

    def stop(iteration: int, result: dict) -> bool:
        seen.append((iteration, result["validation_0"]["rmse"][-1]))
        return iteration == 4

    model = GradientBoostedTreesRegressor(n_estimators=50).fit(
        X, score, eval_set=[(X, score)], callbacks=[stop], verbose=2
    )
    assert [iteration for iteration, _ in seen] == [0, 1, 2, 3, 4]
    assert [value for _, value in seen] == model.evals_result_["validation_0"]["rmse"]
    assert model.n_iter_ == 5
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("[2/50]  validation_0 rmse ")
    assert lines[-1].startswith("[5/50]")

    def broken(iteration: int, result: dict) -> None:
        raise KeyError("mine")

    fresh = GradientBoostedTreesRegressor(n_estimators=50)
    with pytest.raises(KeyError, match="mine"):
        fresh.fit(X, score, callbacks=[broken])
    assert not hasattr(fresh, "_model")


def test_control_c_ends_a_fit_and_leaves_the_estimator_as_it_was() -> None:
    X, score = table(20_000)
    model = GradientBoostedTreesRegressor(n_estimators=3).fit(X, score)
    before = model.to_bytes()
    model.set_params(n_estimators=1_000_000)
    # A shell that runs the tests in the background has SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    begin = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, score)
    assert time.perf_counter() - begin < 3
    assert model.to_bytes() == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_estimators": -1}, "n_estimators: found -1"),
        ({"n_estimators": 2.5}, "n_estimators: found 2.5"),
        ({"learning_rate": 0}, "learning_rate: found 0"),
        ({"learning_rate": "fast"}, "learning_rate: found 'fast'"),
        ({"max_bin": 100000}, "max_bin: found 100000"),
        ({"grow_policy": "sideways"}, "grow_policy: found 'sideways'"),
        ({"subsample": 1.5}, "subsample: found 1.5"),
        ({"eval_metric": "mape"}, "eval_metric: found 'mape'"),
        ({"random_state": -4}, "random_state: found -4"),
        ({"importance_type": "size"}, "importance_type: found 'size'"),
    ],
)
def test_bad_parameters_are_named(change: dict, message: str) -> None:
    X, score = table(100)
    with pytest.raises(ValueError, match=message):
        GradientBoostedTreesRegressor(**change).fit(X, score)


def test_bad_data_is_named() -> None:
    X, score = table(100)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        GradientBoostedTreesRegressor().fit(X, score[:50])
    with pytest.raises(ValueError, match="y"):
        GradientBoostedTreesRegressor().fit(X, np.where(score > 0, np.nan, score))
    with pytest.raises(ValueError, match="sample_weight"):
        GradientBoostedTreesRegressor().fit(X, score, sample_weight=-np.ones(100))
    with pytest.raises(ValueError, match="Unknown label type"):
        GradientBoostedTreesClassifier().fit(X, score)
    with pytest.raises(ValueError, match="label that y does not have"):
        GradientBoostedTreesClassifier().fit(X, score > 0, eval_set=[(X, np.full(100, 7))])
    with pytest.raises(ValueError, match="eval_set"):
        GradientBoostedTreesRegressor().fit(X, score, eval_set=[(X[:, :2], score)])
    model = GradientBoostedTreesRegressor(n_estimators=2).fit(X, score)
    with pytest.raises(
        ValueError, match="X has 3 features, but GradientBoostedTreesRegressor is expecting 8"
    ):
        model.predict(X[:, :3])


def test_one_class_is_predicted_and_infinities_are_values() -> None:
    X, _ = table(50)
    X[0, 0], X[1, 0] = np.inf, -np.inf
    model = GradientBoostedTreesClassifier(n_estimators=3).fit(X, np.full(50, "only"))
    assert model.predict(X).tolist() == ["only"] * 50
    assert model.predict_proba(X).tolist() == [[1.0]] * 50
    y = np.where(np.isinf(X[:, 0]) & (X[:, 0] > 0), 100.0, 0.0)
    fitted = GradientBoostedTreesRegressor(n_estimators=60, min_child_weight=0).fit(X, y)
    assert fitted.predict(X)[0] > 90
    assert abs(fitted.predict(X)[1]) < 10


def test_float32_and_strided_inputs_give_the_same_model() -> None:
    X, score = table(1000)
    X = X.astype(np.float32)
    expected = GradientBoostedTreesRegressor(n_estimators=3).fit(X, score)
    wide = np.zeros((1000, 16), dtype=np.float64)
    wide[:, ::2] = X
    for same in (X.astype(np.float64), np.asfortranarray(X), wide[:, ::2], X.astype(">f4")):
        assert GradientBoostedTreesRegressor(n_estimators=3).fit(same, score) == expected
        assert expected.predict(same).tolist() == expected.predict(X).tolist()


def test_leaves_and_importances() -> None:
    X, score = table()
    model = GradientBoostedTreesClassifier(n_estimators=4).fit(X, classes(score, ("a", "b", "c")))
    leaves = model.apply(X)
    assert leaves.shape == (len(X), 12)
    assert len(np.unique(leaves[:, 0])) <= 64
    assert model.feature_importances_.sum() == pytest.approx(1)
    assert set(np.argsort(model.feature_importances_)[-3:]) == {0, 1, 2}
    assert model.get_feature_importances("weight").sum() > 12
    with pytest.raises(ValueError, match="importance_type"):
        model.get_feature_importances("depth")


# ---- quality ----------------------------------------------------------------------------------------------------


def codes(frame):  # type: ignore[no-untyped-def]
    import pandas

    return np.column_stack(
        [
            frame[c]
            if pandas.api.types.is_numeric_dtype(frame[c])
            else pandas.Categorical(frame[c]).codes.astype(float)
            for c in frame.columns
        ]
    ).astype(float)


def real_table(name: str) -> tuple[np.ndarray, np.ndarray]:
    pandas = pytest.importorskip("pandas")
    if name == "telco":
        frame = pandas.read_csv(DATA / "telco_churn.csv").drop(columns="customerID")
        frame["TotalCharges"] = pandas.to_numeric(frame["TotalCharges"], errors="coerce")
        return codes(frame.drop(columns="Churn")), (frame["Churn"] == "Yes").to_numpy().astype(int)
    if name == "adult":
        frame = pandas.read_csv(DATA / "adult_train.csv").iloc[:15000]
        return codes(frame.iloc[:, :-1]), frame.iloc[:, -1].astype(str).str.contains(
            ">50K"
        ).to_numpy().astype(int)
    if name == "diamonds":
        frame = pandas.read_csv(DATA / "diamonds.csv").sample(15000, random_state=0)
        return codes(frame.drop(columns="price")), frame["price"].to_numpy(float)
    values = np.loadtxt(DATA / f"{name}_train.tsv")
    return values[:, 1:], values[:, 0].astype(int)


@needs_data
@pytest.mark.parametrize("name", ["telco", "adult", "higgs_7k", "multiclass", "diamonds"])
@pytest.mark.quality
def test_losses_equal_those_of_xgboost(name: str) -> None:
    xgboost = pytest.importorskip("xgboost")
    X, y = real_table(name)
    shared = {"n_estimators": 40, "max_depth": 5, "learning_rate": 0.1, "n_jobs": 1}
    ours, theirs = [], []
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(y))
        train, test = order[: len(y) * 7 // 10], order[len(y) * 7 // 10 :]
        pairs = (
            ((GradientBoostedTreesRegressor, ours), (xgboost.XGBRegressor, theirs))
            if name == "diamonds"
            else ((GradientBoostedTreesClassifier, ours), (xgboost.XGBClassifier, theirs))
        )
        for kind, losses in pairs:
            model = kind(**shared).fit(X[train], y[train])
            if name == "diamonds":
                losses.append(np.sqrt(np.mean((model.predict(X[test]) - y[test]) ** 2)))
            else:
                losses.append(-np.mean(np.log(model.predict_proba(X[test])[np.arange(len(test)), y[test]])))
    assert np.mean(ours) < np.mean(theirs) * 1.01


def test_one_enormous_target_does_not_blur_the_others() -> None:
    X, score = table(5000)
    y = score.copy()
    y[3] = 1e6
    fitted = GradientBoostedTreesRegressor(n_estimators=80).fit(X, y)
    error = np.abs(fitted.predict(X) - y)
    assert np.median(error) < 0.25


@pytest.mark.parametrize("classes", [2, 3])
def test_going_on_from_a_model_is_one_long_fit(classes):
    rng = np.random.default_rng(4)
    X = rng.normal(size=(400, 3))
    y = np.array(["a", "b", "c"])[(X[:, 0] + rng.normal(size=400) > 0).astype(int) * (classes - 1)]
    y[:classes] = ["a", "b", "c"][:classes]
    settings = {"max_depth": 3, "subsample": 0.7, "random_state": 1}
    whole = GradientBoostedTreesClassifier(n_estimators=9, **settings).fit(X, y)
    first = GradientBoostedTreesClassifier(n_estimators=4, **settings).fit(X, y)
    both = GradientBoostedTreesClassifier(n_estimators=5, **settings).fit(X, y, init_model=first)
    assert both._model == whole._model
    assert both.n_iter_ == 9
    assert first.n_iter_ == 4
    with pytest.raises(ValueError, match="init_model: found other classes"):
        GradientBoostedTreesClassifier(n_estimators=5).fit(X, np.where(y == "a", "x", "z"), init_model=first)
    with pytest.raises(TypeError, match="init_model: found int"):
        GradientBoostedTreesClassifier().fit(X, y, init_model=3)


def test_a_time_limit_ends_the_fit_after_an_iteration():
    X = np.arange(200.0).reshape(-1, 1)
    model = GradientBoostedTreesRegressor(n_estimators=1_000_000, max_depth=1)
    assert 1 <= model.fit(X, X[:, 0], time_limit=0.05).n_iter_ < 1_000_000
    for limit in (0, -1, "soon"):
        with pytest.raises(ValueError, match="time_limit: found"):
            model.fit(X, X[:, 0], time_limit=limit)


def test_progress_says_how_much_time_is_left(capsys):
    X = np.arange(200.0).reshape(-1, 1)
    GradientBoostedTreesRegressor(n_estimators=4).fit(X, X[:, 0], verbose=1)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert all("s left" in line for line in lines[:3])
    assert "left" not in lines[3]


def test_symmetric_trees_learn_and_are_predicted_alike_in_small_and_large_batches():
    rng = np.random.default_rng(5)
    X = rng.normal(size=(3000, 5))
    X[rng.random(X.shape) < 0.1] = np.nan
    y = (np.nan_to_num(X[:, 0]) * np.nan_to_num(X[:, 1]) > 0).astype(int)
    model = GradientBoostedTreesClassifier(n_estimators=30, grow_policy="symmetric", max_depth=4).fit(X, y)
    assert (model.predict(X) == y).mean() > 0.85
    together = model.predict_proba(X)
    apart = np.vstack([model.predict_proba(X[i : i + 100]) for i in range(0, 3000, 100)])
    assert (together == apart).all()
    with pytest.raises(ValueError, match="max_depth: found 0"):
        GradientBoostedTreesClassifier(grow_policy="symmetric", max_depth=0).fit(X, y)

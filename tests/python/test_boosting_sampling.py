from __future__ import annotations

import numpy as np
import pytest

from colonnade.boosting import GradientBoostedTreesClassifier, GradientBoostedTreesRegressor

SAMPLED = [
    {"subsample": 0.4},
    {"sampling_method": "goss", "learning_rate": 1.0},
    {"sampling_method": "mvs", "subsample": 0.3},
    {"pos_bagging_fraction": 0.9, "neg_bagging_fraction": 0.3},
    {"colsample_bytree": 0.8, "colsample_bylevel": 0.7, "colsample_bynode": 0.6},
    {"colsample_bynode": 0.5, "feature_weights": [1, 2, 3, 4, 0, 1, 1, 1]},
    {"num_parallel_tree": 3, "subsample": 0.5},
]


def table(rows: int = 4000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    X = random.normal(size=(rows, 8))
    score = X[:, 0] * X[:, 1] + np.sin(2 * X[:, 2]) + 0.5 * X[:, 3] + 0.3 * random.normal(size=rows)
    X[random.random(X.shape) < 0.05] = np.nan
    return X, score


def log_loss(model: object, X: np.ndarray, y: np.ndarray) -> float:
    p = model.predict_proba(X)[:, 1]  # type: ignore[attr-defined]
    return float(-np.mean(np.where(y, np.log(p), np.log1p(-p))))


@pytest.mark.parametrize("change", SAMPLED, ids=str)
def test_threads_do_not_change_a_bit_of_a_sampled_model(change: dict) -> None:
    X, score = table(20_000)
    models = [
        GradientBoostedTreesClassifier(n_estimators=4, n_jobs=threads, **change).fit(X, score > 0)
        for threads in (1, 2, 3, 7)
    ]
    assert len({model.to_bytes() for model in models}) == 1
    other = GradientBoostedTreesClassifier(n_estimators=4, random_state=1, **change).fit(X, score > 0)
    assert other.to_bytes() != models[0].to_bytes()


@pytest.mark.parametrize("change", SAMPLED, ids=str)
def test_parameters_of_sampling_come_back_from_a_file(change: dict) -> None:
    X, score = table(500)
    model = GradientBoostedTreesClassifier(n_estimators=5, **change).fit(X, score > 0)
    loaded = GradientBoostedTreesClassifier.from_bytes(model.to_bytes())
    for name, value in change.items():
        assert loaded.get_params()[name] == value
    assert loaded == model
    assert loaded.n_iter_ == model.n_iter_ == 5
    assert loaded.apply(X).shape == (500, 5 * change.get("num_parallel_tree", 1))


def test_gradient_based_is_another_name_of_mvs() -> None:
    X, score = table(1000)
    models = [
        GradientBoostedTreesRegressor(n_estimators=5, sampling_method=name, subsample=0.3).fit(X, score)
        for name in ("mvs", "gradient_based")
    ]
    assert models[0] == models[1]


def test_shares_of_one_are_no_sampling() -> None:
    X, score = table(1000)
    whole = GradientBoostedTreesRegressor(n_estimators=5).fit(X, score)
    for change in (
        {"sampling_method": "mvs"},
        {"sampling_method": "goss", "top_rate": 0.5, "other_rate": 0.5},
        {"feature_weights": np.ones(8)},
    ):
        model = GradientBoostedTreesRegressor(n_estimators=5, **change).fit(X, score)
        assert model.predict(X).tolist() == whole.predict(X).tolist()


def test_columns_without_weight_are_never_used() -> None:
    X, score = table()
    weights = np.array([0, 1, 0, 1, 1, 0, 2, 1])
    for share in (1, 0.5):
        model = GradientBoostedTreesRegressor(
            n_estimators=10, feature_weights=weights, colsample_bytree=share
        ).fit(X, score)
        assert model.feature_importances_[weights == 0].sum() == 0
        assert model.feature_importances_[3] > 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"sampling_method": "best"},
            "sampling_method: found 'best', expected 'uniform', 'goss', 'mvs' or 'weighted'",
        ),
        ({"sampling_method": "goss", "subsample": 0.5}, "subsample: found 0.5"),
        ({"top_rate": 1.5}, "top_rate: found 1.5"),
        ({"other_rate": 0.9}, "other_rate: found 0.9"),
        ({"pos_bagging_fraction": 0}, "pos_bagging_fraction: found 0"),
        ({"neg_bagging_fraction": 0.5}, "neg_bagging_fraction"),
        ({"colsample_bylevel": 0}, "colsample_bylevel: found 0"),
        ({"colsample_bynode": 2}, "colsample_bynode: found 2"),
        ({"num_parallel_tree": 0}, "num_parallel_tree: found 0"),
        ({"num_parallel_tree": 1.5}, "num_parallel_tree: found 1.5"),
        ({"feature_weights": [1, 2]}, "feature_weights: found 2 values, expected 8"),
        ({"feature_weights": [0] * 8}, "feature_weights: found only zeros"),
        ({"feature_weights": [-1] * 8}, "feature_weights: found -1"),
        ({"feature_weights": ["a"] * 8}, "feature_weights: expected a number for each column"),
        ({"feature_weights": 3}, "feature_weights: expected a number for each column"),
    ],
)
def test_bad_parameters_of_sampling_are_named(change: dict, message: str) -> None:
    X, score = table(100)
    with pytest.raises(ValueError, match=message):
        GradientBoostedTreesRegressor(**change).fit(X, score)


# ---- quality ----------------------------------------------------------------------------------------------------


def split(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    X, score = table(12_000, seed)
    y = score > 0
    return X[:6000], y[:6000], X[6000:], y[6000:]


SHARED = {"n_estimators": 60, "learning_rate": 0.1, "max_depth": 5, "n_jobs": 1}


def losses(kind: type, **parameters: object) -> float:
    """Mean over tables and samples: that of one sample is a per cent or more from it."""
    found = []
    for seed in range(3):
        X, y, X2, y2 = split(seed)
        for state in range(4):
            model = kind(random_state=10 * state + seed, **SHARED, **parameters)
            found.append(log_loss(model.fit(X, y), X2, y2))
    return float(np.mean(found))


@pytest.mark.parametrize(
    "change",
    [
        {"subsample": 0.5},
        {"subsample": 0.3, "sampling_method": "gradient_based"},
        {"colsample_bylevel": 0.8, "colsample_bynode": 0.8},
        {"num_parallel_tree": 3, "subsample": 0.5, "colsample_bynode": 0.7},
        {"feature_weights": [4, 4, 4, 4, 1, 1, 1, 1], "colsample_bynode": 0.5},
    ],
    ids=str,
)
@pytest.mark.quality
def test_losses_with_samples_are_those_of_xgboost(change: dict) -> None:
    xgboost = pytest.importorskip("xgboost", minversion="3.2")
    theirs = losses(xgboost.XGBClassifier, tree_method="hist", **change)
    assert losses(GradientBoostedTreesClassifier, **change) < 1.03 * theirs


def test_losses_with_goss_are_those_of_lightgbm() -> None:
    lightgbm = pytest.importorskip("lightgbm")
    theirs = losses(
        lightgbm.LGBMClassifier,
        data_sample_strategy="goss",
        num_leaves=32,
        min_child_samples=1,
        min_child_weight=1,
        reg_lambda=1,
        verbose=-1,
    )
    assert losses(GradientBoostedTreesClassifier, sampling_method="goss") < 1.03 * theirs


@pytest.mark.quality
def test_losses_of_a_random_forest_are_those_of_xgboost() -> None:
    xgboost = pytest.importorskip("xgboost")
    forest = {"num_parallel_tree": 60, "subsample": 0.8, "colsample_bynode": 0.8, "max_depth": 8}
    X, y, X2, y2 = split(0)
    ours = GradientBoostedTreesClassifier(n_estimators=1, learning_rate=1.0, **forest).fit(X, y)
    theirs = xgboost.XGBClassifier(n_estimators=1, learning_rate=1.0, tree_method="hist", **forest).fit(X, y)
    assert ours.n_iter_ == 1
    assert log_loss(ours, X2, y2) == pytest.approx(log_loss(theirs, X2, y2), rel=0.02)


@pytest.mark.quality
def test_samples_by_gradient_lose_little_against_all_rows() -> None:
    whole = losses(GradientBoostedTreesClassifier)
    for change in ({"sampling_method": "goss"}, {"sampling_method": "mvs", "subsample": 0.3}):
        assert losses(GradientBoostedTreesClassifier, **change) < 1.03 * whole

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from boosting_data import table

import colonnade
from colonnade._estimator import clone
from colonnade.boosting import GradientBoostedTreesClassifier, GradientBoostedTreesRegressor

NUMBERS = {
    "reg:squarederror": {},
    "count:poisson": {"max_delta_step": 0.5},
    "reg:quantileerror": {"quantile_alpha": 0.8},
    "reg:absoluteerror": {},
}


def counts(score: np.ndarray, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).poisson(np.exp(0.8 * score)).astype(float)


def target(objective: str, score: np.ndarray) -> np.ndarray:
    return counts(score) if objective == "count:poisson" else score


def deviance(y: np.ndarray, mean: np.ndarray) -> float:
    return float(2 * np.mean(mean - y + y * np.log(np.where(y > 0, y, 1) / mean)))


def pinball(y: np.ndarray, q: np.ndarray, alpha: float) -> float:
    return float(np.mean(np.maximum(alpha * (y - q), (alpha - 1) * (y - q))))


@pytest.mark.parametrize("objective", NUMBERS)
def test_objectives_are_kept_by_saving_cloning_and_pickling(objective: str, tmp_path: Path) -> None:
    X, score = table()
    y = target(objective, score)
    model = GradientBoostedTreesRegressor(objective=objective, n_estimators=5, **NUMBERS[objective]).fit(X, y)
    model.save(tmp_path / "model.colonnade")
    loaded = colonnade.load(tmp_path / "model.colonnade")
    assert isinstance(loaded, GradientBoostedTreesRegressor)
    assert loaded == model
    assert loaded.predict(X).tolist() == model.predict(X).tolist()
    assert loaded.fit(X, y) == model
    assert clone(model).fit(X, y) == model
    assert pickle.loads(pickle.dumps(model)).predict(X).tolist() == model.predict(X).tolist()
    for threads in (1, 2, 3, 7):
        assert clone(model).set_params(n_jobs=threads).fit(X, y).to_bytes() == model.to_bytes()


@pytest.mark.parametrize(
    ("objective", "metric"),
    [
        ("count:poisson", "poisson-nloglik"),
        ("count:poisson", "rmse"),
        ("count:poisson", "mae"),
        ("reg:quantileerror", "quantile"),
        ("reg:absoluteerror", "mae"),
    ],
)
def test_metrics_are_those_of_the_predictions(objective: str, metric: str) -> None:
    special = pytest.importorskip("scipy.special")
    X, score = table()
    y = target(objective, score)
    weight = np.random.default_rng(1).random(len(X))
    model = GradientBoostedTreesRegressor(
        objective=objective, n_estimators=5, eval_metric=metric, **NUMBERS[objective]
    )
    model.fit(X, y, eval_set=[(X, y, weight)])
    p = model.predict(X)
    losses = {
        "poisson-nloglik": lambda: p - y * np.log(p) + special.gammaln(y + 1),
        "rmse": lambda: (y - p) ** 2,
        "mae": lambda: np.abs(y - p),
        "quantile": lambda: np.maximum(0.8 * (y - p), -0.2 * (y - p)),
    }[metric]()
    expected = np.average(losses, weights=weight)
    found = model.evals_result_["validation_0"][metric][-1]
    assert found == pytest.approx(expected**0.5 if metric == "rmse" else expected, rel=1e-9)
    default = GradientBoostedTreesRegressor(objective=objective, n_estimators=1, **NUMBERS[objective])
    default.fit(X, y, eval_set=[(X, y)])
    usual = {"count:poisson": "poisson-nloglik", "reg:quantileerror": "quantile", "reg:absoluteerror": "mae"}
    assert list(default.evals_result_["validation_0"]) == [usual[objective]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"objective": "reg:gamma"}, "objective: found 'reg:gamma', expected 'reg:squarederror'"),
        ({"objective": "binary:logistic"}, "objective: found 'binary:logistic'"),
        ({"objective": "custom"}, "objective: found 'custom'"),
        ({"objective": 3}, "objective: found 3"),
        ({"objective": "reg:quantileerror"}, "quantile_alpha: found none"),
        ({"objective": "reg:quantileerror", "quantile_alpha": 1}, "quantile_alpha: found 1"),
        ({"objective": "reg:quantileerror", "quantile_alpha": "half"}, "quantile_alpha: found 'half'"),
        ({"quantile_alpha": 0.5}, "quantile_alpha: found 0.5.*none for this objective"),
        ({"max_delta_step": 0.5}, "max_delta_step: found 0.5.*none for this objective"),
        ({"objective": "count:poisson", "max_delta_step": -1}, "max_delta_step: found -1"),
        ({"objective": "count:poisson", "base_score": 0}, "base_score: found 0.*a positive number"),
        ({"objective": "count:poisson", "eval_metric": "quantile"}, "eval_metric: found 'quantile'"),
    ],
)
def test_bad_parameters_are_named(change: dict, message: str) -> None:
    X, score = table(100)
    with pytest.raises(ValueError, match=message):
        GradientBoostedTreesRegressor(**change).fit(X, np.abs(score))


def test_bad_targets_are_named() -> None:
    X, score = table(100)
    with pytest.raises(ValueError, match=r"y: found -.*a number from 0 to 1e60"):
        GradientBoostedTreesRegressor(objective="count:poisson").fit(X, score)
    with pytest.raises(ValueError, match="y: found only zeros"):
        GradientBoostedTreesRegressor(objective="count:poisson").fit(X, np.zeros(100))
    with pytest.raises(ValueError, match="objective: found 'binary:logistic' for 3 classes"):
        GradientBoostedTreesClassifier(objective="binary:logistic").fit(X, np.arange(100) % 3)


def test_softmax_of_two_classes_is_chosen_by_name() -> None:
    X, score = table()
    y = np.where(score > 0, "yes", "no")
    model = GradientBoostedTreesClassifier(objective="multi:softprob", n_estimators=10).fit(X, y)
    assert model.decision_function(X).shape == (len(X), 2)
    assert model.score(X, y) > 0.8
    loaded = colonnade.from_bytes(model.to_bytes())
    assert loaded.objective == "multi:softprob"
    again = GradientBoostedTreesClassifier(objective="binary:logistic", n_estimators=10).fit(X, y)
    assert again == GradientBoostedTreesClassifier(n_estimators=10).fit(X, y)


# ---- custom -----------------------------------------------------------------------------------------------------


def squared(y: np.ndarray, m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return m - y, np.ones_like(y)


def test_a_callable_of_squared_errors_gives_the_model_of_squared_errors() -> None:
    X, score = table()
    weight = np.random.default_rng(1).random(len(X))

    def weighted(y: np.ndarray, m: np.ndarray, sample_weight: np.ndarray | None = None) -> tuple:
        w = np.ones(len(y)) if sample_weight is None else sample_weight
        return (m - y) * w, w

    for w in (None, weight):
        expected = GradientBoostedTreesRegressor(n_estimators=10, base_score=0).fit(X, score, sample_weight=w)
        for function in (squared, weighted):
            model = GradientBoostedTreesRegressor(objective=function, n_estimators=10)
            model.fit(X, score, sample_weight=w, eval_set=[(X, score)])
            np.testing.assert_allclose(model.predict(X), expected.predict(X), atol=1e-3)
            assert list(model.evals_result_["validation_0"]) == ["rmse"]
            assert clone(model).fit(X, score, sample_weight=w).to_bytes() == model.to_bytes()


def test_a_callable_sees_margins_and_targets_in_shapes_as_xgboost_gives_them() -> None:
    X, score = table()
    seen = []

    def softmax(y: np.ndarray, m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        seen.append((y.copy(), m.copy()))
        p = np.exp(m - m.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        m[:] = 0  # a copy: nobody minds
        return p - np.eye(3)[y.astype(int)], p * (1 - p)

    def logistic(y: np.ndarray, m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        seen.append((y.copy(), m.copy()))
        p = 1 / (1 + np.exp(-m))
        return p - y, p * (1 - p)

    names = np.array(["a", "b", "c"])
    y = names[np.searchsorted([-0.5, 0.5], score)]
    model = GradientBoostedTreesClassifier(objective=softmax, n_estimators=8).fit(X, y)
    assert seen[0][1].shape == (len(X), 3)
    assert not seen[0][1].any()
    assert (names[seen[0][0].astype(int)] == y).all()
    same = GradientBoostedTreesClassifier(n_estimators=8, base_score=0).fit(X, y)
    np.testing.assert_allclose(model.decision_function(X), same.decision_function(X), atol=1e-2)
    np.testing.assert_allclose(
        seen[-1][1], clone(model).set_params(n_estimators=7).fit(X, y).decision_function(X)
    )
    assert (model.predict(X) == names[model.decision_function(X).argmax(1)]).all()

    seen.clear()
    model = GradientBoostedTreesClassifier(objective=logistic, n_estimators=8).fit(X, score > 0)
    assert seen[0][1].shape == (len(X),)
    assert set(seen[0][0]) == {0.0, 1.0}
    same = GradientBoostedTreesClassifier(n_estimators=8, base_score=0.5).fit(X, score > 0)
    np.testing.assert_allclose(model.decision_function(X), same.decision_function(X), atol=1e-2)
    assert (model.predict(X) == (model.decision_function(X) > 0)).all()
    with pytest.raises(ValueError, match="predict_proba: found a model of a custom objective"):
        model.predict_proba(X)


def test_a_saved_model_knows_that_its_objective_was_custom() -> None:
    X, score = table()
    for model in (
        GradientBoostedTreesRegressor(objective=squared, n_estimators=3).fit(X, score),
        GradientBoostedTreesClassifier(objective=squared, n_estimators=3).fit(X, score > 0),
    ):
        loaded = type(model).from_bytes(model.to_bytes())
        assert loaded.objective == "custom"
        assert loaded.predict(X).tolist() == model.predict(X).tolist()
        with pytest.raises(ValueError, match=r"objective: found 'custom', expected .* or a callable"):
            loaded.fit(X, score > 0)


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (lambda y, m: m - y, "objective: found ndarray, expected a pair"),
        (lambda y, m: (m - y,), "objective: found tuple, expected a pair"),
        (lambda y, m: (m[:5], m), r"objective: found a gradient of shape \(5,\), expected \(100,\)"),
        (lambda y, m: (m, np.ones((100, 2))), r"objective: found a Hessian of shape \(100, 2\)"),
        (lambda y, m: (m * np.nan, np.ones(100)), "objective: found nan as a gradient.*row 0"),
        (lambda y, m: (m - np.inf, np.ones(100)), "objective: found -inf as a gradient"),
        (lambda y, m: (m, np.where(y == y[7], -2.0, 1.0)), "objective: found -2.0* as a Hessian.*row 7"),
        (lambda y, m: (m, np.full(100, np.nan)), "objective: found nan as a Hessian"),
    ],
)
def test_what_a_callable_may_not_return_is_named(result, message: str) -> None:  # type: ignore[no-untyped-def]
    X, score = table(100)
    model = GradientBoostedTreesRegressor(n_estimators=2).fit(X, score)
    before = model.to_bytes()
    model.set_params(objective=result)
    with pytest.raises(ValueError, match=message) as caught:
        model.fit(X, score)
    assert "\n" not in str(caught.value)
    assert model.to_bytes() == before


def test_an_error_in_a_callable_comes_through_and_leaves_the_estimator_as_it_was() -> None:
    X, score = table()
    calls = []

    def broken(y: np.ndarray, m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        calls.append(1)
        if len(calls) == 4:
            raise KeyError("mine")
        return squared(y, m)

    fresh = GradientBoostedTreesRegressor(objective=broken)
    with pytest.raises(KeyError, match="mine"):
        fresh.fit(X, score)
    assert len(calls) == 4
    assert not hasattr(fresh, "_model")


# ---- XGBoost ----------------------------------------------------------------------------------------------------


def both(y: np.ndarray, X: np.ndarray, **parameters: object) -> tuple[list, list, np.ndarray]:
    """Predictions of the second half after learning from the first, ours and XGBoost's, over three shuffles."""
    xgboost = pytest.importorskip("xgboost")
    ours, theirs, rows = [], [], []
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(y))
        train, test = order[: len(y) // 2], order[len(y) // 2 :]
        rows.append(test)
        model = GradientBoostedTreesRegressor(n_jobs=1, **parameters).fit(X[train], y[train])
        ours.append(model.predict(X[test]))
        theirs.append(xgboost.XGBRegressor(n_jobs=1, **parameters).fit(X[train], y[train]).predict(X[test]))
    return ours, theirs, np.array(rows)


@pytest.mark.parametrize(
    ("spread", "most", "step", "tolerance"),
    [
        (0.5, 1.0, None, 0.005),
        (0.5, 1.0, 0.0, 0.005),
        (3.0, 4.0, None, 0.01),
    ],  # the last: means from 0.02 to 55
)
@pytest.mark.quality
def test_the_deviance_of_counts_is_that_of_xgboost(
    spread: float, most: float, step: float | None, tolerance: float
) -> None:
    X, score = table(20_000)
    y = np.random.default_rng(1).poisson(np.exp(np.clip(spread * score, -most, most))).astype(float)
    more = {} if step is None else {"max_delta_step": step}
    ours, theirs, rows = both(
        y, X, objective="count:poisson", n_estimators=60, max_depth=5, learning_rate=0.1, **more
    )
    a = np.mean([deviance(y[r], p) for r, p in zip(rows, ours, strict=True)])
    b = np.mean([deviance(y[r], p.astype(float)) for r, p in zip(rows, theirs, strict=True)])
    assert a < b * (1 + tolerance)


@pytest.mark.parametrize("alpha", [0.1, 0.5, 0.9])
@pytest.mark.quality
def test_the_pinball_loss_is_that_of_xgboost(alpha: float) -> None:
    X, score = table(20_000)
    parameters = {"n_estimators": 100, "max_depth": 5, "learning_rate": 0.1}
    ours, theirs, rows = both(score, X, objective="reg:quantileerror", quantile_alpha=alpha, **parameters)
    a = np.mean([pinball(score[r], p, alpha) for r, p in zip(rows, ours, strict=True)])
    b = np.mean([pinball(score[r], p, alpha) for r, p in zip(rows, theirs, strict=True)])
    assert a < b * 1.01
    if alpha == 0.5:
        ours, theirs, rows = both(score, X, objective="reg:absoluteerror", **parameters)
        a = np.mean([np.abs(score[r] - p).mean() for r, p in zip(rows, ours, strict=True)])
        b = np.mean([np.abs(score[r] - p).mean() for r, p in zip(rows, theirs, strict=True)])
        assert a < b * 1.01


def test_a_callable_learns_as_it_does_in_xgboost() -> None:
    X, score = table(10_000)

    def cosh(y: np.ndarray, m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        slope = np.tanh(m - y)
        return slope, 1 - slope**2 + 1e-3

    ours, theirs, rows = both(score, X, objective=cosh, n_estimators=50, max_depth=5, base_score=0.0)
    a = np.mean([np.log(np.cosh(score[r] - p)).mean() for r, p in zip(rows, ours, strict=True)])
    b = np.mean([np.log(np.cosh(score[r] - p)).mean() for r, p in zip(rows, theirs, strict=True)])
    assert a < b * 1.01

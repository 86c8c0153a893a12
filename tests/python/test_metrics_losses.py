from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from colonnade import metrics

sk = pytest.importorskip("sklearn.metrics")

# Warnings that are not compared: of numpy's arithmetic, and of what an earlier test left to the garbage collector.
OTHERS = (RuntimeWarning, ResourceWarning)


def outcome(function: Any, *args: Any, **kwargs: Any) -> tuple[Any, list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = function(*args, **kwargs)
        except ValueError:
            return ValueError, []
    return result, sorted({w.category.__name__ for w in caught if not issubclass(w.category, OTHERS)})


def compare(name: str, *args: Any, rtol: float = 1e-12, **kwargs: Any) -> None:
    ours, theirs = (
        outcome(getattr(metrics, name), *args, **kwargs),
        outcome(getattr(sk, name), *args, **kwargs),
    )
    if ours[0] is ValueError or theirs[0] is ValueError:
        assert ours[0] is theirs[0], (name, ours, theirs)
        return
    assert ours[1] == theirs[1], (name, ours, theirs)
    np.testing.assert_allclose(ours[0], theirs[0], rtol=rtol, atol=1e-14)


@pytest.mark.parametrize("seed", range(30))
def test_losses_of_two_classes_are_those_of_scikit_learn(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = int(random.integers(2, 60))
    codes, proba = random.integers(0, 2, rows), random.random(rows)
    proba[0] = seed % 2
    weight = [None, random.random(rows), np.zeros(rows)][seed % 3]
    for y in (codes, np.array(["no", "yes"])[codes], codes * 2 - 1, codes.astype(bool)):
        for p in (proba, np.column_stack([1 - proba, proba]), proba.reshape(-1, 1)):
            compare("log_loss", y, p, sample_weight=weight)
            compare("log_loss", y, p, sample_weight=weight, normalize=False)
            compare("brier_score_loss", y, p, sample_weight=weight)
            compare("brier_score_loss", y, p, sample_weight=weight, pos_label=y[0], scale_by_half=False)
    compare("log_loss", codes, proba.astype("float32"), rtol=1e-5)
    compare("log_loss", codes, proba * 1.1)
    compare("log_loss", codes, np.column_stack([proba, proba]))


@pytest.mark.parametrize("seed", range(15))
def test_losses_of_several_classes_are_those_of_scikit_learn(seed: int) -> None:
    random = np.random.default_rng(seed)
    y = random.integers(0, 3, 40)
    proba = random.random((40, 3))
    proba /= proba.sum(axis=1, keepdims=True)
    weight = random.random(40) if seed % 2 else None
    names = np.array(["a", "b", "c"])
    compare("log_loss", y, proba, sample_weight=weight)
    compare("log_loss", names[y], proba, sample_weight=weight)
    compare("brier_score_loss", y, proba, sample_weight=weight)
    compare("brier_score_loss", y, proba, sample_weight=weight, scale_by_half=True)
    fewer = np.where(y == 2, 0, y)
    compare("log_loss", fewer, proba)
    compare("log_loss", fewer, proba, labels=[0, 1, 2])
    compare("log_loss", fewer, proba, labels=[0, 2, 1])
    compare("log_loss", y, proba, labels=[0, 1])
    compare("log_loss", np.zeros(40, int), proba[:, 0])
    compare("log_loss", np.zeros(40, int), proba[:, 0], labels=[0, 1])


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64"])
def test_regression_metrics_are_those_of_scikit_learn(seed: int, dtype: str) -> None:
    random = np.random.default_rng(seed)
    rows, outputs = int(random.integers(1, 60)), int(random.integers(1, 4))
    shape = (rows,) if outputs == 1 else (rows, outputs)
    truth = (random.normal(size=shape) * 10).astype(dtype)
    guess = (random.normal(size=shape) * 10).astype(dtype)
    constant = seed % 5 == 0
    if constant:
        truth[...] = 3
    if seed % 10 == 0:
        guess = truth.copy()
    # scikit-learn's weighted mean of a constant is not that constant, and its r2 then a number of 32 digits.
    weight = random.random(rows) if seed % 2 and not constant else None
    rtol = 1e-4 if dtype == "float32" else 1e-11
    for how in ("raw_values", "uniform_average", np.arange(1, outputs + 1), None):
        for name in ("mean_squared_error", "root_mean_squared_error", "mean_absolute_error"):
            if how is None:
                compare(name, truth, guess, sample_weight=weight, rtol=rtol)
            else:
                compare(name, truth, guess, sample_weight=weight, multioutput=how, rtol=rtol)
    for how in ("raw_values", "uniform_average", "variance_weighted"):
        for finite in (True, False):
            options = {"sample_weight": weight, "multioutput": how, "force_finite": finite}
            compare("r2_score", truth, guess, rtol=rtol, **options)


def test_a_constant_target_is_constant_for_any_weights() -> None:
    weight = np.random.default_rng(0).random(50)
    assert metrics.r2_score(np.full(50, 3.1), np.arange(50), sample_weight=weight) == 0
    assert metrics.r2_score(np.full(50, 3.1), np.full(50, 3.1), sample_weight=weight) == 1


def test_a_large_offset_costs_no_digits() -> None:
    random = np.random.default_rng(0)
    truth = random.normal(size=1000) + 1e9
    guess = truth + random.normal(size=1000) * 0.1
    assert metrics.r2_score(truth, guess) == pytest.approx(sk.r2_score(truth - 1e9, guess - 1e9), abs=1e-7)


def test_results_do_not_depend_on_the_number_of_threads() -> None:
    import colonnade

    random = np.random.default_rng(0)
    y, proba = random.integers(0, 2, 200_001), random.random(200_001)
    results = set()
    before = colonnade.default_threads()
    try:
        for threads in (1, 2, 3, 7):
            colonnade.set_default_threads(threads)
            results.add(
                (
                    metrics.log_loss(y, proba),
                    metrics.brier_score_loss(y, proba),
                    metrics.mean_squared_error(y, proba),
                    metrics.r2_score(y, proba),
                    metrics.roc_auc_score(y, proba),
                    metrics.roc_auc_interval(y, proba),
                )
            )
    finally:
        colonnade.set_default_threads(before)
    assert len(results) == 1


@pytest.mark.parametrize(
    ("name", "args", "message"),
    [
        ("log_loss", ([0, 1], [0.5, np.nan]), "y_proba contains NaN"),
        ("log_loss", ([0, 1], [0.5, 1.5]), "greater than 1"),
        ("log_loss", ([0, 1], [0.5, -0.5]), "lower than 0"),
        ("log_loss", ([0, 1], [0.5]), "inconsistent numbers"),
        ("log_loss", ([0, 0], [0.5, 0.5]), "only one label"),
        ("brier_score_loss", (["a", "b"], [0.5, 0.5]), "pos_label"),
        ("mean_squared_error", ([1, 2], [1]), "inconsistent numbers"),
        ("mean_squared_error", ([1, np.inf], [1, 2]), "y_true contains infinity"),
        ("mean_absolute_error", ([1, 2], [np.nan, 2]), "y_pred contains NaN"),
        ("mean_squared_error", ([], []), "0 sample"),
        ("r2_score", ([[1, 2]], [1]), "different number of output"),
    ],
)
def test_bad_arguments_are_refused_with_their_name(name: str, args: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        getattr(metrics, name)(*args)

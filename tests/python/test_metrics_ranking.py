from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from colonnade import metrics
from colonnade.exceptions import UndefinedMetricWarning

sk = pytest.importorskip("sklearn.metrics")

# Warnings that are not compared: of numpy's arithmetic, and of what an earlier test left to the garbage collector.
OTHERS = (RuntimeWarning, ResourceWarning)


def outcome(function: Any, *args: Any, **kwargs: Any) -> tuple[Any, list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = function(*args, **kwargs)
        except (ValueError, NotImplementedError) as error:
            return type(error), []
    return result, sorted({w.category.__name__ for w in caught if not issubclass(w.category, OTHERS)})


def compare(name: str, *args: Any, **kwargs: Any) -> None:
    ours, theirs = (
        outcome(getattr(metrics, name), *args, **kwargs),
        outcome(getattr(sk, name), *args, **kwargs),
    )
    if isinstance(theirs[0], type) or isinstance(ours[0], type):
        expected = theirs[0] if isinstance(theirs[0], type) else None
        assert isinstance(ours[0], type) and expected is not None, (name, ours, theirs)
        assert issubclass(ours[0], expected)
        return
    assert ours[1] == theirs[1], (name, ours, theirs)
    mine = ours[0] if isinstance(theirs[0], tuple) else (ours[0],)
    yours = theirs[0] if isinstance(theirs[0], tuple) else (theirs[0],)
    for a, b in zip(mine, yours, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)
        assert np.shape(a) == np.shape(b)


def scores_of(kind: int, random: np.random.Generator, rows: int) -> np.ndarray:
    if kind == 0:
        return random.random(rows)
    if kind == 1:
        return random.normal(size=rows) * 5
    if kind == 2:
        return random.integers(0, 4, rows).astype(float)
    if kind == 3:
        return random.random(rows).astype("float32")
    return np.where(random.random(rows) < 0.5, 0.0, -0.0)


@pytest.mark.parametrize("seed", range(60))
def test_two_classes_give_the_results_of_scikit_learn(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = int(random.integers(1, 80))
    low, high = [(0, 1), (-1, 1), (False, True), (0, 1)][seed % 4]
    y = np.where(random.random(rows) < 0.4, high, low)
    score = scores_of(seed % 5, random, rows)
    weight = [None, random.random(rows), random.integers(0, 3, rows), None][(seed // 3) % 4]
    for max_fpr in (None, 1.0, 0.3, 0.999, 0.01):
        compare("roc_auc_score", y, score, sample_weight=weight, max_fpr=max_fpr)
    for drop in (False, True):
        compare("roc_curve", y, score, sample_weight=weight, drop_intermediate=drop)
        compare("precision_recall_curve", y, score, sample_weight=weight, drop_intermediate=drop)
    compare("average_precision_score", y, score, sample_weight=weight)
    compare("roc_curve", y, score, pos_label=low, sample_weight=weight)


@pytest.mark.parametrize("seed", range(12))
def test_text_and_other_labels_give_the_results_of_scikit_learn(seed: int) -> None:
    random = np.random.default_rng(seed)
    codes, score = random.integers(0, 2, 40), random.random(40)
    for y in (np.array(["no", "yes"])[codes], np.array(["no", "yes"], dtype=object)[codes], codes * 5 + 3):
        compare("roc_auc_score", y, score)
        compare("roc_curve", y, score)
        compare("roc_curve", y, score, pos_label=y[0])
        compare("average_precision_score", y, score, pos_label=y[0])
        compare("average_precision_score", y, score)
    compare("roc_auc_score", codes.tolist(), score.tolist())
    compare("roc_curve", random.integers(0, 3, 40), score, pos_label=2)
    compare("roc_curve", random.integers(0, 3, 40), score)


@pytest.mark.parametrize("seed", range(12))
def test_several_classes_give_the_results_of_scikit_learn(seed: int) -> None:
    random = np.random.default_rng(seed)
    classes = 3 + seed % 3
    y = np.concatenate([np.arange(classes), random.integers(0, classes, 50)])
    proba = random.random((len(y), classes)).round(2) + 0.01
    proba /= proba.sum(axis=1, keepdims=True)
    weight = random.random(len(y)) if seed % 2 else None
    for average in ("macro", "weighted", "micro", "samples", None):
        for way in ("ovr", "ovo", "raise"):
            compare("roc_auc_score", y, proba, average=average, multi_class=way, sample_weight=weight)
            compare("roc_auc_score", y, proba, average=average, multi_class=way)
        compare("average_precision_score", y, proba, average=average, sample_weight=weight)
    names = np.array(["a", "b", "c", "d", "e"])
    compare("roc_auc_score", names[y], proba, multi_class="ovr", labels=names[:classes])
    compare("roc_auc_score", names[y], proba, multi_class="ovo", labels=names[:classes][::-1])
    compare("roc_auc_score", y, proba, multi_class="ovr", labels=np.arange(classes + 1))
    fewer = np.where(y == 0, 1, y)
    compare("roc_auc_score", fewer, proba, multi_class="ovr")
    compare("roc_auc_score", fewer, proba, multi_class="ovr", labels=np.arange(classes))
    compare("roc_auc_score", y, proba * 2, multi_class="ovr")
    compare("roc_auc_score", y, proba[:, 0], multi_class="ovr")
    compare("roc_auc_score", y, proba, multi_class="ovr", max_fpr=0.5)


@pytest.mark.parametrize("seed", range(8))
def test_indicator_matrices_give_the_results_of_scikit_learn(seed: int) -> None:
    random = np.random.default_rng(seed)
    y, score = random.integers(0, 2, (30, 3)), random.random((30, 3)).round(1)
    if seed == 7:
        y[:, 1] = 0
    weight = random.random(30) if seed % 2 else None
    for average in ("macro", "weighted", "micro", "samples", None):
        compare("roc_auc_score", y, score, average=average, sample_weight=weight)
        compare("roc_auc_score", y, score, average=average, max_fpr=0.4)
        compare("average_precision_score", y, score, average=average, sample_weight=weight)


def test_large_columns_give_the_results_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    for rows in (70_000, 300_000):
        y = random.integers(0, 2, rows)
        for score in (random.random(rows), random.normal(size=rows), random.random(rows).astype("float32")):
            compare("roc_auc_score", y, score)
        compare("roc_auc_score", y, random.random(rows).round(3))
        compare("average_precision_score", y, random.random(rows), sample_weight=random.random(rows))


def delong(y: np.ndarray, score: np.ndarray) -> tuple[float, float]:
    """The definition: variances of the shares of the other class that each row beats."""
    a, b = score[y == 1], score[y == 0]
    wins = (a[:, None] > b[None]) + 0.5 * (a[:, None] == b[None])
    by_positive, by_negative = wins.mean(axis=1), wins.mean(axis=0)
    variance = by_positive.var(ddof=1) / len(a) + by_negative.var(ddof=1) / len(b)
    return float(wins.mean()), float(np.sqrt(variance))


@pytest.mark.parametrize("seed", range(20))
def test_the_interval_is_delongs(seed: int) -> None:
    random = np.random.default_rng(seed)
    y = np.concatenate([[0, 0, 1, 1], random.integers(0, 2, 200)])
    score = scores_of(seed % 5, random, len(y)) + y * 0.3
    auc, error = delong(y, score)
    result = metrics.roc_auc_interval(y, score, confidence=0.9)
    assert result.auc == pytest.approx(auc, rel=1e-12)
    assert result.standard_error == pytest.approx(error, rel=1e-9)
    from scipy.stats import norm

    reach = norm.ppf(0.95) * error
    assert result.low == pytest.approx(max(0, auc - reach), rel=1e-9)
    assert result.high == pytest.approx(min(1, auc + reach), rel=1e-9)


def test_the_interval_of_a_perfect_score_is_a_point_and_of_one_class_is_not_defined() -> None:
    assert metrics.roc_auc_interval([0, 0, 1, 1], [1, 2, 3, 4])[:3] == (1, 1, 1)
    with pytest.warns(UndefinedMetricWarning):
        assert np.isnan(metrics.roc_auc_interval([1, 1], [0.1, 0.2]).low)
    with pytest.raises(ValueError, match="confidence"):
        metrics.roc_auc_interval([0, 1], [0.1, 0.2], confidence=1.5)


@pytest.mark.parametrize("seed", range(12))
def test_calibration_curves_are_those_of_scikit_learn(seed: int) -> None:
    from sklearn.calibration import calibration_curve

    random = np.random.default_rng(seed)
    y, proba = random.integers(0, 2, 100), random.random(100)
    proba[:3] = 0, 1, 0.5
    if seed % 3 == 0:
        proba = proba.round(1)
    for strategy in ("uniform", "quantile"):
        for bins in (1, 5, 10):
            ours = metrics.calibration_curve(y, proba, n_bins=bins, strategy=strategy)
            theirs = calibration_curve(y, proba, n_bins=bins, strategy=strategy)
            np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    with pytest.raises(ValueError, match=r"outside \[0, 1\]"):
        metrics.calibration_curve(y, proba + 1)
    with pytest.raises(ValueError, match="strategy"):
        metrics.calibration_curve(y, proba, strategy="equal")


@pytest.mark.parametrize(
    "name", ["roc_auc_score", "roc_curve", "average_precision_score", "roc_auc_interval"]
)
def test_scores_that_are_not_finite_are_refused(name: str) -> None:
    for bad, message in ((np.nan, "y_score contains NaN"), (np.inf, "y_score contains infinity")):
        with pytest.raises(ValueError, match=f"{message}.*row 2"):
            getattr(metrics, name)([0, 1, 1], [0.1, 0.2, bad])
    with pytest.raises(ValueError, match="inconsistent"):
        getattr(metrics, name)([0, 1], [0.1])


def test_bad_parameters_are_refused() -> None:
    y, score = [0, 1], [0.1, 0.2]
    for options in ({"max_fpr": 0}, {"max_fpr": 1.5}, {"average": "mean"}, {"multi_class": "all"}):
        with pytest.raises(ValueError, match=next(iter(options))):
            metrics.roc_auc_score(y, score, **options)
    with pytest.raises(ValueError, match="0 sample"):
        metrics.roc_auc_score([], [])


def test_strided_and_read_only_scores_are_read_where_they_are() -> None:
    random = np.random.default_rng(0)
    score = random.random((50, 2))[:, 0]
    score.flags.writeable = False
    y = random.integers(0, 2, 50)
    assert metrics.roc_auc_score(y, score) == metrics.roc_auc_score(y, score.copy())
    assert metrics.roc_auc_score(y, score[::-1][::-1]) == metrics.roc_auc_score(y, score.copy())
    assert metrics.roc_auc_score(y, score.astype(">f8")) == metrics.roc_auc_score(y, score.copy())

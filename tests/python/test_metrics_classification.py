from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from colonnade import metrics
from colonnade.exceptions import UndefinedMetricWarning

sk = pytest.importorskip("sklearn.metrics")


def labels_of(kind: str, codes: np.ndarray) -> Any:
    words = np.array(["no", "yes", "maybe", "ünclear", "z"])
    makers = {
        "int64": lambda: codes.astype("int64"),
        "int8": lambda: codes.astype("int8"),
        "uint16": lambda: codes.astype("uint16"),
        "big-endian": lambda: codes.astype(">i4"),
        "strided": lambda: np.repeat(codes, 3)[::3],
        "reversed": lambda: codes[::-1].copy()[::-1],
        "negative": lambda: codes.astype("int64") * 7 - 10,
        "far": lambda: codes.astype("int64") * 1_000_000_007,
        "float": lambda: codes.astype("float64"),
        "float32": lambda: codes.astype("float32"),
        "list": lambda: codes.tolist(),
        "text": lambda: words[codes],
        "objects": lambda: words[codes].astype(object),
        "text list": lambda: words[codes].tolist(),
        "series": lambda: pd.Series(words[codes], index=np.arange(len(codes))[::-1]),
        "categorical": lambda: pd.Series(pd.Categorical(words[codes], categories=words[::-1])),
        "number categorical": lambda: pd.Series(pd.Categorical(codes)),
        "polars": lambda: pl.Series(words[codes]),
        "polars int": lambda: pl.Series(codes),
        "column": lambda: codes.reshape(-1, 1),
    }
    return makers[kind]()


KINDS = [
    "int64", "int8", "uint16", "big-endian", "strided", "reversed", "negative", "far", "float", "float32", "list",
    "text", "objects", "text list", "series", "categorical", "number categorical", "polars", "polars int", "column",
]  # fmt: skip

# Warnings that are not compared: of numpy's arithmetic, and of what an earlier test left to the garbage collector.
OTHERS = (RuntimeWarning, ResourceWarning)


def outcome(function: Any, *args: Any, **kwargs: Any) -> tuple[Any, list[str]]:
    """Result (or the type of the error) and the warnings' categories."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = function(*args, **kwargs)
        except ValueError:
            result = ValueError
    return result, sorted(w.category.__name__ for w in caught if not issubclass(w.category, OTHERS))


def same(ours: Any, theirs: Any) -> None:
    if theirs[0] is ValueError or ours[0] is ValueError:
        assert ours[0] is theirs[0]
        return
    assert ours[1] == theirs[1]
    mine, yours = ours[0], theirs[0]
    if not isinstance(yours, tuple):
        mine, yours = (mine,), (yours,)
    for a, b in zip(mine, yours, strict=True):
        if b is None:
            assert a is None
            continue
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15)
        # scikit-learn counts in floats when no row is right.
        assert np.asarray(a).dtype == np.asarray(b).dtype or not isinstance(theirs[0], np.ndarray)
        assert np.shape(a) == np.shape(b)


def compare(name: str, *args: Any, **kwargs: Any) -> None:
    same(outcome(getattr(metrics, name), *args, **kwargs), outcome(getattr(sk, name), *args, **kwargs))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("classes", [1, 2, 4])
def test_every_kind_of_label_gives_the_results_of_scikit_learn(kind: str, classes: int) -> None:
    random = np.random.default_rng(classes)
    truth = labels_of(kind, random.integers(0, classes, 60))
    guess = labels_of(kind, random.integers(0, classes, 60))
    theirs = [x.to_numpy() if isinstance(x, pl.Series) else x for x in (truth, guess)]
    average = "macro"
    for name, options in [
        ("accuracy_score", {}),
        ("confusion_matrix", {}),
        ("balanced_accuracy_score", {}),
        ("matthews_corrcoef", {}),
        ("cohen_kappa_score", {}),
        ("f1_score", {"average": average}),
        ("precision_recall_fscore_support", {}),
    ]:
        same(
            outcome(getattr(metrics, name), truth, guess, **options),
            outcome(getattr(sk, name), *theirs, **options),
        )
    assert outcome(metrics.classification_report, truth, guess) == outcome(sk.classification_report, *theirs)


def test_booleans_are_labels() -> None:
    truth, guess = np.array([True, False, True]), np.array([True, True, True])
    compare("accuracy_score", truth, guess)
    compare("f1_score", truth, guess)
    compare("f1_score", truth, guess, pos_label=False)
    assert metrics.classification_report(truth, guess, zero_division=0) == sk.classification_report(
        truth, guess, zero_division=0
    )


@pytest.mark.parametrize("seed", range(40))
def test_random_cases_give_the_results_of_scikit_learn(seed: int) -> None:
    random = np.random.default_rng(seed)
    classes = int(random.integers(1, 6))
    rows = int(random.integers(1, 50))
    truth, guess = random.integers(0, classes, rows), random.integers(0, classes + (seed % 2), rows)
    weight = [None, random.random(rows), random.integers(0, 3, rows), np.zeros(rows)][seed % 4]
    options: dict[str, Any] = {"sample_weight": weight}
    labels = random.permutation(classes + 2)[: 1 + int(random.integers(0, classes + 1))]
    compare("accuracy_score", truth, guess, normalize=bool(seed % 3), **options)
    compare("balanced_accuracy_score", truth, guess, adjusted=bool(seed % 3), **options)
    compare("matthews_corrcoef", truth, guess, **options)
    for weights in (None, "linear", "quadratic"):
        compare("cohen_kappa_score", truth, guess, weights=weights, **options)
        compare("cohen_kappa_score", truth, guess, weights=weights, labels=labels, **options)
    for normalize in (None, "true", "pred", "all"):
        compare("confusion_matrix", truth, guess, normalize=normalize, **options)
        compare("confusion_matrix", truth, guess, normalize=normalize, labels=labels, **options)
    for average in (None, "binary", "micro", "macro", "weighted", "samples"):
        for zero in ("warn", 0, 1, np.nan):
            compare(
                "precision_recall_fscore_support",
                truth,
                guess,
                average=average,
                zero_division=zero,
                **options,
            )
            compare("precision_score", truth, guess, average=average, zero_division=zero, **options)
        compare("recall_score", truth, guess, average=average, labels=labels, **options)
        compare("fbeta_score", truth, guess, average=average, beta=2, labels=labels, **options)
        compare("fbeta_score", truth, guess, average=average, beta=0, **options)
        compare("fbeta_score", truth, guess, average=average, beta=np.inf, **options)
        compare("f1_score", truth, guess, average=average, pos_label=classes - 1, **options)


@pytest.mark.parametrize("seed", range(12))
def test_reports_are_those_of_scikit_learn(seed: int) -> None:
    random = np.random.default_rng(seed)
    classes = 2 + seed % 4
    truth, guess = random.integers(0, classes, 30), random.integers(0, classes, 30)
    weight = random.random(30) if seed % 3 == 0 else None
    names = [f"class number {c}" for c in range(classes)] if seed % 2 else None
    options: dict[str, Any] = {"target_names": names, "sample_weight": weight, "zero_division": 0}
    for digits in (0, 2, 5):
        ours = metrics.classification_report(truth, guess, digits=digits, **options)
        theirs = sk.classification_report(truth, guess, digits=digits, **options)
        if weight is None:  # sums of weights are printed with all digits, of which the last may differ
            assert ours == theirs
    ours, theirs = (
        f(truth, guess, output_dict=True, **options)
        for f in (metrics.classification_report, sk.classification_report)
    )
    assert ours.keys() == theirs.keys()
    for key, value in theirs.items():
        assert ours[key] == pytest.approx(value, rel=1e-12)
    labels = [0, 1, 7]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert metrics.classification_report(truth, guess, labels=labels) == sk.classification_report(
            truth, guess, labels=labels
        )
    with pytest.raises(ValueError, match="does not match size of target_names"):
        metrics.classification_report(truth, guess, target_names=["only one"])


@pytest.mark.parametrize("seed", range(6))
def test_indicator_matrices_give_the_results_of_scikit_learn(seed: int) -> None:
    random = np.random.default_rng(seed)
    truth, guess = random.integers(0, 2, (20, 4)), random.integers(0, 2, (20, 4))
    weight = random.random(20) if seed % 2 else None
    compare("accuracy_score", truth, guess, sample_weight=weight)
    for average in (None, "micro", "macro", "weighted", "samples"):
        compare("precision_recall_fscore_support", truth, guess, average=average, sample_weight=weight)
        compare("f1_score", truth, guess, average=average, labels=[0, 2], sample_weight=weight)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert metrics.classification_report(truth, guess) == sk.classification_report(truth, guess)


def test_many_classes_are_counted() -> None:
    random = np.random.default_rng(0)
    truth, guess = random.integers(0, 3000, 20_000), random.integers(0, 3000, 20_000)
    for name, options in [
        ("accuracy_score", {}),
        ("matthews_corrcoef", {}),
        ("f1_score", {"average": "macro", "zero_division": 0}),
    ]:
        compare(name, truth, guess, **options)
    np.testing.assert_array_equal(
        metrics.confusion_matrix(truth[:500], guess[:500]), sk.confusion_matrix(truth[:500], guess[:500])
    )


def test_large_columns_are_counted_on_threads() -> None:
    random = np.random.default_rng(1)
    for dtype in ("int64", "int32", "uint8", "bool"):
        truth, guess = (random.integers(0, 2, 300_001).astype(dtype) for _ in range(2))
        np.testing.assert_array_equal(
            metrics.confusion_matrix(truth, guess), sk.confusion_matrix(truth, guess)
        )
        assert metrics.accuracy_score(truth, guess) == sk.accuracy_score(truth, guess)


@pytest.mark.parametrize(
    ("truth", "guess", "message"),
    [
        ([], [], "empty input array"),
        ([0, 1], [0], "inconsistent numbers of samples"),
        ([0.5, 1.0], [0, 1], "continuous is not supported"),
        ([0.0, np.nan], [0, 1], "y_true contains NaN"),
        ([0, 1], [0.0, np.inf], "y_pred contains infinity"),
        (["a", "b"], [0, 1], "Mix of label input types"),
        (np.array(["a", None], dtype=object), ["a", "b"], "y_true contains NaN"),
        (np.array(["a", 1], dtype=object), ["a", "b"], "Mix of label input types"),
        ([[0, 1], [1, 0]], [0, 1], "mix of"),
        (np.array([1 + 2j, 2]), [1, 2], "Complex"),
        ("text", "text", "array-like"),
        (pd.Series(pd.Categorical(["a", None])), ["a", "b"], "y_true contains NaN"),
    ],
)
def test_bad_labels_are_refused_with_the_name_of_the_argument(truth: Any, guess: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        metrics.accuracy_score(truth, guess)


def test_nullable_integers_and_object_numbers_are_labels() -> None:
    truth = pd.Series([0, 1, 1], dtype="Int64")
    assert metrics.accuracy_score(truth, [0, 1, 0]) == 2 / 3
    assert metrics.accuracy_score(np.array([0, 1, 1], dtype=object), [0, 1, 0]) == 2 / 3
    with pytest.raises(ValueError, match="contains NaN, row 1"):
        metrics.accuracy_score(pd.Series([0, None, 1], dtype="Int64"), [0, 1, 0])


def test_bad_parameters_are_refused() -> None:
    y = [0, 1, 1]
    with pytest.raises(ValueError, match="normalize"):
        metrics.confusion_matrix(y, y, normalize="rows")
    with pytest.raises(ValueError, match="average"):
        metrics.f1_score(y, y, average="mean")
    with pytest.raises(ValueError, match="zero_division"):
        metrics.f1_score(y, y, zero_division=0.5)
    with pytest.raises(ValueError, match="pos_label=2 is not a valid label"):
        metrics.f1_score(y, y, pos_label=2)
    with pytest.raises(ValueError, match="sample_weight"):
        metrics.accuracy_score(y, y, sample_weight=[1, 2, np.nan])
    with pytest.raises(ValueError, match="at least one non-zero"):
        metrics.accuracy_score(y, y, sample_weight=[0, 0, 0])
    with pytest.raises(TypeError, match="bytes"):
        metrics.accuracy_score(np.array([b"a", b"b"]), np.array([b"a", b"b"]))


def test_undefined_scores_warn() -> None:
    with pytest.warns(UndefinedMetricWarning, match="Precision is ill-defined .* no predicted samples"):
        assert metrics.precision_score([1, 1], [0, 0]) == 0
    with pytest.warns(UndefinedMetricWarning, match="Recall is ill-defined"):
        assert metrics.recall_score([0, 0], [1, 1]) == 0


def test_inputs_are_not_changed() -> None:
    y = np.array([0, 1, 1, 0])
    y.flags.writeable = False
    metrics.confusion_matrix(y, y)
    metrics.f1_score(y, y, sample_weight=np.ones(4))
    assert y.tolist() == [0, 1, 1, 0]

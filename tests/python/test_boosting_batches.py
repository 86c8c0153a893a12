"""Fits from batches of rows."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from boosting_data import table

import colonnade
from colonnade.boosting import GradientBoostedTreesClassifier, GradientBoostedTreesRegressor

SETTINGS = {"n_estimators": 8, "max_depth": 4}


def parts(*columns: Any, size: int = 300) -> list[tuple[Any, ...]]:
    rows = len(columns[0])
    taken = [(first, min(first + size, rows)) for first in range(0, rows, size)]
    return [tuple(c.iloc[a:b] if hasattr(c, "iloc") else c[a:b] for c in columns) for a, b in taken]


class Files:
    """Something whose __iter__ begins anew."""

    def __init__(self, batches: list[tuple[Any, ...]]) -> None:
        self.batches = batches
        self.passes = 0

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        self.passes += 1
        yield from self.batches


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weighted", [False, True])
def test_batches_give_the_model_of_all_rows(dtype: Any, weighted: bool, tmp_path: Path) -> None:
    X, y = table(2000, 6)
    X = X.astype(dtype)
    weight = np.random.default_rng(0).random(len(y)) if weighted else None
    whole = GradientBoostedTreesRegressor(**SETTINGS).fit(X, y, sample_weight=weight)
    columns = (X, y) if weight is None else (X, y, weight)
    files = Files([(X[:0], y[:0]), *parts(*columns)])
    sources = [
        parts(*columns),
        files,
        lambda: iter(parts(*columns, size=7)),
        lambda: parts(*columns, size=999),
    ]
    for batches in sources:
        model = GradientBoostedTreesRegressor(**SETTINGS).fit_batches(batches)
        assert model.to_bytes() == whole.to_bytes()
        assert model.predict(X).tolist() == whole.predict(X).tolist()
        assert model.n_features_in_ == 6
    cached = GradientBoostedTreesRegressor(**SETTINGS).fit_batches(files, cache=tmp_path)
    assert cached.to_bytes() == whole.to_bytes()
    assert list(tmp_path.iterdir()) == []
    assert files.passes == 8  # a look at the first rows, targets, cuts and bins, twice


@pytest.mark.parametrize("dtype", [np.float32, np.int64, bool])
def test_sparse_batches_give_the_model_of_the_dense_rows(dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sparse = pytest.importorskip("scipy.sparse")
    X, y = table(900, 7)
    X = np.where(np.random.default_rng(1).random(X.shape) < 0.7, 0, np.nan_to_num(X) * 3).astype(dtype)
    weight = np.arange(900.0) % 5
    whole = GradientBoostedTreesRegressor(**SETTINGS).fit(X, y, sample_weight=weight)
    rows = [
        (kind(x), *others)
        for (x, *others), kind in zip(parts(X, y, weight), [sparse.csr_array, sparse.coo_matrix, np.asarray])
    ]
    for values in (1 << 22, 50, 1):
        monkeypatch.setattr("colonnade._boosting_batches._DENSE_VALUES", values)
        model = GradientBoostedTreesRegressor(**SETTINGS).fit_batches(rows)
        assert model.to_bytes() == whole.to_bytes()


def test_sparse_batches_need_a_target_and_a_weight_for_every_row() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    X, y = table(30, 3)
    for wrong, name in [((y[:-1],), "y"), ((y, np.ones(31)), "sample_weight")]:
        with pytest.raises(ValueError, match=f"{name}: found .* expected one for each of 30 rows"):
            GradientBoostedTreesRegressor(**SETTINGS).fit_batches([(sparse.csr_array(X), *wrong)])


@pytest.mark.parametrize("classes", [2, 3])
def test_classes_come_from_all_batches(classes: int) -> None:
    X, score = table(1500, 5)
    order = np.argsort(score)  # so that the first batch has one class
    X, score = X[order], score[order]
    y = np.array(["no", "perhaps", "yes"])[np.arange(1500) * classes // 1500]
    whole = GradientBoostedTreesClassifier(**SETTINGS).fit(X, y, eval_set=[(X, y)])
    model = GradientBoostedTreesClassifier(**SETTINGS).fit_batches(parts(X, y), eval_set=[(X, y)])
    assert model.to_bytes() == whole.to_bytes()
    assert model.classes_.tolist() == whole.classes_.tolist()
    assert model.evals_result_ == whole.evals_result_
    numbers = GradientBoostedTreesClassifier(**SETTINGS).fit_batches(parts(X, y == "no"))
    assert numbers.classes_.tolist() == [False, True]


def test_everything_else_is_as_in_fit(tmp_path: Path) -> None:
    X, y = table(1000, 5)
    seen: list[int] = []
    both = []
    for name in ("fit", "fit_batches"):
        model = GradientBoostedTreesRegressor(
            n_estimators=30, subsample=0.5, early_stopping_rounds=3, learning_rate=1
        )
        rows = (X, y) if name == "fit" else (parts(X, y),)
        getattr(model, name)(
            *rows,
            eval_set=[(X[:200], y[:200] + 1)],
            base_margin=y / 2,
            base_margin_eval_set=[y[:200] / 2],
            group=[10] * 100,
            callbacks=[lambda iteration, history: seen.append(iteration)],
            checkpoint=tmp_path / name,
            checkpoint_every=2,
        )
        both.append((model.to_bytes(), model.evals_result_, (tmp_path / name).read_bytes()))
    assert both[0] == both[1]
    assert seen[: len(seen) // 2] == seen[len(seen) // 2 :]

    def halved(y_true: np.ndarray, y_pred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return y_pred - y_true / 2, np.ones_like(y_true)

    custom = GradientBoostedTreesRegressor(objective=halved, **SETTINGS)
    assert custom.fit_batches(parts(X, y)).to_bytes() == custom.fit(X, y).to_bytes()


def test_a_checkpoint_goes_on(tmp_path: Path) -> None:
    X, score = table(900, 5)
    y = np.where(score > np.median(score), "yes", "no")
    wanted = GradientBoostedTreesClassifier(n_estimators=7, subsample=0.7).fit(X, y)
    file = tmp_path / "so_far"
    begun = GradientBoostedTreesClassifier(n_estimators=7, subsample=0.7)
    begun.fit_batches(
        parts(X, y),
        checkpoint=file,
        checkpoint_every=3,
        callbacks=[lambda iteration, history: iteration == 3],
    )
    rest = GradientBoostedTreesClassifier(n_estimators=4, subsample=0.7)
    rest.fit_batches(parts(X, y, size=71), init_model=colonnade.load(file))
    assert rest.to_bytes() == wanted.to_bytes()

    with pytest.raises(ValueError, match="init_model: found other classes"):
        rest.fit_batches(parts(X, y == "yes"), init_model=begun)
    with pytest.raises(TypeError, match="init_model: found int"):
        rest.fit_batches(parts(X, y), init_model=3)


def test_categories_are_those_of_the_model_that_a_fit_goes_on_from() -> None:
    pandas = pytest.importorskip("pandas")
    _, score = table(600, 3)
    names = np.array(["red", "green", "blue", "grey"])
    frame = pandas.DataFrame({"colour": pandas.Categorical(names[np.arange(600) % 4]), "x": score})
    settings = {"categorical_features": "auto", "max_depth": 3}
    wanted = GradientBoostedTreesRegressor(n_estimators=6, **settings).fit(frame, score)
    begun = GradientBoostedTreesRegressor(n_estimators=2, **settings).fit(frame, score)
    batches = parts(frame, score, size=150)
    for X, _ in batches:  # each batch with its categories in another order
        X["colour"] = X["colour"].cat.reorder_categories(np.roll(X["colour"].cat.categories, 1))
    rest = GradientBoostedTreesRegressor(n_estimators=4, **settings).fit_batches(batches, init_model=begun)
    assert rest.to_bytes() == wanted.to_bytes()


def test_data_frames_keep_their_names_and_categories() -> None:
    pandas = pytest.importorskip("pandas")
    random = np.random.default_rng(1)
    town = random.choice(["a", "b", "c", "d"], 900)
    town[:300] = "b"  # a batch that has one of them
    frame = pandas.DataFrame({"x": random.normal(size=900), "town": town, "kind": random.integers(0, 5, 900)})
    frame["kind"] = frame["kind"].astype("category")
    y = frame["x"] + (town == "c")
    settings = SETTINGS | {"categorical_features": "auto"}
    whole = GradientBoostedTreesRegressor(**settings).fit(frame, y)
    model = GradientBoostedTreesRegressor(**settings).fit_batches(parts(frame, y))
    assert model.to_bytes() == whole.to_bytes()
    assert model.feature_names_in_.tolist() == ["x", "town", "kind"]
    assert model.predict(frame).tolist() == whole.predict(frame).tolist()
    renamed = frame.rename(columns={"x": "z"})
    with pytest.raises(ValueError, match=r"X: found columns \['z', .*\] in batch 1, expected \['x'"):
        GradientBoostedTreesRegressor(**settings).fit_batches([(frame, y), (renamed, y)])
    plain = frame.assign(kind=frame["kind"].astype(float))
    with pytest.raises(ValueError, match=r"found the columns \[1\] in batch 1, expected \[1, 2\]"):
        GradientBoostedTreesRegressor(**settings).fit_batches([(frame, y), (plain, y)])


def test_what_cannot_be_read_again_is_refused() -> None:
    X, y = table(200, 4)
    model = GradientBoostedTreesRegressor(**SETTINGS)
    with pytest.raises(ValueError, match="found a generator, which can be read once; expected a list"):
        model.fit_batches(batch for batch in parts(X, y))
    with pytest.raises(ValueError, match="batches: found int, expected a list"):
        model.fit_batches(3)
    with pytest.raises(ValueError, match="batches: found ndarray as batch 0"):
        model.fit_batches([X])
    with pytest.raises(ValueError, match="batches: found no rows"):
        model.fit_batches([(X[:0], y[:0])])
    with pytest.raises(ValueError, match="cache: found no folder"):
        model.fit_batches(parts(X, y), cache="/no/such/folder")
    once = iter(parts(X, y))
    with pytest.raises(ValueError, match=r"found a pass of .* rows|found no rows|0 columns"):
        model.fit_batches(lambda: once)
    random = np.random.default_rng(0)

    def shuffled() -> list[tuple[Any, ...]]:
        order = random.permutation(len(y))
        return parts(X[order], y[order])

    with pytest.raises(ValueError, match="another order, expected the 200 rows of the first pass again"):
        model.fit_batches(shuffled)
    with pytest.raises(ValueError, match="y: found labels of several types up to batch 1"):
        GradientBoostedTreesClassifier().fit_batches(
            [(X, np.zeros(200, dtype=int)), (X, np.array(["a"] * 200, dtype=object))]
        )
    assert not hasattr(model, "n_features_in_")


def test_errors_of_the_source_and_ctrl_c_leave_the_estimator_as_it_was() -> None:
    X, y = table(3000, 5)
    model = GradientBoostedTreesRegressor(**SETTINGS).fit(X, y)
    before = model.to_bytes()
    passes = 0

    def failing() -> Iterator[tuple[Any, ...]]:
        nonlocal passes
        passes += 1
        yield from parts(X, y)
        if passes == 4:
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        model.fit_batches(failing)
    assert passes == 4
    timer = threading.Timer(0.5, signal.raise_signal, [signal.SIGINT])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        model.set_params(n_estimators=1_000_000).fit_batches(parts(X, y))
    timer.join()
    assert model.to_bytes() == before

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from colonnade.model_selection import KFold, StratifiedKFold, train_test_split

sk = pytest.importorskip("sklearn.model_selection")


def outcome(function: Any, *args: Any, **kwargs: Any) -> Any:
    try:
        return [len(part) for part in function(*args, **kwargs)]
    except ValueError:
        return ValueError


@pytest.mark.parametrize("rows", [1, 2, 3, 10, 97])
@pytest.mark.parametrize("test_size", [None, 0.2, 0.999, 1, 5, 0, 1.0, 97, -0.1])
@pytest.mark.parametrize("train_size", [None, 0.3, 0.8, 2, 96, 0])
def test_the_sizes_are_those_of_scikit_learn(rows: int, test_size: Any, train_size: Any) -> None:
    X = np.arange(rows)
    for shuffle in (True, False):
        options = {"test_size": test_size, "train_size": train_size, "shuffle": shuffle}
        assert outcome(train_test_split, X, **options) == outcome(sk.train_test_split, X, **options)


@pytest.mark.parametrize("seed", range(30))
def test_stratified_parts_have_the_counts_of_scikit_learn(seed: int) -> None:
    random = np.random.default_rng(seed)
    classes = int(random.integers(1, 5))
    y = random.choice(classes, 60, p=random.dirichlet(np.ones(classes)))
    options = {"test_size": [0.25, 17, 0.5][seed % 3], "stratify": y, "random_state": seed}
    expected = outcome(sk.train_test_split, y, **options)
    assert outcome(train_test_split, y, **options) == expected
    if expected is ValueError:
        return
    train, test = train_test_split(np.arange(60), **options)
    assert sorted([*train, *test]) == list(range(60))
    theirs = sk.train_test_split(np.arange(60), **options)
    for ours, other in zip((train, test), theirs, strict=True):
        difference = np.bincount(y[ours], minlength=classes) - np.bincount(y[other], minlength=classes)
        assert np.abs(difference).max() <= 1  # ties of remainders are broken at random


def test_every_kind_of_container_is_split_the_same_way() -> None:
    base = np.arange(20)
    containers = [
        base,
        base.tolist(),
        tuple(base),
        pd.Series(base, index=[f"r{i}" for i in base]),
        pd.DataFrame({"a": base, "b": [str(i) for i in base]}),
        pl.Series(base),
        pl.DataFrame({"a": base}),
        {"a": base, "b": base.astype(str)},
        np.column_stack([base, base]),
    ]
    parts = train_test_split(*containers, test_size=0.3, random_state=4)
    assert len(parts) == 2 * len(containers)
    train, test = parts[0], parts[1]
    assert len(test) == 6
    assert parts[2] == train.tolist()
    assert list(parts[4]) == train.tolist()
    assert parts[6].index.tolist() == [f"r{i}" for i in train]
    assert parts[8]["a"].tolist() == train.tolist()
    assert isinstance(parts[8], pd.DataFrame)
    assert parts[10].to_list() == train.tolist()
    assert parts[12]["a"].to_list() == train.tolist()
    assert parts[14]["b"].tolist() == [str(i) for i in train]
    assert parts[17][:, 1].tolist() == test.tolist()


def test_sparse_matrices_and_arrow_tables_are_split() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    arrow = pytest.importorskip("pyarrow")
    train, test, rest, table = train_test_split(
        sparse.eye(10).tocsc(), arrow.table({"a": range(10)}), random_state=0, test_size=3
    )
    assert train.shape == (7, 10) and test.shape == (3, 10)
    assert table["a"].to_pylist() == test.toarray().argmax(axis=1).tolist()
    assert rest.num_rows == 7


def test_the_rows_depend_on_the_seed_only() -> None:
    X = np.arange(1000)
    first, again = (train_test_split(X, random_state=5)[1] for _ in range(2))
    assert first.tolist() == again.tolist()
    assert first.tolist() != train_test_split(X, random_state=6)[1].tolist()
    assert train_test_split(X)[1].tolist() != train_test_split(X)[1].tolist()
    # These numbers are a promise: a notebook that is run again next year draws the same rows.
    assert train_test_split(np.arange(10), random_state=0, test_size=4)[1].tolist() == [0, 9, 3, 1]
    for random in (np.random.RandomState(0), np.random.default_rng(0)):
        assert len(train_test_split(X, random_state=random)[1]) == 250


def test_without_shuffle_the_first_rows_train() -> None:
    train, test = train_test_split(np.arange(10), shuffle=False, test_size=0.3)
    assert train.tolist() == [0, 1, 2, 3, 4, 5, 6] and test.tolist() == [7, 8, 9]
    with pytest.raises(ValueError, match="Stratified"):
        train_test_split(np.arange(10), shuffle=False, stratify=np.arange(10) % 2)


@pytest.mark.parametrize("stratify", ["text", "pandas", "categorical", "list", "bool", "two columns"])
def test_strata_may_be_any_labels(stratify: str) -> None:
    codes = np.arange(40) % 4 // 3
    y: Any = {
        "text": np.array(["no", "yes"])[codes],
        "pandas": pd.Series(np.array(["no", "yes"])[codes]),
        "categorical": pd.Series(np.array(["no", "yes"])[codes], dtype="category"),
        "list": codes.tolist(),
        "bool": codes.astype(bool),
        "two columns": np.column_stack([codes, codes]),
    }[stratify]
    train, test = train_test_split(codes, stratify=y, test_size=0.2, random_state=0)
    assert test.sum() == 2 and train.sum() == 8


@pytest.mark.parametrize("rows", [5, 7, 23])
@pytest.mark.parametrize("splits", [2, 3, 5])
def test_folds_without_shuffle_are_those_of_scikit_learn(rows: int, splits: int) -> None:
    X = np.arange(rows)
    for ours, theirs in zip(KFold(splits).split(X), sk.KFold(splits).split(X), strict=True):
        assert ours[0].tolist() == theirs[0].tolist() and ours[1].tolist() == theirs[1].tolist()
    folds = list(KFold(splits, shuffle=True, random_state=1).split(X))
    other = list(sk.KFold(splits, shuffle=True, random_state=1).split(X))
    assert [len(test) for _, test in folds] == [len(test) for _, test in other]
    assert sorted(i for _, test in folds for i in test) == list(range(rows))


@pytest.mark.filterwarnings("ignore:The least populated class")
@pytest.mark.parametrize("seed", range(25))
def test_stratified_folds_are_those_of_scikit_learn(seed: int) -> None:
    random = np.random.default_rng(seed)
    classes = 1 + seed % 4
    y = random.integers(0, classes, int(random.integers(12, 50)))
    splits = 2 + seed % 3
    labels = y if seed % 2 else np.array(["d", "a", "c", "b"])[y]
    ours = list(StratifiedKFold(splits).split(y, labels))
    theirs = list(sk.StratifiedKFold(splits).split(y, labels))
    for a, b in zip(ours, theirs, strict=True):
        assert a[0].tolist() == b[0].tolist() and a[1].tolist() == b[1].tolist()
    shuffled = list(StratifiedKFold(splits, shuffle=True, random_state=seed).split(y, labels))
    for a, b in zip(shuffled, theirs, strict=True):
        assert (
            np.bincount(y[a[1]], minlength=classes).tolist()
            == np.bincount(y[b[1]], minlength=classes).tolist()
        )


def test_small_classes_warn_or_are_refused() -> None:
    with pytest.warns(UserWarning, match="has only 1 members"):
        list(StratifiedKFold(2).split(np.zeros(4), [0, 0, 0, 1]))
    with pytest.raises(ValueError, match="cannot be greater than the number of members in each class"):
        list(StratifiedKFold(3).split(np.zeros(4), [0, 0, 1, 1]))
    with pytest.raises(ValueError, match="greater than the number of samples"):
        list(KFold(5).split(np.zeros(4)))
    with pytest.raises(ValueError, match="continuous"):
        list(StratifiedKFold(2).split(np.zeros(4), [0.5, 0, 1, 1]))
    with pytest.raises(ValueError, match="only 1 member"):
        train_test_split(np.zeros(4), stratify=[0, 0, 0, 1])
    with pytest.raises(ValueError, match="number of classes"):
        train_test_split(np.zeros(8), stratify=[0, 1, 2, 3] * 2, test_size=2)


@pytest.mark.parametrize("splitter", [KFold, StratifiedKFold])
def test_the_parameters_are_checked_as_by_scikit_learn(splitter: Any) -> None:
    for arguments, error in [
        ({"n_splits": 1}, ValueError),
        ({"n_splits": 2.5}, ValueError),
        ({"shuffle": 1}, TypeError),
        ({"random_state": 0}, ValueError),
    ]:
        for class_ in (splitter, getattr(sk, splitter.__name__)):
            with pytest.raises(error):
                class_(**arguments)
    assert splitter().get_n_splits() == 5
    assert repr(splitter(3)) == repr(getattr(sk, splitter.__name__)(3))


def test_scikit_learn_takes_the_splitters() -> None:
    from sklearn.linear_model import LogisticRegression

    random = np.random.default_rng(0)
    X = random.normal(size=(60, 3))
    y = (X[:, 0] > 0).astype(int)
    for cv in (KFold(3), StratifiedKFold(3, shuffle=True, random_state=0)):
        assert len(sk.cross_val_score(LogisticRegression(), X, y, cv=cv)) == 3
        search = sk.GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=cv).fit(X, y)
        assert search.n_splits_ == 3


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="inconsistent"):
        train_test_split([1, 2, 3], [1, 2])
    with pytest.raises(ValueError, match="inconsistent"):
        train_test_split([1, 2, 3, 4], stratify=[1, 1, 2])
    with pytest.raises(ValueError, match="At least one"):
        train_test_split()
    with pytest.raises(ValueError, match="one length"):
        train_test_split({"a": [1, 2], "b": [1]})
    with pytest.raises(ValueError, match="random_state"):
        train_test_split([1, 2, 3], random_state="now")

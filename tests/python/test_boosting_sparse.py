"""Boosted trees of sparse tables: the bytes of the dense ones."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from colonnade.boosting import GradientBoostedTreesClassifier, GradientBoostedTreesRegressor, cv

sparse = pytest.importorskip("scipy.sparse")


def counts(rows: int = 3000, columns: int = 60, seed: int = 0) -> tuple[Any, np.ndarray]:
    """Few whole numbers in a sea of zeros, and what depends on them."""
    random = np.random.default_rng(seed)
    X = sparse.random_array((rows, columns), density=0.06, format="csr", rng=random)
    X.data = np.floor(1 + 9 * X.data)
    score = 3 * X[:, [0]].toarray()[:, 0] - 2 * X[:, [1]].toarray()[:, 0] + random.normal(size=rows)
    return X, score


@pytest.mark.parametrize(
    "form", ["csr_array", "csr_matrix", "csc_matrix", "coo_array", "lil_matrix", "bsr_matrix"]
)
def test_any_sparse_form_gives_the_bytes_of_the_dense_table(form: str) -> None:
    X, score = counts()
    y = score > np.median(score)
    dense = GradientBoostedTreesClassifier(n_estimators=10).fit(X.toarray(), y)
    given = getattr(sparse, form)(X)
    before = given.copy()
    model = GradientBoostedTreesClassifier(n_estimators=10).fit(given, y)
    assert (given != before).nnz == 0
    assert model.to_bytes() == dense.to_bytes()
    assert (model.predict_proba(given) == dense.predict_proba(X.toarray())).all()
    assert (model.predict(given) == model.predict(X.toarray())).all()
    assert (model.apply(given) == model.apply(X.toarray())).all()
    assert (pickle.loads(pickle.dumps(model)).predict_proba(X[:1]) == model.predict_proba(given)[:1]).all()


@pytest.mark.parametrize("dtype", ["float32", "int64", "bool", "uint8"])
def test_types_of_numbers(dtype: str) -> None:
    X, score = counts(1200, 10)
    X = X.astype(dtype)
    model = GradientBoostedTreesRegressor(n_estimators=8).fit(X, score)
    assert (
        model.predict(X) == GradientBoostedTreesRegressor(n_estimators=8).fit(X.toarray(), score).predict(X)
    ).all()


def test_entries_that_stand_twice_are_added_and_their_table_stays_as_it_is() -> None:
    X, score = counts(1500, 8)
    coo = X.tocoo()
    twice = sparse.coo_matrix(
        (
            np.concatenate([coo.data * 0.25, coo.data * 0.75]),
            (np.concatenate([coo.row, coo.row]), np.concatenate([coo.col, coo.col])),
        ),
        shape=X.shape,
    )
    halves = sparse.csr_matrix(
        (np.array([1.0, 2.0, 4.0]), np.array([3, 1, 3]), np.array([0, 3])), shape=(1, 8)
    )
    stored = halves.indices.copy()
    model = GradientBoostedTreesRegressor(n_estimators=5).fit(twice, score)
    assert (
        model.to_bytes() == GradientBoostedTreesRegressor(n_estimators=5).fit(X.toarray(), score).to_bytes()
    )
    assert (model.predict(halves) == model.predict(halves.toarray())).all()
    assert (halves.indices == stored).all() and halves.nnz == 3


def test_what_a_dense_fit_has_is_there() -> None:
    X, score = counts()
    dense = X.toarray()
    weight = np.random.default_rng(1).uniform(size=len(score))
    common: dict[str, Any] = {
        "n_estimators": 30,
        "early_stopping_rounds": 3,
        "subsample": 0.7,
        "max_bin": 1000,
    }
    model = GradientBoostedTreesRegressor(**common).fit(
        X[:2000],
        score[:2000],
        sample_weight=weight[:2000],
        eval_set=[(X[2000:], score[2000:], weight[2000:])],
    )
    same = GradientBoostedTreesRegressor(**common).fit(
        dense[:2000],
        score[:2000],
        sample_weight=weight[:2000],
        eval_set=[(dense[2000:], score[2000:], weight[2000:])],
    )
    assert model.to_bytes() == same.to_bytes()
    assert model.evals_result_ == same.evals_result_
    more = GradientBoostedTreesRegressor(n_estimators=3).fit(X, score, init_model=model)
    assert (
        more.to_bytes()
        == GradientBoostedTreesRegressor(n_estimators=3).fit(dense, score, init_model=same).to_bytes()
    )
    assert (
        model.refit(X, score + 1, decay_rate=0.5).to_bytes()
        == same.refit(dense, score + 1, decay_rate=0.5).to_bytes()
    )


def test_missing_values_and_infinities_are_values_that_are_stored() -> None:
    X, score = counts()
    X.data[::7] = np.nan
    X.data[1::11] = np.inf
    model = GradientBoostedTreesRegressor(n_estimators=10).fit(X, score)
    assert (
        model.to_bytes() == GradientBoostedTreesRegressor(n_estimators=10).fit(X.toarray(), score).to_bytes()
    )


def test_a_data_frame_with_such_a_column_is_dense() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"tocsr": np.arange(50.0), "nnz": 1.0})
    model = GradientBoostedTreesRegressor(n_estimators=3, categorical_features="auto").fit(
        frame, frame["tocsr"]
    )
    assert model.predict(frame).std() > 0


def test_as_good_as_xgboost() -> None:
    xgboost = pytest.importorskip("xgboost")
    X, score = counts(6000, 40)
    common: dict[str, Any] = {"n_estimators": 60, "learning_rate": 0.1, "max_depth": 5}
    ours = GradientBoostedTreesRegressor(**common).fit(X[:4000], score[:4000]).predict(X[4000:])
    # XGBoost takes what is not stored for missing; here it is 0 in both.
    theirs = xgboost.XGBRegressor(tree_method="hist", **common).fit(X[:4000].toarray(), score[:4000])
    error = np.mean((ours - score[4000:]) ** 2)
    assert error < 1.01 * np.mean((theirs.predict(X[4000:].toarray()) - score[4000:]) ** 2)


def test_one_line_errors() -> None:
    X, score = counts(100, 5)
    model = GradientBoostedTreesRegressor(n_estimators=2).fit(X, score)
    with pytest.raises(ValueError, match="eval_set: found a dense table, expected sparse ones, as X is"):
        GradientBoostedTreesRegressor().fit(X, score, eval_set=[(X.toarray(), score)])
    with pytest.raises(ValueError, match="eval_set: found a sparse table, expected dense ones, as X is"):
        GradientBoostedTreesRegressor().fit(X.toarray(), score, eval_set=[(X, score)])
    with pytest.raises(ValueError, match="found a sparse table of complex128, expected real numbers"):
        model.predict(X.astype(complex))
    with pytest.raises(ValueError, match="X has 4 features, but"):
        model.predict(X[:, [0, 1, 2, 3]])
    with pytest.raises(ValueError, match=r"0 sample\(s\)"):
        model.predict(X[:0])
    broken = sparse.csr_matrix(X)
    broken.indices = broken.indices.copy()
    broken.indices[0] = 77  # scipy believes it
    with pytest.raises(ValueError, match="X: found column 77 in row"):
        model.predict(broken)


def test_cross_validation_scores_a_sparse_table_as_the_dense_one() -> None:
    X, score = counts(900, 20)
    model = GradientBoostedTreesRegressor(n_estimators=5)
    dense, found = cv(model, X.toarray(), score, cv=3), cv(model, X.tocsc(), score, cv=3)
    assert dense.keys() == found.keys()
    for name, values in dense.items():
        assert np.array_equal(found[name], values), name

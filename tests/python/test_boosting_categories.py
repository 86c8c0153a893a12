"""Columns of categories in gradient-boosted trees: codes, frames, saved names, and the libraries of others."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

import colonnade
from colonnade.boosting import GradientBoostedTreesClassifier, GradientBoostedTreesRegressor, cv
from colonnade.metrics import roc_auc_score

pd = pytest.importorskip("pandas")


def flights(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Like a table of delays: 6 columns of 12 to 300 categories with effects of their own and of pairs, 2 of numbers."""
    fixed = np.random.default_rng(0)
    counts = [12, 31, 7, 20, 300, 300]
    effects = [fixed.normal(size=count) * 0.4 for count in counts]
    pairs = fixed.normal(size=(12, 20)) * 0.8
    random = np.random.default_rng(seed)
    codes = [np.minimum(random.exponential(count / 4, rows).astype(int), count - 1) for count in counts]
    time, distance = random.uniform(0, 24, rows), random.exponential(800, rows)
    score = sum(effect[code] for effect, code in zip(effects, codes)) + pairs[codes[0], codes[3]]
    score += 0.8 * np.sin(time / 4) - 0.0003 * distance - 0.3
    y = (random.uniform(size=rows) < 1 / (1 + np.exp(-score))).astype(int)
    return np.column_stack([*codes, time, distance]).astype(np.float64), y


CATEGORICAL = [0, 1, 2, 3, 4, 5]


def frame(rows: int = 600, seed: int = 1) -> tuple[pd.DataFrame, np.ndarray]:
    random = np.random.default_rng(seed)
    city = random.choice(["Bonn", "Lima", "Oslo", "Rome", "Turin", "Ulm", "York"], rows)
    size = random.choice(["S", "M", "L"], rows)
    y = np.isin(city, ["Lima", "Turin", "Ulm"]) ^ (size == "M")
    X = pd.DataFrame(
        {
            "city": pd.Series(city).where(random.uniform(size=rows) > 0.05, None),
            "noise": random.normal(size=rows),
            "size": pd.Categorical(size, categories=["L", "XXL", "S", "M"]),
            "member": random.uniform(size=rows) < 0.5,
        }
    )
    return X, np.where(y ^ (random.uniform(size=rows) < 0.02), "yes", "no")


def with_noise_only_left(X: pd.DataFrame) -> np.ndarray:
    """The codes of the columns of ``frame``."""
    cities, sizes = ["Bonn", "Lima", "Oslo", "Rome", "Turin", "Ulm", "York"], ["L", "M", "S"]
    codes = np.full((len(X), 4), np.nan)
    codes[:, 0] = [cities.index(c) if isinstance(c, str) else np.nan for c in X["city"]]
    codes[:, 1] = X["noise"]
    codes[:, 2] = [sizes.index(s) for s in X["size"]]
    codes[:, 3] = X["member"]
    return codes


def margins(model: GradientBoostedTreesClassifier, X: object) -> list[float]:
    return model.decision_function(X).tolist()


@pytest.mark.slow
def test_as_good_as_the_libraries_of_others() -> None:
    X, y = flights(20_000, 1)
    test, expected = flights(20_000, 2)
    options = {"n_estimators": 60, "learning_rate": 0.1, "max_depth": 6}
    model = GradientBoostedTreesClassifier(categorical_features=CATEGORICAL, **options).fit(X, y)
    ours = roc_auc_score(expected, model.predict_proba(test)[:, 1])
    numbers = GradientBoostedTreesClassifier(**options).fit(X, y)
    assert ours > roc_auc_score(expected, numbers.predict_proba(test)[:, 1]) + 0.005

    xgboost = pytest.importorskip("xgboost")
    types = ["c"] * 6 + ["q"] * 2
    theirs = xgboost.train(
        {"objective": "binary:logistic", "eta": 0.1, "max_depth": 6, "tree_method": "hist", "nthread": 2},
        xgboost.DMatrix(X, y, feature_types=types, enable_categorical=True),
        60,
    )
    auc = roc_auc_score(
        expected,
        theirs.predict(xgboost.DMatrix(test, feature_types=types, enable_categorical=True)).astype(float),
    )
    print("ours", ours, "XGBoost", auc)
    assert ours > auc - 0.003

    lightgbm = pytest.importorskip("lightgbm")
    theirs = lightgbm.train(
        {"objective": "binary", "learning_rate": 0.1, "num_leaves": 63, "max_depth": 6, "verbose": -1},
        lightgbm.Dataset(X, y, categorical_feature=CATEGORICAL),
        60,
    )
    auc = roc_auc_score(expected, theirs.predict(test))
    print("LightGBM", auc)
    assert ours > auc - 0.003


def test_a_split_of_categories_is_the_one_of_scikit_learn() -> None:
    ensemble = pytest.importorskip("sklearn.ensemble")
    random = np.random.default_rng(3)
    X = random.integers(0, 12, (2000, 1)).astype(float)
    y = random.normal(size=12)[X[:, 0].astype(int)] + random.normal(size=2000)
    theirs = ensemble.HistGradientBoostingRegressor(
        max_iter=1, learning_rate=1, max_leaf_nodes=2, categorical_features=[0], min_samples_leaf=1
    ).fit(X, y)
    ours = GradientBoostedTreesRegressor(
        n_estimators=1,
        learning_rate=1,
        max_depth=1,
        reg_lambda=0,
        cat_l2=0,
        cat_smooth=10,
        categorical_features=[0],
    ).fit(X, y)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-6)


@pytest.mark.parametrize(
    "wanted", [["city", "size"], [2, 0], [True, False, True, False], "auto", "from_dtype"]
)
def test_a_frame_is_its_codes(wanted: object) -> None:
    X, y = frame()
    by_codes = GradientBoostedTreesClassifier(n_estimators=5, categorical_features=[0, 2])
    by_codes.fit(with_noise_only_left(X), y)
    model = GradientBoostedTreesClassifier(n_estimators=5, categorical_features=wanted).fit(X, y)
    assert margins(model, X) == by_codes.decision_function(with_noise_only_left(X)).tolist()
    assert model.score(X, y) > 0.9
    assert model.apply(X).tolist() == by_codes.apply(with_noise_only_left(X)).tolist()
    assert margins(model, X.iloc[:1]) == margins(model, X)[:1]


def test_truth_values_and_codes_in_a_frame() -> None:
    X, y = frame()
    X["code"] = np.arange(len(X)) % 9
    wanted = ["city", "size", "member", "code"]
    model = GradientBoostedTreesClassifier(n_estimators=5, categorical_features=wanted).fit(X, y)
    codes = np.column_stack([with_noise_only_left(X), X["code"]])
    same = GradientBoostedTreesClassifier(n_estimators=5, categorical_features=[0, 2, 3, 4]).fit(codes, y)
    assert margins(model, X) == same.decision_function(codes).tolist()


def test_other_containers_hold_the_same_table() -> None:
    X, y = frame()
    model = GradientBoostedTreesClassifier(n_estimators=5, categorical_features=["city", "size"]).fit(X, y)
    expected = margins(model, X)
    text = X.assign(size=X["size"].astype(str))
    assert margins(model, text) == expected
    assert margins(model, X.assign(city=X["city"].astype("category"))) == expected
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        assert margins(model, text.to_numpy(dtype=object)) == expected
    again = GradientBoostedTreesClassifier(n_estimators=5, categorical_features=[0, 2])
    assert (
        again.fit(text.to_numpy(dtype=object), y).decision_function(text.to_numpy(dtype=object)).tolist()
        == expected
    )

    polars = pytest.importorskip("polars")
    from_pandas = polars.DataFrame(
        {name: [None if v != v else v for v in text[name].tolist()] for name in text.columns}
    )
    for table in (
        from_pandas,
        from_pandas.with_columns(polars.col("size").cast(polars.Categorical)),
        from_pandas.with_columns(polars.col("size").cast(polars.Enum(["XXL", "S", "L", "M"]))),
    ):
        assert margins(model, table) == expected
        for wanted in (["city", "size"], "auto"):
            fitted = GradientBoostedTreesClassifier(n_estimators=5, categorical_features=wanted).fit(table, y)
            assert margins(fitted, table) == expected
            assert fitted == model

    pyarrow = pytest.importorskip("pyarrow")
    assert margins(model, pyarrow.table(from_pandas.to_dict(as_series=False))) == expected


def test_a_saved_model_knows_its_categories(tmp_path: object) -> None:
    X, y = frame()
    model = GradientBoostedTreesClassifier(n_estimators=5, categorical_features="auto").fit(X, y)
    model.save(f"{tmp_path}/model")
    expected = margins(model, X)
    for loaded in (
        colonnade.load(f"{tmp_path}/model"),
        pickle.loads(pickle.dumps(model)),
        GradientBoostedTreesClassifier.from_bytes(model.to_bytes()),
    ):
        assert margins(loaded, X) == expected
        assert loaded.to_bytes() == model.to_bytes()
    assert colonnade.load(f"{tmp_path}/model").categorical_features == [0, 2]


def test_unseen_categories_are_missing() -> None:
    X, y = frame()
    model = GradientBoostedTreesClassifier(n_estimators=5, categorical_features="auto").fit(X, y)
    missing = X.assign(city=None, size=pd.Categorical([None] * len(X), categories=["S"]))
    unseen = X.assign(city="Paris", size=pd.Categorical(["XXL"] * len(X)))
    assert margins(model, unseen) == margins(model, missing)
    codes = with_noise_only_left(X)
    by_codes = GradientBoostedTreesClassifier(n_estimators=5, categorical_features=[0, 2]).fit(codes, y)
    codes[:, [0, 2]] = np.nan
    expected = margins(by_codes, codes)
    for value in (-1, 7, 1e9, 0.5, np.inf):
        codes[:, [0, 2]] = value
        assert margins(by_codes, codes) == expected
    assert expected == margins(model, missing)


def test_evaluation_sets_and_going_on_use_the_same_codes() -> None:
    X, y = frame()
    other, other_y = frame(200, 2)
    other.loc[0, "city"] = "Paris"
    options = {"categorical_features": "auto", "eval_metric": "logloss"}
    whole = GradientBoostedTreesClassifier(n_estimators=6, **options)
    whole.fit(X, y, eval_set=[(other, other_y)])
    shown = whole.evals_result_["validation_0"]["logloss"][-1]
    p = whole.predict_proba(other)[:, 1]
    assert shown == pytest.approx(-np.mean(np.log(np.where(other_y == "yes", p, 1 - p))), rel=1e-12)
    half = GradientBoostedTreesClassifier(n_estimators=3, **options).fit(X, y)
    both = GradientBoostedTreesClassifier(n_estimators=3, **options).fit(X, y, init_model=half)
    assert both.to_bytes() == GradientBoostedTreesClassifier(n_estimators=6, **options).fit(X, y).to_bytes()
    # Fewer categories in the rows of the second fit: codes stay those of the first.
    few = (X["city"] != "Bonn").to_numpy()
    on_few = GradientBoostedTreesClassifier(n_estimators=3, **options).fit(X[few], y[few], init_model=half)
    assert margins(on_few, X[few].iloc[:5]) != margins(half, X[few].iloc[:5])
    assert on_few._categories.names[0].tolist() == half._categories.names[0].tolist()


def test_categories_may_be_numbers() -> None:
    random = np.random.default_rng(5)
    codes = random.integers(0, 6, 400)
    y = np.array([3.0, 1, 2, 0, 5, 4])[codes]
    for values in ([-5, 7, 1000, 2**40, 3, 0], [0.5, -1.5, 2.5, 7, 8, 9.25]):
        X = pd.DataFrame({"x": pd.Categorical(np.array(sorted(values))[codes])})
        model = GradientBoostedTreesRegressor(n_estimators=30, categorical_features=["x"], cat_l2=0).fit(X, y)
        assert np.abs(model.predict(X) - y).max() < 0.1
        assert colonnade.from_bytes(model.to_bytes()).predict(X).tolist() == model.predict(X).tolist()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"categorical_features": "all"}, "categorical_features: found 'all', expected 'auto'"),
        ({"categorical_features": ["town"]}, "A given column is not a column of the dataframe: 'town'"),
        ({"categorical_features": [9]}, "all features must be in"),
        ({"categorical_features": [True]}, "found a mask of 1, expected 4"),
        (
            {"categorical_features": ["city", "size", "noise"]},
            "among categories, expected whole numbers from 0 to 2\\^24 - 1",
        ),
        ({"categorical_features": "auto", "cat_l2": -1}, "cat_l2: found -1.0"),
        ({"categorical_features": "auto", "max_cat_threshold": 0}, "max_cat_threshold: found 0"),
        ({"categorical_features": "auto", "max_cat_to_onehot": 1.5}, "max_cat_to_onehot: found 1.5"),
        ({"categorical_features": ["size"]}, "could not convert string to float"),
        ({}, "could not convert string to float"),
    ],
)
def test_bad_input_is_named(options: dict, message: str) -> None:
    X, y = frame(50)
    with pytest.raises(ValueError, match=message):
        GradientBoostedTreesClassifier(**options).fit(X, y)


def test_categories_of_several_kinds_are_refused() -> None:
    X = pd.DataFrame({"x": ["a", 1, "b", 2]})
    with pytest.raises(ValueError, match="X, column 0: found categories of type int, str, expected text"):
        GradientBoostedTreesRegressor(categorical_features=["x"]).fit(X, [1, 2, 3, 4])


def test_columns_of_nothing_and_of_one_category() -> None:
    X = pd.DataFrame({"none": pd.Categorical([None] * 20, categories=["a"]), "one": ["b"] * 20})
    model = GradientBoostedTreesRegressor(n_estimators=2, categorical_features=["none", "one"]).fit(
        X, range(20)
    )
    loaded = colonnade.from_bytes(model.to_bytes())
    new = pd.DataFrame({"none": ["a"], "one": ["c"]})
    assert loaded.predict(new).tolist() == model.predict(new).tolist()


def test_folds_and_refits_use_the_same_codes() -> None:
    X, y = frame()
    codes = with_noise_only_left(X)
    options = {"n_estimators": 8, "max_depth": 4}
    by_name = GradientBoostedTreesClassifier(categorical_features=["city", "size", "member"], **options)
    by_code = GradientBoostedTreesClassifier(categorical_features=[0, 2, 3], **options)
    found, expected = cv(by_name, X, y, cv=3), cv(by_code, codes, y, cv=3)
    for name, scores in expected.items():
        np.testing.assert_array_equal(found[name], scores)
    other, target = frame(seed=5)
    refitted = by_name.fit(X, y).refit(other, target, decay_rate=0.5)
    twin = by_code.fit(codes, y).refit(with_noise_only_left(other), target, decay_rate=0.5)
    np.testing.assert_array_equal(
        refitted.predict_proba(other), twin.predict_proba(with_noise_only_left(other))
    )


def test_a_fit_on_text_goes_on_from_a_checkpoint(tmp_path: Path) -> None:
    X, y = frame()
    options = {"categorical_features": ["city", "size"], "n_estimators": 9}
    X = X.drop(columns="member")
    whole = GradientBoostedTreesClassifier(**options).fit(X, y)
    path = tmp_path / "part.colonnade"
    GradientBoostedTreesClassifier(**options).fit(
        X, y, checkpoint=path, checkpoint_every=5, callbacks=[lambda iteration, _: iteration == 6]
    )
    part = colonnade.load(path)
    assert part.n_iter_ == 5
    rest = GradientBoostedTreesClassifier(**options | {"n_estimators": 4}).fit(X, y, init_model=part)
    assert rest.to_bytes() == whole.to_bytes()


def test_symmetric_trees_split_categories_level_by_level() -> None:
    X, y = flights(4000, 1)
    test, expected = flights(4000, 2)
    options: dict = {"categorical_features": CATEGORICAL, "n_estimators": 60, "learning_rate": 0.1}
    model = GradientBoostedTreesClassifier(grow_policy="symmetric", **options).fit(X, y)
    # Trees are complete: all rows are as deep.
    assert set(np.unique(model.apply(test).max(axis=0))) <= {2 ** (d + 1) - 2 for d in range(7)}
    assert model.predict_proba(test[:7]).tolist() == model.predict_proba(test)[:7].tolist()
    assert (
        type(model).from_bytes(model.to_bytes()).predict_proba(test).tolist()
        == model.predict_proba(test).tolist()
    )
    as_numbers = GradientBoostedTreesClassifier(
        grow_policy="symmetric", **options | {"categorical_features": None}
    ).fit(X, y)
    margin, other = model.decision_function(test), as_numbers.decision_function(test)
    assert roc_auc_score(expected, margin) > roc_auc_score(expected, other)

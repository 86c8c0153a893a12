"""SimpleImputer: scikit-learn's results, attributes and contract, and what we add."""

import pickle
import warnings

import numpy as np
import pytest

import colonnade
from colonnade.preprocessing import SimpleImputer

sklearn_impute = pytest.importorskip("sklearn.impute")

STRATEGIES = ["mean", "median", "most_frequent", "constant"]


def table(rows=300, dtype=np.float64, order="C", seed=0):
    random = np.random.default_rng(seed)
    X = random.integers(-5, 5, (rows, 4)) + random.integers(0, 3, (rows, 4)) * 0.25
    X[random.random(X.shape) < 0.2] = np.nan
    X[:, 3] = np.arange(rows)
    return np.asarray(X, dtype=dtype, order=order)


def both(parameters, X, *others):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours, theirs = SimpleImputer(**parameters).fit(X), sklearn_impute.SimpleImputer(**parameters).fit(X)
        for other in (X, *others):
            mine, wanted = ours.transform(other), theirs.transform(other)
            assert mine.shape == wanted.shape
            assert mine.dtype == wanted.dtype
            if mine.dtype == object:
                assert mine.tolist() == wanted.tolist()
            else:
                np.testing.assert_allclose(mine, wanted, rtol=1e-6 if mine.dtype == np.float32 else 1e-12)
        names, expected = ours.get_feature_names_out(), theirs.get_feature_names_out()
        assert names.tolist() == expected.tolist()
    return ours, theirs


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("add_indicator", [False, True])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_numbers_are_imputed_as_by_scikit_learn(strategy, add_indicator, dtype, order):
    parameters = {"strategy": strategy, "add_indicator": add_indicator}
    ours, theirs = both(parameters, table(dtype=dtype, order=order), table(50, dtype, seed=1))
    np.testing.assert_allclose(
        np.asarray(ours.statistics_, dtype=float), np.asarray(theirs.statistics_, dtype=float), rtol=1e-6
    )
    assert ours.statistics_.dtype == object if strategy == "constant" else True
    if add_indicator:
        np.testing.assert_array_equal(ours.indicator_.features_, theirs.indicator_.features_)
        imputed = ours.transform(table(50, dtype, seed=1))
        np.testing.assert_allclose(ours.inverse_transform(imputed), theirs.inverse_transform(imputed))
    else:
        assert ours.indicator_ is None


@pytest.mark.parametrize("keep_empty_features", [False, True])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_empty_columns_are_dropped_or_kept(strategy, keep_empty_features):
    X = table()
    X[:, 1] = np.nan
    parameters = {"strategy": strategy, "keep_empty_features": keep_empty_features, "add_indicator": True}
    both(parameters, X)
    if not keep_empty_features:
        with pytest.warns(UserWarning, match="Skipping features without any observed values"):
            SimpleImputer(strategy=strategy).fit_transform(X)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_number_may_mean_missing(strategy):
    X = np.nan_to_num(table(), nan=-1)
    both({"strategy": strategy, "missing_values": -1}, X)
    both({"strategy": strategy, "missing_values": -1}, X.astype(int))
    both({"strategy": strategy, "missing_values": 0, "add_indicator": True}, X.astype(np.int32))
    with pytest.raises(ValueError, match="NaN"):
        SimpleImputer(strategy=strategy, missing_values=-1).fit(table())


OBJECTS = np.array(
    [["a", 1, "x"], ["b", None, "x"], [None, 3, "y"], ["b", 3, None], ["?", 1, "y"]], dtype=object
)


@pytest.mark.parametrize("strategy", ["most_frequent", "constant"])
@pytest.mark.parametrize("add_indicator", [False, True])
def test_objects_are_imputed_as_by_scikit_learn(strategy, add_indicator):
    strings = OBJECTS[:, [0, 2]]
    both({"strategy": strategy, "missing_values": None, "add_indicator": add_indicator}, strings)
    nan_strings = strings.copy()
    nan_strings[nan_strings == None] = np.nan  # noqa: E711
    both({"strategy": strategy, "add_indicator": add_indicator}, nan_strings)
    plain = np.array([["a", "?"], ["b", "z"], ["?", "z"]], dtype=object)
    both({"strategy": strategy, "missing_values": "?"}, plain)


def test_columns_of_strings_and_of_numbers_in_one_object_array():
    ours = SimpleImputer(strategy="most_frequent").fit(OBJECTS)
    assert ours.transform(OBJECTS).tolist() == [
        ["a", 1, "x"], ["b", 1, "x"], ["b", 3, "y"], ["b", 3, "x"], ["?", 1, "y"]
    ]  # fmt: skip
    assert ours.statistics_.tolist() == ["b", 1, "x"]


def test_frames_with_strings_and_categories():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {"plan": ["a", None, "b", "a"], "colour": pandas.Categorical(["r", "g", None, "r"])}
    )
    ours = SimpleImputer(strategy="most_frequent").set_output(transform="pandas").fit(frame)
    out = ours.transform(frame)
    assert out["plan"].tolist() == ["a", "a", "b", "a"] and out["colour"].tolist() == ["r", "g", "r", "r"]
    nullable = pandas.DataFrame({"x": pandas.array([1, None, 3], dtype="Int64"), "y": [1.0, 2.0, np.nan]})
    np.testing.assert_array_equal(SimpleImputer().fit_transform(nullable), [[1, 1], [2, 2], [3, 1.5]])
    polars = pytest.importorskip("polars")
    table_of = polars.DataFrame({"plan": ["a", None, "b", "a"]})
    assert SimpleImputer(strategy="most_frequent").fit_transform(table_of).ravel().tolist() == [
        "a",
        "a",
        "b",
        "a",
    ]


def test_a_callable_strategy():
    both({"strategy": np.max}, table())
    with pytest.raises(AttributeError, match="batches"):
        SimpleImputer(strategy=np.max).partial_fit  # noqa: B018


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_batches_and_merging_give_the_same_bytes_as_one_fit(strategy):
    X = table(1000)
    whole = SimpleImputer(strategy=strategy, add_indicator=True).fit(X)
    batches = SimpleImputer(strategy=strategy, add_indicator=True)
    for part in np.array_split(X, [1, 10, 700]):
        batches.partial_fit(part)
    left = SimpleImputer(strategy=strategy, add_indicator=True).fit(X[:300])
    right = SimpleImputer(strategy=strategy, add_indicator=True).fit(X[300:])
    assert batches.to_bytes() == whole.to_bytes()
    assert left.merge(right).to_bytes() == whole.to_bytes()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_saved_pickled_and_loaded_imputers_are_equal(strategy, tmp_path):
    X = table()
    imputer = SimpleImputer(strategy=strategy, add_indicator=True).fit(X)
    path = tmp_path / "imputer.colonnade"
    imputer.save(str(path))
    for loaded in (colonnade.load(str(path)), pickle.loads(pickle.dumps(imputer))):
        assert loaded == imputer and loaded.strategy == strategy and loaded.add_indicator
        np.testing.assert_array_equal(loaded.transform(X), imputer.transform(X))
    with pytest.raises(ValueError, match="keeps its result only"):
        colonnade.load(str(path)).partial_fit(X)


def test_copy_false_works_in_place_and_copy_true_leaves_the_input():
    X = table()
    before = X.copy()
    expected = SimpleImputer().fit_transform(X)
    np.testing.assert_array_equal(X, before)
    out = SimpleImputer(copy=False).fit_transform(X)
    assert np.shares_memory(out, X)
    np.testing.assert_array_equal(out, expected)


def test_errors_say_what_to_do():
    with pytest.raises(ValueError, match="Cannot use mean strategy with non-numeric data"):
        SimpleImputer().fit(np.array([["a"], ["b"]], dtype=object))
    with pytest.raises(ValueError, match="does not support data with dtype"):
        SimpleImputer(strategy="most_frequent").fit(np.array([["a"], ["b"]]))
    with pytest.raises(ValueError, match="expected to be both numerical"):
        SimpleImputer(missing_values="?").fit(table())
    with pytest.raises(ValueError, match="strategy: found 'average'"):
        SimpleImputer(strategy="average").fit(table())
    with pytest.raises(ValueError, match="cannot be cast to the input data"):
        SimpleImputer(strategy="constant", fill_value="x").fit(table())
    with pytest.raises(ValueError, match="add_indicator=True"):
        SimpleImputer().fit(table()).inverse_transform(table())


@pytest.mark.parametrize(
    "imputer",
    [
        SimpleImputer(),
        SimpleImputer(strategy="median", add_indicator=True),
        SimpleImputer(strategy="most_frequent"),
        SimpleImputer(strategy="constant", keep_empty_features=True),
        SimpleImputer(missing_values=-1),
        SimpleImputer(strategy=np.max),
    ],
    ids=lambda imputer: str(imputer).split(" at 0x")[0],  # no address: workers must agree
)
def test_check_estimator(imputer):
    from sklearn.utils.estimator_checks import check_estimator

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check_estimator(imputer)

"""Encoders: scikit-learn's results, attributes and errors on every kind of table."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from colonnade.preprocessing import LabelEncoder, OneHotEncoder, OrdinalEncoder

theirs = pytest.importorskip("sklearn.preprocessing")
pandas = pytest.importorskip("pandas")
pytest.importorskip("scipy")


def columns(rows: int = 3000, seed: int = 0) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    words = np.array(["", "a", "b", "Zürich", "東京", "x" * 40, "x" * 39 + "y"], dtype=object)
    text = words[random.integers(0, len(words), rows)]
    gaps = text.copy()
    gaps[random.random(rows) < 0.1] = np.nan
    nones = text.copy()
    nones[random.random(rows) < 0.1] = None
    numbers = random.integers(-3, 4, rows) / 4
    return {
        "text": text,
        "gaps": gaps,
        "nones": nones,
        "numbers": np.where(random.random(rows) < 0.1, np.nan, numbers),
        "small": numbers.astype(np.float32),
        "integers": random.integers(-5, 2000, rows),
        "bytes": random.integers(0, 3, rows).astype(np.uint8),
        "flags": random.random(rows) < 0.3,
    }


def tables() -> dict[str, object]:
    c = columns()
    frame = pandas.DataFrame({k: v for k, v in c.items() if k != "nones"})
    frame["nones"] = pandas.Series(c["nones"], dtype=object)
    frame["gaps"] = pandas.Series(c["gaps"], dtype=object)
    frame["category"] = pandas.Categorical(
        c["text"], categories=sorted(set(c["text"]), reverse=True) + ["never"]
    )
    frame["coded"] = pandas.Categorical(c["integers"] % 7)
    frame["str"] = pandas.Series(c["gaps"], dtype="str")
    return {
        "frame": frame,
        "objects": np.column_stack([c["text"], c["gaps"], c["nones"], c["integers"].astype(object)]),
        "floats": np.column_stack([c["numbers"], c["integers"].astype(float)]),
        "float32": np.column_stack([c["small"], c["bytes"].astype(np.float32)]),
        "integers": np.column_stack([c["integers"], c["bytes"]]),
        "int8": np.column_stack([c["bytes"], c["bytes"] + 1]).astype(np.int8),
        "flags": np.column_stack([c["flags"], ~c["flags"]]),
        "unicode": np.column_stack([c["text"], c["text"]]).astype(str),
        "lists": [["Male", 1], ["Female", 3], ["Female", 2]],
    }


TABLES = tables()


def same(a: np.ndarray, b: np.ndarray) -> None:
    assert a.dtype == b.dtype, (a.dtype, b.dtype)
    assert a.shape == b.shape
    if a.dtype.kind == "O":
        left, right = a.ravel().tolist(), b.ravel().tolist()
        assert all(x is y or x == y or (x != x and y != y) for x, y in zip(left, right, strict=True))
    else:
        np.testing.assert_array_equal(a, b)


def same_lists(ours: list[object], other: list[object]) -> None:
    assert len(ours) == len(other)
    for a, b in zip(ours, other, strict=True):
        if b is None:
            assert a is None
        else:
            same(a, b)


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize(
    "options", [{}, {"min_frequency": 400}, {"min_frequency": 0.2}, {"max_categories": 3}], ids=str
)
def test_ordinal_encoder_gives_what_sklearn_gives(name: str, options: dict) -> None:
    X = TABLES[name]
    ours, other = OrdinalEncoder(**options), theirs.OrdinalEncoder(**options)
    expected = other.fit_transform(X)
    same(ours.fit_transform(X), expected)
    same(ours.transform(X), expected)
    same_lists(ours.categories_, other.categories_)
    if options:
        same_lists(ours.infrequent_categories_, other.infrequent_categories_)
    if name != "frame" and not options:
        same(ours.inverse_transform(expected), other.inverse_transform(expected.copy()))


def test_infrequent_and_missing_values_go_back_together() -> None:
    # scikit-learn 1.9 raises an IndexError here.
    X = np.array([["a"], ["a"], ["b"], [np.nan]], dtype=object)
    encoder = OrdinalEncoder(min_frequency=2).fit(X)
    back = encoder.inverse_transform(encoder.transform(X))
    assert back[:3, 0].tolist() == ["a", "a", "infrequent_sklearn"]
    assert back[3, 0] != back[3, 0]


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"drop": "first"},
        {"drop": "if_binary"},
        {"min_frequency": 400, "handle_unknown": "infrequent_if_exist"},
        {"max_categories": 3, "drop": "first"},
        {"sparse_output": False, "dtype": np.float32},
        {"dtype": np.int8},
    ],
    ids=str,
)
def test_one_hot_encoder_gives_what_sklearn_gives(name: str, options: dict) -> None:
    X = TABLES[name]
    ours, other = OneHotEncoder(**options), theirs.OneHotEncoder(**options)
    expected = other.fit_transform(X)
    for encoded in (ours.fit_transform(X), ours.transform(X)):
        assert type(encoded) is type(expected)
        if options.get("sparse_output", True):
            assert encoded.dtype == expected.dtype
            assert encoded.shape == expected.shape
            assert encoded.indices.dtype == expected.indices.dtype
            for part in ("data", "indices", "indptr"):
                np.testing.assert_array_equal(getattr(encoded, part), getattr(expected, part))
            encoded.check_format(full_check=True)
        else:
            same(encoded, expected)
    same_lists(ours.categories_, other.categories_)
    same(ours.get_feature_names_out(), other.get_feature_names_out())
    if "drop" in options:
        same(ours.drop_idx_, other.drop_idx_)
    dense = expected.toarray() if hasattr(expected, "toarray") else expected
    if name != "frame" and dense.dtype.kind == "f":
        back = other.inverse_transform(dense)
        same(ours.inverse_transform(dense), back)
        same(ours.inverse_transform(expected), back)


UNKNOWN = pandas.DataFrame({"a": ["x", "new", "y", None], "b": [1.0, 2.0, 7.0, np.nan]})
KNOWN = pandas.DataFrame({"a": ["x", "y", "y", "z"], "b": [1.0, 2.0, 2.0, 3.0]})


def test_unknown_values_are_named_with_their_column() -> None:
    for encoder in (OrdinalEncoder(), OneHotEncoder()):
        encoder.fit(KNOWN)
        with pytest.raises(
            ValueError, match=r"Found unknown categories \['new'.*\] in column 0 during transform"
        ):
            encoder.transform(UNKNOWN)
    with pytest.raises(
        ValueError, match=r"Found unknown categories \[7.0, nan\] in column 0 during transform"
    ):
        OrdinalEncoder().fit(KNOWN[["b"]]).transform(UNKNOWN[["b"]])


@pytest.mark.parametrize("value", [-1, np.nan, 99])
def test_ordinal_unknown_values_get_the_value(value: float) -> None:
    frame = UNKNOWN.fillna({"a": "x"})
    ours = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=value, min_frequency=2).fit(KNOWN)
    other = theirs.OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=value, min_frequency=2
    ).fit(KNOWN)
    expected = other.transform(frame)
    same(ours.transform(frame), expected)
    same(ours.inverse_transform(expected), other.inverse_transform(expected.copy()))


@pytest.mark.parametrize("policy", ["ignore", "infrequent_if_exist", "warn"])
@pytest.mark.parametrize("drop", [None, "first"])
@pytest.mark.parametrize("min_frequency", [None, 2])
def test_one_hot_unknown_values_under_every_policy(
    policy: str, drop: str | None, min_frequency: int | None
) -> None:
    options = {"handle_unknown": policy, "drop": drop, "min_frequency": min_frequency, "sparse_output": False}
    frame = UNKNOWN.fillna({"a": "x"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours, other = OneHotEncoder(**options).fit(KNOWN), theirs.OneHotEncoder(**options).fit(KNOWN)
        same(ours.transform(frame), other.transform(frame))


def test_the_warning_tells_for_each_column_what_happens_to_it() -> None:
    train = pandas.DataFrame({"a": ["x"] * 9 + ["y"], "b": ["u", "v"] * 5})
    test = pandas.DataFrame({"a": ["new"], "b": ["new"]})
    encoder = OneHotEncoder(handle_unknown="warn", min_frequency=2, sparse_output=False).fit(train)
    with pytest.warns(UserWarning) as caught:
        encoded = encoder.transform(test)
    messages = [str(w.message) for w in caught]
    assert any("columns [0]" in m and "the infrequent category" in m for m in messages)
    assert any("columns [1]" in m and "all zeros" in m for m in messages)
    np.testing.assert_array_equal(encoded, [[0, 1, 0, 0]])


def test_strings_of_pandas_with_missing_values_work() -> None:
    frame = pandas.DataFrame({"a": pandas.array(["x", None, "y"], dtype="string")})
    encoder = OneHotEncoder(sparse_output=False).fit(frame)
    assert encoder.categories_[0][:2].tolist() == ["x", "y"]
    assert encoder.categories_[0].size == 3
    np.testing.assert_array_equal(encoder.transform(frame), [[1, 0, 0], [0, 0, 1], [0, 1, 0]])


def test_nullable_columns_of_pandas() -> None:
    frame = pandas.DataFrame(
        {
            "i": pandas.array([3, None, 1], dtype="Int64"),
            "b": pandas.array([True, None, False], dtype="boolean"),
        }
    )
    encoder = OrdinalEncoder(encoded_missing_value=-1)
    np.testing.assert_array_equal(encoder.fit_transform(frame), [[1, 1], [-1, -1], [0, 0]])


def test_polars_and_arrow_tables() -> None:
    polars = pytest.importorskip("polars")
    c = columns()
    frame = polars.DataFrame({"text": c["text"].tolist(), "nones": c["nones"].tolist(), "n": c["integers"]})
    frame = frame.with_columns(polars.col("text").cast(polars.Categorical).alias("category"))
    array = np.column_stack([c["text"], c["nones"], c["integers"].astype(object), c["text"]])
    for table in (frame, frame.to_arrow()):
        encoder = OrdinalEncoder()
        same(encoder.fit_transform(table), theirs.OrdinalEncoder().fit_transform(array))
        assert encoder.feature_names_in_.tolist() == ["text", "nones", "n", "category"]


def test_a_dict_of_columns_and_one_row_as_a_dict() -> None:
    encoder = OneHotEncoder(sparse_output=False, handle_unknown="ignore").fit(
        {"plan": ["a", "b"], "size": [1, 2]}
    )
    np.testing.assert_array_equal(encoder.transform({"plan": "b", "size": 1}), [[0, 1, 1, 0]])


def test_given_categories() -> None:
    X = np.array([["low", 1], ["high", 2], ["middle", 1]], dtype=object)
    given = [["low", "middle", "high"], [1, 2]]
    for ours, other in ((OrdinalEncoder, theirs.OrdinalEncoder), (OneHotEncoder, theirs.OneHotEncoder)):
        expected = other(categories=given).fit_transform(X)
        encoded = ours(categories=given).fit_transform(X)
        np.testing.assert_array_equal(
            np.asarray(encoded.todense() if hasattr(encoded, "nnz") else encoded),
            np.asarray(expected.todense() if hasattr(expected, "nnz") else expected),
        )
    with pytest.raises(ValueError, match="Shape mismatch: if categories is an array"):
        OrdinalEncoder(categories=given[:1]).fit(X)
    with pytest.raises(ValueError, match="contain duplicate elements"):
        OrdinalEncoder(categories=[["low", "low"], [1, 2]]).fit(X)
    with pytest.raises(ValueError, match="Unsorted categories are not supported for numerical categories"):
        OrdinalEncoder(categories=[[2, 1]]).fit(np.array([[1], [2]]))
    with pytest.raises(ValueError, match="Nan should be the last element"):
        OrdinalEncoder(categories=[[np.nan, 1.0]]).fit(np.array([[1.0], [np.nan]]))
    with pytest.raises(ValueError, match=r"Found unknown categories \['high'\] in column 0 during fit"):
        OrdinalEncoder(categories=[["low", "middle"], [1, 2]]).fit(X)


def test_dropped_categories_by_name() -> None:
    X = np.array([["a", 1], ["b", 2], ["c", 2]], dtype=object)
    ours, other = OneHotEncoder(drop=["b", 2]).fit(X), theirs.OneHotEncoder(drop=["b", 2]).fit(X)
    assert (ours.transform(X) != other.transform(X)).nnz == 0
    same(ours.drop_idx_, other.drop_idx_)
    same(ours.inverse_transform(ours.transform(X)), X)
    with pytest.raises(ValueError, match="were not found in the training"):
        OneHotEncoder(drop=["z", 2]).fit(X)
    with pytest.raises(ValueError, match="`drop` should have length equal to the number of features"):
        OneHotEncoder(drop=["a"]).fit(X)
    with pytest.raises(
        ValueError, match="Unable to drop category 'a' from feature 0 because it is infrequent"
    ):
        OneHotEncoder(drop=["a", 2], min_frequency=2).fit(
            np.array([["a", 2], ["b", 2], ["b", 1]], dtype=object)
        )


def test_rows_of_zeros_go_back_to_none_or_to_the_dropped_category() -> None:
    X = np.array([["a"], ["b"], ["c"]], dtype=object)
    zeros = np.zeros((1, 3))
    assert OneHotEncoder(handle_unknown="ignore").fit(X).inverse_transform(zeros)[0, 0] is None
    assert OneHotEncoder(drop="first").fit(X).inverse_transform(zeros[:, :2])[0, 0] == "a"
    with pytest.raises(ValueError, match=r"Samples \[0\] can not be inverted when drop=None"):
        OneHotEncoder().fit(X).inverse_transform(zeros)
    with pytest.raises(
        ValueError, match=r"Shape of the passed X data is not correct. Expected 3 columns, got 2."
    ):
        OneHotEncoder().fit(X).inverse_transform(zeros[:, :2])
    with pytest.raises(
        ValueError, match=r"Shape of the passed X data is not correct. Expected 1 columns, got 3."
    ):
        OrdinalEncoder().fit(X).inverse_transform(zeros)


def test_dropping_the_only_category_leaves_no_column() -> None:
    X = np.array([["a", "x"], ["a", "y"]], dtype=object)
    encoder = OneHotEncoder(drop="first", sparse_output=False).fit(X)
    assert encoder.transform(X).shape == (2, 1)
    same(encoder.inverse_transform(encoder.transform(X)), X)


def test_feature_names() -> None:
    encoder = OneHotEncoder(feature_name_combiner=lambda f, c: f"{f}={c!r}").fit([["a"], ["b"]])
    assert encoder.get_feature_names_out(["x"]).tolist() == ["x='a'", "x='b'"]
    with pytest.raises(
        TypeError, match="When `feature_name_combiner` is a callable, it should return a Python string"
    ):
        OneHotEncoder(feature_name_combiner=lambda f, c: 1).fit([["a"]]).get_feature_names_out()
    with pytest.raises(ValueError, match="input_features should have length equal to number of features"):
        encoder.get_feature_names_out(["x", "y"])


@pytest.mark.parametrize(
    ("encoder", "message"),
    [
        (OrdinalEncoder(handle_unknown="ignore"), "The 'handle_unknown' parameter of OrdinalEncoder must be"),
        (OneHotEncoder(handle_unknown="use"), "The 'handle_unknown' parameter of OneHotEncoder must be"),
        (OneHotEncoder(min_frequency=0), "The 'min_frequency' parameter"),
        (OneHotEncoder(min_frequency=1.5), "The 'min_frequency' parameter"),
        (OneHotEncoder(max_categories=0), "The 'max_categories' parameter"),
        (OneHotEncoder(drop="second"), "The 'drop' parameter"),
        (OneHotEncoder(categories="all"), "The 'categories' parameter"),
        (OrdinalEncoder(encoded_missing_value="a"), "The 'encoded_missing_value' parameter"),
        (
            OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, dtype=int),
            "When unknown_value is np.nan, the dtype parameter should be a float dtype",
        ),
        (
            OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=0),
            "The used value for unknown_value 0.* is one of the values already used",
        ),
    ],
)
def test_bad_parameters_are_named(encoder: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        encoder.fit([["a"], ["b"]])


def test_bad_types_of_unknown_value() -> None:
    with pytest.raises(TypeError, match=r"unknown_value should be an integer or np\.nan"):
        OrdinalEncoder(handle_unknown="use_encoded_value").fit([["a"]])
    with pytest.raises(TypeError, match="unknown_value should only be set when"):
        OrdinalEncoder(unknown_value=-1).fit([["a"]])


def test_bad_data_is_refused() -> None:
    with pytest.raises(TypeError, match="uniformly strings or numbers"):
        OneHotEncoder().fit(np.array([["a"], [1]], dtype=object))
    with pytest.raises(ValueError, match="Input X contains infinity"):
        OneHotEncoder().fit([[np.inf]])
    with pytest.raises(ValueError, match="Found array with 0 sample"):
        OneHotEncoder().fit(np.empty((0, 2)))
    with pytest.raises(ValueError, match="Expected 2D array, got 1D array instead"):
        OneHotEncoder().fit(["a", "b"])
    with pytest.raises(
        ValueError, match="X has 1 features, but OneHotEncoder is expecting 2 features as input"
    ):
        OneHotEncoder().fit([[1, 2]]).transform([[1]])
    with pytest.raises(ValueError, match="There are missing values in features"):
        OrdinalEncoder(dtype=int).fit([[1.0], [np.nan]])


def test_keys_that_would_flood_a_table_cost_no_more_than_others() -> None:
    import time

    def seconds(values: np.ndarray) -> float:
        best = 1e9
        for _ in range(3):
            start = time.perf_counter()
            OrdinalEncoder().fit(values.reshape(-1, 1))
            best = min(best, time.perf_counter() - start)
        return best

    count = 100_000
    base = seconds(np.random.default_rng(0).integers(-(2**62), 2**62, count))
    assert seconds(np.arange(count) << 40) < 3 * base
    assert seconds(np.arange(count, dtype=np.float64) * 2.0**40) < 6 * base


@pytest.mark.parametrize(
    "y",
    [
        np.array(["b", "a", "c", "a"]),
        np.array(["b", "a", "c", "a"], dtype=object),
        np.array([3, 1, 2, 1]),
        np.array([1.5, np.nan, 0.5]),
        np.array([True, False]),
        [2, 1, 2],
        ["x", "y"],
    ],
    ids=str,
)
def test_label_encoder_gives_what_sklearn_gives(y: object) -> None:
    ours, other = LabelEncoder(), theirs.LabelEncoder()
    expected = other.fit_transform(y)
    np.testing.assert_array_equal(ours.fit_transform(y), expected)
    same(ours.classes_, other.classes_)
    np.testing.assert_array_equal(ours.transform(y), expected)
    same(ours.inverse_transform(expected), other.inverse_transform(expected))


def test_label_encoder_names_what_it_has_not_seen() -> None:
    encoder = LabelEncoder().fit(["a", "b"])
    with pytest.raises(ValueError, match=r"y contains previously unseen labels: \['c'\]"):
        encoder.transform(["a", "c"])
    with pytest.raises(ValueError, match="y contains previously unseen labels"):
        encoder.inverse_transform([0, 2])
    with pytest.warns(UserWarning, match="A column-vector y was passed"):
        LabelEncoder().fit(np.array([["a"], ["b"]]))
    assert encoder.transform([]).shape == (0,)

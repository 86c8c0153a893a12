"""The gate: any array gives numpy's answer or an error that says what to do; inputs are never changed."""

from __future__ import annotations

import numpy as np
import pytest

from colonnade import _core
from colonnade.exceptions import ArgumentError, DataError

base = np.arange(24, dtype=np.float64).reshape(4, 6)


def misaligned(a: np.ndarray) -> np.ndarray:
    buffer = np.zeros(a.nbytes + 1, dtype=np.uint8)
    result = buffer[1:].view(a.dtype).reshape(a.shape)
    result[...] = a
    assert not result.flags.aligned
    return result


def read_only(a: np.ndarray) -> np.ndarray:
    a = a.copy()
    a.flags.writeable = False
    return a


arrays = {
    "c order": base,
    "f order": np.asfortranarray(base),
    "strided": np.arange(96.0).reshape(8, 12)[::2, ::2],
    "negative strides": base[::-1, ::-1],
    "broadcast rows": np.broadcast_to(np.arange(6.0), (4, 6)),
    "broadcast all": np.broadcast_to(np.float64(3), (4, 6)),
    "misaligned": misaligned(base),
    "big-endian": base.astype(">f8"),
    "big-endian float32": base.astype(">f4"),
    "read-only": read_only(base),
    "structured field": np.zeros(4, [("pad", "i1"), ("x", "f8", (6,))])["x"],
    "bool": base > 5,
    "float16": base.astype(np.float16),
    "longdouble": base.astype(np.longdouble),
    "object": base.astype(object),
    "list of lists": base.tolist(),
    "subclass": base.view(np.recarray),
    **{str(np.dtype(t)): base.astype(t) for t in "bBhHiIlLqQf"},
}


@pytest.mark.parametrize("name", arrays)
def test_an_array_of_any_form_gives_the_values_of_numpy(name: str) -> None:
    x = arrays[name]
    before = np.array(x, dtype=object)
    checked = _core.check_matrix(x)
    assert checked.dtype in (np.float64, np.float32)
    assert checked.flags.aligned and checked.dtype.isnative
    np.testing.assert_array_equal(checked, np.asarray(x, dtype=np.float64))
    np.testing.assert_array_equal(np.array(x, dtype=object), before)


@pytest.mark.parametrize(
    "name", ["c order", "f order", "strided", "negative strides", "broadcast rows", "read-only"]
)
def test_usable_arrays_are_viewed_not_copied(name: str) -> None:
    assert np.shares_memory(_core.check_matrix(arrays[name]), arrays[name])


def test_float32_stays_float32() -> None:
    assert _core.check_matrix(base.astype(np.float32)).dtype == np.float32


refused = {
    "complex": (base + 1j, ValueError, "Complex data not supported"),
    "masked": (np.ma.masked_array(base, base > 3), ArgumentError, "masked array, expected a plain array"),
    "datetime": (np.array([["2020-01-01"]], "M8[D]"), TypeError, "convert dates first"),
    "timedelta": (np.array([[1]], "m8[s]"), TypeError, "expected numbers"),
    "structured": (np.zeros((2, 2), [("a", "f8")]), TypeError, "structured array"),
    "one dimension": (np.ones(3), ValueError, "Reshape your data"),
    "no dimension": (3.0, ValueError, "Reshape your data"),
    "three dimensions": (np.ones((2, 2, 2)), ValueError, "dim 3"),
    "no rows": (np.ones((0, 3)), ValueError, "0 sample"),
    "no columns": (np.ones((3, 0)), ValueError, "0 feature"),
    "text": ([["1", "Paris"]], ValueError, "column 1: could not convert string to float"),
    "object": ([[{"a": 1}]], TypeError, "argument must be a string or a real number"),
    "NaN": ([[1, np.nan]], DataError, "Input X contains NaN, column 1, row 0"),
    "infinity": ([[1, 2], [3, -np.inf]], DataError, "contains infinity .* column 1, row 1"),
}


@pytest.mark.parametrize("name", refused)
def test_what_cannot_be_used_gets_an_error_that_says_what_to_do(name: str) -> None:
    x, error, message = refused[name]
    with pytest.raises(error, match=message):
        _core.check_matrix(x)


def test_a_text_column_of_a_frame_is_named() -> None:
    pandas = pytest.importorskip("pandas")
    with pytest.raises(ValueError, match=r"column 'city'.*OneHotEncoder"):
        _core.check_matrix(pandas.DataFrame({"age": [1.0, 2], "city": ["Paris", "Rome"]}))


def test_sparse_is_refused_with_what_to_do() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    for gate in (_core.check_matrix, _core.describe_table):
        with pytest.raises(TypeError, match=r"Use '.toarray\(\)'"):
            gate(sparse.csr_matrix(base))


def test_missing_values_are_let_through_where_they_are_allowed() -> None:
    _core.check_matrix([[np.nan]], values="finite_or_missing")
    _core.check_matrix([[np.nan, np.inf]], values="any")
    with pytest.raises(DataError, match="infinity"):
        _core.check_matrix([[np.nan, np.inf]], values="finite_or_missing")


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_single_bad_value_is_found_anywhere(order: str, dtype: type) -> None:
    for rows, columns in [(1, 1), (3, 5), (1000, 3), (7, 300), (70_001, 2)]:
        x = np.zeros((rows, columns), dtype, order=order)
        for i, j in {(0, 0), (rows - 1, columns - 1), (rows // 2, columns // 2)}:
            x[i, j] = np.inf
            with pytest.raises(DataError, match=f"column {j}, row {i}$"):
                _core.check_matrix(x)
            x[i, j] = 0
        _core.check_matrix(x)


def test_positions_beyond_two_to_the_31_are_right_without_the_memory() -> None:
    x = np.broadcast_to(np.arange(4.0), (2**30, 4))[:, 1:]
    assert x.size > 2**31
    checked = _core.check_matrix(x, values="any")
    assert checked.shape == x.shape and checked.strides == (0, 8)


def test_vectors() -> None:
    np.testing.assert_array_equal(_core.check_vector([[1], [2]], "y"), [1, 2])
    np.testing.assert_array_equal(_core.check_vector(np.arange(6)[::-2], "y"), [5, 3, 1])
    with pytest.raises(ValueError, match="y must be 1D"):
        _core.check_vector(base, "y")


describe = _core.describe_table


def test_tables_of_plain_python() -> None:
    assert describe(
        {"a": [1, 2], "b": ["x", None], "c": [None, None], "d": [True, False], "e": [1, 2.5]}
    ) == [
        ("a", "int64", 0),
        ("b", "string", 1),
        ("c", "float64", 2),
        ("d", "bool", 0),
        ("e", "float64", 0),
    ]
    assert describe([["a", 1], ["b", 2]]) == [("x0", "string", 0), ("x1", "int64", 0)]


def test_one_row_as_a_dict_of_plain_values() -> None:
    row = {
        "i": 1,
        "f": 2.5,
        "s": "x",
        "n": None,
        "b": True,
        "nan": float("nan"),
        "np": np.float32(3),
        "np_i": np.int8(4),
    }
    assert describe(row) == [
        ("i", "int64", 0),
        ("f", "float64", 0),
        ("s", "string", 0),
        ("n", "float64", 1),
        ("b", "bool", 0),
        ("nan", "float64", 1),
        ("np", "float64", 0),
        ("np_i", "int64", 0),
    ]


def test_tables_of_numpy() -> None:
    assert describe(base[:, :1]) == [("x0", "float64", 0)]
    assert describe(np.array([["a", "b"]])) == [("x0", "string", 0), ("x1", "string", 0)]
    assert describe(np.zeros(3, [("p", "f4"), ("q", "i2")])) == [("p", "float32", 0), ("q", "int64", 0)]
    assert describe(np.array([["a", 1], [None, np.nan]], dtype=object)) == [
        ("x0", "string", 1),
        ("x1", "int64", 1),
    ]


def test_tables_of_pandas() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {
            "i": [1, 2, 3],
            "f": [1.0, np.nan, 2],
            "s": ["a", None, "b"],
            "c": pandas.Categorical(["u", "v", None]),
            "ci": pandas.Categorical([3, 1, None]),
            "ni": pandas.array([1, None, 3], "Int64"),
            "nb": pandas.array([True, None, False], "boolean"),
            "o": np.array(["a", None, "b"], dtype=object),
        }
    )
    assert [d[1:] for d in describe(frame)] == [
        ("int64", 0),
        ("float64", 1),
        ("string", 1),
        ("dictionary", 1),
        ("dictionary", 1),
        ("int64", 1),
        ("bool", 1),
        ("string", 1),
    ]
    assert describe(frame.iloc[::-2])[0] == ("i", "int64", 0)


def test_tables_of_polars_and_arrow() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(
        {
            "i": [1, 2, None],
            "s": ["a", "a text beyond twelve bytes", None],
            "e": polars.Series(["x", "y", None], dtype=polars.Enum(["x", "y"])),
            "b": [True, None, False],
            "u": polars.Series([1, 2, 3], dtype=polars.UInt8),
        }
    )
    expected = [
        ("i", "int64", 1),
        ("s", "string", 1),
        ("e", "dictionary", 1),
        ("b", "bool", 1),
        ("u", "int64", 0),
    ]
    assert describe(frame) == expected
    chunked = polars.concat([frame, frame], rechunk=False)
    assert [d[2] for d in describe(chunked)] == [2, 2, 2, 2, 0]
    pyarrow = pytest.importorskip("pyarrow")
    assert describe(pyarrow.table({"d": pyarrow.array(["a", "b"]).dictionary_encode()})) == [
        ("d", "dictionary", 0)
    ]


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        ({"a": ["x", 1]}, TypeError, "column 'a'.*uniformly strings or numbers"),
        ({"a": [{}, 1]}, TypeError, "column 'a': argument must be a string or a number, found 'dict'"),
        ({"a": [1, 2], "b": [1]}, ArgumentError, "column b: found 1 rows, expected 2"),
        ({"a": np.array(["2020"], "M8[D]")}, TypeError, "column 'a'.*convert dates first"),
        ({"a": [1 + 2j]}, ValueError, "Complex data not supported"),
        ({"a": ["\ud800"]}, ArgumentError, "lone surrogate"),
        ({"a": [2**70]}, ArgumentError, "beyond 64 bits"),
        (np.ones(3), ValueError, "Expected 2D array"),
    ],
)
def test_tables_that_cannot_be_used_name_the_column(x: object, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        describe(x)

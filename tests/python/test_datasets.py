import numpy as np
import pytest

from colonnade.datasets import make_churn


def test_the_default_is_a_dict_of_arrays_and_a_target_of_yes_and_no():
    frame, target = make_churn(500)
    assert len(frame) == 15
    assert all(isinstance(column, np.ndarray) and len(column) == 500 for column in frame.values())
    assert {column.dtype.kind for column in frame.values()} == {"f", "O"}
    assert set(target) == {"yes", "no"}
    assert 0.2 < np.mean(target == "yes") < 0.4


def test_missing_values_are_nan_and_none():
    frame, _ = make_churn(2000)
    assert np.isnan(frame["satisfaction"]).mean() > 0.2
    assert None in set(frame["payment"])
    assert len(set(frame["customer_id"])) == 2000


# LAW: churn-draws make_churn gives the same rows for the same seed, whatever their number, in every process.
def test_rows_depend_on_the_seed_and_their_number_only():
    few, few_target = make_churn(20, seed=3)
    many, many_target = make_churn(200, seed=3)
    for name in few:
        np.testing.assert_array_equal(few[name], many[name][:20])
    np.testing.assert_array_equal(few_target, many_target[:20])
    first = make_churn(3, seed=0)[0]
    assert first["customer_id"].tolist() == ["10000000-OJBUJ", "10000001-IWXCR", "10000002-PZNWR"]
    assert first["monthly_charge"].tolist() == [41.29, 29.79, 48.2]
    assert many["customer_id"][0] != first["customer_id"][0]


def test_the_second_period_has_drifted():
    before, _ = make_churn(3000)
    after, _ = make_churn(3000, period=2)
    assert after["monthly_charge"].mean() > 1.08 * before["monthly_charge"].mean()
    assert "wallet" in set(after["payment"]) and "wallet" not in set(before["payment"])
    assert not set(before["customer_id"]) & set(after["customer_id"])


def test_frames_of_pandas_and_polars():
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    frame, target = make_churn(50, frame="pandas")
    assert isinstance(frame, pandas.DataFrame) and frame.shape == (50, 15) and len(target) == 50
    other, _ = make_churn(50, frame="polars")
    assert isinstance(other, polars.DataFrame) and other.shape == (50, 15)
    assert other["payment"].null_count() == frame["payment"].isna().sum()
    assert other["age"].null_count() == frame["age"].isna().sum()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rows": -1}, "rows: found -1"),
        ({"rows": 2.5}, "rows: found 2.5"),
        ({"period": 3}, "period: found 3, expected 1 or 2"),
        ({"frame": "list"}, "frame: found 'list'"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_churn(**arguments)

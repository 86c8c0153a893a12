"""Scalers: scikit-learn's results, attributes and contract, and what we add."""

import pickle
import warnings

import numpy as np
import pytest

import colonnade
from colonnade.preprocessing import MinMaxScaler, StandardScaler

sklearn_preprocessing = pytest.importorskip("sklearn.preprocessing")

SCALERS = [
    (StandardScaler, sklearn_preprocessing.StandardScaler, {}),
    (StandardScaler, sklearn_preprocessing.StandardScaler, {"with_mean": False}),
    (StandardScaler, sklearn_preprocessing.StandardScaler, {"with_std": False}),
    (StandardScaler, sklearn_preprocessing.StandardScaler, {"with_mean": False, "with_std": False}),
    (MinMaxScaler, sklearn_preprocessing.MinMaxScaler, {}),
    (MinMaxScaler, sklearn_preprocessing.MinMaxScaler, {"feature_range": (-2, 5), "clip": True}),
]
ATTRIBUTES = {
    "StandardScaler": ["mean_", "var_", "scale_", "n_samples_seen_"],
    "MinMaxScaler": ["data_min_", "data_max_", "data_range_", "scale_", "min_", "n_samples_seen_"],
}


def table(rows=500, columns=5, missing=True, dtype=np.float64, order="C", seed=0):
    random = np.random.default_rng(seed)
    X = random.normal(size=(rows, columns)) * 10.0 ** np.arange(columns) + 3
    X[:, 1] = 0.1
    if missing:
        X[random.random(X.shape) < 0.1] = np.nan
        X[0, 0] = np.nan
    return np.asarray(X, dtype=dtype, order=order)


def assert_same_attributes(ours, theirs, rtol=1e-10):
    for name in ATTRIBUTES[type(ours).__name__]:
        mine, expected = getattr(ours, name), getattr(theirs, name)
        if expected is None:
            assert mine is None, name
        else:
            np.testing.assert_allclose(mine, expected, rtol=rtol, atol=1e-15, err_msg=name)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize(("ours", "theirs", "parameters"), SCALERS)
def test_attributes_and_results_are_those_of_scikit_learn(ours, theirs, parameters, missing, dtype, order):
    X, other = table(missing=missing, dtype=dtype, order=order), table(missing=missing, dtype=dtype, seed=1)
    rtol = 1e-10 if dtype == np.float64 else 2e-5
    mine, expected = ours(**parameters), theirs(**parameters)
    result, wanted = mine.fit_transform(X), expected.fit_transform(X)
    assert_same_attributes(mine, expected, rtol)
    assert result.dtype == wanted.dtype and result.flags.c_contiguous == wanted.flags.c_contiguous
    np.testing.assert_allclose(result, wanted, rtol=rtol, atol=rtol)
    np.testing.assert_allclose(mine.transform(other), expected.transform(other), rtol=rtol, atol=rtol)
    back = mine.inverse_transform(wanted)
    assert back.dtype == X.dtype
    np.testing.assert_allclose(
        back, expected.inverse_transform(wanted), rtol=rtol, atol=rtol * np.nanmax(np.abs(back))
    )


@pytest.mark.parametrize("missing", [False, True])
def test_weights_are_those_of_scikit_learn(missing):
    X = table(missing=missing)
    weight = np.random.default_rng(2).random(len(X))
    mine, expected = StandardScaler().fit(X, sample_weight=weight), sklearn_preprocessing.StandardScaler()
    with np.errstate(invalid="ignore"):  # its variance of a constant column is below zero
        expected.fit(X, sample_weight=weight)
    assert_same_attributes(mine, expected)


def test_a_weight_is_a_repetition_bit_for_bit():
    X = table(missing=True)
    weight = np.random.default_rng(2).integers(0, 4, len(X))
    mine, repeated = (
        StandardScaler().fit(X, sample_weight=weight),
        StandardScaler().fit(np.repeat(X, weight, axis=0)),
    )
    for name in ("mean_", "var_", "scale_"):
        assert getattr(mine, name).tobytes() == getattr(repeated, name).tobytes()


@pytest.mark.parametrize(("ours", "theirs", "parameters"), SCALERS)
def test_batches_and_merging_give_the_same_bytes_as_one_fit(ours, theirs, parameters):
    X = table(1000)
    whole = ours(**parameters).fit(X)
    batches = ours(**parameters)
    for part in np.array_split(X, [1, 10, 700]):
        batches.partial_fit(part)
    left, right = ours(**parameters).fit(X[:300]), ours(**parameters).fit(X[300:])
    assert batches == whole and batches.to_bytes() == whole.to_bytes()
    assert left.merge(right).to_bytes() == whole.to_bytes()
    assert ours(**parameters).fit(X[::-1]).to_bytes() == whole.to_bytes()


@pytest.mark.parametrize(("ours", "theirs", "parameters"), SCALERS)
def test_saved_pickled_and_loaded_scalers_are_equal_and_go_on(ours, theirs, parameters, tmp_path):
    X = table()
    scaler = ours(**parameters).fit(X)
    path = tmp_path / "scaler.colonnade"
    scaler.save(str(path))
    for loaded in (
        colonnade.load(str(path)),
        ours.from_bytes(scaler.to_bytes()),
        pickle.loads(pickle.dumps(scaler)),
    ):
        assert type(loaded) is ours and loaded == scaler
        np.testing.assert_array_equal(loaded.transform(X), scaler.transform(X))
        assert loaded.partial_fit(X) != scaler
    assert ours.from_bytes(scaler.to_bytes()).get_params() == scaler.get_params()


def test_copy_false_works_in_place_and_copy_true_leaves_the_input():
    for dtype in (np.float64, np.float32):
        X = table(dtype=dtype)
        before = X.copy()
        expected = StandardScaler().fit(X).transform(X)
        np.testing.assert_array_equal(X, before)
        scaler = StandardScaler(copy=False).fit(X)
        np.testing.assert_array_equal(X, before)
        out = scaler.transform(X)
        assert np.shares_memory(out, X)
        np.testing.assert_array_equal(out, expected)
        np.testing.assert_allclose(scaler.inverse_transform(X, copy=True), before, rtol=1e-4, atol=1e-4)


def test_copy_false_leaves_what_cannot_be_written_alone():
    X = table()
    X.flags.writeable = False
    assert not np.shares_memory(StandardScaler(copy=False).fit_transform(X), X)
    integers = np.arange(6).reshape(3, 2)
    assert StandardScaler(copy=False).fit_transform(integers).dtype == np.float64
    broadcast = np.broadcast_to(np.array([1.0, 2.0]), (4, 2))
    assert not np.shares_memory(StandardScaler(copy=False).fit_transform(broadcast), broadcast)


def test_strided_big_endian_integer_and_list_input():
    X = table(200, 6, missing=False)
    for view in (
        X[::-1],
        X[:, ::-1],
        X[::3, 1::2],
        X.T[:50],
        X.astype(">f8"),
        X[:, 2:].astype(int),
        X.tolist(),
        X > 3,
    ):
        expected = sklearn_preprocessing.StandardScaler().fit_transform(view)
        np.testing.assert_allclose(StandardScaler().fit_transform(view), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("scaler", [StandardScaler(), MinMaxScaler()])
def test_infinity_is_refused_and_the_estimator_stays_as_it_was(scaler):
    X = table()
    scaler.fit(X)
    before = scaler.to_bytes()
    bad = X.copy()
    bad[7, 2] = np.inf
    for call in (scaler.fit, scaler.partial_fit, scaler.transform, scaler.inverse_transform):
        with pytest.raises(ValueError, match="infinity"):
            call(bad)
    assert scaler.to_bytes() == before
    frozen = bad.copy()
    with pytest.raises(ValueError, match="infinity"):
        scaler.set_params(copy=False).transform(bad)
    np.testing.assert_array_equal(bad, frozen)
    scaler.set_params(copy=True)


def test_errors_say_what_to_do():
    X = table()
    scipy_sparse = pytest.importorskip("scipy.sparse")
    for scaler in (StandardScaler(with_mean=False), MinMaxScaler()):
        with pytest.raises(TypeError, match="toarray"):
            scaler.fit(scipy_sparse.csr_matrix(np.eye(3)))
    with pytest.raises(ValueError, match="X has 4 features, but StandardScaler is expecting 5 features"):
        StandardScaler().fit(X).transform(X[:, :4])
    with pytest.raises(ValueError, match="X has 4 features"):
        StandardScaler().fit(X).partial_fit(X[:, :4])
    with pytest.raises(ValueError, match="Minimum of desired feature range"):
        MinMaxScaler(feature_range=(1, 1)).fit(X)
    with pytest.raises(ValueError, match="sample_weight"):
        StandardScaler().fit(X, sample_weight=np.ones(3))
    with pytest.raises(AttributeError, match="not fitted yet"):
        StandardScaler().mean_  # noqa: B018
    with pytest.raises(TypeError, match="expected StandardScaler"):
        StandardScaler().fit(X).merge(MinMaxScaler().fit(X))


def test_a_large_mean_costs_no_digits():
    deviations = np.random.default_rng(0).normal(size=20000).round(6)
    X = (1e9 + deviations)[:, None]
    scaler = StandardScaler().fit(X)
    exact = (X[:, 0] - 1e9).astype(np.longdouble)
    assert abs(scaler.var_[0] / float(exact.var()) - 1) < 1e-12


def test_frames_give_frames_with_their_names():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(table(missing=False), columns=list("abcde"), index=range(10, 510))
    scaler = StandardScaler().set_output(transform="pandas").fit(frame)
    out = scaler.transform(frame)
    assert list(out.columns) == list("abcde") and list(out.index) == list(frame.index)
    assert scaler.get_feature_names_out().tolist() == list("abcde")
    polars = pytest.importorskip("polars")
    assert isinstance(MinMaxScaler().set_output(transform="polars").fit_transform(frame), polars.DataFrame)


@pytest.mark.parametrize(("ours", "theirs", "parameters"), SCALERS)
def test_check_estimator(ours, theirs, parameters):
    from sklearn.utils.estimator_checks import check_estimator

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check_estimator(ours(**parameters))

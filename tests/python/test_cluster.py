from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import colonnade
from colonnade.cluster import KMeans

sklearn_cluster = pytest.importorskip("sklearn.cluster")


def points(
    random: np.random.Generator, rows: int = 3000, columns: int = 5, dtype: Any = np.float64
) -> np.ndarray:
    centers = random.normal(size=(9, columns)) * 3
    return (centers[random.integers(0, 9, rows)] + random.normal(size=(rows, columns))).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("tol", [0.0, 1e-4, 1e-2])
@pytest.mark.parametrize(
    ("rows", "columns", "clusters"), [(2000, 5, 7), (3000, 16, 33), (400, 2, 3), (777, 1, 4)]
)
def test_from_the_same_start_it_is_scikit_learn(
    random: np.random.Generator, dtype: Any, tol: float, rows: int, columns: int, clusters: int
) -> None:
    X = points(random, rows, columns, dtype) + dtype(10)
    start = X[random.choice(rows, clusters, replace=False)]
    ours = KMeans(clusters, init=start, tol=tol, max_iter=40).fit(X)
    theirs = sklearn_cluster.KMeans(clusters, init=start, tol=tol, max_iter=40).fit(X)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-6, atol=1e-6)
    assert ours.n_iter_ == theirs.n_iter_
    assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-5)
    assert ours.cluster_centers_.dtype == dtype
    assert ours.labels_.dtype == theirs.labels_.dtype
    new = points(random, 100, columns, dtype) + dtype(10)
    np.testing.assert_array_equal(ours.predict(new), theirs.predict(new))
    np.testing.assert_allclose(ours.transform(new), theirs.transform(new), rtol=1e-3, atol=1e-3)
    assert ours.transform(new).dtype == dtype
    assert ours.score(new) == pytest.approx(theirs.score(new), rel=1e-4)


def test_weights_are_those_of_scikit_learn(random: np.random.Generator) -> None:
    X = points(random)
    weight = random.uniform(0, 4, len(X))
    ours = KMeans(6, init=X[:6], tol=0).fit(X, sample_weight=weight)
    theirs = sklearn_cluster.KMeans(6, init=X[:6], tol=0).fit(X, sample_weight=weight)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-9)
    assert ours.score(X, sample_weight=weight) == pytest.approx(-ours.inertia_, rel=1e-12)


@pytest.mark.parametrize("init", ["k-means++", "random"])
@pytest.mark.quality
def test_its_own_starts_are_as_good_as_those_of_scikit_learn(random: np.random.Generator, init: str) -> None:
    X = points(random, 2000, 8)
    ours = [KMeans(9, init=init, n_init=2, random_state=i).fit(X).inertia_ for i in range(15)]
    theirs = [
        sklearn_cluster.KMeans(9, init=init, n_init=2, random_state=i).fit(X).inertia_ for i in range(15)
    ]
    assert np.median(ours) <= np.median(theirs) * 1.05


def test_labels_are_predictions_and_the_seed_decides(random: np.random.Generator) -> None:
    X = points(random, dtype=np.float32)
    a = KMeans(12, max_iter=3, random_state=7).fit(X)
    np.testing.assert_array_equal(a.labels_, a.predict(X))
    assert KMeans(12, max_iter=3, random_state=7).fit(X) == a
    assert KMeans(12, max_iter=3, random_state=8).fit(X) != a
    shuffled = KMeans(12, max_iter=3, random_state=7).fit(X[::-1])
    np.testing.assert_array_equal(shuffled.labels_[::-1], a.labels_)
    np.testing.assert_array_equal(a.fit_predict(X), a.labels_)
    np.testing.assert_array_equal(a.fit_transform(X), a.transform(X))


def test_a_callable_start_is_called_for_each_run(random: np.random.Generator) -> None:
    X = points(random, 500)
    calls = []

    def start(data: np.ndarray, clusters: int, random_state: Any) -> np.ndarray:
        calls.append(clusters)
        return data[random_state.choice(len(data), clusters, replace=False)]

    fitted = KMeans(5, init=start, n_init=3, random_state=0).fit(X)
    assert calls == [5, 5, 5]
    assert fitted.inertia_ > 0


def test_fewer_distinct_rows_than_clusters_warn() -> None:
    from sklearn.exceptions import ConvergenceWarning

    X = np.repeat([[0.0, 0], [1, 0], [1, 1]], 5, axis=0)
    with pytest.warns(
        ConvergenceWarning, match=r"Number of distinct clusters \(3\) found smaller than n_clusters \(4\)"
    ):
        fitted = KMeans(4, random_state=0).fit(X)
    assert fitted.inertia_ == 0


def test_saved_and_loaded_it_predicts_the_same(random: np.random.Generator, tmp_path: Any) -> None:
    X = points(random)
    fitted = KMeans(5, random_state=0).fit(X)
    path = tmp_path / "kmeans.colonnade"
    fitted.save(path)
    for loaded in (
        colonnade.load(path),
        KMeans.from_bytes(fitted.to_bytes()),
        pickle.loads(pickle.dumps(fitted)),
    ):
        assert loaded == fitted
        assert loaded.n_clusters == 5
        assert loaded.n_features_in_ == 5
        np.testing.assert_array_equal(loaded.predict(X), fitted.labels_)
        np.testing.assert_array_equal(loaded.cluster_centers_, fitted.cluster_centers_)
    assert pickle.loads(pickle.dumps(fitted)).labels_ is not None


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_clusters": 0}, "n_clusters: found 0"),
        ({"n_clusters": 2.5}, "n_clusters: found 2.5"),
        ({"max_iter": 0}, "max_iter: found 0"),
        ({"n_init": 0}, "n_init: found 0"),
        ({"tol": -1}, "tol: found -1"),
        ({"init": "best"}, "init: found 'best'"),
        ({"algorithm": "auto"}, "algorithm: found 'auto'"),
        ({"init": np.zeros((3, 2))}, "does not match the number of clusters 8"),
        ({"init": np.zeros((8, 2))}, "does not match the number of features"),
        ({"n_clusters": 51}, "n_samples=50 should be >= n_clusters=51"),
    ],
)
def test_parameters_that_cannot_be_are_named(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        KMeans(**parameters).fit(np.random.default_rng(0).normal(size=(50, 3)))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_missing_and_infinite_values_are_refused(random: np.random.Generator, bad: float) -> None:
    X = points(random, 100)
    fitted = KMeans(3).fit(X)
    X[20, 2] = bad
    with pytest.raises(ValueError, match=r"NaN|infinity"):
        KMeans(3).fit(X)
    with pytest.raises(ValueError, match=r"NaN|infinity"):
        fitted.predict(X)


def test_verbose_prints_the_lines_of_scikit_learn(
    random: np.random.Generator, capsys: pytest.CaptureFixture[str]
) -> None:
    KMeans(3, verbose=1, random_state=0, tol=0).fit(points(random, 200))
    text = capsys.readouterr().out
    assert "Initialization complete" in text
    assert "Iteration 0, inertia " in text
    assert "strict convergence" in text


def test_steps_on_parts_of_the_rows_are_a_fit(random: np.random.Generator) -> None:
    core = colonnade._core
    X = points(random, 5000)
    fitted = KMeans(6, init=X[:6], max_iter=4, tol=0).fit(X)
    parts = [X[:100], X[100:3000], X[3000:]]
    extent = core.data_extent()
    for part in parts:
        extent.update(part)
    model = core.k_means(X[:6])
    for _ in range(fitted.n_iter_):
        steps = [core.k_means.accumulator(model, extent) for _ in parts]
        for step, part in zip(steps, parts, strict=True):
            step.update(part)
        steps[2].merge(steps[0])
        steps[2].merge(core.k_means.accumulator.from_bytes(steps[1].to_bytes()))
        model = steps[2].finalize()
    np.testing.assert_array_equal(model.centers, fitted.cluster_centers_)


def test_frames_name_the_columns(random: np.random.Generator) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(points(random, 200), columns=list("abcde"), index=range(7, 207))
    fitted = KMeans(3, random_state=0).set_output(transform="pandas").fit(frame)
    assert list(fitted.feature_names_in_) == list("abcde")
    out = fitted.transform(frame)
    assert list(out.columns) == ["kmeans0", "kmeans1", "kmeans2"]
    assert list(out.index) == list(frame.index)
    np.testing.assert_array_equal(fitted.predict(frame), fitted.labels_)


@pytest.mark.filterwarnings("ignore")
def test_the_estimator_contract_of_scikit_learn() -> None:
    from sklearn.utils.estimator_checks import check_estimator

    check_estimator(KMeans(n_clusters=2, n_init=1, max_iter=5))
    check_estimator(KMeans())

"""TargetEncoder, learning in batches, files, and scikit-learn's tools."""

from __future__ import annotations

import copy
import pickle
import warnings

import numpy as np
import pytest

import colonnade
from colonnade.preprocessing import LabelEncoder, OneHotEncoder, OrdinalEncoder, TargetEncoder

theirs = pytest.importorskip("sklearn.preprocessing")
pandas = pytest.importorskip("pandas")


def frame(rows: int = 4000, seed: int = 0):
    random = np.random.default_rng(seed)
    text = np.array(list("abcdefgh"), dtype=object)[random.integers(0, 8, rows)]
    return pandas.DataFrame(
        {
            "text": text,
            "category": pandas.Categorical(text),
            "numbers": np.where(random.random(rows) < 0.1, np.nan, random.integers(0, 5, rows)),
        }
    )


def targets(rows: int = 4000) -> dict[str, np.ndarray]:
    random = np.random.default_rng(7)
    return {
        "continuous": random.normal(size=rows) * 1e3,
        "offset": 1e9 + random.normal(size=rows),
        "binary": (random.random(rows) < 0.3).astype(int),
        "text": np.where(random.random(rows) < 0.3, "yes", "no"),
        "multiclass": random.integers(0, 3, rows),
        "words": np.array(["p", "q", "r"], dtype=object)[random.integers(0, 3, rows)],
        "whole floats": random.integers(0, 4, rows).astype(float),
    }


X, TARGETS = frame(), targets()


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("smooth", ["auto", 0.0, 12.5])
def test_target_encoder_gives_what_sklearn_gives(kind: str, smooth: object) -> None:
    y = TARGETS[kind]
    ours, other = (
        TargetEncoder(smooth=smooth, random_state=3),
        theirs.TargetEncoder(smooth=smooth, random_state=3),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = other.fit_transform(X, y)
    # Fold by fold: the same rows are drawn.
    np.testing.assert_allclose(ours.fit_transform(X, y), expected, rtol=1e-10)
    np.testing.assert_allclose(ours.transform(X), other.transform(X), rtol=1e-10)
    np.testing.assert_allclose(ours.target_mean_, other.target_mean_, rtol=1e-12)
    assert ours.target_type_ == other.target_type_
    for a, b in zip(ours.encodings_, other.encodings_, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10)
    for a, b in zip(ours.categories_, other.categories_, strict=True):
        np.testing.assert_array_equal(a, b)
    if other.classes_ is None:
        assert ours.classes_ is None
    else:
        np.testing.assert_array_equal(ours.classes_, other.classes_)
    assert ours.get_feature_names_out().tolist() == other.get_feature_names_out().tolist()
    assert ours.fit(X, y).transform(X[:3]).shape[1] == len(ours.get_feature_names_out())


def test_unknown_values_get_the_mean() -> None:
    y = TARGETS["continuous"]
    encoder = TargetEncoder().fit(X[["text"]], y)
    encoded = encoder.transform(pandas.DataFrame({"text": ["never", None]}))
    np.testing.assert_allclose(encoded, y.mean(), rtol=1e-12)


def test_splitters_and_groups() -> None:
    from sklearn.model_selection import GroupKFold, KFold, ShuffleSplit

    y = TARGETS["continuous"]
    for cv in (KFold(4), KFold(3, shuffle=True, random_state=1), list(KFold(4).split(y))):
        other = theirs.TargetEncoder(cv=cv) if hasattr(cv, "split") else theirs.TargetEncoder(cv=KFold(4))
        np.testing.assert_allclose(
            TargetEncoder(cv=cv).fit_transform(X, y), other.fit_transform(X, y), rtol=1e-10
        )
    groups = np.arange(len(y)) % 10
    assert TargetEncoder(cv=GroupKFold(5)).fit_transform(X, y, groups=groups).shape == X.shape
    with pytest.raises(ValueError, match="must cover each sample index exactly once"):
        TargetEncoder(cv=ShuffleSplit(3)).fit_transform(X, y)
    with pytest.raises(ValueError, match="can only be used with a splitter"):
        TargetEncoder().fit_transform(X, y, groups=groups)


def test_weights_are_repeated_rows() -> None:
    random = np.random.default_rng(1)
    weight = random.integers(0, 4, len(X))
    rows = np.repeat(np.arange(len(X)), weight)
    for kind in ("continuous", "offset", "binary", "words"):
        y = TARGETS[kind]
        weighted = TargetEncoder().fit(X, y, sample_weight=weight)
        repeated = TargetEncoder().fit(X.iloc[rows], y[rows])
        np.testing.assert_allclose(weighted.transform(X), repeated.transform(X), rtol=1e-12)
    with pytest.raises(ValueError, match="at least one non-zero"):
        TargetEncoder().fit(X, TARGETS["binary"], sample_weight=np.zeros(len(X)))
    with pytest.raises(ValueError, match="negative or not finite"):
        TargetEncoder().fit(X, TARGETS["binary"], sample_weight=-np.ones(len(X)))


def test_bad_targets_are_refused() -> None:
    with pytest.raises(ValueError, match="requires y to be passed, but the target y is None"):
        TargetEncoder().fit(X)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        TargetEncoder().fit(X, TARGETS["binary"][:-1])
    with pytest.raises(ValueError, match="Unknown label type"):
        TargetEncoder().fit(X, np.zeros((len(X), 2)))
    with pytest.raises(ValueError, match="Input y contains NaN"):
        TargetEncoder().fit(X, np.full(len(X), np.nan))
    with pytest.raises(ValueError, match="n_splits"):
        TargetEncoder(cv=6).fit_transform(X[:4], [0, 1, 0, 1])
    with pytest.warns(UserWarning, match="The least populated class in y has only 1 members"):
        TargetEncoder(cv=3).fit_transform(X[:6], [0, 0, 0, 0, 0, 1])
    for bad in ({"smooth": -1}, {"smooth": "mean"}, {"target_type": "ordinal"}):
        with pytest.raises(ValueError, match=f"The '{next(iter(bad))}' parameter of TargetEncoder must be"):
            TargetEncoder(**bad).fit(X, TARGETS["binary"])


def encoders() -> dict[str, object]:
    return {
        "ordinal": OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, max_categories=4),
        "one hot": OneHotEncoder(handle_unknown="infrequent_if_exist", drop="first", min_frequency=0.13),
        "target": TargetEncoder(smooth=4.0),
        "automatic": TargetEncoder(),
    }


def learn(encoder, method: str, rows: slice):
    if isinstance(encoder, TargetEncoder):
        return getattr(encoder, method)(X[rows], TARGETS["continuous"][rows])
    return getattr(encoder, method)(X[rows])


def dense(encoded) -> np.ndarray:
    return encoded.toarray() if hasattr(encoded, "toarray") else encoded


@pytest.mark.parametrize("name", encoders())
def test_batches_and_merging_give_equal_bytes(name: str) -> None:
    whole = learn(encoders()[name], "fit", slice(None))
    streamed = encoders()[name]
    for start in range(0, len(X), 700):
        learn(streamed, "partial_fit", slice(start, start + 700))
    assert streamed.to_bytes() == whole.to_bytes()
    assert streamed == whole
    left, right = (learn(encoders()[name], "fit", rows) for rows in (slice(0, 1500), slice(1500, None)))
    assert right.merge(left).to_bytes() == whole.to_bytes()


@pytest.mark.parametrize("name", encoders())
def test_files_pickle_and_copies(name: str, tmp_path) -> None:
    encoder = learn(encoders()[name], "fit", slice(None))
    expected = dense(encoder.transform(X))
    path = str(tmp_path / "encoder.colonnade")
    encoder.save(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for again in (
            colonnade.load(path),
            type(encoder).from_bytes(encoder.to_bytes()),
            pickle.loads(pickle.dumps(encoder)),
            copy.deepcopy(encoder),
        ):
            assert again == encoder
            np.testing.assert_array_equal(dense(again.transform(X)), expected)
            if not isinstance(encoder, TargetEncoder):
                assert again.max_categories == encoder.max_categories
                assert again.handle_unknown == encoder.handle_unknown
    with pytest.raises(ValueError, match="was loaded: the file holds the fitted model"):
        learn(colonnade.load(path), "partial_fit", slice(None))


def test_label_encoder_learns_in_batches(tmp_path) -> None:
    encoder = LabelEncoder().partial_fit(["b", "a"]).partial_fit(["long name"])
    assert encoder.classes_.tolist() == ["a", "b", "long name"]
    assert LabelEncoder().fit(["a"]).merge(LabelEncoder().fit(["c"])).transform(["c"])[0] == 1
    encoder.save(str(tmp_path / "labels"))
    assert colonnade.load(str(tmp_path / "labels")).inverse_transform([2])[0] == "long name"


def test_target_encoder_learns_classes_in_batches() -> None:
    y = TARGETS["words"]
    streamed = TargetEncoder()
    for start in range(0, len(X), 1000):
        streamed.partial_fit(X[start : start + 1000], y[start : start + 1000], classes=["p", "q", "r"])
    np.testing.assert_array_equal(streamed.transform(X), TargetEncoder().fit(X, y).transform(X))
    with pytest.raises(ValueError, match="previously unseen labels"):
        streamed.partial_fit(X[:1], ["z"])


def test_a_refused_batch_leaves_the_encoder_as_it_was() -> None:
    encoder = OrdinalEncoder().fit(X)
    before = encoder.to_bytes()
    other = X.copy()
    other["text"] = 1.5
    with pytest.raises(ValueError, match="uniformly strings or numbers"):
        encoder.partial_fit(other)
    assert encoder.to_bytes() == before
    encoder.partial_fit(X)
    np.testing.assert_array_equal(encoder.transform(X), OrdinalEncoder().fit(X).transform(X))


@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_output_containers(container: str) -> None:
    pytest.importorskip(container)
    part = X[100:200]
    for encoder in (OrdinalEncoder(), OneHotEncoder(sparse_output=False)):
        encoder.set_output(transform=container)
        out = encoder.fit_transform(part)
        assert list(out.columns) == encoder.get_feature_names_out().tolist()
        if container == "pandas":
            assert out.index.equals(part.index)
    with pytest.raises(ValueError, match="output does not support sparse data"):
        OneHotEncoder().set_output(transform=container).fit_transform(part)


@pytest.mark.parametrize(
    "estimator",
    [
        OrdinalEncoder(),
        OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
        OneHotEncoder(handle_unknown="ignore"),
        OneHotEncoder(handle_unknown="ignore", sparse_output=False),
        TargetEncoder(cv=3),
        LabelEncoder(),
    ],
    ids=repr,
)
def test_check_estimator(estimator: object) -> None:
    from sklearn.utils.estimator_checks import check_estimator

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(estimator, on_fail=None)
    assert [r["check_name"] for r in results if r["status"] in ("failed", "xfail")] == []


def test_tools_of_sklearn_take_them() -> None:
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline

    y = TARGETS["binary"]
    columns = ColumnTransformer(
        [
            ("one", OneHotEncoder(handle_unknown="ignore"), ["text"]),
            ("target", TargetEncoder(), ["category", "numbers"]),
        ]
    )
    search = GridSearchCV(
        make_pipeline(columns, LogisticRegression()),
        {"columntransformer__target__smooth": ["auto", 5.0]},
        cv=2,
    ).fit(X, y)
    assert search.predict(X).shape == y.shape
    assert columns.fit(X, y).get_feature_names_out()[0] == "one__text_a"


def test_a_million_distinct_values() -> None:
    random = np.random.default_rng(2)
    values = random.permutation(300_000)
    y = random.normal(size=len(values))
    encoder = TargetEncoder(smooth=1.0, random_state=0)
    encoded = encoder.fit_transform(values.reshape(-1, 1), y)
    # Every value is in one row, so that each row gets the mean of the other folds.
    assert len(np.unique(encoded)) == 5
    np.testing.assert_allclose(
        encoder.transform(values.reshape(-1, 1))[:, 0], (y + y.mean()) / 2, rtol=1e-9, atol=1e-12
    )

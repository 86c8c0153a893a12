"""The pipeline beside scikit-learn's, and inside its tools."""

import numpy as np
import pytest

import colonnade.preprocessing as ours
from colonnade.boosting import GradientBoostedTreesClassifier, GradientBoostedTreesRegressor
from colonnade.cluster import KMeans
from colonnade.datasets import make_churn
from colonnade.pipeline import ColumnTransformer, Pipeline, make_column_transformer, make_pipeline

pandas = pytest.importorskip("pandas")
pytest.importorskip("sklearn")

import sklearn  # noqa: E402
import sklearn.compose  # noqa: E402
import sklearn.pipeline  # noqa: E402
import sklearn.preprocessing as theirs  # noqa: E402
from sklearn.base import clone, is_classifier  # noqa: E402
from sklearn.impute import SimpleImputer as TheirImputer  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402

NUMBERS = ["tenure_months", "monthly_charge", "satisfaction"]


@pytest.fixture(scope="module")
def customers():
    frame, target = make_churn(1200, frame="pandas")
    return frame, (target == "yes").astype(int)


def both(make):
    """The same ColumnTransformer from our classes and from scikit-learn's."""
    mine = make(ColumnTransformer, Pipeline, ours, ours.SimpleImputer)
    their = make(sklearn.compose.ColumnTransformer, sklearn.pipeline.Pipeline, theirs, TheirImputer)
    return mine, their


def groups(transformer, pipeline, p, imputer, **arguments):
    numbers = pipeline([("impute", imputer(strategy="mean")), ("scale", p.StandardScaler())])
    return transformer(
        [
            ("numbers", numbers, NUMBERS),
            ("text", p.OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["contract", "plan"]),
            ("codes", p.OrdinalEncoder(), ["internet"]),
            ("out", "drop", ["customer_id"]),
            ("as is", "passthrough", ["support_calls"]),
        ],
        **arguments,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"verbose_feature_names_out": False},
        {"verbose_feature_names_out": "{feature_name}__of__{transformer_name}"},
        {"transformer_weights": {"numbers": 0.5, "text": 2.0}},
    ],
)
def test_values_and_names_of_columns_are_those_of_scikit_learn(customers, arguments):
    frame, _ = customers
    mine, their = both(lambda *classes: groups(*classes, **arguments))
    expected = np.asarray(their.fit_transform(frame), dtype=float)
    np.testing.assert_allclose(mine.fit_transform(frame), expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(mine.transform(frame[:50]), expected[:50], rtol=1e-12, atol=1e-12)
    assert list(mine.get_feature_names_out()) == list(their.get_feature_names_out())
    assert [name for name, _, _ in mine.transformers_] == [name for name, _, _ in their.transformers_]


def test_the_remainder_is_passed_or_transformed(customers):
    frame = customers[0][[*NUMBERS, "support_calls", "late_payments"]].fillna(0)
    for rest in ("passthrough", "drop", "scale"):

        def make(transformer, pipeline, p, imputer, rest=rest):
            remainder = p.MinMaxScaler() if rest == "scale" else rest
            return transformer([("a", p.StandardScaler(), ["support_calls"])], remainder=remainder)

        mine, their = both(make)
        np.testing.assert_allclose(
            mine.fit_transform(frame), their.fit_transform(frame), rtol=1e-12, atol=1e-12
        )
        assert list(mine.get_feature_names_out()) == list(their.get_feature_names_out())


@pytest.mark.parametrize(
    "columns",
    [
        [0, 2],
        [-1],
        1,
        slice(0, 2),
        slice(None, -1),
        [True, False, True],
        np.array([False, True, True]),
        lambda X: [1],
        np.array([0, 1]),
    ],
)
def test_columns_of_arrays_by_position_slice_mask_and_function(columns):
    X = np.random.default_rng(0).normal(size=(60, 3))
    mine = ColumnTransformer([("a", ours.StandardScaler(), columns)], remainder="passthrough")
    wanted = [columns] if isinstance(columns, int) else columns
    their = sklearn.compose.ColumnTransformer(
        [("a", theirs.StandardScaler(), wanted)], remainder="passthrough"
    )
    np.testing.assert_allclose(mine.fit_transform(X), their.fit_transform(X), rtol=1e-12, atol=1e-12)
    assert list(mine.get_feature_names_out()) == list(their.get_feature_names_out())


@pytest.mark.parametrize(
    "columns", [slice("plan", "internet"), slice("plan", None), ["plan"], lambda X: ["plan", "payment"]]
)
def test_columns_of_frames_by_name_and_slice_of_names(customers, columns):
    frame = customers[0][["age", "plan", "payment", "internet"]]
    mine = ColumnTransformer([("a", ours.OneHotEncoder(), columns)])
    their = sklearn.compose.ColumnTransformer([("a", theirs.OneHotEncoder(), columns)], sparse_threshold=0)
    np.testing.assert_array_equal(mine.fit_transform(frame), their.fit_transform(frame))
    assert list(mine.get_feature_names_out()) == list(their.get_feature_names_out())


@pytest.mark.parametrize("columns", ["nobody", ["age", "nobody"], [17], [1.5], True])
def test_columns_that_are_not_there_are_refused(customers, columns):
    with pytest.raises(ValueError):
        ColumnTransformer([("a", "passthrough", columns)]).fit(customers[0])


def test_cross_fitted_target_encodings_are_those_of_scikit_learn(customers):
    frame, target = customers
    mine = ColumnTransformer([("region", ours.TargetEncoder(random_state=0), ["region", "plan"])])
    alone = ours.TargetEncoder(random_state=0)
    np.testing.assert_array_equal(
        mine.fit_transform(frame, target), alone.fit_transform(frame[["region", "plan"]], target)
    )
    np.testing.assert_array_equal(mine.transform(frame), alone.transform(frame[["region", "plan"]]))


def test_names_that_are_not_unique_are_refused(customers):
    twice = [("a", ours.StandardScaler(), NUMBERS), ("b", ours.MinMaxScaler(), NUMBERS)]
    frame = customers[0].fillna(dict.fromkeys(NUMBERS, 0))
    with pytest.raises(ValueError, match="not unique"):
        ColumnTransformer(twice, verbose_feature_names_out=False).fit(frame)


# ---- inside scikit-learn's tools -------------------------------------------------------------------------------------


def churn():
    numbers = make_pipeline(ours.SimpleImputer(), ours.StandardScaler())
    columns = make_column_transformer((numbers, NUMBERS), (ours.OneHotEncoder(), ["contract", "internet"]))
    return Pipeline(
        [("columns", columns), ("model", GradientBoostedTreesClassifier(n_estimators=10, max_depth=2))]
    )


def test_grid_search_clones_sets_nested_parameters_and_finds_the_best(customers):
    frame, target = customers
    grid = {"model__n_estimators": [1, 25], "columns__pipeline__simpleimputer__strategy": ["mean", "median"]}
    search = GridSearchCV(churn(), grid, cv=3, scoring="roc_auc").fit(frame, target)
    assert search.best_params_["model__n_estimators"] == 25
    assert search.best_score_ > 0.75
    assert isinstance(search.best_estimator_, Pipeline)
    assert search.predict_proba(frame).shape == (1200, 2)


def test_cross_validation_and_clone(customers):
    frame, target = customers
    model = churn()
    assert is_classifier(model)
    scores = cross_val_score(model, frame, target, cv=3)
    assert scores.shape == (3,) and scores.min() > 0.7
    copy = clone(model.set_params(model__max_depth=4))
    assert copy is not model and copy.get_params()["model__max_depth"] == 4
    assert copy.named_steps["model"] is not model.named_steps["model"]
    with pytest.raises(ValueError, match="nobody"):
        model.set_params(nobody=1)
    with pytest.raises(ValueError, match="nothing"):
        model.set_params(model__nothing=1)


def test_a_search_may_replace_or_leave_out_steps(customers):
    frame, target = customers
    model = Pipeline(
        [
            ("impute", ours.SimpleImputer()),
            ("scale", ours.StandardScaler()),
            ("model", GradientBoostedTreesClassifier(n_estimators=5)),
        ]
    )
    search = GridSearchCV(model, {"scale": ["passthrough", ours.MinMaxScaler()]}, cv=2).fit(
        frame[NUMBERS], target
    )
    assert search.best_score_ > 0.6


def test_set_output_gives_frames_with_names(customers):
    frame, target = customers
    columns = churn()[:-1]
    polars = pytest.importorskip("polars")
    made = columns.set_output(transform="pandas").fit(frame, target).transform(frame)
    assert isinstance(made, pandas.DataFrame)
    assert list(made.columns) == list(columns.get_feature_names_out())
    assert made.index.equals(frame.index)
    assert isinstance(columns.set_output(transform="polars").transform(frame), polars.DataFrame)
    assert isinstance(columns.set_output(transform="default").transform(frame), np.ndarray)
    with sklearn.config_context(transform_output="pandas"):
        model = churn().fit(frame, target)
        assert model.predict_proba(frame).shape == (1200, 2)


def test_our_steps_work_in_scikit_learns_pipeline(customers):
    frame, target = customers
    columns = churn().named_steps["columns"]
    model = sklearn.pipeline.make_pipeline(
        columns, GradientBoostedTreesClassifier(n_estimators=10, max_depth=2)
    )
    expected = churn().fit(frame, target).predict_proba(frame)
    np.testing.assert_array_equal(model.fit(frame, target).predict_proba(frame), expected)


CHECKED = [
    make_pipeline(ours.StandardScaler(), ours.MinMaxScaler()),
    make_pipeline(ours.StandardScaler(), KMeans(n_clusters=2, n_init=1, random_state=0)),
    make_pipeline(ours.StandardScaler(), GradientBoostedTreesClassifier(n_estimators=5)),
    make_pipeline(ours.StandardScaler(), GradientBoostedTreesRegressor(n_estimators=5)),
    ColumnTransformer([("a", ours.StandardScaler(), [0])]),
]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("estimator", CHECKED, ids=range(len(CHECKED)))
def test_the_checks_of_scikit_learn(estimator):
    from sklearn.utils.estimator_checks import check_estimator

    results = check_estimator(estimator, on_skip=None, on_fail=None)
    failed = {r["check_name"]: repr(r["exception"]) for r in results if r["status"] == "failed"}
    assert not failed

import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest

import colonnade
from colonnade.boosting import GradientBoostedTreesClassifier, GradientBoostedTreesRegressor
from colonnade.cluster import KMeans
from colonnade.datasets import make_churn
from colonnade.exceptions import NotFittedError
from colonnade.pipeline import ColumnTransformer, Pipeline, make_column_selector, make_pipeline
from colonnade.preprocessing import (
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    SimpleImputer,
    StandardScaler,
    TargetEncoder,
)

pandas = pytest.importorskip("pandas")
polars = pytest.importorskip("polars")
pytest.importorskip("sklearn")

NUMBERS = ["tenure_months", "monthly_charge", "satisfaction", "age"]
TEXT = ["contract", "internet"]


def columns(**arguments):
    numbers = Pipeline([("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    return ColumnTransformer(
        [
            ("numbers", numbers, NUMBERS),
            ("text", OneHotEncoder(handle_unknown="ignore"), TEXT),
            ("region", TargetEncoder(random_state=0), ["region"]),
            ("calls", "passthrough", ["support_calls"]),
        ],
        **arguments,
    )


def churn_pipeline(**arguments):
    arguments = {"n_estimators": 30, "max_depth": 3, "learning_rate": 0.1, **arguments}
    return Pipeline([("columns", columns()), ("model", GradientBoostedTreesClassifier(**arguments))])


@pytest.fixture(scope="module")
def customers():
    return make_churn(3000)


@pytest.fixture(scope="module")
def fitted(customers):
    return churn_pipeline().fit(*customers)


def plain_row(frame, i):
    return {k: v[i] if isinstance(v[i], str) or v[i] is None else float(v[i]) for k, v in frame.items()}


# ---- one object for all kinds of tables -------------------------------------------------------------------------


def test_the_same_bits_from_a_dict_pandas_polars_arrow_and_single_rows(customers, fitted):
    frame, _ = customers
    expected = fitted.predict_proba(frame)
    pandas_frame = pandas.DataFrame(frame)
    for table in (pandas_frame, pandas_frame.convert_dtypes(), polars.from_pandas(pandas_frame)):
        assert np.array_equal(fitted.predict_proba(table), expected)
    categorical = pandas_frame.astype(dict.fromkeys([*TEXT, "region"], "category"))
    assert np.array_equal(fitted.predict_proba(categorical), expected)
    pyarrow = pytest.importorskip("pyarrow")
    assert np.array_equal(fitted.predict_proba(pyarrow.Table.from_pandas(pandas_frame)), expected)
    for i in range(0, 3000, 211):
        assert np.array_equal(fitted.predict_proba(plain_row(frame, i))[0], expected[i])


def test_columns_may_come_in_any_order_and_with_others_between(customers, fitted):
    frame, _ = customers
    shuffled = {name: frame[name] for name in reversed(list(frame))} | {"something": np.zeros(3000)}
    assert np.array_equal(fitted.predict_proba(shuffled), fitted.predict_proba(frame))
    needed = {name: frame[name] for name in [*NUMBERS, *TEXT, "region", "support_calls"]}
    assert np.array_equal(fitted.predict_proba(needed), fitted.predict_proba(frame))


def test_integers_and_none_in_a_row_are_numbers_and_gaps(customers, fitted):
    frame, _ = customers
    row = plain_row(frame, 0)
    whole = {**row, "tenure_months": int(row["tenure_months"])}
    assert np.array_equal(fitted.predict_proba(whole), fitted.predict_proba(row))
    gap = {**row, "satisfaction": None, "contract": None}
    table = {k: np.array([v], dtype=object) for k, v in gap.items()}
    assert np.array_equal(fitted.predict_proba(gap), fitted.predict_proba(table))
    numpy_values = {k: np.float64(v) if isinstance(v, float) else v for k, v in row.items()}
    assert np.array_equal(fitted.predict_proba(numpy_values), fitted.predict_proba(row))


def test_a_missing_column_and_text_for_numbers_are_named(customers, fitted):
    frame, _ = customers
    without = {k: v for k, v in frame.items() if k != "age"}
    with pytest.raises(ValueError, match="no column 'age'"):
        fitted.predict(without)
    with pytest.raises(ValueError, match="column 'age': found text, expected numbers"):
        fitted.predict({**frame, "age": frame["plan"]})
    row = plain_row(frame, 0)
    with pytest.raises(ValueError, match="column 'contract': found numbers, expected text"):
        fitted.predict({**row, "contract": 3})
    with pytest.raises(ValueError, match="no column 'age'"):
        fitted.predict({k: v for k, v in row.items() if k != "age"})


# ---- saving ------------------------------------------------------------------------------------------------------


# LAW: pipeline-file A pipeline that was saved and loaded, pickled or copied predicts the same bits and is equal.
def test_saved_loaded_and_pickled_pipelines_are_equal(customers, fitted, tmp_path):
    frame, _ = customers
    expected = fitted.predict_proba(frame)
    path = tmp_path / "churn.colonnade"
    fitted.save(path)
    for other in (colonnade.load(path), Pipeline.load(path), pickle.loads(pickle.dumps(fitted))):
        assert isinstance(other, Pipeline)
        assert other == fitted
        assert np.array_equal(other.predict_proba(frame), expected)
        assert list(other.predict(frame)) == list(fitted.predict(frame))
        assert list(other.classes_) == ["no", "yes"]
        assert [name for name, _ in other.steps] == ["columns", "model"]
        assert other.to_bytes() == fitted.to_bytes()
        assert list(other.feature_names_in_) == list(frame)
        assert other.n_features_in_ == 15
    assert isinstance(other.named_steps["model"], GradientBoostedTreesClassifier)


def test_a_loaded_pipeline_can_be_taken_apart_and_fitted_again(customers, fitted):
    frame, target = customers
    loaded = colonnade.from_bytes(fitted.to_bytes())
    inner = loaded.named_steps["columns"]
    assert list(inner.get_feature_names_out()) == list(fitted.named_steps["columns"].get_feature_names_out())
    assert np.array_equal(inner.transform(frame), fitted[:-1].transform(frame))
    assert list(inner.named_transformers_) == ["numbers", "text", "region", "calls"]
    numbers = pandas.DataFrame({name: frame[name] for name in NUMBERS})
    scaled = inner.named_transformers_["numbers"].transform(numbers)
    assert np.array_equal(scaled, inner.transform(frame)[:, : scaled.shape[1]])
    assert inner.named_transformers_["numbers"].named_steps["scale"].mean_.shape == (4,)
    again = loaded.fit(frame, target)
    assert again.score(frame, target) > 0.75


def test_a_loaded_column_transformer_names_and_weighs_as_before(customers):
    frame, _ = customers
    groups = [("n", "passthrough", ["support_calls"]), ("t", OneHotEncoder(), ["plan"])]
    for arguments in ({}, {"verbose_feature_names_out": False, "transformer_weights": {"t": 0.5}}):
        made = ColumnTransformer(groups, **arguments).fit(frame)
        again = colonnade.from_bytes(made.to_bytes())
        assert isinstance(again, ColumnTransformer) and again == made
        names, values = list(made.get_feature_names_out()), made.transform(frame)
        assert list(again.get_feature_names_out()) == names
        assert np.array_equal(again.transform(frame), values)
        assert np.array_equal(again.fit_transform(frame), values)
        assert list(again.get_feature_names_out()) == names


def test_labels_of_every_kind_survive(customers):
    frame, target = customers
    kinds = [
        np.where(target == "yes", 7, -3),
        target == "yes",
        np.where(target == "yes", 2.0, 1.0),
        target.astype(str),
    ]
    for labels in kinds:
        made = churn_pipeline(n_estimators=3).fit(frame, labels)
        loaded = colonnade.from_bytes(made.to_bytes())
        assert list(loaded.classes_) == sorted(set(labels.tolist()))
        assert np.array_equal(loaded.predict(frame), made.predict(frame))
        assert loaded.predict(frame).dtype.kind == made.predict(frame).dtype.kind or labels.dtype.kind == "U"


def test_regressors_clusters_and_transformers_are_pipelines_too(customers):
    frame, _ = customers
    charge = frame["monthly_charge"]
    regressor = Pipeline([("columns", columns()), ("model", GradientBoostedTreesRegressor(n_estimators=20))])
    regressor.fit(frame, charge)
    assert regressor.score(frame, charge) > 0.8
    assert not hasattr(regressor, "predict_proba") and not hasattr(regressor, "transform")
    loaded = colonnade.from_bytes(regressor.to_bytes())
    assert np.array_equal(loaded.predict(frame), regressor.predict(frame))

    scaled = make_pipeline(SimpleImputer(), StandardScaler(), KMeans(n_clusters=3, random_state=0))
    numbers = pandas.DataFrame({name: frame[name] for name in NUMBERS})
    labels = scaled.fit_predict(numbers)
    assert set(labels) == {0, 1, 2} and labels.dtype == np.int32
    loaded = colonnade.from_bytes(scaled.to_bytes())
    assert np.array_equal(loaded.predict(numbers), labels)
    assert scaled.transform(numbers).shape == (3000, 3)

    only = make_pipeline(SimpleImputer(), MinMaxScaler())
    values = only.fit_transform(numbers)
    assert np.array_equal(colonnade.from_bytes(only.to_bytes()).transform(numbers), values)
    assert not hasattr(only, "predict")


# ---- threads -----------------------------------------------------------------------------------------------------


# LAW: pipeline-shared A pipeline used by several Python threads at once gives each the same bits.
def test_a_pipeline_may_be_shared_between_threads(customers, fitted):
    frame, _ = customers
    expected = fitted.predict_proba(frame)
    equal = []

    def use():
        equal.extend(np.array_equal(fitted.predict_proba(frame), expected) for _ in range(5))

    users = [threading.Thread(target=use) for _ in range(4)]
    for user in users:
        user.start()
    for user in users:
        user.join()
    assert equal == [True] * 20


# LAW: pipeline-thread-count The number of threads changes no bit of a fitted pipeline or of its predictions.
def test_threads_do_not_change_a_bit(customers, fitted):
    frame, target = customers
    before = colonnade.default_threads()
    try:
        for threads in (1, 2, 3, 7):
            colonnade.set_default_threads(threads)
            again = churn_pipeline().fit(frame, target)
            assert again.to_bytes() == fitted.to_bytes()
            assert np.array_equal(again.predict_proba(frame), fitted.predict_proba(frame))
    finally:
        colonnade.set_default_threads(before)


@pytest.mark.slow
def test_a_pipeline_works_after_fork(customers, fitted):
    code = """
import multiprocessing, numpy as np
from colonnade.datasets import make_churn
from colonnade.pipeline import make_pipeline
from colonnade.boosting import GradientBoostedTreesClassifier
from colonnade.pipeline import ColumnTransformer, Pipeline
frame, target = make_churn(4000)
model = Pipeline([("c", ColumnTransformer([("n", "passthrough", ["age", "tenure_months"])])),
                  ("m", GradientBoostedTreesClassifier(n_estimators=5))]).fit(frame, target)
expected = model.predict_proba(frame)
def same(_):
    return bool(np.array_equal(model.predict_proba(frame), expected))
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(same, range(4)))
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[True, True, True, True]", done.stderr


# ---- fitting -----------------------------------------------------------------------------------------------------


def test_a_validation_set_goes_through_the_fitted_transformers(customers):
    frame, target = customers
    held, held_target = make_churn(800, seed=9)
    model = churn_pipeline(n_estimators=400, learning_rate=0.3, early_stopping_rounds=5, eval_metric="auc")
    model.fit(frame, target, model__eval_set=[(held, held_target)])
    last = model.named_steps["model"]
    assert last.n_iter_ < 400
    from colonnade.metrics import roc_auc_score

    auc = roc_auc_score(held_target == "yes", model.predict_proba(held)[:, 1])
    assert auc == pytest.approx(last.best_score, abs=1e-9)


def test_parameters_of_fit_go_to_their_step(customers):
    frame, target = customers
    seen = []
    model = churn_pipeline(n_estimators=4)
    model.fit(frame, target, model__callbacks=[lambda iteration, history: seen.append(iteration)])
    assert seen == [0, 1, 2, 3]
    weight = np.where(target == "yes", 5.0, 1.0)
    weighted = churn_pipeline(n_estimators=4).fit(frame, target, model__sample_weight=weight)
    assert weighted.predict_proba(frame)[:, 1].mean() > model.predict_proba(frame)[:, 1].mean()
    with pytest.raises(ValueError, match="does not accept the sample_weight parameter"):
        model.fit(frame, target, sample_weight=weight)
    with pytest.raises(ValueError, match="found step 'nobody'"):
        model.fit(frame, target, nobody__x=1)


def test_an_interrupted_fit_leaves_the_pipeline_as_it_was(customers):
    frame, target = customers
    model = churn_pipeline().fit(frame, target)
    before, inner = model.to_bytes(), model.named_steps["model"].to_bytes()

    def interrupt(iteration, history):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.fit(make_churn(500, 3)[0], make_churn(500, 3)[1], model__callbacks=[interrupt])
    assert model.to_bytes() == before
    assert model.named_steps["model"].to_bytes() == inner


def test_fit_leaves_what_was_given_alone_and_shows_the_fitted_steps(customers):
    frame, target = customers
    given = [("columns", columns()), ("model", GradientBoostedTreesClassifier(n_estimators=3))]
    model = Pipeline(given)
    assert model.steps is given
    model.fit(frame, target)
    assert model.get_params(deep=False)["steps"] is given
    assert not hasattr(given[1][1], "n_features_in_")
    for last in (model[-1], model["model"], model.steps[-1][1], model.named_steps["model"], model[1:][0]):
        assert last.n_iter_ == 3
        assert len(last.feature_importances_) == len(model[:-1].get_feature_names_out())
    model.set_params(model__n_estimators=2)
    assert model[-1].n_iter_ == 3
    assert model.fit(frame, target)[-1].n_iter_ == 2


def test_a_replaced_step_has_to_be_fitted(customers):
    frame, target = customers
    model = Pipeline([("columns", columns()), ("model", GradientBoostedTreesClassifier(n_estimators=3))])
    model.fit(frame, target).set_params(model=GradientBoostedTreesClassifier(n_estimators=2))
    with pytest.raises(NotFittedError):
        model.predict(frame)
    assert model.fit(frame, target)[-1].n_iter_ == 2


def test_steps_may_be_nothing_and_pipelines_may_be_nested(customers):
    frame, target = customers
    inner = Pipeline([("a", SimpleImputer()), ("b", "passthrough"), ("c", StandardScaler())])
    outer = Pipeline(
        [("inner", inner), ("none", None), ("model", GradientBoostedTreesClassifier(n_estimators=3))]
    )
    numbers = np.column_stack([frame[name] for name in NUMBERS])
    outer.fit(numbers, target)
    loaded = colonnade.from_bytes(outer.to_bytes())
    assert np.array_equal(loaded.predict_proba(numbers), outer.predict_proba(numbers))
    flat = make_pipeline(SimpleImputer(), StandardScaler(), GradientBoostedTreesClassifier(n_estimators=3))
    assert np.array_equal(flat.fit(numbers, target).predict_proba(numbers), outer.predict_proba(numbers))


@pytest.mark.parametrize(
    ("steps", "error", "message"),
    [
        ([], ValueError, "empty"),
        ([("a", StandardScaler()), ("a", StandardScaler())], ValueError, "not unique"),
        ([("a__b", StandardScaler())], ValueError, "must not contain __"),
        ([("steps", StandardScaler())], ValueError, "conflict with constructor"),
        ([("a", GradientBoostedTreesClassifier()), ("b", StandardScaler())], TypeError, "intermediate steps"),
        ([("a", object()), ("b", StandardScaler())], TypeError, "expected an estimator of colonnade"),
        ([("a", StandardScaler)], TypeError, "an object, not the class"),
    ],
)
def test_bad_steps_are_named(steps, error, message):
    with pytest.raises(error, match=message):
        Pipeline(steps).fit([[1.0], [2.0]], [0, 1])


def test_an_estimator_of_scikit_learn_is_refused_with_its_name():
    import sklearn.preprocessing

    with pytest.raises(TypeError, match=r"'scale': found sklearn.preprocessing._data.StandardScaler"):
        Pipeline([("scale", sklearn.preprocessing.StandardScaler())]).fit([[1.0], [2.0]])


def test_an_unfitted_pipeline_says_so():
    with pytest.raises(NotFittedError):
        churn_pipeline().predict({"age": 3})
    with pytest.raises(NotFittedError):
        columns().transform({"age": 3})


def test_selectors_pick_columns_by_name_and_type(customers):
    frame, _ = customers
    table = pandas.DataFrame(frame)
    for X in (frame, table, polars.from_pandas(table)):
        assert make_column_selector(dtype_include="number")(X)[:2] == ["age", "tenure_months"]
        assert make_column_selector(pattern="^p", dtype_exclude="number")(X) == [
            "plan",
            "payment",
            "paperless",
        ]
    made = ColumnTransformer([("n", "passthrough", make_column_selector("_months$"))]).fit(frame)
    assert list(made.get_feature_names_out()) == ["n__tenure_months"]


def test_one_hot_and_ordinal_codes_of_whole_numbers(customers):
    frame = {"calls": np.array([0, 2, 2, 5]), "plan": ["a", "b", "a", None]}
    made = ColumnTransformer(
        [
            ("calls", OneHotEncoder(), ["calls"]),
            ("plan", OrdinalEncoder(), ["plan"]),
            ("again", OneHotEncoder(), ["calls", "plan"]),
        ]
    )
    values = made.fit_transform(frame)
    assert list(made.get_feature_names_out())[:4] == [
        "calls__calls_0",
        "calls__calls_2",
        "calls__calls_5",
        "plan__plan",
    ]
    assert values[3, :3].tolist() == [0, 0, 1]
    assert np.array_equal(made.transform({"calls": 2, "plan": "a"})[0], values[2])

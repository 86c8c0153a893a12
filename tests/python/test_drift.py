from __future__ import annotations

import copy
import json
import pickle
import warnings

import numpy as np
import pytest

import colonnade
from colonnade.drift import Profile, Report, benjamini_hochberg, categorical, compare, two_sample

stats = pytest.importorskip("scipy.stats")
pandas = pytest.importorskip("pandas")


def draws(random: np.random.Generator, n: int, kind: str, shift: float = 0.0) -> np.ndarray:
    x = random.normal(shift, 1, n)
    return {"distinct": x, "tied": np.round(x, 1), "discrete": np.round(2 * x), "offset": 1e9 + x}[kind]


SIZES = [(2, 3), (5, 5), (20, 15), (21, 40), (300, 997), (5000, 5000), (9999, 300), (20_000, 15_000)]


@pytest.mark.parametrize("kind", ["distinct", "tied", "discrete", "offset"])
@pytest.mark.parametrize(("n", "m"), SIZES)
@pytest.mark.filterwarnings("ignore")
def test_two_sample_agrees_with_scipy(random: np.random.Generator, n: int, m: int, kind: str) -> None:
    for shift in (0.0, 0.1, 1.0):
        x, y = draws(random, n, kind), draws(random, m, kind, shift)
        result = two_sample(x, y)
        ks = stats.ks_2samp(x, y)
        assert result.ks.statistic == pytest.approx(ks.statistic, rel=1e-12)
        # Exact to rounding; the asymptotic formula to 2e-4, where the p-value matters.
        tolerance = 1e-9 if max(n, m) <= 10_000 else 2e-4
        if ks.pvalue > 1e-12:
            assert result.ks.p_value == pytest.approx(ks.pvalue, rel=tolerance)
        assert result.wasserstein.statistic == pytest.approx(stats.wasserstein_distance(x, y), rel=1e-10)
        pooled = np.r_[x, y]
        if len(np.unique(pooled)) < 2:
            continue
        if n + m >= 4:
            anderson = stats.anderson_ksamp([x, y], variant="midrank")
            assert result.anderson_darling.statistic == pytest.approx(anderson.statistic, rel=1e-9, abs=1e-9)
            if kind in ("distinct", "offset") and min(n, m) >= 20 and 0.001 < anderson.pvalue < 0.25:
                # scipy interpolates a table of seven values
                assert result.anderson_darling.p_value == pytest.approx(anderson.pvalue, rel=0.05)
        if len(np.unique(pooled)) == n + m:
            cramer = stats.cramervonmises_2samp(x, y)
            assert result.cramer_von_mises.statistic == pytest.approx(cramer.statistic, rel=1e-9, abs=1e-9)
            assert result.cramer_von_mises.p_value == pytest.approx(cramer.pvalue, abs=2e-6)


def test_cramer_von_mises_stays_bounded_under_ties() -> None:
    # scipy's midranks give a criterion of 94, and a p-value of 0, for samples that are equal.
    ones = np.ones(1000)
    result = two_sample(ones, ones[:30])
    assert result.cramer_von_mises.statistic == 0
    assert result.cramer_von_mises.p_value == 1


def test_psi_and_jensen_shannon_follow_their_formulas(random: np.random.Generator) -> None:
    from scipy.spatial.distance import jensenshannon

    x, y = random.normal(size=1000), random.normal(0.2, 1, size=700)
    result = two_sample(x, y, ["psi", "jensen_shannon"])
    assert list(result.bin_edges) == pytest.approx(
        list(np.quantile(x, np.arange(1, 10) / 10, method="inverted_cdf"))
    )
    r = np.histogram(x, [-np.inf, *np.nextafter(result.bin_edges, np.inf), np.inf])[0]
    c = np.histogram(y, [-np.inf, *np.nextafter(result.bin_edges, np.inf), np.inf])[0]
    assert list(result.reference_bins) == list(r)
    assert list(result.current_bins) == list(c)
    p, q = (r + 0.5) / (1000 + 5), (c + 0.5) / (700 + 5)
    psi = np.sum((p - q) * np.log(p / q))
    assert result.psi.statistic == pytest.approx(psi, rel=1e-12)
    assert result.psi.p_value == pytest.approx(stats.chi2.sf(psi / (1 / 1000 + 1 / 700), 9), rel=1e-10)
    assert result.jensen_shannon.statistic == pytest.approx(jensenshannon(r, c, base=2), rel=1e-12)
    g = stats.chi2_contingency([r, c], correction=False, lambda_="log-likelihood")
    assert result.jensen_shannon.p_value == pytest.approx(g.pvalue, rel=1e-10)
    assert "ks" not in result


def test_missing_values_are_skipped_counted_and_tested() -> None:
    result = two_sample([1.0, np.nan, 2.0, 3.0], [2.0, 3.0, 4.0])
    assert (result.reference_count, result.reference_missing) == (3, 1)
    assert result.ks == two_sample([1.0, 2.0, 3.0], [2.0, 3.0, 4.0]).ks
    assert result.missing.p_value == pytest.approx(
        stats.chi2_contingency([[1, 3], [0, 3]], correction=False).pvalue
    )


@pytest.mark.parametrize("dtype", ["float32", "int64", "int8", "uint16", ">f8", "bool", "float16"])
def test_any_number_type_and_layout(random: np.random.Generator, dtype: str) -> None:
    x = random.integers(0, 2 if dtype == "bool" else 50, 200).astype(dtype)
    y = random.integers(0, 2 if dtype == "bool" else 50, 300).astype(dtype)
    expected = two_sample(x.astype(float), y.astype(float)).to_dict()
    assert two_sample(x, y).to_dict() == expected
    assert two_sample(x.tolist(), pandas.Series(y)).to_dict() == expected
    assert two_sample(np.repeat(x, 3)[::3], y[::-1][::-1]).to_dict() == expected
    assert two_sample(x.reshape(-1, 1), y).to_dict() == expected


def test_empty_constant_and_infinite_samples() -> None:
    assert np.isnan(two_sample([], [1.0]).ks.statistic)
    assert two_sample([np.nan], [1.0]).to_dict()["wasserstein"] == {"statistic": None, "p_value": None}
    assert two_sample([5.0] * 9, [5.0] * 7).psi.p_value == 1
    assert two_sample([1.0, np.inf], [1.0, 2.0]).wasserstein.statistic == np.inf
    assert two_sample([1.0, np.inf], [2.0, np.inf]).wasserstein.statistic == 0.5


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="statistics: found 'kl'"):
        two_sample([1.0], [2.0], ["kl"])
    with pytest.raises(ValueError, match="bins: found 1"):
        two_sample([1.0], [2.0], bins=1)
    with pytest.raises(ValueError, match="reference must be 1D"):
        two_sample(np.ones((2, 2)), [2.0])
    with pytest.raises(ValueError, match="alpha"):
        compare({"a": [1]}, {"a": [1]}, alpha=2)


def test_the_bits_do_not_depend_on_threads(random: np.random.Generator) -> None:
    x, y = random.normal(size=150_000), random.normal(size=100_001)
    one = two_sample(x, y, n_jobs=1).to_dict()
    assert all(two_sample(x, y, n_jobs=n).to_dict() == one for n in (2, 3, 7))


def test_categorical_agrees_with_scipy_for_every_kind_of_column(random: np.random.Generator) -> None:
    x, y = random.choice(list("abcd"), 500), random.choice(list("abcde"), 300)
    table = [[np.sum(s == c) for c in "abcde"] for s in (x, y)]
    expected = stats.chi2_contingency(table, correction=False)
    kinds = [
        lambda v: v,
        list,
        lambda v: pandas.Series(v),
        lambda v: pandas.Series(v, dtype="category"),
        lambda v: v.astype(object),
    ]
    for first in kinds:
        for second in kinds:
            result = categorical(first(x), second(y))
            assert result.chi_squared.statistic == pytest.approx(expected.statistic, rel=1e-12)
            assert result.chi_squared.p_value == pytest.approx(expected.pvalue, rel=1e-10)
            assert result.unseen == ["e"]
            assert result.vanished == []
            assert result.cramers_v == pytest.approx(stats.contingency.association(table), rel=1e-12)


def test_categorical_missing_numbers_and_flags() -> None:
    result = categorical(["a", None, "b"], ["a", "b", "b"])
    assert (result.reference_missing, result.current_missing) == (1, 0)
    assert result.categories == ["a", "b"]
    assert categorical([1, 2, 2], [1.0, 2.0, np.nan]).categories == ["1", "2"]
    assert categorical([True, False], [True, True]).categories == ["false", "true"]
    assert np.isnan(categorical([None, None], ["a"]).psi.statistic)


def test_benjamini_hochberg_agrees_with_scipy(random: np.random.Generator) -> None:
    p = random.random(50) ** 3
    assert list(benjamini_hochberg(p)) == pytest.approx(list(stats.false_discovery_control(p)))
    assert np.isnan(benjamini_hochberg([0.1, np.nan])[1])


@pytest.fixture
def frame(random: np.random.Generator) -> object:
    n = 5000
    charge = random.normal(70, 20, n)
    charge[random.random(n) < 0.1] = np.nan
    return pandas.DataFrame(
        {
            "charge": charge,
            "tenure": random.integers(0, 72, n),
            "plan": random.choice(["basic", "plus", "pro"], n),
            "paperless": random.random(n) < 0.4,
        }
    )


def test_a_profile_agrees_with_pandas(frame: object) -> None:
    profile = Profile().fit(frame)
    described = frame.describe()
    assert profile.rows == len(frame)
    assert profile.columns == list(frame.columns)
    for name in ("charge", "tenure"):
        column = profile[name]
        for ours, theirs in (("mean", "mean"), ("std", "std"), ("min", "min"), ("max", "max")):
            assert column[ours] == pytest.approx(described.loc[theirs, name], rel=1e-12)
        ranks = frame[name].dropna().rank(pct=True, method="max")
        for q in (0.01, 0.25, 0.5, 0.9):
            value = profile.quantile(name, q)
            assert abs((frame[name].dropna() <= value).mean() - q) < column.rank_error + 0.02
        assert len(ranks)
    assert profile["plan"].distinct == 3
    assert profile["plan"].top[0] == (
        frame["plan"].value_counts().index[0],
        frame["plan"].value_counts().iloc[0],
    )
    assert profile["paperless"].type == "flag"
    assert profile["charge"].missing == frame["charge"].isna().sum()
    assert profile["charge"].distinct == pytest.approx(frame["charge"].nunique(), rel=0.06)


def test_profiles_merge_save_load_pickle_and_compare_equal(frame: object, tmp_path: object) -> None:
    whole = Profile().fit(frame)
    parts = Profile().partial_fit(frame[:2000]).merge(Profile().fit(frame[2000:]))
    for name in whole.columns:
        for key in ("rows", "missing", "distinct", "mean", "std", "min", "max"):
            assert whole[name].to_dict().get(key) == parts[name].to_dict().get(key)
    path = tmp_path / "table.profile"
    whole.save(path)
    for copied in (
        Profile.load(path),
        colonnade.load(path),
        Profile.from_bytes(whole.to_bytes()),
        pickle.loads(pickle.dumps(whole)),
        copy.deepcopy(whole),
    ):
        assert copied == whole
        assert copied.partial_fit(frame).rows == 2 * len(frame)
    assert whole != parts or whole["charge"].rank_error == 0
    assert whole.rows == len(frame)
    json.dumps(whole.to_dict())
    with pytest.raises(colonnade.exceptions.FormatError):
        Profile.from_bytes(whole.to_bytes()[:-3])


def test_a_profile_refuses_and_stays_as_it_was(frame: object) -> None:
    profile = Profile().fit(frame)
    before = profile.to_bytes()
    with pytest.raises(ValueError, match="column charge"):
        profile.partial_fit(frame.assign(charge="text"))
    with pytest.raises(ValueError, match="found 'other', expected 'charge'"):
        profile.partial_fit(frame.rename(columns={"charge": "other"}))
    with pytest.raises(ValueError, match="same parameters"):
        profile.merge(Profile(quantile_k=64).fit(frame))
    assert profile.to_bytes() == before
    with pytest.raises(colonnade.exceptions.NotFittedError):
        Profile().rows  # noqa: B018
    with pytest.raises(ValueError, match="k: found 2"):
        Profile(quantile_k=2).fit(frame)


def drifted(frame: object) -> object:
    return frame.assign(charge=frame["charge"] + 8, plan=frame["plan"].where(frame.index % 5 > 0, "family"))


@pytest.mark.parametrize("first", ["frame", "profile", "dict", "polars"])
@pytest.mark.parametrize("second", ["frame", "profile"])
def test_compare_takes_tables_and_profiles(frame: object, first: str, second: str) -> None:
    def given(table: object, kind: str) -> object:
        if kind == "profile":
            return Profile().fit(table)
        if kind == "dict":
            return {name: table[name].to_numpy() for name in table}
        if kind == "polars":
            return pytest.importorskip("polars").DataFrame({name: table[name].to_numpy() for name in table})
        return table

    report = compare(given(frame, first), given(drifted(frame), second))
    assert report.drifted == ["charge", "plan"]
    assert report["plan"].unseen == ["family"]
    assert report["charge"].effect_size > 0.1
    assert report["charge"].adjusted_p_value < 1e-10
    assert not report["tenure"].drifted
    assert len(report) == 4


def test_a_report_shows_itself(frame: object, tmp_path: object) -> None:
    report = compare(frame, drifted(frame))
    assert isinstance(report, Report)
    as_dict = json.loads(json.dumps(report.to_dict()))
    assert as_dict["drifted"] == ["charge", "plan"]
    assert as_dict["columns"][0]["name"] == "charge"
    assert repr(report).splitlines()[0] == "2 of 4 columns drift (Benjamini-Hochberg at 0.05)"
    html = report.to_html(tmp_path / "drift.html")
    assert (tmp_path / "drift.html").read_text() == html
    assert "<svg" in html
    assert "http" not in html
    assert "<script" not in html
    assert html.startswith("<!DOCTYPE html>")
    assert "<html" not in report._repr_html_()
    assert len(html) < 10_000 * len(report)


def test_columns_that_are_gone_new_or_of_another_type(frame: object) -> None:
    report = compare(frame, frame.drop(columns="tenure").assign(plan=1.5, extra=1))
    assert report.drifted == ["tenure", "plan", "extra"]
    assert report["plan"].reason == "the type changed from text to number"


def test_without_drift_few_tables_are_named() -> None:
    alarms = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        alarms += bool(compare(random.normal(size=(500, 20)), random.normal(size=(200, 20))).drifted)
    assert alarms <= 6


def test_compare_gives_no_warning_on_degenerate_tables() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert compare({"a": [1.0, 1.0], "b": [np.nan, np.nan]}, {"a": [1.0], "b": [np.nan]}).drifted == []
        assert compare(np.empty((0, 2)), np.empty((0, 2))).drifted == []

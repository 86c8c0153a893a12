"""Drift of data: has a column, or a table, changed between a reference and now?

Two samples of numbers (:func:`two_sample`) or categories (:func:`categorical`), whole tables (:func:`compare`), and
:class:`Profile`, the summary of a table that stands for it when the data is gone. Every statistic comes with a p-value;
missing values are counted and tested apart; results have the same bits for any number of threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from . import _core
from ._estimator import _not_fitted, _registry

__all__ = [
    "Categorical",
    "ColumnDrift",
    "ColumnProfile",
    "Profile",
    "Report",
    "TestResult",
    "TwoSample",
    "benjamini_hochberg",
    "categorical",
    "compare",
    "two_sample",
]

_STATISTICS = ("ks", "wasserstein", "psi", "jensen_shannon", "anderson_darling", "cramer_von_mises")


class TestResult(NamedTuple):
    """A statistic and the probability of one at least as large without drift; NaN where it is not defined."""

    statistic: float
    p_value: float


class _Result(Mapping[str, Any]):
    """Fields by name, as attributes and as keys."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = {k: TestResult(*v) if isinstance(v, tuple) else v for k, v in fields.items()}

    def __getitem__(self, name: str) -> Any:
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __getattr__(self, name: str) -> Any:
        fields = self.__dict__.get("_fields", {})
        if name in fields:
            return fields[name]
        raise AttributeError(
            f"{type(self).__name__} has no field {name!r}, its fields are: {', '.join(fields)}"
        )

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._fields]

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain Python values, ready for JSON (NaN becomes None)."""
        return {k: _plain(v) for k, v in self._fields.items()}


class TwoSample(_Result):
    """What :func:`two_sample` found, by name: ``result.ks.p_value`` or ``result["ks"].p_value``.

    >>> from colonnade.drift import two_sample
    >>> two_sample([1.0, 2.0, None], [2.0, 3.0], ["ks"])
    TwoSample: 2 reference, 2 current values
    ks  0.5  p 1
    """

    def __repr__(self) -> str:
        head = f"TwoSample: {self.reference_count} reference, {self.current_count} current values"
        return "\n".join([head, *_table({k: self[k] for k in _STATISTICS if k in self})])


class Categorical(_Result):
    """What :func:`categorical` found, by name: ``result.chi_squared.p_value``.

    >>> from colonnade.drift import categorical
    >>> categorical(["a", "b"] * 10, ["a", "b"] * 10)["chi_squared"]
    TestResult(statistic=0.0, p_value=1.0)
    """

    def __repr__(self) -> str:
        values = f"{self.reference_count} reference, {self.current_count} current values"
        head = f"Categorical: {values}, {len(self.categories)} categories"
        return "\n".join([head, *_table({k: self[k] for k in ("chi_squared", "psi", "jensen_shannon")})])


class ColumnDrift(_Result):
    """What :func:`compare` found about one column.

    >>> from colonnade.drift import compare
    >>> compare({"age": range(90)}, {"age": range(1, 91)}).columns[0]
    ColumnDrift('age', not drifted: adjusted p 1)
    """

    def __repr__(self) -> str:
        verdict = "drifted" if self.drifted else "not drifted"
        return f"ColumnDrift({self.name!r}, {verdict}: {self.reason})"


class ColumnProfile(_Result):
    """What a :class:`Profile` keeps of one column.

    >>> from colonnade.drift import Profile
    >>> Profile().fit({"age": [30, 40, 50]})["age"]
    ColumnProfile(integer, missing=0, distinct=3, mean=40, std=10, min=30, max=50)
    """

    def __repr__(self) -> str:
        figures = [f"{k}={self[k]:.4g}" for k in ("mean", "std", "min", "max") if k in self]
        shown = [f"missing={self.missing_rate:.3g}", f"distinct={self.distinct:.0f}", *figures]
        return f"ColumnProfile({self.type}, {', '.join(shown)})"


def two_sample(
    reference: Any,
    current: Any,
    statistics: Sequence[str] = _STATISTICS,
    *,
    bins: int = 10,
    n_jobs: int | None = None,
) -> TwoSample:
    """Compares two samples of numbers: both are sorted once, one pass gives all statistics, each with a p-value.

    Parameters
    ----------
    reference, current : array-like of numbers
        Missing values (NaN) are skipped and counted; infinities are values.
    statistics : sequence of str
        Any of ``"ks"``, ``"wasserstein"``, ``"psi"``, ``"jensen_shannon"``, ``"anderson_darling"``,
        ``"cramer_von_mises"``.
    bins : int
        Quantile bins of the reference, for ``"psi"`` and ``"jensen_shannon"``. A value that alone holds the share of a
        bin gets a bin of its own.
    n_jobs : int, optional
        Threads; by default as many as the process may use.

    Returns
    -------
    TwoSample
        Each statistic as a ``(statistic, p_value)`` pair by its name; ``missing``, the test of equal rates of missing
        values; the counts; ``bin_edges``, ``reference_bins`` and ``current_bins``.

    Notes
    -----
    ``ks``: exact p-value up to 10,000 values a sample, else asymptotic, as ``scipy.stats.ks_2samp``.
    ``anderson_darling``: statistic of ``scipy.stats.anderson_ksamp``; the p-value is that of the limit, not capped, and
    allows for ties. ``cramer_von_mises``: as ``scipy.stats.cramervonmises_2samp`` where there are no ties; stays
    bounded where there are. ``wasserstein``: the p-value fits the limit (an integral of a Brownian bridge) by its mean
    and variance. ``psi``: natural logarithm, half a count added to every bin; p-value of PSI / (1/n + 1/m) as
    chi-squared. ``jensen_shannon``: the distance with base 2; p-value of the G-test.

    Examples
    --------
    >>> from colonnade.drift import two_sample
    >>> result = two_sample([1, 2, 3, 4, 5, 6], [4, 5, 6, 7, 8, 9])
    >>> result.ks.statistic, round(result.ks.p_value, 4)
    (0.5, 0.474)
    >>> result["wasserstein"].statistic
    3.0
    """
    names = [statistics] if isinstance(statistics, str) else list(statistics)
    return TwoSample(_core.drift_two_sample(reference, current, names, bins, _threads(n_jobs)))


def categorical(reference: Any, current: Any, *, n_jobs: int | None = None) -> Categorical:
    """Compares two columns of categories: strings, pandas or polars categories, flags or numbers.

    Categories are compared by their text, so the two columns may be of different kinds. A category that only one of
    them has counts with 0 in the other and is named in ``unseen`` or ``vanished``. Missing values are no category;
    their rates are tested apart (``missing``).

    Returns
    -------
    Categorical
        ``chi_squared`` (as ``scipy.stats.chi2_contingency`` without correction), ``psi``, ``jensen_shannon`` (distance,
        base 2; p-value of the G-test) as ``(statistic, p_value)``; ``cramers_v``, ``categories``, the counts.

    Examples
    --------
    >>> from colonnade.drift import categorical
    >>> result = categorical(["a", "b", "a", "b"], ["a", "a", "c", "c"])
    >>> result.unseen, result.vanished
    (['c'], ['b'])
    >>> result.chi_squared.statistic
    4.0
    """
    return Categorical(_core.drift_categorical(reference, current, _threads(n_jobs)))


def benjamini_hochberg(p_values: Any) -> np.ndarray:
    """Adjusted p-values: the smallest share of false alarms at which each is one. NaN is no test and stays NaN.

    >>> from colonnade.drift import benjamini_hochberg
    >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.005])
    array([0.02, 0.04, 0.04, 0.02])
    """
    return _core.benjamini_hochberg(np.asarray(p_values, dtype=float).ravel().tolist())


class Profile:
    """A mergeable, saved summary of a table, a few ten kilobytes a column, that :func:`compare` takes in its place.

    Of every column: type, rows, missing, number of distinct values (exact to 512, then within 1.6 %), most frequent
    values; of numbers also mean, standard deviation, range and quantiles within ``rank_error`` (a share of the rows; 0
    while the column is small). Over batches and merges counts, mean, deviation, range and distinct values are equal bit
    for bit, quantiles stay within their bound.

    Parameters
    ----------
    quantile_k : int
        Accuracy of the quantiles: ranks are within 2.3 / quantile_k in 99 % of the cases.
    category_capacity, number_capacity : int
        Distinct values whose counts are kept, of texts and of numbers.
    n_jobs : int, optional
        Threads; by default as many as the process may use.

    Examples
    --------
    >>> from colonnade.drift import Profile
    >>> profile = Profile().fit({"tenure": [1, 5, 5, 9], "plan": ["basic", None, "plus", "basic"]})
    >>> profile["tenure"].mean, profile["plan"].missing_rate, profile["plan"].top[0]
    (5.0, 0.25, ('basic', 2))
    >>> profile.quantile("tenure", 0.5)
    5.0
    """

    _kind = "profile"

    def __init__(
        self,
        quantile_k: int = 1024,
        category_capacity: int = 1024,
        number_capacity: int = 256,
        n_jobs: int | None = None,
    ) -> None:
        self.quantile_k = quantile_k
        self.category_capacity = category_capacity
        self.number_capacity = number_capacity
        self.n_jobs = n_jobs
        self._state: Any = None
        self._cached: Any = None

    def fit(self, X: Any, y: Any = None) -> Profile:
        """Learns a table: a frame, a dict of columns, a 2-D array. Forgets what was learnt before."""
        state = self._empty()
        state.update(X, _threads(self.n_jobs))
        return self._adopt(state)

    def partial_fit(self, X: Any, y: Any = None) -> Profile:
        """Learns one more batch of rows with the same columns."""
        state = self._empty() if self._state is None else self._state
        state.update(X, _threads(self.n_jobs))
        return self._adopt(state)

    def merge(self, other: Profile) -> Profile:
        """As if the other's rows had been learnt here. Both must have the same columns and parameters."""
        state = self._empty() if self._state is None else self._state
        state.merge(other._fitted_state())
        return self._adopt(state)

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return list(self._model.names)

    @property
    def rows(self) -> int:
        """Rows learnt."""
        return int(self._model.rows)

    def __getitem__(self, column: str) -> ColumnProfile:
        return ColumnProfile(self._model.figures(column))

    def quantile(self, column: str, q: Any) -> Any:
        """Quantile(s) of a column of numbers: the smallest kept value with a share of at least ``q`` at or below it."""
        shares = np.asarray(q, dtype=float)
        values = self._model.quantiles(column, shares.ravel().tolist())
        return float(values[0]) if shares.ndim == 0 else values.reshape(shares.shape)

    def to_dict(self) -> dict[str, Any]:
        """All figures as plain Python values, by column."""
        return {"rows": self.rows, "columns": {name: self[name].to_dict() for name in self.columns}}

    def to_bytes(self) -> bytes:
        """What ``save`` writes; C++ reads it as ``colonnade::profile``."""
        return self._model.to_bytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Profile:
        """The profile that the bytes hold. Raises FormatError for damaged bytes."""
        model = _core.profile.from_bytes(data)
        profile = cls(*model.params)
        return profile._adopt(_core.profile.accumulator.of(model))

    def save(self, path: Any) -> None:
        """Saves as one file, atomically; ``colonnade.load`` and C++ read it."""
        self._model.save(str(path))

    @classmethod
    def load(cls, path: Any) -> Profile:
        """The profile that ``save`` wrote."""
        return cls.from_bytes(_core.read_file(str(path)))

    def __getstate__(self) -> dict[str, Any]:
        state = {k: v for k, v in self.__dict__.items() if k != "_cached"}
        return state | {"_state": None if self._state is None else self._state.to_bytes()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._cached = None
        if state["_state"] is not None:
            self._state = _core.profile.accumulator.from_bytes(state["_state"])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Profile):
            return NotImplemented
        if self._state is None or other._state is None:
            return self is other
        return bool(self._state == other._state)

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        if self._state is None:
            return f"Profile(quantile_k={self.quantile_k}), not fitted"
        rows = [("column", "type", "missing", "distinct", "mean", "std", "min", "median", "max", "top")]
        for name in self.columns:
            c = self[name]
            numbers = [f"{c[k]:.4g}" if k in c else "" for k in ("mean", "std", "min")]
            median = f"{c.quantiles[0.5]:.4g}" if "quantiles" in c else ""
            largest = f"{c.max:.4g}" if "max" in c else ""
            top = c.top[0][0][:20] if c.top else ""
            rows.append(
                (
                    name,
                    c.type,
                    f"{100 * c.missing_rate:.3g}%",
                    f"{c.distinct:.0f}",
                    *numbers,
                    median,
                    largest,
                    top,
                )
            )
        return f"Profile of {self.rows} rows, {len(self.columns)} columns\n\n" + _aligned(rows)

    @property
    def _model(self) -> Any:
        if self._cached is None:
            self._cached = self._fitted_state().finalize()
        return self._cached

    def _fitted_state(self) -> Any:
        if self._state is None:
            raise _not_fitted()("This Profile instance is not fitted yet. Call 'fit' or 'partial_fit' first.")
        return self._state

    def _empty(self) -> Any:
        return _core.profile.accumulator(self.quantile_k, self.category_capacity, self.number_capacity)

    def _adopt(self, state: Any) -> Profile:
        self._state = state
        self._cached = None
        return self


_registry[Profile._kind] = Profile  # type: ignore[assignment]


class Report:
    """The answer of :func:`compare`; shows itself as a table of text, and as pictures in a notebook.

    >>> from colonnade.drift import compare
    >>> report = compare({"age": range(90)}, {"age": range(50, 140)})
    >>> report.summary()
    '1 of 1 columns drift (Benjamini-Hochberg at 0.05)'
    >>> report["age"].effect
    'large'
    >>> page = report.to_html()
    """

    def __init__(self, report: Any) -> None:
        self._report = report
        self._columns: list[ColumnDrift] | None = None

    @property
    def columns(self) -> list[ColumnDrift]:
        """One entry a column, in the order of the reference, then those that only the current table has."""
        if self._columns is None:
            self._columns = [ColumnDrift(fields) for fields in self._report.columns]
        return self._columns

    @property
    def drifted(self) -> list[str]:
        """Names of the columns that drift."""
        return list(self._report.drifted)

    @property
    def alpha(self) -> float:
        """Share of false alarms among all alarms."""
        return float(self._report.alpha)

    def __getitem__(self, name: str) -> ColumnDrift:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def __len__(self) -> int:
        return len(self.columns)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain Python values, ready for JSON (NaN becomes None)."""
        return {
            "alpha": self.alpha,
            "minimum_effect": float(self._report.minimum_effect),
            "drifted": self.drifted,
            "columns": [column.to_dict() for column in self.columns],
        }

    def to_html(self, path: Any = None) -> str:
        """One self-contained page, without scripts or network, readable on a phone; written to ``path`` if given."""
        html = self._report.to_html()
        if path is not None:
            _core.write_file(str(path), html.encode())
        return html

    def summary(self) -> str:
        """One line: how many columns drift."""
        return self._report.summary()

    def __repr__(self) -> str:
        return self._report.to_text().rstrip("\n")

    def _repr_html_(self) -> str:
        return self._report.to_html_fragment()


def compare(
    reference: Any,
    current: Any,
    *,
    alpha: float = 0.05,
    minimum_effect: float = 0.0,
    bins: int = 10,
    n_jobs: int | None = None,
) -> Report:
    """Compares two tables column by column, by name, and says which columns drift.

    Numbers are compared by the Kolmogorov-Smirnov test, everything else by the chi-squared test, rates of missing
    values by a test of their own. A column drifts if one of its p-values, adjusted over all columns by Benjamini and
    Hochberg, is at most ``alpha`` (and the effect at least ``minimum_effect``), or if it is gone, new, or of another
    type. The effect size is PSI less its expectation without drift: it does not grow with the number of rows, nor with
    their lack.

    Parameters
    ----------
    reference, current : table or Profile
        A pandas or polars frame, an Arrow table, a dict of columns, a 2-D array, or a :class:`Profile`. Tables are
        compared exactly, a profile through its sketches, whose error is never taken for drift.
    alpha : float
        Share of false alarms among all alarms.
    minimum_effect : float
        Smallest effect that counts; 0.1 is the customary bound of a moderate shift.
    bins : int
        Quantile bins of the reference, for numbers.

    Returns
    -------
    Report
        ``columns``, ``drifted``, ``to_dict()``, ``to_html()``.

    Examples
    --------
    >>> from colonnade.drift import compare
    >>> before = {"age": list(range(200)), "plan": ["basic", "plus"] * 100}
    >>> after = {"age": list(range(100, 300)), "plan": ["basic", "plus"] * 100}
    >>> report = compare(before, after)
    >>> report.drifted
    ['age']
    >>> report["plan"].p_value
    1.0
    """
    before, after = (x._model if isinstance(x, Profile) else x for x in (reference, current))
    return Report(_core.drift_compare(before, after, alpha, minimum_effect, bins, _threads(n_jobs)))


def _threads(n_jobs: int | None) -> int:
    return 0 if n_jobs is None or n_jobs < 0 else int(n_jobs)


def _plain(value: Any) -> Any:
    if isinstance(value, TestResult):
        return {"statistic": _plain(value.statistic), "p_value": _plain(value.p_value)}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if value == value else None
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    return value


def _table(results: dict[str, TestResult]) -> list[str]:
    rows = [(name, f"{r.statistic:.6g}", f"p {r.p_value:.4g}") for name, r in results.items()]
    return _aligned(rows).splitlines()


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))] if rows else []
    return "\n".join(
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows
    )

"""Training of boosted trees on rows that other processes have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import _core
from ._boosting_fit import number

__all__ = ["Session", "Worker", "merge_sums"]


class Session:
    """Trains boosted trees on rows that workers have: the driver of a cluster.

    All workers do what a proposal says, and the session takes what they find. Only bytes go to and fro, and they are
    small: histograms of bins, never rows. The model is that of ``fit`` on all rows in the order of their numbers, bit
    by bit, whichever worker has which.

    Parameters
    ----------
    start : fitted GradientBoostedTreesRegressor or GradientBoostedTreesClassifier
        What all workers begin with: bins, classes, categories, base score and parameters. An estimator with
        ``n_estimators=0``, fitted on all rows (``fit_batches`` reads them a batch at a time) or on a sample of them; or
        one with trees, to go on from it. Without ``early_stopping_rounds``, samples by gradients or weights, quantiles,
        absolute errors and callables.
    n_estimators : int
        Iterations.
    rows : int
        Rows of all workers together.
    n_jobs : int, optional
        Threads of the session itself.

    Attributes
    ----------
    plan : bytes
        What a `Worker` is made from.
    done : bool
        Whether all iterations are complete.
    iteration : int
        Iterations that are complete, with those of ``start``.

    Examples
    --------
    Two workers, here in one process, train the model that ``fit`` gives:

    >>> import numpy as np
    >>> from colonnade.boosting import GradientBoostedTreesRegressor, Session, Worker
    >>> X = np.random.default_rng(0).normal(size=(1000, 3))
    >>> y = X[:, 0] + X[:, 1] ** 2
    >>> start = GradientBoostedTreesRegressor(n_estimators=0).fit(X, y)
    >>> session = Session(start, n_estimators=10, rows=1000)
    >>> workers = [Worker(session.plan, X[:300], y[:300]), Worker(session.plan, X[300:], y[300:], first_row=300)]
    >>> while not session.done:
    ...     proposal = session.propose()
    ...     session.apply([worker.accumulate(proposal) for worker in workers])
    >>> whole = GradientBoostedTreesRegressor(n_estimators=10).fit(X, y)
    >>> session.estimator().to_bytes() == whole.to_bytes()
    True
    """

    def __init__(self, start: Any, n_estimators: int, rows: int, n_jobs: int | None = None) -> None:
        self._start = start
        iterations, rows = number("n_estimators", n_estimators, True), number("rows", rows, True)
        if iterations is None or rows is None:
            raise ValueError("n_estimators, rows: found None, expected whole numbers")
        if not hasattr(start, "_model"):
            raise ValueError(
                f"start: found {type(start).__name__} without a fit, expected a fitted estimator"
            )
        plan = _core.boosting_plan.of(start._fitted(), iterations, rows)
        self._session = _core.boosting_session(plan, _threads(n_jobs))
        self.plan = plan.to_bytes()

    @property
    def done(self) -> bool:
        return self._session.done

    @property
    def iteration(self) -> int:
        return self._session.iteration

    def propose(self) -> bytes:
        """What all workers are to do next; the same until ``apply``."""
        return self._session.propose()

    def apply(self, sums: bytes | Iterable[bytes]) -> None:
        """Takes what all workers found: the sums of each, or merged ones.

        Raises ValueError, and changes nothing, when the rows of a worker are missing or are there twice.
        """
        self._session.apply([sums] if isinstance(sums, bytes) else list(sums))

    def estimator(self) -> Any:
        """A fitted estimator with the iterations that are complete; that of ``start`` stays as it is."""
        fitted = self._start._with_model(self._session.model())
        fitted.n_estimators = self._session.iteration
        return fitted


class Worker:
    """Some of the rows of a `Session`, with its example. A worker has any rows, or none, and bins them once.

    Parameters
    ----------
    plan : bytes
        ``Session.plan``.
    X : array, data frame or sparse table of shape (rows, columns)
        Rows, as in ``fit``.
    y : array of shape (rows,)
        Their targets.
    sample_weight : array of shape (rows,), optional
        Weights; all workers have some, or none.
    first_row : int
        Number of the first row among those of all workers: it decides which rows a sample has.
    n_jobs : int, optional
        Threads; None or a negative number takes all that the container may use.
    """

    def __init__(
        self,
        plan: bytes,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        first_row: int = 0,
        n_jobs: int | None = None,
    ) -> None:
        from .boosting import _GradientBoostedTrees

        agreed = _core.boosting_plan.from_bytes(plan)
        start = _GradientBoostedTrees._from_model(agreed.model)
        start._ready(X)
        classes = start.classes_ if start._is_classifier else None
        first = number("first_row", first_row, True)
        self._worker = _core.boosting_worker(
            agreed, start._categories.encode(X), y, sample_weight, classes, first or 0, _threads(n_jobs)
        )

    def accumulate(self, proposal: bytes) -> bytes:
        """Does what ``Session.propose`` says, once and in its order, and tells the sums of these rows."""
        return self._worker.accumulate(proposal)


def merge_sums(sums: Iterable[bytes]) -> bytes:
    """The sums of several workers as those of one, in any order and grouping: for a tree of machines.

    Examples
    --------
    >>> import numpy as np
    >>> from colonnade.boosting import GradientBoostedTreesRegressor, Session, Worker, merge_sums
    >>> X, y = np.arange(8.0).reshape(-1, 1), np.arange(8.0)
    >>> session = Session(GradientBoostedTreesRegressor(n_estimators=0).fit(X, y), n_estimators=3, rows=8)
    >>> workers = [Worker(session.plan, X[k : k + 4], y[k : k + 4], first_row=k) for k in (0, 4)]
    >>> first, second = (worker.accumulate(session.propose()) for worker in workers)
    >>> session.apply(merge_sums([second, first]))
    >>> session.done
    False
    """
    return _core.merge_boosting_sums(list(sums))


def _threads(n_jobs: int | None) -> int:
    return 0 if n_jobs is None or n_jobs < 0 else int(n_jobs)

"""Two samples of a million values: Kolmogorov-Smirnov, Wasserstein, PSI and Jensen-Shannon of one column."""

from __future__ import annotations

import numpy as np

from benchmarks.compare.timing import timed

NAME = "two_sample"
TITLE = "KS + Wasserstein + PSI + Jensen-Shannon, 1M + 1M"
TARGET = "10x scipy"
REPEATS = 3


def prepare(seed: int, quick: bool) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    rows = 50_000 if quick else 1_000_000
    return {"reference": random.normal(size=rows), "current": random.normal(0.05, 1.1, size=rows)}


def run_colonnade(data, threads):
    from colonnade.drift import two_sample

    wanted = ("ks", "wasserstein", "psi", "jensen_shannon")
    seconds, result = timed(lambda: two_sample(data["reference"], data["current"], statistics=wanted))
    return seconds, {
        "ks": float(result["ks"].statistic),
        "wasserstein": float(result["wasserstein"].statistic),
    }


def run_scipy(data, threads):
    from scipy.spatial.distance import jensenshannon
    from scipy.stats import ks_2samp, wasserstein_distance

    def work():
        reference, current = data["reference"], data["current"]
        ks = ks_2samp(reference, current, method="asymp").statistic
        distance = wasserstein_distance(reference, current)
        edges = np.quantile(reference, np.linspace(0, 1, 11)[1:-1])
        p = np.bincount(np.searchsorted(edges, reference), minlength=10) / len(reference)
        q = np.bincount(np.searchsorted(edges, current), minlength=10) / len(current)
        return ks, distance, np.sum((q - p) * np.log(q / p)), jensenshannon(p, q)

    seconds, (ks, distance, _, _) = timed(work)
    return seconds, {"ks": float(ks), "wasserstein": float(distance)}


LIBRARIES = {"colonnade": run_colonnade, "scipy": run_scipy}

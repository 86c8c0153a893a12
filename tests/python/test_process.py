"""Promises about the process: forks, signals, threads, instruction sets."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

SETUP = """
import json, os, signal, threading, time
import numpy as np
import colonnade
from colonnade.boosting import GradientBoostedTreesClassifier
from colonnade.cluster import KMeans
from colonnade.preprocessing import OneHotEncoder, StandardScaler

def table(rows, columns=12, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, columns))
    X[rng.random(X.shape) < 0.02] = np.nan
    y = (np.nansum(X[:, :3], axis=1) + rng.normal(size=rows) > 0).astype(int)
    return X, y
"""


def run(code: str, **environment: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", SETUP + code],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


MODELS = """
import hashlib
X, y = table(20_000)
filled = np.nan_to_num(X)
trees = GradientBoostedTreesClassifier(n_estimators=10, subsample=0.8, random_state=1).fit(X, y)
means = KMeans(n_clusters=5, n_init=1, random_state=1, max_iter=10).fit(filled)
scaler = StandardScaler().fit(X)
encoder = OneHotEncoder(sparse_output=False).fit(np.round(filled[:, :2]))
parts = [m.to_bytes() for m in (trees, means, scaler, encoder)]
parts += [np.ascontiguousarray(a).tobytes() for a in (trees.predict_proba(X), means.transform(filled), scaler.transform(X))]
print([hashlib.sha256(p).hexdigest() for p in parts])
"""


# LAW: same-bits-python Models and predictions have the same bits for 1, 2, 3 and 7 threads and every instruction set.
def test_models_and_predictions_do_not_depend_on_threads_or_instruction_sets() -> None:
    expected = run(MODELS, COLONNADE_ISA="base", OMP_NUM_THREADS="1")
    for isa in ("v3", "v4"):
        assert run(MODELS, COLONNADE_ISA=isa, OMP_NUM_THREADS="1") == expected
    for threads in ("2", "3", "7"):
        # The environment can ask for more threads than there are CPUs; the library is told through its own setting.
        code = f"colonnade.set_default_threads({threads})\n" + MODELS
        assert run(code, OMP_NUM_THREADS=threads) == expected


# LAW: fork-python After fork in a parent that has used threads, children compute the right answers and never hang.
@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_children_of_a_parent_that_used_threads_work(method: str, tmp_path: object) -> None:
    script = os.path.join(str(tmp_path), "children.py")
    body = """
def work(seed):
    X, y = table(20_000, seed=seed)
    model = GradientBoostedTreesClassifier(n_estimators=3).fit(X, y)
    return model.predict_proba(X)[:5, 1].tolist(), StandardScaler().fit(X).mean_.tolist()

if __name__ == "__main__":
    import multiprocessing
    here = [work(s) for s in range(3)]
    context = multiprocessing.get_context(METHOD)
    with context.Pool(2) as pool:
        there = pool.map(work, range(3))
    assert here == there
    assert here == [work(s) for s in range(3)]
    print("equal")
"""
    with open(script, "w") as file:
        file.write(SETUP + body.replace("METHOD", repr(method)))
    result = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=100)
    assert result.stdout.strip() == "equal", result.stderr


INTERRUPTED = """
signal.signal(signal.SIGINT, signal.default_int_handler)
X, y = table(400_000, 20)
filled = np.nan_to_num(X)
trees = GradientBoostedTreesClassifier(n_estimators=2).fit(X[:1000], y[:1000])
means = KMeans(n_clusters=3, n_init=1, random_state=0).fit(filled[:1000])
long_trees = GradientBoostedTreesClassifier(n_estimators=1000, max_depth=6).fit(X[:20_000], y[:20_000])
large = np.tile(X.astype(np.float32), (8, 1))
jobs = {
    "trees.fit": (trees, lambda: trees.set_params(n_estimators=2000).fit(X, y)),
    "means.fit": (means, lambda: means.set_params(n_clusters=300, max_iter=1000, tol=0).fit(filled)),
    "trees.predict": (long_trees, lambda: long_trees.predict_proba(large)),
}
report = {}
for name, (estimator, job) in jobs.items():
    before, times = estimator.to_bytes(), []
    for delay in (0.1, 0.2, 0.3):
        sent = []
        def send():
            time.sleep(delay)
            sent.append(time.process_time())
            os.kill(os.getpid(), signal.SIGINT)
        thread = threading.Thread(target=send)
        thread.start()
        try:
            job()
            times.append(None)
        except KeyboardInterrupt:
            times.append((time.process_time() - sent[0]) / colonnade.default_threads())
        try:
            thread.join()
        except KeyboardInterrupt:
            thread.join()
    report[name] = times, estimator.to_bytes() == before
print(json.dumps(report))
"""


# Time is that of the CPU, for a machine that is busy with other work.
# LAW: ctrl-c Ctrl-C in fit and predict returns within 100 ms as KeyboardInterrupt and leaves the estimator as it was.
def test_ctrl_c_ends_long_calls_within_100_ms_and_changes_nothing(sanitized: bool) -> None:
    if sanitized:
        pytest.skip("sanitizers make everything slow")
    report = json.loads(run(INTERRUPTED))
    for name, (times, unchanged) in report.items():
        assert unchanged, name
        assert all(t is not None for t in times), f"{name} was not interrupted: {times}"
        assert min(times) <= 0.1, f"{name} took {times} seconds to end"


def test_the_environment_lowers_the_threads() -> None:
    code = "print(colonnade.default_threads())"
    assert run(code, COLONNADE_THREADS="1").strip() == "1"
    assert run(code, OMP_NUM_THREADS="1").strip() == "1"
    assert run(code, OMP_THREAD_LIMIT="1").strip() == "1"


def test_a_faked_quota_of_half_a_cpu_gives_one_thread(tmp_path: object) -> None:
    root = str(tmp_path)
    os.makedirs(f"{root}/sys/fs/cgroup")
    with open(f"{root}/sys/fs/cgroup/cpu.max", "w") as file:
        file.write("50000 100000\n")
    assert run(f"print(colonnade._core.available_threads({root!r}))").strip() == "1"


def test_show_versions_names_the_instruction_set() -> None:
    assert "instruction set  base" in run("colonnade.show_versions()", COLONNADE_ISA="base")


# LAW: out-of-memory An allocation that fails is a MemoryError, and the process lives on.
def test_running_out_of_memory_is_a_memory_error(sanitized: bool) -> None:
    if sanitized:
        pytest.skip("sanitizers reserve address space of their own")
    code = """
import resource
X, y = table(50_000, 20)
StandardScaler().fit_transform(X[:100])
GradientBoostedTreesClassifier(n_estimators=1).fit(X[:5000], y[:5000])
used = int(open("/proc/self/statm").read().split()[0]) * 4096
failures = 0
for extra in (1, 2, 4, 8, 16, 32, 512):
    resource.setrlimit(resource.RLIMIT_AS, (used + extra * 2**20, resource.RLIM_INFINITY))
    try:
        GradientBoostedTreesClassifier(n_estimators=3).fit(X, y)
        KMeans(n_clusters=5, n_init=1).fit(np.nan_to_num(X))
    except MemoryError:
        failures += 1
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
GradientBoostedTreesClassifier(n_estimators=3).fit(X, y)
print(failures > 0)
"""
    assert run(code).strip() == "True"

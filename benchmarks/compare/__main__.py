from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from . import data, report
from .workload import Workload, all_workloads

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "RAYON_NUM_THREADS",
)
# Some machines set these for old OpenBLAS builds; they slow a current numpy.
UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


class Worker:
    """A library in its own process that runs the workload each time it is asked."""

    def __init__(self, workload: Workload, library: str, threads: int, folder: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in UNSET}
        environment.update(dict.fromkeys(THREAD_VARIABLES, str(threads)))
        command = [
            sys.executable,
            "-m",
            "benchmarks.compare.worker",
            workload.name,
            library,
            str(threads),
            str(folder),
        ]
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=environment,
        )
        self.library = library
        self.answers: list[dict] = []

    def run(self) -> bool:
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            self.process.stdin.write("run\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return False
        line = self.process.stdout.readline()
        if line:
            self.answers.append(json.loads(line))
        return bool(line)

    def close(self) -> str:
        self.process.communicate()
        self.errors.seek(0)
        said = self.errors.read().strip()
        self.errors.close()
        return said

    def row(self, workload: Workload, threads: int) -> dict:
        seconds = [answer["seconds"] for answer in self.answers[1:]]  # the first warms up
        return {
            "workload": workload.name,
            "title": workload.title,
            "target": workload.target,
            "threads": threads,
            "library": self.library,
            "version": self.answers[-1]["version"],
            "median": statistics.median(seconds),
            "low": min(seconds),
            "high": max(seconds),
            "seconds": seconds,
            "quality": self.answers[-1]["quality"],
        }


def measure(workload: Workload, threads: int, folder: Path, repeats: int) -> list[dict]:
    workers = [Worker(workload, library, threads, folder) for library in workload.libraries]
    failed: list[Worker] = []
    for _ in range(repeats + 1):
        for worker in workers:
            if worker not in failed and not worker.run():
                failed.append(worker)
    rows = []
    for worker in workers:
        said = worker.close()
        if worker in failed:
            reason = next((line for line in reversed(said.splitlines()) if "Error" in line), "ended early")
            print(f"  {worker.library}: left out: {reason}")
        else:
            rows.append(worker.row(workload, threads))
    return rows


def say(rows: list[dict]) -> None:
    for row in sorted(rows, key=lambda row: row["median"]):
        spread = f"{report.human(row['low'])} .. {report.human(row['high'])}"
        quality = ", ".join(f"{name} {value:.6g}" for name, value in row["quality"].items())
        print(f"  {row['library']:<24} {report.human(row['median']):>9}  ({spread})  {quality}", flush=True)


def chosen(names: list[str]) -> list[Workload]:
    known = all_workloads()
    if not names:
        return list(known.values())
    found = [workload for workload in known.values() if any(workload.name.startswith(name) for name in names)]
    if not found:
        raise SystemExit(f"no workload begins with {' or '.join(names)}; there are: {', '.join(known)}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("names", nargs="*", help="workloads, by the beginning of their name; all by default")
    parser.add_argument("--quick", action="store_true", help="small data, two repeats, nothing is written")
    parser.add_argument("--threads", type=int, help="this number of threads only")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--list", action="store_true", help="name the workloads and end")
    parser.add_argument(
        "--render", action="store_true", help="renew README's table from the committed rows and end"
    )
    options = parser.parse_args()
    path = report.RESULTS / f"{report.machine_name()}.json"
    if options.list:
        print("\n".join(f"{workload.name:<40} {workload.title}" for workload in all_workloads().values()))
        return
    if not options.render:
        rows = measure_all(options)
        if options.quick:
            print(report.render(rows))
            return
        report.write_rows(path, rows)
    report.renew_tables(report.read_rows(path))


def measure_all(options: argparse.Namespace) -> list[dict]:
    rows: list[dict] = []
    for workload in chosen(options.names):
        with tempfile.TemporaryDirectory() as temporary:
            folder = data.store(workload, Path(temporary), options.seed, options.quick)
            for threads in workload.threads if options.threads is None else (options.threads,):
                print(f"{workload.title}, {threads} thread{'s' if threads > 1 else ''}", flush=True)
                measured = measure(workload, threads, folder, 2 if options.quick else workload.repeats)
                say(measured)
                rows += measured
    return rows


if __name__ == "__main__":
    main()

"""Whether the wider registers pay: `./dev bench levels [FILTER]`, or `python -m benchmarks.levels FOLDER [FILTER]`.

Runs the C++ benchmarks of the folder on AVX2 (v3) and on AVX-512 (v4), in turn, and says how many times faster v4 is, the slowest
first. A compiler may take a vector operation apart, lane by lane, and says nothing: it shows here.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

LEVELS = ("v3", "v4")
ROUNDS = 3
SLOWER = 0.93


def seconds(program: Path, level: str, wanted: str) -> Iterator[tuple[str, float]]:
    """Name and time of each benchmark of a program."""
    options = [f"--benchmark_filter={wanted}", "--benchmark_min_time=0.05", "--benchmark_format=json"]
    run = subprocess.run(
        [program, *options],
        env=os.environ | {"COLONNADE_ISA": level},
        capture_output=True,
        text=True,
        check=True,
    )
    for one in json.loads(run.stdout or '{"benchmarks": []}')["benchmarks"]:
        yield f"{program.stem.removesuffix('_bench')}: {one['name']}", one["real_time"]


def gains(programs: list[Path], wanted: str) -> dict[str, float]:
    """Of every benchmark: the least time on v3 over that on v4."""
    least: dict[tuple[str, str], float] = {}
    for program in programs:
        for level in LEVELS * ROUNDS:
            for name, time in seconds(program, level, wanted):
                least[name, level] = min(time, least.get((name, level), time))
    return {name: time / least[name, "v4"] for (name, level), time in least.items() if level == "v3"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the programs are")
    parser.add_argument("filter", nargs="?", default=".", help="a regular expression of names")
    arguments = parser.parse_args()
    programs = sorted(arguments.folder.glob("*_bench"))
    if not programs:
        parser.error(f"folder: no benchmarks in {arguments.folder}")
    if "avx512dq" not in Path("/proc/cpuinfo").read_text():
        parser.error("this CPU has no AVX-512")
    for name, gain in sorted(gains(programs, arguments.filter).items(), key=lambda item: item[1]):
        print(f"{gain:6.2f}  {'slower' if gain < SLOWER else '      '}  {name}")


if __name__ == "__main__":
    main()

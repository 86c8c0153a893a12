"""How the cost of training grows with rows and with columns: `python -m benchmarks.growth [--quick]`.

Every point is a process of its own, which tells the seconds of the fastest of some fits and the memory that the first took above the
data (Linux only). The points go to `benchmarks/results/growth-<machine>.json` and are drawn beside it as an SVG.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.compare import report
from benchmarks.compare.timing import timed
from benchmarks.compare.workloads.boosting import model_of, table

TREES, DEPTH, MISSING = 10, 6, 0.05
SECONDS_A_POINT = 2
LIBRARIES = ("colonnade", "lightgbm")
BEGIN, END = "<!-- growth: begin -->", "<!-- growth: end -->"
ROWS = (300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
COLUMNS = (10, 30, 100, 300, 1_000, 3_000, 10_000)
COLUMNS_OF_ROWS, ROWS_OF_COLUMNS = 28, 10_000


@dataclass(frozen=True)
class Point:
    library: str
    rows: int
    columns: int
    threads: int
    seconds: float
    megabytes: float


def resident(field: str) -> float:
    """Megabytes of this process: "VmRSS" now, "VmHWM" at most since the last `forget_peak`."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def measure_here(library: str, rows: int, columns: int, threads: int) -> Point:
    data = table(rows, columns, MISSING)(0, False)
    x, y = data["x"], data["y"]
    few = slice(0, 1_000)
    model_of(library, 1, DEPTH, 0, threads).fit(x[few], y[few])  # imports and threads are there from here on
    forget_peak()
    before = resident("VmRSS")
    first, _ = timed(lambda: model_of(library, TREES, DEPTH, 0, threads).fit(x, y))
    megabytes = resident("VmHWM") - before
    times = [first]
    while sum(times) < SECONDS_A_POINT:
        times.append(timed(lambda: model_of(library, TREES, DEPTH, 0, threads).fit(x, y))[0])
    return Point(library, rows, columns, threads, min(times), megabytes)


def measure(library: str, rows: int, columns: int, threads: int) -> Point:
    command = [
        sys.executable,
        "-m",
        "benchmarks.growth",
        "--point",
        library,
        str(rows),
        str(columns),
        str(threads),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    point = Point(**json.loads(done.stdout.splitlines()[-1]))
    print(
        f"{library:<10} {rows:>10,} x {columns:<6,} {threads} threads {point.seconds:8.3f} s {point.megabytes:8.0f} MB",
        flush=True,
    )
    return point


# ---- the drawing: two panels with logarithmic axes; a grey line grows in proportion to the size

WIDTH, HEIGHT, LEFT, TOP, GAP = 360, 260, 64, 40, 84
COLOURS = {"colonnade": "#1f6f8b", "lightgbm": "#d1495b"}


class Panel:
    """One pair of logarithmic axes."""

    def __init__(self, left: float, title: str, sizes: Sequence[float], values: Sequence[float]) -> None:
        self.left, self.title = left, title
        self.x_range = (np.log10(min(sizes)), np.log10(max(sizes)))
        self.y_range = (np.floor(np.log10(min(values))), np.ceil(np.log10(max(values))))
        self.sizes = sorted(set(sizes))

    def place(self, size: float, value: float) -> tuple[float, float]:
        across = (np.log10(size) - self.x_range[0]) / (self.x_range[1] - self.x_range[0])
        up = (np.log10(value) - self.y_range[0]) / (self.y_range[1] - self.y_range[0])
        return self.left + WIDTH * across, TOP + HEIGHT * (1 - up)

    def line(self, points: Sequence[tuple[float, float]], style: str) -> str:
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in (self.place(*point) for point in points))
        return f'<polyline points="{places}" fill="none" {style}/>'

    def axes(self) -> list[str]:
        parts = [
            f'<rect x="{self.left}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#999"/>',
            f'<text x="{self.left + WIDTH / 2}" y="{TOP - 14}" text-anchor="middle" font-weight="bold">{self.title}</text>',
        ]
        for size in self.sizes:
            x, _ = self.place(size, 10.0 ** self.y_range[0])
            parts.append(
                f'<text x="{x:.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{short(size)}</text>'
            )
        for power in range(int(self.y_range[0]), int(self.y_range[1]) + 1):
            x, y = self.place(self.sizes[0], 10.0**power)
            parts.append(f'<line x1="{x}" x2="{x + WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#eee"/>')
            parts.append(f'<text x="{x - 6}" y="{y + 4:.1f}" text-anchor="end">{short(10.0**power)} s</text>')
        return parts

    def proportional(self, size: float, value: float) -> str:
        """The line of cost in proportion to size through a point, within the panel."""
        least, most = 10.0 ** self.y_range[0], 10.0 ** self.y_range[1]
        ends = [
            min(max(s * value / size, least), most) * size / value for s in (self.sizes[0], self.sizes[-1])
        ]
        return self.line([(end, end * value / size) for end in ends], 'stroke="#bbb" stroke-dasharray="4 4"')


def short(value: float) -> str:
    for unit, scale in (("M", 1e6), ("k", 1e3)):
        if value >= scale:
            return f"{value / scale:g}{unit}"
    return f"{value:g}"


def curves(points: Sequence[Point], panel: Panel, size_of: Callable[[Point], int]) -> list[str]:
    parts = panel.axes()
    for library in LIBRARIES:
        for threads in (1, 2):
            own = sorted(
                (size_of(p), p.seconds) for p in points if (p.library, p.threads) == (library, threads)
            )
            if not own:
                continue
            if library == report.OURS and threads == 1:
                parts.append(panel.proportional(*own[len(own) // 2]))
            dash = "" if threads == 1 else ' stroke-dasharray="2 3"'
            parts.append(panel.line(own, f'stroke="{COLOURS[library]}" stroke-width="2"{dash}'))
    return parts


def draw(rows: Sequence[Point], columns: Sequence[Point]) -> str:
    parts = []
    for left, title, points, size_of in (
        (LEFT, f"rows ({COLUMNS_OF_ROWS} columns)", rows, lambda p: p.rows),
        (LEFT + WIDTH + GAP, f"columns ({ROWS_OF_COLUMNS:,} rows)", columns, lambda p: p.columns),
    ):
        panel = Panel(left, title, [size_of(p) for p in points], [p.seconds for p in points])
        parts += curves(points, panel, size_of)
    legend = "   ".join(f'<tspan fill="{COLOURS[library]}">{library}</tspan>' for library in LIBRARIES)
    note = f"{TREES} trees of depth {DEPTH}; one thread, dotted: two; grey: in proportion"
    width, height = LEFT + 2 * WIDTH + GAP + 24, TOP + HEIGHT + 64
    parts.append(f'<text x="{LEFT}" y="{height - 14}" xml:space="preserve">{legend}   {note}</text>')
    body = "\n".join(parts)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">'
    return f'{head}\n<rect width="{width}" height="{height}" fill="white"/>\n{body}\n</svg>\n'


def table_of(points: Sequence[Point]) -> str:
    """Seconds and memory of the larger tables, one and two threads."""
    lines = [
        "| rows x columns | threads | "
        + " | ".join(f"{library}, time | memory" for library in LIBRARIES)
        + " |",
        "| --- | --- |" + " --- |" * (2 * len(LIBRARIES)),
    ]
    found = {(p.rows, p.columns, p.threads, p.library): p for p in points}
    for rows, columns, threads in dict.fromkeys((p.rows, p.columns, p.threads) for p in points):
        if rows * columns < 1_000_000:
            continue
        cells = [found[rows, columns, threads, library] for library in LIBRARIES]
        shown = " | ".join(f"{report.human(p.seconds)} | {p.megabytes:.0f} MB" for p in cells)
        lines.append(f"| {rows:,} x {columns:,} | {threads} | {shown} |")
    return "\n".join(lines)


def publish(points: list[Point], path: Path) -> None:
    """The drawing beside the points, and the table of benchmarks/README.md."""
    rows = [p for p in points if p.columns == COLUMNS_OF_ROWS]
    columns = [p for p in points if p.columns != COLUMNS_OF_ROWS]
    path.with_suffix(".svg").write_text(draw(rows, columns))
    report.renew(report.ROOT / "benchmarks" / "README.md", BEGIN, END, table_of(points))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the three smallest sizes; nothing is written")
    parser.add_argument(
        "--point", nargs=4, metavar=("LIBRARY", "ROWS", "COLUMNS", "THREADS"), help=argparse.SUPPRESS
    )
    parser.add_argument("--render", action="store_true", help="draw the committed points again and end")
    options = parser.parse_args()
    if options.point:
        library, *sizes = options.point
        print(json.dumps(asdict(measure_here(library, *map(int, sizes)))))
        return
    path = report.RESULTS / f"growth-{report.machine_name()}.json"
    if options.render:
        return publish([Point(**point) for point in json.loads(path.read_text())], path)
    most = 3 if options.quick else None
    cases = [(library, threads) for library in LIBRARIES for threads in (1, 2)]
    rows = [measure(lib, n, COLUMNS_OF_ROWS, threads) for n in ROWS[:most] for lib, threads in cases]
    columns = [measure(lib, ROWS_OF_COLUMNS, n, threads) for n in COLUMNS[:most] for lib, threads in cases]
    if options.quick:
        return
    path.write_text(json.dumps([asdict(point) for point in [*rows, *columns]], indent=1) + "\n")
    publish([*rows, *columns], path)
    print(f"wrote {path.name} and {path.with_suffix('.svg').name} in {path.parent}")


if __name__ == "__main__":
    main()

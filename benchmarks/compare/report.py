"""Rows of results, and the table that README shows of them."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results"
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
OURS = "colonnade"

Row = dict[str, Any]


def machine_name() -> str:
    return f"{platform.machine().replace('_', '-')}-{os.cpu_count()}cpu"


def cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")


def read_rows(path: Path) -> list[Row]:
    return json.loads(path.read_text())["rows"] if path.exists() else []


def write_rows(path: Path, rows: list[Row]) -> None:
    """Renews the rows that were measured and keeps the others."""
    measured = {(row["workload"], row["threads"]) for row in rows}
    kept = [row for row in read_rows(path) if (row["workload"], row["threads"]) not in measured]
    merged = sorted([*kept, *rows], key=lambda row: (row["workload"], row["threads"], row["median"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    machine = {"cpu": cpu_model(), "cpus": os.cpu_count(), "python": platform.python_version()}
    path.write_text(json.dumps({"machine": machine, "rows": merged}, indent=1) + "\n")


def human(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= scale * 0.9995:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def qualities(rows: list[Row]) -> str:
    """`auc: colonnade 0.831, xgboost 0.830`; one figure where all agree."""
    names = list(dict.fromkeys(name for row in rows for name in row["quality"]))
    parts = []
    for name in names:
        values = {row["library"]: f"{row['quality'][name]:.5g}" for row in rows if name in row["quality"]}
        if len(set(values.values())) == 1:
            parts.append(f"{name} {next(iter(values.values()))}")
        else:
            parts.append(f"{name}: " + ", ".join(f"{library} {value}" for library, value in values.items()))
    return "; ".join(parts)


def verdict(ours: Row, other: Row) -> str:
    """How many times faster; a tie where the spreads of the repeats overlap."""
    if ours["low"] <= other["high"] and other["low"] <= ours["high"]:
        return "tie"
    ratio = other["median"] / ours["median"]
    return f"{ratio:.1f}x" if ratio >= 1 else f"**loss**, {1 / ratio:.1f}x slower"


def table_line(rows: list[Row]) -> str | None:
    ours = next((row for row in rows if row["library"] == OURS), None)
    others = sorted((row for row in rows if row["library"] != OURS), key=lambda row: row["median"])
    if ours is None:
        return None
    peers = ", ".join(f"{row['library']} {human(row['median'])}" for row in others)
    won = verdict(ours, others[0]) if others else ""
    cells = [
        ours["title"],
        str(ours["threads"]),
        human(ours["median"]),
        peers,
        won,
        qualities([ours, *others]),
    ]
    return "| " + " | ".join(cells) + " |"


def render(rows: list[Row]) -> str:
    lines = [
        "| work | threads | colonnade | others | against the fastest | quality |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    keys = list(dict.fromkeys((row["workload"], row["threads"]) for row in rows))
    for key in keys:
        line = table_line([row for row in rows if (row["workload"], row["threads"]) == key])
        if line:
            lines.append(line)
    return "\n".join(lines)


def renew(path: Path, begin: str, end: str, content: str) -> bool:
    """Puts the content between two markers of a file; says whether they were there."""
    text = path.read_text() if path.exists() else ""
    if begin not in text or end not in text:
        return False
    head, rest = text.split(begin, 1)
    tail = rest.split(end, 1)[1]
    path.write_text(f"{head}{begin}\n{content}\n{end}{tail}")
    return True


def renew_tables(rows: list[Row]) -> None:
    """Of README.md, and of benchmarks/README.md, which holds the rows of boosting."""
    boosting = [row for row in rows if row["workload"].startswith("boosting")]
    for path, some in ((ROOT / "README.md", rows), (ROOT / "benchmarks" / "README.md", boosting)):
        if renew(path, BEGIN, END, render(some)):
            print(f"renewed the table of {path.relative_to(ROOT)}")

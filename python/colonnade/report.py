"""Reports as one HTML file that needs nothing else: text, tables, plots as inline SVG; for phones, light and dark.

>>> from colonnade.report import Report, bar_plot
>>> report = Report("Churn")
>>> report.section("Columns", figures=[("Gain", bar_plot({"tenure": 12.0, "contract": 30.5}))])
>>> report.html().startswith("<!doctype html>")
True
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

__all__ = [
    "Report",
    "bar_plot",
    "calibration_plot",
    "confusion_plot",
    "group_colors",
    "roc_plot",
    "scatter_plot",
]

_STYLE = """
:root { color-scheme: light dark; --paper: #fbfaf7; --card: #ffffff; --ink: #1d2430; --soft: #5d6878;
  --line: #dcdfe4; --grid: #e9ebee; --main: #1f5fa8; --other: #b4541a; --good: #2e7d4f; --warn: #a86a00;
  --bad: #b3352b; --tint: #1f5fa81f; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171c; --card: #1c2027; --ink: #e6e9ee; --soft: #9aa5b4;
  --line: #333a45; --grid: #2a3039; --main: #7db4f0; --other: #f0a36b; --good: #74c795; --warn: #e3b358;
  --bad: #f0867c; --tint: #7db4f029; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI",
  Roboto, "Helvetica Neue", Arial, sans-serif; -webkit-text-size-adjust: 100%; }
main { max-width: 64rem; margin: 0 auto; padding: 1.25rem 1rem 3rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0.5rem 0 0.25rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 0.6rem; padding-top: 0.8rem; border-top: 1px solid var(--line); }
p { margin: 0.4rem 0 0.8rem; max-width: 46rem; overflow-wrap: anywhere; }
.lead { color: var(--soft); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.2rem, 1fr)); gap: 0.6rem; margin: 1rem 0; }
.fact { background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.5rem 0.75rem; }
.fact b { display: block; font-size: 1.2rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
.fact span { color: var(--soft); font-size: 0.85rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 23rem), 1fr)); gap: 0.8rem;
  align-items: start; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.7rem; }
figcaption { font-weight: 600; font-size: 0.95rem; margin-bottom: 0.3rem; }
svg { display: block; width: 100%; height: auto; max-width: 27rem; margin: 0 auto; }
svg text { fill: var(--ink); font: 12px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
svg .soft { fill: var(--soft); }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem;
  margin: 0.8rem 0; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.35rem 0.7rem; text-align: right; border-top: 1px solid var(--grid); white-space: nowrap; }
th { border-top: 0; color: var(--soft); font-weight: 600; }
th:first-child, td:first-child, td.text, th.text { text-align: left; }
td.long { white-space: normal; min-width: 15rem; }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
footer { color: var(--soft); font-size: 0.85rem; margin-top: 2rem; }
@media (max-width: 30rem) { th, td { padding: 0.3rem 0.5rem; } table { font-size: 0.85rem; } }
@media print { body { background: #fff; } figure, .fact, .scroll { break-inside: avoid; } }
"""


class Report:
    """Sections of text, facts, tables and figures, saved as one HTML file.

    >>> from colonnade.report import Report
    >>> report = Report("Churn", "5,000 customers")
    >>> report.section("Result", "On rows held out.", facts=[("AUC", "0.846")])
    >>> "<b>0.846</b>" in report.html()
    True
    """

    def __init__(self, title: str, lead: str = "") -> None:
        self._title = title
        self._lead = lead
        self._parts: list[str] = []
        self._footer = ""

    def section(
        self,
        title: str,
        text: str = "",
        *,
        facts: Sequence[tuple[str, str]] = (),
        figures: Sequence[tuple[str, str]] = (),
        table: tuple[Sequence[str], Sequence[Sequence[Any]]] | None = None,
    ) -> None:
        """Adds a section: (label, value) facts, (caption, SVG) figures, a table of (header, rows)."""
        parts = [f"<section><h2>{escape(title)}</h2>"]
        parts += [f"<p>{escape(paragraph)}</p>" for paragraph in text.split("\n\n") if paragraph]
        if facts:
            cards = "".join(
                f'<div class="fact"><b>{escape(v)}</b><span>{escape(k)}</span></div>' for k, v in facts
            )
            parts.append(f'<div class="facts">{cards}</div>')
        if figures:
            drawn = "".join(
                f"<figure><figcaption>{escape(caption)}</figcaption>{svg}</figure>"
                for caption, svg in figures
            )
            parts.append(f'<div class="figures">{drawn}</div>')
        if table is not None:
            parts.append(_table(*table))
        self._parts.append("".join([*parts, "</section>"]))

    def footer(self, text: str) -> None:
        """Sets the small print at the end."""
        self._footer = text

    def html(self) -> str:
        """The whole page."""
        head = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="color-scheme" content="light dark">'
            f"<title>{escape(self._title)}</title><style>{_STYLE}</style></head>"
        )
        lead = f'<p class="lead">{escape(self._lead)}</p>' if self._lead else ""
        footer = f"<footer>{escape(self._footer)}</footer>" if self._footer else ""
        body = "".join(self._parts)
        return f"{head}<body><main><h1>{escape(self._title)}</h1>{lead}{body}{footer}</main></body></html>\n"

    def _repr_html_(self) -> str:
        # In a frame of its own, so that its style does not touch the notebook.
        style = "width:100%;height:48rem;border:0"
        return f'<iframe srcdoc="{escape(self.html())}" style="{style}" loading="lazy"></iframe>'

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the page, replacing the file at once."""
        folder = os.path.dirname(os.path.abspath(path))
        handle, temporary = tempfile.mkstemp(dir=folder, suffix=".html")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(self.html())
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise


def _table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    kinds = [_kind([row[j] for row in rows]) for j in range(len(header))]
    head = "".join(f'<th class="{kind.split()[0]}">{escape(name)}</th>' for name, kind in zip(header, kinds))
    body = "".join("<tr>" + "".join(map(_cell, row, kinds)) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _kind(column: list[Any]) -> str:
    """Classes of a column: numbers, text, long text."""
    if not any(isinstance(v, tuple) or not _is_numeric(str(v)) for v in column):
        return "number"
    return (
        "text long"
        if max((len(str(v)) for v in column if not isinstance(v, tuple)), default=0) > 32
        else "text"
    )


def _cell(value: Any, kind: str) -> str:
    if isinstance(value, tuple):  # (text, "good" | "warn" | "bad")
        return f'<td class="text {escape(value[1])}">{escape(str(value[0]))}</td>'
    return f'<td class="{kind}">{escape(str(value))}</td>'


def _is_numeric(text: str) -> bool:
    return text in ("", "nan") or (text[0] in "0123456789-+.–<" and len(text) < 20)


group_colors = ("#3b82c4", "#d9772b", "#3f9b63", "#b2559f", "#8c7a3d", "#c94a45", "#5b6fd6", "#4aa6a6")


# ---- plots ---------------------------------------------------------------------------------------------------------


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _svg(width: float, height: float, label: str, body: str) -> str:
    return (
        f'<svg viewBox="0 0 {_number(width)} {_number(height)}" role="img" aria-label="{escape(label)}" '
        f'xmlns="http://www.w3.org/2000/svg">{body}</svg>'
    )


def _text(x: float, y: float, text: str, anchor: str = "start", soft: bool = False, extra: str = "") -> str:
    kind = ' class="soft"' if soft else ""
    return (
        f'<text x="{_number(x)}" y="{_number(y)}" text-anchor="{anchor}"{kind}{extra}>{escape(text)}</text>'
    )


def _line(points: Sequence[tuple[float, float]], color: str, width: float = 2, dash: str = "") -> str:
    path = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{path}" fill="none" stroke="var(--{color})" stroke-width="{width}"{dashes}/>'


class _Square:
    """Axes from 0 to 1 both ways."""

    size = 300.0
    left = 44.0
    top = 10.0

    def __init__(self, x_title: str, y_title: str) -> None:
        self.parts = []
        for tick in (0, 0.25, 0.5, 0.75, 1):
            x, y = self.x(tick), self.y(tick)
            self.parts.append(_line([(x, self.y(0)), (x, self.y(1))], "grid", 1))
            self.parts.append(_line([(self.x(0), y), (self.x(1), y)], "grid", 1))
            self.parts.append(_text(x, self.y(0) + 16, f"{tick:g}", "middle", True))
            self.parts.append(_text(self.x(0) - 6, y + 4, f"{tick:g}", "end", True))
        middle = self.y(0.5)
        self.parts.append(_text(self.x(0.5), self.y(0) + 33, x_title, "middle"))
        self.parts.append(
            _text(12, middle, y_title, "middle", extra=f' transform="rotate(-90 12 {_number(middle)})"')
        )

    def x(self, value: float) -> float:
        return self.left + self.size * value

    def y(self, value: float) -> float:
        return self.top + self.size * (1 - value)

    def svg(self, label: str) -> str:
        return _svg(self.left + self.size + 24, self.top + self.size + 40, label, "".join(self.parts))


def roc_plot(false_positive_rate: Any, true_positive_rate: Any, label: str = "") -> str:
    """The receiver operating characteristic as SVG; ``label`` stands in the corner.

    >>> from colonnade.report import roc_plot
    >>> roc_plot([0, 0, 1], [0, 1, 1], "AUC 1.000")[:4]
    '<svg'
    """
    axes = _Square("false positive rate", "true positive rate")
    points = [(axes.x(float(f)), axes.y(float(t))) for f, t in zip(false_positive_rate, true_positive_rate)]
    points = _thinned(points)
    base = f"{_number(axes.x(1))},{_number(axes.y(0))} {_number(axes.x(0))},{_number(axes.y(0))}"
    area = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
    axes.parts.append(f'<polygon points="{area} {base}" fill="var(--tint)"/>')
    axes.parts.append(_line([(axes.x(0), axes.y(0)), (axes.x(1), axes.y(1))], "soft", 1, "4 4"))
    axes.parts.append(_line(points, "main", 2.2))
    axes.parts.append(_text(axes.x(0.97), axes.y(0.06), label, "end"))
    return axes.svg(f"ROC curve {label}")


def _thinned(points: list[tuple[float, float]], step: float = 0.6) -> list[tuple[float, float]]:
    """The points that differ visibly from the one before."""
    kept = points[:1]
    for point in points[1:-1]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= step:
            kept.append(point)
    return [*kept, *points[-1:]]


def calibration_plot(predicted: Any, observed: Any, counts: Any, label: str = "") -> str:
    """Mean prediction against observed share of each bin as SVG; the area of a dot is the number of rows.

    >>> from colonnade.report import calibration_plot
    >>> calibration_plot([0.1, 0.8], [0.2, 0.7], [30, 10])[:4]
    '<svg'
    """
    axes = _Square("mean predicted probability", "observed share")
    axes.parts.append(_line([(axes.x(0), axes.y(0)), (axes.x(1), axes.y(1))], "soft", 1, "4 4"))
    points = [(axes.x(float(p)), axes.y(float(o))) for p, o in zip(predicted, observed)]
    axes.parts.append(_line(points, "main", 1.6))
    most = max([float(c) for c in counts] or [1.0]) or 1.0
    for (x, y), count in zip(points, counts):
        radius = 2.5 + 6.5 * math.sqrt(float(count) / most)
        axes.parts.append(
            f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}" fill="var(--main)" fill-opacity="0.75">'
            f"<title>{int(count):,} rows</title></circle>"
        )
    axes.parts.append(_text(axes.x(0.97), axes.y(0.06), label, "end"))
    return axes.svg(f"calibration {label}")


def confusion_plot(matrix: Any, classes: Sequence[str]) -> str:
    """A confusion matrix as SVG: rows are the true classes, columns the predicted ones.

    >>> from colonnade.report import confusion_plot
    >>> "1,200" in confusion_plot([[1200, 80], [100, 300]], ["no", "yes"])
    True
    """
    count = len(classes)
    cell, left, top = min(110.0, 300.0 / count), 78.0, 44.0
    parts = [_text(left + cell * count / 2, 14, "predicted", "middle"), _text(4, top - 8, "true")]
    for i, name in enumerate(classes):
        parts.append(_text(left + cell * (i + 0.5), top - 8, _short(name, 12), "middle", True))
        parts.append(_text(left - 8, top + cell * (i + 0.5) + 4, _short(name, 12), "end", True))
    for i, row in enumerate(matrix):
        total = sum(float(v) for v in row) or 1.0
        for j, value in enumerate(row):
            share = float(value) / total
            x, y = left + cell * j, top + cell * i
            color = "main" if i == j else "other"
            parts.append(
                f'<rect x="{_number(x + 1)}" y="{_number(y + 1)}" width="{_number(cell - 2)}" '
                f'height="{_number(cell - 2)}" rx="4" fill="var(--{color})" fill-opacity="{0.08 + 0.42 * share:.3f}"/>'
            )
            middle = x + cell / 2
            parts.append(_text(middle, y + cell / 2, f"{int(value):,}", "middle", extra=' font-weight="600"'))
            if cell > 48:
                parts.append(_text(middle, y + cell / 2 + 17, f"{100 * share:.0f} %", "middle", True))
    return _svg(left + cell * count + 12, top + cell * count + 8, "confusion matrix", "".join(parts))


def bar_plot(values: Mapping[str, float], *, unit: str = "", colors: Mapping[str, str] | None = None) -> str:
    """Horizontal bars as SVG, one a name, in the order of ``values``.

    ``colors`` maps names to "good", "warn", "bad" or "#rrggbb".

    >>> from colonnade.report import bar_plot
    >>> bar_plot({"tenure": 12.0, "contract": 30.5})[:4]
    '<svg'
    """
    height, left, width = 24.0, 150.0, 350.0
    most = max([abs(float(v)) for v in values.values() if math.isfinite(float(v))] or [1.0]) or 1.0
    room = width - left - 52
    parts = []
    for k, (name, value) in enumerate(values.items()):
        y, number = 4 + height * k, float(value)
        length = room * abs(number) / most if math.isfinite(number) else 0.0
        color = (colors or {}).get(name, "main")
        parts.append(
            _text(left - 8, y + 15, _short(name, 18), "end")
            if len(name) <= 18
            else _titled(left - 8, y + 15, name)
        )
        parts.append(
            f'<rect x="{_number(left)}" y="{_number(y + 3)}" width="{_number(max(length, 1))}" height="16" rx="2" '
            f'fill="{color if color.startswith("#") else f"var(--{color})"}" fill-opacity="0.85"/>'
        )
        parts.append(_text(left + length + 6, y + 15, _rounded(number) + unit, soft=True))
    return _svg(width, 8 + height * len(values), "bars", "".join(parts))


def _titled(x: float, y: float, name: str) -> str:
    return f"<g><title>{escape(name)}</title>{_text(x, y, _short(name, 18), 'end')}</g>"


def scatter_plot(x: Any, y: Any, groups: Any, *, x_title: str = "", y_title: str = "") -> str:
    """Points as SVG, coloured by the number of their group, axes from the smallest to the largest value.

    >>> from colonnade.report import scatter_plot
    >>> scatter_plot([1, 2, 3], [3, 2, 1], [0, 0, 1])[:4]
    '<svg'
    """
    xs, ys = [float(v) for v in x], [float(v) for v in y]
    low_x, high_x = min(xs, default=0.0), max(xs, default=1.0)
    low_y, high_y = min(ys, default=0.0), max(ys, default=1.0)
    axes = _Square(x_title, y_title)
    axes.parts = [part for part in axes.parts if 'class="soft"' not in part]
    for tick in (0, 0.5, 1):
        axes.parts.append(
            _text(axes.x(tick), axes.y(0) + 16, _rounded(low_x + tick * (high_x - low_x)), "middle", True)
        )
        if tick != 0.5:  # the title stands there
            axes.parts.append(
                _text(axes.x(0) - 6, axes.y(tick) + 4, _rounded(low_y + tick * (high_y - low_y)), "end", True)
            )
    for a, b, group in zip(xs, ys, groups):
        across = axes.x((a - low_x) / ((high_x - low_x) or 1.0))
        up = axes.y((b - low_y) / ((high_y - low_y) or 1.0))
        color = group_colors[int(group) % len(group_colors)]
        axes.parts.append(
            f'<circle cx="{_number(across)}" cy="{_number(up)}" r="2.4" fill="{color}" fill-opacity="0.6"/>'
        )
    return axes.svg(f"{y_title} against {x_title}")


def _short(name: str, most: int) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _rounded(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    size = abs(value)
    if size == 0:
        return "0"
    if size >= 1000:
        return f"{value:,.0f}"
    return (
        f"{value:.0f}"
        if size >= 100
        else f"{value:.1f}"
        if size >= 10
        else f"{value:.3g}"
        if size >= 1
        else f"{value:.3f}"
    )

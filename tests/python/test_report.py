import html.parser

import numpy as np
import pytest

from colonnade.report import Report, bar_plot, calibration_plot, confusion_plot, roc_plot, scatter_plot


class Balanced(html.parser.HTMLParser):
    void = {"meta", "br"}

    def __init__(self):
        super().__init__()
        self.open, self.text = [], []

    def handle_starttag(self, tag, attributes):
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def read(text):
    parser = Balanced()
    parser.feed(text)
    assert parser.open == []
    return parser.text


def test_a_page_is_whole_and_needs_nothing_else():
    report = Report("Title", "lead")
    report.section("One", "text\n\nmore", facts=[("AUC", "0.9")], figures=[("Bars", bar_plot({"a": 1.0}))])
    report.section("Two", table=(["name", "n"], [["x", "1"], ["y", ("bad", "bad")]]))
    report.footer("small print")
    page = report.html()
    assert {"Title", "lead", "text", "more", "0.9", "AUC", "Bars", "small print"} <= set(read(page))
    for outside in ("<script", "<link", "<img", "url(", "@import"):
        assert outside not in page
    assert 'name="viewport"' in page and "prefers-color-scheme: dark" in page


def test_whatever_a_name_holds_is_text():
    evil = '<script>alert("&")</script>'
    report = Report(evil, evil)
    report.section(
        evil,
        evil,
        facts=[(evil, evil)],
        figures=[(evil, bar_plot({evil: 1.0})), ("c", confusion_plot([[1, 2], [3, 4]], [evil, "b"]))],
        table=([evil], [[evil], [(evil, "good")]]),
    )
    report.footer(evil)
    assert "<script" not in report.html()
    assert read(report.html()).count(evil) >= 6


def test_in_a_notebook_it_stands_in_a_frame():
    report = Report('a "title"')
    shown = report._repr_html_()
    assert shown.startswith("<iframe srcdoc=") and "<style" not in shown and "&lt;style" in shown


@pytest.mark.parametrize(
    "svg",
    [
        roc_plot(np.linspace(0, 1, 5000), np.linspace(0, 1, 5000) ** 0.5, "AUC 0.7"),
        roc_plot([0, 1], [0, 1]),
        calibration_plot([0.1, 0.5], [0.2, 0.4], [10, 0]),
        calibration_plot([], [], []),
        confusion_plot(np.eye(6, dtype=int) * 9, [f"class number {k}" for k in range(6)]),
        confusion_plot([[0, 0], [0, 0]], ["a", "b"]),
        bar_plot({}),
        bar_plot(
            {"nan": float("nan"), "zero": 0.0, "a name that is much too long": 1e9}, colors={"zero": "bad"}
        ),
        scatter_plot([1, 1], [2, 2], [0, 9], x_title="a", y_title="b"),
        scatter_plot([], [], []),
    ],
)
def test_plots_are_well_formed_at_their_edges(svg):
    read(svg)
    assert svg.startswith("<svg") and svg.endswith("</svg>")
    assert "nan," not in svg and "inf" not in svg
    assert len(svg) < 100_000


def test_saving_replaces_the_file_at_once(tmp_path):
    path = tmp_path / "report.html"
    path.write_text("before")
    Report("Title").save(path)
    assert path.read_text().startswith("<!doctype html>")
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
    with pytest.raises(OSError):
        Report("Title").save(tmp_path / "nobody" / "report.html")

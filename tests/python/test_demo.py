"""The churn workflow of examples/: the script on generated and real tables, the notebook, the report, the C++ program."""

import html.parser
import importlib.util
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import colonnade
from colonnade.metrics import roc_auc_score
from colonnade.model_selection import train_test_split

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="module")
def churn():
    spec = importlib.util.spec_from_file_location("churn_example", EXAMPLES / "churn.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def scorer(tmp_path_factory):
    """The C++ program: that of ./dev demo if it is newer than its sources, else compiled here."""
    built = ROOT / "build" / "cpp_scoring" / "score"
    sources = [*(EXAMPLES / "cpp_scoring").glob("*"), *(ROOT / "include").rglob("*.hpp")]
    if built.exists() and built.stat().st_mtime > max(path.stat().st_mtime for path in sources):
        return built
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("no g++ to compile examples/cpp_scoring with")
    program = tmp_path_factory.mktemp("cpp_scoring") / "score"
    flags = ["-std=c++20", "-O1", "-fopenmp", "-ffp-contract=off", f"-I{ROOT / 'include'}"]
    command = [compiler, *flags, EXAMPLES / "cpp_scoring" / "score.cpp", "-o", program]
    if shutil.which("ccache"):
        command.insert(0, "ccache")
    subprocess.run(command, check=True, timeout=600)
    return program


class _Tags(html.parser.HTMLParser):
    """Checks that tags are closed in order, and gathers what a page would load."""

    void = {"meta", "br"}

    def __init__(self):
        super().__init__()
        self.open, self.loaded, self.figures = [], [], []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.loaded += [given[name] for name in ("src", "href", "data") if name in given]
        if tag in ("script", "link", "img", "iframe"):
            self.loaded.append(tag)
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "figcaption":
            self.figures.append(data)


def check_report(path, figures):
    """Well-formed, everything inside, with these figures."""
    text = path.read_text()
    tags = _Tags()
    tags.feed(text)
    assert tags.open == []
    assert tags.loaded == []
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", text)
    assert "prefers-color-scheme: dark" in text and "width=device-width" in text
    for figure in figures:
        assert any(figure in found for found in tags.figures), figure


FIGURES = ["ROC", "Calibration", "Confusion", "What the trees look at", "Share that left", "Effect size"]


# LAW: demo-bits The C++ program loads the file that the demo saved and scores every row with the same bits.
@pytest.mark.slow
def test_the_demo_on_its_own_table(churn, scorer, tmp_path, capsys):
    assert churn.main(["--out", str(tmp_path), "--scorer", str(scorer), "--rows", "10000"]) == 0
    printed = capsys.readouterr().out
    assert "10,000 rows, 0 bits differ" in printed
    assert "customer_id is left out (identifier-like" in printed
    assert re.search(r"AUC 0\.8\d+ \(95 %: 0\.8\d+ to 0\.8\d+\)", printed)
    drifted = printed.split("7. Drift")[1].split("8. One file")[0]
    assert "monthly_charge" in drifted and "payment" in drifted
    check_report(tmp_path / "report.html", FIGURES)
    model = colonnade.load(tmp_path / "churn.colonnade")
    row = {
        "tenure_months": 2,
        "contract": "monthly",
        "plan": "plus",
        "payment": "invoice",
        "internet": "fibre",
        "paperless": "yes",
        "region": "Kelso",
        "age": 70,
        "monthly_charge": 80.5,
        "total_charge": 161,
        "data_gb": 33,
        "support_calls": 6,
        "late_payments": 1,
        "satisfaction": 2,
    }
    assert model.predict(row).tolist() == ["yes"]


@pytest.mark.slow
def test_the_demo_on_telco(churn, scorer, tmp_path, capsys, shared_data, sanitized):
    start = time.perf_counter()
    arguments = [
        str(shared_data("telco_churn.csv")),
        "--target",
        "Churn",
        "--out",
        str(tmp_path),
        "--scorer",
        str(scorer),
    ]
    assert churn.main(arguments) == 0
    seconds = time.perf_counter() - start
    printed = capsys.readouterr().out
    assert "7,043 rows, 0 bits differ" in printed
    assert "customerID is left out" in printed
    assert re.search(r"TotalCharges +number", printed)
    assert seconds < 10 or sanitized
    check_report(tmp_path / "report.html", FIGURES)


@pytest.mark.slow
def test_the_demo_on_the_aws_table_with_a_file_for_the_second_period(churn, tmp_path, capsys, shared_data):
    path = shared_data("aws_churn_raw.csv")
    lines = path.read_text().splitlines(keepends=True)
    current = tmp_path / "current.csv"
    current.write_text("".join(lines[:1] + lines[4000:]))
    arguments = [
        str(path),
        "--target",
        "Churn?",
        "--current",
        str(current),
        "--out",
        str(tmp_path),
        "--scorer",
        "none",
    ]
    assert churn.main(arguments) == 0
    printed = capsys.readouterr().out
    assert "Phone is left out" in printed
    assert "0 of" in printed.split("7. Drift")[1]
    check_report(tmp_path / "report.html", FIGURES)


@pytest.fixture
def one_thread():
    """Small fits on a machine that others use as well: threads that wait for each other take longer than one alone."""
    before = colonnade.default_threads()
    colonnade.set_default_threads(1)
    yield
    colonnade.set_default_threads(before)


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
def test_ten_splits_of_telco_have_a_mean_auc_of_at_least_0_845(churn, shared_data):
    frame = churn.read_csv(shared_data("telco_churn.csv"))
    target = frame.pop("Churn")
    frame = {name: column for name, column in frame.items() if name not in churn.left_out(frame)}
    scores = []
    for seed in range(10):
        learn, judge = train_test_split(
            np.arange(len(target)), test_size=0.2, random_state=seed, stratify=target
        )
        model = churn.fit(churn.take(frame, learn), target[learn], seed)
        probability = model.predict_proba(churn.take(frame, judge))[:, 1]
        scores.append(roc_auc_score(target[judge] == "Yes", probability))
    assert np.mean(scores) >= 0.845, scores


def test_csv_files_are_read_as_a_person_would(churn, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        '\ufeffid,"a, b",n,empty\nx1,"say ""hi""",1,\nx2,, 2.5 ,\nx3,plain,-1e3,\n', encoding="utf-8"
    )
    frame = churn.read_csv(path)
    assert list(frame) == ["id", "a, b", "n", "empty"]
    assert frame["a, b"].tolist() == ['say "hi"', None, "plain"]
    assert frame["n"].tolist() == [1, 2.5, -1000]
    assert np.isnan(frame["empty"]).all()
    assert set(churn.left_out(frame)) == {"id", "a, b", "empty"}
    path.write_text("a,b\n1\n")
    with pytest.raises(SystemExit, match="row 2: found 1 fields, expected 2"):
        churn.read_csv(path)


@pytest.mark.slow
def test_every_value_survives_the_way_to_cpp(churn, scorer, tmp_path):
    from colonnade.boosting import GradientBoostedTreesClassifier
    from colonnade.pipeline import ColumnTransformer, Pipeline
    from colonnade.preprocessing import OneHotEncoder

    words = np.array(
        ['comma, and "quote"', "", None, "line\nbreak", "ümlaut 漢", " space ", "'"] * 30, dtype=object
    )
    numbers = np.random.default_rng(0).normal(size=210) * 10.0 ** np.arange(-105, 105)
    numbers[::7] = np.nan
    frame = {'odd, "name"': words, "number": numbers}
    target = np.where(np.arange(210) % 3 == 0, "b", "a")
    columns = ColumnTransformer([("w", OneHotEncoder(), ['odd, "name"']), ("n", "passthrough", ["number"])])
    model = Pipeline(
        [("c", columns), ("m", GradientBoostedTreesClassifier(n_estimators=9, min_child_weight=0))]
    )
    model.fit(frame, target)
    path = tmp_path / "odd.colonnade"
    model.save(path)
    line, equal = churn.score_in_cpp(scorer, tmp_path, path, frame, model.predict_proba(frame))
    assert equal and "210 rows, 0 bits differ" in line


def test_the_cpp_program_says_what_is_wrong(scorer, tmp_path):
    (tmp_path / "bad.colonnade").write_bytes(b"not a model")
    done = subprocess.run(
        [scorer, tmp_path / "bad.colonnade", "rows.csv"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2 and "do not start with 'colonnad'" in done.stderr
    assert subprocess.run([scorer], capture_output=True, check=False).returncode == 2


@pytest.mark.slow
def test_the_notebook_runs():
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    notebook = nbformat.read(EXAMPLES / "churn.ipynb", as_version=4)
    package = Path(colonnade.__file__).parent.parent
    notebook.cells.insert(0, nbformat.v4.new_code_cell(f"import sys; sys.path.insert(0, {str(package)!r})"))
    kernel = _KernelOf(sys.executable)
    nbclient.NotebookClient(notebook, timeout=120, km=kernel.manager()).execute()
    text = "".join(
        output.get("text", "") + str(output.get("data", ""))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    )
    assert "AUC 0.8" in text and "segment 4" in text and "one row:" in text


class _KernelOf:
    """A kernel of this interpreter, whatever kernels are installed."""

    def __init__(self, interpreter):
        self._command = [interpreter, "-m", "ipykernel_launcher", "-f", "{connection_file}"]

    def manager(self):
        from jupyter_client import AsyncKernelManager
        from jupyter_client.kernelspec import KernelSpec

        manager = AsyncKernelManager(kernel_name="python3")
        manager._kernel_spec = KernelSpec(argv=self._command, display_name="Python 3", language="python")
        return manager

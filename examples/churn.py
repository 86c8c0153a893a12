"""Who will leave? The whole churn workflow on one table: profile, split, pipeline, metrics, segments, drift, one file.

    python examples/churn.py                                   a generated table (colonnade.datasets.make_churn)
    python examples/churn.py customers.csv --target Churn      any CSV file with a header
    python examples/churn.py customers.csv --target Churn --current later.csv --out report

Blank fields are missing, numbers written as text are numbers, identifier-like columns are left out with a note. The last
class in sorted order ("Yes", "True.", 1) is the one that is predicted. Without --current the last quarter of the rows is
the second period. Writes churn.colonnade (the fitted pipeline) and report.html; where the C++ program of
examples/cpp_scoring is built, it loads the file and scores the same rows, and the bits are compared.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import colonnade
from colonnade.boosting import GradientBoostedTreesClassifier
from colonnade.cluster import KMeans
from colonnade.datasets import make_churn
from colonnade.drift import compare
from colonnade.metrics import (
    accuracy_score,
    brier_score_loss,
    confusion_matrix,
    f1_score,
    log_loss,
    roc_auc_interval,
    roc_curve,
)
from colonnade.model_selection import train_test_split
from colonnade.pipeline import ColumnTransformer, Pipeline
from colonnade.preprocessing import OneHotEncoder, SimpleImputer, StandardScaler, TargetEncoder
from colonnade.report import (
    Report,
    bar_plot,
    calibration_plot,
    confusion_plot,
    group_colors,
    roc_plot,
    scatter_plot,
)

ROOT = Path(__file__).resolve().parent.parent
FEW_CATEGORIES = 12  # up to so many values text becomes a column each; above, the mean of the target


# ---- the table -----------------------------------------------------------------------------------------------------


def read_csv(path):
    """Columns of a CSV file: numbers as float64, all else as text; blank is missing."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    header, rows = rows[0], [row for row in rows[1:] if row]
    wrong = next((k for k, row in enumerate(rows) if len(row) != len(header)), None)
    if wrong is not None:
        raise SystemExit(f"{path}, row {wrong + 2}: found {len(rows[wrong])} fields, expected {len(header)}")
    return {name: typed(fields) for name, fields in zip(header, zip(*rows))}


def typed(fields):
    values = [field.strip() or None for field in fields]
    try:
        return np.array([np.nan if v is None else float(v) for v in values])
    except ValueError:
        return np.array(values, dtype=object)


def is_text(column):
    return column.dtype == object


def is_missing(column):
    return np.array([v is None for v in column]) if is_text(column) else np.isnan(column)


def distinct(column):
    return len(set(column[~is_missing(column)].tolist()))


def take(frame, rows):
    return {name: column[rows] for name, column in frame.items()}


def left_out(frame):
    """Columns that cannot help: identifiers (almost every value another) and constants."""
    reasons = {}
    for name, column in frame.items():
        known = int((~is_missing(column)).sum())
        count = distinct(column)
        whole = not is_text(column) and np.array_equal(column[~np.isnan(column)] % 1, np.zeros(known))
        if count < 2:
            reasons[name] = "constant"
        elif (is_text(column) and count > 0.9 * known) or (whole and count == known == len(column)):
            reasons[name] = f"identifier-like: {count:,} values in {known:,} rows"
    return reasons


def load(arguments):
    """The table, its target, the second period (or None), and names for the report."""
    if arguments.csv is None:
        frame, target = make_churn(arguments.rows, arguments.seed)
        later, _ = make_churn(max(1000, arguments.rows // 2), arguments.seed, period=2)
        return frame, target, later, "make_churn"
    if arguments.target is None:
        raise SystemExit("--target NAME: which column says who left?")
    frame = read_csv(arguments.csv)
    if arguments.target not in frame:
        raise SystemExit(f"--target {arguments.target}: expected one of {', '.join(frame)}")
    target = frame.pop(arguments.target)
    known = ~is_missing(target)
    later = read_csv(arguments.current) if arguments.current else None
    if later is not None:
        later.pop(arguments.target, None)
    return take(frame, known), target[known], later, Path(arguments.csv).name


def profile(frame):
    """Rows of a table that says what each column holds."""
    rows = []
    for name, column in frame.items():
        missing, count = is_missing(column), distinct(column)
        known = column[~missing]
        if is_text(column):
            values, counts = np.unique(known.astype(str), return_counts=True)
            shown = f"most often {values[counts.argmax()]}" if len(values) else ""
        else:
            shown = f"{known.min():g} to {known.max():g}, mean {known.mean():.4g}" if len(known) else ""
        rows.append(
            [
                name,
                "text" if is_text(column) else "number",
                f"{count:,}",
                f"{100 * missing.mean():.1f} %",
                shown,
            ]
        )
    return rows


# ---- the pipeline --------------------------------------------------------------------------------------------------


def make_columns(frame):
    """Imputed and scaled numbers, text as columns of 0 and 1, text of many values as means of the target."""
    numbers = [name for name, column in frame.items() if not is_text(column)]
    text = [name for name, column in frame.items() if is_text(column)]
    few = [name for name in text if distinct(frame[name]) <= FEW_CATEGORIES]
    many = [name for name in text if name not in few]
    groups = []
    if numbers:
        steps = [
            ("impute", SimpleImputer(strategy="median", add_indicator=True)),
            ("scale", StandardScaler()),
        ]
        groups.append(("numbers", Pipeline(steps), numbers))
    if few:
        groups.append(("few", OneHotEncoder(handle_unknown="ignore", sparse_output=False), few))
    if many:
        groups.append(("many", TargetEncoder(random_state=0), many))
    return ColumnTransformer(groups, verbose_feature_names_out=False)


def make_pipeline(frame, seed=0):
    model = GradientBoostedTreesClassifier(
        n_estimators=1000,
        learning_rate=0.05,
        max_depth=3,
        min_child_weight=5,
        subsample=0.8,
        colsample_bytree=0.5,
        reg_lambda=2,
        early_stopping_rounds=50,
        eval_metric="logloss",
        random_state=seed,
    )
    return Pipeline([("columns", make_columns(frame)), ("model", model)])


def fit(frame, target, seed=0, callbacks=None):
    """A pipeline whose number of trees a sixth of the rows decides."""
    learn, held = train_test_split(
        np.arange(len(target)), test_size=1 / 6, random_state=seed, stratify=target
    )
    pipeline = make_pipeline(frame, seed)
    validation = [(take(frame, held), target[held])]
    return pipeline.fit(
        take(frame, learn), target[learn], model__eval_set=validation, model__callbacks=callbacks
    )


class Progress:
    """One line that shows how far the trees have come."""

    def __init__(self, most):
        self.most = most
        self.live = sys.stdout.isatty()

    def __call__(self, iteration, history):
        scores = history["validation_0"]["logloss"]
        best = int(np.argmin(scores))
        self.line = f"  tree {iteration + 1}/{self.most}, held-out log loss {scores[-1]:.4f}, best {scores[best]:.4f} at {best + 1}"
        if self.live and iteration % 10 == 0:
            print(f"\r{self.line}", end="", flush=True)

    def end(self):
        print(f"\r{self.line}" if self.live else self.line)


def calibration(truth, probability, bins=10):
    """Mean prediction, observed share and rows of bins with equally many rows."""
    order = np.array_split(np.argsort(probability, kind="stable"), bins)
    order = [rows for rows in order if len(rows)]
    return (
        [float(probability[rows].mean()) for rows in order],
        [float(truth[rows].mean()) for rows in order],
        [len(rows) for rows in order],
    )


def segments(frame, churned, count=5):
    """k-means on imputed, scaled numbers: the pipeline, labels, and what sets each segment apart."""
    numbers = [name for name, column in frame.items() if not is_text(column) and distinct(column) > 2]
    steps = [("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())]
    prepared = Pipeline(steps)
    grouped = ColumnTransformer([("numbers", prepared, numbers)], verbose_feature_names_out=False)
    pipeline = Pipeline(
        [("columns", grouped), ("segments", KMeans(n_clusters=count, n_init=3, random_state=0))]
    )
    labels = pipeline.fit_predict(frame)
    scaled = pipeline[:-1].transform(frame)
    rows = []
    for k in np.argsort([-churned[labels == k].mean() for k in range(count)]):
        mean = scaled[labels == k].mean(axis=0)
        strongest = np.argsort(-np.abs(mean))[:3]
        apart = ", ".join(f"{'high' if mean[j] > 0 else 'low'} {numbers[j]}" for j in strongest)
        rows.append([f"segment {k + 1}", int((labels == k).sum()), float(churned[labels == k].mean()), apart])
    return pipeline, labels, scaled, numbers, rows


# ---- C++ -----------------------------------------------------------------------------------------------------------


def write_typed_csv(path, frame):
    """What examples/cpp_scoring reads: types in the header, the shortest text that gives the same number."""

    def field(value):
        if value is None or value != value:
            return ""
        return '"' + value.replace('"', '""') + '"' if isinstance(value, str) else repr(float(value))

    with open(path, "w", encoding="utf-8", newline="") as file:
        header = [f"{name}:{'text' if is_text(column) else 'number'}" for name, column in frame.items()]
        file.write(",".join('"' + h.replace('"', '""') + '"' for h in header) + "\n")
        for row in zip(*(column.tolist() for column in frame.values())):
            file.write(",".join(map(field, row)) + "\n")


def score_in_cpp(program, folder, model, frame, probability):
    """The line that the C++ program prints after it compared its probabilities with ours."""
    rows, expected = folder / "rows.csv", folder / "expected.f64"
    write_typed_csv(rows, frame)
    np.ascontiguousarray(probability, dtype="<f8").tofile(expected)
    done = subprocess.run([program, model, rows, expected], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{program}: {done.stderr.strip()}")
    return done.stdout.strip().splitlines()[-1], done.returncode == 0


# ---- all together --------------------------------------------------------------------------------------------------


def title(number, text):
    print(f"\n{number}. {text}", flush=True)


def show_table(rows, most=24):
    for row in rows[:most]:
        print(f"  {row[0][:22]:<22} {row[1]:<7} {row[2]:>7} values {row[3]:>7} missing  {row[4]}")
    if len(rows) > most:
        print(f"  ... and {len(rows) - most} more columns")


def drift_color(column):
    return "bad" if column.drifted else "main"


def main(argv=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("csv", nargs="?", help="a CSV file with a header; without it a table is generated")
    parser.add_argument("--target", help="name of the column that says who left")
    parser.add_argument("--current", help="CSV file of the second period, for drift")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "build" / "churn", help="folder for the results (%(default)s)"
    )
    parser.add_argument(
        "--scorer", type=Path, default=ROOT / "build" / "cpp_scoring" / "score", help="the C++ program"
    )
    parser.add_argument("--rows", type=int, default=10_000, help="rows of the generated table (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="another one gives another split (%(default)s)")
    arguments = parser.parse_args(argv)
    start = time.perf_counter()
    arguments.out.mkdir(parents=True, exist_ok=True)
    frame, target, later, source = load(arguments)
    classes = sorted(set(target.tolist()))
    if len(classes) != 2:
        raise SystemExit(f"target: found {len(classes)} classes, expected 2")
    positive = classes[-1]
    churned = (target == positive).astype(np.int64)
    lead = f"{source}: {len(target):,} customers, {100 * churned.mean():.1f} % of them {positive!s} (left)"
    report = Report("Who will leave?", f"{lead}. colonnade {colonnade.__version__}.")

    title(1, f"The table: {lead}")
    notes = left_out(frame)
    rows = profile(frame)
    show_table(rows)
    for name, reason in notes.items():
        print(f"  {name} is left out ({reason})")
    whole = frame
    frame = {name: column for name, column in frame.items() if name not in notes}
    note = (
        "Left out: " + "; ".join(f"{k} ({v})" for k, v in notes.items()) if notes else "All columns are used."
    )
    report.section("The table", note, table=(["column", "kind", "values", "missing", ""], rows))

    title(2, "A stratified split: four fifths to learn from, one fifth to judge on")
    learn, judge = train_test_split(
        np.arange(len(target)), test_size=0.2, random_state=arguments.seed, stratify=target
    )
    print(
        f"  {len(learn):,} rows ({100 * churned[learn].mean():.1f} %), {len(judge):,} rows ({100 * churned[judge].mean():.1f} %)"
    )

    title(3, "Columns into gradient-boosted trees, until a sixth that is held out gets no better")
    progress = Progress(1000)
    pipeline = fit(take(frame, learn), target[learn], arguments.seed, [progress])
    progress.end()
    names = pipeline.named_steps["columns"].get_feature_names_out()
    model = pipeline.named_steps["model"]
    print(f"  {len(frame)} columns became {len(names)}; {model.n_iter_} trees are kept")

    title(4, "How good is it, on rows that it has not seen?")
    truth = churned[judge]
    probability = pipeline.predict_proba(take(frame, judge))[:, 1]
    predicted = pipeline.predict(take(frame, judge))
    matrix = confusion_matrix(target[judge], predicted)
    auc = roc_auc_interval(truth, probability)
    accuracy, f1 = (
        accuracy_score(target[judge], predicted),
        f1_score(truth, (predicted == positive).astype(np.int64)),
    )
    width = max(12, *(len(f"predicted {c}") for c in classes))
    print(" " * (width + 4) + "  ".join(f"{f'predicted {c}':>{width}}" for c in classes))
    for name, counts in zip(classes, matrix):
        print(f"  {f'true {name}':<{width}}  " + "  ".join(f"{int(count):>{width},}" for count in counts))
    print(
        f"  accuracy {accuracy:.4f}   F1 {f1:.4f}   AUC {auc.auc:.4f} (95 %: {auc.low:.4f} to {auc.high:.4f})"
    )

    title(5, "Calibration: does 70 % mean 70 %?")
    mean, observed, counts = calibration(truth, probability)
    print(
        "  predicted "
        + " ".join(f"{p:5.2f}" for p in mean)
        + "\n  observed  "
        + " ".join(f"{o:5.2f}" for o in observed)
    )
    brier = brier_score_loss(truth, probability)
    print(f"  Brier score {brier:.4f}, log loss {log_loss(truth, probability):.4f}")
    gains = sorted(zip(names, model.feature_importances_), key=lambda pair: -pair[1])[:12]
    false_rate, true_rate, _ = roc_curve(truth, probability)
    report.section(
        "On rows that it has not seen",
        f"{len(judge):,} rows that neither the trees nor their number has seen.",
        facts=[
            ("AUC", f"{auc.auc:.4f}"),
            ("AUC, 95 % interval", f"{auc.low:.3f}–{auc.high:.3f}"),
            ("accuracy", f"{accuracy:.4f}"),
            (f"F1 of {positive}", f"{f1:.4f}"),
            ("Brier score", f"{brier:.4f}"),
            ("trees", f"{model.n_iter_:,}"),
        ],
        figures=[
            ("ROC", roc_plot(false_rate, true_rate, f"AUC {auc.auc:.3f}")),
            ("Calibration", calibration_plot(mean, observed, counts, f"Brier {brier:.3f}")),
            ("Confusion", confusion_plot(matrix, [str(c) for c in classes])),
            (
                "What the trees look at (share of the gain, %)",
                bar_plot({n: 100 * float(g) for n, g in gains}),
            ),
        ],
    )

    title(6, "Segments: k-means on the numbers")
    _, labels, scaled, numbers, groups = segments(frame, churned)
    for name, count, rate, apart in groups:
        print(f"  {name}: {count:>6,} customers, {100 * rate:5.1f} % left; {apart}")
    fine = [j for j, name in enumerate(numbers) if distinct(frame[name]) > 20]
    spread = sorted(fine, key=lambda j: -_gap(scaled, labels, j))[:2]
    some = np.arange(0, len(labels), max(1, len(labels) // 1500))
    colors = {name: group_colors[int(name.split()[1]) - 1] for name, *_ in groups}
    figures = [
        ("Share that left (%)", bar_plot({g[0]: 100 * g[2] for g in groups}, unit=" %", colors=colors))
    ]
    if len(spread) == 2:
        a, b = (frame[numbers[j]][some] for j in spread)
        known = ~(np.isnan(a) | np.isnan(b))
        dots = scatter_plot(
            a[known], b[known], labels[some][known], x_title=numbers[spread[0]], y_title=numbers[spread[1]]
        )
        figures.append(("Segments in two of the numbers", dots))
    table = [[name, f"{count:,}", f"{100 * rate:.1f} %", apart] for name, count, rate, apart in groups]
    report.section(
        "Segments", figures=figures, table=(["segment", "customers", "left", "set apart by"], table)
    )

    if later is None:
        cut = len(target) - len(target) // 4
        before, after = take(frame, np.arange(cut)), take(frame, np.arange(cut, len(target)))
    else:
        before, after = frame, {name: later[name] for name in frame if name in later}
    title(7, "Drift: the second period against the first")
    drift = compare(before, after)
    columns = sorted(drift.columns, key=lambda column: -_finite(column.effect_size))
    drifted = [column for column in columns if column.drifted]
    print(f"  {len(drifted)} of {len(columns)} columns drift" + (":" if drifted else ""))
    for column in drifted[:8]:
        print(f"  {column.name:<22} effect {column.effect_size:.3f}  {column.reason}")
    report.section(
        "Drift of the second period",
        f"{_rows(before):,} rows against {_rows(after):,}: {len(drifted)} of {len(columns)} columns drift "
        f"(Benjamini-Hochberg, at most {drift.alpha:.0%} false alarms).",
        figures=[
            (
                "Effect size (population stability index, corrected) per column",
                bar_plot(
                    {column.name: _finite(column.effect_size) for column in columns},
                    colors={column.name: drift_color(column) for column in columns},
                ),
            )
        ],
        table=(
            ["column", "verdict", "effect", "adjusted p", "why"],
            [
                [
                    column.name,
                    ("drift", "bad") if column.drifted else ("steady", "good"),
                    f"{_finite(column.effect_size):.3f}",
                    f"{column.adjusted_p_value:.2g}",
                    column.reason,
                ]
                for column in columns
            ],
        ),
    )

    title(8, "One file, scored in C++")
    path = arguments.out / "churn.colonnade"
    pipeline.save(path)
    everything = pipeline.predict_proba(whole)
    again = colonnade.load(path).predict_proba(whole)
    print(
        f"  {path} ({path.stat().st_size / 1024:.0f} KB); loaded again: equal bits {again.tobytes() == everything.tobytes()}"
    )
    equal = True
    if arguments.scorer.exists():
        line, equal = score_in_cpp(arguments.scorer, arguments.out, path, whole, everything)
        print(f"  C++: {line}")
    else:
        line = "examples/cpp_scoring is not built"
        print(f"  C++: {line} (./dev demo builds it)")
    report.section(
        "One file for Python and C++", f"churn.colonnade, {path.stat().st_size / 1024:.0f} KB. C++: {line}."
    )
    report.save(arguments.out / "report.html")
    print(f"\n{time.perf_counter() - start:.1f} s. Report: {arguments.out / 'report.html'}")
    return 0 if equal else 1


def _gap(scaled, labels, j):
    means = [scaled[labels == k, j].mean() for k in np.unique(labels)]
    return float(np.var(means))


def _finite(value):
    return float(value) if value == value else 0.0


def _rows(frame):
    return len(next(iter(frame.values())))


if __name__ == "__main__":
    sys.exit(main())

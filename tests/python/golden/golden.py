"""Files of every kind as released versions wrote them; the tests load them for ever.

    python tests/python/golden/golden.py          writes the files that are not there yet (a new kind, a new version)

A file that exists is never written again: what it holds is the promise. ``expected.json`` keeps what each object says about
a few rows, as hexadecimal floats, so that not only the bytes but also their meaning is kept.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

import colonnade

FOLDER = Path(__file__).parent
EXPECTED = FOLDER / "expected.json"

NUMBERS = np.array([[0.5, 3.0], [np.nan, 1.0], [2.25, 2.0], [-1.0, 3.0], [7.5, 2.0], [0.25, 1.0]])
WORDS = np.array([["a", "x"], ["b", "y"], ["a", None], ["c", "x"], ["b", "x"], ["a", "y"]], dtype=object)
LABELS = np.array(["no", "yes", "no", "yes", "yes", "no"], dtype=object)
FRAME = {
    "age": NUMBERS[:, 0],
    "calls": NUMBERS[:, 1],
    "plan": WORDS[:, 0],
    "payment": WORDS[:, 1],
}


def columns() -> Any:
    from colonnade.pipeline import ColumnTransformer, Pipeline
    from colonnade.preprocessing import OneHotEncoder, SimpleImputer, StandardScaler, TargetEncoder

    numbers = Pipeline(
        [("impute", SimpleImputer(strategy="median", add_indicator=True)), ("scale", StandardScaler())]
    )
    return ColumnTransformer(
        [
            ("numbers", numbers, ["age", "calls"]),
            ("payment", OneHotEncoder(handle_unknown="ignore"), ["payment"]),
            ("plan", TargetEncoder(cv=2, random_state=0), ["plan"]),
        ]
    )


def trees(**options: Any) -> Any:
    from colonnade.boosting import GradientBoostedTreesClassifier

    return GradientBoostedTreesClassifier(n_estimators=4, max_depth=2, min_child_weight=0, **options)


def samples() -> dict[str, Any]:
    """A fitted object of each kind."""
    from colonnade.cluster import KMeans
    from colonnade.pipeline import Pipeline
    from colonnade.preprocessing import (
        LabelEncoder,
        MinMaxScaler,
        OneHotEncoder,
        OrdinalEncoder,
        SimpleImputer,
        StandardScaler,
        TargetEncoder,
    )

    return {
        "standard_scaler": StandardScaler().fit(NUMBERS),
        "min_max_scaler": MinMaxScaler(feature_range=(-1, 1), clip=True).fit(NUMBERS),
        "simple_imputer": SimpleImputer(strategy="median", add_indicator=True).fit(NUMBERS),
        "ordinal_encoder": OrdinalEncoder(encoded_missing_value=-1).fit(WORDS),
        "one_hot_encoder": OneHotEncoder(min_frequency=2, handle_unknown="infrequent_if_exist").fit(WORDS),
        "target_encoder": TargetEncoder(cv=2, random_state=0).fit(WORDS, LABELS),
        "label_encoder": LabelEncoder().fit(LABELS),
        "k_means": KMeans(n_clusters=2, random_state=0).fit(NUMBERS[:, 1:]),
        "gradient_boosted_trees": trees(
            categorical_features=[1], cut_points={0: [0.4, 2.0]}, cat_smooth=0, cat_l2=0
        ).fit(NUMBERS, NUMBERS[:, 1] == 1),
        "column_transformer": columns().fit(FRAME, LABELS),
        "pipeline": Pipeline([("columns", columns()), ("model", trees())]).fit(FRAME, LABELS),
    }


def answer(kind: str, model: Any) -> list[str]:
    """What an object says about the rows, exactly."""
    if kind == "label_encoder":
        return [str(v) for v in [*model.classes_, *model.transform(LABELS)]]
    if kind in ("column_transformer", "pipeline"):
        X: Any = FRAME
    else:
        X = WORDS if kind.endswith("_encoder") else NUMBERS[:, 1:] if kind == "k_means" else NUMBERS
    values = model.predict_proba(X) if hasattr(model, "predict_proba") else model.transform(X)
    values = values.toarray() if hasattr(values, "toarray") else np.asarray(values)
    return [float(v).hex() for v in values.ravel()]


def version_of(data: bytes) -> int:
    """Version of the class in a saved object: after magic, format, and the kind with its length."""
    size = struct.unpack_from("<Q", data, 12)[0]
    return int(struct.unpack_from("<I", data, 20 + size)[0])


def main() -> None:
    expected = json.loads(EXPECTED.read_text()) if EXPECTED.exists() else {}
    for kind, model in samples().items():
        data = model.to_bytes()
        name = f"{kind}-v{version_of(data)}"
        path = FOLDER / f"{name}.colonnade"
        if path.exists():
            continue
        path.write_bytes(data)
        expected[name] = answer(kind, colonnade.from_bytes(data))
        print(f"{path.name}: {len(data)} bytes")
    EXPECTED.write_text(json.dumps(dict(sorted(expected.items())), indent=1) + "\n")


if __name__ == "__main__":
    main()

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED_DATA = ROOT.parent / "shared" / "data"

# The sanitizers' runtime is loaded first and makes everything slower: no limits of time there.
SANITIZED = "COLONNADE_SANITIZED" in os.environ


@pytest.fixture
def shared_data() -> Callable[[str], Path]:
    """`shared_data("telco_churn.csv")`: the path of a data set that lies beside the repository; skips where it is not."""

    def find(name: str) -> Path:
        path = SHARED_DATA / name
        if not path.exists():
            pytest.skip(f"the data set {name} is not beside the repository")
        return path

    return find


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def sanitized() -> bool:
    return SANITIZED


def pytest_report_header() -> str:
    import colonnade

    return f"colonnade {colonnade.__version__} from {Path(colonnade.__file__).parent}"

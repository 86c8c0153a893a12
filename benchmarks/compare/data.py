"""Data of a workload: made once, kept as .npy files in a temporary folder, read by every process."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .workload import Data, Workload


def store(workload: Workload, folder: Path, seed: int, quick: bool) -> Path:
    target = folder / workload.name
    target.mkdir(parents=True, exist_ok=True)
    for name, array in workload.prepare(seed, quick).items():
        np.save(target / f"{name}.npy", np.asanyarray(array), allow_pickle=False)
    return target


def read(folder: Path) -> Data:
    return {path.stem: np.load(path, allow_pickle=False) for path in sorted(folder.glob("*.npy"))}

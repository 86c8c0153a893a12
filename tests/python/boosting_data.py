"""Tables that several files of boosting tests learn from."""

from __future__ import annotations

import numpy as np


def table(rows: int = 2000, columns: int = 8, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Numbers, a tenth of them missing, and a score that a product and a sine of them make, with noise."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(rows, columns))
    score = X[:, 0] * X[:, 1] + np.sin(2 * X[:, 2]) + 0.3 * random.normal(size=rows)
    X[random.random(X.shape) < 0.1] = np.nan
    return X, score

"""Metrics with the names, parameters, warnings and results of scikit-learn 1.9, computed in C++.

Labels may be integers, booleans, whole floats, text, pandas Categoricals, lists; nothing is copied that need not be.
Counts are exact, and every sum has the same bits for any number of threads.

>>> from colonnade.metrics import accuracy_score, roc_auc_score
>>> accuracy_score(["yes", "no", "yes"], ["yes", "yes", "yes"])
0.6666666666666666
>>> roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
0.75
"""

from __future__ import annotations

from ._metrics_classification import (
    accuracy_score,
    balanced_accuracy_score,
    classification_report,
    cohen_kappa_score,
    confusion_matrix,
    f1_score,
    fbeta_score,
    matthews_corrcoef,
    precision_recall_fscore_support,
    precision_score,
    recall_score,
)
from ._metrics_losses import (
    brier_score_loss,
    log_loss,
    mean_absolute_error,
    mean_squared_error,
    r2_score,
    root_mean_squared_error,
)
from ._metrics_ranking import (
    RocAucInterval,
    average_precision_score,
    calibration_curve,
    precision_recall_curve,
    roc_auc_interval,
    roc_auc_score,
    roc_curve,
)

__all__ = [
    "RocAucInterval",
    "accuracy_score",
    "average_precision_score",
    "balanced_accuracy_score",
    "brier_score_loss",
    "calibration_curve",
    "classification_report",
    "cohen_kappa_score",
    "confusion_matrix",
    "f1_score",
    "fbeta_score",
    "log_loss",
    "matthews_corrcoef",
    "mean_absolute_error",
    "mean_squared_error",
    "precision_recall_curve",
    "precision_recall_fscore_support",
    "precision_score",
    "r2_score",
    "recall_score",
    "roc_auc_interval",
    "roc_auc_score",
    "roc_curve",
    "root_mean_squared_error",
]

for _public in __all__:
    globals()[_public].__module__ = __name__  # what pickles and help name

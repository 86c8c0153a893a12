"""Scalers, imputer and encoders, with scikit-learn's parameters, attributes and results."""

from __future__ import annotations

from ._imputer import SimpleImputer
from ._label_encoder import LabelEncoder
from ._one_hot_encoder import OneHotEncoder
from ._ordinal_encoder import OrdinalEncoder
from ._scalers import MinMaxScaler, StandardScaler
from ._target_encoder import TargetEncoder

__all__ = [
    "LabelEncoder",
    "MinMaxScaler",
    "OneHotEncoder",
    "OrdinalEncoder",
    "SimpleImputer",
    "StandardScaler",
    "TargetEncoder",
]

for _public in __all__:
    globals()[_public].__module__ = __name__  # what pickles and help name

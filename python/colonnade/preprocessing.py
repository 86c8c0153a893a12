"""Scalers, imputer and encoders, with scikit-learn's parameters, attributes and results."""

from __future__ import annotations

from ._encoders import LabelEncoder, OneHotEncoder, OrdinalEncoder, TargetEncoder
from ._imputer import SimpleImputer
from ._scalers import MinMaxScaler, StandardScaler

__all__ = [
    "LabelEncoder",
    "MinMaxScaler",
    "OneHotEncoder",
    "OrdinalEncoder",
    "SimpleImputer",
    "StandardScaler",
    "TargetEncoder",
]

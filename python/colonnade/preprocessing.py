"""Scalers, imputer and encoders, with scikit-learn's parameters, attributes and results."""

from __future__ import annotations

from ._scalers import MinMaxScaler, StandardScaler

__all__ = ["MinMaxScaler", "StandardScaler"]

"""The place of the encoders in version 0.1, which its pickles name."""

from __future__ import annotations

from ._label_encoder import LabelEncoder
from ._one_hot_encoder import OneHotEncoder
from ._ordinal_encoder import OrdinalEncoder
from ._target_encoder import TargetEncoder

__all__ = ["LabelEncoder", "OneHotEncoder", "OrdinalEncoder", "TargetEncoder"]

"""Recipes: which hands and rules a model learns the card game from before it learns one rule.

A recipe is keywords of the environment beside rule="random", so demonstrations, episodes and
validation of one recipe are dealt alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

RECIPES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "strict": MappingProxyType({}),
        "pair": MappingProxyType({"random_rules": "pair", "face_share": 0.4}),
    }
)
"""By name.

strict: no jack counts 11, no queen 12, no king 13, and numbers above 10 are rare. What a model can
do under J, Q, K = 11, 12, 13 is new in each of its parts, and nearly nothing after minutes.

pair: single values of the rule are shown, no two of them at once. What a model can do under it is a
new combination of known parts.
"""

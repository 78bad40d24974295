"""What the streets of a city are furnished with, as data of its look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from virl_env.views.hash import mixed


@dataclass(frozen=True)
class Style:
    """How much there is of things in a city's streets.

    Attributes:
        storeys: of most houses whose height is not known.
        trees, cars, lamps: share of the spots for them that are taken, 0 to 1.
        shops, mansards: share of houses with a shop, and with a storey below a steep roof.
        awnings: share of shops that have one.
        towers: share of corner houses that are a church, 0 to 1.
    """

    storeys: float
    trees: float
    cars: float
    lamps: float
    shops: float
    awnings: float
    mansards: float
    towers: float


_RANGES = {
    "trees": (0.25, 0.6),
    "cars": (0.25, 0.6),
    "lamps": (0.7, 1.0),
    "shops": (0.3, 0.7),
    "awnings": (0.3, 0.9),
    "mansards": (0.0, 0.6),
    "towers": (0.03, 0.08),
}
"""From the lowest to the highest of what a city has whose look does not say."""


def style_of(look: Mapping[str, Any]) -> Style:
    """Return the style of a city.

    Args:
        look: `City.look`, which may have any attribute of `Style`; what is missing is drawn from
            its "hue" and "warmth", so that cities differ.
    """
    told = [round(float(look.get(name, 0.5)) * 10_000) for name in ("hue", "warmth", "age")]
    shares = {}
    for number, (name, (low, high)) in enumerate(_RANGES.items()):
        drawn = float(mixed(*(np.array([part]) for part in (*told, number)))[0] % 1000) / 999
        shares[name] = float(look.get(name, low + (high - low) * drawn))
    return Style(storeys=float(look.get("storeys", 5)), **shares)

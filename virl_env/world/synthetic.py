"""Cities made from a seed: a street plan of some family, points along it, and places beside it.

A city is the same on every machine: numbers are drawn by a counter-based mixer, and coordinates are
integers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shiftgym.checks import in_range, one_of
from shiftgym.once import once
from virl_env.world.city import CATEGORIES, UNIT, City, Place
from virl_env.world.frontages import frontages
from virl_env.world.names import place_names
from virl_env.world.network import Metres, Network, adjacency, lengths, rounded
from virl_env.world.plans import PLANS, STREAMS, Draws

FAMILIES = tuple(PLANS)

MIN_AREA, MAX_AREA = 1.0, 25.0
"""Square kilometres."""

SPACING = 10.0
"""Metres from a point to the next, about."""

_DRAWN_CATEGORIES = 22
"""So many of `CATEGORIES`, the first, are drawn: one that is added changes no city."""

# Rounded once, and kept so: that of `geometry` would move the points of every city.
_METRES_A_DEGREE = 111_195.0


@dataclass(frozen=True)
class CitySpec:
    """What makes a named city.

    Attributes:
        family, seed, area: of `synthetic_city`.
        modelled_on: the real city whose kind of plan it has.
    """

    family: str
    seed: int
    area: float
    modelled_on: str = ""


TRAINING_CITY = "gridhaven"
"""The default: its streets run four ways."""

_MORE_TRAINING: Mapping[str, CitySpec] = MappingProxyType(
    # Of seeds 0 to 40, the one whose rarest word of a turn is the least rare.
    {"starhaven": CitySpec("diamond", 13, 2.0)}
)

TRAINING_CITIES = (TRAINING_CITY, *_MORE_TRAINING)
"""Those to train in. Streets of the second run all eight ways, so that it asks for every word."""

UNSEEN_CITIES: Mapping[str, CitySpec] = MappingProxyType(
    {
        "porta vecchia": CitySpec("radial", 11, 1.6, "Milan"),
        "chandrapuri": CitySpec("superblock", 12, 2.5, "New Delhi"),
        "rio claro": CitySpec("superblock", 13, 2.2, "Buenos Aires"),
        "thamesford": CitySpec("river", 14, 1.8, "London"),
        "harbour steps": CitySpec("organic", 15, 1.0, "Hong Kong"),
        "hudson heights": CitySpec("grid", 16, 1.5, "New York"),
        "yarra junction": CitySpec("river", 17, 1.5, "Melbourne"),
        "lagoon market": CitySpec("organic", 18, 1.3, "Lagos"),
        "golden bay": CitySpec("radial", 19, 1.4, "San Francisco"),
    }
)
"""Nine cities that training never sees, with invented names; each has the kind of plan, not the
streets, of a city of the original's mini benchmark.

This list is frozen: routes are drawn from all of it. A city that is named from now on stands in
`_SPECS` alone."""

_MORE_UNSEEN = ("grid", "radial", "organic", "superblock", "river")
"""Families of the unseen cities behind the nine, in turn; frozen too."""

_SPECS: Mapping[str, CitySpec] = MappingProxyType(
    {TRAINING_CITY: CitySpec("grid", 1, 2.0), **_MORE_TRAINING, **UNSEEN_CITIES}
)

CITY_NAMES = tuple(_SPECS)
"""The cities that are known by name, those of training first."""

_SEEDED = re.compile(rf"({'|'.join(FAMILIES)}) (0|[1-9][0-9]{{0,9}})")


@once()
def named_city(name: str) -> City:
    """Return a city by its name; a process makes it once.

    Raises:
        ValueError: for an unknown name.
    """
    if name not in _SPECS:
        raise ValueError(f"Unknown city {name!r}: expected one of {', '.join(CITY_NAMES)}.")
    spec = _SPECS[name]
    return synthetic_city(
        spec.family, spec.seed, area=spec.area, name=name, modelled_on=spec.modelled_on
    )


def seeded_city(text: str) -> City | None:
    """Return the city of a family and a seed, such as "grid 12", of one square kilometre.

    A process makes it once. Any other text is None, a seed with zeros in front too, for such a
    city would have a name that is not this text.

    Raises:
        ValueError: for a seed out of range.
    """
    found = _SEEDED.fullmatch(text)
    return None if found is None else _seeded(found[1], int(found[2]))


@once(maxsize=64)
def _seeded(family: str, seed: int) -> City:
    return synthetic_city(family, seed)


def unseen_city(number: int) -> City:
    """Return city `number` (from 0) of an endless list that begins with the nine unseen ones.

    Raises:
        ValueError: for a negative number.
    """
    number = in_range("number", number, 0, 2**31)
    if number < len(UNSEEN_CITIES):
        return named_city(list(UNSEEN_CITIES)[number])
    family = _MORE_UNSEEN[number % len(_MORE_UNSEEN)]
    return synthetic_city(family, 1_000 + number, area=1.5, name=f"unseen {number}")


def synthetic_city(
    family: str,
    seed: int = 0,
    *,
    area: float = 1.0,
    name: str | None = None,
    modelled_on: str = "",
) -> City:
    """Make a city.

    Args:
        family: of the street plan, one of `FAMILIES`.
        seed: of everything in it, from 0.
        area: of the square that it fills, about; square kilometres, 1 to 25.
        name: of the city; family and seed by default.
        modelled_on: a real city that inspired it.

    Raises:
        ValueError: for an unknown family, or a seed or an area out of range.
    """
    one_of("family", family, FAMILIES)
    seed = in_range("seed", seed, 0, 2**32)
    number = isinstance(area, (int, float)) and not isinstance(area, bool)
    if not number or not MIN_AREA <= area <= MAX_AREA:
        raise ValueError(
            f"area is square kilometres from {MIN_AREA:g} to {MAX_AREA:g}; got {area!r}."
        )
    step, first = STREAMS[family]
    draws = Draws(step * seed + first)
    latitude, longitude = (round(float(part), 3) for part in draws.between(-50.0, 50.0, 2))
    network = PLANS[family](draws, math.sqrt(area) * 1000.0)
    spots, pairs = _points(network)
    starts, neighbours = adjacency(len(spots), pairs)
    # The scale of longitudes is rounded, so that a cosine's last digit decides nothing.
    scale = np.array([1.0, round(math.cos(math.radians(latitude)), 6)])[::-1]

    def units(metres: Metres) -> NDArray[np.int32]:
        """Return latitudes and longitudes, in units of 1e-7 degrees, of east and north."""
        degrees = (metres / (_METRES_A_DEGREE * scale))[:, ::-1] + (latitude, longitude)
        return np.round(degrees / UNIT).astype(np.int32)

    beside, facing = frontages(draws, spots, starts, neighbours)
    kinds = (draws.units(len(beside)) * _DRAWN_CATEGORIES).astype(np.int64)
    categories = [CATEGORIES[kind] for kind in kinds.tolist()]
    numbers = (draws.units(len(beside)) * 2**20).astype(np.int64).tolist()
    places = tuple(
        Place(title, category, (position[0], position[1]), point)
        for title, category, position, point in zip(
            place_names(categories, numbers), categories, units(beside).tolist(), facing.tolist()
        )
    )
    return City(
        name=f"{family} {seed}" if name is None else name,
        family=family,
        seed=seed,
        points=units(spots),
        starts=starts,
        neighbours=neighbours,
        places=places,
        look=_look(draws),
        modelled_on=modelled_on,
    )


def _points(network: Network) -> tuple[Metres, NDArray[np.int64]]:
    """Return points about 10 m apart along a network, and pairs of neighbours."""
    metres = lengths(network)
    pieces = np.maximum(1, np.round(metres / SPACING)).astype(np.int64)
    inner = pieces - 1
    first = len(network.nodes) + np.cumsum(inner) - inner
    owner = np.repeat(np.arange(len(pieces)), inner)
    step = np.arange(inner.sum()) - np.repeat(first - len(network.nodes), inner) + 1
    ends = network.nodes[network.edges]
    share = (step / pieces[owner])[:, None]
    between = rounded(ends[owner, 0] + share * (ends[owner, 1] - ends[owner, 0]))
    spots = np.concatenate([network.nodes, between])
    number = len(network.nodes) + np.arange(len(between))
    before = np.where(step == 1, network.edges[owner, 0], number - 1)
    last = np.where(inner > 0, first + inner - 1, network.edges[:, 0])
    pairs = np.concatenate(
        [np.stack([before, number], axis=1), np.stack([last, network.edges[:, 1]], axis=1)]
    )
    return spots, pairs


def _look(draws: Draws) -> dict[str, Any]:
    """Return the look of a city as plain data: colours, and how high and how old its houses are."""
    hue, warmth = draws.one(0.0, 1.0), draws.one(0.0, 1.0)
    return {
        "hue": round(hue, 4),
        "warmth": round(warmth, 4),
        "storeys": 2 + int(draws.one(0.0, 8.0)),
        "age": round(draws.one(0.0, 1.0), 4),
    }

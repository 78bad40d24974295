"""Which things on a map are buildings, and how high they are, as far as their tags can be believed.

The keys are those of https://wiki.openstreetmap.org/wiki/Key:height and Key:building:levels.
"""

from __future__ import annotations

import re

from virl_env.maps.extract import Tags
from virl_env.maps.tags import is_below_ground

BUILDING_KEYS = ("building", "height", "building:levels", "location")
"""Keys that are read of buildings."""

STOREY = 3.0
"""Metres of a storey, where only their number is told."""

LOWEST_STOREY, HIGHEST = 1.5, 1_000.0
"""Metres of a building for each of its storeys at least, and in all at most. A height beyond is
taken for a mistake."""

_NO_WALLS = frozenset({"no", "roof", "ship", "carport", "tent", "bridge", "ruins"})
"""Values of `building` without walls that rise from the ground."""

_NUMBER = r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,9}(?:[.,]\d{1,9})?)"
_storeys = re.compile(_NUMBER).fullmatch
_metres = re.compile(rf"~?{_NUMBER}\s*(?:m\.?|met(?:er|re)s?)?").fullmatch
_feet = re.compile(
    rf"~?{_NUMBER}\s*(?:'|ft\.?|feet|foot)\s*-?\s*(?:{_NUMBER}\s*(?:''|\"|in\.?|inch(?:es)?)?)?"
).fullmatch
_apart = re.compile(r";|(?<=\d)\s*-").split
_thousands = re.compile(r",(?=\d{3}(?:\D|$))").sub

_QUOTES = str.maketrans("\N{PRIME}\N{RIGHT SINGLE QUOTATION MARK}\N{DOUBLE PRIME}", "''\"")


def is_building(tags: Tags) -> bool:
    """Return whether something has walls that rise from the ground."""
    return tags.get("building", "no") not in _NO_WALLS and not is_below_ground(tags)


def decimetres(tags: Tags) -> int:
    """Return the height of a building in decimetres, from storeys where only those are told.

    It is 0 where nothing is told, or nothing that can be. Of several values, as of a building whose
    parts differ, the highest counts.
    """
    storeys = max(map(_in_storeys, _several(tags, "building:levels")), default=0.0)
    if STOREY * storeys > HIGHEST:
        storeys = 0.0
    metres = max(map(_in_metres, _several(tags, "height")), default=0.0)
    if not LOWEST_STOREY * max(storeys, 1.0) <= metres <= HIGHEST:
        metres = STOREY * storeys
    return round(10 * metres)


def tells_height(tags: Tags) -> bool:
    """Return whether tags say anything of the height of a building."""
    return bool(tags.get("height") or tags.get("building:levels"))


def _several(tags: Tags, key: str) -> list[str]:
    """Return the values of a key, of which there may be a list "3;4" or a span "3-4"."""
    told = tags.get(key, "").lower().translate(_QUOTES)
    return [value.strip() for value in _apart(told)]


def _in_storeys(value: str) -> float:
    return _number(found[1]) if (found := _storeys(value)) else 0.0


def _in_metres(value: str) -> float:
    if found := _metres(value):
        return _number(found[1])
    if found := _feet(value):
        return 0.3048 * (_number(found[1]) + _number(found[2] or "0") / 12)
    return 0.0


def _number(digits: str) -> float:
    """Return a number; a comma before three digits parts thousands, before others it is a point."""
    return float(_thousands("", digits).replace(",", "."))

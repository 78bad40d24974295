"""What OpenStreetMap's tags mean of places: what they are, their names, the floors they are on.

The keys and values are those of https://wiki.openstreetmap.org/wiki/Map_features.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from virl_env.maps.extract import Tags

KINDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "shop": {
            **dict.fromkeys(("bakery", "pastry", "confectionery", "chocolate"), "bakery"),
            **dict.fromkeys(("books", "stationery", "newsagent", "comics"), "bookshop"),
            **dict.fromkeys(("florist", "garden_centre"), "florist"),
            **dict.fromkeys(
                (
                    *("supermarket", "convenience", "greengrocer", "grocery", "deli", "butcher"),
                    *("kiosk", "alcohol", "beverages", "wine", "cheese", "seafood", "farm"),
                    *("health_food", "tea", "coffee", "spices", "frozen_food", "general"),
                ),
                "grocery",
            ),
            **dict.fromkeys(
                (
                    *("clothes", "shoes", "boutique", "fashion", "fashion_accessories", "bag"),
                    *("leather", "jewelry", "watches", "tailor", "department_store", "mall"),
                    *("baby_goods", "outdoor", "fabric", "second_hand", "charity"),
                ),
                "clothes shop",
            ),
            **dict.fromkeys(
                ("hairdresser", "beauty", "cosmetics", "perfumery", "massage", "tattoo"),
                "hairdresser",
            ),
            **dict.fromkeys(("chemist", "optician", "medical_supply", "hearing_aids"), "pharmacy"),
            **dict.fromkeys(("art", "antiques", "craft", "frame", "photo"), "gallery"),
            **dict.fromkeys(("bicycle", "sports"), "bicycle shop"),
        },
        "amenity": {
            **dict.fromkeys(("cafe", "ice_cream", "internet_cafe"), "cafe"),
            **dict.fromkeys(("restaurant", "fast_food", "food_court"), "restaurant"),
            **dict.fromkeys(("bar", "pub", "biergarten", "nightclub"), "bar"),
            "marketplace": "grocery",
            "pharmacy": "pharmacy",
            **dict.fromkeys(("bank", "bureau_de_change"), "bank"),
            "cinema": "cinema",
            **dict.fromkeys(("theatre", "concert_hall", "music_venue", "events_venue"), "theatre"),
            **dict.fromkeys(("arts_centre", "exhibition_centre"), "gallery"),
            "library": "library",
            **dict.fromkeys(
                (
                    *("school", "kindergarten", "university", "college", "language_school"),
                    *("music_school", "driving_school", "prep_school"),
                ),
                "school",
            ),
            **dict.fromkeys(("hospital", "clinic", "doctors", "dentist", "veterinary"), "hospital"),
            **dict.fromkeys(
                ("post_office", "post_depot", "bus_station", "ferry_terminal"), "post office"
            ),
        },
        "tourism": {
            **dict.fromkeys(("hotel", "hostel", "guest_house", "motel", "apartment"), "hotel"),
            **dict.fromkeys(("museum", "aquarium"), "museum"),
            "gallery": "gallery",
        },
        "leisure": dict.fromkeys(
            ("fitness_centre", "sports_centre", "sports_hall", "dance"), "gym"
        ),
        "railway": dict.fromkeys(("station", "halt"), "post office"),
        "public_transport": {"station": "post office"},
    }
)
"""What becomes a place, and its category, by key and value; of several, the first from the top.

No category is a station: stations of trains, buses and ships go as the other public counter, the
post office.
"""

_GONE = ("disused", "abandoned")
"""Keys of what is no longer in use."""

GONE_KEYS = tuple(f"{state}:{key}" for state in (*_GONE, "was") for key in ("shop", "amenity"))
"""Keys of what was there; `disused:shop` is another key than `shop`."""

PLACE_KEYS = (*KINDS, *_GONE, *GONE_KEYS, "name", "level", "location", "addr:street")
"""Keys that are read of places."""

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")

_LONGEST_NAME = 60
"""Characters of a name that are kept."""


def kind(tags: Tags) -> str | None:
    """Return the category of a place, one of `CATEGORIES`, None for what is none."""
    return None if _is_disused(tags) else _kind(tags)


def is_gone(tags: Tags) -> bool:
    """Return whether something was a place of some kind, or is a shop that is empty."""
    if kind(tags) is not None:
        return False
    was = [{key.partition(":")[2]: tags[key]} for key in GONE_KEYS if key in tags]
    is_empty = tags.get("shop") == "vacant"
    return is_empty or any(_kind(each) is not None for each in (tags, *was))


def _is_disused(tags: Tags) -> bool:
    return any(tags.get(key) == "yes" for key in _GONE)


def _kind(tags: Tags) -> str | None:
    for key, kinds in KINDS.items():
        # Several values of one key stand with semicolons between them.
        for value in tags.get(key, "").split(";"):
            if value.strip() in kinds:
                return kinds[value.strip()]
    return None


def title(tags: Tags, language: str | None = None) -> str:
    """Return the name of a place in one line, "" where it has none.

    Args:
        tags: of the place.
        language: of the name, where it has one in it, such as "en"; None for the one used there.
    """
    told = tags.get(f"name:{language}") or tags.get("name", "")
    printable = "".join(c if c.isprintable() else " " for c in told)
    return " ".join(printable.split())[:_LONGEST_NAME].strip()


def is_elsewhere(tags: Tags) -> bool:
    """Return whether something is not seen from the street: below ground, or on upper floors only.

    The first floor above the ground is still seen.
    """
    levels = _levels(tags)
    return is_below_ground(tags) or (bool(levels) and min(levels) > 1)


def is_below_ground(tags: Tags) -> bool:
    """Return whether something has no part at the ground or above it."""
    levels = _levels(tags)
    return tags.get("location") == "underground" or (bool(levels) and max(levels) < 0)


def _levels(tags: Tags) -> list[float]:
    """Return the levels that something is on, of a span such as "-2--1" or "0-3" both ends.

    A comma parts two levels, as a semicolon does: "1,2" is not the level 1.2.
    """
    told = re.sub(r"[\N{MINUS SIGN}\N{EN DASH}]", "-", tags.get("level", ""))
    return [float(level) for level in _NUMBER.findall(re.sub(r"(?<=\d)-", ";", told))]

"""What OpenStreetMap's tags mean here: where people walk, what stands there, how high it is.

The keys and values are those of https://wiki.openstreetmap.org/wiki/Map_features.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType

from virl_env.maps.extract import Tags

STREETS = frozenset(
    {
        *("primary", "secondary", "tertiary", "unclassified", "residential", "living_street"),
        *("primary_link", "secondary_link", "tertiary_link", "trunk", "trunk_link", "road"),
        *("pedestrian", "footway", "path", "steps", "service", "track", "cycleway", "trail"),
    }
)
"""Values of `highway` that people walk along, unless other tags forbid it. Motorways, lifts and
corridors inside buildings are not among them."""

WAY_KEYS = (
    *("highway", "name", "footway", "foot", "sidewalk", "access", "service", "tunnel", "indoor"),
    "area",
)
"""Keys that `way` reads."""


class Way(IntEnum):
    """A way that people may walk on.

    Members:
        PATH: for people on foot, without a name: beside a street it is that street's pavement.
        OTHER: a lane, steps, a pedestrian street, a path with a name.
        STREET: for vehicles too.
    """

    PATH = 0
    OTHER = 1
    STREET = 2


_PATHS = frozenset({"footway", "path", "cycleway", "trail"})
_OTHERS = _PATHS | {"pedestrian", "steps", "service", "track"}

_ASKED_FIRST = frozenset({"cycleway", "trunk", "trunk_link"})
"""Values of `highway` where people walk only if `foot` says so, or a pavement is there."""

_SHARED = frozenset({"yes", "designated", "permissive", "official"})
_CLOSED = frozenset({"no", "private"})
_PARKED = frozenset({"driveway", "parking_aisle", "drive-through", "emergency_access"})
_ALONG_A_STREET = frozenset({"sidewalk", "crossing", "traffic_island", "link"})

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

PLACE_KEYS = (*KINDS, "name", "level", "location", "addr:street")
BUILDING_KEYS = ("building", "height", "building:levels", "location")
"""Keys that are read of places and of buildings."""

STOREY = 3.0
"""Metres of a storey, where only their number is told."""

HIGHEST = 1_000.0
"""Metres above which a height is taken for a mistake, and is unknown."""

_NO_WALLS = frozenset({"no", "roof", "ship", "carport", "tent", "bridge", "ruins"})
"""Values of `building` without walls that rise from the ground."""

_METRES = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:m|metres|meters)?")
_FEET = re.compile(r"(\d+(?:\.\d+)?)\s*(?:'|ft|feet)\s*(?:(\d+)\s*(?:\"|in)?)?")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")

_LONGEST_NAME = 60
"""Characters of a name that are kept."""


def way(tags: Tags) -> Way | None:
    """Return what a way is to people on foot, None where they do not walk in the open on it.

    One-way streets are, both ways: the tag is for vehicles. Pavements and crossings that are drawn
    beside their street are not, since the street itself is there; nor is what lies below ground,
    where no street view is.
    """
    highway, foot = tags.get("highway"), tags.get("foot")
    if highway not in STREETS or foot in _CLOSED:
        return None
    if highway in _ASKED_FIRST and foot not in _SHARED and tags.get("sidewalk") in (None, "no"):
        return None
    if (
        (tags.get("access") in _CLOSED and foot not in _SHARED)
        or tags.get("footway") in _ALONG_A_STREET
        or tags.get("service") in _PARKED
        or tags.get("tunnel") not in (None, "no", "building_passage")
        or tags.get("indoor") not in (None, "no")
        or tags.get("area") == "yes"
    ):
        return None
    if highway in _PATHS and not tags.get("name"):
        return Way.PATH
    return Way.OTHER if highway in _OTHERS else Way.STREET


def kind(tags: Tags) -> str | None:
    """Return the category of a place, one of `CATEGORIES`, None for what is none.

    What is only below ground or above the first storey is not seen from the street and none.
    """
    levels = _levels(tags)
    if _is_below_ground(tags) or (levels and min(levels) > 1):
        return None
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


def is_building(tags: Tags) -> bool:
    """Return whether something has walls that rise from the ground."""
    return tags.get("building", "no") not in _NO_WALLS and not _is_below_ground(tags)


def decimetres(tags: Tags) -> int:
    """Return the height of a building in decimetres, from storeys where only those are told.

    It is 0 where nothing is told, or nothing that can be.
    """
    told = tags.get("height", "").strip().lower()
    metres = 0.0
    if found := _METRES.fullmatch(told):
        metres = float(found[1].replace(",", "."))
    elif found := _FEET.fullmatch(told):
        metres = 0.3048 * (float(found[1]) + float(found[2] or 0) / 12)
    elif found := _METRES.fullmatch(tags.get("building:levels", "").strip()):
        metres = STOREY * float(found[1].replace(",", "."))
    return round(10 * metres) if metres <= HIGHEST else 0


def _is_below_ground(tags: Tags) -> bool:
    levels = _levels(tags)
    return tags.get("location") == "underground" or (bool(levels) and max(levels) < 0)


def _levels(tags: Tags) -> list[float]:
    """Return the levels that something is on, of a span such as "-2--1" or "0-3" both ends."""
    told = re.sub(r"(?<=\d)-", ";", tags.get("level", ""))
    return [float(level.replace(",", ".")) for level in _NUMBER.findall(told)]

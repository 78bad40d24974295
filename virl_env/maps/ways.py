"""What OpenStreetMap's tags mean for people on foot: which ways are walked, and which are not.

The keys and values are those of https://wiki.openstreetmap.org/wiki/Map_features. Tags alone do not
decide: what lies beside what is `virl_env.maps.pavements`.
"""

from __future__ import annotations

from enum import IntEnum

from virl_env.maps.extract import Tags

STREETS = frozenset(
    {
        *("primary", "secondary", "tertiary", "unclassified", "residential", "living_street"),
        *("primary_link", "secondary_link", "tertiary_link", "trunk", "trunk_link", "road"),
        *("pedestrian", "footway", "path", "steps", "service", "track", "cycleway", "trail"),
    }
)
"""Values of `highway` that people walk along, unless other tags forbid it."""

_INSIDE = frozenset({"corridor", "elevator"})
"""Values of `highway` that are inside buildings."""

NO_STREETS = frozenset(
    {
        *("motorway", "motorway_link", "raceway", "busway", "bus_guideway", "escape"),
        *("construction", "proposed", "planned", "abandoned", "disused", "razed"),
        *("bridleway", "via_ferrata", "ladder"),
    }
)
"""Other values of `highway` that are ways, and not spots such as crossings nor areas such as
platforms."""

_SIDEWALKS = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")

WAY_KEYS = (
    *("highway", "name", "foot", "access", "service", "tunnel", "indoor", "area"),
    *("footway", "path", "cycleway", *_SIDEWALKS),
)
"""Keys that `way` reads."""


class Way(IntEnum):
    """What a way is to people on foot; of an edge that stands for several ways, the highest counts.

    Members:
        NO_STREET: a motorway and what else is not walked in a town, or not built.
        UNSEEN: in a tunnel or indoors, where no street view is.
        AREA: the outline of a square that is mapped as an area.
        YARD: a driveway or the aisle of a car park.
        CLOSED: closed to people on foot, or to the public.
        ROAD: a road that is closed to them, unless a pavement is drawn along it.
        BESIDE: a pavement or a crossing that is drawn apart from its street.
        PATH: for people on foot, without a name: beside a street it is that street's pavement.
        OTHER: a lane, steps, a pedestrian street, a path with a name.
        STREET: for vehicles too.
    """

    NO_STREET = 0
    UNSEEN = 1
    AREA = 2
    YARD = 3
    CLOSED = 4
    ROAD = 5
    BESIDE = 6
    PATH = 7
    OTHER = 8
    STREET = 9


_PATHS = frozenset({"footway", "path", "cycleway", "trail"})
_OTHERS = _PATHS | {"pedestrian", "steps", "service", "track"}

_ASKED_FIRST = frozenset({"cycleway", "trunk", "trunk_link"})
"""Values of `highway` where people walk only if `foot` says so, or a pavement is there."""

_SHARED = frozenset({"yes", "designated", "permissive", "official"})
_CLOSED = frozenset({"no", "private"})
_PARKED = frozenset({"driveway", "parking_aisle", "drive-through", "emergency_access"})
_ALONG_A_STREET = frozenset({"sidewalk", "crossing", "traffic_island", "link"})


def way(tags: Tags) -> Way | None:
    """Return what a way is to people on foot, None where it is no way.

    One-way streets are walked both ways: the tag is for vehicles.
    """
    highway = tags.get("highway", "")
    if highway in NO_STREETS:
        return Way.NO_STREET
    if highway in _INSIDE:
        return Way.UNSEEN
    if highway not in STREETS:
        return None
    if (
        tags.get("tunnel") not in (None, "no", "building_passage")
        or tags.get("indoor", "no") != "no"
    ):
        return Way.UNSEEN
    if tags.get("area") == "yes":
        return Way.AREA
    if tags.get("service") in _PARKED:
        return Way.YARD
    if not _is_open(highway, tags):
        return Way.CLOSED if highway in _OTHERS else Way.ROAD
    if any(tags.get(key) in _ALONG_A_STREET for key in ("footway", "path", "cycleway")):
        return Way.BESIDE
    if highway in _PATHS and not tags.get("name"):
        return Way.PATH
    return Way.OTHER if highway in _OTHERS else Way.STREET


def _is_open(highway: str, tags: Tags) -> bool:
    """Return whether tags let people walk on a way."""
    foot = tags.get("foot")
    if foot in _SHARED:
        return True
    if tags.get("access") in _CLOSED or foot == "private":
        return False
    if foot == "no":
        # It is said of the lanes, where the same tags tell of a pavement.
        return highway not in _OTHERS and _has_pavement(tags)
    return highway not in _ASKED_FIRST or _has_pavement(tags)


def _has_pavement(tags: Tags) -> bool:
    """Return whether tags tell of a pavement, on the way or drawn apart, on any of its sides."""
    told = (side for key in _SIDEWALKS for side in tags.get(key, "").split(";"))
    return any(side.strip() not in ("", "no", "none") for side in told)

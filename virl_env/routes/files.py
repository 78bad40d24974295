"""Reads routes as V-IRL publishes them: one in a file, or the many of a `route_infos.json`.

Of a route its places (`start_place`, `dest_place`), the points where it turns (`route_results`,
destination last), `init_heading` and `milestone_info` count. The last is text: for each leg a block
in braces that looks like JSON, but has a comma behind its last member and quotes nothing inside its
strings. What a block says of its leg, such as the heading "298 (northwest)", comes before what
could be computed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from shiftgym.files import MEBIBYTE, brief, read_json
from virl_env.routes.route import Landmark, Leg, Route
from virl_env.world.city import CATEGORIES
from virl_env.world.geometry import (
    COMPASS,
    SIDES,
    Geocode,
    bearing,
    compass,
    haversine,
    side,
)

UNKNOWN_CATEGORY = "place"
"""Category of a landmark whose kind the file does not say."""

MAX_BYTES = 16 * MEBIBYTE
"""Of a file: some thousands of routes."""

_LARGEST = 1e9
"""No number of a route is larger; what is compared with it may be infinite or not a number."""

_KEYS = {
    *("intersection_idx", "landmarks", "distance", "human_heading"),
    "to_next_intersection_heading",
}
"""Members of a block of `milestone_info`."""

# Strings hold quotes and braces as they are, so what follows a brace tells whether it ends a block:
# another one, which begins with a member, or nothing.
# Each pattern takes time linear in the length of a text: no two parts that repeat take the same
# characters one after the other.
_closing = re.compile(r'\}(?=[\s,\]]*(?:\{\s*"\w+"\s*:|$))').search
_member_start = re.compile(r'"(\w+)"\s*:\s*"?').search
_member_end = re.compile(r'[\r\n]|"\w+"\s*:').search
_expression = re.compile(rf"(?:The destination )?(.+) is on your ({'|'.join(SIDES)})\.?").fullmatch
_nothing = re.compile(r"(?:no landmarks? nearby)?\.?", re.IGNORECASE).fullmatch
_degrees = re.compile(r"(-?\d{1,9}(?:\.\d{1,30})?)\s*(?:\((.*)\))?").fullmatch


def load_routes(path: str | PathLike[str]) -> list[Route]:
    """Return the routes of a file.

    Args:
        path: JSON: one route, a list of routes, or `[routes, n]` as in `route_infos.json`, where n
            is a cursor of the program that collected them and does not count.

    Returns:
        The routes in the order of the file, as they stand there: a leg of any length is a leg, and
        a route may have more legs than an environment can show.

    Raises:
        ValueError: naming the file, the number of the route (from 1) and what is missing or wrong.
        OSError: where the file cannot be read.
    """
    name = fspath(path)
    content = read_json(path, MAX_BYTES)
    if isinstance(content, dict):
        content = [content]
    if _has_cursor(content):
        content = content[0]
    if not isinstance(content, list):
        raise ValueError(
            f"{name} holds {type(content).__name__}; expected a route, a list of routes, or a list "
            f"of routes and a number."
        )
    routes = []
    for number, entry in enumerate(content, start=1):
        try:
            routes.append(_read_route(entry, Path(path).stem))
        except ValueError as error:
            raise ValueError(f"{name}, route {number} of {len(content)}: {error}") from error
    return routes


def _has_cursor(content: Any) -> bool:
    return (
        isinstance(content, list)
        and len(content) == 2
        and isinstance(content[0], list)
        and isinstance(content[1], int)
    )


def _read_route(entry: Any, default_city: str) -> Route:
    start_place, destination = _member(entry, "start_place"), _member(entry, "dest_place")
    start = _geocode(start_place, "start_place", "relocated_geocode", "geocode")
    results = _member(entry, "route_results")
    ends = _member(results, "geocode_list", "route_results", list)
    blocks = _read_blocks(_member(entry, "milestone_info", "the route", object))
    if len(blocks) != len(ends):
        raise ValueError(
            f"milestone_info has {len(blocks)} blocks for the {len(ends)} points of "
            f"route_results.geocode_list; expected one for each."
        )
    distances = results.get("distance_list") or [None] * len(ends)
    if not isinstance(distances, list) or len(distances) != len(ends):
        raise ValueError(
            f"route_results.distance_list is {brief(distances)}; expected {len(ends)} of them."
        )
    landmarks = _landmarks(results)
    legs: list[Leg] = []
    before = start
    for index, (block, distance) in enumerate(zip(blocks, distances)):
        what = f"point {index + 1} of route_results.geocode_list"
        end = _pair(ends[index], what)
        heading = _heading(block, before, end, index + 1)
        seen: Landmark | None = None
        if index < len(ends) - 1:
            seen, where = _seen(block, landmarks, end, index + 1)
        else:
            seen = _landmark(destination, "dest_place")
            told = _expression(block.get("landmarks", ""))
            where = told[2] if told else side(heading, bearing(end, seen.geocode))
        metres = haversine(before, end) if distance is None else _number(distance, "a distance")
        legs.append(Leg(heading, metres, end, seen, where))
        before = end
    return Route(
        city=_word(destination.get("region") or default_city),
        start=start,
        start_name=_text(start_place, "name", "start_place"),
        destination=_text(destination, "name", "dest_place"),
        initial_heading=_whole(_member(entry, "init_heading", "the route", object), "init_heading"),
        legs=tuple(legs),
    )


def _read_blocks(info: Any) -> list[dict[str, str]]:
    """Return the members of each block of `milestone_info`, which may be text or be parsed."""
    if isinstance(info, list) and all(isinstance(block, dict) for block in info):
        return [{key: _word(value) for key, value in block.items()} for block in info]
    if not isinstance(info, str):
        raise ValueError(f"milestone_info is {type(info).__name__}; expected text.")
    blocks = [_members(block) for block in _blocks(info)]
    for number, block in enumerate(blocks, start=1):
        if not _KEYS & block.keys():
            raise ValueError(
                f"Block {number} of milestone_info has the members {brief(sorted(block))}; "
                f"expected some of {', '.join(sorted(_KEYS))}."
            )
    return blocks


def _blocks(info: str) -> list[str]:
    """Return what stands between the braces of blocks; those inside a string are text like any."""
    blocks: list[str] = []
    start = info.find("{")
    while start >= 0 and (closed := _closing(info, start)):
        blocks.append(info[start + 1 : closed.start()])
        start = info.find("{", closed.end())
    return blocks


def _members(block: str) -> dict[str, str]:
    """Return the members of a block: each ends with its line, or where another one begins."""
    members: dict[str, str] = {}
    started = _member_start(block)
    while started:
        ended = _member_end(block, started.end())
        end = ended.start() if ended else len(block)
        value = block[started.end() : end].rstrip()
        if value.endswith(","):
            value = value[:-1].rstrip()
        members[started[1]] = value.removesuffix('"')
        started = _member_start(block, end)
    return members


def _heading(block: Mapping[str, str], start: Geocode, end: Geocode, number: int) -> int:
    told = block.get("to_next_intersection_heading")
    if told is None:
        return round(bearing(start, end)) % 360
    return _whole(told, f"to_next_intersection_heading of block {number} of milestone_info")


def _seen(
    block: Mapping[str, str], landmarks: Mapping[str, Landmark], end: Geocode, number: int
) -> tuple[Landmark | None, str | None]:
    """Return the landmark that a block tells of, and its side."""
    text = block.get("landmarks", "").strip()
    if _nothing(text):
        return None, None
    told = _expression(text)
    if told is None:
        raise ValueError(
            f"landmarks of block {number} of milestone_info is {brief(text)}; expected "
            f"'NAME is on your SIDE' with a side of {', '.join(SIDES)}."
        )
    # One that the list does not have stands where it is seen from, for want of a better place.
    return landmarks.get(told[1], Landmark(told[1], UNKNOWN_CATEGORY, end)), told[2]


def _landmarks(results: Mapping[str, Any]) -> dict[str, Landmark]:
    listed = results.get("landmark_list") or []
    if not isinstance(listed, list):
        raise ValueError("route_results.landmark_list is no list.")
    found = (_landmark(each, "route_results.landmark_list") for each in listed if each)
    return {landmark.name: landmark for landmark in found}


def _landmark(place: Any, what: str) -> Landmark:
    kinds = place.get("place_types") if isinstance(place, dict) else None
    kinds = kinds if isinstance(kinds, list) and kinds else [UNKNOWN_CATEGORY]
    known = [kind for kind in kinds if kind in CATEGORIES]
    return Landmark(
        _text(place, "name", what), _word((known or kinds)[0]), _geocode(place, what, "geocode")
    )


def _member(owner: Any, key: str, what: str = "the route", kind: type = dict) -> Any:
    if not isinstance(owner, dict):
        raise ValueError(f"{what} is {type(owner).__name__}; expected an object.")
    if key not in owner:
        raise ValueError(f"{what} has no {key}.")
    if not isinstance(owner[key], kind):
        raise ValueError(
            f"{key} of {what} is {type(owner[key]).__name__}; expected {_JSON_NAMES[kind]}."
        )
    return owner[key]


_JSON_NAMES: dict[type, str] = {dict: "an object", list: "a list", str: "text"}


def _word(value: Any) -> str:
    """Return what stands where a text is expected, of containers only the beginning."""
    return value if isinstance(value, str) else brief(value)


def _text(owner: Any, key: str, what: str) -> str:
    return str(_member(owner, key, what, str))


def _geocode(place: Any, what: str, *keys: str) -> Geocode:
    """Return the first of the geocodes that a place has."""
    for key in keys:
        if isinstance(place, dict) and place.get(key) is not None:
            return _pair(place[key], f"{key} of {what}")
    raise ValueError(f"{what} has no {' or '.join(keys)}.")


def _pair(value: Any, what: str) -> Geocode:
    if isinstance(value, list) and len(value) == 2:
        latitude, longitude = (_number(part, what) for part in value)
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            return latitude, longitude
    raise ValueError(f"{what} is {brief(value)}; expected [latitude, longitude] in degrees.")


def _number(value: Any, what: str) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < _LARGEST:
        return float(value)
    raise ValueError(f"{what} is {brief(value)}; expected a number.")


def _whole(value: Any, what: str) -> int:
    """Return a heading, a number or text such as "298 (northwest)", in whole degrees, 0 to 359."""
    told = _degrees(value.strip()) if isinstance(value, str) else None
    degrees = _number(float(told[1]) if told else value, what)
    if not 0 <= degrees <= 360:
        raise ValueError(f"{what} is {brief(value)}; expected degrees from 0 to 360.")
    word = told[2] if told else None
    # The word may come from the number as it was before it was rounded.
    if word in COMPASS and word not in (compass(degrees - 1), compass(degrees + 1)):
        raise ValueError(f"{what} is {brief(value)}, but {degrees:g} is {compass(degrees)}.")
    return round(degrees) % 360

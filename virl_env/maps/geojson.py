"""Reads shops, buildings and so on from GeoJSON (RFC 7946), such as OSMnx's features."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from shiftgym.files import check_pairs
from virl_env.maps.extract import Degrees, Thing, ring
from virl_env.maps.json_parts import elements

LARGEST = 100_000_000
"""Bytes of a file at most."""

_MANY = 1_000
"""Features that cannot be read, after which at least half of all must be."""

_FAULTS = (
    *(ValueError, KeyError, TypeError, AttributeError),
    *(IndexError, OverflowError, RecursionError),
)
"""What content of another shape makes of the code below."""


class Features(NamedTuple):
    """What a file holds.

    Attributes:
        things: the features that are spots or areas.
        unread: how many features cannot be read.
    """

    things: tuple[Thing, ...]
    unread: int


def read_geojson(path: Path) -> Features:
    """Return the features of a file that are spots or areas.

    A feature that is damaged is left out and counted; one without a place, as RFC 7946 allows, is
    nothing.

    Raises:
        ValueError: naming the file, where it is no GeoJSON in degrees, has no feature that can be
            read, or is too large.
        OSError: where there is none.
    """
    size = path.stat().st_size
    if size > LARGEST:
        raise ValueError(
            f"{path} has {size / 1e6:,.0f} MB; expected at most {LARGEST / 1e6:,.0f}. Save the "
            f"features of a single city."
        )
    try:
        return _features(elements(path, "features"))
    except _FAULTS as error:
        raise ValueError(
            f"{path} cannot be read as GeoJSON ({type(error).__name__}: {error}). Expected a "
            f"FeatureCollection in degrees, as GeoDataFrame.to_file writes it."
        ) from error


def _features(features: Iterable[tuple[Any, str]]) -> Features:
    """Return what each feature is, of features and their texts."""
    things: list[Thing] = []
    number, unread, first = 0, 0, None
    for number, (feature, text) in enumerate(features, start=1):
        try:
            check_pairs(feature, text)
            things += _things(feature)
        except _FAULTS as fault:
            unread, first = unread + 1, first or fault
            if unread >= _MANY and 2 * unread > number:
                raise
    if first is not None and unread == number:
        raise first
    return Features(tuple(things), unread)


def _things(feature: dict[str, Any]) -> Iterator[Thing]:
    geometry = feature["geometry"]
    if geometry is not None and (outlines := tuple(_outlines(**geometry))):
        properties = (feature["properties"] or {}).items()
        # A number is a height or storeys; booleans and lists mean nothing here.
        told = {key: _text(value) for key, value in properties}
        yield Thing({key: text for key, text in told.items() if text}, outlines)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def _outlines(
    type: str, coordinates: Any = (), geometries: Any = (), **_: Any
) -> Iterator[Degrees]:
    """Yield the outer rings of an area, or spots; nothing for lines and what is empty."""
    if type == "GeometryCollection":
        for geometry in geometries:
            yield from _outlines(**geometry)
    elif type in ("Point", "MultiPoint"):
        spots = [coordinates] if type == "Point" else coordinates
        yield from (_corners([spot]) for spot in spots if spot)
    elif type in ("Polygon", "MultiPolygon"):
        for area in [coordinates] if type == "Polygon" else coordinates:
            if area and area[0]:
                yield ring(_corners(area[0]))


def _corners(coordinates: Any) -> Degrees:
    # Of a third number, a height, nothing is made.
    corners = np.array([(latitude, longitude) for longitude, latitude, *_ in coordinates], float)
    if not (np.abs(corners) <= (90, 180)).all():
        raise ValueError(f"{coordinates[0]} is no longitude and latitude in degrees")
    return corners

"""Reads shops, buildings and so on from GeoJSON (RFC 7946), such as OSMnx's features."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from shiftgym.files import parse_json
from virl_env.maps.extract import Degrees, Thing, ring

LARGEST = 500_000_000
"""Bytes of a file at most."""

_FAULTS = (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError)
"""What content of another shape makes of the code below."""


def read_geojson(path: Path) -> tuple[Thing, ...]:
    """Return the features of a file that are spots or areas.

    Raises:
        ValueError: naming the file, where it is no GeoJSON in degrees, or too large.
        OSError: where there is none.
    """
    size = path.stat().st_size
    if size > LARGEST:
        raise ValueError(
            f"{path} has {size / 1e6:,.0f} MB; expected at most {LARGEST / 1e6:,.0f}. Save the "
            f"features of a single city."
        )
    try:
        return tuple(_things(parse_json(path.read_bytes())["features"]))
    except _FAULTS as error:
        raise ValueError(
            f"{path} cannot be read as GeoJSON ({type(error).__name__}: {error}). Expected a "
            f"FeatureCollection in degrees, as GeoDataFrame.to_file writes it."
        ) from error


def _things(features: list[dict[str, Any]]) -> Iterator[Thing]:
    for feature in features:
        if feature["geometry"] is not None and (outlines := _outlines(**feature["geometry"])):
            properties = (feature["properties"] or {}).items()
            # A number is a height or storeys; booleans and lists mean nothing here.
            told = {key: _text(value) for key, value in properties}
            yield Thing({key: text for key, text in told.items() if text}, outlines)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def _outlines(type: str, coordinates: Any = (), **_: Any) -> tuple[Degrees, ...]:
    """Return the outer rings of an area, or a spot; nothing for lines."""
    if type == "Point":
        return (_corners([coordinates]),)
    if type in ("Polygon", "MultiPolygon"):
        areas = [coordinates] if type == "Polygon" else coordinates
        return tuple(ring(_corners(area[0])[:-1]) for area in areas)
    return ()


def _corners(coordinates: Any) -> Degrees:
    corners = np.array([(latitude, longitude) for longitude, latitude, *_ in coordinates], float)
    if not (np.abs(corners) <= (90, 180)).all():
        raise ValueError(f"{coordinates[0]} is no longitude and latitude in degrees")
    return corners

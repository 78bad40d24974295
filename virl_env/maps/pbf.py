"""Reads .osm.pbf files, OpenStreetMap's own compact format, with pyrosm."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from shiftgym.extras import command
from virl_env.maps.extract import Degrees, Extract, Tags, Thing, ring
from virl_env.maps.heights import BUILDING_KEYS
from virl_env.maps.tags import GONE_KEYS, KINDS, PLACE_KEYS
from virl_env.maps.ways import WAY_KEYS, way

LARGEST = 500_000_000
"""Bytes of a file at most: the extract of a whole large city has some tens of millions."""


def read_pbf(path: Path, language: str | None = None) -> Extract:
    """Return what a city is made of.

    Args:
        path: of the file.
        language: in which names are read too.

    Raises:
        ImportError: without the extra `[maps]`.
        ValueError: naming the file, where it cannot be read or is too large.
        OSError: where there is none.
    """
    size = path.stat().st_size
    if size > LARGEST:
        raise ValueError(
            f"{path} has {size / 1e6:,.0f} MB; expected at most {LARGEST / 1e6:,.0f}, which is "
            f"more than any city's. Cut the city out of it, with osmium extract for example."
        )
    try:
        import pyrosm
    except ImportError as error:
        raise ImportError(
            f"Files that end in .osm.pbf are read with pyrosm. Install it: {command('maps')}."
        ) from error
    try:
        with warnings.catch_warnings():
            # It warns of every kind of thing that a map does not have.
            warnings.simplefilter("ignore")
            return _read(pyrosm.OSM(str(path)), (*PLACE_KEYS, f"name:{language}"))
    except MemoryError:
        raise
    except Exception as error:  # whatever a damaged file makes the reader stumble over
        raise ValueError(
            f"{path} cannot be read as .osm.pbf ({type(error).__name__}: {error}). It may be "
            f"truncated or of another format: download it again."
        ) from error


def _read(osm: Any, place_keys: tuple[str, ...]) -> Extract:
    # With those that are not walked, which are counted.
    nodes, edges = osm.get_network(
        nodes=True, custom_filter={"highway": True}, extra_attributes=list(WAY_KEYS)
    )
    spots, pairs, ways = np.empty((0, 2)), np.empty((0, 2), np.int64), np.empty(0, np.int64)
    if edges is not None and len(edges):
        told = [way(tags) for tags in _tags(edges, WAY_KEYS)]
        ways = np.array([each for each in told if each is not None], dtype=np.int64)
        walked = [each is not None for each in told]
        ends = edges.loc[walked, ["u", "v"]].to_numpy(dtype=np.int64)
        identifiers = nodes["id"].to_numpy(dtype=np.int64)
        order = np.argsort(identifiers)
        pairs = order[np.searchsorted(identifiers, ends, sorter=order)]
        spots = nodes[["lat", "lon"]].to_numpy(dtype=np.float64)
    sought = dict.fromkeys((*KINDS, *GONE_KEYS), True)
    places = osm.get_pois(custom_filter=sought, extra_attributes=[*place_keys])
    buildings = osm.get_buildings(extra_attributes=list(BUILDING_KEYS))
    things = (*_things(places, place_keys), *_things(buildings, BUILDING_KEYS))
    unread = sum(
        int((frame.geometry.isna() | frame.geometry.is_empty).sum())
        for frame in (places, buildings)
        if frame is not None
    )
    return Extract(spots, pairs, ways, things, unread)


def _things(frame: Any, keys: tuple[str, ...]) -> Iterator[Thing]:
    """Yield the rows of a table that are spots or areas."""
    if frame is None:
        return
    for tags, geometry in zip(_tags(frame, keys), frame.geometry):
        if outlines := _outlines(geometry):
            yield Thing(tags, outlines)


def _tags(frame: Any, keys: tuple[str, ...]) -> Iterator[Tags]:
    """Yield those tags of each row of a table that it has."""
    known = [key for key in keys if key in frame]
    for values in zip(*(frame[key] for key in known)):
        yield {key: value for key, value in zip(known, values) if isinstance(value, str)}


def _outlines(geometry: Any) -> tuple[Degrees, ...]:
    """Return the outer rings of an area, or a spot; nothing for lines."""
    if geometry is None or geometry.is_empty:
        return ()
    if geometry.geom_type == "Point":
        return (np.array([[geometry.y, geometry.x]]),)
    parts = getattr(geometry, "geoms", [geometry])
    # Of a third coordinate, a height, nothing is made.
    return tuple(
        ring(np.array(part.exterior.coords)[:-1, 1::-1])
        for part in parts
        if part.geom_type == "Polygon"
    )

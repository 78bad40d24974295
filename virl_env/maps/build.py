"""From a map file to a city."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from virl_env.maps.extract import Degrees, Extract, Thing
from virl_env.maps.geojson import read_geojson
from virl_env.maps.graphml import read_graphml
from virl_env.maps.heights import decimetres, is_building, tells_height
from virl_env.maps.pbf import read_pbf
from virl_env.maps.places import places_beside
from virl_env.maps.streets import street_graph
from virl_env.maps.ways import Way
from virl_env.world.city import UNIT, City

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
"""What the licence of the data wants to be shown; https://www.openstreetmap.org/copyright."""

PBF, GRAPHML = ".pbf", ".graphml"
"""How the names of files end that can be read."""


@dataclass(frozen=True)
class Survey:
    """A city, and what of its map is not in it.

    Attributes:
        city: made from the map.
        metres: of streets on the map.
        dropped: metres of those in pieces that are not connected with the longest one.
        pieces: how many such pieces there are.
        closed: metres of ways that are not walked, by what they are.
        elsewhere: shops and so on below ground, or on upper floors only.
        unnamed: others that have no name.
        far: named ones that are not beside a street of the city.
        gone: those that are disused or empty.
        odd_heights: buildings of whose height the map tells nothing that can be.
        unread: ways, shops and buildings whose place on the map cannot be read.
    """

    city: City
    metres: float
    dropped: float
    pieces: int
    closed: Mapping[Way, float]
    elsewhere: int
    unnamed: int
    far: int
    gone: int
    odd_heights: int
    unread: int


def city_from_osm(
    path: str | os.PathLike[str],
    *,
    name: str | None = None,
    language: str | None = None,
    features: str | os.PathLike[str] | None = None,
) -> City:
    """Make a city from a file of OpenStreetMap data.

    Its points lie about every 10 metres along the ways that people may walk on; shops, amenities
    and stations with a name are its places, and it has the buildings with their heights, as far as
    the map knows them. The licence of the data stands in its `attribution`: whoever shows the city
    shows that too.

    Args:
        path: of an extract (.osm.pbf, read with pyrosm, which the extra `[maps]` installs), or of
            streets that OSMnx saved (.graphml).
        name: of the city; the file's by default.
        language: of the names of places, such as "en", where the map has one in it; by default that
            of the signs there, which pictures can only show in Latin letters.
        features: a GeoJSON file of what stands beside the streets, such as OSMnx's features: a
            .graphml file holds streets alone.

    Raises:
        ValueError: naming the file, for another format, a damaged file, and an area without streets
            or without places.
        FileNotFoundError: where there is none.
        ImportError: for .osm.pbf, without the extra `[maps]`.
    """
    return survey(path, name=name, language=language, features=features).city


def survey(
    path: str | os.PathLike[str],
    *,
    name: str | None = None,
    language: str | None = None,
    features: str | os.PathLike[str] | None = None,
) -> Survey:
    """Return the city of `city_from_osm` with the amounts that were left out."""
    path = Path(path)
    extract = _read(path, language)
    things, unread = extract.things, extract.unread
    if features is not None:
        more = read_geojson(Path(features))
        things, unread = (*things, *more.things), unread + more.unread
    try:
        graph = street_graph(extract.nodes, extract.edges, extract.ways)
    except ValueError as error:
        raise ValueError(f"{path}: {error}.") from None
    if graph is None:
        raise ValueError(
            f"{path} has no streets that people may walk on. Take an extract of a town."
        )
    beside = places_beside(graph.points, things, language)
    if not beside.places:
        raise ValueError(
            f"{path} has {graph.kept / 1000:.1f} km of streets and no named shop, amenity or "
            f"station beside them, at which routes start and end. {_mend(path, features)}"
        )
    outlines, heights, odd_heights = _buildings(things)
    city = City(
        name=path.name.split(".")[0] if name is None else name,
        family="",
        seed=0,
        points=graph.points,
        starts=graph.starts,
        neighbours=graph.neighbours,
        places=beside.places,
        attribution=ATTRIBUTION,
        footprints=_units(np.concatenate([np.empty((0, 2)), *outlines])),
        footprint_offsets=np.cumsum([0, *map(len, outlines)]),
        heights=np.array(heights, dtype=np.int32),
    )
    return Survey(
        city=city,
        metres=graph.metres,
        dropped=graph.metres - graph.kept,
        pieces=graph.others,
        closed=graph.closed,
        elsewhere=beside.elsewhere,
        unnamed=beside.unnamed,
        far=beside.far,
        gone=beside.gone,
        odd_heights=odd_heights,
        unread=unread,
    )


def _read(path: Path, language: str | None) -> Extract:
    if path.name.endswith(PBF):
        return read_pbf(path, language)
    if path.name.endswith(GRAPHML):
        return read_graphml(path)
    raise ValueError(
        f"{path} does not end in {PBF} or {GRAPHML}: expected an OpenStreetMap extract in the "
        f"format PBF, or streets that osmnx.save_graphml wrote. For .osm, .osm.gz and .osm.bz2: "
        f"osmium cat {path.name} -o city.osm.pbf"
    )


def _mend(path: Path, features: str | os.PathLike[str] | None) -> str:
    if path.name.endswith(GRAPHML) and features is None:
        return (
            "OSMnx saves places apart: pass features= (on the command line --features) with the "
            "GeoJSON file of osmnx.features_from_place."
        )
    return "Take a larger extract, or one of a livelier quarter."


def _buildings(things: tuple[Thing, ...]) -> tuple[list[Degrees], list[int], int]:
    """Return the outlines of the buildings, their heights in decimetres, and how many are odd."""
    outlines: list[Degrees] = []
    heights: list[int] = []
    odd = 0
    for thing in things:
        if is_building(thing.tags):
            height = decimetres(thing.tags)
            odd += not height and tells_height(thing.tags)
            walls = [outline for outline in thing.outlines if len(outline) >= 3]
            outlines += walls
            heights += [height] * len(walls)
    return outlines, heights, odd


def _units(degrees: Degrees) -> NDArray[np.int32]:
    return np.round(degrees / UNIT).astype(np.int32)

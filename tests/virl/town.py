"""Small towns for tests, written as GraphML and GeoJSON, or as PBF."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.virl.pbf_file import Line, Node, write_pbf
from virl_env.maps import Survey, survey
from virl_env.world.geometry import EARTH_RADIUS

METRE = 1 / (math.radians(1) * EARTH_RADIUS)
"""Of latitude in degrees; maps here lie at the equator, where longitudes are as wide."""

EAST = 10.0
"""Longitude of the middle of the maps."""

Spot = tuple[float, float]
"""Metres east and north."""

Ways = list[tuple[str, str, dict[str, str]]]
"""Names of two nodes, and tags; a way without tags is residential."""


def degrees(spot: Spot) -> Spot:
    """Return longitude and latitude."""
    longitude = EAST + spot[0] * METRE
    return longitude - 360 if longitude > 180 else longitude, spot[1] * METRE


def graphml(nodes: dict[str, Spot], ways: Ways) -> str:
    """Return a file of streets; a way without tags is residential."""
    names = {"x", "y", "highway", *(key for *_, tags in ways for key in tags)}
    keys = "".join(f'<key id="{name}" for="all" attr.name="{name}" />' for name in names)
    lines = []
    for name, spot in nodes.items():
        x, y = degrees(spot)
        lines.append(f'<node id="{name}"><data key="x">{x}</data><data key="y">{y}</data></node>')
    for source, target, tags in ways:
        data = "".join(
            f'<data key="{key}">{value}</data>'
            for key, value in ({"highway": "residential"} | tags).items()
        )
        lines.append(f'<edge source="{source}" target="{target}" id="0">{data}</edge>')
    body = "\n".join(lines)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<graphml xmlns="http://graphml.graphdrawing.org/xmlns">{keys}\n'
        f'<graph edgedefault="directed">{body}</graph></graphml>'
    )


def linestring(*spots: Spot) -> dict[str, str]:
    corners = ", ".join(f"{x} {y}" for x, y in map(degrees, spots))
    return {"geometry": f"LINESTRING ({corners})"}


def feature(spots: Spot | list[Spot], **tags: Any) -> dict[str, Any]:
    """Return a feature at a spot, or of an area."""
    geometry: dict[str, Any] = {"type": "Point", "coordinates": spots}
    if isinstance(spots, list):
        geometry = {"type": "Polygon", "coordinates": [[degrees(s) for s in (*spots, spots[0])]]}
    else:
        geometry["coordinates"] = degrees(spots)
    return {"type": "Feature", "properties": tags, "geometry": geometry}


CROSS: dict[str, Spot] = {
    "middle": (0, 0),
    "east": (200, 0),
    "west": (-200, 0),
    "north": (0, 200),
    "south": (0, -200),
}
ARMS: Ways = [("middle", arm, {}) for arm in ("east", "west", "north", "south")]


def cafe() -> dict[str, Any]:
    """Return what stands on every map."""
    return feature((100, 8), amenity="cafe", name="Blue Door")


def surveyed(
    folder: Path,
    nodes: dict[str, Spot] = CROSS,
    ways: Ways = ARMS,
    *features: dict[str, Any],
    **keywords: Any,
) -> Survey:
    """Return what becomes of a map with a cafe and some features."""
    (folder / "town.graphml").write_text(graphml(nodes, ways), encoding="utf-8")
    collection = {"type": "FeatureCollection", "features": [cafe(), *features]}
    (folder / "town.geojson").write_text(json.dumps(collection), encoding="utf-8")
    return survey(folder / "town.graphml", features=folder / "town.geojson", **keywords)


def surveyed_pbf(
    folder: Path,
    nodes: dict[str, Spot] = CROSS,
    ways: Ways = ARMS,
    *features: dict[str, Any],
    **keywords: Any,
) -> Survey:
    """Return what becomes of the same map, written as PBF; features are spots and polygons."""
    pytest.importorskip("pyrosm", reason="the extra [maps] is not installed")
    written = [Node(y, x) for x, y in map(degrees, nodes.values())]
    number = {name: index for index, name in enumerate(nodes, start=1)}
    lines = [
        Line([number[source], number[target]], {"highway": "residential"} | tags)
        for source, target, tags in ways
    ]
    for each in (cafe(), *features):
        tags = {key: str(value) for key, value in each["properties"].items()}
        corners = each["geometry"]["coordinates"]
        if each["geometry"]["type"] == "Point":
            written.append(Node(corners[1], corners[0], tags))
        else:
            start = len(written) + 1
            written += [Node(latitude, longitude) for longitude, latitude in corners[0][:-1]]
            lines.append(Line([*range(start, len(written) + 1), start], tags))
    write_pbf(folder / "town.osm.pbf", written, lines)
    return survey(folder / "town.osm.pbf", **keywords)


FORMATS = {"graphml": surveyed, "pbf": surveyed_pbf}

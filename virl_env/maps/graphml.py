"""Reads streets as OSMnx saves them in GraphML.

The format: a `key` element names each attribute, a `node` has x and y in degrees, and an `edge` the
tags of its ways and, where it bends, its `geometry` as a line in well-known text. What stands for
several ways is a Python list in text. http://graphml.graphdrawing.org
"""

from __future__ import annotations

import math
import re
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

import numpy as np

from virl_env.maps.extract import Extract, Thing
from virl_env.maps.tags import is_gone, kind
from virl_env.maps.ways import WAY_KEYS, Way, way
from virl_env.world.geometry import Geocode

LARGEST = 500_000_000
"""Bytes of a file at most."""

_PIECE = 16 * 2**20

_quoted = re.compile(r"'([^']*)'|\"([^\"]*)\"").findall
_line = re.compile(r"\s*LINESTRING\s*[ZM]{0,2}\s*\(([^()]*)\)\s*", re.IGNORECASE).fullmatch


class _Edge(NamedTuple):
    """Which way it is, its nodes, and its geometry or ""."""

    way: Way
    source: str
    target: str
    line: str


def read_graphml(path: Path) -> Extract:
    """Return what a city is made of: the streets, and shops where their nodes say so.

    A node or an edge whose place cannot be read is left out and counted, and so are the edges of
    such a node.

    Raises:
        ValueError: naming the file, where it is no such GraphML, damaged or too large, or where no
            node or no edge can be read.
        OSError: where there is none.
    """
    size = path.stat().st_size
    if size > LARGEST:
        raise ValueError(
            f"{path} has {size / 1e6:,.0f} MB; expected at most {LARGEST / 1e6:,.0f}. Save the "
            f"streets of a single city."
        )
    reader = _Reader()
    try:
        with path.open("rb") as file:
            # In large pieces, for some versions of expat read a name anew with each piece of it.
            while piece := file.read(_PIECE):
                reader.parser.Parse(piece, False)
            reader.parser.Parse(b"", True)
        return _extract(reader)
    # A declared encoding that Python does not know is a LookupError.
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise ValueError(
            f"{path} cannot be read as GraphML of streets: {error}. Expected what "
            f"osmnx.save_graphml writes of a graph in degrees, one that was not projected."
        ) from error


class _Reader:
    """What is kept of the elements of a file while a parser goes through them.

    Attributes:
        parser: to be given the file.
        nodes: where each node is.
        edges: those that are ways.
        things: nodes that are shops and so on.
        faults: what is wrong with each node that cannot be read.
    """

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        # What a document type declares can make a small file huge, or have other files read.
        self.parser.StartDoctypeDeclHandler = _refuse_doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.nodes: dict[str, Geocode] = {}
        self.edges: list[_Edge] = []
        self.things: list[Thing] = []
        self.faults: list[str] = []
        self._names: dict[str, str] = {}
        self._of: dict[str, str] = {}
        self._tags: dict[str, str] = {}
        self._key = ""
        self._text: list[str] = []

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        if element == "key":
            self._names[attributes.get("id", "")] = attributes.get("attr.name", "")
        elif element in ("node", "edge"):
            self._of, self._tags = attributes, {}
        elif element == "data":
            self._key, self._text = self._names.get(attributes.get("key", ""), ""), []

    def _characters(self, text: str) -> None:
        self._text.append(text)

    def _end(self, element: str) -> None:
        if element == "data":
            self._tags[self._key] = "".join(self._text)
        elif element == "node":
            self._end_node()
        elif element == "edge":
            self._end_edge()

    def _end_edge(self) -> None:
        kind_of_way = _way(self._tags)
        if kind_of_way is not None:
            source, target = (self._of.get(end, "") for end in ("source", "target"))
            line = self._tags.get("geometry", "")
            self.edges.append(_Edge(kind_of_way, source, target, line))

    def _end_node(self) -> None:
        name = self._of.get("id", "")
        try:
            spot = _geocode(f"{self._tags['x']} {self._tags['y']}")
        except KeyError as error:
            self.faults.append(f"node {name!r} has no {error}")
        except ValueError as error:
            self.faults.append(str(error))
        else:
            self.nodes[name] = spot
            if kind(self._tags) is not None or is_gone(self._tags):
                self.things.append(Thing(self._tags, (np.array([spot]),)))


def _refuse_doctype(*_: object) -> None:
    raise ValueError("it declares a document type, which no such file has")


def _way(tags: dict[str, str]) -> Way | None:
    """Return the largest of the ways that an edge stands for, None where people walk on none."""
    told = {key: _several(tags[key]) for key in WAY_KEYS if key in tags}
    count = max(map(len, told.values()), default=0)
    ways = [
        way({key: values[min(number, len(values) - 1)] for key, values in told.items()})
        for number in range(count)
    ]
    return max((each for each in ways if each is not None), default=None)


def _several(value: str) -> list[str]:
    """Return the values of an attribute, of which a list in text has several."""
    if value.startswith("["):
        return [one or other for one, other in _quoted(value)] or [""]
    return [value]


def _extract(reader: _Reader) -> Extract:
    spots = list(reader.nodes.values())
    index = {name: number for number, name in enumerate(reader.nodes)}
    pairs: list[tuple[int, int]] = []
    ways: list[Way] = []
    faults = reader.faults.copy()
    for edge in reader.edges:
        try:
            between = _between(edge, reader.nodes)
        except ValueError as fault:
            faults.append(str(fault))
            continue
        inner = range(len(spots), len(spots) + len(between))
        spots += between
        pairs += pairwise([index[edge.source], *inner, index[edge.target]])
        ways += [edge.way] * (len(pairs) - len(ways))
    if faults and not pairs:
        raise ValueError(faults[0])
    return Extract(
        np.array(spots, dtype=np.float64).reshape(-1, 2),
        np.array(pairs, dtype=np.int64).reshape(-1, 2),
        np.array(ways, dtype=np.int64),
        tuple(reader.things),
        len(faults),
    )


def _between(edge: _Edge, nodes: dict[str, Geocode]) -> list[Geocode]:
    """Return the corners of an edge between its nodes, in its direction."""
    for name in (edge.source, edge.target):
        if name not in nodes:
            raise ValueError(f"an edge leads to the node {name!r}, which is not there")
    if not edge.line:
        return []
    found = _line(edge.line)
    if found is None:
        raise ValueError(f"the geometry {edge.line[:60]!r} is no LINESTRING")
    corners = [_geocode(corner) for corner in found[1].split(",")]
    # Graphs without directions hold some of their lines from the target to the source.
    source, target = nodes[edge.source], nodes[edge.target]
    if math.dist(corners[0], source) > math.dist(corners[0], target):
        corners.reverse()
    return corners[1:-1]


def _geocode(corner: str) -> Geocode:
    """Return latitude and longitude of "x y", or of "x y z"."""
    try:
        longitude, latitude = map(float, corner.split()[:2])
    except ValueError:
        raise ValueError(f"{corner[:60]!r} is no longitude and latitude") from None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise ValueError(f"{corner[:60]!r} is no longitude and latitude in degrees")
    return latitude, longitude

"""Writes small files in OpenStreetMap's format PBF: https://wiki.openstreetmap.org/wiki/PBF_Format.

Just enough of it for the streets and places of a made town: no compression, no relations, no times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_NANO = 100
"""Billionths of a degree in the unit of coordinates."""


class Node(NamedTuple):
    latitude: float
    longitude: float
    tags: Mapping[str, str] = {}


class Line(NamedTuple):
    """Numbers of nodes, from 1 on."""

    nodes: Sequence[int]
    tags: Mapping[str, str]


def write_pbf(path: Path, nodes: Sequence[Node], ways: Sequence[Line]) -> None:
    """Write nodes, numbered from 1 on, and ways."""
    strings = [""]
    for tags in (each.tags for each in (*nodes, *ways)):
        strings += [text for pair in tags.items() for text in pair if text not in strings]
    table = b"".join(_bytes(1, text.encode()) for text in strings)
    lines = b"".join(
        _bytes(
            3,
            _integer(1, number)
            + _packed(2, map(strings.index, way.tags))
            + _packed(3, map(strings.index, way.tags.values()))
            + _packed(8, _deltas(way.nodes)),
        )
        for number, way in enumerate(ways, start=1)
    )
    pairs = [
        code
        for node in nodes
        for code in (*(strings.index(text) for pair in node.tags.items() for text in pair), 0)
    ]
    units = [[round(degrees * 1e9 / _NANO) for degrees in node[:2]] for node in nodes]
    dense = (
        _packed(1, _deltas(range(1, len(nodes) + 1)))
        + _bytes(5, _info(len(nodes)))
        + _packed(8, _deltas([latitude for latitude, _ in units]))
        + _packed(9, _deltas([longitude for _, longitude in units]))
        + _packed(10, pairs)
    )
    block = _bytes(1, table) + _bytes(2, _bytes(2, dense)) + _bytes(2, lines)
    header = _bytes(4, b"OsmSchema-V0.6") + _bytes(4, b"DenseNodes")
    path.write_bytes(_blob(b"OSMHeader", header) + _blob(b"OSMData", block))


def _info(count: int) -> bytes:
    """Return version 1 of each node, with everything else 0."""
    rest = b"".join(_packed(field, [0] * count) for field in range(2, 6))
    return _packed(1, [1] * count) + rest


def _blob(kind: bytes, content: bytes) -> bytes:
    blob = _bytes(1, content) + _integer(2, len(content))
    header = _bytes(1, kind) + _integer(3, len(blob))
    return len(header).to_bytes(4, "big") + header + blob


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _integer(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _packed(field: int, values: Iterable[int]) -> bytes:
    return _bytes(field, b"".join(map(_varint, values)))


def _deltas(values: Sequence[int]) -> list[int]:
    """Return the steps from one value to the next, signs in the lowest bit."""
    steps = [after - before for before, after in zip([0, *values], values)]
    return [step << 1 if step >= 0 else (-step << 1) - 1 for step in steps]


def _varint(value: int) -> bytes:
    content = bytearray()
    while value > 127:
        content.append(value & 127 | 128)
        value >>= 7
    return bytes([*content, value])

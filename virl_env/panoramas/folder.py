"""Views out of a folder of panoramas as the V-IRL study publishes it."""

from __future__ import annotations

import math
import os
import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shiftgym.checks import in_range
from shiftgym.files import brief, parse_json, read_bytes
from virl_env.panoramas.memory import Memory
from virl_env.panoramas.pictures import MAX_BYTES, decode, size_of
from virl_env.panoramas.projection import project, useful_width
from virl_env.panoramas.safe_pickle import read_places
from virl_env.world.geometry import METRES_A_DEGREE, Geocode, haversine

MAPPING = "gps_pano_mapping.pkl"
PICTURES = "street_views"
"""Where the panoramas may lie in a folder; else they lie beside the mapping."""

RADIUS = 20.0
"""Metres within which a panorama stands for a place, as in the study."""

_identifier = re.compile(r"[A-Za-z0-9_=~-][A-Za-z0-9_=~.-]{0,199}").fullmatch
"""No identifier leads out of its folder."""

_MAX_METADATA = 2**20

_ROUNDING = 0.01
"""Of its width, by which a panorama may miss being twice as wide as high."""

_two_floats = struct.Struct("<dd").pack


class PanoramaFolder:
    """Shows what panoramas of a real city show: a `virl_env.views.source.ViewSource`.

    In the folder lie `gps_pano_mapping.pkl`, a dict from (latitude, longitude) to the identifier of
    a panorama, and for each panorama `IDENTIFIER.jpg`, equirectangular, and
    `IDENTIFIER.metadata.json`, whose `rotation` is where north lies in the picture, in degrees
    right of its left edge. (At heading h a view looks at what is ((h - 180) mod 360 + rotation)
    mod 360 degrees right of the middle.) The pictures may also lie in a folder `street_views`
    inside.

    The mapping is read at once, by a reader that runs nothing of it. Panoramas are read when they
    are first looked at, decoded once for each size of views, and forgotten when they take more
    than `memory`.

    Args:
        path: the folder.
        radius: metres within which the nearest panorama stands for a place without one of its own.
        pitch: degrees by which views look up, -90 to 90.
        field_of_view: degrees from one edge of a view to the other, 10 to 120. Four views show all
            there is around at 90, which environments expect.
        memory: bytes of decoded panoramas that are kept.

    Raises:
        FileNotFoundError: naming the folder or the mapping, where there is none.
        ValueError: naming the mapping, where it is no dict from places to identifiers, or asks for
            anything but numbers, texts and builtin containers.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        radius: float = RADIUS,
        pitch: float = 0.0,
        field_of_view: float = 90.0,
        memory: int = 256 * 2**20,
    ) -> None:
        self.path = Path(path)
        self.radius = check_number("radius", radius, 0, 1_000)
        self.pitch = check_number("pitch", pitch, -90, 90)
        self.field_of_view = check_number("field_of_view", field_of_view, 10, 120)
        self.memory = in_range("memory", memory, 0, 2**40)
        self._mapping = self.path / MAPPING
        if not self._mapping.is_file():
            raise FileNotFoundError(
                f"{self._mapping} does not exist: a folder of panoramas holds {MAPPING}, and "
                f"IDENTIFIER.jpg and IDENTIFIER.metadata.json for each of its panoramas."
            )
        inner = self.path / PICTURES
        self._pictures = inner if inner.is_dir() else self.path
        self._identifiers = _read_mapping(self._mapping)
        held = [place for place, _ in self._identifiers.values()]
        places = np.array(held, dtype=np.float64).reshape(-1, 2)
        self._places = places[np.argsort(places[:, 0], kind="stable")]
        self._decoded: Memory[tuple[NDArray[np.uint8], float]] = Memory(
            self.memory, lambda held: held[0].nbytes
        )

    def __len__(self) -> int:
        """Return the number of places with a panorama."""
        return len(self._identifiers)

    def __repr__(self) -> str:
        return (
            f"PanoramaFolder({str(self.path)!r}, radius={self.radius:g}, pitch={self.pitch:g}, "
            f"field_of_view={self.field_of_view:g})"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process reads the folder itself, in place of being sent what was decoded here.
        keywords = {
            name: getattr(self, name) for name in ("radius", "pitch", "field_of_view", "memory")
        }
        return _reopen, (str(self.path), keywords)

    def __deepcopy__(self, memo: dict[int, Any]) -> PanoramaFolder:
        # Nothing of a folder changes, so that copies of an environment share what is decoded.
        return self

    def four(self, geocode: Geocode, heading: float, size: int) -> NDArray[np.uint8]:
        """Return what lies in front, right, back and left of one who faces a heading.

        Args:
            geocode: latitude and longitude in degrees.
            heading: of the front view, degrees clockwise from north.
            size: side of one view in pixels, 32 to 1200.

        Returns:
            uint8 of shape (4, size, size, 3).

        Raises:
            LookupError: where no panorama is within `radius`.
            FileNotFoundError: naming the picture or its metadata, where it does not exist.
            ValueError: naming it, where it is damaged; or for a size or heading out of range.
        """
        size = in_range("size", size, 32, 1200)
        heading = check_number("heading", heading, -1e9, 1e9)
        identifier = self.find(geocode)
        width = useful_width(size, self.field_of_view)
        panorama, rotation = self._decoded.get(
            (identifier, width), lambda: self._read(identifier, width)
        )
        middle = ((heading - 180) % 360 + rotation) % 360
        return project(panorama, middle, size, self.pitch, self.field_of_view)

    def find(self, geocode: Geocode) -> str:
        """Return the identifier of the panorama of a place, or else of the nearest in `radius`.

        Raises:
            LookupError: where there is none; it says how far the nearest is.
        """
        latitude, longitude = float(geocode[0]), float(geocode[1])
        exact = self._identifiers.get(_key(latitude, longitude))
        if exact is not None:
            return exact[1]
        # Sorted by latitude: what lies in the strip around the place is all that can be in radius.
        strip = self.radius / METRES_A_DEGREE * 1.001
        first, last = np.searchsorted(self._places[:, 0], (latitude - strip, latitude + strip))
        near = [
            (haversine((latitude, longitude), (north, east)), (north, east))
            for north, east in self._places[first:last].tolist()
        ]
        distance, place = min(near, default=(math.inf, (latitude, longitude)))
        if distance > self.radius:
            raise LookupError(
                f"{self._mapping} has no panorama within {self.radius:g} m of "
                f"({latitude}, {longitude}). {self._nearest(latitude, longitude)}"
            )
        return self._identifiers[_key(*place)][1]

    def covers(self, geocode: Geocode) -> bool:
        """Return whether a place has a panorama of its own, or one within `radius`."""
        try:
            self.find(geocode)
        except LookupError:
            return False
        return True

    def _nearest(self, latitude: float, longitude: float) -> str:
        if not len(self._places):
            return "It has none at all."
        metres = min(haversine((latitude, longitude), (a, b)) for a, b in self._places.tolist())
        return (
            f"The nearest is {metres:.0f} m away. Play routes that `covers` says it covers, or "
            f"pass a larger radius."
        )

    def _read(self, identifier: str, width: int) -> tuple[NDArray[np.uint8], float]:
        picture = self._pictures / f"{identifier}.jpg"
        rotation = _rotation(self._pictures / f"{identifier}.metadata.json", identifier)
        data = _content(picture, identifier, MAX_BYTES)
        across, height = size_of(data, str(picture))
        if abs(across - 2 * height) > max(2, across * _ROUNDING):
            raise ValueError(
                f"{picture} is {across} x {height} pixels; an equirectangular panorama is twice as "
                f"wide as high. Fetch the whole panorama, or cut what was added to it."
            )
        panorama = decode(data, str(picture), (width, width // 2))
        panorama.flags.writeable = False
        return panorama, rotation


def _reopen(path: str, keywords: dict[str, Any]) -> PanoramaFolder:
    return PanoramaFolder(path, **keywords)


def check_number(keyword: str, value: Any, low: float, high: float) -> float:
    """Return a number from low to high as float.

    Raises:
        ValueError: for anything else.
    """
    numeric = isinstance(value, (int, float, np.integer, np.floating))
    if isinstance(value, bool) or not numeric or not low <= value <= high:
        raise ValueError(f"{keyword} must be a number from {low:g} to {high:g}; got {value!r}.")
    return float(value)


def _read_mapping(path: Path) -> dict[bytes, tuple[Geocode, str]]:
    mapping: dict[bytes, tuple[Geocode, str]] = {}
    for place, identifier in read_places(path):
        if not (abs(place[0]) <= 90 and abs(place[1]) <= 180):
            raise ValueError(
                f"{path} has the key {brief(place)}; expected (latitude, longitude) in degrees."
            )
        if not _identifier(identifier):
            raise ValueError(
                f"{path} has the identifier {brief(identifier)} at {brief(place)}; expected the "
                f"name of a panorama: letters, digits, _ and -."
            )
        latitude, longitude = map(float, place)
        mapping[_key(latitude, longitude)] = (latitude, longitude), identifier
    return mapping


def _key(latitude: float, longitude: float) -> bytes:
    """Return a place as bytes, whose hashes nobody can foresee; so no file makes a dict slow."""
    # Adding 0 makes 0.0 of -0.0.
    return _two_floats(latitude + 0.0, longitude + 0.0)


def _content(path: Path, identifier: str, most: int) -> bytes:
    try:
        return read_bytes(path, most)
    except FileNotFoundError:
        raise FileNotFoundError(
            f"{path} does not exist, but {MAPPING} names the panorama {identifier}. Fetch it, or "
            f"leave its routes out."
        ) from None


def _rotation(path: Path, identifier: str) -> float:
    data = _content(path, identifier, _MAX_METADATA)
    try:
        rotation = parse_json(data)["rotation"]
        if type(rotation) not in (int, float) or not abs(rotation) <= 1e6:
            raise ValueError(f"rotation is {brief(rotation)}, expected degrees")
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise ValueError(
            f"{path} is not what a panorama's metadata are, JSON with the degrees of its "
            f"`rotation` ({type(error).__name__}: {error})."
        ) from error
    return float(rotation)

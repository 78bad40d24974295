"""Panoramas for tests: each direction has a colour of its own, so that views tell where they look.

Red and green turn with the bearing as cosine and sine, blue falls from the sky to the ground.
"""

from __future__ import annotations

import io
import json
import math
import pickle
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from virl_env.world.geometry import Geocode

WIDTH = 1024


def colours(bearing: NDArray[np.float64], elevation: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the colour of directions, in degrees: uint8 of their shape and 3."""
    around = np.radians(bearing)
    red, green = 128 + 100 * np.cos(around), 128 + 100 * np.sin(around)
    blue = 128 + 110 * elevation / 90
    return np.stack([red, green, blue], axis=-1).round().astype(np.uint8)


def directions(seen: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the bearings and elevations of colours, in degrees."""
    red, green, blue = np.moveaxis(seen.astype(np.float64), -1, 0)
    return np.degrees(np.arctan2(green - 128, red - 128)) % 360, (blue - 128) * 90 / 110


def panorama(rotation: float, width: int = WIDTH) -> NDArray[np.uint8]:
    """Return a panorama in which north lies `rotation` degrees right of the left edge."""
    height = width // 2
    bearing = (np.arange(width) + 0.5) / width * 360 - rotation
    elevation = 90 - (np.arange(height) + 0.5) / height * 180
    return colours(*np.broadcast_arrays(bearing[None, :], elevation[:, None]))


def jpeg(picture: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=95, subsampling=0)
    return file.getvalue()


def write_folder(
    folder: Path, places: Mapping[Geocode, str], rotations: Mapping[str, float] | None = None
) -> Path:
    """Write panoramas as the study publishes them, in a folder that exists."""
    (folder / "gps_pano_mapping.pkl").write_bytes(pickle.dumps(dict(places)))
    for identifier in set(places.values()):
        write_panorama(folder, identifier, (rotations or {}).get(identifier, 0.0))
    return folder


def write_panorama(folder: Path, identifier: str, rotation: float, width: int = WIDTH) -> None:
    (folder / f"{identifier}.jpg").write_bytes(jpeg(panorama(rotation, width)))
    metadata = {"rotation": rotation, "date": "2023-05"}
    (folder / f"{identifier}.metadata.json").write_text(json.dumps(metadata))


def rays(
    heading: float, size: int, pitch: float, field_of_view: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return bearing and elevation, in degrees, of what each pixel of a view looks at.

    With vectors (east, north, up), one pixel after the other.
    """
    yaw, tilt = math.radians(heading), math.radians(pitch)
    ahead = (math.sin(yaw) * math.cos(tilt), math.cos(yaw) * math.cos(tilt), math.sin(tilt))
    right = (math.cos(yaw), -math.sin(yaw), 0.0)
    above = (-math.sin(yaw) * math.sin(tilt), -math.cos(yaw) * math.sin(tilt), math.cos(tilt))
    reach = math.tan(math.radians(field_of_view) / 2)
    bearings, elevations = np.empty((size, size)), np.empty((size, size))
    for row in range(size):
        for column in range(size):
            x = ((column + 0.5) / size * 2 - 1) * reach
            y = (1 - (row + 0.5) / size * 2) * reach
            east, north, up = (a + x * r + y * u for a, r, u in zip(ahead, right, above))
            bearings[row, column] = math.degrees(math.atan2(east, north)) % 360
            elevations[row, column] = math.degrees(math.atan2(up, math.hypot(east, north)))
    return bearings, elevations

"""Cities on disk: one .npz file of arrays, with everything else as JSON inside; no pickle."""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from virl_env.world.city import BUILDING_ARRAYS, STREET_ARRAYS, City, Place

VERSION = 1
"""Raised when a field of a city file changes its meaning."""

_DAMAGES = (
    *(ValueError, KeyError, TypeError, AttributeError, OverflowError, RuntimeError),
    *(MemoryError, OSError, EOFError, SyntaxError, zipfile.BadZipFile, zlib.error),
)
"""What NumPy, zipfile, JSON and `City` raise at files that are no city's."""


def save_city(city: City, path: str | os.PathLike[str]) -> None:
    """Write a city to a file, whole or not at all.

    Raises:
        ValueError: for what is no city.
    """
    if not isinstance(city, City):
        raise ValueError(f"save_city writes a virl_env.City; got {city!r}.")
    path = Path(path)
    told = json.dumps({"version": VERSION, **city.told()})
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    names = STREET_ARRAYS + BUILDING_ARRAYS * bool(len(city.heights))
    arrays = {name: getattr(city, name) for name in names}
    with partial.open("wb") as file:
        np.savez_compressed(file, told=np.array(told), **arrays)
    os.replace(partial, path)


def load_city(path: str | os.PathLike[str]) -> City:
    """Read a city that `save_city` wrote.

    Raises:
        ValueError: naming the file, where it is no city file, of another version, or damaged.
        FileNotFoundError: where there is none.
    """
    try:
        # Opened here, since NumPy leaves a file open that it cannot read.
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as held:
            buildings = any(name in held for name in BUILDING_ARRAYS)
            names = STREET_ARRAYS + BUILDING_ARRAYS * buildings
            arrays = {name: held[name] for name in names}
            told = json.loads(str(held["told"]))
        return _city(told, arrays)
    except FileNotFoundError:
        raise
    except _DAMAGES as error:
        raise ValueError(
            f"{path} is no city file that this version reads ({type(error).__name__}: {error}). "
            f"virl_env.save_city writes one."
        ) from error


def _city(told: dict[str, Any], arrays: dict[str, Any]) -> City:
    version = told.pop("version")
    if type(version) is not int or version != VERSION:
        raise ValueError(f"its version is {version!r}, not {VERSION}")
    for name, array in arrays.items():
        if array.dtype.kind not in "iu":
            raise ValueError(f"{name} holds {array.dtype}, expected integers")
    places = tuple(
        Place(name, category, (_whole(latitude), _whole(longitude)), _whole(point))
        for name, category, latitude, longitude, point in told.pop("places")
    )
    return City(**told, **arrays, places=places)


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise ValueError(f"a place has {value!r} where a whole number is expected")
    return value

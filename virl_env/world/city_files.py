"""Cities on disk: one .npz file of arrays, with everything else as JSON inside; no pickle."""

from __future__ import annotations

import json
import os
from typing import Any

from shiftgym.arrays import read_arrays, write_arrays
from shiftgym.files import MEBIBYTE, brief, parse_json
from virl_env.world.city import BUILDING_ARRAYS, STREET_ARRAYS, City, Place

VERSION = 1
"""Raised when a field of a city file changes its meaning."""

MAX_BYTES = 64 * MEBIBYTE
"""Of all arrays: some 30,000 km of streets, or a million buildings beside 15,000 km."""

_TOLD = "told"
_DAMAGES = (ValueError, KeyError, TypeError, AttributeError, OverflowError)
"""What JSON and `City` raise at content that is not a city's."""


def save_city(city: City, path: str | os.PathLike[str]) -> None:
    """Write a city to a file, whole or not at all.

    Raises:
        ValueError: for what is not a city.
    """
    if not isinstance(city, City):
        raise ValueError(f"save_city writes a virl_env.City; got {city!r}.")
    told = json.dumps({"version": VERSION, **city.told()})
    names = STREET_ARRAYS + BUILDING_ARRAYS * bool(len(city.heights))
    arrays = {name: getattr(city, name) for name in names}
    write_arrays(path, arrays, text=(_TOLD, told), most=MAX_BYTES)


def load_city(path: str | os.PathLike[str]) -> City:
    """Read a city that `save_city` wrote.

    Raises:
        ValueError: naming the file, where it is not a city file, of another version, or damaged.
        FileNotFoundError: where there is none.
    """
    try:
        text, arrays = read_arrays(path, STREET_ARRAYS, BUILDING_ARRAYS, text=_TOLD, most=MAX_BYTES)
        if 0 < len(arrays.keys() & set(BUILDING_ARRAYS)) < len(BUILDING_ARRAYS):
            raise ValueError(f"of {', '.join(BUILDING_ARRAYS)} it has some and not all")
        return _city(parse_json(text), arrays)
    except FileNotFoundError:
        raise FileNotFoundError(
            f"{path} does not exist: expected the file of a city, which virl_env.save_city or "
            f"python -m virl_env.maps writes."
        ) from None
    except (*_DAMAGES, OSError) as error:
        raise ValueError(
            f"{path} is not a city file that this version reads ({type(error).__name__}: {error}). "
            f"virl_env.save_city writes one."
        ) from error


def _city(told: dict[str, Any], arrays: dict[str, Any]) -> City:
    version = told.pop("version")
    if type(version) is not int or version != VERSION:
        raise ValueError(f"its version is {brief(version)}, not {VERSION}")
    for name, array in arrays.items():
        # Smaller ones would grow by being read.
        if array.dtype.kind not in "iu" or array.dtype.itemsize < 4:
            raise ValueError(f"{name} holds {array.dtype}, expected integers of 32 bits")
    places = tuple(
        Place(name, category, (_whole(latitude), _whole(longitude)), _whole(point))
        for name, category, latitude, longitude, point in told.pop("places")
    )
    return City(**told, **arrays, places=places)


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise ValueError(f"a place has {brief(value)} where a whole number is expected")
    return value

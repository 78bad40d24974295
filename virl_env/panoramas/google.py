"""Views of Google Street View as they are today, through its Static API.

Requests and answers: https://developers.google.com/maps/documentation/streetview. What may be done
with the pictures is said by the Google Maps Platform's terms.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from threading import get_ident
from typing import Any, TypeVar
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from shiftgym.checks import in_range
from shiftgym.files import brief, parse_json, read_bytes
from shiftgym.sanitize import for_terminal
from virl_env.panoramas.fetch import AgainError, Fetcher, RefusedError, check_base_url
from virl_env.panoramas.folder import RADIUS, check_number
from virl_env.panoramas.memory import Memory
from virl_env.panoramas.pictures import MAX_BYTES, decode, size_of
from virl_env.views.source import TURNS
from virl_env.world.geometry import Geocode, haversine

Read = TypeVar("Read")

KEY_VARIABLE = "GOOGLE_MAPS_API_KEY"
BASE_URL = "https://maps.googleapis.com/maps/api/streetview"

LARGEST = 640
"""Pixels of a side of the largest picture that the API gives."""

_DAY = 86_400.0

_identifier = re.compile(r"[!-~]{1,128}").fullmatch
"""What Street View calls a panorama; nothing else is asked for, or shown."""


class GoogleStreetView:
    """Shows what Google Street View shows today: a `virl_env.views.source.ViewSource`.

    Each place is looked up once, and each view asked for once, which Google charges for, at 640
    pixels, and scaled here: four views for each place and heading. Kept are the pictures as they
    came: in memory, and in a folder only where you name one, since Google's terms restrict what
    may be cached.

    The key is read from the environment variable `GOOGLE_MAPS_API_KEY` when something is asked,
    sent to `base_url`, and stands in no error, no file and no pickle of this object.

    Args:
        cache: folder for pictures and look-ups; None keeps nothing beyond the process.
        cache_days: what is older is fetched anew.
        radius: metres within which a panorama stands for a place.
        pitch: degrees by which views look up, -90 to 90.
        field_of_view: degrees from one edge of a view to the other, 10 to 120; environments expect
            90.
        source: "outdoor" or "default", which includes those inside of buildings.
        per_second: requests at most.
        timeout: seconds for one try.
        retries: further tries after a fault that may pass.
        backoff: seconds before the second try, doubled before each further one.
        memory: bytes of pictures that are kept in memory.
        base_url: the address that is asked.

    Raises:
        ValueError: where there is no key in the environment, or for arguments out of range.
    """

    def __init__(
        self,
        *,
        cache: str | os.PathLike[str] | None = None,
        cache_days: float = 30.0,
        radius: float = RADIUS,
        pitch: float = 0.0,
        field_of_view: float = 90.0,
        source: str = "outdoor",
        per_second: float = 10.0,
        timeout: float = 10.0,
        retries: int = 4,
        backoff: float = 0.5,
        memory: int = 64 * 2**20,
        base_url: str = BASE_URL,
    ) -> None:
        self._arguments = {name: value for name, value in locals().items() if name != "self"}
        if source not in ("outdoor", "default"):
            raise ValueError(f"source must be 'outdoor' or 'default'; got {source!r}.")
        self._cache = None if cache is None else Path(cache)
        self._cache_days = check_number("cache_days", cache_days, 0, 36_500)
        self._radius = check_number("radius", radius, 0, 1_000)
        self._source = source
        self._base_url = check_base_url(base_url)
        self._fetcher = Fetcher(
            check_number("per_second", per_second, 1e-3, 1_000),
            check_number("timeout", timeout, 1e-3, 600),
            in_range("retries", retries, 0, 20),
            check_number("backoff", backoff, 0, 60),
        )
        self._way = {
            "pitch": f"{check_number('pitch', pitch, -90, 90):g}",
            "fov": f"{check_number('field_of_view', field_of_view, 10, 120):g}",
        }
        self._held: Memory[bytes] = Memory(in_range("memory", memory, 0, 2**40), len)
        self._found: Memory[str | LookupError] = Memory(2**20, lambda _: 200)
        _key()

    def __repr__(self) -> str:
        told = ("radius", "pitch", "field_of_view", "source", "base_url")
        given = ", ".join(f"{name}={self._arguments[name]!r}" for name in told)
        return f"GoogleStreetView({given})"

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process keeps a memory and a pace of its own.
        return _reopen, (self._arguments,)

    def __deepcopy__(self, memo: dict[int, Any]) -> GoogleStreetView:
        # Copies of an environment share what is held and the pace of requests.
        return self

    def four(self, geocode: Geocode, heading: float, size: int) -> NDArray[np.uint8]:
        """Return what lies in front, right, back and left of one who faces a heading.

        Args:
            geocode: latitude and longitude in degrees.
            heading: of the front view, degrees clockwise from north; asked for to a tenth.
            size: side of one view in pixels, 32 to 1200; beyond 640 views are enlarged.

        Returns:
            uint8 of shape (4, size, size, 3).

        Raises:
            LookupError: where Street View has no panorama within `radius`.
            PermissionError: where the key is refused.
            ConnectionError: where there is no answer after all tries.
            ValueError: for what the server calls a bad request, or a size or heading out of range.
        """
        size = in_range("size", size, 32, 1200)
        heading = check_number("heading", heading, -1e9, 1e9)
        identifier = self.find(geocode)
        return np.stack([self._view(identifier, heading + turn, size) for turn in TURNS])

    def find(self, geocode: Geocode) -> str:
        """Return the identifier of the panorama nearest to a place.

        Raises:
            LookupError, PermissionError, ConnectionError, ValueError: as `four`.
        """
        latitude, longitude = float(geocode[0]), float(geocode[1])
        found = self._found.get((latitude, longitude), lambda: self._look_up(latitude, longitude))
        if isinstance(found, LookupError):
            raise LookupError(str(found))
        return found

    def covers(self, geocode: Geocode) -> bool:
        """Return whether Street View has a panorama within `radius` of a place.

        Raises:
            PermissionError, ConnectionError, ValueError: as `four`.
        """
        try:
            self.find(geocode)
        except LookupError:
            return False
        return True

    def _look_up(self, latitude: float, longitude: float) -> str | LookupError:
        place = f"{latitude:.7f},{longitude:.7f}"
        asked = {"location": place, "radius": f"{math.ceil(self._radius)}", "source": self._source}
        file = self._file(f"place_{place}_{self._radius:g}_{self._source}.json")
        kept = _kept(file, self._cache_days)
        if kept is not None:
            with contextlib.suppress(AgainError, ValueError):
                return self._panorama(kept, latitude, longitude)

        def read(answer: bytes) -> str | LookupError:
            found = self._panorama(answer, latitude, longitude)
            if isinstance(found, str):
                _keep(file, json.dumps({"status": "OK", **_told(answer)}).encode())
            return found

        return self._ask(f"{self._base_url}/metadata", asked, read)

    def _panorama(self, answer: bytes, latitude: float, longitude: float) -> str | LookupError:
        """Return the identifier that metadata tell, or that there is none.

        Raises:
            AgainError: where the answer is none.
            PermissionError, ValueError: where the request is refused.
        """
        metadata = _object(answer)
        status, message = metadata.get("status"), _line(metadata.get("error_message"))
        if status in ("ZERO_RESULTS", "NOT_FOUND"):
            return LookupError(
                f"Street View has no panorama within {self._radius:g} m of ({latitude}, "
                f"{longitude}): it answers {status}. Play routes that `covers` says it covers."
            )
        if status == "REQUEST_DENIED":
            raise PermissionError(self._denied(message))
        if status == "INVALID_REQUEST":
            raise ValueError(_clean(f"Street View calls a request invalid: {message}"))
        if status != "OK":
            raise AgainError(f"the status {brief(status)} {message}")
        told = _told(answer)
        metres = haversine(
            (latitude, longitude), (told["location"]["lat"], told["location"]["lng"])
        )
        if not metres <= self._radius:
            return LookupError(
                f"Street View has no panorama within {self._radius:g} m of ({latitude}, "
                f"{longitude}); the nearest is {metres:.0f} m away."
            )
        return str(told["pano_id"])

    def _view(self, identifier: str, heading: float, size: int) -> NDArray[np.uint8]:
        asked = {
            "pano": identifier,
            "size": f"{LARGEST}x{LARGEST}",
            "heading": f"{round(heading % 360, 1) % 360:.1f}",
            **self._way,
            "return_error_code": "true",
        }
        what = f"The picture of the panorama {identifier} at {asked['heading']} degrees"
        held = self._held.get(tuple(asked.values()), lambda: self._picture(asked, what))
        return decode(held, what, (size, size), enlarge=True)

    def _picture(self, asked: dict[str, str], what: str) -> bytes:
        name = "_".join(quote(asked[part], safe="") for part in ("pano", "heading", "pitch", "fov"))
        file = self._file(f"view_{name}.jpg")
        kept = _kept(file, self._cache_days)
        if kept is not None:
            with contextlib.suppress(ValueError):
                _check_view(kept, str(file))
                return kept

        def read(answer: bytes) -> bytes:
            try:
                _check_view(answer, what)
            except ValueError as error:
                raise AgainError(str(error)) from None
            _keep(file, answer)
            return answer

        return self._ask(self._base_url, asked, read)

    def _ask(self, url: str, asked: dict[str, str], read: Callable[[bytes], Read]) -> Read:
        try:
            return self._fetcher.fetch(url, asked, {"key": _key()}, read)
        except RefusedError as refused:
            if refused.status in (401, 403):
                raise PermissionError(self._denied(str(refused))) from None
            if refused.status == 404:
                raise LookupError(f"There is no such panorama: {refused}.") from None
            raise ValueError(f"Street View refuses a request: {refused}.") from None

    def _denied(self, message: str) -> str:
        return _clean(
            f"The key in {KEY_VARIABLE} is refused by {self._base_url}: {message} Enable the "
            f"Street View Static API and billing for its project."
        )

    def _file(self, name: str) -> Path | None:
        return None if self._cache is None else self._cache / name


def _reopen(arguments: dict[str, Any]) -> GoogleStreetView:
    return GoogleStreetView(**arguments)


def _key() -> str:
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not key:
        raise ValueError(
            f"{KEY_VARIABLE} is not set: put a key for Google's Street View Static API into the "
            f"environment, or play panoramas from a folder (PanoramaFolder)."
        )
    return key


def _clean(text: str) -> str:
    key = os.environ.get(KEY_VARIABLE, "").strip()
    return text.replace(key, "...") if key else text


def _object(answer: bytes) -> dict[str, Any]:
    try:
        told = parse_json(answer)
    except ValueError:
        raise AgainError("metadata that are no JSON") from None
    if not isinstance(told, dict):
        raise AgainError("metadata that are no object")
    return told


def _told(answer: bytes) -> dict[str, Any]:
    """Return of metadata what is used: `pano_id` and `location`, and the `copyright` notice."""
    told = _object(answer)
    identifier: Any = told.get("pano_id")
    location: Any = told.get("location")
    if not isinstance(identifier, str) or not _identifier(identifier):
        raise AgainError("metadata without a pano_id")
    try:
        place = {"lat": float(location["lat"]), "lng": float(location["lng"])}
    except (TypeError, KeyError, ValueError, OverflowError):
        raise AgainError("metadata without a location") from None
    if not (abs(place["lat"]) <= 90 and abs(place["lng"]) <= 180):
        raise AgainError("metadata with a location that is none")
    return {"pano_id": identifier, "location": place, "copyright": _line(told.get("copyright"))}


def _line(text: Any) -> str:
    """Return the beginning of what a server says, "" where it is no text."""
    return for_terminal(text[:200]) if isinstance(text, str) else ""


def _check_view(data: bytes, what: str) -> None:
    """Refuse a picture that is not whole, or not of a size that was asked for.

    Raises:
        ValueError: naming `what`.
    """
    width, height = size_of(data, what)
    if width != height or width > LARGEST:
        raise ValueError(
            f"{what} has {width} x {height} pixels; expected a square of at most {LARGEST}."
        )
    decode(data, what)


def _kept(file: Path | None, days: float) -> bytes | None:
    """Return what a file of the cache holds, None where there is none or it is too old."""
    if file is None:
        return None
    try:
        young = time.time() - file.stat().st_mtime <= days * _DAY
        return read_bytes(file, MAX_BYTES) if young else None
    except (FileNotFoundError, ValueError):
        return None


def _keep(file: Path | None, content: bytes) -> None:
    """Write a file of the cache, whole or not at all."""
    if file is None:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.{os.getpid()}.{get_ident()}.tmp")
    partial.write_bytes(content)
    os.replace(partial, file)

"""Decodes JPEG pictures that come from elsewhere: whole, of a bounded size, or not at all."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.JpegImagePlugin import JpegImageFile

MAX_BYTES = 64 * 2**20
"""Of a picture as it lies on disk."""

MAX_PIXELS = 2**27
"""Of a picture: 16384 x 8192, the largest panorama that Street View has."""

MAX_PROGRESSIVE = 2**25
"""Of a progressive one, which is decoded from all of it at once: 8192 x 4096."""

MAX_PIXELS_PER_BYTE = 1_000
"""A picture of one colour has some 100; what has more is made to take memory."""


def size_of(data: bytes, what: str) -> tuple[int, int]:
    """Return width and height of a JPEG picture in pixels, from its header alone.

    Raises:
        ValueError: naming `what`, a file or an address, where it is no JPEG picture, or too large.
    """
    with _opened(data, what) as picture:
        return picture.width, picture.height


def decode(
    data: bytes, what: str, size: tuple[int, int] | None = None, enlarge: bool = False
) -> NDArray[np.uint8]:
    """Return a JPEG picture as uint8 of shape (height, width, 3).

    Args:
        data: the file.
        what: named by errors, a file or an address.
        size: width and height to which a wider picture is shrunk; None for as it is.
        enlarge: whether a smaller one is enlarged to it.

    Raises:
        ValueError: where it is no JPEG picture, a truncated one, or too large.
    """
    with _opened(data, what) as picture:
        if size is None or (picture.width <= size[0] and not enlarge):
            return np.array(picture.convert("RGB"))
        # Loaded here, for importing the package loads no pictures.
        from PIL import Image

        # JPEG can be decoded at a half, a quarter or an eighth in less time.
        picture.draft("RGB", size)
        return np.array(picture.convert("RGB").resize(size, Image.Resampling.BILINEAR))


@contextmanager
def _opened(data: bytes, what: str) -> Iterator[JpegImageFile]:
    """Give a picture whose size was checked; what goes wrong with it names `what`."""
    from PIL import Image
    from PIL.JpegImagePlugin import JpegImageFile

    if len(data) > MAX_BYTES:
        raise ValueError(f"{what} is larger than {MAX_BYTES >> 20} MiB and is not decoded.")
    try:
        with warnings.catch_warnings():
            # Pillow warns at less than `MAX_PIXELS`.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=["JPEG"])
        with picture:
            assert isinstance(picture, JpegImageFile)
            pixels = picture.width * picture.height
            most = MAX_PROGRESSIVE if "progressive" in picture.info else MAX_PIXELS
            if pixels > most:
                raise ValueError(f"{pixels} pixels are more than {most}")
            if pixels > MAX_PIXELS_PER_BYTE * len(data):
                raise ValueError(f"{pixels} pixels cannot come out of {len(data)} bytes")
            yield picture
    except (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError) as error:
        raise ValueError(
            f"{what} is no JPEG picture, or a damaged one ({error}). Fetch it again."
        ) from error

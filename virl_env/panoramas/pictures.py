"""Decodes JPEG pictures that come from elsewhere: whole, of a bounded size, or not at all."""

from __future__ import annotations

import io
import struct
import warnings

import numpy as np
from numpy.typing import NDArray

MAX_BYTES = 64 * 2**20
"""Of a picture as it lies on disk."""

MAX_PIXELS = 2**27
"""Of a picture: 16384 x 8192, the largest panorama that Street View has."""


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
    # Loaded here, for importing the package loads no pictures.
    from PIL import Image

    if len(data) > MAX_BYTES:
        raise ValueError(f"{what} is larger than {MAX_BYTES >> 20} MiB and is not decoded.")
    try:
        with warnings.catch_warnings():
            # Pillow warns at less than `MAX_PIXELS`.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(data), formats=["JPEG"])
        with opened as picture:
            pixels = picture.width * picture.height
            if pixels > MAX_PIXELS:
                raise ValueError(f"{pixels} pixels are more than {MAX_PIXELS}")
            if size is None or (picture.width <= size[0] and not enlarge):
                return np.array(picture.convert("RGB"))
            # JPEG can be decoded at a half, a quarter or an eighth in less time.
            picture.draft("RGB", size)
            return np.array(picture.convert("RGB").resize(size, Image.Resampling.BILINEAR))
    except (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError) as error:
        raise ValueError(
            f"{what} is no JPEG picture, or a damaged one ({error}). Fetch it again."
        ) from error

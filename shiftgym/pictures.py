"""Pictures as files and as parts of a chat."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray


def png(image: NDArray[np.uint8]) -> bytes:
    """Return a picture as a PNG file.

    Args:
        image: uint8 of shape (height, width, 3).

    Raises:
        ValueError: for another array.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        raise ValueError(
            f"A picture is uint8 of shape (height, width, 3); got {image.dtype} of the shape "
            f"{image.shape}."
        )
    # Who looks at no pictures needs no Pillow in memory.
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(image).save(file, format="PNG", compress_level=1)
    return file.getvalue()


def data_url(image: NDArray[np.uint8]) -> str:
    """Return a picture as the URL that chats with pictures take: data:image/png;base64,...

    `image` and what is refused of it are as for `png`.
    """
    return "data:image/png;base64," + base64.b64encode(png(image)).decode("ascii")

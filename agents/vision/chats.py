"""Pictures in the messages of a chat, in the form that OpenAI's chat completions made common.

A message's content is a text, or a list of parts: {"type": "text", "text": ...} and {"type":
"image_url", "image_url": {"url": "data:image/png;base64,..."}}.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture: TypeAlias = NDArray[np.uint8]
Chat: TypeAlias = Sequence[Mapping[str, Any]]

PREFIX = "data:image/png;base64,"


def picture_at(url: str) -> Picture:
    """Return the picture of a data URL, uint8 of shape (height, width, 3).

    Raises:
        ValueError: the URL is none of a PNG.
    """
    try:
        if not url.startswith(PREFIX):
            raise ValueError("it does not begin so")
        with Image.open(
            io.BytesIO(base64.b64decode(url[len(PREFIX) :], validate=True)), formats=["PNG"]
        ) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, SyntaxError, binascii.Error, ValueError) as error:
        shown = url if len(url) <= 60 else url[:60] + "..."
        raise ValueError(
            f"Expected a picture as {PREFIX}..., whole; got {shown} ({error}). The messages of an "
            f"environment with images=True have such pictures."
        ) from error


def parts_of(content: str | Sequence[Mapping[str, Any]]) -> Iterator[str | Picture]:
    """Yield the texts and the pictures of a message's content, in their order.

    Raises:
        ValueError: for a part that is neither.
    """
    if isinstance(content, str):
        yield content
        return
    for part in content:
        if part["type"] == "text":
            yield part["text"]
        elif part["type"] == "image_url":
            yield picture_at(part["image_url"]["url"])
        else:
            raise ValueError(f"Expected parts of type text or image_url; got {part['type']!r}.")


def digest(picture: Picture) -> str:
    """Return 16 hexadecimal digits of a picture's shape and pixels.

    They are the same on every machine, which the bytes of a PNG are not.
    """
    pixels = np.ascontiguousarray(picture)
    return hashlib.sha256(f"{picture.shape}".encode() + pixels.tobytes()).hexdigest()[:16]


def without_pictures(messages: Chat) -> list[dict[str, Any]]:
    """Return messages with the digest of each picture in place of its data URL."""
    return [{**message, "content": _digested(message.get("content"))} for message in messages]


def picture_digests(messages: Chat) -> list[str]:
    """Return the digests of the pictures of a chat, in their order."""
    return pictures_told(without_pictures(messages))


def pictures_told(without: Chat) -> list[str]:
    """Return the digests that `without_pictures` has put into a chat, in their order."""
    return [
        part["picture"]
        for message in without
        if isinstance(content := message["content"], list)
        for part in content
        if isinstance(part, dict)
    ]


def _digested(content: Any) -> Any:
    if not isinstance(content, list):
        return content
    return [
        part if isinstance(part, str) else {"picture": digest(part)} for part in parts_of(content)
    ]

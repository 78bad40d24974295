"""Frames as a GIF file."""

from __future__ import annotations

import os
from collections.abc import Iterable

from PIL import Image

from shiftgym.checks import in_range


def save_gif(
    frames: Iterable[Image.Image], path: str | os.PathLike[str], milliseconds: int
) -> None:
    """Write frames as a GIF that repeats for ever.

    Args:
        frames: at least one, all of one size and of at most 256 colours each (mode "P").
        path: of the file.
        milliseconds: that a frame is shown, 20 to 10,000; the last is shown three times as long.

    Raises:
        ValueError: for a number out of range, before any frame is drawn.
        OSError: where the file cannot be written.
    """
    milliseconds = in_range("milliseconds", milliseconds, 20, 10_000)
    drawn = list(frames)
    drawn[0].save(
        path,
        format="GIF",
        save_all=True,
        append_images=drawn[1:],
        duration=[milliseconds] * (len(drawn) - 1) + [3 * milliseconds],
        loop=0,
        disposal=1,
    )


def narrower(frame: Image.Image, width: int) -> Image.Image:
    """Return a frame in the width of a file, its height in proportion."""
    size = width, round(frame.height * width / frame.width)
    return frame.resize(size, Image.Resampling.LANCZOS)

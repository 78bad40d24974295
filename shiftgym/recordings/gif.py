"""Frames as a GIF file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from PIL import Image

from shiftgym.checks import in_range
from shiftgym.recordings.colours import Colours, painted

R = TypeVar("R")


@dataclass(frozen=True)
class GifWriter(Generic[R]):
    """Writes the recordings of a task.

    Attributes:
        frames: draws a frame of each moment.
        colours: of a frame in the width of the file: at most 256, for a GIF has no more.
        width: of the file in pixels, unless another is asked for.
        widest: of the frames.
    """

    frames: Callable[[R], Iterable[Image.Image]]
    colours: Callable[[Image.Image], Colours]
    width: int
    widest: int

    def write(
        self,
        recording: R,
        path: str | os.PathLike[str],
        *,
        milliseconds: int = 700,
        width: int | None = None,
    ) -> None:
        """Write an episode as a GIF that repeats indefinitely.

        Args:
            recording: of the episode.
            path: of the file.
            milliseconds: that a step is shown, 20 to 10,000; the end is shown three times as long.
            width: of the picture in pixels, from 160; its height follows.

        Raises:
            ValueError: for a number out of range.
            OSError: where the file cannot be written.
        """
        wide = in_range("width", self.width if width is None else width, 160, self.widest)
        small = (narrower(frame, wide) for frame in self.frames(recording))
        save_gif((painted(frame, self.colours(frame)) for frame in small), path, milliseconds)


def save_gif(
    frames: Iterable[Image.Image], path: str | os.PathLike[str], milliseconds: int
) -> None:
    """Write frames as a GIF that loops.

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

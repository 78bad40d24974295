"""An episode as a moving picture: the table, with the game in words below it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import accumulate

from PIL import Image

from gp_env.render import SIZE, draw_scene
from gp_env.replay.recording import Recording
from shiftgym.checks import in_range
from shiftgym.lettering import GROUND, INK, PALE, RIGHT, WRONG
from shiftgym.replay.colours import commonest, painted, spread
from shiftgym.replay.gif import narrower, save_gif

_LETTERS = 32
"""Colours of the caption."""


def write_gif(
    recording: Recording,
    path: str | os.PathLike[str],
    *,
    milliseconds: int = 700,
    width: int = 480,
) -> None:
    """Write an episode as a GIF that repeats for ever.

    Args:
        recording: of the episode.
        path: of the file.
        milliseconds: that a step is shown, 20 to 10,000; the end is shown three times as long.
        width: of the picture in pixels, 160 to 640; its height follows.

    Raises:
        ValueError: for a number out of range.
        OSError: where the file cannot be written.
    """
    width = in_range("width", width, 160, SIZE)
    save_gif((_reduced(frame, width) for frame in draw_frames(recording)), path, milliseconds)


def draw_frames(recording: Recording) -> Iterator[Image.Image]:
    """Yield a frame of each moment, 640 pixels wide."""
    # What is seen before an action has been paid for those before it.
    rewards = accumulate((moment.reward for moment in recording.moments), initial=0.0)
    for number, (moment, total) in enumerate(zip(recording.moments, rewards), start=1):
        count = f"{number} / {len(recording.moments)}   reward {total:+g}"
        yield Image.fromarray(draw_scene(moment.scene, recording.table, count))


def _reduced(frame: Image.Image, width: int) -> Image.Image:
    """Return a frame in the size of the file, with few colours: a GIF has 256 at most."""
    small = narrower(frame, width)
    table, caption = small.crop((0, 0, width, width)), small.crop((0, width, *small.size))
    colours = [*commonest(caption, _LETTERS), GROUND, INK, PALE, RIGHT, WRONG]
    return painted(small, [*colours, *spread(table, 256 - len(colours))])

"""An episode as a moving picture: the table, with the game in words below it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from PIL import Image

from gp_env.render import SIZE, draw_scene
from gp_env.replay.recording import Recording
from shiftgym.lettering import GROUND, INK, PALE, RIGHT, WRONG
from shiftgym.recordings.colours import Colours, commonest, spread
from shiftgym.recordings.gif import GifWriter

_LETTERS = 32
"""Colours of the caption."""


def draw_frames(recording: Recording) -> Iterator[Image.Image]:
    """Yield a frame of each moment, 640 pixels wide."""
    # What is seen before an action has been paid for those before it.
    rewards = accumulate((moment.reward for moment in recording.moments), initial=0.0)
    for number, (moment, total) in enumerate(zip(recording.moments, rewards), start=1):
        notes = f"step {number} of {len(recording.moments)}", f"reward {total:+g}"
        yield Image.fromarray(draw_scene(moment.scene, recording.table, notes))


def _colours(frame: Image.Image) -> Colours:
    table = frame.crop((0, 0, frame.width, frame.width))
    caption = frame.crop((0, frame.width, *frame.size))
    few = [*commonest(caption, _LETTERS), GROUND, INK, PALE, RIGHT, WRONG]
    return [*few, *spread(table, 256 - len(few))]


write_gif = GifWriter(draw_frames, _colours, width=480, widest=SIZE).write

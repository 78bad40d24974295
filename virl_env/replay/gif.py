"""An episode as a moving picture: views and map, with instruction, rule and outcome below."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from PIL import Image, ImageDraw

from shiftgym.lettering import GROUND, INK, PALE, RIGHT, WRONG, write_line, write_line_right
from shiftgym.recordings.colours import Colours, commonest, spread
from shiftgym.recordings.gif import GifWriter
from virl_env.map_picture import COLOURS as MAP_COLOURS
from virl_env.reader import parse_reply
from virl_env.render import label_views, what_came_of_it
from virl_env.replay.recording import Moment, Recording

WIDTH = 1280
"""Pixels of a frame: the views and the map, side by side."""

_HALF, _CAPTION, _MARGIN = WIDTH // 2, 112, 16
_LARGE, _SMALL, _SMALLEST = 24, 17, 11
_DRAWN = 32
"""Colours of the map, and of the caption."""


def draw_frames(recording: Recording) -> Iterator[Image.Image]:
    """Yield a frame of each moment, 1280 pixels wide."""
    rewards = accumulate(moment.reward for moment in recording.moments)
    for number, (moment, total) in enumerate(zip(recording.moments, rewards), start=1):
        yield _frame(recording, moment, number, total)


def _frame(recording: Recording, moment: Moment, number: int, total: float) -> Image.Image:
    frame = Image.new("RGB", (WIDTH, _HALF + _CAPTION), GROUND)
    for left, picture in ((0, moment.views), (_HALF, moment.map)):
        shown = Image.fromarray(picture).resize((_HALF, _HALF), Image.Resampling.LANCZOS)
        frame.paste(shown, (left, 0))
    drawing = ImageDraw.Draw(frame)
    label_views(drawing, _HALF)
    told = f"{moment.line + 1}. {recording.instructions[moment.line]}"
    top, room = _HALF + 10, WIDTH - 2 * _MARGIN
    write_line(drawing, (_MARGIN, top), told, INK, _LARGE, room)
    write_line(drawing, (_MARGIN, top + 36), recording.rule, PALE, _SMALL, room, _SMALLEST)
    # Of a whole reply, the action that it names.
    done = parse_reply(moment.done).action or moment.done
    arrived = None if moment.done else recording.facts["Success"] == "yes"
    came, colour = what_came_of_it(done, moment.outcome, arrived)
    write_line(drawing, (_MARGIN, top + 66), came, colour, _SMALL, WIDTH - 420)
    count = f"step {number} of {len(recording.moments)}, reward {total:+g}"
    if recording.credit:
        count = f"{recording.credit}. {count}"
    write_line_right(drawing, (WIDTH - _MARGIN, top + 66), count, PALE, _SMALL)
    return frame


def _colours(frame: Image.Image) -> Colours:
    half = frame.width // 2
    views = frame.crop((0, 0, half, half))
    # The map and the caption are drawings of few colours, the views have very many.
    drawn = [frame.crop((half, 0, frame.width, half)), frame.crop((0, half, *frame.size))]
    few = [colour for part in drawn for colour in commonest(part, _DRAWN)]
    few += [*MAP_COLOURS, INK, PALE, RIGHT, WRONG]
    return [*few, *spread(views, 256 - len(few))]


write_gif = GifWriter(draw_frames, _colours, width=960, widest=WIDTH).write

"""An episode as a moving picture: views beside the map, with what was done below."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import accumulate

from PIL import Image, ImageDraw, ImageFont

from shiftgym.checks import in_range
from virl_env.map_picture import COLOURS as MAP_COLOURS
from virl_env.reader import parse_reply
from virl_env.replay.colours import commonest, painted, spread
from virl_env.replay.recording import Moment, Recording

WIDTH = 1280
"""Pixels of a frame: the views and the map, side by side."""

_HALF, _CAPTION, _MARGIN = WIDTH // 2, 88, 16
_GROUND, _INK, _PALE = (24, 26, 30), (236, 236, 230), (160, 162, 166)
_RIGHT, _WRONG = (120, 200, 130), (235, 110, 90)
_DRAWN = 32
"""Colours of the map, and of the caption."""


def write_gif(
    recording: Recording,
    path: str | os.PathLike[str],
    *,
    milliseconds: int = 700,
    width: int = 960,
) -> None:
    """Write an episode as a GIF that repeats for ever.

    Args:
        recording: of the episode.
        path: of the file.
        milliseconds: that a step is shown, 20 to 10,000; the end is shown three times as long.
        width: of the picture in pixels, 160 to 1280; its height follows.

    Raises:
        ValueError: for a number out of range.
        OSError: where the file cannot be written.
    """
    milliseconds = in_range("milliseconds", milliseconds, 20, 10_000)
    width = in_range("width", width, 160, WIDTH)
    frames = [_reduced(frame, width) for frame in draw_frames(recording)]
    frames[0].save(
        path,
        format="GIF",
        save_all=True,
        append_images=frames[1:],
        duration=[milliseconds] * (len(frames) - 1) + [3 * milliseconds],
        loop=0,
        disposal=1,
    )


def draw_frames(recording: Recording) -> Iterator[Image.Image]:
    """Yield a frame of each moment, 1280 pixels wide."""
    rewards = accumulate(moment.reward for moment in recording.moments)
    for number, (moment, total) in enumerate(zip(recording.moments, rewards), start=1):
        yield _frame(recording, moment, number, total)


def _frame(recording: Recording, moment: Moment, number: int, total: float) -> Image.Image:
    frame = Image.new("RGB", (WIDTH, _HALF + _CAPTION), _GROUND)
    for left, picture in ((0, moment.views), (_HALF, moment.map)):
        shown = Image.fromarray(picture).resize((_HALF, _HALF), Image.Resampling.LANCZOS)
        frame.paste(shown, (left, 0))
    drawing = ImageDraw.Draw(frame)
    for name, x, y in (
        ("front", 0, 0),
        ("right", _HALF // 2, 0),
        ("back", 0, _HALF // 2),
        ("left", _HALF // 2, _HALF // 2),
    ):
        _label(drawing, name, x, y)
    large, small = (ImageFont.load_default(size) for size in (24, 17))
    told = f"{moment.line + 1}. {recording.instructions[moment.line]}"
    top = _HALF + 12
    _write(drawing, (_MARGIN, top), told, _INK, large, WIDTH - 2 * _MARGIN)
    done, colour = _told(moment, recording)
    _write(drawing, (_MARGIN, top + 40), done, colour, small, WIDTH - 420)
    count = f"{number} / {len(recording.moments)}   reward {total:+g}"
    if recording.credit:
        count = f"{recording.credit}   {count}"
    where = (WIDTH - _MARGIN - drawing.textlength(count, small), top + 40)
    drawing.text(where, count, _PALE, small)
    return frame


def _told(moment: Moment, recording: Recording) -> tuple[str, tuple[int, int, int]]:
    """Return what was done in a line, and its colour."""
    if not moment.done:
        succeeded = recording.facts["Success"] == "yes"
        return ("Arrived." if succeeded else "Not as instructed."), _RIGHT if succeeded else _WRONG
    colour = _PALE if moment.outcome == "none" else _WRONG
    # Of a whole reply, the action that it names.
    done = parse_reply(moment.done).action or moment.done
    outcome = "" if moment.outcome in ("none", "correct") else f"   {moment.outcome}"
    return done + outcome, _RIGHT if moment.outcome == "correct" else colour


def _label(drawing: ImageDraw.ImageDraw, name: str, x: int, y: int) -> None:
    font = ImageFont.load_default(15)
    width = drawing.textlength(name, font)
    drawing.rectangle([x, y, x + width + 12, y + 22], fill=_GROUND)
    drawing.text((x + 6, y + 2), name, _INK, font)


def _write(
    drawing: ImageDraw.ImageDraw,
    where: tuple[float, float],
    text: str,
    colour: tuple[int, int, int],
    font: ImageFont.ImageFont | ImageFont.FreeTypeFont,
    room: float,
) -> None:
    """Write one line of a text, as much of it as there is room for."""
    line = " ".join(text.split())[:400]
    if drawing.textlength(line, font) > room:
        while drawing.textlength(f"{line} ...", font) > room:
            line = line[:-1]
        line = f"{line} ..."
    drawing.text(where, line, colour, font)


def _reduced(frame: Image.Image, width: int) -> Image.Image:
    """Return a frame in the size of the file, with few colours: a GIF has 256 at most."""
    height = round(frame.height * width / frame.width)
    small = frame.resize((width, height), Image.Resampling.LANCZOS)
    half = width // 2
    views = small.crop((0, 0, half, half))
    # The map and the caption are drawings of few colours, the views have very many.
    drawn = [small.crop((half, 0, width, half)), small.crop((0, half, width, height))]
    colours = [colour for part in drawn for colour in commonest(part, _DRAWN)]
    colours += [*MAP_COLOURS, _INK, _PALE, _RIGHT, _WRONG]
    return painted(small, [*colours, *spread(views, 256 - len(colours))])

"""Both tasks, played by their experts under the trained rule and under the tested one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from typing import Any, TypeVar

import gymnasium as gym
from numpy.typing import NDArray
from PIL import Image, ImageDraw

import gp_env.replay
import virl_env.replay
from gp_env.render import describe_rule, result_of
from gp_env.worth import printed
from shiftgym.lettering import GROUND, INK, PALE, RIGHT, write_line, write_lines
from shiftgym.recordings.colours import painted, spread
from shiftgym.recordings.gif import save_gif

T = TypeVar("T")

HAND = "K 4 3 2"
"""Can be won under both rules, and not by the same formula."""

WALK: dict[str, Any] = {"turns": (2, 2), "points_per_segment": 2, "instructions": "both"}
WALK_SEED = 3

RULES = {
    "VIRLNavigation-v0": "Turns are named by the compass: north, east, ...",
    "VIRLNavigation-RuleOOD-v0": "Turns are named by the body: left, slightly right, ...",
}

_WIDTH, _SIDE, _MARGIN = 400, 176, 12
_HEAD, _CARDS, _STREETS = 36, 200, 300
_LARGE, _SMALL = 18, 14
_COLOURS = 128
_MILLISECONDS = 900


def write_animation(path: Path) -> None:
    """Write the animation as a GIF file that repeats indefinitely."""
    cards = [_cards(f"GeneralPoints-{shift}v0") for shift in ("", "RuleOOD-")]
    streets = [_streets(f"VIRLNavigation-{shift}v0") for shift in ("", "RuleOOD-")]
    panels = [list(frames) for frames in (*cards, *streets)]
    length = max(map(len, panels))
    frames = [_frame([*moment]) for moment in zip(*(_stretched(panel, length) for panel in panels))]
    colours = spread(frames[length // 2], _COLOURS)
    save_gif((painted(frame, colours) for frame in frames), path, _MILLISECONDS)


def _stretched(frames: list[T], length: int) -> list[T]:
    """Return frames of which the last stays until all panels have ended."""
    return [*frames, *repeat(frames[-1], length - len(frames))]


def _frame(panels: list[Image.Image]) -> Image.Image:
    frame = Image.new("RGB", (2 * _WIDTH, _HEAD + _CARDS + _STREETS), GROUND)
    drawing = ImageDraw.Draw(frame)
    for column, words in enumerate(("Train on one rule", "Test on another")):
        where = (column * _WIDTH + _MARGIN, 8)
        write_line(drawing, where, words, INK, _LARGE, _WIDTH - 2 * _MARGIN)
    places = [(x, y) for y in (_HEAD, _HEAD + _CARDS) for x in (0, _WIDTH)]
    for panel, place in zip(panels, places):
        frame.paste(panel, place)
    drawing.line([(_WIDTH, 0), (_WIDTH, frame.height)], fill=PALE)
    return frame


def _cards(id: str) -> Iterator[Image.Image]:
    """Yield panels of a hand: its cards, and beside them the rule and the formula."""
    env = gym.make(f"gp_env:{id}")
    played = gp_env.replay.record(env, seed=0, options={"hand": HAND})
    table = _small(played.table)
    for moment in played.moments:
        panel, drawing = _panel(_CARDS)
        panel.paste(table, (_MARGIN, _MARGIN))
        left = 2 * _MARGIN + _SIDE
        room = _WIDTH - left - _MARGIN
        scene = moment.scene
        write_line(drawing, (left, 24), f"Make {scene.target}", PALE, _LARGE, room)
        write_lines(drawing, (left, 56), describe_rule(scene.rule), INK, _SMALL, room, 2)
        formula = result_of(scene) if scene.is_over else printed(scene.formula) or "..."
        colour = RIGHT if scene.is_over else INK
        write_line(drawing, (left, 112), formula, colour, _LARGE, room, 10)
        yield panel


def _streets(id: str) -> Iterator[Image.Image]:
    """Yield panels of a walk: the view ahead and the map, and below them what is told and done."""
    env = gym.make(f"virl_env:{id}", **WALK)
    played = virl_env.replay.record(env, seed=WALK_SEED)
    for moment in played.moments:
        panel, drawing = _panel(_STREETS)
        ahead = moment.views[: len(moment.views) // 2, : len(moment.views) // 2]
        panel.paste(_small(ahead), (_MARGIN, _MARGIN))
        panel.paste(_small(moment.map), (2 * _MARGIN + _SIDE, _MARGIN))
        room = _WIDTH - 2 * _MARGIN
        told = f"{moment.line + 1}. {played.instructions[moment.line]}"
        top = _SIDE + 2 * _MARGIN
        write_line(drawing, (_MARGIN, top), RULES[id], PALE, _SMALL, room)
        write_lines(drawing, (_MARGIN, top + 22), told, INK, _SMALL, room, 2)
        done = moment.done or "arrived"
        write_line(drawing, (_MARGIN, top + 66), done, RIGHT, _LARGE, room)
        yield panel


def _panel(height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    panel = Image.new("RGB", (_WIDTH, height), GROUND)
    return panel, ImageDraw.Draw(panel)


def _small(picture: NDArray[Any]) -> Image.Image:
    return Image.fromarray(picture).resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)

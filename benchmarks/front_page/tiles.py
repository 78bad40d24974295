"""A small picture of each shift of each task: the ids as two rows of pictures."""

from __future__ import annotations

from pathlib import Path

import gymnasium as gym
from PIL import Image

import gp_env.replay
import virl_env.replay
from shiftgym.recordings.colours import painted, spread

SIDE = 192
"""Pixels."""

HAND = "K 4 3 2"
SEED = 3
_COLOURS = 96

TILES = {
    "cards": "GeneralPoints-Image-v0",
    "cards-look": "GeneralPoints-Image-VisualOOD-v0",
    "streets": "VIRLNavigation-Image-v0",
    "streets-look": "VIRLNavigation-Image-VisualOOD-v0",
}
"""What is drawn of which id; another rule changes no picture."""


def write_tiles(folder: Path) -> list[Path]:
    """Write the pictures into a folder; return their paths."""
    paths = []
    for name, id in TILES.items():
        picture = _cards(id) if "General" in id else _streets(id)
        small = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        path = folder / f"tile-{name}.png"
        painted(small, spread(small, _COLOURS)).save(path, optimize=True)
        paths.append(path)
    return paths


def _cards(id: str) -> Image.Image:
    played = gp_env.replay.record(gym.make(id), seed=SEED, options={"hand": HAND}, max_steps=1)
    return Image.fromarray(played.table)


def _streets(id: str) -> Image.Image:
    played = virl_env.replay.record(gym.make(id), seed=SEED, max_steps=1)
    views = played.moments[0].views
    ahead = len(views) // 2
    return Image.fromarray(views[:ahead, :ahead])

"""The games of TinyLM, by name: a model's configuration says which one it is for."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from shiftgym.files import FileError, brief

if TYPE_CHECKING:
    from agents.tinylm.game import Game

MODULES = {
    "cards": ".gp.dialogues",
    "cards-working": ".gp.worked_dialogues",
    "streets": ".virl.dialogues",
    "streets-working": ".virl.worked_dialogues",
    "cards-images": ".vision.cards",
    "streets-images": ".vision.streets",
}
"""Where the game of a name lies in this package, as GAME.

Those with images show what the others tell.
"""


def find_game(name: str) -> Game:
    """Return one of the games in MODULES; ValueError for another name."""
    if name not in MODULES:
        raise ValueError(f"game={name!r} is unknown: expected one of {', '.join(MODULES)}.")
    game: Game = import_module(MODULES[name], __package__).GAME
    return game


_MOST = {"width": 2**14, "layers": 256, "heads": 256, "context": 2**20}
"""Of a network that a file tells of: far more than there is any use for."""


def checked_config(path: str | os.PathLike[str], told: Any) -> dict[str, Any]:
    """Return the arguments of a `TinyLMConfig` that a file tells of.

    Raises:
        FileError: naming the file, for other arguments, types or games, or out of all bounds.
    """
    if not isinstance(told, dict) or not all(
        told[name] in MODULES
        if name == "game" and isinstance(told[name], str)
        else name in _MOST and type(told[name]) is int and 1 <= told[name] <= _MOST[name]
        for name in told
    ):
        raise FileError(
            f"{path} has the config {brief(told)}; expected width, layers, heads, context and game "
            f"of a TinyLMConfig. Name a file that a learner saved."
        )
    if told.get("width", 128) % told.get("heads", 4):
        raise FileError(
            f"{path} has the config {brief(told)}; expected a width that is a multiple of heads. "
            f"Name a file that a learner saved."
        )
    return told


def least_size(config: Any) -> int:
    """Return how many weights a language model of this `TinyLMConfig` has at the least."""
    return int(config.width * (config.layers * config.width + config.context))

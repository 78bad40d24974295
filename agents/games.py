"""The games of TinyLM, by name: a model's configuration says which one it is for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agents.tinylm.game import Game

MODULES = {
    "cards": "agents.gp.dialogues",
    "streets": "agents.virl.dialogues",
    "cards-images": "agents.vision.cards",
    "streets-images": "agents.vision.streets",
}
"""Where the game of a name lies, as GAME. Those with images show what the others tell."""


def find_game(name: str) -> Game:
    """Return one of the games in MODULES; ValueError for another name."""
    if name not in MODULES:
        raise ValueError(f"game={name!r} is unknown: expected one of {', '.join(MODULES)}.")
    game: Game = import_module(MODULES[name]).GAME
    return game

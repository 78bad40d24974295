"""How fast tables of cards are drawn and seen: `python -m benchmarks.speed.pictures`."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np

import gp_env
from benchmarks.speed.rows import best_speeds, row, show
from gp_env.pictures.cards import forget_cards
from gp_env.pictures.look import draw_look
from gp_env.pictures.table import _block, draw_table

COPIES, STEPS, TABLES = 64, 200, 20
HAND = (2, 5, 8, 11), (1, 2, 3, 4)


def measure() -> list[dict[str, Any]]:
    """Time tables and copies that see them, on one core."""
    generator = np.random.default_rng(0)
    actions = generator.integers(0, len(gp_env.TOKENS), (STEPS, COPIES))
    envs = {
        look: gym.make_vec("GeneralPoints-Image-v0", num_envs=COPIES, look=look)
        for look in ("plain", "random")
    }

    def play(look: str) -> None:
        envs[look].reset(seed=0)
        for action in actions:
            envs[look].step(action)

    def draw(size: int) -> None:
        for _ in range(TABLES):
            draw_table(*HAND, size)

    def first() -> None:
        forget_cards()
        _block.cache_clear()
        draw_table(*HAND, 1200)

    def vary() -> None:
        for seed in range(TABLES):
            draw_table(*HAND, 84, draw_look(seed), seed)

    speeds = best_speeds(
        {
            "plain": lambda: play("plain"),
            "random": lambda: play("random"),
            "large": lambda: draw(1200),
            "first": first,
            "small": lambda: draw(84),
            "varied": vary,
        },
        {
            **dict.fromkeys(("plain", "random"), STEPS * COPIES),
            **dict.fromkeys(("large", "small", "varied"), TABLES),
            "first": 1,
        },
    )
    return [
        row(f"vector cards seen, {COPIES} copies of 84", speeds["plain"], "observations/s", 5_000),
        row("the same, random looks and actions", speeds["random"], "observations/s"),
        row("a table of 1200, cards drawn before", 1e3 / speeds["large"], "ms", 5, at_most=True),
        row("the same, cards never drawn before", 1e3 / speeds["first"], "ms"),
        row("a table of 84, its cards drawn before", 1e3 / speeds["small"], "ms"),
        row("a table of 84 in a random look", 1e3 / speeds["varied"], "ms"),
    ]


if __name__ == "__main__":
    show(measure())

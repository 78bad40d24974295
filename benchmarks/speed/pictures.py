"""How fast tables of cards are drawn and seen: `python -m benchmarks.speed.pictures`."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import gymnasium as gym
import numpy as np

import gp_env
from benchmarks.speed.rows import best_speeds, row, show, with_ratios
from gp_env.pictures.cards import forget_cards
from gp_env.pictures.look import draw_look
from gp_env.pictures.table import draw_table

COPIES, STEPS, TABLES = 64, 200, 20
HAND = (2, 5, 8, 11), (1, 2, 3, 4)

HANDS = 100
"""Dealt one after another, to see what a table costs while cards are still being drawn."""

FIRST = """
import time
from gp_env.pictures.table import draw_table
started = time.perf_counter()
draw_table({ranks}, {suits}, 1200)
print(time.perf_counter() - started)
"""
"""Run in a process of its own, in which nothing was drawn before."""


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

    def cold() -> None:
        forget_cards()
        draw_table(*HAND, 1200)

    deals = [
        (generator.integers(1, 14, 4).tolist(), generator.integers(1, 5, 4).tolist())
        for _ in range(HANDS)
    ]

    def deal() -> None:
        forget_cards()
        for hand in deals:
            draw_table(*hand, 1200)

    def vary() -> None:
        for seed in range(TABLES):
            draw_table(*HAND, 84, draw_look(seed), seed)

    speeds = best_speeds(
        {
            "plain": lambda: play("plain"),
            "random": lambda: play("random"),
            "large": lambda: draw(1200),
            "cold": cold,
            "dealt": deal,
            "small": lambda: draw(84),
            "varied": vary,
        },
        {
            **dict.fromkeys(("plain", "random"), STEPS * COPIES),
            **dict.fromkeys(("large", "small", "varied"), TABLES),
            "cold": 1,
            "dealt": HANDS,
        },
    )
    return [
        row(f"vector cards seen, {COPIES} copies of 84", speeds["plain"], "observations/s", 5_000),
        row("the same, random looks and actions", speeds["random"], "observations/s"),
        row("a table of 1200, cards drawn before", 1e3 / speeds["large"], "ms", 5, at_most=True),
        row("the same, no card, rank or suit drawn before", 1e3 / speeds["cold"], "ms"),
        row("the same, the very first of a process", 1e3 * first_seconds(), "ms"),
        row(
            f"each of the first {HANDS} hands on tables of 1200",
            *(1e3 / speeds["dealt"], "ms", 5),
            at_most=True,
        ),
        row("a table of 84, its cards drawn before", 1e3 / speeds["small"], "ms"),
        row("a table of 84 in a random look", 1e3 / speeds["varied"], "ms"),
    ]


def first_seconds(rounds: int = 3) -> float:
    """Return what the first table of a process takes, imports not counted: the best of rounds."""
    code = FIRST.format(ranks=HAND[0], suits=HAND[1])
    return min(
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(rounds)
    )


if __name__ == "__main__":
    show(with_ratios(measure()))

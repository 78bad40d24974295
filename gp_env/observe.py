"""What an agent without eyes or words sees: 56 small integers, and the space that declares them.

The largest case is declared and nothing else changes it: six card slots, values to 19, formulas of
19 tokens. So one network plays every variant.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gp_env.arithmetic import TOKENS
from gp_env.config import MAX_ATTEMPTS, MAX_TARGET, GameConfig
from gp_env.deal import Deals
from gp_env.deck import LARGE_RANKS, MAX_CARDS, SUITS, Hand
from gp_env.dynamics import MAX_TOKENS
from gp_env.rules import MAX_VALUE, Rule
from gp_env.verifier import OUTCOME_NAMES
from shiftgym.fields import Fields

FIELDS = Fields(
    {
        "ranks": (LARGE_RANKS,) * MAX_CARDS,
        "suits": (len(SUITS),) * MAX_CARDS,
        "rule": (MAX_VALUE,) * 3,
        "target": (MAX_TARGET,),
        "formula": (len(TOKENS),) * MAX_TOKENS,
        "previous": (len(TOKENS),) * MAX_TOKENS,
        "attempts_left": (MAX_ATTEMPTS,),
        "outcome": (len(OUTCOME_NAMES) - 1,),
    }
)
"""The highest number of each place of a field; a token is its index plus one."""

LAYOUT: Mapping[str, slice] = FIELDS.layout
"""Where each field lies in an observation: "ranks", "suits", "rule" (J, Q, K), "target", "formula",
"previous" (the attempt before), "attempts_left", "outcome" (code of the last attempt)."""

SIZE = FIELDS.size

ONEHOT_LAYOUT: Mapping[str, slice] = FIELDS.onehot.layout
"""Where each field lies in an observation of `observation="onehot"`."""


def first_rows(deals: Deals, config: GameConfig) -> NDArray[np.uint8]:
    """Return what is seen at the start of each episode: uint8 of shape (n, 56)."""
    first = np.zeros(SIZE, dtype=np.uint8)
    first[LAYOUT["rule"]] = config.stated_rule or config.rule or (0, 0, 0)
    first[LAYOUT["target"]] = config.target
    first[LAYOUT["attempts_left"]] = config.max_attempts
    rows = np.repeat(first.view(FIELDS.blocks), len(deals.ranks))
    rows["ranks"] = _blocks(deals.ranks)
    rows["suits"] = _blocks(deals.suits)
    if config.stated_rule is None and config.rule is None:
        rows["rule"] = _blocks(deals.rules)
    return rows.view(np.uint8).reshape(-1, SIZE)


def _blocks(field: NDArray[np.uint8]) -> NDArray[np.void]:
    """Return the rows of a field of shape (n, k) as n blocks of bytes."""
    return np.ascontiguousarray(field).view(f"V{field.shape[1]}")[:, 0]


def hand_of(observation: NDArray[np.uint8]) -> Hand:
    """Return the hand that an observation of shape (56,) shows."""
    ranks, suits = observation[LAYOUT["ranks"]], observation[LAYOUT["suits"]]
    held = ranks > 0
    return Hand(tuple(ranks[held].tolist()), tuple(suits[held].tolist()))


def decode(observation: NDArray[Any]) -> dict[str, Any]:
    """Return one observation as named Python values, for people and for tests.

    Its shape is (56,), or (1355,) with `observation="onehot"`.

    Keys: hand (Hand), rule (Rule as stated), target, formula and previous (token strings),
    attempts_left, outcome.

    Raises:
        ValueError: for what is not one observation.
    """
    numbers = FIELDS.integers(observation)
    field = FIELDS.lists(numbers)
    return {
        "hand": hand_of(numbers),
        "rule": Rule(*field["rule"]),
        "target": field["target"][0],
        "formula": [TOKENS[code - 1] for code in field["formula"] if code],
        "previous": [TOKENS[code - 1] for code in field["previous"] if code],
        "attempts_left": field["attempts_left"][0],
        "outcome": OUTCOME_NAMES[field["outcome"][0]],
    }


def as_text(observation: NDArray[np.uint8]) -> str:
    """Return one observation of shape (56,) as a few lines for a terminal."""
    seen = decode(observation)
    jack, queen, king = seen["rule"]
    lines = [
        f"Cards   {seen['hand']}",
        f"Rule    J={jack} Q={queen} K={king}",
        f"Target  {seen['target']}",
        f"Formula {' '.join(seen['formula']) or '(empty)'}",
    ]
    if seen["previous"]:
        lines.append(f"Before  {' '.join(seen['previous'])}  ->  {seen['outcome']}")
    lines.append(f"Attempts left {seen['attempts_left']}")
    return "\n".join(lines)

"""What an agent without eyes or words sees: 56 small integers, and the space that declares them.

The largest case is declared and nothing else changes it: six card slots, values to 19, formulas of
19 tokens. So one network plays every variant.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from gp_env.arithmetic import TOKENS
from gp_env.config import MAX_ATTEMPTS, MAX_TARGET, GameConfig
from gp_env.deal import Deals
from gp_env.deck import LARGE_RANKS, MAX_CARDS, SUITS, Hand
from gp_env.dynamics import MAX_TOKENS
from gp_env.rules import MAX_VALUE, Rule
from gp_env.verifier import OUTCOME_NAMES

_FIELDS = {
    "ranks": (MAX_CARDS, LARGE_RANKS),
    "suits": (MAX_CARDS, len(SUITS)),
    "rule": (3, MAX_VALUE),
    "target": (1, MAX_TARGET),
    "formula": (MAX_TOKENS, len(TOKENS)),
    "previous": (MAX_TOKENS, len(TOKENS)),
    "attempts_left": (1, MAX_ATTEMPTS),
    "outcome": (1, len(OUTCOME_NAMES) - 1),
}
"""Each field's length and highest number; 0 is an empty slot, a token is its index plus one."""


def _layout() -> Mapping[str, slice]:
    layout, start = {}, 0
    for name, (length, _) in _FIELDS.items():
        layout[name] = slice(start, start + length)
        start += length
    return MappingProxyType(layout)


LAYOUT: Mapping[str, slice] = _layout()
"""Where each field lies in an observation: "ranks", "suits", "rule" (J, Q, K), "target", "formula",
"previous" (the attempt before), "attempts_left", "outcome" (code of the last attempt)."""

SIZE = sum(length for length, _ in _FIELDS.values())

ROW_FIELDS = np.dtype([(name, f"V{length}") for name, (length, _) in _FIELDS.items()])
"""An observation row seen as one block of bytes a field, so that a field moves in one copy."""


def observation_space() -> spaces.MultiDiscrete[Any]:
    """Return the space of observations: MultiDiscrete of shape (56,), uint8."""
    counts = [high + 1 for length, high in _FIELDS.values() for _ in range(length)]
    space = spaces.MultiDiscrete(np.array(counts), dtype=np.uint8)
    # Counted in the dtype of observations they overflow wherever a library sums them, as SB3 does.
    space.nvec = np.array(counts, dtype=np.int64)
    return space


def opening(deals: Deals, config: GameConfig) -> NDArray[np.uint8]:
    """Return what is seen at the start of each episode: uint8 of shape (n, 56)."""
    first = np.zeros(SIZE, dtype=np.uint8)
    first[LAYOUT["rule"]] = config.stated_rule or config.rule or (0, 0, 0)
    first[LAYOUT["target"]] = config.target
    first[LAYOUT["attempts_left"]] = config.max_attempts
    rows = np.repeat(first.view(ROW_FIELDS), len(deals.ranks))
    rows["ranks"] = _blocks(deals.ranks)
    rows["suits"] = _blocks(deals.suits)
    if config.stated_rule is None and config.rule is None:
        rows["rule"] = _blocks(deals.rules)
    return rows.view(np.uint8).reshape(-1, SIZE)


def _blocks(field: NDArray[np.uint8]) -> NDArray[np.void]:
    """Return the rows of a field of shape (n, k) as n blocks of bytes."""
    return np.ascontiguousarray(field).view(f"V{field.shape[1]}")[:, 0]


def decode(observation: NDArray[np.uint8]) -> dict[str, Any]:
    """Return one observation of shape (56,) as named Python values, for people and for tests.

    Keys: hand (Hand), rule (Rule as stated), target, formula and previous (token strings),
    attempts_left, outcome.
    """
    field = {name: observation[where].tolist() for name, where in LAYOUT.items()}
    held = [slot for slot, rank in enumerate(field["ranks"]) if rank]
    return {
        "hand": Hand(
            tuple(field["ranks"][slot] for slot in held),
            tuple(field["suits"][slot] for slot in held),
        ),
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

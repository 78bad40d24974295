"""What the reset options of a single environment ask for."""

from __future__ import annotations

from typing import Any

from gp_env.deck import Hand
from shiftgym.seeding import check_episode_seed, check_options


def read_options(options: dict[str, Any] | None) -> tuple[int | None, Hand | None]:
    """Return the episode seed and the hand that the reset options of a single environment ask for.

    Raises:
        ValueError: for an unknown option, an episode seed out of range or what is no hand.
    """
    checked = check_options(options, ("episode_seed", "hand"))
    seed, hand = checked.get("episode_seed"), checked.get("hand")
    return (
        None if seed is None else check_episode_seed(seed),
        None if hand is None else Hand.parse(hand),
    )

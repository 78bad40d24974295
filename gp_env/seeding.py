"""Which episode comes next: the book-keeping of seeds and reset options, for every shell."""

from __future__ import annotations

import secrets
from typing import Any

import numpy as np

from gp_env.deck import Hand
from gp_env.mixer import EPISODE_SEED_BITS, MAX_EPISODE_SEED, episode_seeds

WORD = 2**64 - 1

RESET_OPTIONS = ("episode_seed", "hand")


class SeedSequence:
    """The episodes of one single environment (copy 0), in order."""

    def __init__(self) -> None:
        self._seed = secrets.randbits(EPISODE_SEED_BITS)
        self._episode = 0

    def next(self, seed: int | None, options: dict[str, Any] | None) -> tuple[int, Hand | None]:
        """Return the seed of the next episode, and the hand that the options ask for.

        Args:
            seed: what `reset(seed=)` was given; None goes on in the running sequence.
            options: what `reset(options=)` was given.
        """
        checked = check_options(options)
        if seed is not None:
            self._seed, self._episode = seed, 0
        given = checked.get("episode_seed")
        hand = checked.get("hand")
        fixed = None if hand is None else Hand.parse(hand)
        if given is not None:
            return check_episode_seed(given), fixed
        drawn = episode_seeds(
            *(np.array([part], dtype=np.uint64) for part in (self._seed & WORD, 0, self._episode))
        )
        self._episode += 1
        return int(drawn[0]), fixed


def check_options(
    options: dict[str, Any] | None, known: tuple[str, ...] = RESET_OPTIONS
) -> dict[str, Any]:
    """Return the reset options, an empty dict for None.

    Raises:
        ValueError: where a key is not a known one.
    """
    unknown = sorted(set(options or ()) - set(known))
    if unknown:
        raise ValueError(
            f"Unknown reset option {unknown[0]!r}: expected {' or '.join(map(repr, known))}."
        )
    return options or {}


def check_episode_seed(seed: Any) -> int:
    """Return an episode seed as int.

    Raises:
        ValueError: where it is not an integer in [0, 2**62).
    """
    if not hasattr(seed, "__index__") or not 0 <= seed < MAX_EPISODE_SEED:
        raise ValueError(
            f"An episode seed is an integer from 0 to 2**62 - 1, as in info['episode_seed']; "
            f"got {seed!r}."
        )
    return int(seed)

"""Which episode comes next: the book-keeping of seeds and reset options, for every shell."""

from __future__ import annotations

import operator
import secrets
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from shiftgym.mixer import EPISODE_SEED_BITS, MAX_EPISODE_SEED, episode_seeds

_AT_ONCE = 8
"""Seeds that are hashed together: NumPy takes as long for one."""


class SeedSequence:
    """The episodes of one single environment (copy 0), in order.

    Attributes:
        coming: the seeds of the next episodes, of those that are known already.
    """

    def __init__(self) -> None:
        self._seed = secrets.randbits(EPISODE_SEED_BITS)
        self._episode = 0
        self.coming: list[int] = []

    def next(self, seed: int | None, given: int | None) -> int:
        """Return the seed of the next episode.

        Args:
            seed: what `reset(seed=)` was given; None goes on in the running sequence.
            given: the episode seed that the options ask for; the sequence does not move then.
        """
        if seed is not None:
            self._seed, self._episode, self.coming = seed, 0, []
        if given is not None:
            return given
        if not self.coming:
            episodes = np.arange(self._episode, self._episode + _AT_ONCE, dtype=np.uint64)
            seeds = np.full(_AT_ONCE, self._seed, dtype=np.uint64)
            self.coming = episode_seeds(seeds, np.zeros_like(seeds), episodes).tolist()
            self._episode += _AT_ONCE
        return self.coming.pop(0)


def check_seed(seed: Any) -> int | None:
    """Return what `reset(seed=)` was given as int, None for None.

    Raises:
        ValueError: where it is not an integer in [0, 2**64).
    """
    return None if seed is None else _integer_below(seed, 2**64, "A seed", "2**64 - 1")


def check_options(options: dict[str, Any] | None, known: Collection[str]) -> dict[str, Any]:
    """Return the reset options, an empty dict for None.

    Raises:
        ValueError: where a key is not a known one, or they are no dict.
    """
    if options is not None and not isinstance(options, Mapping):
        raise ValueError(
            f"Reset options are a dict with {' or '.join(map(repr, known))}; got {options!r}."
        )
    unknown = sorted(map(str, set(options or ()) - set(known)))
    if unknown:
        raise ValueError(
            f"Unknown reset option {unknown[0]!r}: expected {' or '.join(map(repr, known))}."
        )
    return dict(options or {})


def refuse_both(options: Mapping[str, Any], one: str, other: str) -> None:
    """Refuse two reset options that say the same.

    Raises:
        ValueError: where both are there.
    """
    if options.get(one) is not None and options.get(other) is not None:
        raise ValueError(
            f"Reset options have both {one!r} and {other!r}, and each says which episode to play. "
            f"Leave one out."
        )


def check_episode_seed(seed: Any) -> int:
    """Return an episode seed, as in `info["episode_seed"]`, as int.

    Raises:
        ValueError: where it is not an integer in [0, 2**62).
    """
    return _integer_below(seed, MAX_EPISODE_SEED, "An episode seed", "2**62 - 1")


def _integer_below(value: Any, bound: int, what: str, highest: str) -> int:
    try:
        number = -1 if isinstance(value, (bool, np.bool_)) else operator.index(value)
    except TypeError:
        number = -1
    if not 0 <= number < bound:
        raise ValueError(f"{what} is an integer from 0 to {highest}; got {value!r}.")
    return number

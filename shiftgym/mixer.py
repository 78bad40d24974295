"""Random numbers as a function of where they are used, not of what was drawn before.

Every draw is SplitMix64's output function applied to (episode seed, draw number). So it vectorises
over copies, a single and a vector environment agree, and the numbers are the same on every machine
and NumPy version (NumPy promises no stream for its distributions).

SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Words: TypeAlias = NDArray[np.uint64]

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_GAMMA_INT, _MIX_1_INT, _MIX_2_INT = map(int, (_GAMMA, _MIX_1, _MIX_2))
_MASK = 2**64 - 1
_SHIFT_30, _SHIFT_27, _SHIFT_31, _SHIFT_32 = (np.uint64(shift) for shift in (30, 27, 31, 32))

EPISODE_SEED_BITS = 61
"""An environment's own episode seeds are below `2**61`; `2**61` to `2**62` is left to test suites,
so that an episode of training and one of a test never share a seed."""

MAX_EPISODE_SEED = 2**62


def words(seeds: Words, number: int | Words) -> Words:
    """Return draw `number` (0, 1, ...) of each seed: uniform 64-bit words.

    They are shaped like `seeds`, or as these and an array of numbers broadcast.
    """
    steps: np.uint64 | Words
    if isinstance(number, int):
        steps = np.uint64((number + 1) * int(_GAMMA) & 0xFFFFFFFFFFFFFFFF)
    else:
        steps = (number + np.uint64(1)) * _GAMMA
    word: Words = seeds + steps
    word ^= word >> _SHIFT_30
    word *= _MIX_1
    word ^= word >> _SHIFT_27
    word *= _MIX_2
    word ^= word >> _SHIFT_31
    return word


def word(seed: int, number: int) -> int:
    """Return draw `number` of one seed: what `words` returns, without an array's cost for one."""
    drawn = (seed + (number + 1) * _GAMMA_INT) & _MASK
    drawn = (drawn ^ drawn >> 30) * _MIX_1_INT & _MASK
    drawn = (drawn ^ drawn >> 27) * _MIX_2_INT & _MASK
    return drawn ^ drawn >> 31


def integers(seeds: Words, number: int, bound: int | Words) -> NDArray[np.int64]:
    """Return draw `number` of each seed as an integer in [0, bound), 1 <= bound < 2**31.

    The upper 32 bits are multiplied by the bound and shifted down, so no value is likelier than
    another by more than one part in 2**32 / bound.
    """
    scaled = (words(seeds, number) >> _SHIFT_32) * np.asarray(bound, dtype=np.uint64)
    drawn: NDArray[np.int64] = (scaled >> _SHIFT_32).view(np.int64)
    return drawn


def episode_seeds(seeds: Words, copies: Words, episodes: Words) -> NDArray[np.int64]:
    """Return the seed of each episode: a hash of (reset seed, copy, episode number).

    Args:
        seeds: what `reset(seed=)` was given.
        copies: index of the copy inside a vector environment; a single environment is copy 0.
        episodes: number of the episode since `reset(seed=)`, from 0.

    Returns:
        Integers in [0, 2**61), as int64.
    """
    word = words(seeds, 0)
    word = words(word ^ copies, 1)
    word = words(word ^ episodes, 2)
    drawn: NDArray[np.int64] = (word >> np.uint64(64 - EPISODE_SEED_BITS)).view(np.int64)
    return drawn

"""Each hand or route once: the episode seeds of a column that deal no hand or route again.

An environment draws, so that 500 episodes stand for far fewer hands. Here the seeds of a stream are
tried in order, and one that deals what an earlier one dealt is left out. So a row replays from its
episode seed like any other, and columns that deal alike have the same seeds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.suites import numbered_seeds
from shiftgym.once import once_property

_FIRST, _MOST = 128, 1 << 14
"""Seeds that are tried at once, at first and at most."""

_TRIES = 50
"""Seeds that are tried for each that is wanted, where nobody knows how many there are to find."""


@dataclass(frozen=True)
class Deals:
    """What an environment deals, for choosing among its episodes.

    Attributes:
        keys: int64 of shape (n,) for n episode seeds, equal where the same hand or route is dealt.
        total: how many different keys there are; None where they are too many to count.
        groups: of each key, counting from 0, what short lists have in equal numbers, such as the
            city of a route; None for nothing.
    """

    keys: Callable[[NDArray[np.int64]], NDArray[np.int64]]
    total: int | None
    groups: NDArray[np.int64] | None = None


def choose(stream: str, deals: Deals, count: int | None) -> list[int]:
    """Return the first seeds of a stream that deal different hands or routes.

    Args:
        stream: name of the stream, see `Suite.stream`.
        deals: what the environment deals.
        count: how many, None for one of each. A longer list begins with a shorter.

    Returns:
        `count` seeds, or fewer where there are fewer hands or routes.

    Raises:
        ValueError: for None where they are too many to count.
    """
    total, groups = deals.total, deals.groups
    if count is None and total is None:
        raise ValueError("There are too many hands or routes to play each; ask for a number.")
    wanted = min(number for number in (count, total) if number is not None)
    if groups is None:
        return list(_found(stream, deals, wanted).values())
    # In turns, by how many of its group come before.
    found, turns = _found(stream, deals, len(groups)), Counter[int]()
    order = []
    for key, seed in found.items():
        group = int(groups[key])
        order.append((turns[group], seed))
        turns[group] += 1
    return [seed for _, seed in sorted(order, key=lambda one: one[0])][:wanted]


def _found(stream: str, deals: Deals, wanted: int) -> dict[int, int]:
    """Return the first seed of each of `wanted` keys, in order; fewer where no more are found."""
    found: dict[int, int] = {}
    start, chunk = 0, _FIRST
    while len(found) < wanted and (deals.total is not None or start < _TRIES * wanted):
        seeds = _tried(stream, start, start + chunk)
        keys = deals.keys(np.array(seeds, dtype=np.int64))
        for first in np.sort(np.unique(keys, return_index=True)[1]).tolist():
            if len(found) < wanted:
                found.setdefault(int(keys[first]), seeds[first])
        start, chunk = start + chunk, min(2 * chunk, _MOST)
    return found


@lru_cache(maxsize=32)
def _tried(stream: str, start: int, stop: int) -> tuple[int, ...]:
    """Return some seeds of a stream: every column of a suite tries the same ones."""
    return tuple(numbered_seeds(stream, range(start, stop)))


class LazySeeds(Sequence[int]):
    """Episode seeds that are chosen when one is read; their number is known beforehand.

    To choose them is to deal a whole column, which takes longer than all else before a first
    request.

    Args:
        count: how many there are.
        choose: gives them, as many.
        what: names the column in the error.
    """

    def __init__(self, count: int, choose: Callable[[], list[int]], what: str) -> None:
        self._count, self._choose, self._what = count, choose, what

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        return self._seeds[index]

    # One column after the other: all instances share the lock of this property, so that threads
    # which begin together do not slow down the first.
    @once_property
    def _seeds(self) -> list[int]:
        seeds = self._choose()
        if len(seeds) != self._count:
            raise ValueError(
                f"{self._what} {len(seeds)} different episodes were found, and {self._count} "
                f"promised by its total in the suite's file. Correct the total, or name fewer by "
                f"--episodes."
            )
        return seeds

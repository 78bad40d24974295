"""Observations of small integers as named fields: their layout, size, space and parts.

A task states the highest number of each place once, and everything else follows from that, so that
a space and what is observed in it cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from shiftgym.checks import shown
from shiftgym.onehot import OneHot


class Fields:
    """Fields that lie one behind another in an observation of dtype uint8.

    Args:
        highs: of each field, the highest number of each of its places, at most 254; 0 is the lowest
            and stands for an empty place.

    Attributes:
        layout: where each field lies, as a slice.
        size: places of all fields together.
        blocks: dtype of an observation seen as one block of bytes a field, so that a whole field
            moves in one copy: `rows.view(blocks)[:, 0]["rule"]`.
    """

    def __init__(self, highs: Mapping[str, Sequence[int]]) -> None:
        self._highs = {name: tuple(field) for name, field in highs.items()}
        ends = np.cumsum([len(field) for field in self._highs.values()]).tolist()
        self.layout: Mapping[str, slice] = MappingProxyType(
            {
                name: slice(end - len(field), end)
                for (name, field), end in zip(self._highs.items(), ends)
            }
        )
        self.size: int = ends[-1]
        self.blocks = np.dtype([(name, f"V{len(field)}") for name, field in self._highs.items()])

    def space(self) -> spaces.MultiDiscrete[Any]:
        """Return the space of observations: MultiDiscrete of shape (size,), uint8."""
        counts = self._counts()
        space = spaces.MultiDiscrete(counts, dtype=np.uint8)
        # In the dtype of observations they would overflow wherever a library sums them, as SB3
        # does.
        space.nvec = counts  # type: ignore[assignment]
        return space

    @cached_property
    def onehot(self) -> OneHot:
        """The one-hot form of these observations."""
        return OneHot(self._counts(), self.layout)

    def without(self, names: Iterable[str]) -> Fields:
        """Return the fields but those of these names."""
        left_out = set(names)
        return Fields({name: f for name, f in self._highs.items() if name not in left_out})

    def places_without(self, names: Iterable[str]) -> NDArray[np.int64]:
        """Return the places of all fields but those of these names, in order."""
        left_out = set(names)
        kept = [np.arange(f.start, f.stop) for n, f in self.layout.items() if n not in left_out]
        return np.concatenate(kept)

    def integers(self, observation: NDArray[Any]) -> NDArray[np.uint8]:
        """Return one observation, of shape (size,) or one-hot, as integers of shape (size,).

        Raises:
            ValueError: for another shape, a number out of its field's range, or a row that is not
                one-hot.
        """
        seen = np.asarray(observation)
        if seen.shape == (self.size,):
            self._check(seen)
            return seen.astype(np.uint8, copy=False)
        if seen.shape == (self.onehot.size,):
            return self.onehot.decode(seen)
        raise ValueError(
            f"One observation has the shape ({self.size},), or ({self.onehot.size},) with "
            f"observation='onehot'; got {seen.shape}. Of many, pass one row."
        )

    def lists(self, observation: NDArray[np.uint8]) -> dict[str, list[int]]:
        """Return the numbers of each field of one observation of shape (size,)."""
        return {name: observation[where].tolist() for name, where in self.layout.items()}

    def _check(self, seen: NDArray[Any]) -> None:
        """Refuse numbers that no observation of shape (size,) holds."""
        for name, where in self.layout.items():
            for place, (value, high) in enumerate(zip(seen[where].tolist(), self._highs[name])):
                if value not in range(high + 1):
                    raise ValueError(
                        f"Place {place} of the field {name!r} of an observation holds a whole "
                        f"number from 0 to {high}; got {shown(value)}."
                    )

    def _counts(self) -> NDArray[np.int64]:
        """Return how many numbers each place can hold."""
        return np.array([high + 1 for field in self._highs.values() for high in field])

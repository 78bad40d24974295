"""Looks of drawn pictures as data: severities from 0 to 5, checked, or drawn for each episode.

A task names its axes in a frozen dataclass, and the draw number of each axis; what a severity does
to a picture is the business of whoever draws it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Generic, TypeVar

import numpy as np

from shiftgym.checks import in_range, is_same, shown
from shiftgym.mixer import Words, integers

MAX_SEVERITY = 5

MAX_DRAWN = 3
"""Highest severity of a random look, so that curves over severities reach beyond it."""

PLAIN, RANDOM = "plain", "random"

L = TypeVar("L")


def axes_of(kind: Any, other: str) -> tuple[str, ...]:
    """Return the names of the severities of a look's dataclass: of all fields but the other one."""
    return tuple(field.name for field in fields(kind) if field.name != other)


def check_severities(look: Any, other: str) -> None:
    """Turn the severities of a frozen dataclass into int, while it is made.

    Args:
        look: the dataclass.
        other: its field that is no severity.

    Raises:
        ValueError: for one that is not an integer from 0 to 5.
    """
    for axis in axes_of(look, other):
        keyword = f"The severity of {axis} in look"
        severity = in_range(keyword, getattr(look, axis), 0, MAX_SEVERITY)
        object.__setattr__(look, axis, severity)


@dataclass(frozen=True)
class Looks(Generic[L]):
    """The looks of a task.

    Attributes:
        kind: the dataclass of one look; without arguments it is plain.
        draws: the draw number of each severity inside an episode seed. Random looks are frozen: a
            severity that is added later stays 0 in them, and has no number here.
        other: the field that is no severity.
        draw_other: draws it.
        example: an axis for the messages.
    """

    kind: type[L]
    draws: Mapping[str, int]
    other: str
    draw_other: Callable[[Words], Any]
    example: str

    @property
    def axes(self) -> tuple[str, ...]:
        """The names of the severities."""
        return axes_of(self.kind, self.other)

    def check(self, look: str | Mapping[str, int] | L) -> L | None:
        """Return the look that the keyword `look` asks for, None for a random one in each episode.

        Args:
            look: "plain", "random", severities by their names, or a look.

        Raises:
            ValueError: for anything else.
        """
        if isinstance(look, self.kind):
            return look
        names = ", ".join(self.axes)
        if isinstance(look, Mapping):
            unknown = [axis for axis in look if axis not in self.axes]
            if unknown:
                raise ValueError(
                    f"look={shown(dict(look))} has the unknown entry {shown(unknown[0])}: expected "
                    f"severities from 0 to {MAX_SEVERITY} of {names}."
                )
            return self.kind(**look)
        if not is_same(look, PLAIN) and not is_same(look, RANDOM):
            raise ValueError(
                f"look={shown(look)} is unknown: expected {PLAIN!r}, {RANDOM!r} (another one in "
                f"each episode), or severities from 0 to {MAX_SEVERITY} such as "
                f"{{{self.example!r}: 3}}, of {names}."
            )
        return self.kind() if look == PLAIN else None

    def drawn(self) -> Callable[[int], L]:
        """Return the function that draws the look of an episode seed, 0 to 2**62.

        Severities go up to 3, and half of them are 0.
        """

        @lru_cache(maxsize=4096)
        def draw(episode_seed: int) -> L:
            seed = np.array([episode_seed], dtype=np.uint64)
            severities = {
                axis: max(0, int(integers(seed, number, 2 * MAX_DRAWN)[0]) - MAX_DRAWN + 1)
                for axis, number in self.draws.items()
            }
            return self.kind(**severities, **{self.other: self.draw_other(seed)})

        return draw

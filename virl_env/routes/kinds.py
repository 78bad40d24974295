"""What kind of route is asked for: how many turns, how long, with landmarks or without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from shiftgym.checks import in_range, number, one_of, shown
from virl_env.routes.route import MAX_LEGS

LANDMARKS = ("any", "all", "none")
"""Whether turning points have landmarks: where there are places, at all of them, at none."""

SHORTEST_LEG, LONGEST_LEG = 30.0, 500.0
"""Metres."""

MAX_LENGTH = 1e6
"""Metres; no route is as long."""


class RouteKind(NamedTuple):
    """What a route has to have.

    Attributes:
        legs: the numbers of legs that can have the length.
        length: shortest and longest, metres.
        landmarks: one of `LANDMARKS`.
    """

    legs: tuple[int, ...]
    length: tuple[float, float]
    landmarks: str

    def __str__(self) -> str:
        fewest, most, (shortest, longest) = self.legs[0] - 1, self.legs[-1] - 1, self.length
        return (
            f"turns {fewest} to {most}, {shortest:g} to {longest:g} metres and "
            f"landmarks={self.landmarks!r}"
        )

    @classmethod
    def make(cls, turns: Any, length: Any, landmarks: str) -> RouteKind:
        """Return what the keywords of `sample_route` ask for.

        Raises:
            ValueError: for one that is out of its range, or two that no route has together.
        """
        one_of("landmarks", landmarks, LANDMARKS)
        try:
            fewest, most = _two(turns)
            fewest = in_range("turns", fewest, 0, MAX_LEGS - 1)
            most = in_range("turns", most, fewest, MAX_LEGS - 1)
        except (TypeError, ValueError):
            raise ValueError(
                f"turns is (fewest, most), integers from 0 to {MAX_LEGS - 1}; got {shown(turns)}. "
                f"For two turns in every route, pass (2, 2)."
            ) from None
        try:
            shortest, longest = _two(length)
            shortest = number("length", shortest, 0, MAX_LENGTH)
            longest = number("length", longest, shortest, MAX_LENGTH)
        except (TypeError, ValueError):
            raise ValueError(
                f"length is (shortest, longest) in metres, 0 to {MAX_LENGTH:,.0f}; got "
                f"{shown(length)}. Pass, for example, (100, 2000)."
            ) from None
        legs = tuple(
            count
            for count in range(fewest + 1, most + 2)
            if SHORTEST_LEG * count <= longest and shortest <= LONGEST_LEG * count
        )
        if not legs:
            raise ValueError(
                f"No route has turns={turns!r} and length={length!r}: a leg has "
                f"{SHORTEST_LEG:.0f} to {LONGEST_LEG:.0f} metres. Change one of the two."
            )
        return cls(legs, (shortest, longest), landmarks)


def _two(pair: Any) -> tuple[Any, Any]:
    """Return the parts of a sequence of two."""
    if isinstance(pair, Mapping) or len(pair) != 2:
        raise ValueError
    return pair[0], pair[1]


DEFAULT_KIND = RouteKind.make((1, 4), (100.0, 2_000.0), "any")
"""The kind of route that is dealt unless another is asked for."""

"""Charts as numbers: where marks, whiskers and ticks of a drawing go."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.statistics import Estimate
from benchmarks.tables import interval

SIDE, LEFT, BELOW, ABOVE = 360, 44, 40, 12
"""Of a chart's plot, and of the room for labels to its left, below and above it."""

Ticks = Sequence[tuple[int, str]]


@dataclass(frozen=True)
class Mark:
    """An entry in a chart.

    Attributes:
        x, y: of its mark.
        across, along: the ends of its whiskers, horizontal and vertical; None for none.
        told: what it stands for, in words.
    """

    slug: str
    name: str
    track: str
    x: int
    y: int
    across: tuple[int, int] | None
    along: tuple[int, int]
    told: str


@dataclass(frozen=True)
class Chart:
    """Marks between two axes.

    Attributes:
        x_label, y_label: of the axes.
        x_ticks, y_ticks: places and what is written there.
        diagonal: whether a line shows where both are equal.
    """

    title: str
    x_label: str
    y_label: str
    x_ticks: Ticks
    y_ticks: Ticks
    marks: Sequence[Mark]
    diagonal: bool = False


@dataclass(frozen=True)
class Point:
    """What is drawn of an entry: `x` is an estimate in [0, 1], or a number above 0."""

    slug: str
    name: str
    track: str
    x: Estimate | float
    y: Estimate
    told: str


def shares(title: str, x_label: str, y_label: str, points: Sequence[Point]) -> Chart:
    """Return a chart of two shares."""
    ticks = [(_across(share), f"{100 * share:.0f}") for share in _QUARTERS]
    marks = [_mark(point, _across) for point in points]
    return Chart(title, x_label, y_label, ticks, _up_ticks(), marks, diagonal=True)


def costs(title: str, x_label: str, y_label: str, points: Sequence[Point]) -> Chart:
    """Return a chart of a share over a number, which has a logarithmic scale."""
    numbers = [float(point.x) for point in points if not isinstance(point.x, Estimate)]
    first = math.floor(math.log10(min(numbers)))
    last = max(first + 1, math.ceil(math.log10(max(numbers))))

    def place(number: float) -> int:
        return _across((math.log10(number) - first) / (last - first))

    ticks = [(place(10.0**power), f"{10.0**power:,g}") for power in range(first, last + 1)]
    marks = [_mark(point, place) for point in points]
    return Chart(title, x_label, y_label, ticks, _up_ticks(), marks)


_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)


def _up_ticks() -> Ticks:
    return [(up(share), f"{100 * share:.0f}") for share in _QUARTERS]


def _across(share: float) -> int:
    return round(LEFT + SIDE * share)


def up(share: float) -> int:
    """Return how far down a share is drawn."""
    return round(ABOVE + SIDE * (1 - share))


def _mark(point: Point, place: Callable[[float], int]) -> Mark:
    x, across = point.x, None
    if isinstance(x, Estimate):
        x, across = x.value, (place(x.low), place(x.high))
    along = up(point.y.low), up(point.y.high)
    return Mark(
        point.slug, point.name, point.track, place(x), up(point.y.value), across, along, point.told
    )


@dataclass(frozen=True)
class Curve:
    """A share over severities, in a plot of `WIDE` by `HIGH`.

    Attributes:
        line: of an SVG path through the points.
        whiskers: of another, their intervals.
        points: x, y and what they stand for.
    """

    axis: str
    line: str
    whiskers: str
    points: Sequence[tuple[float, float, str]]


WIDE, HIGH = 150, 80
"""Of the plot of a curve."""


def curve(axis: str, rates: Mapping[int, Estimate], most: int = 5) -> Curve:
    """Return the curve of an axis of the look, from the rate of each severity."""
    places = [
        (
            round(WIDE * severity / most, 1),
            [round(HIGH * (1 - v), 1) for v in (r.value, r.low, r.high)],
            r,
        )
        for severity, r in sorted(rates.items())
    ]
    return Curve(
        axis,
        "M" + "L".join(f"{x} {y}" for x, (y, _, _), _ in places),
        "".join(f"M{x} {low}V{high}" for x, (_, low, high), _ in places),
        [
            (
                x,
                y,
                f"severity {severity}: {interval(r.value, r.low, r.high)}",
            )
            for severity, (x, (y, _, _), r) in zip(sorted(rates), places)
        ],
    )

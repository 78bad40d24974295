"""Routes as data: what they hold, how they are named, what they refuse."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from virl_env.routes.route import MAX_LEGS, Landmark, Leg, Route, check_legs

INN = Landmark("Inn", "hotel", (1.0011, 2.0))
BANK = Landmark("Bank", "bank", (1.0021, 2.0))
ROUTE = Route(
    city="Nowhere",
    start=(1.0, 2.0),
    start_name="Hall",
    destination="Bank",
    initial_heading=0,
    legs=(
        Leg(0, 111.2, (1.001, 2.0), INN, "front"),
        Leg(90, 50.0, (1.001, 2.0005), BANK, "left"),
    ),
    path=(3, 4, 9),
)


def with_leg(**changes: Any) -> Route:
    return replace(ROUTE, legs=(replace(ROUTE.legs[0], **changes), ROUTE.legs[1]))


def test_digests_name_everything_but_the_initial_heading() -> None:
    routes = [
        ROUTE,
        replace(ROUTE, city="Elsewhere"),
        replace(ROUTE, start=(1.0000001, 2.0)),
        replace(ROUTE, start_name="Hal"),
        replace(ROUTE, destination="Ban"),
        replace(ROUTE, legs=ROUTE.legs[1:]),
        replace(ROUTE, path=(3, 4, 8)),
        with_leg(heading=1),
        with_leg(distance=111.3),
        with_leg(end=(1.001, 2.0000001)),
        with_leg(side="behind"),
        with_leg(landmark=replace(INN, name="Tavern")),
        with_leg(landmark=replace(INN, category="bar")),
        with_leg(landmark=replace(INN, geocode=(1.0011001, 2.0))),
        with_leg(landmark=None, side=None),
    ]
    assert len({route.digest for route in routes}) == len(routes)
    same = [
        replace(ROUTE, initial_heading=7),
        replace(ROUTE, start=(1.0 + 1e-12, 2.0)),
        with_leg(distance=111.2 + 1e-12),
    ]
    assert {route.digest for route in same} == {ROUTE.digest}
    # The same on every machine and in every version: records depend on it.
    assert ROUTE.digest == "507fa3cf633d2dd6"


def test_routes_are_values() -> None:
    same = replace(ROUTE, legs=list(ROUTE.legs), path=[3, 4, 9])  # type: ignore[arg-type]
    assert same == ROUTE
    assert hash(same) == hash(ROUTE)
    assert ROUTE.length == 161.2


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"heading": 360}, "heading must be an integer from 0 to 359; got 360"),
        ({"heading": -1}, "heading"),
        ({"heading": 0.5}, "heading"),
        ({"distance": -1.0}, "distance is metres, at least 0; got -1.0"),
        ({"distance": float("nan")}, "distance is metres"),
        ({"side": "above"}, "side='above' is unknown: expected one of 'front'"),
        ({"side": None}, "go together"),
        ({"landmark": None}, "go together; got landmark=None and side='front'"),
    ],
)
def test_legs_that_cannot_be(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(ROUTE.legs[0], **fields)


@pytest.mark.parametrize("heading", [360, -1, 0.5, None])
def test_initial_headings_that_cannot_be(heading: Any) -> None:
    with pytest.raises(ValueError, match="initial_heading must be an integer from 0 to 359"):
        replace(ROUTE, initial_heading=heading)


def test_how_many_legs_can_be_shown() -> None:
    for count in range(MAX_LEGS + 3):
        route = replace(ROUTE, legs=ROUTE.legs[:1] * count)
        if 1 <= count <= MAX_LEGS:
            check_legs(route)
        else:
            with pytest.raises(ValueError, match=f"'Hall' to 'Bank' has {count} legs; 1 to 8"):
                check_legs(route)
        if count:
            check_legs(route, most=None)

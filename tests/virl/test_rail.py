"""Rails: the real one of the study with each correction named, and any one against an oracle."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from virl_env.directions import Directions
from virl_env.routes.files import load_routes
from virl_env.routes.rail import NO_LANDMARKS, RailStep, build_rail
from virl_env.routes.route import Landmark, Leg, Route
from virl_env.world.geometry import COMPASS, RELATIVE, SIDES

geocodes = st.tuples(st.floats(-80, 80), st.floats(-179, 179))
headings = st.integers(0, 359)


@st.composite
def legs(draw: st.DrawFn) -> Leg:
    heading, distance, end = draw(headings), draw(st.floats(0, 500)), draw(geocodes)
    if not draw(st.booleans()):
        return Leg(heading, distance, end)
    landmark = Landmark(draw(st.text(min_size=1, max_size=9)), "cafe", draw(geocodes))
    return Leg(heading, distance, end, landmark, draw(st.sampled_from(SIDES)))


routes = st.builds(
    Route,
    city=st.just("Nowhere"),
    start=geocodes,
    start_name=st.just("Start"),
    destination=st.just("End"),
    initial_heading=headings,
    legs=st.lists(legs(), min_size=1, max_size=8).map(tuple),
)


def sketch(step: RailStep) -> tuple[str, int, str, bool, int]:
    return step.action, step.heading, step.observation, step.intersection, step.instruction


def recorded(test_data: Path) -> tuple[Route, list[dict[str, Any]]]:
    [route] = load_routes(test_data / "virl_route_sf_apple.json")
    text = (test_data / "virl_rail_sf_apple.json").read_text(encoding="utf-8")
    return route, json.loads(text)["rail"]


def test_the_real_rail_but_for_where_its_points_lie(test_data: Path) -> None:
    route, rail = recorded(test_data)
    made = build_rail(route, 5, initial_heading=90)
    assert [sketch(step) for step in made] == [
        (row["action"], row["heading"], row["observation"], row["intersection"], row["instruction"])
        for row in rail
    ]
    for step, row in zip(made, rail):
        if step.kind != "forward":
            assert step.geocode == tuple(row["geocode"])


def test_correction_points_lie_strictly_between(test_data: Path) -> None:
    route, rail = recorded(test_data)
    # There the last point before a turn lies on the turn: it looks like two steps at one place.
    assert rail[5]["geocode"] == rail[6]["geocode"]
    made = build_rail(route, 5, initial_heading=90)
    assert len({step.geocode for step in made}) == len(made)
    start, end = np.array(route.start), np.array(route.legs[0].end)
    for k, step in enumerate(made[1:6], start=1):
        np.testing.assert_allclose(step.geocode, start + (end - start) * k / 6, rtol=0, atol=1e-9)


def test_correction_relative_words_are_wrapped(test_data: Path) -> None:
    route, _ = recorded(test_data)
    # To 259 it is 91 degrees to the left from 350, and 111 from 10, not 249 to the right.
    for heading in (350, 10):
        made = build_rail(route, initial_heading=heading, directions="relative")
        turns = [step.action for step in made if step.kind == "turn"]
        assert turns == ["turn_direction(left)", "turn_direction(left)"]
    made = build_rail(route, initial_heading=90, directions="relative")
    assert made[0].action == "turn_direction(right)"


def test_correction_a_heading_of_0_is_a_heading(test_data: Path) -> None:
    route, _ = recorded(test_data)
    assert route.initial_heading == 0
    assert build_rail(route)[0].heading == 0
    assert build_rail(route, initial_heading=0)[0].heading == 0


def test_correction_the_same_words_wherever_nothing_is_seen() -> None:
    route = Route("N", (0, 0), "S", "E", 7, (Leg(0, 9, (0.1, 0)), Leg(90, 9, (0.1, 0.1))))
    assert {step.observation for step in build_rail(route)} == {NO_LANDMARKS}


def test_correction_short_legs_keep_their_own_lines() -> None:
    ends = [(0.001, 0.0), (0.001, 0.00001), (0.002, 0.00001)]
    legs = tuple(Leg(heading, 1.0, end) for heading, end in zip((0, 90, 0), ends))
    made = build_rail(Route("N", (0, 0), "S", "E", 0, legs), 1)
    assert [step.instruction for step in made] == [1, 2, 3, 4, 5, 6, 6]


def word(directions: str, before: int, after: int) -> str:
    """Return the word for a turn by counting degrees one at a time."""
    if directions == "absolute":
        apart = {name: (after - 45 * index) % 360 for index, name in enumerate(COMPASS)}
        return min(apart, key=lambda name: min(apart[name], 360 - apart[name]))
    right = next(d for d in range(360) if (before + d) % 360 == after)
    kind = "right" if right <= 180 else "left"
    return f"slightly {kind}" if right <= 45 or right >= 315 else kind


def oracle(route: Route, points: int, heading: int, directions: str) -> list[tuple[Any, ...]]:
    """Walk a route leg by leg, telling (action, heading, observation, intersection, line)."""
    told: list[tuple[Any, ...]] = []
    seen, crossing = NO_LANDMARKS, False
    for number, leg in enumerate(route.legs):
        action = f"turn_direction({word(directions, heading, leg.heading)})"
        told.append((action, heading, seen, crossing, 2 * number + 1))
        heading = leg.heading
        told += [("forward()", heading, NO_LANDMARKS, False, 2 * number + 2)] * points
        crossing, seen = True, NO_LANDMARKS
        if leg.landmark is not None:
            prefix = "The destination " if number == len(route.legs) - 1 else ""
            seen = f"{prefix}{leg.landmark.name} is on your {leg.side}"
    told.append(("stop()", heading, seen, crossing, 2 * len(route.legs)))
    return told


@given(routes, st.integers(0, 10), headings | st.none(), st.sampled_from(["absolute", "relative"]))
def test_rails_against_the_oracle(
    route: Route, points: int, heading: int | None, directions: str
) -> None:
    made = build_rail(route, points, heading, directions)
    first = route.initial_heading if heading is None else heading
    assert [sketch(step) for step in made] == oracle(route, points, first, directions)
    ends = [route.start, *(leg.end for leg in route.legs)]
    assert [step.geocode for step in made if step.kind != "forward"] == ends
    kinds = [("turn", *["forward"] * points)] * len(route.legs)
    assert [step.kind for step in made] == [kind for leg in kinds for kind in leg] + ["stop"]


@given(routes, st.permutations(COMPASS), st.permutations(RELATIVE))
def test_other_rules_swap_the_words_of_a_frame(
    route: Route, compass: list[str], relative: list[str]
) -> None:
    for frame, plain, words, name in (
        ("world", COMPASS, compass, "absolute"),
        ("body", RELATIVE, relative, "relative"),
    ):
        swapped = build_rail(route, directions=Directions(frame, tuple(words)))
        for step, usual in zip(swapped, build_rail(route, directions=name)):
            if usual.kind == "turn":
                told = usual.action.removeprefix("turn_direction(")[:-1]
                assert step.action == f"turn_direction({words[plain.index(told)]})"
            else:
                assert step == usual


@given(routes, st.floats(0, 1), st.integers(0, 99))
def test_dropping_leaves_out_forward_points_only(route: Route, rate: float, seed: int) -> None:
    whole = build_rail(route, 6)
    made = build_rail(route, 6, drop_rate=rate, rng=random.Random(seed))
    draws = random.Random(seed)
    assert made == [s for s in whole if s.kind != "forward" or draws.random() >= rate]


def test_all_and_nothing_can_be_dropped() -> None:
    route = Route("N", (0, 0), "S", "E", 0, (Leg(0, 9, (1, 0)), Leg(90, 9, (1, 1))))
    rng = np.random.default_rng(0)
    kinds = [step.kind for step in build_rail(route, drop_rate=1, rng=rng)]
    assert kinds == ["turn", "turn", "stop"]
    before = rng.bit_generator.state
    assert len(build_rail(route, drop_rate=0, rng=rng)) == 2 * 6 + 1
    assert rng.bit_generator.state == before


@pytest.mark.parametrize(
    "keywords, message",
    [
        ({"points_per_segment": -1}, "points_per_segment must be an integer from 0 to 100"),
        ({"points_per_segment": 2.5}, "points_per_segment"),
        ({"initial_heading": 360}, "initial_heading must be an integer from 0 to 359; got 360"),
        ({"initial_heading": -1}, "initial_heading"),
        ({"directions": "upwards"}, "upwards"),
        ({"drop_rate": 1.5, "rng": random.Random(0)}, "a chance from 0 to 1; got 1.5"),
        ({"drop_rate": float("nan"), "rng": random.Random(0)}, "a chance from 0 to 1"),
        ({"drop_rate": True, "rng": random.Random(0)}, "a chance from 0 to 1"),
        ({"drop_rate": "x", "rng": random.Random(0)}, "a chance from 0 to 1; got 'x'"),
        ({"drop_rate": 0.5}, "pass rng"),
        ({"drop_rate": 0.5, "rng": 3}, r"pass rng, .*; got 3"),
    ],
)
def test_what_is_out_of_range_is_named(keywords: dict[str, Any], message: str) -> None:
    route = Route("N", (0, 0), "S", "E", 0, (Leg(0, 9, (1, 0)),))
    with pytest.raises(ValueError, match=message):
        build_rail(route, **keywords)


def test_what_is_no_route_has_no_rail() -> None:
    with pytest.raises(ValueError, match="route must be a"):
        build_rail("x")  # type: ignore[arg-type]


def test_a_route_without_legs_has_no_rail() -> None:
    with pytest.raises(ValueError, match="from 'S' to 'E' has 0 legs; at least 1 leg can be shown"):
        build_rail(Route("N", (0, 0), "S", "E", 0, ()))

"""Instructions: what their numbers tell, that the words tell the same, and what landmarks can."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.virl.test_rail import headings, routes, word
from virl_env.routes.files import load_routes
from virl_env.routes.instructions import NAMINGS, STYLES, line_codes, write_instructions
from virl_env.routes.numbered import route_pool
from virl_env.routes.route import MAX_LEGS, Landmark, Leg, Route
from virl_env.world.geometry import COMPASS, RELATIVE, SIDES, bearing, side

namings = st.sampled_from(NAMINGS)
styles = st.integers(0, len(STYLES) - 1)
LONGER_FIRST = sorted((*COMPASS, *RELATIVE, *SIDES), key=len, reverse=True)


def crossing(before: int, after: int, direction: float, told: str | None = None) -> Route:
    """Return a route that turns where a landmark lies in some direction."""
    end, place = (0.001, 0.0), (0.001 + 1e-4 * np.cos(np.radians(direction)),)
    landmark = Landmark("the Inn", "hotel", (*place, 1e-4 * float(np.sin(np.radians(direction)))))
    there = told or side(before, bearing(end, landmark.geocode))
    bank = Landmark("the Bank", "bank", (0.002, 0.001))
    legs = (
        Leg(before, 100, end, landmark, there),
        Leg(after, 100, (0.002, 0.0), bank, "right"),
    )
    return Route("N", (0, 0), "the Hall", "the Bank", 0, legs)


def test_the_real_route_tells_what_the_study_tells(test_data: Path) -> None:
    [route] = load_routes(test_data / "virl_route_sf_apple.json")
    recorded = json.loads((test_data / "virl_rail_sf_apple.json").read_text(encoding="utf-8"))
    lines = write_instructions(route, recorded["init_heading"])
    facts = [
        ("right", "west"),
        ("Starbucks", "left behind"),
        ("left", "south"),
        ("Apple Union Square", "right"),
    ]
    for ours, theirs, told in zip(lines, recorded["instructions"], facts, strict=True):
        assert ours != theirs
        for fact in told:
            assert fact in ours
            assert fact in theirs


@given(routes, headings | st.none())
def test_codes_against_the_route(route: Route, heading: int | None) -> None:
    codes = line_codes(route, heading, "both")
    assert codes.dtype == np.uint8
    assert codes.shape == (2 * len(route.legs), 4)
    faced = route.initial_heading if heading is None else heading
    for number, leg in enumerate(route.legs, start=1):
        turn, walk = codes[2 * number - 2].tolist(), codes[2 * number - 1].tolist()
        relative = 1 + RELATIVE.index(word("relative", faced, leg.heading))
        assert turn == [relative, 1 + COMPASS.index(word("absolute", faced, leg.heading)), 0, 0]
        seen = [0, 0] if leg.side is None else [number, 1 + SIDES.index(leg.side)]
        assert walk == [5, 0, *seen]
        faced = leg.heading


@given(routes, headings, namings)
def test_a_naming_leaves_out_and_changes_nothing_else(
    route: Route, heading: int, naming: str
) -> None:
    codes, both = line_codes(route, heading, naming), line_codes(route, heading, "both")
    np.testing.assert_array_equal(codes[1::2], both[1::2])
    told = {"both": [1, 1], "relative": [1, 0], "absolute": [0, 1], "landmarks": [0, 0]}[naming]
    np.testing.assert_array_equal(codes[::2, :2], both[::2, :2] * told)
    if naming != "landmarks":
        assert not codes[::2, 2:].any()


@given(headings, st.integers(25, 155), st.booleans(), st.floats(0, 359))
def test_a_landmark_tells_a_turn_or_keeps_quiet(
    before: int, turn: int, right: bool, direction: float
) -> None:
    after = (before + (turn if right else -turn)) % 360
    route = crossing(before, after, direction)
    _, seen, told, _ = line_codes(route, naming="landmarks").tolist()
    assert told[:2] == [0, 0]
    if told[2]:
        assert told[2] == 1
        there = bearing(route.legs[0].end, route.legs[0].landmark.geocode)  # type: ignore[union-attr]
        assert SIDES[told[3] - 1] == side(after, there)
        assert words_between(seen[3] - 1, told[3] - 1) == {word("relative", before, after)}


def words_between(before: int, after: int) -> set[str]:
    """Return every word for a turn that moves some landmark from one side to another."""
    found = set()
    for start, turn in itertools.product(range(45 * before - 22, 45 * before + 23, 2), range(360)):
        if (start - turn + 22.5) % 360 // 45 == after:
            found.add(word("relative", 0, turn))
    return found


def test_every_pair_of_sides_that_tells_a_turn_is_used() -> None:
    for before, after in itertools.product(range(8), repeat=2):
        turn = 45 * (before - after) % 360
        codes = line_codes(crossing(0, turn, 45.0 * before), naming="landmarks")
        assert bool(codes[2, 2]) == (len(words_between(before, after)) == 1)


def test_landmarks_that_are_not_where_they_are_told_tell_no_turn() -> None:
    assert line_codes(crossing(0, 90, 45), naming="landmarks")[2].tolist() == [0, 0, 1, 8]
    assert not line_codes(crossing(0, 90, 45, "behind"), naming="landmarks")[2].any()
    at_the_crossing = Landmark("Inn", "hotel", (1, 1))
    legs = (Leg(0, 9, (1, 1), at_the_crossing, "front"), Leg(90, 9, (2, 2)))
    codes = line_codes(Route("N", (0, 0), "S", "E", 0, legs), naming="landmarks")
    assert codes.tolist() == [[0, 0, 0, 0], [5, 0, 1, 1], [0, 0, 0, 0], [5, 0, 0, 0]]


def test_with_landmarks_the_first_turn_is_never_told() -> None:
    later = 0
    for route in route_pool("gridhaven", 50, landmarks="all"):
        codes = line_codes(route, naming="landmarks")
        assert not codes[0].any()
        later += bool(codes[2::2].any())
    assert later > 10


@pytest.mark.parametrize(("rule", "other"), [("absolute", "relative"), ("relative", "absolute")])
def test_a_heading_and_the_words_of_one_rule_may_leave_open_those_of_the_other(
    rule: str, other: str
) -> None:
    """At 27 degrees, for one: so only "both" always holds the right action, whatever the rule."""
    words: dict[str, set[str]] = {}
    for after in range(360):
        words.setdefault(word(rule, 27, after), set()).add(word(other, 27, after))
    assert max(map(len, words.values())) > 1
    if rule == "relative":
        assert {"east", "south"} < words["right"]


def words_of(line: str) -> list[str]:
    """Return the words for directions and sides in a line, in order."""
    pattern = "|".join(rf"\b{re.escape(name)}\b" for name in LONGER_FIRST)
    return re.findall(pattern, line)


NAMES = [f"Place Number {number}" for number in range(1, MAX_LEGS + 1)]


@given(routes, headings, namings, styles)
def test_words_tell_what_codes_tell(route: Route, heading: int, naming: str, style: int) -> None:
    legs = tuple(
        leg
        if leg.landmark is None
        else Leg(leg.heading, leg.distance, leg.end, renamed(leg.landmark, name), leg.side)
        for leg, name in zip(route.legs, NAMES)
    )
    route = Route("N", route.start, "Start", "the Goal", 0, legs)
    lines = write_instructions(route, heading, naming, style)
    codes = line_codes(route, heading, naming).tolist()
    assert len(lines) == len(codes)
    for line, (turn, direction, landmark, where) in zip(lines, codes):
        expected = []
        if 1 <= turn <= 4:
            expected.append(RELATIVE[turn - 1])
        if direction:
            expected.append(COMPASS[direction - 1])
        if where:
            expected.append(SIDES[where - 1])
        assert sorted(words_of(line)) == sorted(expected)
        assert [name for name in NAMES if name in line] == NAMES[landmark - 1 :][: bool(landmark)]
        assert line[0].isupper()
        assert line.endswith(".")
        assert "\n" not in line
        assert "{" not in line
    if legs[-1].landmark is None:
        assert "the Goal" in lines[-1]


def renamed(landmark: Landmark, name: str) -> Landmark:
    return Landmark(name, landmark.category, landmark.geocode)


def test_styles_differ_in_every_line() -> None:
    assert len(STYLES) >= 4
    for field in zip(*STYLES):
        assert len(set(field)) == len(STYLES)
    route = crossing(0, 90, 45)
    assert write_instructions(route, 0) == write_instructions(route, 0, "both", 0)
    assert len({tuple(write_instructions(route, style=style)) for style in range(len(STYLES))}) == 4


def test_braces_in_names_are_just_characters() -> None:
    seen = Landmark("{0} & {side}", "cafe", (0, 0))
    route = Route("N", (0, 0), "S", "{x}", 0, (Leg(0, 9, (1, 1), seen, "left"), Leg(9, 9, (2, 2))))
    lines = write_instructions(route)
    assert "{0} & {side}" in lines[1]
    assert "{x}" in lines[3]


def test_distances_are_told_where_there_is_no_landmark() -> None:
    legs = (Leg(0, 3, (1, 1)), Leg(90, 128, (2, 2)), Leg(0, 9, (3, 3)))
    lines = write_instructions(Route("N", (0, 0), "S", "E", 0, legs))
    assert "10 meters" in lines[1]
    assert "130 meters" in lines[3]


@pytest.mark.parametrize(
    "keywords, message",
    [
        ({"naming": "none"}, "naming='none' is unknown: expected one of 'both'"),
        ({"style": 4}, "style must be an integer from 0 to 3; got 4"),
        ({"style": "short"}, "style must be an integer"),
        ({"initial_heading": 360}, "initial_heading must be an integer from 0 to 359; got 360"),
    ],
)
def test_what_is_out_of_range_is_named(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        write_instructions(crossing(0, 90, 45), **keywords)


@pytest.mark.parametrize("count", [0, MAX_LEGS + 1])
def test_numbers_of_legs_that_cannot_be_shown(count: int) -> None:
    route = Route("N", (0, 0), "S", "E", 0, (Leg(0, 9, (1, 1)),) * count)
    for function in (line_codes, write_instructions):
        with pytest.raises(ValueError, match=f"has {count} legs; 1 to 8 legs can be shown"):
            function(route)

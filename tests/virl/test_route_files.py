"""Files of routes: the real one, every form of the format, and what is wrong with a file."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from virl_env.routes.files import load_routes
from virl_env.routes.rail import build_rail
from virl_env.routes.route import Landmark, Leg, Route
from virl_env.world.geometry import haversine

BLOCK = """
{
"intersection_idx": "1",
"landmarks": "Joe's "Best" Pies, Soups is on your left front",
"distance": "3 meters",
"human_heading": "0",
"to_next_intersection_heading": "298 (northwest)",
}
"""
LAST = """
{
"intersection_idx": "2",
"landmarks": "The destination Town Bank is on your right",
"distance": "90 meters",
"human_heading": "298",
"to_next_intersection_heading": "0 (north)",
}
"""
ROUTE: dict[str, Any] = {
    "start_place": {"name": "Cinema", "geocode": [1.0, 2.0], "relocated_geocode": [1.0001, 2.0]},
    "dest_place": {
        "name": "Town Bank",
        "geocode": [1.002, 2.0005],
        "place_types": ["finance", "bank"],
        "region": "Testing_Town",
    },
    "route_results": {
        "geocode_list": [[1.0001, 1.99998], [1.001, 1.99998]],
        "distance_list": [3, 90],
        "landmark_list": [
            {
                "name": 'Joe\'s "Best" Pies, Soups',
                "geocode": [1.0002, 1.9998],
                "place_types": ["restaurant"],
            }
        ],
    },
    "init_heading": 0,
    "milestone_info": BLOCK + LAST,
}


def write(folder: Path, content: Any) -> Path:
    path = folder / "routes.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def changed(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    route = copy.deepcopy(ROUTE)
    change(route)
    return route


def read(folder: Path, change: Callable[[dict[str, Any]], Any]) -> Route:
    [route] = load_routes(write(folder, changed(change)))
    return route


def with_info(info: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda route: route.update(milestone_info=info)


def test_the_real_route(test_data: Path) -> None:
    [route] = load_routes(test_data / "virl_route_sf_apple.json")
    cafe = Landmark("Starbucks", "cafe", (37.789348, -122.406831))
    assert route.city == "Union_Square_SF_North_America"
    assert route.start == (37.78950378406966, -122.4064316195797)
    assert route.start_name == "The Whisky Shop of San Francisco"
    assert route.destination == "Apple Union Square"
    assert route.initial_heading == 0
    first, last = route.legs
    assert first == Leg(259, 50, (37.78942451809297, -122.4069914863775), cafe, "left behind")
    assert (last.heading, last.distance, last.side) == (170, 93, "right")
    assert last.landmark is not None
    assert last.landmark.name == "Apple Union Square"
    assert route.path == ()


def test_everything_of_a_route(tmp_path: Path) -> None:
    pies = Landmark('Joe\'s "Best" Pies, Soups', "restaurant", (1.0002, 1.9998))
    bank = Landmark("Town Bank", "bank", (1.002, 2.0005))
    assert load_routes(write(tmp_path, ROUTE)) == [
        Route(
            city="Testing_Town",
            start=(1.0001, 2.0),
            start_name="Cinema",
            destination="Town Bank",
            initial_heading=0,
            legs=(
                Leg(298, 3.0, (1.0001, 1.99998), pies, "left front"),
                Leg(0, 90.0, (1.001, 1.99998), bank, "right"),
            ),
        )
    ]


def test_one_route_many_and_many_with_a_cursor(tmp_path: Path) -> None:
    [one] = load_routes(write(tmp_path, ROUTE))
    assert load_routes(write(tmp_path, [ROUTE, ROUTE])) == [one, one]
    assert load_routes(write(tmp_path, [[ROUTE, ROUTE, ROUTE], 17])) == [one] * 3
    assert load_routes(write(tmp_path, [[], 0])) == load_routes(write(tmp_path, [])) == []
    assert load_routes(str(write(tmp_path, ROUTE))) == [one]


def test_headings_of_the_milestones_come_before_computed_ones(tmp_path: Path) -> None:
    route = read(tmp_path, with_info(BLOCK.replace("298 (northwest)", "123.6") + LAST))
    assert [leg.heading for leg in route.legs] == [124, 0]
    lines = [line for line in (BLOCK + LAST).splitlines() if "to_next" not in line]
    route = read(tmp_path, with_info("\n".join(lines)))
    assert [leg.heading for leg in route.legs] == [270, 0]


def test_a_heading_of_0_is_ordinary_and_one_of_360_is_0(tmp_path: Path) -> None:
    for written, heading in ((0, 0), (360, 0), (359.7, 0), (359, 359), ("0", 0), ("45 (x)", 45)):
        route = read(tmp_path, lambda route, written=written: route.update(init_heading=written))
        assert route.initial_heading == heading


@pytest.mark.parametrize(
    "wrong", [720, 360.5, -1, "999 (north)", "90 (west)", "90 (northeast)", "-90 (west)"]
)
def test_headings_that_are_none_are_refused(tmp_path: Path, wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"init_heading is .*") as error:
        read(tmp_path, lambda route: route.update(init_heading=wrong))
    assert repr(wrong) in str(error.value)


def test_a_word_beside_a_heading_may_be_rounded(tmp_path: Path) -> None:
    for written, heading in (("23 (north)", 23), ("22 (northeast)", 22), ("360 (north)", 0)):
        route = read(tmp_path, lambda route, written=written: route.update(init_heading=written))
        assert route.initial_heading == heading


def test_braces_in_a_name_are_part_of_it(tmp_path: Path) -> None:
    for name in ('Joe\'s "Best" {Pies}, Soups', 'Joe\'s "{Best}" Pies', "}{", "{ Soups", "Soups }"):
        told = (BLOCK + LAST).replace('Joe\'s "Best" Pies, Soups', name)
        for info in (told, told.replace("\n", " "), f"[{told}]"):
            first, last = read(tmp_path, with_info(info)).legs
            assert first.landmark is not None
            assert (first.landmark.name, first.side) == (name, "left front")
            assert (first.heading, last.heading) == (298, 0)


@pytest.mark.parametrize("cut", ["}", "{"])
def test_a_block_without_one_of_its_braces_is_missed(tmp_path: Path, cut: str) -> None:
    for info in (BLOCK.replace(cut, "") + LAST, BLOCK + LAST.replace(cut, "")):
        with pytest.raises(ValueError, match=r"milestone_info has 1 blocks for the 2 points"):
            read(tmp_path, with_info(info))


def test_a_block_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"Block 2 of milestone_info has the members \['mood'\]"):
        read(tmp_path, with_info(BLOCK + '{\n"mood": "fine",\n}\n'))


def test_blocks_may_lack_landmarks(tmp_path: Path) -> None:
    lines = [line for line in (BLOCK + LAST).splitlines() if "landmarks" not in line]
    first, last = read(tmp_path, with_info("\n".join(lines))).legs
    assert first.landmark is first.side is None
    # The destination is where the file says; its side is computed.
    assert last.landmark is not None
    assert (last.landmark.name, last.side) == ("Town Bank", "right front")


@pytest.mark.parametrize("nothing", ["", "No landmark nearby", "No landmarks nearby."])
def test_no_landmark_may_be_said_in_words(tmp_path: Path, nothing: str) -> None:
    block = "\n".join(
        f'"landmarks": "{nothing}",' if "landmarks" in line else line for line in BLOCK.splitlines()
    )
    first, _ = read(tmp_path, with_info(block + LAST)).legs
    assert first.landmark is None


def test_landmarks_that_are_not_listed_stand_where_they_are_seen(tmp_path: Path) -> None:
    first, _ = read(tmp_path, lambda route: route["route_results"].pop("landmark_list")).legs
    name = 'Joe\'s "Best" Pies, Soups'
    assert first.landmark == Landmark(name, "place", (1.0001, 1.99998))


def test_milestones_on_one_line_or_parsed(tmp_path: Path) -> None:
    info = (
        '{"landmarks": "A is on your front", "to_next_intersection_heading": "10 (north)",}'
        '{"to_next_intersection_heading": "100 (east)"}'
    )
    parsed = [
        {"landmarks": "A is on your front", "to_next_intersection_heading": "10 (north)"},
        {"to_next_intersection_heading": 100},
    ]
    one, other = read(tmp_path, with_info(info)), read(tmp_path, with_info(parsed))
    assert one == other
    assert (one.legs[0].heading, one.legs[0].side) == (10, "front")
    assert one.legs[1].heading == 100


def test_short_legs_are_legs(tmp_path: Path) -> None:
    route = read(tmp_path, lambda route: None)
    assert route.legs[0].distance == 3
    assert [step.instruction for step in build_rail(route, 1)] == [1, 2, 3, 4, 4]


def test_distances_are_measured_where_there_are_none(tmp_path: Path) -> None:
    route = read(tmp_path, lambda route: route["route_results"].pop("distance_list"))
    assert route.legs[0].distance == haversine((1.0001, 2.0), (1.0001, 1.99998))


def test_places_and_regions_may_be_told_less_of(tmp_path: Path) -> None:
    def change(route: dict[str, Any]) -> None:
        del route["start_place"]["relocated_geocode"]
        del route["dest_place"]["region"], route["dest_place"]["place_types"]

    route = read(tmp_path, change)
    assert route.start == (1.0, 2.0)
    assert route.city == "routes"
    assert route.legs[-1].landmark == Landmark("Town Bank", "place", (1.002, 2.0005))


def test_any_number_of_legs_is_read(tmp_path: Path) -> None:
    def change(route: dict[str, Any]) -> None:
        route["route_results"] |= {"geocode_list": [[1, 1]] * 12, "distance_list": [5] * 12}
        route["milestone_info"] = BLOCK * 11 + LAST

    assert len(read(tmp_path, change).legs) == 12

    def none(route: dict[str, Any]) -> None:
        route["route_results"] |= {"geocode_list": [], "distance_list": []}
        route["milestone_info"] = ""

    assert read(tmp_path, none).legs == ()


def drop(*keys: str) -> Callable[[dict[str, Any]], Any]:
    def change(route: dict[str, Any]) -> None:
        *owners, last = keys
        for key in owners:
            route = route[key]
        del route[last]

    return change


def put(value: Any, *keys: str) -> Callable[[dict[str, Any]], Any]:
    def change(route: dict[str, Any]) -> None:
        *owners, last = keys
        for key in owners:
            route = route[key]
        route[last] = value

    return change


@pytest.mark.parametrize(
    "change, message",
    [
        (drop("start_place"), "the route has no start_place"),
        (drop("dest_place"), "the route has no dest_place"),
        (drop("route_results"), "the route has no route_results"),
        (drop("milestone_info"), "the route has no milestone_info"),
        (drop("init_heading"), "the route has no init_heading"),
        (drop("route_results", "geocode_list"), "route_results has no geocode_list"),
        (drop("start_place", "name"), "start_place has no name"),
        (drop("dest_place", "name"), "dest_place has no name"),
        (drop("dest_place", "geocode"), "dest_place has no geocode"),
        (put([], "dest_place"), "dest_place of the route is list; expected an object"),
        (put(5, "start_place", "name"), "name of start_place is int; expected text"),
        (put([1, 2, 3], "start_place", "relocated_geocode"), r"\[latitude, longitude\]"),
        (put([91, 2], "start_place", "relocated_geocode"), r"relocated_geocode of start_place"),
        (put(["1", 2], "start_place", "relocated_geocode"), "expected a number"),
        (put([float("nan"), 2], "start_place", "relocated_geocode"), "nan; expected a number"),
        (put([10**400, 2], "start_place", "relocated_geocode"), "expected a number"),
        (put("north", "init_heading"), "init_heading is 'north'; expected a number"),
        (put("9" * 400, "init_heading"), "init_heading is '9999.*expected a number"),
        (put(None, "init_heading"), "init_heading is None"),
        (put(True, "init_heading"), "init_heading is True"),
        (put(3, "milestone_info"), "milestone_info is int; expected text"),
        (put(BLOCK, "milestone_info"), "has 1 blocks for the 2 points"),
        (put(BLOCK.replace("298", "x") + LAST, "milestone_info"), "heading of block 1 of mile"),
        (
            put(BLOCK.replace("is on", "on") + LAST, "milestone_info"),
            "landmarks of block 1 .* side",
        ),
        (put(BLOCK.replace("front", "top") + LAST, "milestone_info"), "landmarks of block 1"),
        (put([3], "route_results", "distance_list"), "distance_list .* expected 2"),
        (put([-3, 9], "route_results", "distance_list"), "at least 0; got -3"),
        (put(["3", 9], "route_results", "distance_list"), "a distance is '3'; expected a number"),
        (put({"a": 1}, "route_results", "landmark_list"), "landmark_list is no list"),
        (put([{"name": "A"}], "route_results", "landmark_list"), "landmark_list has no geocode"),
        (put(["A"], "route_results", "landmark_list"), "landmark_list is str; expected an object"),
        (put([[1, 2], 7], "route_results", "geocode_list"), "point 2 of route_results.geocode"),
    ],
)
def test_what_is_wrong_with_a_route_is_named(
    tmp_path: Path, change: Callable[[dict[str, Any]], Any], message: str
) -> None:
    path = write(tmp_path, [[ROUTE, changed(change)], 2])
    with pytest.raises(ValueError, match=message) as raised:
        load_routes(path)
    assert str(raised.value).startswith(f"{path}, route 2 of 2: ")


@pytest.mark.parametrize(
    "content, message",
    [
        ("", "is not JSON"),
        ('{"start_place": ', "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("3", "holds int; expected a route"),
        ('"text"', "holds str; expected a route"),
        ("[3]", "route 1 of 1: the route is int; expected an object"),
        ("{}", "route 1 of 1: the route has no start_place"),
    ],
)
def test_what_is_no_file_of_routes_is_named(tmp_path: Path, content: str, message: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(ValueError, match=message) as raised:
        load_routes(path)
    assert str(path) in str(raised.value)


def test_what_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "routes.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="is not JSON"):
        load_routes(path)
    with pytest.raises(FileNotFoundError):
        load_routes(tmp_path / "none.json")

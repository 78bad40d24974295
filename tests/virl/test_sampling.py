"""Routes that are drawn: walkable as told, the same everywhere, and giving no turn away."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from virl_env.config import NavigationConfig
from virl_env.env import VIRLNavigationEnv
from virl_env.routes import legs
from virl_env.routes.kinds import LANDMARKS
from virl_env.routes.numbered import route_count, route_pool
from virl_env.routes.route import Leg, Route
from virl_env.routes.sampling import sample_route
from virl_env.world.city import CATEGORIES, City, Place
from virl_env.world.geometry import SIDES, bearing, compass, haversine, side, turn_word, wrap
from virl_env.world.synthetic import CITY_NAMES, FAMILIES, TRAINING_CITY, named_city, synthetic_city

seeds = st.integers(0, 2**64 - 1)


@cache
def small_city(family: str, seed: int = 0) -> City:
    return synthetic_city(family, seed, area=1.0)


cities = st.builds(small_city, st.sampled_from(FAMILIES), st.integers(0, 1))


def stretches(city: City, route: Route) -> list[list[int]]:
    """Return the points of each leg, from its start to its end, found by where the legs end."""
    found, rest = [], list(route.path)
    for leg in route.legs:
        at = next(i for i, point in enumerate(rest) if city.geocode(point) == leg.end)
        found.append(rest[: at + 1])
        rest = rest[at:]
    assert len(rest) == 1
    return found


def ways(city: City, point: int) -> dict[int, float]:
    """Return the bearing at which each neighbour of a point lies."""
    here = city.geocode(point)
    return {int(n): bearing(here, city.geocode(int(n))) for n in city.neighbours_of(point)}


def check_leg(city: City, leg: Leg, points: list[int]) -> None:
    """Hold a leg to what it says: its length, its heading, and that it goes straight on."""
    geocodes = [city.geocode(point) for point in points]
    lengths = [haversine(a, b) for a, b in pairwise(geocodes)]
    assert leg.distance == pytest.approx(sum(lengths), abs=0.01)
    assert 29.99 <= leg.distance <= 500.01
    assert leg.heading == round(bearing(geocodes[0], geocodes[-1])) % 360
    for a, b in pairwise(geocodes):
        assert abs(wrap(bearing(a, b) - leg.heading)) <= 45 + 1e-6
    for before, point, after in zip(points, points[1:], points[2:]):
        come = bearing(city.geocode(before), city.geocode(point))
        turns = {n: abs(wrap(b - come)) for n, b in ways(city, point).items() if n != before}
        assert after == min(turns, key=turns.__getitem__)
        assert turns[after] <= 45 + 1e-6


def check_turn(city: City, before: Leg, after: Leg, at: int, into: int) -> None:
    """Hold a turn to this: it is one, at an intersection, and its words fit no other street."""
    assert city.intersections[at]
    assert 25 <= abs(wrap(after.heading - before.heading)) <= 155
    for other, leads in ways(city, at).items():
        if other != into:
            assert compass(leads) != compass(after.heading)
            if abs(wrap(leads - before.heading)) <= 155:
                word = turn_word(before.heading, leads)
                assert word != turn_word(before.heading, after.heading)


def check_route(city: City, route: Route) -> None:
    places = {place.name: place for place in city.places}
    assert route.city == city.name
    assert len(set(route.path)) == len(route.path)
    assert all(b in city.neighbours_of(a) for a, b in pairwise(route.path))
    assert places[route.start_name].point == route.path[0]
    assert places[route.destination].point == route.path[-1]
    assert route.start == city.geocode(route.path[0])
    assert not city.intersections[route.path[0]]
    parts = stretches(city, route)
    for leg, points in zip(route.legs, parts):
        check_leg(city, leg, points)
        if leg.landmark is not None:
            place = places[leg.landmark.name]
            assert (leg.landmark.category, leg.landmark.geocode) == (place.category, place.geocode)
            assert leg.side == side(leg.heading, bearing(leg.end, place.geocode))
    for (before, after), (_, points) in zip(pairwise(route.legs), pairwise(parts)):
        check_turn(city, before, after, points[0], points[1])
        if before.landmark is not None:
            assert haversine(before.end, before.landmark.geocode) <= 25
    named = [leg.landmark.name for leg in route.legs if leg.landmark] + [route.start_name]
    assert len(set(named)) == len(named)
    assert route.legs[-1].landmark is not None
    assert route.legs[-1].landmark.name == route.destination


@given(cities, seeds)
def test_routes_can_be_walked_as_they_are_told(city: City, seed: int) -> None:
    route = sample_route(city, seed)
    check_route(city, route)
    assert 2 <= len(route.legs) <= 5
    assert 100 - 0.1 <= route.length <= 2000 + 0.1


@given(cities, seeds, st.integers(0, 3), st.integers(0, 3), st.sampled_from(LANDMARKS))
@settings(max_examples=50)
def test_routes_are_of_the_kind_asked_for(
    city: City, seed: int, fewest: int, more: int, landmarks: str
) -> None:
    turns, length = (fewest, fewest + more), (150.0, 1500.0)
    route = sample_route(city, seed, turns=turns, length=length, landmarks=landmarks)
    check_route(city, route)
    assert turns[0] <= len(route.legs) - 1 <= turns[1]
    assert length[0] - 0.1 <= route.length <= length[1] + 0.1
    told = [leg.landmark is not None for leg in route.legs[:-1]]
    assert landmarks == "any" or told == [landmarks == "all"] * len(told)


def test_every_named_city_has_routes() -> None:
    for name in CITY_NAMES:
        first, second = route_pool(name, 2)
        check_route(named_city(name), first)
        check_route(named_city(name), second)


@given(cities, seeds)
@settings(max_examples=20)
def test_a_seed_fixes_the_route(city: City, seed: int) -> None:
    assert sample_route(city, seed) == sample_route(city, seed)


def test_other_seeds_give_other_routes() -> None:
    city = small_city("grid")
    assert len({sample_route(city, seed).path for seed in range(200)}) > 190
    assert len({sample_route(city, seed).initial_heading for seed in range(500)}) > 200
    one, other = sample_route(city, 2**64 - 1), sample_route(city, 0)
    assert one != other


def town() -> City:
    """Return five by five blocks of about 80 metres, with places here and there: all by hand."""
    size, block = 41, 8
    streets = [(r, c) for r in range(size) for c in range(size) if not r % block or not c % block]
    number = {spot: index for index, spot in enumerate(streets)}
    neighbours = [
        sorted(
            number[spot]
            for spot, apart in (
                *(((r, c + step), r % block) for step in (-1, 1)),
                *(((r + step, c), c % block) for step in (-1, 1)),
            )
            if spot in number and not apart
        )
        for r, c in streets
    ]
    return City(
        name="Town",
        family="",
        seed=0,
        points=np.array([(900 * r + 70 * c, 900 * c - 70 * r) for r, c in streets]),
        starts=np.cumsum([0, *map(len, neighbours)]),
        neighbours=np.concatenate(neighbours),
        places=tuple(
            Place(f"Shop {index}", CATEGORIES[index % 22], (900 * r + 70 * c, 900 * c - 70 * r), at)
            for index, at in enumerate(range(1, len(streets), 3))
            for r, c in [shopfront(*streets[at], index, block)]
        ),
    )


def shopfront(row: int, column: int, index: int, block: int) -> tuple[int, int]:
    """Return where the place that faces a point stands: on one side of the street."""
    aside = 1 if index % 2 else -1
    return (row + aside, column) if row % block == 0 else (row, column + aside)


def test_routes_are_the_same_on_every_machine() -> None:
    city = town()
    route = sample_route(city, 7)
    check_route(city, route)
    assert (route.start_name, route.destination, route.initial_heading) == (
        "Shop 133",
        "Shop 81",
        328,
    )
    assert [(leg.heading, leg.distance, leg.side) for leg in route.legs] == [
        (176, 50.19, "left behind"),
        (266, 160.6, None),
        (176, 90.34, "left"),
    ]
    assert route.digest == "caf64cc0cc8ae156"
    assert [route.digest for route in route_pool(city, 3)] == [
        "4091d3736e8a1f6e",
        "a0a8da9528418d5b",
        "9e5f2661c5b33944",
    ]


@pytest.mark.parametrize("family", FAMILIES)
def test_pools_hold_different_routes_and_do_not_depend_on_the_count(family: str) -> None:
    city = small_city(family)
    pool = route_pool(city, 60)
    assert len({route.path for route in pool}) == len({route.digest for route in pool}) == 60
    # From another object, so that nothing is remembered, and in two portions.
    again = synthetic_city(family, 0, area=1.0)
    assert route_pool(again, 20) == pool[:20]
    assert route_pool(again, 60) == pool
    assert route_pool(city, 1)[0] is pool[0]
    assert route_pool(city, 20, landmarks="none") != pool[:20]


def test_pools_leave_repeated_paths_out(monkeypatch: pytest.MonkeyPatch) -> None:
    city = synthetic_city("grid", 1, area=1.0)
    monkeypatch.setattr(
        "virl_env.routes.numbered._seeds",
        lambda numbers, draw: [(number + draw) // 3 for number in numbers.tolist()],
    )
    assert [route.path for route in route_pool(city, 4)] == [
        sample_route(city, seed).path for seed in range(4)
    ]


def test_pools_are_known_by_the_names_of_cities() -> None:
    pool = route_pool(TRAINING_CITY, 5)
    assert route_pool(named_city(TRAINING_CITY), 5) == pool
    assert {route.city for route in pool} == {TRAINING_CITY}


def chi_square(table: np.ndarray) -> tuple[float, int]:
    """Return the statistic of independence of rows and columns, and its degrees of freedom."""
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    return statistic, (table.shape[0] - 1) * (table.shape[1] - 1)


def limit(freedom: int) -> float:
    """Return what chi-square exceeds once in 10,000 times (Wilson and Hilferty)."""
    spread = 2 / (9 * freedom)
    return freedom * (1 - spread + 3.719 * spread**0.5) ** 3


def turns_and_sides(routes: Iterable[Route], word: Callable[[int, int], str]) -> np.ndarray:
    """Return how often each side (rows) went with each word for a turn (columns)."""
    counts = Counter(
        (before.side, word(before.heading, after.heading))
        for route in routes
        for before, after in pairwise(route.legs)
        if before.side is not None
    )
    columns = sorted({column for _, column in counts})
    return np.array([[counts[name, column] for column in columns] for name in SIDES])


def hand(before: int, after: int) -> str:
    return "right" if wrap(after - before) > 0 else "left"


@pytest.mark.parametrize(
    "family",
    [
        # Where most junctions have three streets, sides and turns could go together most.
        pytest.param(family, marks=() if family == "superblock" else pytest.mark.slow)
        for family in FAMILIES
    ],
)
def test_the_side_of_a_landmark_does_not_tell_the_hand(family: str) -> None:
    # A few routes in each of many cities: where all are in one, its few junctions of a kind count.
    made = (synthetic_city(family, seed) for seed in range(25))
    table = turns_and_sides((sample_route(city, s) for city in made for s in range(40)), hand)
    statistic, freedom = chi_square(table)
    assert table.sum() > 1_000
    assert statistic < limit(freedom), table


def test_the_side_of_a_landmark_does_not_tell_the_turn_in_the_training_city() -> None:
    city = named_city(TRAINING_CITY)
    table = turns_and_sides((sample_route(city, seed) for seed in range(4_000)), turn_word)
    statistic, freedom = chi_square(table)
    assert table.sum() > 5_000
    assert statistic < limit(freedom), table


@pytest.mark.parametrize(
    "keywords, message",
    [
        ({"turns": (2, 1)}, r"turns is \(fewest, most\), integers from 0 to 7; got \(2, 1\)"),
        ({"turns": (0, 8)}, "turns is"),
        ({"turns": (-1, 2)}, "turns is"),
        ({"turns": 3}, "turns is .* got 3"),
        ({"turns": (1, 2, 3)}, "turns is"),
        ({"turns": (1.5, 2)}, "turns is"),
        ({"length": (200, 100)}, r"length is \(shortest, longest\) in metres, .*got \(200, 100\)"),
        ({"length": (-1, 100)}, "length is"),
        ({"length": 100}, "length is"),
        ({"length": ("a", "b")}, "length is"),
        ({"length": (float("nan"), 9)}, "length is"),
        ({"landmarks": "some"}, "landmarks='some' is unknown: expected one of 'any'"),
        ({"turns": (1, 1), "length": (1100, 1200)}, "a leg has 30 to 500 metres"),
        ({"turns": (4, 7), "length": (10, 100)}, "a leg has 30 to 500 metres"),
    ],
)
def test_kinds_of_routes_that_cannot_be(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sample_route(small_city("grid"), 0, **keywords)
    with pytest.raises(ValueError, match=message):
        route_pool(small_city("grid"), 1, **keywords)


@pytest.mark.parametrize("seed", [-1, 2**64, 1.5, None, True])
def test_seeds_that_cannot_be(seed: Any) -> None:
    with pytest.raises(ValueError, match="seed must be an integer from 0 to"):
        sample_route(small_city("grid"), seed)


@pytest.mark.parametrize("count", [0, -1, 1.5, True])
def test_counts_that_cannot_be(count: Any) -> None:
    with pytest.raises(ValueError, match="count must be an integer of at least 1"):
        route_pool(small_city("grid"), count)


def street(count: int, *facing: int, step: int = 900) -> City:
    """Return a straight street of some points, with a place at some of them."""
    neighbours = [[n for n in (p - 1, p + 1) if 0 <= n < count] for p in range(count)]
    return City(
        name="Street",
        family="",
        seed=0,
        points=np.array([(500_000_000 + step * p, 0) for p in range(count)]),
        starts=np.cumsum([0, *map(len, neighbours)]),
        neighbours=np.concatenate(neighbours),
        places=tuple(Place(f"Shop {p}", "cafe", (500_000_000 + step * p, 2000), p) for p in facing),
    )


def test_a_street_has_routes_without_turns() -> None:
    route = sample_route(street(30, 2, 20), 0, turns=(0, 0))
    assert {route.start_name, route.destination} == {"Shop 2", "Shop 20"}
    assert [leg.heading for leg in route.legs] in ([0], [180])
    assert len(route.path) == 19


@pytest.mark.parametrize(
    "city, turns",
    [
        (street(30), (0, 0)),  # no place
        (street(30, 2), (0, 0)),  # nowhere to go
        (street(30, 2, 4), (0, 0)),  # too near
        (street(30, 2, 20), (1, 1)),  # nothing to turn into
    ],
)
def test_cities_without_a_route(city: City, turns: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"'Street' has no route of turns .* or take a"):
        sample_route(city, 0, turns=turns)


def test_cities_with_too_few_routes() -> None:
    city = street(30, 2, 20)
    assert len(route_pool(city, 2, turns=(0, 0))) == 2
    with pytest.raises(ValueError, match=r"gave 2 different routes .* at most 2 \(routes=\)"):
        route_pool(city, 3, turns=(0, 0))


def test_without_a_number_a_city_gives_as_many_routes_as_it_has() -> None:
    city = street(30, 2, 20)
    assert route_count(city, turns=(0, 0)) == 2
    assert route_count(city, 1, turns=(0, 0)) == 1
    assert route_pool(city, turns=(0, 0)) == route_pool(city, 2, turns=(0, 0))
    assert route_count(city) == 0
    with pytest.raises(ValueError, match="has no route of turns 1 to 4, 100 to 2000 metres"):
        route_pool(city)
    assert len(route_pool(TRAINING_CITY)) == route_count(TRAINING_CITY) == 1_000


def test_that_a_city_has_no_more_routes_is_found_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    city = street(30, 2, 20)
    assert route_count(city, turns=(0, 0)) == 2
    monkeypatch.setattr("virl_env.routes.numbered.draw", None)
    assert route_count(city, turns=(0, 0)) == 2
    with pytest.raises(ValueError, match="gave 2 different routes"):
        route_pool(city, 1_000, turns=(0, 0))


def test_progress_is_told_to_who_listens_and_nothing_is_printed(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level("INFO", "shiftgym.progress")
    # As if no command-line program had run in this process.
    logger = logging.getLogger("shiftgym.progress")
    monkeypatch.setattr(logger, "handlers", [])
    monkeypatch.setattr(logger, "propagate", True)
    monkeypatch.setattr("shiftgym.progress.EVERY", 1e9)
    route_pool(street(30, 2, 20), turns=(0, 0))
    assert not caplog.messages
    monkeypatch.setattr("shiftgym.progress.EVERY", 0.0)
    route_pool(street(30, 2, 20), turns=(0, 0))
    what = "Drawing routes of turns 0 to 0, 100 to 2000 metres and landmarks='any' in 'Street'"
    assert caplog.messages == [f"{what}: 1 of 1,000", f"{what}: 2 of 1,000"]
    assert "".join(capfd.readouterr()) == ""


def test_the_same_streets_are_followed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # A rare kind needs tens of thousands of tries, of a few legs each.
    city, followed = small_city("superblock"), []
    follow = legs._follow

    def counted(*arguments: Any) -> Any:
        followed.append(arguments[1:])
        return follow(*arguments)

    monkeypatch.setattr(legs, "_follow", counted)
    route_count(city, 100, turns=(2, 3), landmarks="all")
    assert len(followed) == len(set(followed)) < 2 * len(city.neighbours)


def test_an_environment_walks_the_routes_that_a_small_city_has_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    city = street(30, 2, 20)
    env = VIRLNavigationEnv(city=city, turns=(0, 0))
    few = "The city 'Street' has 2 routes of turns 0 to 0, 100 to 2000 metres and landmarks='any'"
    assert caplog.messages == [f"{few}: all of them are dealt."]
    walked = set()
    for seed in range(20):
        env.reset(seed=seed)
        walked.add(env.route.digest)
    assert len(walked) == 2
    with pytest.raises(ValueError, match="gave 2 different routes"):
        VIRLNavigationEnv(city=city, turns=(0, 0), routes=3)
    # What a training run is resumed with: the number of routes stood there before it could be None.
    assert "routes=1000," in str(NavigationConfig.make())


@pytest.mark.parametrize("name", CITY_NAMES)
def test_every_city_has_200_routes_without_a_turn(name: str) -> None:
    """As many as `python -m virl_env --turns 0` deals from."""
    assert len({route.path for route in route_pool(name, 200, turns=(0, 0))}) == 200


def test_a_city_may_be_named() -> None:
    assert sample_route("gridhaven", 1) == sample_route(named_city("gridhaven"), 1)

"""What is dealt: the routes asked for, on the declared side of a split, drawn evenly."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import virl_env
from shiftgym.splits import SPLITS
from virl_env.actions import ACTION_INDEX, NO_ACTION, POINT
from virl_env.config import NavigationConfig
from virl_env.deal import Dealer
from virl_env.directions import HELD_OUT, Directions, from_table
from virl_env.observe import LAYOUT, LINE_CODES, MAX_LANDMARKS
from virl_env.pool import route_part
from virl_env.routes.instructions import line_codes
from virl_env.routes.rail import build_rail
from virl_env.routes.route import Route
from virl_env.world.city import CATEGORIES
from virl_env.world.geometry import COMPASS

SEEDS = np.arange(3_000)
CITIES = tuple(virl_env.UNSEEN_CITIES)[:4]


def dealer(**keywords: Any) -> Dealer:
    return Dealer(NavigationConfig.make(**{"routes": 60, **keywords}))


def routes(**keywords: Any) -> tuple[Route, ...]:
    return dealer(**keywords).pool.routes


def digests(**keywords: Any) -> set[str]:
    return {route.digest for route in routes(**keywords)}


def is_even(counts: NDArray[Any]) -> bool:
    """Whether counts are such as even chances give, by chi-square at five standard deviations."""
    expected, free = counts.sum() / len(counts), len(counts) - 1
    return bool(((counts - expected) ** 2 / expected).sum() < free + 5 * (2 * free) ** 0.5)


KEYWORDS: list[dict[str, Any]] = [
    {},
    {"directions": "random"},
    {"directions": "relative", "initial_heading": 0, "points_per_segment": 0},
    {"directions": Directions("world", COMPASS[::-1]), "turns": (0, 7), "points_per_segment": 10},
    {"city": "unseen", "routes": 2, "instructions": "landmarks", "initial_heading": "route"},
    {"landmarks": "none", "instructions": "relative", "drop_rate": 1.0},
    {"landmarks": "all", "instructions": "absolute", "stated_directions": "relative"},
]


@pytest.mark.parametrize("keywords", KEYWORDS, ids=str)
def test_an_opening_is_the_rail_and_the_instructions_of_its_route(keywords: dict[str, Any]) -> None:
    """The arrays that are dealt against the lists that `build_rail` and `line_codes` make."""
    dealing = dealer(**keywords)
    config, pool = dealing.config, dealing.pool
    for deal in dealing.deal(SEEDS[:150]):
        route, heading = pool.routes[deal["route"]], int(deal["heading"])
        rule, numbers = from_table(deal["rule"]), deal["numbers"]
        assert (rule == config.directions) if config.directions else (rule not in HELD_OUT)
        rail = build_rail(route, config.points_per_segment, heading, rule)
        places = deal["places"][: deal["count"]] if config.drop_rate else range(len(rail))
        kept = [rail[place] for place in places]
        if config.drop_rate == 1.0:
            assert not [step for step in kept if step.kind == "forward"]
        assert len(kept) == deal["count"]
        rights = [ACTION_INDEX[step.action] for step in kept]
        points = deal["points"].view(POINT)
        assert points["right"][: len(kept)].tolist() == rights
        assert (points["right"][len(kept) :] == NO_ACTION).all()
        codes = line_codes(route, heading, config.instructions)
        codes[:, 2] = numbers[codes[:, 2]]
        assert (deal["lines"][: len(codes)] == codes).all()
        assert not deal["lines"][len(codes) :].any()
        row = np.frombuffer(deal["row"].tobytes(), dtype=np.uint8)
        shown = row[LAYOUT["lines"]].reshape(-1, LINE_CODES)
        assert (shown[: len(codes)] == codes).all()
        known = [leg.landmark.category if leg.landmark else None for leg in route.legs]
        categories = row[LAYOUT["categories"]]
        for place, category in enumerate(known, 1):
            code = categories[numbers[place] - 1]
            assert (CATEGORIES[code - 1] if code else None) == category
        assert np.count_nonzero(categories) == len(known) - known.count(None)


def test_every_route_is_equally_likely() -> None:
    dealing = dealer(routes=50)
    dealt = dealing.deal(np.arange(50_000))
    assert is_even(np.bincount(dealt["route"], minlength=50))


def test_one_may_face_anywhere_at_first_but_the_way_to_go() -> None:
    dealing = dealer(routes=1)
    dealt = dealing.deal(np.arange(100_000))
    counts = np.bincount(dealt["heading"], minlength=360)
    first = dealing.pool.routes[0].legs[0].heading
    assert counts[first] == 0
    assert is_even(np.delete(counts, first))


def test_landmarks_are_numbered_in_every_order_equally_often() -> None:
    numbers = dealer().deal(np.arange(40_000))["numbers"]
    assert not numbers[:, 0].any()
    assert (np.sort(numbers[:, 1:], axis=1) == np.arange(1, MAX_LANDMARKS + 1)).all()
    for one in range(1, MAX_LANDMARKS + 1):
        for other in range(one + 1, MAX_LANDMARKS + 1):
            pairs = numbers[:, one] * (MAX_LANDMARKS + 1) + numbers[:, other]
            counts = np.bincount(pairs)
            assert is_even(counts[counts > 0])
            assert np.count_nonzero(counts) == MAX_LANDMARKS * (MAX_LANDMARKS - 1)


def test_a_landmarks_number_tells_neither_its_category_nor_its_city() -> None:
    dealing = dealer(city=CITIES, routes=20)
    deals = dealing.deal(np.arange(40_000))
    city = deals["route"] // 20
    first = deals["numbers"][:, 1]
    for number in range(len(CITIES)):
        assert is_even(np.bincount(first[city == number], minlength=9)[1:])
    category = dealing.pool.categories[deals["route"], 0]
    for code in np.unique(category):
        assert is_even(np.bincount(first[category == code], minlength=9)[1:])


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_points_are_dropped_at_the_rate_asked_for(rate: float) -> None:
    dealing = dealer(drop_rate=rate)
    deals = dealing.deal(SEEDS)
    legs = np.array([len(route.legs) for route in dealing.pool.routes])[deals["route"]]
    walking = 5 * legs
    kept = deals["count"] - legs - 1
    deviation = (rate * (1 - rate) / walking.sum()) ** 0.5
    assert abs(kept.sum() / walking.sum() - (1 - rate)) < 5 * deviation
    # Each point by itself: as many episodes keep the first of five as the last.
    firsts = [(deals["places"] == place).any(axis=1).mean() for place in range(1, 6)]
    assert max(abs(share - (1 - rate)) for share in firsts) < 5 * (0.25 / len(SEEDS)) ** 0.5


def test_what_is_dealt_does_not_depend_on_what_is_dealt_with_it() -> None:
    dealing = dealer(directions="random", drop_rate=0.5)
    together = dealing.deal(SEEDS[:40])
    alone = np.concatenate([dealing.deal(SEEDS[i : i + 1]) for i in range(40)])
    for field in dealing.states.names or ():
        assert together[field].tobytes() == alone[field].tobytes()


def test_splits_are_disjoint_and_exhaustive_and_folds_cover_every_route_once() -> None:
    everything = digests(routes=300)
    assert len(everything) == 300
    parts = [digests(routes=300, split=split, fold=(2, 6)) for split in SPLITS]
    assert sum(map(len, parts)) == 300
    assert set.union(*parts) == everything
    folds = [digests(routes=300, split="test", fold=(k, 6)) for k in range(6)]
    assert sum(map(len, folds)) == 300
    assert set.union(*folds) == everything
    assert min(map(len, folds)) > 30
    assert digests(routes=300, split="validation", fold=(2, 6)) == folds[3]


def test_folds_of_seven_parts_share_their_validation_routes() -> None:
    pool = virl_env.route_pool("gridhaven", 300)
    parts = bytes(route_part(route, 7) for route in pool)
    # Golden: another digest is another split of everything that was trained and tested.
    assert hashlib.sha256(parts).hexdigest()[:16] == "edb7078a2e1a0d3e"
    validation = digests(routes=300, split="validation", fold=(0, 7, 6))
    tested = [digests(routes=300, split="test", fold=(k, 7, 6)) for k in range(6)]
    assert sum(map(len, (validation, *tested))) == 300
    assert validation.union(*tested) == {route.digest for route in pool}
    assert min(map(len, (validation, *tested))) > 25
    for k in range(6):
        assert digests(routes=300, split="validation", fold=(k, 7, 6)) == validation
        train = digests(routes=300, split="train", fold=(k, 7, 6))
        assert train == set.union(*tested[:k], *tested[k + 1 :])


def test_a_city_validates_for_all_others() -> None:
    for k in range(len(CITIES) - 1):
        fold = (k, len(CITIES), len(CITIES) - 1)
        walked = [
            {
                route.city
                for route in routes(city=CITIES, routes=3, split=split, split_by="city", fold=fold)
            }
            for split in SPLITS
        ]
        assert walked[1:] == [{CITIES[-1]}, {CITIES[k]}]
        assert walked[0] == set(CITIES) - walked[1] - walked[2]


def test_a_route_stays_on_its_side_whatever_else_is_there() -> None:
    few = digests(routes=40, split="test")
    assert few <= digests(routes=200, split="test")
    assert few <= digests(routes=200, split="test", city=("gridhaven", *CITIES))


def test_one_city_is_left_out_at_a_time() -> None:
    parts = len(CITIES)
    for k, city in enumerate(CITIES):
        walked = [
            {
                route.city
                for route in routes(
                    city=CITIES, routes=3, split=split, split_by="city", fold=(k, parts)
                )
            }
            for split in SPLITS
        ]
        assert walked[2] == {city}
        assert walked[1] == {CITIES[(k + 1) % parts]}
        assert walked[0] == set(CITIES) - walked[1] - walked[2]


def test_a_fixed_route_is_in_every_episode() -> None:
    route = virl_env.route_pool("rio claro", 3)[2]
    dealing = dealer(route=route)
    assert dealing.pool.routes == (route,)
    assert set(dealing.deal(SEEDS)["route"]) == {0}


def test_a_city_of_ones_own_is_walked() -> None:
    town = virl_env.synthetic_city("radial", 11, name="own town")
    assert {route.city for route in routes(city=town, routes=5)} == {"own town"}
    assert len(routes(city=(town, "gridhaven"), routes=5)) == 10


def test_the_dealing_is_the_same_everywhere() -> None:
    """Golden episodes: a change here is a change of every id's version."""
    deals = dealer(directions="random", drop_rate=0.5).deal(np.arange(2))
    assert [
        (
            int(deal["route"]),
            int(deal["heading"]),
            deal["rule"].tolist(),
            deal["numbers"].tolist(),
            deal["places"][: deal["count"]].tolist(),
        )
        for deal in deals
    ] == [
        (
            52,
            291,
            [1, 8, 6, 3, 2, 1, 4, 7, 5],
            [0, 4, 8, 3, 2, 5, 6, 7, 1],
            [0, 3, 5, 6, 7, 9, 10, 11, 12],
        ),
        (
            33,
            358,
            [2, 10, 12, 11, 9, 0, 0, 0, 0],
            [0, 6, 2, 1, 8, 3, 5, 7, 4],
            [0, 4, 6, 7, 8, 9, 10, 12],
        ),
    ]
    assert [route.digest for route in routes(routes=3)] == [
        "b720bd70a4477ca5",
        "6a812ce5933a8db3",
        "2af77dd255f31c40",
    ]

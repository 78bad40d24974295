"""Training cities: what their routes ask for, and how much of what unseen cities ask for it is."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import pairwise

import pytest

import virl_env
from virl_env.pool import route_part
from virl_env.world.geometry import COMPASS, RELATIVE, compass, turn_word

ROUTES_EACH = 200
"""Of each unseen city."""


@cache
def words(city: str, routes: int) -> tuple[Counter[str], Counter[str]]:
    """Return how often routes turn into each direction, and by each relative word.

    The turn at the start counts for neither: what it is relative to is drawn in each episode.
    """
    directions, turns = Counter[str](), Counter[str]()
    for route in virl_env.route_pool(city, routes):
        headings = [leg.heading for leg in route.legs]
        for before, after in pairwise(headings):
            directions[compass(after)] += 1
            turns[turn_word(before, after)] += 1
    return directions, turns


def trained(city: str) -> dict[str, float]:
    """Return the share of turns of the unseen cities whose word occurs in a training city."""
    known = words(city, 1_000)
    shares = {}
    for number, rule in enumerate(("absolute", "relative")):
        asked = Counter[str]()
        for name in virl_env.UNSEEN_CITIES:
            asked += words(name, ROUTES_EACH)[number]
        shares[rule] = sum(asked[word] for word in known[number]) / sum(asked.values())
    return shares


def test_the_second_training_city_asks_for_every_word() -> None:
    for counts, every in zip(words("starhaven", 1_000), (COMPASS, RELATIVE)):
        assert set(counts) == set(every)
        assert min(counts.values()) > 0.06 * sum(counts.values())


def test_unseen_cities_ask_for_words_that_only_the_second_has_trained() -> None:
    before, after = (trained(city) for city in virl_env.TRAINING_CITIES)
    assert before["absolute"] < 0.75
    assert before["relative"] < 1
    assert after == {"absolute": 1, "relative": 1}


def test_a_training_city_has_routes_enough_for_seven_folds() -> None:
    for city in virl_env.TRAINING_CITIES:
        pool = virl_env.route_pool(city)
        parts = Counter(route_part(route, 7) for route in pool)
        assert len({route.path for route in pool}) == len(pool) == 1_000
        assert min(parts.values()) > 110
        assert len(parts) == 7


def test_training_cities_look_as_no_other_city() -> None:
    looks = {name: virl_env.named_city(name).look for name in virl_env.CITY_NAMES}
    for city in virl_env.TRAINING_CITIES:
        apart = [
            max(
                abs(look["hue"] - looks[city]["hue"]),
                abs(look["warmth"] - looks[city]["warmth"]),
                abs(look["age"] - looks[city]["age"]),
                abs(look["storeys"] - looks[city]["storeys"]) / 8,
            )
            for name, look in looks.items()
            if name != city
        ]
        assert min(apart) > 0.1


@pytest.mark.parametrize(
    ("city", "digest", "routes"),
    [
        ("gridhaven", "a401e466e6acc3a2", ["b720bd70a4477ca5", "6a812ce5933a8db3"]),
        ("starhaven", "afe27a788dbaea1b", ["1a1cde517422b6b6", "f73239f1ebab944e"]),
    ],
)
def test_training_cities_stay_as_they_are(city: str, digest: str, routes: list[str]) -> None:
    """Golden: what was trained in them is what they were."""
    assert virl_env.named_city(city).digest == digest
    assert [route.digest for route in virl_env.route_pool(city, 2)] == routes


if __name__ == "__main__":
    for name in virl_env.TRAINING_CITIES:
        directions, turns = words(name, 1_000)
        for counts in (directions, turns):
            total = sum(counts.values())
            print(name, {word: f"{count / total:.1%}" for word, count in sorted(counts.items())})
        print(name, "trained of unseen turns:", trained(name))

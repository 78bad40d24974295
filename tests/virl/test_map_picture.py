"""The map: it fits the route, shows where the walker stands, and asks for no city."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest

import virl_env
from virl_env.map_picture import SIZE, draw_map


@pytest.fixture(scope="module")
def route() -> virl_env.Route:
    return virl_env.route_pool(virl_env.TRAINING_CITY, 1)[0]


def test_the_map_fits_the_route_and_the_streets_around_it(route: virl_env.Route) -> None:
    city = virl_env.named_city(route.city)
    bare = draw_map(route, None, route.start, 90.0)
    full = draw_map(route, city, route.start, 90.0)
    assert bare.shape == full.shape == (SIZE, SIZE, 3)
    assert bare.dtype == np.uint8
    blue = (bare.astype(int) - (31, 95, 168)).__abs__().sum(axis=2) < 30
    rows, columns = np.nonzero(blue)
    # The longer side of the route fills the map but for its margin, and nothing of it is cut off.
    assert max(np.ptp(rows), np.ptp(columns)) > SIZE / 2
    assert min(rows.min(), columns.min()) > 20
    assert max(rows.max(), columns.max()) < SIZE - 20
    assert (bare != full).any(axis=2).mean() > 0.02


def test_the_walker_moves_and_turns_on_the_map(route: virl_env.Route) -> None:
    def arrow(place: virl_env.world.geometry.Geocode, heading: float) -> tuple[float, float]:
        picture = draw_map(route, None, place, heading).astype(int)
        orange = np.abs(picture - (217, 95, 2)).sum(axis=2) < 60
        rows, columns = np.nonzero(orange)
        return float(rows.min()), float(columns.mean())

    start, end = arrow(route.start, 0), arrow(route.legs[-1].end, 0)
    assert np.hypot(start[0] - end[0], start[1] - end[1]) > 50
    north, south = arrow(route.start, 0), arrow(route.start, 180)
    assert north[0] < south[0] - 2  # the tip reaches further than the other corners


def test_an_environment_renders_its_map() -> None:
    env = gym.make("VIRLNavigation-v0", render_mode="rgb_array")
    env.reset(seed=3)
    first = np.array(env.render())
    done = False
    while not done:
        *_, done, _, _ = env.step(env.unwrapped.expert_action())
    last = np.array(env.render())
    assert first.shape == last.shape == (SIZE, SIZE, 3)
    assert (first != last).any()

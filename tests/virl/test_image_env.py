"""Navigation on images: what the picture and the state hold, where pictures come from and go."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces
from numpy.typing import NDArray

from tests.virl.compass_views import CompassViews, bearing_of, blue
from virl_env import load_routes, sample_route, synthetic_city
from virl_env.env import VIRLNavigationEnv
from virl_env.image_env import STATE_LAYOUT, VIRLNavigationImageEnv
from virl_env.image_vector_env import VIRLNavigationImageVectorEnv
from virl_env.observe import LAYOUT
from virl_env.views.album import Album
from virl_env.views.look import AXES, Look, check_look, draw_look
from virl_env.views.renderer import grid, gutter, stack
from virl_env.views.source import TURNS

CASES: list[dict[str, Any]] = [
    {},
    {"drop_rate": 0.5, "directions": "random", "points_per_segment": 3},
    {"points_per_segment": 0, "city": "unseen", "routes": 2},
    {"movement": "free"},
]


def make(**keywords: Any) -> VIRLNavigationImageEnv:
    return VIRLNavigationImageEnv(panoramas=CompassViews(), **keywords)


def walk(env: Any, seed: int) -> list[Any]:
    """Return what the expert sees on its way, and where it stands."""
    seen = [(env.reset(seed=seed)[0], env.stand(), env.episode.row.copy())]
    ended = False
    while not ended:
        observation, _, terminated, truncated, _ = env.step(env.expert_action())
        seen.append((observation, env.stand(), env.episode.row.copy()))
        ended = terminated or truncated
    return seen


def views_of(picture: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Return front, right, back and left view of an observed picture."""
    if picture.shape[-1] == 12:
        return [picture[..., first : first + 3] for first in (0, 3, 6, 9)]
    half = len(picture) // 2
    # The line between the views covers a part of each.
    line = gutter(half)
    assert (picture[half - line : half + line] == 255).all()
    assert (picture[:, half - line : half + line] == 255).all()
    above, below = picture[:half], picture[half:]
    return [above[:, :half], above[:, half:], below[:, :half], below[:, half:]]


@pytest.mark.parametrize("views", ["stack", "grid"])
@pytest.mark.parametrize("keywords", CASES)
def test_a_picture_shows_the_four_sides_of_where_the_walker_stands(
    keywords: dict[str, Any], views: str
) -> None:
    for seed in range(3):
        for observation, (geocode, heading), _ in walk(make(views=views, **keywords), seed):
            seen = views_of(observation["image"])
            assert [bearing_of(view) for view in seen] == [(heading + turn) % 360 for turn in TURNS]
            # The source fills the left half of each view: no view lies on its side or is mirrored.
            line = gutter(64) * (views == "grid")
            seen = [view[line : 64 - line, line : 64 - line, 2] for view in seen]
            assert all((view[:, : 32 - line] == blue(geocode)).all() for view in seen)
            assert not any(view[:, 32 - line :].any() for view in seen)


@pytest.mark.parametrize("keywords", CASES)
def test_state_is_the_symbolic_row_without_what_the_picture_shows(keywords: dict[str, Any]) -> None:
    assert set(LAYOUT) - set(STATE_LAYOUT) == {"landmark", "side", "intersection"}
    symbolic: Any = VIRLNavigationEnv(**keywords)
    row, _ = symbolic.reset(seed=4)
    env: Any = make(**keywords)
    observation, _ = env.reset(seed=4)
    ended = False
    while not ended:
        assert observation["state"].shape == (93,)
        for name, where in STATE_LAYOUT.items():
            assert (observation["state"][where] == row[LAYOUT[name]]).all(), name
        action = env.expert_action()
        assert action == symbolic.expert_action()
        told, told_symbolic = env.step(action), symbolic.step(action)
        observation, row = told[0], told_symbolic[0]
        assert told[1:4] == told_symbolic[1:4]
        assert told[4].keys() == told_symbolic[4].keys()
        ended = told[2] or told[3]


def test_state_does_not_change_with_what_is_in_sight() -> None:
    """Where the symbolic row differs only in what is in sight, the state does not differ."""
    from virl_env.views.state import KEPT

    rows = [row for _, _, row in walk(make(), 1)]
    for row in rows:
        other = row.copy()
        for name in ("landmark", "side", "intersection"):
            other[LAYOUT[name]] += 1
        assert (row[KEPT] == other[KEPT]).all()
    assert len({row.tobytes() for row in rows}) > 5


@pytest.mark.parametrize(
    ("keywords", "shape"),
    [
        ({}, (64, 64, 12)),
        ({"image_size": 32}, (32, 32, 12)),
        ({"views": "grid"}, (128, 128, 3)),
        ({"views": "grid", "image_size": 84}, (168, 168, 3)),
    ],
)
def test_only_size_and_views_change_the_space(
    keywords: dict[str, Any], shape: tuple[int, ...]
) -> None:
    env = make(**keywords)
    assert env.observation_space["image"] == spaces.Box(0, 255, shape, np.uint8)
    assert env.observation_space == make(movement="free", routes=9, **keywords).observation_space
    assert env.observation_space.contains(env.reset(seed=0)[0])
    masked = make(mask_in_observation=True, **keywords)
    assert masked.observation_space.contains(masked.reset(seed=0)[0])
    assert list(masked.reset(seed=0)[0]) == ["image", "state", "action_mask"]


def test_a_place_is_drawn_once_and_pictures_given_away_are_ones_own() -> None:
    source = CompassViews()
    env = VIRLNavigationImageEnv(panoramas=source, initial_heading="route")
    seen = walk(env, 7)
    places = {stand for _, stand, _ in seen}
    assert source.asked == len(places)
    again = walk(env, 7)
    assert source.asked == len(places)
    before = again[0][0]["image"].copy()
    again[0][0]["image"][:] = 0
    assert (walk(env, 7)[0][0]["image"] == before).all()
    # A wrong attempt leaves the walker where it is.
    env.reset(seed=7)
    stands = [env.stand()]
    env.step((env.expert_action() + 1) % 14)
    stands.append(env.stand())
    assert stands[0] == stands[1]
    assert source.asked == len(places)


def test_an_album_forgets_what_was_not_looked_at_for_longest() -> None:
    made: list[int] = []

    def picture(number: int) -> NDArray[np.uint8]:
        made.append(number)
        return np.full((10, 10), number, dtype=np.uint8)

    album = Album(350)
    for number in (1, 2, 3, 1, 4, 1, 2):
        found = album.find(number, None, lambda number=number: picture(number))
        assert (found == number).all()
        assert album.nbytes == 100 * len(album) <= 350
    assert made == [1, 2, 3, 4, 2]
    with pytest.raises(ValueError, match="read-only"):
        album.find(1, None, lambda: picture(1))[0] = 9


@pytest.mark.parametrize("mode", ["next_step", "same_step"])
@pytest.mark.parametrize("keywords", [*CASES, {"mask_in_observation": True, "views": "grid"}])
def test_copies_see_what_single_environments_see(keywords: dict[str, Any], mode: str) -> None:
    count, source = 4, CompassViews()
    vector = VIRLNavigationImageVectorEnv(
        count, panoramas=source, autoreset_mode=mode, max_episode_steps=40, **keywords
    )
    single: Any = gym.vector.SyncVectorEnv(
        [lambda: gym.wrappers.TimeLimit(VIRLNavigationImageEnv(panoramas=source, **keywords), 40)]
        * count,
        autoreset_mode=vector.autoreset_mode,
    )
    observations, _ = vector.reset(seed=[1, 2, 3, 4])
    expected, _ = single.reset(seed=[1, 2, 3, 4])
    generator, ends = np.random.default_rng(0), 0
    for _ in range(80):
        assert vector.observation_space.contains(observations)
        assert observations.keys() == expected.keys()
        for key in observations:
            assert np.array_equal(observations[key], expected[key]), key
        for copy, env in enumerate(single.envs):
            assert vector.stand(copy) == env.unwrapped.stand()
        anything = generator.integers(0, 14, count)
        actions = np.where(generator.random(count) < 0.9, vector.expert_action(), anything)
        observations, _, terminated, truncated, infos = vector.step(actions)
        expected, _, _, _, expected_infos = single.step(actions)
        over = (terminated | truncated).nonzero()[0]
        ends += len(over)
        if mode == "same_step":
            for copy in over.tolist():
                ours, theirs = infos["final_obs"][copy], expected_infos["final_obs"][copy]
                assert all(np.array_equal(ours[key], theirs[key]) for key in theirs)
    assert ends > count


def test_a_state_goes_on_with_the_same_pictures() -> None:
    env, other = (
        VIRLNavigationImageVectorEnv(3, panoramas=CompassViews(), routes=50) for _ in range(2)
    )
    env.reset(seed=1)
    for _ in range(9):
        env.step(env.expert_action())
    other.reset(seed=2)
    other.set_state(env.get_state())
    copy = pickle.loads(pickle.dumps(env))
    actions = env.expert_action()
    images = [one.step(actions)[0]["image"] for one in (env, other, copy)]
    assert (images[0] == images[1]).all()
    assert (images[0] == images[2]).all()
    with pytest.raises(ValueError, match="image_size=32"):
        VIRLNavigationImageVectorEnv(3, image_size=32).set_state(env.get_state())


def test_render_shows_the_four_views_larger() -> None:
    env = make(render_mode="rgb_array")
    env.reset(seed=3)
    frame = env.render()
    assert (frame.shape, frame.dtype) == ((640, 960, 3), np.uint8)
    _, heading = env.stand()
    assert [bearing_of(view) for view in views_of(frame[:, :640])] == [
        (heading + turn) % 360 for turn in TURNS
    ]
    vector = VIRLNavigationImageVectorEnv(2, panoramas=CompassViews(), render_mode="rgb_array")
    with pytest.raises(gym.error.ResetNeeded):
        vector.render()
    vector.reset(seed=[3, 4])
    frames = vector.render()
    assert (frames[0] == frame).all()
    assert (frames[1] != frame).any()


def test_views_are_put_together_in_reading_order() -> None:
    four = np.arange(4 * 6 * 6 * 3, dtype=np.uint16).reshape(4, 6, 6, 3).astype(np.uint8)
    assert stack(four).shape == (6, 6, 12)
    assert all((view == one).all() for view, one in zip(views_of(stack(four)), four))
    assert grid(four).shape == (12, 12, 3)
    for view, one in zip(views_of(grid(four)), four):
        assert (view[1:5, 1:5] == one[1:5, 1:5]).all()


def test_render_has_smooth_edges_where_a_city_is_drawn() -> None:
    env: Any = VIRLNavigationImageEnv(render_mode="rgb_array", views="grid", image_size=320)
    observation, _ = env.reset(seed=3)
    frame = env.renderer.frame(env.episode)
    # Below the labels of the views, `render()` shows these pixels.
    assert (env.render()[40:310, :640] == frame[40:310]).all()
    large = env.renderer.four(env.city, Look(), *env.stand(), 640)
    mean = large.reshape(4, 320, 2, 320, 2, 3).mean(axis=(2, 4))
    for seen, expected in zip(views_of(frame), mean):
        assert np.abs(seen.astype(float) - expected)[3:-3, 3:-3].max() <= 0.5
    # Observations are drawn as they are, and have as many colours as paint and haze make.
    shades = [len(np.unique(part.reshape(-1, 3), axis=0)) for part in (observation["image"], frame)]
    assert shades[1] > 1.2 * shades[0]


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"image_size": 16}, ["image_size", "32", "1200", "16"]),
        ({"image_size": 64.0}, ["image_size", "64.0"]),
        ({"views": "panorama"}, ["views", "'panorama'", "'stack'", "'grid'"]),
        ({"look": "sunny"}, ["look", "'sunny'", "'random'"]),
        ({"look": {"fog": 1}}, ["'fog'", "weather"]),
        ({"look": {"night": 6}}, ["night", "0 to 5", "6"]),
        ({"look": {"night": True}}, ["night", "True"]),
        ({"panoramas": 5}, ["panoramas", "5", "folder"]),
        ({"panoramas": CompassViews(), "look": {"night": 1}}, ["look", "panoramas"]),
    ],
)
def test_bad_keywords_are_named(keywords: dict[str, Any], words: list[str]) -> None:
    for make_one in (VIRLNavigationImageEnv, VIRLNavigationImageVectorEnv):
        with pytest.raises(ValueError, match=r".") as error:
            make_one(**keywords)
        assert [word for word in words if word not in str(error.value)] == []


@pytest.mark.parametrize(
    "answer", [np.zeros((4, 64, 64, 3)), np.zeros((4, 32, 32, 3), np.uint8), None]
)
def test_a_source_that_answers_with_something_else_is_named(answer: Any) -> None:
    class Wrong:
        def four(self, geocode: Any, heading: float, size: int) -> Any:
            return answer

    with pytest.raises(ValueError, match=r"Wrong must be uint8 of the shape \(4, 64, 64, 3\)"):
        VIRLNavigationImageEnv(panoramas=Wrong()).reset(seed=0)


def test_a_route_of_no_known_city_needs_panoramas() -> None:
    city = synthetic_city("grid", 5, name="elsewhere")
    route = sample_route(city, seed=1)
    with pytest.raises(ValueError, match=r"'elsewhere'.*panoramas"):
        VIRLNavigationImageEnv(route=route)
    env: Any = VIRLNavigationImageEnv(panoramas=CompassViews(), route=route)
    assert walk(env, 0)[-1][1][0] == route.legs[-1].end
    env = VIRLNavigationImageEnv()
    with pytest.raises(ValueError, match="'elsewhere'"):
        env.reset(options={"route": route})


def test_the_route_of_a_file_is_seen_through_panoramas(test_data: Path) -> None:
    [route] = load_routes(test_data / "virl_route_sf_apple.json")
    places = [stand[0] for _, stand, _ in walk(make(route=route), 0)]
    assert places[0] == route.start
    assert [leg.end for leg in route.legs if leg.end not in places] == []


@pytest.mark.parametrize("axis", AXES)
def test_a_look_is_severities(axis: str) -> None:
    assert check_look({axis: 3}) == Look(**{axis: 3})
    assert check_look("plain") == Look() == check_look({})
    assert check_look("random") is None


def test_a_random_look_is_fixed_by_the_episode_seed() -> None:
    looks = [draw_look(seed) for seed in range(400)]
    assert looks == [draw_look(seed) for seed in range(400)]
    assert len(set(looks)) > 350
    for axis in AXES:
        severities = [getattr(look, axis) for look in looks]
        assert set(severities) == {0, 1, 2, 3}
        assert 150 < severities.count(0) < 250


def test_symbols_and_words_load_nothing_that_draws_streets() -> None:
    script = """
import sys, gymnasium as gym, virl_env
for name in ("VIRLNavigation-v0", "VIRLNavigation-Text-v0"):
    env = gym.make(name)
    env.reset(seed=0)
    env.step(env.unwrapped.expert_action())
print(sorted({"PIL", "virl_env.views.renderer", "virl_env.views.city_views"} & set(sys.modules)))
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"

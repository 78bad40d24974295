"""Recordings of episodes: what is recorded, the moving picture, and the page in a browser."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from PIL import Image

from tests.recordings import browse, needs_browser, read_gif, sections
from tests.virl.compass_views import CompassViews, bearing_of
from virl_env.env import VIRLNavigationEnv
from virl_env.image_env import VIRLNavigationImageEnv
from virl_env.replay import Recording, record, write_gif, write_page
from virl_env.replay.gif import draw_frames
from virl_env.text_env import VIRLNavigationTextEnv
from virl_env.world.synthetic import synthetic_city

HOSTILE = '</div><script>document.title = "taken over"</script>{"action": "stop()"} & "$title"'


def talk(**keywords: Any) -> VIRLNavigationTextEnv:
    given = {"images": True, "panoramas": CompassViews(), "turns": (1, 1), "routes": 20, **keywords}
    return VIRLNavigationTextEnv(**given)


@pytest.fixture(scope="module")
def recording() -> Recording:
    """A dialogue in which the first reply is wrong, and hostile."""
    env = talk()
    replies = [HOSTILE]

    def choose(observation: Any, info: Any) -> Any:
        return replies.pop() if replies else env.expert_action()

    return record(env, choose, seed=3, view_size=64)


def test_a_recording_is_what_happened(recording: Recording) -> None:
    env = talk()
    said, info = env.reset(seed=3)
    actions = [HOSTILE]
    for moment in recording.moments[:-1]:
        assert (moment.told, (moment.geocode, moment.heading)) == (said, env.stand())
        assert moment.views.shape == (128, 128, 3)
        assert bearing_of(moment.views) == moment.heading
        assert moment.map.shape == (640, 640, 3)
        action = actions.pop() if actions else env.expert_action()
        assert moment.done == action
        said, reward, _, _, info = env.step(action)
        assert (moment.outcome, moment.reward) == (info["outcome"], reward)
    end = recording.moments[-1]
    assert (end.told, end.done, end.reward) == (said, "", 0.0)
    assert recording.facts["Success"] == "yes"
    assert recording.facts["Episode seed"] == str(info["episode_seed"])
    assert env.route.start_name in recording.title
    assert recording.moments[0].outcome == "wrong_action"
    lines = [moment.line for moment in recording.moments]
    assert sorted(lines) == lines
    assert (lines[0], lines[-1]) == (0, len(recording.instructions) - 1)


@pytest.mark.parametrize("movement", ["rail", "free"])
def test_other_interfaces_are_recorded_through_wrappers(movement: str) -> None:
    env = VIRLNavigationImageEnv(panoramas=CompassViews(), movement=movement, routes=20)
    recorded = record(gym.wrappers.TimeLimit(env, 5), seed=1, view_size=32)
    assert len(recorded.moments) == 6
    assert all(moment.done.endswith(")") for moment in recorded.moments[:-1])
    assert {moment.told for moment in recorded.moments} == {""}
    assert recorded.facts["Success"] == "no"


@pytest.mark.parametrize("movement", ["rail", "free"])
def test_an_interface_without_pictures_is_recorded_as_its_city_looks(movement: str) -> None:
    symbolic = VIRLNavigationEnv(movement=movement, routes=20)
    sighted = VIRLNavigationImageEnv(movement=movement, routes=20, look={"night": 4})
    day, same, night = (
        record(env, seed=1, view_size=32, max_steps=2, **look)
        for env, look in ((symbolic, {}), (symbolic, {"look": "plain"}), (sighted, {}))
    )
    asked = record(symbolic, seed=1, view_size=32, max_steps=2, look={"night": 4})
    for number in range(3):
        assert (day.moments[number].views == same.moments[number].views).all()
        assert (day.moments[number].views != night.moments[number].views).any()
        assert (asked.moments[number].views == night.moments[number].views).all()
        assert (day.moments[number].map == night.moments[number].map).all()


def test_a_recording_stops_where_it_is_asked_to() -> None:
    stuck = record(talk(), lambda *_: "hm", seed=3, view_size=32, max_steps=3)
    assert [moment.done for moment in stuck.moments] == ["hm", "hm", "hm", ""]


def test_what_cannot_be_recorded_is_named() -> None:
    with pytest.raises(ValueError, match="CartPole"):
        record(gym.make("CartPole-v1"))
    with pytest.raises(ValueError, match="view_size"):
        record(talk(), view_size=5000)
    from virl_env import sample_route

    route = sample_route(synthetic_city("grid", 5, name="elsewhere"), seed=1)
    env = VIRLNavigationEnv(route=route)
    with pytest.raises(ValueError, match="'elsewhere'"):
        record(env)


def test_a_gif_has_a_frame_for_each_moment(recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / "episode.gif"
    write_gif(recording, path, milliseconds=200, width=480)
    frames = read_gif(path, len(recording.moments), (480, 282), 200)
    # The front view fills an eighth of the frame, in the colours of the moment.
    for frame, moment in zip(frames, recording.moments):
        seen = frame[60, 100]
        expected = moment.views[32, 48].astype(int)
        assert np.abs(seen - expected).max() < 25, (seen, expected)


def test_a_frame_says_what_was_done_and_credits_the_data(recording: Recording) -> None:
    credited = replace(recording, credit="© OpenStreetMap contributors, ODbL 1.0")
    plain, told = (np.asarray(next(draw_frames(one))).astype(int) for one in (recording, credited))
    assert (plain[:640] == told[:640]).all()
    assert (plain[640:] != told[640:]).any()
    second = np.asarray(list(draw_frames(recording))[1]).astype(int)
    assert (plain[640:] != second[640:]).any()


@needs_browser
def test_a_browser_shows_one_step_at_a_time(recording: Recording, tmp_path: Path) -> None:
    page = tmp_path / "episode.html"
    write_page(recording, page)
    # The script is that of the card game's pages too, which are opened at either end.
    number = 3
    dom = browse(page, "--dump-dom", hash="#4")
    steps = sections(dom)
    assert len(steps) == len(recording.moments)
    hidden = ["hidden" in step.split(">")[0] for step in steps]
    assert [index for index, away in enumerate(hidden) if not away] == [number]
    assert f"{number + 1} / {len(steps)}" in dom
    followed = re.findall(r'<li class="now">(.*?)</li>', dom)
    moment = recording.moments[number]
    assert [unescape(line) for line in followed] == [recording.instructions[moment.line]]
    assert "<nav>" in dom
    # What was said is text, whatever it looks like: nothing of it has run.
    assert "<title>From" in dom
    assert HOSTILE in unescape(steps[0])


@needs_browser
def test_a_browser_shows_the_pictures(recording: Recording, tmp_path: Path) -> None:
    page, shot = tmp_path / "episode.html", tmp_path / "shot.png"
    write_page(recording, page)
    browse(page, f"--screenshot={shot}", hash="#5")
    pixels = np.asarray(Image.open(shot).convert("RGB")).astype(int)
    for pane in (0, 1):
        # The right halves of the front and of the right view have one colour each.
        expected = recording.moments[4].views[20, 64 * pane + 48].astype(int)
        close = (np.abs(pixels - expected).max(axis=2) < 8).sum()
        assert close > 50 * 100, (expected, close)
    # The walker on the map.
    assert (np.abs(pixels - (217, 95, 2)).max(axis=2) < 25).sum() > 40


def test_a_page_needs_nothing_else(recording: Recording, tmp_path: Path) -> None:
    page = tmp_path / "episode.html"
    write_page(replace(recording, credit="© somebody <b>"), page)
    text = page.read_text(encoding="utf-8")
    sources = re.findall(r'(?:src|href)="([^"]{0,30})', text)
    assert len(sources) == 2 * len(recording.moments)
    assert all(source.startswith("data:image/") for source in sources)
    assert not re.search(r"https?://|@import|url\(", text)
    assert "© somebody &lt;b&gt;" in text
    assert text.count("<script>") == 1

"""Recordings of card games: what is recorded, the moving picture, and the page in a browser."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from PIL import Image

from gp_env.arithmetic import TOKENS, to_tokens
from gp_env.env import GeneralPointsEnv
from gp_env.pictures.table import draw_table
from gp_env.render import SIZE
from gp_env.replay import Recording, record, write_gif, write_page
from gp_env.replay.gif import draw_frames
from gp_env.text_env import GeneralPointsTextEnv
from tests.recordings import browse, needs_browser, read_gif, sections

HOSTILE = '</div><script>document.title = "taken over"</script>{"formula": "<b>1+1"} & "$title"'
WRONG = [*to_tokens("(3+8)*3-8"), TOKENS.index("=")]


def tokens() -> GeneralPointsEnv:
    return GeneralPointsEnv(hand="3 3 8 8", suits="red", stated_rule="rank")


@pytest.fixture(scope="module")
def written() -> Recording:
    """A hand that is won token by token, after a wrong attempt."""
    env, first = tokens(), list(WRONG)
    return record(env, lambda *_: first.pop(0) if first else env.expert_action(), seed=2)


@pytest.fixture(scope="module")
def said() -> Recording:
    """A dialogue in which the first reply is wrong, and hostile."""
    env = GeneralPointsTextEnv(images=True, look={"rotation": 3, "noise": 2})
    replies = [HOSTILE]
    return record(env, lambda *_: replies.pop() if replies else env.expert_action(), seed=3)


def test_a_recording_is_what_happened(written: Recording) -> None:
    env = tokens()
    _, info = env.reset(seed=2)
    actions = list(WRONG)
    for moment in written.moments[:-1]:
        assert moment.scene == env.scene()
        action = actions.pop(0) if actions else env.expert_action()
        assert moment.done == TOKENS[action]
        left = info["attempts_left"]
        _, reward, _, _, info = env.step(action)
        attempted = info["attempts_left"] < left
        assert moment.outcome == (info["outcome"] if attempted else "none")
        assert (moment.reward, moment.told) == (reward, "")
    assert written.moments[-1].scene == env.scene()
    assert written.moments[-1].done == ""
    outcomes = [moment.outcome for moment in written.moments if moment.outcome != "none"]
    assert outcomes == ["wrong_value", "correct"]
    assert written.facts == {
        "Rule": "J counts 11, Q 12, K 13",
        "Rule that scores": "J counts 10, Q 10, K 10",
        "Episode seed": str(info["episode_seed"]),
        "Success": "yes",
    }
    assert written.title == f"Make 24 from {env.hand}"
    np.testing.assert_array_equal(written.table, draw_table(env.hand.ranks, env.hand.suits, SIZE))


def test_a_dialogue_is_taken_down_with_the_cards_as_they_were_shown(said: Recording) -> None:
    env = GeneralPointsTextEnv(images=True, look={"rotation": 3, "noise": 2})
    prompt, _ = env.reset(seed=3)
    np.testing.assert_array_equal(said.table, env.table(SIZE))
    feedback, *_ = env.step(HOSTILE)
    assert [moment.told for moment in said.moments[:2]] == [prompt, feedback]
    assert [moment.done for moment in said.moments] == [HOSTILE, env.expert_action(), ""]
    assert [moment.outcome for moment in said.moments] == ["illegal_formula", "correct", "none"]
    assert said.moments[1].scene.previous == "<b>1+1"


def test_any_interface_is_recorded_through_wrappers_in_the_look_asked_for() -> None:
    plain, turned = (
        record(gym.make("GeneralPoints-v0", max_episode_steps=3), seed=1, look=look)
        for look in ("plain", {"rotation": 4})
    )
    assert (plain.table != turned.table).any()
    assert [len(plain.moments), plain.facts["Success"]] == [4, "no"]
    # Who shows cards is recorded as it shows them.
    shown = record(gym.make("GeneralPoints-Image-v0", look={"rotation": 4}), seed=1)
    np.testing.assert_array_equal(shown.table, turned.table)
    assert shown.facts["Success"] == "yes"
    stuck = record(GeneralPointsTextEnv(), lambda *_: "hm", seed=3, max_steps=2)
    assert [moment.done for moment in stuck.moments] == ["hm", "hm", ""]


def test_what_cannot_be_recorded_is_named() -> None:
    with pytest.raises(ValueError, match="CartPole"):
        record(gym.make("CartPole-v1"))
    with pytest.raises(ValueError, match="'sunny'"):
        record(tokens(), look="sunny")


def test_a_gif_has_a_frame_for_each_moment(written: Recording, tmp_path: Path) -> None:
    path = tmp_path / "episode.gif"
    write_gif(written, path, milliseconds=200, width=320)
    frames = read_gif(path, len(written.moments), (320, 409), 200)
    table = np.asarray(Image.fromarray(written.table).resize((320, 320), Image.Resampling.LANCZOS))
    for number, frame in enumerate(frames):
        assert np.abs(frame[:320] - table.astype(int)).mean() < 4
        for other in frames[:number]:
            assert (frame[320:] != other[320:]).any()


def test_frames_count_what_was_earned_before(written: Recording) -> None:
    frames = [np.asarray(frame) for frame in draw_frames(written)]
    assert {frame.shape for frame in frames} == {(818, 640, 3)}
    unpaid = draw_frames(
        Recording(
            title=written.title,
            facts=written.facts,
            table=written.table,
            moments=[type(moment)(scene=moment.scene, told="") for moment in written.moments],
        )
    )
    differs = [bool((one != np.asarray(other)).any()) for one, other in zip(frames, unpaid)]
    paid = len(WRONG)
    assert differs == [False] * paid + [True] * (len(frames) - paid)


@pytest.mark.parametrize(
    ("keywords", "word"), [({"milliseconds": 5}, "milliseconds"), ({"width": 5_000}, "width")]
)
def test_bad_numbers_are_named(
    written: Recording, tmp_path: Path, keywords: dict[str, Any], word: str
) -> None:
    with pytest.raises(ValueError, match=word):
        write_gif(written, tmp_path / "episode.gif", **keywords)
    assert list(tmp_path.iterdir()) == []


@needs_browser
def test_a_browser_shows_one_step_at_a_time(
    written: Recording, said: Recording, tmp_path: Path
) -> None:
    for name, recording, opened in (
        ("written", written, {"#2": 1}),
        ("said", said, {"": 0, "#999": len(said.moments) - 1}),
    ):
        page = tmp_path / f"{name}.html"
        write_page(recording, page)
        last = len(recording.moments) - 1
        for hash, number in opened.items():
            dom = browse(page, "--dump-dom", hash=hash)
            steps = sections(dom)
            hidden = ["hidden" in step.split(">")[0] for step in steps]
            assert [index for index, away in enumerate(hidden) if not away] == [number]
            assert f"{number + 1} / {last + 1}" in dom
            assert recording.moments[number].scene.formula in unescape(steps[number])
            # What was said is text, whatever it looks like: nothing of it has run.
            assert "<title>Make 24 from" in dom
            assert unescape(steps[0]).count(HOSTILE) == (name == "said")


@needs_browser
def test_a_browser_shows_the_cards(written: Recording, tmp_path: Path) -> None:
    page, shot = tmp_path / "episode.html", tmp_path / "shot.png"
    write_page(written, page)
    browse(page, f"--screenshot={shot}", hash="#5")
    pixels = np.asarray(Image.open(shot).convert("RGB")).astype(int)
    table = written.table.reshape(-1, 3)
    cards = 0.0
    for colour in ((24, 96, 64), (252, 252, 248), (200, 24, 32)):
        share = (table == colour).all(axis=1).mean()
        seen = (np.abs(pixels - colour).max(axis=2) < 3).sum() / (26 * 16) ** 2
        # The paper of the cards is nearly the colour of the page.
        assert seen > 0.9 * share
        cards += share
    assert cards > 0.9


def test_a_page_needs_nothing_else(said: Recording, tmp_path: Path) -> None:
    page = tmp_path / "episode.html"
    write_page(said, page)
    text = page.read_text(encoding="utf-8")
    sources = re.findall(r'(?:src|href)="([^"]{0,30})', text)
    # The cards stay the same, so one picture of them is enough.
    assert len(sources) == 1
    assert sources[0].startswith("data:image/")
    assert not re.search(r"https?://|@import|url\(", text)
    assert text.count("<script>") == 1

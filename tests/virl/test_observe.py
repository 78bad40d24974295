"""The observation: its parts, its space, and that it shows what is there."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

import virl_env
from virl_env.actions import ACTIONS, NUM_ACTIONS
from virl_env.directions import Directions
from virl_env.env import VIRLNavigationEnv
from virl_env.observe import (
    FIELDS,
    HEADING_STEP,
    HISTORY,
    LAYOUT,
    SIZE,
    as_text,
    decode,
    heading_codes,
)
from virl_env.routes.rail import RailStep
from virl_env.world.geometry import COMPASS, compass, turn_word

KEYWORDS: list[dict[str, Any]] = [
    {"routes": 40},
    {"routes": 40, "directions": "random", "drop_rate": 0.5, "max_attempts": 10},
    {"routes": 40, "directions": "relative", "points_per_segment": 10, "turns": (7, 7)},
    {"routes": 40, "points_per_segment": 0, "turns": (0, 0), "landmarks": "none"},
    {"city": "unseen", "routes": 2, "instructions": "landmarks", "max_attempts": 1},
    {"routes": 40, "movement": "free", "directions": "random"},
]


def test_the_parts_lie_side_by_side_and_fill_the_row() -> None:
    parts = list(LAYOUT.values())
    assert parts[0].start == 0
    assert [part.start for part in parts[1:]] == [part.stop for part in parts[:-1]]
    assert parts[-1].stop == SIZE == 96
    with pytest.raises(TypeError):
        LAYOUT["lines"] = slice(0, 1)  # type: ignore[index]


def test_the_space_is_honest() -> None:
    space = FIELDS.space()
    assert (space.shape, space.dtype) == ((SIZE,), np.uint8)
    # Counted in 64 bits, for those who add the counts up.
    assert int(space.nvec.sum()) == int(space.nvec.astype(object).sum())
    assert space.contains(space.sample())
    assert space.contains((space.nvec - 1).astype(np.uint8))
    assert not space.contains(space.nvec.astype(np.uint8))


@pytest.mark.parametrize("keywords", KEYWORDS, ids=str)
def test_no_keyword_changes_the_space(keywords: dict[str, Any]) -> None:
    for make in (VIRLNavigationEnv, lambda **k: gym.make_vec("VIRLNavigation-v0", 2, **k)):
        env = make(**keywords)
        single = getattr(env, "single_observation_space", env.observation_space)
        assert single == FIELDS.space()
    masked = VIRLNavigationEnv(mask_in_observation=True, **keywords).observation_space
    assert masked["observations"] == FIELDS.space()
    assert masked["action_mask"] == gym.spaces.Box(0, 1, (NUM_ACTIONS,), np.int8)


def test_every_heading_has_a_code_and_none_is_empty() -> None:
    codes = heading_codes(np.arange(360))
    assert (codes.min(), codes.max()) == (1, 360 // HEADING_STEP)
    assert len(set(codes.tolist())) == 72
    assert codes[0] == 1, "0 degrees is a heading like any other"


def _sight(env: VIRLNavigationEnv, step: RailStep) -> tuple[int | None, str | None]:
    """Return the number of the landmark in sight and its side, from the words of the rail."""
    if step.observation == "No landmarks nearby":
        return None, None
    for number, leg in enumerate(env.route.legs):
        if leg.landmark and leg.landmark.name in step.observation:
            assert step.observation.endswith(str(leg.side))
            return env.landmark_order[number], leg.side
    raise AssertionError(step.observation)


@pytest.mark.parametrize("keywords", KEYWORDS[:-1], ids=str)
def test_what_is_shown_is_what_is_there(keywords: dict[str, Any]) -> None:
    env = VIRLNavigationEnv(**keywords)
    rng = np.random.default_rng(0)
    for seed in range(6):
        row, _ = env.reset(seed=seed)
        for step in env.steps:
            seen = decode(row)
            assert (seen["landmark"], seen["side"]) == _sight(env, step)
            assert seen["intersection"] == step.intersection
            assert seen["heading"] == step.heading // HEADING_STEP * HEADING_STEP
            assert seen["actions"] == env.actions[::-1][:HISTORY]
            assert seen["directions"] == env.directions
            assert len(seen["lines"]) == 2 * len(env.route.legs) - step.instruction + 1
            attempts = env.config.max_attempts
            assert (seen["previous"], seen["attempts_left"]) == (None, attempts)
            if attempts > 1 and rng.random() < 0.3:
                wrong = (env.expert_action() + 1) % NUM_ACTIONS
                row, *_ = env.step(wrong)
                again = decode(row)
                assert again.pop("previous") == ACTIONS[wrong]
                assert again.pop("attempts_left") == attempts - 1
                assert again.pop("outcome") == "wrong_action"
                assert all(seen[key] == value for key, value in again.items())
            row, *_ = env.step(env.expert_action())
        assert decode(row)["lines"] == []
        assert decode(row)["actions"][0] == "stop()"


def test_lines_tell_each_turn_in_both_frames() -> None:
    env = VIRLNavigationEnv(routes=20, turns=(3, 3), landmarks="all")
    row, _ = env.reset(seed=1)
    heading, lines = env.initial_heading, decode(row)["lines"]
    for number, leg in enumerate(env.route.legs):
        turn, walk = lines[2 * number : 2 * number + 2]
        assert turn["turn"] == turn_word(heading, leg.heading)
        assert turn["compass"] == compass(leg.heading)
        assert walk["turn"] == "walk"
        assert walk["landmark"] == env.landmark_order[number]
        heading = leg.heading


@pytest.mark.parametrize(
    ("naming", "told"),
    [("both", {"turn", "compass"}), ("relative", {"turn"}), ("absolute", {"compass"})],
)
def test_instructions_tell_what_was_asked_for(naming: str, told: set[str]) -> None:
    env = VIRLNavigationEnv(routes=20, instructions=naming)
    for seed in range(20):
        lines = decode(env.reset(seed=seed)[0])["lines"][::2]
        for line in lines:
            assert {key for key in ("turn", "compass") if line[key]} == told


def test_landmarks_alone_tell_no_turn_in_words() -> None:
    env = VIRLNavigationEnv(routes=40, instructions="landmarks", landmarks="all")
    told = untold = 0
    for seed in range(40):
        lines = decode(env.reset(seed=seed)[0])["lines"]
        assert len(lines) == 2 * len(env.route.legs)
        for line in lines[::2]:
            assert (line["turn"], line["compass"]) == (None, None)
            told += line["side"] is not None
            untold += line["side"] is None
    assert told > 20
    # At the start nothing is in sight by which to turn.
    assert untold >= 40


def test_the_text_for_a_terminal() -> None:
    mirrored = Directions("body", ("right", "left", "slightly right", "slightly left"))
    env = VIRLNavigationEnv(routes=20, directions=mirrored, landmarks="all", render_mode="ansi")
    env.reset(seed=2)
    wrong = ACTIONS.index(f"turn_direction({COMPASS[0]})")
    env.step(wrong)
    shown = str(env.render())
    first = decode(env.step(wrong)[0])["lines"][0]
    for words in (mirrored.name, "Attempts left 1", "wrong_action", ACTIONS[wrong], "In sight"):
        assert words in shown
    assert f"until {first['landmark']} is" in str(env.render())
    while env.at < len(env.steps):
        row, *_ = env.step(env.expert_action())
    assert "Next" not in as_text(row)
    assert virl_env.WORDS[0] == COMPASS[0]

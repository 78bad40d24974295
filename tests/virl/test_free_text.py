"""Free movement in words: the same walk as in symbols, and the dialogues around it."""

from __future__ import annotations

import json
from typing import Any

import gymnasium as gym
import pytest
from gymnasium.utils.env_checker import check_env

from virl_env.actions import ACTION_INDEX, ACTIONS
from virl_env.env import VIRLNavigationEnv
from virl_env.free.words import FREE
from virl_env.observe import decode
from virl_env.reader import parse_reply
from virl_env.text_env import VIRLNavigationTextEnv

INFO_KEYS = {
    *("messages", "outcome", "attempts_left", "in_format", "is_success", "episode_seed"),
    "task",
    *("spl", "ndtw", "oracle_success"),
}


def make(**keywords: Any) -> VIRLNavigationTextEnv:
    return VIRLNavigationTextEnv(**{"routes": 20, "movement": "free", **keywords})


def reply(action: str, observation: str = "") -> str:
    return json.dumps({"current observation": observation, "action": action})


def test_gymnasium_finds_no_fault() -> None:
    env = gym.make("VIRLNavigation-Text-v0", movement="free", routes=20, render_mode="ansi")
    check_env(env.unwrapped)


@pytest.mark.parametrize("template", ["default", "compact"])
@pytest.mark.parametrize("rule", ["absolute", "relative", "random"])
def test_expert_walks_as_in_symbols(rule: str, template: str) -> None:
    keywords: Any = {"routes": 20, "movement": "free", "directions": rule, "shaping": 0.5}
    text = VIRLNavigationTextEnv(template=template, **keywords)
    symbols = VIRLNavigationEnv(**keywords)
    for seed in range(3):
        prompt, info = text.reset(seed=seed)
        observation, _ = symbols.reset(seed=seed)
        ended = False
        while not ended:
            assert prompt in text.observation_space
            assert info.keys() == INFO_KEYS
            assert info["messages"][-1]["content"] == prompt
            assert text.pose == symbols.pose
            seen = decode(observation)
            if template == "compact":
                assert f"intersection {'yes' if seen['intersection'] else 'no'}." in prompt
                assert ("see nothing" in prompt) == (seen["landmark"] is None)
            else:
                assert ("No landmarks nearby" in prompt) == (seen["landmark"] is None)
                assert f"(heading {text.pose.heading} degrees" in prompt
            said = text.expert_action()
            action = parse_reply(said).action
            assert action == ACTIONS[symbols.expert_action()]
            prompt, reward, ended, truncated, info = text.step(said)
            observation, expected, *_, other = symbols.step(ACTION_INDEX[action])
            assert (reward, truncated) == (expected, False)
            assert {key: info[key] for key in other if key in info} == {
                key: other[key] for key in other if key in info
            }
        assert info["is_success"]
        assert info["outcome"] == "correct"
        assert parse_reply(text.expert_action()).action == "stop()"


def test_what_fails_is_answered_in_the_dialogue() -> None:
    env = make()
    _, info = env.reset(seed=0)
    left, pose = info["attempts_left"], env.pose
    for said, told in (
        ("hm", "No action of the task could be read"),
        (reply("turn_direction(left)"), "The rule that is in force has no such word"),
    ):
        feedback, reward, terminated, _, info = env.step(said)
        left -= 1
        assert feedback.startswith(told)
        assert f"Actions left: {left}." in feedback
        assert (reward, terminated, info["attempts_left"]) == (-1.0, False, left)
    assert [said["role"] for said in info["messages"]] == [
        "system",
        *["user", "assistant"] * 2,
        "user",
    ]
    assert env.pose == pose
    prompt, reward, *_, info = env.step(reply("turn_direction(north)"))
    assert (reward, info["outcome"], len(info["messages"])) == (0.0, "none", 2)
    assert f"Actions left: {left - 1}." in prompt
    assert "Done so far: turn_direction(north)." in prompt


def test_report_of_an_intersection() -> None:
    env = make()
    env.reset(seed=0)
    crossing = env.expert_action().count("Intersection: yes") > 0
    wrong = "intersection: no" if crossing else "intersection: yes"
    assert env.step(reply("turn_direction(left)", wrong))[1] == -1.5
    # A move that is possible is one whatever is reported.
    assert env.step(reply("turn_direction(north)", wrong))[1] == 0.0
    feedback, reward, terminated, truncated, info = env.step(reply("stop()"))
    assert (reward, terminated, truncated, info["is_success"]) == (-1.0, True, False, False)
    assert feedback == "You stop, but not at the destination. The walk ends here."
    with pytest.raises(gym.error.ResetNeeded):
        env.step("hm")


def test_time_limit() -> None:
    for last, told in (("hm", "The walk ends here."), (reply("turn_direction(north)"), "You walk")):
        env = make(max_steps=2)
        env.reset(seed=0)
        assert env.step("hm")[2:4] == (False, False)
        said, _, terminated, truncated, info = env.step(last)
        assert told in said
        assert (terminated, truncated, info["attempts_left"]) == (False, True, 0)


def test_long_walks_are_told_in_messages_that_fit() -> None:
    env = make(max_steps=1_000)
    env.reset(seed=0)
    words = ("northeast", "southwest")
    for number in range(400):
        prompt, *_ = env.step(reply(f"turn_direction({words[number % 2]})"))
    assert prompt in env.observation_space
    assert prompt.endswith('"action": "forward(), stop() or turn_direction(x)"}')
    assert prompt.count("turn_direction(southwest)") == 44


def test_the_space_is_that_of_rails_and_a_template_of_ones_own_is_kept() -> None:
    rails = VIRLNavigationTextEnv(routes=20)
    assert make().observation_space == rails.observation_space
    assert make().template == FREE != rails.template
    assert make(template=rails.template).template == rails.template

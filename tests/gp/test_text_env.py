"""The text environment: Gymnasium's contract, the dialogue, and what it keeps to itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gymnasium as gym
import pytest

import gp_env
from gp_env.text import COMPACT, PromptTemplate, build_prompt
from gp_env.text_env import GeneralPointsTextEnv

IDS = [name for name in gp_env.variants() if "-Text" in name]
INFO_KEYS = {
    *("in_format", "messages", "outcome", "attempts_left", "is_success", "episode_seed", "task")
}

KEYWORDS: list[dict[str, Any]] = [
    {},
    {"template": "compact"},
    {"rule": "random", "target": 100, "max_attempts": 10},
    {"rule": "rank", "stated_rule": "ten", "face_cards": True},
    {"num_cards": 6, "deck": "large", "suits": "all", "deals": "deck"},
    {"hand": (3, 3, 8, 8), "max_attempts": 1},
]


def play(env: gym.Env[str, str], replies: list[str], **reset: Any) -> list[Any]:
    trace: list[Any] = [env.reset(**reset)]
    for reply in replies:
        trace.append(env.step(reply))
        if trace[-1][2]:
            break
    return trace


@pytest.mark.parametrize("keywords", KEYWORDS, ids=str)
def test_expert_wins_and_observations_lie_in_the_space(keywords: dict[str, Any]) -> None:
    env = GeneralPointsTextEnv(**keywords)
    assert env.observation_space == GeneralPointsTextEnv().observation_space
    for seed in range(5):
        observation, info = env.reset(seed=seed)
        assert observation in env.observation_space
        assert info.keys() == INFO_KEYS
        assert (info["outcome"], info["is_success"]) == ("none", False)
        if env.config.max_attempts > 1:
            observation, *_, info = env.step("no idea")
            assert observation in env.observation_space
            assert info.keys() == INFO_KEYS
        action = env.expert_action()
        assert action in env.action_space
        observation, reward, terminated, truncated, info = env.step(action)
        assert (reward, terminated, truncated) == (5.0, True, False)
        assert observation in env.observation_space
        assert info.keys() == INFO_KEYS
        assert (info["outcome"], info["is_success"]) == ("correct", True)


def test_dialogue() -> None:
    env = GeneralPointsTextEnv(hand=(5, 13, 2, 7), max_attempts=3, template="compact")
    prompt, info = env.reset()
    assert prompt == "Cards: 5 K 2 7. J 10 Q 10 K 10. Make 24."
    assert info["attempts_left"] == 3
    replies = ["hm", '{"formula": "13+5"}', '{"formula": "5*(10-7)-2"}']
    trace = play(env, replies)
    said = ["unreadable. 2 left.", "wrong numbers. 1 left.", "wrong value. 0 left."]
    assert [step[0] for step in trace[1:]] == said
    assert [step[1] for step in trace[1:]] == [-3.0, -2.0, -1.0]
    assert [step[2] for step in trace[1:]] == [False, False, True]
    assert not any(step[3] for step in trace[1:])
    assert [step[4]["attempts_left"] for step in trace[1:]] == [2, 1, 0]
    chat = trace[-1][4]["messages"]
    assert [message["role"] for message in chat] == ["user", "assistant", "user"] + [
        "assistant",
        "user",
    ] * 2
    assert [message["content"] for message in chat[1::2]] == replies
    assert [message["content"] for message in chat[::2]] == [prompt, *said]
    assert trace[0][1]["messages"] == chat[:1]


def test_default_chat_opens_with_the_system_message() -> None:
    env = GeneralPointsTextEnv()
    prompt, info = env.reset(seed=0)
    assert [message["role"] for message in info["messages"]] == ["system", "user"]
    assert info["messages"][1]["content"] == prompt


def test_messages_of_an_info_are_the_callers_own() -> None:
    env = GeneralPointsTextEnv()
    _, info = env.reset(seed=0)
    info["messages"][0]["content"] = "changed"
    info["messages"].clear()
    _, *_, later = env.step("")
    assert len(later["messages"]) == 4
    assert later["messages"][0]["content"] != "changed"


@pytest.mark.parametrize(
    "reply", ["", "{" * 100_000, "\ud800", "\x00", '{"formula": "' + "(" * 10**5]
)
def test_any_string_is_an_attempt(reply: str) -> None:
    env = GeneralPointsTextEnv(max_attempts=2)
    env.reset(seed=0)
    observation, reward, terminated, _, info = env.step(reply)
    assert (reward, terminated, info["outcome"]) == (-3.0, False, "unreadable")
    assert observation in env.observation_space
    assert info["messages"][-2] == {"role": "assistant", "content": reply}


@pytest.mark.parametrize("name", IDS)
def test_answers_are_told_nowhere(name: str) -> None:
    env: Any = gym.make(name).unwrapped
    for seed in range(10):
        trace = play(env, ['{"formula": "1+1"}', "?", '{"formula": "1*"}'], seed=seed)
        written = repr(trace).replace(" ", "")
        for formula in gp_env.solve(env.hand, env.rule, env.config.target):
            assert formula not in written


def test_deals_what_the_symbolic_environment_deals() -> None:
    keywords: dict[str, Any] = {"rule": "random", "suits": "all"}
    text = GeneralPointsTextEnv(**keywords)
    symbols: Any = gym.make("GeneralPoints-v0", **keywords).unwrapped
    for seed in range(20):
        _, info = text.reset(seed=seed)
        _, other = symbols.reset(seed=seed)
        assert info["episode_seed"] == other["episode_seed"]
        assert (text.hand, text.rule) == (symbols.hand, symbols.rule)


def test_hand_option() -> None:
    env = GeneralPointsTextEnv(template="compact")
    assert env.reset(options={"hand": "3 3 8 8"})[0].startswith("Cards: 3 3 8 8.")
    assert env.step('{"formula": "8/(3-8/3)"}')[4]["is_success"]
    with pytest.raises(ValueError, match="cannot make 24"):
        env.reset(options={"hand": (1, 1, 1, 1)})
    with pytest.raises(ValueError, match="'hands'"):
        env.reset(options={"hands": (3, 3, 8, 8)})


def test_stated_rule_is_told_and_the_other_scores() -> None:
    env = GeneralPointsTextEnv(
        rule="ten", stated_rule="rank", hand=(5, 13, 2, 7), template="compact"
    )
    assert "J 11 Q 12 K 13" in env.reset()[0]
    assert (env.rule.name, env.stated_rule.name) == ("ten", "rank")
    assert env.step('{"formula": "5+13*2-7"}')[4]["outcome"] == "wrong_numbers"
    assert env.step('{"formula": "10+5+7+2"}')[4]["outcome"] == "correct"


def test_red_suits_are_told() -> None:
    env = gym.make("GeneralPoints-Text-VisualOOD-v0")
    prompt, _ = env.reset(seed=0)
    assert "♥" in prompt or "♦" in prompt
    assert "♠" not in prompt
    assert "♣" not in prompt


def test_template_of_ones_own() -> None:
    mine = PromptTemplate(
        task="Karten: {cards}. Mach {target}, Zöpfe!", feedback="Nö.", solved="Ja.", lost="Aus."
    )
    env = GeneralPointsTextEnv(template=mine)
    prompt, _ = env.reset(seed=0)
    assert prompt == build_prompt(env.hand, template=mine)
    assert prompt in env.observation_space
    assert env.step("")[0] == "Nö."


def test_template_must_fit() -> None:
    with pytest.raises(ValueError, match="'default' or 'compact'"):
        GeneralPointsTextEnv(template="long")
    for task in ("", "x" * 8_193):
        with pytest.raises(ValueError, match="1 to 8192 characters"):
            GeneralPointsTextEnv(
                template=PromptTemplate(task=task, feedback="n", solved="y", lost="n")
            )


def test_render() -> None:
    env = gym.make("GeneralPoints-Text-v0", render_mode="ansi", template="compact")
    prompt, _ = env.reset(seed=0)
    feedback, *_ = env.step("hm")
    assert env.render() == f"[user]\n{prompt}\n\n[assistant]\nhm\n\n[user]\n{feedback}"
    plain = GeneralPointsTextEnv()
    plain.reset(seed=0)
    assert plain.render() is None


@pytest.mark.parametrize("action", [3, None, b"24", ["{}"]])
def test_an_action_that_is_no_string_is_refused_and_changes_nothing(action: Any) -> None:
    env = GeneralPointsTextEnv(hand=(5, 13, 2, 7))
    env.reset(seed=0)
    with pytest.raises(TypeError, match=f"a string; .*{type(action).__name__}"):
        env.step(action)
    assert env.step(env.expert_action())[4]["is_success"]


def test_strict_scores_by_the_format() -> None:
    near = '{"formula": "10 + 5 + 7 + 2"}'
    for strict, outcome in ((False, "correct"), (True, "unreadable")):
        env = GeneralPointsTextEnv(hand=(5, 13, 2, 7), strict=strict)
        assert env.reset(seed=0)[1]["in_format"] is False
        feedback, *_, info = env.step(near)
        assert (info["outcome"], info["in_format"]) == (outcome, False)
        assert strict == ("not in the format" in feedback)
        env.reset(seed=0)
        *_, info = env.step(env.expert_action())
        assert (info["outcome"], info["in_format"]) == ("correct", True)
    with pytest.raises(ValueError, match="strict must be True or False"):
        GeneralPointsTextEnv(strict="no")  # type: ignore[arg-type]


def test_the_keys_asked_for_are_the_template_s() -> None:
    mine = replace(COMPACT, keys=("formula",))
    env = GeneralPointsTextEnv(hand=(5, 13, 2, 7), template=mine, strict=True)
    env.reset(seed=0)
    assert env.step('{"formula": "10 + 5 + 7 + 2"}')[4]["outcome"] == "correct"

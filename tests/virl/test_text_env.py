"""The text environment: Gymnasium's contract, the dialogues, and what they keep to themselves."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import gymnasium as gym
import pytest

import virl_env
from virl_env.dialogue import MAX_OBSERVATION
from virl_env.directions import Directions
from virl_env.observe import decode
from virl_env.routes.route import Landmark
from virl_env.text import PromptTemplate
from virl_env.text_env import VIRLNavigationTextEnv
from virl_env.world.geometry import COMPASS

IDS = [name for name in virl_env.variants() if "-Text" in name]
INFO_KEYS = {
    *("messages", "outcome", "in_format", "attempts_left", "is_success", "episode_seed"),
    "task",
    *("step_accuracy", "turn_accuracy", "macro_accuracy"),
}
SWAPPED = Directions("world", COMPASS[::-1])

KEYWORDS: list[dict[str, Any]] = [
    {"routes": 20},
    {"routes": 20, "template": "compact", "directions": "relative"},
    {"routes": 20, "directions": "random", "instructions": "landmarks", "landmarks": "all"},
    {"routes": 20, "template": "compact", "directions": "random", "landmarks": "none"},
    {"routes": 20, "directions": SWAPPED, "stated_directions": "absolute", "style": 3},
    {"routes": 20, "drop_rate": 0.5, "points_per_segment": 10, "max_attempts": 10},
    {"routes": 20, "points_per_segment": 0, "max_attempts": 1, "turns": (7, 7)},
]


def make(**keywords: Any) -> VIRLNavigationTextEnv:
    return VIRLNavigationTextEnv(**{"routes": 20, **keywords})


def reply(action: str, **others: str) -> str:
    return json.dumps({**others, "action": action})


def play(env: gym.Env[str, str], replies: list[str], **reset: Any) -> list[Any]:
    trace: list[Any] = [env.reset(**reset)]
    for said in replies:
        trace.append(env.step(said))
        if trace[-1][2]:
            break
    return trace


@pytest.mark.parametrize("keywords", KEYWORDS, ids=str)
def test_expert_arrives_and_observations_lie_in_the_space(keywords: dict[str, Any]) -> None:
    env = VIRLNavigationTextEnv(**keywords)
    assert env.observation_space == make().observation_space
    for seed in range(5):
        observation, info = env.reset(seed=seed)
        assert (info["outcome"], info["is_success"]) == ("none", False)
        assert info["in_format"] is False
        terminated = False
        for _ in env.steps:
            assert not terminated
            assert observation in env.observation_space
            assert info.keys() == INFO_KEYS
            assert info["messages"][-1]["content"] == observation
            action = env.expert_action()
            assert action in env.action_space
            observation, reward, terminated, truncated, info = env.step(action)
            assert (reward, truncated, info["outcome"]) == (1.0, False, "correct")
            assert info["in_format"]
        assert terminated
        assert observation in env.observation_space
        assert info.keys() == INFO_KEYS
        assert (info["is_success"], info["step_accuracy"]) == (True, 1.0)
        assert (info["turn_accuracy"], info["macro_accuracy"]) == (1.0, 1.0)


def test_each_point_is_a_dialogue_of_its_own() -> None:
    env = make(template="compact", max_attempts=3)
    trace = play(env, ["hm", reply("stop()")], seed=1)
    first = env.steps[0].action
    prompt = trace[0][0]
    assert trace[0][1]["messages"] == [{"role": "user", "content": prompt}]
    assert [step[0] for step in trace[1:]] == ["unreadable. tries 2.", "wrong action. tries 1."]
    assert [step[1:4] for step in trace[1:]] == [(-1.0, False, False)] * 2
    chat = trace[-1][4]["messages"]
    assert [said["role"] for said in chat] == ["user", *["assistant", "user"] * 2]
    assert [said["content"] for said in chat] == [
        prompt,
        "hm",
        trace[1][0],
        reply("stop()"),
        trace[2][0],
    ]
    # The right action opens the dialogue of the next point, with its attempts renewed.
    following, reward, *_, info = env.step(reply(first))
    assert (reward, info["attempts_left"], env.at) == (1.0, 3, 1)
    assert info["messages"] == [{"role": "user", "content": following}]
    assert following != prompt


def test_the_prompt_tells_how_many_attempts_are_allowed() -> None:
    said = [VIRLNavigationTextEnv(max_attempts=most).reset(seed=0)[0] for most in (3, 7)]
    assert "3" in said[0]
    assert said[0].replace("3", "7") == said[1].replace("3", "7")
    assert said[0] != said[1]


def test_the_last_wrong_attempt_leads_on_and_fails_the_route() -> None:
    env = make()
    env.reset(seed=3)
    env.step("hm")
    prompt, reward, terminated, _, info = env.step("hm")
    assert (reward, terminated, env.at, info["outcome"]) == (-1.0, False, 1, "unreadable")
    assert "Done so far: no action." in prompt
    assert [said["role"] for said in info["messages"]] == ["system", "user"]
    while not terminated:
        *_, terminated, _, info = env.step(env.expert_action())
    assert info["outcome"] == "correct"
    assert not info["is_success"]
    points = len(env.steps)
    assert info["step_accuracy"] == pytest.approx((points - 1) / (points + 1))


def test_the_end_of_the_route_is_told() -> None:
    for last, told in (("expert", "correct. The route ends"), ("hm", "No attempts remain")):
        env = make(max_attempts=1)
        env.reset(seed=3)
        terminated = False
        while not terminated:
            at_end = env.at == len(env.steps) - 1
            action = "hm" if at_end and last == "hm" else env.expert_action()
            said, *_, terminated, _, info = env.step(action)
        assert told in said
        assert [m["role"] for m in info["messages"]] == ["system", "user", "assistant", "user"]
        assert info["is_success"] is (last == "expert")
        assert env.expert_action() in env.action_space
        with pytest.raises(gym.error.ResetNeeded):
            env.step("hm")


@pytest.mark.parametrize(
    ("observation", "expected"),
    [("intersection: yes", -1.5), ("no intersection", -1.0), ("No landmarks nearby", -1.0)],
)
def test_report_of_an_intersection(observation: str, expected: float) -> None:
    env = make()
    env.reset(seed=0)
    assert not env.steps[0].intersection
    said = {"current observation": observation}
    assert env.step(reply("stop()", **said))[1] == expected
    assert env.step(reply(env.steps[0].action, **said))[1] == 1.0


def test_words_of_the_rule_that_scores() -> None:
    env = make(directions="relative")
    prompt, _ = env.reset(seed=0)
    absolute = make()
    assert absolute.reset(seed=0)[0] != prompt
    turn, other = env.steps[0].action, absolute.steps[0].action
    assert turn != other
    assert env.step(reply(other))[4]["outcome"] == "wrong_action"
    assert env.step(reply(turn))[4]["outcome"] == "correct"


def test_stated_rule_is_told_and_the_other_scores() -> None:
    fake = make(directions=SWAPPED, stated_directions="absolute")
    plain = make()
    assert fake.reset(seed=0)[0] == plain.reset(seed=0)[0]
    assert fake.step(plain.expert_action())[4]["outcome"] == "wrong_action"
    assert fake.step(fake.expert_action())[4]["outcome"] == "correct"


def test_messages_of_an_info_are_the_callers_own() -> None:
    env = make()
    _, info = env.reset(seed=0)
    info["messages"][0]["content"] = "changed"
    info["messages"].clear()
    *_, later = env.step("")
    assert len(later["messages"]) == 4
    assert later["messages"][0]["content"] != "changed"


@pytest.mark.parametrize(
    "said", ["", "{" * 100_000, "\ud800", "\x00", '{"action": "' + "(" * 10**5]
)
def test_any_string_is_an_attempt(said: str) -> None:
    env = make()
    env.reset(seed=0)
    observation, reward, terminated, _, info = env.step(said)
    assert (reward, terminated, info["outcome"]) == (-1.0, False, "unreadable")
    assert observation in env.observation_space
    assert info["messages"][-2] == {"role": "assistant", "content": said}


@pytest.mark.parametrize("movement", ["rail", "free"])
@pytest.mark.parametrize("said", [3, None, b"forward()", {"action": "stop()"}, ["stop()"], 1.5])
def test_anything_but_a_string_is_refused(said: Any, movement: str) -> None:
    env = make(movement=movement)
    prompt, before = env.reset(seed=0)
    with pytest.raises(TypeError, match=f"type {type(said).__name__}"):
        env.step(said)
    # Nothing was counted: the episode goes on as if it had not been asked.
    expected = make(movement=movement)
    assert expected.reset(seed=0) == (prompt, before)
    assert env.step("hm") == expected.step("hm")


@pytest.mark.parametrize("movement", ["rail", "free"])
@pytest.mark.parametrize("template", ["default", "compact"])
def test_the_format_is_reported_and_strict_asks_for_it(movement: str, template: str) -> None:
    lenient = make(movement=movement, template=template)
    strict = make(movement=movement, template=template, strict=True)
    for env in (lenient, strict):
        env.reset(seed=1)
    right = lenient.expert_action()
    action = json.loads(right)["action"]
    loose = reply(action.lower().replace(")", " )"))
    assert loose != right
    said, reward, *_, info = strict.step(loose)
    assert (reward, info["outcome"], info["in_format"]) == (-1.0, "unreadable", False)
    assert template == "compact" or "not in the format" in said
    assert info["messages"][-2]["content"] == loose
    for env, given, kept in ((lenient, loose, False), (strict, f"So: {right}", True)):
        *_, info = env.step(given)
        assert info["in_format"] is kept
        assert info["outcome"] in ("correct", "none")
    assert lenient.actions == strict.actions == [virl_env.parse_reply(right).action]


def test_answers_are_told_nowhere() -> None:
    """Under a rule that is not told, prompts depend on nothing that is right."""
    told = []
    for rule in (SWAPPED, Directions("body", ("right", "left", "slightly right", "slightly left"))):
        env = make(directions=rule, stated_directions="absolute", max_attempts=2)
        trace = play(env, ["hm", reply("fly()")] * 100, seed=4)
        told.append([(step[0], step[-1]["messages"]) for step in trace])
    assert told[0] == told[1]


def test_walks_what_the_symbolic_environment_walks() -> None:
    keywords: dict[str, Any] = {"routes": 20, "directions": "random", "drop_rate": 0.5}
    text = VIRLNavigationTextEnv(**keywords)
    symbols: Any = gym.make("VIRLNavigation-v0", **keywords).unwrapped
    for seed in range(10):
        _, info = text.reset(seed=seed)
        _, other = symbols.reset(seed=seed)
        assert info["episode_seed"] == other["episode_seed"]
        assert (text.route, text.directions) == (symbols.route, symbols.directions)
        assert text.steps == symbols.steps
        assert text.landmark_order == symbols.landmark_order


def test_compact_prompt_tells_what_the_symbols_do() -> None:
    keywords: dict[str, Any] = {"routes": 20, "directions": "random", "instructions": "both"}
    text = VIRLNavigationTextEnv(template="compact", **keywords)
    symbols: Any = gym.make("VIRLNavigation-v0", **keywords).unwrapped
    for seed in range(5):
        prompt, _ = text.reset(seed=seed)
        observation, _ = symbols.reset(seed=seed)
        for step in text.steps:
            seen = decode(observation)
            letters = "?ABCDEFGHIJ"
            side = (seen["side"] or "").replace(" ", "_")
            sight = f"{letters[seen['landmark']]} {side}" if seen["landmark"] else "nothing"
            assert f"see {sight}. intersection {'yes' if seen['intersection'] else 'no'}." in prompt
            assert prompt.startswith(f"{seen['directions'].frame}: ")
            lines = prompt.split(". ")[1:-3]
            assert len(lines) == len(seen["lines"])
            for line, code in zip(lines, seen["lines"]):
                words = line.split()
                assert words[0] == ("walk" if code["turn"] == "walk" else "turn")
                if code["landmark"]:
                    assert words[-2:] == [letters[code["landmark"]], code["side"].replace(" ", "_")]
            prompt = text.step(text.expert_action())[0]
            observation = symbols.step(virl_env.ACTIONS.index(step.action))[0]


def test_route_option_and_names_that_the_space_lacks() -> None:
    env = make()
    env.reset(seed=0)
    leg = env.route.legs[0]
    named = dataclasses.replace(leg, landmark=Landmark("茶 {x} 屋", "cafe", leg.end), side="left")
    route = dataclasses.replace(env.route, legs=(named, *env.route.legs[1:]))
    prompt, _ = env.reset(options={"route": route})
    assert "? {x} ? is on your left" in prompt
    assert prompt in env.observation_space
    assert env.expert_action() in env.action_space
    endless = dataclasses.replace(named, landmark=Landmark("x" * 10**5, "cafe", leg.end))
    route = dataclasses.replace(route, legs=(endless, *route.legs[1:]))
    assert len(env.reset(options={"route": route})[0]) == MAX_OBSERVATION
    with pytest.raises(ValueError, match="'routes'"):
        env.reset(options={"routes": route})


def test_template_of_ones_own() -> None:
    mine = PromptTemplate(task="Zöpfe 茶 {sight}!", feedback="Nö.", solved="Ja.", lost="Aus.")
    env = make(template=mine)
    prompt, _ = env.reset(seed=0)
    assert prompt == "Zöpfe 茶 nothing!"
    assert prompt in env.observation_space
    assert env.step("")[0] == "Nö."


def test_template_must_fit() -> None:
    with pytest.raises(ValueError, match="'default' or 'compact'"):
        make(template="long")
    for task in ("", "x" * (MAX_OBSERVATION + 1)):
        with pytest.raises(ValueError, match=f"1 to {MAX_OBSERVATION} characters"):
            make(template=PromptTemplate(task=task, feedback="n", solved="y", lost="n"))


def test_render() -> None:
    env = gym.make("VIRLNavigation-Text-v0", routes=20, render_mode="ansi", template="compact")
    prompt, _ = env.reset(seed=0)
    feedback, *_ = env.step("hm")
    assert env.render() == f"[user]\n{prompt}\n\n[assistant]\nhm\n\n[user]\n{feedback}"
    silent = make()
    silent.reset(seed=0)
    assert silent.render() is None

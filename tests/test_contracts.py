"""Contracts that every registered id of both tasks keeps, whatever is played."""

from __future__ import annotations

import hashlib
import json
import pickle
import subprocess
import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec
from gymnasium.utils.env_checker import check_env

import gp_env
import virl_env

PACKAGES: dict[str, ModuleType] = {"gp_env": gp_env, "virl_env": virl_env}
TASKS = {"gp_env": "GeneralPoints", "virl_env": "VIRLNavigation"}
INTERFACES = {"gp_env": ("", "-Image", "-Text"), "virl_env": ("", "-Image", "-Text")}
IDS = {name: package for package, task in PACKAGES.items() for name in task.variants()}

# What changes most of what is seen, and what is the largest case of it.
KEYWORDS: dict[str, list[dict[str, Any]]] = {
    "gp_env": [
        {"rule": "random", "num_cards": 5, "deck": "large", "max_attempts": 10},
        {"deals": "deck", "suits": "all", "split": "test", "target": 100},
    ],
    "virl_env": [
        {"directions": "random", "turns": (0, 7), "drop_rate": 0.5, "max_attempts": 10},
        {"instructions": "landmarks", "points_per_segment": 10, "split": "test", "style": 3},
        {"movement": "free", "directions": "random"},
    ],
}
# And what changes most of what is shown.
SHOWN: dict[str, list[dict[str, Any]]] = {
    "VIRLNavigation-Image": [{"look": "random"}],
    "GeneralPoints-Image": [{"look": "random"}],
    "GeneralPoints-Text": [{"images": True, "image_size": 32, "look": "random"}],
    "VIRLNavigation-Text": [{"images": True, "image_size": 32, "look": {"night": 3}}],
}


def shown(name: str) -> list[dict[str, Any]]:
    return next((cases for start, cases in SHOWN.items() if name.startswith(start)), [])


CASES = [
    pytest.param(name, keywords, id=f"{name}-{number}")
    for name, package in IDS.items()
    for number, keywords in enumerate([{}, *KEYWORDS[package], *shown(name)])
    # -OOD is another name of an id that is played with all of them; see the last test.
    if number == 0 or "-OOD-" not in name
]


def fewer(count: int, name: str) -> int:
    """Return a count of steps or episodes, a third of it where pictures or texts are made."""
    return count // 3 if "-Image" in name or "-Text" in name else count


def some_action(env: Any, generator: np.random.Generator) -> Any:
    """Return a right action mostly, so that episodes come to an end, and anything sometimes."""
    if generator.random() < 0.7:
        return env.unwrapped.expert_action()
    if isinstance(env.action_space, gym.spaces.Text):
        # Without braces, or as a reply that can be read and is wrong.
        return ["hm", "{", '{"action": "stop()", "formula": "1+1"}'][generator.integers(3)]
    return int(generator.integers(env.action_space.n))


def play(env: Any, steps: int, choose: int = 0, **reset: Any) -> list[tuple[Any, ...]]:
    """Return (action, observation, reward, terminated, truncated, info) of each step and reset.

    Args:
        env: reset wherever an episode ends.
        steps: actions.
        choose: the seed of the actions.
        reset: arguments of the first reset.
    """
    generator = np.random.default_rng(choose)
    seen: list[tuple[Any, ...]] = [(None, *_begun(env.reset(**reset)))]
    for _ in range(steps):
        action = some_action(env, generator)
        seen.append((action, *env.step(action)))
        if seen[-1][3] or seen[-1][4]:
            seen.append((None, *_begun(env.reset())))
    return seen


def _begun(start: tuple[Any, Any]) -> tuple[Any, ...]:
    return start[0], 0.0, False, False, start[1]


def frozen(seen: list[tuple[Any, ...]]) -> str:
    """Return what was seen as text that is equal exactly when it is."""
    return json.dumps(seen, sort_keys=True, default=_plain)


def _plain(array: Any) -> Any:
    if array.ndim < 3:
        return array.tolist()
    return f"{array.shape} {array.dtype} {hashlib.sha256(array.tobytes()).hexdigest()}"


def test_ids_are_task_by_interface_by_shift() -> None:
    for package, task in TASKS.items():
        expected = {
            f"{task}{interface}{shift}-v0"
            for interface in INTERFACES[package]
            for shift in ("", "-RuleOOD", "-VisualOOD", "-OOD")
        }
        assert set(PACKAGES[package].variants()) == expected
        assert expected <= set(gym.registry)


@pytest.mark.parametrize("name", IDS)
def test_gymnasium_finds_nothing_to_complain_of(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gym.make(name, render_mode="ansi").unwrapped)


@pytest.mark.parametrize(("name", "keywords"), [c for c in CASES if "-Text" not in str(c.id)])
def test_sb3_finds_nothing_to_complain_of(name: str, keywords: dict[str, Any]) -> None:
    checker = pytest.importorskip("stable_baselines3.common.env_checker")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        checker.check_env(gym.make(name, **keywords).unwrapped)


@pytest.mark.parametrize(("name", "keywords"), CASES)
def test_spaces_hold_what_is_seen_and_no_keyword_changes_them(
    name: str, keywords: dict[str, Any]
) -> None:
    env: Any = gym.make(name, **keywords).unwrapped
    interface = max(each for each in INTERFACES[IDS[name]] if each in name)
    usual = gym.make(f"{TASKS[IDS[name]]}{interface}-v0")
    assert env.observation_space == usual.observation_space
    assert env.action_space == usual.action_space
    for _, observation, *_ in play(env, fewer(200, name), seed=1):
        assert env.observation_space.contains(observation)
    assert env.action_space.contains(env.expert_action())


@pytest.mark.parametrize(("name", "keywords"), CASES)
def test_steps_are_told_alike(name: str, keywords: dict[str, Any]) -> None:
    seen = play(gym.make(name, **keywords), fewer(200, name), seed=1)
    keys = seen[0][-1].keys()
    for action, _, reward, terminated, truncated, info in seen:
        assert info.keys() == keys
        assert (type(reward), type(terminated), type(truncated)) == (float, bool, bool)
        assert not (terminated and truncated)
        assert type(info["is_success"]) is bool
        assert terminated or not info["is_success"]
        if action is None:
            assert (info["outcome"], info["is_success"]) == ("none", False)
            assert info["attempts_left"] > 0
    assert any(terminated or truncated for _, _, _, terminated, truncated, _ in seen)


@pytest.mark.parametrize(("name", "keywords"), CASES)
def test_a_seed_fixes_everything_and_another_seed_differs(
    name: str, keywords: dict[str, Any]
) -> None:
    one, same, other = (
        frozen(play(gym.make(name, **keywords), fewer(150, name), seed=seed))
        for seed in (123, 123, 124)
    )
    assert one == same
    assert one != other


@pytest.mark.parametrize("package", PACKAGES)
def test_another_process_sees_the_same(package: str) -> None:
    names = [name for name in IDS if IDS[name] == package]
    script = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import gymnasium;"
        "import test_contracts as t;"
        "played = lambda n: t.frozen(t.play(gymnasium.make(n), t.fewer(60, n), seed=7));"
        f"print(*map(played, {names!r}), sep='\\n')"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=300
    )
    here = [frozen(play(gym.make(name), fewer(60, name), seed=7)) for name in names]
    assert run.stdout.splitlines() == here


@pytest.mark.parametrize(("name", "keywords"), CASES)
def test_an_episode_is_replayed_from_its_seed_and_actions(
    name: str, keywords: dict[str, Any]
) -> None:
    seen = play(gym.make(name, **keywords), fewer(150, name), seed=5)
    starts = [number for number, step in enumerate(seen) if step[0] is None]
    assert len({seen[start][-1]["episode_seed"] for start in starts}) == len(starts)
    env = gym.make(name, **keywords)
    for start, end in zip(starts, [*starts[1:], len(seen)]):
        options = {"episode_seed": seen[start][-1]["episode_seed"]}
        again: list[tuple[Any, ...]] = [(None, *_begun(env.reset(seed=999, options=options)))]
        again += [(step[0], *env.step(step[0])) for step in seen[start + 1 : end]]
        assert frozen(again) == frozen(seen[start:end])


@pytest.mark.parametrize(("name", "keywords"), CASES)
def test_a_pickle_goes_on_where_the_environment_stood(name: str, keywords: dict[str, Any]) -> None:
    env: Any = gym.make(name, **keywords).unwrapped
    play(env, 17, seed=3)
    copy = pickle.loads(pickle.dumps(env))
    for number in range(8):
        action = some_action(env, np.random.default_rng(number))
        step = (env.step(action), copy.step(action))
        assert frozen([step[0]]) == frozen([step[1]])
        if step[0][2] or step[0][3]:
            break
    assert frozen(play(env, 40)) == frozen(play(copy, 40))


@pytest.mark.parametrize(("name", "keywords"), CASES)
def test_the_expert_always_succeeds(name: str, keywords: dict[str, Any]) -> None:
    env: Any = gym.make(name, **keywords)
    for seed in range(fewer(15, name)):
        env.reset(seed=seed)
        ended = False
        while not ended:
            *_, terminated, truncated, info = env.step(env.unwrapped.expert_action())
            ended = terminated or truncated
        assert (terminated, info["is_success"], info["outcome"]) == (True, True, "correct")


@pytest.mark.parametrize("name", IDS)
def test_a_spec_survives_json(name: str) -> None:
    env: Any = gym.make(name)
    copy: Any = gym.make(EnvSpec.from_json(env.spec.to_json()))
    assert copy.unwrapped.config == env.unwrapped.config


@pytest.mark.parametrize("name", IDS)
def test_calls_out_of_turn_say_what_to_do(name: str) -> None:
    env: Any = gym.make(name, render_mode="ansi").unwrapped
    anything = env.action_space.sample()
    for ask in (env.expert_action, env.render, lambda: env.step(anything)):
        with pytest.raises(gym.error.ResetNeeded, match="reset"):
            ask()
    env.reset(seed=0)
    ended = False
    while not ended:
        *_, ended, _, _ = env.step(env.expert_action())
    with pytest.raises(gym.error.ResetNeeded, match="reset"):
        env.step(anything)


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize(
    ("reset", "words"),
    [
        ({"seed": -1}, ["-1", "2**64"]),
        ({"seed": 2**64}, ["2**64"]),
        ({"seed": 1.5}, ["1.5"]),
        ({"seed": True}, ["True"]),
        ({"options": {"episode": 1}}, ["'episode'", "'episode_seed'"]),
        ({"options": {"episode_seed": -1}}, ["-1", "2**62"]),
        ({"options": {"episode_seed": True}}, ["True"]),
    ],
    ids=str,
)
def test_a_refused_reset_is_named_and_changes_nothing(
    name: str, reset: dict[str, Any], words: list[str]
) -> None:
    env, other = (gym.make(name).unwrapped for _ in range(2))
    for each in (env, other):
        each.reset(seed=0)
    with pytest.raises(ValueError, match=r".") as error:
        env.reset(**reset)
    assert [word for word in words if word not in str(error.value)] == []
    assert frozen(play(env, 3)) == frozen(play(other, 3))


@pytest.mark.parametrize(
    ("package", "interface"),
    [(package, interface) for package in INTERFACES for interface in INTERFACES[package]],
)
def test_ood_is_another_name_of_the_headline_shift(package: str, interface: str) -> None:
    headline = {"gp_env": "RuleOOD", "virl_env": "VisualOOD"}[package]
    names = [f"{TASKS[package]}{interface}-{shift}-v0" for shift in ("OOD", headline)]
    variants = PACKAGES[package].variants()
    assert variants[names[0]] == variants[names[1]]
    seen = [frozen(play(gym.make(name), 60, seed=5)) for name in names]
    assert seen[0] == seen[1]

"""The vector environment is the single one many times over: same seeds, same actions, same walk."""

from __future__ import annotations

import copy
import pickle
import warnings
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import virl_env
from virl_env.dynamics import NUM_ACTIONS, STOP
from virl_env.env import VIRLNavigationEnv
from virl_env.observe import LAYOUT
from virl_env.vector_env import VIRLNavigationVectorEnv

NUM_ENVS = 7
IDS = [name for name in virl_env.variants() if "-Text" not in name]
KEYWORDS: list[dict[str, Any]] = [
    {},
    {"directions": "random", "drop_rate": 0.5, "max_attempts": 3},
    {"directions": "relative", "points_per_segment": 0, "max_attempts": 1, "mask": None},
    {"city": "unseen", "routes": 3, "instructions": "landmarks", "initial_heading": "route"},
    {"stated_directions": "relative", "split": "test", "initial_heading": 0, "turns": (0, 7)},
]


@pytest.mark.parametrize("keywords", KEYWORDS, ids=str)
@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_same_walks_as_single_environments(mode: AutoresetMode, keywords: dict) -> None:
    vector = VIRLNavigationVectorEnv(NUM_ENVS, autoreset_mode=mode, **keywords)
    single = SyncVectorEnv(
        [lambda: VIRLNavigationEnv(**keywords) for _ in range(NUM_ENVS)], autoreset_mode=mode
    )
    seeds = list(range(100, 100 + NUM_ENVS))
    observations, infos = vector.reset(seed=seeds)
    expected, expected_infos = single.reset(seed=seeds)
    everyone = np.ones(NUM_ENVS, dtype=bool)
    generator, outcomes = np.random.default_rng(0), set()
    for _ in range(150):
        assert np.array_equal(observations, expected)
        _assert_same(infos, expected_infos, everyone)
        assert vector.expert_action().tolist() == list(single.call("expert_action"))
        outcomes |= set(infos["outcome"])
        anything = generator.integers(0, NUM_ACTIONS, NUM_ENVS)
        good = generator.random(NUM_ENVS) < 0.8
        actions = np.where(good, vector.expert_action(), anything)
        observations, rewards, terminated, truncated, infos = vector.step(actions)
        expected, expected_rewards, ended, cut, expected_infos = single.step(actions)
        assert np.array_equal(rewards, expected_rewards)
        assert np.array_equal(terminated, ended)
        assert np.array_equal(truncated, cut)
        if mode is AutoresetMode.SAME_STEP and terminated.any():
            assert np.array_equal(infos["_final_obs"], expected_infos["_final_obs"])
            _assert_same(infos["final_info"], expected_infos["final_info"], terminated)
            for index in np.flatnonzero(terminated):
                ours, theirs = infos["final_obs"][index], expected_infos["final_obs"][index]
                assert np.array_equal(ours, theirs)
    assert outcomes == {"none", "correct", "wrong_action"}


def _assert_same(ours: dict, theirs: dict, where: np.ndarray) -> None:
    keys = {key for key in theirs if not key.startswith("_") and not key.startswith("final")}
    assert keys <= set(ours)
    for key in keys:
        assert np.array_equal(ours[key][where], theirs[key][where]), key


@pytest.mark.parametrize("name", IDS)
def test_episode_seeds_replay_in_the_single_environment(name: str) -> None:
    vector = gym.make_vec(name, num_envs=NUM_ENVS, directions="random").unwrapped
    observations, infos = vector.reset(seed=5)
    for index in range(NUM_ENVS):
        single = gym.make(name, directions="random")
        options = {"episode_seed": int(infos["episode_seed"][index])}
        assert np.array_equal(single.reset(options=options)[0], observations[index])
        assert single.unwrapped.route == vector.route(index)
        assert single.unwrapped.directions == vector.directions(index)
        assert single.unwrapped.initial_heading == vector.initial_heading(index)
    again, _ = vector.reset(options={"episode_seed": infos["episode_seed"]})
    assert np.array_equal(again, observations)


@pytest.mark.parametrize("name", IDS)
def test_a_seed_fixes_all_copies_and_another_differs(name: str) -> None:
    actions = np.random.default_rng(0).integers(0, NUM_ACTIONS, (60, NUM_ENVS))

    def walked(seed: int) -> list:
        env = gym.make_vec(f"virl_env:{name}", num_envs=NUM_ENVS)
        first, _ = env.reset(seed=seed)
        return [first.tolist(), *[env.step(action)[0].tolist() for action in actions]]

    assert walked(1) == walked(1)
    assert walked(1) != walked(2)
    assert len({tuple(row) for row in walked(1)[0]}) == NUM_ENVS


def test_copies_do_not_depend_on_each_other() -> None:
    """What a copy walks depends on its own actions alone, however far ahead others have dealt."""
    one = np.random.default_rng(0).integers(0, NUM_ACTIONS, 400)
    seen = []
    for other in (1, 2):
        env = VIRLNavigationVectorEnv(2)
        env.reset(seed=9)
        others = np.random.default_rng(other).integers(0, NUM_ACTIONS, 400)
        seen.append([env.step(np.array(pair))[0][0].tolist() for pair in zip(one, others)])
    assert seen[0] == seen[1]


def test_arrays_are_fresh_at_every_step() -> None:
    env = VIRLNavigationVectorEnv(3)
    observations, infos = env.reset(seed=0)
    held = [observations, *[infos[key] for key in sorted(infos)]]
    copies = copy.deepcopy(held)
    for _ in range(60):
        env.step(env.expert_action())
    assert all(np.array_equal(a, b) for a, b in zip(held, copies))


@pytest.mark.parametrize("drop_rate", [0.0, 0.5])
def test_a_pickle_and_a_deep_copy_go_on_alike(drop_rate: float) -> None:
    keywords: dict[str, Any] = {"directions": "random", "drop_rate": drop_rate}
    env = VIRLNavigationVectorEnv(NUM_ENVS, autoreset_mode="same_step", **keywords)
    env.reset(seed=0)
    actions = np.random.default_rng(0).integers(0, NUM_ACTIONS, (160, NUM_ENVS))
    for action in actions[:40]:
        env.step(action)
    others = [pickle.loads(pickle.dumps(env)), copy.deepcopy(env)]
    for action in actions[40:]:
        step = env.step(action)
        for other in others:
            assert all(np.array_equal(a, b) for a, b in zip(step[:4], other.step(action)[:4]))


@pytest.mark.parametrize(
    "keywords",
    [
        {"autoreset_mode": "same_step", "directions": "random"},
        {"autoreset_mode": "next_step", "max_attempts": 1, "mask": None, "drop_rate": 0.5},
        {"autoreset_mode": "same_step", "max_episode_steps": 9},
    ],
    ids=str,
)
def test_a_state_goes_on_exactly(keywords: dict[str, Any]) -> None:
    def walk(env: VIRLNavigationVectorEnv, actions: np.ndarray) -> list[bytes]:
        trace = []
        for row in actions:
            *parts, info = env.step(row)
            parts += [info["episode_seed"], info["macro_accuracy"], info["is_success"]]
            trace += [part.tobytes() for part in parts]
        return trace

    actions = np.random.default_rng(0).integers(0, NUM_ACTIONS, (260, 6))
    env = VIRLNavigationVectorEnv(6, **keywords)
    env.reset(seed=4)
    walk(env, actions[:75])
    state = env.get_state()
    expected = walk(env, actions[75:])
    other = VIRLNavigationVectorEnv(6, **keywords)
    other.set_state(state)
    assert walk(other, actions[75:]) == expected
    other.reset(seed=5)
    other.set_state(state)
    env.set_state(state)
    assert np.array_equal(other.expert_action(), env.expert_action())


def test_a_time_limit_truncates_and_never_with_terminated() -> None:
    env = VIRLNavigationVectorEnv(2, max_episode_steps=3, autoreset_mode="same_step")
    env.reset(seed=0)
    cut = [env.step(env.expert_action())[3].tolist() for _ in range(3)]
    assert cut == [[False, False], [False, False], [True, True]]
    short = {"turns": (1, 1), "points_per_segment": 0, "max_attempts": 1}
    env = VIRLNavigationVectorEnv(1, max_episode_steps=3, **short)
    env.reset(seed=0)
    env.step(env.expert_action())
    env.step(env.expert_action())
    _, _, terminated, truncated, _ = env.step(env.expert_action())
    assert (terminated[0], truncated[0]) == (True, False)


def test_next_step_mode_ignores_the_action_of_the_reset() -> None:
    env = VIRLNavigationVectorEnv(1, turns=(1, 1), points_per_segment=0, max_attempts=1)
    env.reset(seed=0)
    terminated = np.array([False])
    while not terminated[0]:
        _, _, terminated, _, _ = env.step(np.array([STOP]))
    observations, rewards, terminated, _, infos = env.step(np.array([STOP]))
    assert (rewards[0], terminated[0], infos["outcome"][0]) == (0.0, False, "none")
    assert not observations[0][LAYOUT["actions"]].any()


def test_both_modes_are_declared_where_gymnasium_and_torchrl_look() -> None:
    for given, mode in [
        ("same_step", AutoresetMode.SAME_STEP),
        (AutoresetMode.NEXT_STEP, AutoresetMode.NEXT_STEP),
    ]:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            env = gym.make_vec("VIRLNavigation-v0", num_envs=2, autoreset_mode=given)
        assert env.metadata["autoreset_mode"] is mode
        assert env.unwrapped.autoreset_mode is mode
        assert env.observation_space.contains(env.reset(seed=0)[0])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda env: env.step(np.array([1])), ["(3,)", "(1,)"]),
        (lambda env: env.step(np.array([1, 2, 14])), ["14", "0 to 13"]),
        (lambda env: env.step(np.array([1, -1, 2])), ["-1"]),
        (lambda env: env.step(np.array([0.5, 1, 2])), ["float64", "integers"]),
        (lambda env: env.reset(seed=[1, 2]), ["3 copies", "2"]),
        (lambda env: env.reset(options={"episode_seed": [1]}), ["3 copies", "(1,)"]),
        (lambda env: env.reset(options={"route": None}), ["'route'", "'episode_seed'"]),
        (lambda env: VIRLNavigationVectorEnv(0), ["num_envs", "0"]),
        (lambda env: VIRLNavigationVectorEnv(2, max_episode_steps=0), ["max_episode_steps"]),
        (
            lambda env: VIRLNavigationVectorEnv(3, style=1).set_state(env.get_state()),
            ["style=0", "style=1"],
        ),
        (lambda env: VIRLNavigationVectorEnv(2, autoreset_mode="never"), ["'never'", "same_step"]),
    ],
)
def test_bad_calls_are_named(call: Any, words: list[str]) -> None:
    env = VIRLNavigationVectorEnv(3)
    env.reset(seed=0)
    with pytest.raises(ValueError, match=r".") as error:
        call(env)
    assert [word for word in words if word not in str(error.value)] == []

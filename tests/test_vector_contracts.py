"""Contracts of the vector environments of both tasks: each is the single one many times over."""

from __future__ import annotations

import copy
import pickle
import warnings
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from numpy.typing import NDArray

import gp_env
import tests.number_line
import virl_env
from shiftgym.contract_play import frozen

assert tests.number_line.variants()  # registers its ids

NUM_ENVS = 5
MODES = (AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP)
IDS = [name for task in (gp_env, virl_env) for name in task.variants() if "-Text" not in name]

TWO = ("porta vecchia", "rio claro")
"""Unseen cities, in place of all nine."""

SHORT: dict[str, Any] = {"points_per_segment": 2, "directions": "relative"}
TURNING: dict[str, Any] = {"turns": (0, 7), "routes": 50}
SMALL: dict[str, Any] = {"points_per_segment": 3, "image_size": 32}

KEYWORDS: dict[str, list[dict[str, Any]]] = {
    "GeneralPoints-v0": [
        {},
        {"rule": "random", "num_cards": 5, "max_attempts": 2},
        {"mask": "full", "num_cards": 3, "stated_rule": "rank", "mask_in_observation": True},
        {"mask": None, "deals": "deck", "split": "test", "max_attempts": 1},
        {"observation": "onehot", "mask_in_observation": True},
    ],
    "GeneralPoints-Image-v0": [
        {},
        {"look": "random", "num_cards": 5, "mask_in_observation": True, "max_attempts": 1},
        {"suits": "all", "image_size": 32, "rule": "random", "observation": "image"},
    ],
    "VIRLNavigation-v0": [
        {},
        {"directions": "random", "drop_rate": 0.5, "max_attempts": 3, "observation": "onehot"},
        {"directions": "relative", "points_per_segment": 0, "max_attempts": 1, "mask": None},
        {"city": "unseen", "routes": 3, "instructions": "landmarks", "initial_heading": "route"},
        {"stated_directions": "relative", "split": "test", "initial_heading": 0, **TURNING},
        {"routes": 50, "movement": "free", "directions": "random", "mask_in_observation": True},
    ],
    # Streets take longest to draw, and what was drawn once is kept: so few of them.
    "VIRLNavigation-Image-v0": [
        {"routes": 4, **SHORT},
        {"routes": 4, "look": "random", "drop_rate": 0.5, "mask_in_observation": True, **SHORT},
        {"city": TWO, "routes": 2, "views": "grid", "observation": "image", **SMALL},
        {"routes": 4, "movement": "free", "directions": "random", "length": (100, 200)},
    ],
}
# Keywords know nothing of the mode: the usual ones are played in both, the others in one in turn.
CASES = [
    pytest.param(
        mode,
        name,
        keywords,
        id=f"{mode.name}-{name}-{number}",
        marks=pytest.mark.slow if number and MODES[number % 2] is not mode else (),
    )
    for name, cases in KEYWORDS.items()
    for number, keywords in enumerate(cases)
    for mode in MODES
]


def make(name: str, num_envs: int = NUM_ENVS, **keywords: Any) -> Any:
    return gym.make_vec(name, num_envs=num_envs, **keywords).unwrapped


def fewer(count: int, name: str) -> int:
    """Return a count of steps, half of it where pictures of streets are drawn."""
    return count // 2 if name.startswith("VIRLNavigation-Image") else count


def num_actions(env: Any) -> int:
    return int(env.single_action_space.n)


def some_actions(env: Any, generator: np.random.Generator) -> NDArray[np.int64]:
    """Return a right action mostly and anything sometimes: attempts of every outcome."""
    anything = generator.integers(0, num_actions(env), env.num_envs)
    return np.where(generator.random(env.num_envs) < 0.85, env.expert_action(), anything)


def of_each(observations: Any) -> list[Any]:
    """Return the observation of each copy."""
    if isinstance(observations, dict):
        count = len(next(iter(observations.values())))
        return [{key: one[index] for key, one in observations.items()} for index in range(count)]
    return list(observations)


def assert_same_infos(ours: dict[str, Any], theirs: dict[str, Any], where: NDArray[Any]) -> None:
    """Compare where there is something to compare; SyncVectorEnv adds a mask `_key` to each key."""
    names = {key for key in theirs if not key.startswith(("_", "final_"))} - {"task"}
    assert {key for key in ours if not key.startswith(("_", "final_"))} == names
    for key in names:
        assert np.array_equal(ours[key][where], theirs[key][where]), key


@pytest.mark.parametrize("mode, name, keywords", CASES)
def test_same_play_as_single_environments(
    mode: AutoresetMode, name: str, keywords: dict[str, Any]
) -> None:
    vector = make(name, autoreset_mode=mode, **keywords)
    single: Any = SyncVectorEnv(
        [lambda: gym.make(name, **keywords).unwrapped] * NUM_ENVS, autoreset_mode=mode
    )
    seeds = list(range(100, 100 + NUM_ENVS))
    observations, infos = vector.reset(seed=seeds)
    expected, expected_infos = single.reset(seed=seeds)
    everyone = np.ones(NUM_ENVS, dtype=bool)
    generator, outcomes, ends = np.random.default_rng(0), set(), 0
    # A walk about a city takes more steps than one along a rail.
    for _ in range(fewer(160 if "movement" in keywords else 100, name)):
        assert frozen(observations) == frozen(expected)
        assert vector.observation_space.contains(observations)
        assert_same_infos(infos, expected_infos, everyone)
        assert frozen(vector.expert_action()) == frozen(single.call("expert_action"))
        outcomes |= set(infos["outcome"])
        actions = some_actions(vector, generator)
        observations, rewards, terminated, truncated, infos = vector.step(actions)
        expected, expected_rewards, ended, cut, expected_infos = single.step(actions)
        assert np.array_equal(rewards, expected_rewards)
        assert np.array_equal(terminated, ended)
        assert np.array_equal(truncated, cut)
        assert not (terminated & truncated).any()
        over = terminated | truncated
        ends += int(over.sum())
        if mode is AutoresetMode.SAME_STEP:
            assert ("final_obs" in infos) == over.any()
        if mode is AutoresetMode.SAME_STEP and over.any():
            assert np.array_equal(infos["_final_obs"], expected_infos["_final_obs"])
            assert_same_infos(infos["final_info"], expected_infos["final_info"], over)
            outcomes |= set(infos["final_info"]["outcome"])
            for index in np.flatnonzero(over):
                ours, theirs = infos["final_obs"][index], expected_infos["final_obs"][index]
                assert frozen(ours) == frozen(theirs)
    assert ends > NUM_ENVS
    assert outcomes >= {"none", "correct"}
    assert len(outcomes) > 2


@pytest.mark.parametrize("name", [name for name in IDS if "-OOD-" not in name])
def test_episode_seeds_replay_in_the_single_environment(name: str) -> None:
    vector = make(name)
    observations, infos = vector.reset(seed=5)
    for index, row in enumerate(of_each(observations)):
        options = {"episode_seed": int(infos["episode_seed"][index])}
        assert frozen(gym.make(name).reset(options=options)[0]) == frozen(row)
    again, _ = vector.reset(options={"episode_seed": infos["episode_seed"]})
    assert frozen(again) == frozen(observations)


@pytest.mark.parametrize(
    ("name", "rule", "asked"),
    [
        ("GeneralPoints-v0", "rule", ("hand", "rule")),
        ("VIRLNavigation-v0", "directions", ("route", "directions", "initial_heading")),
    ],
)
def test_copies_tell_what_they_play(name: str, rule: str, asked: tuple[str, ...]) -> None:
    vector, single = make(name, **{rule: "random"}), gym.make(name, **{rule: "random"}).unwrapped
    _, infos = vector.reset(seed=5)
    for index, seed in enumerate(infos["episode_seed"].tolist()):
        single.reset(options={"episode_seed": seed})
        for what in asked:
            assert getattr(vector, what)(index) == getattr(single, what)


# -OOD- ids are other names of ids that are played; see `test_contracts`.
@pytest.mark.parametrize("name", [name for name in IDS if "-OOD-" not in name])
def test_a_seed_fixes_all_copies_and_another_differs(name: str) -> None:
    few: dict[str, Any] = {"city": TWO} if name.startswith("VIRLNavigation-Image-Vis") else {}

    def played(seed: int) -> list[Any]:
        env, generator = make(name, **few), np.random.default_rng(0)
        first, _ = env.reset(seed=seed)
        return [
            frozen(of_each(first)),
            *[frozen(env.step(some_actions(env, generator))) for _ in range(fewer(40, name))],
        ]

    one = played(1)
    assert one == played(1)
    assert one != played(2)
    assert len({str(row) for row in one[0]}) == NUM_ENVS


@pytest.mark.parametrize("name", KEYWORDS)
def test_copies_do_not_depend_on_each_other(name: str) -> None:
    """What a copy plays depends on its own actions alone, however far ahead others have dealt."""
    seen = []
    for other in (1, 2):
        env, generator = make(name, 2), np.random.default_rng(other)
        env.reset(seed=9)
        one = np.random.default_rng(0).integers(0, num_actions(env), fewer(200, name))
        others = generator.integers(0, num_actions(env), fewer(200, name))
        seen.append([frozen(of_each(env.step(np.array(pair))[0])[0]) for pair in zip(one, others)])
    assert seen[0] == seen[1]


@pytest.mark.parametrize("mode, name, keywords", CASES)
def test_copies_and_states_go_on_exactly(
    mode: AutoresetMode, name: str, keywords: dict[str, Any]
) -> None:
    """Saved in the middle of episodes, a pickle, a deep copy and a state are all it needs.

    What was returned before does not change by it: arrays are fresh at every step.
    """
    made = {**keywords, "autoreset_mode": mode, "max_episode_steps": 31}
    env, generator = make(name, 3, **made), np.random.default_rng(0)
    held = [env.reset(seed=4), env.step(env.expert_action())]
    before = frozen(held)
    for _ in range(fewer(60, name) // 2):
        env.step(some_actions(env, generator))
    state = env.get_state()
    new, used = make(name, 3, **made), make(name, 3, **made)
    used.reset(seed=5)
    others = [pickle.loads(pickle.dumps(env)), copy.deepcopy(env), new, used]
    for other in others[2:]:
        other.set_state(state)
    for _ in range(fewer(60, name)):
        actions = some_actions(env, generator)
        expected = frozen(env.step(actions))
        assert all(frozen(other.step(actions)) == expected for other in others)
    assert frozen(held) == before


@pytest.mark.parametrize("name", KEYWORDS)
def test_a_state_of_another_environment_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="num_envs=3"):
        make(name, 2).set_state(make(name, 3).get_state())
    with pytest.raises(ValueError, match="max_attempts=1"):
        make(name, max_attempts=1).set_state(make(name).get_state())
    shifted, told = {
        "GeneralPoints-v0": ({"rule": "rank"}, "jack=11"),
        "GeneralPoints-Image-v0": ({"look": {"noise": 2}}, "noise=2"),
        "VIRLNavigation-v0": ({"directions": "relative"}, "directions=relative"),
        "VIRLNavigation-Image-v0": ({"look": {"night": 2}}, "night=2"),
    }[name]
    with pytest.raises(ValueError, match=told):
        make(name, **shifted).set_state(make(name).get_state())


@pytest.mark.parametrize("name", [*KEYWORDS, "NumberLine-v0"])
@pytest.mark.parametrize("mode", MODES)
def test_outcome_codes_stand_for_the_names(mode: AutoresetMode, name: str) -> None:
    named, coded = (make(name, autoreset_mode=mode, outcome_codes=one) for one in (False, True))
    generator, seen = np.random.default_rng(0), set()
    infos, others = named.reset(seed=3)[1], coded.reset(seed=3)[1]
    for _ in range(fewer(40, name)):
        told = [(infos, others)]
        if "final_info" in infos:
            told.append((infos["final_info"], others["final_info"]))
        for names, codes in told:
            assert codes["outcome"].dtype == np.int64
            assert [named.task.outcome_names[one] for one in codes["outcome"]] == [
                *names["outcome"]
            ]
            columns = [one for key, one in codes.items() if "final_" not in key]
            assert all(column.dtype.kind in "bif" for column in columns)
            seen |= {*names["outcome"]}
        actions = some_actions(named, generator)
        infos, others = named.step(actions)[-1], coded.step(actions)[-1]
    assert len(seen) > 1


@pytest.mark.parametrize("name", KEYWORDS)
def test_a_time_limit_truncates_and_never_with_terminated(name: str) -> None:
    env = make(name, max_episode_steps=3, autoreset_mode="same_step")
    env.reset(seed=0)
    cut = [env.step(env.expert_action())[3].all() for _ in range(3)]
    assert cut == [False, False, True]
    # An episode that ends by itself at the limit: as many steps as the longest one of the expert.
    single: Any = gym.make(name).unwrapped
    _, info = single.reset(seed=0)
    steps, ended = 0, False
    while not ended:
        *_, ended, _, _ = single.step(single.expert_action())
        steps += 1
    env = make(name, 1, max_episode_steps=steps)
    env.reset(options={"episode_seed": [info["episode_seed"]]})
    for _ in range(steps):
        _, _, terminated, truncated, _ = env.step(env.expert_action())
    assert (terminated[0], truncated[0]) == (True, False)


@pytest.mark.parametrize("name", KEYWORDS)
def test_next_step_mode_ignores_the_action_of_the_reset(name: str) -> None:
    seen = []
    for ignored in (0, 1):
        env = make(name, 1)
        env.reset(seed=0)
        terminated = np.array([False])
        while not terminated[0]:
            _, _, terminated, _, _ = env.step(env.expert_action())
        seen.append(frozen(env.step(np.array([ignored]))))
    assert seen[0] == seen[1]
    _, rewards, terminated, truncated, infos = seen[0]
    assert (rewards, terminated, truncated, infos["outcome"]) == ([0.0], [False], [False], ["none"])


@pytest.mark.parametrize("name", KEYWORDS)
def test_both_modes_are_declared_where_gymnasium_and_torchrl_look(name: str) -> None:
    for given, mode in [("same_step", MODES[1]), (MODES[0], MODES[0])]:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            env = gym.make_vec(name, num_envs=2, autoreset_mode=given)
        assert env.metadata["autoreset_mode"] is mode
        assert env.unwrapped.autoreset_mode is mode  # type: ignore[attr-defined]
        assert env.observation_space.contains(env.reset(seed=0)[0])


@pytest.mark.parametrize("name", KEYWORDS)
@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda env: env.step(np.array([1])), ["(3,)", "(1,)"]),
        (lambda env: env.step(np.array([1, 2, 99])), ["99", "0 to"]),
        (lambda env: env.step(np.array([1, -1, 2])), ["-1"]),
        (lambda env: env.step(np.array([0.5, 1, 2])), ["float64", "integers"]),
        (lambda env: env.reset(seed=[1, 2]), ["3 sub-environments", "2"]),
        (lambda env: env.reset(seed=[1, 2, -7]), ["-7", "2**64"]),
        (lambda env: env.reset(seed=1.5), ["1.5"]),
        (lambda env: env.reset(options={"episode_seed": [1]}), ["3 sub-environments", "(1,)"]),
        (lambda env: env.reset(options={"hand": "1 2 3 4"}), ["'hand'", "'episode_seed'"]),
        (lambda env: type(env)(0), ["num_envs", "0"]),
        (lambda env: type(env)(2, max_episode_steps=0), ["max_episode_steps"]),
        (lambda env: type(env)(2, autoreset_mode="never"), ["'never'", "same_step"]),
    ],
)
def test_bad_calls_are_named(name: str, call: Any, words: list[str]) -> None:
    env = make(name, 3)
    env.reset(seed=0)
    with pytest.raises(ValueError, match=r".") as error:
        call(env)
    assert [word for word in words if word not in str(error.value)] == []


@pytest.mark.parametrize("name", KEYWORDS)
def test_calls_before_the_first_reset_say_what_to_do(name: str) -> None:
    env = make(name, 2, render_mode="ansi")
    what = env.hand if name.startswith("General") else env.route
    for ask in (
        lambda: what(0),
        env.expert_action,
        env.render,
        lambda: env.step(np.zeros(2, dtype=np.int64)),
    ):
        with pytest.raises(gym.error.ResetNeeded, match="reset"):
            ask()

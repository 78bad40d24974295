"""Demonstrations of navigation: what the expert does, as the environment shows it, safe on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agents.demonstrations import Transitions
from agents.scripted import ConstantAgent
from agents.virl import demonstrations as module
from agents.virl.demonstrations import (
    COLUMNS,
    Demonstrations,
    demonstrate,
    load_demonstrations,
    save_demonstrations,
)
from agents.virl.nearest_neighbour import NearestNeighbourAgent
from virl_env.actions import ACTION_INDEX, FORWARD
from virl_env.directions import NAMED, from_table
from virl_env.env import VIRLNavigationEnv
from virl_env.observe import LAYOUT
from virl_env.vector_env import VIRLNavigationVectorEnv
from virl_env.world.geometry import COMPASS

TRAINING = {"routes": 60, "split": "train", "fold": (1, 6), "drop_rate": 0.5, "max_attempts": 1}
MIXED = ("random", "absolute", "relative")


def same(left: Demonstrations, right: Demonstrations) -> bool:
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in COLUMNS)


def test_every_column_is_true_and_every_action_right() -> None:
    made = demonstrate(30, seed=3, rules=MIXED, **TRAINING)
    seen = made.transitions()
    assert seen.demonstrations == len(made) == 30
    envs = [VIRLNavigationEnv(directions=rule, **TRAINING) for rule in MIXED]
    row = 0
    for index in range(30):
        env = envs[made.kind[index]]
        assert made.kind[index] == index % 3
        seed = int(made.episode_seed[index])
        observation, _ = env.reset(options={"episode_seed": seed})
        assert made.digest[index] == env.unwrapped.route.digest
        assert made.heading[index] == env.unwrapped.initial_heading
        assert from_table(made.rule[index]) == env.unwrapped.directions
        assert np.array_equal(made.lines[index].reshape(-1), observation[LAYOUT["lines"]])
        terminated = False
        for code in made.actions[index][made.actions[index] > 0].tolist():
            assert np.array_equal(seen.observations[row], observation)
            assert seen.actions[row] == code - 1
            observation, reward, terminated, _, info = env.step(code - 1)
            assert reward == 1
            row += 1
        assert terminated
        assert info["is_success"]
    assert row == len(seen.actions)


def test_episodes_are_those_of_an_environment_with_the_seed() -> None:
    env = VIRLNavigationEnv(**TRAINING)
    made = demonstrate(3, seed=8, **TRAINING)
    for index in range(3):
        _, info = env.reset(seed=8 if index == 0 else None)
        assert made.episode_seed[index] == info["episode_seed"]


def test_long_lists_are_played_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    def played(made: Demonstrations) -> Transitions:
        return made.transitions()

    whole = demonstrate(20, seed=1, rules=MIXED, **TRAINING)
    expected = played(whole)
    monkeypatch.setattr(module, "SIDE_BY_SIDE", 3)
    parts = demonstrate(20, seed=1, rules=MIXED, **TRAINING)
    assert same(whole, parts)
    assert all(np.array_equal(left, right) for left, right in zip(expected, played(parts)))
    assert not same(whole, demonstrate(20, seed=2, rules=MIXED, **TRAINING))


def test_random_rules_are_none_of_the_two_that_are_compared() -> None:
    made = demonstrate(300, rules=("random",), **TRAINING)
    rules = {from_table(row) for row in made.rule}
    assert len(rules) > 100
    assert not rules & set(NAMED.values())


def test_files_keep_everything(tmp_path: Path) -> None:
    shuffled = ("world", (*COMPASS[1:], COMPASS[0]))
    made = demonstrate(12, seed=2, rules=("relative", shuffled), **TRAINING)
    save_demonstrations(tmp_path / "walks.npz", made)
    read = load_demonstrations(tmp_path / "walks.npz")
    assert same(made, read)
    expected = made.transitions()
    assert all(np.array_equal(a, b) for a, b in zip(expected, read.transitions()))


def test_what_is_no_file_of_demonstrations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"kept as \.npz"):
        save_demonstrations(tmp_path / "walks.pkl", demonstrate(1, **TRAINING))
    np.savez(tmp_path / "other.npz", actions=np.zeros(3))
    with pytest.raises(ValueError, match="no demonstrations"):
        load_demonstrations(tmp_path / "other.npz")
    route = VIRLNavigationEnv(**TRAINING)
    route.reset(seed=0)
    walked = demonstrate(1, route=route.unwrapped.route)
    with pytest.raises(ValueError, match="plain data"):
        save_demonstrations(tmp_path / "walks.npz", walked)


def test_nothing_to_demonstrate_is_refused() -> None:
    with pytest.raises(ValueError, match="count of at least 1"):
        demonstrate(0)
    with pytest.raises(ValueError, match="a rule"):
        demonstrate(3, rules=())
    with pytest.raises(ValueError, match=r"seed must be an integer from 0 .* got -1"):
        demonstrate(3, seed=-1)


@pytest.mark.parametrize("attempts", [1, 2])
def test_the_nearest_neighbour_knows_what_it_saw_and_nothing_of_another_rule(attempts: int) -> None:
    whole = {**TRAINING, "drop_rate": 0.0, "max_attempts": attempts}
    made = demonstrate(40, seed=5, **whole)
    env = VIRLNavigationVectorEnv(40, **whole)
    seeds = {"episode_seed": made.episode_seed}
    nearest = NearestNeighbourAgent(made)
    for _ in range(2):
        observation, info = env.reset(options=seeds)
        for copy in range(40):
            nearest.reset(copy)
        for codes in made.actions.T:
            actions = nearest.act(observation, info)
            assert np.array_equal(actions[codes > 0], codes[codes > 0] - 1)
            observation, _, _, _, info = env.step(actions)
    # The other rule wants other words at every turn; the places of forward and stop are the same.
    other = VIRLNavigationVectorEnv(40, directions="relative", **whole)
    observation, info = other.reset(options=seeds)
    for copy in range(40):
        nearest.reset(copy)
    ended = np.zeros(40, dtype=bool)
    while not ended.all():
        observation, _, terminated, _, info = other.step(nearest.act(observation, info))
        assert not info["turn_accuracy"][terminated & ~ended].any()
        assert (info["step_accuracy"][terminated & ~ended] > 0.5).all() or attempts > 1
        ended |= terminated


def test_a_constant_agent_walks_on() -> None:
    info = {"episode_seed": np.zeros(3)}
    assert ConstantAgent(FORWARD).act(None, info).tolist() == [ACTION_INDEX["forward()"]] * 3

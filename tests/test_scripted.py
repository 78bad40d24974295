"""Scripted agents: the floor, the ceiling, and rote memory."""

from __future__ import annotations

import numpy as np
import pytest

from agents.gp.demonstrations import demonstrate
from agents.gp.nearest_neighbour import NearestNeighbourAgent
from agents.scripted import ExpertAgent, RandomAgent
from gp_env.arithmetic import TOKENS
from gp_env.vector_env import GeneralPointsVectorEnv
from tests.validation import success_rate


def test_random_agent_keeps_to_the_mask_and_draws_evenly() -> None:
    env = GeneralPointsVectorEnv(2000, max_attempts=1)
    observation, info = env.reset(seed=0)
    agent = RandomAgent(len(TOKENS), seed=0)
    actions = agent.act(observation, info)
    allowed = np.flatnonzero(info["action_mask"][0])
    counts = np.bincount(actions, minlength=len(TOKENS))
    assert set(np.flatnonzero(counts)) == set(allowed)
    # 2,000 draws among 20 tokens: 100 each, standard deviation 9.7.
    assert np.all(np.abs(counts[allowed] - 100) < 50)
    for _ in range(30):
        _, _, _, _, info = env.step(actions)
        actions = agent.act(observation, info)
        assert info["action_mask"][np.arange(2000), actions].all()


def test_random_agent_without_a_mask_tries_everything() -> None:
    info = {"episode_seed": np.arange(1000)}
    actions = RandomAgent(26, seed=1).act(None, info)
    assert set(actions) == set(range(26))
    assert np.array_equal(actions, RandomAgent(26, seed=1).act(None, info))
    assert not np.array_equal(actions, RandomAgent(26, seed=2).act(None, info))


def test_draws_belong_to_the_episode_and_not_to_its_place() -> None:
    seeds = np.arange(2**61, 2**61 + 50)
    whole, backwards, alone = (RandomAgent(26, seed=1) for _ in range(3))
    for _ in range(3):
        actions = whole.act(None, {"episode_seed": seeds})
        assert np.array_equal(backwards.act(None, {"episode_seed": seeds[::-1]})[::-1], actions)
        assert alone.act(None, {"episode_seed": seeds[7:8]}).tolist() == [actions[7]]
    again = whole.act(None, {"episode_seed": np.append(seeds[:-1], 0)})
    whole.reset(0)
    first = RandomAgent(26, seed=1).act(None, {"episode_seed": seeds})
    started = whole.act(None, {"episode_seed": seeds})
    assert started[0] == first[0]
    assert not np.array_equal(again[:-1], first[:-1])
    assert np.array_equal(started[-1:], first[-1:])


@pytest.mark.parametrize("rule", ["ten", "rank", "random"])
def test_expert_always_wins(rule: str) -> None:
    env = GeneralPointsVectorEnv(50, rule=rule, max_attempts=1)
    observation, info = env.reset(seed=0)
    agent = ExpertAgent(env)
    won = 0
    while won < 200:
        observation, _, terminated, _, info = env.step(agent.act(observation, info))
        assert info["is_success"][terminated].all()
        won += terminated.sum()


def test_nearest_neighbour_wins_with_what_it_saw_and_fails_under_another_rule() -> None:
    """All 1,236 winnable hands seen: it solves each under "ten" and, with faces, none of "rank"."""
    nearest = NearestNeighbourAgent(demonstrate(60_000, solutions="first"))
    assert success_rate(nearest, 300, max_attempts=1) == 1.0
    assert success_rate(nearest, 300, rule="rank", face_cards=True, max_attempts=1) == 0.0


def test_nearest_neighbour_recalls_the_nearest_hand() -> None:
    demonstrations = demonstrate(500, split="train")
    nearest = NearestNeighbourAgent(demonstrations)
    assert success_rate(nearest, 200, split="test", max_attempts=1) < 0.1
    env = GeneralPointsVectorEnv(1, hand=demonstrations.hand(3), max_attempts=1)
    observation, info = env.reset(seed=0)
    first_seen = next(
        index
        for index in range(500)
        if sorted(demonstrations.hand(index).ranks) == sorted(demonstrations.hand(3).ranks)
    )
    written = ""
    while True:
        action = nearest.act(observation, info)
        if TOKENS[action[0]] == "=":
            break
        written += TOKENS[action[0]]
        observation, _, _, _, info = env.step(action)
    assert written == demonstrations.formulas(first_seen)[-1]


def test_nearest_neighbour_needs_something_to_remember() -> None:
    with pytest.raises(ValueError, match="at least one"):
        NearestNeighbourAgent(demonstrate(0))

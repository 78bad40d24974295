"""Trials that take a minute or more, run by `make test-slow`."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest

import gp_env
from gp_env.deck import MAX_CARDS, MIN_CARDS
from gp_env.rules import NAMED, RANDOM

pytestmark = pytest.mark.slow

TOKEN_IDS = [name for name in gp_env.variants() if "-Text" not in name]
TEXT_IDS = [name for name in gp_env.variants() if "-Text" in name]


@pytest.mark.parametrize("num_cards", range(MIN_CARDS, MAX_CARDS + 1))
@pytest.mark.parametrize("rule", [*NAMED, RANDOM])
def test_the_expert_wins_every_hand_of_every_size_and_rule(rule: str, num_cards: int) -> None:
    env = gym.make_vec(
        "GeneralPoints-v0",
        num_envs=200,
        rule=rule,
        num_cards=num_cards,
        deck="large",
        suits="all",
        autoreset_mode="same_step",
    ).unwrapped
    env.reset(seed=num_cards)
    won = 0
    for _ in range(60):
        _, rewards, terminated, _, _ = env.step(env.expert_action())
        assert (rewards[terminated] == 5.0).all()
        won += int(terminated.sum())
    assert won >= 200


@pytest.mark.parametrize("name", TEXT_IDS)
def test_the_expert_wins_a_thousand_text_episodes(name: str) -> None:
    env = gym.make(name).unwrapped
    for seed in range(1_000):
        env.reset(seed=seed)
        _, reward, terminated, _, _ = env.step(env.expert_action())
        assert (reward, terminated) == (5.0, True)


@pytest.mark.parametrize("name", TOKEN_IDS)
def test_a_million_random_tokens_keep_the_contracts(name: str) -> None:
    env = gym.make_vec(name, num_envs=500, rule="random", autoreset_mode="same_step")
    env.reset(seed=0)
    actions = np.random.default_rng(0).integers(0, 26, (2_000, 500))
    for row in actions:
        observations, rewards, terminated, truncated, info = env.step(row)
        assert set(np.unique(rewards)) <= {0.0, -1.0, -2.0, -3.0, 5.0}
        assert not truncated.any()
        assert (info["attempts_left"] > 0).all()
        assert info["action_mask"].any(axis=1).all()
        assert terminated.any() == ("final_obs" in info)
    assert env.observation_space.contains(observations)

"""Suites: fixed, told apart by their digest, and disjoint from everything trained on."""

from __future__ import annotations

import dataclasses

import gymnasium as gym
import numpy as np
import pytest

import gp_env
from benchmarks.suites import SUITES, TEST_BIT, suite
from gp_env.deal import split_part
from shiftgym.mixer import EPISODE_SEED_BITS, MAX_EPISODE_SEED

GP_L = SUITES["gp-l"]


def deal(column: str, seed: int, count: int) -> list[tuple[int, ...]]:
    env = gym.make_vec(GP_L.id(column), num_envs=count, **GP_L.keywords(column, seed)).unwrapped
    env.reset(options={"episode_seed": np.array(GP_L.episode_seeds(seed, count))})
    return [env.hand(copy).ranks for copy in range(count)]


def test_the_digest_is_pinned() -> None:
    # A new value here means that figures made with the old one are of another suite.
    assert GP_L.digest == "32f478706d4e97eb"
    assert dataclasses.replace(GP_L, folds=5).digest != GP_L.digest


def test_an_unknown_suite_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="gp-l"):
        suite("gp-x")


def test_test_seeds_cannot_be_an_environments_own() -> None:
    seeds = [seed for fold in range(GP_L.folds) for seed in GP_L.episode_seeds(fold, 500)]
    assert min(seeds) >= TEST_BIT == 2**EPISODE_SEED_BITS
    assert max(seeds) < MAX_EPISODE_SEED
    assert len(set(seeds)) == len(seeds)
    assert not set(seeds) & set(GP_L.episode_seeds(0, 500, "validation"))


def test_a_longer_list_of_seeds_begins_with_a_shorter() -> None:
    assert GP_L.episode_seeds(2, 50)[:20] == GP_L.episode_seeds(2, 20)
    assert GP_L.episode_seeds(2, 20) == GP_L.episode_seeds(2 + GP_L.folds, 20)


@pytest.mark.parametrize("interface", ["", "-Text"])
def test_every_column_is_a_registered_id(interface: str) -> None:
    assert {GP_L.id(column, interface) for column in GP_L.columns} <= gp_env.variants().keys()


def test_columns_deal_only_the_hands_of_their_fold() -> None:
    for seed in (0, 4):
        for column in GP_L.columns:
            ranks = np.array(deal(column, seed, 100), dtype=np.uint8)
            tested = split_part(ranks, GP_L.folds) == seed
            assert not tested.any() if column.endswith("_train") else tested.all()


def test_pairs_are_the_same_hands_and_have_a_face() -> None:
    inside, outside = deal("in_pairs", 1, 100), deal("ood_pairs", 1, 100)
    assert inside == outside
    assert all(any(11 <= rank <= 13 for rank in hand) for hand in inside)
    assert deal("in", 1, 100) != inside

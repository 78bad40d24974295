"""A hand given by hand keeps the look of its id, and under deals="deck" a card stands once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import gp_env
from gp_env.config import GameConfig
from gp_env.deal import Dealer
from gp_env.deck import SUIT_COLOURS, Hand

IDS = list(gp_env.variants())
EASY = ("3 3 8 8", "A 2 3 4", "6 6 6 6", "K K 4 Q", "6 6 6 5 A 8")


def cards_of(hand: Hand) -> list[tuple[int, int]]:
    return list(zip(hand.ranks, hand.suits))


@pytest.mark.parametrize("name", IDS)
def test_the_look_of_the_id_holds(name: str) -> None:
    env: Any = gym.make(name).unwrapped
    allowed = set(SUIT_COLOURS[env.config.suits])
    drawn = set()
    for seed in range(12):
        env.reset(seed=seed, options={"hand": "A 2 3 4"})
        drawn.update(env.hand.suits)
        again = env.hand
        env.reset(options={"hand": "A 2 3 4", "episode_seed": env.episode.seed})
        assert env.hand == again
    assert drawn == allowed
    wrong = "A♥ 2♥ 3♥ 4♥" if env.config.suits == "black" else "A♠ 2♠ 3♠ 4♠"
    running = env.hand
    with pytest.raises(ValueError, match=rf"{wrong}.*suits='{env.config.suits}' deals") as error:
        env.reset(options={"hand": wrong})
    assert "its ranks alone" in str(error.value)
    assert env.hand == running


@settings(max_examples=25)
@given(
    st.lists(st.integers(1, 13), min_size=3, max_size=5),
    st.sampled_from(list(SUIT_COLOURS)),
    st.sampled_from(["independent", "deck"]),
    st.integers(0, 2**62 - 1),
)
def test_suits_follow_the_rule(ranks: list[int], suits: str, deals: str, seed: int) -> None:
    target = next((t for t in range(1, 101) if gp_env.solve(ranks, target=t)), None)
    assume(target is not None)
    dealer = Dealer(GameConfig.make(suits=suits, deals=deals, target=target))
    colours = SUIT_COLOURS[suits]
    if deals == "deck" and max(Counter(ranks).values()) > len(colours):
        with pytest.raises(ValueError, match="cannot come from one deck"):
            dealer.with_hand(Hand(tuple(ranks)))
        return
    fixed = dealer.with_hand(Hand(tuple(ranks)))
    seeds = (seed + np.arange(8)) % 2**62
    hands = fixed.deal(seeds)
    for index, one in enumerate(seeds):
        hand = hands.hand(index)
        assert hand.ranks == tuple(ranks)
        assert set(hand.suits) <= set(colours)
        assert deals == "independent" or len(set(cards_of(hand))) == len(ranks)
        # What is dealt for a seed hangs on no other seed.
        assert fixed.deal(np.array([one])).hand(0) == hand
        # And what was right at once is what independent cards have.
        free = Dealer(GameConfig.make(suits=suits, target=target, hand=Hand(tuple(ranks))))
        drawn = free.deal(np.array([one])).hand(0)
        if deals == "deck" and len(set(cards_of(drawn))) == len(ranks):
            assert drawn == hand


def test_every_way_to_draw_the_suits_of_a_pair_is_as_likely() -> None:
    dealer = Dealer(GameConfig.make(hand="3 3 8 8", deals="deck", suits="all"))
    suits = dealer.deal(np.arange(6_000)).suits[:, :2]
    counts = Counter(map(tuple, suits.tolist()))
    assert len(counts) == 12
    assert 400 < min(counts.values()) <= max(counts.values()) < 600


@pytest.mark.parametrize(
    ("keywords", "hand", "words"),
    [
        ({"deals": "deck", "suits": "all"}, "6♣ 6♣ 6♠ 6♥", ["6♣ 6♣", "one deck"]),
        ({"deals": "deck"}, "6 6 6 6", ["6 6 6 6", "one deck", "2 cards of a rank"]),
        ({"deals": "deck", "suits": "all", "target": 30}, "6 6 6 6 6", ["one deck"]),
        ({"suits": "red"}, "6♣ 6♣ 6♠ 6♥", ["suits='red'", "♥♦"]),
        ({"suits": "black"}, "6♣ 6♣ 6♠ 6♥", ["suits='black'", "♠♣"]),
    ],
    ids=str,
)
def test_hands_that_contradict_the_keywords_are_refused(
    keywords: dict[str, Any], hand: str, words: list[str]
) -> None:
    env: Any = gym.make("GeneralPoints-v0", **keywords).unwrapped
    tries = (
        lambda: env.reset(seed=0, options={"hand": hand}),
        lambda: gym.make("GeneralPoints-v0", hand=hand, **keywords),
        lambda: gym.make_vec("GeneralPoints-v0", num_envs=2, hand=hand, **keywords),
    )
    for attempt in tries:
        with pytest.raises(ValueError, match=r".") as error:
            attempt()
        assert [word for word in words if word not in str(error.value)] == []


@pytest.mark.parametrize("hand", EASY)
@pytest.mark.parametrize("name", ["GeneralPoints-v0", "GeneralPoints-Image-v0"])
def test_copies_are_dealt_what_single_environments_are(name: str, hand: str) -> None:
    keywords: dict[str, Any] = {"suits": "all", "deals": "deck", "hand": hand}
    if hand.startswith("K"):
        keywords["rule"] = "ten"
    target = next(t for t in range(24, 101) if gp_env.solve(Hand.parse(hand).ranks, target=t))
    keywords["target"] = target
    vector: Any = gym.make_vec(name, num_envs=4, **keywords).unwrapped
    vector.reset(seed=[5, 6, 7, 8])
    single: Any = gym.make(name, **keywords).unwrapped
    option: Any = gym.make(name, **{**keywords, "hand": None}).unwrapped
    for copy, seed in enumerate((5, 6, 7, 8)):
        single.reset(seed=seed)
        option.reset(seed=seed, options={"hand": hand})
        assert vector.hand(copy) == single.hand == option.hand
        assert len(set(cards_of(single.hand))) == len(single.hand.ranks)

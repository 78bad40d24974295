"""What is dealt: winnable hands, in the declared proportions, on the declared side of a split."""

import hashlib
import itertools
from collections import Counter

import numpy as np
import pytest

from gp_env.config import GameConfig
from gp_env.deal import Dealer, split_part
from gp_env.deck import SUIT_COLOURS
from gp_env.rules import HELD_OUT, NAMED, Rule
from gp_env.solver import solvable

SEEDS = np.arange(3_000)

CONFIGS = [
    {},
    {"rule": "rank", "face_cards": True},
    {"rule": "random"},
    {"rule": (1, 19, 4), "target": 17, "num_cards": 3},
    {"num_cards": 5},
    {"num_cards": 6, "deck": "large", "rule": "all-7"},
    {"deals": "deck", "suits": "all"},
    {"deals": "deck", "suits": "red", "rule": "random", "num_cards": 5},
    {"deck": "large", "split": "validation"},
    {"face_cards": True, "solvable_under": ("ten", "rank"), "split": "test", "fold": (2, 6)},
]


@pytest.mark.parametrize("keywords", CONFIGS, ids=str)
def test_every_hand_can_be_won_and_is_what_was_asked_for(keywords: dict) -> None:
    config = GameConfig.make(**keywords)
    deals = Dealer(config).deal(SEEDS[: 300 if config.num_cards > 4 else 3_000])
    highest = 19 if config.deck == "large" else 13
    for index in range(len(deals.ranks)):
        hand, rule = deals.hand(index), Rule(*deals.rules[index].tolist())
        assert len(hand.ranks) == len(hand.suits) == config.num_cards
        assert all(1 <= rank <= highest for rank in hand.ranks)
        assert set(hand.suits) <= set(SUIT_COLOURS[config.suits])
        assert bytes(sorted(rule.values(hand.ranks))) == deals.values[index].tobytes()
        for required in (rule, *config.solvable_under):
            assert solvable(sorted(hand.values(required)), config.target)
        if config.face_cards:
            assert hand.has_face
        if config.deals == "deck":
            cards = list(zip(hand.ranks, hand.suits))
            assert len(set(cards)) == len(cards)
        if config.rule is None:
            assert rule not in HELD_OUT
            assert all(a != b for a, b in zip(rule, NAMED["rank"]))


def test_independent_deals_give_every_ordered_hand_the_same_chance() -> None:
    config = GameConfig.make(num_cards=3)
    deals = Dealer(config).deal(np.arange(200_000))
    dealt = Counter(map(tuple, deals.ranks[:, :3].tolist()))
    possible = [
        ranks
        for ranks in itertools.product(range(1, 14), repeat=3)
        if solvable(sorted(NAMED["ten"].values(ranks)), 24)
    ]
    assert set(dealt) == set(possible)
    expected = 200_000 / len(possible)
    chi_square = sum((dealt[ranks] - expected) ** 2 / expected for ranks in possible)
    assert chi_square < len(possible) + 5 * (2 * len(possible)) ** 0.5


def test_drawing_until_acceptable_agrees_with_the_table() -> None:
    """A deck is dealt by rejection and independent cards from a table: the hands are the same."""
    by_rejection = Dealer(GameConfig.make(deals="deck", suits="all")).deal(np.arange(150_000))
    from_table = Dealer(GameConfig.make()).deal(np.arange(150_000))
    sets = [
        set(map(tuple, np.sort(deals.ranks[:, :4], axis=1).tolist()))
        for deals in (by_rejection, from_table)
    ]
    assert len(sets[1]) == 1_236
    assert sets[0] <= sets[1]
    assert len(sets[0]) > 1_225  # four of a kind come once in 270,725 deals of a deck


def test_splits_are_disjoint_and_exhaustive_and_folds_cover_every_hand_once() -> None:
    def value_hands(**keywords: object) -> set[tuple[int, ...]]:
        deals = Dealer(GameConfig.make(**keywords)).deal(np.arange(40_000))
        return set(map(tuple, np.sort(np.minimum(deals.ranks[:, :4], 10), axis=1).tolist()))

    everything = value_hands()
    assert len(everything) == 566
    parts = [value_hands(split=split, fold=(0, 6)) for split in ("train", "validation", "test")]
    assert sum(map(len, parts)) == len(everything)
    assert set.union(*parts) == everything
    folds = [value_hands(split="test", fold=(k, 6)) for k in range(6)]
    assert sum(map(len, folds)) == len(everything)
    assert min(map(len, folds)) > 60
    assert value_hands(split="validation", fold=(0, 6)) == folds[1]


def test_folds_of_seven_parts_share_their_validation_hands() -> None:
    hands = np.array(list(itertools.combinations_with_replacement(range(1, 14), 4)), dtype=np.uint8)
    parts = split_part(hands, 7)
    # Golden: another digest is another split of everything that was trained and tested.
    digest = hashlib.sha256(parts.astype(np.uint8).tobytes()).hexdigest()[:16]
    assert digest == "b1d491ed36cdb08d"

    def dealt(split: str, fold: tuple[int, ...]) -> set[tuple[int, ...]]:
        table = Dealer(GameConfig.make(split=split, fold=fold))._table
        assert table is not None
        return set(map(tuple, np.sort(np.minimum(table.ranks[:, :4], 10), axis=1).tolist()))

    validation = dealt("validation", (0, 7, 6))
    tested = [dealt("test", (k, 7, 6)) for k in range(6)]
    assert sum(map(len, (validation, *tested))) == len(validation.union(*tested)) == 566
    assert min(map(len, (validation, *tested))) > 60
    for k in range(6):
        assert dealt("validation", (k, 7, 6)) == validation
        assert tested[k] == dealt("test", (k, 7))
        assert dealt("train", (k, 7, 6)) == set.union(*tested[:k], *tested[k + 1 :])
    # A named validation part that is the usual one changes nothing.
    assert dealt("train", (2, 6, 3)) == dealt("train", (2, 6))


def test_a_random_rule_that_leaves_no_hand_is_drawn_anew() -> None:
    """Three cards with a face, held out: a few rules, such as 1-1-1, have no such hand."""
    config = GameConfig.make(rule="random", num_cards=3, face_cards=True, split="test")
    deals = Dealer(config).deal(np.array([83, 126, 992]))
    for index in range(3):
        values = sorted(deals.hand(index).values(deals.rules[index].tolist()))
        assert solvable(values, 24)


def test_a_fixed_hand_belongs_to_one_split() -> None:
    dealt = []
    for split in ("train", "validation", "test"):
        try:
            Dealer(GameConfig.make(hand="3 3 8 8", split=split))
            dealt.append(split)
        except ValueError as error:
            assert f"split={split}" in str(error)  # noqa: PT017
    assert len(dealt) == 1


def test_a_hand_stays_in_its_part_in_any_order_and_under_any_face() -> None:
    hands = np.array([[11, 3, 4, 5], [5, 12, 4, 3], [4, 5, 3, 10], [13, 5, 3, 4]], dtype=np.uint8)
    assert len(set(split_part(hands, 97).tolist())) == 1


def test_the_dealing_is_the_same_everywhere() -> None:
    """Golden hands: a change here is a change of every id's version."""
    deals = Dealer(GameConfig.make()).deal(np.arange(4))
    rejected = Dealer(GameConfig.make(rule="random", suits="all")).deal(np.arange(3))
    assert [str(deals.hand(index)) for index in range(4)] == [
        "5♣ Q♣ J♣ 7♣",
        "9♠ Q♣ 3♣ 8♣",
        "9♣ K♣ 2♣ 10♣",
        "9♣ 3♠ 8♠ Q♠",
    ]
    assert [(str(rejected.hand(i)), tuple(rejected.rules[i])) for i in range(3)] == [
        ("A♣ A♣ J♥ 6♣", (17, 18, 4)),
        ("9♥ J♣ 9♠ Q♣", (12, 4, 12)),
        ("3♥ 5♠ 5♣ 3♦", (12, 13, 12)),
    ]


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"rule": "eleven"}, ["'eleven'", "all-12"]),
        ({"rule": (1, 2)}, ["(1, 2)", "three integers"]),
        ({"rule": (0, 2, 3)}, ["1 to 19"]),
        ({"deck": "tarot"}, ["deck='tarot'", "'large'"]),
        ({"suits": "green"}, ["suits='green'", "'red'"]),
        ({"split": "dev"}, ["split='dev'", "'validation'"]),
        ({"fold": (5, 5)}, ["(5, 5)", "0 <= k < n"]),
        ({"num_cards": 7}, ["num_cards", "3 to 6", "7"]),
        ({"target": 24.5}, ["target", "24.5"]),
        ({"max_attempts": 0}, ["max_attempts", "1 to 10"]),
        ({"hand": "1 1 1 1"}, ["A A A A", "24", "gp_env.solve"]),
        ({"hand": "1 1 1"}, ["A A A"]),
        ({"hand": (1, 2, 3, 99)}, ["99"]),
        ({"hand": "5 5 5 1", "rule": "random"}, ["fixed", "random"]),
        ({"solvable_under": "rank"}, ["solvable_under", "['rank']"]),
        ({"num_cards": 3, "target": 97, "solvable_under": [(1, 1, 1)], "face_cards": True},
         ["No hand"]),
        ({"rule": "random", "num_cards": 3, "target": 97, "solvable_under": [(1, 1, 1)],
          "face_cards": True}, ["Found no hand"]),
        ({"hand": "3 3 8 8", "face_cards": True}, ["3 3 8 8", "face_cards=True"]),
        ({"hand": "3 3 8 8", "num_cards": 5}, ["num_cards=5"]),
        ({"hand": "14 2 1 8", "target": 25}, ["14 2 A 8", "deck=standard"]),
        ({"hand": "3♠ 3♣ 8 8"}, ["'3♠'", "every card or of none"]),
        ({"random_rules": "pair"}, ["random_rules='pair'", "rule='random'"]),
        ({"hand": "3 3 8 8", "face_share": 0.4}, ["face_share=0.4", "3 3 8 8"]),
        ({"fold": (1, 5)}, ["fold=(1, 5)", "split='train'"]),
        ({"hand": "3♥ 3♥ 8♥ 8♥"}, ["suits='black'", "♠♣"]),
        ({"fold": (0, 2**40)}, ["3 to 1000"]),
        ({"fold": (2, 7, 2)}, ["(2, 7, 2)", "v != k"]),
        ({"fold": (2, 7, 7)}, ["(2, 7, 7)", "0 <= v < n"]),
        ({"fold": (2, 7, 6, 5)}, ["(2, 7, 6, 5)", "(k, n, v)"]),
        ({"fold": itertools.count()}, ["count", "(k, n, v)"]),
        ({"face_cards": "no"}, ["face_cards", "'no'"]),
    ],
    ids=str,
)  # fmt: skip
def test_bad_keywords_are_named(keywords: dict, words: list[str]) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        Dealer(GameConfig.make(**keywords))
    assert [word for word in words if word not in str(error.value)] == []

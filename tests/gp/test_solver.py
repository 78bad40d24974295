"""The solver against all trees of a hand, evaluated with fractions."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import combinations_with_replacement, islice
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gp_env.config import GameConfig
from gp_env.formulas import formula, formula_count, hits
from gp_env.rules import Rule
from gp_env.solver import (
    difficulty,
    iter_solutions,
    multiset_index,
    multisets,
    solvable,
    solvable_table,
    solve,
)
from gp_env.text import judge_reply
from gp_env.verifier import verify
from tests.gp import oracles

HANDS = list(combinations_with_replacement(range(1, 14), 4))
FACE = np.array([max(hand) > 10 for hand in HANDS])


def values_under(rule: str) -> np.ndarray:
    return np.array([sorted(Rule.parse(rule).values(hand)) for hand in HANDS], dtype=np.uint8)


def solvable_hands(rule: str) -> np.ndarray:
    return solvable_table(4, 24)[multiset_index(values_under(rule))]


def brute_force(values: tuple[int, ...], target: int) -> tuple[set[str], int]:
    """Return the formulas that make the target, and how many there are altogether."""
    every, made = set(), set()
    for tree in oracles.trees(values):
        text = oracles.without_redundant_brackets(oracles.full_text(tree))
        every.add(text)
        if oracles.value(tree) == target:
            made.add(text)
    return made, len(every)


@settings(max_examples=8)
@given(st.lists(st.integers(1, 19), min_size=3, max_size=4), st.integers(1, 100))
def test_all_formulas_of_three_and_four_cards(hand: list[int], target: int) -> None:
    made, total = brute_force(tuple(hand), target)
    solutions = solve(hand, "rank", target)
    assert len(solutions) == len(set(solutions))
    assert set(solutions) == made
    assert difficulty(hand, "rank", target) == len(made) / total


@pytest.mark.parametrize(
    "hand", [pytest.param((3, 3, 8, 8, 8), marks=pytest.mark.slow), (2, 2, 2, 2, 9)]
)
def test_all_formulas_of_five_cards(hand: tuple[int, ...]) -> None:
    made, total = brute_force(hand, 24)
    assert made
    assert set(solve(hand)) == made
    assert difficulty(hand) == len(made) / total


def test_six_cards_are_evaluated_as_their_formulas_read() -> None:
    hand = (5, 5, 5, 5, 5, 5)
    texts = [formula(hand, number) for number in range(formula_count(hand))]
    made = [text for text in texts if oracles.value(oracles.parse(text)) == 24]
    assert len(set(texts)) == len(texts)
    assert solve(hand) == made
    assert made
    assert difficulty(hand) == len(made) / len(texts)


def test_every_solution_of_a_five_card_hand_is_correct() -> None:
    solutions = solve((9, 13, 8, 12, 4), "rank")
    assert len(solutions) == len(set(solutions)) > 100
    assert all(verify(text, (9, 13, 8, 12, 4), "rank").outcome == "correct" for text in solutions)


def test_the_hard_hand_has_its_one_formula() -> None:
    assert solve((3, 3, 8, 8)) == ["8/(3-8/3)"]
    assert difficulty((3, 3, 8, 8)) == 1 / (244 * 6)
    assert "(5-1)*(10-4)" in solve((5, 1, 10, 4))


def test_hands_without_a_formula() -> None:
    assert solve((1, 1, 1, 1)) == []
    assert difficulty((1, 1, 1, 1)) == 0
    assert list(iter_solutions((1, 1, 1, 1))) == []
    assert not solvable((1, 1, 1, 1))


@pytest.mark.parametrize("hand", [(1, 2, 3, 4), (1, 2, 3, 4, 5), (2, 3, 5, 7, 11, 13)])
def test_a_limit_gives_the_first_formulas(hand: tuple[int, ...]) -> None:
    first = solve(hand, "rank", limit=50)
    assert len(first) == 50
    assert first == list(islice(iter_solutions(hand, "rank"), 50))
    assert first == solve(tuple(reversed(hand)), "rank", limit=50)
    assert all(verify(text, hand, "rank").outcome == "correct" for text in first)
    if len(hand) < 6:
        assert first == solve(hand, "rank")[:50]


def test_the_order_of_numbers_counts_but_equal_cards_do_not() -> None:
    assert {"4*6*1*1", "6*4*1*1"} <= set(solve((1, 1, 4, 6)))
    assert solve((1, 1, 4, 6)) == solve((6, 1, 4, 1))
    texts = [formula((4, 4, 4), number) for number in range(formula_count((4, 4, 4)))]
    assert len(texts) == len(set(texts)) == 28


def test_redundant_brackets() -> None:
    texts = {formula((1, 2, 3), number) for number in range(formula_count((1, 2, 3)))}
    assert {"1-(2-3)", "1-2+3", "1-2-3", "1-(2+3)", "1/(2/3)", "1/2*3", "(1+2)*3"} <= texts
    assert not texts & {"1+(2-3)", "1*(2/3)", "(1*2)/3", "(1-2)-3"}


@pytest.mark.parametrize("target", [0, 101, 24.5, 10**30, "24", None, True])
def test_a_target_that_is_none_is_refused_alike_everywhere(target: Any) -> None:
    refusal = re.escape(f"target must be an integer from 1 to 100; got {target!r}.")
    asked: tuple[Callable[[], object], ...] = (
        lambda: GameConfig.make(target=target),
        lambda: solve((1, 2, 3, 4), target=target),
        lambda: difficulty((1, 2, 3, 4), target=target),
        lambda: verify("1*2*3*4", (1, 2, 3, 4), target=target),
        lambda: judge_reply("no formula", (1, 2, 3, 4), target=target),
    )
    for ask in asked:
        with pytest.raises(ValueError, match=refusal):
            ask()


@pytest.mark.parametrize(
    "rule, count, value_hands, with_face",
    [
        ("ten", 1236, 566, None),
        ("rank", 1362, None, 796),
        ("all-5", 1444, None, None),
        ("all-7", 1252, None, None),
        ("all-12", 1530, None, None),
    ],
)
def test_published_counts_of_solvable_hands(
    rule: str, count: int, value_hands: int | None, with_face: int | None
) -> None:
    good = solvable_hands(rule)
    assert len(HANDS) == 1820
    assert good.sum() == count
    if value_hands is not None:
        assert len(np.unique(values_under(rule)[good], axis=0)) == value_hands
    if with_face is not None:
        assert (good & FACE).sum() == with_face


def test_hands_solvable_under_both_rules() -> None:
    assert (solvable_hands("ten") & solvable_hands("rank") & FACE).sum() == 529


def test_hands_for_which_floating_point_refuses_a_solution() -> None:
    some, all_of = [], []
    for hand in combinations_with_replacement(range(1, 11), 4):
        refused = [_in_floats(oracles.parse(text)) != 24 for text in solve(hand)]
        if any(refused):
            some.append(hand)
            if all(refused):
                all_of.append(hand)
    assert len(some) == 25
    assert all_of == [(3, 3, 8, 8)]


def _in_floats(tree: oracles.Tree) -> float:
    if isinstance(tree, int):
        return float(tree)
    left, right = _in_floats(tree[0]), _in_floats(tree[2])
    return {
        "+": left.__add__,
        "-": left.__sub__,
        "*": left.__mul__,
        "/": left.__truediv__,
    }[tree[1]](right)


@settings(max_examples=25)
@given(st.lists(st.integers(1, 19), min_size=3, max_size=5), st.integers(1, 100))
def test_solvable_means_that_a_formula_exists(values: list[int], target: int) -> None:
    found = any(len(chunk) for chunk in hits(tuple(sorted(values)), target))
    assert solvable(values, target) == found


@settings(max_examples=15)
@given(st.lists(st.sampled_from([1, 2]), min_size=6, max_size=6), st.integers(1, 100))
def test_solvable_with_six_cards(values: list[int], target: int) -> None:
    found = any(len(chunk) for chunk in hits(tuple(sorted(values)), target))
    assert solvable(values, target) == found


@pytest.mark.parametrize("num_cards", [3, 4])
@pytest.mark.parametrize("target", [1, 24, 97])
def test_tables_agree_with_single_hands(num_cards: int, target: int) -> None:
    table = solvable_table(num_cards, target)
    rows = np.random.default_rng(0).choice(len(table), 150, replace=False)
    for row in rows:
        assert table[row] == solvable(multisets(num_cards)[row].tolist(), target)


@pytest.mark.parametrize("num_cards, count", [(1, 19), (2, 190), (3, 1330), (4, 7315)])
def test_the_index_counts_multisets_off(num_cards: int, count: int) -> None:
    listed = multisets(num_cards)
    assert listed.shape == (count, num_cards)
    assert (np.diff(listed.astype(int), axis=1) >= 0).all()
    np.testing.assert_array_equal(multiset_index(listed), np.arange(count))
    assert len(np.unique(listed, axis=0)) == count


def test_tables_serve_three_and_four_cards() -> None:
    with pytest.raises(ValueError, match=r"Use solvable\(\)"):
        solvable_table(5)

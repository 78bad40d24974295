"""The grammar table against a reader that knows nothing of tables."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gp_env.arithmetic import EQUALS, TOKENS, scan
from gp_env.dynamics import (
    LENGTH,
    MAX_TOKENS,
    NEXT,
    NUM_TOKENS,
    START,
    SUBMITTED,
    SYNTAX_MASK,
    UNGRAMMATICAL,
    hand_mask,
)

token_lists = st.lists(st.integers(0, NUM_TOKENS - 2), min_size=1, max_size=MAX_TOKENS)


def walk(tokens: list[int]) -> int:
    state = START
    for token in tokens:
        state = int(NEXT[state, token])
        if state < 0:
            break
    return state


def could_be_completed(tokens: list[int]) -> bool:
    """Whether some continuation within MAX_TOKENS is a legal formula, found by writing one."""
    text = " ".join(TOKENS[token] for token in tokens)
    if not tokens or not re.search(r"[0-9)]$", text):
        text += " 1"
    text += " )" * (text.count("(") - text.count(")"))
    return scan(text) is not None and len(text.split()) <= MAX_TOKENS


@given(token_lists)
def test_the_table_allows_what_can_be_completed(tokens: list[int]) -> None:
    for end in range(1, len(tokens) + 1):
        assert (walk(tokens[:end]) >= 0) == could_be_completed(tokens[:end])


@given(token_lists)
def test_equals_submits_exactly_complete_formulas(tokens: list[int]) -> None:
    complete = scan(" ".join(TOKENS[token] for token in tokens)) is not None
    assert (walk([*tokens, EQUALS]) == SUBMITTED) == complete


def random_play(seed: int, values: list[int] | None) -> list[int]:
    """Play at random inside the mask until the formula is submitted."""
    generator = np.random.default_rng(seed)
    state, formula = START, []
    while True:
        mask = SYNTAX_MASK[state] if values is None else hand_mask(state, formula, values)
        assert mask.any()
        token = int(generator.choice(np.flatnonzero(mask)))
        assert NEXT[state, token] != UNGRAMMATICAL
        if token == EQUALS:
            return formula
        formula.append(token)
        state = int(NEXT[state, token])
        assert LENGTH[state] == len(formula)


def test_play_inside_the_syntax_mask_ends_in_legal_formulas() -> None:
    formulas = [random_play(seed, None) for seed in range(300)]
    assert max(map(len, formulas)) >= MAX_TOKENS - 1
    for formula in formulas:
        assert len(formula) <= MAX_TOKENS
        assert scan("".join(TOKENS[token] for token in formula)) is not None


@pytest.mark.parametrize("values", [[1, 1, 13], [10, 10, 3, 7], [2, 5, 19, 19, 4, 4]])
def test_play_inside_the_full_mask_uses_every_card_once(values: list[int]) -> None:
    for seed in range(200):
        formula = random_play(seed, values)
        assert sorted(token + 1 for token in formula if token < 19) == sorted(values)


def test_full_mask_after_a_number_outside_the_hand_still_leaves_a_way_out() -> None:
    formula = [17, *[23] * 0]
    state = walk(formula)
    for _ in range(8):
        formula += [19, 17]
        state = walk(formula)
        assert hand_mask(state, formula, [1, 2, 3, 4, 5, 6]).any()

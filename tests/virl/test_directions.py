"""Direction rules: how they are named, what they say, and how random ones are drawn."""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from virl_env.directions import (
    HELD_OUT,
    NAMED,
    WORDS,
    Directions,
    draw_tables,
    from_table,
    table,
)
from virl_env.world.geometry import COMPASS, RELATIVE, compass, turn_word

MIRRORED = Directions("body", ("right", "left", "slightly right", "slightly left"))
ROTATED = Directions("world", (*COMPASS[1:], COMPASS[0]))

headings = st.integers(0, 359)
rules = st.one_of(
    st.permutations(COMPASS).map(lambda words: Directions("world", tuple(words))),
    st.permutations(RELATIVE).map(lambda words: Directions("body", tuple(words))),
)


@given(headings, headings)
def test_the_named_rules_call_every_direction_by_its_own_name(before: int, after: int) -> None:
    assert NAMED["absolute"].word(before, after) == compass(after)
    assert NAMED["relative"].word(before, after) == turn_word(before, after)


@given(headings, headings, headings)
def test_only_the_body_frame_asks_where_one_comes_from(a: int, b: int, after: int) -> None:
    assert ROTATED.word(a, after) == ROTATED.word(b, after)
    assert ROTATED.word(a, after) == COMPASS[(COMPASS.index(compass(after)) + 1) % 8]
    same_turn = MIRRORED.word(a, (a + after) % 360), MIRRORED.word(b, (b + after) % 360)
    assert same_turn[0] == same_turn[1]


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        (0, 45, "slightly left"),
        (0, 315, "slightly right"),
        (350, 10, "slightly left"),
        (10, 280, "right"),
        (90, 270, "left"),
        (0, 0, "slightly left"),
    ],
)
def test_a_mirrored_rule_swaps_the_hands(before: int, after: int, word: str) -> None:
    assert MIRRORED.word(before, after) == word


@given(rules)
def test_a_rule_is_read_back_from_its_table_and_its_parts(rule: Directions) -> None:
    row = table(rule)
    assert (row.dtype, row.shape) == (np.uint8, (9,))
    assert from_table(row) == rule
    assert row[0] == 1 + (rule.frame == "body")
    assert [WORDS[code - 1] for code in row[1 : 1 + len(rule.words)]] == list(rule.words)
    assert not row[1 + len(rule.words) :].any()
    assert Directions.parse(rule) == Directions.parse((rule.frame, list(rule.words))) == rule


def test_names() -> None:
    assert [rule.name for rule in HELD_OUT] == ["absolute", "relative"]
    assert Directions.parse("relative") is NAMED["relative"]
    assert str(Directions("body", RELATIVE)) == "relative"
    assert MIRRORED.name == "body: right, left, slightly right, slightly left"


@pytest.mark.parametrize(
    "given_rule",
    [
        "Absolute",
        "random",
        "",
        None,
        3,
        ("world", RELATIVE),
        ("body", COMPASS),
        ("body", RELATIVE[:3]),
        ("body", (*RELATIVE[:3], RELATIVE[0])),
        ("sea", COMPASS),
        ("world", COMPASS, "more"),
        ("world", None),
    ],
)
def test_what_is_no_rule_is_named(given_rule: Any) -> None:
    with pytest.raises(ValueError, match="Unknown directions") as error:
        Directions.parse(given_rule)
    said = str(error.value)
    assert all(part in said for part in (repr(given_rule), "'absolute'", "'relative'", "'world'"))


def test_random_rules_are_never_a_named_one_and_evenly_drawn() -> None:
    count = 200_000
    rows = draw_tables(np.arange(count, dtype=np.uint64), 2)
    drawn = Counter(map(bytes, rows))
    named = {table(rule).tobytes() for rule in HELD_OUT}
    assert not named & set(drawn)
    for frame, words in (("world", COMPASS), ("body", RELATIVE)):
        tables = [table(Directions(frame, order)).tobytes() for order in permutations(words)][1:]
        of_frame = np.array([drawn[key] for key in tables])
        assert abs(of_frame.sum() / count - 0.5) < 0.01
        expected = of_frame.sum() / len(tables)
        chi_square = ((of_frame - expected) ** 2 / expected).sum()
        assert chi_square < len(tables) + 5 * (2 * len(tables)) ** 0.5
    # Two frames, 8! - 1 and 4! - 1 tables, and nothing else.
    assert len({key for key in drawn if key[0] == 2}) == 23
    assert all(sorted(key[1:]) == list(range(1, 9)) for key in drawn if key[0] == 1)


def test_random_rules_are_the_same_everywhere() -> None:
    """Golden rules: a change here is a change of every id's version."""
    rows = draw_tables(np.arange(5, dtype=np.uint64), 2)
    assert rows.tolist() == [
        [1, 8, 6, 3, 2, 1, 4, 7, 5],
        [2, 10, 12, 11, 9, 0, 0, 0, 0],
        [2, 12, 9, 10, 11, 0, 0, 0, 0],
        [2, 9, 11, 10, 12, 0, 0, 0, 0],
        [2, 11, 9, 10, 12, 0, 0, 0, 0],
    ]

"""Relative turns, against an oracle that compares the way round by the right and by the left."""

from __future__ import annotations

import random

import pytest

from virl_env.world.geometry import relative_turn, turn_word

PAIRS = 10_000


def oracle(before: int, after: int) -> str:
    """Return the word for a turn between headings in hundredths of a degree, 0 to 35,999."""
    full, slight = 36_000, 4_500
    to_right = after - before if after >= before else after - before + full
    to_left = before - after if before >= after else before - after + full
    if before == after:
        return "straight"
    if to_right == to_left:
        return "around"
    hand, turned = ("right", to_right) if to_right < to_left else ("left", to_left)
    return f"slightly {hand}" if turned <= slight else hand


def test_random_pairs_of_headings() -> None:
    rng = random.Random(0)
    words = set()
    acted = {"straight": "slightly right", "around": "right"}
    for number in range(2 * PAIRS):
        before, after = rng.randrange(36_000), rng.randrange(36_000)
        if number >= PAIRS:
            # Boundaries, which floats of hundredths miss by a hair.
            after = (before + rng.choice((0, 4_500, 18_000, 31_500))) % 36_000
        word = oracle(before, after)
        assert relative_turn(before / 100, after / 100) == word, (before, after)
        assert turn_word(before / 100, after / 100) == acted.get(word, word), (before, after)
        words.add(word)
    assert words == {"left", "right", "slightly left", "slightly right", "straight", "around"}


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_a_heading_is_a_finite_number(wrong: float) -> None:
    with pytest.raises(ValueError, match="finite number"):
        relative_turn(wrong, 1)


@pytest.mark.parametrize("turn", [0, 1, 44, 45, 46, 179, 180, 181, 314, 315, 316, 359])
def test_every_whole_heading_at_the_boundaries(turn: int) -> None:
    acted = {"straight": "slightly right", "around": "right"}
    for before in range(360):
        after = (before + turn) % 360
        word = oracle(100 * before, 100 * after)
        assert relative_turn(before, after) == word
        assert turn_word(before, after) == acted.get(word, word)

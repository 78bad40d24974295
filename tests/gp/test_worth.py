"""What formulas make, as people are told it."""

from __future__ import annotations

import pytest

from gp_env.worth import printed, what_it_makes


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ("2*2+8+12", "2×2+8+12 = 24"),
        ("2 × 3 + 4", "2×3+4 = 10"),
        ("8 / (3 - 8 / 3) =", "8÷(3−8÷3) = 24"),
        ("3+8/(3-8)", "3+8÷(3−8) = 7/5"),
        ("1-3", "1−3 = −2"),
        ("8/(3-3)", "8÷(3−3) = division by zero"),
        (r"2 \\times 3 = 24", "2×3 = 6"),
    ],
)
def test_a_formula_is_told_with_what_it_makes(formula: str, told: str) -> None:
    assert str(what_it_makes(formula)) == told


@pytest.mark.parametrize("formula", ["", "3^3", "8+(3", "hm", "1" * 50, "1" + "+1" * 5_000])
def test_of_what_is_no_formula_of_a_hand_nothing_is_told(formula: str) -> None:
    assert what_it_makes(formula) is None


def test_parts_of_formulas_are_printed_too() -> None:
    assert printed("(10 - 4) *") == "(10−4)×"

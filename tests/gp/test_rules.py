from __future__ import annotations

import numpy as np
import pytest

from gp_env.rules import HELD_OUT, NAMED, Rule, random_rules


@pytest.mark.parametrize(
    "name, values",
    [
        ("ten", (10, 10, 10)),
        ("rank", (11, 12, 13)),
        ("all-5", (5, 5, 5)),
        ("all-7", (7, 7, 7)),
        ("all-12", (12, 12, 12)),
    ],
)
def test_named_rules(name: str, values: tuple[int, int, int]) -> None:
    rule = Rule.parse(name)
    assert rule == values
    assert rule.name == name
    assert rule.values(range(1, 20)) == (*range(1, 11), *values, *range(14, 20))
    assert rule in HELD_OUT


def test_any_triple_is_a_rule() -> None:
    rule = Rule.parse([1, 19, np.int64(4)])
    assert rule == (1, 19, 4)
    assert rule.name == "1-19-4"
    assert Rule.parse(rule) == rule
    assert Rule.parse(iter((10, 10, 10))) == NAMED["ten"]


@pytest.mark.parametrize(
    "rule",
    [
        "eleven",
        "",
        (1, 2),
        (1, 2, 3, 4),
        (0, 1, 2),
        (1, 2, 20),
        (1.5, 2, 3),
        iter((1.5, 2, 3)),
        (float("inf"), 2, 3),
        ("1", "2", "3"),
        5,
        None,
    ],
)
def test_what_is_no_rule_is_refused_with_what_would_be(rule: object) -> None:
    with pytest.raises(ValueError, match="ten, rank, all-5, all-7, all-12"):
        Rule.parse(rule)  # type: ignore[arg-type]


def test_random_rules_hold_out_the_named_ones_and_the_ranks_of_faces() -> None:
    rules = random_rules()
    assert rules.dtype == np.uint8
    assert rules.min() == 1
    assert rules.max() == 19
    assert not (rules == (11, 12, 13)).any()
    dealt = {tuple(row) for row in rules.tolist()}
    assert not dealt & HELD_OUT
    # 18 values are left for each face; the four other held-out triples lie among the rest.
    assert len(dealt) == len(rules) == 18**3 - 4 + 1  # "all-12" holds queen 12: gone already
    with pytest.raises(ValueError, match="read-only"):
        rules[0] = 1

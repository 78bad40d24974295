"""Each hand and route once: which seeds are chosen, and that they replay."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from agents.scripted import ExpertAgent
from benchmarks.cells import cells_of_suite, column_count, column_seeds
from benchmarks.options import EvaluationOptions
from benchmarks.players import Player
from benchmarks.replays import replay
from benchmarks.rollouts import Cell, episode_row, play
from benchmarks.suites import SUITES, Suite
from benchmarks.suites.distinct import Deals, choose

GP_L, VIRL_L = SUITES["gp-l"], SUITES["virl-l"]


def modulo(seeds: NDArray[np.int64]) -> NDArray[np.int64]:
    return seeds % 30


def seeds_of(of: Suite, column: str, seed: int | None, count: int | None) -> list[int]:
    return column_seeds(of, column, of.id(column), of.keywords(column, seed), seed, count)


def test_no_key_comes_twice_and_short_lists_begin_long_ones() -> None:
    everything = choose("a", Deals(modulo, 30), None)
    assert sorted(seed % 30 for seed in everything) == list(range(30))
    assert choose("a", Deals(modulo, 30), 7) == everything[:7]
    assert choose("a", Deals(modulo, 30), 100) == everything
    assert choose("a", Deals(modulo, None), 7) == everything[:7]
    # The search ends where nobody knows how many there are.
    assert choose("a", Deals(modulo, None), 100) == everything
    assert choose("b", Deals(modulo, 30), 7) != everything[:7]
    with pytest.raises(ValueError, match="ask for a number"):
        choose("a", Deals(modulo, None), None)


def test_groups_take_turns() -> None:
    groups = np.array([0] * 20 + [1] * 8 + [2] * 2)
    everything = choose("a", Deals(modulo, 30, groups), None)
    assert len(everything) == 30
    drawn = groups[[seed % 30 for seed in everything]].tolist()
    for count in (3, 6):
        assert set(Counter(drawn[:count]).values()) == {count // 3}
    assert Counter(drawn[6:18]) == {0: 6, 1: 6}
    assert choose("a", Deals(modulo, 30, groups), 6) == everything[:6]


COUNTS = {
    "in": (566, 566),
    "rule_ood": (796, 796),
    "in_pairs": (529, 529),
    "ood_pairs": (529, 529),
    "all_5": (187, 187),
    "all_7": (164, 164),
    "all_12": (250, 250),
    "large": (2561, 500),
    "five_cards": (None, 500),
    "fake": (529, 529),
}
"""How many hands there are, and how many are played at the standard size."""


def test_every_hand_is_played_once_by_who_trains_nothing() -> None:
    assert list(COUNTS) == GP_L.columns_for(seen=False, trained=False, controls=True)
    for column, (total, standard) in COUNTS.items():
        assert column_count(GP_L, column) == total
        assert GP_L.columns[column].total == (total or 1961)
        assert len(seeds_of(GP_L, column, None, GP_L.size(column, "standard"))) == standard
    for columns in (("in_pairs", "ood_pairs", "fake"), ("in", "in")):
        assert len({tuple(seeds_of(GP_L, column, None, None)) for column in columns}) == 1


def test_six_folds_and_the_validation_part_are_all_hands() -> None:
    parts = [len(seeds_of(GP_L, "in", seed, None)) for seed in range(6)]
    assert sum(parts) < 566
    keywords = {"rule": "ten", "split": "validation", "fold": [0, 7, 6]}
    left = column_seeds(GP_L, "in", "GeneralPoints-v0", keywords, 0, None)
    assert sum(parts) + len(left) == 566


def test_the_routes_of_nine_cities_come_in_turns() -> None:
    assert column_count(VIRL_L, "cities") == VIRL_L.columns["cities"].total == 360
    assert column_count(VIRL_L, "in") == VIRL_L.columns["in"].total == 1000
    seeds = seeds_of(VIRL_L, "cities", None, 18)
    assert seeds == seeds_of(VIRL_L, "cities_rule_ood", None, 18)
    keywords = {**VIRL_L.keywords("cities", None), "max_attempts": 1}
    played = play(ExpertAgent, VIRL_L.id("cities"), keywords, seeds)
    cities = Counter(one.dealt.cluster.split("/")[0] for one in played)
    assert list(cities.values()) == [2] * 9
    assert len({one.dealt.cluster for one in played}) == 18


def test_a_column_is_dealt_when_its_seeds_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: list[str] = []

    def choose(of: Suite, column: str, *_: object) -> list[int]:
        chosen.append(column)
        return list(range(5))

    monkeypatch.setattr("benchmarks.cells.column_seeds", choose)
    who = Player("expert", ExpertAgent)
    cells, _ = cells_of_suite(who, GP_L, EvaluationOptions("expert", episodes=5), None)
    assert [len(cell.episode_seeds) for cell in cells] == [5] * len(COUNTS)
    assert not chosen
    assert cells[2].episode_seeds[3] == cells[2].episode_seeds[3:][0] == 3
    assert chosen == ["in_pairs"]
    cells, _ = cells_of_suite(who, GP_L, EvaluationOptions("expert", size="standard"), None)
    assert [len(cell.episode_seeds) for cell in cells] == [count for _, count in COUNTS.values()]
    with pytest.raises(ValueError, match="5 different episodes were found, and 566 promised"):
        cells[0].episode_seeds[0]


@pytest.mark.parametrize("of, column", [(GP_L, "fake"), (VIRL_L, "rule_ood")])
def test_interfaces_play_the_same_and_rows_replay(of: Suite, column: str) -> None:
    dealt: list[Any] = []
    for interface in ("", "-Text"):
        id, keywords = of.id(column, interface), {**of.keywords(column, None), "max_attempts": 1}
        seeds = column_seeds(of, column, id, keywords, None, 5)
        played = play(ExpertAgent, id, keywords, seeds)
        dealt.append([one.dealt for one in played])
        cell = Cell("expert/column", id, keywords, seeds)
        row = episode_row(cell, 3, played[3])
        assert replay(row).dealt == played[3].dealt
    assert dealt[0] == dealt[1]
    assert len({one.digest for one in dealt[0]}) == 5

"""The declared endpoints of a grid, from rows made up for it."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import NormalDist
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.completeness import Missing
from benchmarks.significance import (
    POWER_ERRORS,
    difference_test,
    holm,
    seeds_to_see,
    seeds_with_episodes,
    smallest_seen,
)
from benchmarks.statistics import Observation, paired_difference, recombine
from benchmarks.study import frontier
from benchmarks.study.endpoints import (
    CHOOSES,
    arms_by_rate,
    at_equal_success,
    choose,
    declared,
    differences,
    endpoints,
    equally_good,
)
from benchmarks.study.presets import PRESETS

GRID = PRESETS["gp-l"]["grid"]
POLICY = GRID.policies["lm-working"]


def episodes(rate: float, seeds: int = 3, count: int = 60) -> dict[tuple[int, int], Observation]:
    """Return episodes of which the first share succeeds, five to a hand."""
    return {
        (seed, number): Observation(seed, f"{number % (count // 5)}", float(number < rate * count))
        for seed in range(seeds)
        for number in range(count)
    }


def test_holm_corrects_as_its_definition_says() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.5]) == pytest.approx([1.0, 1.0])
    # Tests that were declared too and are not made yet count as if they had found nothing.
    assert holm([0.01, 0.04, 0.03], 9) == pytest.approx([0.09, 0.28, 0.24])


def test_p_values_follow_the_intervals() -> None:
    draws = np.random.default_rng(1)
    for mean in (0.0, 0.1, 0.3):
        told = [
            Observation(seed, str(number), float(draws.normal(mean, 0.5)))
            for seed in range(5)
            for number in range(40)
        ]
        test = difference_test(told, replicates=2000)
        assert (test.p_value < 0.05) == (test.estimate.low > 0 or test.estimate.high < 0)
        seen = smallest_seen(test)
        assert seen is not None
        assert seeds_to_see(test, seen / 2) == 4 * 5
        each = test.estimate.episodes // 5
        assert seeds_with_episodes(test, seen / 2) == f"20 ({20 * each:,})"
        # Fewer than five would not tell how seeds differ.
        assert seeds_with_episodes(test, 2 * seen) == f"5 ({5 * each:,})"
    none = difference_test([Observation(seed, "1", 0.0) for seed in range(3)], replicates=100)
    assert (none.p_value, smallest_seen(none)) == (1.0, None)
    # That nothing differs is not known for sure: the interval is that of any paired difference.
    cells = {(seed, 0): Observation(seed, "1", 1.0) for seed in range(3)}
    assert none.estimate == paired_difference(cells, cells, replicates=100)
    assert none.estimate.low < 0.0 < none.estimate.high
    for seeds in (1, 3):
        # A mean of 0 does not mean that nothing differs.
        level = [
            Observation(seed, str(number), (-1.0) ** number)
            for seed in range(seeds)
            for number in range(40)
        ]
        seen = smallest_seen(difference_test(level, replicates=2000))
        assert seen == pytest.approx(POWER_ERRORS / (40 * seeds) ** 0.5, rel=0.1)
    one = difference_test([Observation(0, str(number), 1.0) for number in range(50)])
    assert one.p_value < 0.01


@pytest.mark.parametrize("errors", [2.5, 4.0])
def test_small_p_values_are_told_by_more_replicates(errors: float) -> None:
    # Two seeds that are alike, so that the mean is normal with the error of all their episodes.
    count = 400
    draws = np.random.default_rng(0).normal(size=count)
    values = (draws - draws.mean()) / draws.std() + errors / (2 * count) ** 0.5
    told = [
        Observation(seed, str(number), float(value))
        for seed in range(2)
        for number, value in enumerate(values)
    ]
    # 4 errors are 6e-5, of which 10,000 replicates tell nothing.
    expected = 2 * NormalDist().cdf(-errors)
    assert difference_test(told).p_value == pytest.approx(expected, rel=0.5)
    assert recombine(told, replicates=25_001).shape == (25_001,)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("between", "within", "clusters", "three", "six"),
    [(0.04, 0.52, 110, 0.06, 0.02), (0.10, 0.30, 140, 0.18, 0.11)],
    ids=["cards", "streets"],
)
def test_how_often_equal_arms_are_told_apart(
    between: float, within: float, clusters: int, three: float, six: float
) -> None:
    # Spreads are those that docs/protocol.md takes for its power; docs/study.md tells these rates.
    draws = np.random.default_rng(0)
    for seeds, told in ((3, three), (6, six)):
        found = 0
        for _ in range(400):
            made = [
                Observation(seed, str(number), float(value))
                for seed in range(seeds)
                for number, value in enumerate(
                    draws.normal(draws.normal(0.0, between), within, clusters)
                )
            ]
            found += difference_test(made, replicates=600).p_value < 0.05
        assert found / 400 == pytest.approx(told, abs=0.06)


def test_validation_chooses_the_smaller_rate_and_the_earlier_point_of_equal_ones() -> None:
    cells = {
        ("slow", 1, CHOOSES): episodes(0.3),
        ("slow", 2, CHOOSES): episodes(0.5),
        ("fast", 1, CHOOSES): episodes(0.5),
        ("fast", 2, CHOOSES): episodes(0.4),
        ("fast", 2, "ood_validation"): episodes(0.9),
    }
    chosen = choose(cells, ["slow", "fast"], 2)
    assert (chosen.arm, chosen.point) == ("slow", 2)
    assert chosen.validation == pytest.approx(0.5)
    with pytest.raises(ValueError, match="No point of other is measured on in_validation yet"):
        choose(cells, ["other"], 2)


def test_points_are_as_good_whatever_their_successes_are_sums_of() -> None:
    def of(*counts: int) -> dict[tuple[int, int], Observation]:
        return {
            (seed, number): Observation(seed, str(number), float(number < count))
            for seed, count in enumerate(counts)
            for number in range(100)
        }

    # As floats the mean of the second is larger.
    cells = {("sft", 1, CHOOSES): of(20, 41, 59), ("sft", 2, CHOOSES): of(20, 44, 56)}
    one = choose(cells, ["sft"], 2)
    assert (one.point, one.validation) == (1, 0.4)
    policy = POLICY.model_copy(
        update={"arms": {name: POLICY.all_arms[f"{name}-5e-5"] for name in ("sft", "rl")}}
    )
    cells |= {("rl", point, CHOOSES): of(20, 40, 40 + point) for point in (1, 2)}
    both = [(("rl", 2), ("sft", point)) for point in (1, 2)]
    assert equally_good(cells, policy, GRID) == both
    del cells["sft", 2, CHOOSES]
    assert equally_good(cells, policy, GRID) == []


def test_equal_success_is_where_rates_first_reach_what_the_weaker_method_learns() -> None:
    sft, rl = (arms_by_rate(POLICY, method) for method in ("sft", "rl"))
    cells = {("init", 0, CHOOSES): episodes(0.2)}
    for arm in (*sft.values(), *rl.values()):
        cells[arm, 1, CHOOSES] = episodes(0.2)
    cells[rl[1e-4], 4, CHOOSES] = episodes(0.7)  # the best of RL: the level is 0.65
    cells[rl[5e-4], 2, CHOOSES] = episodes(0.6)
    cells[sft[5e-5], 2, CHOOSES] = episodes(0.6)
    cells[sft[2e-4], 3, CHOOSES] = episodes(0.9)
    cells[sft[2e-4], 5, CHOOSES] = episodes(0.7)  # reached before
    cells[sft[5e-4], 7, CHOOSES] = episodes(0.65)
    reached = (rl[1e-4], 4)
    assert at_equal_success(cells, POLICY, GRID) == [
        (reached, (sft[2e-4], 3)),
        (reached, (sft[5e-4], 7)),
    ]
    # The other way round: now SFT is the one that learns less.
    turned = {
        (arm if arm == "init" else other(arm, sft, rl), point, column): cell
        for (arm, point, column), cell in cells.items()
    }
    assert at_equal_success(turned, POLICY, GRID) == [
        ((rl[2e-4], 3), (sft[1e-4], 4)),
        ((rl[5e-4], 7), (sft[1e-4], 4)),
    ]
    # Where a method learns nothing there is nothing to compare.
    assert at_equal_success({**cells, ("init", 0, CHOOSES): episodes(0.8)}, POLICY, GRID) == []
    with pytest.raises(ValueError, match="is measured on in_validation yet"):
        at_equal_success({}, POLICY, GRID)
    del cells["init", 0, CHOOSES]
    with pytest.raises(ValueError, match="The init is not measured on in_validation yet"):
        at_equal_success(cells, POLICY, GRID)


def other(arm: str, sft: dict[float, str], rl: dict[float, str]) -> str:
    """Return the arm of the other method at the same rate."""
    mine, theirs = (sft, rl) if arm in sft.values() else (rl, sft)
    return next(theirs[rate] for rate, name in mine.items() if name == arm)


def test_the_endpoints_are_those_that_are_declared() -> None:
    sft, rl = (arms_by_rate(POLICY, method) for method in ("sft", "rl"))
    assert list(sft) == list(rl) == [5e-5, 1e-4, 2e-4, 5e-4]
    cells = {}
    for number, (rate, arm) in enumerate(sft.items()):
        for point in range(1, 11):
            cells[arm, point, CHOOSES] = episodes(0.5 if (number, point) == (1, 3) else 0.2)
            cells[rl[rate], point, CHOOSES] = episodes(0.5 if (number, point) == (2, 5) else 0.2)
            cells[arm, point, "rule_ood"] = episodes(0.1)
            cells[rl[rate], point, "rule_ood"] = episodes(0.1)
    cells[sft[1e-4], 3, "rule_ood"] = episodes(0.3)
    cells[rl[2e-4], 5, "rule_ood"] = episodes(0.4)
    cells[rl[2e-4], 8, "rule_ood"] = episodes(0.5)  # half of the compute
    cells[rl[2e-4], 10, "rule_ood"] = episodes(0.2)
    chosen, found = endpoints(cells, "gp-l", "lm-working", POLICY, GRID, "rule_ood")
    assert {method: (one.arm, one.point) for method, one in chosen.items()} == {
        "sft": ("sft-1e-4", 3),
        "rl": ("rl-2e-4", 5),
    }
    values = {one.name: one.test.estimate.value for one in found}
    assert values == pytest.approx({"a": 0.1, "b": 0.1, "c": 0.1})
    arms = {name: POLICY.all_arms[name] for name in ("sft-1e-4", "rl-2e-4")}
    alone = POLICY.model_copy(update={"arms": arms})
    _, rerun = endpoints(cells, "gp-l", "lm-working", alone, GRID, "rule_ood")
    assert [one.name for one in rerun] == ["a", "c"]
    # Words call (b) half of the compute.
    three = GRID.model_copy(update={"points": 3, "shares": (1 / 3, 2 / 3, 1.0)})
    assert list(declared(chosen, POLICY, GRID)) == ["a", "b", "c"]
    assert list(declared(chosen, POLICY, three)) == ["a", "c"]
    del cells[rl[2e-4], 8, "rule_ood"]
    _, found = endpoints(cells, "gp-l", "lm-working", POLICY, GRID, "rule_ood")
    assert [one.name for one in found] == ["a", "c"]


def test_each_suite_is_corrected_with_all_tests_that_it_declares(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arms = {name: POLICY.all_arms[name] for name in ("sft-5e-5", "rl-1e-4")}
    preset = GRID.model_copy(
        update={
            "name": "grid-chosen",
            "points": 2,
            "shares": (0.5, 1.0),
            "policies": {"lm-working": POLICY.model_copy(update={"arms": arms})},
        }
    )
    cells = {}
    for column in preset.curve_columns:
        for point in (1, 2):
            # Under the shifted rule validation would stop SFT at once.
            later = 0.1 if column == "ood_validation" else 0.3
            cells["sft-5e-5", point, column] = episodes(0.2 if point == 1 else later)
            cells["rl-1e-4", point, column] = episodes(0.4) | episodes(0.5, seeds=1)
    suites = {"cards": "gp-l", "streets": "virl-l"}

    def load(path: Path) -> Any:
        record = SimpleNamespace(suites={suites[path.name]: ""})
        return SimpleNamespace(
            folder=path,
            record=record,
            preset=preset,
            played=lambda policy: cells,
            missing=Missing(["a seed"] if path.name == "streets" else []),
            notes=["streets: INCOMPLETE"] if path.name == "streets" else [],
        )

    monkeypatch.setattr("benchmarks.study.loaded.in_order", list)
    monkeypatch.setattr("benchmarks.study.loaded.load_study", load)
    lines = frontier.report([Path("cards"), Path("streets")])
    assert "streets: INCOMPLETE" in lines
    told = [line for line in lines if "rule_ood, (a)" in line]
    assert [line.split(",")[0] for line in told] == ["gp-l", "INCOMPLETE: virl-l"]
    assert all(
        line.startswith("INCOMPLETE: ") == ("virl-l" in line)
        for line in lines
        if "RL - SFT" in line
    )
    pattern = re.compile(r", p (\S+), by Holm ([^,]+), over seeds alone \S+;")
    (p,) = {match.groups() for line in told if (match := pattern.search(line))}
    assert float(p[1]) == pytest.approx(9 * float(p[0]), abs=1e-3)
    assert any("ood_validation would have chosen sft-5e-5, point 1" in line for line in lines)
    # Seen sets of numbers are secondary, and have no p.
    assert len([line for line in lines if "ood_train" in line and ", p " not in line]) == 4


def test_a_difference_counts_episodes_that_all_played() -> None:
    first, second = episodes(0.5), episodes(0.25)
    del second[0, 3]
    told = differences([(first, second), (second, second)])
    assert len(told) == len(second)
    assert np.mean([one.value for one in told]) == pytest.approx(0.125, abs=0.01)

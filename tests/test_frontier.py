"""The declared endpoints of a grid, from rows made up for it."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.significance import difference_test, holm, seeds_to_see, smallest_seen
from benchmarks.statistics import Observation
from benchmarks.study.frontier import (
    CHOOSES,
    arms_by_rate,
    at_equal_success,
    choose,
    curve,
    differences,
    endpoints,
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
    none = difference_test([Observation(seed, "1", 0.0) for seed in range(3)], replicates=100)
    assert (none.p_value, smallest_seen(none)) == (1.0, None)
    one = difference_test([Observation(0, str(number), 1.0) for number in range(50)])
    assert one.p_value < 0.01


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


def test_equal_success_is_the_least_that_reaches_the_lower_of_both_bests() -> None:
    sft, rl = (arms_by_rate(POLICY, method) for method in ("sft", "rl"))
    cells = {(arm, 1, CHOOSES): episodes(0.2) for arm in (*sft.values(), *rl.values())}
    cells[rl[1e-4], 4, CHOOSES] = episodes(0.5)  # the best of RL
    cells[sft[5e-5], 2, CHOOSES] = episodes(0.4)
    cells[sft[2e-4], 3, CHOOSES] = episodes(0.9)
    cells[sft[2e-4], 2, CHOOSES] = episodes(0.6)  # the least of SFT that is as good
    cells[sft[5e-4], 7, CHOOSES] = episodes(0.6)  # as good, at a larger rate
    assert at_equal_success(cells, POLICY, GRID) == ((rl[1e-4], 4), (sft[2e-4], 2))
    # The other way round: now SFT is the one whose best is lower.
    cells = {
        (other(arm, sft, rl), point, column): cell for (arm, point, column), cell in cells.items()
    }
    assert at_equal_success(cells, POLICY, GRID) == ((rl[2e-4], 2), (sft[1e-4], 4))
    with pytest.raises(ValueError, match="is measured on in_validation yet"):
        at_equal_success({}, POLICY, GRID)


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
    chosen, found = endpoints(cells, "lm-working", POLICY, GRID, "rule_ood")
    assert {method: (one.arm, one.point) for method, one in chosen.items()} == {
        "sft": ("sft-1e-4", 3),
        "rl": ("rl-2e-4", 5),
    }
    values = {one.name: one.test.estimate.value for one in found}
    assert values == pytest.approx({"a": 0.1, "b": 0.1, "c": 0.1})
    arms = {name: POLICY.all_arms[name] for name in ("sft-1e-4", "rl-2e-4")}
    alone = POLICY.model_copy(update={"arms": arms})
    _, rerun = endpoints(cells, "lm-working", alone, GRID, "rule_ood")
    assert [one.name for one in rerun] == ["a", "c"]
    del cells[rl[2e-4], 8, "rule_ood"]
    with pytest.raises(ValueError, match=r"\(b\) of lm-working on rule_ood has no episodes yet"):
        endpoints(cells, "lm-working", POLICY, GRID, "rule_ood")
    rows = curve(cells, sft.values(), 10, ["rule_ood", CHOOSES])
    assert len(rows) == 40
    assert rows[12]["rule_ood"] == pytest.approx(0.3)


def test_a_difference_counts_episodes_that_all_played() -> None:
    first, second = episodes(0.5), episodes(0.25)
    del second[0, 3]
    told = differences([(first, second), (second, second)])
    assert len(told) == len(second)
    assert np.mean([one.value for one in told]) == pytest.approx(0.125, abs=0.01)

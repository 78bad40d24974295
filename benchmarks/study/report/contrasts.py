"""A comparison of two sides on the same episodes, and how it is made from what was played."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from benchmarks.leaderboard.shifts import SHIFTS
from benchmarks.significance import (
    difference_test,
    holm,
    seeds_interval,
    seeds_test,
    seeds_to_see,
    smallest_seen,
)
from benchmarks.statistics import Estimate, PairedTest
from benchmarks.study.cells import Played, PlayedByArm
from benchmarks.study.endpoints import ENDPOINTS, MARGIN, Sides, differences, mean_over_seeds
from benchmarks.study.loaded import Study
from benchmarks.study.names import ENDPOINT_NAMES, arm_name, setting_name
from benchmarks.study.presets.declared import DECLARED
from benchmarks.study.presets.schema import CV, GRID

Family = Literal["declared", "further", "retention"]
"""Tests of one family are corrected together by Holm, declared ones suite by suite."""


@dataclass(frozen=True)
class Contrast:
    """`first - second` on a column, on the same episodes of the same seeds.

    Attributes:
        topic: what it is about: "a", "b" or "c" of the endpoints, "equal" (success in
            distribution), "tied", "budget", "rate", "stop", "working", "init", or "control".
        about: the same in words.
        shift: what changes in its column; "" where nothing does.
        rates: of the sides, on these episodes.
        start: of the init, on the same episodes; None where it is not measured.
        p: corrected by Holm within its family; None of one seed, which tells nothing of others.
        init: what the init of its setting reaches under another rule on all its episodes, which
            says whether the setting decides anything; None where nothing is known of it.
    """

    suite: str
    policy: str
    preset: str
    topic: str
    about: str
    first: str
    second: str
    column: str
    shift: str
    metric: str
    test: PairedTest
    rates: tuple[float, float]
    start: float | None
    family: Family
    p: float | None = None
    init: float | None = None

    @property
    def setting(self) -> str:
        """Suite and policy, for people."""
        return setting_name(self.suite, self.policy, self.preset)

    @property
    def estimate(self) -> Estimate:
        """The difference with its interval."""
        return self.test.estimate

    @property
    def is_endpoint(self) -> bool:
        """Whether it is an endpoint under another rule, with no city left out."""
        return self.topic in ENDPOINT_NAMES and self.shift == "rule" and not self.is_cv

    @property
    def is_of_grid(self) -> bool:
        """Whether it is of a preset whose endpoints docs/protocol.md declares."""
        return self.preset.startswith(GRID) and not self.is_cv

    @property
    def is_cv(self) -> bool:
        """Whether each of its seeds leaves out a city, of which nothing is declared."""
        return self.preset.endswith(CV)

    @property
    def seeds_awaited(self) -> int:
        """How many seeds an endpoint is declared with that has fewer yet; 0 where it has them."""
        if not self.is_of_grid or self.topic not in ENDPOINTS:
            return 0
        wanted = DECLARED[self.suite].seeds
        return wanted if self.estimate.seeds < wanted else 0

    @property
    def seeds_at_first(self) -> int:
        """How many of its seeds were known when the others were added; 0 where none was added."""
        if not self.is_of_grid or self.topic != "b":
            return 0
        known = DECLARED[self.suite].of_b_at_first
        return known if self.estimate.seeds > known else 0

    @property
    def is_tested(self) -> bool:
        """Whether it has several seeds: one seed tells nothing of others."""
        return self.estimate.seeds > 1

    @property
    def is_found(self) -> bool:
        """Whether it is significant at 5 %, corrected."""
        return self.p is not None and self.p < 0.05

    @cached_property
    def over_seeds(self) -> float | None:
        """p of a test over seeds alone, see `seeds_test`."""
        return seeds_test(self.estimate)

    @property
    def is_firm(self) -> bool:
        """Whether it is found, and by a test over seeds alone too; so words tell it.

        Redrawing a few seeds knows little of another one, and is surest where all point one way.
        """
        over_seeds = self.over_seeds
        return self.is_found and (over_seeds is None or over_seeds < 0.05)

    @property
    def bounds(self) -> tuple[float, float]:
        """Its interval, no less than one over seeds alone; of one seed anything."""
        over_seeds = seeds_interval(self.estimate) or (-1.0, 1.0)
        return min(self.estimate.low, over_seeds[0]), max(self.estimate.high, over_seeds[1])

    @property
    def sees(self) -> float | None:
        """The difference that it would find with a power of 80 %, uncorrected; None where nothing
        differs, and of one seed."""
        return smallest_seen(self.test) if self.is_tested else None

    @property
    def seeds_needed(self) -> int | None:
        """How many such seeds would find a difference of `MARGIN`; None where nothing differs, and
        of one seed."""
        return seeds_to_see(self.test, MARGIN) if self.is_tested else None


def corrected(contrasts: Iterable[Contrast]) -> list[Contrast]:
    """Return contrasts whose p-values are corrected within their families.

    The declared tests of a suite's grids are a family of their own, in which endpoints that are not
    run yet count too; so are those of its other presets. All others are one family, and so are all
    of inits that have seen both rules. Those of one seed are no tests.
    """
    found = list(contrasts)
    by_family: dict[tuple[Family, str, bool], list[int]] = {}
    for number, one in enumerate(found):
        if not one.is_tested:
            continue
        declared = one.family == "declared"
        within = (one.suite, one.is_of_grid) if declared else ("", False)
        by_family.setdefault((one.family, *within), []).append(number)
    for (_, suite, of_grid), numbers in by_family.items():
        tests = DECLARED[suite].tests if of_grid else 0
        p_values = [found[n].test.p_value for n in numbers]
        for number, p in zip(numbers, holm(p_values, tests)):
            found[number] = replace(found[number], p=p)
    return found


def by_setting(contrasts: Sequence[Contrast]) -> list[Contrast]:
    """Return endpoints setting by setting, whichever study they are of, and (a) first."""
    settings = list(dict.fromkeys(one.setting for one in contrasts))
    topics = list(ENDPOINT_NAMES)
    return sorted(contrasts, key=lambda c: (settings.index(c.setting), topics.index(c.topic)))


def init_rate(contrasts: Iterable[Contrast]) -> float | None:
    """Return what the init of a setting reaches under another rule, of the most seeds."""
    known = [one for one in contrasts if one.topic in ("a", "c") and one.shift == "rule"]
    return max(known, key=lambda one: one.estimate.seeds).init if known else None


def of_one_init(contrasts: Iterable[Contrast]) -> list[Contrast]:
    """Return contrasts of which all of a setting are judged by one rate of its init.

    Those under the trained rule and in other looks keep that of their own column.
    """
    found = list(contrasts)
    rates = {
        setting: init_rate(one for one in found if one.setting == setting)
        for setting in {one.setting for one in found}
    }
    return [
        one
        if one.shift != "rule" or rates[one.setting] is None
        else replace(one, init=rates[one.setting])
        for one in found
    ]


@dataclass(frozen=True)
class Maker:
    """Makes the contrasts of one policy of a study."""

    study: Study
    policy: str
    played: PlayedByArm
    retained: bool

    def of(
        self, topic: str, about: str, pairs: Sequence[Sides], column: str, family: Family
    ) -> list[Contrast]:
        """Return a contrast, or none where a side of one of the pairs has no episodes yet."""
        known = [((*pair[0], column), (*pair[1], column)) for pair in pairs]
        if not known or not all(self.played.get(place) for pair in known for place in pair):
            return []
        told = differences([(self.played[a], self.played[b]) for a, b in known])
        if not told:
            return []
        keys = set.intersection(*(set(self.played[place]) for pair in known for place in pair))
        sides = [
            _mean([_mean_of(self.played[pair[side]], keys) for pair in known]) for side in (0, 1)
        ]
        start = self.played.get(("init", 0, column), {})
        shared = keys & set(start)
        names = [
            " / ".join(dict.fromkeys(arm_name(pair[side][0]) for pair in known)) for side in (0, 1)
        ]
        if len(known) > 1:
            names = ["RL", "SFT"]
        return [
            Contrast(
                next(iter(self.study.record.suites)),
                self.policy,
                self.study.preset.name,
                topic,
                about,
                names[0],
                names[1],
                column,
                shift_of(column),
                self.study.task.metric,
                difference_test(told),
                (sides[0], sides[1]),
                _mean_of(start, shared) if shared else None,
                "retention" if self.retained else family,
                init=_mean_of(start, start) if start else None,
            )
        ]


def shift_of(column: str) -> str:
    """Return what changes in a column, "" where nothing does."""
    return next((name for name, out, _ in SHIFTS if out == column), "")


def _mean_of(played: Played, keys: Iterable[tuple[int, int]]) -> float:
    """Return the mean over seeds of the mean over some episodes."""
    return mean_over_seeds(played[key] for key in sorted(keys))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)

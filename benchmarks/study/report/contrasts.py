"""What a report compares: the declared endpoints, the controls, and what its advice rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from benchmarks.leaderboard.shifts import SHIFTS
from benchmarks.significance import difference_test, holm, seeds_to_see, smallest_seen
from benchmarks.statistics import FEW_SEEDS, Estimate, PairedTest
from benchmarks.study.cells import Played, Study
from benchmarks.study.frontier import (
    CHOOSES,
    ENDPOINTS,
    Cells,
    Choice,
    Sides,
    arms_by_rate,
    choices,
    declared,
    differences,
)
from benchmarks.study.presets import PolicyPreset
from benchmarks.study.report.names import arm_name

MARGIN = 0.03
"""A difference that matters, in shares: the protocol asks for the power to see it."""

EARLY = 0.1
"""The share of an arm's compute that a small budget is."""

Family = Literal["declared", "further", "retention"]
"""Tests of one family are corrected together by Holm."""

CONTROLS: Sequence[tuple[str, str, str]] = (
    ("rl-kl", "rl", "RL with a penalty on the divergence from the init"),
    ("rl-entropy", "rl", "RL with an entropy bonus"),
    ("sft-answers", "sft", "SFT on answers without working"),
    ("init-on", "sft", "SFT on diverse demonstrations, as those of the init"),
    ("sft-then-rl", "sft", "RL after SFT"),
    ("sft-then-rl", "rl", "RL after SFT"),
)
"""Arm, the one that it is compared with, and what it is; other arms are compared with that of
their method."""


@dataclass(frozen=True)
class Contrast:
    """`first - second` on a column, on the same episodes of the same seeds.

    Attributes:
        topic: what it is about: "a", "b" or "c" of the endpoints, "budget", "rate", "stop",
            "init", or "control".
        about: the same in words.
        shift: what changes in its column; "" where nothing does.
        rates: of the sides, on these episodes.
        start: of the init, on the same episodes; None where it is not measured.
        p: corrected by Holm within its family.
    """

    suite: str
    policy: str
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
    p: float = 1.0

    @property
    def estimate(self) -> Estimate:
        """The difference with its interval."""
        return self.test.estimate

    @property
    def is_found(self) -> bool:
        """Whether it is significant at 5 %, corrected."""
        return self.p < 0.05

    @property
    def sees(self) -> float | None:
        """The difference that it would find with a power of 80 %, uncorrected."""
        return smallest_seen(self.test)

    @property
    def seeds_needed(self) -> int | None:
        """How many such seeds would find a difference of `MARGIN`; None where nothing differs.

        No fewer than tell how seeds differ.
        """
        needed = seeds_to_see(self.test, MARGIN)
        return None if needed is None else max(needed, FEW_SEEDS)


def corrected(contrasts: Iterable[Contrast]) -> list[Contrast]:
    """Return contrasts whose p-values are corrected within their families."""
    found = list(contrasts)
    by_family: dict[str, list[int]] = {}
    for number, one in enumerate(found):
        by_family.setdefault(one.family, []).append(number)
    for numbers in by_family.values():
        for number, p in zip(numbers, holm([found[n].test.p_value for n in numbers])):
            found[number] = replace(found[number], p=p)
    return found


@dataclass(frozen=True)
class _Maker:
    """Makes the contrasts of one policy of a study."""

    study: Study
    policy: str
    cells: Cells
    retained: bool

    def of(
        self, topic: str, about: str, pairs: Sequence[Sides], column: str, family: Family
    ) -> list[Contrast]:
        """Return a contrast, or none where a side has no episodes yet."""
        places = [((*pair[0], column), (*pair[1], column)) for pair in pairs]
        known = [(a, b) for a, b in places if self.cells.get(a) and self.cells.get(b)]
        told = differences([(self.cells[a], self.cells[b]) for a, b in known]) if known else []
        if not told:
            return []
        keys = set.intersection(*(set(self.cells[place]) for pair in known for place in pair))
        sides = [
            _mean([_mean_of(self.cells[pair[side]], keys) for pair in known]) for side in (0, 1)
        ]
        start = self.cells.get(("init", 0, column), {})
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
            )
        ]


def shift_of(column: str) -> str:
    """Return what changes in a column, "" where nothing does."""
    return next((name for name, out, _ in SHIFTS if out == column), "")


def shifted_columns(study: Study) -> list[str]:
    """Return the columns out of distribution that advice is given for, the primary one first."""
    known = [out for _, out, _ in SHIFTS if out in study.of.columns and out != "ood_pairs"]
    return sorted(known, key=lambda column: column != study.task.shift)


def contrasts_of(
    study: Study, policy: str, retained: bool
) -> tuple[list[Contrast], dict[str, Choice]]:
    """Return all that is compared of a policy, uncorrected, and what validation chose."""
    preset, asked = study.preset, study.preset.policies[policy]
    cells = study.played(policy)
    make = _Maker(study, policy, cells, retained)
    chosen: dict[str, Choice] = {}
    if CHOOSES in preset.curve_columns:
        # An unfinished run has what needs no choice.
        with suppress(ValueError):
            chosen = choices(cells, asked, preset)
    pairs = declared(chosen, asked, preset)
    found: list[Contrast] = []
    shifted = shifted_columns(study)
    for name, compared in pairs.items():
        found += make.of(name, ENDPOINTS[name], compared, study.task.shift, "declared")
    headline = "a" if "a" in pairs else "c"
    for column in [*shifted[1:], "in"]:
        if headline in pairs:
            found += make.of(headline, ENDPOINTS[headline], pairs[headline], column, "further")
    found += _budgets(make, asked, list(pairs.values()))
    found += _against_init(make, pairs.get(headline, []))
    found += _rates(make, asked)
    if chosen:
        found += _stops(make, chosen)
    found += _controls(make, asked)
    return found, chosen


def _budgets(make: _Maker, asked: PolicyPreset, known: Sequence[Sequence[Sides]]) -> list[Contrast]:
    """Return RL - SFT after a small budget and after all of it, at equal rates where there are.

    Args:
        known: what the endpoints compare already.
    """
    preset, column = make.study.preset, make.study.task.shift
    sft, rl = (arms_by_rate(asked, method) for method in ("sft", "rl"))
    arms = [(rl[rate], sft[rate]) for rate in rl if rate in sft]
    if not arms and len(sft) == len(rl) == 1:
        arms = [(*rl.values(), *sft.values())]
    early = next(p for p in range(1, preset.points + 1) if preset.share(p) >= EARLY)
    found = []
    for point in dict.fromkeys((early, preset.points)):
        pairs = [((first, point), (second, point)) for first, second in arms]
        share = f"{100 * preset.share(point):.0f} % of the compute"
        if pairs and pairs not in known:
            found += make.of("budget", f"after {share}", pairs, column, "further")
    return found


def _against_init(make: _Maker, pairs: Sequence[Sides]) -> list[Contrast]:
    found = []
    for pair in pairs:
        for arm, point in pair:
            about = f"{arm_name(arm)} against the init"
            found += make.of(
                "init", about, [((arm, point), ("init", 0))], make.study.task.shift, "further"
            )
    return found


def _rates(make: _Maker, asked: PolicyPreset) -> list[Contrast]:
    """Return the smallest learning rate of each method against its largest, at the last point."""
    found, last = [], make.study.preset.points
    for method in ("sft", "rl"):
        arms = [
            arm
            for arm in arms_by_rate(asked, method).values()
            if (arm, last, make.study.task.shift) in make.cells
        ]
        if len(arms) > 1:
            about = f"{method.upper()} with the smallest against the largest learning rate"
            pair = ((arms[0], last), (arms[-1], last))
            found += make.of("rate", about, [pair], make.study.task.shift, "further")
    return found


def _stops(make: _Maker, chosen: Mapping[str, Choice]) -> list[Contrast]:
    """Return the point that validation chose against the last one."""
    found, last = [], make.study.preset.points
    for method, one in chosen.items():
        if one.point != last:
            about = f"{method.upper()} stopped by validation against trained to the end"
            pair = ((one.arm, one.point), (one.arm, last))
            found += make.of("stop", about, [pair], make.study.task.shift, "further")
    return found


def _controls(make: _Maker, asked: PolicyPreset) -> list[Contrast]:
    """Return each arm that is neither of the two against the one that it is a control of."""
    arms, last = asked.all_arms, make.study.preset.points
    if not {"sft", "rl"} <= set(arms):
        return []
    known = [one for one in CONTROLS if one[0] in arms]
    named = {"sft", "rl", *(arm for arm, _, _ in known)}
    known += [(arm, about.method, arm) for arm, about in arms.items() if arm not in named]
    return [
        one
        for arm, other, about in known
        for column in (make.study.task.shift, "in")
        for one in make.of("control", about, [((arm, last), (other, last))], column, "further")
    ]


def _mean_of(played: Played, keys: Iterable[tuple[int, int]]) -> float:
    """Return the mean over seeds of the mean over some episodes."""
    by_seed: dict[int, list[float]] = {}
    for key in sorted(keys):
        by_seed.setdefault(key[0], []).append(played[key].value)
    return _mean([_mean(values) for values in by_seed.values()])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)

"""The declared endpoints of a grid of learning rates: `python -m benchmarks.study.frontier RUN`.

docs/protocol.md says what they are. All of it is computed from the rows on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.completeness import INCOMPLETE
from benchmarks.consoles import reported_errors, say_reading
from benchmarks.significance import difference_test, holm, seeds_with_episodes, smallest_seen
from benchmarks.statistics import Observation, PairedTest, rate
from benchmarks.study.cells import Played, load_studies
from benchmarks.study.further_seeds import continues, halfway, with_further_seeds
from benchmarks.study.presets import PolicyPreset, Preset
from benchmarks.study.presets.declared import DECLARED
from benchmarks.tables import interval, percent

CHOOSES = "in_validation"
"""The column that rates and points are chosen by."""

ENDPOINTS = {
    "a": "each arm at its chosen rate and point",
    "b": "both at the same rate after half of the compute, mean over rates",
    "c": "each arm at its chosen rate, at the last point",
}
MARGIN = 0.03
"""A difference that matters, in shares: the protocol asks for the power to see it."""

LEARNED = 0.9
"""Of what the method learns that learns less: there both are compared at equal success. Not all of
it, for then points that are equal but for chance decide which ones are compared."""

SHIFTED = "ood_validation"
"""The column that chooses nothing; what it would have chosen is reported."""

PRIMARY, SECONDARY = "rule_ood", ("in", "in_train", "ood_train")
"""The column of the endpoints, and those on which the same differences are given without a test."""

Cells = Mapping[tuple[str, int, str], Played]
"""Episodes by arm, point and column."""


@dataclass(frozen=True)
class Choice:
    """What validation chose for a method.

    Attributes:
        arm: its name, of the rate.
        point: its number, from 1.
        validation: mean over seeds of the metric there, on the column that chose.
    """

    arm: str
    point: int
    validation: float


@dataclass(frozen=True)
class Endpoint:
    """RL - SFT on one column, one of `ENDPOINTS`.

    Attributes:
        unfinished: whether a study that it is of lacks points or episodes.
    """

    suite: str
    policy: str
    name: str
    column: str
    test: PairedTest
    unfinished: bool = False


def arms_by_rate(policy: PolicyPreset, method: str) -> dict[float, str]:
    """Return the arms of a method from the init, by learning rate in ascending order.

    Of several with one rate the first counts: the others are its controls. The rate of an arm that
    names none is 0.
    """
    found: dict[float, str] = {}
    for name, arm in policy.all_arms.items():
        if arm.method == method and arm.start is None:
            found.setdefault(float(arm.settings.get("learning_rate", 0.0)), name)
    return dict(sorted(found.items()))


def choose(cells: Cells, arms: Iterable[str], points: int, column: str = CHOOSES) -> Choice:
    """Return the arm and the point that are best on validation.

    Args:
        arms: in ascending order of their rates; of equal ones the first counts, and of its points
            the first.
        points: of each arm.
        column: of validation.

    Raises:
        ValueError: no point of any arm is measured.
    """
    arms = list(arms)
    known = on_validation(cells, arms, points, column)
    if not known:
        told = ", ".join(arms) or "an arm"
        raise ValueError(f"No point of {told} is measured on {column} yet.")
    return max(known, key=lambda one: one.validation)


def on_validation(
    cells: Cells, arms: Iterable[str], points: int, column: str = CHOOSES
) -> list[Choice]:
    """Return what could be chosen: the points that are measured, in the order of the arms.

    All are compared on the seeds that all have, which in an unfinished study are not all.
    """
    known = {
        (arm, point): cell
        for arm in arms
        for point in range(1, points + 1)
        if (cell := cells.get((arm, point, column)))
    }
    of_each = [{seed for seed, _ in cell} for cell in known.values()]
    seeds = set.intersection(*of_each) if of_each else set()
    return [
        Choice(*place, mean_over_seeds(one for one in cell.values() if one.seed in seeds))
        for place, cell in known.items()
        if seeds
    ]


def differences(pairs: Sequence[tuple[Played, Played]]) -> list[Observation]:
    """Return the mean over pairs of `first - second`, for each episode that all of them played."""
    shared = sorted(set.intersection(*(set(cell) for pair in pairs for cell in pair)))
    return [
        Observation(
            key[0],
            pairs[0][0][key].cluster,
            float(np.mean([first[key].value - second[key].value for first, second in pairs])),
        )
        for key in shared
    ]


def at_equal_rates(policy: PolicyPreset, preset: Preset) -> list[tuple[str, str]]:
    """Return the arms of RL and of SFT that have one rate, in pairs.

    There is none where arms were chosen from a grid: the mean over its rates is the grid's.
    """
    if preset.is_chosen:
        return []
    sft, rl = (arms_by_rate(policy, method) for method in ("sft", "rl"))
    return [(rl[rate], sft[rate]) for rate in rl if rate in sft]


Sides = tuple[tuple[str, int], tuple[str, int]]
"""Arm and point of RL, and of SFT."""


def choices(
    cells: Cells, policy: PolicyPreset, preset: Preset, column: str = CHOOSES
) -> dict[str, Choice]:
    """Return what a column of validation chose for each method: "sft" and "rl".

    Raises:
        ValueError: no point of a method is measured on validation.
    """
    return {
        method: choose(cells, arms_by_rate(policy, method).values(), preset.points, column)
        for method in ("sft", "rl")
    }


def at_equal_success(cells: Cells, policy: PolicyPreset, preset: Preset) -> list[Sides]:
    """Return arms and points at which both methods have learned as much of the trained rule.

    They have where success on validation first lies `LEARNED` of the way from the init to the best
    point of the method that learns less. Rates that never get there are left out. Each arm of RL
    is paired with each of SFT, so that the mean over pairs is the difference of the means over
    rates. There is none where a method learns nothing.

    Raises:
        ValueError: the init, or no point of a method, is measured on validation.
    """
    best = min(one.validation for one in choices(cells, policy, preset).values())
    if not (init := cells.get(("init", 0, CHOOSES))):
        raise ValueError(f"The init is not measured on {CHOOSES} yet.")
    start = mean_over_seeds(init.values())
    if best <= start:
        return []
    level = start + LEARNED * (best - start)

    def reaching(method: str) -> list[tuple[str, int]]:
        first: dict[str, int] = {}
        for one in on_validation(cells, arms_by_rate(policy, method).values(), preset.points):
            if one.validation >= level:
                first.setdefault(one.arm, one.point)
        return list(first.items())

    return list(product(reaching("rl"), reaching("sft")))


def declared(
    chosen: Mapping[str, Choice], policy: PolicyPreset, preset: Preset
) -> dict[str, list[Sides]]:
    """Return what is compared at each of `ENDPOINTS`; those that the preset lacks are left out.

    Args:
        chosen: see `choices`. Without it there is no (a), and (c) is of a preset with one rate.
    """
    sft, rl = (arms_by_rate(policy, method) for method in ("sft", "rl"))
    half = halfway(preset)
    found: dict[str, list[Sides]] = {}
    if chosen:
        found["a"] = [
            ((chosen["rl"].arm, chosen["rl"].point), (chosen["sft"].arm, chosen["sft"].point))
        ]
    if equal := at_equal_rates(policy, preset):
        found["b"] = [((first, half), (second, half)) for first, second in equal]
    if chosen:
        ends = [chosen[method].arm for method in ("rl", "sft")]
    else:
        ends = [*rl.values(), *sft.values()] if len(rl) == len(sft) == 1 else []
    if ends:
        found["c"] = [((ends[0], preset.points), (ends[1], preset.points))]
    return found


def endpoints(
    cells: Cells,
    suite: str,
    name: str,
    policy: PolicyPreset,
    preset: Preset,
    column: str,
    further: Cells | None = None,
) -> tuple[dict[str, Choice], list[Endpoint]]:
    """Return what validation chose for each method, and the endpoints on a column.

    Args:
        further: those that (b) is of, see `with_further_seeds`; None for the same.

    Raises:
        ValueError: an arm lacks the points that they need.
    """
    chosen = choices(cells, policy, preset)
    found = []
    for endpoint, pairs in declared(chosen, policy, preset).items():
        played = further if endpoint == "b" and further is not None else cells
        sides = [
            tuple(played.get((arm, point, column), {}) for arm, point in pair) for pair in pairs
        ]
        told = differences([(first, second) for first, second in sides])
        if not told:
            raise ValueError(f"({endpoint}) of {name} on {column} has no episodes yet.")
        found.append(Endpoint(suite, name, endpoint, column, difference_test(told)))
    return chosen, found


def curve(
    cells: Cells, arms: Iterable[str], points: int, columns: Sequence[str]
) -> list[dict[str, float | str]]:
    """Return the frontier: for each arm and point the mean and the interval on each column."""
    rows: list[dict[str, float | str]] = []
    for arm, point in [("init", 0), *((arm, p) for arm in arms for p in range(1, points + 1))]:
        row: dict[str, float | str] = {"arm": arm, "point": point}
        for column in columns:
            if cell := cells.get((arm, point, column)):
                estimate = rate(cell.values(), replicates=2_000)
                row |= {
                    column: estimate.value,
                    f"{column}_low": estimate.low,
                    f"{column}_high": estimate.high,
                }
        if len(row) > 2:
            rows.append(row)
    return rows


def mean_over_rates(cells: Cells, policy: PolicyPreset, preset: Preset) -> Cells:
    """Return each method's episodes with their mean over its rates, as of arms "sft" and "rl".

    Of the rates that are measured at a point, and of the episodes that all of them played there.
    """
    found: dict[tuple[str, int, str], Played] = {}
    for method in ("sft", "rl"):
        arms = arms_by_rate(policy, method).values()
        for point in range(1, preset.points + 1):
            for column in preset.curve_columns:
                own = [cell for arm in arms if (cell := cells.get((arm, point, column)))]
                if own:
                    found[method, point, column] = {
                        key: replace(
                            own[0][key], value=float(np.mean([cell[key].value for cell in own]))
                        )
                        for key in set.intersection(*map(set, own))
                    }
    return found


def report(folders: Sequence[Path], begin: Callable[[Path], object] = lambda _: None) -> list[str]:
    """Return the declared endpoints of studies as lines of text.

    Args:
        folders: of the studies; where two have an endpoint of a policy, that of chosen arms or the
            later one counts; controls have none.
        begin: is called with each folder before it is read.

    Raises:
        RunError: one is not a study's folder, or one with further seeds has another init.
    """
    lines, known = [], dict[tuple[str, str, str, str], Endpoint]()
    studies = load_studies(folders, begin)
    for study in studies:
        lines += study.notes
        preset, suite = study.preset, next(iter(study.record.suites))
        if preset.is_half:  # (b) of the grid has its seeds.
            lines += [
                f"{study.folder}, {name}: not in (b), no grid among these studies trains alike."
                for name in preset.policies
                if not any(continues(grid, name, study) for grid in studies)
            ]
            continue
        if preset.is_controls:
            told = "is of controls: benchmarks.study.overturned compares them."
            lines.append(f"{study.folder} {told}")
            continue
        if CHOOSES not in preset.curve_columns:
            told = f"has no {CHOOSES} at its points, by which endpoints are chosen."
            lines.append(f"{study.folder}, preset {preset.name}: {told}")
            continue
        columns = [PRIMARY, *(name for name in SECONDARY if name in preset.curve_columns)]
        for name, policy in preset.policies.items():
            cells, further = study.played(name), with_further_seeds(study, name, studies)
            # (b) is of the seeds of other studies too.
            others = [one for one in studies if continues(study, name, one)]
            unfinished = bool(study.missing)
            unfinished_b = unfinished or any(one.missing for one in others)
            try:
                for column in columns:
                    chosen, here = endpoints(cells, suite, name, policy, preset, column, further)
                    for one in here:
                        marked = unfinished_b if one.name == "b" else unfinished
                        place = suite, one.policy, one.name, one.column
                        known[place] = replace(one, unfinished=marked)
            except ValueError as error:
                lines.append(f"{suite}, {name}: {error}")
                continue
            lines += [_told(suite, name, method, one, preset) for method, one in chosen.items()]
            if SHIFTED in preset.curve_columns:
                other = choices(cells, policy, preset, SHIFTED)
                told = ", ".join(
                    f"{one.arm}, point {one.point} ({percent(one.validation)} %)"
                    for one in other.values()
                )
                lines.append(f"{suite}, {name}: {SHIFTED} would have chosen {told}")
    corrected = dict[tuple[str, str, str], float]()
    for suite in dict.fromkeys(one.suite for one in known.values()):
        primary = [
            one
            for one in known.values()
            if (one.suite, one.column) == (suite, PRIMARY) and one.test.estimate.seeds > 1
        ]
        p_values = holm([one.test.p_value for one in primary], DECLARED[suite].tests)
        corrected |= {(suite, one.policy, one.name): p for one, p in zip(primary, p_values)}
    return lines + [
        _line(one, corrected.get((one.suite, one.policy, one.name))) for one in known.values()
    ]


def _told(suite: str, policy: str, method: str, one: Choice, preset: Preset) -> str:
    return (
        f"{suite}, {policy}: chosen for {method}: {one.arm}, point {one.point} of {preset.points} "
        f"({percent(one.validation)} % on {CHOOSES})"
    )


def _line(one: Endpoint, corrected: float | None) -> str:
    """Return an endpoint as a line; with p and power on the primary column alone.

    Args:
        corrected: p by Holm; None of one seed, which tells nothing of others.
    """
    estimate = one.test.estimate
    line = f"{INCOMPLETE}: " if one.unfinished else ""
    line += (
        f"{one.suite}, {one.policy}, {one.column}, ({one.name}) {ENDPOINTS[one.name]}: RL - SFT "
        f"{interval(estimate.value, estimate.low, estimate.high, signed=True)}, "
        f"{estimate.seeds} seed{'s' if estimate.seeds > 1 else ''}"
    )
    if one.column != PRIMARY or corrected is None:
        return line
    line += f", p {one.test.p_value:.4f}, by Holm {corrected:.4f}"
    if (seen := smallest_seen(one.test)) is not None:
        needed = seeds_with_episodes(one.test, MARGIN)
        line += (
            f"; detects {percent(seen)} points with a power of 80 %, {100 * MARGIN:.0f} with so "
            f"many seeds (episodes): {needed}"
        )
    return line


def mean_over_seeds(observations: Iterable[Observation]) -> float:
    """Return the mean over seeds of the mean over the episodes of each."""
    by_seed: dict[int, list[float]] = {}
    for one in observations:
        by_seed.setdefault(one.seed, []).append(one.value)
    return float(np.mean([np.mean(values) for values in by_seed.values()]))


def main(
    folders: Annotated[
        list[Path],
        typer.Argument(help="Folders of grids and of their chosen arms."),
    ],
) -> None:
    """Print what grids and their reruns tell: choices, endpoints and power."""
    with reported_errors():
        print("\n".join(report(folders, say_reading)))


if __name__ == "__main__":
    typer.run(main)

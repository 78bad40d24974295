"""Print what grids of learning rates tell: `python -m benchmarks.study.frontier RUN`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.completeness import INCOMPLETE
from benchmarks.consoles import reported_errors, say_reading
from benchmarks.significance import holm, seeds_test, seeds_with_episodes, smallest_seen
from benchmarks.study.cells import PlayedByArm
from benchmarks.study.endpoints import (
    CHOOSES,
    ENDPOINTS,
    MARGIN,
    PRIMARY,
    SECONDARY,
    SHIFTED,
    Choice,
    Endpoint,
    choices,
    declared,
    endpoints,
)
from benchmarks.study.further_seeds import continues, with_further_seeds
from benchmarks.study.loaded import load_studies
from benchmarks.study.presets import PolicyPreset, Preset
from benchmarks.study.presets.declared import DECLARED
from benchmarks.tables import interval, percent


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
            played, further = study.played(name), with_further_seeds(study, name, studies)
            # (b) is of the seeds of other studies too.
            others = [one for one in studies if continues(study, name, one)]
            unfinished = bool(study.missing)
            unfinished_b = unfinished or any(one.missing for one in others)
            try:
                for column in columns:
                    chosen, here = endpoints(played, suite, name, policy, preset, column, further)
                    there = {one.name for one in here}
                    lines += [
                        f"{suite}, {name}: ({asked}) on {column} has no episodes yet."
                        for asked in declared(chosen, policy, preset)
                        if asked not in there
                    ]
                    for one in here:
                        marked = unfinished_b if one.name == "b" else unfinished
                        place = suite, one.policy, one.name, one.column
                        known[place] = replace(one, unfinished=marked)
            except ValueError as error:
                lines.append(f"{suite}, {name}: {error}")
                continue
            lines += [_told(suite, name, method, one, preset) for method, one in chosen.items()]
            if SHIFTED in preset.curve_columns:
                lines.append(f"{suite}, {name}: {_passed(played, policy, preset)}")
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


def _passed(played: PlayedByArm, policy: PolicyPreset, preset: Preset) -> str:
    """Return what validation under the shifted rule would have chosen, or why that is not known."""
    try:
        passed = choices(played, policy, preset, SHIFTED)
    except ValueError as error:  # An unfinished study may lack it.
        return str(error)
    told = (
        f"{one.arm}, point {one.point} ({percent(one.validation)} %)" for one in passed.values()
    )
    return f"{SHIFTED} would have chosen {', '.join(told)}"


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
    if (over_seeds := seeds_test(estimate)) is not None:
        line += f", over seeds alone {over_seeds:.4f}"
    if (seen := smallest_seen(one.test)) is not None:
        needed = seeds_with_episodes(one.test, MARGIN)
        line += (
            f"; detects {percent(seen)} points with a power of 80 %, {100 * MARGIN:.0f} with so "
            f"many seeds (episodes): {needed}"
        )
    return line


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

"""The page of all comparisons, from the numbers in `results/quoted.json` alone."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.statistics import conditional
from benchmarks.study.findings.controls import uncontrolled
from benchmarks.study.findings.files import PAGE, looks_figure, measures_figure
from benchmarks.study.findings.quoted import Quoted
from benchmarks.study.report.advice import FINDINGS, Advice, advice
from benchmarks.study.report.contrast_tables import compared_table, endpoints_table
from benchmarks.study.report.contrasts import Contrast
from benchmarks.suites import SUITES


def page_in_full(found: Quoted) -> str:
    """Return docs/findings-in-full.md."""
    said = advice(found.contrasts)
    of_grids = any(one.is_of_grid for one in found.contrasts)
    parts = [
        "# All comparisons",
        f"The tests behind [what was found]({PAGE.name}), written by the same command.",
    ]
    if found.contrasts:
        parts += [
            "## Every endpoint",
            endpoints_table(_of_grids(found.contrasts)).markdown().rstrip(),
            "Points on the way are measured on fewer episodes than the init and the end, and an "
            "init's rate is that on the episodes that are compared, so it differs from row to row.",
        ]
    if found.choices is not None:
        parts += [
            "## What validation chose",
            "For each method the rate whose best point has the highest success on validation, and "
            "that point. Where several rates are as good, another validation sample could have "
            "chosen differently.",
            found.choices.markdown().rstrip(),
        ]
    if found.compute is not None:
        parts += [
            "## Compute",
            "Both methods are given the same compute. An arm stops at the first step that reaches "
            "a point, and a step of reinforcement can be large.",
            found.compute.markdown().rstrip(),
        ]
    if of_grids and (others := [*filter(_is_of_last_point, found.contrasts)]):
        parts += [
            "## The last points of presets without validation",
            "The protocol does not cover these presets; [the study](study.md) declared their last "
            "point beforehand. The tests are corrected suite by suite as well.",
            endpoints_table(others).markdown().rstrip(),
        ]
    if found.controls is not None:
        parts += [
            "## Controls",
            "Each trains in another way from the same init, at one learning rate. Could one of "
            "them explain the difference, or reverse it?",
            found.controls.markdown().rstrip(),
            *uncontrolled(found),
        ]
    if found.cities:
        parts += [
            "## One city left out",
            "Each seed trains in eight cities and is tested in one that nobody trained in, under "
            "the trained rule (`in`) and under the other one (`rule_ood`). The last column has "
            "intervals over cities and routes. [The protocol](protocol.md#street-navigation) calls "
            "this secondary.",
            *(table.markdown().rstrip() for table in found.cities),
        ]
    if found.columns:
        parts += [
            "## Column by column",
            "What each arm reaches on each column at its last point, with intervals: of the chosen "
            "arms of grids, of controls, and of presets that are neither. `in_train` and "
            "`ood_train` are of hands that the arms could be taught, under the trained rule and "
            "the other one; `all_5` to `told_compass` are "
            "[other prompts](suites.md#columns), under rules and in words that no arm is trained "
            "on. By the recipe "
            "`strict` of `full`, and of `quick` in images, no demonstration of the cards shows a "
            "value of the other rule. Policies with `retention` in their names have seen both "
            "rules. [The study](study.md) tells the columns.",
            *(
                "\n\n".join(table.markdown().rstrip() for table in tables)
                for tables in found.columns.values()
            ),
        ]
    if found.measured:
        parts += [
            "## Measured beside success",
            "What [the weights of each point](study.md#what-is-measured-beside-success) do beside "
            "one greedy attempt: with several samples, with the right reading given, without "
            "the list of turns; and how far they have moved from the init. Figures are under "
            "another rule.",
            *(
                f"![Against compute](images/{measures_figure(folder).name})"
                + "".join(f"\n\n{table.markdown().rstrip()}" for table in tables)
                for folder, tables in found.measured.items()
            ),
        ]
    if found.looks:
        parts += [
            "## Other looks",
            "The init and both methods at their last point, as the pictures are shifted further "
            "from the plain look, from severity 0 to 5. These presets are not the grids: their "
            "methods have one learning rate each, not the same for both on the cards.",
            *(
                f"![By severity of the look](images/{looks_figure(folder).name})"
                f"\n\n{table.markdown().rstrip()}\n\n{_of_few(found, folder)}".rstrip()
                for folder, table in found.looks.items()
            ),
        ]
    if further := [one for one in said if _is_further(one, of_grids)]:
        parts += [
            "## What else was compared",
            "None of these is a declared test. They are corrected together, except those of "
            "policies that have seen both rules, which are corrected by themselves. Learning "
            "rates and controls are compared at the last point.",
            *_tables(further),
        ]
    parts += [
        "## Where the rows are",
        "\n".join(
            f"- `results/{run.folder}`: `{run.command}`, {run.seeds} "
            f"seed{'s' if run.seeds > 1 else ''}."
            for run in found.runs
        )
        or "No study is published yet.",
        *_absent(found),
        "`python -m benchmarks report results/*/ --out FOLDER` makes the whole "
        "[report](study.md#the-report) of them: advice by shift, budget and data, controls, "
        "episodes, and what is [measured beside success]"
        "(study.md#what-is-measured-beside-success): the reading, pass@k, the divergence from the "
        "init. [The protocol](protocol.md) declares what is tested.",
    ]
    return "\n\n".join(parts) + "\n"


def _of_few(found: Quoted, folder: str) -> str:
    """Return what follows from the number of seeds of a folder, "" where they are enough."""
    return next((conditional(run.seeds) for run in found.runs if run.folder == folder), "")


def _of_grids(contrasts: Sequence[Contrast]) -> list[Contrast]:
    """Return those of grids, whose endpoints the protocol declares; all where there is no grid."""
    return [one for one in contrasts if one.is_of_grid] or list(contrasts)


def _is_of_last_point(one: Contrast) -> bool:
    """Return whether it is declared for a preset that is no grid."""
    return one.family == "declared" and one.shift == "rule" and not one.is_of_grid


def _is_further(one: Advice, of_grids: bool) -> bool:
    """Return whether it is out of distribution and no endpoint, which have tables of their own.

    Args:
        of_grids: whether a table is of the endpoints of grids alone.
    """
    contrast = one.contrast
    has_a_table = contrast.is_endpoint and (contrast.is_of_grid or not of_grids)
    return contrast.shift != "" and not has_a_table and not _is_of_last_point(contrast)


def _absent(found: Quoted) -> list[str]:
    known = {one.suite for one in found.contrasts}
    absent = [name for name in SUITES if name not in known]
    return [f"Nothing is published of {', '.join(absent)}."] if absent else []


def _tables(others: Sequence[Advice]) -> list[str]:
    """Return what was found of comparisons, what was not, and of what nothing follows."""
    off = [one for one in others if one.verdict in ("floor", "ceiling")]
    told = [one for one in others if one not in off]
    firm = [one for one in told if one.verdict in FINDINGS and one.contrast.is_firm]
    unsure = [one for one in told if one.contrast.is_found and not one.contrast.is_firm]
    parts = {
        "What was found": firm,
        "Found by the bootstrap, but not by a test over seeds": unsure,
        "What is not decided": [one for one in told if one not in (*firm, *unsure)],
        "Where nothing follows: the init, or all arms, are outside the declared range": off,
    }
    return [compared_table(title, own).markdown().rstrip() for title, own in parts.items() if own]

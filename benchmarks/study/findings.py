"""What published results say, for README and docs: `python -m benchmarks.study.findings`.

It reads every study in `results/`, writes `results/quoted.json`, the numbers that pages may quote,
and from these alone the page `docs/findings.md`. The figure is drawn from the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from benchmarks.plot_style import write_figure
from benchmarks.runs import RUN_FILE, read_json, write_json
from benchmarks.statistics import FEW_SEEDS
from benchmarks.study.cells import described
from benchmarks.study.frontier import MARGIN
from benchmarks.study.publish import RESULTS, command_of
from benchmarks.study.report import figures
from benchmarks.study.report.advice import Advice, advice, has_a_price
from benchmarks.study.report.contrasts import Contrast
from benchmarks.study.report.summary import Summary, summarise_studies
from benchmarks.study.report.tables import endpoints_table, overturned_table
from benchmarks.tables import Table, interval, percent
from shiftgym.atomic import write_atomically

QUOTED = RESULTS / "quoted.json"
PAGE = Path("docs/findings.md")
FIGURE = Path("docs/images/findings.png")


class Run(BaseModel):
    """A published study: its folder, what it was asked, and what it lacks, "" for nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: str
    command: str
    seeds: int
    lacks: str


class Quote(BaseModel):
    """What an arm, the init or a reference reaches on a column, in percent: "29.8 [21.9, 39.2]"."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: str
    policy: str
    arm: str
    column: str
    metric: str
    told: str


class Quoted(BaseModel):
    """The numbers that pages quote; and what controls do to the headline, where they were run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    runs: tuple[Run, ...] = ()
    rates: tuple[Quote, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    controls: Table | None = None


def published(results: Path = RESULTS) -> list[Path]:
    """Return the folders of published studies, arms chosen from a grid behind all grids.

    Of two studies that have an endpoint the later one counts.
    """
    folders = sorted(path.parent for path in results.glob(f"*/{RUN_FILE}"))
    return sorted(folders, key=lambda folder: described(folder)[1].is_chosen)


def quoted(summary: Summary | None) -> Quoted:
    """Return the numbers of published studies."""
    if summary is None:
        return Quoted()
    runs = {
        one.study.folder.name: Run(
            folder=one.study.folder.name,
            command=command_of(one.study.record, one.study.preset),
            seeds=len(one.study.record.seeds),
            lacks=one.results.missing.headline(),
        )
        for one in summary.settings
    }
    rates = [
        Quote(
            folder=folder.name,
            policy=rate.policy,
            arm=rate.arm,
            column=rate.column,
            metric=rate.metric,
            told=interval(rate.estimate.value, rate.estimate.low, rate.estimate.high),
        )
        for folder, results in {one.study.folder: one.results for one in summary.settings}.items()
        for rate in results.rates
    ]
    return Quoted(
        runs=tuple(runs.values()),
        rates=tuple(rates),
        contrasts=tuple(summary.contrasts),
        controls=overturned_table(summary),
    )


def page(found: Quoted) -> str:
    """Return docs/findings.md."""
    said = advice(found.contrasts)
    declared = [a for a in said if a.contrast.family == "declared" and a.contrast.shift]
    # One for each setting: what validation chose where the preset has it, else the last point.
    primary = {
        a.contrast.setting: a for topic in "ca" for a in declared if a.contrast.topic == topic
    }
    parts = [
        "# What was found",
        "Does an agent that imitates memorise its rule, and one that learns by reinforcement "
        "generalise? `python -m benchmarks.study.findings` writes this page from the rows in "
        "`results/`; no number on it is typed by hand.",
        "## In one paragraph",
        paragraph(list(primary.values()), said),
    ]
    if found.runs:
        parts += [
            "## In one table",
            endpoints_table(found.contrasts).markdown().rstrip(),
            "Points on the way are measured on fewer episodes than the init and the end, so an "
            "init's rate may differ from row to row.",
            "## In one figure",
            f"![What each point of training reaches under another rule, against the trained "
            f"rule](images/{FIGURE.name})",
            "The diamond is the init from which both methods start. Up is better under the other "
            "rule, right is better under the trained one; large marks are the last points. Thin "
            "crosses are 95 % intervals; of many arms only the last points have them.",
        ]
    if found.controls is not None:
        parts += [
            "## Controls",
            "Each trains another way from the same init, at one learning rate. Could one of them "
            "explain the difference, or turn it round?",
            found.controls.markdown().rstrip(),
        ]
    if more := [one for one in said if _mattered(one)]:
        parts += [
            "## What mattered beside the method",
            "Not declared beforehand; corrected together with all other such comparisons.",
            "\n".join(f"- {one.contrast.setting}. {one.says} {one.because}" for one in more),
        ]
    parts += [
        "## What is not decided",
        "Under another rule; the report has the differences under the trained one too.",
        *_undecided(said, found),
        "## Where the rows are",
    ]
    parts += [
        "\n".join(
            f"- `results/{run.folder}`: `{run.command}`, {run.seeds} "
            f"seed{'s' if run.seeds > 1 else ''}." + (f" {run.lacks}." if run.lacks else "")
            for run in found.runs
        )
        or "No study is published yet.",
        "`python -m benchmarks report results/*/ --out FOLDER` makes the whole "
        "[report](study.md#the-report) of them: advice by shift, budget and data, controls and "
        "episodes. [The protocol](protocol.md) declares what is tested; [older runs](results.md), "
        "whose rows are gone, stand apart.",
    ]
    return "\n\n".join(parts) + "\n"


def paragraph(headline: Sequence[Advice], said: Sequence[Advice]) -> str:
    """Return the answer in words that need no training in the field.

    Args:
        headline: one for each setting.
        said: all advice.
    """
    start = (
        "An agent first learns a game from examples. Then it trains on one rule alone: by copying "
        "right answers (imitation), or by trying and being told what was right (reinforcement). "
        "Which way leaves it better when the rule changes? "
    )
    if not headline:
        return start + "No published run answers that yet."
    told = " ".join(
        _in_words(one)
        + _price(one)
        + _other_way(one, [a for a in said if a.contrast.topic == "b"])
        + _equally_good(one, [a for a in said if a.contrast.topic == "equal"])
        for one in headline
    )
    settings = list(dict.fromkeys(one.contrast.setting for one in headline))
    lost = [
        name
        for name in settings
        for against in [
            [a for a in said if a.contrast.topic == "init" and a.contrast.setting == name]
        ]
        if against and all(a.contrast.is_found and a.contrast.estimate.value < 0 for a in against)
    ]
    of = f"{len(settings)} settings" if len(settings) > 1 else "1 setting"
    kept = (
        f" In {len(lost)} of {of} both ways are shown to have lost some of what there was before."
    )
    more = next((one for one in said if _mattered(one) and one.contrast.topic != "control"), None)
    beside = f" How one trains mattered too. {more.says}" if more else ""
    # Six seeds of the headline do not make more of the grid's three.
    others = [
        a for a in said if a.contrast.topic in ("b", "equal") and a.contrast.setting in settings
    ]
    seeds = min(a.contrast.estimate.seeds for a in [*headline, *others, *([more] if more else [])])
    runs = "a single training run" if seeds == 1 else f"{seeds} training runs"
    hedge = f" Part of this rests on {runs}, and others may come out otherwise."
    return start + told + kept + beside + (hedge if seeds < FEW_SEEDS else "")


def _mattered(one: Advice) -> bool:
    """Return whether a setting beside the method was found to change success under the shift."""
    return one.verdict == "found" and one.topic == "data" and one.contrast.shift != ""


def _in_words(one: Advice) -> str:
    """Return what a setting found as a sentence without terms."""
    contrast = one.contrast
    verdict = {
        "reinforcement": "reinforcement left it better",
        "imitation": "copying left it better",
        "floor": "it is too weak at the game for a comparison",
        "ceiling": "it masters the other rule from the start, so there is nothing to compare",
    }.get(one.verdict, "the runs are too few to say")
    if one.verdict == "imitation" and not contrast.is_found:
        verdict = "copying was about as good, or better"
        if contrast.estimate.low > -MARGIN:
            verdict = "it made next to no difference which"
    before = "" if contrast.start is None else f" ({percent(contrast.start)} % before)"
    return (
        f"**{contrast.setting}**: {verdict}, with "
        f"{percent(contrast.rates[1])} % right under the other rule after copying and "
        f"{percent(contrast.rates[0])} % after reinforcement{before}."
    )


def _price(one: Advice) -> str:
    """Return what both have learned where the side that is ahead has learned less, else ""."""
    within = one.within
    if within is None or not one.contrast.is_found or not has_a_price(one.contrast, within):
        return ""
    first, second = map(percent, within.rates)
    return (
        f" But under the trained rule it is {second} % after copying and {first} % after "
        f"reinforcement."
    )


_HALF_WAY = {
    ("imitation", "reinforcement"): "it is the other way round",
    ("reinforcement", "imitation"): "it is the other way round",
    ("not decided", "reinforcement"): "reinforcement is ahead",
    ("not decided", "imitation"): "copying is ahead",
}
"""What is said of a verdict at equal rates and compute, beside that of the headline."""


def _other_way(one: Advice, equal: Sequence[Advice]) -> str:
    """Return a sentence where equal rates and compute tell something else, else ""."""
    here = [a for a in equal if a.contrast.setting == one.contrast.setting]
    for other in (a for a in here if a.contrast.shift and a.contrast.is_found):
        if order := _HALF_WAY.get((one.verdict, other.verdict)):
            first, second = map(percent, other.contrast.rates)
            learned = ""
            if other.within is not None:
                ours, theirs = map(percent, other.within.rates)
                learned = f" Under the trained rule these reach {theirs} % and {ours} %."
            return (
                f" But half-way, at equal learning rates, {order}: {second} % after copying and "
                f"{first} % after reinforcement.{learned}"
            )
    return ""


def _equally_good(one: Advice, equal: Sequence[Advice]) -> str:
    """Return a sentence where one way is ahead though both have learned as much, else ""."""
    for other in equal:
        contrast = other.contrast
        same = contrast.setting == one.contrast.setting and contrast.shift
        if same and contrast.is_found:
            first, second = map(percent, contrast.rates)
            return (
                f" Compared where both are equally good under the trained rule, it is {second} % "
                f"after copying and {first} % after reinforcement."
            )
    return ""


def _undecided(said: Sequence[Advice], found: Quoted) -> list[str]:
    open_ones = [one for one in said if one.verdict == "not decided" and one.contrast.shift]
    lines = [f"- {one.contrast.setting}. {one.says} {one.because}" for one in open_ones]
    known = {one.suite for one in found.contrasts}
    absent = [name for name in ("gp-l", "virl-l", "gp-vl", "virl-vl") if name not in known]
    if absent:
        lines.append(f"- Nothing is published of {', '.join(absent)}.")
    return ["\n".join(lines) or "Every declared comparison is decided."]


def read_quoted(path: Path = QUOTED) -> Quoted:
    """Return the numbers that were written last; none where there is no file."""
    told: Any = read_json(path)
    return Quoted() if told is None else TypeAdapter(Quoted).validate_python(told)


def main() -> None:
    """Write the numbers, the page and the figure."""
    folders = published()
    summary = summarise_studies(folders, splits=False) if folders else None
    found = quoted(summary)
    write_json(QUOTED, found.model_dump(mode="json"))
    write_atomically(PAGE, page(found).encode())
    if summary is not None:
        write_figure(lambda theme: figures.frontier(summary, theme), FIGURE)
    print(f"{len(folders)} studies; written: {QUOTED}, {PAGE}")


if __name__ == "__main__":
    main()

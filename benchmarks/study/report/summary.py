"""All that a report says of one or several studies, before it becomes pages and files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.runs import RunError
from benchmarks.study.cells import Study
from benchmarks.study.frontier import Choice, curve
from benchmarks.study.report.contrasts import Contrast, contrasts_of, corrected
from benchmarks.study.report.names import setting_name
from benchmarks.study.results import Results, study_and_results


@dataclass(frozen=True)
class Setting:
    """A policy of a study.

    Attributes:
        chosen: what validation chose for each method; empty where the preset has no validation.
        frontier: see `frontier.curve`; with the FLOPs of each point.
        contrasts: all that is compared of it.
    """

    study: Study
    results: Results
    policy: str
    chosen: dict[str, Choice]
    frontier: list[dict[str, float | str]]
    contrasts: list[Contrast]

    @property
    def suite(self) -> str:
        """The name of its suite."""
        return next(iter(self.study.record.suites))

    @property
    def name(self) -> str:
        """For people."""
        return setting_name(self.suite, self.policy)

    @property
    def is_controls(self) -> bool:
        """Whether it has arms beside the two methods that are compared with them."""
        return any(one.topic == "control" for one in self.contrasts)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the frontier: the primary one, the trained one, and others that shift."""
        measured = self.study.preset.curve_columns
        order = [self.study.task.shift, "in"]
        return tuple([c for c in order if c in measured] + [c for c in measured if c not in order])


@dataclass(frozen=True)
class Summary:
    """What studies found together."""

    settings: Sequence[Setting]

    @property
    def headline(self) -> str:
        """What is missing, "" where nothing is."""
        runs = {id(one.results): one.results for one in self.settings}
        told = [results.missing.headline() for results in runs.values() if results.missing]
        return " ".join(told)

    @property
    def contrasts(self) -> list[Contrast]:
        """All of them."""
        return [contrast for one in self.settings for contrast in one.contrasts]


def summarise_studies(folders: Sequence[Path]) -> Summary:
    """Read studies; where two have a policy of a suite and an endpoint, the later one counts.

    Raises:
        RunError: one is not a study's folder, or there is none.
    """
    if not folders:
        raise RunError("A report needs the folder of at least one study; got none.")
    made = []
    for folder in folders:
        study, results = study_and_results(folder)
        for policy in study.preset.policies:
            made.append(_setting(study, results, policy))
    return Summary(_corrected(made))


def _setting(study: Study, results: Results, policy: str) -> Setting:
    contrasts, chosen = contrasts_of(study, policy, policy in results.retained)
    arms = study.preset.policies[policy].all_arms
    cells, columns = study.played(policy), study.preset.curve_columns
    rows = curve(cells, arms, study.preset.points, columns)
    for row in rows:
        spent = study.flops.get((policy, str(row["arm"]), int(row["point"])))
        row["flops"] = sum(spent) / len(spent) if spent else 0.0
    return Setting(study, results, policy, chosen, rows, contrasts)


def _corrected(settings: Sequence[Setting]) -> list[Setting]:
    """Return settings whose tests are corrected together.

    A declared endpoint that a later study has too counts there alone.
    """
    latest = {
        (one.suite, one.policy, contrast.topic, contrast.column): number
        for number, one in enumerate(settings)
        for contrast in one.contrasts
        if contrast.family == "declared"
    }
    kept = [
        [
            contrast
            for contrast in one.contrasts
            if contrast.family != "declared"
            or latest[one.suite, one.policy, contrast.topic, contrast.column] == number
        ]
        for number, one in enumerate(settings)
    ]
    together = iter(corrected(contrast for contrasts in kept for contrast in contrasts))
    return [
        Setting(s.study, s.results, s.policy, s.chosen, s.frontier, [next(together) for _ in own])
        for s, own in zip(settings, kept)
    ]

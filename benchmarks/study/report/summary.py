"""All that a report says of one or several studies, before it becomes pages and files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.runs import RunError
from benchmarks.study.cells import Played, PlayedByArm, check_same_init
from benchmarks.study.endpoints import SHIFTED, Choice, arms_by_rate, choices
from benchmarks.study.folder import in_order
from benchmarks.study.further_seeds import with_further_seeds
from benchmarks.study.loaded import Study
from benchmarks.study.names import setting_name
from benchmarks.study.report.compared import against_answers, contrasts_of
from benchmarks.study.report.contrasts import Contrast, corrected, of_one_init
from benchmarks.study.report.reached import Reached, mean_over_rates, means_reached, reached
from benchmarks.study.results import Results, study_and_results


@dataclass(frozen=True)
class Setting:
    """A policy of a study.

    Attributes:
        beside: the arms "sft" and "rl" of another study, that its controls are compared with.
        chosen: what validation chose for each method; empty where the preset has no validation.
        passed: what validation under the shifted rule would have chosen, which chooses nothing.
        frontier: what its arms reach at all points.
        means: the same of both methods, the mean over rates; empty where each has one rate.
        contrasts: all that is compared of it.
    """

    study: Study
    results: Results
    policy: str
    beside: PlayedByArm
    chosen: dict[str, Choice]
    passed: dict[str, Choice]
    frontier: list[Reached]
    means: list[Reached]
    contrasts: list[Contrast]

    @property
    def suite(self) -> str:
        """The name of its suite."""
        return next(iter(self.study.record.suites))

    @property
    def name(self) -> str:
        """For people."""
        return setting_name(self.suite, self.policy, self.study.preset.name)

    @property
    def title(self) -> str:
        """Its name with the preset of its study, which tells it from others of the policy."""
        return f"{setting_name(self.suite, self.policy)}, preset {self.study.preset.name}"

    @property
    def is_controls(self) -> bool:
        """Whether it has arms beside the two methods that are compared with them."""
        return any(one.topic == "control" for one in self.contrasts)

    @property
    def is_part(self) -> bool:
        """Whether its arms are some of a grid's, on more seeds."""
        return self.study.preset.is_chosen or self.study.preset.is_half

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
    def is_unfinished(self) -> bool:
        """Whether a study lacks something."""
        return any(one.results.missing for one in self.one_each)

    @property
    def headline(self) -> str:
        """What is to be known before all else, "" where all is well."""
        return " ".join(note for one in self.one_each for note in one.study.notes)

    @property
    def one_each(self) -> Sequence[Setting]:
        """One setting of each study, for what is told of a whole one."""
        return list({id(one.study): one for one in self.settings}.values())

    @property
    def contrasts(self) -> list[Contrast]:
        """All of them."""
        return [contrast for one in self.settings for contrast in one.contrasts]


def summarise_studies(
    folders: Sequence[Path],
    *,
    splits: bool = True,
    begin: Callable[[Path], object] = lambda _: None,
) -> Summary:
    """Read studies; where two have an endpoint, that of chosen arms or the later one counts.

    Args:
        folders: of studies.
        splits: whether their results have splits, which take most of the time.
        begin: is called with each folder before it is read.

    Raises:
        RunError: one is not a study's folder, or there is none.
    """
    if not folders:
        raise RunError("A report needs the folder of at least one study; got none.")
    read = []
    for folder in in_order(folders):
        begin(folder)
        read.append(study_and_results(folder, splits=splits))
    studies = [study for study, _ in read]
    made = [
        _setting(study, results, policy, studies)
        for study, results in read
        for policy in study.preset.policies
    ]
    return Summary(_corrected(made))


def arms_beside(study: Study, policy: str, studies: Sequence[Study]) -> PlayedByArm:
    """Return the arms "sft" and "rl" of controls of the same init, where they are elsewhere.

    Raises:
        RunError: other controls of the policy start from another init.
    """
    if not study.preset.is_controls:
        return {}
    found: dict[tuple[str, int, str], Played] = {}
    for other in studies:
        if (
            other is study
            or not other.preset.is_controls
            or other.record.suites != study.record.suites
            or policy not in other.preset.policies
        ):
            continue
        played = other.played(policy)
        check_same_init(study.folder, played, study.played(policy))
        found |= {
            place: episodes for place, episodes in played.items() if place[0] in ("sft", "rl")
        }
    return found


def answers_alone(study: Study, policy: str, studies: Sequence[Study]) -> tuple[Study, str] | None:
    """Return the study and the policy that are the same but for the working in its replies.

    Both are of arms that validation chose. None where there is none, or the policy shows none.
    """
    asked = study.preset.policies[policy]
    if not asked.working or not study.preset.is_chosen:
        return None
    for other in reversed(studies):  # The later one counts.
        if other.preset.is_chosen and other.record.suites == study.record.suites:
            for name, one in other.preset.policies.items():
                if one.learner == asked.learner and not one.working:
                    return other, name
    return None


def _setting(study: Study, results: Results, policy: str, studies: Sequence[Study]) -> Setting:
    beside = arms_beside(study, policy, studies)
    further = with_further_seeds(study, policy, studies)
    contrasts, chosen = contrasts_of(study, policy, policy in results.retained, beside, further)
    if chosen and (alone := answers_alone(study, policy, studies)):
        retained = policy in results.retained
        contrasts += against_answers(study, policy, chosen, *alone, retained)
    asked, played = study.preset.policies[policy], study.played(policy)
    passed = dict[str, Choice]()
    if chosen and SHIFTED in study.preset.curve_columns:
        # An unfinished run may not have got there.
        with suppress(ValueError):
            passed = choices(played, asked, study.preset, SHIFTED)
    points = reached(results.curves, policy, [*asked.all_arms])
    means = list[Reached]()
    if any(len(arms_by_rate(asked, method)) > 1 for method in ("sft", "rl")):
        over_rates = mean_over_rates(played, asked, study.preset)
        means = means_reached(over_rates, (study.task.shift, "in"))
    return Setting(study, results, policy, beside, chosen, passed, points, means, contrasts)


def _corrected(settings: Sequence[Setting]) -> list[Setting]:
    """Return settings whose tests are corrected together; of equal ones that of the last study.

    All of a setting are judged by one rate of its init.
    """
    latest = {
        _place(contrast): number
        for number, one in enumerate(settings)
        for contrast in one.contrasts
    }
    kept = [
        [contrast for contrast in one.contrasts if latest[_place(contrast)] == number]
        for number, one in enumerate(settings)
    ]
    known = corrected(contrast for contrasts in kept for contrast in contrasts)
    together = iter(of_one_init(known))
    return [
        replace(one, contrasts=[next(together) for _ in own]) for one, own in zip(settings, kept)
    ]


def _place(one: Contrast) -> tuple[str, ...]:
    """Return what tells a contrast from others, but for the arms that validation chose."""
    about = one.about if one.topic not in ("a", "c", "init") else ""
    method = one.first.partition(" ")[0]
    return one.setting, one.topic, about, method, one.column

"""Which controls overturn the headline: `python -m benchmarks.study.overturned GRID CONTROLS ...`.

docs/protocol.md says when one does. All of it is computed from the rows on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.consoles import reported_errors, say_reading
from benchmarks.significance import difference_test
from benchmarks.statistics import Estimate
from benchmarks.study.cells import Played, PlayedByArm, check_same_init
from benchmarks.study.endpoints import PRIMARY, choose, differences, endpoints
from benchmarks.study.loaded import Study, load_studies
from benchmarks.study.presets import UNTRAINED, Arm
from benchmarks.study.presets.declared import DECLARED
from benchmarks.study.presets.schema import CONTROLS
from benchmarks.tables import interval

DifferenceOf = Callable[[str, str], Estimate]
"""The first arm's success minus the second's."""

COLUMN = PRIMARY
"""The column of the headline."""

TURNS, EXPLAINS, LEAVES = "turns it", "explains it", "leaves it"
"""What a control does to a headline that is there to be overturned."""

NOT_THERE = "not at this rate"
"""Where there is nothing to overturn: at the rate of the controls RL and SFT do not differ so."""


@dataclass(frozen=True)
class StandIn:
    """A control in place of an arm, or of both.

    Attributes:
        control: its name.
        rl, sft: the arms of RL - SFT with it.
        of: the arm whose place it takes, "rl", "sft" or "both".
    """

    control: str
    rl: str
    sft: str
    of: str


NO_CONTROL = StandIn("none", "rl", "sft", "both")
"""The two arms of the controls themselves, to compare with."""


@dataclass(frozen=True)
class Verdict:
    """What a control does to the headline.

    Attributes:
        stand_in: what was compared.
        difference: RL - SFT with the control in it.
        change: what the control changes in its own arm, in the direction of the headline; None
            where it stands in for both.
        turns, explains: whether it overturns the headline so.
        decided: whether the headline is different from 0; else nothing can overturn it.
        there: whether RL - SFT lies on the headline's side of 0 without a control too, at the one
            rate of the controls.
    """

    stand_in: StandIn
    difference: Estimate
    change: Estimate | None
    turns: bool
    explains: bool
    decided: bool
    there: bool

    @property
    def words(self) -> str:
        """What it does to the headline, or without a control, whether that is there; "" where the
        headline is not decided."""
        if not self.decided:
            return ""
        if self.stand_in == NO_CONTROL:
            return "at this rate too" if self.there else NOT_THERE
        if not self.there:
            return NOT_THERE
        return TURNS if self.turns else EXPLAINS if self.explains else LEAVES


def confronted(endpoints: Mapping[str, Estimate]) -> dict[str, Estimate]:
    """Return the endpoints that controls are set against, of those of a policy by their names.

    (a), and (c) where it is different from 0. (b) is a mean over rates, of which controls have one.
    """
    return {
        name: estimate
        for name, estimate in endpoints.items()
        if name == "a" or (name == "c" and side(estimate))
    }


def stand_ins(arms: Mapping[str, Arm]) -> list[StandIn]:
    """Return the controls among arms, and what each of them stands in for."""
    found = []
    scratch = {
        arm.method: name
        for name, arm in arms.items()
        if arm.start == UNTRAINED and arm.method in ("sft", "rl")
    }
    for name, arm in arms.items():
        # Another form of reply loses the form, whatever it does to the rule.
        if name in ("sft", "rl") or arm.answer_only or arm.start == UNTRAINED:
            continue
        of = "sft" if arm.imitates else "rl"
        found.append(StandIn(name, **{"sft": "sft", "rl": "rl", of: name}, of=of))
    if len(scratch) == 2:
        found.append(StandIn(UNTRAINED, scratch["rl"], scratch["sft"], "both"))
    return found


def at_endpoint(played: PlayedByArm, points: int, endpoint: str) -> DifferenceOf:
    """Return what computes the difference of two arms of controls.

    Args:
        points: of each arm.
        endpoint: "a", where each arm counts at its best point on validation, or "c", at its last.

    Returns:
        A function of their names, which raises ValueError where one has no episodes yet.
    """

    def counted(arm: str) -> Played:
        point = points if endpoint == "c" else choose(played, [arm], points).point
        if not (episodes := played.get((arm, point, COLUMN))):
            raise ValueError(f"Point {point} of {arm} is not measured on {COLUMN} yet.")
        return episodes

    @cache
    def difference(first: str, second: str) -> Estimate:
        return difference_test(differences([(counted(first), counted(second))])).estimate

    return difference


def verdict(headline: Estimate, stand_in: StandIn, difference: DifferenceOf) -> Verdict:
    """Return what a control does to the headline.

    Args:
        headline: the endpoint's own estimate.
        difference: see `at_endpoint`.

    Raises:
        ValueError: an arm, or one of the two methods themselves, has no episodes yet.
    """
    with_it = difference(stand_in.rl, stand_in.sft)
    change = None
    if stand_in.of != "both":
        pair = ("rl", stand_in.control) if stand_in.of == "rl" else (stand_in.control, "sft")
        change = difference(*pair)
    decided = side(headline) != 0
    there = decided and side(difference("rl", "sft")) == side(headline)
    turns = there and side(with_it) == -side(headline)
    explains = (
        there
        and change is not None
        and change.low <= headline.value <= change.high
        and side(change) != 0
    )
    return Verdict(stand_in, with_it, change, turns, explains, decided, there)


def side(estimate: Estimate) -> int:
    """Return on which side of 0 an interval lies, 1 or -1; 0 where it holds 0."""
    return (estimate.low > 0) - (estimate.high < 0)


@dataclass
class Controls:
    """All controls of one policy on one suite, and the two arms that they are set beside.

    Attributes:
        arms: by their names.
        points: of each arm.
        played: their episodes, and those of the init.
    """

    arms: dict[str, Arm] = field(default_factory=dict)
    points: int = 0
    played: dict[tuple[str, int, str], Played] = field(default_factory=dict)

    def verdicts(self, endpoint: str, headline: Estimate) -> Iterator[Verdict | str]:
        """Yield what no control and each of them does to a headline, or why that is not known."""
        difference = at_endpoint(self.played, self.points, endpoint)
        for stand_in in (NO_CONTROL, *stand_ins(self.arms)):
            try:
                yield verdict(headline, stand_in, difference)
            except ValueError as error:
                yield f"{stand_in.control} is open: {error}"


Policies = tuple[str, str]
"""A suite and a policy."""


def controls_of(studies: Sequence[Study]) -> dict[Policies, Controls]:
    """Return the controls among studies, of which those of one policy belong together.

    Args:
        studies: of an arm in several the last one counts; those that are neither grids nor
            controls are passed over.

    Raises:
        RunError: controls and grids are not from the same init.
    """
    found = {
        (_suite(study), name): Controls()
        for study in studies
        if study.preset.is_controls
        for name in study.preset.policies
    }
    for study in studies:
        if not (study.preset.is_controls or study.preset.is_grid):
            continue
        for name, policy in study.preset.policies.items():
            if (own := found.get((_suite(study), name))) is None:
                continue
            here = study.played(name)
            check_same_init(study.folder, own.played, here)
            for at, episodes in here.items():
                if at[0] == "init":  # Of other seeds in another study.
                    own.played[at] = {**own.played.get(at, {}), **episodes}
            if study.preset.is_controls:
                own.played.update(
                    {at: episodes for at, episodes in here.items() if at[0] != "init"}
                )
                own.arms.update(policy.all_arms)
                own.points = study.preset.points
    return found


def headlines_of(studies: Iterable[Study]) -> dict[Policies, dict[str, Estimate] | str]:
    """Return what controls are set against, or why there is none; that of the last study counts.

    Args:
        studies: those that are no grids, or the half of one, are passed over.
    """
    found: dict[Policies, dict[str, Estimate] | str] = {}
    for study in studies:
        if not study.preset.is_grid or study.preset.is_half:
            continue
        for name, policy in study.preset.policies.items():
            of, played = (_suite(study), name), study.played(name)
            try:
                _, ends = endpoints(played, _suite(study), name, policy, study.preset, COLUMN)
            except ValueError as error:  # A grid that is not finished has no endpoint yet.
                found.setdefault(of, str(error))
                continue
            if own := confronted({one.name: one.test.estimate for one in ends}):
                found[of] = own
            else:
                found.setdefault(of, f"(a) of {name} on {COLUMN} has no episodes yet.")
    return found


def _suite(study: Study) -> str:
    return next(iter(study.record.suites))


def report(folders: Sequence[Path], begin: Callable[[Path], object] = lambda _: None) -> list[str]:
    """Return what controls do to the headline as lines of text.

    Args:
        folders: of studies, grids and controls; of endpoints and arms in several those of chosen
            arms or of the later study count.
        begin: is called with each folder before it is read.

    Raises:
        RunError: one is not a study's folder, or controls are not from the same init.
    """
    studies = load_studies(folders, begin)
    lines = [note for study in studies for note in study.notes]
    controls, headlines = controls_of(studies), headlines_of(studies)
    if not controls:
        lines.append(
            "There are no controls among these studies: expected a grid and studies whose presets "
            f"begin with {CONTROLS!r}."
        )
    for of, own in controls.items():
        suite, policy = of
        lines.append(f"{suite}, {policy}:")
        known = headlines.get(of, "no grid among these studies has endpoint (a) yet.")
        if isinstance(known, str):
            lines.append(known)
            continue
        wanted = DECLARED[suite].seeds
        for name, headline in known.items():
            interim = f"; interim, {wanted} are declared" if headline.seeds < wanted else ""
            lines.append(f"headline ({name}), RL - SFT on {COLUMN}: {_told(headline)}{interim}")
            if not side(headline):
                lines.append("It is not different from 0, so nothing can overturn it.")
            for one in own.verdicts(name, headline):
                lines.append(one if isinstance(one, str) else _line(one))
    return lines


def _line(verdict: Verdict) -> str:
    stand_in = verdict.stand_in
    of = "both arms" if stand_in.of == "both" else stand_in.of.upper()
    name = "no control" if stand_in == NO_CONTROL else f"{stand_in.control} for {of}"
    line = f"{name}: RL - SFT {_told(verdict.difference)}"
    if verdict.change is not None:
        line += f", the effect of the control {_told(verdict.change)}"
    return ": ".join(filter(None, [line, verdict.words]))


def _told(estimate: Estimate) -> str:
    return (
        f"{interval(estimate.value, estimate.low, estimate.high, signed=True)}, "
        f"{estimate.seeds} seed{'s' if estimate.seeds > 1 else ''}"
    )


def main(
    folders: Annotated[list[Path], typer.Argument(help="Folders of grids and controls.")],
) -> None:
    """Print which controls overturn the headline."""
    with reported_errors():
        print("\n".join(report(folders, say_reading)))


if __name__ == "__main__":
    typer.run(main)

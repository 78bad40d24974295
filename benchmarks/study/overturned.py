"""Which controls overturn the headline: `python -m benchmarks.study.overturned GRID CONTROLS ...`.

docs/protocol.md says when one does. All of it is computed from the rows on disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.consoles import reported_errors
from benchmarks.significance import difference_test
from benchmarks.statistics import Estimate
from benchmarks.study.cells import Played, Study, check_same_init, in_order, load_study
from benchmarks.study.frontier import PRIMARY, Cells, choose, differences, endpoints
from benchmarks.study.presets import UNTRAINED, Arm
from benchmarks.study.presets.schema import CONTROLS

COLUMN = PRIMARY
"""The column of the headline."""

_IMITATE = ("sft", "rejection")


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
    """

    stand_in: StandIn
    difference: Estimate
    change: Estimate | None
    turns: bool
    explains: bool


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
        of = "sft" if arm.method in _IMITATE else "rl"
        found.append(StandIn(name, **{"sft": "sft", "rl": "rl", of: name}, of=of))
    if len(scratch) == 2:
        found.append(StandIn(UNTRAINED, scratch["rl"], scratch["sft"], "both"))
    return found


def verdict(headline: Estimate, stand_in: StandIn, cells: Cells, points: int) -> Verdict:
    """Return what a control does to the headline.

    Args:
        headline: endpoint (a).
        points: of each arm.

    Raises:
        ValueError: an arm has no episodes yet.
    """

    def best(arm: str) -> Played:
        point = choose(cells, [arm], points).point
        if not (cell := cells.get((arm, point, COLUMN))):
            raise ValueError(f"Point {point} of {arm} is not measured on {COLUMN} yet.")
        return cell

    def difference(first: str, second: str) -> Estimate:
        return difference_test(differences([(best(first), best(second))])).estimate

    with_it = difference(stand_in.rl, stand_in.sft)
    change = None
    if stand_in.of != "both":
        pair = ("rl", stand_in.control) if stand_in.of == "rl" else (stand_in.control, "sft")
        change = difference(*pair)
    decided = side(headline)
    turns = decided != 0 and side(with_it) == -decided
    explains = (
        decided != 0
        and change is not None
        and change.low <= headline.value <= change.high
        and side(change) != 0
    )
    return Verdict(stand_in, with_it, change, turns, explains)


def side(estimate: Estimate) -> int:
    """Return on which side of 0 an interval lies, 1 or -1; 0 where it holds 0."""
    return (estimate.low > 0) - (estimate.high < 0)


@dataclass
class Setting:
    """What was run of one policy on one suite.

    Attributes:
        headline: endpoint (a); None while no grid has it.
        arms: of all controls.
        points: of each arm.
        cells: episodes of the controls.
    """

    headline: Estimate | None = None
    arms: dict[str, Arm] = field(default_factory=dict)
    points: int = 0
    cells: dict[tuple[str, int, str], Played] = field(default_factory=dict)

    def verdicts(self) -> Iterator[Verdict | str]:
        """Yield what each control does, or why that cannot be told yet; nothing without (a)."""
        if self.headline is None:
            return
        for stand_in in stand_ins(self.arms):
            try:
                yield verdict(self.headline, stand_in, self.cells, self.points)
            except ValueError as error:
                yield f"{stand_in.control} is open: {error}"


def settings_of(studies: Iterable[Study]) -> dict[tuple[str, str], Setting]:
    """Return what studies hold of headlines and controls, by suite and policy.

    Args:
        studies: grids and controls; of endpoints and arms in several those of the last one count.

    Raises:
        RunError: controls are not from the same init.
    """
    found: dict[tuple[str, str], Setting] = {}
    for study in studies:
        preset, suite = study.preset, next(iter(study.record.suites))
        for name, policy in preset.policies.items():
            setting = found.setdefault((suite, name), Setting())
            here = study.played(name)
            if preset.is_controls:
                check_same_init(study.folder, setting.cells, here)
                setting.cells.update(here)
                setting.arms.update(policy.all_arms)
                setting.points = preset.points
                continue
            # A grid that is not finished has no endpoint yet.
            with suppress(ValueError):
                _, ends = endpoints(here, suite, name, policy, preset, COLUMN)
                setting.headline = next(one.test.estimate for one in ends if one.name == "a")
    return found


def report(folders: Sequence[Path]) -> list[str]:
    """Return what controls do to the headline as lines of text.

    Args:
        folders: of studies, grids and controls; of endpoints and arms in several those of chosen
            arms or of the later study count.

    Raises:
        RunError: one is not a study's folder, or controls are not from the same init.
    """
    studies = [load_study(folder) for folder in in_order(folders)]
    lines = [note for study in studies for note in study.notes]
    settings = settings_of(studies)
    if not any(setting.arms for setting in settings.values()):
        lines.append(
            "There are no controls among these studies: expected a grid and studies whose presets "
            f"begin with {CONTROLS!r}."
        )
    for (suite, policy), setting in settings.items():
        if not setting.arms:
            continue
        lines.append(f"{suite}, {policy}:")
        if setting.headline is None:
            lines.append("no grid among these studies has endpoint (a) yet.")
            continue
        lines.append(f"headline (a), RL - SFT on {COLUMN}: {_told(setting.headline)}")
        decided = side(setting.headline) != 0
        if not decided:
            lines.append("It is not different from 0, so nothing can overturn it.")
        for one in setting.verdicts():
            lines.append(one if isinstance(one, str) else _line(one, decided))
    return lines


def _line(verdict: Verdict, decided: bool) -> str:
    stand_in = verdict.stand_in
    of = "both arms" if stand_in.of == "both" else stand_in.of.upper()
    line = f"{stand_in.control} for {of}: RL - SFT {_told(verdict.difference)}"
    if verdict.change is not None:
        line += f", the effect of the control {_told(verdict.change)}"
    if not decided:
        return line
    does = [word for word, so in (("turns", verdict.turns), ("explains", verdict.explains)) if so]
    return f"{line}: {f'{does[0]} the headline' if does else 'leaves the headline'}"


def _told(estimate: Estimate) -> str:
    return (
        f"{100 * estimate.value:+.1f} [{100 * estimate.low:.1f}, {100 * estimate.high:.1f}], "
        f"{estimate.seeds} seed{'s' if estimate.seeds > 1 else ''}"
    )


def main(
    folders: Annotated[list[Path], typer.Argument(help="Folders of grids and controls.")],
) -> None:
    """Print which controls overturn the headline."""
    with reported_errors():
        print("\n".join(report(folders)))


if __name__ == "__main__":
    typer.run(main)

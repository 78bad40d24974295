"""What came of a study's episodes, by policy, stage, point, column and metric."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.records import Episode
from benchmarks.runs import RunError, read_episodes
from benchmarks.statistics import REPLICATES, Estimate, Observation, rate
from benchmarks.tasks.task import RECOGNITION, Task

REFERENCE = "reference"
"""Stands for the policy of agents that need no learning."""

CURVE_REPLICATES = 2_000

Played = Mapping[tuple[int, int], Observation]
"""What came of episodes, by seed of the study and episode seed."""

PlayedByArm = Mapping[tuple[str, int, str], Played]
"""What came of a policy's episodes in one metric, by arm or "init", point and column."""


@dataclass
class Cell:
    """One policy, stage, point and column over all seeds, in one metric."""

    played: dict[tuple[int, int], Observation]
    seen: dict[tuple[int, int], bool | None]

    def estimate(self, replicates: int = REPLICATES) -> Estimate:
        """Return the rate of all episodes."""
        return rate(self.played.values(), replicates=replicates)

    def of(self, episodes: Collection[tuple[int, int]]) -> Estimate:
        """Return the estimate over some of the episodes, as those of curves are made."""
        chosen = [self.played[key] for key in sorted(episodes)]
        return rate(chosen, replicates=CURVE_REPLICATES)

    def part(self, seen: bool) -> Estimate | None:
        """Return the rate of the episodes whose like training showed, or of the others."""
        chosen = [self.played[key] for key, flag in self.seen.items() if flag is seen]
        return rate(chosen) if chosen else None


Cells = dict[tuple[str, str, int, str, str], Cell]
"""By policy, stage, point, column and metric."""

Place = tuple[str, int, str, int, str]
"""Policy, seed, stage, point and column."""

Hear = Callable[[Place, Episode], None]
"""Told of every row that counts, and where it belongs; a ValueError says that a row is damaged."""


def empty_cells() -> Cells:
    """Return cells without rows; one is made when a row of it comes."""
    return defaultdict(lambda: Cell({}, {}))


def add_rows(
    cells: Cells,
    folder: Path,
    of: Mapping[int, str],
    finished: set[str] | None,
    task: Task,
    hear: Hear = lambda place, row: None,
) -> None:
    """Sort a folder's rows into cells.

    Args:
        of: the policy of each seed whose rows lie there.
        finished: names the points that count, None for all.
        hear: told of every row that counts.

    Raises:
        RunError: a row cannot be read, or is of another policy, seed or metric.
    """
    for row in read_episodes(folder):
        place = policy, seed, stage, point, column = place_of(folder, row, of)
        if finished is not None and f"{stage}/{point}" not in finished:
            continue
        key = (seed, row.episode_seed)
        try:
            values = {metric: row.value(metric) for metric in task.metrics}
            hear(place, row)
        except ValueError as error:
            raise RunError(f"{folder}: {error}.") from error
        if row.metrics and RECOGNITION in row.metrics:
            values[RECOGNITION] = row.metrics[RECOGNITION]
        for metric, value in values.items():
            cell = cells[policy, stage, point, column, metric]
            cell.played[key] = Observation(seed, row.cluster, value)
            cell.seen[key] = row.seen


def place_of(folder: Path, row: Episode, of: Mapping[int, str] | None = None) -> Place:
    """Return the policy, seed, stage, point and column of a row of a folder.

    Args:
        of: the policy of each seed whose rows lie there; None for any.

    Raises:
        RunError: its cell says none, or that of another policy or seed.
    """
    try:
        policy, seed, stage, point, column = row.cell.split("/")
        if of is not None and of.get(int(seed)) != policy:
            told = " or ".join(f"{name} seed {number}" for number, name in of.items())
            raise RunError(
                f"{folder}: episode {row.index} is of {row.cell}; expected rows of {told}. Restore "
                f"the file, or start in another folder."
            )
        return policy, int(seed), stage, int(point), column
    except ValueError:
        raise RunError(
            f"{folder}: episode {row.index} is of the cell {row.cell!r}; in a study a cell is "
            f"policy/seed/stage/point/column. Restore the file, or start in another folder."
        ) from None


def check_same_init(folder: Path, known: PlayedByArm, here: PlayedByArm) -> None:
    """Check that a policy's arms in a folder start from the init of those in another study.

    Args:
        known: what that one played.
        here: the same of the folder.

    Raises:
        RunError: their inits play otherwise.
    """
    for (stage, point, column), theirs in here.items():
        ours = known.get((stage, point, column), {}) if stage == "init" else {}
        if any(ours[key].value != theirs[key].value for key in ours.keys() & theirs.keys()):
            raise RunError(
                f"{folder}: its init plays otherwise on {column} than that of another study of the "
                f"same seeds, so their arms cannot be compared. Train both on one kind of machine."
            )

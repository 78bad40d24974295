"""What is reached by those who know nothing: one of them above chance is a fault of the suite.

Judged are random actions, and replies that are the prompt itself, an empty object, or nothing. Who
always walks ahead and the nearest-neighbour baseline are shown beside them: they know something.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.cells import cells_of_suite
from benchmarks.options import EvaluationOptions
from benchmarks.players import EXPERT, REPLIERS, TRAINED, Player, scripted_player
from benchmarks.rollouts import play
from benchmarks.statistics import Estimate, Observation, rate
from benchmarks.suites import Suite
from benchmarks.tasks import TASKS
from benchmarks.tasks.task import MAX_ATTEMPTS

RANDOM = "random"


@dataclass(frozen=True)
class Floor:
    """What one agent reached in one column.

    Attributes:
        judged: whether the agent knows nothing, so that it must not be above chance.
        estimate: of the task's primary metric.
        chance: in that metric.
    """

    agent: str
    column: str
    judged: bool
    estimate: Estimate
    chance: float

    @property
    def too_high(self) -> bool:
        """Whether it is above chance by more than its interval."""
        return self.judged and self.estimate.low > self.chance


def floors(of: Suite, *, size: str = "smoke", others: bool = False) -> Iterator[Floor]:
    """Yield what each agent that knows nothing reaches in each column, points of curves left out.

    Args:
        of: a suite of a task that is known here.
        size: of the suite.
        others: whether agents that know something are played too, but for the expert; the one that
            has trained only in a suite that is split.

    Raises:
        ValueError: the suite has no such size.
    """
    task = TASKS[of.task]
    players = [_scripted(RANDOM, of)]
    players += [_scripted(name, of) for name in REPLIERS]
    if others:
        left_out = {RANDOM, EXPERT, *([TRAINED] if of.folds == 1 else [])}
        names = (name for name in task.references if name not in left_out)
        players += [_scripted(name, of) for name in names]
    for who in players:
        columns = of.columns_for(seen=False, trained=who.seed is not None, controls=True)
        asked = EvaluationOptions(agent=who.name, size=size, columns=columns)
        for column, cell in zip(columns, cells_of_suite(who, of, asked, who.seed)[0]):
            played = play(who.make, cell.id, cell.keywords, cell.episode_seeds)
            values = (Observation(0, p.dealt.cluster, p.value(task.metric)) for p in played)
            judged = who.name == RANDOM or who.name in REPLIERS
            yield Floor(who.name, column, judged, rate(values), task.chance)


def _scripted(name: str, of: Suite) -> Player:
    return scripted_player(name, of, seed=0, max_attempts=MAX_ATTEMPTS)

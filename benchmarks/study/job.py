"""What a job is: one policy, one seed, and the news of its training."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.records import RunRecord
from benchmarks.rollouts import Cell
from benchmarks.statistics import Observation, rate
from benchmarks.study.learners.learner import Learner
from benchmarks.study.points import WEIGHTS
from benchmarks.study.presets import PolicyPreset, Preset
from benchmarks.suites import Suite, sees_pictures
from benchmarks.tasks.task import MAX_ATTEMPTS, Task

Interval = tuple[float, float, float]
"""A mean and the bounds of its 95 % interval, over the hands or routes of one seed."""


@dataclass(frozen=True)
class Job:
    """What one process does.

    Attributes:
        suite: as it is; `played` has the columns and keywords of the preset.
    """

    preset: Preset
    suite: Suite
    policy: str
    seed: int
    folder: Path

    @property
    def settings(self) -> PolicyPreset:
        """The policy's part of the preset."""
        return self.preset.policies[self.policy]

    @property
    def task(self) -> Task:
        """The suite's task, in the metric of the preset."""
        return self.preset.task(self.suite)

    @property
    def played(self) -> Suite:
        """The suite as the preset plays it."""
        return self.preset.applied(self.suite)

    @property
    def name(self) -> str:
        """For people: policy and seed."""
        return f"{self.policy} seed {self.seed}"

    @property
    def minutes(self) -> float:
        """Expected minutes on one core."""
        return sum(self.settings.stages.values())

    def cell(self, learner: Learner, stage: str, point: int, column: str, count: int) -> Cell:
        """Return the first episodes of a column at a point, of one greedy attempt each."""
        suite, sees = self.played, sees_pictures(learner.interface, learner.keywords)
        return Cell(
            name=f"{self.policy}/{self.seed}/{stage}/{point}/{column}",
            id=suite.id(column, learner.interface),
            keywords={
                **suite.keywords(column, self.seed, seen=sees),
                "max_attempts": MAX_ATTEMPTS,
                **learner.keywords,
            },
            episode_seeds=suite.episode_seeds(self.seed, count),
        )

    def kept_weights(self, stage: str, point: int) -> Path | None:
        """Return the file with the weights of a point, None where there is none.

        Jobs of earlier versions kept those of the init and of each arm's last point alone.
        """
        files = [self.folder / WEIGHTS / f"{stage}-{point}.pt"]
        if point == self.settings.ends(self.preset.points).get(stage):
            files.append(self.folder / f"{stage}.pt")
        return next((file for file in files if file.exists()), None)

    def record(self) -> RunRecord:
        """Return what run.json of the job's folder says."""
        preset = self.preset.plain(exclude={"policies", "seeds"})
        return RunRecord(
            kind="job",
            config={
                **preset,
                "policy": self.policy,
                "settings": self.settings.model_dump(mode="json", exclude_none=True),
            },
            seeds=[self.seed],
            suites={self.suite.name: self.suite.digest},
        )


@dataclass(frozen=True)
class Event:
    """News of a job.

    Attributes:
        fraction: of the job's expected time that is done.
        stage: what it is at.
        rates: the primary metric in each column just measured.
        place: where that was, such as "sft 2/5"; "" where nothing was measured.
        flops: compute spent until then, the init included.
    """

    fraction: float
    stage: str
    rates: dict[str, Interval] = field(default_factory=dict)
    place: str = ""
    flops: float = 0.0


Emit = Callable[[Event], None]


def live(observations: Iterable[Observation]) -> Interval:
    """Return a rate with its interval as they are shown while a study runs."""
    estimate = rate(observations)
    return estimate.value, estimate.low, estimate.high

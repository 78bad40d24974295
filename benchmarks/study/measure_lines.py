"""Values of episodes that measures gave, on disk, and their means.

Where a point was measured with several numbers of episodes or samples, one pair of numbers counts
for all seeds: what most of them have, and of such pairs the one with more episodes, then samples.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence, Sized
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from benchmarks.passes import pass_at
from benchmarks.runs import read_lines
from benchmarks.statistics import Observation, bootstrap, rate
from benchmarks.study.cells import CURVE_REPLICATES
from benchmarks.study.folder import described, job_folder
from benchmarks.study.job import Job
from benchmarks.study.measured import Measured, pivot_table
from benchmarks.tables import Table

MEASURES_FOLDER = "measures"

MOST_SAMPLES = 1_000
"""Of an episode."""

_NATS = (-0.01, 1_000.0)
"""A word, or an action. Rounding takes some below 0; 1,000 is more than a float64 can tell, whose
smallest number is e to the power of -745."""


class Line(BaseModel):
    """What one measure of one point on one column gave: lists with an entry an episode.

    Attributes:
        samples, episodes: what was asked.
        parts: those of `facts.PARTS`.
        values: by name: `wins` of `samples`, `kl` in nats, all others shares.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    stage: str
    point: int
    column: str
    measure: str
    episodes: int = Field(ge=1)
    samples: int = Field(ge=1, le=MOST_SAMPLES)
    clusters: list[str]
    parts: dict[str, list[str]]
    values: dict[str, list[float]]

    @model_validator(mode="after")
    def _values_can_be(self) -> Line:
        lists: dict[str, Sized] = {**self.parts, **self.values}
        for name, entries in lists.items():
            if len(entries) != len(self.clusters):
                raise ValueError(
                    f"{name}: expected an entry for each of {len(self.clusters)} episodes; got "
                    f"{len(entries)}"
                )
        bounds = {"wins": (0.0, float(self.samples)), "kl": _NATS}
        for name, values in self.values.items():
            low, high = bounds.get(name, (0.0, 1.0))
            if not all(low <= value <= high for value in values):
                raise ValueError(
                    f"{name}: expected numbers from {low:g} to {high:g}; got {min(values):g} to "
                    f"{max(values):g}"
                )
        if not all(value.is_integer() for value in self.values.get("wins", ())):
            raise ValueError("wins: expected whole numbers")
        return self

    @property
    def asked(self) -> tuple[str, int, str, str, int, int]:
        """What tells this line from others."""
        return self.stage, self.point, self.column, self.measure, self.episodes, self.samples


def jobs_of(folder: Path) -> Iterator[tuple[Job, Path]]:
    """Yield the jobs of a study, and the files of their measures."""
    record, preset, of = described(folder)
    for policy in preset.policies:
        for seed in record.seeds:
            job = Job(preset, of, policy, seed, job_folder(folder, policy, seed))
            yield job, folder / MEASURES_FOLDER / f"{policy}-seed{seed}.jsonl"


def lines_of(path: Path) -> Iterator[Line]:
    """Yield the lines of a file of measures.

    Raises:
        RunError: one is damaged.
    """
    return read_lines(
        path, Line, "It was edited or damaged. Delete that line, and measure it again."
    )


def measured(folder: Path, seeds: Collection[int] | None = None) -> Iterator[Measured]:
    """Yield the means of all that is measured, of some seeds or of all.

    Raises:
        RunError: it is not a study's folder, or what is in it is damaged.
    """
    found: defaultdict[tuple[str, str, int, str, str, str, str], list[Observation]]
    found = defaultdict(list)
    for job, line in _counted(folder, seeds):
        place = job.policy, line.stage, line.point, line.column
        for name, values in _shown(line).items():
            for number, (cluster, value) in enumerate(zip(line.clusters, values)):
                one = Observation(job.seed, cluster, value)
                found[(*place, name, "", "")].append(one)
                for by in line.parts if name == "forced" else ():
                    found[(*place, name, by, line.parts[by][number])].append(one)
    for key, observations in found.items():
        # A divergence is no share, and its interval no score interval.
        make = bootstrap if key[4] == "kl" else rate
        yield Measured(*key, make(observations, replicates=CURVE_REPLICATES))


def _counted(folder: Path, seeds: Collection[int] | None) -> list[tuple[Job, Line]]:
    """Return the lines that count, with their jobs."""
    sizes: dict[tuple[object, ...], dict[tuple[int, int], list[tuple[Job, Line]]]] = {}
    for job, path in jobs_of(folder):
        if seeds is not None and job.seed not in seeds:
            continue
        for line in {line.asked: line for line in lines_of(path)}.values():
            place = job.policy, line.stage, line.point, line.column, line.measure
            of_size = sizes.setdefault(place, {}).setdefault((line.episodes, line.samples), [])
            of_size.append((job, line))
    return [
        one
        for by_size in sizes.values()
        for one in max(by_size.items(), key=lambda item: (len(item[1]), item[0]))[1]
    ]


def _shown(line: Line) -> dict[str, list[float]]:
    """Return the values of a line by the names that they are shown by."""
    values = dict(line.values)
    wins = values.pop("wins", [])
    for k in (2**power for power in range(line.samples.bit_length())):
        if wins:
            values[f"pass@{k}"] = [pass_at(k, int(won), line.samples - int(won)) for won in wins]
    return values


def measures_tables(numbers: Sequence[Measured]) -> list[Table]:
    """Return what was measured as tables."""
    table = pivot_table(
        "Measured of the weights of points, in percent; kl in nats a word or action",
        [one for one in numbers if not one.by],
        lambda one: one.measure,
        note=(
            "pass@k: of k samples at temperature 1 at least one succeeds. kl: divergence from the "
            "init over sampled replies. revision: with all attempts; revision_room: whether they "
            "fitted into the context. forced: the right reading is given. unlisted: turns are not "
            "listed."
        ),
    )
    return [table] if table.rows else []

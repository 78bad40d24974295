"""Values of episodes that measures gave, on disk, and their means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from benchmarks.passes import pass_at
from benchmarks.runs import read_lines
from benchmarks.statistics import Observation, bootstrap, rate
from benchmarks.study.cells import CURVE_REPLICATES, described, job_folder
from benchmarks.study.jobs import Job
from benchmarks.study.measured import Measured, pivot_table
from benchmarks.tables import Table

MEASURES_FOLDER = "measures"


class Line(BaseModel):
    """What one measure of one point on one column gave: lists with an entry an episode.

    `parts` are those of `facts.PARTS`; `samples` and `episodes` say what was asked.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    stage: str
    point: int
    column: str
    measure: str
    episodes: int
    samples: int
    clusters: list[str]
    parts: dict[str, list[str]]
    values: dict[str, list[float]]

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


def measured(folder: Path) -> Iterator[Measured]:
    """Yield the means of all that is measured; of what was measured twice, the later counts.

    Raises:
        RunError: it is not a study's folder, or what is in it is damaged.
    """
    found: defaultdict[tuple[str, str, int, str, str, str, str], list[Observation]]
    found = defaultdict(list)
    for job, path in jobs_of(folder):
        lines = {line.asked[:4]: line for line in read_lines(path, Line)}
        for line in lines.values():
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

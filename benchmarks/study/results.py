"""From the folder of a study to its numbers: final rates, paired differences, curves.

All of it is recomputed from the rows on disk, so a table can be made while a study still runs, and
again years later.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.records import RunRecord
from benchmarks.runs import RunError, read_episodes, read_json, read_record
from benchmarks.statistics import REPLICATES, Estimate, Observation, paired_difference, rate
from benchmarks.study.jobs import ARMS, POINTS_FILE
from benchmarks.suites import suite

REFERENCES = ("random", "memoriser", "expert")
STAGES = ("init", *ARMS)
PRIMARY = ("rl", "sft", "rule_ood")
"""The primary endpoint, declared before any run: RL - SFT on the column rule_ood."""

CURVE_REPLICATES = 2_000


@dataclass(frozen=True)
class Rate:
    """Success of one arm on one column, at its last checkpoint.

    Attributes:
        seen, new: the same, of the hands whose values training showed and of those it did not;
            None where there are none, or it is not known.
    """

    policy: str
    arm: str
    column: str
    success: Estimate
    seen: Estimate | None
    new: Estimate | None


@dataclass(frozen=True)
class Difference:
    """`first - second` on one column, on the same episodes of the same seeds."""

    policy: str
    first: str
    second: str
    column: str
    success: Estimate


@dataclass(frozen=True)
class CurvePoint:
    """One checkpoint of one arm on one column; `flops` is a mean over seeds and counts the init."""

    policy: str
    arm: str
    point: int
    column: str
    flops: float
    success: Estimate


@dataclass(frozen=True)
class Results:
    """All that a study found."""

    record: RunRecord
    columns: tuple[str, ...]
    policies: tuple[str, ...]
    rates: list[Rate]
    differences: list[Difference]
    curves: list[CurvePoint]

    def rate(self, policy: str, arm: str, column: str) -> Rate | None:
        """Return one cell of the table, or None where it was not measured yet."""
        wanted = (policy, arm, column)
        return next((r for r in self.rates if (r.policy, r.arm, r.column) == wanted), None)

    def primary(self) -> list[Difference]:
        """Return the primary endpoint of each policy that has it."""
        return [d for d in self.differences if (d.first, d.second, d.column) == PRIMARY]

    def plain(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "asked": self.record.asked(),
            "rates": [asdict(rate) for rate in self.rates],
            "differences": [asdict(difference) for difference in self.differences],
            "curves": [asdict(point) for point in self.curves],
        }


@dataclass
class _Cell:
    """One policy, stage, point and column over all seeds."""

    played: dict[tuple[int, int], Observation]
    seen: dict[tuple[int, int], bool | None]

    def estimate(self, replicates: int = REPLICATES) -> Estimate:
        return rate(self.played.values(), replicates=replicates)

    def part(self, seen: bool) -> Estimate | None:
        chosen = [self.played[key] for key, flag in self.seen.items() if flag is seen]
        return rate(chosen) if chosen else None


def job_folder(folder: Path, policy: str, seed: int) -> Path:
    """Return where the job of a policy and a seed lies in a study's folder."""
    return folder / "jobs" / f"{policy}-seed{seed}"


def load_results(folder: Path) -> Results:
    """Read a study's folder, finished or not.

    Raises:
        RunError: it is not a study's folder.
    """
    record = read_record(folder)
    if record.kind != "study":
        raise RunError(f"{folder} holds a run of kind {record.kind!r}, not a study.")
    policies = tuple(record.config["policies"])
    last = record.config["points"]
    columns = tuple(suite(next(iter(record.suites))).columns)
    cells: dict[tuple[str, str, int, str], _Cell] = defaultdict(lambda: _Cell({}, {}))
    flops: dict[tuple[str, str, int], list[float]] = defaultdict(list)
    _read(folder, None, cells)
    for policy in policies:
        for seed in record.seeds:
            job = job_folder(folder, policy, seed)
            book = read_json(job / POINTS_FILE) or {"points": {}}
            for done in book["points"].values():
                flops[policy, done["stage"], done["point"]].append(done["flops"])
            _read(job, set(book["points"]), cells)

    rates, differences = [], []
    for policy in ("reference", *policies):
        stages = REFERENCES if policy == "reference" else STAGES
        for arm in stages:
            for column in columns:
                key = (policy, arm, last if arm in ARMS else 0, column)
                if key in cells:
                    cell = cells[key]
                    parts = cell.part(True), cell.part(False)
                    rates.append(Rate(policy, arm, column, cell.estimate(), *parts))
        for first, second in (("rl", "sft"), ("rl", "init"), ("sft", "init")):
            for column in columns:
                ends = [
                    cells.get((policy, arm, last if arm in ARMS else 0, column))
                    for arm in (first, second)
                ]
                if ends[0] and ends[1] and ends[0].played.keys() & ends[1].played.keys():
                    estimate = paired_difference(ends[0].played, ends[1].played)
                    differences.append(Difference(policy, first, second, column, estimate))
    curves = [
        CurvePoint(policy, arm, point, column, sum(spent) / len(spent), estimate)
        for (policy, arm, point), spent in sorted(flops.items())
        for column in record.config["curve_columns"]
        for estimate in [cells[policy, arm, point, column].estimate(CURVE_REPLICATES)]
    ]
    return Results(record, columns, policies, rates, differences, curves)


def _read(
    folder: Path,
    finished: set[str] | None,
    cells: dict[tuple[str, str, int, str], _Cell],
) -> None:
    """Sort a folder's rows into cells; `finished` names the points that count, None for all."""
    for row in read_episodes(folder):
        policy, seed, stage, point, column = row.cell.split("/")
        if finished is not None and f"{stage}/{point}" not in finished:
            continue
        cell = cells[policy, stage, int(point), column]
        key = (int(seed), row.episode_seed)
        cell.played[key] = Observation(int(seed), row.cluster, float(row.success))
        cell.seen[key] = row.values_seen

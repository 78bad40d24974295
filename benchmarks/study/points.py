"""points.json of a job: its looks at the init's competence, and the points that are measured."""

from __future__ import annotations

import filecmp
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from benchmarks.records import first_of
from benchmarks.runs import RunError, read_json

POINTS_FILE = "points.json"

_MOST_NAMED = 4
"""Files that an error names; the rest are counted."""

WEIGHTS = "weights"
"""Folder of a job with the weights at each point, such as sft-3.pt."""


class Point(BaseModel):
    """A checkpoint that is measured.

    Attributes:
        flops: those spent until then, the init included.
        episodes: demonstrations learned from, or episodes played, in its stage until then; None in
            points of earlier versions.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    stage: str
    point: int = Field(ge=0)
    flops: float = Field(ge=0.0)
    episodes: int | None = Field(default=None, ge=0)


class _Look(BaseModel):
    """A look at the init's competence, which has its metric and what was spent beside these."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)
    __pydantic_extra__: dict[str, float]

    flops: float = Field(ge=0.0)


class _Book(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False)

    weights: int = 0
    validation: dict[Annotated[str, Field(pattern=r"^\d+$")], _Look] = Field(default_factory=dict)
    points: dict[str, Point] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_are_of_points(self) -> _Book:
        for name, told in self.points.items():
            if name != f"{told.stage}/{told.point}":
                raise ValueError(f"points: {name!r} is {told.stage}/{told.point}")
        return self


def read_book(job: Path) -> dict[str, Any] | None:
    """Return the contents of a job's points.json, with `validation` and `points`; None without one.

    Raises:
        RunError: the file is damaged.
    """
    path = job / POINTS_FILE
    book: Any = read_json(path)
    if book is None:
        return None
    _checked(path, book)
    # A job that has begun may have neither yet.
    return {"validation": {}, "points": {}, **book}


def read_points(job: Path) -> dict[str, Point]:
    """Return the measured checkpoints of a job by their names, such as "sft/2".

    Raises:
        RunError: the file is damaged.
    """
    path = job / POINTS_FILE
    book = read_json(path)
    return {} if book is None else _checked(path, book).points


def read_looks(job: Path, metric: str) -> list[tuple[float, float]]:
    """Return the compute and the competence of each look at a job's init, in order.

    Args:
        metric: of competence.

    Raises:
        RunError: the file is damaged, or looked at something else.
    """
    looks = (read_book(job) or {"validation": {}})["validation"].values()
    if any(metric not in look for look in looks):
        raise RunError(
            f"{job / POINTS_FILE} has a look at the init without {metric}. The file was edited or "
            f"damaged; restore it, or start in another folder."
        )
    return [(look["flops"], look[metric]) for look in looks]


def check_stages(path: Path, told: Iterable[tuple[str, int]], ends: Mapping[str, int]) -> None:
    """Refuse a points.json that tells of points that its job has not.

    Args:
        path: of the file.
        told: stages and points that it tells of.
        ends: the last point of each stage of the job.

    Raises:
        RunError: there is one.
    """
    for stage, point in told:
        if point > ends.get(stage, -1):
            raise RunError(
                f"{path} tells of {stage}/{point}: this job has the stages {', '.join(ends)}, of "
                f"{max(ends.values())} points each after the init. Restore the file, or start in "
                f"another folder."
            )


def tells_of(book: Mapping[str, Any], stage: str, points: int) -> bool:
    """Whether points.json has what a finished stage leaves there.

    Args:
        book: its contents.
        points: of each arm.
    """
    if stage == "init":
        return bool(book["validation"])
    return all(f"{stage}/{point}" in book["points"] for point in range(1, points + 1))


def check_told(folder: Path, book: Mapping[str, Any], ends: Mapping[str, int]) -> None:
    """Refuse a job's folder whose points.json does not tell of the weights that lie there.

    An arm would be measured at its early points with later weights.

    Args:
        book: what points.json holds, or is to hold where there is none.
        ends: the last point of each stage.

    Raises:
        RunError: it does not, or tells of a stage that there is not.
    """
    path = folder / POINTS_FILE
    check_stages(path, [(told["stage"], told["point"]) for told in book["points"].values()], ends)
    saved = {file.relative_to(folder).as_posix() for file in folder.rglob("*.pt")}
    # Without a look the init has no points.json in earlier versions, and goes on from its state.
    untold = saved - {"init.resume.pt"}
    if path.exists():
        untold = {f"{stage}.pt" for stage in ends if not tells_of(book, stage, ends[stage])} & saved
        for stage, last in ends.items():
            ahead = {
                f"{WEIGHTS}/{stage}-{point}.pt"
                for point in range(1, last + 1)
                if f"{stage}/{point}" not in book["points"]
            } & saved
            # A job that was killed between the two writes has those of one point more.
            untold |= ahead if len(ahead) > 1 else set()
    for stage, last in ends.items():
        end, point = folder / f"{stage}.pt", folder / WEIGHTS / f"{stage}-{last}.pt"
        if end.exists() and point.exists() and not filecmp.cmp(end, point, shallow=False):
            raise RunError(
                f"{end} and {WEIGHTS}/{point.name} are of one point and differ, so one of them is "
                f"from elsewhere. Restore it, or delete {folder}: this job is then done again."
            )
    if untold:
        first, more = sorted(untold)[:_MOST_NAMED], len(untold) - _MOST_NAMED
        named = ", ".join(first) + (f" and {more} more" if more > 0 else "")
        raise RunError(
            f"{folder} has {named}, and {POINTS_FILE} does not tell what was "
            f"measured there. Restore {POINTS_FILE}, or delete {folder}: this job is then done "
            f"again, to the same numbers on a machine of the same kind."
        )


def _checked(path: Path, book: Any) -> _Book:
    try:
        return _Book.model_validate(book)
    except ValidationError as error:
        raise RunError(
            f"{path} does not hold the points of a job: {first_of(error)}. The file was edited or "
            f"damaged; restore it, or start in another folder."
        ) from error

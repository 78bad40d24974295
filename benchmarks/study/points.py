"""points.json of a job: its looks at the init's competence, and the points that are measured."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

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


class _Book(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False)

    weights: int = 0
    validation: dict[str, dict[str, float]] = Field(default_factory=dict)
    points: dict[str, Point] = Field(default_factory=dict)


def read_book(job: Path) -> dict[str, Any] | None:
    """Return the contents of a job's points.json, None where there is none yet.

    Raises:
        RunError: the file is damaged.
    """
    path = job / POINTS_FILE
    book: Any = read_json(path)
    if book is None:
        return None
    return {**_checked(path, book).model_dump(), **book}


def read_points(job: Path) -> dict[str, Point]:
    """Return the measured checkpoints of a job by their names, such as "sft/2".

    Raises:
        RunError: the file is damaged.
    """
    path = job / POINTS_FILE
    book = read_json(path)
    return {} if book is None else _checked(path, book).points


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
    if unknown := {told["stage"] for told in book["points"].values()} - ends.keys():
        raise RunError(
            f"{path} tells of {min(unknown)}, which is no stage of this job: expected "
            f"{', '.join(ends)}. Restore the file, or start in another folder."
        )
    saved = {file.relative_to(folder).as_posix() for file in folder.rglob("*.pt")}
    untold = set(saved)
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
    if untold:
        first, more = sorted(untold)[:_MOST_NAMED], len(untold) - _MOST_NAMED
        named = ", ".join(first) + (f" and {more} more" if more > 0 else "")
        raise RunError(
            f"{folder} has {named}, and {POINTS_FILE} does not tell what was "
            f"measured there. Restore {POINTS_FILE}, or delete {folder}: this job is then done "
            f"again, to the same numbers."
        )


def _checked(path: Path, book: Any) -> _Book:
    try:
        return _Book.model_validate(book)
    except ValidationError as error:
        raise RunError(
            f"{path} does not hold the points of a job: {first_of(error)}. The file was edited or "
            f"damaged; restore it, or start in another folder."
        ) from error

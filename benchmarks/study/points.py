"""points.json of a job: its looks at the init's competence, and the points that are measured."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmarks.records import first_of
from benchmarks.runs import RunError, read_json

POINTS_FILE = "points.json"


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


def _checked(path: Path, book: Any) -> _Book:
    try:
        return _Book.model_validate(book)
    except ValidationError as error:
        raise RunError(
            f"{path} does not hold the points of a job: {first_of(error)}. The file was edited or "
            f"damaged; restore it, or start in another folder."
        ) from error

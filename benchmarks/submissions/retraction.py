"""Retraction: a submission goes, and a tombstone says what it was, when it went and why."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError

from benchmarks.bounded import read_whole
from benchmarks.records import first_of
from benchmarks.runs import RunError
from benchmarks.submissions.folders import EARLIER
from benchmarks.submissions.format import (
    FILES,
    SUBMISSION_FILE,
    Day,
    Digest,
    Part,
    Plain,
)
from benchmarks.submissions.plain import plain_line
from benchmarks.submissions.yaml_file import MOST_BYTES, parse_submission, parse_yaml, yaml_text
from shiftgym.atomic import write_atomically

TOMBSTONE_FILE = "retracted.yaml"

Reason = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(plain_line)]


class Tombstone(Part):
    """retracted.yaml, all that is left of a submission.

    Attributes:
        name, model, suites: of the submission.
        submitted, retracted: the days.
        reason: why, a line.
    """

    schema_version: Literal[1] = 1
    name: Plain
    model: Plain
    suites: dict[Plain, Digest] = Field(min_length=1, max_length=1)
    submitted: Day
    retracted: Day
    reason: Reason


def retract(folder: Path, reason: str, day: date | None = None) -> Tombstone:
    """Replace what a submission holds by a tombstone.

    It needs not hold to be retracted. Cut off in between, the same command goes on.

    Args:
        reason: a line that anybody may read.
        day: of the retraction, None for today.

    Raises:
        RunError: there is no submission, or the reason is no plain line.
        OSError: a file cannot be read, written or removed.
    """
    if folder.is_symlink():
        raise RunError(f"{folder} is a symbolic link, and links are not followed.")
    try:
        tombstone = read_tombstone(folder)
        if tombstone is None:
            told = parse_submission(read_whole(folder / SUBMISSION_FILE, MOST_BYTES))
            tombstone = Tombstone(
                name=told.name,
                model=told.model,
                suites=told.suites,
                submitted=told.date,
                retracted=day or date.today(),
                reason=reason,
            )
    except FileNotFoundError as error:
        raise RunError(f"{folder} has no {SUBMISSION_FILE}, so nothing is retracted.") from error
    except ValidationError as error:
        raise RunError(f"It cannot be retracted so: {first_of(error)}.") from error
    except ValueError as error:
        raise RunError(f"{folder} cannot be retracted: {error}") from error
    write_atomically(folder / TOMBSTONE_FILE, yaml_text(tombstone))
    for name in FILES:
        (folder / name).unlink(missing_ok=True)
    if (folder / EARLIER).is_symlink():
        (folder / EARLIER).unlink()
    elif (folder / EARLIER).exists():
        shutil.rmtree(folder / EARLIER)
    return tombstone


def read_tombstone(folder: Path) -> Tombstone | None:
    """Return the tombstone in a folder, None where there is none.

    Raises:
        ValueError: it is a link, or does not say what it has to.
        OSError: it cannot be read.
    """
    path = folder / TOMBSTONE_FILE
    if not path.is_symlink() and not path.exists():
        return None
    return parse_yaml(read_whole(path, MOST_BYTES), Tombstone, TOMBSTONE_FILE)

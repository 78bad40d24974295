"""What submission.yaml says: who played what, and how."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    model_validator,
)

from benchmarks.submissions.plain import plain_line
from benchmarks.suites import ColumnName, SizeName

SUBMISSION_FILE = "submission.yaml"
ROWS_FILE, LOG_FILE = "episodes.jsonl.xz", "replies.jsonl.xz"
FILES = (SUBMISSION_FILE, ROWS_FILE, LOG_FILE)
"""All that a submission may hold."""


def _identifier(text: str) -> str:
    """Return a licence's identifier or a version, of few kinds of characters.

    Raises:
        ValueError: it has others.
    """
    if not re.fullmatch(r"\w[\w.+() -]*", text, re.ASCII):
        raise ValueError("expected letters, digits, dots, hyphens and plus signs")
    return text


def _day(told: Any) -> Any:
    """Return a day as it was told.

    Raises:
        ValueError: it is a number, or has an hour.
    """
    if isinstance(told, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", told, re.ASCII):
        return told
    if type(told) is date:
        return told
    raise ValueError("expected a day such as 2026-11-28")


Plain = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(plain_line)]
Day = Annotated[date, BeforeValidator(_day)]
Identifier = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_identifier)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
Checksum = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Part(BaseModel):
    """Plain data of a file: frozen, and without fields that nobody knows."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class TrainedOn(Part):
    """The part of a task's hands or routes that training has shown.

    Attributes:
        split: of the task.
        seed: of the study, which names the fold.
        fold: (k, n, v) of the suite: what is tested is part k of n, which training left out.
    """

    split: Literal["train"] = "train"
    seed: StrictInt = Field(ge=0, lt=2**31)
    fold: tuple[StrictInt, StrictInt, StrictInt]


class Settings(Part):
    """How the suite was played.

    Attributes:
        interface: of the ids: "", "-Image" or "-Text".
        size: of the suite, such as "standard".
        max_attempts: of an episode.
        images, image_size, strict: keywords of text ids for models.
        template: keyword of text ids for agents that were trained on one wording.
    """

    interface: Literal["", "-Image", "-Text"]
    size: SizeName
    max_attempts: StrictInt = Field(default=1, ge=1, le=10)
    images: Literal[True] | None = None
    image_size: StrictInt | None = Field(default=None, ge=1, le=4096)
    strict: Literal[True] | None = None
    template: ColumnName | None = None

    def keywords(self) -> dict[str, Any]:
        """Return those keywords of the environments that the player asked for."""
        named = ("images", "image_size", "strict", "template")
        return self.model_dump(include=set(named), exclude_none=True)


class Submission(Part):
    """submission.yaml.

    Attributes:
        name: of the entry.
        model: the player, with which the names of the rows' cells begin.
        date: on which it was submitted.
        link: to a page about it, "" for none.
        licence: of the replies and of this file, an SPDX identifier.
        track: a stock model; a scaffold around one, or another program; an agent that was trained
            on the task; a reference, one of the scripted agents of shiftgym.
        trained_on: of the track "trained", and of references that have trained.
        weights: digest of the weights file that played, None where none did.
        suites: name and digest of the suite.
        sampling: of a model behind an endpoint, text of any form among it; None for other players,
            which have no response log.
        versions: of the packages, for each kind of session.
        rejudged: the day on which a later version of the suite judged it; None for never.
        files: SHA-256 of each of the other files.
    """

    schema_version: Literal[1] = 1
    name: Plain
    model: Plain
    date: Day
    link: Annotated[str, Field(pattern=r"^(https://[\w.-]+(:\d+)?(/[\w./~%#?=&+@:-]*)?)?$")] = (
        Field(default="", max_length=300)
    )
    licence: Identifier
    track: Literal["stock", "scaffold", "trained", "reference"]
    trained_on: TrainedOn | None = None
    weights: Digest | None = None
    settings: Settings
    sampling: dict[str, Any] | None = None
    suites: dict[Plain, Digest] = Field(min_length=1, max_length=1)
    versions: list[dict[Identifier, Identifier]] = Field(min_length=1, max_length=100)
    rejudged: Day | None = None
    files: dict[Literal["episodes.jsonl.xz", "replies.jsonl.xz"], Checksum]

    @model_validator(mode="after")
    def _fits_together(self) -> Submission:
        if self.trained_on is None and self.track == "trained":
            raise ValueError("the track trained has trained_on, with the fold of its training")
        if self.trained_on is not None and self.track in ("stock", "scaffold"):
            raise ValueError(
                f"the track {self.track} has no trained_on: who has not trained plays all"
            )
        if self.weights is not None and self.track != "trained":
            raise ValueError("weights of a study have trained on the task: expected track trained")
        if self.track == "stock" and self.sampling is None:
            raise ValueError("a stock model has sampling, {} where all was left to the endpoint")
        if self.track == "reference" and self.sampling is not None:
            raise ValueError("a reference is a scripted agent and has no sampling")
        if (LOG_FILE in self.files) != (self.sampling is not None):
            raise ValueError(f"{LOG_FILE} belongs to a model behind an endpoint, and only there")
        if ROWS_FILE not in self.files:
            raise ValueError(f"files: expected the SHA-256 of {ROWS_FILE}")
        return self


def unsafe(told: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Yield what in plain data of a stranger holds text that is not `Plain`, keys included."""
    for key, value in told.items():
        place = f"{path}.{key}" if path else str(key)
        for text in (key, value):
            if isinstance(text, str):
                try:
                    plain_line(text)
                except ValueError as error:
                    yield f"{place}: {error}"
        if isinstance(value, Mapping):
            yield from unsafe(value, place)

"""The journal of a run whose replies cost money: replies.jsonl, one line a reply, as it comes.

A row of episodes.jsonl is written when its episode is over; a reply is written down before the
environment sees it. So a run that is killed pays again for nothing that has come back.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from agents.chat_answers import ChatReply
from agents.no_answer import NoAnswer
from agents.vision.chats import pictures_told, without_pictures
from benchmarks.runs import LineFile, RunError, read_lines

REPLIES_FILE, FAULTS_FILE = "replies.jsonl", "faults.jsonl"


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    cell: str
    index: int = Field(ge=0, description="number of the episode within its cell")
    attempt: int = Field(ge=0, description="number of the reply within its episode, from 0")


class ReplyLine(_Line):
    """One reply. `None` stands for what the endpoint did not tell."""

    asked: str = Field(description="digest of the messages that it answers")
    reply: str
    finish_reason: str | None = None
    no_answer: NoAnswer | None = Field(
        default=None, description="why there is no answer; unknown in lines of earlier versions"
    )
    error: str | None = Field(default=None, description="what the endpoint sent in its place")
    reasoning: str | None = Field(
        default=None, description="thoughts sent apart from the reply; never read for the answer"
    )
    prompt_tokens: int | None = None
    completion_tokens: int | None = Field(default=None, description="those of thoughts included")
    reasoning_tokens: int | None = None
    served: str | None = Field(default=None, description="the model, as the endpoint names it")
    pictures: list[str] | None = Field(
        default=None, description="digests of the pictures in the messages, which are not kept"
    )
    seal: str | None = Field(
        default=None, description="of the line and of what was asked for, see `benchmarks.seals`"
    )


class Asked(NamedTuple):
    """The messages that a reply answers.

    Attributes:
        digest: of them.
        pictures: digests of the pictures in them.
    """

    digest: str
    pictures: list[str]

    @classmethod
    def of(cls, messages: Sequence[Mapping[str, Any]]) -> Asked:
        """Return the digests of messages.

        Of a picture the pixels count: two machines may write them as PNG in other bytes.
        """
        without = without_pictures(messages)
        digest = hashlib.sha256(_in_order(without).encode()).hexdigest()[:16]
        return cls(digest, pictures_told(without))


_in_order = json.JSONEncoder(sort_keys=True).encode


def reply_line(reply: ChatReply, asked: Asked, **where: Any) -> ReplyLine:
    """Return the line of a reply, without a seal.

    Args:
        reply: that came.
        asked: what it answers.
        where: the line's cell, index and attempt.
    """
    return ReplyLine(
        **where,
        asked=asked.digest,
        reply=reply.text,
        finish_reason=reply.finish_reason,
        no_answer=reply.no_answer,
        error=reply.error,
        reasoning=reply.reasoning,
        prompt_tokens=reply.prompt_tokens,
        completion_tokens=reply.completion_tokens,
        reasoning_tokens=reply.reasoning_tokens,
        served=reply.served,
        pictures=asked.pictures or None,
    )


class FaultLine(_Line):
    """One request that had no reply after all retries; a later session may have had it."""

    when: str = Field(description="UTC, ISO 8601")
    fault: str
    no_answer: NoAnswer | None = Field(
        default=None, description="whether the endpoint itself ended the reply with an error"
    )


@dataclass
class _Batch:
    """Lines that are written together."""

    lines: list[ReplyLine | FaultLine] = field(default_factory=list)
    failure: OSError | None = None


class Journal:
    """The open journal of a run's folder, which the run's lock keeps to one process.

    Tasks of one event loop may share it. Use as a context manager.

    Args:
        folder: of the run.
        done: says of which episodes, by cell and index, no reply is needed any more.

    Raises:
        RunError: a line is damaged.
    """

    def __init__(self, folder: Path, done: Callable[[str, int], bool]) -> None:
        self._folder = folder
        lines = read_lines(folder / REPLIES_FILE, ReplyLine)
        self._known = {
            (line.cell, line.index, line.attempt): line
            for line in lines
            if not done(line.cell, line.index)
        }
        self._replies = LineFile(folder / REPLIES_FILE)
        self._faults = LineFile(folder / FAULTS_FILE)
        self._writing = asyncio.Lock()
        self._next = _Batch()

    def begun(self, cell: str, index: int) -> bool:
        """Whether an earlier session has had a reply in this episode."""
        return (cell, index, 0) in self._known

    def find(self, cell: str, index: int, attempt: int, asked: str) -> ReplyLine | None:
        """Return the reply that came in an earlier session, None where there is none.

        Raises:
            RunError: it answered other messages than those of this digest.
        """
        line = self._known.get((cell, index, attempt))
        if line is not None and line.asked != asked:
            raise RunError(
                f"Episode {index} of {cell} now asks something else than what reply {attempt} in "
                f"{self._folder / REPLIES_FILE} answers. Go on with the version that asked, or "
                f"start in another folder."
            )
        return line

    async def append(self, line: ReplyLine | FaultLine) -> None:
        """Write a line; when it returns the line survives a power cut.

        What comes while others are written waits, and is then written together.

        Raises:
            OSError: the disk is full or broken; the lines before it stay whole.
        """
        batch = self._next
        batch.lines.append(line)
        async with self._writing:
            if batch is self._next:
                self._next = _Batch()
                try:
                    await asyncio.to_thread(self.write, batch.lines)
                except OSError as error:
                    batch.failure = error
        if batch.failure is not None:
            raise batch.failure

    def write(self, lines: Sequence[ReplyLine | FaultLine]) -> None:
        """Write lines together, from one thread at a time; they survive as for `append`.

        Raises:
            OSError: the disk is full or broken; the lines before them stay whole.
        """
        for file, kind in ((self._replies, ReplyLine), (self._faults, FaultLine)):
            data = [
                line.model_dump_json(exclude_none=True).encode() + b"\n"
                for line in lines
                if isinstance(line, kind)
            ]
            if data:
                file.append(b"".join(data))

    def close(self) -> None:
        """Close the files."""
        self._replies.close()
        self._faults.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

"""The response log of a claim: checked line by line, and kept without the texts."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from pydantic import ValidationError

from agents.chat_answers import LONGEST_NAME, MOST_TOKENS
from agents.no_answer import NoAnswer, why_no_answer
from benchmarks.bounded import bounded_lines
from benchmarks.records import Episode, first_of
from benchmarks.replies import Asked, ReplyLine
from benchmarks.seals import request_digest, seal_of, unsealed, written
from benchmarks.submissions.claims import Claim
from benchmarks.submissions.problems import Problems
from shiftgym.files import brief
from shiftgym.sanitize import for_terminal


class _Known(NamedTuple):
    asked: str
    reply: bytes
    tokens: int
    pictures: tuple[str, ...]


class ResponseLog:
    """What the lines of a response log say, without the texts.

    Attributes:
        served: how many replies came from which model, as the endpoint names it.
        tokens: of the replies, as the endpoint counts them.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], dict[int, _Known]] = {}
        self.served: Counter[str] = Counter()
        self.tokens = 0

    def add(self, line: ReplyLine) -> bool:
        """Keep a line; return whether it is the first of its attempt."""
        attempts = self._known.setdefault((line.cell, line.index), {})
        if line.attempt in attempts:
            return False
        tokens = line.completion_tokens or 0
        attempts[line.attempt] = _Known(
            line.asked, _hash(line.reply), tokens, tuple(line.pictures or ())
        )
        self.tokens += tokens
        if line.served:
            self.served[line.served] += 1
        return True

    def unused(self, places: Collection[tuple[str, int]]) -> Iterator[tuple[str, int]]:
        """Yield the cell and the index of episodes that are not among these places."""
        return (place for place in self._known if place not in places)

    def problems(self, row: Episode, chat: Sequence[Asked]) -> Iterator[str]:
        """Yield where a row and the log do not say the same; `chat` is what its replay asked."""
        known, replies = self._known.get((row.cell, row.index), {}), row.replies or []
        if sorted(known) != list(range(len(replies))):
            yield (
                f"the response log has the replies {brief(sorted(known))} of this episode, and the "
                f"row has {len(replies)}"
            )
            return
        for attempt, reply in enumerate(replies):
            line = known[attempt]
            if line.reply != _hash(reply):
                yield f"reply {attempt} is not the one in the response log"
            elif line.asked != chat[attempt].digest:
                yield f"reply {attempt} answers another prompt than the one of this episode"
            elif line.pictures != tuple(chat[attempt].pictures):
                yield f"reply {attempt} answers other pictures than those of this episode"
        tokens = sum(line.tokens for line in known.values())
        if row.tokens != tokens:
            yield f"tokens are {row.tokens}, and {tokens} in the response log"


def read_log(claim: Claim, cells: Collection[str], problems: Problems) -> ResponseLog:
    """Read the response log of a model.

    Args:
        cells: names of the cells that there are.
        problems: told of lines that are of no episode, damaged, or there twice.

    Raises:
        ValueError: the file cannot be read to its end.
        OSError: it is not there.
    """
    log, requests = ResponseLog(), request_digests(claim)
    for number, data in enumerate(bounded_lines(claim.folder / claim.log), start=1):
        place, told = f"{claim.log}, line {number}", ""
        try:
            line = ReplyLine.model_validate_json(data)
        except ValidationError as error:
            problems.add(f"{place} is no reply: {first_of(error)}.")
            continue
        if line.cell not in cells:
            told = " is of a cell that is not played"
        elif not log.add(line):
            told = " is there twice"
        elif problem := next(_problems_of_line(line, data, requests), ""):
            told = f": {problem}"
        if told:
            cell = for_terminal(line.cell)
            problems.add(f"{place} (reply {line.attempt} of episode {line.index} of {cell}){told}.")
    return log


def request_digests(claim: Claim) -> list[str]:
    """Return the digests of what may have been asked for, one for each kind of session."""
    sampling = claim.sampling or {}
    return [request_digest(claim.player, sampling, one) for one in claim.versions]


def _problems_of_line(line: ReplyLine, data: bytes, requests: list[str]) -> Iterator[str]:
    told = unsealed(line)
    if line.seal is None or line.seal not in [seal_of(told, request) for request in requests]:
        yield (
            "its seal is not that of this line with the model, the sampling and the versions that "
            "are named: one of them was edited"
        )
        return
    if written(told, line.seal) != data:
        yield "it is not written as shiftgym writes it"
    for name in ("prompt_tokens", "completion_tokens", "reasoning_tokens"):
        count = getattr(line, name)
        if count is not None and not 0 <= count <= MOST_TOKENS:
            yield f"{name} are {count}, expected 0 to {MOST_TOKENS}"
    if line.served is not None and for_terminal(line.served)[:LONGEST_NAME] != line.served:
        yield (
            f"the name of the served model has control characters, or more than {LONGEST_NAME} "
            f"characters"
        )
    if not _may_follow(line.no_answer, line):
        yield f"no_answer is {line.no_answer}, which does not follow from the reply and its end"


def _may_follow(reason: NoAnswer | None, line: ReplyLine) -> bool:
    """Whether this may be why there is no answer in a line, as far as it tells."""
    if line.error is not None:
        final = (NoAnswer.OVERFLOW, NoAnswer.FILTERED, NoAnswer.TOO_LONG)
        return line.reply == "" and reason in final
    # Nothing in a line says that the endpoint marked a refusal, or that a tool was called.
    return any(
        reason
        == why_no_answer(
            line.reply, finish_reason=line.finish_reason, refused=refused, called_tool=called
        )
        for refused, called in product((False, True), repeat=2)
    )


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:16]

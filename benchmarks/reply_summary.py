"""What stands above the tables of a model: why there were no answers, tokens, who served it.

All of it is counted in the response log, so that it can be counted again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from agents.no_answer import NoAnswer, why_no_answer
from benchmarks.replies import FAULTS_FILE, REPLIES_FILE, FaultLine, ReplyLine
from benchmarks.runs import read_lines
from benchmarks.tables import Table, percent
from shiftgym.thoughts import outside_thoughts

WORTH_A_WARNING = 0.05
"""The share of a cell's replies without an answer that is pointed out."""

_MOST_NAMES = 5
"""That are shown of the models that replied."""

_MEND: Mapping[NoAnswer, tuple[str, str]] = {
    NoAnswer.EMPTY: (
        "empty",
        "Models that think may need a higher --max-tokens, or less thinking by --extra-body "
        '\'{"reasoning_effort": "low"}\'; replies.jsonl keeps what they thought.',
    ),
    NoAnswer.CUT: (
        "cut",
        "Raise --max-tokens (for some endpoints max_completion_tokens in --extra-body).",
    ),
    NoAnswer.REFUSED: (
        "refused",
        "replies.jsonl keeps what was said; safety settings of the endpoint go into --extra-body.",
    ),
    NoAnswer.FILTERED: ("filtered", "Safety settings of the endpoint go into --extra-body."),
    NoAnswer.TOOL_CALL: (
        "tool call only",
        'Forbid tools by --extra-body \'{"tool_choice": "none"}\'.',
    ),
    NoAnswer.OVERFLOW: (
        "context overflow",
        "Serve the model with a longer context, or lower --max-tokens, --max-attempts or "
        "--image-size.",
    ),
    NoAnswer.TOO_LONG: ("too long", "Set --max-tokens: so long an answer is not read."),
}
"""What a table calls each reason, and which flag mends it."""


@dataclass
class ReplySummary:
    """What the response log of a run holds.

    Attributes:
        replies: of each cell.
        no_answer: of each cell, how many replies have no answer, by reason.
        served: how many replies came from which model, as the endpoint names it.
        prompt_tokens, completion_tokens: as the endpoint counts them.
        thought_tokens: those of the completion's tokens that are thoughts.
        uncounted: replies whose tokens the endpoint did not count.
        thoughts_estimated: whether some of these are shares by length, for lack of a count.
        failed: requests that had no reply after all retries.
        errors: those of them that the endpoint itself ended with an error.
    """

    replies: Counter[str] = field(default_factory=Counter)
    no_answer: dict[str, Counter[NoAnswer]] = field(default_factory=lambda: defaultdict(Counter))
    served: Counter[str] = field(default_factory=Counter)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    thought_tokens: int = 0
    uncounted: int = 0
    thoughts_estimated: bool = False
    failed: int = 0
    errors: int = 0

    def add(self, line: ReplyLine) -> None:
        """Count a reply."""
        self.replies[line.cell] += 1
        reason = line.no_answer or why_no_answer(line.reply, finish_reason=line.finish_reason)
        if reason is not None:
            self.no_answer[line.cell][reason] += 1
        if line.served:
            self.served[line.served] += 1
        self.prompt_tokens += line.prompt_tokens or 0
        self.completion_tokens += line.completion_tokens or 0
        # What an endpoint refuses with an error is not paid for.
        counts = (line.prompt_tokens, line.completion_tokens)
        self.uncounted += None in counts and line.error is None
        if line.reasoning_tokens is not None:
            self.thought_tokens += line.reasoning_tokens
        elif line.completion_tokens and (share := _share_of_thoughts(line)):
            self.thought_tokens += round(share * line.completion_tokens)
            self.thoughts_estimated = True

    def lines(self) -> list[str]:
        """Return what is said in sentences, warnings last; nothing where there was no model."""
        if not self.replies and not self.failed:
            return []
        told = [self._told_of_replies()]
        if self.failed:
            told.append(
                f"{self.failed:,} requests had no reply after all retries, {self.errors:,} of them "
                f"errors of the endpoint (faults.jsonl). The same command asks again."
            )
        return told + self._warnings()

    def table(self) -> Table | None:
        """Return the shares of replies without an answer, None where all have one."""
        reasons = [one for one in _MEND if any(cell[one] for cell in self.no_answer.values())]
        if not reasons:
            return None
        rows = [
            [
                cell,
                *(_count(self.no_answer[cell][reason], replies) for reason in reasons),
                f"{replies:,}",
            ]
            for cell, replies in self.replies.items()
        ]
        return Table(
            "Replies without an answer, count and percent",
            ["cell", *(_MEND[reason][0] for reason in reasons), "replies"],
            rows,
            note="Each is judged by what text it has; without any the attempt is unreadable.",
        )

    def tokens(self) -> str:
        """Return the tokens in words, "" where none were counted."""
        if not self.completion_tokens:
            return ""
        told = f"{self.prompt_tokens:,} tokens in, {self.completion_tokens:,} out"
        if self.thought_tokens:
            about = "about " if self.thoughts_estimated else ""
            told += f", {about}{self.thought_tokens:,} of these thoughts"
        return told

    def _told_of_replies(self) -> str:
        if not self.replies:
            return "No replies."
        names = some_of(self.served) or "a model that the endpoint does not name"
        told = f"{self.replies.total():,} replies of {names}"
        return "; ".join(filter(None, [told, self.tokens()])) + "."

    def _warnings(self) -> list[str]:
        warnings = []
        for reason, (name, mend) in _MEND.items():
            share, cell = max(
                (
                    (self.no_answer[cell][reason] / count, cell)
                    for cell, count in self.replies.items()
                ),
                default=(0.0, ""),
            )
            if share > WORTH_A_WARNING:
                warnings.append(
                    f"Warning: {percent(share)} % of the replies of {cell} are without an answer "
                    f"({name}). {mend}"
                )
        if len(self.served) > 1:
            counts = some_of([f"{name} ({count:,})" for name, count in self.served.most_common()])
            warnings.append(
                f"Warning: more than one model replied: {counts}. Their results are mixed in the "
                f"table; name one version by --model, in a new folder."
            )
        return warnings


def summarise_replies(folder: Path) -> ReplySummary:
    """Return what a run's response log holds; it may be missing.

    Raises:
        RunError: a line is damaged.
    """
    summary = ReplySummary()
    for line in read_lines(folder / REPLIES_FILE, ReplyLine):
        summary.add(line)
    for fault in read_lines(folder / FAULTS_FILE, FaultLine):
        summary.failed += 1
        summary.errors += fault.no_answer is NoAnswer.ERROR
    return summary


def some_of(names: Collection[str]) -> str:
    """Return names in a line, "" for none. An endpoint may make up another one for each reply."""
    more = len(names) - _MOST_NAMES
    told = ", ".join(islice(names, _MOST_NAMES))
    return f"{told} and {more:,} more" if more > 0 else told


def _share_of_thoughts(line: ReplyLine) -> float:
    """Return how much of what a model wrote is thoughts, by length, in [0, 1]."""
    apart, whole = len(line.reasoning or ""), len(line.reply)
    thoughts = apart + whole - min(whole, len(outside_thoughts(line.reply)))
    return thoughts / (apart + whole) if thoughts else 0.0


def _count(number: int, of: int) -> str:
    return f"{number:,} ({percent(number / of)})" if number else "0"

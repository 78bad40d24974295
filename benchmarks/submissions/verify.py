"""Verification: every figure of a run or a submission recomputed, and what is left unknown said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.records import Episode
from benchmarks.reply_summary import some_of
from benchmarks.rollouts import Cell
from benchmarks.submissions.claims import Claim, check_suite, claimed_suite, read_claim
from benchmarks.submissions.expected import expected_cells
from benchmarks.submissions.log import ResponseLog, read_log
from benchmarks.submissions.problems import Problems
from benchmarks.submissions.rerun import is_reference, rerun
from benchmarks.submissions.rows import Rows
from benchmarks.suites import NOTICE
from benchmarks.suites.private import was_secret
from benchmarks.summary import CellSummary, summarise


@dataclass(frozen=True)
class Verdict:
    """A claim that holds.

    Attributes:
        claim: what was claimed.
        size: of the suite, which was played whole.
        rows: the episodes, without actions and replies.
        cells: what is recomputed from them.
        log: of a model.
        rerun: whether the agent itself was played again.
        private: whether it is of a private suite, and from before its salt was revealed.
    """

    claim: Claim
    size: str
    rows: Sequence[Episode]
    cells: Sequence[CellSummary]
    log: ResponseLog | None
    rerun: bool
    private: bool = False

    def lines(self) -> list[str]:
        """Return in sentences what was found, and what cannot be known."""
        claim = self.claim
        played = "all hands or routes" if claim.seed is None else f"the fold of seed {claim.seed}"
        told = [
            f"Verified: {len(self.rows):,} episodes of {claim.player}, the suite {claim.suite} "
            f"({claim.digest}) whole, size {self.size}, {played}, "
            f"max_attempts {claim.settings.max_attempts}. All were replayed, and every field "
            f"recomputed."
        ]
        if self.log is not None:
            told.append(
                f"The response log holds each reply, to the prompt of its episode; "
                f"{self.log.tokens:,} tokens by the endpoint's count, served as "
                f"{some_of(self.log.served) or 'no model that is named'}."
            )
        told += [f"Not known: {unknown}" for unknown in self.unknown()]
        return [*told, *([NOTICE] if self.private else [])]

    def unknown(self) -> list[str]:
        """Return what no replay can tell."""
        if self.rerun:
            return []
        if self.log is not None:
            return [
                "who wrote the replies. Whoever edits a response log can seal it anew: the model, "
                "its sampling, the tokens and why a reply ended are as submitted."
            ]
        told = [f"whether the actions are those of {self.claim.player}, which left no log."]
        if any(row.replies is None and "-Image" in row.id for row in self.rows):
            told.append("what an image-based agent recognised, which is in no action.")
        return told


def verify(folder: Path, suite_file: Path | None = None) -> Verdict:
    """Verify a run or a submission.

    Args:
        folder: of the run or the submission.
        suite_file: of a suite of one's own; None for those of shiftgym.

    Raises:
        Refused: it does not hold; the message names the episodes and the reasons.
    """
    problems = Problems()
    log: ResponseLog | None = None
    try:
        claim = read_claim(folder)
        of = claimed_suite(claim, suite_file)
        check_suite(claim, of)
        size, cells = expected_cells(claim, of)
        if claim.of_model:
            log = read_log(claim, {cell.name for cell in cells}, problems)
        rows = _rows(claim, cells, log, problems)
    except (OSError, ValueError) as error:
        problems.add(_told(error))
        problems.settle()
        raise AssertionError("settled with a problem") from error
    problems.settle()
    again = is_reference(claim, of)
    if again:
        rerun(claim, of, cells, problems)
        problems.settle()
    day = date.today() if claim.submission is None else claim.submission.date
    private = suite_file is not None and was_secret(suite_file, day)
    return Verdict(claim, size, rows, summarise(rows), log, again, private)


def _rows(
    claim: Claim, cells: Sequence[Cell], log: ResponseLog | None, problems: Problems
) -> list[Episode]:
    """Return the verified rows in the order of the suite."""
    rows = Rows(claim, cells, log, problems)
    rows.read()
    if log is not None:
        for cell, index in log.unused(rows.places()):
            problems.add(f"{claim.log} has replies of episode {index} of {cell}, which has no row.")
    order = {cell.name: number for number, cell in enumerate(cells)}
    return sorted(rows.verified, key=lambda row: (order[row.cell], row.index))


def _told(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{Path(str(error.filename)).name} is missing."
    if isinstance(error, OSError):
        return f"{Path(str(error.filename)).name} cannot be read: {error.strerror}."
    return str(error)

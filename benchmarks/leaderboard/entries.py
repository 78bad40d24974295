"""The entries of a leaderboard: folders of submissions, each verified before it is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.records import Episode
from benchmarks.replies import ReplyLine
from benchmarks.reply_summary import ReplySummary
from benchmarks.runs import RunError
from benchmarks.submissions.bounded import bounded_lines
from benchmarks.submissions.format import LOG_FILE, SUBMISSION_FILE, Submission
from benchmarks.submissions.problems import Refused
from benchmarks.submissions.verify import Verdict, verify
from benchmarks.suites import SUITES, Suite
from benchmarks.suites.files import read_suite
from benchmarks.tasks import TASKS
from benchmarks.tasks.task import Task
from shiftgym.sanitize import for_terminal

SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}").fullmatch
"""Names of folders, which are those of pages as well."""

TRACKS: Mapping[str, str] = {
    "stock": "stock model",
    "scaffold": "scaffold",
    "trained": "trained on the task",
    "reference": "reference",
}

REPLAYED, RERUN = "replayed", "re-run"
LABELS: Mapping[str, str] = {
    REPLAYED: "Every episode was replayed from its recorded actions or replies.",
    RERUN: "The agent itself was run again by the maintainers, and did the same.",
}


@dataclass(frozen=True)
class Entry:
    """A submission that holds.

    Attributes:
        slug: name of its folder, and of its page.
        of: the suite that it played.
        replies: what its response log says, None without one.
    """

    slug: str
    folder: Path
    submission: Submission
    of: Suite
    verdict: Verdict
    replies: ReplySummary | None

    @property
    def task(self) -> Task:
        """The task of its suite."""
        return TASKS[self.of.task]

    @property
    def labels(self) -> list[str]:
        """Which of `LABELS` it has."""
        return [REPLAYED, RERUN] if self.verdict.rerun else [REPLAYED]

    @cached_property
    def columns(self) -> Mapping[str, Sequence[Episode]]:
        """The rows of each column, in the order of the suite."""
        columns: dict[str, list[Episode]] = {}
        for row in self.verdict.rows:
            columns.setdefault(row.cell.rpartition("/")[2], []).append(row)
        return columns

    @property
    def track(self) -> str:
        """The name of its track, with the split that training has shown."""
        name, trained = TRACKS[self.submission.track], self.submission.trained_on
        if trained is None:
            return name
        tested, parts, _ = trained.fold
        return f"{name} (split {trained.split}, part {tested} of {parts} held out)"


def read_entries(
    folder: Path, suite_files: Sequence[Path], say: Callable[[str], None]
) -> list[Entry]:
    """Verify the submissions in a folder and return them by name.

    Args:
        folder: with a folder for each submission; links in it are not followed.
        suite_files: of suites that are not those of shiftgym.
        say: told what is being verified.

    Raises:
        RunError: a submission does not hold, or its folder has a name that no page can have.
    """
    files = {read_suite(path).name: path for path in suite_files}
    folders = sorted(path for path in folder.iterdir() if _holds_submission(path))
    if not folders:
        raise RunError(f"{folder} has no folder with a {SUBMISSION_FILE} in it.")
    entries, refused = [], []
    for path in folders:
        say(f"Verifying {path.name}")
        try:
            entries.append(_entry(path, files))
        except Refused as problems:
            refused.append(f"{for_terminal(path.name)}: {problems}")
    if refused:
        raise RunError("\n".join(refused))
    return entries


def _holds_submission(path: Path) -> bool:
    return not path.is_symlink() and path.is_dir() and (path / SUBMISSION_FILE).is_file()


def _entry(path: Path, suite_files: Mapping[str, Path]) -> Entry:
    if not SLUG(path.name):
        raise Refused(
            [
                "its folder has a name that no page can have; expected up to 80 lower-case "
                "letters, digits, dots, hyphens and underscores. Rename it."
            ]
        )
    verdict, told = _verified(path, suite_files)
    of = read_suite(suite_files[verdict.claim.suite]) if told else SUITES[verdict.claim.suite]
    assert verdict.claim.submission is not None
    replies = _replies(path) if verdict.log is not None else None
    return Entry(path.name, path, verdict.claim.submission, of, verdict, replies)


def _verified(path: Path, suite_files: Mapping[str, Path]) -> tuple[Verdict, bool]:
    """Return the verdict, and whether it is about a suite of a file."""
    from benchmarks.submissions.claims import read_claim

    try:
        name = read_claim(path).suite
    except (OSError, ValueError):
        name = ""  # which `verify` tells better
    return verify(path, suite_files.get(name)), name in suite_files


def _replies(folder: Path) -> ReplySummary:
    summary = ReplySummary()
    for line in bounded_lines(folder / LOG_FILE):
        summary.add(ReplyLine.model_validate_json(line))
    return summary

"""The entries of a leaderboard: folders of submissions, each verified before it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from benchmarks.bounded import bounded_lines
from benchmarks.leaderboard.shifts import SHIFTS, shifts_of
from benchmarks.records import Episode
from benchmarks.replies import ReplyLine
from benchmarks.reply_summary import ReplySummary
from benchmarks.runs import RunError
from benchmarks.submissions.claims import read_claim
from benchmarks.submissions.folders import EARLIER, FOLDER, earlier_versions
from benchmarks.submissions.format import LOG_FILE, ROWS_FILE, SUBMISSION_FILE, Submission
from benchmarks.submissions.labels import Label, Rerun, labels_of, read_reruns
from benchmarks.submissions.problems import Refused
from benchmarks.submissions.retraction import TOMBSTONE_FILE, Tombstone, read_tombstone
from benchmarks.submissions.verify import Verdict, verify
from benchmarks.suites import SUITES, Suite
from benchmarks.suites.files import read_suite
from benchmarks.suites.private import PrivateSuite
from benchmarks.summary import summarise
from benchmarks.tasks import TASKS
from benchmarks.tasks.task import Task
from shiftgym.sanitize import for_terminal

TRACKS: Mapping[str, str] = {
    "stock": "stock model",
    "scaffold": "scaffold",
    "trained": "trained on the task",
    "reference": "reference",
}

LABELS: Mapping[Label, str] = {
    Label.REPLAYED: "Every episode was replayed from its recorded actions or replies.",
    Label.RERUN: "The maintainers have run it themselves.",
    Label.PRIVATE: "Played on a set that nobody could train on.",
}


@dataclass(frozen=True)
class Entry:
    """A submission that holds.

    Attributes:
        slug: name of its folder, and of its page.
        of: the suite that it played, in the installed version.
        labels: how far it was checked; none of what an earlier version of the suite has judged.
        replies: what its response log says, None without one.
        secret: whether it is of a private suite whose salt is not revealed. Then nothing of its
            episodes is shown.
    """

    slug: str
    folder: Path
    submission: Submission
    of: Suite
    verdict: Verdict
    labels: Sequence[Label]
    replies: ReplySummary | None
    secret: bool = False

    @property
    def task(self) -> Task:
        """The task of its suite."""
        return TASKS[self.of.task]

    @property
    def digest(self) -> str:
        """Of the version of the suite that it was judged by."""
        return self.verdict.claim.digest

    @property
    def is_current(self) -> bool:
        """Whether that is the installed one."""
        return self.digest == self.of.digest

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


@dataclass(frozen=True)
class Submissions:
    """What a folder of submissions holds.

    Attributes:
        entries: those that hold, by name, and then what earlier versions of suites made of them.
        retracted: tombstones, by the name of the folder.
    """

    entries: Sequence[Entry]
    retracted: Mapping[str, Tombstone]


def read_submissions(
    folder: Path, suite_files: Sequence[Path], say: Callable[[str], None]
) -> Submissions:
    """Verify the submissions in a folder.

    Args:
        folder: with a folder for each submission; links in it are not followed.
        suite_files: of suites that are not those of shiftgym.
        say: told what is being verified.

    Raises:
        RunError: a submission does not hold, or its folder has a name that no page can have.
        ValueError: a tombstone or the file of labels does not say what it has to.
    """
    files = {read_suite(path).name: path for path in suite_files}
    reruns = read_reruns(folder)
    entries: list[Entry] = []
    earlier: list[Entry] = []
    retracted: dict[str, Tombstone] = {}
    refused = []
    for path in sorted(filter(_is_entry, folder.iterdir())):
        if (tombstone := read_tombstone(path)) is not None:
            retracted[path.name] = tombstone
            continue
        say(f"Verifying {path.name}")
        try:
            entry = _entry(path, files, reruns)
            entries.append(entry)
            earlier += [_earlier(entry, before) for before in earlier_versions(path)]
        except Refused as problems:
            refused.append(f"{for_terminal(path.name)}: {problems}")
    if refused:
        raise RunError("\n".join(refused))
    if not entries:
        raise RunError(f"{folder} has no folder with a {SUBMISSION_FILE} in it.")
    return Submissions([*entries, *earlier], retracted)


def _is_entry(path: Path) -> bool:
    held = (path / SUBMISSION_FILE, path / TOMBSTONE_FILE)
    return not path.is_symlink() and path.is_dir() and any(one.is_file() for one in held)


def _entry(path: Path, suite_files: Mapping[str, Path], reruns: Mapping[str, Rerun]) -> Entry:
    if not FOLDER(path.name):
        raise Refused(
            [
                "its folder has a name that no page can have; expected up to 80 lower-case "
                "letters, digits, dots, hyphens and underscores. Rename it."
            ]
        )
    file = suite_files.get(_suite_name(path))
    verdict = verify(path, file)
    of = SUITES[verdict.claim.suite] if file is None else read_suite(file)
    if of.task not in TASKS:
        raise Refused([f"it is of {of.task}; only tasks of shiftgym have tables."])
    if not shifts_of(of):
        known = ", ".join(f"{within} and {out}" for _, out, within in SHIFTS)
        raise Refused([f"its suite has no columns to compare; expected some of {known}."])
    assert verdict.claim.submission is not None
    return Entry(
        slug=path.name,
        folder=path,
        submission=verdict.claim.submission,
        of=of,
        verdict=verdict,
        labels=labels_of(verdict, reruns),
        replies=None if verdict.log is None else _replies(path),
        secret=file is not None and _is_secret(file),
    )


def _earlier(entry: Entry, folder: Path) -> Entry:
    """Return what an earlier version of the suite made of an entry, from its rows as they are.

    Only that version could replay them, so they have no label.
    """
    try:
        claim = read_claim(folder)
        assert claim.submission is not None
        told = (Episode.model_validate_json(line) for line in bounded_lines(folder / ROWS_FILE))
        rows = [row.model_copy(update={"actions": None, "replies": None}) for row in told]
    except (OSError, ValueError) as error:
        raise Refused([f"{EARLIER}/{folder.name}: {error}"]) from error
    size = claim.submission.settings.size
    return replace(
        entry,
        folder=folder,
        submission=claim.submission,
        verdict=Verdict(claim, size, rows, summarise(rows), None, False, entry.verdict.private),
        labels=[],
        replies=_replies(folder) if claim.of_model else None,
    )


def _suite_name(folder: Path) -> str:
    """Return the suite that a submission names; "" where `verify` tells better what is wrong."""
    try:
        return read_claim(folder).suite
    except (OSError, ValueError):
        return ""


def _is_secret(suite_file: Path) -> bool:
    """Whether a file is of a private suite that is not revealed."""
    try:
        return PrivateSuite.model_validate_json(suite_file.read_bytes()).salt is None
    except ValidationError:
        return False


def _replies(folder: Path) -> ReplySummary:
    summary = ReplySummary()
    for line in bounded_lines(folder / LOG_FILE):
        summary.add(ReplyLine.model_validate_json(line))
    return summary

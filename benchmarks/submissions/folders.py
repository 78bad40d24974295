"""The folder of a submission: the files that it may hold, each the one that was written."""

from __future__ import annotations

import hashlib
import re
from itertools import islice
from pathlib import Path

from benchmarks.bounded import opened, read_whole
from benchmarks.submissions.format import FILES, LOG_FILE, SUBMISSION_FILE, Submission
from benchmarks.submissions.yaml_file import MOST_BYTES, parse_submission
from shiftgym.files import MEBIBYTE, brief

EARLIER = "earlier"
"""Name of the folder with what earlier versions of the suite made of a submission."""

MOST_EARLIER = 20

FOLDER = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}").fullmatch
"""Whether the folder of an entry of the leaderboard may have a name: its page has it as well."""

_of_version = re.compile(r"[0-9a-f]{16}").fullmatch


def folder_of(run: str) -> str:
    """Return the name that the folder of a run's submission gets: one that `FOLDER` takes."""
    plain = re.sub(r"[^a-z0-9._-]+", "-", run.lower()).strip("._-")
    return plain[:80] or "submission"


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file.

    Raises:
        ValueError: it is a link or no regular file.
        OSError: it cannot be read.
    """
    total = hashlib.sha256()
    with opened(path) as file:
        while part := file.read(MEBIBYTE):
            total.update(part)
    return total.hexdigest()


def read_submission(folder: Path) -> Submission:
    """Return what a submission says of itself, and check its files but for what they hold.

    Raises:
        ValueError: a file is missing, strange, a link, or not the one that was written.
        OSError: a file cannot be read.
    """
    told = _read_version(folder, (*FILES, EARLIER))
    for path in earlier_versions(folder):
        before = _read_version(path, FILES)
        if (before.model, [*before.suites]) != (told.model, [*told.suites]):
            raise ValueError(f"{EARLIER}/{path.name} is of another model or suite.")
        if list(before.suites.values()) != [path.name] or before.suites == told.suites:
            raise ValueError(
                f"{EARLIER}/{path.name} is not named after the digest of an earlier version."
            )
    return told


def earlier_versions(folder: Path) -> list[Path]:
    """Return the folders with what earlier versions of the suite made of a submission.

    Each is a submission by itself, named after the digest of that version.

    Raises:
        ValueError: there are links, other files, or too many.
    """
    within = folder / EARLIER
    if not within.is_symlink() and not within.exists():
        return []
    if within.is_symlink() or not within.is_dir():
        raise ValueError(f"{EARLIER} is no folder, or a symbolic link, which is not followed.")
    found = sorted(islice(within.iterdir(), MOST_EARLIER + 1))
    if len(found) > MOST_EARLIER:
        raise ValueError(f"{EARLIER} has more than {MOST_EARLIER} versions.")
    for path in found:
        if not _of_version(path.name) or path.is_symlink() or not path.is_dir():
            raise ValueError(
                f"{EARLIER}/{brief(path.name)} is no folder that is named after a digest."
            )
    return found


def _read_version(folder: Path, expected: tuple[str, ...]) -> Submission:
    names = sorted(path.name for path in islice(folder.iterdir(), 100))
    if strange := [name for name in names if name not in expected]:
        raise ValueError(
            f"{brief(strange[0])} does not belong to a submission"
            f"{f' ({len(strange)} files do not)' if len(strange) > 1 else ''}. Expected "
            f"{', '.join(FILES)} and nothing else; remove it."
        )
    told = parse_submission(read_whole(folder / SUBMISSION_FILE, MOST_BYTES))
    if LOG_FILE not in told.files and LOG_FILE in names:
        raise ValueError(f"{LOG_FILE} is there, and {SUBMISSION_FILE} speaks of none.")
    for name, claimed in told.files.items():
        if name not in names:
            raise ValueError(f"{name} is missing.")
        if checksum(folder / name) != claimed:
            raise ValueError(
                f"{name} is not the file that {SUBMISSION_FILE} was written for: its SHA-256 "
                f"differs. It was edited or damaged; submit the run again."
            )
    return told

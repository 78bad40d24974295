"""What a pull request changes in submissions/, checked by the code of the branch that it goes to.

`python -m benchmarks.submissions.proposed BEFORE AFTER` compares two folders of submissions, of
which the second is data of strangers: each entry that is new or changed is verified.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.bounded import read_whole
from benchmarks.consoles import reported_errors, say
from benchmarks.submissions.commands import show
from benchmarks.submissions.folders import EARLIER, FOLDER, checksum
from benchmarks.submissions.format import SUBMISSION_FILE
from benchmarks.submissions.problems import Refused
from benchmarks.submissions.retraction import TOMBSTONE_FILE, Tombstone, read_tombstone
from benchmarks.submissions.verify import verify
from benchmarks.submissions.yaml_file import MOST_BYTES as MOST_YAML
from benchmarks.submissions.yaml_file import parse_submission
from shiftgym.files import brief

MOST_BYTES = 10 * 10**6
"""Of all submissions together."""

MOST_FILES, MOST_DEPTH = 2_000, 4

Contents = Mapping[str, str]
"""SHA-256 of each file by its path."""


def check_proposal(before: Path, after: Path, console: Console) -> None:
    """Verify what is new or changed in a folder of submissions; print what was found.

    Args:
        before: the folder as it is.
        after: as it would be.

    Raises:
        Refused: something does not hold; the message says what.
    """
    old, new = _entries(contents(before)), _entries(contents(after))
    problems = list(_problems(old, new))
    for name in new:
        if problems or not name or new[name] == old.get(name):
            continue
        say(console, f"{name}: {'changed' if name in old else 'new'}")
        if TOMBSTONE_FILE in new[name]:
            tombstone = read_tombstone(after / name)
            assert tombstone is not None
            problems += _other_than(tombstone, before / name)
            if ahead := _to_come(tombstone.retracted):
                problems.append(f"{name}: {ahead}")
            say(console, f"Retracted on {tombstone.retracted}: {tombstone.reason}")
            continue
        try:
            if misleading := _misleading(after / name, before):
                raise Refused([misleading])
            show(verify(after / name), console)
        except Refused as refused:
            problems += [f"{name}: {problem}" for problem in refused.problems]
    if problems:
        raise Refused(problems)


def contents(folder: Path) -> Contents:
    """Return what lies in a folder, without following links.

    Raises:
        Refused: there are links, or more or deeper than submissions have.
    """
    found: dict[str, str] = {}
    total = 0
    for path, size in _files(folder, 1):
        total += size
        if total > MOST_BYTES or len(found) >= MOST_FILES:
            raise Refused(
                [
                    f"There are more than {MOST_BYTES:,} bytes or {MOST_FILES:,} files in "
                    f"{folder.name}. Submit a run of a smaller size."
                ]
            )
        found[path.relative_to(folder).as_posix()] = checksum(path)
    return found


def _files(folder: Path, depth: int) -> Iterator[tuple[Path, int]]:
    if folder.is_symlink() or not folder.is_dir() or depth > MOST_DEPTH:
        raise Refused([f"{brief(folder.name)} is a link, no folder, or too deep."])
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_symlink():
                raise Refused([f"{brief(entry.name)} is a symbolic link."])
            if entry.is_dir():
                yield from _files(Path(entry.path), depth + 1)
            else:
                yield Path(entry.path), entry.stat().st_size


def _entries(found: Contents) -> dict[str, dict[str, str]]:
    """Return the files of each folder, those beside the folders under ""."""
    entries: dict[str, dict[str, str]] = {"": {}}
    for name in sorted(found):
        path = PurePosixPath(name)
        entry = path.parts[0] if len(path.parts) > 1 else ""
        entries.setdefault(entry, {})[path.relative_to(entry).as_posix()] = found[name]
    return entries


def _problems(old: Mapping[str, Contents], new: Mapping[str, Contents]) -> Iterator[str]:
    """Yield what is wrong before anything is verified."""
    if old[""] != new[""]:
        yield "Files beside the folders are changed by maintainers alone; propose a folder only."
    for name in sorted(old.keys() - new.keys()):
        yield f"{name} is removed. Retract it by `shiftgym retract`, which leaves a tombstone."
    for name, files in new.items():
        if name and not FOLDER(name):
            yield (
                f"{brief(name)} is no name for a folder: expected up to 80 lower-case letters, "
                f"digits, dots, hyphens and underscores."
            )
        if TOMBSTONE_FILE in files and (name not in old or len(files) > 1):
            yield f"{brief(name)} has a tombstone, which stands alone in place of an entry."
        if TOMBSTONE_FILE in old.get(name, ()) and files != old[name]:
            yield f"{name} was retracted. Propose another folder."
        if name and not {SUBMISSION_FILE, TOMBSTONE_FILE} & set(files):
            yield f"{brief(name)} has no {SUBMISSION_FILE}. Run `shiftgym submit`."
        if TOMBSTONE_FILE not in files:
            yield from _unknown_earlier(name, old.get(name, {}), files)


def _unknown_earlier(name: str, old: Contents, new: Contents) -> Iterator[str]:
    """Yield what a folder says of earlier versions of a suite that it did not hold.

    They are shown, and the installed version cannot verify them: what stood on the branch counts.
    """
    within = f"{EARLIER}/"
    for path, found in new.items():
        held = (old.get(path), old.get(path.rpartition("/")[2]))
        if path.startswith(within) and found not in held:
            yield (
                f"{brief(name)}: {brief(path)} is not what the folder has held. Leave {EARLIER} to "
                f"`shiftgym rejudge`."
            )
    for path in sorted(old.keys() - new.keys()):
        if path.startswith(within):
            yield f"{brief(name)}: {brief(path)} is removed. Restore it."


def _misleading(entry: Path, before: Path) -> str:
    """Return what an entry says that verification cannot refuse, "" for nothing.

    A name by which it could be taken for another entry of its suite, or a date that is to come.
    """
    try:
        mine = parse_submission(read_whole(entry / SUBMISSION_FILE, MOST_YAML))
    except (OSError, ValueError):
        return ""  # verification tells what is wrong
    if ahead := _to_come(mine.date):
        return ahead
    for path in sorted(before.iterdir()):
        if path.name == entry.name or not (path / SUBMISSION_FILE).is_file():
            continue
        told = parse_submission(read_whole(path / SUBMISSION_FILE, MOST_YAML))
        if told.name.casefold() == mine.name.casefold() and told.suites == mine.suites:
            return f"{path.name} has its name, {brief(told.name)}. Submit it under another --name."
    return ""


def _to_come(day: date) -> str:
    """Return that a date is to come, "" where it is not; clocks may be ahead of UTC by a day."""
    latest = (datetime.now(timezone.utc) + timedelta(days=1)).date()
    return "" if day <= latest else f"Its date, {day}, is to come: expected {latest} at the latest."


def _other_than(tombstone: Tombstone, entry: Path) -> Iterator[str]:
    """Yield where a tombstone is of another entry than the one that lay there."""
    if read_tombstone(entry) is not None:
        return
    told = parse_submission(read_whole(entry / SUBMISSION_FILE, MOST_YAML))
    was = {"name": told.name, "model": told.model, "suites": told.suites, "submitted": told.date}
    for field, value in was.items():
        if getattr(tombstone, field) != value:
            yield (
                f"{entry.name}: {field} in {TOMBSTONE_FILE} is not that of the entry. Use "
                f"`shiftgym retract`."
            )


def main(
    before: Annotated[Path, typer.Argument(help="submissions/ as it is.")],
    after: Annotated[Path, typer.Argument(help="submissions/ as it is proposed.")],
) -> None:
    """Verify each entry that is new or changed; exit code 2 if anything does not hold."""
    with reported_errors():
        check_proposal(before, after, Console())


if __name__ == "__main__":
    typer.run(main)

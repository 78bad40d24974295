"""A job's folder on its way between machines: what changed, in an order that a kill cannot hurt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from benchmarks.study.points import POINTS_FILE
from shiftgym.atomic import PARTIAL_FILES, write_atomically

_ORDER = ("episodes.jsonl", "weights/*", POINTS_FILE, "*.resume.pt")
"""In which files are written; all others, such as an arm's last weights, before the last of these.

Rows and weights come before the point that they belong to, and a point before the states of
training that are further on, from which it could no longer be measured.
"""


@dataclass(frozen=True)
class Changes:
    """What makes one folder equal to another.

    Attributes:
        written: contents by path, relative to the folder.
        names: of all files that there are.
    """

    written: Mapping[str, bytes]
    names: frozenset[str]


class Sender:
    """Tells what changed in a folder since it told last.

    To be called by the thread that writes there: between two of its writes the folder is one that
    a job can go on from.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[int, int, int]] = {}

    def changes(self) -> Changes:
        """Return what is new or gone since the last call; all at the first."""
        now = {name: _mark(self._folder / name) for name in _names(self._folder)}
        new = [name for name, mark in now.items() if self._known.get(name) != mark]
        self._known = now
        written = {name: (self._folder / name).read_bytes() for name in new}
        return Changes(written, frozenset(now))


def apply(changes: Changes, folder: Path) -> None:
    """Bring a folder up to date; killed in the middle, it is one that a job can go on from."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted(changes.written, key=_rank):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, changes.written[name])
    for name in _names(folder) - changes.names:
        (folder / name).unlink(missing_ok=True)


def _rank(name: str) -> float:
    """Return where a file stands in the order."""
    ranks = [rank for rank, pattern in enumerate(_ORDER) if fnmatch(name, pattern)]
    return ranks[0] if ranks else len(_ORDER) - 1.5


def _names(folder: Path) -> set[str]:
    """Return the files of a job: neither its lock nor what a killed writer left."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {
        path.relative_to(folder).as_posix()
        for path in paths
        if path.name != ".lock" and not fnmatch(path.name, PARTIAL_FILES)
    }


def _mark(path: Path) -> tuple[int, int, int]:
    """Return what changes with every write: files are replaced, or appended to."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size

"""A run is a folder: run.json and an append-only episodes.jsonl.

Killed at any moment, it resumes: a row counts once its line is complete, a torn last line is cut
off, and a folder made with another configuration is refused rather than mixed.
"""

from __future__ import annotations

import contextlib
import json
import lzma
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timezone
from io import FileIO
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from benchmarks.bounded import bounded_lines, read_small_json
from benchmarks.records import Episode, RunRecord, Session, first_of
from shiftgym.atomic import PARTIAL_FILES, write_atomically, write_error
from shiftgym.files import MEBIBYTE

RUN_FILE, EPISODES_FILE = "run.json", "episodes.jsonl"

PACKED_FILE = "episodes.fields.xz"
"""In place of `EPISODES_FILE`, of published results: see `packed_rows`."""

MOST_LINE, MOST_FILE = 256 * MEBIBYTE, 2**50
"""Bytes of a line, one for all replies of an episode, and of a file: a run that is ours."""

Line = TypeVar("Line", bound=BaseModel)

_RESTORE = "The file was edited or damaged; restore it, or start in another folder."


class RunError(RuntimeError):
    """A run folder that cannot be used as asked; the message says why and how to mend it."""


class Run:
    """An open run folder. Use as a context manager: it holds the folder's lock.

    Args:
        folder: made if missing.
        record: what is asked; its `sessions` are filled in here.
        on_rows: told of the rows that are there, and of those that are appended.

    Raises:
        RunError: the folder holds a run of another configuration, or is in use, or is damaged.
    """

    def __init__(
        self,
        folder: Path,
        record: RunRecord,
        on_rows: Callable[[Sequence[Episode]], None] = lambda rows: None,
    ) -> None:
        self.folder = folder
        self._on_rows = on_rows
        if folder.exists() and not folder.is_dir():
            raise RunError(f"{folder} is a file. Name a folder; it is made if missing.")
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = lock_folder(folder)
        try:
            # A process that was killed may have left some; only one writes here at a time.
            for partial in folder.glob(PARTIAL_FILES):
                partial.unlink(missing_ok=True)
            self.record = _agree(folder, record)
            self._done: set[tuple[str, int]] = set()
            for row in read_episodes(folder):
                self._note([row])
            self._rows = LineFile(folder / EPISODES_FILE)
        except BaseException:
            self._lock.close()
            raise

    def done(self, cell: str, index: int) -> bool:
        """Whether this row is already on disk."""
        return (cell, index) in self._done

    def append(self, rows: Iterable[Episode]) -> None:
        """Write rows; when it returns they survive a power cut.

        Raises:
            RunError: a row is there already.
            OSError: the disk is full or broken; none of the rows is written then.
        """
        rows, here = list(rows), set[tuple[str, int]]()
        for row in rows:
            place = row.cell, row.index
            if self.done(*place) or place in here:
                raise RunError(f"Episode {row.index} of {row.cell} is already in {self.folder}.")
            here.add(place)
        self._rows.append(b"".join(map(line_of, rows)))
        self._note(rows)

    def _note(self, rows: Sequence[Episode]) -> None:
        self._done.update((row.cell, row.index) for row in rows)
        self._on_rows(rows)

    def close(self) -> None:
        """Let the folder go."""
        self._rows.close()
        self._lock.close()

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_record(folder: Path) -> RunRecord:
    """Return a folder's run.json.

    Raises:
        RunError: there is none, or it cannot be read.
    """
    path = folder / RUN_FILE
    if not path.exists():
        # In a folder of `evaluate --repeat` each pass is a run.
        within = min(folder.glob(f"*/{RUN_FILE}"), default=None)
        mend = "" if within is None else f" Name a run in it, such as {within.parent}."
        raise RunError(f"{folder} is no run folder: it has no {RUN_FILE}.{mend}")
    try:
        return RunRecord.model_validate_json(read_small_json(path))
    except ValidationError as error:
        raise RunError(
            f"{path} is not a record this version can read ({error.error_count()} errors, the "
            f"first: {first_of(error)}). Use the version that made it, or another folder."
        ) from error
    except ValueError as error:
        raise RunError(f"{folder}: {error}") from error


def read_episodes(folder: Path) -> Iterator[Episode]:
    """Yield the rows of a folder in the order written, without a torn last line.

    Where there is no episodes.jsonl, the packed file of published results is read.

    Raises:
        RunError: a complete line is not a row, or one that was there before: it would count twice,
            and hide one that is missing.
    """
    known: set[tuple[str, int]] = set()
    path, packed = folder / EPISODES_FILE, folder / PACKED_FILE
    if path.exists() or not packed.exists():
        rows = read_lines(path, Episode)
    else:
        path, rows = packed, _read_packed(packed)
    for row in rows:
        if (row.cell, row.index) in known:
            twice = f"{path} holds episode {row.index} of {row.cell} twice."
            raise RunError(f"{twice} {_RESTORE}")
        known.add((row.cell, row.index))
        yield row


def _read_packed(path: Path) -> Iterator[Episode]:
    from benchmarks.packed_rows import unpack

    try:
        yield from unpack(path, most_line=MOST_LINE, most_file=MOST_FILE)
    except ValueError as error:
        raise RunError(f"{path.parent}: {error} {_RESTORE}") from error


def read_lines(path: Path, kind: type[Line], mend: str = _RESTORE) -> Iterator[Line]:
    """Yield what the complete lines of an append-only file hold; nothing where there is no file.

    Args:
        mend: what an error says is to be done.

    Raises:
        RunError: a complete line is not of this kind, or far too long; or the file is a link.
    """
    if not path.exists():
        return
    number = 0
    try:
        lines = bounded_lines(path, most_line=MOST_LINE, most_file=MOST_FILE, unfinished=True)
        for line in lines:
            number += 1
            yield kind.model_validate_json(line)
    except ValidationError as error:
        raise RunError(
            f"{path}, line {number} holds no {kind.__name__}: {first_of(error)}. {mend}"
        ) from error
    except ValueError as error:
        raise RunError(f"{path.parent}: {error} {mend}") from error


def line_of(record: BaseModel) -> bytes:
    """Return a record as a line of an append-only file."""
    return record.model_dump_json(exclude_none=True).encode() + b"\n"


class LineFile:
    """An open append-only file of lines; a torn last line is cut off first.

    Raises:
        RunError: it is a symbolic link.
        OSError: the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # Without a buffer: what could not be written must not be tried again behind our back.
        self._file = _without_links(path)
        self._end = _end_of_lines(self._file)
        self._file.truncate(self._end)

    def append(self, lines: bytes) -> None:
        """Write whole lines; when it returns they survive a power cut.

        Raises:
            OSError: the disk is full or broken; none of the lines is in the file then.
        """
        left = memoryview(lines)
        try:
            while left:
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except BaseException as error:
            with contextlib.suppress(OSError):
                self._file.truncate(self._end)
            if isinstance(error, OSError):
                raise write_error(error, self._path) from error
            raise
        self._end += len(lines)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _end_of_lines(file: FileIO) -> int:
    """Return how many bytes of a file are complete lines."""
    keep = file.seek(0, os.SEEK_END)
    while keep:
        start = max(0, keep - 65536)
        file.seek(start)
        newline = (file.read(keep - start) or b"").rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        keep = start
    return 0


def write_json(path: Path, data: Any) -> None:
    """Write JSON so that a reader sees either the old file or the whole new one."""
    write_atomically(path, (json.dumps(data, indent=1) + "\n").encode())


def pack_json(path: Path, data: Any) -> None:
    """Write JSON into PATH.xz, as published results have it: `read_json(path)` finds it there.

    Each value has a line of its own, for readers take no line of many values.
    """
    write_atomically(_packed(path), lzma.compress(f"{json.dumps(data, indent=0)}\n".encode()))


def read_json(path: Path, mend: str = _RESTORE) -> Any:
    """Return the contents of a JSON file, or of its packed one, or None where there is neither.

    Args:
        mend: what an error says is to be done.

    Raises:
        RunError: it holds no JSON.
    """
    packed = _packed(path)
    try:
        if path.exists():
            return json.loads(path.read_bytes())
        if packed.exists():
            return json.loads(b"".join(bounded_lines(packed)))
    except (ValueError, RecursionError) as error:
        raise RunError(f"{path} holds no JSON ({error}). {mend}") from error
    return None


def _packed(path: Path) -> Path:
    return path.with_name(f"{path.name}.xz")


def _agree(folder: Path, record: RunRecord) -> RunRecord:
    """Return the record to go on with: new, or the folder's own with this session added."""
    sessions: list[Session] = []
    if (folder / RUN_FILE).exists():
        existing = read_record(folder)
        changes = list(_differences(existing.asked(), record.asked()))
        if changes:
            raise RunError(
                f"{folder} holds a run of another configuration: {'; '.join(changes[:5])}. Resume "
                f"it with what it was started with, or choose another folder with --out."
            )
        sessions = existing.sessions
    elif (folder / EPISODES_FILE).exists():
        raise RunError(f"{folder} has {EPISODES_FILE} but no {RUN_FILE}: it is not a run's folder.")
    session = Session.now(datetime.now(timezone.utc).isoformat(timespec="seconds"))
    if not sessions or not session.same_setup(sessions[-1]):
        sessions = [*sessions, session]
    record = record.model_copy(update={"sessions": sessions})
    write_json(folder / RUN_FILE, record.model_dump(mode="json"))
    return record


def _differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """Yield "config.episodes was 100, now 200" for every leaf that differs."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            inner = f"{path}.{key}" if path else str(key)
            yield from _differences(old.get(key), new.get(key), inner)
    elif json.dumps(old) != json.dumps(new):
        yield f"{path} was {json.dumps(old)}, now {json.dumps(new)}"


def _without_links(path: Path) -> FileIO:
    """Open a file for appending and reading, made where it is missing, without a buffer.

    Raises:
        RunError: it is a symbolic link, which may lead out of the folder.
        OSError: it cannot be opened.
    """
    if path.is_symlink():
        raise RunError(f"{path} is a symbolic link, and links are not followed. Remove it.")
    # Between the look and the opening somebody may put a link there.
    flags = getattr(os, "O_NOFOLLOW", 0)
    return FileIO(path, "a+", opener=lambda name, mode: os.open(name, mode | flags, 0o666))


def lock_folder(folder: Path) -> FileIO:
    """Hold a folder for this process until the file is closed, or the process dies.

    Raises:
        RunError: another process holds it.
    """
    file = _without_links(folder / ".lock")
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise RunError(f"{folder} is in use by another process: wait for it, or end it.") from error
    return file

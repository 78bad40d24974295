"""Files that are written whole or not at all, whether the process is killed or the disk full."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path

PARTIAL_FILES = ".*.partial"
"""Pattern of the names of files that are being written; a process that is killed leaves one."""


def write_atomically(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file, or replace it, so that it always has its old contents or all of the new ones.

    A symbolic link of that name is replaced, and what it points to stays as it is.

    Args:
        path: the file; its folder is made where it is missing.
        data: its contents.

    Raises:
        OSError: naming the file, where it cannot be written; nothing of it is left then.
    """
    path = Path(path)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise write_error(error, path) from error
        raise


def write_error(error: OSError, path: Path) -> OSError:
    """Return an error that says of a file that could not be written how to go on."""
    reason = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        mend = "Make room, and start the same command again"
    else:
        mend = "Write to a folder that can be written to"
        if isinstance(error, (FileExistsError, NotADirectoryError)):
            reason = "A part of its path is a file, expected folders"
    told = f"{reason}; what had been written before is whole. {mend}"
    return OSError(error.errno, told, str(path))

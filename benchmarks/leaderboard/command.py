"""The command `leaderboard build`."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from benchmarks.consoles import say
from benchmarks.leaderboard.entries import read_submissions
from benchmarks.leaderboard.episodes.files import EpisodeFiles
from benchmarks.leaderboard.figures import figures
from benchmarks.leaderboard.site import FILES, pages
from benchmarks.leaderboard.standings import boards
from benchmarks.runs import RunError
from shiftgym.files import brief

MARK = "leaderboard.json"
"""By which a folder is known that may be replaced."""


def build(
    submissions: Path, out: Path, *, suite_files: Sequence[Path] = (), console: Console
) -> None:
    """Verify submissions and write the site of them.

    Args:
        submissions: folder with a folder for each of them.
        out: folder of the site; one that was built before is replaced.
        suite_files: of suites that are not those of shiftgym.

    Raises:
        RunError: a submission does not hold, or `out` is in other use.
        OSError: it cannot be read or written.
    """
    check_out(out)
    read = read_submissions(submissions, suite_files, lambda text: say(console, text))
    texts = pages(boards([figures(entry) for entry in read.entries]), read.retracted)
    files = {name: text.encode("utf-8", "replace") for name, text in texts.items()}
    episodes = EpisodeFiles()
    for entry in read.entries:
        if entry.is_current and not entry.secret:
            say(console, f"Drawing {entry.slug}")
            episodes.add(entry)
    episodes.finish()
    write_site(out, files | episodes.files)
    say(
        console,
        f"Written to {out.resolve()}: {len(read.entries)} entries, {_kilobytes(files)} in "
        f"{len(files)} files, and {_kilobytes(episodes.files)} of episodes.",
    )


def _kilobytes(files: Mapping[str, bytes]) -> str:
    return f"{sum(map(len, files.values())) / 1000:,.1f} kB"


def check_out(out: Path) -> None:
    """Raise a RunError where a folder cannot be that of a site."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise RunError(f"{out} is a link or a file. Name a folder by --out.")
    held = {path.name for path in out.iterdir()} if out.is_dir() else set()
    if held and not (out / MARK).is_file():
        raise RunError(f"{out} is not empty and holds no site. Name another folder by --out.")
    if strange := sorted(held - {MARK, "index.html", "entries", "data", *FILES}):
        # It is replaced as a whole, a repository that pages are published from too.
        raise RunError(
            f"{out} holds {brief(strange[0])} beside a site, which would be removed. Name another "
            f"folder by --out, and copy the site."
        )


def write_site(out: Path, files: Mapping[str, bytes]) -> None:
    """Write a site, whole or not at all, in place of the one before."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=".leaderboard-") as made:
        folder = Path(made) / "site"
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if out.exists():
            out.rename(Path(made) / "before")
        shutil.move(folder, out)

"""The command `export`: from an id or a suite to a folder with a data set."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console

from benchmarks.consoles import say
from benchmarks.export.card import card
from benchmarks.export.files import FORMATS, write_part
from benchmarks.export.parts import Part, parts_of_id, parts_of_suite
from benchmarks.suites import NOTICE, SUITES, Suite, suite_of
from benchmarks.suites.files import suite_or_file
from benchmarks.tasks import TASKS, bare, task_of
from shiftgym.atomic import write_atomically

LICENCE = "Apache-2.0"
"""Of data that are all our own."""


@dataclass(frozen=True)
class ExportOptions:
    """What is asked of an export.

    Attributes:
        what: an id whose actions are texts, the name of a suite, or the path of its JSON file.
        out: new folder of the data set.
        format: of `FORMATS`.
        images: whether prompts show pictures in place of what they otherwise tell.
        licence: of the data set, an SPDX identifier; None for `LICENCE`, which has to be another
            where episodes are made of the data of others.
        rows, splits, seed, keywords: of an id; rows of each split.
        size, episodes: of a suite; episodes of each column.
    """

    what: str
    out: Path
    format: str = "jsonl"
    images: bool = False
    licence: str | None = None
    rows: int = 1_000
    splits: Sequence[str] = ()
    seed: int = 0
    keywords: Mapping[str, Any] = field(default_factory=dict)
    size: str | None = None
    episodes: int | None = None


def write_data_set(asked: ExportOptions, console: Console) -> None:
    """Write a data set into a new folder, whole or not at all.

    Raises:
        ValueError: what is asked for cannot be exported, or the folder is in use.
        ImportError: Parquet is asked for without pyarrow.
        OSError: a file cannot be written.
    """
    out, licence = asked.out, asked.licence or LICENCE
    if not re.fullmatch(r"[\w.+-]+", licence, re.ASCII):
        raise ValueError(f"The licence {licence!r} is no SPDX identifier, such as CC0-1.0.")
    if asked.format not in FORMATS:
        raise ValueError(f"Unknown format {asked.format!r}: expected {' or '.join(FORMATS)}.")
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise ValueError(f"{out} is there already. Name a new folder by --out.")
    parts, of = _parts(asked, console)
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=".export-") as made:
        folder = Path(made) / "data"
        folder.mkdir()
        written = []
        for part in parts:
            written.append(write_part(part, folder, asked.format))
            if asked.licence is None and written[-1].credits:
                raise ValueError(
                    f"{part.name} is made of the data of others: "
                    f"{'; '.join(sorted(written[-1].credits))}. Name the licence of the data set "
                    f"by --licence; of cities from OpenStreetMap it is ODbL-1.0."
                )
        text = card(
            asked.what if of is None else of.name,
            written,
            format=asked.format,
            licence=licence,
            seed=asked.seed,
            of=of,
        )
        write_atomically(folder / "README.md", text.encode())
        if out.exists():
            out.rmdir()
        shutil.move(folder, out)
    for one in written:
        say(console, f"{one.part.name}: rows {one.rows:,}, episodes {len(one.tasks):,}")
    say(console, f"The data set lies in {out.resolve()}")


def _parts(asked: ExportOptions, console: Console) -> tuple[list[Part], Suite | None]:
    """Return the parts of a data set, and the suite where it is of one."""
    if asked.what in SUITES or asked.what.endswith(".json"):
        if asked.splits or asked.keywords:
            raise ValueError(
                "Splits and keywords are of ids; a suite says its own. Leave them out."
            )
        of = suite_or_file(asked.what)
        parts, told = parts_of_suite(
            of, size=asked.size, episodes=asked.episodes, images=asked.images
        )
        for line in (*told, *([NOTICE] if of.key else [])):
            say(console, line)
        return parts, of
    if asked.size or asked.episodes:
        raise ValueError("Sizes and episodes are of suites. Name --rows for an id.")
    id = bare(asked.what)
    name = task_of(id).name
    keywords = {**asked.keywords, **({"images": True} if asked.images else {})}
    if asked.splits and name in TASKS:
        # Then a model trained on these can be tested on the suites.
        keywords.setdefault("fold", list(suite_of(name).fold(0)))
    parts = parts_of_id(
        id, splits=asked.splits, rows=asked.rows, seed=asked.seed, keywords=keywords
    )
    return parts, None

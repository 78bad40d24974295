"""Tables for people, in the terminal and as Markdown, and rows for programs, as CSV.

Names in them come from files and endpoints, so all text is made safe here for its medium.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table as RichTable
from rich.text import Text

from shiftgym.atomic import write_atomically
from shiftgym.sanitize import for_csv, for_markdown, for_terminal


@dataclass(frozen=True)
class Table:
    """Rows of text under a title; all columns from `numbers_from` on are set to the right."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers_from: int = 1
    note: str = ""

    def rich(self) -> RichTable:
        """Return it for `rich.print`."""
        table = RichTable(
            title=_rich(self.title), caption=_rich(self.note) if self.note else None,
            box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left", caption_justify="left",
        )  # fmt: skip
        for index, name in enumerate(self.header):
            left = index < self.numbers_from
            table.add_column(_rich(name), justify="left" if left else "right", overflow="fold")
        for row in self.rows:
            # A narrow terminal breaks a cell before its interval, not inside.
            table.add_row(*(_rich(cell.replace(", ", ",")) for cell in row))
        return table

    def markdown(self) -> str:
        """Return it as a Markdown table under its title in bold."""
        rule = ["---" if index < self.numbers_from else "---:" for index in range(len(self.header))]
        header, *rows = ([*map(for_markdown, row)] for row in (self.header, *self.rows))
        lines = [f"| {' | '.join(row)} |" for row in (header, rule, *rows)]
        parts = [f"**{for_markdown(self.title)}**", "\n".join(lines), for_markdown(self.note)]
        return "\n\n".join(part for part in parts if part) + "\n"


def _rich(text: str) -> Text:
    """Return text for Rich, which would take a string for its own markup."""
    return Text(for_terminal(text))


def write_tables(
    path: Path, tables: Sequence[Table], headline: str = "", notes: Sequence[str] = ()
) -> None:
    """Write tables as Markdown under a headline in bold and notes, whole or not at all."""
    parts = [f"**{for_markdown(headline)}**\n"] if headline else []
    parts += [f"{for_markdown(note)}\n" for note in notes]
    parts += [table.markdown() for table in tables]
    write_atomically(path, "\n".join(parts).encode())


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows with the same keys as CSV, the keys as its header, whole or not at all."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {key: for_csv(cell) if isinstance(cell, str) else cell for key, cell in row.items()}
        )
    write_atomically(path, file.getvalue().encode())


def percent(value: float) -> str:
    """Return a share as a percentage with one decimal."""
    return f"{100 * value:.1f}"


def interval(value: float, low: float, high: float, *, signed: bool = False) -> str:
    """Return "12.3 [10.1, 14.9]", in percent; `signed` writes a plus before positive numbers."""
    sign = "+" if signed else ""
    return f"{100 * value:{sign}.1f} [{100 * low:{sign}.1f}, {100 * high:{sign}.1f}]"

"""Tables for people, in the terminal and as Markdown, and rows for programs, as CSV.

Names in them come from files and endpoints, so all text is made safe here for its medium.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table as RichTable
from rich.text import Text

from shiftgym.atomic import write_atomically
from shiftgym.sanitize import for_csv, for_markdown, for_terminal

_WIDEST = 10_000
"""Columns of a terminal without an edge."""


@dataclass(frozen=True)
class Table:
    """Rows of text under a title; all columns from `numbers_from` on are set to the right."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers_from: int = 1
    note: str = ""

    def rich(self) -> Fitting:
        """Return it for `rich.print`."""
        return Fitting(self)

    def lines(self, breaks: int = 0) -> RichTable:
        """Return it for a terminal.

        Args:
            breaks: how often cells are broken where people would: 0 for never, 1 for behind a
                slash of a name, before an interval, brackets or a count and between the words of
                the header, 2 for within long names and intervals too.
        """
        table = RichTable(
            title=_rich(self.title), caption=_rich(self.note) if self.note else None,
            box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left", caption_justify="left",
            padding=(0, 0) if breaks else (0, 1),
        )  # fmt: skip
        for index, name in enumerate(self.header):
            left = index < self.numbers_from
            told = name.replace(" ", "\n").replace("_", "_\n") if breaks and not left else name
            table.add_column(_rich(told), justify="left" if left else "right", overflow="fold")
        for row in self.rows:
            cells = [cell.replace(", ", ",") for cell in row]
            if breaks:
                names, numbers = cells[: self.numbers_from], cells[self.numbers_from :]
                cells = [_broken_name(name, breaks) for name in names]
                for mark in (" [", " (", ",n="):
                    numbers = [number.replace(mark, f"\n{mark[1:]}") for number in numbers]
                cells += numbers
            if breaks > 1:
                cells = [_behind_comma(",\n", cell) for cell in cells]
            table.add_row(*map(_rich, cells))
        return table

    def split(self, parts: int) -> list[Table]:
        """Return at most so many tables, each with all columns of names and some of numbers."""
        first = self.numbers_from
        size = max(1, -(-(len(self.header) - first) // parts))
        starts = [*range(first, len(self.header), size)] or [first]
        return [
            Table(
                self.title if start == first else f"{self.title}, continued",
                [*self.header[:first], *self.header[start : start + size]],
                [[*row[:first], *row[start : start + size]] for row in self.rows],
                first,
                self.note if start == starts[-1] else "",
            )
            for start in starts
        ]

    def markdown(self) -> str:
        """Return it as a Markdown table under its title in bold."""
        rule = ["---" if index < self.numbers_from else "---:" for index in range(len(self.header))]
        header, *rows = ([*map(for_markdown, row)] for row in (self.header, *self.rows))
        lines = [f"| {' | '.join(row)} |" for row in (header, rule, *rows)]
        parts = [f"**{for_markdown(self.title)}**", "\n".join(lines), for_markdown(self.note)]
        return "\n\n".join(part for part in parts if part) + "\n"


class Fitting:
    """A table as wide as the terminal has room for, in several parts if it must be."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        def fits(lines: RichTable) -> bool:
            room = Measurement.get(console, options.update(max_width=_WIDEST), lines).maximum
            return room <= options.max_width

        numbers = len(self._table.header) - self._table.numbers_from
        for parts, breaks in product(range(1, max(1, numbers) + 1), (0, 1, 2)):
            split = [part.lines(breaks) for part in self._table.split(parts)]
            if all(map(fits, split)):
                break
        yield from split


_behind_comma = re.compile(r"(?<=[\d.]),(?=[+−-]?\d)").sub
_parts = re.compile(r"[^/_.-]*[/_.-]|[^/_.-]+").findall


def _broken_name(name: str, breaks: int) -> str:
    """Return a name broken behind slashes, and for two breaks into short lines of whole parts."""
    lines = name.replace("/", "/\n")
    if breaks < 2:
        return lines
    longest = max([10, *map(len, _parts(name))])
    filled: list[str] = []
    for part in _parts(name):
        fits = filled and "/" not in filled[-1] and len(filled[-1] + part) <= longest
        filled[-1:] = [filled[-1] + part] if fits else [*filled[-1:], part]
    return "\n".join(filled)


def _rich(text: str) -> Text:
    """Return text for Rich, which would take a string for its own markup."""
    return Text("\n".join(map(for_terminal, text.split("\n"))))


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


def percent(value: float, sign: str = "") -> str:
    """Return a share as a percentage with one decimal; "+" as sign writes that of positive ones.

    What is 20.35 % but for rounding errors is told one way, wherever it is computed.
    """
    return f"{round(100 * value, 6):{sign}.1f}"


def signed(value: float) -> str:
    """Return a difference in points with its sign, as print has it."""
    return percent(value, "+").replace("-", "\u2212")


def interval(value: float, low: float, high: float, *, signed: bool = False) -> str:
    """Return "12.3 [10.1, 14.9]", in percent; `signed` writes a plus before positive numbers."""
    sign = "+" if signed else ""
    return f"{percent(value, sign)} [{percent(low, sign)}, {percent(high, sign)}]"

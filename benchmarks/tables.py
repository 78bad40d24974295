"""Tables for people, in the terminal and as Markdown, and rows for programs, as CSV."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table as RichTable


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
            title=self.title, caption=self.note or None, box=box.SIMPLE_HEAD,
            pad_edge=False, title_justify="left",
            caption_justify="left",
        )  # fmt: skip
        for index, name in enumerate(self.header):
            left = index < self.numbers_from
            table.add_column(name, justify="left" if left else "right", overflow="fold")
        for row in self.rows:
            # A narrow terminal breaks a cell before its interval, not inside.
            table.add_row(*(cell.replace(", ", ",") for cell in row))
        return table

    def markdown(self) -> str:
        """Return it as a Markdown table under its title in bold."""
        rule = ["---" if index < self.numbers_from else "---:" for index in range(len(self.header))]
        lines = [f"| {' | '.join(row)} |" for row in (self.header, rule, *self.rows)]
        parts = [f"**{self.title}**", "\n".join(lines), self.note]
        return "\n\n".join(part for part in parts if part) + "\n"


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows with the same keys as CSV, the keys as its header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def percent(value: float) -> str:
    """Return a share as a percentage with one decimal."""
    return f"{100 * value:.1f}"


def interval(value: float, low: float, high: float, *, signed: bool = False) -> str:
    """Return "12.3 [10.1, 14.9]", in percent; `signed` writes a plus before positive numbers."""
    sign = "+" if signed else ""
    return f"{100 * value:{sign}.1f} [{100 * low:{sign}.1f}, {100 * high:{sign}.1f}]"

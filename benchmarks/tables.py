"""Tables that are written three ways: for the terminal, as Markdown and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

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
            title=self.title, caption=self.note or None, box=box.SIMPLE_HEAD, title_justify="left",
            caption_justify="left",
        )  # fmt: skip
        for index, name in enumerate(self.header):
            table.add_column(name, justify="left" if index < self.numbers_from else "right")
        for row in self.rows:
            table.add_row(*row)
        return table

    def markdown(self) -> str:
        """Return it as a Markdown table under its title in bold."""
        rule = [
            "---" if index < self.numbers_from else "---:" for index in range(len(self.header))
        ]
        lines = [f"| {' | '.join(row)} |" for row in (self.header, rule, *self.rows)]
        parts = [f"**{self.title}**", "\n".join(lines), self.note]
        return "\n\n".join(part for part in parts if part) + "\n"

    def csv(self) -> str:
        """Return it as CSV with a header line."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.header)
        writer.writerows(self.rows)
        return text.getvalue()


def percent(value: float) -> str:
    """Return a share as a percentage with one decimal."""
    return f"{100 * value:.1f}"


def interval(value: float, low: float, high: float, *, signed: bool = False) -> str:
    """Return "12.3 [10.1, 14.9]", in percent; `signed` writes a plus before what is above nought."""
    sign = "+" if signed else ""
    return f"{100 * value:{sign}.1f} [{100 * low:{sign}.1f}, {100 * high:{sign}.1f}]"

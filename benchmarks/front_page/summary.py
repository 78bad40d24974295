"""One figure of the published results: what each policy keeps under the other rule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from benchmarks.plot_style import Theme, arm_style, plain_axes, write_figure

RESULTS = Path("docs/results.md")
"""The page whose summary table the figure is drawn from, so that the two cannot disagree."""

ARMS = ("init", "sft", "rl")
_NAMES = {"init": "init", "sft": "SFT", "rl": "RL"}
_TITLES = {
    "streets": "Streets, another rule: per-step accuracy (%)",
    "cards": "Cards, another rule: success (%)",
}
_ROW = re.compile(r"^\| (cards|streets), (\w+) \| ([^|]+) \|(.*)\|$", re.MULTILINE)
_RATE = re.compile(r"([\d.]+) \[([\d.]+), ([\d.]+)\]")


@dataclass(frozen=True)
class Row:
    """A row of the table.

    Attributes:
        task: "cards" or "streets".
        policy: with what it observes.
        shifted: under the other rule, (value, low, high) of init, SFT and RL, in percent.
    """

    task: str
    policy: str
    shifted: tuple[tuple[float, ...], ...]


def rows_of(page: str) -> list[Row]:
    """Return the rows of the summary table of a page.

    Raises:
        ValueError: there is no such table.
    """
    found = []
    for task, shown, policy, rest in _ROW.findall(page):
        rates = [tuple(map(float, rate)) for rate in _RATE.findall(rest)]
        found.append(Row(task, f"{policy}\n({shown})", tuple(rates[: len(ARMS)])))
    if not found:
        raise ValueError(f"{RESULTS} has no rows such as '| streets, text | ... |'.")
    return found


def write_summary(path: Path, page: Path = RESULTS) -> None:
    """Write the figure, as the files of `write_figure`."""
    write_figure(partial(_draw, rows_of(page.read_text("utf-8"))), path)


def _draw(rows: list[Row], theme: Theme) -> Figure:
    figure = Figure(figsize=(9.2, 3.6), layout="constrained")
    for panel, task, title in zip(figure.subplots(1, 2), _TITLES, _TITLES.values()):
        own = [row for row in rows if row.task == task]
        for place, row in enumerate(own):
            for shift, arm, (value, low, high) in zip((-0.2, 0.0, 0.2), ARMS, row.shifted):
                style = arm_style(theme, arm)
                panel.plot([place + shift] * 2, [low, high], color=style["color"], lw=1.7)
                panel.plot([place + shift], [value], **{**style, "markersize": 8})
        panel.set_xticks(range(len(own)), [row.policy for row in own])
        panel.set_xlim(-0.5, len(own) - 0.5)
        panel.set_title(title)
        plain_axes(panel)
    handles = [
        Line2D([], [], label=_NAMES[arm], **{**arm_style(theme, arm), "markersize": 8})
        for arm in ARMS
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
    return figure

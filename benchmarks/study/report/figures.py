"""Figures of a report: the frontier, the forest of differences, and curves against compute."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from benchmarks.plot_style import Theme, arm_style, label, plain_axes
from benchmarks.study.arm_styles import arm_handles, start_of, styles
from benchmarks.study.names import COLUMN_NAMES, ENDPOINT_NAMES, KL_AXIS
from benchmarks.study.report.contrasts import Contrast, by_setting
from benchmarks.study.report.measures import shown_measures
from benchmarks.study.report.reached import Reached
from benchmarks.study.report.summary import Setting, Summary
from benchmarks.tasks.task import SUCCESS

WIDTH = 7.2
"""Inches: the width of a printed page."""


def frontier(summary: Summary, theme: Theme) -> Figure:
    """Draw success under the shift against success without it: all points of all arms.

    Of several learning rates of a method the mean stands out.
    """
    whole = {one.name for one in summary.settings if not one.is_part}
    drawn = [
        one
        for one in summary.settings
        if has_frontier(one) and not (one.is_part and one.name in whole)
    ]
    wide = 3 if len(drawn) > 4 else 2
    figure, panels = _panels(len(drawn), 3.6, wide)
    for panel, one in zip(panels, drawn):
        shift, within = one.study.task.shift, "in"
        looks = styles(theme, _arms(one))
        points, means = (
            [at for at in known if at.has(shift, within)] for known in (one.frontier, one.means)
        )
        starts = [at for at in points if at.arm == "init"]
        for arm, look in looks.items():
            own = [at for at in points if at.arm == arm]
            # Intervals of all points of all rates would hide the points: the means have them.
            for at in [] if one.means else own:
                _cross(panel, at, within, shift, look["color"], 0.28)
            _path(panel, _before(arm, points), own, within, shift, look, bool(one.means))
        for method in ("sft", "rl"):
            own = [at for at in means if at.arm == method]
            look = arm_style(theme, method)
            for at in own:
                _cross(panel, at, within, shift, look["color"], 0.4)
            _path(panel, starts, own, within, shift, look, False)
        for start in starts:
            _cross(panel, start, within, shift, theme.arms["init"], 0.8)
            look = {**arm_style(theme, "init"), "markersize": 9.0, "ls": ""}
            panel.plot([_pct(start, within)], [_pct(start, shift)], zorder=5, **look)
        plain_axes(panel)
        panel.grid(axis="x", lw=0.7)
        panel.set_xlabel("trained rule (%)")
        panel.set_ylabel("another rule (%)")
        told = [*textwrap.wrap(one.name, 32), f"({one.study.task.axis})"]
        panel.set_title("\n".join(map(label, told)))
    _legend(figure, theme, drawn, _size_handles(theme, any(one.means for one in drawn)))
    _title(
        figure, theme, "What each point of training reaches, in and out of distribution", summary
    )
    return figure


def curves(one: Setting, theme: Theme) -> Figure:
    """Draw the columns of a setting against training compute, a line for each arm."""
    titles = {
        column: COLUMN_NAMES.get(column, column.replace("_", " "))
        for column in one.columns
        if any(at.has(column) for at in one.frontier)
    }
    return _against_compute(one, one.frontier, titles, theme)


def measures(one: Setting, points: Sequence[Reached], theme: Theme) -> Figure:
    """Draw what was measured of the weights under another rule against training compute.

    Args:
        points: see `measured_on_the_way`.
    """
    titles = {name: f"another rule: {told}" for name, told in shown_measures(points).items()}
    # Of a grid some arms may be measured.
    return _against_compute(replace(one, frontier=list(points)), points, titles, theme)


def _against_compute(
    one: Setting,
    shown: Sequence[Reached],
    titles: Mapping[str, str],
    theme: Theme,
) -> Figure:
    """Draw a panel for each of `titles`, by what is measured, and a line for each arm in it."""
    figure, panels = _panels(len(titles), 2.7)
    most = max(at.flops for at in shown)
    unit = 3 * math.floor(math.log10(most) / 3) if most >= 1 else 0
    looks = styles(theme, _arms(one))
    for panel, (key, title) in zip(panels, titles.items()):
        scale, axis = _scale(one, key)
        points = [at for at in shown if at.has(key)]
        for arm, look in looks.items():
            before = _before(arm, points)
            way = [*before, *(at for at in points if at.arm == arm)]
            spent = [at.flops / 10**unit for at in way]
            estimates = [at.values[key] for at in way]
            panel.plot(
                spent, [scale * estimate.value for estimate in estimates],
                **{**look, "markersize": 3.6, "lw": 1.3, "markevery": slice(len(before), None)},
            )  # fmt: skip
            low = [scale * estimate.low for estimate in estimates]
            high = [scale * estimate.high for estimate in estimates]
            alpha = 0.13 if len(looks) < 4 else 0.05
            panel.fill_between(spent, low, high, color=look["color"], alpha=alpha, lw=0)
        for at in points:
            if at.arm == "init":
                look = {**arm_style(theme, "init"), "markersize": 7.0}
                value = scale * at.values[key].value
                panel.plot([at.flops / 10**unit], [value], zorder=5, **look)
        plain_axes(panel)
        panel.set_title(label(title))
        panel.set_ylabel(axis)
        panel.set_xlabel(f"compute, init included ($10^{{{unit}}}$ FLOPs)")
    _legend(figure, theme, [one])
    _title(figure, theme, one.name, Summary([one]))
    return figure


def _scale(one: Setting, key: str) -> tuple[int, str]:
    """Return what values are multiplied by, and the name of their axis."""
    if key == "kl":
        return 1, KL_AXIS
    # Samples and attempts are asked for success, whatever the preset compares.
    is_success = key == "revision" or key.startswith("pass@")
    title = one.study.task.metrics[SUCCESS].title.lower() if is_success else one.study.task.axis
    return 100, f"{title} (%)"


def forest(summary: Summary, theme: Theme) -> Figure:
    """Draw RL - SFT of every setting and endpoint with its interval."""
    rows = forest_rows(summary)
    height = 1.3 + 0.34 * len(rows) + 0.3 * len({r.setting for r in rows})
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    panel = figure.subplots()
    at, ticks, names = 0.0, list[float](), list[str]()
    setting = ""
    for row in rows:
        if row.setting != setting:
            setting = row.setting
            at += 0.9
            panel.text(
                0.0, at, label(setting), transform=panel.get_yaxis_transform(), weight="bold"
            )
        at += 1.0
        ticks.append(at)
        told = ENDPOINT_NAMES[row.topic]
        names.append(told + (", kept" if row.family == "retention" else ""))
        low, value, high = (
            100 * v for v in (row.estimate.low, row.estimate.value, row.estimate.high)
        )
        ahead = "rl" if row.is_firm and value > 0 else "sft" if row.is_firm else "init"
        colour = theme.arms[ahead]
        panel.plot([low, high], [at, at], color=colour, lw=1.8)
        panel.plot([value], [at], marker="o" if row.is_firm else "D", color=colour, ms=6)
        told = f"{value:+.1f}"
        if row.p is not None:
            told += ", p < .001" if row.p < 0.001 else f", p {row.p:.3f}"
        panel.text(1.01, at, told.replace("-", "\u2212"), transform=panel.get_yaxis_transform(),
                   va="center", color=theme.ink)  # fmt: skip
    panel.axvline(0.0, color=theme.pale, lw=1.0)
    panel.set_yticks(ticks, names)
    panel.set_ylim(at + 0.8, 0.0)
    panel.grid(axis="x", lw=0.7)
    panel.set_axisbelow(True)
    panel.spines[["top", "right", "left"]].set_visible(False)
    panel.tick_params(axis="y", length=0)
    panel.set_xlabel(
        "SFT ahead  \u2190  RL \u2212 SFT under another rule, points  \u2192  RL ahead"
    )
    _title(figure, theme, "RL \u2212 SFT, 95\u00a0% intervals, p by Holm", summary)
    return figure


def forest_rows(summary: Summary) -> list[Contrast]:
    """Return the endpoints on the primary columns."""
    return by_setting(
        [
            contrast
            for one in summary.settings
            for contrast in one.contrasts
            if contrast.topic in ENDPOINT_NAMES and contrast.column == one.study.task.shift
        ]
    )


def has_frontier(one: Setting) -> bool:
    """Return whether a point is measured in and out of distribution."""
    return any(at.has(one.study.task.shift, "in") for at in one.frontier)


def _arms(one: Setting) -> list[str]:
    """Return the arms of a setting of which something is measured, in order."""
    return [arm for arm in dict.fromkeys(at.arm for at in one.frontier) if arm != "init"]


def _pct(at: Reached, column: str) -> float:
    return 100 * at.values[column].value


def _cross(panel: Axes, at: Reached, x: str, y: str, colour: Any, alpha: float) -> None:
    """Draw the intervals of a point in both directions."""
    look: dict[str, Any] = {"color": colour, "alpha": alpha, "zorder": 1}
    look["lw"] = 1.4 if alpha > 0.5 else 0.7
    across, up = ([100 * one.low, 100 * one.high] for one in (at.values[x], at.values[y]))
    panel.plot(across, [_pct(at, y)] * 2, **look)
    panel.plot([_pct(at, x)] * 2, up, **look)


def _before(arm: str, points: Sequence[Reached]) -> list[Reached]:
    """Return the point that an arm goes on from, of those that are shown: none if untrained."""
    return [at for at in points if at.arm == start_of(arm)][-1:]


def _path(
    panel: Axes,
    before: Sequence[Reached],
    own: Sequence[Reached],
    x: str,
    y: str,
    look: Mapping[str, Any],
    faint: bool,
) -> None:
    """Draw the way from where an arm starts over all its points, the last one large."""
    way = [*before, *own]
    size = {"markersize": 2.4, "lw": 0.8} if faint else {"markersize": 4.0, "lw": 1.8}
    across, up = [_pct(at, x) for at in way], [_pct(at, y) for at in way]
    line = {**look, **size, "markevery": slice(len(before), None)}
    panel.plot(across, up, **line, alpha=0.45 if faint else 1.0, zorder=2 if faint else 3)
    last = {**look, "markersize": 4.5 if faint else 8.5, "ls": ""}
    panel.plot(
        across[-1:], up[-1:], zorder=2.5 if faint else 4, alpha=0.6 if faint else 1.0, **last
    )


def _panels(count: int, height: float, wide: int = 2) -> tuple[Figure, list[Axes]]:
    """Return a figure with so many panels, up to `wide` in a row."""
    wide = min(wide, count)
    high = -(-count // wide)
    width = {1: 0.72, 2: 1.0, 3: 1.3}[wide] * WIDTH
    figure = Figure(figsize=(width, 0.9 + height * high), layout="constrained")
    panels = list(figure.subplots(high, wide, squeeze=False).flat)
    for panel in panels[count:]:
        panel.set_axis_off()
    return figure, panels[:count]


def _size_handles(theme: Theme, has_means: bool) -> list[Line2D]:
    """Return what a legend tells of large marks and thick lines."""
    last = {**arm_style(theme, "init"), "marker": "o", "markersize": 8.0, "ls": ""}
    handles = [Line2D([], [], label="last point", **{**last, "markerfacecolor": "none"})]
    if has_means:
        handles.append(Line2D([], [], label="mean over rates", color=theme.pale, lw=2.6))
    return handles


def _legend(
    figure: Figure, theme: Theme, drawn: Sequence[Setting], more: Sequence[Line2D] = ()
) -> None:
    """Write what marks mean: one for a method, and dashes for learning rates where they vary."""
    handles = [*arm_handles(theme, map(_arms, drawn)), *more]
    width = figure.get_figwidth()
    longest = max(len(str(handle.get_label())) for handle in handles)
    # Inches of a marker and of so many letters.
    fitting = max(1, int(width / (0.5 + 0.07 * longest)))
    columns = min(len(handles), int(0.7 * width), fitting)
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, frameon=False)


def _title(figure: Figure, theme: Theme, what: str, summary: Summary) -> None:
    width = int(12.5 * figure.get_figwidth())
    headline = "INCOMPLETE" if summary.is_unfinished else ""
    lines = textwrap.wrap(f"{headline}: {what}" if headline else what, width)
    colour = theme.warning if headline else theme.ink
    figure.suptitle("\n".join(map(label, lines)), color=colour)

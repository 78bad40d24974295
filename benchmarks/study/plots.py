"""Pictures of a study: its primary metric against compute, and against severities of the look."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from benchmarks.plot_style import Theme, arm_style, label, plain_axes, write_figure
from benchmarks.statistics import Estimate
from benchmarks.study.arm_styles import arm_handles, start_of, styles
from benchmarks.study.names import COLUMN_NAMES, SUITE_NAMES, policy_name
from benchmarks.study.results import REFERENCE, CurvePoint, Results, SeverityPoint

STYLES: Mapping[str, str] = MappingProxyType({"in": "-", "rule_ood": "--", "visual_ood": ":"})
PANELS_A_ROW = 2
FLOOR = "always-forward"
"""The reference that is drawn where a task has it: what is reached without looking."""


def plot_curves(results: Results, path: Path) -> None:
    """Draw one panel for each policy, into a PNG file and the others of `write_figure`."""
    if results.curves:
        write_figure(partial(curves_figure, results), path)


def plot_severities(results: Results, path: Path) -> None:
    """Draw one panel for each policy that sees and each axis of the look, into the same files."""
    if results.severities:
        write_figure(partial(severities_figure, results), path, dpi=120)


def curves_figure(results: Results, theme: Theme) -> Figure:
    """Draw columns against compute: policy by policy, and of many arms column by column."""
    shown = _panels(results)
    wide = min(PANELS_A_ROW, len(shown))
    high = -(-len(shown) // wide)
    figure = Figure(figsize=(1.0 + 4.6 * wide, 1.0 + 3.4 * high), layout="constrained")
    # A row may lie near 100 % and another spread: each uses its own room.
    panels = figure.subplots(high, wide, squeeze=False, sharey="row")
    for panel in panels.flat[len(shown) :]:
        panel.set_axis_off()
    unit = _unit(point.flops for point in results.curves)
    for panel, (title, points) in zip(panels.flat, shown):
        _draw_curves(panel, points, unit, theme)
        panel.set_title("\n".join(map(label, title)))
    for row, drawn in enumerate(panels):
        own = shown[row * wide : (row + 1) * wide]
        _fit(drawn, [p.estimate for _, points in own for p in points], results, theme)
        drawn[0].set_ylabel(f"{results.task.axis},\none greedy attempt (%)")
    for panel in panels.flat[max(0, len(shown) - wide) : len(shown)]:
        panel.set_xlabel(f"training compute, init included ($10^{{{unit}}}$ FLOPs)")
    # Dashes tell columns apart where a panel has several of them.
    columns = dict.fromkeys(
        p.column for _, points in shown if len({p.column for p in points}) > 1 for p in points
    )
    handles = [
        Line2D([], [], color=theme.ink, ls=STYLES.get(c, ":"), label=COLUMN_NAMES.get(c, c))
        for c in columns
    ]
    drawn_arms = [_arms(points) for _, points in shown]
    handles = arm_handles(theme, drawn_arms) + handles
    _finish(figure, results, "one init, then SFT or RL on one rule", handles, theme)
    return figure


def _panels(results: Results) -> list[tuple[list[str], list[CurvePoint]]]:
    """Return the lines of the titles and the points of panels: one for each policy.

    A policy with more arms than two has one for each column, in which lines are told apart.
    """
    suite = next(iter(results.record.suites))
    order = list(dict.fromkeys(rate.arm for rate in results.rates))
    found = []
    for policy in results.policies:
        points = [point for point in results.curves if point.policy == policy]
        points.sort(key=lambda point: order.index(point.arm) if point.arm in order else len(order))
        title = policy_name(suite, policy)
        if len(_arms(points)) <= 2:
            found += [([title], points)] if points else []
            continue
        for column in dict.fromkeys(point.column for point in points):
            own = [point for point in points if point.column == column]
            found.append(([title, COLUMN_NAMES.get(column, column)], own))
    return found


def _arms(points: Iterable[CurvePoint | SeverityPoint]) -> list[str]:
    """Return the arms of points, in order and without the init."""
    return [arm for arm in dict.fromkeys(point.arm for point in points) if arm != "init"]


def severities_figure(results: Results, theme: Theme) -> Figure:
    """Draw one panel for each policy that sees and each axis of the look."""
    policies = list(dict.fromkeys(point.policy for point in results.severities))
    axes, suite = list(results.axes), next(iter(results.record.suites))
    wide = next(count for count in (3, 2, 1) if len(axes) % count == 0)
    high = len(axes) // wide
    size = (0.8 + 2.7 * wide, 1.0 + 2.5 * high * len(policies))
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(high * len(policies), wide, squeeze=False, sharex=True, sharey=True)
    for row, policy in enumerate(policies):
        own = panels[row * high : (row + 1) * high]
        for panel, axis in zip(own.flat, axes):
            points = [p for p in results.severities if (p.policy, p.axis) == (policy, axis)]
            _draw_severities(panel, points, theme)
            whose = "" if len(policies) == 1 else f"{policy_name(suite, policy)}: "
            panel.set_title(label(f"{whose}{axis}"))
    _fit(panels.flat, [point.estimate for point in results.severities], results, theme)
    for panel in panels[:, 0]:
        panel.set_ylabel(f"{results.task.axis} (%)")
    for panel in panels[-1]:
        panel.set_xlabel("severity")
    handles = arm_handles(theme, [_arms(results.severities)])
    _finish(figure, results, "looks further and further from plain", handles, theme)
    return figure


def _finish(
    figure: Figure, results: Results, what: str, handles: list[Line2D], theme: Theme
) -> None:
    """Write what is shown above the panels, and below them the legend and the floor's mark."""
    floor = _floor(results)
    if floor is not None:
        told = f"{FLOOR.replace('-', ' ')} ({floor:.1f} %)"
        handles = [*handles, Line2D([], [], color=theme.pale, ls=(0, (1, 3)), label=told)]
    columns = len(handles) if len(handles) * 1.45 <= figure.get_figwidth() else 3
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, frameon=False)
    seeds = len(results.record.seeds)
    of = next(iter(results.record.suites))
    title = (
        f"{SUITE_NAMES.get(of, of)}: {what} "
        f"({seeds} {'seed' if seeds == 1 else 'seeds'}, 95\u00a0%\u00a0intervals)"
    )
    headline = results.missing.headline()
    width = int(12 * figure.get_figwidth())
    lines = [*textwrap.wrap(headline, width), *textwrap.wrap(title, width)]
    colour = theme.warning if headline else theme.ink
    figure.suptitle("\n".join(map(label, lines)), color=colour)


def _fit(panels: Iterable[Axes], estimates: list[Estimate], results: Results, theme: Theme) -> None:
    """Give panels that share an axis the room that their curves take, intervals included.

    The floor is drawn where it is not so far below that the curves would lose half of the room;
    the legend has its height in any case.
    """
    low = 100 * min(estimate.low for estimate in estimates)
    high = 100 * max(estimate.high for estimate in estimates)
    floor = _floor(results)
    # Where no agent gives a floor, success is shown from zero.
    bottom = 0.0 if floor is None else low
    shown = floor is not None and low - floor <= high - low
    if floor is not None and shown:
        bottom = min(low, floor)
    margin = max(0.04 * (high - bottom), 0.3)
    for panel in panels:
        if floor is not None and shown:
            panel.axhline(floor, color=theme.pale, ls=(0, (1, 3)), lw=1.2, zorder=1)
        panel.set_ylim(bottom - margin, high + margin)


def _floor(results: Results) -> float | None:
    """Return what is reached without looking, in percent; None where no agent does that."""
    found = results.rate(REFERENCE, FLOOR, "in")
    return None if found is None else 100 * found.estimate.value


def _unit(compute: Iterable[float]) -> int:
    """Return the power of ten, a multiple of three, that an axis counts compute in."""
    most = max(compute)
    return 3 * math.floor(math.log10(most) / 3) if most >= 1 else 0


def _draw_curves(panel: Axes, points: list[CurvePoint], unit: int, theme: Theme) -> None:
    """Draw every arm from where it starts, and the init above them."""
    starts = [point for point in points if point.arm == "init"]
    columns = list(dict.fromkeys(point.column for point in points))
    for arm, look in styles(theme, _arms(points)).items():
        for column in columns:
            own = sorted((p for p in points if p.column == column), key=lambda p: p.point)
            before = [p for p in own if p.arm == start_of(arm)][-1:]
            line = [*before, *(p for p in own if p.arm == arm)]
            compute = [p.flops / 10**unit for p in line]
            # Where the arms part there is one marker, that of the init.
            dashes = look["ls"] if len(columns) == 1 else STYLES.get(column, ":")
            style = {**look, "ls": dashes, "markevery": slice(len(before), None)}
            _draw_line(panel, compute, [p.estimate for p in line], style)
    for point in starts:
        compute = [point.flops / 10**unit]
        style = {**arm_style(theme, "init"), "markersize": 7.0}
        panel.plot(compute, [100 * point.estimate.value], zorder=5, **style)
    plain_axes(panel)


def _draw_severities(panel: Axes, points: list[SeverityPoint], theme: Theme) -> None:
    for arm in ("init", *_arms(points)):
        found = [point for point in points if point.arm == arm]
        severities = [float(point.severity) for point in found]
        _draw_line(panel, severities, [p.estimate for p in found], arm_style(theme, arm))
    plain_axes(panel)


def _draw_line(
    panel: Axes, places: list[float], estimates: list[Estimate], style: dict[str, object]
) -> None:
    """Draw a curve and the band of its intervals."""
    panel.plot(places, [100 * e.value for e in estimates], **style)
    panel.fill_between(
        places,
        [100 * e.low for e in estimates],
        [100 * e.high for e in estimates],
        color=style["color"],
        alpha=0.13,
        lw=0,
    )

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
from benchmarks.study.results import REFERENCE, CurvePoint, Results, SeverityPoint

ARM_NAMES: Mapping[str, str] = MappingProxyType({"init": "init", "sft": "SFT", "rl": "RL"})
STYLES: Mapping[str, str] = MappingProxyType({"in": "-", "rule_ood": "--", "visual_ood": ":"})
COLUMN_NAMES: Mapping[str, str] = MappingProxyType(
    {"in": "trained rule", "rule_ood": "another rule", "visual_ood": "other pictures"}
)
_POLICY_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "cnn": "CNN",
        "mlp": "Residual MLP",
        "lm": "Small language model",
        "lm-working": "Small language model with working",
        "mlp-retention": "Residual MLP, init has seen both rules",
        "lm-retention": "Small language model, init has seen both rules",
    }
)
SUITE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "gp-l": "Card game",
        "gp-vl": "Card game in images",
        "virl-l": "Street navigation",
        "virl-vl": "Street navigation in images",
    }
)
_ON_SYMBOLS = "Residual MLP on symbols"
"""That of a suite of images, which is told what others see."""

PANELS_A_ROW = 2
FLOOR = "always-forward"
"""The reference that is drawn where a task has it: what is reached without looking."""


def policy_name(suite: str, policy: str) -> str:
    """Return a policy of a suite as people read it."""
    if suite.endswith("-vl") and policy == "mlp":
        return _ON_SYMBOLS
    return _POLICY_NAMES.get(policy, policy)


def plot_curves(results: Results, path: Path) -> None:
    """Draw one panel for each policy, into a PNG file and the others of `write_figure`."""
    if results.curves:
        write_figure(partial(_curves, results), path)


def plot_severities(results: Results, path: Path) -> None:
    """Draw one panel for each policy that sees and each axis of the look, into the same files."""
    if results.severities:
        write_figure(partial(severities_figure, results), path, dpi=120)


def _curves(results: Results, theme: Theme) -> Figure:
    policies = [p for p in results.policies if any(c.policy == p for c in results.curves)]
    wide = min(PANELS_A_ROW, len(policies))
    high = -(-len(policies) // wide)
    figure = Figure(figsize=(1.0 + 4.6 * wide, 1.0 + 3.4 * high), layout="constrained")
    # A row may lie near 100 % and another spread: each uses its own room.
    panels = figure.subplots(high, wide, squeeze=False, sharey="row")
    for panel in panels.flat[len(policies) :]:
        panel.set_axis_off()
    unit = _unit(point.flops for point in results.curves)
    suite = next(iter(results.record.suites))
    for panel, policy in zip(panels.flat, policies):
        _draw_curves(panel, [p for p in results.curves if p.policy == policy], unit, theme)
        panel.set_title(label(policy_name(suite, policy)))
    for row, drawn in enumerate(panels):
        own = policies[row * wide : (row + 1) * wide]
        _fit(drawn, [p.estimate for p in results.curves if p.policy in own], results, theme)
        drawn[0].set_ylabel(f"{results.task.axis},\none greedy attempt (%)")
    for panel in panels.flat[max(0, len(policies) - wide) : len(policies)]:
        panel.set_xlabel(f"training compute, init included ($10^{{{unit}}}$ FLOPs)")
    columns = list(dict.fromkeys(point.column for point in results.curves))
    handles = [
        Line2D([], [], color=theme.ink, ls=STYLES.get(c, ":"), label=COLUMN_NAMES.get(c, c))
        for c in columns
    ]
    _finish(figure, results, "one init, then SFT or RL on one rule", handles, theme)
    return figure


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
    _finish(figure, results, "looks further and further from plain", [], theme)
    return figure


def _finish(
    figure: Figure, results: Results, what: str, handles: list[Line2D], theme: Theme
) -> None:
    """Write what is shown above the panels, and below them the legend."""
    arms = [Line2D([], [], label=name, **arm_style(theme, arm)) for arm, name in ARM_NAMES.items()]
    floor = _floor(results)
    if floor is not None:
        told = f"{FLOOR.replace('-', ' ')} ({floor:.1f} %)"
        handles = [*handles, Line2D([], [], color=theme.pale, ls=(0, (1, 3)), label=told)]
    legend = [*arms, *handles]
    columns = len(legend) if len(legend) * 1.45 <= figure.get_figwidth() else 3
    figure.legend(handles=legend, loc="outside lower center", ncols=columns, frameon=False)
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
    """Draw every arm from the init on, and the init above them."""
    starts = [point for point in points if point.arm == "init"]
    for arm in ("sft", "rl"):
        for column in dict.fromkeys(point.column for point in points):
            line = [p for p in starts if p.column == column]
            line += sorted(
                (p for p in points if p.arm == arm and p.column == column), key=lambda p: p.point
            )
            compute = [p.flops / 10**unit for p in line]
            # Where the arms part there is one marker, that of the init.
            style = {"ls": STYLES.get(column, ":"), "markevery": slice(1, None)}
            style = {**arm_style(theme, arm), **style}
            _draw_line(panel, compute, [p.estimate for p in line], style)
    for point in starts:
        compute = [point.flops / 10**unit]
        style = {**arm_style(theme, "init"), "markersize": 7.0}
        panel.plot(compute, [100 * point.estimate.value], zorder=5, **style)
    plain_axes(panel)


def _draw_severities(panel: Axes, points: list[SeverityPoint], theme: Theme) -> None:
    for arm in ARM_NAMES:
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

"""Pictures of a study: its primary metric against compute, and against severities of the look."""

from __future__ import annotations

import io
import textwrap
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from benchmarks.study.results import REFERENCE, CurvePoint, Results, SeverityPoint
from shiftgym.atomic import write_atomically
from shiftgym.sanitize import for_terminal

# Blue and orange are told apart by every kind of colour vision.
COLOURS = {"sft": "#d95f02", "rl": "#1f5fa8"}
NAMES = {"sft": "SFT", "rl": "RL"}
STYLES = {"in": "-", "rule_ood": "--", "visual_ood": ":"}
COLUMN_NAMES = {
    "in": "in distribution",
    "rule_ood": "another rule",
    "visual_ood": "other pictures",
}
MARKED = ("in", "rule_ood")
"""Columns whose init is named; others lie near these."""

INIT = "#777777"
POLICY_NAMES = {
    "cnn": "Convolutions and residual MLP",
    "mlp": "Residual MLP",
    "lm": "Small language model",
    "mlp-retention": "Residual MLP, init has seen both rules",
    "lm-retention": "Small language model, init has seen both rules",
}
PANELS_A_ROW = 2


def plot_curves(results: Results, path: Path) -> None:
    """Draw one panel for each policy into a PNG file."""
    policies = [p for p in results.policies if any(c.policy == p for c in results.curves)]
    if not policies:
        return
    matplotlib.use("agg")
    wide = min(PANELS_A_ROW, len(policies))
    high = -(-len(policies) // wide)
    figure = Figure(figsize=(1.0 + 4.6 * wide, 0.6 + 3.8 * high), layout="constrained")
    panels = figure.subplots(high, wide, squeeze=False, sharey=True)
    for panel in panels.flat[len(policies) :]:
        panel.set_axis_off()
    floors = []
    for panel, policy in zip(panels.flat, policies):
        _draw(panel, [point for point in results.curves if point.policy == policy])
        floors.append(_draw_floor(panel, results))
        panel.set_title(_label(POLICY_NAMES.get(policy, policy)))
        panel.set_xlabel("training compute, init included (FLOPs)")
    if not any(floors):
        # The axis is shared, and a limit ends its fitting: so once, when all is drawn.
        panels[0, 0].set_ylim(bottom=0)
    for panel in panels[:, 0]:
        panel.set_ylabel(f"{results.task.axis}, one greedy attempt (%)")
    columns = list(dict.fromkeys(point.column for point in results.curves))
    handles = [Line2D([], [], color=COLOURS[arm], lw=2, label=NAMES[arm]) for arm in COLOURS]
    handles += [
        Line2D([], [], color="#444444", ls=STYLES.get(c, ":"), label=COLUMN_NAMES.get(c, c))
        for c in columns
    ]
    _finish(figure, results, "one init, then SFT or RL on one rule", handles)
    _save(figure, path, dpi=160)


def plot_severities(results: Results, path: Path) -> None:
    """Draw one panel for each policy that sees and each axis of the look into a PNG file."""
    policies = list(dict.fromkeys(point.policy for point in results.severities))
    if not policies:
        return
    matplotlib.use("agg")
    axes = list(results.axes)
    wide = next(count for count in (3, 2, 1) if len(axes) % count == 0)
    high = len(axes) // wide
    size = (0.6 + 2.7 * wide, 0.7 + 2.5 * high * len(policies))
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(high * len(policies), wide, squeeze=False, sharex=True, sharey=True)
    for row, policy in enumerate(policies):
        own = panels[row * high : (row + 1) * high]
        for panel, axis in zip(own.flat, axes):
            points = [p for p in results.severities if (p.policy, p.axis) == (policy, axis)]
            _draw_severities(panel, points)
            title = axis if len(policies) == 1 else f"{POLICY_NAMES.get(policy, policy)}: {axis}"
            panel.set_title(_label(title), fontsize="medium")
    if not _draw_floor(panels[0, 0], results):
        panels[0, 0].set_ylim(bottom=0)
    for panel in panels[:, 0]:
        panel.set_ylabel(f"{results.task.axis} (%)")
    for panel in panels[-1]:
        panel.set_xlabel("severity")
    colours = {"init": INIT, **COLOURS}
    handles = [
        Line2D([], [], color=colour, lw=2, label=NAMES.get(arm, arm))
        for arm, colour in colours.items()
    ]
    _finish(figure, results, "under looks that are further and further from plain", handles)
    _save(figure, path, dpi=120)


def _finish(figure: Figure, results: Results, what: str, handles: list[Line2D]) -> None:
    """Write what is shown above the panels, and below them the legend."""
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    seeds = len(results.record.seeds)
    title = (
        f"{next(iter(results.record.suites))}: {what} "
        f"({seeds} {'seed' if seeds == 1 else 'seeds'}, 95 % intervals)"
    )
    headline = results.missing.headline()
    if headline:
        width = int(13 * figure.get_figwidth())
        title = "\n".join([*textwrap.wrap(_label(headline), width), title])
    figure.suptitle(title, fontsize="medium", color="#b00020" if headline else "black")


def _label(text: str) -> str:
    """Return text for Matplotlib, which would take what stands between dollars for mathematics."""
    return for_terminal(text).replace("$", r"\$")


def _save(figure: Figure, path: Path, dpi: int) -> None:
    """Write a PNG file, whole or not at all."""
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=dpi)
    write_atomically(path, picture.getvalue())


def _draw_severities(panel: Axes, points: list[SeverityPoint]) -> None:
    for arm, colour in {"init": INIT, **COLOURS}.items():
        found = [(point.severity, point.estimate) for point in points if point.arm == arm]
        severities = [severity for severity, _ in found]
        panel.plot(
            severities, [100 * e.value for _, e in found], color=colour, marker="o", ms=3, lw=1.6
        )
        panel.fill_between(
            severities,
            [100 * e.low for _, e in found],
            [100 * e.high for _, e in found],
            color=colour,
            alpha=0.13,
            lw=0,
        )
    panel.grid(axis="y", color="#dddddd", lw=0.7)
    panel.spines[["top", "right"]].set_visible(False)


def _draw_floor(panel: Axes, results: Results) -> bool:
    """Draw what is reached without looking, and return whether there is an agent that does that."""
    floor = results.rate(REFERENCE, "always-forward", "in")
    if floor is None:
        return False
    height = 100 * floor.estimate.value
    panel.axhline(height, color="#888888", ls=":", lw=1.2)
    panel.annotate(
        "always forward",
        (0.99, height),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        xytext=(0, 3),
        ha="right",
        fontsize="small",
        color="#666666",
    )
    return True


def _draw(panel: Axes, points: list[CurvePoint]) -> None:
    """Draw every arm from the init on."""
    starts = [point for point in points if point.arm == "init"]
    for arm, colour in COLOURS.items():
        for column in dict.fromkeys(point.column for point in points):
            line = [p for p in starts if p.column == column]
            line += sorted(
                (p for p in points if p.arm == arm and p.column == column), key=lambda p: p.point
            )
            compute = [p.flops for p in line]
            panel.plot(
                compute,
                [100 * p.estimate.value for p in line],
                color=colour,
                ls=STYLES.get(column, ":"),
                marker="o",
                ms=3.5,
                lw=1.8,
            )
            panel.fill_between(
                compute,
                [100 * p.estimate.low for p in line],
                [100 * p.estimate.high for p in line],
                color=colour,
                alpha=0.13,
                lw=0,
            )
    for point in starts:
        panel.plot(point.flops, 100 * point.estimate.value, "o", color="#222222", ms=6, zorder=5)
        if point.column not in MARKED:
            continue
        panel.annotate(
            "init",
            (point.flops, 100 * point.estimate.value),
            textcoords="offset points",
            xytext=(6, 6),
            fontsize="small",
            color="#222222",
        )
    panel.grid(axis="y", color="#dddddd", lw=0.7)
    panel.spines[["top", "right"]].set_visible(False)

"""Pictures of a study: the files, and what is written on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.completeness import Missing
from benchmarks.plot_style import LIGHT
from benchmarks.records import RunRecord
from benchmarks.statistics import Estimate
from benchmarks.study.arm_styles import arm_handles, start_of, styles
from benchmarks.study.plots import curves_figure, plot_curves
from benchmarks.study.presets import PRESETS, UNTRAINED
from benchmarks.study.results import CurvePoint, Results
from benchmarks.suites import SUITES
from benchmarks.tasks import TASKS


def results(missing: Missing, arms: Sequence[str] = ("sft", "rl")) -> Results:
    curves = [
        CurvePoint("mlp", arm, point, column, 1e12 * (point + 1), estimate(0.9 - 0.1 * point))
        for arm in ("init", *arms)
        for point in ([0] if arm == "init" else [1, 2])
        for column in ("in", "rule_ood")
    ]
    record = RunRecord(kind="study", config={}, seeds=[0], suites={"virl-l": "digest"})
    task = TASKS[SUITES["virl-l"].task]
    none: dict[str, list[Any]] = {
        key: [] for key in ("rates", "differences", "severities", "splits")
    }
    return Results(
        record, task, ("in", "rule_ood"), {}, ("mlp",), frozenset(), curves=curves,
        missing=missing, **none,
    )  # fmt: skip


def estimate(value: float) -> Estimate:
    return Estimate(value, value - 0.05, value + 0.05, 10, 10, 1, {0: value})


def test_a_picture_is_written_for_print_for_pages_and_for_dark_pages(tmp_path: Path) -> None:
    plot_curves(results(Missing()), tmp_path / "curves.png")
    names = {path.name for path in tmp_path.iterdir()}
    kinds = {"curves.png", "curves.pdf", "curves.svg", "curves-dark.png", "curves-dark.svg"}
    assert names == kinds
    drawn = (tmp_path / "curves.svg").read_text("utf-8")
    for words in ("Street navigation", "Residual MLP", "another rule", "init", "SFT", "RL"):
        assert f"{words}" in drawn
    assert "1e12" not in drawn
    assert "virl-l" not in drawn
    plot_curves(results(Missing(["rl points 2"])), tmp_path / "part.png")
    assert "INCOMPLETE, missing: rl points 2" in (tmp_path / "part.svg").read_text("utf-8")


def test_a_grid_has_a_panel_for_each_column_and_a_line_for_each_arm() -> None:
    arms = ("sft-5e-5", "sft-5e-4", "rl-5e-5", "rl-5e-4")
    figure = curves_figure(results(Missing(), arms), LIGHT)
    titles = [panel.get_title() for panel in figure.axes]
    assert titles == ["Residual MLP\ntrained rule", "Residual MLP\nanother rule"]
    for panel in figure.axes:
        curves = [line for line in panel.lines if len(line.get_xdata()) == 3]
        assert len(curves) == len(arms)
    looks = {(look["color"], look["ls"]) for look in styles(LIGHT, arms).values()}
    assert len(looks) == len(arms)
    (legend,) = figure.legends
    told = [text.get_text() for text in legend.get_texts()]
    assert told == ["init", "SFT", "RL", "rate 5e-5", "rate 5e-4"]
    # A rate for each method is told with it.
    chosen = arm_handles(LIGHT, [("sft-5e-5", "rl-2e-4")])
    assert [handle.get_label() for handle in chosen] == ["init", "SFT 5e-5", "RL 2e-4"]


def test_lines_go_on_from_where_presets_start_arms() -> None:
    arms = {
        name: arm
        for presets in PRESETS.values()
        for preset in presets.values()
        for policy in preset.policies.values()
        for name, arm in policy.all_arms.items()
    }
    starts = {None: "init", UNTRAINED: ""}
    assert {name: start_of(name) for name in arms} == {
        name: starts.get(arm.start, arm.start) for name, arm in arms.items()
    }

"""The report of studies: what it compares and advises, and that its page needs nothing else."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from benchmarks.completeness import Missing
from benchmarks.plot_style import LIGHT
from benchmarks.records import RunRecord
from benchmarks.report import report, report_all
from benchmarks.runs import RunError, write_json
from benchmarks.significance import difference_test, holm
from benchmarks.statistics import Estimate, Observation
from benchmarks.study.cells import Cell
from benchmarks.study.conclusion import sentences
from benchmarks.study.endpoints import CHOOSES, choices
from benchmarks.study.folder import described
from benchmarks.study.loaded import Study
from benchmarks.study.names import setting_name
from benchmarks.study.presets import PRESETS
from benchmarks.study.report.advice import advice
from benchmarks.study.report.command import write_report
from benchmarks.study.report.compared import contrasts_of
from benchmarks.study.report.contrast_tables import compared_table, endpoints_table, settings_table
from benchmarks.study.report.contrasts import corrected
from benchmarks.study.report.figures import curves, forest, frontier
from benchmarks.study.report.page import csv_rows, drawings, tables
from benchmarks.study.report.reached import Reached
from benchmarks.study.report.summary import Summary, arms_beside, summarise_studies
from benchmarks.study.report.tables import choices_table, overturned_table
from benchmarks.study.results import Difference, Rate
from benchmarks.study.tables import study_tables
from benchmarks.suites import SUITES
from benchmarks.tasks import TASKS
from benchmarks.tasks.task import RECOGNITION
from tests import test_plots, test_study
from tests.browser import browser
from tests.recordings import needs_browser

QUIET = Console(quiet=True)
fake_learner, kept, finished = test_study.fake_learner, test_study.kept, test_study.finished


def study(
    preset: str, rates: dict[tuple[str, str], float], seeds: int = 3, policy: str = "lm-working"
) -> Study:
    """Return a study of which every point of an arm has the rate of its arm and column."""
    of = PRESETS["gp-l"][preset]
    small = of.model_copy(update={"points": 2, "shares": (0.5, 1.0)})
    cells = {}
    for (arm, column), rate in rates.items():
        for point in (0,) if arm == "init" else (1, 2):
            played = {
                (seed, n): Observation(seed, str(n // 2), float(n < rate * 40))
                for seed in range(seeds)
                for n in range(40)
            }
            cells[policy, arm, point, column, "success"] = Cell(played, {})
    record = RunRecord(kind="study", config={}, seeds=[*range(seeds)], suites={"gp-l": "digest"})
    return Study(Path(), record, small, small.applied(SUITES["gp-l"]), cells, {}, set())


def verdicts(
    made: Study, policy: str = "lm-working"
) -> dict[tuple[str, str, str], tuple[str, str]]:
    contrasts, _ = contrasts_of(made, policy, retained=False)
    return {
        (one.contrast.topic, one.contrast.first, one.contrast.column): (one.verdict, one.says)
        for one in advice(corrected(contrasts))
    }


def test_advice_follows_the_tests() -> None:
    rates = {("init", "rule_ood"): 0.5, ("init", "in"): 0.5}
    for rate in ("5e-5", "1e-4", "2e-4", "5e-4"):
        fast = rate == "5e-4"
        rates |= {
            (f"sft-{rate}", "rule_ood"): 0.1 if fast else 0.2,
            (f"rl-{rate}", "rule_ood"): 0.4,
            (f"sft-{rate}", "in"): 0.9 if fast else 0.8,
            (f"rl-{rate}", "in"): 0.6,
            (f"sft-{rate}", "in_validation"): 0.8,
            (f"rl-{rate}", "in_validation"): 0.6,
        }
    found = verdicts(study("grid", rates, seeds=6))
    verdict, says = found["a", "RL 5e-5", "rule_ood"]
    assert verdict == "reinforcement"
    assert "it forgets less, and ends below its init" in says
    assert "RL has learned less of the trained rule, by 20.0 points" in says
    assert found["a", "RL 5e-5", "in"][0] == "imitation"
    assert found["rate", "SFT 5e-5", "rule_ood"][0] == "found"
    says = found["rate", "SFT 5e-5", "rule_ood"][1]
    assert "adds 10.0 points; but it has learned less of the trained rule, by 10.0 points" in says
    assert found["rate", "RL 5e-5", "rule_ood"][0] == "not decided"
    verdict, says = found["b", "RL", "rule_ood"]
    assert verdict == "reinforcement"
    assert "RL has learned less of the trained rule, by 22.5 points" in says
    # Before the declared seeds are there, nothing is advised by an endpoint.
    early = verdicts(study("grid", rates, seeds=3))
    for topic, studies in (("a", "-chosen"), ("b", "-chosen and -half"), ("c", "-chosen")):
        first = "RL" if topic == "b" else "RL 5e-5"
        verdict, says = early[topic, first, "rule_ood"]
        assert verdict == "not decided"
        assert says.endswith(
            "not decided yet; it is declared with 6 seeds, and 3 are here; studies whose presets "
            f"end in {studies} have the others."
        )
    assert early["rate", "SFT 5e-5", "rule_ood"][0] == "found"
    chosen = verdicts(study("grid-chosen", of_a_grid(0.5, 0.6, 0.3), seeds=3))
    assert chosen["c", "RL 5e-4", "rule_ood"][1].endswith("6 seeds, and 3 are here.")


def test_one_seed_decides_nothing() -> None:
    rates = {("init", "rule_ood"): 0.5, ("init", "in"): 0.5}
    for arm, rate in (("sft", 0.2), ("rl", 0.9)):
        rates |= {(arm, column): rate for column in ("in", "rule_ood")}
    one, several = (study("quick", rates, count, "lm") for count in (1, 3))
    assert verdicts(several, "lm")["c", "RL", "rule_ood"][0] == "reinforcement"
    found = corrected(contrasts_of(one, "lm", retained=False)[0])
    for told in advice(found):
        assert told.verdict == "not decided"
        assert told.says.endswith("not decided; it is of one seed, which tells nothing of others.")
        assert " p " not in told.because
        assert "points [+" in told.because or "points [\u2212" in told.because
    table = endpoints_table(found)
    assert table.rows
    for name in ("p by Holm", "p over seeds", "detectable", "seeds (episodes) for 3"):
        assert {row[list(table.header).index(name)] for row in table.rows} == {""}
    # Nor does it count among the tests that are corrected.
    tests = [c for c in contrasts_of(several, "lm", retained=False)[0] if c.family == "further"]
    alone, beside = (corrected([*tests, *more]) for more in ([], found))
    assert [c.p for c in alone] == [c.p for c in beside[: len(tests)]]
    assert {c.p for c in beside[len(tests) :]} == {None}


def chosen_in(made: Study) -> Any:
    """Return a setting with what validation chose in a grid."""
    policy = made.preset.policies["lm-working"]
    chosen = choices(made.played("lm-working"), policy, made.preset)
    return SimpleNamespace(
        study=made, policy="lm-working", title="the grid", chosen=chosen, passed={}
    )


def test_what_validation_chose_is_told_with_its_luck() -> None:
    rates = {("init", "in_validation"): 0.1}
    for rate, reached in (("5e-5", 0.3), ("1e-4", 0.55), ("2e-4", 0.6), ("5e-4", 0.5)):
        rates |= {(f"{arm}-{rate}", "in_validation"): reached for arm in ("sft", "rl")}
    one = chosen_in(study("grid", rates))
    table = choices_table(SimpleNamespace(settings=[one]))
    assert table is not None
    # On the same hands 55 % may be as good as 60 %, and 50 % is not, though within its interval.
    assert table.rows[0][4] == "60.0 [46.7, 71.7]"
    head, *_ = table.rows
    assert head[:4] == ["the grid", "SFT", "SFT 2e-4", "1 of 2"]
    assert head[4].startswith("60.0 [")
    assert head[5:7] == ["20", "2 of 4"]
    # Nothing is measured under the shifted rule's validation, which then has no columns.
    assert [len(row) for row in table.rows] == [len(table.header)] * 2 == [7, 7]
    one.passed = {"rl": one.chosen["rl"]}
    wider = choices_table(SimpleNamespace(settings=[one]))
    assert wider is not None
    assert [row[7:] for row in wider.rows] == [["", "", ""], ["RL 2e-4", "1 of 2", "60.0"]]


def test_rates_that_are_not_measured_yet_are_left_out_of_what_validation_chose() -> None:
    rates = {("init", "in_validation"): 0.1}
    for rate, reached in (("5e-5", 0.3), ("1e-4", 0.55)):
        rates |= {(f"{arm}-{rate}", "in_validation"): reached for arm in ("sft", "rl")}
    made = study("grid", rates)
    # The other seeds of one rate are not there yet.
    for (_, arm, *_), cell in made.cells.items():
        for key in [key for key in cell.played if arm == "rl-5e-5" and key[0] > 0]:
            del cell.played[key]
    table = choices_table(SimpleNamespace(settings=[chosen_in(made)]))
    assert table is not None
    assert [row[6] for row in table.rows] == ["1 of 2", "1 of 2"]


def test_nothing_follows_where_both_are_right_in_the_same_episodes() -> None:
    rates = {("init", "in"): 0.5}
    for rate in ("5e-5", "1e-4", "2e-4", "5e-4"):
        rates |= {(f"{arm}-{rate}", "in"): 1.0 for arm in ("sft", "rl")}
    verdict, says = verdicts(study("grid", rates))["b", "RL", "in"]
    assert verdict == "ceiling"
    assert "nothing follows, both are at the ceiling" in says


def test_tables_have_every_arm_of_a_study() -> None:
    arms = ("init", "sft-5e-5", "rl-5e-5", "sft-5e-4", "rl-5e-4")
    rates = [
        Rate("mlp", arm, column, metric, test_plots.estimate(0.5), None, None)
        for arm in arms
        for column in ("in", "rule_ood")
        for metric in ("step_accuracy", "turn_accuracy", RECOGNITION)
    ]
    made = study_tables(replace(test_plots.results(Missing()), rates=rates))
    named = {table.title: table for table in made}
    told = ["init", "SFT 5e-5", "RL 5e-5", "SFT 5e-4", "RL 5e-4"]
    for title in ("Per-step accuracy", "Accuracy at turning points"):
        assert named[f"{title} in percent, one greedy attempt: mlp"].header == ["column", *told]
    of_reading = named["Recognition in percent: what agents say that they see"]
    assert of_reading.header == ["policy", "column", *told]
    # Differences of the two usual arms are no table where there are no such arms.
    assert all(table.rows and all(map(all, table.rows)) for table in made)
    unknown = study_tables(replace(test_plots.results(Missing()), rates=[]))
    assert all(table.rows for table in unknown)


def of_a_grid(init: float, sft: float, rl: float) -> dict[tuple[str, str], float]:
    """Return rates of the two chosen arms under the shifted rule."""
    rates = {("init", "rule_ood"): init}
    for arm, rate in (("sft-5e-4", sft), ("rl-5e-4", rl)):
        rates |= {(arm, "rule_ood"): rate, (arm, "in_validation"): 0.9}
    return rates


@pytest.mark.parametrize(
    ("init", "verdict", "words"),
    [
        (0.1, "floor", "nothing follows, the init is at 10.0 %, outside 15-85 %"),
        (0.9, "ceiling", "nothing follows, the init is at 90.0 %, outside 15-85 %"),
        (0.7, "imitation", "imitation is enough, and better; it forgets less, and ends below"),
        (0.2, "imitation", "imitation is enough, and better; it ends above its init"),
    ],
)
def test_an_init_off_the_declared_range_decides_nothing(
    init: float, verdict: str, words: str
) -> None:
    found = verdicts(study("grid-chosen", of_a_grid(init, 0.6, 0.3), seeds=6))
    told, says = found["a", "RL 5e-4", "rule_ood"]
    assert told == verdict
    assert words in says
    # Equal success is looked for among all rates, so it is the grid's.
    assert not any(topic == "equal" for topic, _, _ in found)


def test_declared_tests_are_corrected_within_their_suite() -> None:
    own, _ = contrasts_of(
        study("grid-chosen", of_a_grid(0.5, 0.6, 0.3), seeds=3), "lm-working", retained=False
    )
    here = [one for one in own if one.family == "declared"]
    there = [replace(one, suite="virl-l") for one in here]
    found = corrected([*here, *there])
    # Each of nine tests: that those of the other suite stand beside them changes nothing.
    assert [one.p for one in found] == pytest.approx(2 * [9 * here[0].test.p_value] * 2, rel=0.2)
    assert [one.p for one in found] == [one.p for one in corrected(here)] * 2
    (row, *_) = endpoints_table(found).rows
    assert "3 of 6" in row


def test_a_setting_is_a_row_that_marks_what_is_found() -> None:
    made = study("grid-chosen", of_a_grid(0.5, 0.6, 0.3), seeds=6)
    own, _ = contrasts_of(made, "lm-working", retained=False)
    found = [replace(one, p=0.01 if one.topic == "a" else 0.2) for one in own]
    (row,) = settings_table(found).rows
    assert row[:4] == ["Card game: small language model with working", "50.0", "60.0", "30.0"]
    chosen, equal_rate, last, equal_success = row[4:]
    assert chosen.startswith("\u221230.0 [")
    assert chosen.endswith("] \u2020")
    assert last.endswith("]")
    few = [
        replace(one, test=replace(one.test, estimate=replace(one.estimate, seeds=4, by_seed=told)))
        for one in found
        for told in [dict(enumerate((-0.9, -0.02, -0.01, -0.02)))]
    ]
    # Seeds that differ so much tell nothing of a fifth.
    assert settings_table(few).rows[0][4].endswith("] (\u2020)")
    # Of a grid, not of the arms that were chosen from it.
    assert (equal_rate, equal_success) == ("", "")
    off = settings_table([replace(one, init=0.14) for one in found])
    assert off.rows[0][1] == "14.0 \u2021"
    assert "\u2021: outside 15-85 %, the declared range, so" in off.note
    on = settings_table(
        [*found, *(replace(one, suite="virl-l", metric="turn_accuracy") for one in found)]
    )
    assert "\u2021" not in on.note
    assert on.note.startswith(
        "Right: success (card game); accuracy at turning points (street navigation). "
    )


@pytest.mark.parametrize(
    ("preset", "told"),
    [
        ("grid", ""),
        ("grid-answers-chosen", ""),
        ("controls-more", ", controls"),
        ("quick", ", quick"),
        ("quick-cv", ", quick, one city left out"),
        ("grid-cv", ", one city left out"),
    ],
)
def test_a_setting_is_of_the_grids_or_tells_its_preset(preset: str, told: str) -> None:
    assert setting_name("virl-l", "mlp", preset) == f"Street navigation: residual MLP{told}"


def test_what_is_declared_of_a_grid_is_not_taken_for_that_of_another_preset() -> None:
    grid = study("grid-chosen", of_a_grid(0.5, 0.6, 0.3), seeds=6)
    own, _ = contrasts_of(grid, "lm-working", retained=False)
    name = grid.preset.name.replace("grid-chosen", "grid-cv")
    city = replace(grid, preset=grid.preset.model_copy(update={"name": name}))
    left_out, _ = contrasts_of(city, "lm-working", retained=False)
    assert {one.family for one in left_out} == {"further"}
    assert {one.topic for one in left_out} >= {one.topic for one in own}
    (row,) = settings_table([*own, *left_out]).rows
    assert row[0] == "Card game: small language model with working"
    # Another preset's declared test stands beside those of the grid, and is not one of them.
    other = [replace(one, preset="quick") for one in own if one.family == "declared"]
    assert {one.p for one in corrected([*own, *other]) if one.family == "declared"} == {
        *(one.p for one in corrected(own) if one.family == "declared"),
        *(one.p for one in corrected(other)),
    }
    assert not any(one.is_of_grid for one in [*left_out, *other])


def test_all_comparisons_that_are_not_declared_are_corrected_together() -> None:
    rates = {("init", "rule_ood"): 0.5, ("sft", "rule_ood"): 0.4, ("rl", "rule_ood"): 0.3}
    rates |= {("rl-kl", "rule_ood"): 0.5, ("rl-kl", "in"): 0.6, ("rl", "in"): 0.8}
    own, _ = contrasts_of(study("controls", rates), "lm-working", retained=False)
    assert {one.shift == "" for one in own} == {True, False}
    there = [replace(one, suite="virl-l", policy="mlp") for one in own]
    made = [one.test.p_value for one in [*own, *there]]
    assert [one.p for one in corrected([*own, *there])] == holm(made)


def test_comparisons_stand_beside_those_under_the_trained_rule() -> None:
    rates = {("init", "rule_ood"): 0.5, ("sft", "rule_ood"): 0.4, ("rl", "rule_ood"): 0.3}
    rates |= {("rl-kl", "rule_ood"): 0.5, ("rl-kl", "in"): 0.6, ("rl", "in"): 0.8}
    made = study("controls", rates)
    said = advice(corrected(contrasts_of(made, "lm-working", retained=False)[0]))
    table = compared_table("Found", [one for one in said if one.contrast.shift])
    (row,) = (row for row in table.rows if row[3].startswith("RL with KL"))
    assert row[1] == "RL with a penalty on the divergence from the init, against RL"
    assert row[2:5] == ["another rule", "RL with KL 50.0", "RL 30.0"]
    assert row[5].startswith("+20.0 [")
    assert row[8].startswith("\u221220.0 [")


def test_a_lead_that_is_none_is_not_told_in_points() -> None:
    made = study("grid-chosen", of_a_grid(0.7, 0.6, 0.5), seeds=6)
    (one,) = (c for c in contrasts_of(made, "lm-working", retained=False)[0] if c.topic == "a")
    for high, told in ((0.02, "RL is at most 2.0 points ahead."), (-0.01, "RL is not ahead.")):
        estimate = replace(one.estimate, value=-0.05, low=-0.1, high=high)
        (said,) = advice([replace(one, test=replace(one.test, estimate=estimate), p=0.2)])
        assert said.says.endswith(told)
    # Of three seeds no less than the interval over seeds counts.
    few = replace(
        one.estimate, value=-0.05, low=-0.1, high=0.02, seeds=3, by_seed={0: -0.2, 1: 0.1, 2: -0.05}
    )
    (said,) = advice([replace(one, test=replace(one.test, estimate=few), p=0.2)])
    assert said.verdict == "not decided"


@pytest.mark.parametrize(
    ("seeds", "end"),
    [
        (1, "1 seed), which tells nothing of other seeds."),
        (2, "2 seeds), so RL is ahead in these runs."),
        (6, "6 seeds), so RL is ahead."),
    ],
)
def test_a_sentence_over_few_seeds_is_of_these_runs(seeds: int, end: str) -> None:
    estimate = Estimate(0.2, 0.1, 0.3, 100, 50, seeds, {})
    results: Any = SimpleNamespace(
        primary=lambda: [Difference("mlp", "rl", "sft", "rule_ood", "success", estimate)],
        rate=lambda *_: SimpleNamespace(estimate=estimate),
        record=SimpleNamespace(seeds=[*range(seeds)]),
        task=TASKS["GeneralPoints"],
    )
    (said,) = sentences(results)
    assert said.endswith(end)
    # Of many seeds that differ a test over seeds alone has to find it too.
    estimate = replace(estimate, by_seed=dict(enumerate([0.0] * (seeds - 1) + [0.2 * seeds])))
    (said,) = sentences(results)
    assert said.endswith("neither is shown to be ahead.") == (seeds >= 5)


def test_controls_are_compared_with_their_method_and_a_floor_decides_nothing() -> None:
    arms = ("sft", "rl", "rl-kl", "rl-entropy", "sft-answers", "init-on", "sft-then-rl")
    rates = {(arm, "rule_ood"): 0.1 for arm in ("init", *arms)} | {("init-on", "rule_ood"): 0.6}
    found = verdicts(study("controls", rates))
    assert {topic for topic, _, _ in found} == {"control"}  # the endpoints are the grid's
    assert found["control", "init carried on", "rule_ood"][0] == "found"
    assert found["control", "RL with KL", "rule_ood"][0] == "floor"


def controls(
    name: str, points: dict[str, tuple[float, float]], beside: Mapping[Any, Any] = {}
) -> Any:
    """Return a setting of controls: rates of arms at two points, of which validation chose one."""
    arms = [(arm, "rule_ood") for arm in points]
    first, last = (
        study(name, {arm: points[arm[0]][number] for arm in arms}).cells for number in (0, 1)
    )
    chosen, other = (study(name, {(arm, CHOOSES): r for arm in points}).cells for r in (0.9, 0.1))
    made = study(name, {})
    for number, cells in ((1, {**first, **chosen}), (2, {**last, **other})):
        made.cells.update({place: cell for place, cell in cells.items() if place[2] == number})
    return SimpleNamespace(
        study=made, suite="gp-l", policy="lm-working", beside=beside, contrasts=[]
    )


@pytest.mark.parametrize(
    ("rl", "words"),
    [
        (0.3, ["at this rate too", "explains it", "leaves it", "leaves it", "turns it"]),
        (0.6, ["not at this rate"] * 5),
    ],
)
def test_controls_are_set_against_the_chosen_and_the_last_points(
    rl: float, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = partial(difference_test, replicates=2_000)
    monkeypatch.setattr("benchmarks.study.overturned.difference_test", fewer)
    # RL is 30 points behind, at the chosen point and at the last one.
    grid = study("grid-chosen", of_a_grid(0.5, 0.6, 0.3), seeds=6)
    contrasts = corrected(contrasts_of(grid, "lm-working", retained=False)[0])
    methods = {"sft": (0.6, 0.6), "rl": (rl, rl)}
    one = controls("controls", {**methods, "rl-kl": (0.6, 0.9)})
    more = controls("controls-more", {"grpo": (0.3, 0.3)}, one.study.played("lm-working"))
    summary = Summary([SimpleNamespace(contrasts=contrasts, study=grid), one, more])
    table = overturned_table(summary)
    assert table is not None
    told = [(row[1], row[2], row[-1]) for row in table.rows]
    there, explained, left, _, turned = words
    assert told == [
        ("(a)", "the headline", ""),
        ("(a)", "none", there),
        ("(a)", "RL with KL", explained),
        ("(a)", "GRPO", left),
        ("(c)", "the headline", ""),
        ("(c)", "none", there),
        ("(c)", "RL with KL", turned),
        ("(c)", "GRPO", left),
    ]
    assert [row[4].split(" ")[0] for row in table.rows[4:7]] == [
        f"{100 * (end - 0.6):+.1f}".replace("-", "\u2212") for end in (0.3, rl, 0.9)
    ]
    undecided = controls("controls", methods)
    assert overturned_table(Summary([undecided])) is None  # No grid is among them.


def test_controls_of_another_init_are_refused() -> None:
    shift = "rule_ood"
    first = study("controls", {("init", shift): 0.5, ("sft", shift): 0.4, ("rl", shift): 0.3})
    more = study("controls-more", {("init", shift): 0.5, ("grpo", shift): 0.4})
    beside = arms_beside(more, "lm-working", [first, more])
    assert {arm for arm, _, _ in beside} == {"sft", "rl"}
    other = study("controls-more", {("init", shift): 0.2, ("grpo", shift): 0.4})
    with pytest.raises(RunError, match="its init plays otherwise"):
        arms_beside(other, "lm-working", [first, other])


def test_methods_that_never_differ_are_not_decided() -> None:
    columns = ("rule_ood", "in_validation")
    one = {(arm, column): 0.5 for arm in ("sft-5e-4", "rl-5e-4") for column in columns}
    verdict, says = verdicts(study("grid-chosen", one, seeds=6))["c", "RL 5e-4", "rule_ood"]
    assert verdict == "not decided"
    assert "no episode came out differently" in says


def test_chosen_arms_count_in_whatever_order_studies_are_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = {("init", "rule_ood"): 0.5}
    for rate in ("5e-5", "1e-4", "2e-4", "5e-4"):
        grid |= {(f"{m}-{rate}", "rule_ood"): 0.4 for m in ("sft", "rl")}
        for column in ("in_validation", "ood_validation"):
            grid |= {(f"{m}-{rate}", column): 0.9 for m in ("sft", "rl")}
    chosen = of_a_grid(0.5, 0.6, 0.3)
    chosen |= {(arm, "ood_validation"): 0.5 for arm in ("sft-5e-4", "rl-5e-4")}
    made = {
        "a-chosen": study("grid-chosen", chosen, seeds=6),
        "b-grid": study("grid", grid),
    }
    for name, one in made.items():
        config = PRESETS["gp-l"][one.preset.name].plain(exclude={"seeds"})
        record = one.record.model_copy(update={"config": config})
        write_json(tmp_path / name / "run.json", record.model_dump(mode="json"))
    results = SimpleNamespace(curves=[], retained=())
    monkeypatch.setattr(
        "benchmarks.study.report.summary.study_and_results",
        lambda folder, splits: (made[folder.name], results),
    )
    for order in (["a-chosen", "b-grid"], ["b-grid", "a-chosen"]):
        summary = summarise_studies([tmp_path / name for name in order])
        (row,) = settings_table(summary.contrasts).rows
        assert row[1:4] == ["50.0", "60.0", "30.0"]


def test_studies_of_one_policy_keep_their_tables_and_pictures_apart(
    tmp_path: Path, finished: test_study.Finished
) -> None:
    run = finished("study", SUITES["gp-l"])[0]
    other = shutil.copytree(run, tmp_path / "other")
    record = json.loads((other / "run.json").read_text())
    record["config"]["name"] = "another"
    (other / "run.json").write_text(json.dumps(record))
    (other / "jobs" / "fake-seed0" / "run.json").unlink()
    summary = summarise_studies([run, other])
    titles = [table.title for table in tables(summary)]
    assert len(titles) == len(set(titles)) > 10
    assert sum("last point" in title for title in titles) == 2
    drawn = drawings(summary)
    (frontier,) = [one for one in drawn if one.name == "frontier"]
    assert frontier.says.startswith("Episode success under another rule against the same under")
    names = [one.name for one in drawn]
    assert len(names) == len(set(names))
    assert {row["preset"] for row in csv_rows(summary)} == {"another", described(run)[1].name}


def test_the_forest_has_in_colour_what_words_count() -> None:
    made = study("grid-chosen", of_a_grid(0.5, 0.6, 0.3), seeds=6)
    found = corrected(contrasts_of(made, "lm-working", retained=False)[0])
    estimate = {one.topic: one.test.estimate for one in found}["a"]
    apart = replace(estimate, by_seed={0: -0.9, 1: -0.01, 2: -0.02, 3: -0.3, 4: -0.01, 5: -0.02})
    unsure = [replace(one, test=replace(one.test, estimate=apart)) for one in found]
    for contrasts, colours in ((found, {LIGHT.arms["sft"]}), (unsure, {LIGHT.arms["init"]})):
        one = SimpleNamespace(contrasts=contrasts, study=made)
        drawn = forest(SimpleNamespace(settings=[one], is_unfinished=False), LIGHT)
        markers = [line for line in drawn.axes[0].lines if line.get_marker() not in ("None", "")]
        assert {line.get_color() for line in markers} == colours


def test_lines_start_where_arms_do_and_all_of_a_legend_is_shown() -> None:
    preset = PRESETS["gp-l"]["controls-more"]
    arms = ["init", *preset.policies["lm-working"].all_arms]
    told = Estimate(0.5, 0.4, 0.6, episodes=10, clusters=10, seeds=1, by_seed={0: 0.5})
    points = [
        Reached(arm, point, 1e12 * (1 + point), {"rule_ood": told, "in": told})
        for arm in arms
        for point in ((0,) if arm == "init" else (1, 2))
    ]
    made = study("controls-more", {})
    one: Any = SimpleNamespace(
        study=made, policy="lm-working", name="a", columns=["rule_ood"], frontier=points, means=[],
        is_part=False, results=SimpleNamespace(missing=Missing()),
    )  # fmt: skip
    for drawn in (curves(one, LIGHT), frontier(Summary([one]), LIGHT)):
        lines = [line for line in drawn.axes[0].lines if line.get_markevery() is not None]
        assert [n for line in lines if (n := len(line.get_xdata())) > 1] == [
            2 if arm.endswith("-untrained") else 3 for arm in arms[1:]
        ]
        drawn.draw_without_rendering()
        (legend,) = drawn.legends
        box = legend.get_window_extent()
        assert box.x0 >= 0
        assert box.x1 <= drawn.bbox.x1


def test_a_study_becomes_a_page_that_needs_nothing_else(
    tmp_path: Path, finished: test_study.Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The pictures are drawn once, as files; the test in a browser has them all.
    monkeypatch.setattr("benchmarks.study.report.page.drawn_as_svg", lambda *_: b"<svg/>")
    run = shutil.copytree(finished("study", SUITES["gp-l"])[0], tmp_path / "run")
    book = run / "jobs" / "fake-seed0" / "points.json"
    told = json.loads(book.read_text())
    del told["points"]["sft/1"]
    book.write_text(json.dumps(told))
    write_report(summarise_studies([run]), tmp_path / "page", QUIET)
    page, text, numbers = (
        (tmp_path / "page" / f"report.{kind}").read_text("utf-8") for kind in ("html", "md", "csv")
    )
    assert not re.search(r"(?:src|href|srcset)=\"(?!data:|#)", page)
    assert "SFT, rule_ood" in page
    for words in ("Which should I use", "The frontier", "2501.17161", "by Holm", "INCOMPLETE"):
        assert words in page
        assert words in text
    assert numbers.count("INCOMPLETE") == len(numbers.splitlines()) - 1 > 10
    # Tables that go elsewhere leave the study's folder as it is.
    before = sorted(run.rglob("*"))
    monkeypatch.setattr("benchmarks.study.plots.plot_curves", lambda *_: None)
    report(run, QUIET, out=tmp_path / "tables")
    assert (tmp_path / "tables" / "table.md").exists()
    assert sorted(run.rglob("*")) == before
    assert {"forest.png", "frontier.png"} <= {file.name for file in (tmp_path / "page").iterdir()}
    other = shutil.copytree(run, tmp_path / "other")
    write_report(summarise_studies([run, other]), tmp_path / "both", QUIET)
    both, one = (
        [*csv.DictReader((tmp_path / folder / "costs.csv").read_text("utf-8").splitlines())]
        for folder in ("both", "tables")
    )
    assert list(dict.fromkeys(row.pop("study") for row in both)) == ["run", "other"]
    assert both == 2 * one
    with pytest.raises(RunError, match="only studies have a page together"):
        report_all([run, run / "jobs" / "fake-seed0"], QUIET)


@pytest.mark.slow
@needs_browser
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [400, 1400])
def test_the_page_in_a_browser(
    tmp_path: Path, finished: test_study.Finished, width: int, dark: bool
) -> None:
    report_all([finished("study", SUITES["gp-l"])[0]], QUIET, tmp_path)
    with browser(tmp_path) as page:
        page.open((tmp_path / "report.html").as_uri() + "#tables", width=width, dark=dark)
        assert page.tell("document.documentElement.scrollWidth") <= width
        assert page.tell("[...document.images].every((one) => one.naturalWidth > 0)")
        assert page.tell("location.hash") == "#tables"
        # A figure that is cut says that it scrolls, and no other does.
        cut = (
            "[...document.querySelectorAll('.wide:has(picture)')].map((one) => "
            "[one.scrollWidth > one.clientWidth, getComputedStyle(one, '::before').content])"
        )
        assert page.tell(cut)
        for is_cut, says in page.tell(cut):
            assert is_cut == ("Scroll sideways" in says)
        page.press("n")
        page.wait("document.querySelector('#heading').textContent !== ''")
        assert page.errors == []

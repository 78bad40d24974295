"""A study that holds out one city for each seed."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from rich.console import Console

from benchmarks.runs import read_episodes
from benchmarks.study import cities as told
from benchmarks.study.findings.page_in_full import page_in_full
from benchmarks.study.findings.quoted import quoted
from benchmarks.study.job import Job
from benchmarks.study.presets import PRESETS, Preset, cities, one_city_out
from benchmarks.study.publish import publish
from benchmarks.study.report.summary import summarise_studies
from benchmarks.study.results import load_results
from benchmarks.study.run import run_study
from benchmarks.suites import SUITES
from tests.tiny_policies import POLICIES

SUITE = SUITES["virl-l"]
TOWNS = ("harbour steps", "lagoon market", "gridhaven", "starhaven")


def preset() -> Preset:
    quick = PRESETS["virl-l"]["quick"]
    micro = {
        "competence": 0.0,
        "validation_episodes": 2,
        "points": 1,
        "curve_episodes": 2,
        "final_episodes": 2,
        "policies": {"mlp": POLICIES["mlp"]},
    }
    return one_city_out(quick.model_copy(update=micro), SUITE.task, TOWNS)


def test_each_city_but_that_of_validation_is_held_out_once(tmp_path: Path) -> None:
    full = one_city_out(PRESETS["virl-l"]["full"], SUITE.task)
    assert (full.name, full.seeds, full.folds) == ("full-cv", 9, 10)
    again = Preset.model_validate(full.plain(exclude=set()))
    assert again.applied(SUITE) == full.applied(SUITE)
    for seed in range(3):
        job = Job(preset(), SUITE, "mlp", seed, tmp_path)
        assert job.played.fold(seed) == (seed, 4, 3)
        for column, split in (("rule_ood", "test"), ("ood_train", "train")):
            keywords = job.played.keywords(column, seed)
            assert keywords["city"] == list(TOWNS)
            assert (keywords["split_by"], keywords["split"]) == ("city", split)
    with pytest.raises(ValueError, match="GeneralPoints has none: use --suite virl-l"):
        one_city_out(PRESETS["gp-l"]["quick"], "GeneralPoints")


@pytest.mark.slow
def test_a_study_over_cities_is_told_city_by_city(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cities, "ROUTES", 5)
    monkeypatch.setattr("benchmarks.tasks.streets.MEMORISED", 20)
    quiet, run = Console(quiet=True), tmp_path / "run"
    run_study(preset(), SUITE, run, seeds=range(3), only=[0, 2], workers=0, console=quiet)
    rows = list(read_episodes(run / "jobs" / "mlp-seed2"))
    walked = {row.cluster.split("/")[0] for row in rows if row.cell.endswith("/in")}
    trained = {row.cluster.split("/")[0] for row in rows if row.cell.endswith("/in_train")}
    assert walked == {"gridhaven"}
    assert trained <= {"harbour steps", "lagoon market"}
    tables = list(told.tables(preset(), load_results(run)))
    (of_rule,) = (table for table in tables if table.title.startswith("rule_ood"))
    assert of_rule.header == ["", "harbour steps", "gridhaven", "all [95 %]"]
    names = [row[0] for row in of_rule.rows]
    assert {"mlp init", "mlp RL", "mlp RL \u2212 SFT", "expert"} <= set(names)
    assert "[" in of_rule.rows[names.index("mlp RL \u2212 SFT")][-1]
    told.main(run)
    marked = load_results(run).missing.marked(tables)
    headline, *said = capsys.readouterr().out.split("\n", 1)
    assert ": INCOMPLETE, missing: random seed 1" in headline
    assert said == ["".join(table.markdown() + "\n" for table in marked)]
    # The page of what was found has the columns that tests are told of.
    packed = tmp_path / "packed"
    publish(run, packed, seeds=[0, 2])
    summary = summarise_studies([packed], splits=False)
    found = quoted(summary)
    assert [table.title.partition(":")[0] for table in found.cities] == ["in", "rule_ood"]
    assert of_rule.markdown().rstrip() in page_in_full(found)
    assert not found.columns


def test_another_study_is_told_that_it_left_no_city_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = preset().model_copy(update={"game": None})
    monkeypatch.setattr(told, "described", lambda _: (None, plain, SUITE))
    with pytest.raises(typer.Exit):
        told.main(tmp_path)
    assert "left no city out" in capsys.readouterr().err

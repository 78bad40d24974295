"""Folders of studies that were edited or damaged, and commands asked for what is not there."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmarks.completeness import Missing
from benchmarks.records import Episode, RunRecord
from benchmarks.report import report_all
from benchmarks.runs import RunError, pack_json, read_episodes
from benchmarks.statistics import Estimate
from benchmarks.study.cities import tables
from benchmarks.study.frontier import report
from benchmarks.study.job import Event, Job
from benchmarks.study.loaded import load_study
from benchmarks.study.measured import Measured, Measures, read_measures
from benchmarks.study.measures import measure
from benchmarks.study.points import read_points
from benchmarks.study.presets import PRESETS, PolicyPreset
from benchmarks.study.publish import publish
from benchmarks.study.report.page import tables as page_tables
from benchmarks.study.report.summary import summarise_studies
from benchmarks.study.results import Rate, load_results
from benchmarks.study.run import run_study
from benchmarks.study.splits import write_splits
from benchmarks.study.worker import run_job
from benchmarks.suites import SUITES
from tests import test_plots, test_study
from tests.test_study import QUIET, make_preset
from tests.test_study_cities import TOWNS
from tests.test_study_cities import preset as over_cities

fake_learner, kept, finished = test_study.fake_learner, test_study.kept, test_study.finished


@pytest.fixture
def folder(tmp_path: Path, finished: test_study.Finished) -> Path:
    """Return a copy of a finished study."""
    return shutil.copytree(finished("study", SUITES["gp-l"])[0], tmp_path / "run")


def changed(path: Path, change: Callable[[Any], None]) -> None:
    told = json.loads(path.read_text())
    change(told)
    path.write_text(json.dumps(told))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema_version": 99}, "schema_version: Input should be 1"),
        ({"seeds": [0, 0]}, r"seeds: .*each seed once; got \[0, 0\]"),
        ({"config": {"metric": "nosuch"}}, "metric of gp-l: expected some of success"),
        ({"config": {"curve_columns": ["in", "out"]}}, "out is not among them. Restore the file"),
        ({"config": {"points": 50_000_000}}, "points: Input should be less than or equal to 1000"),
    ],
)
def test_a_run_that_says_what_cannot_be_is_refused_in_words(
    folder: Path, change: dict[str, Any], words: str
) -> None:
    def edit(told: dict[str, Any]) -> None:
        told |= {**change, "config": {**told["config"], **change.get("config", {})}}

    changed(folder / "run.json", edit)
    for read in (load_results, lambda one: report([one]), lambda one: publish(one, one / "out")):
        with pytest.raises(RunError, match=words):
            read(folder)


def test_a_report_says_that_the_suite_has_changed(folder: Path) -> None:
    assert summarise_studies([folder], splits=False).headline == ""

    def edit(told: dict[str, Any]) -> None:
        told["suites"]["gp-l"] = "another"

    for run in (folder, folder / "jobs" / "fake-seed0"):
        changed(run / "run.json", edit)
    (note,) = load_study(folder).notes
    words = f"has changed since (its digest was another, and is {SUITES['gp-l'].digest})"
    assert note.startswith(f"{folder}: the suite gp-l {words}")
    assert summarise_studies([folder], splits=False).headline == note


def test_a_report_is_of_each_study_once_and_goes_into_a_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.report.report", lambda *_, **__: None)
    monkeypatch.setattr("benchmarks.study.report.command.write_report", lambda *_: None)
    said = io.StringIO()
    report_all([folder, folder / ".." / folder.name], Console(file=said, width=200))
    assert said.getvalue().count("Reading ") == 1
    file = folder / "file"
    file.touch()
    with pytest.raises(RunError, match=r"file is a file\. Name a folder with --out"):
        report_all([folder], QUIET, file)


def test_a_rate_that_is_no_number_is_refused() -> None:
    arms = PRESETS["gp-l"]["grid"].plain(exclude=set())
    arms["policies"]["lm-working"]["arms"]["sft-5e-5"]["settings"]["learning_rate"] = [1]
    with pytest.raises(ValueError, match=r"learning_rate: expected a number; got \[1\]"):
        type(PRESETS["gp-l"]["grid"]).model_validate(arms)


@pytest.mark.parametrize("rows", [".", "jobs/fake-seed0"])
def test_a_row_of_no_cell_is_named_where_a_study_is_packed(folder: Path, rows: str) -> None:
    path = folder / rows / "episodes.jsonl"
    first, *others = path.read_text().splitlines()
    row = json.loads(first)
    row["cell"] = "x"
    path.write_text("\n".join([json.dumps(row), *others]) + "\n")
    with pytest.raises(RunError, match="is of the cell 'x'; in a study a cell is policy/seed"):
        publish(folder, folder.parent / "packed")


@pytest.mark.parametrize("rows", [".", "jobs/fake-seed0"])
@pytest.mark.parametrize("cell", ["zz/0/init/0/in", "fake/7/init/0/in"])
def test_rows_of_another_policy_or_seed_are_named(folder: Path, rows: str, cell: str) -> None:
    path = folder / rows / "episodes.jsonl"
    first, *others = path.read_text().splitlines()
    path.write_text("\n".join([json.dumps({**json.loads(first), "cell": cell}), *others]) + "\n")
    for read in (load_results, write_splits):
        with pytest.raises(RunError, match=rf"is of {cell}; expected rows of (fake|reference)"):
            read(folder)


def test_a_row_that_is_dealt_with_an_unknown_keyword_is_named(folder: Path) -> None:
    path = folder / "jobs" / "fake-seed0" / "episodes.jsonl"
    first, *others = path.read_text().splitlines()
    row = json.loads(first)
    row["keywords"]["nosuch"] = 1
    path.write_text("\n".join([json.dumps(row), *others]) + "\n")
    for read in (load_results, write_splits):
        with pytest.raises(RunError, match=r"episode 0 of fake/0/init/0/.* cannot be dealt again"):
            read(folder)


def test_points_of_an_unknown_stage_are_named_where_a_study_is_read(folder: Path) -> None:
    def rename(book: Any) -> None:
        book["points"]["zz/1"] = {**book["points"]["sft/1"], "stage": "zz"}

    changed(folder / "jobs" / "fake-seed0" / "points.json", rename)
    for read in (load_results, write_splits):
        with pytest.raises(
            RunError, match="tells of zz/1: this job has the stages init, sft, rl, of 3"
        ):
            read(folder)


def rows_of(job: Path) -> list[Episode]:
    return sorted(read_episodes(job), key=lambda row: (row.cell, row.index))


def resumed(run: Path) -> Path:
    """Resume the job of a study; return its folder."""
    job = Job(make_preset(), SUITES["gp-l"], "fake", 0, run / "jobs" / "fake-seed0")
    run_job(job, lambda event: None)
    return job.folder


def test_rows_that_were_lost_are_measured_again(folder: Path) -> None:
    job = folder / "jobs" / "fake-seed0"
    whole, path = rows_of(job), job / "episodes.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    for lost in ("fake/0/sft/1/in", "fake/0/rl/3/rule_ood"):
        kept = [line for line in lines if json.loads(line)["cell"] != lost]
        assert len(kept) < len(lines)
        path.write_bytes(b"".join(kept))
        assert load_results(folder).missing
        assert rows_of(resumed(folder)) == whole
        assert not load_results(folder).missing


def test_rows_that_were_lost_with_their_weights_are_named(folder: Path) -> None:
    job = folder / "jobs" / "fake-seed0"
    (job / "episodes.jsonl").write_bytes(b"")
    (job / "weights" / "sft-2.pt").unlink()
    with pytest.raises(RunError, match=r"lacks rows of sft/2, and weights/sft-2\.pt, .* delete "):
        resumed(folder)


def without_points(book: Any) -> None:
    del book["points"]


def without_an_arm(book: Any) -> None:
    for point in (1, 2, 3):
        del book["points"][f"rl/{point}"]


def as_before(book: Any) -> None:
    """Tell what was told while the first arm was trained."""
    for point in ("sft/2", "sft/3", "rl/1", "rl/2", "rl/3"):
        del book["points"][point]


def without_looks(book: Any) -> None:
    del book["validation"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (None, r"has init\.pt, rl\.pt, sft\.pt, weights/init-0\.pt and 6 more, .* does not tell"),
        (
            without_points,
            r"has rl\.pt, sft\.pt, weights/rl-1\.pt, weights/rl-2\.pt and 4 more, .* does not tell",
        ),
        (without_an_arm, r"has rl\.pt, weights/rl-1\.pt, .* does not tell"),
        (as_before, r"has weights/sft-2\.pt, weights/sft-3\.pt, .* does not tell"),
        (without_looks, r"has init\.pt, and points\.json does not tell"),
    ],
)
def test_a_job_does_not_go_on_without_its_points(
    folder: Path, change: Callable[[Any], None] | None, words: str
) -> None:
    job = folder / "jobs" / "fake-seed0"
    whole = rows_of(job)
    if change is as_before:  # killed then, and its points.json is an older one
        for file in ("sft.pt", "rl.pt", "weights/rl-1.pt", "weights/rl-2.pt", "weights/rl-3.pt"):
            (job / file).unlink()
    if change is None:
        (job / "points.json").unlink()
    else:
        changed(job / "points.json", change)
    with pytest.raises(RunError, match=rf"{words}.*delete .*fake-seed0: this job is then done"):
        resumed(folder)
    if change is None:  # What is done again is the same, whatever was lost.
        shutil.rmtree(job)
        assert rows_of(resumed(folder)) == whole


def test_points_of_a_stage_that_there_is_not_are_named(folder: Path) -> None:
    def rename(book: Any) -> None:
        book["points"]["grpo/1"] = {**book["points"].pop("sft/1"), "stage": "grpo"}

    changed(folder / "jobs" / "fake-seed0" / "points.json", rename)
    with pytest.raises(RunError, match="tells of grpo/1: this job has the stages init, sft, rl"):
        resumed(folder)


def test_a_state_that_is_ahead_of_the_points_is_refused(tmp_path: Path) -> None:
    """By one point: of two, the weights of points tell."""
    job = Job(make_preset(), SUITES["gp-l"], "fake", 2, tmp_path / "job")

    def kill(event: Event) -> None:
        if event.place == "sft 3/3":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_job(job, kill)
    whole = (job.folder / "points.json").read_bytes()

    def one_less(book: Any) -> None:
        del book["points"]["sft/2"]

    changed(job.folder / "points.json", one_less)
    with pytest.raises(RunError, match=r"sft\.resume\.pt is of a moment after sft/2, which"):
        run_job(job, lambda event: None)
    (job.folder / "points.json").write_bytes(whole)
    run_job(job, lambda event: None)
    rows = rows_of(job.folder)
    # Without the state, the stage is trained again.
    again = replace(job, folder=tmp_path / "again")
    with pytest.raises(KeyboardInterrupt):
        run_job(again, kill)
    changed(again.folder / "points.json", one_less)
    (again.folder / "sft.resume.pt").unlink()
    run_job(again, lambda event: None)
    assert rows_of(again.folder) == rows
    assert read_points(again.folder) == read_points(job.folder)


@pytest.mark.parametrize("part", ["settings", "seeds", "suites"])
def test_a_job_of_another_study_is_not_read_as_one_of_this(folder: Path, part: str) -> None:
    def edit(told: dict[str, Any]) -> None:
        other = {"seeds": [1], "suites": {"gp-l": "another"}}
        told.update({part: other[part]} if part in other else {})
        if part == "settings":
            told["config"]["settings"]["sft"] = {"learning_rate": 0.5}

    changed(folder / "jobs" / "fake-seed0" / "run.json", edit)
    for read in (load_results, lambda one: publish(one, one.parent / "packed")):
        with pytest.raises(RunError, match=r"run\.json is of another study than that of"):
            read(folder)


def test_a_study_goes_on_where_it_is_expected_to_take_another_time(folder: Path) -> None:
    files = [folder / "episodes.jsonl", *folder.glob("jobs/*/episodes.jsonl")]
    before = [file.read_bytes() for file in files]
    preset = make_preset(policy={"minutes": (2, 3, 4)})
    run_study(preset, SUITES["gp-l"], folder, seeds=[0], workers=0, console=QUIET)
    assert [file.read_bytes() for file in files] == before
    # A job of another seed may still say what was expected before.
    changed(
        folder / "jobs" / "fake-seed0" / "run.json",
        lambda told: told["config"]["settings"].update(minutes=[1, 1, 1]),
    )
    assert not load_study(folder).missing


@pytest.mark.parametrize("name", sorted({*PolicyPreset.model_fields} - {"minutes"}))
def test_a_run_of_other_settings_is_another_run(name: str) -> None:
    def record(kind: str, settings: dict[str, Any]) -> RunRecord:
        config = {"policies": {"lm": settings}} if kind == "study" else {"settings": settings}
        return RunRecord(kind=kind, config=config, seeds=[0], suites={"minutes": "digest"})

    for kind in ("study", "job"):
        one, other = (record(kind, {name: value, "minutes": value}) for value in (1, 2))
        assert one.asked() != other.asked()
        assert record(kind, {"minutes": 1}).asked() == record(kind, {"minutes": 2}).asked()
        for odd in ({"policies": ["lm"]}, {"policies": {"lm": 1}}, {"settings": "x"}):
            damaged = one.model_copy(update={"config": odd})
            assert damaged.asked()["config"] == odd
        renewed = one.model_copy(update={"suites": {"minutes": "another"}})
        assert one.asked() != renewed.asked()


def test_endpoints_need_validation_at_every_point(folder: Path) -> None:
    (line,) = report([folder])
    assert line.endswith(
        "preset micro: has no in_validation at its points, by which endpoints are chosen."
    )


def test_a_study_goes_into_a_folder_and_takes_over_from_another(folder: Path) -> None:
    (folder.parent / "file").touch()
    preset, of = make_preset(), SUITES["gp-l"]
    with pytest.raises(RunError, match=r"file is a file\. Name a folder"):
        run_study(preset, of, folder.parent / "file", seeds=[0], workers=0, console=QUIET)
    with pytest.raises(RunError, match="is the study itself: --reuse takes over from another"):
        run_study(preset, of, folder, seeds=[0], workers=0, console=QUIET, other=folder)
    new = folder.parent / "new"
    with pytest.raises(ValueError, match="--engine foo is unknown: expected local or ray"):
        run_study(preset, of, new, seeds=[0], workers=None, console=QUIET, engine="foo")
    assert not new.exists()


def test_weights_of_another_job_are_refused(folder: Path) -> None:
    job = folder / "jobs" / "fake-seed0"
    shutil.copyfile(job / "sft.pt", job / "init.pt")
    with pytest.raises(RunError, match=r"init\.pt and weights/init-0\.pt are of one point and"):
        resumed(folder)


def wrong_name(book: Any) -> None:
    book["points"]["sft/1"] = {**book["points"]["sft/1"], "point": 2}


def empty_look(book: Any) -> None:
    book["validation"]["1"] = {}


def look_of_no_number(book: Any) -> None:
    book["validation"]["x"] = {"flops": 1.0, "success": 0.0}


def look_at_something_else(book: Any) -> None:
    book["validation"]["1"] = {"flops": 1.0, "nosuch": 0.0}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (wrong_name, "points: 'sft/1' is sft/2"),
        (empty_look, "validation.1.flops: Field required"),
        (look_of_no_number, "validation.x"),
        (look_at_something_else, "has a look at the init without success"),
    ],
)
def test_points_that_cannot_be_are_named(
    folder: Path, change: Callable[[Any], None], words: str
) -> None:
    changed(folder / "jobs" / "fake-seed0" / "points.json", change)
    with pytest.raises(RunError, match=re.escape(words)):
        resumed(folder)


@pytest.mark.parametrize("damage", ["{", "[]", '{"sft": {"cpu_seconds": -1}}'])
def test_damaged_times_may_be_deleted(folder: Path, damage: str) -> None:
    times = folder / "jobs" / "fake-seed0" / "timing.json"
    times.write_text(damage)
    with pytest.raises(RunError, match=r"timing\.json .*or delete it: nothing but the times"):
        resumed(folder)
    times.unlink()
    rows, book = rows_of(times.parent), (times.parent / "points.json").read_bytes()
    assert rows_of(resumed(folder)) == rows
    assert (times.parent / "points.json").read_bytes() == book


def test_seeds_that_a_study_lacks_are_refused_and_what_is_packed_stays(folder: Path) -> None:
    packed = folder.parent / "packed"
    publish(folder, packed)
    before = {file: file.read_bytes() for file in packed.rglob("*") if file.is_file()}
    with pytest.raises(RunError, match=r"lacks some of the seeds \[0, 99\]: expected some of"):
        publish(folder, packed, seeds=[0, 99])
    assert before == {file: file.read_bytes() for file in packed.rglob("*") if file.is_file()}
    with pytest.raises(ValueError, match="Unknown seed '99': expected one of 0"):
        list(measure(folder, seeds=[99]))


def test_measures_of_a_published_study_are_not_hidden_by_measuring_nothing(folder: Path) -> None:
    estimate = Estimate(0.1, 0.0, 0.2, 4, 2, 1, {0: 0.1})
    one = Measured("fake", "rl", 1, "rule_ood", "kl", "", "", estimate)
    pack_json(folder / "measures.json", Measures([one]).plain())
    assert list(measure(folder, measures=[])) == []
    assert not (folder / "measures.json").exists()
    told = read_measures(folder)
    assert told is not None
    assert told.measured == [one]


@pytest.mark.parametrize("damage", [[], {"tables": 5}, {"tables": ["x"]}, {"measured": [{}]}])
def test_damaged_measures_are_named(folder: Path, damage: Any) -> None:
    (folder / "measures.json").write_text(json.dumps(damage))
    with pytest.raises(RunError, match=r"measures\.json does not hold measures: .*Delete it"):
        page_tables(summarise_studies([folder], splits=False))


def test_a_gpu_that_is_not_there_is_missed_before_anything_is_written(tmp_path: Path) -> None:
    on_gpu = PRESETS["gp-l"]["quick"].on("cuda")
    with pytest.raises(ValueError, match="torch finds no GPU"):
        run_study(on_gpu, SUITES["gp-l"], tmp_path / "run", seeds=[0], workers=0, console=QUIET)
    assert not (tmp_path / "run").exists()


def test_seeds_beyond_the_cities_begin_again() -> None:
    of = over_cities()
    estimate = Estimate(0.5, 0.4, 0.6, 10, 5, 4, dict.fromkeys(range(4), 0.5))
    rates = [Rate("mlp", "rl", "rule_ood", "turn_accuracy", estimate, None, None)]
    results = replace(test_plots.results(Missing()), rates=rates)
    (table,) = (one for one in tables(of, results) if one.title.startswith("rule_ood"))
    # The last of the towns validates.
    assert list(table.header) == ["", *TOWNS[:3], TOWNS[0], "all [95 %]"]

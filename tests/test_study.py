"""The study: stops, budgets and points as declared, resumable at any moment, reported whole."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmarks import plot_style
from benchmarks.report import report
from benchmarks.runs import RunError, read_episodes, read_json
from benchmarks.study.job import Event, Job
from benchmarks.study.presets import PRESETS, Preset, preset_named
from benchmarks.study.results import load_results
from benchmarks.study.run import run_study
from benchmarks.study.worker import run_job
from benchmarks.suites import SUITES, Suite
from benchmarks.tasks import TASKS
from tests.fakes import FakeLearner, SeeingFake

TOLD = {name: suite for name, suite in SUITES.items() if not suite.axes}
cards_daily = pytest.mark.parametrize(
    "suite",
    [
        pytest.param(suite, marks=pytest.mark.slow if name == "virl-l" else (), id=name)
        for name, suite in TOLD.items()
    ],
)
"""Studies and jobs know the task by its protocol alone; one test runs a study of streets daily."""
QUIET = Console(quiet=True)


def make_preset(**changes: Any) -> Preset:
    policy = {
        "learner": "fake",
        "init_demonstrations": 50,
        "sft_demonstrations": 50,
        "init_flops": 9e7,
        "check_flops": 6e6,
        "arm_flops": 3e7,
        "minutes": (1, 1, 1),
    }
    preset = {
        "name": "micro",
        "seeds": 1,
        "competence": 0.3,
        "validation_episodes": 10,
        "points": 3,
        "curve_episodes": 8,
        "final_episodes": 12,
        "policies": {"fake": {**policy, **changes.pop("policy", {})}},
    }
    return Preset.model_validate({**preset, **changes})


@pytest.fixture(autouse=True)
def fake_learner(monkeypatch: pytest.MonkeyPatch) -> None:
    # Of the five files of a picture one is enough here; `test_plots` has them all.
    monkeypatch.setattr(plot_style, "FILES", ((plot_style.LIGHT, ("png",)),))
    monkeypatch.setattr("benchmarks.study.worker.LEARNERS", {"fake": FakeLearner})
    # What the nearest-neighbour baseline scores is not tested here, and 100 are made sooner.
    for task in ("cards", "streets"):
        monkeypatch.setattr(f"benchmarks.tasks.{task}.MEMORISED", 100)


def make_job(folder: Path, suite: Suite, preset: Preset | None = None, seed: int = 2) -> Job:
    return Job(preset or make_preset(), suite, "fake", seed, folder)


def ignore(event: Event) -> None:
    pass


Finished = Callable[[str, Suite], tuple[Path, list[Event]]]


@pytest.fixture(scope="module")
def kept() -> dict[tuple[str, str], tuple[Path, list[Event]]]:
    """What `finished` ran once for all tests of a process."""
    return {}


@pytest.fixture
def finished(
    kept: dict[tuple[str, str], tuple[Path, list[Event]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Finished:
    """Return the folder of a "job" or a "study" that came to its end, and the news of the job.

    Who changes the folder copies it before.
    """

    def run(what: str, suite: Suite) -> tuple[Path, list[Event]]:
        if (what, suite.name) not in kept:
            folder, events = tmp_path_factory.mktemp(f"{what}-{suite.name}"), list[Event]()
            if what == "job":
                run_job(make_job(folder, suite), events.append)
            else:
                run_study(make_preset(), suite, folder, seeds=[0], workers=0, console=QUIET)
            kept[what, suite.name] = folder, events
        return kept[what, suite.name]

    return run


def killed_at(news: int) -> Callable[[Event], None]:
    """Return an `emit` that ends the job, as Ctrl-C would, at a given piece of news."""
    heard = 0

    def emit(event: Event) -> None:
        nonlocal heard
        heard += 1
        if heard == news:
            raise KeyboardInterrupt(event.stage)

    return emit


@cards_daily
def test_a_job_measures_every_declared_point(suite: Suite, finished: Finished) -> None:
    folder, events = finished("job", suite)
    book = read_json(folder / "points.json")
    points = book["points"]
    assert list(points) == ["init/0", *(f"{arm}/{k}" for arm in ("sft", "rl") for k in (1, 2, 3))]
    start = points["init/0"]["flops"]
    for arm in ("sft", "rl"):
        for k in (1, 2, 3):
            spent = points[f"{arm}/{k}"]["flops"] - start
            assert 1e7 * k <= spent < 1e7 * k + 4e6
    rows = list(read_episodes(folder))
    counts = {cell: sum(row.cell == cell for row in rows) for cell in {row.cell for row in rows}}
    assert counts["fake/2/sft/1/rule_ood"] == 8
    assert "fake/2/sft/1/in_train" not in counts
    for column in suite.columns_for(seen=False):
        assert counts[f"fake/2/init/0/{column}"] == counts[f"fake/2/rl/3/{column}"] == 12
    for row in rows:
        split = suite.columns[row.cell.split("/")[-1]].split
        assert row.keywords.get("split") == split
        assert row.keywords.get("fold") == (None if split is None else [2, 7, 6])
    assert all(row.seen is not None for row in rows)
    fractions = [event.fraction for event in events]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert not list(folder.glob("*.resume.pt"))
    kept = {file.stem for file in (folder / "weights").iterdir()}
    assert kept == {name.replace("/", "-") for name in points}
    assert (folder / "weights" / "rl-3.pt").read_bytes() == (folder / "rl.pt").read_bytes()


@cards_daily
def test_the_init_stops_at_the_declared_competence(
    tmp_path: Path, suite: Suite, finished: Finished
) -> None:
    folder, _ = finished("job", suite)
    book = read_json(folder / "points.json")
    checks = list(book["validation"].values())
    competence = TASKS[suite.task].competence
    assert [check[competence] >= 0.3 for check in checks] == [False] * (len(checks) - 1) + [True]
    never = make_preset(competence=1.1, policy={"init_flops": 3e7})
    run_job(make_job(tmp_path / "b", suite, never), ignore)
    checks = list(read_json(tmp_path / "b" / "points.json")["validation"].values())
    assert checks[-1]["flops"] == pytest.approx(3e7, rel=0.1)
    assert len(checks) == 5


@cards_daily
def test_a_killed_job_ends_with_the_same_rows(
    tmp_path: Path, suite: Suite, finished: Finished
) -> None:
    folder, events = finished("job", suite)
    whole = sorted(read_episodes(folder), key=lambda row: (row.cell, row.index))
    book = read_json(folder / "points.json")
    for number, step in enumerate(range(2, len(events), len(events) // 3)):
        job = make_job(tmp_path / f"cut-{number}", suite)
        with pytest.raises(KeyboardInterrupt):
            run_job(job, killed_at(step))
        at = next(s for s in job.settings.stages if not (job.folder / f"{s}.pt").exists())
        with pytest.raises(KeyboardInterrupt, match=f"^{at}$"):
            run_job(job, killed_at(1))
        # And once more, not far into what is left.
        try:
            run_job(job, killed_at(7))
        except KeyboardInterrupt:
            run_job(job, ignore)
        rows = sorted(read_episodes(job.folder), key=lambda row: (row.cell, row.index))
        assert rows == whole
        assert read_json(job.folder / "points.json") == book


@cards_daily
def test_a_finished_job_trains_no_more(tmp_path: Path, suite: Suite, finished: Finished) -> None:
    folder = shutil.copytree(finished("job", suite)[0], tmp_path / "job")
    before = FakeLearner.steps_taken
    run_job(make_job(folder, suite), ignore)
    assert FakeLearner.steps_taken == before


@cards_daily
def test_a_study_reports_and_refuses_another_preset(tmp_path: Path, suite: Suite) -> None:
    def study(preset: Preset, seeds: tuple[int, ...] = (0, 1)) -> None:
        run_study(preset, suite, tmp_path, seeds=seeds, workers=0, console=QUIET)

    study(make_preset())
    results = load_results(tmp_path)
    (primary,) = results.primary()
    assert (primary.first, primary.second, primary.column) == ("rl", "sft", "rule_ood")
    assert primary.estimate.episodes == 24
    assert "conditional on these runs" in (tmp_path / "table.md").read_text()
    assert primary.estimate.low <= primary.estimate.value <= primary.estimate.high
    for metric in TASKS[suite.task].metrics:
        expert = results.rate("reference", "expert", "rule_ood", metric)
        assert expert is not None
        assert expert.estimate.value == 1.0
    init, sft = (results.rate("fake", arm, "in") for arm in ("init", "sft"))
    assert init is not None and sft is not None  # noqa: PT018
    assert sft.estimate.value > init.estimate.value
    for name in ("table.md", "table.csv", "results.json", "curves.png"):
        assert (tmp_path / name).stat().st_size > 100
    before = (tmp_path / "table.md").read_bytes()
    study(make_preset())
    assert (tmp_path / "table.md").read_bytes() == before
    with pytest.raises(RunError, match=r"config\.points was 3, now 4"):
        study(make_preset(points=4))
    with pytest.raises(RunError, match="seeds was"):
        study(make_preset(), (0, 1, 2))


@cards_daily
def test_an_unfinished_study_can_be_reported(
    tmp_path: Path, suite: Suite, finished: Finished
) -> None:
    shutil.copytree(finished("study", suite)[0], tmp_path, dirs_exist_ok=True)
    book_file = tmp_path / "jobs" / "fake-seed0" / "points.json"
    book = read_json(book_file)
    book["points"] = {name: book["points"][name] for name in ("init/0", "sft/1")}
    book_file.write_text(json.dumps(book))
    report(tmp_path, QUIET)
    results = load_results(tmp_path)
    assert {(point.arm, point.point) for point in results.curves} == {("init", 0), ("sft", 1)}
    assert results.primary() == []


@cards_daily
def test_a_report_of_an_unfinished_study_says_what_is_missing(
    tmp_path: Path, suite: Suite, finished: Finished
) -> None:
    shutil.copytree(finished("study", suite)[0], tmp_path, dirs_exist_ok=True)
    whole = [tmp_path / name for name in ("table.md", "table.csv")]
    assert not any("INCOMPLETE" in path.read_text("utf-8") for path in whole)

    rows = tmp_path / "jobs" / "fake-seed0" / "episodes.jsonl"
    lines = rows.read_text("utf-8").splitlines(keepends=True)
    lost = next(n for n, line in enumerate(lines) if json.loads(line)["cell"].endswith("init/0/in"))
    rows.write_text("".join(lines[:lost] + lines[lost + 1 :]), "utf-8")
    book_file = rows.with_name("points.json")
    book = read_json(book_file)
    del book["points"]["rl/3"]
    book_file.write_text(json.dumps(book))
    report(tmp_path, QUIET)
    table = (tmp_path / "table.md").read_text("utf-8")
    headline, *_ = table.splitlines()
    assert headline.startswith("**INCOMPLETE, missing: ")
    assert "fake seed 0 init 0: 1 of " in headline
    assert "fake seed 0: rl points 3" in headline
    titles = [line for line in table.splitlines() if "percent" in line or "Paired" in line]
    assert titles
    assert all("INCOMPLETE" in line for line in titles if line.startswith("**"))
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        assert {row["run"] for row in csv.DictReader(file)} == {"INCOMPLETE"}


def test_a_competence_of_0_ends_the_init_at_its_first_look(tmp_path: Path) -> None:
    run_job(make_job(tmp_path, SUITES["gp-l"], make_preset(competence=0.0)), ignore)
    assert len(read_json(tmp_path / "points.json")["validation"]) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("competence", value) for value in (-0.1, float("nan"), float("inf"), "high", None)),
        *(
            (field, value)
            for field in (
                *("seeds", "validation_episodes", "points", "curve_episodes"),
                *("final_episodes", "severity_episodes"),
            )
            for value in (0, -1, 1.5)
        ),
        ("policies", {}),
        ("compentence", 0.5),
    ],
)
def test_a_value_of_a_preset_that_is_out_of_range_is_refused(field: str, value: Any) -> None:
    plain = {**make_preset().model_dump(), field: value}
    with pytest.raises(ValueError, match=field):
        Preset.model_validate(plain)


@pytest.mark.parametrize("field", ["init_flops", "check_flops", "arm_flops", "sft_demonstrations"])
@pytest.mark.parametrize("value", [0, -1e6, float("inf"), float("nan")])
def test_a_budget_that_is_none_is_refused(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=field):
        make_preset(policy={field: value})


@pytest.mark.parametrize("suite", list(PRESETS))
@pytest.mark.parametrize("name", ["quick", "full"])
def test_presets_are_fair_and_can_be_paid_for(name: str, suite: str) -> None:
    preset = preset_named(name, suite)
    learners = {"sb3", "sb3-images"} if suite.endswith("-vl") else {"sb3", "tinylm"}
    found = {policy.learner for policy in preset.policies.values()}
    assert found == learners or (name == "quick" and found < learners)
    # Every policy in one preset gets the same compute, and its init the same chance.
    assert len({policy.arm_flops for policy in preset.policies.values()}) == 1
    assert all(policy.check_flops <= policy.init_flops / 8 for policy in preset.policies.values())
    assert preset.seeds <= SUITES[suite].tested
    assert set(preset.curve_columns) <= SUITES[suite].columns.keys()


@pytest.mark.parametrize("suite", ["gp-vl", "virl-vl"])
def test_the_grid_of_agents_that_see_is_fair_and_looks_at_both_shifts(suite: str) -> None:
    preset, of = preset_named("grid", suite), SUITES[suite]
    assert {policy.learner for policy in preset.policies.values()} == {"sb3", "sb3-images"}
    assert len({policy.arm_flops for policy in preset.policies.values()}) == 1
    columns = preset.applied(of).columns
    shifts = {"in", "rule_ood", "visual_ood"}
    assert columns.keys() == {*shifts, "in_validation", "ood_validation"}
    for name in shifts:
        ours, theirs = columns[name], of.columns[name]
        assert ours.id == theirs.id
        rule = ("rule", "directions")
        assert {ours.keywords.get(key, "ten") for key in rule} == {
            theirs.keywords.get(key, "ten") for key in rule
        }


def test_an_unknown_preset_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="quick"):
        preset_named("slow", "gp-l")
    with pytest.raises(ValueError, match="gp-l"):
        preset_named("quick", "gp-x")


def test_what_an_init_has_seen_is_called_retention(tmp_path: Path) -> None:
    plain = make_preset().policies["fake"]
    seen = plain.model_copy(update={"init_rules": ("random", "absolute", "relative")})
    few = make_preset(points=1, validation_episodes=4, curve_episodes=4, final_episodes=6)
    preset = few.model_copy(update={"policies": {"fake": plain, "fake-seen": seen}})
    run_study(preset, SUITES["virl-l"], tmp_path, seeds=[0], workers=0, console=QUIET)
    results = load_results(tmp_path)
    assert results.retained == {"fake-seen"}
    assert [difference.policy for difference in results.primary()] == ["fake"]
    table = (tmp_path / "table.md").read_text()
    assert "The init of fake-seen has seen both rules" in table
    assert table.count("(primary)") == 1
    assert table.count("| always-forward |") == len(results.task.metrics)
    cards = SUITES["gp-l"]
    with pytest.raises(ValueError, match="one rule at a time"):
        run_study(preset, cards, tmp_path / "cards", seeds=[0], workers=0, console=QUIET)


def test_who_sees_is_measured_over_severities(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fakes = {"fake": FakeLearner, "seeing": SeeingFake}
    monkeypatch.setattr("benchmarks.study.worker.LEARNERS", fakes)
    blind = make_preset(points=1, final_episodes=6, validation_episodes=4).policies["fake"]
    sees = blind.model_copy(update={"learner": "seeing", "init_flops": 1e7})
    # A policy that never gets better stops where its compute ends.
    preset = make_preset(
        points=1,
        validation_episodes=4,
        curve_episodes=4,
        final_episodes=6,
        severity_episodes=3,
    ).model_copy(update={"policies": {"told": blind, "sees": sees}})
    suite = SUITES["gp-vl"]
    run_study(preset, suite, tmp_path, seeds=[0], workers=0, console=QUIET)
    rows = list(read_episodes(tmp_path / "jobs" / "sees-seed0"))
    played = {row.cell.split("/")[-1] for row in rows if "/rl/1/" in row.cell}
    assert played == set(suite.columns_for(seen=True))
    for row in rows:
        severity = suite.columns[row.cell.split("/")[-1]].severity
        assert row.keywords.get("look") == (dict([severity]) if severity else None)
        assert "-Image" in row.id
        if severity is not None:
            assert row.index < 3
    told = list(read_episodes(tmp_path / "jobs" / "told-seed0"))
    assert {row.cell.split("/")[-1] for row in told} == set(suite.columns_for(seen=False))
    results = load_results(tmp_path)
    assert results.columns == ("in", "rule_ood", "in_pairs", "ood_pairs", "visual_ood")
    axis, columns = next(iter(results.axes.items()))
    assert list(columns) == [0, 1, 2, 3, 4, 5]
    for column in columns.values():
        rate, read = (results.rate("sees", "rl", column, m) for m in (None, "recognition"))
        assert rate is not None
        assert rate.estimate.episodes == (6 if column == "in" else 3)
        assert read is None or read.estimate.value == 0.0
        if column != "in":
            assert results.rate("told", "rl", column) is None
    assert results.rate("sees", "rl", "in", "recognition") is not None
    assert results.rate("told", "rl", "in", "recognition") is None
    points = [p for p in results.severities if (p.arm, p.axis) == ("rl", axis)]
    assert [point.severity for point in points] == [0, 1, 2, 3, 4, 5]
    # Severity 0 is that of the same episodes.
    assert {(point.policy, point.estimate.episodes) for point in points} == {("sees", 3)}
    table = (tmp_path / "table.md").read_text()
    assert f"| sees | RL | {axis} |" in table
    assert f"| told | RL | {axis} |" not in table
    assert "Recognition in percent" in table
    assert (tmp_path / "severities.png").stat().st_size > 10_000

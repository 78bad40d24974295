"""What README and docs quote is what the published rows say."""

from __future__ import annotations

import lzma
import re
import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import typer

from agents.sb3.checkpoint import save_state
from benchmarks.records import Episode, RunRecord
from benchmarks.report import check_rows
from benchmarks.runs import RUN_FILE, RunError, lock_folder, read_episodes, read_json, write_json
from benchmarks.statistics import Estimate
from benchmarks.study.endpoints import CHOOSES, Choice, choices, mean_over_seeds
from benchmarks.study.equal_arms import SEEDS, SPREADS, found_different
from benchmarks.study.findings.command import main as write_findings
from benchmarks.study.findings.command import published
from benchmarks.study.findings.files import TABLED, WRITTEN
from benchmarks.study.findings.page_in_full import page_in_full
from benchmarks.study.findings.pages import MARKED, written
from benchmarks.study.findings.quoted import QUOTED, quoted, read_quoted
from benchmarks.study.loaded import load_study
from benchmarks.study.measure_lines import measures_tables
from benchmarks.study.measured import MEASURES_FILE, Measured, Measures, read_measures
from benchmarks.study.points import POINTS_FILE, read_book
from benchmarks.study.presets import one_city_out, preset_named
from benchmarks.study.presets.schema import CHOSEN, HALF_ONLY
from benchmarks.study.publish import RESULTS, command_of, publish
from benchmarks.study.publish import main as publish_main
from benchmarks.study.report import examples
from benchmarks.study.report.summary import summarise_studies
from benchmarks.study.results import load_results
from benchmarks.study.timing import TIMING_FILE, read_times
from benchmarks.suites import SUITES
from benchmarks.tables import percent
from shiftgym.files import FileError
from tests import test_study
from virl_env.variants import TASK

ROOT = Path(__file__).resolve().parent.parent
MOST_BYTES = 10_000_000
GRIDS = [
    folder.name
    for folder in sorted((ROOT / RESULTS).glob("*-l-grid*"))
    if not folder.name.endswith((CHOSEN, HALF_ONLY))
]

fake_learner, kept, finished = test_study.fake_learner, test_study.kept, test_study.finished

OLDER = re.compile(r"<!-- no published rows -->.*?<!-- end of no published rows -->", re.DOTALL)
QUOTES = re.compile(r"<!-- quoted from results/(\S+) -->(.*?)<!-- end of quoted -->", re.DOTALL)
RATE = re.compile(r"\d+\.\d \[\d+\.\d,\s+\d+\.\d\]")
INTERVAL = re.compile(r"[\[]\s*[+−-]?\d+\.\d,\s+[+−-]?\d+\.\d\s*[\]]")
POINTS = re.compile(r"(?<![\d.])[+−]\d+\.\d")
LAST_STEPS = re.compile(r"from ([\d.]+) % of the turns under the relative rule to ([\d.]+) %")
SIMULATED = re.compile(r"in [\d.]+ % of 1,000 simulated studies.*?in [\d.]+ to [\d.]+ %")
"""Sentences with rates that are no published run's, and that a test of their own holds."""


def test_the_findings_are_written_from_the_quoted_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read_quoted(ROOT / QUOTED)
    monkeypatch.chdir(ROOT)
    for path in WRITTEN:
        text = path.read_text("utf-8")
        assert path not in TABLED or MARKED.search(text)
        assert text == written(path, found)
    runs = {run.folder: run.command for run in found.runs}
    assert set(runs) == {folder.name for folder in published(ROOT / RESULTS)}
    listed = (ROOT / RESULTS / "README.md").read_text("utf-8")
    assert all(f"| `{folder}` | `{command}` |" in listed for folder, command in runs.items())


@pytest.mark.parametrize("name", ["README.md", "docs/study.md", "docs/protocol.md"])
def test_no_page_quotes_a_result_that_is_neither_published_nor_marked(name: str) -> None:
    text = OLDER.sub("", (ROOT / name).read_text("utf-8"))
    known = read_quoted(ROOT / QUOTED).rates
    for folder, told in QUOTES.findall(text):
        rates = set(known[folder].values())
        found = [" ".join(rate.split()) for rate in RATE.findall(told.replace(" %", ""))]
        assert found
        assert set(found) <= rates
    left = " ".join(MARKED.sub("", QUOTES.sub("", text)).split())
    assert not re.findall(r"\d\.\d+ %", SIMULATED.sub("", LAST_STEPS.sub("", left)))
    assert not INTERVAL.findall(left)
    assert name != "README.md" or not POINTS.findall(left)


def test_the_protocol_tells_where_published_inits_stopped() -> None:
    told = re.search(
        r"seeds 0, 1 and 2 stopped at ([\d.]+)e12, ([\d.]+)e12 and ([\d.]+)e12 FLOPs "
        r"with ([\d.]+), ([\d.]+) and ([\d.]+) % of",
        " ".join((ROOT / "docs/protocol.md").read_text("utf-8").split()),
    )
    assert told
    for seed in range(3):
        book = read_book(ROOT / RESULTS / "gp-l-grid" / "jobs" / f"lm-working-seed{seed}")
        assert book
        *_, last = book["validation"].values()
        found = (f"{last['flops'] / 1e12:.1f}", f"{100 * last['success']:.1f}")
        assert found == (told[1 + seed], told[4 + seed])


def test_the_protocol_tells_what_published_inits_took() -> None:
    told = re.search(
        r"published took ([\d.]+), ([\d.]+) and ([\d.]+) for seeds 0 to 2 "
        r"and ([\d.]+) to ([\d.]+) for seeds 3 to 5 \(`grid-chosen`\), "
        r"([\d.]+), ([\d.]+) and ([\d.]+) for seeds 0 to 2 "
        r"\(`controls-more`\) and ([\d.]+) to ([\d.]+) for seeds 3 to 5 \(`grid-half`;",
        " ".join((ROOT / "docs/protocol.md").read_text("utf-8").split()),
    )
    assert told

    def took(name: str, seeds: range) -> list[str]:
        jobs = ROOT / RESULTS / name / "jobs"
        times = [read_times(jobs / f"lm-working-seed{seed}")["init"] for seed in seeds]
        return [f"{one.cpu_seconds / 60:.1f}" for one in times]

    first, later = range(3), range(3, 6)
    of_chosen, of_half = (sorted(took(f"gp-l-grid-{name}", later)) for name in ("chosen", "half"))
    assert list(told.groups()) == [
        *took("gp-l-grid-chosen", first),
        *(of_chosen[0], of_chosen[-1]),
        *took("gp-l-controls-more", first),
        *(of_half[0], of_half[-1]),
    ]


@pytest.mark.slow
def test_the_protocol_tells_what_the_last_steps_of_the_cnn_did() -> None:
    told = LAST_STEPS.search(" ".join((ROOT / "docs/protocol.md").read_text("utf-8").split()))
    assert told
    played = load_study(ROOT / RESULTS / "virl-vl-grid-cnn").played("cnn")
    ends = [mean_over_seeds(played["rl-5e-4", at, "rule_ood"].values()) for at in (9, 10)]
    assert list(told.groups()) == [percent(value) for value in ends]


@pytest.mark.slow
def test_the_study_tells_how_often_equal_arms_are_found_to_differ() -> None:
    found = {
        (name, seeds): [*map(percent, found_different(spread, seeds))]
        for name, spread in SPREADS.items()
        for seeds in SEEDS
    }
    by_bootstrap = [one for one, _ in found.values()]
    over_seeds = sorted((two for _, two in found.values()), key=float)
    text = SIMULATED.search(" ".join((ROOT / "docs/study.md").read_text("utf-8").split()))
    assert text
    cards, later_cards, streets, later_streets = by_bootstrap
    assert (
        f"in {cards} % of 1,000 simulated studies of three seeds on the cards and in {streets} % "
        f"on the streets, and with six seeds in {later_cards} and {later_streets} %; over seeds "
        f"alone in {over_seeds[0]} to {over_seeds[-1]} %"
    ) == text[0]


def test_equal_arms_are_found_to_differ_as_often_as_a_test_may() -> None:
    spread = SPREADS["the streets"]._replace(between=0.0)
    _, over_seeds = found_different(spread, 3, simulations=100)
    assert over_seeds < 0.15
    apart = SPREADS["the streets"]._replace(clusters=40)
    bootstrap, _ = found_different(apart, 3, simulations=40)
    assert bootstrap > 0.05  # too sure where seeds differ


def test_arms_chosen_from_a_grid_count_in_place_of_it(tmp_path: Path) -> None:
    answers = preset_named("grid-answers", "virl-l")
    # By name alone, the grid of three seeds would come last, and so would count.
    for name, preset in (
        ("grid-answers-mlp", answers.with_policies(["mlp"])),
        ("grid-answers-chosen", preset_named("grid-answers-chosen", "virl-l")),
    ):
        config = preset.plain(exclude={"seeds"})
        record = RunRecord(kind="study", config=config, seeds=[0], suites={"virl-l": ""})
        (tmp_path / name).mkdir()
        write_json(tmp_path / name / RUN_FILE, record.model_dump(mode="json"))
    assert [folder.name for folder in published(tmp_path)] == [
        "grid-answers-mlp",
        "grid-answers-chosen",
    ]


def test_results_and_submissions_are_small() -> None:
    folders = [ROOT / RESULTS, ROOT / "submissions"]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < MOST_BYTES


def test_what_is_published_stays_where_the_next_study_cannot_be_packed(
    tmp_path: Path, finished: test_study.Finished
) -> None:
    folder, _ = finished("study", SUITES["gp-l"])
    packed = tmp_path / "packed"
    publish(folder, packed)

    def files() -> dict[Path, bytes]:
        return {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}

    before = files()
    for run, out, weights in (
        (folder, packed, ["nonsense"]),
        (packed, packed, []),
        (packed, tmp_path, []),
        (packed, packed / "jobs", []),
    ):
        with pytest.raises(
            RunError,
            match=r"has no arm nonsense: expected some of init, sft, rl|one is in the other",
        ):
            publish(run, out, weights=weights)
        assert files() == before
    # One that was killed leaves a hidden folder, which is no study.
    (tmp_path / ".packed.partial").mkdir()
    (tmp_path / ".packed.partial" / RUN_FILE).write_text("{")
    publish(folder, packed)
    assert published(tmp_path) == [packed]
    assert files().keys() == before.keys()


def test_an_unfinished_study_takes_no_place_of_a_finished_one(
    tmp_path: Path, finished: test_study.Finished
) -> None:
    folder, packed = finished("study", SUITES["gp-l"])[0], tmp_path / "results" / "packed"
    publish(folder, packed)
    run = shutil.copytree(folder, tmp_path / "run")
    record = read_json(run / RUN_FILE)
    write_json(run / RUN_FILE, {**record, "seeds": [0, 1]})
    before = {file: file.read_bytes() for file in packed.rglob("*") if file.is_file()}
    with pytest.raises(RunError, match=r"INCOMPLETE, missing: .*--seeds, or .* --unfinished"):
        publish(run, packed)
    assert before == {file: file.read_bytes() for file in packed.rglob("*") if file.is_file()}
    publish(run, packed, seeds=[0])
    assert not load_study(packed).missing
    # Nor one whose rows or jobs were lost.
    for lost in ("jobs/fake-seed0/episodes.jsonl", "jobs"):
        path = run / lost
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        with pytest.raises(RunError, match="INCOMPLETE, missing: "):
            publish(run, packed, seeds=[0])
    with pytest.raises(RunError, match="packed would lose points or episodes"):
        publish(run, packed, seeds=[0], unfinished=True)
    publish(run, packed, unfinished=True, replace_with_less=True)
    assert load_study(packed).missing


def test_what_is_published_is_not_replaced_by_less(
    tmp_path: Path, finished: test_study.Finished
) -> None:
    folder, packed = finished("study", SUITES["gp-l"])[0], tmp_path / "packed"
    run, other = (shutil.copytree(folder, tmp_path / name) for name in ("run", "other"))
    estimates = [Estimate(0.1, 0.0, 0.2, 4, 2, 1, {seed: 0.1}) for seed in (0, 1)]
    told = [Measured("fake", "rl", 1, "in", "kl", "", "", estimate) for estimate in estimates]
    write_json(run / MEASURES_FILE, Measures(told, measures_tables(told)).plain())
    save_state(run / "jobs" / "fake-seed0" / "init.pt", {})
    publish(run, packed, weights=["init"])
    # Measures of seeds that are not packed stay behind.
    kept = read_measures(packed)
    assert kept is not None
    assert kept.measured == told[:1]
    before = {file: file.read_bytes() for file in packed.rglob("*") if file.is_file()}
    record = read_json(other / RUN_FILE)
    record["config"]["name"] = "another"
    write_json(other / RUN_FILE, record)
    shutil.rmtree(other / "jobs")
    for source, options, words in (
        (folder, {}, r"measures in measures\.json\.xz; the checkpoints init\.pt\.xz"),
        (run, {"columns": ["in"], "weights": ["init"]}, "the columns rule_ood between init and"),
        (run, {"weights": []}, r"the checkpoints init\.pt\.xz"),
        (other, {"unfinished": True}, r"a study of other settings \(micro of gp-l\)"),
    ):
        with pytest.raises(RunError, match=rf"packed would lose {words}.* give --replace"):
            publish(source, packed, **options)
        assert before == {file: file.read_bytes() for file in packed.rglob("*") if file.is_file()}
    # Expected minutes are no setting that anything depends on.
    record = read_json(packed / RUN_FILE)
    record["config"]["policies"]["fake"]["minutes"] = [9, 9, 9]
    write_json(packed / RUN_FILE, record)
    publish(run, packed, weights=["init"])
    write_json(packed / RUN_FILE, {**read_json(packed / RUN_FILE), "seeds": [0, 1]})
    with pytest.raises(RunError, match="packed would lose the seeds 1"):
        publish(run, packed, weights=["init"])
    publish(folder, packed, replace_with_less=True)
    assert not list(packed.rglob("*.pt.xz"))


def test_damaged_weights_are_not_published(tmp_path: Path, finished: test_study.Finished) -> None:
    run = shutil.copytree(finished("study", SUITES["gp-l"])[0], tmp_path / "run")
    (run / "jobs" / "fake-seed0" / "init.pt").write_text("garbage")
    with pytest.raises(FileError, match=r"init\.pt cannot be read as saved weights"):
        publish(run, tmp_path / "packed", weights=["init"])
    assert not (tmp_path / "packed").exists()


def test_a_study_is_published_in_a_checkout_alone(
    tmp_path: Path,
    finished: test_study.Finished,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(typer.Exit):
        publish_main(finished("study", SUITES["gp-l"])[0], "packed")
    assert "There is no results/ here. Run this in the root of a checkout." in " ".join(
        capsys.readouterr().err.split()
    )
    assert not list(tmp_path.iterdir())


def test_findings_are_written_of_finished_studies_or_not_at_all(
    tmp_path: Path,
    finished: test_study.Finished,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)

    def refused() -> str:
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(typer.Exit):
            write_findings()
        assert sorted(tmp_path.rglob("*")) == before
        return " ".join(capsys.readouterr().err.split())

    assert "There is no README.md and no docs/index.md here" in refused()
    for path in TABLED:
        path.parent.mkdir(exist_ok=True)
        path.write_text((ROOT / path).read_text("utf-8"), "utf-8")
    assert "There is no study in results/" in refused()
    folder, _ = finished("study", SUITES["gp-l"])
    publish(folder, RESULTS / "whole")
    run = shutil.copytree(folder, tmp_path / "run")
    write_json(run / RUN_FILE, {**read_json(run / RUN_FILE), "seeds": [0, 1]})
    publish(run, RESULTS / "part", unfinished=True)
    assert "Pages quote whole studies alone. results/part: INCOMPLETE, missing: " in refused()
    (RESULTS / "part").replace(RESULTS / ".part.before")
    assert "results/part was being published when that was killed" in refused()
    shutil.rmtree(RESULTS / ".part.before")
    write_findings()
    assert QUOTED.exists()
    assert all(path.read_text("utf-8") == written(path, read_quoted()) for path in WRITTEN)


def test_one_process_publishes_at_a_time(tmp_path: Path, finished: test_study.Finished) -> None:
    folder, _ = finished("study", SUITES["gp-l"])
    with closing(lock_folder(tmp_path)), pytest.raises(RunError, match="in use by another process"):
        publish(folder, tmp_path / "packed")
    publish(folder, tmp_path / "packed")


def test_names_of_columns_and_weights_may_have_spaces(
    tmp_path: Path, finished: test_study.Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder, _ = finished("study", SUITES["gp-l"])
    RESULTS.mkdir()
    run = shutil.copytree(folder, tmp_path / "run")
    for arm in ("init", "sft"):
        save_state(run / "jobs" / "fake-seed0" / f"{arm}.pt", {})
    publish_main(run, "packed", columns="in, rule_ood", weights="init, sft")
    packed = tmp_path / RESULTS / "packed"
    assert {file.name for file in packed.rglob("*.pt.xz")} == {"init.pt.xz", "sft.pt.xz"}


def test_what_is_published_stays_where_the_next_study_cannot_take_its_place(
    tmp_path: Path, finished: test_study.Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = finished("study", SUITES["gp-l"])
    packed, rename = tmp_path / "packed", Path.rename
    publish(folder, packed)
    (packed / "kept").touch()

    def interrupted(self: Path, target: Path) -> Path:
        if self.suffix == ".partial":
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", interrupted)
        with pytest.raises(KeyboardInterrupt):
            publish(folder, packed)
        assert (packed / "kept").exists()
        # One that was killed leaves them beside their place.
        packed.replace(tmp_path / ".packed.before")
        with pytest.raises(KeyboardInterrupt):
            publish(folder, packed)
    assert {path.name for path in tmp_path.iterdir()} == {".lock", "packed"}
    assert (packed / "kept").exists()
    publish(folder, packed)
    assert {path.name for path in tmp_path.iterdir()} == {".lock", "packed"}
    assert not (packed / "kept").exists()


@pytest.mark.parametrize("name", [".", "..", "a/b", "/tmp/a", ""])
def test_a_study_is_published_under_a_plain_name_alone(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit):
        publish_main(Path("runs/none"), name)
    assert "is no name of a folder in results" in " ".join(capsys.readouterr().err.split())


def test_a_packed_study_reads_as_the_study(
    tmp_path: Path, finished: test_study.Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.study.publish.REPLIES", 5)
    folder = shutil.copytree(finished("study", SUITES["gp-l"])[0], tmp_path / "run")
    packed, last = tmp_path / "packed", load_study(folder).preset.points
    save_state(folder / "jobs" / "fake-seed0" / "rl.pt", {})
    assert publish(folder, packed, columns=["rule_ood"], weights=["rl"]) < 100_000
    before, after = load_results(folder), load_results(packed)
    assert after.rates == before.rates
    assert not after.missing
    assert {p.column for p in after.curves} == {"rule_ood"}

    def rows(of: Path) -> dict[tuple[str, int], Episode]:
        return {(r.cell, r.index): r for r in read_episodes(of / "jobs" / "fake-seed0")}

    known = rows(folder)
    for place, row in rows(packed).items():
        _, _, stage, point, column = row.cell.split("/")
        is_end = stage == "init" or int(point) == last
        told = is_end and column in ("in", "rule_ood") and row.index < 5
        attempts = {"outcomes": [], "rewards": [], "replies": None, "actions": None}
        done = {**attempts, "digest": "", "tokens": 0}
        assert row == (known[place] if told else known[place].model_copy(update=done))
    job = Path("jobs", "fake-seed0")
    weights = lzma.decompress((packed / job / "rl.pt.xz").read_bytes())
    assert weights == (folder / job / "rl.pt").read_bytes()
    for name in (POINTS_FILE, TIMING_FILE):
        assert not (packed / job / name).exists()
        assert read_json(packed / job / name) == read_json(folder / job / name)
    # What is left of what was done replays.
    assert check_rows(packed, 10**6) == sum(
        row.actions is not None or row.replies is not None
        for part in (packed, packed / "jobs" / "fake-seed0")
        for row in read_episodes(part)
    )


def test_what_arms_reach_on_each_column_is_on_the_page_of_all_comparisons(
    tmp_path: Path, finished: test_study.Finished
) -> None:
    folder, _ = finished("study", SUITES["gp-l"])
    packed = tmp_path / "packed"
    publish(folder, packed)
    found = quoted(summarise_studies([packed], splits=False))
    tables = found.columns["packed"]
    (of_fake,) = (table for table in tables if table.title.endswith("attempt: fake"))
    assert of_fake.title.startswith("Card game, preset micro. Success in percent")
    assert of_fake.header == ["column", "init", "SFT", "RL"]
    rates = {row[0]: row[1:] for row in of_fake.rows}["rule_ood"]
    known = found.rates["packed"]
    assert rates == [known[f"fake/{arm}/rule_ood/success"] for arm in ("init", "sft", "rl")]
    assert of_fake.markdown().rstrip() in page_in_full(found)
    record = RunRecord.model_validate(read_json(packed / RUN_FILE))
    for name, is_shown in (("grid-micro", False), ("grid-chosen", True), ("controls-micro", True)):
        config = {**record.config, "name": name}
        write_json(packed / RUN_FILE, record.model_copy(update={"config": config}).model_dump())
        assert bool(quoted(summarise_studies([packed], splits=False)).columns) is is_shown


def test_examples_of_a_packed_study_are_of_the_last_points_where_others_do_not_say_what_was_done(
    tmp_path: Path, finished: test_study.Finished
) -> None:
    folder, _ = finished("study", SUITES["gp-l"])
    publish(folder, tmp_path / "packed")
    chosen = {method: Choice(method, 1, 0.5) for method in ("sft", "rl")}
    names = {}
    for of in (folder, tmp_path / "packed"):
        (setting,) = summarise_studies([of], splits=False).settings
        names[of] = [name for name, _ in examples._chosen(replace(setting, chosen=chosen))]
    assert names[folder]
    assert not any(name.endswith("last point") for name in names[folder])
    assert {name.partition(", ")[2] for name in names[tmp_path / "packed"]} == {
        "in, last point",
        "rule_ood, last point",
    }


def test_the_command_of_a_study_names_what_it_runs() -> None:
    answers = preset_named("grid-answers", "virl-l")
    told = [
        answers,
        answers.with_policies(["mlp"]),
        one_city_out(preset_named("quick", "virl-l"), TASK),
    ]
    record = RunRecord(kind="study", config={}, seeds=[0, 1], suites={"virl-l": ""})
    start = "python -m benchmarks study --suite virl-l --preset"
    assert [command_of(record, preset) for preset in told] == [
        f"{start} grid-answers --seeds 2",
        f"{start} grid-answers --policies mlp --seeds 2",
        f"{start} quick --cv --seeds 2",
    ]
    later = record.model_copy(update={"seeds": [3, 4, 5]})
    half = preset_named("grid-half", "virl-l")
    assert command_of(later, half) == f"{start} grid-half --seeds 3"
    some = record.model_copy(update={"seeds": [0, 2]})
    assert command_of(some, answers) == f"{start} grid-answers --seeds 3 --only 0,2"
    with pytest.raises(ValueError, match="the preset grid-answers has lm, mlp; got"):
        answers.with_policies(["cnn"])


@pytest.mark.slow
@pytest.mark.parametrize("folder", GRIDS)
def test_the_chosen_arms_are_those_that_validation_chose(folder: str) -> None:
    study = load_study(ROOT / RESULTS / folder)
    declared = preset_named(study.preset.name + CHOSEN, study.of.name)
    for name, policy in study.preset.policies.items():
        chosen = choices(study.played(name), policy, study.preset)
        arms = [chosen[method].arm for method in ("sft", "rl")]
        assert list(declared.policies[name].all_arms) == arms


@pytest.mark.slow
def test_the_quoted_numbers_are_those_of_the_rows() -> None:
    made = quoted(summarise_studies(published(ROOT / RESULTS), splits=False)).model_dump(
        mode="json"
    )
    told = read_quoted(ROOT / QUOTED).model_dump(mode="json")
    for part in (
        "runs",
        "rates",
        "choices",
        "controls",
        "cities",
        "trained_on",
        "columns",
        "looks",
        "measured",
    ):
        assert made[part] == told[part]
    assert len(made["contrasts"]) == len(told["contrasts"])
    for new, old in zip(made["contrasts"], told["contrasts"]):
        assert {k: v for k, v in new.items() if isinstance(v, str)} == {
            k: v for k, v in old.items() if isinstance(v, str)
        }
        for key in ("value", "low", "high"):
            estimates = [one["test"]["estimate"][key] for one in (new, old)]
            assert estimates[0] == pytest.approx(estimates[1], abs=1e-9)
        assert new["p"] == pytest.approx(old["p"], abs=1e-9)


WITHOUT_TORCH = """
import sys
from pathlib import Path

sys.modules["torch"] = sys.modules["stable_baselines3"] = None
from benchmarks.runs import read_episodes
from benchmarks.study import findings, frontier, overturned, publish
from benchmarks.study.facts import facts_of
from benchmarks.study.report import command
from benchmarks.study.report.summary import summarise_studies

study = Path(sys.argv[1])
turns = facts_of(next(iter(read_episodes(study / "jobs/cnn-seed0")))).parts["turns"]
print(turns, len(summarise_studies([study], splits=False).settings), *frontier.report([study]))
"""


def test_published_results_are_read_without_torch() -> None:
    study = str(ROOT / RESULTS / "virl-vl-quick-cnn")
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, study], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    expected = rf"\d+ turns 1 {re.escape(study)}, preset quick: has no {CHOOSES} at its points"
    assert re.match(expected, done.stdout), done.stdout

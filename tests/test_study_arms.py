"""Presets whose arms are told one by one: many rates, working, points of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from agents.gp.worked_dialogues import GAME
from agents.sb3.checkpoint import load_state
from agents.tinylm import PPOConfig, SFTConfig, learn
from agents.virl.worked_dialogues import GAME as STREETS
from benchmarks.commands.arguments import seeds as seeds_of
from benchmarks.runs import read_episodes, read_json
from benchmarks.study import init
from benchmarks.study.endpoints import Choice, declared
from benchmarks.study.engines import AT_ONCE
from benchmarks.study.frontier import report
from benchmarks.study.job import Event, Job
from benchmarks.study.learners import language
from benchmarks.study.learners.registry import LEARNERS
from benchmarks.study.presets import PRESETS, Preset
from benchmarks.study.presets.declared import DECLARED
from benchmarks.study.presets.grid import RATES
from benchmarks.study.presets.owned import LANGUAGE_MODEL, NETWORKS
from benchmarks.study.results import load_results
from benchmarks.study.run import jobs_at_once, run_study
from benchmarks.study.timing import read_times
from benchmarks.study.worker import run_job
from benchmarks.suites import SUITES

SUITE = SUITES["gp-l"]


@pytest.fixture(autouse=True)
def short_replies(monkeypatch: pytest.MonkeyPatch) -> None:
    """An untrained model writes till it may write no more."""
    monkeypatch.setattr(GAME, "longest_reply", 12)


def tiny(name: str = "grid", **changes: Any) -> Preset:
    """Return a preset of the grid that trains for seconds, with some of its arms."""
    preset = PRESETS["gp-l"][name]
    policy = preset.policies["lm-working"].model_copy(
        update={
            "model": {"width": 16, "layers": 1, "context": 96, "game": "cards-working"},
            "init": {"batch": 16, "decay": (40, 60)},
            "init_demonstrations": 60,
            "sft_demonstrations": 60,
            "init_flops": 2e8,
            "check_flops": 2e8,
            "arm_flops": 4e8,
            **changes,
        }
    )
    smaller = {"points": 2, "shares": (0.25, 1.0), "competence": 0.0, "validation_episodes": 2}
    episodes = {"curve_episodes": 2, "final_episodes": 3}
    columns = {name: preset.applied(SUITE).columns[name] for name in ("rule_ood", "in_validation")}
    measured = {"columns": columns, "curve_columns": tuple(columns)}
    return preset.model_copy(
        update={
            **smaller,
            **episodes,
            **measured,
            "seeds": 2,
            "policies": {"lm-working": policy},
        }
    )


def some(name: str, *arms: str) -> dict[str, Any]:
    """Return these arms of a preset, in smaller batches."""
    known = PRESETS["gp-l"][name].policies["lm-working"].all_arms
    return {
        arm: known[arm].model_copy(
            update={
                "settings": {
                    **known[arm].settings,
                    "batch": 8,
                    **({} if known[arm].method == "sft" else {"episodes": 16}),
                    **({"learning_rate": 0.0} if arm == "sft-untrained" else {}),
                    **({"micro_batch": 5} if "micro_batch" in known[arm].settings else {}),
                }
            }
        )
        for arm in arms
    }


def test_both_arms_have_the_same_rates_and_compute() -> None:
    grids = [(suite, "grid") for suite in PRESETS]
    grids += [(suite, "grid-answers") for suite in ("gp-l", "virl-l")]
    for suite, name in grids:
        preset = PRESETS[suite][name]
        for policy in preset.policies.values():
            rates = [
                (arm.method, arm.settings["learning_rate"]) for arm in policy.all_arms.values()
            ]
            assert rates == [(method, rate) for rate in RATES for method in ("sft", "rl")]
        assert preset.shares is not None
        assert preset.shares[0] == 0.02
        assert set(preset.curve_columns) == set(preset.applied(SUITES[suite]).columns)
        assert {"in_validation", "ood_validation"} <= set(preset.curve_columns)
    assert list(PRESETS["gp-l"]["grid"].policies["lm-working"].all_arms)[:2] == [
        "sft-5e-5",
        "rl-5e-5",
    ]


@pytest.mark.parametrize("suite", list(PRESETS))
def test_each_policy_of_a_suites_grids_has_three_declared_tests(suite: str) -> None:
    grids = [preset for preset in PRESETS[suite].values() if preset.name.startswith("grid")]
    policies = {name for preset in grids for name in preset.policies}
    assert DECLARED[suite].tests == 3 * len(policies)
    assert DECLARED[suite].seeds == max(preset.all_seeds()[-1] + 1 for preset in grids)


def test_a_preset_may_compare_another_metric_than_its_task() -> None:
    suite, presets = SUITES["virl-l"], PRESETS["virl-l"]
    told = {name: presets[name].task(suite).metric for name in ("quick", "grid", "controls")}
    assert told == dict(zip(told, ("step_accuracy", "turn_accuracy", "turn_accuracy")))
    assert presets["grid"].task(suite).axis == "accuracy at turning points"
    assert presets["quick"].task(suite).axis == "per-step accuracy"


def killed_at(fraction: float) -> Any:
    def emit(event: Event) -> None:
        if event.fraction >= fraction:
            raise KeyboardInterrupt

    return emit


MANY = (0.1, 0.3, 0.4, 0.55, 0.65, 0.75, 0.85, 0.95)


@pytest.mark.parametrize(
    ("name", "arms", "fractions"),
    [
        ("controls", ("sft", "rl-kl"), (0.5, 0.8)),
        ("controls-more", ("grpo", "sft-untrained"), (0.5, 0.8)),
        pytest.param(
            "controls",
            ("sft", "rl-kl", "sft-answers", "init-on", "sft-then-rl"),
            MANY,
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "controls-more",
            tuple(PRESETS["gp-l"]["controls-more"].policies["lm-working"].all_arms),
            MANY,
            marks=pytest.mark.slow,
        ),
    ],
    ids=["two", "two more", "all", "all more"],
)
def test_a_job_killed_in_the_middle_of_an_arm_ends_with_the_same_rows(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    arms: tuple[str, ...],
    fractions: list[float],
) -> None:
    monkeypatch.setattr(language, "CHECKPOINT_EVERY", 16)
    preset = tiny(name, arms=some(name, *arms))
    whole, cut = (Job(preset, SUITE, "lm-working", 1, tmp_path / name) for name in ("a", "b"))
    run_job(whole, lambda _: None)
    resumed: list[int] = []
    load = learn.load_state

    def counting(path: Any) -> Any:
        state = load(path)
        resumed.append(state["counts"][0])
        return state

    monkeypatch.setattr(learn, "load_state", counting)
    for fraction in fractions:
        with pytest.raises(KeyboardInterrupt):
            run_job(cut, killed_at(fraction))
    run_job(cut, lambda _: None)
    assert any(seen > 0 for seen in resumed)
    rows = [
        sorted(read_episodes(job.folder), key=lambda row: (row.cell, row.index))
        for job in (whole, cut)
    ]
    assert rows[0] == rows[1]
    books = [read_json(job.folder / "points.json") for job in (whole, cut)]
    assert books[0] == books[1]
    points = books[0]["points"]
    assert list(points) == ["init/0", *(f"{arm}/{k}" for arm in arms for k in (1, 2))]
    assert all(point["episodes"] > 0 for point in points.values())
    assert read_times(cut.folder).keys() >= points.keys()
    if "sft-then-rl" in arms:
        assert points["sft-then-rl/1"]["flops"] > points["sft/2"]["flops"]
    if "sft-untrained" in arms:
        # What the init used is no part of what an arm from untrained weights did.
        spent = points["init/0"]["flops"]
        assert points["sft-untrained/1"]["flops"] < spent < points["grpo/1"]["flops"]
        # With a rate of 0 the weights stay what the init's were before it was trained.
        LEARNERS["tinylm"](cut.task, cut.settings, 1).save(tmp_path / "first.pt")
        first, kept = (
            load_state(path)["model"]["embed.weight"]
            for path in (tmp_path / "first.pt", cut.folder / "weights" / "sft-untrained-2.pt")
        )
        assert first.equal(kept)
    # Unseen sets of numbers are new to the init, and columns of training are not kept apart.
    assert not any(row.seen for row in rows[0] if row.cell.endswith("rule_ood"))
    assert all(row.keywords["split_by"] == "numbers" for row in rows[0])
    assert {row.keywords["split"] for row in rows[0] if "validation" in row.cell} == {"validation"}


def test_a_study_runs_some_of_its_seeds_and_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.tasks.cards.MEMORISED", 20)
    preset = tiny(arms=some("grid", "sft-5e-4"))
    run_study(
        preset,
        SUITE,
        tmp_path,
        seeds=[0, 1],
        only=[1],
        workers=0,
        console=Console(quiet=True),
    )
    results = load_results(tmp_path)
    assert results.rate("lm-working", "sft-5e-4", "rule_ood") is not None
    assert {curve.column for curve in results.curves} == set(preset.curve_columns)
    headline, line = report([tmp_path])
    assert "INCOMPLETE, missing: random seed 0" in headline
    assert line == "gp-l, lm-working: No point of an arm is measured on in_validation yet."
    assert results.missing
    assert all("seed 0" in part for part in results.missing.parts)


def test_an_init_stops_where_it_is_asked_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(init, "preset_named", lambda *_: tiny())
    place = (tmp_path, "gp-l", "grid", "lm-working", 0)
    declared = tiny().policies["lm-working"].competence
    assert init.job_of(*place).settings.competence == declared
    assert init.job_of(*place, competence=0.5).settings.competence == 0.5


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--flops", "1e8", "--competence", "0.5"], "give it or competence, not both"),
        (["--flops", "nan"], "flops: expected a number above 0; got nan"),
        (["--flops", "-1"], "flops: expected a number above 0; got -1.0"),
        (["--competence", "1.5"], "competence: expected a share above 0, at most 1; got 1.5"),
        (["--columns", "in, nosuch"], "has no column nosuch: expected some of in, "),
        (["--suite", "nosuch"], "Unknown suite 'nosuch': expected one of gp-l"),
        (["--inits", "grid/mlp"], "the preset grid has lm-working; got mlp"),
        (["--inits", "grid"], "the preset grid has lm-working; got"),
        (["--inits", "nosuch/lm"], "expected one of"),
        (["--", "-1"], "Invalid value for 'seed'"),
    ],
)
def test_an_init_that_cannot_be_trained_is_refused_in_words(
    options: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = init_command(*options)
    assert done.exit_code == 2
    assert words in " ".join(done.output.replace("│", " ").split())
    assert not list(tmp_path.iterdir())


def init_command(*options: str) -> Any:
    command = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    command.command()(init.main)
    return CliRunner().invoke(command, options, env={"COLUMNS": "400"})


def test_an_init_goes_on_in_its_folder_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(init, "preset_named", lambda *_: tiny())
    out = ["--out", str(tmp_path / "run"), "--flops", "2e7"]
    assert init_command(*out, "--columns", "in_validation").exit_code == 0
    other = init_command(*out, "--columns", "rule_ood")
    assert other.exit_code == 2
    assert "holds a run of another configuration" in other.output
    assert "choose another folder with --out" in other.output
    (book,) = tmp_path.rglob("points.json")
    book.write_text("{")
    assert "holds no JSON" in init_command(*out, "--columns", "in_validation").output


def test_inits_are_trained_and_compared_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(init, "preset_named", lambda *_: tiny())
    monkeypatch.setattr(init, "RUNS", tmp_path)
    monkeypatch.setattr(init, "calibration", lambda: 0.01)
    # The second is the first again: it is measured, and not trained.
    lines: list[str] = []
    trained = tmp_path / "init-gp-l" / "2.00e+08" / "a" / "jobs" / "lm-working-seed0" / "init.pt"

    def tell(line: str) -> None:
        # Looks are told while it trains, and not behind it.
        assert "on validation" not in line or trained.exists() == any(
            one.startswith("trained") for one in lines
        )
        lines.append(line)

    init.train_inits(0, "gp-l", ["a/lm-working"] * 2, tell, flops=2e8, columns=["in_validation"])
    told = [line.split(" ")[0] for line in lines]
    assert told[:4] == ["lm-working", "trained", "all", "in_validation:"]
    assert told[4:] == ["lm-working", "all", "in_validation:", "in_validation:"]
    assert "FLOPs: 0.0 % on validation hands" in lines[0]
    seconds = read_times(trained.parent)["init"].cpu_seconds
    loops = f"{seconds / 0.01:.0f} times the fixed loop, which takes 0.01 s here"
    assert lines[1] == f"trained in {seconds / 60:.1f} CPU minutes, {loops}"
    assert lines[-1].startswith("in_validation: lm-working - lm-working 0.0 % [")


def test_arms_that_were_chosen_have_no_mean_over_rates() -> None:
    chosen = {"sft": Choice("sft-5e-4", 2, 0.2), "rl": Choice("rl-5e-4", 6, 0.2)}
    found = {}
    for name in ("grid", "grid-chosen"):
        preset = PRESETS["gp-l"][name]
        found[name] = declared(chosen, preset.policies["lm-working"], preset)
    assert len(found["grid"].pop("b")) == len(RATES)
    assert found["grid"] == found["grid-chosen"]
    assert found["grid"]["a"] == [(("rl-5e-4", 6), ("sft-5e-4", 2))]


@pytest.mark.slow
def test_arms_on_the_streets_show_their_working_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(STREETS, "longest_reply", 12)
    suite, preset = SUITES["virl-l"], PRESETS["virl-l"]["controls"]
    small = tiny("controls", arms=some("controls", "sft", "rl", "sft-answers"))
    settings = small.policies["lm-working"].model_copy(
        update={"working": "steps", "solutions": None, "init_keywords": None}
    )
    model = {**settings.model, "game": "streets-working"}
    policies = {"lm-working": settings.model_copy(update={"model": model})}
    kept = {"columns": preset.columns, "game": None, "policies": policies}
    changes = {**kept, "curve_columns": preset.curve_columns}
    job = Job(small.model_copy(update=changes), suite, "lm-working", 0, tmp_path)
    run_job(job, lambda _: None)
    rows = list(read_episodes(tmp_path))
    assert {row.keywords["points_per_segment"] for row in rows} == {1}
    assert {row.cell.split("/")[2] for row in rows} == {"init", "sft", "rl", "sft-answers"}
    assert all("turn_accuracy" in (row.metrics or {}) for row in rows)


def test_only_takes_seeds_of_the_study() -> None:
    assert seeds_of(None, range(3)) == [0, 1, 2]
    assert seeds_of("2, 0", range(3)) == [0, 2]
    assert seeds_of("5,4", range(3, 6)) == [4, 5]
    with pytest.raises(ValueError, match="some of the seeds 3, 4, 5, split by commas; got '0'"):
        seeds_of("0", range(3, 6))
    for text in ("3", "", "-1", "one"):
        with pytest.raises(ValueError, match="some of the seeds 0, 1, 2"):
            seeds_of(text, range(3))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"shares": (0.5,)}, "as many as there are points"),
        ({"shares": (0.5, 0.25, 1.0)}, "ascending"),
        ({"shares": (0.25, 0.5, 0.75)}, "the last of them 1"),
    ],
)
def test_points_without_order_or_end_are_refused(changes: dict[str, Any], told: str) -> None:
    plain = {**PRESETS["gp-l"]["grid"].model_dump(), "points": 3}
    with pytest.raises(ValueError, match=told):
        Preset.model_validate({**plain, **changes})


def test_an_arm_starts_from_an_earlier_one() -> None:
    plain = PRESETS["gp-l"]["controls"].model_dump()
    plain["policies"]["lm-working"]["arms"]["sft"]["start"] = "rl"
    with pytest.raises(ValueError, match="'rl' is no arm before it: expected one of untrained"):
        Preset.model_validate(plain)


def test_learners_of_symbols_have_no_arms_of_language_models() -> None:
    plain = PRESETS["gp-l"]["controls-more"].model_dump()
    plain["policies"]["lm-working"]["learner"] = "sb3"
    with pytest.raises(ValueError, match=r"arms\.rejection: the methods grpo, rejection and mixed"):
        Preset.model_validate(plain)


def test_what_arms_own_beside_the_rate_is_on_record() -> None:
    configs: dict[str, Any] = {"sft": SFTConfig, "rl": PPOConfig}
    checked = set()
    for suite, presets in PRESETS.items():
        for policy in (
            policy
            for preset in presets.values()
            if preset.name.startswith("grid")
            for policy in preset.policies.values()
        ):
            words = policy.learner == "tinylm"
            owned = LANGUAGE_MODEL if words else NETWORKS[suite]
            for arm in policy.all_arms.values():
                run = vars(configs[arm.method](**arm.settings)) if words else arm.settings
                run = {name: run[name] for name in run if name not in ("learning_rate", "seed")}
                assert run == {name: one.value for name, one in owned[arm.method].items()}
                checked.add((suite, policy.learner, arm.method))
    assert len(checked) == 4 * 2 * 2
    # A value that was tried before is another one.
    for arms in (LANGUAGE_MODEL, *NETWORKS.values()):
        for one in (one for settings in arms.values() for one in settings.values()):
            assert one.value not in one.before


@pytest.mark.parametrize(
    ("suite", "prompts"),
    [
        ("gp-l", {"all_5", "all_7", "all_12", "large", "five_cards", "fake"}),
        ("virl-l", {"fake", "told_relative", "told_compass", "long"}),
    ],
)
def test_controls_have_the_settings_of_the_grid_at_one_rate(suite: str, prompts: set[str]) -> None:
    presets = PRESETS[suite]
    grid, controls = (presets[name].policies["lm-working"] for name in ("grid", "controls"))
    for method in ("sft", "rl"):
        assert controls.all_arms[method] == grid.all_arms[f"{method}-2e-4"]
    for name in ("controls", "controls-more"):
        preset, shared = presets[name], {"arms", "minutes"}
        policy = preset.policies["lm-working"]
        assert policy.model_dump(exclude=shared) == grid.model_dump(exclude=shared)
        # Other prompts are played at the ends of the arms alone.
        assert set(preset.curve_columns) == set(presets["grid"].curve_columns)
        assert set(preset.columns or ()) - set(preset.curve_columns) == prompts
        assert sum(policy.stages.values()) * 2.2 < 150


def test_a_study_that_sees_streets_runs_one_job_at_a_time() -> None:
    for name, count in (("virl-vl", 1), ("gp-vl", AT_ONCE), ("virl-l", AT_ONCE)):
        preset = PRESETS[name]["quick"]
        assert jobs_at_once(preset, SUITES[name]) == count
        assert jobs_at_once(preset.with_policies(["mlp"]), SUITES[name]) == AT_ONCE

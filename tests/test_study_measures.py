"""Measures of kept weights, against slow sums; models are tiny and untrained."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import torch

from agents.gp.worked_dialogues import GAME
from agents.sb3.model import SB3Agent, build_model, save_model
from agents.tinylm import TinyLM, TinyLMAgent, TinyLMConfig
from agents.virl.working import build_worked_reply
from agents.vision.eye import no_picture
from benchmarks.passes import pass_at
from benchmarks.plot_style import LIGHT
from benchmarks.records import RunRecord
from benchmarks.rollouts import play, side_by_side
from benchmarks.runs import LineFile, Run, RunError, line_of, read_json, write_json
from benchmarks.statistics import Estimate
from benchmarks.study.divergence import ComparingAgent, Written, divergences
from benchmarks.study.findings.page_in_full import page_in_full
from benchmarks.study.findings.quoted import quoted
from benchmarks.study.forced import BEGINNINGS, ForcedAgent
from benchmarks.study.learners.language import TinyLMLearner
from benchmarks.study.measure_lines import MEASURES_FOLDER, Line, jobs_of, measured
from benchmarks.study.measures import main as measures_command
from benchmarks.study.measures import measure, write_measures
from benchmarks.study.points import WEIGHTS
from benchmarks.study.presets import PRESETS
from benchmarks.study.probes import (
    PROBES,
    Probe,
    _Room,
    revise,
    sample,
    shows_working,
    unlist,
)
from benchmarks.study.report import figures
from benchmarks.study.report.measures import measured_on_the_way, measured_tables
from benchmarks.study.report.page import drawings
from benchmarks.study.report.reached import Reached
from benchmarks.study.report.summary import Summary, summarise_studies
from benchmarks.suites import SUITES
from virl_env.text import read_reply

SIZE: dict[str, Any] = {"width": 16, "layers": 1, "context": 96, "game": "cards-working"}
KEYWORDS = {"template": "compact", "max_attempts": 1}


def model(seed: int, **size: Any) -> TinyLM:
    torch.manual_seed(seed)
    return TinyLM(TinyLMConfig(**{**SIZE, **size}))


def test_pass_at_k_is_the_share_of_choices_in_which_one_wins() -> None:
    for wins in range(6):
        outcomes = [True] * wins + [False] * (5 - wins)
        for k in range(1, 6):
            chosen = [any(some) for some in combinations(outcomes, k)]
            assert pass_at(k, wins, 5 - wins) == pytest.approx(sum(chosen) / len(chosen))


def test_the_divergence_of_a_reply_is_the_mean_over_its_words() -> None:
    one, other = model(0), model(1)
    written = [
        Written([5, 6, 7], [8, 9, 3], no_picture()),
        Written([5], [4], no_picture()),
        Written([5], [], no_picture()),
    ]
    found = divergences(one, other, written)
    for told, (prompt, reply, _) in zip(found[:2], written):
        total = 0.0
        for place in range(len(reply)):
            read = torch.tensor([prompt + reply[:place]])
            with torch.no_grad():
                p, q = (each(read)[0][0, -1].double().softmax(-1) for each in (one, other))
            total += float((p * (p / q).log()).sum())
        assert told == pytest.approx(total / len(reply), rel=1e-4)
    assert found[2] == 0.0
    assert divergences(one, one, written) == pytest.approx([0.0] * 3)


def test_the_divergence_of_actions_is_the_mean_over_what_a_policy_saw() -> None:
    id = "VIRLNavigation-v0"
    with gym.make(id) as env:
        one, other = (
            SB3Agent(
                build_model(env.observation_space, env.action_space, width=8, blocks=1, seed=seed),
                deterministic=False,
            )
            for seed in (0, 1)
        )
    comparing, same = ComparingAgent(one, other, 3), ComparingAgent(one, one, 3)
    seen = [np.array(env.observation_space.sample())[None].repeat(3, axis=0) for _ in range(2)]
    told = {"episode_seed": np.arange(3)}
    for agent in (comparing, same):
        for index in range(3):
            agent.reset(index)
    for observation in seen:
        assert comparing.act(observation, told).shape == (3,)
        same.act(observation, told)
    for copy in range(3):
        assert same.apart[copy] == pytest.approx([0.0, 0.0])
        for observation, apart in zip(seen, comparing.apart[copy]):
            p, q = (each.logits(observation, 3)[copy].astype(float) for each in (one, other))
            p, q = np.exp(p) / np.exp(p).sum(), np.exp(q) / np.exp(q).sum()
            assert apart == pytest.approx((p * np.log(p / q)).sum(), rel=1e-5)
            assert apart > 0.0


@pytest.mark.parametrize("working", [True, False])
def test_a_forced_reply_begins_with_the_right_reading(
    monkeypatch: pytest.MonkeyPatch, working: bool
) -> None:
    monkeypatch.setattr(GAME, "longest_reply", 20)
    id = "GeneralPoints-Text-RuleOOD-v0"
    env = side_by_side(id, KEYWORDS, 2)
    agent = ForcedAgent(model(0), env.envs, BEGINNINGS["GeneralPoints", working])
    for one, single in zip(play(lambda _: agent, id, KEYWORDS, [3, 4], env), env.envs):
        (reply,) = one.replies or ()
        values = " ".join(map(str, single.unwrapped.hand.values("rank")))
        if working:
            assert reply.startswith(f"{values} > ")
        else:
            assert f'"number": [{values.replace(" ", ", ")}], "formula": "' in reply


def test_streets_are_forced_up_to_the_instruction() -> None:
    env = side_by_side("VIRLNavigation-Text-v0", KEYWORDS, 1)
    env.reset(options={"episode_seed": [5]})
    single = env.envs[0].unwrapped
    begun = BEGINNINGS["VIRLNavigation", False](single)
    whole = single.expert_action()
    assert whole.startswith(begun)
    assert begun.endswith('"current instruction": "')


def test_worked_streets_are_forced_to_face_the_right_way() -> None:
    env = side_by_side("VIRLNavigation-Text-v0", KEYWORDS, 6)
    env.reset(options={"episode_seed": [*range(6)]})
    begun = set()
    for one in env.envs:
        single = one.unwrapped
        told = BEGINNINGS["VIRLNavigation", True](single)
        action = read_reply(single.expert_action(), "compact").action
        assert action is not None
        assert build_worked_reply(single.scene(), action).startswith(told)
        begun.add(told)
    assert len(begun) > 1


def test_a_dialogue_that_outgrows_the_context_gets_no_further_reply(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(GAME, "longest_reply", 30)
    room = _Room(TinyLMAgent(model(0)))
    keywords = {"template": "compact", "max_attempts": 5}
    played = play(lambda _: room, "GeneralPoints-Text-v0", keywords, [1, 2])
    for one in played:
        assert one.replies is not None
        assert [bool(reply) for reply in one.replies] == [True, True, False, False, False]


def test_an_arm_shows_working_as_what_it_starts_from_does() -> None:
    controls = PRESETS["gp-l"]["controls"].policies["lm-working"]
    shown = {stage: shows_working(controls, stage) for stage in ("init", *controls.all_arms)}
    assert shown["sft-answers"] is False
    assert all(shows for stage, shows in shown.items() if stage != "sft-answers")


def study(folder: Path, suite: str = "gp-l", game: str = "cards-working") -> Path:
    """Return the folder of a study whose init and one arm kept untrained weights."""
    grid, size = PRESETS[suite]["grid"], {**SIZE, "game": game, "context": 160}
    policy = grid.policies["lm-working"]
    arms = {"rl-2e-4": policy.all_arms["rl-2e-4"]}
    settings = policy.model_copy(update={"model": size, "arms": arms})
    changes = {"policies": {"lm-working": settings}, "points": 2, "shares": (0.5, 1.0)}
    preset = grid.model_copy(update=changes)
    suites = {suite: SUITES[suite].digest}
    record = RunRecord(kind="study", config=preset.plain({"seeds"}), seeds=[0], suites=suites)
    with Run(folder, record):
        job = folder / "jobs" / "lm-working-seed0"
        (job / WEIGHTS).mkdir(parents=True)
    points = {}
    for number, (stage, point) in enumerate([("init", 0), ("rl-2e-4", 1), ("rl-2e-4", 2)]):
        made = model(number, **size)
        torch.save(
            {"config": vars(made.config), "model": made.state_dict()},
            job / WEIGHTS / f"{stage}-{point}.pt",
        )
        points[f"{stage}/{point}"] = {"stage": stage, "point": point, "flops": 1.0}
    write_json(job / "points.json", {"points": points})
    return folder


def test_measures_resume_and_are_told_with_intervals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GAME, "longest_reply", 12)
    folder = study(tmp_path / "run")
    given = {"columns": ["rule_ood"], "episodes": 3, "samples": 2}
    told = list(measure(folder, measures=["samples", "forced"], **given))
    assert [line.split(", ")[1] for line in told] == ["init/0"] * 2 + ["rl-2e-4/2"] * 2
    lines = folder / "measures" / "lm-working-seed0.jsonl"
    whole = lines.read_bytes()
    lines.write_bytes(whole[:-20])
    assert list(measure(folder, measures=["samples", "forced"], **given)) == told[-1:]
    assert lines.read_bytes() == whole
    assert not list(measure(folder, measures=["forced"], **given))
    found = {
        (row["arm"], row["measure"], row["by"]): row["estimate"]
        for row in read_json(folder / "measures.json")["measured"]
    }
    assert found["init", "kl", ""]["value"] == pytest.approx(0.0, abs=1e-6)
    assert found["rl-2e-4", "kl", ""]["value"] > 0.01
    assert found["init", "pass@2", ""]["episodes"] == 3
    assert ("init", "forced", "faces") in found
    with pytest.raises(ValueError, match="Unknown column 'out': expected one of in, rule_ood"):
        list(measure(folder, columns=["out"]))
    with pytest.raises(RunError, match="is no run folder"):
        list(measure(folder.parent / "none"))


def estimates(folder: Path, measure: str = "revision") -> dict[str, Any]:
    return {
        row["arm"]: row["estimate"]
        for row in read_json(folder / "measures.json")["measured"]
        if row["measure"] == measure
    }


def test_what_is_measured_again_on_fewer_episodes_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GAME, "longest_reply", 12)
    folder = study(tmp_path / "run")
    for episodes, counted in ((3, 3), (2, 3), (4, 4)):
        list(measure(folder, columns=["in"], measures=["revision"], episodes=episodes, samples=1))
        assert {one["episodes"] for one in estimates(folder).values()} == {counted}


def test_seeds_are_counted_on_as_many_episodes_each(tmp_path: Path) -> None:
    """A second seed that is measured on more waits until the first one is too."""
    folder = study(tmp_path / "run")
    record = read_json(folder / "run.json")
    write_json(folder / "run.json", {**record, "seeds": [0, 1]})
    (folder / MEASURES_FOLDER).mkdir()
    of_seed = {
        seed: LineFile(folder / MEASURES_FOLDER / f"lm-working-seed{seed}.jsonl") for seed in (0, 1)
    }
    for seed, episodes, counted in ((0, 2, 2), (1, 2, 4), (1, 5, 4), (0, 5, 10)):
        of_seed[seed].append(line_of(some_line(episodes=episodes)))
        write_measures(folder)
        assert estimates(folder)["init"]["episodes"] == counted
    for file in of_seed.values():
        file.close()
    # Of some seeds they are made again from the values of these.
    (of_one,) = measured(folder, [1])
    assert (of_one.estimate.episodes, {*of_one.estimate.by_seed}) == (5, {1})


def some_line(episodes: int = 2, **changes: Any) -> Line:
    given: dict[str, Any] = {
        "stage": "init",
        "point": 0,
        "column": "in",
        "measure": "revision",
        "episodes": episodes,
        "samples": 1,
        "clusters": ["a", "b", "c", "d", "e"][:episodes],
        "parts": {},
        "values": {"revision": [1.0] * episodes},
    }
    return Line.model_validate({**given, **changes})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"clusters": ["a"]}, "revision: expected an entry for each of 1 episodes; got 2"),
        ({"parts": {"faces": ["no face"]}}, "faces: expected an entry for each of 2 episodes"),
        ({"values": {"revision": [0.0, 1e308]}}, r"expected numbers from 0 to 1; got 0 to 1e\+308"),
        ({"values": {"kl": [0.1, 1e9]}}, "kl: expected numbers from -0.01 to 1000"),
        ({"values": {"wins": [0.0, 9.0]}}, "wins: expected numbers from 0 to 1; got 0 to 9"),
        ({"samples": 2, "values": {"wins": [0.0, 0.5]}}, "wins: expected whole numbers"),
        ({"samples": 0}, "samples: Input should be greater than or equal to 1"),
        ({"samples": 10**9}, "samples: Input should be less than or equal to 1000"),
    ],
)
def test_a_damaged_line_of_measures_is_named(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    folder = study(tmp_path / "run")
    (folder / MEASURES_FOLDER).mkdir()
    path = folder / MEASURES_FOLDER / "lm-working-seed0.jsonl"
    told = {**json.loads(line_of(some_line())), **change}
    path.write_bytes(line_of(some_line()) + json.dumps(told).encode() + b"\n")
    with pytest.raises(RunError, match=rf"line 2 holds no Line: .*{words}.* Delete that line"):
        list(measure(folder, columns=["in"], measures=["revision"], episodes=2, samples=1))


def test_a_study_without_weights_is_not_measured(tmp_path: Path) -> None:
    folder = study(tmp_path / "run")
    for file in (folder / "jobs").rglob("*.pt"):
        file.unlink()
    with pytest.raises(RunError, match=r"has weights of none of the points.*published study"):
        list(measure(folder))
    assert not (folder / MEASURES_FOLDER).exists()


def test_points_whose_weights_are_gone_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GAME, "longest_reply", 12)
    folder = study(tmp_path / "run")
    (folder / "jobs" / "lm-working-seed0" / WEIGHTS / "rl-2e-4-1.pt").unlink()
    given = {"columns": ["in"], "measures": ["revision"], "episodes": 1, "samples": 1}
    told = list(measure(folder, points="all", **given))
    assert told[1] == "lm-working seed 0, rl-2e-4/1: not measured, its weights are gone"
    assert len(told) == 3


def test_names_of_columns_and_measures_may_have_spaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GAME, "longest_reply", 12)
    folder = study(tmp_path / "run")
    measures_command(
        folder, columns="in, rule_ood", measures="revision, forced", episodes=1, samples=1
    )
    assert estimates(folder)


def test_a_policy_without_words_is_measured_too(tmp_path: Path) -> None:
    grid = PRESETS["virl-l"]["grid-answers"]
    size = {"width": 8, "blocks": 1}
    policy = grid.policies["mlp"].model_copy(update={"model": size})
    preset = grid.model_copy(update={"policies": {"mlp": policy}})
    suites = {"virl-l": SUITES["virl-l"].digest}
    record = RunRecord(kind="study", config=preset.plain({"seeds"}), seeds=[0], suites=suites)
    folder = tmp_path / "run"
    with Run(folder, record):
        job = folder / "jobs" / "mlp-seed0"
        (job / WEIGHTS).mkdir(parents=True)
    points = {}
    for number, (stage, point) in enumerate([("init", 0), ("rl-5e-5", 1)]):
        with gym.make("VIRLNavigation-v0") as env:
            made = build_model(env.observation_space, env.action_space, **size, seed=number)
        save_model(job / WEIGHTS / f"{stage}-{point}.pt", made)
        points[f"{stage}/{point}"] = {"stage": stage, "point": point, "flops": 1.0}
    write_json(job / "points.json", {"points": points})
    list(measure(folder, points="all", columns=["rule_ood"], episodes=3, samples=2))
    found = {
        (row["arm"], row["measure"]): row["estimate"]
        for row in read_json(folder / "measures.json")["measured"]
    }
    assert {name for _, name in found} == {"pass@1", "pass@2", "kl", "revision", "revision_room"}
    assert found["init", "kl"]["value"] == pytest.approx(0.0, abs=1e-9)
    assert found["rl-5e-5", "kl"]["value"] > 1e-3


def test_prompts_without_the_list_of_turns_tell_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = study(tmp_path / "run", "virl-l", "streets-working")
    ((job, _),) = jobs_of(folder)
    prompts: list[str] = []

    def act(_: object, observation: list[str], info: object) -> list[str]:
        prompts.extend(observation)
        return ["stop()"] * len(observation)

    monkeypatch.setattr(TinyLMAgent, "act", act)
    probe = Probe(job, "init", 0, "rule_ood", 1, 1)
    values, _ = unlist(probe)
    assert 0.0 <= values["unlisted"][0] <= 1.0
    (listed,) = {one.split(". ", 1)[0] for one in _first_prompts(probe)}
    assert listed.startswith("body: left left")
    assert prompts[0] == _first_prompts(probe)[0].replace(listed, "body")


def _first_prompts(probe: Probe) -> list[str]:
    env = side_by_side(probe.cell.id, probe.cell.keywords, 1)
    observation, _ = env.reset(options={"episode_seed": list(probe.cell.episode_seeds)})
    return list(observation)


def test_each_sample_is_drawn_anew_and_all_attempts_are_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GAME, "longest_reply", 12)
    ((job, _),) = jobs_of(study(tmp_path / "run"))
    probe = Probe(job, "init", 0, "rule_ood", 2, 3)
    asked: list[tuple[float, int]] = []
    agent = TinyLMLearner.agent

    def noted(self: TinyLMLearner, temperature: float = 0.0, seed: int = 0) -> TinyLMAgent:
        asked.append((temperature, seed))
        return agent(self, temperature, seed)

    monkeypatch.setattr(TinyLMLearner, "agent", noted)
    sample(probe)
    assert [one for one in asked if one[0]] == [(1.0, 0), (1.0, 1), (1.0, 2)]
    _, played = revise(probe)
    assert all(len(one.replies or ()) == 5 for one in played)


def test_points_on_the_way_are_drawn_against_compute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GAME, "longest_reply", 12)
    folder = study(tmp_path / "run")
    given = {"columns": ["rule_ood"], "episodes": 2, "samples": 2, "measures": ["samples"]}
    list(measure(folder, **given))
    (one,) = summarise_studies([folder], splits=False).settings
    assert measured_on_the_way(one) == []  # The ends alone are no curve.
    list(measure(folder, points="all", **given))
    points = measured_on_the_way(one)
    assert [(at.arm, at.point) for at in points] == [
        ("init", 0),
        ("rl-2e-4", 1),
        ("rl-2e-4", 2),
    ]
    assert all(at.has("pass@1", "pass@2", "kl") for at in points)
    assert all(at.flops > 0 for at in points)
    named = {
        drawing.name: drawing for drawing in drawings(Summary([replace(one, frontier=points)]))
    }
    figure = named["measures-gp-l-grid-lm-working"].draw(LIGHT)
    titles = [panel.get_title() for panel in figure.axes if panel.get_title()]
    assert titles == [f"another rule: {name}" for name in ("pass@1", "pass@2", "KL from the init")]
    (of_kl,) = (panel for panel in figure.axes if "KL" in panel.get_title())
    assert of_kl.get_ylabel() == "KL (nats)"
    # In nats, not in percent.
    assert max(of_kl.lines[0].get_ydata()) == pytest.approx(
        max(at.values["kl"].value for at in points)
    )


def test_what_was_measured_on_the_way_is_on_the_page_of_all_comparisons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GAME, "longest_reply", 12)
    summary = summarise_studies([study(tmp_path / "run")], splits=False)
    (one,) = summary.settings
    list(measure(one.study.folder, points="all", episodes=2, samples=2))
    tables = measured_tables(one)
    name = "Card game: small language model with working, preset grid"
    assert [table.title for table in tables] == [f"{name}: another rule", f"{name}: trained rule"]
    found = quoted(summary)
    assert list(found.measured) == ["run"]
    for table in tables:
        assert [row[:2] for row in table.rows] == [
            ["init", ""],
            ["RL 2e-4", "50 %"],
            ["RL 2e-4", "100 %"],
        ]
        assert table.note.startswith("1 seed, 2 episodes a point, the first of the column")
        assert table.markdown().rstrip() in page_in_full(found)


def test_samples_are_drawn_as_success_where_a_study_compares_something_else(
    tmp_path: Path,
) -> None:
    folder = study(tmp_path / "run", "virl-l", "streets-working")
    (one,) = summarise_studies([folder], splits=False).settings
    names = ("pass@1", "pass@4", "pass@8", "revision", "forced")
    one_of_ten = Estimate(0.1, 0.1, 0.1, episodes=10, clusters=10, seeds=1, by_seed={0: 0.1})
    points = [
        Reached(
            "rl-2e-4",
            point,
            float(point),
            {
                **dict.fromkeys(names, one_of_ten),
                "revision_room": replace(one_of_ten, value=room),
            },
        )
        for point, room in ((1, 1.0), (2, 0.9))
    ]
    told = {
        panel.get_title().removeprefix("another rule: "): panel.get_ylabel()
        for panel in figures.measures(replace(one, frontier=points), points, LIGHT).axes
        if panel.get_title()
    }
    # Without room for all attempts they are not what their name says.
    assert told == {
        "pass@1": "route success (%)",
        "pass@8": "route success (%)",
        "the right reading given": "accuracy at turning points (%)",
    }


def test_points_of_other_seeds_are_not_on_one_line(tmp_path: Path) -> None:
    folder = study(tmp_path / "run")
    (one,) = summarise_studies([folder], splits=False).settings
    measured = [
        {
            "policy": "lm-working", "arm": arm, "point": point, "column": "rule_ood",
            "measure": "kl", "by": "", "part": "",
            "estimate": {
                "value": 0.1, "low": 0.0, "high": 0.2, "episodes": 2, "clusters": 2,
                "seeds": len(seeds), "by_seed": dict.fromkeys(seeds, 0),
            },
        }
        for arm, point, seeds in (
            ("init", 0, "01"), ("rl-2e-4", 1, "0"), ("rl-2e-4", 2, "0"),
        )
    ]  # fmt: skip
    write_json(folder / "measures.json", {"measured": measured, "tables": []})
    assert [at.point for at in measured_on_the_way(one)] == [1, 2]


@pytest.mark.slow
def test_streets_are_measured_too(tmp_path: Path) -> None:
    folder = study(tmp_path / "run", "virl-l", "streets-working")
    assert len(list(measure(folder, episodes=2, samples=2))) == 2 * 2 * len(PROBES)
    found = {row["measure"] for row in read_json(folder / "measures.json")["measured"]}
    assert found == {
        "pass@1", "pass@2", "kl", "revision", "revision_room", "forced", "unlisted"
    }  # fmt: skip

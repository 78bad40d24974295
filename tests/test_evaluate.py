"""Evaluation: rows replay, cut-off runs go on, and agents are put before the right ids."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from agents.scripted import ConstantAgent, ExpertAgent, RandomAgent
from benchmarks.evaluation import run_evaluation
from benchmarks.options import EvaluationOptions
from benchmarks.records import Episode, RunRecord
from benchmarks.replays import replay
from benchmarks.report import check_rows
from benchmarks.rollouts import Cell, evaluate, play
from benchmarks.runs import EPISODES_FILE, Run, RunError, line_of, read_episodes
from benchmarks.suites import SUITES, Suite
from benchmarks.summary import evaluation_tables, summarise
from benchmarks.tasks import TASKS
from virl_env.actions import FORWARD

GP_L, VIRL_L = SUITES["gp-l"], SUITES["virl-l"]
COLUMNS = [(of, column) for of in (GP_L, VIRL_L) for column in of.columns]
RECORD = RunRecord(kind="evaluate", config={}, seeds=[0], suites={"gp-l": GP_L.digest})
QUIET = Console(quiet=True)


def make_cell(
    column: str, count: int, interface: str = "", of: Suite = GP_L, **keywords: Any
) -> Cell:
    return Cell(
        f"agent/{column}",
        of.id(column, interface),
        {**of.keywords(column, 0), **keywords},
        of.episode_seeds(0, count),
    )


def play_cell(folder: Path, cell: Cell, make_agent: Any, **arguments: Any) -> list[Episode]:
    with Run(folder, RECORD) as run:
        evaluate(run, cell, make_agent, **arguments)
    return list(read_episodes(folder))


class Careless:
    """A text agent that is unreadable, then wrong, then right."""

    def __init__(self, batch: Any) -> None:
        self._batch = batch

    def act(self, observation: Any, info: Any) -> list[str]:
        right = self._batch.expert_action()
        says = {5: "no idea", 4: '{"cards": [], "number": [1, 1, 1, 1], "formula": "1+1+1+1"}'}
        return [says.get(left, reply) for left, reply in zip(info["attempts_left"], right)]

    def reset(self, index: int) -> None:
        pass

    def count_tokens(self, reply: str) -> int:
        return len(reply.split())


@pytest.mark.parametrize("interface", ["", "-Text"])
@pytest.mark.parametrize("of, column", COLUMNS)
def test_the_expert_wins_every_episode(
    tmp_path: Path, of: Suite, column: str, interface: str
) -> None:
    cell = make_cell(column, 20, interface, of, max_attempts=1)
    rows = play_cell(tmp_path, cell, ExpertAgent, batch=8)
    assert [row.index for row in rows] == list(range(20))
    assert all(row.success and set(row.outcomes) == {"correct"} for row in rows)
    assert {row.value(metric) for row in rows for metric in TASKS[of.task].metrics} == {1.0}
    assert [row.episode_seed for row in rows] == list(cell.episode_seeds)
    assert (rows[0].actions is None) == (interface == "-Text")


def test_random_play_replays_with_every_attempt(tmp_path: Path) -> None:
    rows = play_cell(tmp_path, make_cell("in", 30), lambda _: RandomAgent(26, seed=3))
    for row in rows:
        assert len(row.rewards) == len(row.outcomes) <= 5
        assert row.tokens == len(row.actions or [])
        again = replay(row)
        assert (again.rewards, again.actions) == (row.rewards, row.actions)


@pytest.mark.parametrize("attempts", [1, 2])
def test_random_walks_replay_with_every_attempt(tmp_path: Path, attempts: int) -> None:
    cell = make_cell("cities", 20, of=VIRL_L, max_attempts=attempts)
    for row in play_cell(tmp_path, cell, lambda _: RandomAgent(14, seed=3)):
        assert row.tokens == len(row.actions or []) == len(row.rewards) == len(row.outcomes)
        assert row.hand is None
        assert row.cluster.endswith(f"/{row.digest}")
        right = row.outcomes.count("correct") / len(row.outcomes)
        assert row.value("step_accuracy") == pytest.approx(right)
        assert not row.success
        again = replay(row)
        assert (again.rewards, again.actions, again.metrics) == (
            row.rewards,
            row.actions,
            row.metrics,
        )


def test_both_interfaces_of_navigation_measure_the_same(tmp_path: Path) -> None:
    """One that always walks on is right where there is neither a turn nor an end."""

    class Onward:
        def act(self, observation: Any, info: Any) -> list[str]:
            return ['{"action": "forward()"}'] * len(observation)

        def reset(self, index: int) -> None:
            pass

    symbols = play_cell(
        tmp_path / "symbols",
        make_cell("rule_ood", 12, of=VIRL_L, max_attempts=1),
        lambda _: ConstantAgent(FORWARD),
    )
    words = play_cell(
        tmp_path / "words",
        make_cell("rule_ood", 12, "-Text", VIRL_L, max_attempts=1),
        lambda _: Onward(),
    )
    for row, told in zip(symbols, words):
        assert (row.digest, row.cluster, row.metrics) == (told.digest, told.cluster, told.metrics)
        assert row.value("turn_accuracy") == 0.0
        assert 0.7 < row.value("step_accuracy") < 0.85
        replay(told)
    (cell,) = summarise(words)
    (low, high), (lowest, highest) = (cell.intervals[f"{of}_accuracy"] for of in ("step", "turn"))
    assert 0.7 < low < cell.metrics["step_accuracy"] < high < 0.85
    assert (lowest, cell.success) == (0.0, 0.0)
    assert highest == cell.high > 0.1  # where all came out alike it is not a point either
    (table,) = evaluation_tables([cell])
    assert table.header[-1] == "routes"
    assert table.rows[0][-1] == str(cell.clusters)
    assert sum("[" in part for part in table.rows[0]) == 4


def test_a_dialogue_keeps_every_reply(tmp_path: Path) -> None:
    rows = play_cell(tmp_path, make_cell("rule_ood", 5, "-Text"), Careless)
    for row in rows:
        assert row.outcomes == ["unreadable", "wrong_numbers", "correct"]
        assert row.rewards == [-3.0, -2.0, 5.0]
        assert row.replies is not None
        assert row.replies[0] == "no idea"
        assert row.tokens == sum(len(reply.split()) for reply in row.replies)
        replay(row)


def test_the_share_of_replies_in_the_asked_format_is_told(tmp_path: Path) -> None:
    rows = play_cell(tmp_path, make_cell("in", 4, "-Text"), Careless)
    assert all(row.in_format == sum(len(r) > 10 for r in row.replies or ()) / 3 for row in rows)
    (cell,) = summarise(rows)
    assert cell.metrics["in_format"] == pytest.approx(2 / 3)
    (table,) = evaluation_tables([cell])
    assert "in format" in table.header
    # Rows of earlier versions, and of symbolic ids, do not tell.
    earlier = [row.model_dump(exclude={"in_format"}) for row in rows]
    (cell,) = summarise([Episode.model_validate(row) for row in earlier])
    assert "in format" not in evaluation_tables([cell])[0].header


def test_a_row_of_another_environment_does_not_replay(tmp_path: Path) -> None:
    row = play_cell(tmp_path, make_cell("in", 1), ExpertAgent)[0]
    with pytest.raises(ValueError, match="does not replay"):
        replay(row.model_copy(update={"rewards": [-1.0]}))
    with pytest.raises(ValueError, match="does not replay"):
        replay(row.model_copy(update={"episode_seed": row.episode_seed + 1}))


def test_what_was_played_is_not_played_again(tmp_path: Path) -> None:
    cell = make_cell("in", 20)
    whole = play_cell(tmp_path / "whole", cell, ExpertAgent, batch=20)
    counted: list[int] = []

    def make_agent(env: Any) -> ExpertAgent:
        counted.append(env.num_envs)
        if len(counted) == 3:
            raise KeyboardInterrupt
        return ExpertAgent(env)

    with pytest.raises(KeyboardInterrupt):
        play_cell(tmp_path / "cut", cell, make_agent, batch=6)
    rows = play_cell(tmp_path / "cut", cell, make_agent, batch=6)
    assert counted == [6, 6, 6, 6, 2]
    assert rows == whole


@pytest.mark.parametrize("of", [GP_L, VIRL_L])
@pytest.mark.parametrize("interface", ["", "-Text"])
def test_what_training_showed_is_marked(tmp_path: Path, of: Suite, interface: str) -> None:
    cell = make_cell("rule_ood", 20, interface, of)
    played = play(ExpertAgent, cell.id, cell.keywords, cell.episode_seeds)
    known = played[0].dealt.overlap_key
    rows = play_cell(tmp_path, cell, ExpertAgent, seen={known})
    assert rows[0].seen
    assert [row.seen for row in rows] == [one.dealt.overlap_key == known for one in played]


@pytest.mark.parametrize("of", [GP_L, VIRL_L])
def test_training_shows_the_like_of_its_own_episodes(tmp_path: Path, of: Suite) -> None:
    task = TASKS[of.task]
    made = task.demonstrate(30, seed=4, rules=(task.rule,), fold=of.fold(0))
    seeds = made.episode_seed.tolist()
    cell = Cell("agent/train", f"{task.name}-v0", task.game(task.rule, of.fold(0)), seeds)
    known = task.likenesses(made)
    assert all(row.seen for row in play_cell(tmp_path, cell, ExpertAgent, seen=known))


@pytest.mark.parametrize("interface", ["", "-Image", "-Text"])
def test_free_walks_are_refused_by_what_they_do_not_measure(interface: str) -> None:
    id = f"VIRLNavigation{interface}-v0"
    with pytest.raises(ValueError, match=rf"{id} with movement='free' .*step_accuracy.*evaluated"):
        play(ExpertAgent, id, {"movement": "free"}, [1])


def test_an_agent_that_answers_for_too_few_is_an_error() -> None:
    class Short(RandomAgent):
        def act(self, observation: Any, info: Any) -> Any:
            return np.zeros(1, dtype=np.int64)

    cell = make_cell("in", 3)
    with pytest.raises(ValueError, match="3 episodes need 3 actions"):
        play(lambda _: Short(26), cell.id, cell.keywords, cell.episode_seeds)


@pytest.mark.parametrize(
    "name, agent, fold", [("gp-l", "nearest-neighbour", [1, 7, 6]), ("virl-l", "expert", None)]
)
def test_the_command_plays_a_suite_and_resumes(
    tmp_path: Path, name: str, agent: str, fold: list[int] | None
) -> None:
    of = SUITES[name]
    columns = of.columns_for(seen=False, trained=fold is not None, controls=True)
    seed = None if fold is None else fold[0]

    def run(episodes: int = 12) -> None:
        asked = EvaluationOptions(
            agent, suite=name, episodes=episodes, seed=seed, out=tmp_path / "run"
        )
        run_evaluation(asked, QUIET)

    run()
    rows = list(read_episodes(tmp_path / "run"))
    assert len(rows) == 12 * len(columns)
    assert all(row.keywords.get("fold") == fold for row in rows)
    assert len({(row.cell, row.digest) for row in rows}) == len(rows)
    run()
    assert list(read_episodes(tmp_path / "run")) == rows
    with pytest.raises(RunError, match=f"episodes.{agent}/in was 12, now 13"):
        run(13)
    assert check_rows(tmp_path / "run", 10) == 10
    # They are spread over the whole run, to its last row.
    last = rows[-1].model_copy(update={"index": 12, "rewards": [9.0 for _ in rows[-1].rewards]})
    with (tmp_path / "run" / EPISODES_FILE).open("ab") as file:
        file.write(line_of(last))
    with pytest.raises(RunError, match="does not replay"):
        check_rows(tmp_path / "run", 10)
    assert (tmp_path / "run" / "table.md").read_text().count(f"{agent}/") == len(columns)


def evaluated(tmp_path: Path, agent: str, **options: Any) -> tuple[list[Episode], str]:
    """Return the rows of a run, and what was printed."""
    console = Console(record=True, width=200, file=StringIO())
    folder = tmp_path / f"{len(list(tmp_path.iterdir()))}"
    run_evaluation(EvaluationOptions(agent, out=folder, **options), console)
    return list(read_episodes(folder)), console.export_text()


def test_sizes_are_those_of_the_suite_and_columns_may_be_smaller(tmp_path: Path) -> None:
    rows, said = evaluated(tmp_path, "random", suite="gp-l", size="smoke", columns=["in", "fake"])
    assert len(rows) == 40
    assert "were asked for" not in said
    rows, said = evaluated(tmp_path, "random", suite="gp-l", columns=["all_7"])
    assert len(rows) == len({row.cluster + str(sorted(row.hand or ())) for row in rows}) == 164
    rows, said = evaluated(tmp_path, "random", suite="gp-l", episodes=200, columns=["all_7"])
    assert len(rows) == 164
    assert "all_7 has 164 hands; 200 were asked for, so each is played once." in said
    rows, said = evaluated(tmp_path, "random", suite="gp-l", seed=3, columns=["all_7"])
    assert {tuple(row.keywords["fold"]) for row in rows} == {(3, 7, 6)}
    assert 15 < len(rows) < 40
    with pytest.raises(ValueError, match="no size 'tiny'"):
        evaluated(tmp_path, "random", suite="gp-l", size="tiny")
    with pytest.raises(ValueError, match=r"plays no column in_train .* name --seed"):
        evaluated(tmp_path, "random", suite="gp-l", columns=["in_train"])
    with pytest.raises(ValueError, match="either --size or --episodes"):
        EvaluationOptions("random", size="smoke", episodes=3)
    with pytest.raises(ValueError, match="ids have none"):
        EvaluationOptions("random", size="smoke", ids=["GeneralPoints-v0"])


def test_the_command_plays_ids_of_either_interface(tmp_path: Path) -> None:
    def run(agent: str, **options: Any) -> None:
        asked = EvaluationOptions(agent, episodes=5, max_attempts=2, runs=tmp_path, **options)
        run_evaluation(asked, QUIET)

    ids = ["GeneralPoints-v0", "GeneralPoints-Text-OOD-v0", "VIRLNavigation-Text-OOD-v0"]
    run("expert", ids=ids)
    folder = next(tmp_path.glob("evaluate-expert-*"))
    cells = summarise(read_episodes(folder))
    assert [(cell.success, cell.malformed) for cell in cells] == [(1, 0)] * 3
    assert [cell.mean_return for cell in cells][:2] == [5, 5]
    assert [cell.metrics.get("turn_accuracy") for cell in cells] == [None, None, 1.0]
    table = (folder / "table.md").read_text()
    assert "| routes |" in table
    assert "| hands |" in table
    # Nobody trains in the cities of an id, so all of their routes are played.
    assert [row.keywords.get("split") for row in read_episodes(folder)][::5] == [
        "test",
        "test",
        None,
    ]
    with pytest.raises(ValueError, match="expected one of"):
        run("expert", ids=["CartPole-v1"])
    with pytest.raises(ValueError, match="symbolic ids only"):
        run("random", ids=["GeneralPoints-Text-v0"])
    with pytest.raises(ValueError, match="plays VIRLNavigation; GeneralPoints-v0 is of"):
        run("random", ids=["VIRLNavigation-v0", "GeneralPoints-v0"])
    with pytest.raises(ValueError, match="neither random, nearest-neighbour, expert, "):
        run("nobody.pt")
    with pytest.raises(ValueError, match="neither random, always-forward"):
        run("nobody.pt", suite="virl-l")

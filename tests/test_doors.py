"""Agents, ids and suites of others enter `evaluate` without an edit of ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces
from typer.testing import CliRunner

from benchmarks.cli import app
from benchmarks.records import Episode
from benchmarks.report import check_rows
from benchmarks.rollouts import play
from benchmarks.runs import read_episodes, read_record
from benchmarks.suites.files import read_suite
from tests.loopback import Endpoint, listening, said
from tests.number_line.envs import NumberLineEnv

STRAIGHT = "tests.number_line.agents:Straight"
LINE, MIRRORED, TOLD = (
    f"tests.number_line:NumberLine{rest}-v0" for rest in ("", "-RuleOOD", "-Text")
)
SUITE = {"name": "line", "columns": {"in": {"id": LINE}, "rule_ood": {"id": MIRRORED}}}


def evaluate(*arguments: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, ["evaluate", *arguments], env={"COLUMNS": "200"})
    assert result.exit_code == exit_code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.output


def rows_of(folder: Path) -> dict[str, list[Episode]]:
    rows: dict[str, list[Episode]] = {}
    for row in read_episodes(folder):
        rows.setdefault(row.cell.rpartition("/")[2], []).append(row)
    return rows


def write(path: Path, told: Any) -> str:
    path.write_text(told if isinstance(told, str) else json.dumps(told), encoding="utf-8")
    return str(path)


# Agents


class Counted:
    """An agent that is given its environments."""

    def __init__(self, env: Any) -> None:
        self.count = env.num_envs

    def act(self, observation: Any, info: Any) -> Any:
        return np.zeros(self.count, dtype=np.int64)

    def reset(self, index: int) -> None:
        pass


def by_keyword(seed: int = 3) -> Counted:
    assert seed == 3
    return Counted(type("Envs", (), {"num_envs": 2}))


number = 7


def no_agent() -> int:
    return number


@pytest.mark.parametrize("factory", ["Counted", "by_keyword"])
def test_a_factory_is_given_the_environments_or_nothing(tmp_path: Path, factory: str) -> None:
    agent = f"{__name__}:{factory}"
    asked = ("--ids", "GeneralPoints-v0,VIRLNavigation-Image-v0", "--episodes", "2")
    evaluate("--agent", agent, *asked, "--out", str(tmp_path / "run"))
    record = read_record(tmp_path / "run")
    assert record.config["agent"] == agent
    assert len(list(read_episodes(tmp_path / "run"))) == 4


@pytest.mark.parametrize(
    "agent, told",
    [
        ("no_such.module:make", "there is no module no_such"),
        ("tests.nowhere:make", r"there is no module tests.nowhere"),
        ("tests.number_line:make", "tests.number_line has no name make"),
        (f"{__name__}:number", "number is of type int and cannot be called"),
        (f"{__name__}:no_agent", "returned int, which has no method act and no method reset"),
        (
            "tests.number_line",
            "neither random, nearest-neighbour, expert, echo, empty-object, empty-reply nor a "
            "file, nor module:factory",
        ),
    ],
)
def test_what_is_no_agent_is_told(tmp_path: Path, agent: str, told: str) -> None:
    output = evaluate(
        *("--agent", agent, "--columns", "in", "--episodes", "1", "--out", str(tmp_path / "run")),
        exit_code=2,
    )
    assert output.lstrip().startswith("Error: ")
    assert told in output


def test_a_module_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    write(tmp_path / "broken_agents.py", "import no_such_library\n")
    write(tmp_path / "failing_agents.py", "1 / 0\n")
    for name, told in (("broken", "No module named"), ("failing", "ZeroDivisionError")):
        output = evaluate("--agent", f"{name}_agents:make", exit_code=2)
        assert f"{name}_agents cannot be imported: " in output
        assert told in output


# Ids


def test_an_agent_and_ids_of_a_third_task_are_played_resumed_and_reported(tmp_path: Path) -> None:
    asked = ("--agent", STRAIGHT, "--ids", f"{LINE},{MIRRORED}", "--episodes", "8")
    evaluate(*asked, "--out", str(tmp_path / "run"))
    rows = list(read_episodes(tmp_path / "run"))
    assert [row.success for row in rows] == [True] * 8 + [False] * 8
    assert [row.id for row in rows[::8]] == [LINE, MIRRORED]
    # Nobody asked for a number of attempts, so the id's own holds.
    assert all(row.keywords == {} for row in rows)
    for row in rows:
        assert row.cluster == row.digest
        assert row.tokens == len(row.actions or [])
        assert len(row.rewards) == len(row.outcomes) == (1 if row.success else 3)
    assert check_rows(tmp_path / "run", 16) == 16

    # A torn run goes on where it was cut off.
    lines = (tmp_path / "run" / "episodes.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "run" / "episodes.jsonl").write_bytes(b"".join(lines[:5]) + lines[5][:20])
    output = evaluate(*asked, "--out", str(tmp_path / "run"))
    assert list(read_episodes(tmp_path / "run")) == rows
    assert "over initial observations" in output
    table = (tmp_path / "run" / "table.md").read_text("utf-8")
    assert f"| {STRAIGHT}/{LINE} | 100.0 " in table
    assert "INCOMPLETE" not in table


@pytest.mark.parametrize("agent", ["random", "expert"])
def test_scripted_agents_play_a_third_task(tmp_path: Path, agent: str) -> None:
    asked = ("--agent", agent, "--ids", LINE, "--episodes", "6", "--max-attempts", "2")
    evaluate(*asked, "--out", str(tmp_path / "run"))
    rows = list(read_episodes(tmp_path / "run"))
    assert {row.keywords["max_attempts"] for row in rows} == {2}
    assert check_rows(tmp_path / "run", 6) == 6
    assert all(row.success for row in rows) or agent == "random"


def test_a_model_plays_a_third_task(tmp_path: Path) -> None:
    with listening(Endpoint()) as endpoint:
        endpoint.answer = lambda messages: said("stop")
        model = ("--model", "toy", "--base-url", endpoint.url, "--ids", TOLD, "--episodes", "3")
        evaluate(*model, "--out", str(tmp_path / "run"))
    rows = list(read_episodes(tmp_path / "run"))
    assert {tuple(row.replies or ()) for row in rows} == {("stop",) * 3}
    assert check_rows(tmp_path / "run", 3) == 3
    refused = evaluate("--agent", "random", "--ids", TOLD, exit_code=2)
    assert "random plays symbolic ids only; got " in refused


class Alone(NumberLineEnv):
    """An id without a vector environment, with observations of two parts."""

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)
        row = self.observation_space
        self.observation_space = spaces.Dict({"row": row, "goal": spaces.Discrete(10)})

    def reset(self, **arguments: Any) -> Any:
        row, info = super().reset(**arguments)
        return self._parts(row), info

    def step(self, action: Any) -> Any:
        row, *rest = super().step(action)
        return (self._parts(row), *rest)

    def _parts(self, row: Any) -> dict[str, Any]:
        return {"row": row, "goal": int(row[1])}


gym.register("NumberLineAlone-v0", entry_point=Alone)
gym.register("Unkept-v0", entry_point="gymnasium.envs.classic_control:CartPoleEnv")


def test_an_id_without_a_vector_environment_is_played_all_the_same(tmp_path: Path) -> None:
    id = f"{__name__}:NumberLineAlone-v0"
    evaluate("--agent", "expert", "--ids", id, "--episodes", "5", "--out", str(tmp_path / "run"))
    rows = list(read_episodes(tmp_path / "run"))
    assert all(row.success and row.outcomes == ["correct"] for row in rows)
    assert check_rows(tmp_path / "run", 5) == 5
    seeds = [row.episode_seed for row in rows]
    walked = [episode.actions for episode in play_expert(LINE, seeds)]
    assert [row.actions for row in rows] == walked


def play_expert(id: str, seeds: list[int]) -> Any:
    from agents.scripted import ExpertAgent

    return play(ExpertAgent, id, {}, seeds)


@pytest.mark.parametrize(
    "id, told",
    [
        ("no_such_package:Task-v0", "no_such_package"),
        ("tests.number_line:NumberLin-v0", "Did you mean"),
        (f"{__name__}:Unkept-v0", "lacks the infos attempts_left, episode_seed"),
        ("CartPole-v1", 'or "package:Id-v0"'),
    ],
)
def test_an_id_that_cannot_be_evaluated_is_told(tmp_path: Path, id: str, told: str) -> None:
    output = evaluate("--agent", "expert", "--ids", id, "--out", str(tmp_path), exit_code=2)
    assert output.startswith("Error: ")
    assert told in output
    assert not list(tmp_path.iterdir())


def test_an_id_of_ours_may_be_written_with_its_package(tmp_path: Path) -> None:
    ids = "gp_env:GeneralPoints-v0"
    evaluate("--agent", "expert", "--ids", ids, "--episodes", "1", "--out", str(tmp_path / "run"))
    (row,) = read_episodes(tmp_path / "run")
    assert (row.id, row.keywords["split"]) == ("GeneralPoints-v0", "test")


# Suites


def test_a_suite_of_ones_own_is_played_resumed_and_reported(tmp_path: Path) -> None:
    suite = write(tmp_path / "line.json", SUITE)
    asked = ("--agent", STRAIGHT, "--suite", suite, "--episodes", "6")
    evaluate(*asked, "--out", str(tmp_path / "run"))
    rows = rows_of(tmp_path / "run")
    assert {column: [row.success for row in played] for column, played in rows.items()} == {
        "in": [True] * 6,
        "rule_ood": [False] * 6,
    }
    # Columns share their seeds, so that pairs stay pairs.
    assert len({tuple(row.episode_seed for row in played) for played in rows.values()}) == 1
    before = (tmp_path / "run" / "episodes.jsonl").read_bytes()
    evaluate(*asked, "--out", str(tmp_path / "run"))
    assert (tmp_path / "run" / "episodes.jsonl").read_bytes() == before
    evaluate(*asked, "--columns", "in", "--seed", "1", "--out", str(tmp_path / "other"))
    other = rows_of(tmp_path / "other")
    assert other.keys() == {"in"}
    assert other["in"][0].episode_seed != rows["in"][0].episode_seed

    # An edited suite is another suite.
    write(tmp_path / "line.json", {**SUITE, "game": {"max_attempts": 1}})
    assert "another configuration" in evaluate(*asked, "--out", str(tmp_path / "run"), exit_code=2)
    evaluate(*asked, "--out", str(tmp_path / "once"))
    once = rows_of(tmp_path / "once")
    assert {len(row.outcomes) for row in once["rule_ood"]} == {1}


def test_a_suite_of_our_ids_is_split_where_it_says_so(tmp_path: Path) -> None:
    columns = {
        "seven": {"id": "GeneralPoints-v0", "keywords": {"rule": "all-7"}},
        "red": {"id": "gp_env:GeneralPoints-Image-VisualOOD-v0", "split": "train"},
    }
    suite = write(tmp_path / "mine.json", {"name": "mine", "folds": 7, "columns": columns})
    asked = ("--agent", f"{__name__}:Counted", "--suite", suite, "--episodes", "2", "--seed", "8")
    evaluate(*asked, "--out", str(tmp_path / "run"))
    rows = rows_of(tmp_path / "run")
    assert [
        {name: rows[column][0].keywords.get(name) for name in ("rule", "split", "fold")}
        for column in columns
    ] == [
        {"rule": "all-7", "split": "test", "fold": [2, 7, 6]},
        {"rule": None, "split": "train", "fold": [2, 7, 6]},
    ]
    asked = ("--agent", "expert", "--suite", suite, "--seed", "8")
    refused = evaluate(*asked, exit_code=2)
    assert "expert plays symbolic or Text ids only; got GeneralPoints-Image-VisualOOD-v0" in refused


Change = Callable[[dict[str, Any]], Any]
SUITES_THAT_ARE_NONE: dict[str, tuple[str | Change, str]] = {
    "no JSON": ("{", "Invalid JSON"),
    "a list": ("[]", "Input should be an object"),
    "no columns": (lambda told: told.update(columns={}), "columns: "),
    "no id": (lambda told: told["columns"]["in"].pop("id"), "columns.in.id: "),
    "a misspelt field": (
        lambda told: told["columns"]["in"].update(keyword={}),
        "columns.in.keyword: ",
    ),
    "an unknown id": (
        lambda told: told["columns"]["rule_ood"].update(id="tests.number_line:Nothing-v0"),
        "columns.rule_ood: ",
    ),
    "an id of no package": (
        lambda told: told["columns"]["in"].update(id="Nothing-v0"),
        "columns.in: ",
    ),
    "an unknown keyword": (
        lambda told: told["columns"]["in"].update(keywords={"speed": 2}),
        "columns.in: ",
    ),
    "a keyword of the maker": (
        lambda told: told["columns"]["in"].update(keywords={"id": 2}),
        "columns.in: ",
    ),
    "two tasks": (
        lambda told: told["columns"]["in"].update(id="GeneralPoints-v0"),
        "columns.rule_ood.id is of tests.number_line:NumberLine, columns.in.id of GeneralPoints",
    ),
    "no folds": (lambda told: told.update(folds=0), "folds: "),
    "folds without training": (lambda told: told.update(folds=2), "none for training"),
    "an empty size": (lambda told: told.update(sizes={"smoke": 0}), "sizes.smoke: "),
    "a name of ours": (lambda told: told.update(name="gp-l"), "name: "),
    "a name with a slash": (lambda told: told.update(name="../x"), "name: "),
}


@pytest.mark.parametrize("name", SUITES_THAT_ARE_NONE)
def test_an_error_in_a_suite_names_the_file_and_the_field(tmp_path: Path, name: str) -> None:
    change, told = SUITES_THAT_ARE_NONE[name]
    if not isinstance(change, str):
        suite = json.loads(json.dumps(SUITE))
        change(suite)
        change = json.dumps(suite)
    path = write(tmp_path / "line.json", change)
    with pytest.raises(ValueError, match="line") as error:
        read_suite(Path(path))
    assert path in str(error.value)
    assert told in str(error.value)


def test_a_suite_that_is_not_there_is_told(tmp_path: Path) -> None:
    for name in (str(tmp_path / "nothing.json"), "gp-x"):
        output = evaluate("--agent", "expert", "--suite", name, exit_code=2)
        assert output.startswith("Error: ")
        assert name in output

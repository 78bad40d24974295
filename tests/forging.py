"""Honest runs, and copies of them with something changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gymnasium as gym
from rich.console import Console

from benchmarks.cells import column_seeds
from benchmarks.evaluation import run_evaluation
from benchmarks.options import EndpointOptions, EvaluationOptions
from benchmarks.records import Episode
from benchmarks.replays import row_again
from benchmarks.replies import ReplyLine
from benchmarks.rollouts import play
from benchmarks.seals import request_digest, seal
from benchmarks.suites.files import read_suite
from tests.loopback import Endpoint, listening, said

WRONG = '{"cards": [], "number": [1], "formula": "1+1"}'
MODEL = "toy"

SUITES: dict[str, dict[str, Any]] = {
    "cards": {
        "name": "cards",
        "folds": 7,
        "sizes": {"smoke": 6, "standard": 12},
        "columns": {
            "in": {"id": "GeneralPoints-v0", "keywords": {"rule": "ten"}},
            "rule_ood": {"id": "GeneralPoints-RuleOOD-v0"},
            "in_train": {
                "id": "GeneralPoints-v0", "keywords": {"rule": "ten"}, "split": "train",
            },
        },
    },
    "streets": {
        "name": "streets",
        "folds": 7,
        "game": {"city": "starhaven"},
        "sizes": {"smoke": 3},
        "columns": {
            "in": {"id": "VIRLNavigation-v0", "keywords": {"directions": "absolute"}},
            "rule_ood": {"id": "VIRLNavigation-RuleOOD-v0"},
        },
    },
}  # fmt: skip


@dataclass
class Forged:
    """What a run's folder holds, to be changed and written into another folder."""

    record: dict[str, Any]
    rows: list[Any]
    log: list[Any]
    suite: Path
    raw: dict[str, Callable[[bytes], bytes] | None] = field(default_factory=dict)

    @classmethod
    def of(cls, run: Path, suite: Path) -> Forged:
        rows, log = (
            [json.loads(line) for line in (run / name).read_bytes().splitlines()]
            if (run / name).exists()
            else []
            for name in ("episodes.jsonl", "replies.jsonl")
        )
        return cls(json.loads((run / "run.json").read_bytes()), rows, log, suite)

    @property
    def wrong(self) -> list[dict[str, Any]]:
        return [row for row in self.rows if not row["success"]]

    @property
    def right(self) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["success"]]

    def lines(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the lines of the response log of an episode."""
        place = (row["cell"], row["index"])
        return [line for line in self.log if (line["cell"], line["index"]) == place]

    def reseal(self) -> None:
        """Seal the response log as it is now, as a forger can who knows how."""
        versions = self.record["sessions"][0]["versions"]
        config = self.record["config"]
        request = request_digest(config["model"], config["sampling"], versions)
        for number, line in enumerate(self.log):
            told = ReplyLine.model_validate(line)
            line = told.model_copy(update={"seal": seal(told, request)})
            self.log[number] = json.loads(line.model_dump_json(exclude_none=True))

    def rename(self, old: str, new: str) -> None:
        """Replace a text everywhere."""
        for name in ("record", "rows", "log"):
            text = json.dumps(getattr(self, name))
            setattr(self, name, json.loads(text.replace(json.dumps(old)[1:-1], new)))

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True)
        for name, rows in (("episodes.jsonl", self.rows), ("replies.jsonl", self.log)):
            text = "".join(row if isinstance(row, str) else _line(row) for row in rows)
            if rows or name == "episodes.jsonl":
                (folder / name).write_text(text, encoding="utf-8")
        (folder / "run.json").write_text(json.dumps(self.record), encoding="utf-8")
        for name, change in self.raw.items():
            path = folder / name
            if change is None:
                path.unlink()
            else:
                path.write_bytes(change(path.read_bytes()))
        return folder


def _line(row: Any) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"


def solved(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row of an episode that was solved at once; all of it replays."""
    env: Any = gym.make(row["id"], **row["keywords"])
    env.reset(options={"episode_seed": row["episode_seed"]})
    done = "replies" if "replies" in row else "actions"
    actions, over = [], False
    while not over:
        actions.append(env.unwrapped.expert_action())
        _, _, terminated, truncated, _ = env.step(actions[-1])
        over = terminated or truncated
    return replayed({**row, done: actions})


def replayed(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with what a replay of its actions or replies gives."""
    told = Episode.model_validate(row)
    left = iter(told.replies if told.replies is not None else told.actions or [])

    class Repeat:
        def act(self, observation: Any, info: Any) -> list[Any]:
            return [next(left)]

        def reset(self, index: int) -> None:
            pass

    (played,) = play(lambda _: Repeat(), told.id, told.keywords, [told.episode_seed])
    again: dict[str, Any] = json.loads(row_again(told, played).model_dump_json(exclude_none=True))
    return again


def honest_model(folder: Path, name: str, **options: Any) -> tuple[Path, Path]:
    """Return the run of a model behind a local endpoint, and the file of the suite."""
    suite = _write_suite(folder, name)
    with listening(Endpoint()) as endpoint:
        endpoint.answer = _answers(suite)
        asked = EndpointOptions(MODEL, endpoint.url, concurrency=1, sampling={"temperature": 0.0})
        run = _play(folder, suite, endpoint=asked, **options)
    return run, suite


def honest_agent(
    folder: Path, name: str, agent: str = "random", **options: Any
) -> tuple[Path, Path]:
    """Return the run of a scripted agent, and the file of the suite."""
    suite = _write_suite(folder, name)
    return _play(folder, suite, agent=agent, **options), suite


def _write_suite(folder: Path, name: str) -> Path:
    path = folder / f"{name}.json"
    path.write_text(json.dumps(SUITES[name]))
    return path


def _play(folder: Path, suite: Path, **options: Any) -> Path:
    run = folder / "run"
    asked = EvaluationOptions(suite=str(suite), size="smoke", max_attempts=2, out=run, **options)
    run_evaluation(asked, Console(quiet=True))
    return run


def _answers(suite: Path) -> Callable[[list[dict[str, Any]]], Any]:
    """Return answers: on the streets always forward, of the hands a third solved at each try."""
    of = read_suite(suite)
    if of.task != "GeneralPoints":
        return lambda messages: said('{"action": "forward()"}')
    known, number = {}, 0
    for column in ("in", "rule_ood"):
        id, keywords = of.id(column, "-Text"), {**of.keywords(column, None), "max_attempts": 2}
        env: Any = gym.make(id, **keywords)
        for seed in column_seeds(of, column, id, keywords, None, of.size(column, "smoke")):
            prompt, _ = env.reset(options={"episode_seed": seed})
            known[prompt] = (number % 3, env.unwrapped.expert_action())
            number += 1

    def answer(messages: list[dict[str, Any]]) -> Any:
        prompts = [message["content"] for message in messages if message["role"] == "user"]
        tries, reply = known[prompts[0]]
        return said(reply if tries < len(prompts) else WRONG)

    return answer

"""Local weights as players: batches, what is recorded of replies, and runs that go on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from typer.testing import CliRunner

import gp_env  # noqa: F401  (registers its ids)
from agents.chat_answers import ChatReply
from agents.local_models.weights import Weights, find_weights
from agents.no_answer import NoAnswer
from agents.vision.chats import Chat
from benchmarks.cli import app
from benchmarks.local_models import LocalPlayer
from benchmarks.records import RunRecord
from benchmarks.reply_summary import summarise_replies
from benchmarks.rollouts import Cell
from benchmarks.runs import Run, read_episodes
from benchmarks.suites import test_seeds as seeds_of

CELLS = [
    Cell(f"toy/{column}", id, {"max_attempts": 2}, seeds_of(column, 5))
    for column, id in (("in", "GeneralPoints-Text-v0"), ("ood", "GeneralPoints-Text-RuleOOD-v0"))
]


class Toy:
    """Knows every other episode; what it replies depends on the whole batch, as rounding does."""

    name = "toy"

    def __init__(self, fails_at: int = 1000) -> None:
        self.settings: Mapping[str, Any] = {"temperature": 0, "weights": "0" * 16}
        self.batches: list[int] = []
        self._fails_at = fails_at
        self._known: dict[str, str] = {}
        for cell in CELLS:
            env: Any = gym.make(cell.id, **cell.keywords)
            for seed in cell.episode_seeds[::2]:
                prompt, _ = env.reset(options={"episode_seed": seed})
                self._known[prompt] = env.unwrapped.expert_action()

    def replies(self, chats: Sequence[Chat], seed: int) -> list[ChatReply]:
        if len(self.batches) == self._fails_at:
            raise KeyboardInterrupt
        self.batches.append(len(chats))
        return [self._reply(chat, seed) for chat in chats]

    def _reply(self, chat: Chat, seed: int) -> ChatReply:
        prompt = str(chat[-1]["content"])
        if prompt in self._known:
            return ChatReply(self._known[prompt], "stop", None, None, 9, 5, served="toy")
        return ChatReply(f"{seed} or", "length", NoAnswer.CUT, None, 9, 6, served="toy")


def play(folder: Path, toy: Toy, batch: int = 3) -> None:
    who = LocalPlayer("toy", lambda _: toy, interfaces=("-Text",), model=toy, batch=batch)
    record = RunRecord(kind="evaluate", config=who.recorded(None), seeds=[0], suites={})
    with Run(folder, record) as run:
        assert not who.play(run, CELLS, lambda count: None)


def test_a_run_that_was_killed_goes_on_to_the_same_replies(tmp_path: Path) -> None:
    whole, toy = tmp_path / "whole", Toy()
    play(whole, toy)
    # Two cells of three and two episodes at once; those that are over wait for nobody.
    assert toy.batches == [3, 1, 3, 1, 2, 1, 2, 1]
    rows = {(row.cell, row.index): row for row in read_episodes(whole)}
    assert [row.success for row in rows.values()] == [True, False, True] * 2 + [False, True] * 2
    assert [row.tokens for row in rows.values()] == [5, 12, 5] * 2 + [12, 5] * 2
    log = (whole / "replies.jsonl").read_bytes()
    cut, first = tmp_path / "cut", Toy(fails_at=5)
    with pytest.raises(KeyboardInterrupt):
        play(cut, first)
    # The last reply of a batch was not yet written down, so its batch is asked for again.
    lines = (cut / "replies.jsonl").read_bytes().splitlines(keepends=True)
    (cut / "replies.jsonl").write_bytes(b"".join(lines[:-1]))
    second = Toy()
    play(cut, second)
    assert second.batches == [2, 1, 2, 1]
    assert (cut / "replies.jsonl").read_bytes() == log
    assert {(row.cell, row.index): row for row in read_episodes(cut)} == rows


def test_the_response_log_tells_why_there_was_no_answer(tmp_path: Path) -> None:
    play(tmp_path, Toy())
    summary = summarise_replies(tmp_path)
    assert summary.served == {"toy": 14}
    assert summary.no_answer["toy/in"] == {NoAnswer.CUT: 4}
    assert summary.completion_tokens == 6 * 5 + 8 * 6
    asked = json.loads((tmp_path / "run.json").read_text())["config"]
    assert asked == {
        "model": "toy",
        "base_url": "",
        "sampling": {"temperature": 0, "weights": "0" * 16, "batch": 3},
    }


def test_what_holds_weights(tmp_path: Path) -> None:
    folder, adapter = tmp_path / "Tiny-1B", tmp_path / "on-cards"
    for path in (folder / "config.json", adapter / "adapter_config.json", tmp_path / "a.q4.gguf"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}")
    assert find_weights(str(tmp_path / "a.q4.gguf")).name == "a.q4"
    of = find_weights(str(folder), str(adapter))
    assert of.name == "Tiny-1B+on-cards"
    before = of.digest()
    assert Weights(folder).digest() != before
    (adapter / "adapter_config.json").write_text("[]")
    assert of.digest() != before
    with pytest.raises(ValueError, match=r"expected a folder with config\.json"):
        find_weights(str(tmp_path))
    with pytest.raises(ValueError, match=r"expected a folder with adapter_config\.json"):
        find_weights(str(folder), str(folder))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["hf:nowhere", "--timeout", "3"], "--timeout is for models behind an endpoint"),
        (["toy", "--no-thinking"], "--thinking is for local weights, --model hf:PATH"),
        (["hf:nowhere"], "hf:nowhere holds no weights"),
    ],
)
def test_options_of_the_other_kind_are_refused(arguments: list[str], told: str) -> None:
    done = CliRunner().invoke(app, ["evaluate", "--model", *arguments])
    assert done.exit_code == 2
    assert told in " ".join(done.output.split())

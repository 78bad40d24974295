"""A server on its worst day costs no episode, and changes none."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import gymnasium as gym
import pytest

import gp_env  # noqa: F401  (registers its ids)
from agents.chat import ChatPolicy
from agents.chat_answers import ChatReply
from agents.no_answer import NoAnswer
from agents.transport import MOST_BYTES
from benchmarks.chats import play_chats
from benchmarks.records import Episode, RunRecord
from benchmarks.reply_summary import summarise_replies
from benchmarks.rollouts import Cell
from benchmarks.runs import Run, read_episodes
from benchmarks.suites import test_seeds as seeds_of
from tests.loopback import PATIENT, Answer, Endpoint, said, sent

RECORD = RunRecord(kind="evaluate", config={}, seeds=[0], suites={})
WRONG = '{"cards": [], "number": [1, 1, 1, 1], "formula": "1+1+1+1"}'
MOST_SESSIONS = 8


pytestmark = pytest.mark.usefixtures("no_api_settings")


class OnAFakeClock(ChatPolicy):
    """Waits for no time at all, and notes for how long it should have."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.waits: list[float] = []

    async def answer(self, messages: Sequence[Mapping[str, Any]], **_: Any) -> ChatReply:
        async def pause(seconds: float) -> None:
            self.waits.append(seconds)

        return await super().answer(messages, pause=pause)


class Server:
    """Answers each chat in a way of its own, and on a bad day fails now and then before it does."""

    def __init__(self, endpoint: Endpoint, cell: Cell, *, long_reply: int, calm: bool) -> None:
        self._endpoint, self._calm = endpoint, calm
        self._long = "1 + " * (long_reply // 4)
        self._known: dict[str, tuple[int, str]] = {}
        self._prompts: list[str] = []
        self._asked: Counter[str] = Counter()
        self._lock = Lock()
        self.failures: Counter[str] = Counter()
        env: Any = gym.make(cell.id, **cell.keywords)
        for number, seed in enumerate(cell.episode_seeds):
            prompt, _ = env.reset(options={"episode_seed": seed})
            self._known[prompt] = number, env.unwrapped.expert_action()
            self._prompts.append(prompt)

    def numbers(self) -> list[int]:
        """Return the number of each episode, which decides how it is answered."""
        return [self._known[prompt][0] for prompt in self._prompts]

    def answer(self, messages: list[dict[str, Any]]) -> Answer:
        chat = hashlib.sha256(json.dumps(messages).encode()).hexdigest()
        with self._lock:
            self._asked[chat] += 1
            draw = hashlib.sha256(f"{chat}/{self._asked[chat]}".encode()).digest()
        if not self._calm:
            failed = self._fail(draw[0] * 100 // 256, draw[1])
            if failed is not None:
                return failed
        return self._reply(messages)

    def _fail(self, percent: int, more: int) -> Answer | None:
        """Return one of the failures that pass, in 19 of 100 cases."""
        kinds = {"429": 5, "500": 5, "hang": 2, "cut": 2, "nonsense": 5}
        kind = next(
            iter([name for name, share in kinds.items() for _ in range(share)][percent:]), ""
        )
        if kind:
            self.failures[kind] += 1
        if kind == "429":
            return sent(429, {"Retry-After": str(more + 45)}, error={"message": "slow down"})
        if kind == "500":
            return sent(500, error={"message": "oops"})
        if kind == "hang":
            self._endpoint.over.wait(PATIENT)
        if kind == "cut":
            return Answer(b'{"choices": [{"mess', headers={"Content-Length": "5000"})
        if kind == "nonsense":
            return (
                Answer(b"<html>Bad gateway</html>", content_type="text/html"),
                Answer(b'{"choices": [{"message": '),
                sent(choices=[]),
                sent(error={"code": 502, "message": "upstream"}),
                said("half of it", finish_reason="error"),
            )[more % 5]
        return None

    def _reply(self, messages: list[dict[str, Any]]) -> Answer:
        """Return what this chat always gets."""
        number, right = self._known[messages[1]["content"]]
        if number % 33 == 1:
            return sent(400, error={"message": "No.", "code": "context_length_exceeded"})
        if number % 100 == 2:
            return said(self._long)
        if number % 3 == 0 and len(messages) == 2:
            return said(WRONG)
        return said([{"type": "text", "text": right}] if number % 5 == 4 else right)


def play_a_day(folder: Path, endpoint: Endpoint, cell: Cell, server: Server) -> list[float]:
    """Play until nothing is pending; return the waits."""
    endpoint.answer = server.answer
    policy = OnAFakeClock("toy", base_url=endpoint.url, timeout=1.0)
    total = len(cell.episode_seeds)
    for _ in range(MOST_SESSIONS):
        with Run(folder, RECORD) as run:
            pending = play_chats(run, [cell], policy, at_once=8)
        assert len(list(read_episodes(folder))) + pending.total() == total
        if not pending:
            policy.close()
            return policy.waits
    raise AssertionError(f"still pending after {MOST_SESSIONS} sessions: {pending}")


def rows_of(folder: Path) -> list[Episode]:
    return sorted(read_episodes(folder), key=lambda row: row.index)


@pytest.mark.parametrize(
    "episodes, long_reply",
    [(70, 200_000), pytest.param(2_000, 10_000_000, marks=pytest.mark.slow)],
)
def test_the_worst_day_of_a_server(
    tmp_path: Path, endpoint: Endpoint, episodes: int, long_reply: int
) -> None:
    cell = Cell(
        "toy/cards", "GeneralPoints-Text-v0", {"max_attempts": 2}, seeds_of("day", episodes)
    )
    days = {
        name: Server(endpoint, cell, long_reply=long_reply, calm=name == "calm")
        for name in ("calm", "worst")
    }
    waits = {name: play_a_day(tmp_path / name, endpoint, cell, day) for name, day in days.items()}
    calm, worst = rows_of(tmp_path / "calm"), rows_of(tmp_path / "worst")
    assert [row.index for row in worst] == list(range(episodes))
    assert worst == calm
    assert set(days["worst"].failures) == {"429", "500", "hang", "cut", "nonsense"}
    assert max(waits["worst"]) > 200
    # Of two hands that are alike both have the number of the later one.
    numbers = days["worst"].numbers()
    lost = sum(number % 33 == 1 for number in numbers)
    # The 10 MB are more than is read of an answer, the 200 kB of the short test are not.
    long = sum(number % 100 == 2 and number % 33 != 1 for number in numbers)
    reasons = {NoAnswer.OVERFLOW: 2 * lost}
    if long_reply > MOST_BYTES:
        reasons[NoAnswer.TOO_LONG] = 2 * long
    told = summarise_replies(tmp_path / "worst")
    assert told.no_answer["toy/cards"] == reasons
    assert told.failed > 0
    unreadable = [row.index for row in calm if row.outcomes == ["unreadable"] * 2]
    assert {index for index, number in enumerate(numbers) if number % 33 == 1} <= set(unreadable)
    answered = [number % 33 != 1 and number % 100 != 2 for number in numbers]
    assert all(row.success for row in calm if answered[row.index])

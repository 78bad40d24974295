"""Rows played again: their actions or replies, put before the environments that they name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.records import Episode
from benchmarks.replies import Asked
from benchmarks.rollouts import Cell, Played, episode_row, play
from benchmarks.tasks import task_of
from benchmarks.tasks.task import RECOGNITION
from shiftgym.files import brief

_DEALT, _DONE = ("digest", "hand", "cluster"), ("actions", "replies")


def replay(row: Episode) -> Played:
    """Play a row's actions or replies again.

    Raises:
        ValueError: naming what differs, such as the rewards: the row was edited, or the
            environment is not the one that made it.
    """
    script = Script([row])
    (played,) = play(lambda _: script, row.id, row.keywords, [row.episode_seed])
    for difference in differences(row, row_again(row, played)):
        raise ValueError(
            f"Episode {row.index} of {row.cell} does not replay: {row.id} with seed "
            f"{row.episode_seed}: {difference}. Use the version that made the row."
        )
    return played


class Script:
    """An agent that repeats what was done in n episodes.

    An episode that goes on after its row ends is played to its end with a wrong action.

    Args:
        rows: of one id and set of keywords.
        chats: whether to note what is asked.

    Attributes:
        chats: what each reply of each episode answers, where that is noted.
    """

    def __init__(self, rows: Sequence[Episode], *, chats: bool = False) -> None:
        self._scripts = [_script(row) for row in rows]
        self._filler: Any = 0 if rows[0].actions is not None else ""
        self._step = 0
        self.chats: list[list[Asked]] = [[] for _ in rows] if chats else []

    def act(self, observation: Any, info: Mapping[str, Any]) -> list[Any]:
        step, self._step = self._step, self._step + 1
        for script, chat, messages in zip(self._scripts, self.chats, info.get("messages", ())):
            if step < len(script):
                chat.append(Asked.of(messages))
        return [script[step] if step < len(script) else self._filler for script in self._scripts]

    def reset(self, index: int) -> None:
        pass


def row_again(row: Episode, played: Played) -> Episode:
    """Return the row that a replay gives, with what no replay can give as the row has it."""
    cell = Cell(row.cell, row.id, row.keywords, [row.episode_seed])
    again = episode_row(cell, 0, played)
    kept: dict[str, Any] = {"index": row.index, "seen": row.seen}
    if row.actions is None:
        kept["tokens"] = row.tokens
    if row.in_format is None:
        kept["in_format"] = None  # rows of earlier versions do not tell
    if row.metrics and RECOGNITION in row.metrics and not_replayed_recognition(row):
        kept["metrics"] = {**(again.metrics or {}), RECOGNITION: row.metrics[RECOGNITION]}
    return again.model_copy(update=kept)


def not_replayed_recognition(row: Episode) -> bool:
    """Whether the agent itself said what it sees, which is in no action."""
    return task_of(row.id).interface(row.id, row.keywords) == "-Image"


def differences(row: Episode, again: Episode) -> Iterator[str]:
    """Yield "success is true, and replayed false" for each field in which two rows differ."""
    if row == again:
        return
    # What an episode was about comes first, and what was done last: the rest follows from it.
    here, there = row.model_dump(mode="json"), again.model_dump(mode="json")
    for field in sorted(here, key=lambda name: (name in _DONE, name not in _DEALT)):
        if json.dumps(here[field], sort_keys=True) != json.dumps(there[field], sort_keys=True):
            yield f"{field} is {brief(here[field])}, and replayed {brief(there[field])}"


def _script(row: Episode) -> Sequence[Any]:
    return row.actions if row.actions is not None else row.replies or []

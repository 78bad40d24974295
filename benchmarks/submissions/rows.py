"""The rows of a claim: each is replayed, and has to be what its replay gives, to the byte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from benchmarks.bounded import bounded_lines
from benchmarks.records import Episode, first_of
from benchmarks.replays import Script, differences, row_again
from benchmarks.rollouts import Cell, play, side_by_side
from benchmarks.runs import line_of
from benchmarks.single_envs import SingleEnvs
from benchmarks.submissions.claims import Claim
from benchmarks.submissions.expected import plain
from benchmarks.submissions.log import ResponseLog
from benchmarks.submissions.problems import Problems
from shiftgym.files import MEBIBYTE, brief
from shiftgym.sanitize import for_terminal

BATCH, TEXT_BATCH = 64, 8
"""Rows replayed side by side: enough for vector environments; single ones gain little by more."""

MOST_BYTES = 16 * MEBIBYTE
"""Of rows of a cell that wait for a batch."""


class Rows:
    """The rows of a claim while they are read.

    Args:
        cells: that there have to be.
        log: of a model, None for other players.
        problems: told of what is wrong.

    Attributes:
        verified: the rows that hold, without actions and replies.
    """

    def __init__(
        self, claim: Claim, cells: Sequence[Cell], log: ResponseLog | None, problems: Problems
    ) -> None:
        self._claim, self._log, self._problems = claim, log, problems
        self._cells = {cell.name: cell for cell in cells}
        self._missing = {cell.name: set(range(len(cell.episode_seeds))) for cell in cells}
        self._waiting: dict[str, list[Episode]] = {cell.name: [] for cell in cells}
        self._bytes = dict.fromkeys(self._cells, 0)
        self._envs: dict[str, tuple[int, Any]] = {}
        self._with_format: bool | None = None
        self.verified: list[Episode] = []

    def read(self) -> None:
        """Read, replay and compare all rows; note those that are missing.

        Raises:
            ValueError: the file cannot be read to its end.
            OSError: it is not there.
        """
        name = self._claim.rows
        for number, data in enumerate(bounded_lines(self._claim.folder / name), start=1):
            place = f"{name}, line {number}"
            try:
                row = Episode.model_validate_json(data)
            except ValidationError as error:
                self._problems.add(f"{place} is no row of an episode: {first_of(error)}.")
                continue
            place += f", {_named(row)}"
            if told := next(self._before_replay(row, data), ""):
                self._problems.add(f"{place}: {told}.")
                continue
            self._waiting[row.cell].append(row)
            self._bytes[row.cell] += len(data)
            most = BATCH if row.replies is None else TEXT_BATCH
            full = len(self._waiting[row.cell]) == most
            if full or self._bytes[row.cell] > MOST_BYTES:
                self._replay(row.cell)
        for cell, missing in self._missing.items():
            self._replay(cell)
            if missing:
                first = brief(sorted(missing))
                self._problems.add(f"{name} lacks {len(missing)} episodes of {cell}: {first}.")

    def places(self) -> set[tuple[str, int]]:
        """Return cell and index of the rows that were there."""
        return {
            (cell.name, index)
            for cell in self._cells.values()
            for index in range(len(cell.episode_seeds))
            if index not in self._missing[cell.name]
        }

    def _before_replay(self, row: Episode, data: bytes) -> Iterator[str]:
        """Yield what is wrong with a row by itself; mark it as there."""
        cell = self._cells.get(row.cell)
        if cell is None:
            yield f"there is no such cell; expected one of {brief(list(self._cells))}"
            return
        if row.index >= len(cell.episode_seeds):
            yield f"the column has {len(cell.episode_seeds)} episodes"
            return
        if row.index not in self._missing[row.cell]:
            yield "this episode is there twice"
            return
        self._missing[row.cell].remove(row.index)
        right: Mapping[str, Any] = {
            "id": cell.id,
            "keywords": cell.keywords,
            "episode_seed": cell.episode_seeds[row.index],
        }
        for name, value in right.items():
            if plain(getattr(row, name)) != plain(value):
                yield f"{name} is {brief(getattr(row, name))}, and of this suite {brief(value)}"
        if (row.actions is None) == (row.replies is None):
            yield "a row has either actions or replies"
        if row.seen is not None:
            yield "seen is told, which only a study can know"
        if self._with_format is None:
            self._with_format = row.in_format is not None
        if (row.in_format is not None) != self._with_format:
            yield "some rows tell in_format and others do not"
        # Without a log nobody has counted; a token is a byte at least, an end of text one more.
        if self._log is None and row.replies is not None:
            most = sum(len(reply.encode()) + 1 for reply in row.replies)
            if row.tokens > most:
                yield f"tokens are {row.tokens}, and the replies have {most} bytes"
        if line_of(row) != data:
            yield "the row is not written as shiftgym writes it"

    def _replay(self, cell: str) -> None:
        """Replay the rows of a cell that wait, and compare."""
        rows, self._waiting[cell], self._bytes[cell] = self._waiting[cell], [], 0
        # One agent's rows of a cell are of one kind; only a forger's are not.
        for kind in (True, False):
            if some := [row for row in rows if (row.actions is None) == kind]:
                self._replay_alike(some)

    def _replay_alike(self, rows: list[Episode]) -> None:
        try:
            told = self._compare(rows)
        except Exception as error:  # whatever a row that somebody made up leads to
            if len(rows) > 1:
                for row in rows:
                    self._replay_alike([row])
                return
            text = for_terminal(f"{type(error).__name__}: {error}")[:300]
            told = [f"it does not replay: {text}"]
        for row, problem in zip(rows, told):
            if problem:
                self._problems.add(f"{self._claim.rows}, {_named(row)}: {problem}.")
            else:
                self.verified.append(row.model_copy(update={"actions": None, "replies": None}))

    def _compare(self, rows: list[Episode]) -> list[str]:
        """Return what is wrong with each row, "" for nothing."""
        cell = self._cells[rows[0].cell]
        script = Script(rows, chats=self._log is not None)
        seeds = [row.episode_seed for row in rows]
        played = play(lambda _: script, cell.id, cell.keywords, seeds, self._env(cell, len(rows)))
        told = []
        for number, (row, episode) in enumerate(zip(rows, played)):
            problem = next(differences(row, row_again(row, episode)), "")
            if not problem and self._log is not None:
                problem = next(self._log.problems(row, script.chats[number]), "")
            told.append(problem)
        return told

    def _env(self, cell: Cell, count: int) -> Any:
        """Return environments for the replay, made once for each cell where that can be."""
        made, env = self._envs.get(cell.name, (0, None))
        if count < made and isinstance(env, SingleEnvs):
            return env.first(count)
        if count != made:
            env = side_by_side(cell.id, cell.keywords, count)
            self._envs[cell.name] = (count, env)
        return env


def _named(row: Episode) -> str:
    return f"episode {row.index} of {for_terminal(row.cell)[:200]}"

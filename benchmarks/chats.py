"""Playing text episodes with a model: many at once, each reply written down.

Every episode is played to its end by a task in an environment of its own, so a slow reply holds
up its own episode and no other. A transport error leaves its episode pending: it has no row and
no score, and the next session goes on with it from the replies that are in the journal.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from agents.chat_faults import ChatFault
from agents.protocol import ChatModel, Info
from benchmarks.asking import Asking, max_failures
from benchmarks.cell_envs import CellEnvs
from benchmarks.records import Episode
from benchmarks.replies import Journal, ReplyLine
from benchmarks.rollouts import Cell, Played, episode_row, turns
from benchmarks.runs import Run
from benchmarks.seals import request_digest
from benchmarks.spending import Spending

Place = tuple[Cell, int]
"""A cell and the index of one of its episodes."""

Ended = tuple[int, Episode | ChatFault]
"""The number of a place in the order of play, and its row or why it is pending."""

_LOGGER = logging.getLogger("shiftgym.progress")

WRITE_EVERY = 0.25
"""Seconds from one look for rows to the next."""

Turn = tuple[tuple[Any, Info] | None, Played | None]
"""What is shown next, or else what was played."""


def play_chats(
    run: Run,
    cells: Sequence[Cell],
    model: ChatModel,
    *,
    at_once: int,
    on_episode: Callable[[], None] = lambda: None,
    spending: Spending | None = None,
) -> Counter[str]:
    """Play the episodes that the run does not have yet, and append their rows.

    The cells take turns, so that a session that ends early has about as much of each.

    Args:
        cells: of Text ids.
        at_once: episodes played side by side, which is the most requests under way.
        on_episode: told of every episode that reached its end.
        spending: counts the replies, and may say that no more is to be spent.

    Returns:
        The episodes that are pending, counted by reason; empty where the run is complete.

    Raises:
        RunError: the journal does not belong to these episodes.
        OSError: a reply or a row could not be written down; no more is asked then.
    """
    longest = max(len(cell.episode_seeds) for cell in cells)
    left = [
        (cell, index)
        for index in range(longest)
        for cell in cells
        if index < len(cell.episode_seeds) and not run.done(cell.name, index)
    ]
    if not left:
        return Counter()
    with Journal(run.folder, run.done) as journal:
        versions = run.record.sessions[-1].versions
        request = request_digest(model.model, model.sampling.plain(), versions)
        asking = Asking(
            model,
            journal,
            request,
            failures=max_failures(at_once),
            spending=spending or Spending(),
        )
        try:
            model.check_server()
        except ChatFault as fault:
            asking.stop(str(fault))
        session, ended = _Session(asking, left), deque[Ended]()
        playing = model.start(session.play(at_once, ended.append))
        try:
            pending = _write_rows(run, playing, ended, on_episode)
        except BaseException:
            # Requests under way may cost money: they come back into the journal, no other is made.
            model.start(session.give_up())
            _LOGGER.info("Ending: waiting for the requests under way; interrupt to give them up.")
            try:
                wait([playing])
            except BaseException:
                # What still came back would find the journal closed.
                model.start(session.drop()).result()
                raise
            raise
        playing.result()
        return pending


def _write_rows(
    run: Run, playing: Future[None], ended: deque[Ended], on_episode: Callable[[], None]
) -> Counter[str]:
    """Append the rows of a session until it is over, and return what is pending.

    They are written in the order of play, whichever ends first; the journal keeps those that wait.

    Args:
        run: that they are rows of.
        playing: done when the session is over.
        ended: grows with every episode.
        on_episode: told of every episode that reached its end.
    """
    pending: Counter[str] = Counter()
    waiting: dict[int, Episode | ChatFault] = {}
    number, going = 0, True
    while going:
        # Some together: each time the disk is waited for, and the event loop is held up.
        wait([playing], WRITE_EVERY)
        going = not playing.done()
        while ended:
            place, result = ended.popleft()
            waiting[place] = result
            if isinstance(result, Episode):
                on_episode()
        rows = []
        while number in waiting:
            result = waiting.pop(number)
            number += 1
            if isinstance(result, Episode):
                rows.append(result)
            else:
                pending[str(result)] += 1
        if rows:
            run.append(rows)
    return pending


class _Session:
    """The episodes of a session. Its coroutines belong to one event loop.

    Args:
        asking: gets the replies.
        left: what is to be played, in order.
    """

    def __init__(self, asking: Asking, left: Sequence[Place]) -> None:
        self._asking = asking
        self._count = len(left)
        self._left = enumerate(left)
        self._envs: dict[str, CellEnvs] = {}
        self._tasks: list[asyncio.Future[None]] = []
        self._drawing = ThreadPoolExecutor(thread_name_prefix="drawing")
        # One column after the other: the first requests are sent before the last is dealt.
        self._dealing = ThreadPoolExecutor(1, thread_name_prefix="dealing")

    async def play(self, at_once: int, tell: Callable[[Ended], None]) -> None:
        """Play all, some at once; `tell` is told of each that ended.

        Raises:
            RunError, OSError: as `Asking.ask`.
        """
        count = min(at_once, self._count)
        self._tasks = [asyncio.ensure_future(self._play_in_turn(tell)) for _ in range(count)]
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        self._drawing.shutdown(wait=False)
        self._dealing.shutdown(wait=False)
        for error in ended:
            if error is not None:
                raise error

    async def give_up(self) -> None:
        """Ask for nothing more and begin no other episode."""
        self._left = enumerate([])
        self._asking.stop()

    async def drop(self) -> None:
        """End what is under way, whether or not it was paid for."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _play_in_turn(self, tell: Callable[[Ended], None]) -> None:
        try:
            # Looked up again each time: `give_up` puts another in its place.
            while (found := next(self._left, None)) is not None:
                number, (cell, index) = found
                try:
                    self._asking.check(cell.name, index)
                    played = await self._play(cell, index)
                except ChatFault as fault:
                    tell((number, fault))
                else:
                    tell((number, episode_row(cell, index, played)))
        except BaseException:
            await self.give_up()
            raise

    async def _play(self, cell: Cell, index: int) -> Played:
        """Play one episode to its end.

        Raises:
            ChatFault: a request in it failed.
        """
        envs = self._envs.setdefault(cell.name, CellEnvs(cell))
        env = envs.take(index)
        if env is None:
            loop = asyncio.get_running_loop()
            env = await loop.run_in_executor(self._dealing, envs.make, index)
        speaker = _Speaker(self._asking, cell.name, index)
        game = turns(speaker, env, cell.id, cell.keywords, [cell.episode_seeds[index]])
        shown, played = await self._turn(cell, game, None)
        while shown is not None:
            # Others come first to where they wait too: a time-out counts from here.
            await asyncio.sleep(0)
            (messages,) = shown[1]["messages"]
            reply = await speaker.reply(messages)
            shown, played = await self._turn(cell, game, [reply])
        envs.give_back(env)
        assert played is not None
        return played

    async def _turn(self, cell: Cell, game: _Game, replies: list[str] | None) -> Turn:
        """Go on with a game; where that means to draw a picture, answers are read meanwhile."""
        if not cell.keywords.get("images"):
            return _go_on(game, replies)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._drawing, _go_on, game, replies)


_Game = Generator[tuple[Any, Info], Any, list[Played]]


def _go_on(game: _Game, replies: list[str] | None) -> Turn:
    try:
        return game.send(replies), None
    except StopIteration as end:
        (played,) = end.value
        return None, played


class _Speaker:
    """The agent of one episode."""

    def __init__(self, asking: Asking, cell: str, index: int) -> None:
        self._asking = asking
        self._cell, self._index = cell, index
        self._replies: list[ReplyLine] = []

    async def reply(self, messages: Sequence[Any]) -> str:
        """Return the text of the next reply.

        Raises:
            ChatFault: there is none.
        """
        line = await self._asking.ask(self._cell, self._index, len(self._replies), messages)
        self._replies.append(line)
        return line.reply

    def reset(self, index: int) -> None:
        pass

    def count_tokens(self, reply: str) -> int:
        """Return what the endpoint counted for the latest reply, 0 where it counts nothing."""
        return self._replies[-1].completion_tokens or 0

"""Playing text episodes with a model behind an endpoint: many at once, each reply written down.

Every episode is played to its end by one thread in an environment of its own, so a slow reply holds
up its own episode and no other. A transport error leaves its episode pending: it has no row and
no score, and the next session goes on with it from the replies that are in the journal.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timezone
from threading import Event, Lock
from typing import Any

from agents.chat import ChatFault, ChatPolicy, Sampling
from agents.protocol import Info
from benchmarks.options import EndpointOptions, text_keywords
from benchmarks.players import OnEpisodes, Player
from benchmarks.replies import FaultLine, Journal, ReplyLine, digest, reply_line
from benchmarks.rollouts import Cell, Played, episode_row, play
from benchmarks.runs import Run
from benchmarks.seals import request_digest, sealed

MAX_FAILURES = 10
"""Faults in a row, at least, before a session gives up: the endpoint is down, or credit is out."""

NOT_ASKED = "not asked, because of failures before"


@dataclass(frozen=True, kw_only=True)
class ModelPlayer(Player):
    """A model behind an endpoint.

    What decides replies (model, endpoint, sampling, keywords) belongs to the run; retries,
    time-outs and `at_once` may change between sessions.
    """

    policy: ChatPolicy
    at_once: int

    def recorded(self, agent: str | None) -> dict[str, Any]:
        """Return what run.json says of it."""
        return {
            "model": self.policy.model,
            "base_url": self.policy.base_url,
            "sampling": self.policy.sampling.plain(),
        }

    def play(self, run: Run, cells: Sequence[Cell], on_episodes: OnEpisodes) -> Counter[str]:
        """Play what the run does not have yet; return what is pending."""
        return play_chats(
            run, cells, self.policy, at_once=self.at_once, on_episode=lambda: on_episodes(1)
        )

    def notice(self) -> str:
        """Return how long an endpoint that hangs can hold up an episode and the whole session."""
        tries, hang = self.policy.max_retries + 1, self.policy.longest_hang
        waves = math.ceil(_max_failures(self.at_once) / self.at_once)
        return (
            f"A request without an answer is given up after {_duration(hang)} ({tries} x "
            f"{self.policy.timeout:g} s and the waits between), the session after "
            f"{_duration(waves * hang)} of such requests alone. Waits that the endpoint asks for "
            f"(Retry-After) come on top. --timeout and --max-retries change it."
        )

    def close(self) -> None:
        """Close the connections."""
        self.policy.close()


def model_player(
    asked: EndpointOptions, *, images: bool, image_size: int | None, strict: bool
) -> ModelPlayer:
    """Return the player of a model.

    Args:
        images, image_size, strict: as for `text_keywords`.

    Raises:
        ImportError: the openai package is missing.
        ValueError: a setting that cannot be, or an `image_size` without images.
    """
    keywords = text_keywords(images=images, image_size=image_size, strict=strict)
    policy = ChatPolicy(
        asked.model,
        base_url=asked.base_url,
        sampling=Sampling(**asked.sampling),
        key_variable=asked.key_variable,
        timeout=asked.timeout,
        max_retries=asked.max_retries,
    )
    return ModelPlayer(
        asked.model,
        lambda _: policy,
        interfaces=("-Text",),
        keywords=keywords,
        suffix="-images" * images + "-strict" * strict,
        policy=policy,
        at_once=asked.concurrency,
    )


def _max_failures(at_once: int) -> int:
    """Return after how many failures in a row a session ends."""
    return max(MAX_FAILURES, 2 * at_once)


def _duration(seconds: float) -> str:
    """Return seconds for people."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def play_chats(
    run: Run,
    cells: Sequence[Cell],
    policy: ChatPolicy,
    *,
    at_once: int,
    on_episode: Callable[[], None] = lambda: None,
) -> Counter[str]:
    """Play the episodes that the run does not have yet, and append their rows.

    The cells take turns, so that a session that ends early has about as much of each.

    Args:
        cells: of Text ids.
        at_once: episodes played side by side, which is the most requests under way.
        on_episode: told, from any thread, of every episode that reached its end.

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
    pending: Counter[str] = Counter()
    with Journal(run.folder) as journal, ThreadPoolExecutor(at_once) as pool:
        setup = run.record.sessions[-1].versions
        asking = request_digest(policy.model, policy.sampling.plain(), setup)
        line = _Line(policy, journal, asking, max_failures=_max_failures(at_once))
        if left:
            try:
                policy.check_server()
            except ChatFault as fault:
                line.stop(str(fault))
        playing = [pool.submit(line.play, cell, index, on_episode) for cell, index in left]
        try:
            # Rows are written in order, whichever ends first; the journal keeps those that wait.
            for (cell, index), episode in zip(left, playing):
                try:
                    played = episode.result()
                except ChatFault as fault:
                    pending[str(fault)] += 1
                else:
                    run.append([episode_row(cell, index, played)])
        except BaseException:
            # Requests under way may cost money: they come back into the journal, no other is made.
            line.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return pending


class _Line:
    """The way to the endpoint: journal first, and none any more once it has failed too often."""

    def __init__(
        self, policy: ChatPolicy, journal: Journal, asking: str, *, max_failures: int
    ) -> None:
        self._policy = policy
        self._journal = journal
        self._asking = asking
        self._max_failures = max_failures
        self._faults_in_a_row = 0
        self._stopped = Event()
        self._why_stopped = NOT_ASKED
        self._lock = Lock()

    def play(self, cell: Cell, index: int, on_episode: Callable[[], None]) -> Played:
        """Play one episode to its end.

        Raises:
            ChatFault: a request in it failed.
        """
        if self._stopped.is_set() and not self._journal.begun(cell.name, index):
            raise ChatFault(self._why_stopped)
        seed = cell.episode_seeds[index]
        speaker = _Speaker(self, cell.name, index)
        (played,) = play(lambda _: speaker, cell.id, cell.keywords, [seed])
        on_episode()
        return played

    def stop(self, why: str = NOT_ASKED) -> None:
        """Send no more requests, retries included; `why` is the fault of those not sent."""
        self._why_stopped = why
        self._stopped.set()

    def ask(self, cell: str, index: int, attempt: int, messages: Sequence[Any]) -> ReplyLine:
        """Return the reply of the journal, or else of the endpoint.

        Raises:
            ChatFault: there is none.
        """
        asked = digest(messages)
        where = {"cell": cell, "index": index, "attempt": attempt}
        known = self._journal.find(**where, asked=asked)
        if known is not None:
            return known
        if self._stopped.is_set():
            raise ChatFault(self._why_stopped)
        try:
            reply = self._policy.reply(messages, pause=self._stopped.wait)
        except ChatFault as fault:
            now = datetime.now(timezone.utc).isoformat(timespec="seconds")
            told = FaultLine(**where, when=now, fault=str(fault), no_answer=fault.no_answer)
            self._write(told)
            self._note(fault)
            raise
        line = sealed(reply_line(reply, messages, **where), self._asking)
        self._write(line)
        self._note(None)
        return line

    def _write(self, line: ReplyLine | FaultLine) -> None:
        try:
            self._journal.append(line)
        except OSError:
            # The next reply could not be written down either, and would be paid for twice.
            self.stop()
            raise

    def _note(self, fault: ChatFault | None) -> None:
        with self._lock:
            self._faults_in_a_row = self._faults_in_a_row + 1 if fault else 0
            if fault is not None and (fault.lasting or self._faults_in_a_row >= self._max_failures):
                self.stop()


class _Speaker:
    """The agent of one episode."""

    def __init__(self, line: _Line, cell: str, index: int) -> None:
        self._line = line
        self._cell, self._index = cell, index
        self._replies: list[ReplyLine] = []

    def act(self, observation: Any, info: Info) -> list[str]:
        (messages,) = info["messages"]
        reply = self._line.ask(self._cell, self._index, len(self._replies), messages)
        self._replies.append(reply)
        return [reply.reply]

    def reset(self, index: int) -> None:
        pass

    def count_tokens(self, reply: str) -> int:
        """Return what the endpoint counted for the latest reply, 0 where it counts nothing."""
        return self._replies[-1].completion_tokens or 0

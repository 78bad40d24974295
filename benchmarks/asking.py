"""The requests of a session: the journal first, then the model; none once it fails too often."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from agents.chat_faults import ChatFault, NotSent
from agents.protocol import ChatModel
from benchmarks.replies import Asked, FaultLine, Journal, ReplyLine, reply_line
from benchmarks.seals import sealed
from benchmarks.spending import Spending

MAX_FAILURES = 10
"""Faults in a row, at least, before a session gives up: the endpoint is down, or credit is out."""

NOT_ASKED = "not asked, because of failures before"


def max_failures(at_once: int) -> int:
    """Return after how many failures in a row a session ends."""
    return max(MAX_FAILURES, 2 * at_once)


class Asking:
    """Asks for replies and writes down each of them. Tasks of one event loop share it.

    Args:
        model: that is asked.
        journal: that replies are looked up in and written to.
        request: the `seals.request_digest` of what is asked for.
        failures: after so many in a row no more is asked.
        spending: counts the replies, and may say that no more is to be spent.
    """

    def __init__(
        self,
        model: ChatModel,
        journal: Journal,
        request: str,
        *,
        failures: int,
        spending: Spending,
    ) -> None:
        self._model = model
        self._spending = spending
        self._journal = journal
        self._request = request
        self._most_failures = failures
        self._faults_in_a_row = 0
        self._stopped = asyncio.Event()
        self._why_stopped = NOT_ASKED

    def stop(self, why: str = NOT_ASKED) -> None:
        """Send no more requests, retries included; `why` is the fault of those not sent."""
        self._why_stopped = why
        self._stopped.set()

    def check(self, cell: str, index: int) -> None:
        """See that an episode can get anywhere.

        Raises:
            ChatFault: no more is asked, and nothing of it is known.
        """
        if self._stopped.is_set() and not self._journal.begun(cell, index):
            raise ChatFault(self._why_stopped)

    async def ask(self, cell: str, index: int, attempt: int, messages: Sequence[Any]) -> ReplyLine:
        """Return the reply of the journal, or else of the model.

        Raises:
            ChatFault: there is none.
            RunError: the journal answers other messages.
            OSError: the reply could not be written down.
        """
        asked = Asked.of(messages)
        where: dict[str, Any] = {"cell": cell, "index": index, "attempt": attempt}
        known = self._journal.find(**where, asked=asked.digest)
        if known is not None:
            return known
        if not self._stopped.is_set() and (why := self._spending.why_no_more()):
            self.stop(why)
        if self._stopped.is_set():
            raise ChatFault(self._why_stopped)
        self._spending.under_way += 1
        try:
            reply = await self._model.answer(messages, pause=self._pause)
        except NotSent:
            raise ChatFault(self._why_stopped) from None
        except ChatFault as fault:
            now = datetime.now(timezone.utc).isoformat(timespec="seconds")
            told = FaultLine(**where, when=now, fault=str(fault), no_answer=fault.no_answer)
            await self._write(told)
            self._note(fault)
            raise
        finally:
            self._spending.under_way -= 1
        line = sealed(reply_line(reply, asked, **where), self._request)
        self._spending.add(line)
        await self._write(line)
        self._note(None)
        return line

    async def _write(self, line: ReplyLine | FaultLine) -> None:
        try:
            await self._journal.append(line)
        except OSError:
            # The next reply could not be written down either, and would be paid for twice.
            self.stop()
            raise

    async def _pause(self, seconds: float) -> bool:
        """Wait for some seconds, or until no more is asked: then the result is true."""
        try:
            await asyncio.wait_for(self._stopped.wait(), seconds)
        except asyncio.TimeoutError:
            return False
        return True

    def _note(self, fault: ChatFault | None) -> None:
        self._faults_in_a_row = self._faults_in_a_row + 1 if fault else 0
        if fault is not None and (fault.lasting or self._faults_in_a_row >= self._most_failures):
            self.stop()

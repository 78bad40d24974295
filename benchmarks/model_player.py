"""A model behind an endpoint as what plays in an evaluation."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agents.chat import ChatPolicy, Sampling
from agents.rate_limits import RateLimits
from benchmarks.asking import max_failures
from benchmarks.chats import play_chats
from benchmarks.options import EndpointOptions, text_keywords
from benchmarks.players import OnEpisodes, Player
from benchmarks.prices import price_of
from benchmarks.replies import REPLIES_FILE, ReplyLine
from benchmarks.rollouts import Cell
from benchmarks.runs import Run, read_lines
from benchmarks.spending import Spending
from benchmarks.submissions.plain import plain_line


@dataclass(frozen=True, kw_only=True)
class ModelPlayer(Player):
    """A model behind an endpoint.

    What decides replies (model, endpoint, sampling, keywords) belongs to the run; retries,
    time-outs and `at_once` may change between sessions.
    """

    policy: ChatPolicy
    at_once: int
    spending: Spending = field(default_factory=Spending)

    def recorded(self, agent: str | None) -> dict[str, Any]:
        """Return what run.json says of it."""
        return {
            "model": self.policy.model,
            "base_url": self.policy.base_url,
            "sampling": self.policy.sampling.plain(),
        }

    def resume(self, folders: Sequence[Path]) -> None:
        """Count the replies of earlier sessions: a sum is for all passes together."""
        for folder in folders:
            for line in read_lines(folder / REPLIES_FILE, ReplyLine):
                self.spending.add(line)

    def play(self, run: Run, cells: Sequence[Cell], on_episodes: OnEpisodes) -> Counter[str]:
        """Play what the run does not have yet; return what is pending."""
        return play_chats(
            run,
            cells,
            self.policy,
            at_once=self.at_once,
            on_episode=lambda: on_episodes(1),
            spending=self.spending,
        )

    def progress(self) -> str:
        """Return replies, tokens, cost and failed attempts so far."""
        replies, cost = self.spending.replies, self.spending.cost
        told = [f"{replies.replies.total():,} replies", replies.tokens()]
        if cost is not None:
            told.append(f"{cost:.2f} US dollars")
        failed = [f"{kind} ({count:,})" for kind, count in self.policy.faults.most_common()]
        if failed:
            told.append("failed tries: " + ", ".join(failed))
        return "; ".join(filter(None, told))

    def notice(self) -> str:
        """Return how long an endpoint that hangs can hold up an episode and the whole session."""
        tries, hang = self.policy.max_retries + 1, self.policy.longest_hang
        waves = math.ceil(max_failures(self.at_once) / self.at_once)
        try:
            plain_line(self.policy.model)
            unfit = ""
        except ValueError as error:
            unfit = (
                f" Warning: a run of this model cannot be submitted, for its name is not plain: "
                f"{error}. Serve it under another one."
            )
        return (
            f"A request without an answer is given up after {_duration(hang)} ({tries} x "
            f"{self.policy.timeout:g} s and the waits between), the session after "
            f"{_duration(waves * hang)} of such requests alone. Waits that the endpoint asks for "
            f"(Retry-After) come on top. --timeout and --max-retries change it.{unfit}"
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
        ImportError: the aiohttp package is missing.
        ValueError: a setting that cannot be, an `image_size` without images, or a `max_cost`
            without a price.
        OSError: the file of prices cannot be read.
    """
    keywords = text_keywords(images=images, image_size=image_size, strict=strict)
    price = price_of(asked.model, asked.prices)
    spending = Spending(price=price, most=asked.max_cost)
    policy = ChatPolicy(
        asked.model,
        base_url=asked.base_url,
        sampling=Sampling(**asked.sampling),
        key_variable=asked.key_variable,
        timeout=asked.timeout,
        max_retries=asked.max_retries,
        limits=RateLimits(asked.rpm, asked.tpm),
    )
    return ModelPlayer(
        asked.model,
        lambda _: policy,
        interfaces=("-Text",),
        keywords=keywords,
        suffix="-images" * images + "-strict" * strict,
        policy=policy,
        at_once=asked.concurrency,
        spending=spending,
    )


def _duration(seconds: float) -> str:
    """Return seconds for people."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"

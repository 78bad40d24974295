"""What the study and evaluation ask of a task; all else that they do is the same for every task."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from agents.protocol import Agent

if TYPE_CHECKING:
    from agents.demonstrations import Demonstrated
    from benchmarks.suites.distinct import Deals

MAX_ATTEMPTS = 1
"""The primary endpoints are of one greedy attempt, so one is what every stage trains for."""

SUCCESS = "success"
"""The metric that every task has: 1 for an episode that was solved, else 0."""

RECOGNITION = "recognition"
"""The metric of agents that say what they see: the share of it that they read right."""


class AskableEnv(Protocol):
    """The environments of a batch, as an agent may ask them.

    Attributes:
        num_envs: how many episodes are played side by side.
        single_action_space: of each of them, a `gymnasium.spaces.Space`.
    """

    num_envs: int
    single_action_space: Any

    def expert_action(self) -> Any:
        """Return what an expert would do in each of them."""
        ...


MakeAgent = Callable[[AskableEnv], Agent]
"""Gives the agent for a batch of environments; most agents ignore which."""


class Metric(NamedTuple):
    """A number in [0, 1] that an episode has; tables show its mean over episodes.

    Attributes:
        title: heads its table.
        note: stands below it, "" for nothing.
    """

    title: str
    note: str = ""


class TrainOverlap(NamedTuple):
    """What a table says about episodes by what training showed before.

    Attributes:
        title, note: of the table.
        seen, new: its two columns.
    """

    title: str
    seen: str
    new: str
    note: str


@dataclass(frozen=True)
class Dealt:
    """What an episode was about.

    Attributes:
        digest: of the hand or route, to check a replay.
        cluster: the unit that splits keep together and intervals redraw.
        overlap_key: what demonstrations of another hand or route may have shown already.
        hand: ranks as dealt, in the card game.
    """

    digest: str
    cluster: str
    overlap_key: Hashable
    hand: list[int] | None = None


class EvaluatedTask(Protocol):
    """What evaluation asks of a task, one of another package included.

    Attributes:
        name: the first part of its ids.
        noun: what its clusters are, in the plural.
        metrics: of an episode, in the order of tables.
        beside_success: what the other metrics are, a sentence for tables of one agent.
        malformed: what counts as malformed, a sentence.
        one_action_an_attempt: whether every action of symbolic ids is judged.
        recognition: what an agent that says what it sees is asked, a sentence for tables.
        references: names of the agents that need no learning, in the order of tables.
        max_attempts: of the keyword where nobody asks for a number, None to leave it to the id.
    """

    name: str
    noun: str
    metrics: Mapping[str, Metric]
    beside_success: str
    malformed: str
    one_action_an_attempt: bool
    recognition: str
    references: Sequence[str]
    max_attempts: int | None

    def interface(self, id: str, keywords: Mapping[str, Any]) -> str:
        """Return the interface of an id: "", "-Image" or "-Text".

        Raises:
            ValueError: the id cannot be played with these keywords.
        """
        ...

    def held_out(self, id: str, fold: Sequence[int]) -> dict[str, Any]:
        """Return the keywords that keep an id to what fold's training never saw."""
        ...

    def deals(self, env: Any) -> Deals | None:
        """Return what environments deal; None where nobody can tell which episodes are alike.

        Args:
            env: a vector environment, or single ones side by side (`benchmarks.single_envs`).
        """
        ...

    def reference(
        self,
        name: str,
        *,
        seed: int,
        fold: Sequence[int],
        max_attempts: int,
        game: Mapping[str, Any] = MappingProxyType({}),
    ) -> MakeAgent:
        """Return a reference; a nearest-neighbour baseline knows the fold's training episodes.

        Args:
            game: keywords of the training episodes beside the fold, see `Suite.game`.
        """
        ...

    def dealt(self, env: Any, copy: int | None = None, *, shown: Any = None) -> Dealt:
        """Return what a running episode is about: of a copy of a vector environment, or of one.

        Args:
            env: a vector environment, or a single one.
            copy: number of the copy, None for a single environment.
            shown: the first observation of the episode.
        """
        ...

    def recognised(
        self, symbols: NDArray[np.uint8], read: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return how much of what pictures show was read right, and how much there was to read.

        Args:
            symbols: of shape (n, size), what the symbolic id shows where the pictures were seen.
            read: of shape (n, facts), what an agent says that they show.

        Returns:
            Two counts, each of shape (n,).
        """
        ...

    def reported(self, env: Any, reply: str) -> tuple[int, int]:
        """Return the same two counts for a reply to a text environment that shows pictures.

        What is named without being there counts as read wrongly. Where the reply says nothing of
        what it sees, both are 0.
        """
        ...

    def share_malformed(self, outcomes: Sequence[str]) -> float:
        """Return how much of an episode was malformed, in [0, 1]."""
        ...


class Task(EvaluatedTask, Protocol):
    """A task of the study.

    Attributes:
        metric, shift: the primary endpoint, declared before any run: RL - SFT in this metric, on
            this column of the suite.
        axis: what pictures call that metric.
        chance: what an agent that knows nothing has in that metric.
        competence: the metric that ends the init, on validation episodes under random stated rules.
        rule, random: values of the rule's keyword: the studied one, and a fresh one each episode.
        train_overlap: words for what `Dealt.overlap_key` tells apart.
    """

    metric: str
    shift: str
    axis: str
    chance: float
    competence: str
    rule: str
    random: str
    train_overlap: TrainOverlap

    def variants(self) -> Mapping[str, Mapping[str, Any]]:
        """Return its ids and the keywords that they fix."""
        ...

    def game(self, rule: str, fold: Sequence[int], split: str = "train") -> dict[str, Any]:
        """Return the keywords of training, or of validation, under a rule."""
        ...

    def demonstrate(
        self, count: int, *, seed: int, rules: Sequence[str], fold: Sequence[int], **settings: Any
    ) -> Demonstrated:
        """Make training demonstrations under one rule or a mixture of several."""
        ...

    def likenesses(self, demonstrations: Any) -> Collection[Hashable]:
        """Return the overlap keys of everything that demonstrations show."""
        ...


def interface_named(id: str) -> str:
    """Return what an id says of its interface: "", "-Image" or "-Text"."""
    return next((name for name in ("-Image", "-Text") if name in id), "")


def measured_by(task: Task, metric: str | None) -> Task:
    """Return a task with another of its metrics as the primary one, None for its own."""
    if metric is None:
        return task
    other = copy(task)
    other.metric, other.axis = metric, task.metrics[metric].title.lower()
    return other


def shows_shift(task: Task, rules: Sequence[str]) -> bool:
    """Whether an init that learns from these rules has seen the ones that are compared.

    What it keeps of them afterwards is retention, and no generalisation.
    """
    return any(rule != task.random for rule in rules)


def config_of(env: Any) -> Any:
    """Return the configuration of a vector environment, or of single ones side by side."""
    return env.envs[0].unwrapped.config if hasattr(env, "envs") else env.config

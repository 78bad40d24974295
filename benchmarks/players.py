"""What plays in an evaluation: an agent of any kind, and what is known of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.rollouts import Cell, evaluate
from benchmarks.runs import Run
from benchmarks.suites import Suite, sees_pictures
from benchmarks.tasks import task_named
from benchmarks.tasks.task import EvaluatedTask, MakeAgent

EXPERT = "expert"
"""The one scripted agent that answers in text as well."""

TRAINED = "nearest-neighbour"
"""The one that knows training episodes, and so is tested on a fold."""

REPLIERS: Mapping[str, Callable[[str], str]] = {
    "echo": lambda prompt: prompt,
    "empty-object": lambda prompt: "{}",
    "empty-reply": lambda prompt: "",
}
"""Text agents that know nothing: what each replies to a prompt, or to the answer to a wrong try."""

SMALLEST_PICTURES = {"images": True, "image_size": 32}
"""What they are shown in suites of pictures, as small as can be: they do not look."""

OnEpisodes = Callable[[int], None]
"""Told, from any thread, how many episodes more have ended."""


@dataclass(frozen=True)
class Player:
    """An agent that can be put before environments.

    Attributes:
        name: for rows and folders.
        make: gives the agent of a batch of environments.
        task: that it plays, None for any.
        digest: of its weights, "" where it has none.
        interfaces: of the ids it plays, some of "", "-Image" and "-Text"; suites are played with
            the first.
        keywords: it wants of its environments.
        seed: of the study that trained it, None where nobody trained or it is not known.
        suffix: what the name of a run's folder says of it beside its name.
    """

    name: str
    make: MakeAgent
    task: str | None = None
    digest: str = ""
    interfaces: Sequence[str] = ("",)
    keywords: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    suffix: str = ""

    @property
    def interface(self) -> str:
        """Of the ids of suites."""
        return self.interfaces[0]

    @property
    def sees(self) -> bool:
        """Whether it is shown pictures."""
        return sees_pictures(self.interface, self.keywords)

    def recorded(self, agent: str | None) -> dict[str, Any]:
        """Return what run.json says of it; `agent` is how it was asked for."""
        return {"agent": agent, "weights": self.digest}

    def notice(self) -> str:
        """Return what is to be said before it plays, "" for nothing."""
        return ""

    def resume(self, folders: Sequence[Path]) -> None:
        """Take into account what the folders of its runs hold, all of them, before it plays."""

    def play(self, run: Run, cells: Sequence[Cell], on_episodes: OnEpisodes) -> Counter[str]:
        """Play the episodes that a run does not have yet, and append their rows.

        Returns:
            The episodes that are pending, counted by reason; only models leave some.
        """
        for cell in cells:
            evaluate(run, cell, self.make, on_rows=lambda rows: on_episodes(len(rows)))
        return Counter()

    def progress(self) -> str:
        """Return what it took so far, in a line, "" for nothing."""
        return ""

    def close(self) -> None:
        """Let go of what it holds."""


def scripted_agents(task: EvaluatedTask) -> tuple[str, ...]:
    """Return the names of the agents of a task that need no learning."""
    return (*task.references, *REPLIERS)


def scripted_player(name: str, suite: Suite, *, seed: int, max_attempts: int) -> Player:
    """Return a player that needs no learning.

    Args:
        name: one of the `scripted_agents` of the suite's task.
        suite: whose training episodes the nearest-neighbour baseline has seen.
        seed: of what the agent draws, and of the fold.

    Raises:
        ValueError: for another name, and for the baseline in a suite that holds nothing out.
    """
    task = task_named(suite.task)
    if name in REPLIERS:
        from agents.scripted import ReplyingAgent

        shown = SMALLEST_PICTURES if suite.axes else {}
        return Player(
            name,
            lambda _: ReplyingAgent(REPLIERS[name]),
            task=task.name,
            interfaces=("-Text",),
            keywords=shown,
        )
    if name not in task.references:
        raise ValueError(
            f"--agent {name} is neither {', '.join(scripted_agents(task))} nor a file, nor "
            f"module:factory. A study saves the weights of its arms as jobs/*/init.pt, sft.pt and "
            f"rl.pt."
        )
    if name == TRAINED and suite.folds == 1:
        raise ValueError(
            f"{name} has trained, and {suite.name} is not split, so nothing is held out of its "
            f"training. Name another agent, or a suite with folds."
        )
    make = task.reference(
        name, seed=seed, fold=suite.fold(seed), max_attempts=max_attempts, game=suite.game
    )
    if name == EXPERT:
        return Player(name, make, interfaces=("", "-Text"))
    return Player(name, make, task=task.name, seed=seed if name == TRAINED else None)

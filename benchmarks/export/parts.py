"""What a data set is made of: the splits of an id, or the columns of a suite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium as gym

from benchmarks.cells import cells_of_suite
from benchmarks.options import EvaluationOptions
from benchmarks.players import Player
from benchmarks.suites import Suite
from shiftgym.llm.rows import Row, expert_rows, text_environment

UNSPLIT = "unsplit"
"""The part of an id that is not split; the Hugging Face hub keeps "all" to itself."""


@dataclass(frozen=True)
class Part:
    """One file of a data set.

    Attributes:
        name: of the part: a split, or a column of a suite.
        id, keywords: of the environment, whose actions are texts.
        episode_seeds: of the episodes; None for as many as it takes, drawn from `seed`.
        seed: of the episodes.
        most: how many rows, None for all of the episodes.
    """

    name: str
    id: str
    keywords: Mapping[str, Any]
    episode_seeds: Sequence[int] | None = None
    seed: int = 0
    most: int | None = None

    def rows(self, credits: set[str]) -> Iterator[Row]:
        """Yield the rows, see `shiftgym.llm.rows`, each with its name as `row`.

        Args:
            credits: the attributions of the cities that episodes are in are added.

        Raises:
            ValueError: the id cannot be played so, or its actions are no texts.
        """
        try:
            env = text_environment(self.id, **self.keywords)
        except (TypeError, gym.error.Error) as error:
            raise ValueError(f"{self.id} cannot be made: {error}") from error
        count, number = 0, 0
        try:
            while self.episode_seeds is None or number < len(self.episode_seeds):
                played = expert_rows(env, **self._reset(number))
                city = getattr(env.unwrapped, "city", None)
                credits |= {credit for credit in [getattr(city, "attribution", "")] if credit}
                for row in played:
                    if count == self.most:
                        return
                    yield {"row": f"{self.name}-{number}-{row['point']}", **row}
                    count += 1
                number += 1
        finally:
            env.close()

    def _reset(self, number: int) -> dict[str, Any]:
        """Return the arguments of the reset before an episode."""
        if self.episode_seeds is not None:
            return {"options": {"episode_seed": self.episode_seeds[number]}}
        return {"seed": None if number else self.seed}


def parts_of_id(
    id: str, *, splits: Sequence[str], rows: int, seed: int, keywords: Mapping[str, Any]
) -> list[Part]:
    """Return a part for each split of an id, or one for all of it.

    Args:
        rows: of each part.

    Raises:
        ValueError: a split is named twice, or in the keywords too.
    """
    if len({*splits}) < len(splits):
        raise ValueError(f"Splits have to differ from one another; got {', '.join(splits)}.")
    if splits and "split" in keywords:
        raise ValueError("The split is named twice: leave it out of the keywords.")
    if not splits:
        name = str(keywords.get("split") or UNSPLIT)
        return [Part(name, id, keywords, seed=seed, most=rows)]
    return [Part(split, id, {**keywords, "split": split}, seed=seed, most=rows) for split in splits]


def parts_of_suite(
    of: Suite, *, size: str | None, episodes: int | None, images: bool
) -> tuple[list[Part], list[str]]:
    """Return a part for each column of a suite, with the episodes that a model plays.

    Returns:
        The parts, and what is to be said of columns that are too small.

    Raises:
        ValueError: a column has no text id, or there is no such size.
    """
    shown = {"images": True} if images or of.axes else {}
    who = Player("export", _nobody, task=of.task, interfaces=("-Text",), keywords=shown)
    asked = EvaluationOptions(agent="export", size=size, episodes=episodes)
    cells, told = cells_of_suite(who, of, asked, None)
    parts = [
        Part(cell.name.rpartition("/")[2], cell.id, cell.keywords, cell.episode_seeds)
        for cell in cells
    ]
    return parts, told


def _nobody(env: Any) -> Any:
    raise AssertionError("only the cells are asked for")

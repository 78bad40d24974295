"""What a suite asks of a model.

Requests with one attempt each, as one that is always right would need, and the characters of their
prompts; in image suites each request has a picture as well. Every further attempt
costs more.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import gymnasium as gym

import gp_env  # noqa: F401  (registers its ids)
import virl_env  # noqa: F401  (registers its ids)
from benchmarks.cells import column_seeds
from benchmarks.suites import STANDARD, Suite
from gp_env.pictures.size import MIN_SIZE


class Cost(NamedTuple):
    """What a suite costs.

    Attributes:
        requests: of all columns together.
        fewest, most: requests of an episode.
        characters: of the messages of an episode's first request, on average.
    """

    requests: int
    fewest: int
    most: int
    characters: float


def cost(of: Suite, episodes: int | None = None, size: str = STANDARD) -> Cost:
    """Return what a suite costs a model, counted on its own episodes.

    Args:
        of: a suite of a task that is known here.
        episodes: of each column; None for those of the size.
        size: of the suite.

    Raises:
        ValueError: the suite has no such size.
    """
    seen = bool(of.axes)
    # Of a picture only the number counts here, so it may be small.
    shown = {"images": True, "image_size": MIN_SIZE} if seen else {}
    requests, characters = [], []
    for column in of.columns_for(seen=seen, trained=False, controls=True):
        id = of.id(column, "-Text")
        keywords = {**of.keywords(column, None, seen=seen), **shown}
        count = of.size(column, size) if episodes is None else episodes
        env: Any = gym.make(id, **keywords).unwrapped
        for episode_seed in column_seeds(of, column, id, keywords, None, count):
            _, info = env.reset(options={"episode_seed": episode_seed})
            # A route asks at each of its points, a hand once.
            requests.append(len(env.steps) if hasattr(env, "steps") else 1)
            characters.append(sum(map(_characters, info["messages"])))
    return Cost(sum(requests), min(requests), max(requests), sum(characters) / len(characters))


def _characters(message: dict[str, Any]) -> int:
    """Return the characters of a message's text, without its picture."""
    content = message["content"]
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    return sum(len(part["text"]) for part in parts if part["type"] == "text")

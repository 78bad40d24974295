"""What is asked of an evaluation, as the command line says it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class EndpointOptions:
    """A model behind an OpenAI-compatible endpoint; the arguments of `agents.chat.ChatPolicy`.

    Attributes:
        concurrency: episodes at once.
        sampling: the arguments of `agents.chat.Sampling`.
        rpm, tpm: requests and tokens a minute, None for any number.
        max_cost: US dollars that all replies may cost, None for any number.
        prices: file that goes before the list prices, see `benchmarks.prices`.

    Raises:
        ValueError: for a number without end, and for no name.
    """

    model: str
    base_url: str
    key_variable: str = "OPENAI_API_KEY"
    concurrency: int = 8
    sampling: Mapping[str, Any] = field(default_factory=dict)
    timeout: float = 120.0
    max_retries: int = 5
    rpm: float | None = None
    tpm: float | None = None
    max_cost: float | None = None
    prices: Path | None = None

    def __post_init__(self) -> None:
        if not self.model.strip():
            raise ValueError("--model has no name; expected the one that the endpoint knows it by.")
        for name in ("timeout", "rpm", "tpm", "max_cost"):
            value = getattr(self, name)
            if value is not None and not math.isfinite(value):
                option = name.replace("_", "-")
                raise ValueError(f"--{option} must be a finite number; got {value}. Leave it out.")


@dataclass(frozen=True)
class LocalOptions:
    """A model from local weights; most are the arguments of `agents.local_models.LocalModel`.

    Attributes:
        path: of a folder or a GGUF file.
        batch: episodes at once.
        sampling: the arguments of `agents.sampling.Sampling`.
        dtype, device: as for `agents.local_models.loading.load`.
        adapter: folder of a LoRA adapter, None for none.
        thinking: the switch of the chat template, None for its default.
    """

    path: str
    batch: int = 8
    sampling: Mapping[str, Any] = field(default_factory=dict)
    dtype: str = "auto"
    device: str = "auto"
    adapter: str | None = None
    thinking: bool | None = None


def text_keywords(*, images: bool, image_size: int | None, strict: bool) -> dict[str, Any]:
    """Return the keywords that a model wants of text environments.

    Args:
        images: whether the cards, or what is in sight, are shown and not told.
        image_size: keyword of the environments, None for their own.
        strict: whether a reply that is not in the asked format is unreadable.

    Raises:
        ValueError: for an `image_size` without images.
    """
    keywords: dict[str, Any] = {"images": True} if images else {}
    if image_size is not None:
        if not images:
            raise ValueError("--image-size is of pictures, which are shown with --images only.")
        keywords["image_size"] = image_size
    if strict:
        keywords["strict"] = True
    return keywords


@dataclass(frozen=True)
class EvaluationOptions:
    """Who plays what.

    Attributes:
        agent: name of a scripted agent, path of weights, or "module:factory"; None for a model.
        endpoint: of the model that plays; None for an agent and for local weights.
        local: weights of the model that plays; None for an agent and for an endpoint.
        suite: its name, or the path of a JSON file; None for that of the weights, of the ids, or of
            the card game.
        columns: of the suite; none for all that the agent plays.
        ids: that are played instead of a suite, "package:Id-v0" for those of another package.
        size: of the suite, such as "smoke"; None for "standard", or where `episodes` says it.
        episodes: of each column in place of a size, or of each id; None for a size, or 500.
        seed: of the test fold; None for that of the study that trained the weights, and for all
            hands or routes where nobody trained.
        max_attempts: of an episode; None for 1, or for what an id of another package says.
        images: whether a model is shown in pictures what it is otherwise told.
        image_size: pixels of a picture's edge; None for the environment's own.
        strict: whether a model's reply that is not in the asked format is unreadable.
        repeat: how many times a model plays the same episodes, each in a folder of its own.
        out: folder of the run; None for one under `runs` that is named after what is asked.

    Raises:
        ValueError: for options that contradict each other.
    """

    agent: str | None = None
    endpoint: EndpointOptions | None = None
    local: LocalOptions | None = None
    suite: str | None = None
    columns: Sequence[str] = ()
    ids: Sequence[str] = ()
    size: str | None = None
    episodes: int | None = None
    seed: int | None = None
    max_attempts: int | None = None
    images: bool = False
    image_size: int | None = None
    strict: bool = False
    repeat: int = 1
    out: Path | None = None
    runs: Path = Path("runs")

    def __post_init__(self) -> None:
        if self.columns and self.ids:
            raise ValueError("Ids have no columns. Name either --ids or --columns of a suite.")
        if self.size is not None and self.episodes is not None:
            raise ValueError("A size is a number of episodes. Name either --size or --episodes.")
        if self.size is not None and self.ids:
            raise ValueError("Sizes are of suites; ids have none. Name --episodes.")
        if [self.agent, self.endpoint, self.local].count(None) != 2:
            raise ValueError("Name either an --agent or a --model.")
        if self.agent is not None:
            if self.images or self.image_size:
                raise ValueError("--images and --image-size are for a --model; leave them out.")
            if self.strict:
                raise ValueError("--strict is for a --model; leave it out.")
        if self.repeat > 1 and self.endpoint is None:
            raise ValueError(
                "--repeat is for a --model behind an endpoint; agents and local weights play alike "
                "each time. Leave it out."
            )
        if self.repeat > 1 and self.endpoint and self.endpoint.sampling.get("seed") is not None:
            raise ValueError(
                "With a --sampling-seed each pass of --repeat would be the same. Leave one out."
            )

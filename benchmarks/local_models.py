"""Playing text episodes with a model from local weights: in batches, each reply written down.

The episodes of a batch are played side by side, and all that wait for a reply are put to the model
at once. Which ones these are decides how its arithmetic rounds, so batches are parted the same way
in a run that is resumed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from agents.chat_answers import ChatReply
from agents.protocol import Info
from agents.sampling import Sampling
from agents.vision.chats import Chat
from benchmarks.options import LocalOptions
from benchmarks.players import OnEpisodes, Player
from benchmarks.replies import Asked, Journal, ReplyLine, reply_line
from benchmarks.rollouts import Cell, episode_row, play
from benchmarks.runs import Run
from benchmarks.seals import request_digest, sealed
from benchmarks.single_envs import SingleEnvs


class BatchedModel(Protocol):
    """What this module asks of `agents.local_models.model.LocalModel`.

    Attributes:
        name: of the model.
        settings: whatever decides its replies, plain data.
    """

    name: str
    settings: Mapping[str, Any]

    def replies(self, chats: Sequence[Chat], seed: int) -> list[ChatReply]:
        """Return a reply to each chat; the same for the same chats and seed."""
        ...


@dataclass(frozen=True, kw_only=True)
class LocalPlayer(Player):
    """A model from local weights; `batch` episodes are played at once."""

    model: BatchedModel
    batch: int
    draws: int = 0

    @property
    def sampling(self) -> dict[str, Any]:
        """Whatever decides replies, the size of a batch included."""
        return {**self.model.settings, "batch": self.batch}

    def recorded(self, agent: str | None) -> dict[str, Any]:
        """Return what run.json says of it, in the words of a model behind an endpoint."""
        return {"model": self.model.name, "base_url": "", "sampling": self.sampling}

    def play(self, run: Run, cells: Sequence[Cell], on_episodes: OnEpisodes) -> Counter[str]:
        """Play what the run does not have yet. Nothing is pending after that."""
        versions = run.record.sessions[-1].versions
        asking = request_digest(self.model.name, self.sampling, versions)
        # A batch is played again as a whole, those of its episodes that are done included.
        with Journal(run.folder, lambda *_: False) as journal:
            longest = max(len(cell.episode_seeds) for cell in cells)
            # The cells take turns, so that a session that ends early has about as much of each.
            for start in range(0, longest, self.batch):
                for cell in cells:
                    numbers = range(len(cell.episode_seeds))[start : start + self.batch]
                    new = [index for index in numbers if not run.done(cell.name, index)]
                    if new:
                        batch = _Batch(self.model, self.draws, journal, asking, cell, numbers)
                        rows = dict(zip(numbers, batch.play()))
                        run.append(rows[index] for index in new)
                        on_episodes(len(new))
        return Counter()


def local_player(
    asked: LocalOptions, *, images: bool, image_size: int | None, strict: bool
) -> LocalPlayer:
    """Return the player of local weights, which are loaded.

    Args:
        images, image_size, strict: as for `benchmarks.options.text_keywords`.

    Raises:
        ImportError: transformers is missing, or what it needs for these weights.
        ValueError: there are no such weights, or a setting that cannot be.
    """
    from agents.local_models.model import LocalModel
    from agents.local_models.weights import find_weights
    from benchmarks.options import text_keywords

    keywords = text_keywords(images=images, image_size=image_size, strict=strict)
    sampling = Sampling(**asked.sampling)
    model = LocalModel(
        find_weights(asked.path, asked.adapter),
        sampling=sampling,
        dtype=asked.dtype,
        device=asked.device,
        thinking=asked.thinking,
    )
    if images and not model.sees:
        raise ValueError(f"{model.name} takes no pictures, which this suite or --images shows.")
    return LocalPlayer(
        model.name,
        _alone,
        interfaces=("-Text",),
        keywords=keywords,
        suffix="-images" * images + "-strict" * strict,
        model=model,
        batch=asked.batch,
        draws=sampling.seed or 0,
    )


def _alone(_: Any) -> Any:
    raise AssertionError("a local model is played by its player")


class _Batch:
    """Some episodes of a cell, and the agent that plays them."""

    def __init__(
        self,
        model: BatchedModel,
        draws: int,
        journal: Journal,
        asking: str,
        cell: Cell,
        numbers: range,
    ) -> None:
        self._model, self._draws = model, draws
        self._journal, self._asking = journal, asking
        self._cell, self._numbers = cell, numbers
        self._envs = SingleEnvs(cell.id, cell.keywords, len(numbers))
        self._lines: list[list[ReplyLine]] = [[] for _ in numbers]

    def play(self) -> list[Any]:
        """Play the episodes to their ends, and return their rows."""
        cell, numbers = self._cell, self._numbers
        seeds = [cell.episode_seeds[index] for index in numbers]
        played = play(lambda _: self, cell.id, cell.keywords, seeds, self._envs)
        for episode, lines in zip(played, self._lines):
            episode.tokens = sum(line.completion_tokens or 0 for line in lines)
        return [episode_row(cell, index, one) for index, one in zip(numbers, played)]

    def act(self, observation: Any, info: Info) -> list[str]:
        """Return a reply to each chat; one whose episode is over gets none."""
        chats: list[Chat] = info["messages"]
        asked = {
            copy: Asked.of(chat) for copy, chat in enumerate(chats) if not self._envs.is_over(copy)
        }
        known = {
            copy: self._journal.find(**self._where(copy), asked=of.digest)
            for copy, of in asked.items()
        }
        if not all(known.values()):
            # All of them, though some may be known: in another batch they might be others.
            drawn = self._model.replies([chats[copy] for copy in asked], self._seed(asked.values()))
            new = {
                copy: sealed(reply_line(reply, of, **self._where(copy)), self._asking)
                for (copy, of), reply in zip(asked.items(), drawn)
                if known[copy] is None
            }
            self._journal.write(list(new.values()))
            known |= new
        for copy, line in known.items():
            self._lines[copy].append(line)
        return [known[copy].reply if copy in known else "" for copy in range(len(chats))]

    def reset(self, index: int) -> None:
        """Nothing is remembered: the chats hold all."""

    def _where(self, copy: int) -> dict[str, Any]:
        return {
            "cell": self._cell.name,
            "index": self._numbers[copy],
            "attempt": len(self._lines[copy]),
        }

    def _seed(self, asked: Iterable[Asked]) -> int:
        """Return the seed of what is drawn for some chats."""
        told = " ".join([str(self._draws), *(of.digest for of in asked)])
        return int.from_bytes(hashlib.sha256(told.encode()).digest()[:6], "big")

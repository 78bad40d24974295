"""What of an episode is observed: its numbers, or a picture and what that does not show.

The keyword `observation` chooses a form that networks take without work: one-hot in place of
integers, the picture alone in place of a dict.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Protocol

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from shiftgym import checks
from shiftgym.episode import Batch, Episode, Picture
from shiftgym.fields import Fields

ONEHOT, IMAGE = "onehot", "image"
"""Values of the keyword `observation`, of ids that show numbers and of ids that show pictures."""


class View(Protocol):
    """What is observed of single episodes.

    Attributes:
        space: of the observations.
    """

    space: spaces.Space[Any]

    def observe(self, episode: Any) -> Any:
        """Return what is observed of an episode now: new arrays."""
        ...


class BatchView(Protocol):
    """What is observed of the episodes of a batch.

    Attributes:
        space: of the observations of one sub-environment.
    """

    space: spaces.Space[Any]

    def started(self, batch: Any, which: NDArray[np.int64]) -> None:
        """Take note that episodes have started in some sub-environments."""
        ...

    def observe(self, batch: Any) -> Any:
        """Return what is observed in each sub-environment now: new arrays."""
        ...

    def __str__(self) -> str:
        """Return what decides the observations, as text."""


class Numbers:
    """The symbolic observation."""

    def __init__(self, fields: Fields) -> None:
        self.space: spaces.Space[Any] = fields.space()

    def observe(self, episode: Episode) -> NDArray[np.uint8]:
        """Return the numbers, uint8 of shape (size,)."""
        row: NDArray[np.uint8] = episode.row.copy()
        return row


class BatchNumbers(Numbers):
    """The symbolic observations of a batch."""

    def __str__(self) -> str:
        return "numbers"

    def started(self, batch: Batch, which: NDArray[np.int64]) -> None:
        """Take note of nothing: numbers are those of the batch."""

    def observe(self, batch: Batch) -> NDArray[np.uint8]:  # type: ignore[override]
        """Return the numbers, uint8 of shape (n, size)."""
        rows: NDArray[np.uint8] = batch.rows.copy()
        return rows


class OneHotNumbers:
    """The symbolic observation as a row of zeros and ones."""

    def __init__(self, fields: Fields) -> None:
        self._onehot = fields.onehot
        self.space: spaces.Space[Any] = self._onehot.space()

    def observe(self, episode: Episode) -> NDArray[np.float32]:
        """Return zeros and ones, float32 of shape (size,)."""
        row: NDArray[np.float32] = self._onehot.encode(episode.row[None])[0]
        return row


class BatchOneHotNumbers(OneHotNumbers):
    """The symbolic observations of a batch as rows of zeros and ones."""

    def __str__(self) -> str:
        return ONEHOT

    def started(self, batch: Batch, which: NDArray[np.int64]) -> None:
        """Take note of nothing: numbers are those of the batch."""

    def observe(self, batch: Batch) -> NDArray[np.float32]:  # type: ignore[override]
        """Return zeros and ones, float32 of shape (n, size)."""
        return self._onehot.encode(batch.rows)


class Renderer(Protocol):
    """How a task's episodes look.

    Attributes:
        space: of a picture.
        shown: fields of the symbolic observation that only the picture tells.
    """

    space: spaces.Box[Any]
    shown: tuple[str, ...]

    def draw(self, episode: Any) -> Picture:
        """Return the picture of an episode."""
        ...

    def draw_of(self, batch: Any, index: int) -> Picture:
        """Return the picture of one sub-environment."""
        ...

    def __str__(self) -> str:
        """Return what decides the pictures, as text."""
        ...


class PictureAlone:
    """A picture.

    Args:
        renderer: of the task.
    """

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer
        self.space: spaces.Space[Any] = renderer.space
        self._of: tuple[int, Hashable] | None = None
        self._picture: Picture | None = None

    def observe(self, episode: Episode) -> Any:
        """Return the picture, uint8 of shape (height, width, channels)."""
        return self._seen(episode)

    def _seen(self, episode: Episode) -> Picture:
        """Return the picture, which is drawn anew only where it has changed."""
        now = (id(episode), episode.place)
        if now != self._of or self._picture is None:
            self._picture, self._of = self.renderer.draw(episode), now
        picture: Picture = self._picture.copy()
        return picture


class PictureAndState(PictureAlone):
    """A picture, and the numbers that it does not show: {"image", "state"}.

    Args:
        renderer: of the task.
        fields: of the symbolic observation.
    """

    def __init__(self, renderer: Renderer, fields: Fields) -> None:
        super().__init__(renderer)
        self.space, self._kept = _with_state(renderer, fields)

    def observe(self, episode: Episode) -> Any:
        """Return picture and numbers."""
        return {"image": self._seen(episode), "state": episode.row[self._kept]}


class BatchPicturesAlone:
    """The pictures of a batch.

    Args:
        renderer: of the task.
        count: sub-environments.
    """

    _NOWHERE = -1

    def __init__(self, renderer: Renderer, count: int) -> None:
        self.renderer = renderer
        self.space: spaces.Space[Any] = renderer.space
        # What each sub-environment saw last, and where that was.
        self._pictures = np.zeros((count, *renderer.space.shape), dtype=np.uint8)
        self._drawn_at = np.full(count, self._NOWHERE, dtype=np.int64)

    def __str__(self) -> str:
        return f"{self.renderer}, {IMAGE}"

    def started(self, batch: Batch, which: NDArray[np.int64]) -> None:
        """Draw anew where episodes have started."""
        self._drawn_at[which] = self._NOWHERE

    def observe(self, batch: Batch) -> Any:
        """Return the pictures, uint8 of shape (n, height, width, channels)."""
        return self._seen(batch)

    def _seen(self, batch: Batch) -> NDArray[np.uint8]:
        """Return the pictures; what has not changed is not drawn again."""
        places = batch.places
        for index in (places != self._drawn_at).nonzero()[0].tolist():
            self._pictures[index] = self.renderer.draw_of(batch, index)
        self._drawn_at = places.copy()
        pictures: NDArray[np.uint8] = self._pictures.copy()
        return pictures


class BatchPicturesAndStates(BatchPicturesAlone):
    """The pictures of a batch, and the numbers that they do not show.

    Args:
        renderer, count: as for `BatchPicturesAlone`.
        fields: of the symbolic observation.
    """

    def __init__(self, renderer: Renderer, count: int, fields: Fields) -> None:
        super().__init__(renderer, count)
        self.space, self._kept = _with_state(renderer, fields)

    def __str__(self) -> str:
        return str(self.renderer)

    def observe(self, batch: Batch) -> Any:
        """Return pictures and numbers."""
        return {"image": self._seen(batch), "state": batch.rows[:, self._kept]}


def view_of(fields: Fields, renderer: Renderer | None, observation: str | None) -> View:
    """Return what is observed of single episodes.

    Args:
        fields: of the symbolic observation.
        renderer: of a task that shows pictures, else None.
        observation: the keyword.

    Raises:
        ValueError: for another value than this interface has.
    """
    if _is_plain(renderer, observation):
        return Numbers(fields) if renderer is None else PictureAndState(renderer, fields)
    return OneHotNumbers(fields) if renderer is None else PictureAlone(renderer)


def batch_view_of(
    fields: Fields, renderer: Renderer | None, observation: str | None, count: int
) -> BatchView:
    """Return what is observed of a batch of so many sub-environments, as `view_of` does."""
    if _is_plain(renderer, observation):
        if renderer is None:
            return BatchNumbers(fields)
        return BatchPicturesAndStates(renderer, count, fields)
    return BatchOneHotNumbers(fields) if renderer is None else BatchPicturesAlone(renderer, count)


def _is_plain(renderer: Renderer | None, observation: str | None) -> bool:
    """Return whether the keyword asks for what the interface shows by default."""
    ours, other = (ONEHOT, IMAGE) if renderer is None else (IMAGE, ONEHOT)
    if checks.is_same(observation, other):
        takes = "with -Image" if other == IMAGE else "without -Image"
        raise ValueError(
            f"observation={other!r} is of ids {takes}: here it is None or {ours!r}. Pass one of "
            f"these, or make such an id."
        )
    checks.one_of("observation", observation, (None, ours))
    return observation is None


def _with_state(renderer: Renderer, fields: Fields) -> tuple[spaces.Dict, NDArray[np.int64]]:
    """Return the space of a picture and what it does not show, and the places of the latter."""
    state = fields.without(renderer.shown).space()
    space = spaces.Dict({"image": renderer.space, "state": state})
    return space, fields.places_without(renderer.shown)

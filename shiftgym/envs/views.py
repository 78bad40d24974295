"""What of an episode is observed: its numbers, or a picture and what that does not show."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Protocol

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from shiftgym.episode import Batch, Episode, Picture
from shiftgym.fields import Fields


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


class PictureAndState:
    """A picture, and the numbers that it does not show: {"image", "state"}.

    Args:
        fields: of the symbolic observation.
        renderer: of the task.
    """

    def __init__(self, fields: Fields, renderer: Renderer) -> None:
        self.renderer = renderer
        self._kept = fields.places_without(renderer.shown)
        self.space: spaces.Space[Any] = spaces.Dict(
            {"image": renderer.space, "state": fields.without(renderer.shown).space()}
        )
        self._of: tuple[int, Hashable] | None = None
        self._picture: Picture | None = None

    def observe(self, episode: Episode) -> dict[str, NDArray[np.uint8]]:
        """Return picture and numbers; the picture is drawn anew only where it has changed."""
        now = (id(episode), episode.place)
        if now != self._of or self._picture is None:
            self._picture, self._of = self.renderer.draw(episode), now
        return {"image": self._picture.copy(), "state": episode.row[self._kept]}


class BatchPicturesAndStates:
    """The pictures of a batch, and the numbers that they do not show.

    Args:
        fields, renderer: as for `PictureAndState`.
        count: sub-environments.
    """

    _NOWHERE = -1

    def __init__(self, fields: Fields, renderer: Renderer, count: int) -> None:
        self.renderer = renderer
        self._kept = fields.places_without(renderer.shown)
        self.space: spaces.Space[Any] = spaces.Dict(
            {"image": renderer.space, "state": fields.without(renderer.shown).space()}
        )
        # What each sub-environment saw last, and where that was.
        self._pictures = np.zeros((count, *renderer.space.shape), dtype=np.uint8)
        self._drawn_at = np.full(count, self._NOWHERE, dtype=np.int64)

    def __str__(self) -> str:
        return str(self.renderer)

    def started(self, batch: Batch, which: NDArray[np.int64]) -> None:
        """Draw anew where episodes have started."""
        self._drawn_at[which] = self._NOWHERE

    def observe(self, batch: Batch) -> dict[str, NDArray[np.uint8]]:
        """Return pictures and numbers; what has not changed is not drawn again."""
        places = batch.places
        for index in (places != self._drawn_at).nonzero()[0].tolist():
            self._pictures[index] = self.renderer.draw_of(batch, index)
        self._drawn_at = places.copy()
        return {"image": self._pictures.copy(), "state": batch.rows[:, self._kept]}

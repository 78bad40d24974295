"""A hand as its picture: how large tables are drawn, and how they look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from gp_env.observe import LAYOUT
from gp_env.pictures.look import Look, LookLike, check_look, draw_look
from gp_env.pictures.size import DEFAULT_SIZE, check_size

if TYPE_CHECKING:
    from gp_env.batch import CardBatch
    from gp_env.config import GameConfig
    from gp_env.episode import CardEpisode

Picture = NDArray[np.uint8]

SHOWN = ("ranks", "suits")
"""Fields of the symbolic observation that only the picture tells."""


class CardRenderer:
    """Draws the hands of an environment.

    Args:
        image_size: pixels, 32 to 1200.
        look: as `look.check_look` understands it.

    Attributes:
        space: of the pictures, uint8 of shape (size, size, 3).
        shown: see `SHOWN`.

    Raises:
        ValueError: for a keyword out of its range.
    """

    shown: tuple[str, ...] = SHOWN

    def __init__(self, image_size: int = DEFAULT_SIZE, look: LookLike = "plain") -> None:
        self.size = check_size(image_size)
        self.look = check_look(look)
        self.space: spaces.Box[Any] = spaces.Box(0, 255, (self.size, self.size, 3), np.uint8)

    def __str__(self) -> str:
        return f"image_size={self.size}, look={self.look or 'random'}"

    def look_of(self, episode_seed: int) -> Look:
        """Return the look of an episode."""
        return draw_look(episode_seed) if self.look is None else self.look

    def draw(self, episode: CardEpisode, size: int | None = None) -> Picture:
        """Return the table of an episode, uint8 of shape (size, size, 3)."""
        return self._of_row(episode.row, episode.seed, size)

    def draw_of(self, batch: CardBatch, index: int, size: int | None = None) -> Picture:
        """Return the table of one sub-environment, as `draw` does."""
        return self._of_row(batch.rows[index], int(batch.episode_seeds[index]), size)

    def of_cards(
        self,
        ranks: Sequence[int],
        suits: Sequence[int],
        episode_seed: int,
        size: int | None = None,
    ) -> Picture:
        """Return the table of some cards, as `draw` does."""
        # Who observes numbers needs nothing that draws.
        from gp_env.pictures.table import draw_table

        look = self.look_of(episode_seed)
        return draw_table(ranks, suits, size or self.size, look, episode_seed)

    def _of_row(self, row: Picture, episode_seed: int, size: int | None) -> Picture:
        ranks, suits = (row[LAYOUT[name]] for name in SHOWN)
        held = ranks > 0
        return self.of_cards(ranks[held].tolist(), suits[held].tolist(), episode_seed, size)


def renderer_of(
    _: GameConfig, image_size: int = DEFAULT_SIZE, look: LookLike = "plain"
) -> CardRenderer:
    """Return what draws the hands of a game: they look the same under all configurations."""
    return CardRenderer(image_size, look)

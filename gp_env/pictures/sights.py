"""A hand as its picture: how large tables are drawn, and how they look."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gp_env import observe
from gp_env.pictures.look import Look, LookLike, check_look, draw_look
from gp_env.pictures.size import check_size
from gp_env.pictures.state import WITHHELD


class Sights:
    """What one sees of the hands of an environment.

    Args:
        image_size: pixels, 32 to 1200.
        look: as `look.check_look` understands it.

    Raises:
        ValueError: for a keyword out of its range.
    """

    def __init__(self, image_size: int, look: LookLike) -> None:
        self.size = check_size(image_size)
        self.look = check_look(look)

    def __str__(self) -> str:
        return f"image_size={self.size}, look={self.look or 'random'}"

    def look_of(self, episode_seed: int) -> Look:
        """Return the look of an episode."""
        return draw_look(episode_seed) if self.look is None else self.look

    def picture(
        self, row: NDArray[np.uint8], episode_seed: int, size: int | None = None
    ) -> NDArray[np.uint8]:
        """Return the table of a symbolic row, uint8 of shape (size, size, 3)."""
        ranks, suits = (row[observe.LAYOUT[name]] for name in WITHHELD)
        held = ranks > 0
        return self.of_cards(ranks[held].tolist(), suits[held].tolist(), episode_seed, size)

    def of_cards(
        self,
        ranks: Sequence[int],
        suits: Sequence[int],
        episode_seed: int,
        size: int | None = None,
    ) -> NDArray[np.uint8]:
        """Return the table of some cards, as `picture` does."""
        # Who sees symbols needs nothing that draws.
        from gp_env.pictures.table import draw_table

        look = self.look_of(episode_seed)
        return draw_table(ranks, suits, size or self.size, look, episode_seed)

"""Demonstrations of the card game as one sees them who has eyes: tables in place of ranks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from agents.demonstrations import Transitions
from agents.gp.demonstrations import Demonstrations
from agents.lazy_images import LazyImages, Pixels
from gp_env.deck import LARGE_RANKS, MAX_CARDS
from gp_env.observe import LAYOUT
from gp_env.pictures.look import LookLike
from gp_env.pictures.renderer import CardRenderer
from gp_env.pictures.size import DEFAULT_SIZE
from gp_env.pictures.state import KEPT

VIEWS = 1

READS = (LARGE_RANKS + 1,) * MAX_CARDS
"""What there is to read in a table: the rank in each of six places, 0 for no card."""

UNORDERED_READS: Sequence[Sequence[int]] = ((0, MAX_CARDS),)
"""Cards lie in any order."""


def with_pictures(
    demonstrations: Demonstrations, look: LookLike = "plain", image_size: int = DEFAULT_SIZE
) -> Transitions:
    """Play the demonstrations as `GeneralPoints-Image-v0` shows them.

    Args:
        look, image_size: keywords of that environment.
    """
    told = demonstrations.transitions()
    renderer = CardRenderer(image_size, look)

    def draw(index: int) -> Pixels:
        hand = demonstrations.hand(index)
        seed = int(demonstrations.episode_seed[index])
        return renderer.of_cards(hand.ranks, hand.suits, seed)

    taught = (demonstrations.attempts[:, -1] > 0).sum(axis=1)
    return told._replace(
        observations=told.observations[:, KEPT],
        pictures=LazyImages(draw, renderer.space.shape, demonstrations.ranks, READS),
        picture=np.repeat(np.arange(len(demonstrations)), taught),
    )


def facts(symbols: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what there is to read where symbolic rows (n, 56) are seen, uint8 of shape (n, 6)."""
    return symbols[:, LAYOUT["ranks"]]

"""Demonstrations of navigation as one sees them who has eyes: streets in place of landmarks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.demonstrations import Transitions
from agents.lazy_images import LazyImages, Pixels
from agents.virl.demonstrations import Demonstrations
from virl_env.config import NavigationConfig
from virl_env.observe import LAYOUT
from virl_env.views.look import LookLike
from virl_env.views.renderer import DEFAULT_SIZE, StreetRenderer
from virl_env.views.state import KEPT
from virl_env.world.city import CATEGORIES
from virl_env.world.geometry import SIDES

VIEWS = 4
"""Front, right, back, left: three channels of a picture each."""

READS = (len(CATEGORIES) + 1, len(SIDES) + 1, 2)
"""What there is to read in views: a landmark's category and its side, 0 for none in sight, and
whether this is an intersection."""

UNORDERED_READS: Sequence[Sequence[int]] = ()


def with_pictures(
    demonstrations: Demonstrations, look: LookLike = "plain", image_size: int = DEFAULT_SIZE
) -> Transitions:
    """Play the demonstrations as `VIRLNavigation-Image-v0` shows them.

    Args:
        demonstrations: of `landmarks="all"`, for views show all that are in sight.
        look, image_size: keywords of that environment.

    Raises:
        ValueError: for demonstrations that tell fewer landmarks than are seen.
    """
    if demonstrations.keywords.get("landmarks") != "all":
        raise ValueError(
            f"Views show all landmarks in sight, and these demonstrations tell of "
            f"{demonstrations.keywords.get('landmarks', 'any')!r} only. Make them with "
            f'demonstrate(..., landmarks="all").'
        )
    # Rules decide nothing of what is seen.
    renderer = StreetRenderer(
        NavigationConfig.make(**demonstrations.keywords), image_size, look=look
    )
    views: dict[Any, int] = {}
    shows, order, shown, seen, done = [], [], [], [], []
    for step in demonstrations.walked():
        rows = step.observations[step.copies]
        read = facts(rows)
        for row, copy in enumerate(step.copies.tolist()):
            seed = int(demonstrations.episode_seed[step.demonstrations[row]])
            city = step.env.config.city_of(step.env.route(copy))
            view = (city, renderer.look_of(seed), *step.env.stand(copy))
            number = views.setdefault(view, len(views))
            if number == len(shows):
                shows.append(read[row])
            shown.append(number)
        order.append(step.demonstrations)
        seen.append(rows[:, KEPT])
        done.append(step.actions)
    by_row = np.argsort(np.concatenate(order), kind="stable")
    places = list(views)

    def draw(index: int) -> Pixels:
        return renderer.picture(*places[index])

    assert renderer.space.shape is not None
    return Transitions(
        np.concatenate(seen)[by_row],
        np.concatenate(done)[by_row],
        len(demonstrations),
        LazyImages(draw, renderer.space.shape, np.array(shows), READS),
        np.array(shown)[by_row],
    )


def facts(symbols: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what there is to read where symbolic rows (n, 96) are seen, uint8 of shape (n, 3)."""
    landmark = symbols[:, LAYOUT["landmark"]].astype(np.int64)
    categories = np.pad(symbols[:, LAYOUT["categories"]], ((0, 0), (1, 0)))
    category = np.take_along_axis(categories, landmark, axis=1)
    return np.hstack([category, symbols[:, LAYOUT["side"]], symbols[:, LAYOUT["intersection"]]])

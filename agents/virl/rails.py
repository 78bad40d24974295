"""Walks on rails, point by point."""

from __future__ import annotations

import numpy as np

from virl_env.deal import Dealer
from virl_env.rail_walk import RailWalk
from virl_env.routes.rail import RailStep
from virl_env.scene import Scene, rail_scenes


def rail_points(dealer: Dealer, deal: np.void) -> list[tuple[Scene, RailStep]]:
    """Return what is told and what is right at each point of an episode's rail."""
    config = dealer.config
    walk = RailWalk(deal, dealer.pool, config)
    scenes = rail_scenes(
        walk.route,
        walk.steps,
        config.stated_directions or walk.directions,
        initial_heading=walk.initial_heading,
        landmark_order=walk.landmark_order,
        naming=config.instructions,
    )
    return list(zip(scenes, walk.steps))

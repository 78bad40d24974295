"""Street navigation in pictures: four views of a point stand for what is in sight there."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from agents.tinylm.game import Dialogue
from agents.virl.dialogues import Streets
from agents.vision.eye import PICTURE
from agents.vision.game import InPictures
from virl_env.config import NavigationConfig
from virl_env.deal import Dealer
from virl_env.routes.rail import RailStep
from virl_env.scene import Scene
from virl_env.views.look import LookLike
from virl_env.views.renderer import Panoramas, StreetRenderer
from virl_env.views.wording import SEEN_COMPACT, SEEN_COMPACT_WORDS

SIZE = 64
"""Pixels of one view."""


class SeeingDealer(Dealer):
    """Deals the episodes of a configuration and knows how their streets look."""

    def __init__(self, config: NavigationConfig, renderer: StreetRenderer) -> None:
        super().__init__(config)
        self.renderer = renderer

    def __str__(self) -> str:
        return f"{self.config}, {self.renderer}"


class SeenStreets(InPictures, Streets):
    """V-IRL navigation: a point of a rail, seen in four views, is a dialogue."""

    shape, patch = (2 * SIZE, 2 * SIZE), 16
    keywords = {"images": True, "image_size": SIZE}  # noqa: RUF012
    template, others = SEEN_COMPACT, SEEN_COMPACT_WORDS

    def dealer(
        self, *, look: LookLike = "plain", panoramas: Panoramas = None, **keywords: Any
    ) -> SeeingDealer:
        """Return the dealer of `VIRLNavigationTextEnv(images=True, image_size=64, **keywords)`.

        Raises:
            ValueError: for another movement than on rails, where points are no dialogues.
        """
        config = super().dealer(**keywords).config
        return SeeingDealer(config, StreetRenderer(config, SIZE, "grid", look, panoramas))

    def dialogue_at(
        self, dealer: SeeingDealer, deal: np.void, scene: Scene, step: RailStep
    ) -> Dialogue:
        """Return the dialogue of a point of an episode's rail."""
        prompt, judge, _ = super().dialogue_at(dealer, deal, scene, step)
        renderer, route = dealer.renderer, dealer.pool.routes[deal["route"]]
        look = renderer.look_of(int(deal["seed"]))
        draw = partial(
            renderer.picture,
            dealer.config.city_of(route),
            look,
            step.geocode,
            step.heading,
        )
        return Dialogue(PICTURE + prompt, judge, draw)


GAME = SeenStreets()

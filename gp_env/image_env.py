"""GeneralPoints seen: the symbolic shell, with a picture of the cards in place of their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from gp_env.config import GameKeywords
from gp_env.deal import Deals
from gp_env.dynamics import NUM_TOKENS
from gp_env.env import GeneralPointsEnv
from gp_env.pictures.look import LookLike
from gp_env.pictures.sights import Sights
from gp_env.pictures.size import DEFAULT_SIZE, check_size
from gp_env.pictures.state import STATE_FIELDS, STATE_LAYOUT, without_cards

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["STATE_LAYOUT", "GeneralPointsImageEnv", "observation_space"]


def observation_space(image_size: int, mask_in_observation: bool = False) -> spaces.Dict:
    """Return the space of observations: `image`, `state` and, where asked for, `action_mask`.

    Raises:
        ValueError: for a size that is not 32 to 1200.
    """
    size = check_size(image_size)
    parts: dict[str, spaces.Space[Any]] = {
        "image": spaces.Box(0, 255, (size, size, 3), np.uint8),
        "state": STATE_FIELDS.space(),
    }
    if mask_in_observation:
        parts["action_mask"] = spaces.Box(0, 1, (NUM_TOKENS,), np.int8)
    return spaces.Dict(parts)


class GeneralPointsImageEnv(GeneralPointsEnv):
    """Make the target from the cards of a hand that is seen, writing a formula token by token.

    ## Description
    The game of `GeneralPointsEnv` with the same actions, rewards, episodes and infos. The cards are
    not told but seen: a table with a card for each slot, its rank in large type above its suit.

    ## Action Space
    `Discrete(26)`, as in `GeneralPointsEnv`.

    ## Observation Space
    A dict of

    * `image`: uint8 of shape (84, 84, 3); only `image_size` changes it. Four cards lie in two rows,
      three in one, five and six in two rows of three.
    * `state`: `MultiDiscrete` of shape (44,), uint8: the numbers of `GeneralPointsEnv` but `ranks`
      and `suits`. `gp_env.image_env.STATE_LAYOUT` names its parts.
    * `action_mask`: int8 of shape (26,), only with `mask_in_observation=True`.

    ## Rewards, Starting State, Episode End, Information
    As in `GeneralPointsEnv`: an episode seed starts the same episode in both.

    ## Arguments
    Those of `GeneralPointsEnv`, and

    * `image_size` (84): pixels, 32-1200.
    * `look` ("plain"): of the cards: a mapping of severities 0-5 of rotation, noise, table, face,
      occlusion and brightness, such as `{"noise": 3}`; "random" draws severities up to 3 and an
      ink for each episode, from its seed, never red.
    * `render_mode` (None): as for `GeneralPointsEnv`; the picture shows the table in its look.

    `mask="full"` rules out numbers that are not in the hand, and so tells what the picture holds.

    ## Registered Configurations
    * `GeneralPoints-Image-v0`: J, Q, K count 10; black suits.
    * `GeneralPoints-Image-RuleOOD-v0`: J, Q, K count 11, 12, 13; at least one of them in the hand.
    * `GeneralPoints-Image-VisualOOD-v0`: red suits.
    * `GeneralPoints-Image-OOD-v0`: the same as `GeneralPoints-Image-RuleOOD-v0`.

    ## Version History
    * v0: first version.
    """

    def __init__(
        self,
        *,
        image_size: int = DEFAULT_SIZE,
        look: LookLike = "plain",
        mask: str | None = "syntax",
        mask_in_observation: bool = False,
        render_mode: str | None = None,
        **game: Unpack[GameKeywords],
    ) -> None:
        super().__init__(
            mask=mask, mask_in_observation=mask_in_observation, render_mode=render_mode, **game
        )
        self.sights: Sights = Sights(image_size, look)
        self.observation_space = observation_space(image_size, mask_in_observation)
        self._picture: NDArray[np.uint8] | None = None

    def _begin(self, seed: int | None, options: dict[str, Any] | None) -> Deals:
        deals = super()._begin(seed, options)
        self._picture = None
        return deals

    def _seen(self) -> tuple[Any, dict[str, Any]]:
        seen, info = super()._seen()
        if self._picture is None:
            self._picture = self.sights.picture(self._row, self._episode_seed)
        observation = {"image": self._picture.copy(), "state": without_cards(self._row)}
        if self.mask_in_observation:
            observation["action_mask"] = seen["action_mask"]
        return observation, info

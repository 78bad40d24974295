"""GeneralPoints as a single Gymnasium environment, observed as a picture of the cards."""

from __future__ import annotations

from typing import Any

from gp_env.episode import CardEpisode
from gp_env.keyboard import KEYS
from gp_env.pictures.renderer import renderer_of
from gp_env.pictures.state import STATE_LAYOUT
from gp_env.table_env import TableEnv
from shiftgym.envs.discrete import DiscreteEnv

__all__ = ["STATE_LAYOUT", "GeneralPointsImageEnv"]


class GeneralPointsImageEnv(TableEnv[Any, int], DiscreteEnv[CardEpisode]):
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

    With `observation="image"` it is the `image` alone, a `Box`. That shows neither the rule nor the
    formula so far nor what came of the attempt before: an agent has to know the one and remember
    the others.

    ## Rewards, Starting State, Episode End, Information
    As in `GeneralPointsEnv`: an episode seed starts the same episode in both.

    ## Arguments
    Those of `GeneralPointsEnv`, and

    * `observation` (None): "image" for libraries that take no `Dict`.
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

    drawn_by = renderer_of
    keys = KEYS

"""GeneralPoints seen: the symbolic shell, with a picture of the cards in place of their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from gp_env import observe
from gp_env.config import GameKeywords
from gp_env.deal import Deals
from gp_env.dynamics import NUM_TOKENS
from gp_env.env import GeneralPointsEnv
from gp_env.pictures.look import Look, LookLike, check_look, draw_look
from gp_env.pictures.size import DEFAULT_SIZE, check_size

if TYPE_CHECKING:
    from typing_extensions import Unpack

WITHHELD = ("ranks", "suits")
"""Fields of the symbolic row that only the picture shows; they are its first."""

_HIDDEN = observe.LAYOUT[WITHHELD[-1]].stop

STATE_SIZE = observe.SIZE - _HIDDEN

STATE_LAYOUT: Mapping[str, slice] = MappingProxyType(
    {
        name: slice(where.start - _HIDDEN, where.stop - _HIDDEN)
        for name, where in observe.LAYOUT.items()
        if name not in WITHHELD
    }
)
"""Where each field lies in `state`: "rule", "target", "formula", "previous", "attempts_left" and
"outcome", as `gp_env.observe.LAYOUT` explains them."""


def observation_space(image_size: int, mask_in_observation: bool = False) -> spaces.Dict:
    """Return the space of observations: `image`, `state` and, where asked for, `action_mask`.

    Raises:
        ValueError: for a size that is not 32 to 1200.
    """
    size = check_size(image_size)
    counts = np.asarray(observe.observation_space().nvec)[_HIDDEN:]
    state = spaces.MultiDiscrete(counts, dtype=np.uint8)
    # As in `observe.observation_space`: a sum of these overflows in the dtype of observations.
    state.nvec = counts
    parts: dict[str, spaces.Space[Any]] = {
        "image": spaces.Box(0, 255, (size, size, 3), np.uint8),
        "state": state,
    }
    if mask_in_observation:
        parts["action_mask"] = spaces.Box(0, 1, (NUM_TOKENS,), np.int8)
    return spaces.Dict(parts)


def without_cards(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return symbolic rows (..., 56) without the cards: a new array (..., 44)."""
    state: NDArray[np.uint8] = rows[..., _HIDDEN:].copy()
    return state


class Tables:
    """How an environment's tables are drawn.

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
        self.tables: Tables = Tables(image_size, look)
        self.observation_space = observation_space(image_size, mask_in_observation)
        self._picture: NDArray[np.uint8] | None = None

    def _begin(self, seed: int | None, options: dict[str, Any] | None) -> Deals:
        deals = super()._begin(seed, options)
        self._picture = None
        return deals

    def _seen(self) -> tuple[Any, dict[str, Any]]:
        seen, info = super()._seen()
        if self._picture is None:
            self._picture = self.tables.picture(self._row, self._episode_seed)
        observation = {"image": self._picture.copy(), "state": without_cards(self._row)}
        if self.mask_in_observation:
            observation["action_mask"] = seen["action_mask"]
        return observation, info

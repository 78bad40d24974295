"""Records an episode: the table, and at each step what was written so far, told and done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium as gym

from gp_env.pictures.cards import Picture
from gp_env.pictures.look import LookLike
from gp_env.pictures.renderer import CardRenderer
from gp_env.render import SIZE, Scene, describe_rule
from gp_env.table_env import TableEnv
from shiftgym.recordings import recording


@dataclass(frozen=True, kw_only=True)
class Moment(recording.Moment):
    """One step, or the end.

    Attributes:
        scene: formula, previous attempt, outcome and attempts left before anything is done.
    """

    scene: Scene


@dataclass(frozen=True, kw_only=True)
class Recording(recording.Recording[Moment]):
    """An episode; its title names the cards and the target.

    Attributes:
        table: the cards, uint8 of shape (640, 640, 3).
    """

    table: Picture


class TableCamera:
    """Shows the table of an environment of the card game, the cards as it shows them.

    Args:
        env: of the card game, with whatever interface; wrappers are looked through.
        look: of the cards, as for `GeneralPointsImageEnv`, where it shows none.

    Raises:
        ValueError: for another environment, or a look that there is not.
    """

    def __init__(self, env: gym.Env[Any, Any], *, look: LookLike = "plain") -> None:
        self.env: TableEnv[Any, Any] = recording.inner(env, TableEnv, "the card game")
        self._renderer = self.env.renderer or CardRenderer(SIZE, look)

    def moment(self, told: str, info: Mapping[str, Any]) -> Moment:
        """Return what is written on the table now."""
        return Moment(scene=self.env.scene(), told=told)

    def is_attempt(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """Return whether an action ended an attempt: most tokens only go on with one."""
        fewer: bool = after["attempts_left"] < before["attempts_left"]
        return fewer

    def recording(self, moments: Sequence[Moment], info: Mapping[str, Any]) -> Recording:
        """Return the episode up to now."""
        hand, seed = self.env.hand, info["episode_seed"]
        stated, scoring = map(describe_rule, (self.env.stated_rule, self.env.rule))
        return Recording(
            title=f"Make {self.env.config.target} from {hand}",
            facts=recording.facts_of(info, stated, scoring),
            table=self._renderer.of_cards(hand.ranks, hand.suits, seed, SIZE),
            moments=moments,
        )


RECORDINGS = recording.Recordings(TableCamera)
record, recorder = RECORDINGS.record, RECORDINGS.recorder

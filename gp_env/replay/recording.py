"""Records an episode: the table, and at each step what was written so far, told and done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gymnasium as gym

from gp_env.arithmetic import TOKENS
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


class Recorder(recording.Recorder[Moment]):
    """Takes down an episode of a single environment while somebody plays it.

    Args:
        env: of the card game, with whatever interface; wrappers are looked through. Cards are
            recorded as it shows them.
        look: of the cards, as for `GeneralPointsImageEnv`, where it shows none.

    Raises:
        ValueError: for another environment, or a look that there is not.
    """

    def __init__(self, env: gym.Env[Any, Any], *, look: LookLike = "plain") -> None:
        super().__init__()
        self._env: TableEnv[Any, Any] = recording.inner(env, TableEnv, "the card game")
        self._renderer = self._env.renderer or CardRenderer(SIZE, look)

    def recording(self) -> Recording:
        """Return the episode up to now."""
        env, info = self._env, self._info
        hand, seed = env.hand, info["episode_seed"]
        return Recording(
            title=f"Make {env.config.target} from {hand}",
            facts=recording.facts_of(info, describe_rule(env.stated_rule), describe_rule(env.rule)),
            table=self._renderer.of_cards(hand.ranks, hand.suits, seed, SIZE),
            moments=tuple(self._moments),
        )

    def _moment(self, observation: Any) -> Moment:
        told = observation if isinstance(observation, str) else ""
        return Moment(scene=self._env.scene(), told=told)

    def _in_words(self, action: int) -> str:
        return TOKENS[action]

    def _outcome(self, info: Mapping[str, Any]) -> str:
        # Between attempts an info goes on telling the outcome of the last.
        ended = info["attempts_left"] < self._info["attempts_left"]
        return super()._outcome(info) if ended else "none"


def record(
    env: gym.Env[Any, Any],
    choose: recording.Choose | None = None,
    *,
    look: LookLike = "plain",
    **played: Any,
) -> Recording:
    """Play an episode of the card game and return it.

    Args:
        env: a single environment.
        choose, played: as for `shiftgym.recordings.recording.play`: who chooses actions, and
            `seed`, `options` and `max_steps`.
        look: as for `Recorder`.

    Raises:
        ValueError: for another environment or an unknown look, and what `reset` refuses.
    """
    written: Recording = recording.play(Recorder(env, look=look), env, choose, **played)
    return written

"""Records an episode: the table, and at each step what was written so far, told and done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium as gym

from gp_env.arithmetic import TOKENS
from gp_env.pictures.cards import Picture
from gp_env.pictures.look import LookLike
from gp_env.pictures.renderer import CardRenderer
from gp_env.render import SIZE, Scene, tell_rule
from gp_env.table_env import TableEnv
from shiftgym.replay import recording


@dataclass(frozen=True, kw_only=True)
class Moment(recording.Moment):
    """One step, or the end.

    Attributes:
        scene: formula, previous attempt, outcome and attempts left before anything is done.
        told: what the agent was told, "" where it was told symbols or shown cards.
        done: the token, or the reply; "" at the end of the episode.
        outcome: of the attempt that it ended, "none" where it ended none.
        reward: for it.
    """

    scene: Scene


@dataclass(frozen=True)
class Recording:
    """An episode.

    Attributes:
        title: the cards and the target.
        facts: what else there is to say of it, by name.
        table: the cards, uint8 of shape (640, 640, 3).
        moments: its steps, then where it ended.
    """

    title: str
    facts: Mapping[str, str]
    table: Picture
    moments: Sequence[Moment]


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
        inner = env.unwrapped
        if not isinstance(inner, TableEnv):
            raise ValueError(
                f"Only single environments of the card game are recorded; got "
                f"{type(inner).__name__}."
            )
        self._env: TableEnv[Any, Any] = inner
        self._renderer = inner.renderer or CardRenderer(SIZE, look)

    def recording(self) -> Recording:
        """Return the episode up to now."""
        env, info = self._env, self._info
        facts = {
            "Rule": tell_rule(env.stated_rule),
            "Episode seed": str(info["episode_seed"]),
            "Success": "yes" if info["is_success"] else "no",
        }
        if env.stated_rule != env.rule:
            facts["Rule that scores"] = tell_rule(env.rule)
        hand, seed = env.hand, info["episode_seed"]
        return Recording(
            title=f"Make {env.config.target} from {hand}",
            facts=facts,
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
    seed: int | None = None,
    options: dict[str, Any] | None = None,
    look: LookLike = "plain",
    max_steps: int = 500,
) -> Recording:
    """Play an episode and return it.

    Args:
        env: a single environment of the card game.
        choose: returns the action for an observation and an info; the expert unless given.
        seed, options: of `reset`.
        look: as for `Recorder`.
        max_steps: after which the recording stops, should the episode not have ended.

    Raises:
        ValueError: for another environment or an unknown look, and what `reset` refuses.
    """
    recorder = Recorder(env, look=look)
    recording.play(recorder, env, choose, seed=seed, options=options, max_steps=max_steps)
    return recorder.recording()

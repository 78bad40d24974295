"""Takes down an episode while it is played. What there is to see in it, each game adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import gymnasium as gym

E = TypeVar("E")
Choose = Callable[[Any, Mapping[str, Any]], Any]


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One step, or the end.

    Attributes:
        told: what the agent was told, "" where it was told symbols.
        done: the action, or the reply, in words; "" at the end of the episode.
        outcome: what came of it, as in `info["outcome"]`; "none" where it was no attempt.
        reward: for it.
    """

    told: str
    done: str = ""
    outcome: str = "none"
    reward: float = 0.0


Seen = TypeVar("Seen", bound=Moment)


@dataclass(frozen=True, kw_only=True)
class Recording(Generic[Seen]):
    """An episode.

    Attributes:
        title: what was played.
        facts: what else there is to say of it, by name.
        moments: its steps, then where it ended.
        credit: of the data that pictures were made from, "" for none.
    """

    title: str
    facts: Mapping[str, str]
    moments: Sequence[Seen]
    credit: str = ""


def facts_of(info: Mapping[str, Any], stated: str, scoring: str, **others: str) -> dict[str, str]:
    """Return the facts of a recording.

    Args:
        info: of its end.
        stated, scoring: the rule that is stated and the one that scores, in words.
        others: what else there is, by name.
    """
    facts = {"Rule": stated, **others, "Episode seed": str(info["episode_seed"])}
    facts["Success"] = "yes" if info["is_success"] else "no"
    return facts if scoring == stated else {**facts, "Rule that scores": scoring}


def inner(env: gym.Env[Any, Any], kind: type[E], task: str) -> E:
    """Return the environment of a task inside its wrappers.

    Raises:
        ValueError: where it is none of this kind.
    """
    found = env.unwrapped
    if not isinstance(found, kind):
        raise ValueError(
            f"Only single environments of {task} are recorded; got {type(found).__name__}."
        )
    return found


class Recorder(Generic[Seen]):
    """Takes down an episode of a single environment while somebody plays it."""

    def __init__(self) -> None:
        self._moments: list[Seen] = []
        self._info: Mapping[str, Any] = {}

    def begin(self, observation: Any, info: Mapping[str, Any]) -> None:
        """Take down what `reset` returned."""
        self._info = info
        self._moments = [self._moment(observation)]

    def step(self, action: Any, observation: Any, reward: float, info: Mapping[str, Any]) -> None:
        """Take down an action and what `step` returned."""
        self._moments[-1] = replace(
            self._moments[-1],
            done=action if isinstance(action, str) else self._in_words(int(action)),
            outcome=self._outcome(info),
            reward=float(reward),
        )
        self._info = info
        self._moments.append(self._moment(observation))

    def recording(self) -> Any:
        """Return the episode up to now."""
        raise NotImplementedError

    def _moment(self, observation: Any) -> Seen:
        """Return what there is to see now, before anything is done; `_info` is of now."""
        raise NotImplementedError

    def _in_words(self, action: int) -> str:
        raise NotImplementedError

    def _outcome(self, info: Mapping[str, Any]) -> str:
        """Return what came of an action, from the info after it; `_info` is still the one before.

        It is "none" where the action was but a part of an attempt.
        """
        outcome: str = info["outcome"]
        return outcome


def play(
    recorder: Recorder[Any],
    env: gym.Env[Any, Any],
    choose: Choose | None = None,
    *,
    seed: int | None = None,
    options: dict[str, Any] | None = None,
    max_steps: int = 500,
) -> Any:
    """Play an episode and return its recording.

    Args:
        recorder: made for that environment.
        env: a single environment.
        choose: returns the action for an observation and an info; the expert unless given.
        seed, options: of `reset`.
        max_steps: after which the recording stops, should the episode not have ended.
    """
    observation, info = env.reset(seed=seed, options=options)
    recorder.begin(observation, info)
    expert: Any = env.unwrapped
    for _ in range(max_steps):
        action = expert.expert_action() if choose is None else choose(observation, info)
        observation, reward, terminated, truncated, info = env.step(action)
        recorder.step(action, observation, float(reward), info)
        if terminated or truncated:
            break
    return recorder.recording()

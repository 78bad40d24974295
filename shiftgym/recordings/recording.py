"""Takes down an episode while it is played. What there is to see in it, each game adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

import gymnasium as gym

from shiftgym.envs.single import SingleEnv

E = TypeVar("E", bound=SingleEnv[Any, Any, Any])
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


R_co = TypeVar("R_co", bound=Recording[Any], covariant=True)


class Camera(Protocol[R_co]):
    """What a task shows of its episodes.

    Attributes:
        env: a single environment, without its wrappers.
    """

    @property
    def env(self) -> SingleEnv[Any, Any, Any]: ...  # noqa: D102

    def moment(self, told: str, info: Mapping[str, Any]) -> Moment:
        """Return what there is to see now, before anything is done."""
        ...

    def is_attempt(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """Return whether an action was an attempt, and not just a part of one.

        Args:
            before, after: infos of the steps before and after it.
        """
        ...

    def recording(self, moments: Sequence[Any], info: Mapping[str, Any]) -> R_co:
        """Return an episode that has these moments, and the info of its last."""
        ...


class Recorder(Generic[R_co]):
    """Takes down an episode of a single environment while somebody plays it.

    Args:
        camera: of that environment.
    """

    def __init__(self, camera: Camera[R_co]) -> None:
        self._camera = camera
        self._moments: list[Moment] = []
        self._info: Mapping[str, Any] = {}

    def begin(self, observation: Any, info: Mapping[str, Any]) -> None:
        """Take down what `reset` returned.

        Raises:
            ValueError: for an episode of which there is nothing to show.
        """
        self._moments.clear()
        self._see(observation, info)

    def step(self, action: Any, observation: Any, reward: float, info: Mapping[str, Any]) -> None:
        """Take down an action and what `step` returned."""
        names = self._camera.env.task.actions
        self._moments[-1] = replace(
            self._moments[-1],
            done=action if isinstance(action, str) else names[int(action)],
            outcome=info["outcome"] if self._camera.is_attempt(self._info, info) else "none",
            reward=float(reward),
        )
        self._see(observation, info)

    def recording(self) -> R_co:
        """Return the episode up to now."""
        return self._camera.recording(tuple(self._moments), self._info)

    def _see(self, observation: Any, info: Mapping[str, Any]) -> None:
        told = observation if isinstance(observation, str) else ""
        self._info = info
        self._moments.append(self._camera.moment(told, info))


@dataclass(frozen=True)
class Recordings(Generic[R_co]):
    """Records the episodes of a task.

    Attributes:
        camera: makes a camera of an environment and of keywords that say how it shows them.
    """

    camera: Callable[..., Camera[R_co]]

    def recorder(self, env: gym.Env[Any, Any], **shown: Any) -> Recorder[R_co]:
        """Return a recorder of an environment, for whoever plays it step by step.

        Args:
            env: a single environment of the task, with whatever interface; wrappers are looked
                through.
            shown: keywords of the task's camera.

        Raises:
            ValueError: for another environment, or a keyword out of its range.
        """
        return Recorder(self.camera(env, **shown))

    def record(
        self,
        env: gym.Env[Any, Any],
        choose: Choose | None = None,
        *,
        seed: int | None = None,
        options: dict[str, Any] | None = None,
        max_steps: int = 500,
        **shown: Any,
    ) -> R_co:
        """Play an episode and return its recording.

        Args:
            env, shown: as for `recorder`.
            choose: returns the action for an observation and an info; the expert unless given.
            seed, options: of `reset`.
            max_steps: after which the recording stops, should the episode not have ended.

        Raises:
            ValueError: as for `recorder`, and what `reset` refuses.
        """
        recorder = self.recorder(env, **shown)
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

"""Playing the episodes of a cell, in batches, into rows that replay.

A cell is one agent on one id with one set of keywords, and a list of episode seeds. What is on disk
already is not played again, so an evaluation cut off goes on with the next batch.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from agents.protocol import Agent
from benchmarks.records import Episode
from benchmarks.runs import Run
from benchmarks.tasks import task_of
from benchmarks.tasks.task import RECOGNITION, SUCCESS, AskableEnv, Dealt, MakeAgent

DEFAULT_BATCH = 512


@dataclass(frozen=True)
class Cell:
    """Episodes to play.

    Attributes:
        name: of the cell within its run.
        id: a registered id; a Text id is played with single environments, others with the vector
            environment.
        keywords: plain data, kept in every row.
        episode_seeds: of the episodes, in order.
    """

    name: str
    id: str
    keywords: dict[str, Any]
    episode_seeds: Sequence[int]


def evaluate(
    run: Run,
    cell: Cell,
    make_agent: MakeAgent,
    *,
    batch: int = DEFAULT_BATCH,
    seen: Collection[Hashable] | None = None,
    on_rows: Callable[[list[Episode]], None] | None = None,
) -> None:
    """Play the episodes of a cell that the run does not have yet, and append their rows.

    Args:
        make_agent: called once a batch.
        batch: episodes played side by side; where these are parted does not depend on what the run
            has already.
        seen: likenesses (see `Dealt`) that training showed, where they are known.
        on_rows: told of every batch of new rows.
    """
    for start in range(0, len(cell.episode_seeds), batch):
        seeds = cell.episode_seeds[start : start + batch]
        new = [number for number in range(len(seeds)) if not run.done(cell.name, start + number)]
        if not new:
            continue
        # All of a batch are played again where some are missing: in another batch the arithmetic
        # of a network may round differently, and an action that hangs by a hair may change.
        played = play(make_agent, cell.id, cell.keywords, seeds)
        rows = [episode_row(cell, start + number, played[number], seen) for number in new]
        run.append(rows)
        if on_rows is not None:
            on_rows(rows)


@dataclass
class Played:
    """What happened in one episode; `actions` on symbolic ids, `replies` on Text ids.

    `in_format` says of each reply whether it kept to the asked format.
    """

    dealt: Dealt
    actions: list[int] | None = None
    replies: list[str] | None = None
    rewards: list[float] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    success: bool = False
    tokens: int = 0
    metrics: dict[str, float] = field(default_factory=dict)
    in_format: list[bool] = field(default_factory=list)

    def value(self, metric: str) -> float:
        """Return one of the episode's metrics, "success" among them."""
        return float(self.success) if metric == SUCCESS else self.metrics[metric]

    def end_attempt(self, reward: Any, outcome: Any, success: Any) -> None:
        """Note how an attempt ended."""
        self.rewards.append(float(reward))
        self.outcomes.append(str(outcome))
        self.success = bool(success)


def episode_row(
    cell: Cell, index: int, played: Played, seen: Collection[Hashable] | None = None
) -> Episode:
    """Return the row of episode `index` of a cell; `seen` as for `evaluate`."""
    dealt = played.dealt
    return Episode(
        cell=cell.name,
        index=index,
        id=cell.id,
        keywords=cell.keywords,
        episode_seed=cell.episode_seeds[index],
        hand=dealt.hand,
        digest=dealt.digest,
        cluster=dealt.cluster,
        seen=None if seen is None else dealt.likeness in seen,
        actions=played.actions,
        replies=played.replies,
        rewards=played.rewards,
        outcomes=played.outcomes,
        success=played.success,
        tokens=played.tokens,
        metrics=played.metrics or None,
        in_format=sum(played.in_format) / len(played.in_format) if played.in_format else None,
    )


def play(
    make_agent: MakeAgent, id: str, keywords: dict[str, Any], episode_seeds: Sequence[int]
) -> list[Played]:
    """Play one episode for each seed, side by side.

    Raises:
        ValueError: the environment refuses the keywords or does not measure what rows of its task
            hold, or the agent's answers are not one a copy.
    """
    if is_text(id):
        return _play_text(make_agent, id, keywords, episode_seeds)
    return _play_symbolic(make_agent, id, keywords, episode_seeds)


def interface_of(id: str) -> str:
    """Return what an id says of its interface: "", "-Image" or "-Text"."""
    return next((name for name in ("-Image", "-Text") if name in id), "")


def is_text(id: str) -> bool:
    """Whether an id is of the Text interface."""
    return interface_of(id) == "-Text"


def replay(row: Episode) -> Played:
    """Play a row's actions or replies again.

    Raises:
        ValueError: the same seed now deals another hand or route, or the rewards or outcomes
            differ: the environment is not the one that made the row.
    """
    script = _Script(row.actions if row.actions is not None else row.replies or [])
    again: tuple[Any, ...]
    try:
        played = play(lambda _: script, row.id, row.keywords, [row.episode_seed])[0]
        again = (played.dealt.digest, played.rewards, played.outcomes)
    except _ScriptEnded:
        again = ("an episode that goes on",)
    if again != (row.digest, row.rewards, row.outcomes):
        raise ValueError(
            f"Episode {row.index} of {row.cell} does not replay: {row.id} with seed "
            f"{row.episode_seed} gave {(row.digest, row.rewards, row.outcomes)}, and now gives "
            f"{again}. Use the version that made the row."
        )
    return played


class TextBatch:
    """Single text environments side by side, one episode each."""

    def __init__(self, id: str, keywords: dict[str, Any], num_envs: int) -> None:
        self.num_envs = num_envs
        self.envs: list[Any] = [
            gym.make(id, disable_env_checker=True, **keywords) for _ in range(num_envs)
        ]

    def expert_action(self) -> list[str]:
        """Return a reply that wins, for each environment."""
        return [env.unwrapped.expert_action() for env in self.envs]


def _play_symbolic(
    make_agent: MakeAgent, id: str, keywords: dict[str, Any], seeds: Sequence[int]
) -> list[Played]:
    count, task = len(seeds), task_of(id)
    made: Any = gym.make_vec(id, num_envs=count, autoreset_mode="next_step", **keywords)
    env = made.unwrapped
    agent = _fresh(make_agent, env)
    observation, info = env.reset(options={"episode_seed": np.array(seeds, dtype=np.int64)})
    measured = _measured(id, keywords, info)
    episodes = [Played(task.dealt(env, copy), actions=[]) for copy in range(count)]
    running = np.ones(count, dtype=bool)
    attempts_left = np.array(info["attempts_left"])
    reads = getattr(agent, "reads", None)
    recognised = np.zeros((2, count), dtype=np.int64)
    while running.any():
        if reads is not None:
            recognised += running * np.stack(task.recognised(env.symbols, reads(observation)))
        # A copy whose episode is over plays on unobserved until the last one ends.
        actions = np.asarray(agent.act(observation, info))
        if actions.shape != (count,):
            raise ValueError(f"{count} episodes need {count} actions; got {actions.shape}.")
        observation, rewards, terminated, truncated, info = env.step(actions)
        judged = task.one_action_an_attempt | (info["attempts_left"] != attempts_left)
        attempts_left = np.array(info["attempts_left"])
        for copy in np.flatnonzero(running).tolist():
            episode = episodes[copy]
            assert episode.actions is not None
            episode.actions.append(int(actions[copy]))
            episode.tokens += 1
            if judged[copy]:
                episode.end_attempt(rewards[copy], info["outcome"][copy], info["is_success"][copy])
        ended = running & (terminated | truncated)
        for copy in np.flatnonzero(ended).tolist():
            episodes[copy].metrics = {name: float(info[name][copy]) for name in measured}
        running &= ~ended
    _note_recognition(episodes, recognised)
    return episodes


def _play_text(
    make_agent: MakeAgent, id: str, keywords: dict[str, Any], seeds: Sequence[int]
) -> list[Played]:
    task, batch = task_of(id), TextBatch(id, keywords, len(seeds))
    agent = _fresh(make_agent, batch)
    count_tokens = getattr(agent, "count_tokens", None)
    starts = [
        env.reset(options={"episode_seed": int(seed)}) for env, seed in zip(batch.envs, seeds)
    ]
    messages = [message for message, _ in starts]
    infos = [info for _, info in starts]
    episodes = [Played(task.dealt(env.unwrapped), replies=[]) for env in batch.envs]
    measured = _measured(id, keywords, infos[0])
    running = [True] * len(seeds)
    recognised = np.zeros((2, len(seeds)), dtype=np.int64)
    while any(running):
        batched = {key: [info[key] for info in infos] for key in infos[0]}
        replies = agent.act(messages, batched)
        if len(replies) != len(seeds):
            raise ValueError(
                f"{len(seeds)} episodes need {len(seeds)} replies; got {len(replies)}."
            )
        for copy, reply in enumerate(replies):
            if not running[copy]:
                continue
            if keywords.get("images"):
                recognised[:, copy] += task.reported(batch.envs[copy].unwrapped, reply)
            messages[copy], reward, ended, cut, infos[copy] = batch.envs[copy].step(reply)
            running[copy] = not (ended or cut)
            episode = episodes[copy]
            assert episode.replies is not None
            episode.replies.append(reply)
            episode.in_format.append(bool(infos[copy]["in_format"]))
            episode.tokens += count_tokens(reply) if count_tokens is not None else 0
            episode.end_attempt(reward, infos[copy]["outcome"], infos[copy]["is_success"])
            if not running[copy]:
                episode.metrics = {name: float(infos[copy][name]) for name in measured}
    _note_recognition(episodes, recognised)
    return episodes


def _measured(id: str, keywords: Mapping[str, Any], info: Mapping[str, Any]) -> list[str]:
    """Return the metrics that are taken from the info at the end of an episode.

    Raises:
        ValueError: the info lacks one, as that of a free walker does.
    """
    measured = [name for name in task_of(id).metrics if name != SUCCESS]
    lacking = [name for name in measured if name not in info]
    if lacking:
        given = ", ".join(f"{name}={value!r}" for name, value in keywords.items())
        raise ValueError(
            f"{id} with {given or 'its own keywords'} does not measure {', '.join(lacking)}, which "
            f"each row of {task_of(id).name} holds, so it is not evaluated. Free walks "
            f"(movement='free') have metrics of their own in info: walk them with the environment."
        )
    return measured


def _note_recognition(episodes: Sequence[Played], recognised: NDArray[np.int64]) -> None:
    """Note the share of what was shown that was read right, where anything was shown and read."""
    for episode, right, shown in zip(episodes, *recognised.tolist()):
        if shown:
            episode.metrics[RECOGNITION] = right / shown


def _fresh(make_agent: MakeAgent, env: AskableEnv) -> Agent:
    agent = make_agent(env)
    for copy in range(env.num_envs):
        agent.reset(copy)
    return agent


class _ScriptEnded(Exception):
    """The episode asks for more than was recorded."""


class _Script:
    """An agent that repeats what was done in one episode."""

    def __init__(self, actions: Sequence[Any]) -> None:
        self._left: Iterator[Any] = iter(actions)

    def act(self, observation: Any, info: Any) -> list[Any]:
        for action in self._left:
            return [action]
        raise _ScriptEnded

    def reset(self, index: int) -> None:
        pass

"""Playing the episodes of a cell, in batches, into rows that replay.

A cell is one agent on one id with one set of keywords, and a list of episode seeds. What is on disk
already is not played again, so an evaluation cut off goes on with the next batch.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.spaces import Text
from numpy.typing import NDArray

from agents.protocol import Info
from benchmarks.records import Episode
from benchmarks.runs import Run
from benchmarks.tasks import task_of
from benchmarks.tasks.task import RECOGNITION, SUCCESS, Dealt, EvaluatedTask, MakeAgent

DEFAULT_BATCH = 512


@dataclass(frozen=True)
class Cell:
    """Episodes to play.

    Attributes:
        name: of the cell within its run.
        id: a registered id; one without a vector environment of its own, such as a Text id, is
            played with single environments.
        keywords: plain data, kept in every row.
        episode_seeds: of the episodes, in order.
    """

    name: str
    id: str
    keywords: dict[str, Any]
    episode_seeds: Sequence[int]

    def __len__(self) -> int:
        return len(self.episode_seeds)


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
        seen=None if seen is None else dealt.overlap_key in seen,
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
    make_agent: MakeAgent,
    id: str,
    keywords: dict[str, Any],
    episode_seeds: Sequence[int],
    env: Any = None,
) -> list[Played]:
    """Play one episode for each seed, side by side.

    Args:
        env: environments as `side_by_side` makes them, to be used again; None for new ones.

    Raises:
        ValueError: the environment refuses the keywords or does not measure what rows of its task
            hold, or the agent's answers are not one a copy.
    """
    if env is None:
        env = side_by_side(id, keywords, len(episode_seeds))
    agent = make_agent(env)
    game = turns(agent, env, id, keywords, episode_seeds)
    try:
        shown = next(game)
        while True:
            shown = game.send(agent.act(*shown))
    except StopIteration as end:
        played: list[Played] = end.value
        return played


def turns(
    agent: Any, env: Any, id: str, keywords: dict[str, Any], episode_seeds: Sequence[int]
) -> Generator[tuple[Any, Info], Any, list[Played]]:
    """Play as `play` does, and leave the acting to whoever sends actions: they may take their time.

    Args:
        agent: is told of resets, counts tokens and says what it reads; it is not asked to act.

    Yields:
        What `Agent.act` is given; what it returns is expected to be sent.

    Returns:
        What happened, one for each seed.
    """
    count, task = len(episode_seeds), task_of(id)
    in_text = isinstance(env.single_action_space, Text)
    for copy in range(count):
        agent.reset(copy)
    seeds = np.array(episode_seeds, dtype=np.int64)
    observation, info = env.reset(options={"episode_seed": seeds})
    episodes = [Played(_dealt(task, env, copy, observation)) for copy in range(count)]
    for episode in episodes:
        if in_text:
            episode.replies = []
        else:
            episode.actions = []
    measured = _measured(id, task, keywords, info)
    count_tokens = getattr(agent, "count_tokens", None)
    reads = getattr(agent, "reads", None) if task.recognition and not in_text else None
    recognised = np.zeros((2, count), dtype=np.int64)
    # Lists, which take less time than arrays where there are few copies.
    acting, attempts_left = list(range(count)), list(info["attempts_left"])
    while acting:
        if reads is not None:
            read = np.stack(task.recognised(env.symbols, reads(observation)))
            recognised[:, acting] += read[:, acting]
        actions = _checked((yield observation, info), count, in_text)
        if task.recognition and in_text and keywords.get("images"):
            for copy in acting:
                recognised[:, copy] += task.reported(env.envs[copy].unwrapped, actions[copy])
        # A copy whose episode is over plays on unobserved until the last one ends.
        observation, rewards, terminated, truncated, info = env.step(actions)
        ended = np.logical_or(terminated, truncated).tolist()
        before, attempts_left = attempts_left, list(info["attempts_left"])
        for copy in acting:
            episode = episodes[copy]
            if episode.replies is not None:
                episode.replies.append(actions[copy])
                if "in_format" in info:
                    episode.in_format.append(bool(info["in_format"][copy]))
                episode.tokens += count_tokens(actions[copy]) if count_tokens is not None else 0
            elif episode.actions is not None:
                episode.actions.append(int(actions[copy]))
                episode.tokens += 1
            if (
                in_text
                or task.one_action_an_attempt
                or ended[copy]
                or attempts_left[copy] != before[copy]
                or rewards[copy] != 0
            ):
                episode.end_attempt(rewards[copy], info["outcome"][copy], info["is_success"][copy])
            if ended[copy]:
                episode.metrics = {name: float(info[name][copy]) for name in measured}
        acting = [copy for copy in acting if not ended[copy]]
    _note_recognition(episodes, recognised)
    return episodes


def side_by_side(id: str, keywords: dict[str, Any], count: int) -> Any:
    """Return the vector environment of an id, or single ones where it has none of its own."""
    task_of(id)  # imports what registers the ids of its task
    package, _, name = id.rpartition(":")
    if package:
        import_module(package)
    if gym.spec(name).vector_entry_point is None:
        from benchmarks.single_envs import SingleEnvs

        return SingleEnvs(id, keywords, count)
    made: Any = gym.make_vec(id, num_envs=count, autoreset_mode="next_step", **keywords)
    return made.unwrapped


def _dealt(task: EvaluatedTask, env: Any, copy: int, observation: Any) -> Dealt:
    shown, singles = _row(observation, copy), getattr(env, "envs", None)
    if singles is not None:
        return task.dealt(singles[copy].unwrapped, shown=shown)
    return task.dealt(env, copy, shown=shown)


def _row(observation: Any, copy: int) -> Any:
    """Return what one copy shows."""
    if isinstance(observation, Mapping):
        return {key: _row(part, copy) for key, part in observation.items()}
    if isinstance(observation, tuple):
        return tuple(_row(part, copy) for part in observation)
    return observation[copy]


def _checked(actions: Any, count: int, in_text: bool) -> Any:
    """Return an agent's actions, one for each of `count` copies.

    Raises:
        ValueError: there are more or fewer, or replies that are no texts.
    """
    if not in_text:
        actions = np.asarray(actions)
        if actions.shape != (count,):
            raise ValueError(f"{count} episodes need {count} actions; got {actions.shape}.")
        return actions
    if len(actions) != count:
        raise ValueError(f"{count} episodes need {count} replies; got {len(actions)}.")
    for reply in actions:
        if not isinstance(reply, str):
            raise ValueError(f"A reply is a text; got {type(reply).__name__}.")
    return actions


def _measured(
    id: str, task: EvaluatedTask, keywords: Mapping[str, Any], info: Mapping[str, Any]
) -> list[str]:
    """Return the metrics that are taken from the info at the end of an episode.

    Raises:
        ValueError: the info lacks one, as that of a free walker does.
    """
    measured = [name for name in task.metrics if name != SUCCESS]
    lacking = [name for name in measured if name not in info]
    if lacking:
        given = ", ".join(f"{name}={value!r}" for name, value in keywords.items())
        raise ValueError(
            f"{id} with {given or 'its own keywords'} does not measure {', '.join(lacking)}, which "
            f"each row of {task.name} holds, so it is not evaluated. Free walks "
            f"(movement='free') have metrics of their own in info: walk them with the environment."
        )
    return measured


def _note_recognition(episodes: Sequence[Played], recognised: NDArray[np.int64]) -> None:
    """Note the share of what was shown that was read right, where anything was shown and read."""
    for episode, right, shown in zip(episodes, *recognised.tolist()):
        if shown:
            episode.metrics[RECOGNITION] = right / shown

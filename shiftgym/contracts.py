"""What every id of every task keeps, as a function that anybody can call on an id of theirs.

    from shiftgym.contracts import check_task

    check_task("my_package:MyTask-v0")

A contract is a function that plays an id and raises `ContractError` where it is broken. Each is
listed in `CONTRACTS` (single environments) or `VECTOR_CONTRACTS`.
"""

from __future__ import annotations

import copy
import pickle
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

import gymnasium as gym
import numpy as np
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from shiftgym.contract_play import (
    DRAWN_STEPS,
    STEPS,
    Step,
    frozen,
    is_symbolic,
    play,
    some_actions,
    steps_of,
)
from shiftgym.replaying import replay
from shiftgym.task_string import TaskString

NUM_ENVS = 4
EPISODES, DRAWN_EPISODES = 15, 5
"""Episodes that the expert plays."""

VECTOR_INFO_KEYS = frozenset({"outcome", "attempts_left", "is_success", "episode_seed"})
INFO_KEYS = VECTOR_INFO_KEYS | {"task"}
"""What every step and reset says, beside what a task adds."""

Keywords: TypeAlias = Mapping[str, Any]
Contract: TypeAlias = Callable[[str, Keywords], None]


class ContractError(AssertionError):
    """An environment does not keep a contract; the message says which id and what happened."""


def check_task(id: str, **keywords: Any) -> None:
    """Hold an id to every contract; a vector environment too, where the id has one of its own.

    Args:
        id: registered with Gymnasium, "package:Id-v0" where importing the package registers it.
        keywords: of the environment.

    Raises:
        ContractError: naming the id, the keywords and what was found.
    """
    for contract in CONTRACTS:
        contract(id, keywords)
    # By now its package is imported.
    if gym.spec(id.rpartition(":")[2]).vector_entry_point is not None:
        for contract in VECTOR_CONTRACTS:
            contract(id, keywords)


def gymnasium_agrees(id: str, keywords: Keywords) -> None:
    """Gymnasium's own checker finds nothing, warnings included."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            check_env(gym.make(id, render_mode="ansi", **keywords).unwrapped)
        except Exception as error:
            raise _broken(id, keywords, f"gymnasium's check_env says: {error}") from error


def spaces_hold_what_is_observed(id: str, keywords: Keywords) -> None:
    """Every observation lies in the observation space, every action of the expert in its own."""
    env: Any = gym.make(id, **keywords).unwrapped
    for step in play(env, steps_of(env), seed=1):
        if not env.observation_space.contains(step.observation):
            raise _broken(id, keywords, f"the space does not hold {step.observation!r}")
    if not env.action_space.contains(env.expert_action()):
        raise _broken(id, keywords, f"the space does not hold {env.expert_action()!r}")


def steps_are_told_alike(id: str, keywords: Keywords) -> None:
    """The same keys at each step, an episode is never both ended and cut, success is told."""
    env: Any = gym.make(id, **keywords)
    seen = play(env, steps_of(env), seed=1)
    keys = seen[0].info.keys()
    missing = INFO_KEYS - keys
    if missing:
        raise _broken(id, keywords, f"info lacks {sorted(missing)}")
    for step in seen:
        if step.info.keys() != keys:
            raise _broken(id, keywords, f"info has {sorted(step.info)}, after reset {sorted(keys)}")
        if step.terminated and step.truncated:
            raise _broken(id, keywords, "an episode is both terminated and truncated")
        types = (type(step.reward), type(step.terminated), type(step.truncated))
        if types != (float, bool, bool) or type(step.info["is_success"]) is not bool:
            raise _broken(id, keywords, "rewards are Python's float, ends and is_success its bool")
        if step.info["is_success"] and not step.terminated:
            raise _broken(id, keywords, "is_success before the episode has terminated")
        if step.action is None and step.info["outcome"] != "none":
            raise _broken(id, keywords, f"after reset the outcome is {step.info['outcome']!r}")
        if step.action is None and step.info["attempts_left"] < 1:
            raise _broken(id, keywords, "after reset no attempt is left")
    if not any(step.terminated or step.truncated for step in seen):
        raise _broken(id, keywords, f"no episode came to an end in {steps_of(env)} steps")


def a_seed_fixes_everything(id: str, keywords: Keywords) -> None:
    """Equal seeds play equally, another seed differs."""
    one, same, other = (
        frozen(play(env, steps_of(env), seed=seed))
        for env, seed in ((gym.make(id, **keywords), seed) for seed in (123, 123, 124))
    )
    if one != same:
        raise _broken(id, keywords, "two environments with one seed differ")
    if one == other:
        raise _broken(id, keywords, "two seeds play the same")


def episodes_replay(id: str, keywords: Keywords) -> None:
    """An episode comes again from its episode seed and its actions."""
    env: Any = gym.make(id, **keywords)
    seen = play(env, steps_of(env), seed=5)
    starts = [number for number, step in enumerate(seen) if step.action is None]
    if len({seen[start].info["episode_seed"] for start in starts}) < len(starts):
        raise _broken(id, keywords, "two episodes in a row have the same episode seed")
    env = gym.make(id, **keywords)
    for start, end in zip(starts, [*starts[1:], len(seen)]):
        options = {"episode_seed": seen[start].info["episode_seed"]}
        again = [Step.of_reset(env.reset(seed=999, options=options))]
        again += [Step(step.action, *env.step(step.action)) for step in seen[start + 1 : end]]
        if frozen(again) != frozen(seen[start:end]):
            raise _broken(id, keywords, f"episode {options['episode_seed']} does not replay")


def task_strings_replay(id: str, keywords: Keywords) -> None:
    """Every step tells the task of its episode, which plays it again and is refused elsewhere."""
    env: Any = gym.make(id, **keywords)
    episodes: list[list[Step]] = []
    for step in play(env, DRAWN_STEPS, seed=6):
        if step.action is None:
            episodes.append([])
        episodes[-1].append(step)
    told = [{step.info["task"] for step in episode} for episode in episodes]
    if any(len(tasks) != 1 for tasks in told) or len(set.union(*told)) < len(told):
        raise _broken(id, keywords, "the task is not one string for all steps of an episode alone")
    first = episodes[0]
    task = first[0].info["task"]
    again = replay(task, [step.action for step in first[1:]], **keywords)
    expected = ([step.reward for step in first[1:]], [step.info["outcome"] for step in first[1:]])
    if (again.rewards, again.outcomes) != expected or again.info["task"] != task:
        raise _broken(id, keywords, f"shiftgym.replay plays another episode than {task}")
    known = TaskString.parse(task)
    for other, named in (
        (known._replace(id=f"other:{known.id}"), "other:"),
        (known._replace(keywords={**known.keywords, "other": 1}), "other=1"),
        (known._replace(digest="other"), "digest 'other'"),
        (known._replace(given="other"), "'other' was given"),
        (known._replace(episode_seed=known.episode_seed ^ 1), known.digest),
    ):
        options = {"task": str(other)}
        _expect(ValueError, partial(env.reset, options=options), named, id, keywords)


def a_pickle_goes_on(id: str, keywords: Keywords) -> None:
    """A pickle in the middle of an episode goes on as the environment does."""
    env: Any = gym.make(id, **keywords).unwrapped
    play(env, 17, seed=3)
    other = pickle.loads(pickle.dumps(env))
    # On from the middle of the episode, and then from the reset that follows it.
    if frozen(play(env, 40, reset=False)) != frozen(play(other, 40, reset=False)):
        raise _broken(id, keywords, "a pickled environment plays differently")


def the_expert_succeeds(id: str, keywords: Keywords) -> None:
    """The expert's actions end every episode with success."""
    env: Any = gym.make(id, **keywords)
    for seed in range(EPISODES if is_symbolic(env) else DRAWN_EPISODES):
        env.reset(seed=seed)
        ended = False
        while not ended:
            *_, terminated, truncated, info = env.step(env.unwrapped.expert_action())
            ended = terminated or truncated
        if not (terminated and info["is_success"] and info["outcome"] == "correct"):
            raise _broken(id, keywords, f"the expert fails in the episode {info['episode_seed']}")


def calls_out_of_turn_are_refused(id: str, keywords: Keywords) -> None:
    """Before the first reset and after the end of an episode, the error asks for a reset."""
    env: Any = gym.make(id, render_mode="ansi", **keywords).unwrapped
    step = partial(env.step, env.action_space.sample())
    for call in (step, env.expert_action, env.render):
        _expect(gym.error.ResetNeeded, call, "reset", id, keywords)
    _, ended = env.reset(seed=0), False
    while not ended:
        _, _, terminated, truncated, _ = env.step(env.expert_action())
        ended = terminated or truncated
    _expect(gym.error.ResetNeeded, step, "reset", id, keywords)


WRONG_RESETS: tuple[tuple[Mapping[str, Any], str], ...] = (
    ({"seed": -1}, "-1"),
    ({"seed": 2**64}, "2**64"),
    ({"seed": 1.5}, "1.5"),
    ({"seed": True}, "True"),
    ({"options": {"no such option": 1}}, "'no such option'"),
    ({"options": {"episode_seed": -1}}, "-1"),
    ({"options": {"episode_seed": True}}, "True"),
    ({"options": {"task": "no task"}}, "'no task'"),
    ({"options": {"task": 3}}, "3"),
    ({"options": {"task": "{}", "episode_seed": 1}}, "both"),
)
"""Arguments of a reset that are refused, and what the error says of each."""


def refused_resets_change_nothing(id: str, keywords: Keywords) -> None:
    """A seed or an option that is refused is named, and leaves the episode as it was."""
    env, other = (gym.make(id, **keywords).unwrapped for _ in range(2))
    env.reset(seed=0)
    other.reset(seed=0)
    for arguments, named in WRONG_RESETS:
        _expect(ValueError, partial(env.reset, **arguments), named, id, keywords)
    if frozen(play(env, 20, reset=False)) != frozen(play(other, 20, reset=False)):
        raise _broken(id, keywords, "a refused reset changed the episode")


def vector_equals_single(id: str, keywords: Keywords) -> None:
    """Each sub-environment plays what a single environment plays, in both autoreset modes."""
    for mode in (AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP):
        vector: Any = gym.make_vec(id, num_envs=NUM_ENVS, autoreset_mode=mode, **keywords).unwrapped
        single: Any = SyncVectorEnv(
            [lambda: gym.make(id, **keywords).unwrapped] * NUM_ENVS, autoreset_mode=mode
        )
        seeds = list(range(100, 100 + NUM_ENVS))
        ours, theirs = vector.reset(seed=seeds), single.reset(seed=seeds)
        generator = np.random.default_rng(0)
        for _ in range(STEPS):
            if frozen(ours[:-1]) != frozen(theirs[:-1]):
                raise _broken(id, keywords, f"in mode {mode.value} the vector environment differs")
            for key in ours[-1]:
                if not key.startswith(("_", "final_")) and not np.array_equal(
                    ours[-1][key], theirs[-1][key]
                ):
                    raise _broken(id, keywords, f"in mode {mode.value} info[{key!r}] differs")
            actions = some_actions(vector, generator)
            ours, theirs = vector.step(actions), single.step(actions)


def vector_tasks_are_those_of_single_environments(id: str, keywords: Keywords) -> None:
    """Task strings of a vector environment start the same in it and in a single environment."""
    vector: Any = gym.make_vec(id, num_envs=2, **keywords).unwrapped
    single: Any = gym.make(id, **keywords).unwrapped
    first, infos = vector.reset(seed=7)
    missing = VECTOR_INFO_KEYS - infos.keys()
    if missing:
        raise _broken(id, keywords, f"infos of the vector environment lack {sorted(missing)}")
    tasks = [vector.task_string(seed) for seed in infos["episode_seed"].tolist()]
    for task in tasks:
        if single.reset(options={"task": task})[1]["task"] != task:
            raise _broken(id, keywords, f"the single environment tells another task than {task}")
    vector.reset(seed=8)
    if frozen(vector.reset(options={"task": tasks})[0]) != frozen(first):
        raise _broken(id, keywords, "the vector environment starts another episode of a task")
    other = [tasks[0], str(TaskString.parse(tasks[1])._replace(digest="other"))]
    reset = partial(vector.reset, options={"task": other})
    _expect(ValueError, reset, "digest 'other'", id, keywords)


def vector_states_go_on(id: str, keywords: Keywords) -> None:
    """A pickle, a deep copy and `get_state` each go on exactly; arrays are fresh at every step."""
    env: Any = gym.make_vec(id, num_envs=NUM_ENVS, **keywords).unwrapped
    generator = np.random.default_rng(0)
    held = [env.reset(seed=4)]
    before = frozen(held)
    for _ in range(40):
        env.step(some_actions(env, generator))
    if frozen(held) != before:
        raise _broken(id, keywords, "the arrays of a step changed afterwards")
    new: Any = gym.make_vec(id, num_envs=NUM_ENVS, **keywords).unwrapped
    new.set_state(env.get_state())
    others = [pickle.loads(pickle.dumps(env)), copy.deepcopy(env), new]
    for _ in range(40):
        actions = some_actions(env, generator)
        expected = frozen(env.step(actions))
        if any(frozen(other.step(actions)) != expected for other in others):
            raise _broken(id, keywords, "a copy of the vector environment plays differently")


CONTRACTS: tuple[Contract, ...] = (
    gymnasium_agrees,
    spaces_hold_what_is_observed,
    steps_are_told_alike,
    a_seed_fixes_everything,
    episodes_replay,
    task_strings_replay,
    a_pickle_goes_on,
    the_expert_succeeds,
    calls_out_of_turn_are_refused,
    refused_resets_change_nothing,
)
VECTOR_CONTRACTS: tuple[Contract, ...] = (
    vector_equals_single,
    vector_tasks_are_those_of_single_environments,
    vector_states_go_on,
)


def _expect(
    kind: type[Exception], call: Callable[[], object], named: str, id: str, keywords: Keywords
) -> None:
    try:
        call()
    except kind as error:
        if named in str(error):
            return
        raise _broken(id, keywords, f"the error does not name {named}: {error}") from error
    raise _broken(id, keywords, f"{kind.__name__} was expected and nothing was raised")


def _broken(id: str, keywords: Keywords, what: str) -> ContractError:
    told = "".join(f", {name}={value!r}" for name, value in keywords.items())
    return ContractError(f"{id}{told}: {what}.")

"""The policy as a thing to build, save, load and act with."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.utils import FloatSchedule, obs_as_tensor

from agents.draws import EpisodeDraws, uniform
from agents.protocol import Info
from agents.sb3.checkpoint import load_network, load_state, save_state
from agents.sb3.eye import SIGHT, flattened
from agents.sb3.policy import (
    DEFAULT_BLOCKS,
    DEFAULT_WIDTH,
    ResidualPolicy,
    SightedMLP,
    policy_keywords,
)
from agents.sb3.training import PathLike
from gp_env.pictures.size import MAX_SIZE
from shiftgym.files import FileError, brief

_MOST = 4_096
"""Slots, or facts, of an observation; those here have some 200."""

_DTYPES = tuple(np.dtype(f"{sign}{size}").str for sign in "iu" for size in (1, 2, 4, 8))


_ROWS = 256
"""Observations that an agent works out together."""


def build_model(
    observation_space: spaces.MultiDiscrete | spaces.Dict,
    action_space: spaces.Discrete,
    *,
    width: int = DEFAULT_WIDTH,
    blocks: int = DEFAULT_BLOCKS,
    unordered: Sequence[Sequence[int]] = (),
    unread: Sequence[Sequence[int]] = (),
    views: int = 1,
    reads: Sequence[int] = (),
    unordered_reads: Sequence[Sequence[int]] = (),
    seed: int = 0,
    device: str = "cpu",
) -> ResidualPolicy:
    """Return a new policy whose weights are a function of the arguments alone.

    Args:
        observation_space, action_space: those of a single environment, symbolic or with pictures.
        width, blocks, unordered, unread: of the residual MLP; `agents.sb3.slots` has those
            of both tasks.
        views, reads, unordered_reads: of the eye in front of it, where there are pictures.
        seed: of the weights.
        device: a torch device.

    Raises:
        ValueError: for spaces that do not fit the other arguments.
    """
    sees = isinstance(observation_space, spaces.Dict)
    if reads and not sees:
        raise ValueError(
            f"There is nothing to read in {observation_space}; got reads={reads!r}. Build it for "
            f"the spaces of an -Image id, or leave reads= out."
        )
    facts = {"reads": list(reads), "unordered_reads": [list(run) for run in unordered_reads]}
    eye = {"views": views, **facts} if sees else {}
    keywords = policy_keywords(width, blocks, unordered, unread, **eye)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        # Whoever trains the policy brings the optimizer and its learning rate; the constructor only
        # demands them.
        policy = ResidualPolicy(
            observation_space,
            action_space,
            FloatSchedule(0.0),
            optimizer_class=_no_optimizer,
            **keywords,
        )
    return policy.to(device)


def _no_optimizer(*_: Any, **__: Any) -> None:
    """Stand in for an optimizer: the first one of a process imports torch's compiler, for seconds.

    Playing needs neither.
    """


def count_weights(policy: ActorCriticPolicy) -> int:
    """Return N, the number of weights, for FLOPs counted as 6 N a token trained."""
    return sum(weight.numel() for weight in policy.parameters())


def save_model(path: PathLike, policy: ResidualPolicy) -> None:
    """Write a policy's weights and size to one file, atomically."""
    space, actions = policy.observation_space, policy.action_space
    state = space["state"] if isinstance(space, spaces.Dict) else space
    assert isinstance(state, spaces.MultiDiscrete)
    assert isinstance(actions, spaces.Discrete)
    save_state(
        path,
        {
            "picture": list(space["image"].shape or ()) if isinstance(space, spaces.Dict) else None,
            "slots": state.nvec.tolist(),
            "slot_dtype": np.dtype(state.dtype).str,
            "actions": int(actions.n),
            "size": policy.features_extractor_kwargs,
            "weights": policy.state_dict(),
        },
    )


def load_model(path: PathLike, device: str = "cpu") -> ResidualPolicy:
    """Read a policy that `save_model` wrote.

    Raises:
        ValueError: where the file is another, or damaged.
        FileNotFoundError: where there is none.
    """
    saved = load_state(path)
    spaces_of, sizes = _saved_spaces(path, saved), saved.get("size")
    _check_sizes(path, sizes)
    weights = saved.get("weights")
    least = _least_weights(*spaces_of, **sizes)
    network = load_network(path, weights, lambda: build_model(*spaces_of, **sizes), least=least)
    return network.to(device)


def _least_weights(
    observation_space: spaces.MultiDiscrete | spaces.Dict,
    action_space: spaces.Discrete,
    width: int = DEFAULT_WIDTH,
    blocks: int = DEFAULT_BLOCKS,
    views: int = 1,
    reads: Sequence[int] = (),
    **_: Any,
) -> int:
    """Return how many weights the largest layers of such a policy have together, at the least."""
    state: Any = observation_space
    seen = 0
    if isinstance(observation_space, spaces.Dict):
        state = observation_space["state"]
        height, wide, _channels = observation_space["image"].shape or (0, 0, 0)
        seen = SIGHT * (views * flattened(height, wide) + sum(reads))
    slots = int(state.nvec.max()) + len(state.nvec)
    return blocks * width * width + width * int(action_space.n) + slots + seen


def _saved_spaces(path: PathLike, saved: dict[str, Any]) -> tuple[Any, spaces.Discrete]:
    """Return the spaces that a file tells of, within the bounds of those that there are."""
    slots, actions = saved.get("slots"), saved.get("actions")
    # Files of before there were pictures say nothing of them.
    picture = saved.get("picture")
    for what, value, fits, expected in (
        ("slots", slots, _are_integers(slots, 1, 100_000), f"1 to {_MOST} integers above 0"),
        ("slot_dtype", saved.get("slot_dtype"), saved.get("slot_dtype") in _DTYPES, "of integers"),
        ("actions", actions, _are_integers([actions], 1, 100_000), "an integer above 0"),
        (
            "picture",
            picture,
            picture is None or (_are_integers(picture, 1, MAX_SIZE) and len(picture) == 3),
            f"None or height, width and channels, each up to {MAX_SIZE}",
        ),
    ):
        if not fits:
            raise FileError(
                f"{path} has {what} {brief(value)}; expected {expected}. Name a file that "
                f"save_model wrote."
            )
    space: Any = spaces.MultiDiscrete(np.array(slots), dtype=np.dtype(saved["slot_dtype"]).type)
    if picture is not None and math.prod(picture) > 12 * MAX_SIZE**2:
        raise FileError(f"{path} has pictures of {picture}; expected at most 12 channels.")
    if picture is not None:
        space = spaces.Dict({"image": spaces.Box(0, 255, tuple(picture), np.uint8), "state": space})
    return space, spaces.Discrete(actions)


def _check_sizes(path: PathLike, sizes: Any) -> None:
    """Refuse arguments of a network that it does not have, or that are out of all bounds."""
    fits = isinstance(sizes, dict) and all(
        _are_integers([value], 1, 2**14) and (name != "blocks" or value <= 256)
        if name in ("width", "blocks", "views")
        else name in ("unordered", "unread", "reads", "unordered_reads")
        and isinstance(value, (list, tuple))
        and len(value) <= _MOST
        and (name == "reads" or all(_are_integers(run, 0, _MOST) for run in value))
        and (name != "reads" or not value or _are_integers(value, 1, 100_000))
        for name, value in sizes.items()
    )
    if not fits:
        raise FileError(
            f"{path} has the size {brief(sizes)}; expected the arguments of build_model: width, "
            f"blocks and so on. Name a file that save_model wrote."
        )


def _are_integers(value: Any, low: int, high: int) -> bool:
    """Return whether a value is a list of 1 to `_MOST` integers in a range."""
    return (
        isinstance(value, (list, tuple))
        and 1 <= len(value) <= _MOST
        and all(type(each) is int and low <= each <= high for each in value)
    )


class SB3Agent:
    """Acts by an SB3 actor-critic policy with discrete actions; needs no memory of its episodes.

    Args:
        policy: shared, not copied: training it changes what the agent does.
        deterministic: play the likeliest action; else sample.
        seed: of the sampling, which depends on it and on `info["episode_seed"]` alone.
    """

    def __init__(
        self, policy: ActorCriticPolicy, *, deterministic: bool = True, seed: int = 0
    ) -> None:
        self.policy = policy
        self.deterministic = deterministic
        self._draws = EpisodeDraws(seed)

    def act(
        self, observation: NDArray[Any] | dict[str, NDArray[Any]], info: Info
    ) -> NDArray[np.int64]:
        """Return actions, int64 of shape (n,), for observations (n, slots), or a dict of such."""
        logits = self.logits(observation, len(info["episode_seed"]))
        if self.deterministic:
            return logits.argmax(axis=1)
        drawn = uniform(self._draws.next(info["episode_seed"]))
        shares = np.exp(logits - logits.max(axis=1, keepdims=True), dtype=np.float64).cumsum(axis=1)
        return (shares > drawn[:, None] * shares[:, -1:]).argmax(axis=1)

    def logits(
        self, observation: NDArray[Any] | dict[str, NDArray[Any]], count: int
    ) -> NDArray[np.float32]:
        """Return what actions are drawn by, of shape (count, actions), for as many observations."""
        return np.concatenate([self._logits(part) for part in _parts(observation)])[:count]

    def _logits(self, observation: NDArray[Any] | dict[str, NDArray[Any]]) -> NDArray[np.float32]:
        tensor: Any = obs_as_tensor(observation, self.policy.device)
        with torch.no_grad():
            features = self.policy.extract_features(tensor)
            logits = self.policy.action_net(self.policy.mlp_extractor.forward_actor(features))
        return logits.cpu().numpy()

    def reset(self, index: int) -> None:
        """Begin the draws of an episode; the observation holds all else that is known of it."""
        self._draws.reset(index)


class SeeingSB3Agent(SB3Agent):
    """The same for a policy with an eye, which also says what it sees."""

    def reads(self, observation: dict[str, NDArray[Any]]) -> NDArray[np.int64]:
        """Return what pictures are taken to show, int64 of shape (n, facts): see `Eye.reads`."""
        extractor = self.policy.features_extractor
        assert isinstance(extractor, SightedMLP)
        read = []
        for part in _parts(observation["image"]):
            pictures = torch.as_tensor(part, device=self.policy.device)
            with torch.no_grad():
                answers = extractor.eye.answers(extractor.eye.look(pictures))
            read.append(torch.stack([answer.argmax(dim=1) for answer in answers], dim=1))
        return torch.cat(read)[: len(observation["image"])].cpu().numpy()


def _parts(
    observation: NDArray[Any] | dict[str, NDArray[Any]],
) -> Iterator[NDArray[Any] | dict[str, NDArray[Any]]]:
    """Yield `_ROWS` observations at a time, the last ones filled up with zeros.

    A matrix product may round a row differently in a batch of another size. Always the same shape
    makes what an agent does independent of how many episodes are played beside.
    """
    if isinstance(observation, dict):
        columns = {name: list(_parts(column)) for name, column in observation.items()}
        yield from (dict(zip(columns, parts)) for parts in zip(*columns.values()))
        return
    for start in range(0, len(observation), _ROWS):
        part = observation[start : start + _ROWS]
        yield np.pad(part, ((0, _ROWS - len(part)), *[(0, 0)] * (part.ndim - 1)))


def agent_of(policy: ActorCriticPolicy) -> SB3Agent:
    """Return the greedy agent of a policy, one that says what it sees where there is an eye."""
    sees = isinstance(policy.features_extractor, SightedMLP)
    return (SeeingSB3Agent if sees else SB3Agent)(policy)

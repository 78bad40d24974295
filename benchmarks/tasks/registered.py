"""A task of another package, known by its ids alone.

All that is asked of it is what `shiftgym.contracts.check_task` holds every id to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from agents.scripted import ExpertAgent, RandomAgent
from benchmarks.outside import find_in_working_folder
from benchmarks.tasks.task import SUCCESS, Dealt, MakeAgent, Metric
from shiftgym.contracts import INFO_KEYS


class RegisteredTask:
    """What evaluation knows of a task from its environments.

    The digest of an episode is that of its first observation. Episodes that begin with equal
    observations are one cluster.

    Args:
        name: "package:Name", the first part of its ids.
    """

    noun = "initial observations"
    metrics: Mapping[str, Metric] = MappingProxyType({SUCCESS: Metric("Success")})
    beside_success = ""
    malformed = "share of attempts whose outcome is unreadable."
    one_action_an_attempt = False
    recognition = ""
    references = ("random", "expert")
    max_attempts = None

    def __init__(self, name: str) -> None:
        self.name = name
        find_in_working_folder()

    def interface(self, id: str, keywords: Mapping[str, Any]) -> str:
        """Return "-Text" for an id whose actions are texts, else "".

        Raises:
            ValueError: the id cannot be made with these keywords, or lacks an info that rows need.
        """
        try:
            env: Any = gym.make(id, disable_env_checker=True, **keywords)
            _, info = env.reset(options={"episode_seed": 0})
        except (ImportError, gym.error.Error, TypeError, ValueError) as error:
            told = ", ".join(f"{name}={value!r}" for name, value in keywords.items())
            raise ValueError(
                f"{id} cannot be made with {told or 'no keywords'} and reset to an episode seed: "
                f"{type(error).__name__}: {error}"
            ) from error
        env.close()
        if missing := INFO_KEYS - info.keys():
            raise ValueError(
                f"{id} lacks the infos {', '.join(sorted(missing))}, so it cannot be evaluated. "
                f"shiftgym.contracts.check_task({id!r}) says what an id must keep."
            )
        return "-Text" if isinstance(env.action_space, spaces.Text) else ""

    def held_out(self, id: str, fold: Sequence[int]) -> dict[str, Any]:
        """Return no keywords: nobody knows of a split."""
        return {}

    def deals(self, env: Any) -> None:
        """Return None: nobody knows what there is to deal."""

    def reference(
        self,
        name: str,
        *,
        seed: int,
        fold: Sequence[int],
        max_attempts: int,
        game: Mapping[str, Any] = MappingProxyType({}),
    ) -> MakeAgent:
        """Return the agent of a name in `references`."""
        if name == "random":
            return lambda env: RandomAgent(int(env.single_action_space.n), seed=seed)
        return ExpertAgent

    def dealt(self, env: Any, copy: int | None = None, *, shown: Any = None) -> Dealt:
        """Return the digest of what is shown first, which is the cluster as well."""
        told = hashlib.sha256()
        _add(told, shown)
        digest = told.hexdigest()[:16]
        return Dealt(digest, digest, digest)

    def recognised(
        self, symbols: NDArray[np.uint8], read: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return zeros: nobody knows what there is to read."""
        nothing = np.zeros(len(read), dtype=np.int64)
        return nothing, nothing

    def reported(self, env: Any, reply: str) -> tuple[int, int]:
        """Return zeros, for the same reason."""
        return 0, 0

    def share_malformed(self, outcomes: Sequence[str]) -> float:
        """Return the share of attempts whose outcome is "unreadable"."""
        return outcomes.count("unreadable") / max(1, len(outcomes))


def _add(told: Any, shown: Any) -> None:
    """Add an observation to a hash: the same for a single environment and a row of many."""
    if isinstance(shown, Mapping):
        for key in sorted(shown):
            told.update(f"{key}:".encode())
            _add(told, shown[key])
    elif isinstance(shown, tuple):
        for part in shown:
            _add(told, part)
    elif isinstance(shown, str):
        told.update(shown.encode("utf-8", "surrogatepass"))
    else:
        array = np.ascontiguousarray(shown)
        told.update(f"{array.dtype}{np.shape(shown)}".encode() + array.tobytes())

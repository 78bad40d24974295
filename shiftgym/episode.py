"""What a task is to the environments of this package: episodes, one at a time or many at once.

A task says what is dealt, what an action does, what an attempt is worth and when an episode ends.
The environments of `shiftgym.envs` add what Gymnasium asks for: spaces, seeds, resets, infos,
masks, windows. They know a task only by these protocols, so a task of anybody's gets all of them.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from shiftgym.fields import Fields
from shiftgym.prefetch import InitialStates

Picture = NDArray[np.uint8]


class Episode(Protocol):
    """A running episode, whatever is shown of it.

    Attributes:
        seed: that replays it.
        row: what is observed of it, uint8 of shape (size,), changed in place.
        dealt: what was drawn for it and does not stand in the first `row`, as text, such as the
            digest of a route; "" for nothing. It does not change.
        attempts_left: before the episode, or its present point, is lost.
        outcome: of the last attempt, an index into the task's `outcome_names`; 0 before the first.
        terminated: whether the task has ended.
        truncated: whether the task's own time limit was reached before.
        succeeded: whether it has ended well.
        place: what a picture of it depends on beside the seed: a picture is drawn anew only where
            this changes.
    """

    seed: int
    row: NDArray[np.uint8]

    @property
    def dealt(self) -> str: ...  # noqa: D102
    @property
    def attempts_left(self) -> int: ...  # noqa: D102
    @property
    def outcome(self) -> int: ...  # noqa: D102
    @property
    def terminated(self) -> bool: ...  # noqa: D102
    @property
    def truncated(self) -> bool: ...  # noqa: D102
    @property
    def succeeded(self) -> bool: ...  # noqa: D102
    @property
    def place(self) -> Hashable: ...  # noqa: D102

    def act(self, action: int) -> float:
        """Do an action, an index into the task's `actions`; return its reward."""
        ...

    def expert_action(self) -> int:
        """Return what an expert does now; any action where the episode is over."""
        ...

    def mask(self, kind: str) -> NDArray[np.int8]:
        """Return the action mask of the keyword `mask`, "syntax" or "full": int8 (actions,)."""
        ...

    def measures(self) -> Mapping[str, float]:
        """Return what `info` tells beside what every task's does, the same keys at every step."""
        ...


class Batch(Protocol):
    """The running episodes of n sub-environments, which step together.

    Attributes:
        rows: observations, uint8 of shape (n, size), changed in place.
        episode_seeds: int64 of shape (n,).
        truncated: in which the task's own time limit was reached, bool of shape (n,); None for a
            task that has none.
        places: of each sub-environment, int64 of shape (n,), as `Episode.place`.
    """

    rows: NDArray[np.uint8]

    @property
    def episode_seeds(self) -> NDArray[np.int64]: ...  # noqa: D102
    @property
    def truncated(self) -> NDArray[np.bool_] | None: ...  # noqa: D102
    @property
    def places(self) -> NDArray[np.int64]: ...  # noqa: D102

    def start(self, which: NDArray[np.int64], states: InitialStates) -> None:
        """Start an episode in some sub-environments."""
        ...

    def act(self, actions: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Do one action in each; return rewards and which episodes terminated."""
        ...

    def expert_actions(self) -> NDArray[np.int64]:
        """Return what an expert does now in each; any action where the episode is over."""
        ...

    def masks(self, kind: str) -> NDArray[np.int8]:
        """Return the action masks of the keyword `mask`: int8 of shape (n, actions)."""
        ...

    def infos(self) -> dict[str, Any]:
        """Return what every step tells but the mask: fresh arrays of shape (n,).

        "outcome" holds codes, indices into the task's `outcome_names`.
        """
        ...

    def get_state(self) -> dict[str, NDArray[Any]]:
        """Return copies of the arrays that are the whole state."""
        ...

    def set_state(self, state: dict[str, NDArray[Any]]) -> None:
        """Go on from what `get_state` returned."""
        ...


E_co = TypeVar("E_co", bound=Episode, covariant=True)
B_co = TypeVar("B_co", bound=Batch, covariant=True)


class Task(Protocol[E_co, B_co]):
    """A task under one configuration.

    Attributes:
        title: of windows.
        fields: of the symbolic observation.
        actions: their names, by index.
        actions_name: where a user finds these names, such as "gp_env.TOKENS".
        outcome_names: by code; code 0 is "none", for no attempt yet.
        option: the reset option of single environments that gives what is otherwise dealt, such as
            "hand"; "" for none.
        prefetched: how many episodes of each sub-environment a vector environment deals ahead; 0
            where dealing takes long, for then single environments deal none ahead either.
    """

    title: str
    fields: Fields
    actions: tuple[str, ...]
    actions_name: str
    outcome_names: tuple[str, ...]
    option: str

    @property
    def prefetched(self) -> int: ...  # noqa: D102

    def fixed(self, given: Any) -> Task[E_co, B_co]:
        """Return the task that plays what the reset option gives.

        Raises:
            ValueError: where that cannot be played.
        """
        ...

    def deal(self, episode_seeds: NDArray[np.int64]) -> InitialStates:
        """Return how the episodes of n seeds start, of shape (n,)."""
        ...

    def episode(self, state: np.void) -> E_co:
        """Start an episode that was dealt."""
        ...

    def batch(self, count: int) -> B_co:
        """Return a batch of so many sub-environments; `EpisodeBatch` makes one of any task."""
        ...

    def as_text(self, row: NDArray[np.uint8]) -> str:
        """Return a symbolic observation as a few lines for a terminal."""
        ...

"""One walker on its way along a route: what rails and free movement share of an episode."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from virl_env.actions import NO_ACTION, STOP
from virl_env.config import NavigationConfig
from virl_env.directions import from_table
from virl_env.masks import action_masks
from virl_env.observe import LAYOUT, LINE_CODES, MAX_LINES
from virl_env.pool import Pool

PREVIOUS, ATTEMPTS, OUTCOME = (
    LAYOUT[name].start for name in ("previous", "attempts_left", "outcome")
)
IN_SIGHT = slice(LAYOUT["landmark"].start, LAYOUT["heading"].stop)
"""What is in sight, and the heading."""

_LINES, _FIRST_ACTION = LAYOUT["lines"], LAYOUT["actions"].start
_BEFORE = slice(LAYOUT["actions"].start, LAYOUT["actions"].stop - 1)
_AFTER = slice(LAYOUT["actions"].start + 1, LAYOUT["actions"].stop)
"""Where all actions but the oldest stand, and where they go when another one is shown."""


class RouteWalk:
    """A running episode; a kind of movement adds what an action does.

    Args:
        start: one episode as a `Dealer` of this pool dealt it.
        pool: of the dealer.
        config: of the dealer.

    Attributes:
        seed: of the episode.
        row: the observation, uint8 of shape (96,), changed in place.
        route, directions (that score), initial_heading: of the episode.
        actions: indices of what was done at the points behind, or of the moves that were made.
    """

    def __init__(self, start: np.void, pool: Pool, config: NavigationConfig) -> None:
        self._config = config
        self.seed = int(start["seed"])
        self.row: NDArray[np.uint8] = np.frombuffer(start["row"].tobytes(), dtype=np.uint8).copy()
        self.route = pool.routes[int(start["route"])]
        self.directions = from_table(start["rule"])
        self.initial_heading = int(start["heading"])
        self.actions: list[int] = []
        self._rule: NDArray[np.uint8] = start["rule"].copy()
        self._masks: dict[str, NDArray[np.int8]] = {}
        self._numbers: list[int] = start["numbers"].tolist()
        self._lines = np.ravel(start["lines"]).copy()

    @property
    def dealt(self) -> str:
        """The route, the first heading and the rule that scores."""
        return f"{self.route.digest} {self.initial_heading} {self.directions}"

    @property
    def landmark_order(self) -> tuple[int, ...]:
        """The numbers by which landmarks 1, 2, ... are shown."""
        return tuple(self._numbers[1:])

    @property
    def outcome(self) -> int:
        """Code of the last attempt, 0 before the first and after a free move."""
        return int(self.row[OUTCOME])

    @property
    def right(self) -> int:
        """What the expert does here, 255 at the end."""
        raise NotImplementedError

    def act(self, action: int) -> float:
        """Do an action; return its reward."""
        return self.settle(action, self.judge(action))

    def judge(self, action: int) -> int:
        """Return the code of the outcome that an action would have here."""
        raise NotImplementedError

    def settle(self, action: int, outcome: int) -> float:
        """Count an attempt with this outcome's code, and do what it does; return its reward.

        Args:
            action: index of the action, or NO_ACTION where a reply named none.
            outcome: its code.
        """
        raise NotImplementedError

    def expert_action(self) -> int:
        """Return what the expert does here."""
        return STOP if self.right == NO_ACTION else self.right

    def mask(self, kind: str) -> NDArray[np.int8]:
        """Return the action mask of the keyword `mask`, int8 of shape (14,)."""
        if kind not in self._masks:
            self._masks[kind] = action_masks(kind, self._rule[None])[0]
        mask: NDArray[np.int8] = self._masks[kind].copy()
        return mask

    def _show_lines(self, line: int) -> None:
        """Show the instructions from a line on."""
        self.row[_LINES] = self._lines[line * LINE_CODES :][: MAX_LINES * LINE_CODES]

    def _move_on(self, action: int) -> None:
        """Put an action in front of those that were done at the points behind."""
        row = self.row
        row[_AFTER] = row[_BEFORE].copy()
        row[_FIRST_ACTION] = shown(action)
        self.actions.append(action)


def shown(action: int) -> int:
    """Return an action as observations show it: its index plus one, 0 where none was named."""
    return 0 if action == NO_ACTION else action + 1

"""Many walkers on rails at once: their state in arrays, and one step of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shiftgym.envs.array_batch import ArrayBatch, batch_infos
from shiftgym.prefetch import InitialStates
from virl_env import observe
from virl_env.actions import (
    CORRECT_CODE,
    KINDS,
    NO_ACTION,
    POINT,
    SIGHT,
    STOP,
    WRONG_CODE,
    moves_on,
)
from virl_env.deal import Dealer
from virl_env.directions import Directions, from_table
from virl_env.masks import action_masks
from virl_env.observe import HISTORY, LAYOUT, LINE_CODES, MAX_LINES
from virl_env.routes.rail import stand_on_rail
from virl_env.routes.route import Route
from virl_env.verifier import Outcome
from virl_env.world.geometry import Geocode

_WRONG, _BETTER = np.uint8(WRONG_CODE), np.uint8(WRONG_CODE - CORRECT_CODE)
_ONE = np.uint8(1)
_REWARDS = np.array([Outcome.WRONG_ACTION.reward, Outcome.CORRECT.reward])
_TURN = KINDS.index("turn")
_WINDOW = MAX_LINES * LINE_CODES

_BITS = tuple(1 << kind for kind in range(len(KINDS)))
_HIT = np.uint8(2 * _BITS[-1])
"""Added to the bit of a kind of point where the attempt is right."""

_ATTEMPTS = np.zeros((2 * int(_HIT), len(KINDS) + 1))
_HITS = np.zeros_like(_ATTEMPTS)
for _kind, _bit in enumerate(_BITS):
    _ATTEMPTS[[_bit, _bit + _HIT], _kind] = _ATTEMPTS[[_bit, _bit + _HIT], -1] = 1.0
    _HITS[_bit + _HIT, [_kind, -1]] = 1.0
"""What an attempt adds to the counts of all and of right ones: by kind of point, and together."""

_NEXT_TO_NOTHING = 1e-300
"""Where counts of attempts begin, so that they can be divided by; plus one it is one."""

_KINDS_MET = np.array([max(bits.bit_count(), 1) for bits in range(_HIT)], dtype=np.float64)

_ONE_BYTE = np.uint64(8)
"""Bits by which the older actions of a history move on; the newest is the lowest byte."""

_DONE = np.dtype(
    {
        "names": ["history", "previous", "left", "outcome"],
        "formats": ["<u8", "u1", "u1", "u1"],
        "offsets": [0, HISTORY, HISTORY + 1, HISTORY + 2],
        "itemsize": 2 * HISTORY,
    }
)
"""What a walker has done, as observations show it from "actions" to "outcome"."""

_SHOWN_DONE = LAYOUT["outcome"].stop - LAYOUT["actions"].start


class RailBatch(ArrayBatch):
    """The running episodes of n sub-environments.

    Whole arrays are moved even where few of them change: at a thousand that takes less time
    than to pick those that do.

    Args:
        dealer: of the episodes.
        count: n.

    Attributes:
        rows: observations, uint8 of shape (n, 96).
        episode_seeds: int64 of shape (n,).
        routes: indices into the pool, of shape (n,).
        headings: initial ones in degrees, of shape (n,).
        rules: that score, as `directions.table` makes them, of shape (n, 9).
        right: the right action of each, uint8 of shape (n,); NO_ACTION at the end of a rail.
    """

    STATE = (
        *("rows", "_points", "_line", "_at", "_counts", "_done", "_over", "_failed"),
        *("_attempts", "_hits", "_met", "_bytes"),
    )

    def __init__(self, dealer: Dealer, count: int) -> None:
        super().__init__(observe.FIELDS, count)
        self._dealer = dealer
        self._max_attempts = np.uint8(dealer.config.max_attempts)
        # The point where each walker stands, a POINT as one number, and the line that it follows.
        self._points = np.zeros(count, dtype=np.uint64)
        self._line = np.zeros(count, dtype=np.uint8)
        self._at = np.zeros(count, dtype=np.int64)
        self._counts = np.ones(count, dtype=np.int64)
        self._done = np.zeros(count, dtype=_DONE)
        self._over = np.zeros(count, dtype=np.bool_)
        self._failed = np.zeros(count, dtype=np.bool_)
        # Attempts made and right ones among them, by kind of point and together, and a bit for
        # each kind met.
        self._attempts = np.full((count, len(KINDS) + 1), _NEXT_TO_NOTHING)
        self._hits = np.zeros_like(self._attempts)
        self._met = np.zeros(count, dtype=np.uint8)
        # How each episode started, in one record, so that starting one is one copy.
        self._states = np.zeros(count, dtype=dealer.states)
        self.name_views()

    def name_views(self) -> None:
        """Name the parts of the arrays that steps touch; all are views."""
        rows, points, done = self.rows, self._points, self._done
        self._blocks = _part(rows, 0, observe.SIZE)
        self._seen_lines = _part(rows, LAYOUT["lines"].start, _WINDOW)
        self._seen_sight = _part(rows, LAYOUT[SIGHT[0]].start, len(SIGHT))
        self._seen_done = _part(rows, LAYOUT["actions"].start, _SHOWN_DONE)
        self._sight, self._shown_done = _part(points, 0, len(SIGHT)), _part(done, 0, _SHOWN_DONE)
        self._history, self._previous, self._left, self._outcome = (
            done[name] for name in _DONE.names or ()
        )
        point = points.view(POINT)
        self._following, self._kind, self.right = (
            point[name] for name in ("line", "kind", "right")
        )
        states = self._states
        fields: Mapping[str, Any] = states.dtype.fields or {}
        self.episode_seeds, self.routes, self.headings, self.rules = (
            states[name] for name in ("seed", "route", "heading", "rule")
        )
        self._bytes = states.view(np.uint8)
        self._rails = states.view(np.uint64)
        word = self._rails.itemsize
        first = fields["points"][1] // word
        self._first = first + states.itemsize // word * np.arange(len(states))
        self._windows: NDArray[np.void] = np.ndarray(
            (len(states), states["lines"].shape[1] - MAX_LINES + 1),
            dtype=f"V{_WINDOW}",
            buffer=states,
            offset=fields["lines"][1],
            strides=(states.itemsize, LINE_CODES),
        )

    @property
    def places(self) -> NDArray[np.int64]:
        """The point where each walker stands, int64 of shape (n,).

        It is its number on the rail without any point dropped; at the end, that of the last point.
        """
        at = np.minimum(self._at, self._counts - 1)
        numbers = self._states["places"]
        if not numbers.shape[1]:
            return at
        return numbers[np.arange(len(at)), at].astype(np.int64)

    def start(self, which: NDArray[np.int64], states: InitialStates) -> None:
        """Start an episode in some sub-environments."""
        self._states[which] = states
        self._blocks[which] = states["row"]
        self._points[which] = states["points"][:, 0]
        self._counts[which] = states["count"]
        self._line[which] = self._at[which] = self._met[which] = 0
        self._attempts[which], self._hits[which] = _NEXT_TO_NOTHING, 0.0
        self._history[which] = self._previous[which] = self._outcome[which] = 0
        self._left[which] = self._max_attempts
        self._over[which] = self._failed[which] = False

    def act(self, actions: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Do one action in every sub-environment.

        Args:
            actions: indices of ACTIONS, of shape (n,).

        Returns:
            rewards, and which episodes terminated, of shape (n,).
        """
        left, history, action = self._left, self._history, actions.astype(np.uint8)
        correct = self.right == action
        kind = np.left_shift(_ONE, self._kind)
        self._met |= kind
        kind += _HIT * correct
        self._attempts += _ATTEMPTS.take(kind, axis=0)
        self._hits += _HITS.take(kind, axis=0)
        moves = moves_on(correct, left)
        stays = ~moves
        self._failed |= moves > correct
        action += 1
        # Sums and products: a choice element by element would be guessed wrong every second time.
        np.multiply(action, stays, out=self._previous)
        left[:] = (left - _ONE) * stays + self._max_attempts * moves
        np.subtract(_WRONG, correct * _BETTER, out=self._outcome)
        history[:] = np.where(moves, (history << _ONE_BYTE) | action, history)
        self._seen_done[:] = self._shown_done
        self._at += moves
        self._arrive()
        self._over = self._at == self._counts
        return _REWARDS.take(correct), self._over.copy()

    def _arrive(self) -> None:
        """Show the points at which the walkers stand now."""
        self._rails.take(self._first + self._at, out=self._points, mode="clip")
        self._seen_sight[:] = self._sight
        elsewhere = (self._following != self._line).nonzero()[0]
        line = self._following.take(elsewhere)
        self._line[elsewhere] = line
        self._seen_lines[elsewhere] = self._windows[elsewhere, line]

    def expert_actions(self) -> NDArray[np.int64]:
        """Return the right action of each, int64 of shape (n,); any where the episode is over."""
        right = self.right.astype(np.int64)
        return np.where(right == NO_ACTION, STOP, right)

    def masks(self, kind: str) -> NDArray[np.int8]:
        """Return the action masks of the keyword `mask`: int8 of shape (n, 14)."""
        return action_masks(kind, self.rules)

    def route(self, index: int) -> Route:
        """Return the route of one of the episodes."""
        return self._dealer.pool.routes[int(self.routes[index])]

    def directions(self, index: int) -> Directions:
        """Return the rule that scores in one of the episodes."""
        return from_table(self.rules[index])

    def initial_heading(self, index: int) -> int:
        """Return the degrees that one of the walkers faced at its start."""
        return int(self.headings[index])

    def stand(self, index: int) -> tuple[Geocode, int]:
        """Return where one of the walkers stands and its heading, as `RailWalk.stand` does."""
        points, initial = self._dealer.config.points_per_segment, int(self.headings[index])
        return stand_on_rail(self.route(index), points, initial, int(self.places[index]))

    def line(self, index: int) -> int:
        """Return the line of instruction that one of the walkers follows, from 0."""
        # At the end of a rail no line is followed any more.
        return min(int(self._line[index]), 2 * len(self.route(index).legs) - 1)

    def arrived(self, index: int) -> bool | None:
        """Return whether one of the walks has succeeded, None while it goes on."""
        return not self._failed[index] if self._over[index] else None

    def infos(self) -> dict[str, Any]:
        """Return what every step tells, but the mask: arrays of shape (n,)."""
        *by_kind, step_accuracy = (self._hits / self._attempts).T
        return batch_infos(
            self._outcome,
            self._left,
            self._over & ~self._failed,
            self.episode_seeds,
            step_accuracy=step_accuracy.copy(),
            turn_accuracy=by_kind[_TURN].copy(),
            macro_accuracy=sum(by_kind) / _KINDS_MET.take(self._met),
        )


def _part(items: NDArray[Any], offset: int, size: int) -> NDArray[np.void]:
    """Return a view of some bytes of each of n items, as blocks that move in one copy."""
    part: NDArray[np.void] = np.ndarray(
        len(items), f"V{size}", buffer=items, offset=offset, strides=items.strides[:1]
    )
    return part

"""Many walkers on rails at once: the state of every copy in arrays, and one step of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shiftgym.shoe import Openings
from virl_env import observe
from virl_env.dynamics import CORRECT_CODE, KINDS, POINT, SIGHT, WRONG_CODE
from virl_env.observe import HISTORY, LAYOUT, LINE_CODES, MAX_LINES
from virl_env.verifier import OUTCOME_NAMES, REWARDS, Outcome

_OUTCOME_NAMES = np.array(OUTCOME_NAMES, dtype=object)
_WRONG, _BETTER = np.uint8(WRONG_CODE), np.uint8(WRONG_CODE - CORRECT_CODE)
_ONE = np.uint8(1)
_REWARDS = np.array([REWARDS[Outcome.WRONG_ACTION], REWARDS[Outcome.CORRECT]])
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
"""What a copy has done, as observations show it from "actions" to "outcome"."""

_SHOWN_DONE = LAYOUT["outcome"].stop - LAYOUT["actions"].start


class Rails:
    """The running episodes of n copies.

    Whole arrays are moved even where few copies change: at a thousand copies that takes less time
    than to pick those that do.

    Args:
        openings: the fields of an episode's opening, see `deal.Dealer.deal`.
        max_attempts: at a point.
        count: n.

    Attributes:
        rows: observations, uint8 of shape (n, 96).
        episode_seeds: int64 of shape (n,).
        routes: indices into the pool, of shape (n,).
        headings: initial ones in degrees, of shape (n,).
        rules: that score, as `directions.table` makes them, of shape (n, 9).
        right: the right action of each copy, uint8 of shape (n,); NO_ACTION at the end of a rail.
    """

    def __init__(self, openings: np.dtype[np.void], max_attempts: int, count: int) -> None:
        self._max_attempts = np.uint8(max_attempts)
        self.rows = np.zeros((count, observe.SIZE), dtype=np.uint8)
        # The point where each copy stands, a POINT as one number, and the line that it follows.
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
        self._openings = np.zeros(count, dtype=openings)
        self._view()

    def _view(self) -> None:
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
        openings = self._openings
        fields: Mapping[str, Any] = openings.dtype.fields or {}
        self.episode_seeds, self.routes, self.headings, self.rules = (
            openings[name] for name in ("seed", "route", "heading", "rule")
        )
        self._bytes = openings.view(np.uint8)
        self._rails = openings.view(np.uint64)
        word = self._rails.itemsize
        first = fields["points"][1] // word
        self._first = first + openings.itemsize // word * np.arange(len(openings))
        self._windows: NDArray[np.void] = np.ndarray(
            (len(openings), openings["lines"].shape[1] - MAX_LINES + 1),
            dtype=f"V{_WINDOW}",
            buffer=openings,
            offset=fields["lines"][1],
            strides=(openings.itemsize, LINE_CODES),
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A copy or a pickle holds the views as arrays of their own.
        self.__dict__.update(state)
        self._view()

    _STATE = (
        *("rows", "_points", "_line", "_at", "_counts", "_done", "_over", "_failed"),
        *("_attempts", "_hits", "_met", "_bytes"),
    )

    def get_state(self) -> dict[str, NDArray[Any]]:
        """Return copies of the arrays that are the whole state."""
        return {name: getattr(self, name).copy() for name in self._STATE}

    def set_state(self, state: dict[str, NDArray[Any]]) -> None:
        """Go on from what `get_state` returned."""
        for name in self._STATE:
            # In place, so that the views keep looking at them.
            getattr(self, name)[...] = state[name]

    @property
    def places(self) -> NDArray[np.int64]:
        """The point where each copy stands, int64 of shape (n,).

        It is its number on the rail without any point dropped; at the end, that of the last point.
        """
        at = np.minimum(self._at, self._counts - 1)
        numbers = self._openings["places"]
        if not numbers.shape[1]:
            return at
        return numbers[np.arange(len(at)), at].astype(np.int64)

    def start(self, copies: NDArray[np.int64], openings: Openings) -> None:
        """Start an episode in some copies."""
        self._openings[copies] = openings
        self._blocks[copies] = openings["row"]
        self._points[copies] = openings["points"][:, 0]
        self._counts[copies] = openings["count"]
        self._line[copies] = self._at[copies] = self._met[copies] = 0
        self._attempts[copies], self._hits[copies] = _NEXT_TO_NOTHING, 0.0
        self._history[copies] = self._previous[copies] = self._outcome[copies] = 0
        self._left[copies] = self._max_attempts
        self._over[copies] = self._failed[copies] = False

    def act(self, actions: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Do one action in every copy.

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
        moves = correct | (left == 1)
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
        """Show the points at which the copies stand now."""
        self._rails.take(self._first + self._at, out=self._points, mode="clip")
        self._seen_sight[:] = self._sight
        elsewhere = (self._following != self._line).nonzero()[0]
        line = self._following.take(elsewhere)
        self._line[elsewhere] = line
        self._seen_lines[elsewhere] = self._windows[elsewhere, line]

    def infos(self) -> dict[str, Any]:
        """Return what every step tells, but the mask: arrays of shape (n,)."""
        *by_kind, step_accuracy = (self._hits / self._attempts).T
        return {
            "outcome": _OUTCOME_NAMES.take(self._outcome.astype(np.intp)),
            "attempts_left": self._left.astype(np.int64),
            "is_success": self._over & ~self._failed,
            "episode_seed": self.episode_seeds.copy(),
            "step_accuracy": step_accuracy.copy(),
            "turn_accuracy": by_kind[_TURN].copy(),
            "macro_accuracy": sum(by_kind) / _KINDS_MET.take(self._met),
        }


def _part(items: NDArray[Any], offset: int, size: int) -> NDArray[np.void]:
    """Return a view of some bytes of each of n items, as blocks that move in one copy."""
    part: NDArray[np.void] = np.ndarray(
        len(items), f"V{size}", buffer=items, offset=offset, strides=items.strides[:1]
    )
    return part

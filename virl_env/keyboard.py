"""Which keys do which actions, for `gymnasium.utils.play.play`."""

from __future__ import annotations

from virl_env.actions import ACTION_INDEX, FORWARD, STOP
from virl_env.world.geometry import COMPASS

_UP, _LEFT, _RIGHT = 0x40000052, 0x40000050, 0x4000004F
"""SDL's codes of the arrow keys."""

_KEYPAD = 0x40000059 - 1
"""SDL's code of the keypad's 1, less 1: its other digits follow."""

_DIGITS = (8, 9, 6, 3, 2, 1, 4, 7)
"""Where each compass word lies on a keypad, around its 5: north above, east to the right."""


def _turn(word: str) -> int:
    return ACTION_INDEX[f"turn_direction({word})"]


KEYS: dict[str | int, int] = {
    _UP: FORWARD,
    "w": FORWARD,
    " ": STOP,
    **dict.fromkeys((_LEFT, "a"), _turn("left")),
    **dict.fromkeys((_RIGHT, "d"), _turn("right")),
    "q": _turn("slightly left"),
    "e": _turn("slightly right"),
    **{str(digit): _turn(word) for digit, word in zip(_DIGITS, COMPASS)},
    **{_KEYPAD + digit: _turn(word) for digit, word in zip(_DIGITS, COMPASS)},
}
"""The action of each key, an index into `virl_env.ACTIONS`: arrows or w, a and d; q and e for
slight turns; the space bar to stop; digits for compass words, as they lie on a keypad: 8 is north,
9 northeast, 6 east."""

"""Which keys write which tokens, for `gymnasium.utils.play.play`."""

from __future__ import annotations

from gp_env.arithmetic import CLOSE, EQUALS, MINUS, OPEN, OVER, PLUS, TIMES

_NUMBERS = "1234567890qwertyuio"
"""The key of each number from 1 to 19: the row of letters goes on where that of digits ends."""

_OPERATORS: dict[str | int, int] = {
    "+": PLUS,
    "-": MINUS,
    "*": TIMES,
    "/": OVER,
    "(": OPEN,
    ")": CLOSE,
    "=": EQUALS,
    # Where a sign needs the shift key, no program hears of it: letters that every keyboard has.
    "a": PLUS,
    "s": MINUS,
    "d": TIMES,
    "f": OVER,
    "z": OPEN,
    "x": CLOSE,
    "\r": EQUALS,
}

_KEYPAD: dict[str | int, int] = {
    **{0x40000059 + digit: digit for digit in range(9)},
    0x40000054: OVER,
    0x40000055: TIMES,
    0x40000056: MINUS,
    0x40000057: PLUS,
    0x40000058: EQUALS,
    0x40000062: 9,
}
"""SDL's codes of the keys on the right of a keyboard; 0 stands for 10, as above."""

KEYS: dict[str | int, int] = {
    **{key: number for number, key in enumerate(_NUMBERS)},
    **_OPERATORS,
    **_KEYPAD,
}
"""The token of each key, an index into `gp_env.TOKENS`: 1-9 and 0 for 10, q to o for 11 to 19, the
signs where they have a key of their own, else a + s - d * f / z ( x ), and Enter for "="."""

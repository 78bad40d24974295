"""Working: the steps from a point of a route to its action, as demonstrations write them out.

A line tells which way one faces, the turn in the stated frame, and the word that the stated table
has for it; where there is no turn, which way one faces and what to do:

    facing north > body left > slightly_right|
    facing north > forward|
"""

from __future__ import annotations

from virl_env.directions import FRAMES
from virl_env.scene import Scene, one_word
from virl_env.text import COMPACT, build_reply
from virl_env.world.geometry import compass

WORKING = ("steps",)
"""How working is written."""

_TURN, _CLOSE = "turn_direction(", ")"


def write_working(scene: Scene, action: str) -> str:
    """Return the working of a point, up to the mark before the answer.

    Args:
        scene: what is told there; the rule that it states is the one that scores.
        action: the right one, such as "turn_direction(slightly right)".
    """
    told = f"facing {compass(scene.heading)} > "
    if not action.startswith(_TURN):
        return f"{told}{action.removesuffix('()')}|"
    frame, words = scene.directions
    word = action.removeprefix(_TURN).removesuffix(_CLOSE)
    turn = FRAMES[frame][words.index(word)]
    return f"{told}{frame} {one_word(turn)} > {one_word(word)}|"


def build_worked_reply(scene: Scene, action: str) -> str:
    """Return the compact reply with this action, its working before it."""
    return write_working(scene, action) + build_reply(scene, action, COMPACT)

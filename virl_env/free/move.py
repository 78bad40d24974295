"""Free movement: what an action does to a walker on the streets of a city, as pure functions.

Nothing here knows of routes, attempts or rewards. A move is possible or it is not; one that is not
leaves the walker where it is.
"""

from __future__ import annotations

from typing import NamedTuple

from virl_env.actions import ACTION_INDEX, FIRST_TURN, FORWARD
from virl_env.directions import FRAMES, WORDS, Directions
from virl_env.world.geometry import sector, turn_word, wrap
from virl_env.world.streets import STRAIGHT, Streets

CENTRES = {
    "world": tuple(45.0 * direction for direction in range(len(FRAMES["world"]))),
    "body": (-90.0, 90.0, -45.0, 45.0),
}
"""The middle of each direction of a frame: degrees from north, or from the heading."""


class Pose(NamedTuple):
    """Where a walker stands, a point of the city, and the whole degrees that it faces, 0 to 359."""

    point: int
    heading: int


def ahead(streets: Streets, pose: Pose) -> int:
    """Return the slot that a step forward takes, -1 where no street leads ahead.

    It is the street whose bearing is closest to the heading, and within 45 degrees of it. Of two
    that are equally close, the one to the point of the lower number.
    """
    slots = streets.slots(pose.point)
    slot = min(slots, key=lambda slot: _apart(streets.bearings[slot], pose.heading), default=-1)
    if slot < 0 or _apart(streets.bearings[slot], pose.heading) > STRAIGHT:
        return -1
    return slot


def turned(streets: Streets, rule: Directions, pose: Pose, word: str) -> int | None:
    """Return the heading after a turn, None for a word that the rule does not know.

    The rule says which direction of its frame the word stands for. The walker comes to face the
    street in that direction, as `geometry.compass` and `geometry.turn_word` name directions; of
    several the one closest to the middle of the direction, and the middle itself where none is.
    """
    if word not in rule.words:
        return None
    direction = rule.words.index(word)
    middle = CENTRES[rule.frame][direction]
    if rule.frame == "world":
        eligible = [b for b in _bearings(streets, pose) if sector(b) == direction]
    else:
        middle += pose.heading
        name = FRAMES["body"][direction]
        eligible = [b for b in _bearings(streets, pose) if turn_word(pose.heading, b) == name]
    return whole(min(eligible, key=lambda bearing: _apart(bearing, middle), default=middle))


def move(streets: Streets, rule: Directions, pose: Pose, action: int) -> Pose | None:
    """Return where a step forward or a turn leads, None where it is not possible.

    Args:
        streets: of the city.
        rule: how turns are told.
        pose: of the walker.
        action: index of an action, not that of `stop()`.
    """
    if action == FORWARD:
        slot = ahead(streets, pose)
        return None if slot < 0 else Pose(streets.ends[slot], whole(streets.bearings[slot]))
    heading = turned(streets, rule, pose, WORDS[action - FIRST_TURN])
    return None if heading is None else Pose(pose.point, heading)


def turns_of(rule: Directions) -> tuple[int, ...]:
    """Return the actions that turn under a rule."""
    return tuple(ACTION_INDEX[f"turn_direction({word})"] for word in rule.words)


def whole(bearing: float) -> int:
    """Return a bearing as a heading, in whole degrees."""
    return round(bearing) % 360


def _bearings(streets: Streets, pose: Pose) -> list[float]:
    return [streets.bearings[slot] for slot in streets.slots(pose.point)]


def _apart(one: float, other: float) -> float:
    return abs(wrap(one - other))

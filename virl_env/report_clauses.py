"""Tells what the clauses around "there is an intersection" say: whether they place it elsewhere.

"Two points on", "but not here" and "it lies beyond the library" cannot be listed. So a clause in
the sentence of a statement takes it away unless it is plainly of something else, and a clause in a
later sentence takes it away where it begins like one about the intersection.
"""

from __future__ import annotations

import re

_of_walker = re.compile(
    r"\W*(?:yes\W*$|(?:so |where |here |now )*(?:i|we|you) "
    r"(?:(?:should|must|will|have to|need to|can|now|am|are) )*(?:turn|stop|fac|head)\w*\b)"
).match
_of_landmarks = re.compile(
    r"\b(?:landmarks?|nothing)\b|^\W*(?:on|to) (?:your|my|the) (?:left|right)(?: \w+)?"
    r"(?: (?:is|are)\b|:)|(?<=\w) (?:is|are) "
    r"(?:on (?:your|my|the) (?:left|right|front)|in front of (?:you|me)|behind (?:you|me))\b"
).search
_of_it = re.compile(
    r"\b(?:it|that|this|these|which|one|there(?! (?:is|are)\b)|when|once|"
    r"intersections?|junction|crossing|crossroads|corner)\b"
).search
_PLACES = (
    r"opposite|straight|right|left|over|off|around|to|on|behind|beyond|past|down|up|under|across|"
    r"along|at|by|inside|in(?! sight)"
)
_begins_of_it = re.compile(
    r"\W*(?:(?:yet|so|though|just|only|still|well) )*"
    rf"(?:(?:{_PLACES}|it|that|this|these|which|one|there|not|false|where|when|once|a|some|several|"
    r"few|two|three|four|five|\d+|the (?:junction|crossing|corner)|"
    r"turn|walk|go|stop|face|head|continue|take)\b|no\W*$)"
).match
_place = re.compile(rf"\b(?:{_PLACES})\b").search
_no_name = re.compile(rf"\b(?:{_PLACES}|no|not|it|is|here|there)\b").search
_denies_no = re.compile(r"\W*(?:yes|true|here|this)\W*$|.*\b(?:this|at|is) one\b").match


def is_apart(clause: str) -> bool:
    """Return whether a clause plainly is of something else: landmarks, or what the walker does."""
    return bool(_of_walker(clause) or _of_landmarks(clause)) and not _of_it(clause)


def is_of_it(clause: str) -> bool:
    """Return whether a clause of a later sentence may say where the intersection is, or an order.

    An order, "turn left", makes of what stands before it a part of the instructions: "At the
    intersection; turn left."
    """
    return bool(_begins_of_it(clause) or _of_it(clause)) and not is_apart(clause)


def is_place(words: str) -> bool:
    """Return whether the words behind an intersection, as in "of Elm Street", hold a place."""
    return _place(words) is not None


def is_street(clause: str) -> bool:
    """Return whether a clause may be the second name in "of Elm Street and Oak Street"."""
    return len(clause.split()) <= 4 and _no_name(clause) is None


def denies_none(clause: str) -> bool:
    """Return whether a clause takes back that there is no intersection."""
    return _denies_no(clause) is not None

"""Reads what a reply says of a point: what is seen, which instruction is followed, what is done.

`shiftgym.replies` finds the answer in the reply; here its members become an action of the task and
a report of whether one stands at an intersection.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from shiftgym.replies import Fields, last_answer
from virl_env.dynamics import ACTIONS
from virl_env.world.geometry import COMPASS, RELATIVE

MAX_ACTION = 200
"""Characters of the longest action that is read."""

MAX_REPORT = 2_000
"""What is said of an intersection behind this many characters of an observation is not read."""


@dataclass(frozen=True)
class Reply:
    """What a reply says.

    Attributes:
        observation: what is seen, as it was written; None where that was not reported.
        instruction: the instruction followed, as it was written; None where not reported.
        action: one of `virl_env.dynamics.ACTIONS`; None where the reply holds no complete object
            with an action, or one that is no action of the task: it is unreadable.
        intersection: whether the observation reports an intersection at this point; None where it
            says nothing of one, or nothing certain.
    """

    observation: str | None = None
    instruction: str | None = None
    action: str | None = None
    intersection: bool | None = None


UNREADABLE = Reply()


def parse_reply(text: object) -> Reply:
    """Return what the last complete answer in a reply says.

    An answer is an object in braces with the key "action" (in any case) whose value is a string or
    a bare word. Actions are read in any case, with or without brackets, quotes and underscores:
    "forward", "turn_direction('slightly left')", "Turn north-east". Nothing that a reply may be
    raises.

    Args:
        text: the reply. Anything but a string is unreadable. Only the last 65,536 characters count.
    """
    fields = last_answer(text, "action")
    if fields is None:
        return UNREADABLE
    action = fields["action"]
    assert isinstance(action, str)
    observation = _said(fields, "observation")
    return Reply(
        observation,
        _said(fields, "instruction"),
        read_action(_plain(action)),
        None if observation is None else read_intersection(observation),
    )


def _said(fields: Fields, name: str) -> str | None:
    """Return what stands under "current NAME", or under the name alone; a list as its entries."""
    for key in (f"current {name}", f"current_{name}", name):
        value = fields.get(key)
        if isinstance(value, list):
            value = ". ".join(item for item in value if item)
        if value is not None:
            return _plain(value)
    return None


_escape = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL).sub


def _plain(text: str) -> str:
    """Return the text of a JSON string without its escapes."""
    return _escape(_unescaped, text).strip() if "\\" in text else text.strip()


def _unescaped(match: re.Match[str]) -> str:
    code, escaped = match.groups()
    return chr(int(code, 16)) if code else " " if escaped in "nrt" else escaped


def _spellings() -> dict[str, str]:
    """Return the actions by the letters that are left of them without blanks and marks."""
    spelled = {"stop": "stop()"}
    spelled.update(dict.fromkeys(("forward", "goforward", "moveforward"), "forward()"))
    for word in (*COMPASS, *RELATIVE):
        letters = word.replace(" ", "")
        for written in {letters, letters.replace("slightly", "slight")}:
            for verb in ("turndirection", "turn", "turnto", "turntothe"):
                spelled[verb + written] = f"turn_direction({word})"
    assert set(spelled.values()) == set(ACTIONS)
    return spelled


_SPELLED = _spellings()
_marks = re.compile(r"[\s_\-()\[\]\"'`\\;.*=]+").sub


def read_action(text: str) -> str | None:
    """Return the action of the task that a text names, None where it names none."""
    text = text.strip()
    if len(text) > MAX_ACTION:
        return None
    return _SPELLED.get(_marks("", text.lower()))


# A report is read clause by clause, so that "no" in "no landmarks, at an intersection" stays with
# the landmarks. Where a clause can mean either, it reports nothing: that never costs the walker.
_clauses = re.compile(
    r"[.,;!|–—\n)]|\((?!\s*(?:yes|no|true|false)\s*\))|"
    r"\b(?:but|while|although|though|and(?!\s+intersections))\b"
).split
_word = re.compile(r"\bintersections?\b").split
_doubt = re.compile(
    r"\b(?:whether|if|sure|unsure|unclear|maybe|perhaps|may|might|possibly|approach\w*|towards?|"
    r"until|till|next|upcoming|between|before|past|after|beyond|near|close)\b"
).search
_denial = re.compile(r"\b(?:no|not|non|none|never|neither|nor|without|cannot|away)\b|n't\b")
_farther = re.compile(r"\?|\b(?:ahead|in front|distance|far|farther|further)\b").search
_other = re.compile(
    r"\b(?:landmarks?|destination|shops?|buildings?|signs?|turns?|any(?:thing|one))\b"
).search
_either = re.compile(r"\b(?:or|nor)\b").search
_there = re.compile(r"\bat\b").search
_value = re.compile(r"[\s:=(\"'*\-]*(?:(yes|true)|(no|none|false|0|n(?!/))|n/a|unknown)\b").match
_LINKS = "is|are|was|has|have|been|can|could|be|it|i|we|am|here|there|now|seen|visible|observed"
_denied_after = re.compile(
    rf"[\s:=(]*(?:(?:{_LINKS}|present|detected|reported|nearby)[\s:=(]+)*"
    r"(?:(?:no|not|none|false|never|absent|cannot)\b|(?:is|are|was|has|have|can|could)n't\b)"
).match


def read_intersection(observation: str) -> bool | None:
    """Return whether an observation reports an intersection here, None where it leaves that open.

    "At an intersection" and "intersection: yes" report one, "no intersection" and "not at an
    intersection" report none; "near the next intersection", and contradictions, report nothing.
    """
    text = observation[:MAX_REPORT].lower().replace("’", "'").replace("_", " ")
    if "intersection" not in text:
        return None
    reports = set()
    for clause in _clauses(text):
        parts = _word(clause)
        reports |= {_reported(*around) for around in pairwise(parts)}
    reports.discard(None)
    return reports.pop() if len(reports) == 1 else None


def _reported(before: str, after: str) -> bool | None:
    """Return what the words around "intersection" say of it."""
    value = _value(after)
    if value is not None:
        yes, no = value.groups()
        return True if yes else False if no else None
    if _doubt(before) or _farther(after):
        return None
    if _denied_after(after):
        return False
    denials = list(_denial.finditer(before))
    if not denials:
        return True
    # "No landmarks at this intersection" denies the landmarks, "no landmarks or ..." denies both.
    denied = before[denials[-1].start() :]
    if _either(denied) or not _other(before):
        return False
    return True if _other(denied) and _there(denied) else None

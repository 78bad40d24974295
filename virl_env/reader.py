"""Reads what a reply says of a point: what is seen, which instruction is followed, what is done.

`shiftgym.replies` finds the answer in the reply; here its members are put into words, of which
`action_reader` and `report_reader` make an action of the task and a report of the intersection.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from shiftgym.objects import Fields, Value
from shiftgym.replies import CONTRADICTION, Answer, Asked, find_answer
from shiftgym.thoughts import outside_thoughts
from virl_env.action_reader import MAX_ACTION, is_placeholder, names_side, read_action
from virl_env.actions import ACTIONS, KEYS
from virl_env.report_reader import read_intersection

TOO_LONG = f"Its action has more than {MAX_ACTION} characters, and is not read."


@dataclass(frozen=True)
class Reply:
    """What a reply says.

    Attributes:
        observation: what is seen, as it was written; None where that was not reported.
        instruction: the instruction followed, as it was written; None where not reported.
        action: one of `virl_env.actions.ACTIONS`; None where the reply names none, or several: it
            is unreadable.
        intersection: whether the observation reports an intersection at this point; None where it
            says nothing of one, or nothing certain.
        in_format: whether the answer is what was asked for to the letter: one strict JSON object
            with the asked keys and no others, all values strings, the action written as the task
            writes it. Prose, thoughts and fences around it are in the format.
        reason: a sentence that says why there is no action, where more can be said than that none
            could be read; else "".
    """

    observation: str | None = None
    instruction: str | None = None
    action: str | None = None
    intersection: bool | None = None
    in_format: bool = False
    reason: str = ""


def parse_reply(
    text: object, keys: Collection[str] = KEYS, actions: Collection[str] = ACTIONS
) -> Reply:
    r"""Return what the last complete answer in a reply says.

    An answer is an object with the key "action", or what else says plainly what is done, where
    nothing else in the reply says otherwise: another key such as "next action", a call of a tool,
    `\boxed{forward()}`, `<answer>stop()</answer>`, a last line "Action: turn left", or a reply that
    is an action alone. `read_action` documents which actions are read, `read_intersection` which
    reports. Nothing that a reply may be raises.

    Args:
        text: the reply. Anything but a string is unreadable.
        keys: of the asked format.
        actions: how that writes the actions.
    """
    answer = find_answer(text, _ASKED)
    if isinstance(text, str) and answer.says is None and answer.reason != CONTRADICTION:
        answer = _without_object(text) or answer
    if answer.says is None or answer.fields is None:
        return Reply(reason=answer.reason)
    fields = answer.fields
    observation = _said(fields, "observation")
    action = answer.says if answer.says in ACTIONS else None
    reason = TOO_LONG if action is None and len(answer.says) > MAX_ACTION else ""
    reported = read_intersection(". ".join(filter(None, (observation, _crossing(fields)))))
    in_format = action is not None and _is_as_asked(answer, keys, actions)
    return Reply(observation, _said(fields, "instruction"), action, reported, in_format, reason)


def _is_as_asked(answer: Answer, keys: Collection[str], actions: Collection[str]) -> bool:
    asked = answer.strict
    return (
        asked is not None
        and asked.keys() == set(keys)
        and all(isinstance(value, str) for value in asked.values())
        and asked.get("action") in actions
    )


def _meaning(fields: Fields) -> str | None:
    """Return the action that an answer names, or its words; None where it says nothing."""
    said = _called(fields["action"], fields)
    if said is None or is_placeholder(said):
        return None
    return read_action(said) or said


def _plain_actions(fields: Fields) -> list[str]:
    """Return the action that an object with other keys, or a phrase, says plainly."""
    called = [_called(fields[key], fields) for key in _ACTION_KEYS if key in fields]
    called = called or [_call_in(fields)]
    return [action for said in called if said and (action := read_action(said))]


_ACTION_KEYS = ("action", "next action", "final action", "action to take", "answer", "final answer")
_ASKED = Asked("action", _meaning, _plain_actions, ("action", *_ACTION_KEYS[1:4]))
_NAME_KEYS = (
    "name",
    "function",
    "tool",
    "type",
    "action",
    "function name",
    "tool name",
    "action name",
)
_ARGUMENT_KEYS = (
    *("x", "direction", "arguments", "parameters", "args", "params", "kwargs", "input"),
    *("action input", "argument", "parameter", "value"),
)
_is_name = re.compile(r"\W*(?:forward|stop|turn)", re.IGNORECASE).match
_is_turn = re.compile(r"\W*turn[_ -]?(?:direction)?\W*(?:x\W*)?", re.IGNORECASE).fullmatch
_UNCLEAR = "?"
"""Stands for a value that is there, but is no action in words."""


def _called(value: Value, beside: Fields) -> str | None:
    """Return the action that stands under a key, in words; None where nothing does.

    Args:
        value: of the key.
        beside: the object with the key, which may hold the direction of a turn apart.
    """
    if isinstance(value, list):
        if len(value) > 1:
            return _UNCLEAR
        return _called(value[0], {}) if value else None
    if isinstance(value, dict):
        return (_call_in(value) or _UNCLEAR) if value else None
    return _with_argument(_plain(value), beside) if value else None


def _call_in(call: Fields) -> str | None:
    """Return the call of an action that an object is, in words; None where it is none."""
    for key in _NAME_KEYS:
        name = call.get(key)
        if isinstance(name, dict):
            return _call_in(name)
        if isinstance(name, str) and _is_name(name):
            return _with_argument(_plain(name), call)
    if len(call) == 1:
        name, argument = next(iter(call.items()))
        if _is_name(name):
            return _with_argument(name, {"x": argument})
    return None


def _with_argument(name: str, beside: Fields) -> str:
    """Return an action in words, with the direction of a turn that stands beside it."""
    if _is_turn(name):
        for key in _ARGUMENT_KEYS:
            if argument := _argument(beside.get(key)):
                return f"turn_direction({argument})"
    elif "turn" in name.lower():
        for key in _ARGUMENT_KEYS[:2]:
            if argument := _argument(beside.get(key)):
                return f"{name} ({argument})"  # which may contradict it
    return name


def _argument(value: Value) -> str:
    """Return the one argument that a value is or holds, "" for none."""
    if isinstance(value, str):
        return _plain(value)
    if isinstance(value, dict):
        return _argument(value.get("x") or value.get("direction") or list(value.values()))
    if not value:
        return ""
    return _argument(value[0]) if len(value) == 1 else _UNCLEAR


_call_line = re.compile(
    r"[\s`*>-]{0,9}(?:forward|stop|turn_direction)\(.{0,40}\)[\s`*.;]{0,9}"
).fullmatch
_is_fence = re.compile(r"\s*```\w*\s*").fullmatch
_xml_call = re.compile(
    r"<(?:invoke|function|tool_call|tool)(?:\s+name)?\s?=\s?[\"']?(\w{1,20})[\"']?\s?/?>"
    r"(?:\s{0,9}<parameter(?:\s+name)?\s?=\s?[\"']?\w{1,20}[\"']?\s?>\s{0,9}([\w -]{1,40})\s{0,9}<|"
    r"\s{0,9}\{([^{}<]{1,60})\})?"
).findall
_named_call = re.compile(
    r"<tool_call>\s{0,9}(forward|stop|turn_direction)\s{0,9}(?:<arg_key>\w{1,20}</arg_key>"
    r"\s{0,9}<arg_value>([\w -]{1,40})</arg_value>\s{0,9})?</tool_call>"
).findall
_called_with_input = re.compile(
    r"^[ *]{0,9}Action[ *]{0,3}:[ *`]{0,5}(\w{1,20})[ *`]{0,5}\r?\n"
    r"[ *]{0,9}Action[ _]Input[ *]{0,3}:(.{0,60})$",
    re.IGNORECASE | re.MULTILINE,
).findall


def _without_object(text: str) -> Answer | None:
    """Return the answer of a reply that is an action, or that names one in calls; else None."""
    said = outside_thoughts(text).strip()
    called = [said] if len(said) <= MAX_ACTION and read_action(said) else []
    if called and names_side(said):
        return None
    lines = [line for line in said.splitlines() if not _is_fence(line)]
    if lines and _call_line(lines[-1]):
        called += filter(_call_line, lines)
    for calls in (_xml_call, _named_call, _called_with_input):
        called += [f"{name} ({''.join(arguments)})" for name, *arguments in calls(said)]
    actions = {read_action(call) for call in called}
    action = actions.pop() if len(actions) == 1 else None
    return Answer(action, {"action": action}, reason="") if action else None


def _said(fields: Fields, name: str) -> str | None:
    """Return what stands under "current NAME", or under the name alone, in one text."""
    for key in (f"current {name}", name):
        if fields.get(key) is not None:
            return _in_words(fields[key])
    return None


def _crossing(fields: Fields) -> str | None:
    """Return what stands under a key of its own of whether this is an intersection."""
    for key in ("intersection", "is intersection", "at intersection"):
        if fields.get(key) is not None:
            return f"intersection: {_in_words(fields[key])}"
    return None


def _in_words(value: Value) -> str:
    """Return a value as text: lists as their entries, objects as "key: value"."""
    if isinstance(value, list):
        return ". ".join(filter(None, map(_in_words, value)))
    if isinstance(value, dict):
        return ". ".join(f"{key}: {_in_words(said)}" for key, said in value.items())
    return "" if value is None else _plain(value)


_escape = re.compile(r"\\(?!(?:text|math)\w*\{)(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL).sub


def _plain(text: str) -> str:
    """Return the text of a JSON string without its escapes."""
    return _escape(_unescaped, text).strip() if "\\" in text else text.strip()


def _unescaped(match: re.Match[str]) -> str:
    code, escaped = match.groups()
    return chr(int(code, 16)) if code else " " if escaped in "nrt" else escaped

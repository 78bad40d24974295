"""The reader of replies: what models write of a point, and what nobody writes."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shiftgym.replies import MAX_CHARACTERS
from shiftgym.replies import TOO_LONG as ONLY_THE_END
from virl_env.actions import ACTIONS
from virl_env.reader import KEYS, MAX_ACTION, TOO_LONG, Reply, parse_reply

SEEN, FOLLOWED, ACTION = "Café Sol is on your left", "3. Turn west.", "turn_direction(west)"
FULL = Reply(SEEN, FOLLOWED, ACTION, in_format=True)
PLAIN = json.dumps(
    {"current observation": SEEN, "current instruction": FOLLOWED, "action": ACTION},
    ensure_ascii=False,
)


def done(action: str) -> str | None:
    return parse_reply(json.dumps({"action": action})).action


def reported(observation: object) -> bool | None:
    return parse_reply(
        json.dumps({"current observation": observation, "action": "stop()"})
    ).intersection


WHOLE = {
    "plain": PLAIN,
    "indented": json.dumps(json.loads(PLAIN), indent=4),
    "escaped letters": json.dumps(json.loads(PLAIN)),
    "fenced": f"```json\n{PLAIN}\n```",
    "python": str(json.loads(PLAIN)),
    "prose around": f"I don't see \"much\":\n{PLAIN}\nThat's {{it}}.",
    "thoughts before": f'<think>Maybe {{"action": "forward()"}}? No.</think>{PLAIN}',
    "earlier answers": f'{{"action": "stop()"}} {{"action": "forward()"}} {PLAIN}',
    "cut off after": f'{PLAIN}\nOr: {{"current observation": "x", "action": "forw',
    "underscores": PLAIN.replace("current ", "current_"),
    "short keys": PLAIN.replace("current ", ""),
    "other case": PLAIN.replace("current observation", "Current Observation").replace(
        '"action"', '"ACTION"'
    ),
    "bare": f"{{current observation: {SEEN}, current instruction: {FOLLOWED}, action: {ACTION}}}",
    "nested": f'{{"answer": {PLAIN}}}',
    "tool call": json.dumps({"arguments": PLAIN}, ensure_ascii=False),
    "smart quotes": PLAIN.replace('"', "”"),
}
IN_FORMAT = {
    *("plain", "indented", "escaped letters", "fenced", "prose around", "thoughts before"),
    *("earlier answers", "cut off after"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_reads_what_models_write(name: str) -> None:
    assert parse_reply(WHOLE[name]) == replace(FULL, in_format=name in IN_FORMAT)


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_in_every_spelling(action: str) -> None:
    assert done(action) == action
    for written in (
        action.upper(),
        action.replace("(", "( ").replace(")", " )"),
        action.replace("()", "").rstrip(")"),
        action.replace("(", "('").replace(")", "')"),
        action.replace("(", '("').replace(")", '")'),
        action.replace("(", " ").replace(")", ""),
        action.replace(" ", "_"),
        f"`{action}`;",
        f" {action}. ",
    ):
        assert done(written) == action, written
    bare = action.replace("(", "('").replace(")", "')")
    assert parse_reply(f"{{action: {bare}}}").action == action
    assert parse_reply(str({"action": bare})).action == action
    assert parse_reply(f'{{"action": "{action.replace("(", "(``")}"}}').action == action


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "{}",
            '{"action"}',
            '{"actions": "forward()"}',
            "I see no way.",
            '{"action": {"do": "stop()"}}',
        ),
        *(
            '{"action": ""}',
            '{"action": null}',
            '{"action": []}',
            '{"action": ["stop()", "stop()"]}',
        ),
        *('{"action": "turn_direction", "x": {"a": "left", "b": "right"}}', '{"action": 3}'),
        '{"action": "turn_direction(left)", "x": "right"}',
        '{"action": "turn_direction", "x": ["left", "right"]}',
    ],
)
def test_unreadable(text: str) -> None:
    reply = parse_reply(text)
    assert reply.action is None
    assert not reply.in_format


@pytest.mark.parametrize("reply", [None, b"{}", {"action": "stop()"}, 3, ["stop()"], object()])
def test_anything_but_text_is_unreadable(reply: object) -> None:
    assert parse_reply(reply) == Reply()


def test_the_last_candidate_counts_even_where_it_is_no_action() -> None:
    assert parse_reply(f'{PLAIN} {{"action": "fly()"}}') == Reply()


def test_a_list_is_read_as_its_entries() -> None:
    assert reported(["No landmarks nearby", "at an intersection"]) is True
    assert parse_reply('{"observation": [], "action": "stop"}') == Reply("", None, "stop()")


def test_an_answer_is_found_wherever_it_stands_in_a_long_reply() -> None:
    for text in ("{" * 10**5 + PLAIN, PLAIN + " and so on" * 7_000, "x {" * 30_000 + PLAIN):
        assert replace(parse_reply(text), in_format=True) == FULL


def answer(**changed: object) -> str:
    return json.dumps(dict(zip(KEYS, ("none", "walk", "forward()"))) | changed)


def test_the_format_is_kept_to_the_letter() -> None:
    for action in ACTIONS:
        assert parse_reply(answer(action=action)).in_format
    for text in (
        *(answer(action=["forward()"]), answer(action="Forward()"), answer(action="forward")),
        *(answer(action=" forward()"), answer(action="turn_direction(slightly_left)")),
        *(answer(more=""), answer().replace("current observation", "Current observation")),
        *(answer().replace("current observation", "current_observation"), f"[{answer()}]"),
        *(answer(**{"current observation": None}), answer(**{"current observation": ["none"]})),
        *(str(json.loads(answer())), answer()[:-1], answer()[:-1] + ",}", f'{{"a": {answer()}}}'),
        *('{"action": "forward()"}', "forward()", "\\boxed{forward()}"),
    ):
        reply = parse_reply(text)
        assert reply.action is not None, text
        assert not reply.in_format, text


def test_the_asked_keys_and_spellings_may_be_others() -> None:
    text = '{"action": "turn_direction(slightly_left)"}'
    reply = parse_reply(text, ("action",), ("turn_direction(slightly_left)",))
    assert (reply.action, reply.in_format) == ("turn_direction(slightly left)", True)
    assert not parse_reply(text, ("action",)).in_format
    assert not parse_reply(text, KEYS, ("turn_direction(slightly_left)",)).in_format


def test_an_intersection_may_be_reported_apart() -> None:
    for value, said in (
        ("yes", True),
        ("no", False),
        (True, True),
        (False, False),
        ("maybe", None),
    ):
        for text in (
            json.dumps({"current observation": "none", "intersection": value, "action": "stop()"}),
            json.dumps({"current observation": {"intersection": value}, "action": "stop()"}),
            json.dumps({"is_intersection": value, "action": "stop()"}),
        ):
            assert parse_reply(text).intersection is said, text
    told = {"current observation": "no intersection", "intersection": "yes", "action": "stop()"}
    assert parse_reply(json.dumps(told)).intersection is None


def test_limits_are_told() -> None:
    reply = parse_reply(json.dumps({"action": "forward() - " + "on and on " * 100}))
    assert (reply.action, reply.reason) == (None, TOO_LONG)
    assert str(MAX_ACTION) in TOO_LONG
    assert parse_reply(PLAIN + " " * MAX_CHARACTERS).reason == ONLY_THE_END


FRAGMENTS = (
    *('"action": "', "{", "}", '"', "'", ":", ",", "forward()", "turn_direction(", "left", ")"),
    *('{"current observation": "', "no", "not", "intersection", "n't", ".", " and ", "at an ", "?"),
    *("\\", "\n", " ", "“", "\ud800", "İ", "_", "``", "[", "]", "yes", "is", "or", '"}'),
)
soup = st.lists(st.sampled_from(FRAGMENTS), max_size=60).map("".join)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(), soup, st.tuples(st.text(), soup).map("".join)))
def test_never_raises(text: str) -> None:
    for given_text in (
        text,
        text + PLAIN,
        PLAIN[:40] + text + PLAIN[40:],
        f'{{"action": "{text}"}}',
    ):
        reply = parse_reply(given_text)
        assert reply.action is None or reply.action in ACTIONS
    assert reported(text) in (None, True, False)


SIDES = ("left: Thyme Library", "Right: a cafe.", "to my left: Thyme Library", "north: Main Street")


@pytest.mark.parametrize("said", SIDES)
def test_the_side_of_a_landmark_is_a_turn_only_as_the_value_of_an_action(said: str) -> None:
    assert parse_reply(said).action is None
    assert parse_reply(f"**{said}**").action is None
    (word,) = re.findall("left|right|north", said.lower())
    assert parse_reply(json.dumps({"action": said})).action == f"turn_direction({word})"
    assert parse_reply(f"Action: {said}").action == f"turn_direction({word})"


@pytest.mark.parametrize("why", ["because it is there", "I am at the corner", "90 degrees"])
def test_a_direction_with_its_reason_is_a_turn(why: str) -> None:
    assert parse_reply(f"left: {why}").action == "turn_direction(left)"


@pytest.mark.parametrize(
    ("said", "action"),
    [
        ("turn_direction(left) with the library on my right", "turn_direction(left)"),
        ("turn left with a bakery on the left", "turn_direction(left)"),
        ("forward() with the library on my right", "forward()"),
        ("stop() with the library on my left", "stop()"),
        ("turn_direction(left) with a turn to the right", None),
        ("turn left with the right", None),
        ("turn_direction(left) with my heading to the right", None),
        ("forward() with a stop()", None),
        ("forward() with a turn on the left", "forward()"),
        ("turn left with a stop ahead of the right", None),
    ],
)
def test_what_is_beside_the_walker_explains_an_action(said: str, action: str | None) -> None:
    assert parse_reply(said).action == action
    assert parse_reply(json.dumps({"action": said})).action == action

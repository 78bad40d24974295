"""The reader of replies: what models write of a point, and what nobody writes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shiftgym.replies import MAX_CHARACTERS
from virl_env.dynamics import ACTIONS
from virl_env.reader import MAX_ACTION, MAX_REPORT, Reply, parse_reply, read_action

SEEN, FOLLOWED, ACTION = "Café Sol is on your left", "3. Turn west.", "turn_direction(west)"
FULL = Reply(SEEN, FOLLOWED, ACTION)
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


@pytest.mark.parametrize("name", WHOLE)
def test_reads_what_models_write(name: str) -> None:
    assert parse_reply(WHOLE[name]) == FULL


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
    ("written", "action"),
    [
        ("turn left", "turn_direction(left)"),
        ("Turn to the left.", "turn_direction(left)"),
        ("turn slightly right", "turn_direction(slightly right)"),
        ("turn slight right", "turn_direction(slightly right)"),
        ("turn_direction(north-east)", "turn_direction(northeast)"),
        ("turn_direction(North East)", "turn_direction(northeast)"),
        ("turnDirection(west)", "turn_direction(west)"),
        ("turn direction = west", "turn_direction(west)"),
        ("move forward", "forward()"),
        ("STOP", "stop()"),
    ],
)
def test_tolerated_spelling(written: str, action: str) -> None:
    assert done(written) == action


@pytest.mark.parametrize(
    "written",
    [
        "",
        "left",
        "turn_direction()",
        "turn_direction(x)",
        "turn_direction(around)",
        "turn_direction(left) or turn_direction(right)",
        "forward() twice",
        "forward(2)",
        "forward(), stop() or turn_direction(x)",
        "do not stop",
        "null",
        "backward()",
        "stop()" + "!" * 5,
        "forward" + " " * MAX_ACTION + "()",
        "ſtop()",
    ],
)
def test_what_is_no_action_of_the_task(written: str) -> None:
    assert done(written) is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "forward()", "action: forward()", "{}", '{"action"}', '{"actions": "forward()"}'),
        *('{"action": "forward()"', '{"action": ["forward()"]}', '{"action": {"do": "stop()"}}'),
        *('{"action": ""}', '{"action": null}'),
    ],
)
def test_unreadable(text: str) -> None:
    assert parse_reply(text) in (Reply(), Reply(action=None))
    assert parse_reply(text).action is None


@pytest.mark.parametrize("reply", [None, b"{}", {"action": "stop()"}, 3, ["stop()"], object()])
def test_anything_but_text_is_unreadable(reply: object) -> None:
    assert parse_reply(reply) == Reply()


def test_the_last_candidate_counts_even_where_it_is_no_action() -> None:
    assert parse_reply(f'{PLAIN} {{"action": "fly()"}}') == Reply()


@pytest.mark.parametrize(
    "observation",
    [
        "At an intersection.",
        "I am at an intersection",
        "Intersection: yes",
        "intersection=True",
        "Intersection (yes)",
        "intersection observed",
        "an intersection is visible here",
        "There is an intersection.",
        "No landmarks nearby, at an intersection",
        "No landmarks nearby. Intersection: yes.",
        "No landmarks nearby; intersection observed",
        "No landmarks nearby and an intersection is seen",
        "no landmarks nearby, but I'm at an intersection",
        "No landmarks at this intersection",
        "I do not see any landmarks at this intersection",
        "Café Sol is on your left at the intersection",
        "at an intersection with no landmarks nearby",
        "at the intersection, not yet at the destination",
        "A right_behind, intersection yes",
        "nothing, intersection yes",
        "is_intersection: true",
        "Landmark: none | Intersection: yes",
        "No landmarks nearby (intersection)",
        "No landmarks nearby – at an intersection",
        "an intersection. Yes, this is an intersection",
        "not at the destination yet, but at an intersection",
        "no turn yet and at an intersection",
        "I don't see any sign at the intersection",
    ],
)
def test_reports_an_intersection(observation: str) -> None:
    assert reported(observation) is True


@pytest.mark.parametrize(
    "observation",
    [
        "No intersection",
        "no intersection observed",
        "No intersections nearby.",
        "not at an intersection",
        "I am not standing at an intersection",
        "I'm not at any intersection",
        "There isn't an intersection here",
        "this isn’t an intersection",
        "Intersection: no",
        "Intersection: none",
        "intersection=False",
        "intersection (no)",
        "Intersection: not observed",
        "an intersection is not visible",
        "the intersection isn't here",
        "intersection visible: no",
        "intersection not observed",
        "I do not see an intersection",
        "I don't think that we are at an intersection",
        "no landmarks or intersections nearby",
        "This place is not an intersection",
        "we are in the middle of a block, which is not an intersection",
        "no landmarks and I cannot see an intersection",
        "neither a landmark nor an intersection",
        "no landmarks and no intersection",
        "No landmarks nearby, no intersection",
        "without an intersection",
        "no longer at the intersection",
        "a non-intersection point: no intersection",
        "nothing, intersection no",
        "intersection_observed: no",
        "intersection: 0",
        "No landmarks nearby (no intersection)",
        "(not an intersection) Café Sol is on my left",
        "a plain point with no intersection or landmark",
        "Café Sol is on your left. Not an intersection.",
        "No intersection, I will walk to the next intersection",
    ],
)
def test_reports_that_there_is_none(observation: str) -> None:
    assert reported(observation) is False


@pytest.mark.parametrize(
    "observation",
    [
        "",
        "No landmarks nearby",
        "Café Sol is on your left",
        "approaching the intersection",
        "walk until the next intersection",
        "between two intersections",
        "an intersection lies ahead",
        "not sure whether this is an intersection",
        "perhaps an intersection",
        "Is this an intersection?",
        "Intersection: unknown",
        "intersection: n/a",
        "what is in sight, and whether there is an intersection",
        "an intersection. No intersection.",
        "intersectional",
        "I do not see anything that looks like an intersection",
        "The destination isn't visible at this intersection",
        "near an intersection",
        "there is an intersection in front of me",
        "the intersection is not far",
        "." * MAX_REPORT + "no intersection",
        None,
        {"intersection": False},
    ],
)
def test_reports_nothing_certain(observation: object) -> None:
    assert reported(observation) is None


def test_a_list_is_read_as_its_entries() -> None:
    assert reported(["No landmarks nearby", "at an intersection"]) is True
    assert parse_reply('{"observation": [], "action": "stop"}') == Reply("", None, "stop()")


def test_only_the_end_of_a_long_reply_is_read() -> None:
    assert parse_reply("{" * 10**6 + PLAIN) == FULL
    assert parse_reply(PLAIN + " " * MAX_CHARACTERS) == Reply()


FRAGMENTS = (
    *('"action": "', "{", "}", '"', "'", ":", ",", "forward()", "turn_direction(", "left", ")"),
    *('{"current observation": "', "no", "not", "intersection", "n't", ".", " and ", "at an ", "?"),
    *("\\", "\n", " ", "“", "\ud800", "İ", "_", "``", "[", "]", "yes", "is", "or", '"}'),
)
soup = st.lists(st.sampled_from(FRAGMENTS), max_size=60).map("".join)


@settings(max_examples=500, deadline=None)
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


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_no_text_is_read_as_an_action_it_does_not_spell(text: str) -> None:
    action = read_action(text)
    if action is not None:
        letters = "".join(filter(str.isalpha, text.lower()))
        assert letters.endswith("".join(filter(str.isalpha, action))[-4:])

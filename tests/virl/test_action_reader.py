"""The reader of actions: what names an action of the task beyond doubt, and what does not."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from virl_env.action_reader import MAX_ACTION, is_placeholder, read_action
from virl_env.actions import ACTIONS
from virl_env.directions import WORDS

READ = {
    "turn_direction(left)": [
        "turn_direction(x=left)",
        "turn_direction(x='left')",
        'turn_direction("left")',
        "turn_direction(“left”)",
        "turn_direction(direction=left)",
        'turn_direction({"x": "left"})',
        "turn_direction[left]",
        "turn-direction(left)",
        "[turn_direction(left)]",
        "turn_direction: left",
        "turn_direction(heading=left)",
        "turn(left)",
        "turn('left')",
        "turn(x=left)",
        "turn_direction = left",
        "turn_direction left",
        "turn_direction -> left",
        "turn_direction(to the left)",
        "turn_direction(left) to face west",
        "turn_direction(left) (west)",
        "turn_direction(left (west))",
        "turn_direction(left, west)",
        "turn_direction(left, facing west)",
        "left (west)",
        "left",
        "Left.",
        "turn left",
        "turn_left()",
        "turnLeft()",
        "turn left at this intersection",
        "turn left at the intersection",
        "turn left to face west",
        "turn to the left",
        "turn to your left",
        "left turn",
        "make a left turn",
        "make a left",
        "take a left",
        "go left",
        "I turn left",
        "I will turn left.",
        "I should turn_direction(left)",
        "Action: turn_direction(left)",
        "The action is turn_direction(left).",
        "call turn_direction(left)",
        "1. turn_direction(left)",
        "\\text{turn\\_direction(left)}",
        "\\boxed{turn_direction(left)}",
        "turn_direction(left) # towards the library on the right",
        "turn_direction(left) // now",
        "turn_direction(left) because the library is on my right",
        "turn_direction(left) onto West Street",
        "turn_direction(left) – turn left here",
        "turn left and face west",
    ],
    "turn_direction(slightly left)": [
        "turn_direction(slight left)",
        "turn_direction(bear left)",
        "slight left",
        "slightly left",
        "turn slightly to the left",
        "bear left",
        "bear to the left",
        "turn_direction(slightly_left)",
        "turn_direction(SLIGHTLY LEFT)",
    ],
    "turn_direction(northwest)": [
        "NW",
        "turn_direction(NW)",
        "turn_direction(N.W.)",
        "turn_direction(N. W.)",
        "turn_direction(N-W)",
        "turn_direction(x='N.W')",
        "turn N.W.",
    ],
    "turn_direction(north)": [
        "turn_direction(N)",
        "turn_direction(N.)",
        "turn_direction(north) as I am facing west",
        "turn_direction(north), I now face west",
        "turn_direction(north) from facing west",
        "turn_direction(north) to face West Street",
    ],
    "turn_direction(west)": [
        "turn_direction(w)",
        "turn to face west",
        "face west",
        "turn towards the west",
        "turn west",
        "turn_direction(west (270°))",
        "turn_direction(west) (270°)",
        "west (270°)",
        "west (270 degrees)",
        "west, 270°",
        "turn_direction(west, 270)",
        "turn_direction(west) (left)",
        "turn_direction(west) (90° left)",
        "turn_direction(west) to face left",
        "turn_direction(west 270°) to face the library",
        "turn_direction(west) onto S. Main Street",
    ],
    "turn_direction(northeast)": [
        "turn_direction(north\u2010east)",
        "turn_direction(north\u2011east)",
        "turn_direction(north\u2012east)",
        "turn_direction(north–east)",
        "turn_direction(north\u2014east)",
        "north east",
    ],
    "forward()": [
        "walk ahead 200 meters",
        "go straight 50 m",
        "[forward()]",
        "<forward()>",
        "forward",
        "FORWARD",
        "forward();",
        "Forward!",
        "`forward()`",
        "**forward()**",
        "walk ahead",
        "walk forward",
        "go straight",
        "go straight ahead",
        "keep walking",
        "continue straight",
        "continue forward",
        "keep going straight",
        "move forward",
        "moveForward()",
        "go_forward()",
        "walk on",
        "proceed",
        "straight",
        "straight ahead",
        "forward() - walk ahead to the next point",
        "forward() # not at the destination yet",
        "forward(): the destination is not in sight",
        "walk ahead for about 200 meters",
        "Walk ahead until your destination, Aspen Bakery, is on your left",
        "walk straight along Oak Street",
        "forward() to the bus stop",
        "forward() - no turn needed yet",
        "forward() - the destination is not here",
        "I will walk forward to the next point.",
        "I'll go forward",
        "continue walking forward",
        "forward() (west)",
    ],
    "stop()": [
        "stop",
        "stop()",
        "STOP.",
        "stop here",
        "stop now",
        "stop walking",
        "Stop!",
        "halt",
        "end the walk",
        "stop() - the destination is on my right",
        "stop, as the destination is on my right",
        "stop at the destination",
        "stop, the destination is here",
    ],
}

NOT_READ = [
    "turn left, 50 meters ahead",
    "stop in 50 m",
    "turn right round",
    "turn_direction(x)",
    "turn_direction(X)",
    "turn_direction()",
    "turn_direction",
    "turn",
    "turn_direction(around)",
    "u-turn",
    "turn around",
    "turn_direction(left), then forward()",
    "turn_direction(left), forward()",
    "turn_direction(left); forward()",
    "turn_direction(left) forward()",
    "turn_direction(left) and forward()",
    "turn_direction(left) or turn_direction(right)",
    "turn_direction(left or right)",
    "turn_direction(left/right)",
    "turn_direction(left, right)",
    "turn_direction(left) (right)",
    "turn_direction(left)/right",
    "turn_direction(left), right",
    "turn_direction(left)turn_direction(right)",
    "turn_direction(left)\nturn_direction(right)",
    "turn_direction(left) → forward()",
    "turn left and walk ahead",
    "turn left, walk ahead",
    "turn left then go straight",
    "turn left and continue",
    "do not turn left",
    "don't turn left",
    "not left",
    "not turn_direction(left)",
    "no left turn",
    "never stop",
    "turn left?",
    "left?",
    "left or right",
    "left, right",
    "left right",
    "neither left nor right",
    "turn left at the next intersection",
    "turn left in 50 meters",
    "turn left after 50 meters",
    "walk ahead, then stop",
    "stop() or forward()",
    "forward(), stop() or turn_direction(x)",
    "forward(), stop()",
    "forward() until the intersection, then turn left",
    "forward() and turn left",
    "forward() twice",
    "forward(2)",
    "forward (5 times)",
    "Walk ahead for about 200 meters, to the intersection where you turn",
    "forward() left",
    "forward(), left",
    "head west",
    "go west",
    "stop at the next corner",
    "don't stop",
    "",
    "none",
    "null",
    "x",
    "backward()",
    "fly()",
    "ſtop()",
    "turn_direction(up)",
    "turn_direction(north or south)",
    "north by northwest",
    "north-north-east",
    "northnortheast",
    "turn_direction(NE) (SW)",
    "forward()? no",
    "forward() wait, stop()",
    "maybe forward()",
    "forward() is wrong",
    "turn_direction(90)",
    "turn_direction(left) unless the road is closed",
    "turn left when you see the bakery",
    "turn left or go on",
    "either left or right",
    "turn_direction(left) instead of forward()",
    "I will not stop",
    "stop() ... no, forward()",
    "left, then right",
    "north, then east",
    "u turn",
    "turn_direction(back)",
    "turn_direction(straight)",
    "turn 90 degrees",
    "sharp",
    "action",
    "turn_direction(north/west)",
    "turn_direction(north, west)",
    "forward() & turn_direction(left)",
    "forward() + stop()",
    "turn_direction(N.N.W.)",
    "turn_direction(N/W)",
    "turn_direction(N, W)",
    "turn_direction(N.S.)",
    "turn_direction(N - W)",
    "turn_direction(north, W)",
    "turn_direction(N (W))",
    "turn_direction(west) to face north",
    "turn_direction(west) so that I face north",
    "turn_direction(west), facing north",
    "turn_direction(west) towards north",
    "turn_direction(west) towards the north",
    "turn west and face north",
    "turn_direction(west) until I face north",
    "turn_direction(left) to face right",
    "turn_direction(left) towards the right",
    "turn_direction(west (90°))",
    "turn_direction(west, 180)",
    "west (180 degrees)",
    "turn_direction(left (slightly))",
    "turn_direction(left) - not yet",
    "turn_direction(left), but not now",
    "turn_direction(left): no",
    "stop() # not here",
    "stop(), no, not yet.",
    "forward() - not possible",
    "turn left at this point, but not now",
    "forward() to face west",
    "forward() and face west",
    "stop() and face west",
    "forward()\nstop()",
]


@pytest.mark.parametrize("action", READ)
def test_what_names_an_action(action: str) -> None:
    assert {text: read_action(text) for text in READ[action]} == dict.fromkeys(READ[action], action)


def test_what_names_none_or_several() -> None:
    assert {text: read_action(text) for text in NOT_READ} == dict.fromkeys(NOT_READ)


def test_every_word_in_every_call() -> None:
    calls = (
        *("turn_direction({})", "turn_direction(x={})", "turn_direction('{}')", "turn {}", "{}"),
        *("turn_direction: {}", "turn_{}()", "turn to face {}", "Turn {}.", "{} (it is near)"),
        *("turn_direction({}) - along the street", "turn_direction({}) to reach the library"),
    )
    for call, word in itertools.product(calls, WORDS):
        for written in {word, word.upper(), word.title(), word.replace(" ", "_")}:
            text = call.format(written)
            assert read_action(text) == f"turn_direction({word})", text


def test_two_different_actions_are_never_read() -> None:
    joints = (", ", "; ", " and ", " or ", " then ", ", then ", " / ", "/", "\n", " -> ", " ", ". ")
    said = ("forward()", "stop()", "turn_direction(left)", "turn left", "walk ahead", "stop here")
    said += ("turn_direction(west)", "turn_direction(slightly left)", "go straight")
    for first, joint, second in itertools.product(said, joints, said):
        one, other = read_action(first), read_action(second)
        assert one is not None
        assert other is not None
        if one != other:
            text = first + joint + second
            assert read_action(text) is None, text


@pytest.mark.parametrize("word", WORDS)
def test_a_denial_is_never_read(word: str) -> None:
    for denial in ("do not ", "don't ", "never ", "not ", "no ", "I will not ", "cannot "):
        for action in (
            f"turn {word}",
            f"turn_direction({word})",
            "forward()",
            "stop",
            "walk ahead",
        ):
            assert read_action(denial + action) is None


def test_a_direction_in_brackets_describes_only_across_frames() -> None:
    assert read_action("left (west)") == "turn_direction(left)"
    assert read_action("west (left)") == "turn_direction(west)"
    assert read_action("left (right)") is None
    assert read_action("west (north)") is None
    assert read_action("left (slightly left)") is None
    assert read_action("left (left)") == "turn_direction(left)"


def test_the_longest_action() -> None:
    explained = "forward() - " + "x" * MAX_ACTION
    assert read_action(explained[:MAX_ACTION]) == "forward()"
    assert read_action(explained) is None


def test_placeholders() -> None:
    for text in ("turn_direction(x)", "forward(), stop() or turn_direction(x)", "...", "", "<>"):
        assert is_placeholder(text)
    for text in (*ACTIONS, "left", "fly()"):
        assert not is_placeholder(text)


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_no_text_is_read_as_an_action_it_does_not_spell(text: str) -> None:
    action = read_action(text)
    assert action is None or action in ACTIONS


PIECES = (
    *("turn_direction", "(", ")", "left", "right", "north", "west", "slightly ", " ", "_", "-"),
    *(
        "forward",
        "stop",
        "walk ",
        "ahead",
        "x=",
        "'",
        ",",
        " to face ",
        " on my ",
        "not ",
        "\\text{",
    ),
)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_soup_of_actions(text: str) -> None:
    action = read_action(text)
    assert action is None or action in ACTIONS
    if action in ("forward()", "stop()"):
        assert "turn_direction(" not in text
    elif action is not None:
        # "left slightly" is read too, so each word is looked for by itself.
        letters = "".join(filter(str.isalpha, text.replace("\\text", "")))
        assert all(word in letters for word in action[15:-1].split())

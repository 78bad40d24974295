"""Shapes of replies as chat models write them, each with what it means.

Written from formats seen in public transcripts before the reader was looked at. A row is a reply,
the action that it means (None: none that is beyond doubt) and what it says of the intersection.
"""

from __future__ import annotations

import json


def full(action: object, seen: object = "No landmarks nearby. Intersection: no.") -> str:
    """Return a reply with the three keys that the prompt asks for."""
    return json.dumps(
        {
            "current observation": seen,
            "current instruction": "Walk ahead for about 200 meters.",
            "action": action,
        },
        ensure_ascii=False,
    )


LEFT, RIGHT, WEST = "turn_direction(left)", "turn_direction(right)", "turn_direction(west)"
NORTHEAST, SLIGHTLY_LEFT = "turn_direction(northeast)", "turn_direction(slightly left)"
FORWARD, STOP = "forward()", "stop()"

SHAPES: list[tuple[str, str | None, bool | None]] = [
    # The asked object, and what stands around it.
    (full("forward()"), FORWARD, False),
    (
        "Let me think. I face east already.\n\n```json\n" + full("forward()") + "\n```",
        FORWARD,
        False,
    ),
    (
        "### Reasoning\n1. I am at the start.\n2. I have to turn.\n\n**Final Answer**\n\n```\n"
        + full("turn_direction(left)")
        + "\n```\n\nLet me know if you need anything else!",
        LEFT,
        False,
    ),
    ("<think>\nMaybe stop()? No, it is not there.\n</think>\n\n" + full(FORWARD), FORWARD, False),
    ("<answer>\n" + full(WEST) + "\n</answer>", WEST, False),
    (
        "{'current observation': 'There is an intersection.', 'current instruction': "
        "'There, turn left', 'action': 'turn_direction(left)'}",
        LEFT,
        True,
    ),
    (
        '{\n  "current observation": "Intersection: yes",\n  "current instruction": "turn",\n'
        '  "action": "turn_direction(left)",\n}',
        LEFT,
        True,
    ),
    (
        '{"current_observation": "This is an intersection.", "current_instruction": "turn left", '
        '"action": "turn_direction(left)"}',
        LEFT,
        True,
    ),
    (
        '{"Current Observation": "I am at an intersection.", "Current Instruction": "Turn left", '
        '"Action": "Turn_Direction(Left)"}',
        LEFT,
        True,
    ),
    (
        '{"observation": "No landmarks nearby. There is no intersection here.", '
        '"instruction": "walk ahead", "action": "forward()"}',
        FORWARD,
        False,
    ),
    (full("turn_direction(left)")[:-1], LEFT, False),
    ("[" + full("forward()") + "]", FORWARD, False),
    ('{"response": ' + full("forward()") + "}", FORWARD, False),
    (
        '{"current observation": "no intersection", // as told\n "current instruction": "go on",\n'
        ' "action": "forward()"}',
        FORWARD,
        False,
    ),
    # An action in other words.
    (full("turn_direction('left')"), LEFT, False),
    (full('turn_direction("left")'), LEFT, False),
    (full("turn_direction(x=left)"), LEFT, False),
    (full('turn_direction(x="slightly left")'), SLIGHTLY_LEFT, False),
    (full("turn_direction(slightly_left)"), SLIGHTLY_LEFT, False),
    (full("turn_direction(slight left)"), SLIGHTLY_LEFT, False),
    (full("turn_direction(North-East)"), NORTHEAST, False),
    (full("turn_direction(north‑east)"), NORTHEAST, False),
    (full("turn_direction(ne)"), NORTHEAST, False),
    (full("Turn left."), LEFT, False),
    (full("turn left at this intersection"), LEFT, False),
    (full("turn to the right"), RIGHT, False),
    (full("Turn to face northeast"), NORTHEAST, False),
    (full("turn_direction(left) at the corner"), LEFT, False),
    (full("`turn_direction(left)`"), LEFT, False),
    (full("**forward()**"), FORWARD, False),
    (full("forward();"), FORWARD, False),
    (full("FORWARD"), FORWARD, False),
    (full("Move forward"), FORWARD, False),
    (full("Continue straight ahead"), FORWARD, False),
    (full("keep walking"), FORWARD, False),
    (full("forward() # the bakery is not in sight yet"), FORWARD, False),
    (full("Stop."), STOP, False),
    (full("stop() - the destination is on my right"), STOP, False),
    (full(["stop()"]), STOP, False),
    (full({"type": "turn_direction", "direction": "left"}), LEFT, False),
    (full({"turn_direction": "left"}), LEFT, False),
    (full({"name": "forward", "arguments": {}}), FORWARD, False),
    (full({"function": "turn_direction", "args": ["west"]}), WEST, False),
    *(
        (full(said), WEST, False)
        for said in (
            "turn_direction(west 270°)",
            "turn_direction(west 270 degrees)",
            "west 270°",
            "turn_direction(westward)",
            "turn_direction(Westwards)",
            "turn_direction(due west)",
            "turn_direction(face west)",
            "turn_direction(turn to face west)",
            "turn so that I face west",
            "Turn so you face west.",
            "turn and face west",
            "face due west",
        )
    ),
    *(
        (full(said), LEFT, False)
        for said in (
            "turn_direction(turn left)",
            "turn_direction<left>",
            "I'd turn left",
            "turn_direction(left) according to instruction 2",
            "turn left 90 degrees",
            "turn_direction(left) per instruction 2",
            "turn left once",
        )
    ),
    *(
        (full(said), SLIGHTLY_LEFT, False)
        for said in (
            "turn left slightly",
            "turn_direction(left slightly)",
            "turn to the left slightly",
        )
    ),
    *(
        (full(said), FORWARD, False)
        for said in (
            "go to the next point",
            "Move to the next point.",
            "proceed to the next point",
            "forward() heading north",
            "forward() past the bus stop",
            "forward() once",
            "forward() one step",
            "take one step forward",
            "forward() - not yet time to turn",
            "forward() - no need to turn here",
        )
    ),
    *((full(said), STOP, False) for said in ("stop the walk", "stop walking forward")),
    # Calls of tools.
    ('{"action": "turn_direction", "direction": "west"}', WEST, None),
    ('{"action": "turn_direction", "parameters": {"x": "west"}}', WEST, None),
    ('{"name": "turn_direction", "arguments": {"x": "left"}}', LEFT, None),
    (
        'I turn.\n<tool_call>\n{"name": "turn_direction", "arguments": {"x": "left"}}\n'
        "</tool_call>",
        LEFT,
        None,
    ),
    (
        '<function_calls>\n<invoke name="turn_direction">\n<parameter name="x">left</parameter>\n'
        "</invoke>\n</function_calls>",
        LEFT,
        None,
    ),
    ("<function=forward>\n</function>", FORWARD, None),
    (
        "<tool_call>\n<function=turn_direction>\n<parameter=x>\nleft\n</parameter>\n</function>\n"
        "</tool_call>",
        LEFT,
        None,
    ),
    ('<function=turn_direction>{"x": "left"}</function>', LEFT, None),
    (
        "<tool_call>turn_direction\n<arg_key>x</arg_key>\n<arg_value>slightly left</arg_value>\n"
        "</tool_call>",
        SLIGHTLY_LEFT,
        None,
    ),
    ("<tool_call>forward\n</tool_call>", FORWARD, None),
    ("I have to turn.\n\n```python\nturn_direction('left')\n```", LEFT, None),
    ("Thought: I turn.\nAction: turn_direction\nAction Input: left", LEFT, None),
    ('Thought: I turn.\nAction: turn_direction\nAction Input: {"x": "left"}', LEFT, None),
    ("Thought: I walk.\nAction: forward\nAction Input: None", FORWARD, None),
    # Without an object.
    ("Thought: the way goes on straight ahead.\nAction: forward()", FORWARD, None),
    ("I have to face west now.\n\n**Action:** `turn_direction(west)`", WEST, None),
    ("The destination is on my right. \\boxed{stop()}", STOP, None),
    ("$$\\boxed{\\text{turn\\_direction(left)}}$$", LEFT, None),
    ("<think>short</think><answer>turn_direction(west)</answer>", WEST, None),
    ("forward()", FORWARD, None),
    ("Final answer: stop()", STOP, None),
    # What contradicts itself, denies, asks, or says nothing.
    (full("forward() or stop()"), None, False),
    (full("forward(), stop() or turn_direction(x)"), None, False),
    (full("turn_direction(x)"), None, False),
    (full("turn_direction()"), None, False),
    (full("turn_direction(up)"), None, False),
    (full("turn_direction(left); forward()"), None, False),
    (full("turn_direction(left) and then walk ahead"), None, False),
    (full("turn_direction(left or right)"), None, False),
    (full(["turn_direction(left)", "forward()"]), None, False),
    (full("do not stop"), None, False),
    (full("not forward()"), None, False),
    (full("left? right?"), None, False),
    *(
        (full(said), None, False)
        for said in (
            "turn_direction(west 90°)",
            "west 270 m",
            "turn_direction(left) - slightly",
            "turn so that I face west or north",
            "turn_direction(face west), forward()",
            "slightly left slightly",
            "walk heading north",
            "forward() heading left",
            "forward() heading north, then left",
            "turn left past the library",
            "forward() once you see the bakery",
            "forward() one step, then turn left",
            "go to the next point and turn left",
            "go to the next intersection",
            "turn left and go to the next point",
            "stop the walk, turn left",
            "forward() - no need to stop, turn left",
            "I'd rather turn left",
            "take one step left",
            "turn left 45 degrees",
            "turn left 180 degrees",
            "turn_direction<left> or turn_direction<right>",
        )
    ),
    ("Action: turn_direction\nAction Input: left\nAction: forward\nAction Input: None", None, None),
    ("Action: turn_direction\nAction Input: left or right", None, None),
    ("```python\nturn_direction('left')\nforward()\n```", None, None),
    ('<function=turn_direction>{"x": "up"}</function>', None, None),
    ("<tool_call>forward</tool_call>\n<tool_call>stop</tool_call>", None, None),
    (full(""), None, False),
    (full("none"), None, False),
    (full(None), None, False),
    ("<think>I could answer " + full("forward()") + " but let me check", None, None),
    ("I am sorry, but I cannot see the street.", None, None),
    ("I could walk forward or stop here.", None, None),
    ("", None, None),
    # What is said of the intersection.
    (full("forward()", "We are at an intersection."), FORWARD, True),
    (
        full("forward()", "I am standing at the intersection of Elm Street and Oak Street."),
        FORWARD,
        True,
    ),
    (full("forward()", "No landmarks nearby, and I am at an intersection."), FORWARD, True),
    (full("forward()", "No landmarks nearby. Yes, there is an intersection."), FORWARD, True),
    (full("forward()", "Aspen Bakery is on your right. Intersection: Yes."), FORWARD, True),
    (full("forward()", {"landmarks": "none", "intersection": True}), FORWARD, True),
    (full("forward()", {"landmarks": "none", "intersection": "no"}), FORWARD, False),
    (full("forward()", "No landmarks nearby and no intersection."), FORWARD, False),
    (full("forward()", "There isn't an intersection here."), FORWARD, False),
    (full("forward()", "Nothing in sight; I'm not at an intersection."), FORWARD, False),
    (full("forward()", "This is not an intersection"), FORWARD, False),
    (full("forward()", "no landmarks, no intersections"), FORWARD, False),
    (full("forward()", "I see an intersection in the distance."), FORWARD, None),
    (full("forward()", "The intersection is about 50 meters ahead."), FORWARD, None),
    (full("forward()", "I am approaching an intersection."), FORWARD, None),
    (full("forward()", "I have left the intersection behind me."), FORWARD, None),
    (full("forward()", "It is unclear whether there is an intersection."), FORWARD, None),
    (full("forward()", "Is there an intersection?"), FORWARD, None),
    (full("forward()", "what is in sight, and whether there is an intersection"), FORWARD, None),
    (full("forward()", "The intersection where I turn is not in sight yet."), FORWARD, None),
    (full("forward()", "I should be at an intersection soon."), FORWARD, None),
    (full("forward()", "If there is an intersection, I turn."), FORWARD, None),
    (full("forward()", "No landmarks nearby."), FORWARD, None),
]

"""Prompts, feedback and the judgement of replies at the points of a route."""

from __future__ import annotations

import json
import random
import re
from itertools import permutations

import pytest

from shiftgym.prompts import build_feedback, build_messages
from virl_env.actions import ACTIONS
from virl_env.directions import NAMED, Directions
from virl_env.routes.instructions import NAMINGS
from virl_env.routes.rail import build_rail
from virl_env.routes.route import Landmark, Leg, Route
from virl_env.scene import Scene, rail_scenes
from virl_env.text import (
    COMPACT,
    COMPACT_WORDS,
    DEFAULT,
    TEMPLATES,
    PromptTemplate,
    build_prompt,
    build_reply,
    find_template,
    judge_reply,
)
from virl_env.verifier import Outcome, Verdict
from virl_env.world.geometry import COMPASS, RELATIVE, SIDES

WORLD = Directions("world", COMPASS[1:] + COMPASS[:1])
BODY = Directions("body", ("slightly left", "left", "slightly right", "right"))
RULES = (*NAMED.values(), WORLD, BODY)


def make_route(names: tuple[str | None, ...] = ("Sol Café", None, "Mill Bank")) -> Route:
    """Return a route of a leg for each name: None for nothing in sight at its end."""
    headings = (270, 0, 45, 180, 90, 315, 200, 100)
    legs = []
    for number, name in enumerate(names):
        end = (40.0 + 0.001 * number, -70.0 - 0.001 * number)
        landmark = None if name is None else Landmark(name, "cafe", (end[0], end[1] + 0.0001))
        side = None if name is None else SIDES[(3 * number + 5) % 8]
        legs.append(Leg(headings[number], 100.0, end, landmark, side))
    return Route("Nowhere", (39.999, -69.999), "Home", names[-1] or "", 90, tuple(legs))


ROUTE = make_route()


def scenes(rule: Directions = NAMED["absolute"], **options: object) -> list[Scene]:
    steps = build_rail(ROUTE, directions=rule)
    return rail_scenes(ROUTE, steps, rule, **options)  # type: ignore[arg-type]


SCENES = scenes()
TURNING = SCENES[6]
"""The first turning point, with Sol Café in sight."""


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def test_default_prompt_tells_the_point() -> None:
    prompt = build_prompt(TURNING._replace(max_attempts=4))
    for number, line in enumerate(TURNING.instructions, 1):
        assert f"\n{number}. {line}\n" in prompt
    for said in (
        "In sight: Sol Café is on your left behind.",
        "Intersection: yes.",
        "face west (heading 270 degrees",
        "turn_direction(west), forward() (5 times).",
        "Attempts allowed here: 4.",
        *('"current observation"', '"current instruction"', '"action"'),
        *("forward()", "stop()", "turn_direction(x)"),
    ):
        assert said in prompt


def test_what_is_in_sight_is_told_alike_everywhere() -> None:
    plain, crossing = SCENES[3], SCENES[12]
    assert (plain.intersection, crossing.intersection) == (False, True)
    for scene in (plain, crossing, SCENES[0]):
        assert "In sight: No landmarks nearby." in build_prompt(scene)
        assert "see nothing." in build_prompt(scene, COMPACT)
    assert "In sight: The destination Mill Bank is on your" in build_prompt(SCENES[-1])
    assert "Intersection: no." in build_prompt(plain)
    assert "Done so far: nothing yet." in build_prompt(SCENES[0])
    unread = plain._replace(actions=("stop()", "", ""))
    assert "Done so far: stop(), no action (2 times)." in build_prompt(unread)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_rules_are_stated_in_one_way(rule: Directions) -> None:
    prompt, compact = (build_prompt(scenes(rule)[0], template) for template in (DEFAULT, COMPACT))
    names = COMPASS if rule.frame == "world" else RELATIVE
    pairs = ", ".join(f"for {name} say {word}" for name, word in zip(names, rule.words))
    assert f": {pairs}." in prompt
    assert ("goes by its own name" in prompt) is (rule in NAMED.values())
    assert ("compass direction" in prompt) is (rule.frame == "world")
    assert ("how you turn" in prompt) is (rule.frame == "body")
    table = [word.replace(" ", "_") for pair in zip(names, rule.words) for word in pair]
    assert words(compact)[: 1 + len(table)] == [rule.frame, *table]


def test_prompts_of_two_rules_differ_in_the_rule_alone() -> None:
    for template in (DEFAULT, COMPACT):
        for one, other in zip(scenes(NAMED["absolute"]), scenes(WORLD)):
            same = other._replace(directions=one.directions, actions=one.actions)
            assert build_prompt(same, template) == build_prompt(one, template)


def test_compact_prompt() -> None:
    rule = NAMED["relative"]
    order = (3, 1, 2, 4, 5, 6, 7, 8, 9, 10)
    assert build_prompt(scenes(rule, landmark_order=order)[6], COMPACT) == (
        "body: left left, right right, slightly_left slightly_left, slightly_right slightly_right. "
        "turn right north. walk. turn slightly_right northeast. walk B right_behind. "
        "facing west. see C left_behind. intersection yes."
    )


@pytest.mark.parametrize("naming", NAMINGS)
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_compact_words_are_a_closed_list(naming: str, rule: Directions) -> None:
    allowed = set(COMPACT_WORDS)
    for names in (("Ä",) * 8, (None, "X", None, "Y")):
        route = make_route(names)
        steps = build_rail(route, directions=rule)
        for step, scene in zip(steps, rail_scenes(route, steps, rule, naming=naming)):
            prompt = build_prompt(scene, COMPACT)
            assert set(words(prompt + build_reply(scene, step.action, COMPACT))) <= allowed
            assert len(words(prompt)) < 100
    for outcome in Outcome:
        for left in range(11):
            assert set(words(build_feedback(Verdict.of(outcome), left, COMPACT))) <= allowed
    for action in ACTIONS:
        assert set(words(build_reply(SCENES[0], action, COMPACT))) <= allowed
    assert len(COMPACT_WORDS) == len(allowed) < 80


def test_compact_prompt_tells_no_names() -> None:
    other = make_route(("Zum Ochsen", None, "Rue 9"))
    steps = build_rail(other)
    told = [build_prompt(scene, COMPACT) for scene in rail_scenes(other, steps, NAMED["absolute"])]
    assert told == [build_prompt(scene, COMPACT) for scene in SCENES]


def test_letters_tell_nothing_of_the_order() -> None:
    seen = {
        build_prompt(scenes(landmark_order=order)[6], COMPACT) for order in permutations((1, 2, 3))
    }
    assert len(seen) == 6


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_prompts_do_not_tell_the_right_action(template: PromptTemplate) -> None:
    """The prompt of a point is the same whatever the rule that scores there."""
    for rule in RULES:
        shown = [
            [build_prompt(s._replace(actions=()), template) for s in told]
            for told in (
                rail_scenes(ROUTE, build_rail(ROUTE, directions=scoring), rule) for scoring in RULES
            )
        ]
        assert all(prompts == shown[0] for prompts in shown)


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_expert_reply_is_correct(rule: Directions, template: PromptTemplate) -> None:
    steps = build_rail(ROUTE, directions=rule)
    for step, scene in zip(steps, rail_scenes(ROUTE, steps, rule)):
        text = build_reply(scene, step.action, template)
        reply, verdict = judge_reply(text, step.action, step.intersection)
        assert verdict.outcome is Outcome.CORRECT
        assert (reply.action, reply.intersection) == (step.action, step.intersection)
        assert json.loads(text).keys() == {"current observation", "current instruction", "action"}


def test_expert_reply_names_what_is_followed() -> None:
    reply = json.loads(build_reply(TURNING, "turn_direction(slightly left)"))
    assert reply == {
        "current observation": "Sol Café is on your left behind. Intersection: yes.",
        "current instruction": f"3. {TURNING.instructions[2]}",
        "action": "turn_direction(slightly left)",
    }
    reply = json.loads(build_reply(TURNING, "turn_direction(slightly left)", "compact"))
    assert reply == {
        "current observation": "A left_behind, intersection yes",
        "current instruction": "turn right north",
        "action": "turn_direction(slightly_left)",
    }


@pytest.mark.parametrize(
    ("observation", "action", "expected"),
    [
        ("no intersection", "forward()", "correct"),
        ("at an intersection", "forward()", "correct"),
        ("at an intersection", "stop()", "misread_intersection"),
        ("near an intersection", "stop()", "wrong_action"),
        ("no intersection", "stop()", "wrong_action"),
        ("No landmarks nearby", "stop()", "wrong_action"),
        (None, "turn_direction(left)", "wrong_action"),
        ("an intersection", "fly()", "unreadable"),
    ],
)
def test_first_outcome_that_applies(observation: str, action: str, expected: str) -> None:
    text = json.dumps({"current observation": observation, "action": action})
    _, verdict = judge_reply(text, "forward()", False)
    assert (verdict.outcome, verdict.reward) == (expected, Outcome(expected).reward)


def test_a_turn_in_the_words_of_the_other_rule_is_a_wrong_action() -> None:
    text = build_reply(TURNING, "turn_direction(left)")
    assert judge_reply(text, "turn_direction(west)", True)[1].outcome is Outcome.WRONG_ACTION


def test_right_report_with_a_wrong_action_is_no_misread_intersection() -> None:
    for intersection in (False, True):
        scene = TURNING._replace(intersection=intersection)
        text = build_reply(scene, "stop()")
        outcome = judge_reply(text, "forward()", intersection)[1].outcome
        assert outcome is Outcome.WRONG_ACTION


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_feedback_tells_the_outcome_and_gives_nothing_away(template: PromptTemplate) -> None:
    said = {
        build_feedback(Verdict.of(outcome), left, template)
        for outcome in Outcome
        for left in (0, 2)
    }
    assert len(said) == 7  # of the right action the attempts left are not told
    for text in said:
        assert text
        assert not set(words(text)) & {"forward", "turn", "walk", *COMPASS, *RELATIVE}


def test_messages_are_a_chat() -> None:
    assert build_messages("Go.", COMPACT) == [{"role": "user", "content": "Go."}]
    system, user = build_messages("Go.", DEFAULT)
    assert system == {"role": "system", "content": DEFAULT.system}
    assert user == {"role": "user", "content": "Go."}


def test_braces_in_names_are_told_as_they_are() -> None:
    scene = TURNING._replace(observation="{heading} {0} is on your left")
    assert "{heading} {0} is on your left" in build_prompt(scene)


def test_template_of_ones_own() -> None:
    mine = PromptTemplate(
        task="{{{sight}}} {intersection} {heading} {attempts} {frame}",
        feedback="{outcome}! {attempts_left}",
        solved="ja",
        lost="nein: {message}",
    )
    assert build_prompt(TURNING, mine) == "{A left_behind} yes 270 2 world"
    wrong = Verdict.of(Outcome.WRONG_ACTION)
    assert build_feedback(wrong, 1, mine) == "wrong action! 1"
    assert build_feedback(wrong, 0, mine) == f"nein: {wrong.message}"
    assert build_feedback(Verdict.of(Outcome.CORRECT), 0, mine) == "ja"
    assert find_template(mine) is mine
    assert find_template("compact") is COMPACT
    with pytest.raises(ValueError, match="'default' or 'compact'"):
        build_prompt(TURNING, "long")


@pytest.mark.parametrize(
    ("field", "text", "named"),
    [
        ("task", "{answer}", r"\{answer\}.*\{instructions\}, \{rule\}"),
        ("task", '{"action": 1}', "action"),
        ("task", "{heading:03}", r"\{heading:03\}"),
        ("feedback", "{observation}", r"feedback has the placeholder \{observation\}"),
        ("lost", "}", "lost is no format string"),
    ],
)
def test_unknown_placeholder_is_named(field: str, text: str, named: str) -> None:
    wording = {"task": "{sight}", "feedback": "no", "solved": "yes", "lost": "over", field: text}
    with pytest.raises(ValueError, match=named):
        PromptTemplate(**wording)  # type: ignore[arg-type]


def test_scenes_of_a_rail_with_points_left_out() -> None:
    steps = build_rail(ROUTE, drop_rate=0.5, rng=random.Random(1))
    told = rail_scenes(ROUTE, steps, NAMED["absolute"])
    assert [scene.line for scene in told] == [step.instruction for step in steps]
    for step, scene in zip(steps, told):
        in_sight = step.observation != "No landmarks nearby"
        assert (scene.sight != (0, 0)) is in_sight
        if in_sight:
            assert step.observation.endswith(f"on your {SIDES[scene.sight[1] - 1]}")

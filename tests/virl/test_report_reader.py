"""The reader of reports: plain statements are read, and doubt never costs anything."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from virl_env.report_reader import MAX_REPORT, read_intersection
from virl_env.world.geometry import SIDES

HERE = (
    "At an intersection.",
    "I am at an intersection",
    "I'm at the intersection",
    "I’m currently standing at a busy intersection.",
    "We are at an intersection",
    "You are at an intersection here",
    "This is an intersection.",
    "It's an intersection",
    "There is an intersection.",
    "There's an intersection here",
    "I observe an intersection",
    "intersection observed",
    "An intersection is present here.",
    "Intersection: yes",
    "**Intersection:** Yes",
    "- Intersection: yes.",
    "Intersection - yes",
    "intersection=True",
    "Intersection (yes)",
    "is_intersection: true",
    "Whether there is an intersection: yes",
    "Yes, this is an intersection",
    "an intersection. Yes, this is an intersection",
    "I am at the intersection of Elm Street and Oak Street.",
    "I am at an intersection with no landmarks nearby",
    "There is an intersection, and Café Sol is on your left",
    "There is an intersection. Café Sol is on your left.",
    "There is an intersection here, so I turn left",
    "I am at an intersection, no landmarks nearby",
    "Intersection: yes, and there are no landmarks nearby.",
    "This is an intersection. On my left is Café Sol",
)
NOT_HERE = (
    "No intersection",
    "No intersections nearby.",
    "no intersection observed",
    "0 intersections",
    "There is no intersection here.",
    "There isn't an intersection here",
    "There are no intersections",
    "I see no intersection",
    "I do not see an intersection",
    "I don’t see any intersection here",
    "not at an intersection",
    "I am not standing at an intersection",
    "I'm not at any intersection",
    "Not yet at the intersection",
    "this isn’t an intersection",
    "This place is not an intersection",
    "Intersection: no",
    "Intersection: none",
    "**Intersection**: No.",
    "Intersection: No intersection",
    "intersection=False",
    "intersection (no)",
    "intersection: 0",
    "Intersection: not observed",
    "an intersection is not visible",
    "intersection visible: no",
    "intersection not observed",
    "no landmarks or intersections nearby",
    "neither a landmark nor an intersection",
    "Whether there is an intersection: no",
)
BEFORE = (
    *("", "No landmarks nearby. ", "No landmarks nearby; ", "No landmarks nearby, ", "nothing, "),
    *("Café Sol is on your left behind. ", "- In sight: nothing\n", "Landmark: none | "),
)

UNCERTAIN = (
    "",
    "No landmarks nearby",
    "intersection",
    "An intersection",
    "Intersection: unknown",
    "Intersection: n/a",
    "Intersection: yes/no",
    "Intersection: yes or no",
    "Intersection: no landmarks",
    "Is this an intersection?",
    "intersection?",
    "what is in sight, and whether there is an intersection",
    "an intersection. No intersection.",
    "I am at an intersection. Intersection: no.",
    "intersectional",
    "far from any intersection",
    "50 meters from the intersection",
    "50 meters before the intersection",
    "I have passed the intersection",
    "I passed an intersection, and I am past it",
    "I was at an intersection",
    "I left the intersection",
    "no longer at the intersection",
    "an intersection behind me",
    "approaching the intersection",
    "I am approaching an intersection",
    "walk until the next intersection",
    "Walk ahead for about 200 meters, to the intersection where you turn",
    "between two intersections",
    "an intersection lies ahead",
    "There is an intersection ahead",
    "There is an intersection, 50 meters ahead",
    "There is an intersection. It is 50 meters ahead.",
    "I can see an intersection",
    "I see an intersection in the distance",
    "near an intersection",
    "there is an intersection in front of me",
    "there is an intersection nearby",
    "At the bakery, there is an intersection",
    "If I walk on, I am at an intersection",
    "Soon I will be at an intersection",
    "the intersection is not far",
    "the intersection where I turn is not here",
    "This is not the intersection",
    "No intersection ahead",
    "not sure whether this is an intersection",
    "perhaps an intersection",
    "I am at an intersection, I think",
    "Probably no intersection",
    "No intersection, as far as I know, but I am not sure",
    "I do not see anything that looks like an intersection",
    "I don't think that we are at an intersection",
    "The destination isn't visible at this intersection",
    "Café Sol is on your left at the intersection",
    "The Intersection is on your left",
    "不 at an intersection",
    "." * MAX_REPORT + "no intersection",
    # A further clause about it.
    "There is an intersection, but not here",
    "There is an intersection. But not here.",
    "There is an intersection... not here",
    "Not here, but there is an intersection",
    "intersection: yes, no",
    "intersection: no, yes",
    "Intersection: yes. No.",
    "Intersection: yes, two points on",
    "There is no intersection but this one",
    "There are no intersections nearby but here",
    "No intersection, but I am at one",
    "At the intersection, turn left",
    "At the intersection, face west.",
    "At the intersection; turn left.",
    "You are at the intersection, turn left",
    "2. At the intersection, turn to face west, 3. walk on",
)

AFTER = (
    *("two points on", "beyond the library", "on your left", "to the left", "at the library"),
    *("it lies beyond the library", "it's at the library, which I can see", "down the road"),
    *("just not here", "not at this point", "there", "a few steps on", "opposite the library"),
    *("where the library is", "that is where I will turn", "the intersection is at the bakery"),
    *("I have to go there", "over there", "straight on", "to the north", "I turn when I am there"),
)


def test_plain_statements() -> None:
    said = [before + statement for before in BEFORE for statement in HERE]
    assert [text for text in said if read_intersection(text) is False] == []
    assert [text for text in HERE if read_intersection(text) is not True] == []
    said = [before + statement for before in BEFORE for statement in NOT_HERE]
    assert [text for text in said if read_intersection(text) is not False] == []


@pytest.mark.parametrize("text", UNCERTAIN)
def test_what_reports_nothing(text: str) -> None:
    assert read_intersection(text) is None


DISTANCES = (
    *("50 meters ahead", "in 50 m", "ahead of me", "in the distance", "in front of me", "soon"),
    *("a block away", "after the bakery", "before the bakery", "that I passed", "behind me"),
    *("at the next corner", "farther on", "two blocks down the street", "not far from here"),
)
DOUBTS = (
    *("maybe", "perhaps", "I think", "probably", "I am not sure", "if I am not mistaken"),
    *("it seems", "possibly", "I guess", "unless I am wrong", "it appears"),
)


def _joined(statement: str, qualifier: str) -> list[str]:
    said = statement.rstrip(".")
    return [
        *(f"{said} {qualifier}", f"{said}, {qualifier}", f"{said} ({qualifier})"),
        *(f"{qualifier}, {said}", f"{qualifier} {said}", f"{said}. It is {qualifier}."),
        *(f"{said}, it is {qualifier}", f"{said} - {qualifier}"),
    ]


def test_a_distance_takes_an_intersection_away() -> None:
    # With an answer of its own, "intersection: yes", what stands before it is of something else.
    told = [text for text in HERE if not text.startswith(("Yes", "an intersection."))]
    said = [text for pair in itertools.product(told, DISTANCES) for text in _joined(*pair)]
    assert [text for text in said if read_intersection(text) is not None] == []


@pytest.mark.parametrize("place", AFTER)
def test_a_place_of_its_own_takes_an_intersection_away(place: str) -> None:
    told = [text for text in HERE[:19] if not text.startswith("Yes")]
    joints = ("{}, {}", "{} ({})", "{} - {}", "{}; {}", "{}. {}.", "{}, and {}", "{}, but {}")
    said = [joint.format(text.rstrip("."), place) for text in told for joint in joints]
    assert [text for text in said if read_intersection(text) is not None] == []
    told = ["there is an intersection", "this is an intersection", "an intersection is present"]
    assert [text for text in told if read_intersection(f"{place}, {text}") is not None] == []


def test_doubt_reports_nothing() -> None:
    told = [text for text in (*HERE, *NOT_HERE) if not text.startswith(("Yes", "an intersection."))]
    said = [text for pair in itertools.product(told, DOUBTS) for text in _joined(*pair)]
    assert [text for text in said if read_intersection(text) is not None] == []


def test_a_denial_is_never_read_as_an_intersection() -> None:
    denials = ("no longer ", "never ", "hardly ", "no ", "not ", "isn't ", "without ", "nowhere ")
    told = [text.lower() for text in HERE if not text.startswith(("Yes", "-", "an intersection."))]
    said = [before + text for before in denials for text in told]
    assert [text for text in said if read_intersection(text) is True] == []


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("answer", [True, False])
def test_what_the_suite_writes(side: str, answer: bool) -> None:
    word = "yes" if answer else "no"
    for seen in ("No landmarks nearby", f"Café Sol is on your {side}", f"X is on your {side}"):
        assert read_intersection(f"{seen}. Intersection: {word}.") is answer
        assert read_intersection(f"In sight: {seen}.\nIntersection: {word}.") is answer
    for seen in ("nothing", f"A {side.replace(' ', '_')}"):
        assert read_intersection(f"{seen}, intersection {word}") is answer


ODD = ("there is an intersection, ", "nothing ", "i can ", "a' ", " ", "so ", "a", "x and ", "no ")


@pytest.mark.parametrize("odd", ODD)
def test_long_clauses(odd: str) -> None:
    # One word again and again, where a pattern that tracks back is slow.
    for text in (f"there is an intersection, {odd * MAX_REPORT}", f"{odd * MAX_REPORT}, "):
        for end in ("x", "!", ", there is an intersection"):
            told = text[: MAX_REPORT - len(end)] + end
            assert read_intersection(told) in (None, True, False)


PIECES = (
    *("no ", "not ", "intersection", "n't ", ".", " and ", "at an ", "?", ", ", ": ", "yes", "is "),
    *("there is ", "i am ", "the ", "ahead", " of ", "(", ")", " - ", "no landmarks ", "or ", "İ"),
    *("but ", "it ", "beyond ", "one", "on your left", "turn ", "two points on", "; "),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_soup_of_reports(text: str) -> None:
    reported = read_intersection(text)
    assert reported in (None, True, False)
    if reported is not None:
        assert "intersection" in text
        assert "?" not in text[text.index("intersection") :]

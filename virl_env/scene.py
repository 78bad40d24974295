"""What is told at one point of a rail, as plain data, and each part of it in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from types import MappingProxyType
from typing import Any, NamedTuple

from virl_env.directions import FRAMES, Directions
from virl_env.routes.instructions import WALK, line_codes, write_instructions
from virl_env.routes.rail import RailStep
from virl_env.routes.route import Route
from virl_env.world.geometry import COMPASS, RELATIVE, SIDES, compass

LETTERS = "ABCDEFGHIJ"
"""What landmark number 1, 2, ... is called in compact wordings."""


class Scene(NamedTuple):
    """What is told at one point of a rail.

    Attributes:
        instructions: every line, without its number.
        line: number of the line that is followed here, from 1. The full wording does not tell it.
        codes: the lines from that one on, as the rows of `routes.instructions.line_codes`, with
            landmarks by the numbers that the episode gives them, 1 to 10.
        observation: what is in sight, in words.
        sight: number and side code of the landmark in sight, (0, 0) for none.
        intersection: whether this is an intersection.
        heading: degrees, 0 to 359.
        directions: the rule that is stated.
        actions: what was done at the points behind.
        max_attempts: allowed at this point.
        landmarks: number, name and category of each landmark of the route, by rising numbers.
    """

    instructions: Sequence[str]
    line: int
    codes: Sequence[Sequence[int]]
    observation: str
    sight: tuple[int, int]
    intersection: bool
    heading: int
    directions: Directions
    actions: Sequence[str] = ()
    max_attempts: int = 2
    landmarks: Sequence[tuple[int, str, str]] = ()


class RailScenes:
    """The scenes of a rail, each made when a walker stands there.

    Args:
        route: of 1 to 8 legs.
        steps: its rail.
        directions: the rule that is stated.
        initial_heading: of that rail, None for the route's own.
        landmark_order: the number of each landmark, in the order of the legs that end there.
        naming, style: of the instructions.
        max_attempts: allowed at each point.
    """

    def __init__(
        self,
        route: Route,
        steps: Sequence[RailStep],
        directions: Directions,
        *,
        initial_heading: int | None = None,
        landmark_order: Sequence[int] = tuple(range(1, len(LETTERS) + 1)),
        naming: str = "both",
        style: int = 0,
        max_attempts: int = 2,
    ) -> None:
        self._route, self._steps, self._directions = route, steps, directions
        self._lines, self._codes = told_lines(route, initial_heading, landmark_order, naming, style)
        self._landmarks = told_landmarks(route, landmark_order)
        self._numbers = (0, *landmark_order)
        self._max_attempts = max_attempts

    def at(self, place: int, actions: Sequence[str]) -> Scene:
        """Return what is told at a point of the rail.

        Args:
            place: number of the point.
            actions: what was done at the points behind.
        """
        step = self._steps[place]
        return Scene(
            instructions=self._lines,
            line=step.instruction,
            codes=self._codes[step.instruction - 1 :],
            observation=step.observation,
            sight=_sight(self._route, step, self._numbers),
            intersection=step.intersection,
            heading=step.heading,
            directions=self._directions,
            actions=actions,
            max_attempts=self._max_attempts,
            landmarks=self._landmarks,
        )


def rail_scenes(
    route: Route, steps: Sequence[RailStep], directions: Directions, **options: Any
) -> list[Scene]:
    """Return the scene of each point of a rail, for a walker who did what is right at all others.

    The arguments are those of `RailScenes`.
    """
    told, right = RailScenes(route, steps, directions, **options), [step.action for step in steps]
    return [told.at(place, tuple(right[:place])) for place in range(len(steps))]


def told_landmarks(route: Route, landmark_order: Sequence[int]) -> list[tuple[int, str, str]]:
    """Return number, name and category of each landmark, by the rising numbers of the episode.

    The arguments are those of `RailScenes`.
    """
    return sorted(
        (number, leg.landmark.name, leg.landmark.category)
        for number, leg in zip(landmark_order, route.legs)
        if leg.landmark is not None
    )


def told_lines(
    route: Route,
    initial_heading: int | None,
    landmark_order: Sequence[int],
    naming: str,
    style: int,
) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...]]:
    """Return instructions in words and as codes, with landmarks by their numbers of the episode.

    The arguments are those of `RailScenes`.
    """
    numbers = (0, *landmark_order)
    codes = tuple(
        (turn, direction, numbers[landmark], side)
        for turn, direction, landmark, side in line_codes(route, initial_heading, naming).tolist()
    )
    return tuple(write_instructions(route, initial_heading, naming, style)), codes


def _sight(route: Route, step: RailStep, numbers: Sequence[int]) -> tuple[int, int]:
    """Return number and side code of the landmark that a walker sees at a point of the rail."""
    # At a turning point the line followed is that of the next leg, and the leg behind is seen.
    leg = (step.instruction + 1) // 2 - (step.kind == "turn")
    side = route.legs[leg - 1].side if leg and step.kind != "forward" else None
    return (numbers[leg], SIDES.index(side) + 1) if side else (0, 0)


_FRAME = {
    "world": "x names the compass direction, the nearest of eight, that you face after the turn.",
    "body": (
        "x names how you turn from where you face before; a turn of up to 45 degrees is a slight "
        "one, and turning right round counts as right."
    ),
}


@lru_cache(maxsize=1024)
def describe_rule(directions: Directions) -> str:
    """Return a rule in full English: its frame, then the word for each direction of the frame."""
    names = FRAMES[directions.frame]
    is_identity = directions.words == names
    told = "goes by its own name" if is_identity else "has a word that stands for it in this city"
    pairs = ", ".join(f"for {name} say {word}" for name, word in zip(names, directions.words))
    return f"{_FRAME[directions.frame]} Every direction {told}: {pairs}."


@lru_cache(maxsize=1024)
def _table(directions: Directions) -> str:
    pairs = zip(FRAMES[directions.frame], directions.words)
    return ", ".join(f"{one_word(name)} {one_word(word)}" for name, word in pairs)


def one_word(name: str) -> str:
    """Return a name of two words as one: "slightly left" as "slightly_left"."""
    return name.replace(" ", "_")


def describe_code(code: Sequence[int]) -> str:
    """Return an instruction line in a few words, such as "turn left west", "walk A right"."""
    turn, direction, landmark, side = code
    told = ["walk" if turn == WALK else "turn"]
    if 0 < turn < WALK:
        told.append(one_word(RELATIVE[turn - 1]))
    if direction:
        told.append(COMPASS[direction - 1])
    if landmark:
        told.append(describe_sight((landmark, side)))
    return " ".join(told)


def describe_sight(sight: tuple[int, int]) -> str:
    """Return what is in sight in a word or two, such as "A right_behind", or "nothing"."""
    landmark, side = sight
    return f"{LETTERS[landmark - 1]} {one_word(SIDES[side - 1])}" if landmark else "nothing"


def describe_categories(landmarks: Sequence[tuple[int, str, str]]) -> str:
    """Return what landmarks are in a few words, such as "A cafe, B post_office", or "nothing"."""
    told = (f"{LETTERS[number - 1]} {one_word(category)}" for number, _, category in landmarks)
    return ", ".join(told) or "nothing"


def describe_landmarks(landmarks: Sequence[tuple[int, str, str]]) -> str:
    """Return what landmarks are by their names, such as "Blue Cup (cafe)", or "none"."""
    return ", ".join(f"{name} ({category})" for _, name, category in landmarks) or "none"


def describe_actions(actions: Sequence[str]) -> str:
    """Return actions in order, with those that repeat counted: "forward() (5 times)".

    An action that could not be read is "", and told as "no action".
    """
    told: list[str] = []
    for action, same in groupby(actions):
        count, name = len(list(same)), action or "no action"
        told.append(f"{name} ({count} times)" if count > 1 else name)
    return ", ".join(told) or "nothing yet"


@lru_cache(maxsize=64)
def _numbered(lines: Sequence[str]) -> str:
    """Return instructions with their numbers; they are the same at each point of a route."""
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


PARTS: Mapping[str, Callable[[Scene], str]] = MappingProxyType(
    {
        "instructions": lambda scene: _numbered(tuple(scene.instructions)),
        "rule": lambda scene: describe_rule(scene.directions),
        "observation": lambda scene: scene.observation,
        "intersection": lambda scene: "yes" if scene.intersection else "no",
        "heading": lambda scene: str(scene.heading),
        "compass": lambda scene: compass(scene.heading),
        "actions": lambda scene: describe_actions(scene.actions),
        "attempts": lambda scene: str(scene.max_attempts),
        "frame": lambda scene: scene.directions.frame,
        "table": lambda scene: _table(scene.directions),
        "codes": lambda scene: ". ".join(map(describe_code, scene.codes)),
        "sight": lambda scene: describe_sight(scene.sight),
        "landmarks": lambda scene: describe_landmarks(scene.landmarks),
        "categories": lambda scene: describe_categories(scene.landmarks),
    }
)
"""Each part of a scene in words, by the name of its placeholder in a `PromptTemplate`."""

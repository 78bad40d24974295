"""Walk a route in the terminal: `python -m virl_env --directions relative`."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Sequence

from shiftgym.keywords import RANDOM
from shiftgym.progress import show_progress
from shiftgym.recordings.command import Command, Session, add_options, typed
from shiftgym.sanitize import for_terminal
from shiftgym.terminal import run, say
from virl_env.config import NavigationConfig
from virl_env.directions import NAMED
from virl_env.reader import parse_reply
from virl_env.routes.instructions import NAMINGS
from virl_env.routes.numbered import route_count
from virl_env.routes.rail import RailStep
from virl_env.text import TEMPLATES, PromptTemplate
from virl_env.text_env import VIRLNavigationTextEnv
from virl_env.verifier import OUTCOMES
from virl_env.world.geometry import near, sector
from virl_env.world.synthetic import CITY_NAMES, TRAINING_CITY

_ROUTES_OF_A_KIND = 200
"""The most that are drawn of one number of turns: those with many take long to find."""

_ARROWS = "↑↗→↘↓↙←↖"
_WIDTH, _HEIGHT = 48, 16

TERMINAL = PromptTemplate(
    task="""\
{instructions}

Turn x: {rule}
In sight: {observation}. Intersection: {intersection}. Facing {compass} ({heading} degrees).
Done: {actions}.""",
    feedback="{message}",
    solved="{message} The route ends here.",
    lost="{message} The route ends here.",
)
"""What a person is told; --template shows what models are told instead."""


def _play(
    session: Session[VIRLNavigationTextEnv],
    options: argparse.Namespace,
    ask: Callable[[str], str],
) -> bool:
    """Let a person or the expert walk one route; return whether every point was right."""
    env, seed = session.env, session.seed
    say(for_terminal(f"From {env.route.start_name} to {env.route.destination}, {env.route.city}"))
    if env.city is not None and env.city.attribution:
        say(for_terminal(f"Map: {env.city.attribution}"))
    say(f"Seed {seed}: --seed {seed} and the same options walk this route again.")
    print("Actions: forward, turn X, stop; an empty line gives up.")
    moved = True
    while not session.ended:
        at = env.at
        if moved:
            print(f"\n{draw_way(env.steps, at)}\n")
        say(for_terminal(session.observation, multiline=True))
        action = (
            env.steps[at].action
            if options.expert
            else typed(
                ask,
                f"[{session.info['attempts_left']} left] action: ",
                lambda line: refusal(line, env),
            )
        )
        if not action:
            print(f"Right here: {env.steps[at].action}")
            return False
        if options.expert:
            print(f"> {action}")
        session.step(_reply(action))
        moved = env.at > at
        if moved and not session.ended:
            say(OUTCOMES[env.episode.outcome - 1].message)
    say(for_terminal(session.observation, multiline=True))
    print(f"Right: {session.info['step_accuracy']:.0%} of all attempts.")
    won: bool = session.info["is_success"]
    return won


def _reply(action: str) -> str:
    return json.dumps({"action": action})


def refusal(action: str, env: VIRLNavigationTextEnv) -> str | None:
    """Return why a line is no action, None where it is one, right or wrong."""
    if parse_reply(_reply(action)).action is not None:
        return None
    words = ", ".join(env.stated_directions.words)
    return f"{for_terminal(action)!r} is no action: type forward, stop, or turn and one of {words}."


def _make(options: argparse.Namespace) -> VIRLNavigationTextEnv:
    """Return the environment that the options ask for."""
    show_progress()
    return VIRLNavigationTextEnv(
        city=options.city,
        turns=(options.turns, options.turns) if options.turns is not None else (1, 4),
        routes=_routes(options.city, options.turns),
        directions=options.directions,
        instructions=options.instructions,
        style=options.style,
        points_per_segment=options.points,
        max_attempts=options.attempts,
        template=TEMPLATES.get(options.template, TERMINAL),
    )


def _routes(city: str, turns: int | None) -> int | None:
    """Return how many routes are dealt from, of one number of turns as many as every city has."""
    if turns is None:
        return None
    cities = NavigationConfig.make(city=city).city
    counts = [route_count(each, _ROUTES_OF_A_KIND, turns=(turns, turns)) for each in cities]
    # Where there are none, the error for one of them says so.
    return max(1, min(counts))


def draw_way(steps: Sequence[RailStep], at: int) -> str:
    """Return a map of the way up to a point, north above.

    Args:
        steps: of a rail.
        at: index of the point where the walker stands, drawn as an arrow.

    Returns:
        At most 16 lines: S is the start, + an intersection that was passed, . another point.
    """
    places = [_flat(step, steps[0]) for step in steps]
    west, south = (min(place[axis] for place in places) for axis in (0, 1))
    east, north = (max(place[axis] for place in places) for axis in (0, 1))
    # A character is about twice as high as it is wide.
    scale = max((east - west) / (_WIDTH - 1), (north - south) / (_HEIGHT - 1) / 2, 1e-9)
    rows = round((north - south) / scale / 2) + 1
    picture = [[" "] * _WIDTH for _ in range(rows)]
    for index, step in enumerate(steps[: at + 1]):
        mark = "+" if step.intersection else "."
        if index == at:
            mark = _ARROWS[sector(step.heading)]
        elif index == 0:
            mark = "S"
        x, y = places[index]
        row = min(rows - 1, round((north - y) / scale / 2))
        picture[row][min(_WIDTH - 1, round((x - west) / scale))] = mark
    return "\n".join("".join(row).rstrip() for row in picture).strip("\n")


def _flat(step: RailStep, origin: RailStep) -> tuple[float, float]:
    """Return how far east and north of the origin a point lies, in degrees of latitude."""
    (latitude, longitude), (south, west) = step.geocode, origin.geocode
    return (near(longitude, west) - west) * math.cos(math.radians(south)), latitude - south


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--city",
        default=TRAINING_CITY,
        help=f"one of {', '.join(CITY_NAMES)}, or the path of a city file",
    )
    parser.add_argument("--turns", type=int, help="turning points of the route; 1 to 4 without it")
    parser.add_argument("--directions", default="absolute", help=f"{', '.join(NAMED)}, {RANDOM}")
    parser.add_argument("--instructions", default="both", help=", ".join(NAMINGS))
    parser.add_argument("--style", type=int, default=0, help="wording of the instructions")
    parser.add_argument("--points", type=int, default=5, help="points between two turning points")
    parser.add_argument("--attempts", type=int, default=2, help="at each point")
    parser.add_argument("--template", choices=TEMPLATES, help="show what models are told")
    add_options(parser, "the walk", "the streets", "night=3,weather=2")
    parser.add_argument("--panoramas", metavar="FOLDER", help="what they show instead")


main = Command("virl_env", __doc__, _options, _make, _play, ("look", "panoramas")).main


if __name__ == "__main__":
    raise SystemExit(run(main))

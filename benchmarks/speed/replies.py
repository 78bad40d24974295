"""What reading replies costs, friendly and hostile ones: `python -m benchmarks.speed.replies`."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.speed.rows import best_speeds, row, show, with_ratios
from gp_env import text as cards
from gp_env.deck import Hand
from gp_env.text_env import GeneralPointsTextEnv
from shiftgym.replies import MAX_CHARACTERS
from virl_env import text as streets
from virl_env.text_env import VIRLNavigationTextEnv

REPLIES = 100_000
LONGEST = 4_000
"""Characters of the longest arbitrary reply; lengths are uniform on a logarithmic scale."""

SIZES = (1_000, 10_000, 100_000)
ATTEMPTS = 2_000

_FLOOR = 0.05
"""Milliseconds below which a ratio of times says nothing about the work."""

_READ = MAX_CHARACTERS - 100


@dataclass(frozen=True)
class Game:
    """Whose replies are read.

    Attributes:
        name: of the task.
        key: of the member that makes an object an answer.
        judge: reads and judges a reply.
        valid: replies as they should be.
        words: what arbitrary replies are made of, besides what all games share.
        inside: what hostile values repeat in a reply that is whole, by the key of the value.
        make: makes the text environment, with a template.
    """

    name: str
    key: str
    judge: Callable[[str], object]
    valid: tuple[str, ...]
    words: tuple[str, ...]
    inside: Mapping[str, tuple[str, ...]]
    make: Callable[..., Any]

    @property
    def soup(self) -> tuple[str, ...]:
        """Pieces of JSON-like replies."""
        key = self.key
        return (*_SOUP, f'"{key}"', f"{key}:", f'{{"{key}": "', *self.words)

    @property
    def families(self) -> list[tuple[str, str | None]]:
        """What hostile replies repeat: a unit, and the key of the value that it stands in.

        Without a key it stands between an answer and the end of another one.
        """
        key = self.key
        outside = (*_OUTSIDE, f'{{"{key}": "', f'{{"{key}":1}}', f"{{{key}:}}")
        inside = [(unit, where) for where, units in self.inside.items() for unit in units]
        return [*((unit, None) for unit in outside), *inside]


_SOUP = (
    *("{", "}", "[", "]", ":", ",", '"', "'", "\\", "\n", " ", "//", "#", "$", "“", "\ud800", "5"),
    *('{"a":', "{'a':\"", '"b"', '\\"', "<think>", "null", '"}', "}{", '": "', "', '", "(", ")"),
)
_OUTSIDE = (
    *("{", "[", '"', "\\", '{"', '{"a":{"a":', '{"a":[', "{'a':\"", "{a:'{b:\"", '{"x":"\\"'),
    *('{"a":"b" "c" ', '{"a"://', "[{'a': [\"", '{"":"'),
    *("</think>", "\\boxed{", "<answer>", '{"a":/*', "&quot;", "Answer: 1+1\n", '{"answer":"1+1"}'),
)

HAND = Hand((5, 13, 2, 7), (1, 2, 3, 4))

GENERAL_POINTS = Game(
    name="GeneralPoints",
    key="formula",
    judge=lambda reply: cards.judge_reply(reply, HAND, images=True),
    valid=(
        cards.build_reply(HAND, "ten", "10+5+7+2"),
        '```json\n{"cards": ["5","K","2","7"], "number": [5, 10, 2, 7], '
        '"formula": "5*(10-7)-2"}\n```',
        "<think>5*5-1?</think> {'cards': ['5','K'], 'number': [5, 10], "
        "'formula': '10 \\times 5 = 24'}",
    ),
    words=("5*5", "\\frac{", "10", '{"number": [', '{"cards": "'),
    inside={
        "formula": (
            *("(", ")", "()", "1", "1+", "(1+", " ", "1 ", "\\frac{", "\\", "$", "×"),
            *("[", "=1", "1x", "1.0", "\\text{", "\\frac1"),
            "9" * 41 + "+",
        )
    },
    make=GeneralPointsTextEnv,
)

NAVIGATION = Game(
    name="navigation",
    key="action",
    judge=lambda reply: streets.judge_reply(reply, "turn_direction(slightly left)", True),
    valid=(
        '{"current observation": "No landmarks nearby. Intersection: no.", "current instruction": '
        '"2. Walk ahead until you are at your destination.", "action": "forward()"}',
        '```json\n{"current observation": "Sol is on your left, at an intersection", '
        '"action": "turn_direction(\'slightly left\')"}\n```',
        "<think>West?</think> {'current observation': ['no intersection'], 'action': 'turn left'}",
    ),
    words=(
        *("forward()", "turn_direction(", "slightly left", "no", "not ", "intersection", "n't "),
        *('{"current observation": "', '"current instruction": [', "is ", ". ", " and ", "at an "),
    ),
    inside={
        "action": ("(", " ", "turn_direction(", "left", "_", "stop()", "\\", "\\u0041", "İ"),
        "current observation": (
            *("intersection ", "no intersection ", "intersection is ", "no ", "n't ", "is ", ": "),
            *(
                ". ",
                " and ",
                "intersection: ",
                "intersection is not ",
                "no landmarks or ",
                "\\",
                "?",
            ),
        ),
    },
    make=VIRLNavigationTextEnv,
)

GAMES = (GENERAL_POINTS, NAVIGATION)


def measure() -> list[dict[str, Any]]:
    """Measure every bar on replies."""
    return [made for game in GAMES for made in (*_replies(game), *_play(game))]


def _replies(game: Game) -> list[dict[str, Any]]:
    arbitrary, rows = _arbitrary(game)
    hostile, more = _hostile(game)
    together = f"{game.name}: arbitrary and hostile replies of every length together: p99.9"
    return [*rows, *more, row(together, _quantile([*arbitrary, *hostile]), "ms", 5, at_most=True)]


def _quantile(milliseconds: list[float]) -> float:
    """Return the time that one reply in a thousand exceeds."""
    return sorted(milliseconds)[int(len(milliseconds) * 0.999)]


def arbitrary_replies(game: Game, count: int, seed: int = 0) -> Iterator[str]:
    """Draw replies: a third each of any characters, of valid replies mutated, of JSON-like soup."""
    generator, soup = random.Random(seed), game.soup
    for index in range(count):
        length = int(LONGEST ** generator.random())
        if index % 3 == 0:
            top = generator.choice((0x80, 0x800, 0x10000, 0x110000))
            yield "".join(map(chr, (int(top * generator.random()) for _ in range(length))))
        elif index % 3 == 1:
            reply = list(generator.choice(game.valid))
            for _ in range(int(20 ** generator.random())):
                at = generator.randrange(len(reply))
                reply[at : at + generator.randrange(3)] = generator.choice(soup)
            yield "".join(reply)
        else:
            yield "".join(generator.choices(soup, k=length // 3 + 1))


def hostile_reply(game: Game, unit: str, size: int, inside: str | None) -> str:
    """Return a reply of about `size` characters that repeats a unit.

    The answer that the reader is to find begins in the part of the reply that it reads.
    """
    filler = (unit * (size // len(unit) + 1))[:size]
    skipped, read = filler[: max(0, size - _READ)], filler[-_READ:]
    key = game.key
    if inside is None:
        return f'{skipped}{{"{key}": "1"}}{read}":1,"{key}":2}}'
    answer = "" if inside == key else f'"{key}": "1", '
    return f'{skipped}{{{answer}"{inside}": "{read}"}}'


def _arbitrary(game: Game) -> tuple[list[float], list[dict[str, Any]]]:
    spent, raised = [], 0
    for reply in arbitrary_replies(game, REPLIES):
        try:
            spent.append(1e3 * _seconds(game, reply, rounds=1))
        except Exception:  # whatever it is, it is what this row counts
            raised += 1
    what = f"{game.name}: {REPLIES:,} arbitrary replies, read and verified"
    return spent, [
        row(f"{what}: exceptions", raised, "replies", 0, at_most=True),
        row(f"{what}: mean", sum(spent) / len(spent), "ms"),
        row(f"{what}: p99.9", _quantile(spent), "ms", 5, at_most=True),
        row(f"{what}: slowest", max(spent), "ms"),
    ]


def _hostile(game: Game) -> tuple[list[float], list[dict[str, Any]]]:
    families = game.families
    milliseconds = {
        family: [
            1e3 * _seconds(game, hostile_reply(game, family[0], size, family[1]), 5)
            for size in SIZES
        ]
        for family in families
    }
    rows = []
    for index, size in enumerate(SIZES):
        slowest, unit = max((spent[index], family[0]) for family, spent in milliseconds.items())
        what = f"{game.name}: slowest of {len(families)} families at {size:,}: {unit!r}"
        rows.append(row(what, slowest, "ms"))
    for index, size in enumerate(SIZES[1:], 1):
        # Beyond what the reader reads, more characters are no more work.
        growth = min(size, _READ) / SIZES[index - 1]
        worst, unit = max(
            (spent[index] / max(spent[index - 1], _FLOOR) / growth, family[0])
            for family, spent in milliseconds.items()
        )
        lengths = f"{SIZES[index - 1]:,} to {size:,}"
        what = f"{game.name}: time over length, {lengths}, worst family: {unit!r}"
        rows.append(row(what, worst, "x", 2, at_most=True))
    return [one for spent in milliseconds.values() for one in spent], rows


def _seconds(game: Game, reply: str, rounds: int) -> float:
    """Return the least processor time of some rounds: what else the machine does is not counted."""
    best = float("inf")
    for _ in range(rounds):
        started = time.thread_time()
        game.judge(reply)
        best = min(best, time.thread_time() - started)
    return best


def _play(game: Game) -> list[dict[str, Any]]:
    """Time attempts in the text environment, new episodes included."""
    thoughts = 'Let\'s see: if I take the 5th one first, "that" is {15} left. No, so... ' * 60
    runs, amounts = {}, {}
    for template, before in (("default", ""), ("compact", ""), ("default", thoughts)):
        length = len(before) + len(game.valid[0])
        name = f"{game.name}: text env, {template} template, {length:,}-character replies"
        env = game.make(template=template)
        replies = [before + reply for reply in game.valid]
        runs[name] = lambda env=env, replies=replies: _attempts(env, replies)
        amounts[name] = float(ATTEMPTS)
    speeds = best_speeds(runs, amounts)
    return [row(name, speed, "attempts/s", 5_000) for name, speed in speeds.items()]


def _attempts(env: Any, replies: list[str]) -> None:
    env.reset(seed=0)
    for attempt in range(ATTEMPTS):
        if env.step(replies[attempt % len(replies)])[2]:
            env.reset()


if __name__ == "__main__":
    show(with_ratios(measure()))

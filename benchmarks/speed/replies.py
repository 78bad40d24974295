"""What reading replies costs, friendly and hostile ones: `python -m benchmarks.speed.replies`."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.speed.rows import best_speeds, row, show
from gp_env.deck import Hand
from gp_env.text import build_reply, judge_reply
from gp_env.text_env import GeneralPointsTextEnv
from shiftgym.replies import MAX_CHARACTERS

REPLIES = 100_000
LONGEST = 4_000
"""Characters of the longest arbitrary reply; lengths are uniform on a logarithmic scale."""

SIZES = (1_000, 10_000, 100_000)
ATTEMPTS = 2_000

_FLOOR = 0.05
"""Milliseconds below which a ratio of times says nothing about the work."""

_READ = MAX_CHARACTERS - 100

HAND = Hand((5, 13, 2, 7), (1, 2, 3, 4))
VALID = (
    build_reply(HAND, "ten", "10+5+7+2"),
    '```json\n{"cards": ["5","K","2","7"], "number": [5, 10, 2, 7], "formula": "5*(10-7)-2"}\n```',
    "<think>5*5-1?</think> {'cards': ['5','K'], 'number': [5, 10], 'formula': '10 \\times 5 = 24'}",
)
SOUP = (
    *("{", "}", "[", "]", ":", ",", '"', "'", "\\", "\n", " ", "//", "#", "$", "“", "\ud800", "5"),
    *('"formula"', "formula:", '{"formula": "', '{"a":', "{'a':\"", '"b"', '\\"', "5*5", "\\frac{"),
    *("<think>", "null", "10", '"}', '{"number": [', '{"cards": "', "}{", '": "', "', '", "(", ")"),
)
FAMILIES = (
    *(
        "{",
        "[",
        '"',
        "\\",
        '{"',
        '{"a":{"a":',
        '{"a":[',
        '{"formula": "',
        '{"formula":1}',
        "{'a':\"",
    ),
    *("{a:'{b:\"", '{"x":"\\"', '{"a":"b" "c" ', '{"a"://', "{formula:}", "[{'a': [\"", '{"":"'),
)
"""What hostile replies repeat, between an answer and the end of another one."""
FORMULAS = ("(", ")", "()", "1", "1+", "(1+", " ", "1 ", "\\frac{", "\\", "$", "9" * 41 + "+", "×")
"""What hostile formulas repeat, inside a reply that is whole."""


def measure() -> list[dict[str, Any]]:
    """Measure every bar on replies."""
    return [*_arbitrary(), *_hostile(), *_dialogue()]


def arbitrary_replies(count: int, seed: int = 0) -> Iterator[str]:
    """Draw replies: a third each of any characters, of valid replies mutated, of JSON-like soup."""
    generator = random.Random(seed)
    for index in range(count):
        length = int(LONGEST ** generator.random())
        if index % 3 == 0:
            top = generator.choice((0x80, 0x800, 0x10000, 0x110000))
            yield "".join(map(chr, (int(top * generator.random()) for _ in range(length))))
        elif index % 3 == 1:
            reply = list(generator.choice(VALID))
            for _ in range(int(20 ** generator.random())):
                at = generator.randrange(len(reply))
                reply[at : at + generator.randrange(3)] = generator.choice(SOUP)
            yield "".join(reply)
        else:
            yield "".join(generator.choices(SOUP, k=length // 3 + 1))


def hostile_reply(unit: str, size: int, in_formula: bool) -> str:
    """Return a reply of about `size` characters that repeats a unit.

    The answer that the reader is to find begins in the part of the reply that it reads.
    """
    filler = (unit * (size // len(unit) + 1))[:size]
    skipped, read = filler[: max(0, size - _READ)], filler[-_READ:]
    if in_formula:
        return f'{skipped}{{"formula": "{read}"}}'
    return f'{skipped}{{"formula": "1"}}{read}":1,"formula":2}}'


def _arbitrary() -> list[dict[str, Any]]:
    seconds, raised = [], 0
    for reply in arbitrary_replies(REPLIES):
        try:
            seconds.append(_seconds(reply, rounds=1))
        except Exception:  # whatever it is, it is what this row counts
            raised += 1
    seconds.sort()
    quantile = seconds[int(len(seconds) * 0.999)]
    what = f"{REPLIES:,} arbitrary replies, read and verified"
    return [
        row(f"{what}: exceptions", raised, "replies", 0, at_most=True),
        row(f"{what}: mean", 1e3 * sum(seconds) / len(seconds), "ms"),
        row(f"{what}: p99.9", 1e3 * quantile, "ms", 5, at_most=True),
        row(f"{what}: slowest", 1e3 * seconds[-1], "ms"),
    ]


def _hostile() -> list[dict[str, Any]]:
    families = [(unit, False) for unit in FAMILIES] + [(unit, True) for unit in FORMULAS]
    milliseconds = {
        family: [1e3 * _seconds(hostile_reply(family[0], size, family[1]), 5) for size in SIZES]
        for family in families
    }
    rows = []
    for index, size in enumerate(SIZES):
        slowest, unit = max((spent[index], family[0]) for family, spent in milliseconds.items())
        rows.append(
            row(f"slowest of {len(families)} families at {size:,}: {unit!r}", slowest, "ms")
        )
    for index, size in enumerate(SIZES[1:], 1):
        # Beyond what the reader reads, more characters are no more work.
        growth = min(size, _READ) / SIZES[index - 1]
        worst, unit = max(
            (spent[index] / max(spent[index - 1], _FLOOR) / growth, family[0])
            for family, spent in milliseconds.items()
        )
        what = f"time over length, {SIZES[index - 1]:,} to {size:,}, worst family: {unit!r}"
        rows.append(row(what, worst, "x", 2, at_most=True))
    return rows


def _seconds(reply: str, rounds: int) -> float:
    """Return the least processor time of some rounds: what else the machine does is not counted."""
    best = float("inf")
    for _ in range(rounds):
        started = time.thread_time()
        judge_reply(reply, HAND, images=True)
        best = min(best, time.thread_time() - started)
    return best


def _dialogue() -> list[dict[str, Any]]:
    """Time attempts in the text environment, new hands dealt included."""
    thoughts = 'Let\'s see: if I take 5 and the king, which counts 10, "that" is {15}. No... ' * 60
    runs, names = {}, {}
    for template, before in (("default", ""), ("compact", ""), ("default", thoughts)):
        name = f"text env, {template} template, {len(before) + len(VALID[0]):,}-character replies"
        env = GeneralPointsTextEnv(template=template)
        replies = [before + reply for reply in VALID]
        runs[name] = lambda env=env, replies=replies: _play(env, replies)
        names[name] = float(ATTEMPTS)
    speeds = best_speeds(runs, names)
    return [row(name, speed, "attempts/s", 5_000) for name, speed in speeds.items()]


def _play(env: GeneralPointsTextEnv, replies: list[str]) -> None:
    env.reset(seed=0)
    for attempt in range(ATTEMPTS):
        if env.step(replies[attempt % len(replies)])[2]:
            env.reset()


if __name__ == "__main__":
    show(measure())

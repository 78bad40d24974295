"""What a row tells beside its metrics: the kind of episode, what was read, how it was worked out.

All of it is derived from the row and from what its episode seed deals, so that rows of earlier
studies have it too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np

from agents.gp.working import MOST_CARDS
from benchmarks.records import Episode
from benchmarks.study.working import is_a_way, read_working
from benchmarks.tasks.task import Metric
from gp_env.verifier import Outcome

MEASURES: Mapping[str, Metric] = {
    "readable": Metric("Readable replies", "Share of attempts whose reply could be read."),
    "in_format": Metric("Replies in the asked format"),
    "read_right": Metric(
        "Read right",
        "Cards: share of first replies that report rightly what every card counts. Streets: share "
        "of points at which the reply says rightly whether this is an intersection.",
    ),
    "shows_working": Metric("Replies that begin with working"),
    "true_steps": Metric(
        "True steps of the working",
        "Cards: of the steps that a hand needs, the share that is written and true. Streets: at "
        "turning points, the share of these three that is right: which way one faces, the turn, "
        "and the word for it.",
    ),
    "drawn_steps": Metric(
        "Steps from what remains",
        "Share of steps that take both numbers from those that remain, and then write rightly "
        "which numbers remain.",
    ),
    "first_step": Metric(
        "First step on a way to the target",
        "Share of replies with working from whose first step the target can still be made.",
    ),
}
"""What `values` of `Facts` may hold, in the order of tables."""

PARTS: Mapping[str, str] = {
    "faces": "kinds of face (J, Q, K) in the hand",
    "turns": "turns of the route",
    "seen": "whether the init's demonstrations show the like",
    "read": "whether the numbers, or all intersections, were read right",
}
"""What episodes are parted by, in the order of tables."""


@dataclass
class Facts:
    """Of one row.

    Attributes:
        parts: which part of each of `PARTS` it belongs to, where that can be told.
        values: of `MEASURES`, those that it has, each in [0, 1].
    """

    parts: dict[str, str] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)


def facts_of(row: Episode) -> Facts:
    """Return what a row tells.

    Raises:
        ValueError: there is no such episode: its row was edited or damaged.
    """
    facts = Facts()
    if row.seen is not None:
        facts.parts["seen"] = "seen" if row.seen else "new"
    if row.replies:
        readable = [outcome != Outcome.UNREADABLE.value for outcome in row.outcomes]
        facts.values["readable"] = sum(readable) / max(1, len(readable))
        if row.in_format is not None:
            facts.values["in_format"] = row.in_format
    add = _OF_TASKS.get(row.id.rpartition(":")[2].partition("-")[0])
    if add is not None:
        try:
            add(row, facts)
        except Exception as error:  # whatever a row that somebody edited leads to
            raise ValueError(
                f"episode {row.index} of {row.cell} ({row.id}) cannot be dealt again: "
                f"{type(error).__name__}: {error}. Restore its row"
            ) from error
    if "read_right" in facts.values:
        facts.parts["read"] = "right" if facts.values["read_right"] == 1 else "wrong"
    return facts


def _add_cards(row: Episode, facts: Facts) -> None:
    from gp_env.reader import parse_reply

    if row.hand is None:
        return
    kinds = len({rank for rank in row.hand if 11 <= rank <= 13})
    facts.parts["faces"] = ("no face", "one kind", "two or more kinds")[min(kinds, 2)]
    if not row.replies:
        return
    values, target = _hand(row.id, _key(row.keywords), row.episode_seed, tuple(row.hand))
    working = read_working(row.replies[0])
    facts.values["shows_working"] = float(working is not None)
    told: Sequence[int | None] | None
    told = parse_reply(row.replies[0]).number if working is None else working.values
    if told is not None:
        facts.values["read_right"] = float(list(told) == list(values))
    if working is None or len(values) > MOST_CARDS:
        return
    needed = len(values) - 1
    steps = working.steps[:needed]
    facts.values["true_steps"] = sum(step.true for step in steps) / needed
    facts.values["drawn_steps"] = sum(step.drawn for step in steps) / needed
    # From numbers that are not those of the hand there is no way.
    right = bool(steps) and sorted(working.values) == sorted(values)
    facts.values["first_step"] = float(right and is_a_way(steps[0], target))


def _add_streets(row: Episode, facts: Facts) -> None:
    from virl_env.text import read_reply

    points = _points(row.id, _key(row.keywords), row.episode_seed)
    if points is None:
        return
    facts.parts["turns"] = f"{sum(point.turns for point in points)} turns"
    replies = row.replies or []
    # With several attempts a point has several replies, and nothing tells which are whose.
    if len(replies) != len(points):
        return
    template = row.keywords.get("template", "default")
    told = [read_reply(reply, template).intersection for reply in replies]
    if any(report is not None for report in told):
        right = [report == point.intersection for report, point in zip(told, points)]
        facts.values["read_right"] = sum(right) / len(right)
    if not any(point.working for point in points):
        return
    heads = [head if mark else "" for head, mark, _ in (r.partition("|") for r in replies)]
    facts.values["shows_working"] = sum(map(bool, heads)) / len(heads)
    shares = [
        _share_equal(head, point.working)
        for head, point in zip(heads, points)
        if point.turns and point.working
    ]
    if any(heads) and shares:
        facts.values["true_steps"] = sum(shares) / len(shares)


def _share_equal(told: str, right: str) -> float:
    """Return the share of the parts of right working that a reply's working has in their place."""
    parts, given = right.split(" > "), [part.strip() for part in told.split(">")]
    return sum(one == other for one, other in zip(parts, given)) / len(parts)


_OF_TASKS: Mapping[str, Callable[[Episode, Facts], None]] = {
    "GeneralPoints": _add_cards,
    "VIRLNavigation": _add_streets,
}


def _key(keywords: Mapping[str, Any]) -> str:
    return json.dumps(keywords, sort_keys=True)


@cache
def _dealer(id: str, keywords: str) -> Any:
    """Return the dealer of an id with keywords as JSON."""
    package = "gp_env" if "GeneralPoints" in id else "virl_env"
    import_module(package)
    env: Any = gym.make(id, disable_env_checker=True, **json.loads(keywords))
    return import_module(f"{package}.deal").Dealer(env.unwrapped.config)


@lru_cache(maxsize=2**16)
def _hand(id: str, keywords: str, seed: int, hand: tuple[int, ...]) -> tuple[tuple[int, ...], int]:
    """Return what the cards of an episode count by the rule that is stated, and the target."""
    from gp_env.deck import Hand
    from gp_env.rules import Rule

    dealer = _dealer(id, keywords)
    rule = dealer.config.stated_rule or dealer.config.rule
    if rule is None:
        rule = Rule(*dealer.deal(np.array([seed], dtype=np.int64)).rules[0].tolist())
    return tuple(Hand.parse(hand).values(rule)), dealer.config.target


class _Point(NamedTuple):
    """A point of a rail: whether one turns there, and the working of its right action, or ""."""

    turns: bool
    intersection: bool
    working: str


@lru_cache(maxsize=2**13)
def _points(id: str, keywords: str, seed: int) -> tuple[_Point, ...] | None:
    """Return the points of an episode's rail; None where the walk is free.

    Working is of the rule that is stated: there is none where another one scores.
    """
    from agents.virl.rails import rail_points
    from agents.virl.working import write_working

    dealer = _dealer(id, keywords)
    if dealer.config.movement != "rail":
        return None
    (deal,) = dealer.deal(np.array([seed], dtype=np.int64))
    honest = dealer.config.stated_directions is None
    return tuple(
        _Point(
            step.kind == "turn",
            step.intersection,
            write_working(scene, step.action).rstrip("|") if honest else "",
        )
        for scene, step in rail_points(dealer, deal)
    )

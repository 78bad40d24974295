"""Street navigation as a task of the study.

Of one attempt at each point, a wrong one too leads on: so all agents are judged at the same points,
and accuracies are of the same steps. Most of them are walked straight ahead, which is why the
agent that always does stands in every table, beside the accuracy at turning points.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import virl_env
from benchmarks.tasks.task import (
    MAX_ATTEMPTS,
    SUCCESS,
    Dealt,
    MakeAgent,
    Metric,
    TrainOverlap,
    config_of,
    interface_named,
)
from virl_env.actions import FORWARD, NUM_ACTIONS
from virl_env.routes.instructions import line_codes
from virl_env.scene import LETTERS
from virl_env.variants import TASK
from virl_env.verifier import Outcome

if TYPE_CHECKING:
    from agents.virl.demonstrations import Demonstrations
    from benchmarks.suites.distinct import Deals

# Agents and pictures are imported where they are asked for.

DROP_RATE = 0.5
"""In training each point between two turns is left out with this probability, as in the study."""

MEMORISED = 20_000
"""Walks of the nearest-neighbour baseline: every training route, with some thirty headings."""


class Streets:
    """VIRLNavigation: routes under a rule that says in which words a turn is told."""

    name = TASK
    noun = "routes"
    metrics: Mapping[str, Metric] = MappingProxyType(
        {
            "step_accuracy": Metric(
                "Per-step accuracy", "Of each route the share of its points, the mean over routes."
            ),
            "turn_accuracy": Metric(
                "Accuracy at turning points", "Of each route the share, the mean over routes."
            ),
            "macro_accuracy": Metric(
                "Macro-averaged accuracy",
                "Of each route the mean over turning, walking and stopping, then over routes.",
            ),
            SUCCESS: Metric("Route success", "Right at every point of the route."),
        }
    )
    metric, shift = "step_accuracy", "rule_ood"
    axis = "per-step accuracy"
    chance = 1 / NUM_ACTIONS
    competence = "turn_accuracy"
    rule, random = "absolute", "random"
    train_overlap = TrainOverlap(
        "By whether the pool of the init's demonstrations holds a route with these turns",
        "turns seen",
        "turns new",
        "No test route is in a demonstration, but another route may have had the same turns, told "
        "in the same words. An init that stops early saw a part of the pool.",
    )
    beside_success = (
        "accuracy at each step, at turning points, and averaged over turning, walking and stopping."
    )
    malformed = "share of unreadable attempts."
    one_action_an_attempt = True
    recognition = "Of the landmarks in sight along a route the share whose category is read right."
    references = ("random", "always-forward", "nearest-neighbour", "expert")
    max_attempts = MAX_ATTEMPTS

    def variants(self) -> Mapping[str, Mapping[str, Any]]:
        return virl_env.variants()

    def interface(self, id: str, keywords: Mapping[str, Any]) -> str:
        return interface_named(id)

    def held_out(self, id: str, fold: Sequence[int]) -> dict[str, Any]:
        # Nobody trains in the cities that an id calls unseen, so all their routes are test routes.
        elsewhere = "city" in self.variants()[id]
        return {} if elsewhere else {"split": "test", "fold": list(fold)}

    def game(self, rule: str, fold: Sequence[int], split: str = "train") -> dict[str, Any]:
        return {
            "directions": rule,
            "split": split,
            "fold": tuple(fold),
            "drop_rate": DROP_RATE,
            "max_attempts": MAX_ATTEMPTS,
        }

    def demonstrate(
        self, count: int, *, seed: int, rules: Sequence[str], fold: Sequence[int], **settings: Any
    ) -> Demonstrations:
        from agents.virl.demonstrations import demonstrate

        game = self.game(self.rule, fold)
        del game["directions"]
        return demonstrate(count, seed=seed, rules=rules, **settings, **game)

    def likenesses(self, demonstrations: Demonstrations) -> Collection[Hashable]:
        return {_turns(lines) for lines in demonstrations.lines}

    def deals(self, env: Any) -> Deals:
        from benchmarks.suites.distinct import Deals
        from virl_env.deal import Dealer

        dealer = Dealer(config_of(env))
        routes = dealer.pool.routes
        cities = {city: number for number, city in enumerate(dict.fromkeys(r.city for r in routes))}
        groups = np.array([cities[route.city] for route in routes]) if len(cities) > 1 else None
        return Deals(
            lambda seeds: dealer.deal(seeds)["route"].astype(np.int64), len(routes), groups
        )

    def reference(
        self,
        name: str,
        *,
        seed: int,
        fold: Sequence[int],
        max_attempts: int,
        game: Mapping[str, Any] = MappingProxyType({}),
    ) -> MakeAgent:
        from agents.scripted import ConstantAgent, ExpertAgent, RandomAgent

        if name == "random":
            return lambda _: RandomAgent(NUM_ACTIONS, seed=seed)
        if name == "always-forward":
            return lambda _: ConstantAgent(FORWARD)
        if name == "expert":
            return ExpertAgent
        from agents.virl.demonstrations import demonstrate
        from agents.virl.nearest_neighbour import NearestNeighbourAgent

        # It plays by position, so it knows whole routes, as they are tested.
        training = {"split": "train", "fold": tuple(fold), "max_attempts": max_attempts, **game}
        nearest = NearestNeighbourAgent(
            demonstrate(MEMORISED, seed=seed, rules=(self.rule,), **training)
        )
        return lambda _: nearest

    def dealt(self, env: Any, copy: int | None = None, *, shown: Any = None) -> Dealt:
        if copy is None:
            route, heading = env.route, env.initial_heading
        else:
            route, heading = env.route(copy), env.initial_heading(copy)
        return Dealt(
            route.digest, f"{route.city}/{route.digest}", _turns(line_codes(route, heading))
        )

    def recognised(
        self, symbols: NDArray[np.uint8], read: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        from agents.virl.images import facts

        category = facts(symbols)[:, 0]
        there = category > 0
        right = there & (read[:, 0] == category)
        return right.astype(np.int64), there.astype(np.int64)

    def reported(self, env: Any, reply: str) -> tuple[int, int]:
        scene, report = env.scene(), virl_env.parse_reply(reply).observation
        in_sight = scene.sight[0]
        if report is None or not in_sight:
            return 0, 0
        # Compact wordings call a landmark by a letter, others by its name, or else by what it is.
        if env.template.compact:
            wordings = [{number: LETTERS[number - 1] for number, *_ in scene.landmarks}]
        else:
            wordings = [
                {number: name.lower() for number, name, _ in scene.landmarks},
                {number: category for number, _, category in scene.landmarks},
            ]
            report = report.lower()
        for names in wordings:
            named = {name for name in names.values() if _holds(report, name)}
            if named:
                return int(names[in_sight] in named), len(named)
        return 0, 1

    def share_malformed(self, outcomes: Sequence[str]) -> float:
        return outcomes.count(Outcome.UNREADABLE.value) / max(1, len(outcomes))


def _holds(report: str, name: str) -> bool:
    """Whether a report holds a name as words of its own."""
    return re.search(rf"\b{re.escape(name)}\b", report) is not None


def _turns(lines: NDArray[np.uint8]) -> bytes:
    """Return what instructions tell of turns, words and compass, of codes of shape (lines, 4)."""
    return lines[lines.any(axis=1), :2].tobytes()

"""What the observation tells, and what it must not: enough to be always right, and no more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import virl_env
from virl_env.actions import FIRST_TURN, FORWARD, STOP
from virl_env.directions import WORDS
from virl_env.observe import LAYOUT, LINE_CODES, MAX_LANDMARKS, WALK_CODE
from virl_env.vector_env import VIRLNavigationVectorEnv

ROUTES = 1_000
_LINES = LAYOUT["lines"].start
_SIGHT = ("landmark", "side", "intersection", "heading", "categories")


def decide(row: NDArray[np.uint8]) -> int:
    """Return the right action at a point, read off the observation alone."""
    turn, compass, landmark, _ = row[_LINES : _LINES + LINE_CODES].tolist()
    frame, *table = row[LAYOUT["frame"].start : LAYOUT["table"].stop].tolist()
    if turn != WALK_CODE:
        word = table[(compass if frame == 1 else turn) - 1]
        return FIRST_TURN + word - 1
    last_line = not row[_LINES + LINE_CODES : LAYOUT["lines"].stop].any()
    arrived = last_line and row[LAYOUT["intersection"]].all()
    return STOP if arrived and row[LAYOUT["landmark"]] == landmark else FORWARD


@pytest.mark.parametrize("directions", ["absolute", "relative", "random"])
@pytest.mark.parametrize("city", [virl_env.TRAINING_CITY, "unseen"])
def test_the_observation_is_enough_to_be_always_right(directions: str, city: str) -> None:
    env = VIRLNavigationVectorEnv(
        ROUTES, city=city, routes=120, directions=directions, drop_rate=0.3, max_attempts=1
    )
    observations, _ = env.reset(seed=1)
    running = np.ones(ROUTES, dtype=bool)
    while running.any():
        actions = np.array([decide(row) for row in observations])
        observations, rewards, terminated, _, infos = env.step(actions)
        assert (rewards[running] == 1.0).all()
        assert infos["is_success"][running & terminated].all()
        running &= ~terminated


def turning_points(
    count: int, **keywords: Any
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """Return observations at turning points behind the start, the right turns, and the routes."""
    env = VIRLNavigationVectorEnv(
        512, routes=5_000, directions="relative", max_attempts=1, autoreset_mode="same_step",
        points_per_segment=1, **keywords,
    )  # fmt: skip
    observations, _ = env.reset(seed=3)
    seen, turns, routes = [], [], []
    while sum(map(len, turns)) < count:
        actions = env.expert_action()
        at = (actions >= FIRST_TURN) & (observations[:, LAYOUT["intersection"].start] == 1)
        seen.append(observations[at])
        turns.append(actions[at] - FIRST_TURN)
        routes.append(env.batch.routes[at].astype(np.int64))
        observations, *_ = env.step(actions)
    return np.concatenate(seen), np.concatenate(turns), np.concatenate(routes)


def accuracy(features: NDArray[Any], turns: NDArray[np.int64], routes: NDArray[np.int64]) -> float:
    """Return how often naive Bayes guesses the turn on routes that it was not fitted to."""
    fitted = routes % 2 == 0
    kinds = np.unique(turns)
    scores = np.zeros((int((~fitted).sum()), len(kinds)))
    for number, kind in enumerate(kinds):
        here = features[fitted & (turns == kind)]
        scores[:, number] = np.log(len(here))
        for column in range(features.shape[1]):
            counts = np.bincount(here[:, column], minlength=256) + 0.5
            scores[:, number] += np.log(counts / counts.sum())[features[~fitted, column]]
    return float((kinds[scores.argmax(axis=1)] == turns[~fitted]).mean())


def sight(observations: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what is left of observations once the instructions are blanked."""
    return np.concatenate([observations[:, LAYOUT[name]] for name in _SIGHT], axis=1)


@pytest.fixture(scope="module")
def points() -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    return turning_points(12_000)


def test_without_instructions_sides_do_not_tell_which_way_to_turn(points: Any) -> None:
    observations, turns, routes = points
    shuffled = observations.copy()
    rng = np.random.default_rng(0)
    places = [LAYOUT["landmark"].start, LAYOUT["side"].start]
    shuffled[:, places] = observations[rng.permutation(len(observations))][:, places]
    told, untold = (accuracy(sight(rows), turns, routes) for rows in (observations, shuffled))
    # Four standard errors of the difference of two shares of some six thousand points.
    assert told < untold + 0.03


def test_the_classifier_would_find_a_side_that_tells(points: Any) -> None:
    observations, turns, routes = points
    leaking = observations.copy()
    rng = np.random.default_rng(0)
    leaks = rng.random(len(turns)) < 0.2
    leaking[leaks, LAYOUT["side"].start] = 1 + turns[leaks]
    assert (
        accuracy(sight(leaking), turns, routes)
        > accuracy(sight(observations), turns, routes) + 0.03
    )


def test_a_landmark_number_tells_neither_order_nor_city() -> None:
    env = VIRLNavigationVectorEnv(4_000, routes=400)
    env.reset(seed=0)
    orders = env.batch._states["numbers"][:, 1:]
    expected = 4_000 / MAX_LANDMARKS
    for place in range(MAX_LANDMARKS):
        counts = np.bincount(orders[:, place] - 1, minlength=MAX_LANDMARKS)
        # Chi-square with 7 degrees of freedom: 29.9 is its 99.99th percentile.
        assert ((counts - expected) ** 2 / expected).sum() < 29.9
    assert all(sorted(order) == list(range(1, MAX_LANDMARKS + 1)) for order in orders[:50].tolist())


def test_the_words_of_the_other_rule_always_fail() -> None:
    for rule, other in (("absolute", "relative"), ("relative", "absolute")):
        env = VIRLNavigationVectorEnv(64, directions=rule, routes=100, max_attempts=10)
        env.reset(seed=0)
        for word in virl_env.Directions.parse(other).words:
            _, rewards, *_ = env.step(np.full(64, FIRST_TURN + WORDS.index(word)))
            assert (rewards == -1.0).all()
            env.reset(seed=0)

"""What render() tells of a walk beside the views and the map."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import virl_env
from shiftgym.lettering import RIGHT, WRONG
from virl_env.directions import Directions
from virl_env.env import VIRLNavigationEnv
from virl_env.render import SIZE, Snapshot, draw_snapshot, rule_in_brief, what_came_of_it
from virl_env.text_env import VIRLNavigationTextEnv
from virl_env.world.geometry import COMPASS, RELATIVE

VIEWS = np.full((SIZE, SIZE, 3), 77, dtype=np.uint8)


def panel(snapshot: Snapshot) -> NDArray[np.int64]:
    """Return what is written beside views, below the small map."""
    return draw_snapshot(snapshot, VIEWS)[SIZE // 2 :, SIZE:].astype(np.int64)


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    env = VIRLNavigationEnv(routes=20, city="gridhaven")
    env.reset(seed=3)
    return env.snapshot()


def test_it_is_what_the_walker_was_told_and_did() -> None:
    env: Any = VIRLNavigationTextEnv(routes=20, stated_directions="relative")
    env.reset(seed=3)
    seen = env.snapshot()
    assert (seen.route, (seen.place, seen.heading)) == (env.route, env.stand())
    assert (seen.done, seen.outcome, seen.arrived) == ("", "none", None)
    assert seen.rule == env.stated_directions
    assert list(seen.lines) == list(env.scene().instructions)
    assert seen.left == "2 attempts left"
    env.step("hm")
    seen = env.snapshot()
    assert (seen.done, seen.outcome, seen.left) == ("no action", "unreadable", "1 attempt left")
    env.step(env.expert_action())
    seen = env.snapshot()
    assert (seen.done, seen.outcome) == (env.actions[-1], "correct")
    while not env.episode.terminated:
        env.step(env.expert_action())
    seen = env.snapshot()
    assert (seen.arrived, seen.left, seen.line) == (True, "", len(seen.lines) - 1)


def test_free_walkers_have_actions_left_and_moves_without_outcome() -> None:
    env = VIRLNavigationEnv(routes=20, movement="free", max_steps=11)
    env.reset(seed=3)
    assert env.snapshot().left == "10 or more actions left"
    env.step(env.expert_action())
    seen = env.snapshot()
    assert (seen.outcome, seen.done) == ("none", env.actions[-1])
    env.step(1)
    assert env.snapshot().arrived is False


def test_views_are_labelled_and_the_map_is_beside_them(snapshot: Snapshot) -> None:
    picture = draw_snapshot(snapshot, VIEWS)
    assert (picture.shape, picture.dtype) == ((640, 960, 3), np.uint8)
    changed = (picture[:, :SIZE] != 77).any(axis=2)
    for row in (0, 1):
        for column in (0, 1):
            view = changed[row * 320 : (row + 1) * 320, column * 320 : (column + 1) * 320]
            places = np.argwhere(view)
            # A label in the upper middle, and nothing else.
            assert len(places) > 500
            assert (places[:, 0] < 40).all()
            assert (np.abs(places[:, 1] - 160) < 40).all()
    large = draw_snapshot(snapshot)
    assert (large[:, :SIZE] != picture[:, :SIZE]).any()


@pytest.mark.parametrize(
    "changed",
    [
        {"line": 1},
        {"rule": Directions("body", RELATIVE)},
        {"rule": Directions("world", COMPASS[::-1])},
        {"done": "forward()"},
        {"outcome": "wrong_action", "done": "stop()"},
        {"left": "1 attempt left"},
        {"arrived": True},
    ],
    ids=str,
)
def test_the_panel_tells_all_that_a_snapshot_holds(
    snapshot: Snapshot, changed: dict[str, Any]
) -> None:
    assert (panel(snapshot) != panel(snapshot._replace(**changed))).any()


def test_long_and_hostile_lines_stay_in_the_panel(snapshot: Snapshot) -> None:
    lines = ["word " * 200, "W" * 900, "\x1b\u202e\n" * 30, "☃" * 300]
    for line in range(len(lines)):
        told = panel(snapshot._replace(lines=lines, line=line, done="x" * 300))
        ground = told[0, 0]
        assert (told[:, :12] == ground).all()
        assert (told[:, -12:] == ground).all()


def test_rules_are_told_in_a_sentence() -> None:
    absolute, relative = (virl_env.Directions.parse(name) for name in ("absolute", "relative"))
    assert "absolute; a turn is named by the compass direction" in rule_in_brief(absolute)
    assert "relative; a turn is named by how one turns" in rule_in_brief(relative)
    swapped = Directions("body", ("right", "left", *RELATIVE[2:]))
    assert "left → right, right → left, slightly left → slightly left" in rule_in_brief(swapped)


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (("", "none", None), "Nothing done yet"),
        (("forward()", "none", None), "forward()"),
        (("forward()", "correct", None), "forward() ✓"),
        (("stop()", "wrong_action", None), "stop() ✗ wrong action"),
        (("stop()", "correct", True), "Arrived ✓"),
        (("stop()", "wrong_action", False), "Not as instructed ✗"),
    ],
)
def test_what_came_of_an_action(seen: tuple[Any, Any, Any], told: str) -> None:
    words, colour = what_came_of_it(*seen)
    assert words == told
    assert (colour == RIGHT, colour == WRONG) == ("✓" in told, "✗" in told)

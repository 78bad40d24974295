"""What render() draws: the table, and the game in words below it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

import gp_env
from gp_env.arithmetic import to_tokens
from gp_env.pictures.table import draw_table
from gp_env.render import SIZE, Scene, draw_scene, result_of, spaced
from gp_env.rules import Rule
from shiftgym.lettering import PALE, RIGHT, WRONG, write_line, write_line_right

PLAIN = Scene(Rule(10, 10, 10), 24, "", "", "none", 5)


def caption(scene: Scene) -> NDArray[np.int64]:
    table = draw_table((1, 2, 3, 4), (), SIZE)
    return draw_scene(scene, table)[SIZE:].astype(np.int64)


def has(picture: NDArray[Any], colour: tuple[int, int, int]) -> bool:
    return bool((picture == colour).all(axis=-1).sum() > 20)


@pytest.mark.parametrize(
    "name",
    [name for name in gp_env.variants() if name.startswith("GeneralPoints-v")]
    + ["GeneralPoints-Image-VisualOOD-v0", "GeneralPoints-Text-v0"],
)
def test_every_interface_renders_the_table_above_the_game(name: str) -> None:
    env: Any = gym.make(name, render_mode="rgb_array").unwrapped
    env.reset(seed=0)
    before = env.render()
    assert (before.shape, before.dtype) == ((780, 640, 3), np.uint8)
    np.testing.assert_array_equal(before[:SIZE], draw_table(env.hand.ranks, env.hand.suits, SIZE))
    assert not has(before[SIZE:], RIGHT)
    assert not has(before[SIZE:], WRONG)
    env.step('{"formula": "1+1"}' if "-Text" in name else to_tokens("=")[0])
    failed = env.render()
    assert has(failed[SIZE:], WRONG)
    terminated = False
    while not terminated:
        *_, terminated, _, info = env.step(env.expert_action())
    assert info["is_success"]
    solved = env.render()
    assert has(solved[SIZE:], RIGHT)
    np.testing.assert_array_equal(before[:SIZE], solved[:SIZE])


def test_tokens_are_shown_as_they_are_written() -> None:
    env: Any = gym.make("GeneralPoints-v0", hand="K 4 1 10", render_mode="rgb_array").unwrapped
    env.reset(seed=0)
    shown = [env.render()]
    for token in to_tokens("(10-4)*"):
        env.step(token)
        shown.append(env.render())
    assert env.scene() == PLAIN._replace(formula="(10 - 4) *")
    for one, other in pairwise(shown):
        assert (one[SIZE:] != other[SIZE:]).any()


@pytest.mark.parametrize(
    "changed",
    [
        {"rule": Rule(10, 11, 10)},
        {"target": 25},
        {"formula": "1"},
        {"previous": "1 +", "outcome": "wrong_value"},
        {"outcome": "unreadable"},
        {"attempts_left": 4},
    ],
    ids=str,
)
def test_the_caption_tells_all_that_a_scene_holds(changed: dict[str, Any]) -> None:
    assert (caption(PLAIN) != caption(PLAIN._replace(**changed))).any()


def test_signs_that_the_type_lacks_are_written_with_those_it_has() -> None:
    typed, printed = (
        caption(PLAIN._replace(previous=formula, outcome="correct"))
        for formula in ("8/(3-8/3)*1", "8÷(3−8∕3)×1")
    )
    np.testing.assert_array_equal(typed, printed)


def test_the_last_attempt_stands_in_place_of_the_formula() -> None:
    won, lost = (
        caption(PLAIN._replace(previous=formula, outcome=outcome, attempts_left=left))
        for formula, outcome, left in (
            ("2 * 2 + 8 + 12 =", "correct", 3),
            ("2 * 3 + 4 =", "wrong_value", 0),
        )
    )
    goes_on = caption(PLAIN._replace(previous="2 * 3 + 4 =", outcome="wrong_value"))
    for told, colour in ((won, RIGHT), (lost, WRONG)):
        assert has(told[:55], colour)
        assert not has(goes_on[:55], colour)
    assert result_of(PLAIN._replace(previous="2*2+8+12=", outcome="correct")) == "2×2+8+12 = 24 ✓"
    assert result_of(PLAIN._replace(previous="3^3", outcome="illegal_formula")) == "3^3 ✗"
    assert result_of(PLAIN._replace(outcome="unreadable")) == "no formula ✗"


def test_the_look_of_the_table_is_that_of_the_interface() -> None:
    keywords: dict[str, Any] = {"look": {"table": 5}, "render_mode": "rgb_array"}
    env: Any = gym.make("GeneralPoints-Image-v0", **keywords)
    text: Any = gym.make("GeneralPoints-Text-v0", images=True, **keywords)
    for each in (env, text):
        each.reset(seed=3)
    seed, hand = env.unwrapped.episode.seed, env.unwrapped.hand
    striped = env.unwrapped.renderer.of_cards(hand.ranks, hand.suits, seed, SIZE)
    assert (striped != draw_table(hand.ranks, hand.suits, SIZE)).any()
    for each in (env, text):
        np.testing.assert_array_equal(each.render()[:SIZE], striped)


def test_copies_render_as_single_environments_do() -> None:
    vector: Any = gym.make_vec("GeneralPoints-Image-v0", num_envs=2, render_mode="rgb_array")
    vector.reset(seed=[0, 1])
    for seed in (0, 1):
        env = gym.make("GeneralPoints-Image-v0", render_mode="rgb_array")
        env.reset(seed=seed)
        np.testing.assert_array_equal(vector.render()[seed], env.render())


def test_long_formulas_are_written_smaller_and_nothing_leaves_its_place() -> None:
    longest = spaced(["(", "19", "+", "19", ")", *["*", "19"] * 7])
    for reply in (longest, "1+" * 5_000, "\ud800\x00\u202e", "\n" * 50, "☃" * 90):
        told = caption(PLAIN._replace(formula=reply, previous=reply, outcome="wrong_numbers"))
        ground = told[0, 0]
        assert (told[:, :20] == ground).all()
        assert (told[:, -20:] == ground).all()
        # The outcome stands where it stands without an attempt.
        assert has(told[100:, 440:], WRONG)
    short = caption(PLAIN._replace(formula=spaced(["(", "19", "+", "19", ")"])))
    whole = caption(PLAIN._replace(formula=longest))
    assert _highest(whole) < _highest(short)


def _highest(told: NDArray[np.int64]) -> int:
    """Return how high the formula is, in pixels."""
    bright = (told[:55, 170:] > 200).all(axis=2).any(axis=1)
    return int(bright.nonzero()[0].max() - bright.nonzero()[0].min())


def test_lines_end_in_dots_where_there_is_no_room() -> None:
    picture = Image.new("RGB", (300, 40))
    drawing = ImageDraw.Draw(picture)
    assert write_line(drawing, (0, 0), "a long line " * 9, PALE, 20, 150) <= 150
    assert write_line(drawing, (0, 0), "short", PALE, 20, 150) < 60
    assert write_line(drawing, (0, 0), "any", PALE, 20, 5) > 0
    assert np.asarray(picture)[:, 151:].max() == 0
    wide = write_line_right(drawing, (300, 0), "end", PALE, 20)
    assert np.asarray(picture)[:, 300 - int(wide) :].max() > 0


@pytest.mark.parametrize("interface", ["", "-Image", "-Text"])
def test_a_window_shows_every_reset_and_step(
    interface: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pygame = pytest.importorskip("pygame")
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    name = f"GeneralPoints{interface}-v0"
    env: Any = gym.make(name, render_mode="human").unwrapped
    other: Any = gym.make(name, render_mode="rgb_array").unwrapped
    monkeypatch.setattr(env._window, "_fps", 1000)
    for each in (env, other):
        each.reset(seed=0)
    for action in (1, 2):
        pixels = pygame.surfarray.array3d(pygame.display.get_surface()).swapaxes(0, 1)
        np.testing.assert_array_equal(pixels, other.render())
        for each in (env, other):
            each.step("hm" if interface == "-Text" else action)
    assert env.render() is None
    assert env._window.is_open
    env.close()
    assert not env._window.is_open

"""The window of render_mode="human", on a display that nobody sees."""

from __future__ import annotations

import pickle
import sys
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from numpy.typing import NDArray

import virl_env  # noqa: F401
from shiftgym.window import Window

pygame = pytest.importorskip("pygame")


def shown() -> NDArray[np.uint8]:
    """Return what stands in the open window."""
    pixels: NDArray[np.uint8] = pygame.surfarray.array3d(pygame.display.get_surface())
    return pixels.swapaxes(0, 1)


def test_a_window_shows_what_it_is_given_in_its_size() -> None:
    window = Window("test", fps=1000)
    assert not window.is_open
    generator = np.random.default_rng(0)
    for height, width in ((40, 64), (40, 64), (80, 30)):
        picture = generator.integers(0, 256, (height, width, 3), dtype=np.uint8)
        window.show(picture)
        assert (shown() == picture).all()
    assert pygame.display.get_caption()[0] == "test"
    window.close()
    assert not window.is_open
    assert not pygame.display.get_init()
    window.close()


def test_a_window_that_a_person_closes_stays_closed() -> None:
    window = Window("test", fps=1000)
    picture = np.zeros((40, 64, 3), dtype=np.uint8)
    window.show(picture)
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    window.show(picture)
    window.show(picture)
    assert not window.is_open


def test_frames_come_no_faster_than_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks: list[float] = []

    class Clock:
        def tick(self, fps: float) -> None:
            ticks.append(fps)

    monkeypatch.setattr(pygame.time, "Clock", Clock)
    window = Window("test", fps=7)
    for _ in range(3):
        window.show(np.zeros((40, 64, 3), dtype=np.uint8))
    window.close()
    assert ticks == [7, 7, 7]


def test_without_pygame_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygame", None)
    window = Window("test", fps=4)
    with pytest.raises(gym.error.DependencyNotInstalled, match=r"pygame-ce.* install .*\[play\]"):
        window.show(np.zeros((40, 64, 3), dtype=np.uint8))


def test_an_environment_shows_every_reset_and_step(monkeypatch: pytest.MonkeyPatch) -> None:
    env: Any = gym.make("VIRLNavigation-v0", render_mode="human").unwrapped
    monkeypatch.setattr(env._window, "_fps", 1000)
    other: Any = gym.make("VIRLNavigation-v0", render_mode="rgb_array").unwrapped
    for each in (env, other):
        each.reset(seed=1)
    for _ in range(4):
        assert (shown() == other.render()).all()
        for each in (env, other):
            each.step(each.expert_action())
    copy = pickle.loads(pickle.dumps(env))
    assert not copy._window.is_open
    assert env.render() is None
    assert env._window.is_open
    env.close()
    assert not env._window.is_open


@pytest.mark.parametrize("mode", [None, "ansi", "rgb_array"])
def test_no_window_opens_where_nobody_asked_for_one(mode: str | None) -> None:
    env = gym.make("VIRLNavigation-v0", render_mode=mode)
    env.reset(seed=1)
    env.step(env.unwrapped.expert_action())  # type: ignore[attr-defined]
    env.render() if mode else None
    assert not env.unwrapped._window.is_open  # type: ignore[attr-defined]

"""Playing by keyboard in a window: every action has a key, and Gymnasium's loop plays."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import gymnasium as gym
import pytest

import gp_env.keyboard
import virl_env.keyboard
from tests.shells import INTERFACES

PLAYED = [name for name in INTERFACES if "-Text" not in name]

PLAY = """
import json, sys, warnings
import gymnasium as gym
import gp_env, virl_env
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from gymnasium.utils.play import play
import pygame

name, keys = sys.argv[1], json.loads(sys.argv[2])
env, done = gym.make(name, render_mode="rgb_array"), []

def press(*_):
    if _:
        done.append(int(_[2]))
        pygame.event.post(pygame.event.Event(pygame.KEYUP, key=keys[len(done) - 1]))
    code = keys[len(done)] if len(done) < len(keys) else pygame.K_ESCAPE
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=code))

pygame.init()
press()
play(env, fps=1000, callback=press, seed=0, wait_on_player=True)
print(json.dumps(done))
"""
"""Plays as a person who presses one key after another, then Escape."""


@pytest.mark.parametrize("name", PLAYED)
def test_every_action_has_a_key_and_no_key_two(name: str) -> None:
    env: Any = gym.make(name)
    keys = env.get_wrapper_attr("get_keys_to_action")()
    assert set(keys.values()) == set(range(int(env.action_space.n)))
    codes = [ord(key) if isinstance(key, str) else key for (key,) in keys]
    assert len(set(codes)) == len(codes)


def test_keys_are_where_a_person_looks_for_them() -> None:
    pygame = pytest.importorskip("pygame")
    cards, streets = gp_env.keyboard.KEYS, virl_env.keyboard.KEYS
    tokens = gp_env.TOKENS
    for key, token in (("7", "7"), ("0", "10"), ("q", "11"), ("o", "19"), ("\r", "="), ("a", "+")):
        assert tokens[cards[key]] == token
    for code, token in (
        (pygame.K_KP9, "9"),
        (pygame.K_KP0, "10"),
        (pygame.K_KP_PLUS, "+"),
        (pygame.K_KP_MINUS, "-"),
        (pygame.K_KP_MULTIPLY, "*"),
        (pygame.K_KP_DIVIDE, "/"),
        (pygame.K_KP_ENTER, "="),
    ):
        assert tokens[cards[code]] == token
    for code, action in (
        (pygame.K_UP, "forward()"),
        (pygame.K_LEFT, "turn_direction(left)"),
        (pygame.K_RIGHT, "turn_direction(right)"),
        (pygame.K_KP8, "turn_direction(north)"),
        (pygame.K_KP3, "turn_direction(southeast)"),
        ("7", "turn_direction(northwest)"),
        (" ", "stop()"),
    ):
        assert virl_env.ACTIONS[streets[code]] == action


@pytest.mark.parametrize(
    ("name", "keys"),
    [("GeneralPoints-v0", "1a2\r"), ("VIRLNavigation-v0", "w8 ")],
)
def test_gymnasium_plays_what_a_person_presses(name: str, keys: str) -> None:
    pytest.importorskip("pygame")
    codes = json.dumps([ord(key) for key in keys])
    run = subprocess.run(
        [sys.executable, "-c", PLAY, name, codes],
        env={**os.environ, "SDL_VIDEODRIVER": "dummy"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    pressed = gym.make(name).get_wrapper_attr("get_keys_to_action")()
    assert json.loads(run.stdout.splitlines()[-1]) == [pressed[key,] for key in keys]

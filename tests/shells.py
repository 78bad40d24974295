"""The environments of both tasks, single and vector, by id."""

from __future__ import annotations

import dataclasses
from typing import Any

import gymnasium as gym

import gp_env
import virl_env
from gp_env.config import GameConfig
from shiftgym.keywords import shell_keywords
from virl_env.config import NavigationConfig

CONFIGS: dict[str, Any] = {"GeneralPoints": GameConfig, "VIRLNavigation": NavigationConfig}
IDS = [*gp_env.variants(), *virl_env.variants()]
INTERFACES = [f"{task}{kind}-v0" for task in CONFIGS for kind in ("", "-Image", "-Text")]
SHELLS = [
    (name, vector)
    for vector in (False, True)
    for name in INTERFACES
    if not (vector and "-T" in name)
]
"""One id of each interface, and whether as a vector environment."""


def entry(name: str, vector: bool = False) -> Any:
    spec = gym.spec(name)
    point = spec.vector_entry_point if vector else spec.entry_point
    return gym.envs.registration.load_env_creator(point)  # type: ignore[arg-type]


def config_keywords(name: str) -> list[str]:
    """Return the keywords that say what is played."""
    return [field.name for field in dataclasses.fields(CONFIGS[name.split("-")[0]])]


def keywords_of(name: str, vector: bool = False) -> list[str]:
    return [*shell_keywords(entry(name, vector)), *config_keywords(name)]


def make(name: str, vector: bool, keywords: dict[str, Any]) -> Any:
    if name.startswith("VIRL"):
        keywords = {"routes": 30, **keywords}
    if vector:
        return gym.make_vec(name, **{"num_envs": 2, **keywords}).unwrapped
    return gym.make(name, disable_env_checker=True, **keywords).unwrapped

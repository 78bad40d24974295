"""Agents from outside: `--agent module:factory`, a callable that makes one."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

from agents.protocol import Agent
from benchmarks.outside import find_in_working_folder
from benchmarks.players import Player
from benchmarks.tasks.task import AskableEnv

IMPORT_PATH = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_]\w*)")
"""module:factory."""

METHODS = ("act", "reset")
"""Of `agents.protocol.Agent`."""


def imported_player(path: str) -> Player:
    """Return the player that a factory makes, of ids of every interface.

    The factory is called once for each batch of environments: with the batch if it has a parameter
    without a default, else with nothing. It returns an `agents.protocol.Agent`.

    Args:
        path: "module:factory".

    Raises:
        ValueError: the module is not found or cannot be imported, it has no such name, or what it
            has is not callable.
    """
    factory = _factory(path)
    wants_env = _wants_argument(factory)

    def make(env: AskableEnv) -> Agent:
        agent = factory(env) if wants_env else factory()
        missing = [name for name in METHODS if not callable(getattr(agent, name, None))]
        if missing:
            raise ValueError(
                f"--agent {path} returned {type(agent).__name__}, which has no method "
                f"{' and no method '.join(missing)}. Expected act(observation, info) and "
                f"reset(index), see agents/protocol.py."
            )
        made: Agent = agent
        return made

    return Player(path, make, interfaces=("", "-Image", "-Text"))


def _factory(path: str) -> Callable[..., Any]:
    """Return what stands behind an import path."""
    module_name, _, name = path.partition(":")
    find_in_working_folder()
    try:
        module = import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise ValueError(
                f"--agent {path}: {module_name} cannot be imported: {error}."
            ) from error
        raise ValueError(
            f"--agent {path}: there is no module {error.name}. Expected module:factory, a module "
            f"that is installed or lies in the working folder."
        ) from error
    except Exception as error:  # whatever somebody's module does when it is imported
        raise ValueError(
            f"--agent {path}: {module_name} cannot be imported: {type(error).__name__}: {error}"
        ) from error
    if not hasattr(module, name):
        raise ValueError(f"--agent {path}: {module_name} has no name {name}.")
    factory = getattr(module, name)
    if not callable(factory):
        raise ValueError(
            f"--agent {path}: {name} is of type {type(factory).__name__} and cannot be called. "
            f"Name a function or a class that returns an agent."
        )
    found: Callable[..., Any] = factory
    return found


def _wants_argument(factory: Callable[..., Any]) -> bool:
    """Whether a factory has a parameter without a default."""
    try:
        parameters = inspect.signature(factory).parameters.values()
    except ValueError:  # some callables written in C tell none
        return False
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return any(one.kind in positional and one.default is one.empty for one in parameters)

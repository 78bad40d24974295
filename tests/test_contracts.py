"""Contracts that every registered id of both tasks keeps, whatever is played."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import gymnasium as gym
import pytest
from gymnasium.envs.registration import EnvSpec

import gp_env
import virl_env
from shiftgym.contract_play import frozen, play
from shiftgym.contracts import (
    CONTRACTS,
    Contract,
    calls_out_of_turn_are_refused,
    gymnasium_agrees,
    refused_resets_change_nothing,
    task_strings_replay,
)
from shiftgym.window import Window

PACKAGES: dict[str, ModuleType] = {"gp_env": gp_env, "virl_env": virl_env}
TASKS = {"gp_env": "GeneralPoints", "virl_env": "VIRLNavigation"}
INTERFACES = {"gp_env": ("", "-Image", "-Text"), "virl_env": ("", "-Image", "-Text")}
IDS = {name: package for package, task in PACKAGES.items() for name in task.variants()}

# What changes most of what is seen, and what is the largest case of it.
KEYWORDS: dict[str, list[dict[str, Any]]] = {
    "gp_env": [
        {"rule": "random", "num_cards": 5, "deck": "large", "max_attempts": 10},
        {"deals": "deck", "suits": "all", "split": "test", "target": 100},
    ],
    "virl_env": [
        {
            "directions": "random",
            "turns": (0, 7),
            "routes": 50,
            "drop_rate": 0.5,
            "max_attempts": 10,
        },
        {"instructions": "landmarks", "points_per_segment": 10, "split": "test", "style": 3},
        {"movement": "free", "directions": "random"},
    ],
}
# And what changes most of what is shown.
SHOWN: dict[str, list[dict[str, Any]]] = {
    "VIRLNavigation-v0": [{"observation": "onehot"}],
    "GeneralPoints-v0": [{"observation": "onehot", "mask_in_observation": True}],
    "VIRLNavigation-Image": [{"look": "random"}],
    "GeneralPoints-Image": [{"look": "random"}],
    "GeneralPoints-Image-v0": [{"observation": "image"}],
    "GeneralPoints-Text": [{"images": True, "image_size": 32, "look": "random"}],
    "VIRLNavigation-Text": [{"images": True, "image_size": 32, "look": {"night": 3}}],
}


@pytest.fixture(autouse=True, scope="module")
def hasty_windows() -> Iterator[None]:
    """Show frames as they come: nobody watches, and seconds would be waited for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shiftgym.window.Window", lambda title, fps: Window(title, 1000.0))
        yield


def shown(name: str) -> list[dict[str, Any]]:
    return [one for start, cases in SHOWN.items() if name.startswith(start) for one in cases]


def few_streets(name: str) -> dict[str, Any]:
    return {"routes": 4, **({"city": ("porta vecchia", "rio claro")} if "OOD-" in name else {})}


def cases(name: str) -> list[dict[str, Any]]:
    """Return the keywords that an id is played with."""
    if "-OOD-" in name:
        return []  # Another name of an id that is played with all of them; see the last test.
    dealt = KEYWORDS[IDS[name]]
    if name.startswith("VIRLNavigation-Image"):
        # Streets take longest to draw: how a walker moves changes what is seen, wording does not.
        dealt = [keywords for keywords in dealt if "instructions" not in keywords]
    # A shift is no more than keywords: one id will do for the others.
    played = [{}, *([] if "OOD" in name else [*dealt, *shown(name)])]
    # And few streets are drawn once for all contracts. The other tests have every route.
    return [
        {**keywords, **few_streets(name)} if draws(name, keywords) else keywords
        for keywords in played
    ]


def draws(name: str, keywords: dict[str, Any]) -> bool:
    """Return whether streets are drawn."""
    return name.startswith("VIRL") and ("-Image" in name or "images" in keywords)


CASES = [
    pytest.param(name, keywords, id=f"{name}-{number}")
    for name in IDS
    for number, keywords in enumerate(cases(name))
]


def test_ids_are_task_by_interface_by_shift() -> None:
    for package, task in TASKS.items():
        expected = {
            f"{task}{interface}{shift}-v0"
            for interface in INTERFACES[package]
            for shift in ("", "-RuleOOD", "-VisualOOD", "-OOD")
        }
        assert set(PACKAGES[package].variants()) == expected
        assert expected <= set(gym.registry)


@pytest.mark.parametrize(("name", "keywords"), [c for c in CASES if "-Text" not in str(c.id)])
def test_sb3_finds_nothing_to_complain_of(name: str, keywords: dict[str, Any]) -> None:
    checker = pytest.importorskip("stable_baselines3.common.env_checker")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        checker.check_env(gym.make(name, **keywords).unwrapped)


# Gymnasium looks at spaces, types and seeds, which ids of one interface have in common.
SHIFTED = ("-RuleOOD-", "-VisualOOD-")
# No keyword changes what these look at: spaces, render modes, the arguments of a reset.
ONCE = {
    gymnasium_agrees,
    calls_out_of_turn_are_refused,
    refused_resets_change_nothing,
    task_strings_replay,
}
CHECKS = [
    pytest.param(contract, *case.values, id=f"{contract.__name__}-{case.id}")
    for contract in CONTRACTS
    for case in CASES
    if contract not in ONCE or not case.values[1]
    if contract is not gymnasium_agrees or not any(one in str(case.id) for one in SHIFTED)
]


@pytest.mark.parametrize(("contract", "name", "keywords"), CHECKS)
def test_every_id_keeps_the_contracts(
    contract: Contract, name: str, keywords: dict[str, Any]
) -> None:
    contract(name, keywords)


@pytest.mark.parametrize(("name", "keywords"), CASES)
def test_no_other_keyword_changes_the_spaces(name: str, keywords: dict[str, Any]) -> None:
    env: Any = gym.make(name, **keywords).unwrapped
    interface = max(each for each in INTERFACES[IDS[name]] if each in name)
    form = {
        keyword: keywords[keyword]
        for keyword in ("observation", "mask_in_observation")
        if keyword in keywords
    }
    usual = gym.make(f"{TASKS[IDS[name]]}{interface}-v0", **form)
    assert env.observation_space == usual.observation_space
    assert env.action_space == usual.action_space


@pytest.mark.parametrize("package", PACKAGES)
def test_another_process_sees_the_same(package: str) -> None:
    # -OOD- ids are other names of ids that are played; see the last test.
    names = [name for name in IDS if IDS[name] == package and "-OOD-" not in name]
    # One id of the streets deals all its routes.
    games = [
        (name, few_streets(name) if name.startswith("VIRL") and name != "VIRLNavigation-v0" else {})
        for name in names
    ]
    script = (
        "import gymnasium, json; from shiftgym.contract_play import frozen, play;"
        "played = lambda name, few: "
        "json.dumps(frozen(play(gymnasium.make(name, **few), 8, seed=7)));"
        f"print(*(played('{package}:' + name, few) for name, few in {games!r}), sep='\\n')"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=300
    )
    here = [json.dumps(frozen(play(gym.make(name, **few), 8, seed=7))) for name, few in games]
    assert run.stdout.splitlines() == here


@pytest.mark.parametrize("name", IDS)
def test_a_spec_survives_json(name: str) -> None:
    env: Any = gym.make(name)
    copy: Any = gym.make(EnvSpec.from_json(env.spec.to_json()))
    assert copy.unwrapped.config == env.unwrapped.config


@pytest.mark.parametrize(
    ("package", "interface"),
    [(package, interface) for package in INTERFACES for interface in INTERFACES[package]],
)
def test_ood_is_another_name_of_the_headline_shift(package: str, interface: str) -> None:
    headline = {"gp_env": "RuleOOD", "virl_env": "VisualOOD"}[package]
    names = [f"{TASKS[package]}{interface}-{shift}-v0" for shift in ("OOD", headline)]
    variants = PACKAGES[package].variants()
    assert variants[names[0]] == variants[names[1]]
    seen = [play(gym.make(name), 40, seed=5) for name in names]
    for records in seen:
        for record in records:
            # The string names the id itself.
            assert record.info.pop("task")
    assert frozen(seen[0]) == frozen(seen[1])

"""Every damaged checkpoint is refused by an error that names the file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from agents.gp.demonstrations import demonstrate
from agents.sb3.bc import train_bc
from agents.sb3.checkpoint import load_state, save_state
from agents.sb3.model import build_model, load_model, save_model
from agents.sb3.ppo import PPOConfig as SB3PPOConfig
from agents.sb3.ppo import train_ppo
from agents.tinylm import PPO, SFT, PPOConfig
from agents.tinylm.model import TinyLM, TinyLMConfig
from benchmarks.weights import saved_player
from gp_env.observe import FIELDS
from gp_env.vector_env import GeneralPointsVectorEnv
from tests.damaged import damaged, damaged_files, damaged_tensors, write_states


def policy_file(path: Path, sees: bool) -> Path:
    """Write the smallest network there can be."""
    space: Any = spaces.MultiDiscrete([3, 3, 5], dtype=np.uint8)
    eye: dict[str, Any] = {}
    if sees:
        space = spaces.Dict({"image": spaces.Box(0, 255, (36, 36, 3), np.uint8), "state": space})
        eye = {"reads": [2, 2], "unordered_reads": [(0, 2)]}
    policy = build_model(
        space, spaces.Discrete(2), width=4, blocks=1, unordered=[(0, 2)], unread=[(2, 3)], **eye
    )
    save_model(path, policy)
    return path


def words_file(path: Path) -> Path:
    config = TinyLMConfig(width=4, layers=1, heads=2, context=4)
    save_state(path, {"config": vars(config), "model": TinyLM(config).state_dict()})
    return path


def refused(load: Any, name: str, path: Path) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 what it says is checked below
        load(path)
    told = str(caught.value)
    assert path.name in told, f"{name}: the file is not named in {told}"
    assert told.isprintable(), f"{name}: {told!r}"
    assert len(told) < 2_000, f"{name}: {told}"


@pytest.mark.parametrize("sees", [False, True])
def test_every_damaged_policy_is_refused(tmp_path: Path, sees: bool) -> None:
    whole = policy_file(tmp_path / "whole.pt", sees)
    load_model(whole)
    states = list(damaged(load_state(whole), "weights", "size"))
    assert len(states) > 60
    for name, path in write_states(tmp_path, iter(states)):
        # A file of before there were pictures has none; True stands for no number of views.
        if name == "no picture" and not sees:
            continue
        refused(load_model, name, path)


def test_weights_under_the_names_of_another_version_are_refused(tmp_path: Path) -> None:
    path = policy_file(tmp_path / "old.pt", sees=True)
    state = load_state(path)
    renamed = {
        name.replace(".projection.", ".older."): held for name, held in state["weights"].items()
    }
    assert renamed.keys() != state["weights"].keys()
    save_state(path, {**state, "weights": renamed})
    with pytest.raises(
        ValueError, match=r"projection\.weight' is missing\. Use the version"
    ) as caught:
        load_model(path)
    assert str(path) in str(caught.value)


def test_every_damaged_language_model_is_refused(tmp_path: Path) -> None:
    whole = words_file(tmp_path / "whole.pt")
    TinyLM.load(whole)
    for name, path in write_states(tmp_path, damaged(load_state(whole), "model", "config")):
        refused(TinyLM.load, name, path)


def test_every_damaged_file_is_refused(tmp_path: Path) -> None:
    for name, path in damaged_files(tmp_path, policy_file(tmp_path / "whole.pt", sees=False)):
        for load in (load_model, TinyLM.load, saved_player):
            refused(load, name, path)


def sft(path: Path) -> None:
    model = TinyLM(TinyLMConfig(width=4, layers=1, heads=2, context=64))
    SFT(model, demonstrate(20)).train(40, checkpoint=path)


def ppo(path: Path) -> None:
    model = TinyLM(TinyLMConfig(width=4, layers=1, heads=2, context=96))
    PPO(model, PPOConfig(episodes=4, batch=2), max_attempts=1).train(4, checkpoint=path)


def policy() -> Any:
    return build_model(FIELDS.space(), spaces.Discrete(26), width=4, blocks=1)


def sb3_sft(path: Path) -> None:
    train_bc(policy(), demonstrate(20).transitions(), 20, checkpoint=path)


def sb3_ppo(path: Path) -> None:
    env = GeneralPointsVectorEnv(4, autoreset_mode="same_step", mask=None, max_attempts=1)
    config = SB3PPOConfig(n_steps=4, batch_size=8, n_epochs=1)
    train_ppo(policy(), env, 16, config=config, checkpoint=path)


@pytest.mark.parametrize(
    ("train", "part", "weights"),
    [
        (sft, "", "model"),
        pytest.param(ppo, "", "model", marks=pytest.mark.slow),
        (sb3_sft, "state", "policy"),
        pytest.param(sb3_ppo, "state", "policy", marks=pytest.mark.slow),
    ],
)
def test_a_run_does_not_go_on_from_damaged_weights(
    tmp_path: Path, train: Callable[[Path], None], part: str, weights: str
) -> None:
    whole = tmp_path / "whole.pt"
    train(whole)
    saved = load_state(whole)
    damages = dict(damaged_tensors(saved[part] if part else saved, weights))
    states = {what: {**saved, part: state} if part else state for what, state in damages.items()}
    # A run that diverged ends as if it had not been killed.
    diverged = states.pop("a tensor is NaN")
    for what, path in write_states(tmp_path, iter(states.items())):
        refused(train, what, path)
    save_state(whole, diverged)
    train(whole)


def test_a_player_of_damaged_weights_is_refused(tmp_path: Path) -> None:
    whole = policy_file(tmp_path / "whole.pt", sees=False)
    state = load_state(whole)
    for name, changed in (("picture", [10**9]), ("slots", []), ("size", None), ("weights", 3)):
        save_state(tmp_path / f"{name}.pt", {**state, name: changed})
        refused(saved_player, name, tmp_path / f"{name}.pt")
    with pytest.raises(ValueError, match=re.escape("no task here has")):
        saved_player(whole)

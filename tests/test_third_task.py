"""A task of somebody else gets environments, contracts and evaluation without an edit of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest

import tests.number_line
from shiftgym.contracts import ContractError, check_task

IDS = list(tests.number_line.variants())
FOLDER = Path(tests.number_line.__file__).parent


def test_it_is_small() -> None:
    files = list(FOLDER.glob("*.py"))
    assert len(files) <= 12
    assert sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files) <= 400


@pytest.mark.parametrize("name", IDS)
def test_it_keeps_every_contract(name: str) -> None:
    check_task(name)


def test_it_is_observed_in_one_hot_form() -> None:
    check_task("NumberLine-v0", observation="onehot")


def test_an_id_may_name_its_package() -> None:
    check_task("tests.number_line:NumberLine-v0")


def test_the_rule_shifts() -> None:
    lengths = {}
    for name in ("NumberLine-v0", "NumberLine-RuleOOD-v0"):
        env: Any = gym.make(name)
        env.reset(seed=1)
        before = int(env.unwrapped.episode.at)
        env.step(1)
        lengths[name] = env.unwrapped.episode.at - before
    assert lengths == {"NumberLine-v0": 1, "NumberLine-RuleOOD-v0": -1}


def test_a_broken_task_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.number_line.task import Walk

    monkeypatch.setattr(Walk, "expert_action", lambda walk: 0)
    with pytest.raises(ContractError, match="NumberLine-v0"):
        check_task("NumberLine-v0")


def test_a_single_environment_deals_ahead_unless_each_reset_has_a_seed() -> None:
    env: Any = gym.make("NumberLine-v0").unwrapped
    deal, dealt = env.task.deal, []
    env.task.deal = lambda seeds: (dealt.append(len(seeds)), deal(seeds))[1]
    for seed in (3, 4, 5, None, None, None):
        env.reset(seed=seed)
    assert dealt == [1, 1, 1, 7]

"""A row is the same whatever else is played beside it, in whatever order, and after any cut."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest

from agents.images import IMAGES
from agents.sb3.model import SB3Agent, agent_of, build_model
from agents.scripted import ExpertAgent
from agents.tinylm import TinyLM, TinyLMAgent, TinyLMConfig
from benchmarks.cell_envs import CellEnvs
from benchmarks.records import RunRecord
from benchmarks.rollouts import Cell, evaluate, side_by_side
from benchmarks.runs import Run
from benchmarks.suites import SUITES, Suite
from benchmarks.tasks import TASKS
from benchmarks.tasks.task import MakeAgent

RECORD = RunRecord(kind="evaluate", config={}, seeds=[0], suites={})
COUNT = 10
TOLD = {of.task: of for of in SUITES.values() if not of.axes}
SEEN = {of.task: of for of in SUITES.values() if of.axes}


def file_of(folder: Path, cell: Cell, make_agent: MakeAgent, batch: int) -> bytes:
    """Return episodes.jsonl of a run that is played, or played to its end."""
    with Run(folder, RECORD) as run:
        evaluate(run, cell, make_agent, batch=batch)
    return (folder / "episodes.jsonl").read_bytes()


def cell_of(of: Suite, interface: str, count: int = COUNT, **keywords: Any) -> Cell:
    column = "cities" if "cities" in of.columns else "in"
    return Cell(
        f"agent/{column}",
        of.id(column, interface),
        {**of.keywords(column, 0, seen=interface == "-Image"), **keywords},
        of.episode_seeds(0, count),
    )


def scripted(task: str, name: str) -> Callable[[], MakeAgent]:
    return lambda: TASKS[task].reference(name, seed=3, fold=(0, 6), max_attempts=2)


CASES = {
    **{
        f"{of.name}-{name}": (of, "", scripted(task, name))
        for task, of in TOLD.items()
        for name in TASKS[task].references
    },
    **{f"{of.name}-text-expert": (of, "-Text", lambda: ExpertAgent) for of in TOLD.values()},
    **{f"{of.name}-random": (of, "-Image", scripted(task, "random")) for task, of in SEEN.items()},
}


@pytest.fixture(autouse=True)
def few_demonstrations(monkeypatch: pytest.MonkeyPatch) -> None:
    # The nearest-neighbour baseline is made sooner from 500.
    for task in ("cards", "streets"):
        monkeypatch.setattr(f"benchmarks.tasks.{task}.MEMORISED", 500)


@pytest.mark.parametrize("of", TOLD.values(), ids=lambda of: of.name)
def test_environments_of_a_cell_share_what_is_dealt(
    monkeypatch: pytest.MonkeyPatch, of: Suite
) -> None:
    cell = cell_of(of, "-Text", 3)
    envs, alone = CellEnvs(cell), side_by_side(cell.id, cell.keywords, 1)
    made = [envs.make(0), envs.make(1)]
    assert envs.take(2) is None
    for env in made:
        monkeypatch.setattr(env.envs[0].unwrapped.task, "deal", None)
        envs.give_back(env)
    for index, seed in enumerate(cell.episode_seeds):
        env, options = envs.take(index), {"episode_seed": [seed]}
        assert env.reset(options=options) == alone.reset(options=options)
        envs.give_back(env)


@pytest.mark.parametrize(
    ("of", "interface", "make"),
    [
        pytest.param(*case, marks=pytest.mark.slow if name == "virl-vl-random" else (), id=name)
        for name, case in CASES.items()
    ],
)
def test_scripted_agents(
    tmp_path: Path, of: Suite, interface: str, make: Callable[[], MakeAgent]
) -> None:
    count = 4 if interface else COUNT
    cell, make_agent = cell_of(of, interface, count, max_attempts=2), make()
    whole = file_of(tmp_path / "whole", cell, make_agent, 512)
    assert file_of(tmp_path / "small", cell, make_agent, 3) == whole
    (tmp_path / "whole" / "episodes.jsonl").write_bytes(whole[: len(whole) * 2 // 3])
    assert file_of(tmp_path / "whole", cell, make_agent, 512) == whole


@pytest.mark.parametrize(
    "of, deterministic",
    [
        *((of, greedy) for of in TOLD.values() for greedy in (True, False)),
        (SEEN["GeneralPoints"], True),
    ],
)
def test_networks(tmp_path: Path, of: Suite, deterministic: bool) -> None:
    """Small batches round differently: below 4 rows every logit does on some machines."""
    interface = "-Image" if of.axes else ""
    env: Any = gym.make(f"{of.task}{interface}-v0")
    images = IMAGES[of.task]
    eye: dict[str, Any] = {"views": images.VIEWS, "reads": images.READS} if interface else {}
    policy = build_model(env.observation_space, env.action_space, width=64, blocks=2, **eye)

    def make_agent(_: Any) -> SB3Agent:
        if deterministic:
            return agent_of(policy)
        return SB3Agent(policy, deterministic=False, seed=4)

    count = 4 if interface else COUNT
    cell = cell_of(of, interface, count, max_attempts=1)
    whole = file_of(tmp_path / "whole", cell, make_agent, 512)
    if interface:
        # Nothing is left of what other episodes showed.
        policy.features_extractor.eye.forget()  # type: ignore[union-attr, operator]
    assert file_of(tmp_path / "small", cell, make_agent, 3) == whole
    (tmp_path / "whole" / "episodes.jsonl").write_bytes(whole[: len(whole) // 2])
    assert file_of(tmp_path / "whole", cell, make_agent, 512) == whole


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("task, game", [("GeneralPoints", "cards"), ("VIRLNavigation", "streets")])
def test_language_models_after_a_cut(
    tmp_path: Path, task: str, game: str, temperature: float
) -> None:
    model = TinyLM(TinyLMConfig(width=32, layers=1, game=game))
    cell = cell_of(TOLD[task], "-Text", 12, max_attempts=1, template="compact")

    def make_agent(_: Any) -> TinyLMAgent:
        return TinyLMAgent(model, temperature, seed=5)

    whole = file_of(tmp_path, cell, make_agent, 512)
    (tmp_path / "episodes.jsonl").write_bytes(whole[: len(whole) // 2])
    assert file_of(tmp_path, cell, make_agent, 512) == whole

"""Doors to other libraries, against stand-ins for the names that they take from each.

What the libraries themselves make of the doors is tried by `make plugs`.
"""

from __future__ import annotations

import ast
import asyncio
import importlib
import json
import re
import runpy
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Generic, TypeVar

import pytest
from pydantic import BaseModel

from shiftgym.llm import Dialogue, rows

CARDS = "gp_env:GeneralPoints-Text-v0"
LINE = "tests.number_line:NumberLine-Text-v0"
each = pytest.mark.parametrize("id", [CARDS, LINE])

T, S, R = TypeVar("T"), TypeVar("S"), TypeVar("R")


class Anything:
    """Keeps what it is made with."""

    def __init__(self, **told: Any) -> None:
        self.__dict__.update(told)


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Import a door, with its library's modules made of the names given."""

    def opened(name: str, **modules: dict[str, Any]) -> Any:
        for module, names in modules.items():
            stand_in = ModuleType(module)
            stand_in.__dict__.update(names)
            monkeypatch.setitem(sys.modules, module.replace("__", "."), stand_in)
        return importlib.import_module(f"shiftgym.adapters.{name}")

    yield opened
    for name in [name for name in sys.modules if name.startswith("shiftgym.adapters.")]:
        del sys.modules[name]


def expert_of(task: str) -> str:
    """Return the first right reply of an episode."""
    from shiftgym.llm.rewards import begun

    env, _ = begun({}, task, 0)
    return str(env.unwrapped.expert_action())


def test_a_dialogue_is_played_to_its_end() -> None:
    (row,) = rows(CARDS, 1)
    game = Dialogue(row["task"], row["point"])
    assert game.messages == row["prompt"]
    assert game.reply("{}").count("attempts") <= 1
    assert not game.over
    assert [one["role"] for one in game.messages[-2:]] == ["assistant", "user"]
    game.reply(row["completion"][0]["content"])
    assert (game.over, game.success, game.truncated, game.replies) == (True, True, False, 2)
    assert game.settle() == game.total == 2.0
    with pytest.raises(RuntimeError, match="over"):
        game.reply("more")


@each
def test_trl(door: Callable[..., Any], id: str) -> None:
    class Dataset(list[Any]):
        from_list = classmethod(lambda cls, made: cls(made))

        def select_columns(self, names: list[str]) -> Any:
            return [{name: row[name] for name in names} for row in self]

        def remove_columns(self, names: list[str]) -> Any:
            return [{name: row[name] for name in row if name not in names} for row in self]

    trl = door("trl", datasets={"Dataset": Dataset})
    (shown,), (asked,), (call,) = (
        made(id, 1, seed=2) for made in (trl.expert, trl.prompts, trl.calls)
    )
    assert shown.keys() == {"prompt", "completion"}
    assert shown["prompt"] == asked["prompt"]
    told = {name: [value] for name, value in asked.items()}
    right, wrong = (
        trl.reward(completions=[said], **told) for said in (shown["completion"], "no idea")
    )
    assert right > wrong
    game = trl.Tools()
    assert shown["prompt"][-1]["content"] in game.reset(**call)


@each
def test_reasoning_gym(door: Callable[..., Any], id: str) -> None:
    class ProceduralDataset:
        def __init__(self, config: Any, seed: int, size: int) -> None:
            self.config, self.seed, self.size = config, seed, size

    known: dict[str, Any] = {}
    names = {
        "ProceduralDataset": ProceduralDataset,
        "register_dataset": lambda name, kind, config: known.update({name: (kind, config)}),
    }
    module = door("reasoning_gym", reasoning_gym={}, reasoning_gym__factory=names)
    assert known.keys() == {"general_points", "virl_navigation"}
    module.register("mine", id)
    kind, config = known["mine"]
    data = kind(config(seed=1, size=60))
    entries = [data[index] for index in (0, 1, 55)]
    assert all(data.score_answer(entry["answer"], entry) == 1.0 for entry in entries)
    assert data.score_answer("no idea", entries[0]) == data.score_answer(None, entries[0]) == 0.0
    assert entries[0]["metadata"]["source_dataset"] == "mine"  # composite data sets go by it
    tasks = [entry["metadata"]["task"] for entry in entries]
    other = kind(config(seed=2, size=60))
    assert not set(tasks) & {other[index]["metadata"]["task"] for index in (0, 1, 55)}
    again = kind(config(seed=1))
    assert [again[index] for index in (55, 1, 0)] == entries[::-1]  # in whatever order
    with pytest.raises(IndexError, match="0 to 59; got 60"):
        data[60]


@each
def test_inspect(door: Callable[..., Any], id: str) -> None:
    class Message(BaseModel):
        role: str
        content: str | list[dict[str, str]]

    module = door(
        "inspect",
        inspect_ai={"Task": Anything, "task": lambda made: made},
        inspect_ai__dataset={"MemoryDataset": lambda made, name: made, "Sample": Anything},
        inspect_ai__model={"ChatMessage": Message},
        inspect_ai__scorer={
            **dict.fromkeys(("Score", "Scorer", "Target"), Anything),
            **dict.fromkeys(("mean", "stderr"), dict),
            "scorer": lambda metrics: lambda made: made,
        },
        inspect_ai__solver={
            **dict.fromkeys(("Generate", "Solver", "TaskState"), Anything),
            "solver": lambda made: made,
        },
    )
    made = module.game(id, 2)
    first, _ = made.dataset
    task = first.metadata["task"]
    assert first.input[-1].content == Dialogue(task).messages[-1]["content"]
    said = iter(["no idea", *[expert_of(task)] * 20])

    async def generate(state: Any) -> Any:
        state.output = SimpleNamespace(completion=next(said))
        return state

    async def played() -> Any:
        state = SimpleNamespace(metadata=dict(first.metadata), messages=[])
        state = await made.solver(state, generate)
        return await made.scorer(state, None)

    score = asyncio.run(played())
    assert score.value["success"] == 1.0 or id == LINE
    assert score.value["reward"] < 5.0
    if id == CARDS:
        shown = module.game(id, 1, keywords={"images": True}).dataset[0].input[-1].content
        assert [sorted(part) for part in shown] == [["text", "type"], ["image", "type"]]


@each
def test_openenv(door: Callable[..., Any], id: str) -> None:
    class Told(BaseModel):
        done: bool = False
        reward: float | None = None

    class State(BaseModel):
        episode_id: str | None = None
        step_count: int = 0

    class Client(Generic[T, S, R]):
        pass

    module = door(
        "openenv.server",
        openenv__core__client_types={"StepResult": Anything},
        openenv__core__env_client={"EnvClient": Client},
        openenv__core__env_server__http_server={"create_fastapi_app": lambda *told, **_: told},
        openenv__core__env_server__interfaces={"Environment": object},
        openenv__core__env_server__types={
            "Action": BaseModel,
            "Observation": Told,
            "State": State,
        },
    )
    make, action, observation = module.make_app(id)
    env, client = make(), sys.modules["shiftgym.adapters.openenv"].TextClient()
    begun = env.reset(seed=1)
    assert begun.task == env.state.episode_id == env.reset(seed=1).task
    assert begun.messages[-1]["content"] == begun.text
    told = env.step(action(**client._step_payload(action(reply="no idea"))))
    assert (told.done, told.truncated, told.success) == (False, False, False)
    assert told.reward == -3.0 if id == CARDS else told.reward < 0
    assert env.state.step_count == 1
    # What a server says over the wire, with reward and end beside the observation.
    said = {"observation": told.model_dump(exclude={"reward", "done"})}
    said |= {"reward": told.reward, "done": told.done}
    result = client._parse_result(said)
    assert (result.observation, result.reward, result.done) == (told, told.reward, told.done)
    assert isinstance(told, observation)
    assert client._parse_state(env.state.model_dump()) == env.state
    env.close()


@each
def test_verifiers(door: Callable[..., Any], id: str) -> None:
    class Taskset(Generic[T]):
        def __init__(self, config: Any) -> None:
            self.config = config

    class Task(Generic[T]):
        def __init__(self, data: Any, config: Any) -> None:
            self.data = data

    class Two:
        def __class_getitem__(cls, told: Any) -> Any:
            return object

    class Data(BaseModel):
        id: str
        name: str
        prompt: str
        system_prompt: str | None

    class TasksetConfig(BaseModel):
        task: None = None

    class AgentConfig(BaseModel):
        pass

    names = {
        "AgentConfig": AgentConfig,
        "EnvConfig": BaseModel,
        "TasksetConfig": TasksetConfig,
        "TaskData": Data,
        "State": object,
        "TaskConfig": object,
        "Env": Two,
    }

    class Tasks:
        def __class_getitem__(cls, told: Any) -> Any:
            return Task

    class Tasksets:
        def __class_getitem__(cls, told: Any) -> Any:
            return Taskset

    library = {"v1": SimpleNamespace(**names, Task=Tasks, Taskset=Tasksets)}
    module = door("verifiers", verifiers=library, verifiers__v1={**vars(library["v1"])})
    (task,) = module.TextTaskset(module.TextConfig(game=id, episodes=1)).load()
    assert task.data.prompt == Dialogue(task.data.id).messages[-1]["content"]
    said: list[str | None] = []

    class Interaction:
        trace = SimpleNamespace(record_reward=None, record_metric=None)

        async def __aenter__(self) -> Interaction:
            return self

        async def __aexit__(self, *_: object) -> None:
            return None

        async def turn(self, told: str | None = None) -> Any:
            said.append(told)
            return SimpleNamespace(terminated=False, last_reply=expert_of(task.data.id))

    told: dict[str, float] = {}
    Interaction.trace = SimpleNamespace(
        record_reward=told.__setitem__, record_metric=told.__setitem__
    )
    player = SimpleNamespace(interaction=lambda task: Interaction())
    asyncio.run(module.TextEnv().run(task, SimpleNamespace(player=player)))
    assert said[0] is None
    assert told.keys() == {"reward", "success"}
    assert told["success"] == 1.0 or id == LINE


def test_rllib_and_torchrl(door: Callable[..., Any]) -> None:
    made: dict[str, Any] = {}
    module = door(
        "rllib",
        ray={},
        ray__rllib={},
        ray__rllib__connectors={},
        ray__rllib__connectors__env_to_module={"FlattenObservations": Anything},
        ray__tune={},
        ray__tune__registry={"register_env": made.__setitem__},
    )
    name = module.register("tests.number_line:NumberLine-v0", max_attempts=2)
    env = made[name]({"max_attempts": 3})
    assert (name, env.unwrapped.config.max_attempts) == ("NumberLine-v0", 3)
    assert isinstance(module.flatten(None, None), Anything)
    module = door("torchrl", torchrl={}, torchrl__envs={"GymWrapper": lambda env: env})
    assert module.make("tests.number_line:NumberLine-v0").spec.id == "NumberLine-v0"
    batch = module.make("tests.number_line:NumberLine-v0", 3)
    _, infos = batch.reset(seed=0)
    assert batch.num_envs == 3
    assert infos["outcome"].dtype == "int64"


@pytest.mark.parametrize(
    "name, library, packages",
    [
        ("sb3", "stable_baselines3", "stable-baselines3"),
        ("adapters.inspect", "inspect_ai", "inspect-ai"),
        ("adapters.inspect.playing", "inspect_ai", "inspect-ai"),
        ("adapters.openenv", "openenv", "openenv"),
        ("adapters.openenv.client", "openenv", "openenv"),
        ("adapters.openenv.server", "openenv", "openenv"),
        ("adapters.reasoning_gym", "reasoning_gym", "reasoning-gym"),
        ("adapters.rllib", "ray", "'ray[rllib]'"),
        ("adapters.torchrl", "torchrl", "torchrl"),
        ("adapters.trl", "datasets", "trl"),
        ("adapters.verifiers", "verifiers", "verifiers"),
    ],
)
def test_a_door_without_its_library_names_the_command(
    monkeypatch: pytest.MonkeyPatch, name: str, library: str, packages: str
) -> None:
    for module in [one for one in sys.modules if one.split(".")[0] == library]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(sys.modules, f"shiftgym.{name}", raising=False)
    with pytest.raises(ModuleNotFoundError) as found:
        importlib.import_module(f"shiftgym.{name}")
    assert str(found.value).endswith(f"Install it: {sys.executable} -m pip install {packages}")


def test_examples_are_short_of_glue_and_the_page_shows_what_was_tried() -> None:
    folder = Path(__file__).resolve().parents[1] / "docs" / "examples"
    plugs = runpy.run_path(str(folder / "plugs.py"))
    lines = [line for group in plugs["GROUPS"].values() for line in group.examples]
    for line in lines:
        compile((folder / line.split()[0]).read_text("utf-8"), line, "exec")
    assert {line: plugs["glue"](line) for line in lines if plugs["glue"](line) > 5} == {}
    tried = json.loads((folder / "results.json").read_text("utf-8"))
    page = (folder.parent / "libraries.md").read_text("utf-8")
    assert tried.keys() == {*lines}
    assert all(f"[`{line}`](examples/" in page for line in lines)
    assert all(f") | {row['versions']} |" in page for row in tried.values())
    results = [row["result"] for row in tried.values()]
    assert not [told for told in results if told.startswith("FAILED")]
    assert not [told for told in results if re.search(r"[{}<>]|\b1 \w+s\b", told)]  # plain words
    # What the page says of the doors is run by an example.
    code = "".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    named = {*re.findall(r"\b(?:rllib|sb3|torchrl|trl)\.(?!py\b)\w+", page)}
    assert {"rllib.flatten", "trl.calls"} <= named
    assert not {name for name in named if name not in code}


def test_the_site_shows_the_examples_where_the_page_links_to_them() -> None:
    docs = Path(__file__).resolve().parents[1] / "docs"
    hooks, page = runpy.run_path(str(docs / "hooks.py")), (docs / "libraries.md").read_text("utf-8")
    shown = hooks["opened"](page)
    assert "](examples/" not in re.sub("```.*?```", "", shown, flags=re.S)
    for path in (docs / "examples").glob("*.py"):
        assert shown.count(f'id="{path.name}"') == 1, f"List {path.name} in libraries.md."
        assert f"```python\n{path.read_text('utf-8')}```\n" in shown


def test_adapters_are_thin() -> None:
    folder = Path(__file__).resolve().parents[1] / "shiftgym" / "adapters"
    lines = {str(path.relative_to(folder)): code_lines(path) for path in folder.rglob("*.py")}
    assert len(lines) > 7
    assert {name: count for name, count in lines.items() if count > 40} == {}


def code_lines(path: Path) -> int:
    """Return how many lines of a file are neither blank nor comment nor docstring."""
    text = path.read_text("utf-8")
    prose: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            prose.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return sum(
        bool(line.strip()) and not line.lstrip().startswith("#") and number not in prose
        for number, line in enumerate(text.splitlines(), 1)
    )

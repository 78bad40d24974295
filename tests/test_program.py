"""The program `shiftgym` of the installed wheel, started in a folder with nothing of ours in it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from types import SimpleNamespace

import pytest
from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager

from benchmarks.checkout import IN_CHECKOUT
from benchmarks.cli import app
from benchmarks.speed.start import first_request
from shiftgym import extras
from shiftgym.extras import EXTRAS, missing
from tests.installed import ROOT, Installed, build, install
from tests.loopback import Endpoint, listening

NEVER = {
    "torch",
    "stable_baselines3",
    "sb3_contrib",
    "matplotlib",
    "tensorboard",
    "scipy",
    "pandas",
    "openai",
}
"""What neither a model behind an endpoint nor a scripted agent needs; SciPy for some tables."""

MODULES = """
import json, sys
from shiftgym.__main__ import main

try:
    main()
finally:
    print("modules", json.dumps(sorted(sys.modules)))
"""
"""Runs the program with the arguments given, and prints the modules that were loaded in the end."""

# An agent with helpers in a package of its own called agents, as many projects have one.
OWN = {
    "my_agent.py": """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from agents.answers import Answers, in_a_worker


class Mine:
    def __init__(self, batch):
        self.batch = batch
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as workers:
            self.answers = workers.submit(in_a_worker, Answers()).result()

    def act(self, observation, info):
        from agents.late import right_but_for_the_first  # while the episodes go on

        return right_but_for_the_first(self.batch) if self.answers.known else None

    def reset(self, index):
        pass
""",
    "agents/__init__.py": "",
    "agents/answers.py": """
import gymnasium as gym


class Answers:
    known = False


def in_a_worker(answers):
    env = gym.make("gp_env:GeneralPoints-v0")
    env.reset(seed=0)
    answers.known = env.unwrapped.expert_action() >= 0
    return answers
""",
    "agents/late.py": """
def right_but_for_the_first(batch):
    actions = batch.expert_action()
    actions[0] = 0
    return actions
""",
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("installed")
    (folder / "dist").mkdir()
    return install(build("wheel", folder / "dist"), folder, libraries=True)


def test_a_model_plays_in_an_empty_folder(installed: Installed, tmp_path: Path) -> None:
    with listening(Endpoint()) as endpoint:
        command = [installed.program, "evaluate", "--model", "toy", "--base-url", endpoint.url]
        command += ["--suite", "gp-l", "--columns", "in", "--episodes", "2"]
        assert "toy/" in installed.run(*command, cwd=tmp_path)
        assert len(endpoint.bodies) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]
    (folder,) = (tmp_path / "runs").iterdir()
    assert "toy/in" in (folder / "table.md").read_text(encoding="utf-8")
    versions = json.loads((folder / "run.json").read_text())["sessions"][0]["versions"]
    assert versions["shiftgym"] == "0.1.0"


def test_a_model_is_asked_without_the_libraries_of_training(installed: Installed) -> None:
    settings = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    if installed.compiled is not None:
        settings["PYTHONPYCACHEPREFIX"] = str(installed.compiled)
    loaded = first_request(installed.python, "gp-l", settings)["modules"]
    assert not NEVER & {name.split(".")[0] for name in loaded}
    assert not {"agents", "benchmarks"} & set(loaded)
    assert "shiftgym.application.benchmarks.chats" in loaded


def test_a_scripted_agent_plays_without_them(installed: Installed, tmp_path: Path) -> None:
    command = ["--agent", "expert", "--suite", "gp-l", "--columns", "in", "--episodes", "2"]
    told = installed.run(installed.python, "-c", MODULES, "evaluate", *command, cwd=tmp_path)
    loaded = json.loads(told.partition("modules ")[2])
    assert not (NEVER - {"scipy"} | {"aiohttp"}) & {name.split(".")[0] for name in loaded}


def test_runs_are_compared_and_shown(installed: Installed, tmp_path: Path) -> None:
    command = ["evaluate", "--agent", "expert", "--columns", "in", "--episodes", "2"]
    installed.run(installed.program, *command, "--out", "one", cwd=tmp_path)
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    told = installed.run(installed.program, "compare", "one", "two", cwd=tmp_path)
    assert "undecided" in told
    assert "2 of 2 episodes" in installed.run(installed.program, "show", "one", cwd=tmp_path)
    assert (
        (tmp_path / "one" / "show.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    )


def test_an_agent_may_have_a_package_called_agents(installed: Installed, tmp_path: Path) -> None:
    for name, text in OWN.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    command = ["evaluate", "--agent", "my_agent:Mine", "--columns", "in", "--episodes", "3"]
    assert "66.7" in installed.run(installed.program, *command, cwd=tmp_path)


def test_commands_of_the_checkout_say_so(installed: Installed, tmp_path: Path) -> None:
    assert IN_CHECKOUT
    for command in ("study", "speed"):
        told = installed.run(installed.program, command, cwd=tmp_path, status=2)
        assert told.startswith(f"Error: `{command}` runs in a checkout")
        assert told.count("\n") == 1
    told = installed.run(installed.program, "probe", tmp_path, cwd=tmp_path, status=2)
    assert told.startswith("Error: `probe` runs in a checkout")
    assert not list(tmp_path.iterdir())


def test_without_the_extra_the_program_names_it(installed: Installed, tmp_path: Path) -> None:
    bare = install(next(installed.folder.parent.glob("dist/*.whl")), tmp_path, libraries=False)
    told = bare.run(bare.program, "--help", cwd=tmp_path, status=2)
    (wheel,) = installed.folder.parent.glob("dist/*.whl")
    assert told.startswith("Error: typer is not installed. It comes with the extra [llm]: ")
    assert told.endswith(f'{wheel.name}[llm]"\n')


@pytest.mark.parametrize(
    "record, origin",
    [
        (None, "shiftgym[hf]"),
        (f'{{"url": "{(ROOT / "a b").as_uri()}", "dir_info": {{}}}}', f"{ROOT / 'a b'}[hf]"),
        ('{"url": "https://a.b/c.whl", "archive_info": {}}', "shiftgym[hf] @ https://a.b/c.whl"),
        (
            '{"url": "https://a.b/c", "vcs_info": {"vcs": "git"}}',
            "shiftgym[hf] @ git+https://a.b/c",
        ),
    ],
)
def test_an_extra_comes_from_where_the_package_came_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, record: str | None, origin: str
) -> None:
    monkeypatch.setattr("shiftgym.extras.CHECKOUT", tmp_path / "Makefile")
    kept = SimpleNamespace(read_text={"direct_url.json": record}.get)
    monkeypatch.setattr("importlib.metadata.distribution", lambda name: kept)
    assert extras.command("hf") == f'{sys.executable} -m pip install "{origin}"'


def test_in_a_checkout_the_script_runs_the_folder_beside_it(tmp_path: Path) -> None:
    (tmp_path / "benchmarks.py").write_text("raise ValueError('a package of somebody else')")
    done = subprocess.run(
        [sys.executable, "-m", "shiftgym", "study", "--help"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "Usage: shiftgym study" in done.stdout


def test_extras_bring_what_is_said_of_them() -> None:
    declared = ProjectMetadata(str(ROOT), PluginManager()).core.optional_dependencies
    distributions = packages_distributions()
    for extra, modules in EXTRAS.items():
        named = {re.split(r"[<>=\[]", one)[0] for one in declared[extra]}
        for module in modules:
            # Modules of extras that the tests do without bear the name of their distribution.
            (distribution,) = set(distributions.get(module, [module]))
            assert distribution.replace("_", "-").lower() in named
            error = ModuleNotFoundError("No module", name=f"{module}.part")
            assert f"{module} is not installed. It comes with the extra [{extra}]" in missing(error)


def test_other_faults_of_imports_keep_their_words() -> None:
    assert missing(ModuleNotFoundError("No module named 'mine'", name="mine")) == (
        "No module named 'mine'"
    )
    assert missing(ImportError("cannot import name", name="torch")) == "cannot import name"


def test_weights_without_torch_name_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rl.pt").write_bytes(b"")
    for name in [name for name in sys.modules if name.startswith(("agents.sb3", "agents.tinylm"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "benchmarks.weights", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(SystemExit) as ended:
        app(["evaluate", "--agent", str(tmp_path / "rl.pt")])
    assert ended.value.code == 2
    assert "torch is not installed. It comes with the extra [agents]" in capsys.readouterr().err

"""README and docs tell the truth: their code runs, and what comes from the packages is up to date.

A block of Python runs as it stands. A comment above it says where that is not so:
`<!-- slow: why -->` runs with the slow tests, with the other slow blocks of its page and in their
order, `<!-- run by FILE -->` in another test, and `<!-- not run: why -->` nowhere. A block in a
shell has to say one of these, but for targets of make.
"""

from __future__ import annotations

import os
import re
import runpy
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

import gp_env
import virl_env

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>slow|run by|not run):? (?P<why>.+?) -->\n)?"
    r"^```(?P<language>\w*).*\n(?P<text>(?:.*\n)*?)^```$",
    re.M,
)
OUTPUT = {"diff", "json", "text", "yaml"}


class Block(NamedTuple):
    """A fenced block: what its mark says, "" without one, and why; its language and its text."""

    mark: str
    why: str
    language: str
    text: str


@cache
def blocks() -> dict[str, Block]:
    """Return all blocks that are no output, each by the name of its page and a number."""
    found = {}
    for page in PAGES:
        text = page.read_text("utf-8")
        matches = list(BLOCK.finditer(text))
        assert text.count("\n```") == 2 * len(matches), (
            f"{page}: a block is not closed, or indented"
        )
        for number, match in enumerate(matches):
            told = {name: match[name] or "" for name in Block._fields}
            if told["language"] not in OUTPUT:
                found[f"{page.relative_to(ROOT).with_suffix('')}-{number}"] = Block(**told)
    return found


DAILY = {
    name: each.text
    for name, each in blocks().items()
    if each.language == "python" and not each.mark
}
SLOW = sorted({name.rpartition("-")[0] for name, each in blocks().items() if each.mark == "slow"})


@pytest.mark.parametrize("name", DAILY)
def test_the_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # some write files
    exec(compile(DAILY[name], name, "exec"), {"__name__": "example"})
    for drawn in tmp_path.glob("*.png"):
        if (shown := ROOT / "docs/images" / drawn.name).is_file():
            # Letters may differ by a shade from one version of Pillow to the next.
            old, new = (np.asarray(Image.open(one).convert("RGB")) for one in (shown, drawn))
            assert old.shape == new.shape, f"{drawn.name} is shown as it was: copy the new one."
            changed = (np.abs(old.astype(int) - new) > 64).any(axis=2).mean()
            assert changed < 0.001, f"{drawn.name} is shown as it was: copy the new one."


@pytest.mark.slow
@pytest.mark.parametrize("page", SLOW)
def test_the_slow_examples_run(page: str, tmp_path: Path) -> None:
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    told = {**os.environ, "PATH": path, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    for name, each in blocks().items():
        if name.rpartition("-")[0] == page and each.mark == "slow":
            program = [sys.executable, "-c"] if each.language == "python" else ["bash", "-ec"]
            subprocess.run([*program, each.text], cwd=tmp_path, env=told, check=True, timeout=1800)


@pytest.mark.parametrize("name", blocks())
def test_a_block_that_does_not_run_says_why(name: str) -> None:
    block = blocks()[name]
    assert block.language in {"python", "sh", "powershell"}, f"Name the language of {name}."
    if block.mark == "run by":
        page = name.rpartition("-")[0].rpartition("/")[2]
        assert page in (ROOT / block.why).read_text("utf-8")
    elif not block.mark and block.language != "python":
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M)
        for line in block.text.splitlines():
            words = line.partition("#")[0].split()
            assert words[:1] == ["make"], f"Say above {name} where it is run, or why it is not."
            assert set(words[1:]) <= set(targets)


def commands() -> list[str]:
    """Return every line of shell that runs the program."""
    shells = (each.text.replace("\\\n", " ") for each in blocks().values() if each.language == "sh")
    starts = r"(?:\S*python -m benchmarks|shiftgym) (?!\.)"
    return sorted({line for text in shells for line in text.splitlines() if re.match(starts, line)})


@pytest.mark.parametrize("line", commands())
def test_the_options_of_the_commands_exist(line: str) -> None:
    from typer.main import get_command

    from benchmarks.cli import app

    words = shlex.split(line, comments=True)
    command: Any = get_command(app)
    context = command.context_class(command)
    words = words[words.index("benchmarks") + 1 :] if "benchmarks" in words else words[1:]
    while hasattr(command, "get_command"):
        name = words.pop(0)
        command = command.get_command(context, name)
        assert command is not None, f"There is no command {name}."
    command.make_parser(command.context_class(command)).parse_args(words)


PAGES = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_into_the_pages_lead_somewhere(page: Path) -> None:
    """Those to docstrings, such as #virl_env.City, are checked where the site is built."""
    for to, anchor in re.findall(r"\]\((?!http)([^)#]*)#?([^)]*)\)", page.read_text("utf-8")):
        target = page.parent / to if to else page
        assert target.exists(), to
        if anchor and "." not in anchor:
            heads = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.M)
            named = {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}
            assert anchor in named, f"{to}#{anchor}"


def test_the_readme_shows_every_shift() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith("|")]
    listed = re.findall(r"(?<=\| `)[\w-]+-v\d+(?=` \|)", "\n".join(lines))
    ids = {*gp_env.variants(), *virl_env.variants()}
    assert set(listed) == {re.sub("-(Image|Text)", "", id) for id in ids}


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150


def test_the_pages_show_every_table_as_it_is_now() -> None:
    hooks = runpy.run_path(str(ROOT / "docs" / "hooks.py"))
    pages = [page.read_text("utf-8") for page in PAGES]
    found = [name for page in pages for _, kind, name, *_ in hooks["MARK"].findall(page)]
    assert sorted(found) == sorted([*hooks["TABLES"], *hooks["PAGES"]])
    for page in pages:
        assert hooks["fill"](page, docstrings=False) == page, "Run `python docs/hooks.py`."


def test_the_pages_of_the_environments_are_their_docstrings() -> None:
    hooks = runpy.run_path(str(ROOT / "docs" / "hooks.py"))
    pages = {id: hooks["environment"](id) for id in hooks["PAGES"]}
    assert "[`GeneralPointsEnv`](general-points.md)" in pages["GeneralPoints-Image-v0"]
    for id, page in pages.items():
        assert f"| `{id.replace('-v0', '-RuleOOD-v0')}` |" in page
        # A line less indented than the others would make all of them code.
        assert {"Action Space", "Arguments"} <= set(re.findall(r"^## (.*)$", page, re.M))


def test_the_reference_has_every_public_name() -> None:
    pages = (page.read_text("utf-8") for page in (ROOT / "docs" / "reference").glob("*.md"))
    shown = {name for page in pages for name in re.findall(r"^- `([\w.]+)`$", page, re.M)}
    public = {f"{each.__name__}.{name}" for each in (gp_env, virl_env) for name in each.__all__}
    assert not public - shown

"""README and docs tell the truth: their Python runs and they name every registered id."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

import gp_env
import virl_env

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def examples() -> list[object]:
    found = []
    for page in PAGES:
        blocks = re.findall(r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)
        found += [
            pytest.param(block, id=f"{page.stem}-{number}") for number, block in enumerate(blocks)
        ]
    return found


@pytest.mark.parametrize("example", examples())
def test_the_examples_run(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # some write files
    exec(compile(example, "example", "exec"), {"__name__": "example"})


def test_the_readme_lists_every_id() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith("|")]
    listed = re.findall(r"(?<=\| `)[\w-]+-v\d+(?=` \|)", "\n".join(lines))
    assert sorted(listed) == sorted([*gp_env.variants(), *virl_env.variants()])


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150


def test_the_pages_show_every_table() -> None:
    tables = runpy.run_path(str(ROOT / "docs" / "hooks.py"))["TABLES"]
    marks = [mark for page in PAGES for mark in re.findall(r"{{ (\w+) }}", page.read_text("utf-8"))]
    assert sorted(marks) == sorted(tables)
    assert all(table.count("\n") >= 2 for table in tables.values())


def test_the_reference_has_every_public_name() -> None:
    text = (ROOT / "docs" / "reference.md").read_text("utf-8")
    shown = set(re.findall(r"^::: ([\w.]+)$", text, re.M))
    public = {f"{each.__name__}.{name}" for each in (gp_env, virl_env) for name in each.__all__}
    assert not public - shown

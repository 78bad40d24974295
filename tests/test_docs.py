"""README and docs tell the truth: their Python runs and they name every registered id."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gp_env

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
def test_the_examples_run(example: str) -> None:
    exec(compile(example, "example", "exec"), {"__name__": "example"})


def test_the_readme_lists_every_id() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    listed = set(re.findall(r"^\| `([\w-]+-v\d+)` \|", text, re.M))
    assert listed == set(gp_env.variants())

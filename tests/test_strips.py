"""Strips of pictures: one for each thing that a look changes; the docs show what is drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from benchmarks.cli import app
from benchmarks.strips import SEVERITIES, SIZE, draw_strip, strips
from gp_env.pictures.look import AXES as OF_CARDS
from virl_env.views.look import AXES as OF_STREETS

DOCS = Path(__file__).resolve().parent.parent / "docs"
NAMES = [*(f"cards-{axis}" for axis in OF_CARDS), *(f"streets-{axis}" for axis in OF_STREETS)]


def test_the_command_writes_a_strip_for_everything_that_a_look_changes(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["strips", "--out", str(tmp_path / "new")])
    assert result.exit_code == 0, result.output
    written = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert written == sorted(f"strip-{name}.png" for name in NAMES)
    assert all(name in result.output for name in written)


@pytest.mark.parametrize("name", NAMES)
def test_the_strips_of_the_docs_are_what_the_command_draws(name: str) -> None:
    path = DOCS / "images" / f"strip-{name}.png"
    assert path.stat().st_size < 300_000
    drawn = np.asarray(draw_strip(strips()[name]), dtype=int)
    shown = np.asarray(Image.open(path).convert("RGB"), dtype=int)
    # Few colours are kept, and another machine may round some of them otherwise.
    assert np.abs(shown - drawn).mean() < (6 if name == "cards-noise" else 2)
    page = "card-images.md" if name.startswith("cards") else "street-images.md"
    assert f"images/{path.name}" in (DOCS / page).read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_every_severity_is_another_picture(name: str) -> None:
    frames = [strips()[name](severity).astype(int) for severity in SEVERITIES]
    apart = [np.abs(frame - frames[0]).mean() for frame in frames]
    assert frames[0].shape == (SIZE, SIZE, 3)
    assert apart[0] == 0
    assert min(apart[1:]) > 0.3
    assert apart[5] > apart[1]

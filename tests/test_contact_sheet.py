"""The contact sheets of streets: what is on them, and that the docs show them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks import contact_sheet
from benchmarks.contact_sheet import SHEETS, draw_contact_sheet

DOCS = Path(__file__).resolve().parent.parent / "docs"


@pytest.mark.parametrize("size", [84, 256, pytest.param(640, marks=pytest.mark.slow)])
def test_the_sheets_of_the_docs_are_what_the_command_draws(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = DOCS / "images" / f"contact-sheet-{size}.png"
    assert path.stat().st_size < 1_500_000
    assert f"images/{path.name}" in (DOCS / "street-images.md").read_text("utf-8")
    shown = np.asarray(Image.open(path).convert("RGB"), dtype=int)
    # Its first row.
    monkeypatch.setattr(contact_sheet.virl_env, "CITY_NAMES", ("gridhaven",))
    drawn = np.asarray(draw_contact_sheet(size), dtype=int)
    assert drawn.shape[0] > size
    assert drawn.shape[1] > len(SHEETS[size]) * size
    # Few colours are kept, and another machine may round some of them otherwise.
    assert np.abs(shown[: len(drawn)] - drawn).mean() < 4

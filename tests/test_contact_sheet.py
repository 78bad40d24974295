"""The contact sheet of streets: what is on it, and that the docs show one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks import contact_sheet
from benchmarks.contact_sheet import CELL, COLUMNS, LOOKS, draw_contact_sheet

DOCS = Path(__file__).resolve().parent.parent / "docs"


def test_the_sheet_of_the_docs_is_what_the_command_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    path = DOCS / "images" / "contact-sheet.png"
    assert path.stat().st_size < 400_000
    assert "images/contact-sheet.png" in (DOCS / "street-images.md").read_text("utf-8")
    shown = np.asarray(Image.open(path).convert("RGB"), dtype=int)
    # Its first row.
    monkeypatch.setattr(contact_sheet.virl_env, "CITY_NAMES", ("gridhaven",))
    drawn = np.asarray(draw_contact_sheet(), dtype=int)
    assert drawn.shape[0] > CELL
    assert drawn.shape[1] > len(COLUMNS) * len(LOOKS) * CELL
    # Few colours are kept, and another machine may round some of them otherwise.
    assert np.abs(shown[: len(drawn)] - drawn).mean() < 4

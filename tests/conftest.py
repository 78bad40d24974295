"""What every test shares: one thread a worker, Hypothesis without a clock, the recorded data."""

from __future__ import annotations

import os
from pathlib import Path

# Tests run in parallel processes, so a pool of threads in each of them only fights for the cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Windows open where nobody sees them.
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of recorded data: $SHIFTGYM_TEST_DATA, or `../shared/data` beside the checkout."""
    given = os.environ.get("SHIFTGYM_TEST_DATA")
    folder = Path(given) if given else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        if given:
            pytest.fail(f"SHIFTGYM_TEST_DATA names {given}, which is not a folder.")
        pytest.skip(f"No recorded data in {folder}: set SHIFTGYM_TEST_DATA to the folder of it.")
    return folder

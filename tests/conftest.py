"""What every test shares: workers, Hypothesis without a clock, the recorded data."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path

# Tests run in parallel processes, so a pool of threads in each of them only fights for the cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Windows open where nobody sees them.
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pytest
from hypothesis import settings

from tests.loopback import Endpoint, listening

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the garbage collector from what lives to the end: modules, and thousands of tests."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


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


@pytest.fixture
def no_api_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide what the caller's environment says of endpoints and of proxies."""
    for name in list(os.environ):
        if name.startswith("OPENAI_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A server on the loopback address that answers like a model."""
    with listening(Endpoint()) as server:
        yield server


@pytest.fixture(scope="session")
def cards_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The run of a model on a small suite of cards, and the file of the suite; for reading."""
    from tests.forging import honest_model

    return honest_model(tmp_path_factory.mktemp("cards"), "cards")

"""The entries in submissions/: whole, small enough, and the standing ones made by one command."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.runs import RunError
from benchmarks.submissions import smollm2
from benchmarks.submissions.claims import check_suite, read_claim
from benchmarks.submissions.standing import (
    DAY,
    MOST_TOKENS,
    StandingEntry,
    make_entry,
    standing_entries,
)
from benchmarks.submissions.verify import verify
from benchmarks.suites import SUITES, Suite

SUBMISSIONS = Path(__file__).parent.parent / "submissions"
FOLDERS = sorted(path for path in SUBMISSIONS.iterdir() if path.is_dir())
MOST_BYTES = 10 * 10**6
QUIET = Console(quiet=True)


def test_an_entry_is_made_again_to_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = SUITES["gp-l"].model_dump()
    columns = {"in": plain["columns"]["in"]}
    small = Suite.model_validate({**plain, "sizes": {"standard": 3}, "columns": columns})
    monkeypatch.setattr("benchmarks.suites._read", lambda name: small)
    out, entry = tmp_path / "submissions", StandingEntry("gp-l", "echo")
    make_entry(entry, out, tmp_path / "runs", QUIET)
    (folder,) = out.iterdir()
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    make_entry(entry, out, tmp_path / "other-runs", QUIET)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
    assert verify(folder).rerun
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="symbolic link"):
        make_entry(entry, out, tmp_path / "runs", QUIET)


def test_entries_are_whole_and_small_together() -> None:
    files = [path for path in SUBMISSIONS.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MOST_BYTES
    for folder in FOLDERS:
        claim = read_claim(folder)
        check_suite(claim, SUITES[claim.suite])


def test_a_model_without_its_weights_names_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smollm2, "find_spec", lambda name: None)
    model = StandingEntry("gp-l", "smollm2-135m-instruct", "model")
    assert model in standing_entries()
    with pytest.raises(ModuleNotFoundError, match="`make entries` installs it"):
        make_entry(model, tmp_path / "submissions", tmp_path, QUIET)


def test_the_model_says_of_itself_what_the_command_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smollm2, "weights_file", lambda: Path("weights.gguf"))
    claim = read_claim(SUBMISSIONS / "gp-l-smollm2-135m-instruct")
    assert claim.submission is not None
    told = claim.submission
    about = (smollm2.NAME, smollm2.LICENCE, smollm2.LINK, "stock", DAY)
    assert (told.name, told.licence, told.link, told.track, told.date) == about
    asked = smollm2.playing(max_tokens=MOST_TOKENS)
    how = {**asked.sampling, "dtype": asked.dtype, "device": asked.device, "batch": asked.batch}
    assert {name: value for name, value in told.sampling.items() if name != "weights"} == how


def test_all_standing_entries_are_there() -> None:
    names = {folder.name for folder in FOLDERS}
    assert {entry.folder for entry in standing_entries()} <= names


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_entries_verify(folder: Path) -> None:
    verify(folder)

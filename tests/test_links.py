"""Folders of strangers: no link leads out of a run, and no line takes the memory."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from benchmarks.cli import app
from benchmarks.evaluation import run_evaluation
from benchmarks.options import EvaluationOptions
from benchmarks.runs import RunError, read_episodes
from benchmarks.submissions.problems import Refused
from benchmarks.submissions.verify import verify

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links need rights there")

ROOT = Path(__file__).parent.parent
KEPT = b"what lies outside\n"


@pytest.fixture
def run(cards_run: tuple[Path, Path], tmp_path: Path) -> Path:
    """Return a copy of a run's folder."""
    return Path(shutil.copytree(cards_run[0], tmp_path / "run"))


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    (tmp_path / "outside").write_bytes(KEPT)
    return tmp_path / "outside"


def command(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(one) for one in arguments], env={"COLUMNS": "200"})
    return result.exit_code, result.output


def link(folder: Path, name: str, to: Path) -> None:
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(to)


def test_tables_and_pages_replace_links(run: Path, outside: Path, tmp_path: Path) -> None:
    for name in ("table.md", "table.csv", "show.html"):
        link(run, name, outside)
    assert command("report", run)[0] == 0
    assert command("show", run, "--no-pictures", "--episodes", 1)[0] == 0
    for name in ("table.md", "table.csv", "show.html"):
        assert not (run / name).is_symlink()
    (tmp_path / "out").mkdir()
    for name in ("compare.md", "compare.csv"):
        link(tmp_path / "out", name, outside)
    again = shutil.copytree(run, tmp_path / "again")
    code, told = command("compare", run, again, "--out", tmp_path / "out")
    assert code == 0, told
    assert not (tmp_path / "out/compare.md").is_symlink()
    assert outside.read_bytes() == KEPT


@pytest.mark.parametrize("name", ["episodes.jsonl", "run.json", "replies.jsonl"])
@pytest.mark.parametrize("asked", ["report", "show", "compare", "submit"])
def test_links_of_runs_are_not_read(
    run: Path, cards_run: tuple[Path, Path], tmp_path: Path, name: str, asked: str
) -> None:
    (run / name).rename(tmp_path / "elsewhere")
    link(run, name, tmp_path / "elsewhere")
    suite = cards_run[1]
    more = {
        "compare": [cards_run[0]],
        "submit": ["--track", "stock", "--licence", "CC0-1.0", "--suite-file", suite],
    }
    code, told = command(asked, run, *more.get(asked, []))
    if (name, asked) == ("replies.jsonl", "compare"):
        return  # which asks for no replies
    assert code == 2, told
    assert "symbolic link" in told


def test_no_submission_or_site_is_written_through_a_link(
    run: Path, cards_run: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    link(tmp_path, "entry", tmp_path / "elsewhere")
    told = ["--track", "stock", "--licence", "CC0-1.0", "--suite-file", cards_run[1]]
    code, output = command("submit", run, *told, "--out", tmp_path / "entry")
    assert (code, "is there already" in output) == (2, True)
    # An entry that is a link is none, and a site is not built through one.
    (tmp_path / "submissions").mkdir()
    link(tmp_path / "submissions", "entry", ROOT / "submissions/gp-l-random")
    code, output = command("leaderboard", "build", tmp_path / "submissions", "--out", "new")
    assert (code, "has no folder with a submission.yaml" in output) == (2, True)
    code, output = command("leaderboard", "build", ROOT, "--out", tmp_path / "entry")
    assert (code, "is a link or a file" in output) == (2, True)
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize("name", ["episodes.jsonl", ".lock", "run.json", "table.md"])
def test_an_evaluation_writes_through_no_link(
    cards_run: tuple[Path, Path], tmp_path: Path, outside: Path, name: str
) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    link(folder, name, outside if name in (".lock", "table.md") else tmp_path / "missing")
    asked = EvaluationOptions(
        "random", suite=str(cards_run[1]), columns=["in"], episodes=1, out=folder
    )
    if name in ("table.md", "run.json"):
        run_evaluation(asked, Console(quiet=True))
        assert not (folder / name).is_symlink()
    else:
        with pytest.raises(RunError, match="symbolic link"):
            run_evaluation(asked, Console(quiet=True))
    assert not (tmp_path / "missing").exists()
    assert outside.read_bytes() == KEPT


JUNK = {
    "texts": b'["",' + b'"",' * 2**18 + b'""]',
    "lists": b"[[]," + b"[]," * 2**18 + b"[]]",
    "nested": b"[" * 2**22,
    "fields": b"{" + b",".join(b'"%x":1' % number for number in range(2**17)) + b"}",
}


@pytest.mark.parametrize("name", JUNK)
def test_a_line_of_junk_is_not_parsed(run: Path, cards_run: tuple[Path, Path], name: str) -> None:
    """Each wrong part would be an error of a thousand bytes: 5 GB of a line of 16 MB."""
    first, *_ = (run / "episodes.jsonl").read_bytes().splitlines()
    start = first.index(b'"rewards":') + len(b'"rewards":')
    (run / "episodes.jsonl").write_bytes(first[:start] + JUNK[name] + b"}\n")
    told = "more than 262,144 bytes outside of texts"
    with pytest.raises(Refused, match=told):
        verify(run, cards_run[1])
    with pytest.raises(RunError, match=told):
        list(read_episodes(run))

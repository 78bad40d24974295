"""What becomes of a submission: judged by a new version of its suite, retracted, labelled."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from benchmarks.cli import app
from benchmarks.runs import RunError
from benchmarks.submissions.folders import checksum
from benchmarks.submissions.labels import Label, labels_of, read_reruns
from benchmarks.submissions.problems import Refused
from benchmarks.submissions.rejudging import rejudge
from benchmarks.submissions.retraction import read_tombstone, retract
from benchmarks.submissions.verify import verify
from benchmarks.submissions.writing import submit
from tests.forging import Forged, honest_agent

DAY = date(2026, 1, 2)


@pytest.fixture(scope="session")
def agent(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return honest_agent(tmp_path_factory.mktemp("rejudged-agent"), "cards")


def submitted(run: tuple[Path, Path], folder: Path, track: str = "stock") -> Path:
    out = folder / "entry"
    told = {"name": "Toy", "track": track, "licence": "CC0-1.0", "day": DAY}
    submit(run[0], out, suite_file=run[1], **told)
    return out


def version_2(suite: Path, folder: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    told = json.loads(suite.read_bytes())
    change(told)
    path = folder / "version-2.json"
    path.write_text(json.dumps({**told, "version": "2"}))
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def drop_a_column(told: dict[str, Any]) -> None:
    del told["columns"]["rule_ood"]


def test_old_rows_are_kept_beside_new_ones(cards_run: tuple[Path, Path], tmp_path: Path) -> None:
    folder = submitted(cards_run, tmp_path)
    before, old = contents(folder), verify(folder, cards_run[1])
    with pytest.raises(RunError, match="judged by version 1 of cards already"):
        rejudge(folder, suite_file=cards_run[1])
    new_suite = version_2(cards_run[1], tmp_path, drop_a_column)
    with pytest.raises(Refused, match="with digest"):
        verify(folder, new_suite)
    verdict = rejudge(folder, day=date(2026, 2, 3), suite_file=new_suite)
    assert verdict.cells == old.cells[:1]
    assert verify(folder, new_suite).cells == verdict.cells
    (kept,) = (folder / "earlier").iterdir()
    assert (kept.name, contents(kept)) == (old.claim.digest, before)
    assert verify(kept, cards_run[1]).cells == old.cells
    told = yaml.safe_load((folder / "submission.yaml").read_bytes())
    assert (told["date"], told["rejudged"]) == ("2026-01-02", "2026-02-03")
    # What is kept is a submission, and nothing else may lie there.
    (kept / "episodes.jsonl.xz").write_bytes(b"")
    with pytest.raises(Refused, match="its SHA-256 differs"):
        verify(folder, new_suite)
    kept.rename(kept.with_name("0" * 16))
    with pytest.raises(Refused, match=r"SHA-256|not named after the digest"):
        verify(folder, new_suite)


def harder(told: dict[str, Any]) -> None:
    told["columns"]["in"]["keywords"]["rule"] = "rank"


def larger(told: dict[str, Any]) -> None:
    told["sizes"]["smoke"] = 7


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (harder, "reply 0 answers another prompt|has to be played"),
        (larger, "episode 6 of toy/in has to be played: the old version has no such episode"),
    ],
)
def test_what_was_never_asked_has_to_be_played(
    cards_run: tuple[Path, Path],
    tmp_path: Path,
    change: Callable[[dict[str, Any]], Any],
    reason: str,
) -> None:
    folder = submitted(cards_run, tmp_path)
    before = contents(folder)
    with pytest.raises(Refused, match=f"(?i){reason}"):
        rejudge(folder, suite_file=version_2(cards_run[1], tmp_path, change))
    assert contents(folder) == before
    assert len(list(tmp_path.iterdir())) == 2


def test_scripted_agents_are_played_anew(agent: tuple[Path, Path], tmp_path: Path) -> None:
    folder = submitted(agent, tmp_path, "reference")
    verdict = rejudge(folder, suite_file=version_2(agent[1], tmp_path, larger))
    assert [cell.episodes for cell in verdict.cells] == [7, 7]
    assert verdict.rerun


def test_agents_without_a_log_keep_their_actions(agent: tuple[Path, Path], tmp_path: Path) -> None:
    forged = Forged.of(*agent)
    forged.rename("random", "my:agent")
    run = forged.write(tmp_path / "run"), agent[1]
    folder = submitted(run, tmp_path, "scaffold")
    with pytest.raises(Refused, match="its id or keywords are others, and there is no log"):
        rejudge(folder, suite_file=version_2(agent[1], tmp_path, harder))
    verdict = rejudge(folder, suite_file=version_2(agent[1], tmp_path, drop_a_column))
    assert [cell.cell for cell in verdict.cells] == ["my:agent/in"]


def test_a_retracted_submission_leaves_a_tombstone(
    cards_run: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = submitted(cards_run, tmp_path)
    with pytest.raises(RunError, match=r"reason: .*no markup"):
        retract(folder, "<b>wrong</b>")
    result = CliRunner().invoke(app, ["retract", str(folder), "--reason", "Wrong model"])
    assert (result.exit_code, "Toy is retracted" in result.output) == (0, True)
    assert [path.name for path in folder.iterdir()] == ["retracted.yaml"]
    tombstone = read_tombstone(folder)
    assert tombstone is not None
    assert (tombstone.name, tombstone.model, tombstone.reason) == ("Toy", "toy", "Wrong model")
    assert (tombstone.submitted, tombstone.retracted) == (DAY, date.today())
    with pytest.raises(Refused, match=r"It was retracted on \S+: Wrong model"):
        verify(folder, cards_run[1])
    assert retract(folder, "Another reason") == tombstone
    with pytest.raises(RunError, match=r"has no submission\.yaml"):
        retract(tmp_path, "Nothing there")


def test_labels_say_who_has_checked(
    cards_run: tuple[Path, Path], agent: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = submitted(cards_run, tmp_path)
    verdict = verify(folder, cards_run[1])
    assert read_reruns(tmp_path) == {}
    assert labels_of(verdict, {}) == [Label.REPLAYED]
    told = {"entry": {"folder": "entry-again", "submission": checksum(folder / "submission.yaml")}}
    (tmp_path / "labels.yaml").write_text(yaml.safe_dump(told))
    assert labels_of(verdict, read_reruns(tmp_path)) == [Label.REPLAYED, Label.RERUN]
    # Whoever changes an entry loses the label.
    (folder / "submission.yaml").write_bytes((folder / "submission.yaml").read_bytes() + b"\n")
    assert labels_of(verdict, read_reruns(tmp_path)) == [Label.REPLAYED]
    assert labels_of(verify(*agent), {}) == [Label.REPLAYED, Label.RERUN]

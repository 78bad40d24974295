"""Pull requests with submissions: the workflow, and what it refuses before it verifies anything."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from benchmarks.evaluation import run_evaluation
from benchmarks.options import EvaluationOptions
from benchmarks.submissions import proposed
from benchmarks.submissions.problems import Refused
from benchmarks.submissions.retraction import retract
from benchmarks.submissions.writing import submit

ROOT = Path(__file__).parent.parent
WORKFLOW = ROOT / ".github/workflows/submissions.yml"
TEMPLATES = ROOT / ".github/PULL_REQUEST_TEMPLATE"
QUIET = Console(quiet=True)


@pytest.fixture
def branches(tmp_path: Path) -> tuple[Path, Path]:
    """Return submissions of a base branch and of a pull request that changes nothing."""
    before, after = tmp_path / "base/submissions", tmp_path / "proposed/submissions"
    (before / "gp-l-empty-reply").mkdir(parents=True)
    for path in (ROOT / "submissions/gp-l-empty-reply").iterdir():
        shutil.copyfile(path, before / "gp-l-empty-reply" / path.name)
    (before / "README.md").write_text("Entries.")
    shutil.copytree(before, after)
    return before, after


def a_link(after: Path) -> None:
    (after / "entry").symlink_to(after / "gp-l-empty-reply")


def a_link_inside(after: Path) -> None:
    (after / "gp-l-empty-reply/submission.yaml").unlink()
    (after / "gp-l-empty-reply/submission.yaml").symlink_to("/etc/passwd")


def much(after: Path) -> None:
    with (after / "large").open("wb") as file:
        file.truncate(10**7)


def deep(after: Path) -> None:
    (after / "a/b/c/d/e").mkdir(parents=True)


def a_tombstone(after: Path) -> None:
    shutil.copytree(after / "gp-l-empty-reply", after / "other")
    retract(after / "other", "Never there.")


def a_run(after: Path) -> None:
    (after / "run").mkdir()
    (after / "run/run.json").write_text("{}")


def an_earlier_version(after: Path) -> None:
    made = after / "gp-l-empty-reply/earlier" / ("0" * 16)
    made.mkdir(parents=True)
    (made / "submission.yaml").write_text("name: Made up")


def a_namesake(after: Path) -> None:
    shutil.copytree(after / "gp-l-empty-reply", after / "other")
    path = after / "other/submission.yaml"
    path.write_text(path.read_text().replace("name: Empty reply", "name: EMPTY reply"))


def a_date_to_come(after: Path) -> None:
    shutil.copytree(after / "gp-l-empty-reply", after / "other")
    path = after / "other/submission.yaml"
    told = path.read_text().replace("name: Empty reply", "name: Another")
    path.write_text(re.sub("date: '[^']*'", f"date: '{date.today() + timedelta(days=3)}'", told))


def another_tombstone(after: Path) -> None:
    retract(after / "gp-l-empty-reply", "It was wrong.")
    path = after / "gp-l-empty-reply/retracted.yaml"
    path.write_text(path.read_text().replace("model: empty-reply", "model: expert"))


def a_tombstone_to_come(after: Path) -> None:
    retract(after / "gp-l-empty-reply", "It was wrong.", day=date.today() + timedelta(days=3))


CHANGES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a link": (a_link, "'entry' is a symbolic link"),
    "a link inside": (a_link_inside, "'submission.yaml' is a symbolic link"),
    "much": (much, "more than 10,000,000 bytes"),
    "deep": (deep, "too deep"),
    "labels": (lambda p: (p / "labels.yaml").write_text("{}"), "by maintainers alone"),
    "removed": (lambda p: shutil.rmtree(p / "gp-l-empty-reply"), "is removed. Retract it"),
    "a name": (lambda p: (p / "gp-l-empty-reply").rename(p / "<b>"), "'<b>' is no name"),
    "a tombstone of nothing": (a_tombstone, "'other' has a tombstone"),
    "a namesake": (a_namesake, "other: gp-l-empty-reply has its name"),
    "a date to come": (a_date_to_come, "other: Its date, .*, is to come"),
    "a tombstone to come": (a_tombstone_to_come, "gp-l-empty-reply: Its date, .*, is to come"),
    "another's tombstone": (another_tombstone, "model in retracted.yaml is not that of the entry"),
    "an empty entry": (
        lambda p: ((p / "x").mkdir(), (p / "x/y").touch()),
        "'x' has no submission.yaml",
    ),
    "a run": (a_run, "'run' has no submission.yaml"),
    "an earlier version": (an_earlier_version, "is not what the folder has held"),
    "an edited row": (
        lambda p: (p / "gp-l-empty-reply/episodes.jsonl.xz").write_bytes(b""),
        "gp-l-empty-reply: episodes.jsonl.xz is not the file",
    ),
}


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize("name", CHANGES)
def test_what_is_wrong_is_refused(branches: tuple[Path, Path], name: str) -> None:
    change, reason = CHANGES[name]
    change(branches[1])
    with pytest.raises(Refused, match=reason):
        proposed.check_proposal(*branches, QUIET)


def test_a_retraction_is_taken_once(branches: tuple[Path, Path]) -> None:
    before, after = branches
    proposed.check_proposal(before, after, QUIET)
    retract(after / "gp-l-empty-reply", "The endpoint was down.")
    proposed.check_proposal(before, after, QUIET)
    with pytest.raises(Refused, match="was retracted"):
        proposed.check_proposal(after, before, QUIET)


def test_the_workflow_can_only_read_and_runs_the_base() -> None:
    told = yaml.safe_load(WORKFLOW.read_bytes())
    # YAML 1.1 reads the key "on" as a truth value.
    assert told[True] == {"pull_request": {"paths": ["submissions/**"]}}
    assert told["permissions"] == {"contents": "read"}
    assert "secrets." not in WORKFLOW.read_text()
    (job,) = told["jobs"].values()
    checkouts = [step["with"] for step in job["steps"] if "checkout" in step.get("uses", "")]
    assert all(step["persist-credentials"] is False for step in checkouts)
    assert [step["path"] for step in checkouts] == ["base", "proposed"]
    assert checkouts[0]["ref"] == "${{ github.event.pull_request.base.sha }}"
    for step in job["steps"]:
        # What a stranger names never becomes a part of a shell command.
        assert "${{" not in step.get("run", "")
        assert "run" not in step or step["working-directory"] == "base"


def test_the_templates_name_the_commands() -> None:
    told = "".join(path.read_text() for path in TEMPLATES.iterdir())
    assert "`shiftgym submit`" in told
    assert "`shiftgym verify submissions/...`" in told


@pytest.mark.slow
def test_the_commands_of_the_workflow_verify_a_new_entry(branches: tuple[Path, Path]) -> None:
    before, after = branches
    run = before.parent / "run"
    run_evaluation(EvaluationOptions("random", suite="gp-l", size="smoke", out=run), QUIET)
    told = {"name": "Random", "track": "reference", "licence": "CC0-1.0"}
    submit(run, after / "new-entry", day=date(2026, 1, 2), **told)
    (job,) = yaml.safe_load(WORKFLOW.read_bytes())["jobs"].values()
    *_, command = (step["run"] for step in job["steps"] if "run" in step)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}

    def verified() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-e", "-c", command],
            cwd=before.parent,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )

    done = verified()
    assert done.returncode == 0, done.stderr
    assert "new-entry: new" in done.stdout
    assert "gp-l-empty-reply" not in done.stdout
    (after / "new-entry/episodes.jsonl.xz").write_bytes(b"")
    assert verified().returncode == 2

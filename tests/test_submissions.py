"""Submissions: written from a run, verified to the same bytes, and no way into the machine."""

from __future__ import annotations

import json
import lzma
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from benchmarks.bounded import FREE, MOST_RATIO, bounded_lines
from benchmarks.cli import app
from benchmarks.runs import RunError
from benchmarks.submissions.folders import FOLDER, checksum, folder_of
from benchmarks.submissions.problems import Refused
from benchmarks.submissions.verify import verify
from benchmarks.submissions.writing import submit
from tests.forging import Forged, honest_agent

Made = tuple[Path, Path, Path]


@pytest.fixture(scope="session")
def made(cards_run: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Return a run, the file of its suite, and its submission."""
    folder = tmp_path_factory.mktemp("submitted")
    run, suite = cards_run
    write(run, folder / "submission", suite)
    return run, suite, folder / "submission"


def write(run: Path, out: Path, suite: Path, **told: Any) -> Any:
    asked = {"name": "Toy 1", "track": "stock", "licence": "CC0-1.0", "day": date(2026, 1, 2)}
    return submit(run, out, suite_file=suite, **{**asked, **told})


def copy(made: Made, folder: Path) -> Path:
    (folder / "copy").mkdir()
    for path in made[2].iterdir():
        (folder / "copy" / path.name).write_bytes(path.read_bytes())
    return folder / "copy"


def edit(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    path = folder / "submission.yaml"
    told = yaml.safe_load(path.read_bytes())
    change(told)
    path.write_text(yaml.safe_dump(told, sort_keys=False))


def replace_file(folder: Path, name: str, data: bytes) -> None:
    """Replace a file, and its checksum with it."""
    (folder / name).write_bytes(data)
    edit(folder, lambda told: told["files"].update({name: checksum(folder / name)}))


def test_a_submission_holds_the_bytes_of_its_run(made: Made, tmp_path: Path) -> None:
    run, suite, folder = made
    assert sorted(path.name for path in folder.iterdir()) == [
        "episodes.jsonl.xz",
        "replies.jsonl.xz",
        "submission.yaml",
    ]
    for name in ("episodes.jsonl", "replies.jsonl"):
        packed = lzma.decompress((folder / f"{name}.xz").read_bytes())
        assert sorted(packed.splitlines()) == sorted((run / name).read_bytes().splitlines())
    assert verify(folder, suite).cells == verify(run, suite).cells
    # Played in another order and cut off in between, it is the same to the byte.
    forged = Forged.of(run, suite)
    forged.rows.reverse()
    forged.log.sort(key=lambda line: line["reply"])
    write(forged.write(tmp_path / "run"), tmp_path / "out", suite)
    for path in folder.iterdir():
        assert (tmp_path / "out" / path.name).read_bytes() == path.read_bytes()


def test_the_settings_are_told(made: Made) -> None:
    told = yaml.safe_load((made[2] / "submission.yaml").read_bytes())
    assert told["settings"] == {"interface": "-Text", "size": "smoke", "max_attempts": 2}
    assert told["sampling"] == {"temperature": 0.0}
    assert (told["model"], told["track"]) == ("toy", "stock")


def test_a_trained_agent_names_its_fold(tmp_path: Path) -> None:
    run, suite = honest_agent(tmp_path, "cards", "nearest-neighbour", seed=8)
    verdict = write(run, tmp_path / "out", suite, track="reference")
    assert verdict.claim.seed == 8
    assert verdict.rerun
    edit(tmp_path / "out", lambda told: told["trained_on"].update(seed=2))
    with pytest.raises(Refused, match="nearest-neighbour played again does"):
        verify(tmp_path / "out", suite)
    edit(tmp_path / "out", lambda told: told["trained_on"].update(seed=3))
    with pytest.raises(Refused, match=r"has the fold \[3, 7, 6\], and \[2, 7, 6\] is named"):
        verify(tmp_path / "out", suite)
    edit(tmp_path / "out", lambda told: told["trained_on"].update(fold=[3, 7, 6]))
    with pytest.raises(Refused, match="keywords is"):
        verify(tmp_path / "out", suite)
    with pytest.raises(RunError, match="the track scaffold has no trained_on"):
        write(run, tmp_path / "other", suite, track="scaffold")


EDITS: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "model": (lambda t: t.update(model="gpt-9"), "is of a cell that is not played"),
    "sampling": (lambda t: t.update(sampling={"temperature": 1.0}), "its seal is not that"),
    "versions": (lambda t: t["versions"][0].update(shiftgym="9.9"), "its seal is not that"),
    "no versions": (lambda t: t.update(versions=[]), "versions"),
    "track": (lambda t: t.update(track="reference"), "reference is a scripted agent"),
    "trained": (lambda t: t.update(track="trained"), "the track trained has trained_on"),
    "trained and stock": (
        lambda t: t.update(trained_on={"seed": 0, "fold": [0, 7, 6]}),
        "the track stock has no trained_on",
    ),
    "size": (lambda t: t["settings"].update(size="standard"), "lacks 6 episodes of toy/in"),
    "no size": (lambda t: t["settings"].update(size="tiny"), "no size 'tiny'"),
    "attempts": (lambda t: t["settings"].update(max_attempts=1), "keywords is"),
    "attempts as text": (lambda t: t["settings"].update(max_attempts="2"), "max_attempts"),
    "strict": (lambda t: t["settings"].update(strict=True), "keywords is"),
    "template": (lambda t: t["settings"].update(template="compact"), "template is for weights"),
    "interface": (lambda t: t["settings"].update(interface=""), "id is"),
    "suite": (lambda t: t.update(suites={"cards": "0" * 16}), "with digest 0000"),
    "another suite": (lambda t: t.update(suites={"gp-l": "0" * 16}), "of the suite gp-l"),
    "two suites": (lambda t: t["suites"].update({"gp-l": "0" * 16}), "suites: "),
    "file as suite": (lambda t: t.update(suites={"/etc/passwd": "0" * 16}), "of the suite /etc"),
    "checksum": (lambda t: t["files"].update({"episodes.jsonl.xz": "0" * 64}), "SHA-256 differs"),
    "another file": (lambda t: t["files"].update({"../x": "0" * 64}), "files"),
    "no log": (lambda t: t["files"].pop("replies.jsonl.xz"), "belongs to a model"),
    "no sampling": (lambda t: t.pop("sampling"), "a stock model has sampling"),
    "unknown field": (lambda t: t.update(score=100), "submission.yaml: score"),
    "script": (lambda t: t.update(name="<script>x</script>"), "name: .*no markup; it holds <"),
    "pipe": (lambda t: t.update(name="a|b"), "no markup"),
    "terminal codes": (lambda t: t.update(model="a\x1b[2J"), "visible characters"),
    "null": (lambda t: t.update(name="a\x00"), "visible characters"),
    "formula": (lambda t: t.update(name="=HYPERLINK(1)"), "no formula"),
    "licence": (lambda t: t.update(licence="<b>"), "licence"),
    "script as link": (lambda t: t.update(link="javascript:alert(1)"), "link"),
    "quote in link": (lambda t: t.update(link='https://a.b/" onclick="x'), "link"),
    "no date": (lambda t: t.update(date="yesterday"), "date"),
    "long name": (lambda t: t.update(name="x" * 10_000), "name"),
    "more sampling": (lambda t: t["sampling"].update(extra={"stop": ["<b>"]}), "its seal is not"),
    "NaN in sampling": (lambda t: t["sampling"].update(temperature=float("nan")), "a finite one"),
    "a set in sampling": (lambda t: t["sampling"].update(x={1, 2}), "of the kind .*set"),
    "bytes in sampling": (lambda t: t["sampling"].update(x=b"a"), "of the kind .*binary"),
    "numbers as keys": (lambda t: t["sampling"].update({1: 2}), "a key that is no text"),
    "a number as date": (lambda t: t.update(date=86_400), "expected a day such as"),
    "an hour": (lambda t: t.update(date="2026-01-02T00:00:00+05:00"), "expected a day such as"),
    "an invisible name": (lambda t: t.update(name="\u3164"), r"visible .*U\+3164"),
    "a name with hidden marks": (lambda t: t.update(name="a\u034fb"), r"visible .*U\+034F"),
    "a name with many accents": (lambda t: t.update(name="x" + "\u0301" * 9), "3 accents"),
    "accents apart": (lambda t: t.update(name="e\u0301"), "NFC"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_submission_is_refused(made: Made, tmp_path: Path, name: str) -> None:
    change, reason = EDITS[name]
    folder = copy(made, tmp_path)
    edit(folder, change)
    with pytest.raises(Refused, match=reason):
        verify(folder, made[1])


YAMLS: dict[str, tuple[bytes, str]] = {
    "a list": (b"- 1\n", "submission.yaml"),
    "empty": (b"", "submission.yaml"),
    "not UTF-8": (b"name: \xff\n", "no plain YAML"),
    "an alias": (b"a: &a [1]\nb: *a\n", r"it has an alias \(\*name\)"),
    "laughs": (b"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", "alias"),
    "a key twice": (b"name: a\nname: b\n", "has the key 'name' twice"),
    "deep": (b"a: " + b"[" * 10_000, "nested more than"),
    "an object": (b"!!python/object/apply:os.system ['true']\n", "no plain YAML"),
    "large": (b"#" * 70_000, "more than 65,536 bytes"),
}


@pytest.mark.parametrize("name", YAMLS)
def test_hostile_yaml_is_refused(made: Made, tmp_path: Path, name: str) -> None:
    data, reason = YAMLS[name]
    folder = copy(made, tmp_path)
    (folder / "submission.yaml").write_bytes(data)
    with pytest.raises(Refused, match=reason):
        verify(folder, made[1])


def test_edited_files_are_refused(made: Made, tmp_path: Path) -> None:
    folder = copy(made, tmp_path)
    name = "episodes.jsonl.xz"
    packed = (folder / name).read_bytes()
    (folder / name).write_bytes(packed[:-1])
    with pytest.raises(Refused, match="its SHA-256 differs"):
        verify(folder, made[1])
    replace_file(folder, name, packed[:-20])
    with pytest.raises(Refused, match="no whole xz file"):
        verify(folder, made[1])
    replace_file(folder, name, lzma.decompress(packed))
    with pytest.raises(Refused, match="no whole xz file"):
        verify(folder, made[1])
    rows = lzma.decompress(packed).replace(b'"success":false', b'"success":true')
    replace_file(folder, name, lzma.compress(rows))
    with pytest.raises(Refused, match="success is True, and replayed False"):
        verify(folder, made[1])
    (folder / "extra.html").write_text("")
    with pytest.raises(Refused, match=r"'extra.html' does not belong to a submission. Expected"):
        verify(folder, made[1])


@pytest.mark.parametrize("name", ["submission.yaml", "episodes.jsonl.xz", "replies.jsonl.xz"])
@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_and_pipes_are_not_followed(made: Made, tmp_path: Path, name: str) -> None:
    folder = copy(made, tmp_path)
    (folder / name).rename(tmp_path / "outside")
    (folder / name).symlink_to(tmp_path / "outside")
    with pytest.raises(Refused, match=f"{name} is a symbolic link"):
        verify(folder, made[1])
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(Refused, match=f"{name} is no regular file"):
        verify(folder, made[1])


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_in_runs_are_not_followed(made: Made, tmp_path: Path) -> None:
    for name in ("run.json", "episodes.jsonl", "replies.jsonl"):
        run = Forged.of(*made[:2]).write(tmp_path / name)
        (run / name).rename(tmp_path / "outside")
        (run / name).symlink_to(tmp_path / "outside")
        with pytest.raises(Refused, match=f"{name} is a symbolic link"):
            verify(run, made[1])
    with pytest.raises(RunError, match="is there already"):
        write(made[0], made[2], made[1])


def test_bombs_are_not_unpacked(made: Made, tmp_path: Path) -> None:
    folder = copy(made, tmp_path)
    lines = (b"x" * 999 + b"\n") * 100_000
    replace_file(folder, "replies.jsonl.xz", lzma.compress(lines))
    with pytest.raises(ValueError, match="unpacks to more than"):
        list(bounded_lines(folder / "replies.jsonl.xz"))
    assert len((folder / "replies.jsonl.xz").read_bytes()) * MOST_RATIO + FREE < len(lines)
    with pytest.raises(Refused, match="line 1 is no reply"):
        verify(folder, made[1])
    replace_file(folder, "replies.jsonl.xz", lzma.compress(bytes(40 * 2**20)))
    with pytest.raises(Refused, match=r"has more than|unpacks to more than"):
        verify(folder, made[1])


def test_a_line_of_a_gigabyte_takes_no_memory(made: Made, tmp_path: Path) -> None:
    run = Forged.of(*made[:2]).write(tmp_path / "run")
    with (run / "episodes.jsonl").open("r+b") as file:
        file.truncate(2**30)
    with pytest.raises(Refused, match="line 13 has more than 16,777,216 bytes"):
        verify(run, made[1])
    with pytest.raises(ValueError, match="line 1 has more than 100 bytes"):
        list(bounded_lines(run / "episodes.jsonl", most_line=100))


def command(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(one) for one in arguments], env={"COLUMNS": "200"})


def test_the_commands(made: Made, tmp_path: Path) -> None:
    run, suite, _ = made
    out = tmp_path / "Out"
    asked = ["--track", "stock", "--licence", "CC0-1.0", "--suite-file", suite]
    result = command("submit", run, *asked, "--out", out, "--name", "Toy 1")
    assert result.exit_code == 0, result.output
    assert "toy/rule_ood" in result.output
    assert str(out) in result.output
    assert "rename that folder" in result.output
    result = command("verify", out, "--suite-file", suite)
    assert result.exit_code == 0, result.output
    assert "Verified: 12 episodes of toy" in result.output
    assert "Not known: who wrote the replies" in result.output
    result = command("submit", run, *asked, "--out", out)
    assert (result.exit_code, "is there already" in result.output) == (2, True)
    edit(out, lambda told: told.update(name="\x1b[31mred"))
    result = command("verify", out, "--suite-file", suite)
    assert result.exit_code == 2
    assert result.output.startswith("Error: Refused, for 1 reason")
    assert "\x1b" not in result.output


@pytest.mark.parametrize(
    ("run", "folder"),
    [
        ("evaluate-Qwen_Qwen2.5-7B-gp-l", "evaluate-qwen_qwen2.5-7b-gp-l"),
        ("_Größe 1_", "gr-e-1"),
        ("..", "submission"),
        ("a" * 120, "a" * 80),
    ],
)
def test_a_submission_gets_a_name_that_a_page_can_have(run: str, folder: str) -> None:
    assert folder_of(run) == folder
    assert FOLDER(folder)


def test_a_suite_of_ones_own_is_named_by_its_file(made: Made) -> None:
    with pytest.raises(Refused, match=r"Unknown suite 'cards'.* by --suite-file\."):
        verify(made[2])


def test_an_unfinished_run_is_not_submitted(made: Made, tmp_path: Path) -> None:
    forged = Forged.of(*made[:2])
    forged.rows.pop()
    run = forged.write(tmp_path / "run")
    with pytest.raises(Refused, match="lacks 1 episodes of toy/rule_ood"):
        write(run, tmp_path / "out", made[1])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]
    with pytest.raises(RunError, match="name: "):
        write(made[0], tmp_path / "out", made[1], name="<b>")
    record = json.loads((run / "run.json").read_bytes())
    record["suites"] = {}
    (run / "run.json").write_text(json.dumps(record))
    with pytest.raises(RunError, match="names 0 suites"):
        write(run, tmp_path / "out", made[1])

"""`show`: what is on the page of a run, what is left out, and what others wrote into it."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

import gp_env
import virl_env.replay
from benchmarks.cli import app
from benchmarks.records import Episode, RunRecord
from benchmarks.runs import Run, read_episodes
from benchmarks.show.choice import in_turn, outcome_of
from benchmarks.show.command import _entries
from benchmarks.show.steps import LONGEST, play_again
from tests.loopback import Endpoint, listening, said
from tests.recordings import browse, needs_browser

HOSTILE = '</template></script><script>document.title = "taken"</script><b onclick=x>\u202e'
MODEL = 'acme/"><script>document.title = "named"</script>'
COUNT = 5


def command(*arguments: object, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, [*map(str, arguments)], env={"COLUMNS": "200"})
    assert result.exit_code == exit_code, result.output
    return result.output


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run in which the replies of each column are: hostile, cut, solved, long, wrong."""
    folder = tmp_path_factory.mktemp("show") / "run"

    def answer(messages: list[dict[str, str]]) -> object:
        number = len(endpoint.bodies) % COUNT
        hand = re.search(r"cards: ([^\n.]*)", messages[-1]["content"])
        assert hand is not None
        (formula, *_) = gp_env.solve(hand[1].replace(",", " ")) or ["1"]
        if number == 1:
            return said(HOSTILE, reasoning_content=HOSTILE)
        if number == 2:
            return said("Let me", finish_reason="length")
        wrong = "1+1" if number == 0 else formula
        padding = " " + "x" * 2 * LONGEST if number == 4 else ""
        return said(json.dumps({"cards": [], "formula": wrong}) + padding)

    with listening(Endpoint()) as endpoint:
        endpoint.answer = answer  # type: ignore[assignment]
        command(
            *("evaluate", "--model", MODEL, "--base-url", endpoint.url, "--concurrency", 1),
            *("--columns", "in,ood_pairs", "--episodes", COUNT, "--out", folder),
        )
    return folder


@pytest.fixture(scope="module")
def page(run: Path) -> Path:
    told = command("show", run)
    assert "10 of 10 episodes are here, 10 with pictures." in told
    return run / "show.html"


def test_the_page_needs_nothing_else_and_holds_text_as_text(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.count("<script>") == text.count("</script>") == 1
    assert "&lt;script&gt;document.title = &quot;taken&quot;" in text
    assert "\u202e" not in text
    assert "<b onclick" not in text
    assert not re.search(r"https?:", text)
    assert set(re.findall(r'(?:src|href)="([^"]{0,14})', text)) <= {
        "data:image/png", "data:image/jpe"
    }  # fmt: skip
    assert "default-src 'none'" in text
    assert "more characters]" in text
    assert "No answer: cut" in text


def driven(page: Path, tmp_path: Path, script: str, *options: str, hash: str = "") -> object:
    """Return what a script that runs after the page's own returns."""
    copy = tmp_path / "driven.html"
    press = (
        "const press = (key) => document.body.dispatchEvent("
        "new KeyboardEvent('keydown', { key, bubbles: true }));"
        "const heading = () => document.getElementById('heading').textContent;"
    )
    told = f"{press} told.textContent = JSON.stringify((() => {{ {script} }})());"
    end = f"<pre id=told></pre><script>{told}</script></body>"
    copy.write_text(page.read_text(encoding="utf-8").replace("</body>", end), "utf-8")
    dom = browse(copy, "--dump-dom", *options, hash=hash)
    found = re.search(r'<pre id="told">(.*?)</pre>', dom, re.DOTALL)
    assert found is not None
    return json.loads(found[1].replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&"))


@needs_browser
def test_keys_lead_through_failures_and_filters_choose(page: Path, tmp_path: Path) -> None:
    script = """
    const seen = [heading()];
    for (const key of ["n", "n", "j", "k", "p"]) { press(key); seen.push(heading()); }
    const outcome = document.getElementById("outcome"), column = document.getElementById("column");
    outcome.value = "unreadable: cut"; outcome.onchange();
    column.value = "ood_pairs"; column.onchange();
    seen.push(heading(), document.getElementById("count").value, location.hash, document.title);
    return seen;
    """
    told = driven(page, tmp_path, script)
    assert isinstance(told, list)
    failures = [name for name in told[:6] if not name.endswith("solved")]
    assert len(set(told[:3])) == 3
    assert told[3] != told[4] == told[2]
    assert told[5] == told[1]
    assert failures
    assert all(name in failures for name in (told[1], told[2], told[5]))
    assert re.fullmatch(r"ood_pairs \d: unreadable: cut", told[6])
    assert told[7] == "1 of 10 episodes, 1 failed"
    assert told[8].startswith("#ood_pairs/")
    assert told[9] == f"{MODEL}: gp-l"


@needs_browser
@pytest.mark.parametrize("width", [500, 1400])
def test_the_page_fits_its_window(page: Path, tmp_path: Path, width: int) -> None:
    script = "return [innerWidth, document.documentElement.scrollWidth];"
    told = driven(page, tmp_path, script, f"--window-size={width},900")
    assert told == [width, width]


@needs_browser
def test_steps_of_symbols(tmp_path: Path) -> None:
    command(
        *("evaluate", "--agent", "expert", "--columns", "in", "--episodes", 2),
        *("--out", tmp_path / "run"),
    )
    command("show", tmp_path / "run")
    script = """
    const at = () => document.getElementById("step").value, seen = [at()];
    for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft"]) { press(key); seen.push(at()); }
    return [...seen, location.hash, heading(), document.querySelectorAll("#shown img").length];
    """
    told = driven(tmp_path / "run" / "show.html", tmp_path, script, hash="#in/1")
    assert isinstance(told, list)
    count = told[0].partition(" / ")[2]
    assert told[:4] == [f"{step} / {count}" for step in (1, 2, 3, 2)]
    assert told[4:] == ["#in/1/2", "in 1: solved", 1]


def test_a_page_stays_within_its_bound(run: Path) -> None:
    rows = list(read_episodes(run))
    outcomes = {(row.cell, row.index): "any" for row in rows}

    def shown(most: int) -> list[bool]:
        entries = _entries(run, rows, {}, outcomes, most, pictures=True)
        assert sum(one.shown.size for one in entries) <= most
        return [one.shown.pictures for one in entries]

    assert shown(10_000_000) == [True] * 10
    assert shown(1_000) == []
    some = shown(120_000)
    assert 0 < some.count(True) < len(some)
    assert "3 of 10 episodes are here, 0 with pictures. At most 3" in command(
        "show", run, "--episodes", 3, "--no-pictures", "--out", run / "few.html"
    )
    assert (run / "few.html").stat().st_size < 200_000


def test_failures_of_every_column_and_outcome_come_first() -> None:
    def row(cell: str, index: int, *outcomes: str) -> Episode:
        return Episode(
            cell=cell, index=index, id="GeneralPoints-v0", keywords={}, episode_seed=0, digest="",
            cluster="", actions=[], rewards=[], outcomes=list(outcomes),
            success=outcomes[-1:] == ("correct",), tokens=0,
        )  # fmt: skip

    rows = [row("a/in", n, "correct") for n in range(3)]
    rows += [row("a/in", n, "wrong_value") for n in range(3, 6)]
    rows += [row("a/ood", n, "unreadable", "wrong_value") for n in range(2)]
    outcomes = {(one.cell, one.index): outcome_of(one, {}) for one in rows}
    order = [(one.cell, one.index) for one in in_turn(rows, outcomes)]
    assert order[:3] == [("a/in", 3), ("a/ood", 0), ("a/in", 0)]
    assert sorted(order) == sorted(outcomes)
    assert outcome_of(row("a", 0, "unreadable"), {0: "cut"}) == "unreadable: cut"
    assert outcome_of(row("a", 0, "unreadable", "wrong_value"), {0: "cut"}) == "wrong_value"
    assert outcome_of(row("a", 0), {}) == "failed"


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"rewards": [5.0]}, "it paid [5.0], and now"),
        ({"digest": "0"}, "dealt 0, and now"),
        ({"keywords": {"rule": "none"}}, "cannot be made"),
    ],
)
def test_rows_that_were_changed_are_refused_by_name(
    run: Path, tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(run, folder)
    first, *others = (folder / "episodes.jsonl").read_text().splitlines(keepends=True)
    edited = json.dumps({**json.loads(first), **changes}) + "\n"
    (folder / "episodes.jsonl").write_text("".join([edited, *others]))
    told = command("show", folder, exit_code=2)
    assert "episode 0 of acme" in told
    assert words in told


def test_only_evaluations_are_shown(tmp_path: Path) -> None:
    with Run(tmp_path / "study", RunRecord(kind="study", config={}, seeds=[], suites={})):
        pass
    assert "is a run of study" in command("show", tmp_path / "study", exit_code=2)
    with Run(tmp_path / "none", RunRecord(kind="evaluate", config={}, seeds=[], suites={})):
        pass
    assert "has no finished episode" in command("show", tmp_path / "none", exit_code=2)


def test_streets_have_views_and_a_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert virl_env.replay.PAGE.small == {"view_size": 128}
    smaller = replace(virl_env.replay.PAGE, small={"view_size": 32})
    monkeypatch.setattr(virl_env.replay, "PAGE", smaller)
    command(
        *("evaluate", "--agent", "always-forward", "--suite", "virl-l", "--columns", "in"),
        *("--episodes", 1, "--out", tmp_path),
    )
    (row,) = read_episodes(tmp_path)
    shown = play_again(row, {}, pictures=True)
    assert len(shown.steps) == len(row.actions or []) + 1
    assert all(step.count('src="data:image/') == 2 for step in shown.steps)
    assert '<ol id="lines">' in shown.below
    assert shown.size < 3_000_000


def test_a_task_that_draws_nothing_is_shown_in_words(tmp_path: Path) -> None:
    command(
        *("evaluate", "--agent", "random", "--ids", "tests.number_line:NumberLine-v0"),
        *("--episodes", 2, "--out", tmp_path),
    )
    assert "2 of 2 episodes are here, 0 with pictures" in command("show", tmp_path)

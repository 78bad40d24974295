"""The leaderboard: a site of verified submissions, built to the same bytes and safe to open."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.cli import app
from benchmarks.leaderboard.figures import independent_difference
from benchmarks.statistics import Observation, rate
from benchmarks.submissions.retraction import retract
from benchmarks.submissions.writing import submit
from tests.forging import Forged, honest_agent, honest_model, replayed

HOSTILE = '</script><!--<script>document.title = "taken"</script><b onclick=x>\u202e'


EARLIER = "0123456789abcdef"
"""Digest of an earlier version of the suite."""


def build(*arguments: object, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, ["leaderboard", "build", *map(str, arguments)])
    assert result.exit_code == exit_code, result.output
    return result.output


def hand_in(run: Path, suite: Path, out: Path, track: str) -> None:
    told = {"track": track, "licence": "CC0-1.0", "day": date(2026, 1, 2)}
    submit(run, out, name=out.name.title(), suite_file=suite, **told)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with submissions of a hostile model and of chance, the suite and a site."""
    folder = tmp_path_factory.mktemp("leaderboard")
    run, suite = honest_model(folder, "cards")
    forged = Forged.of(run, suite)
    forged.record["config"]["sampling"] = {"stop": HOSTILE}
    lost = next(number for number, row in enumerate(forged.rows) if not row["success"])
    row = forged.rows[lost]
    forged.lines(row)[-1]["reply"] = HOSTILE
    forged.rows[lost] = replayed({**row, "replies": [*row["replies"][:-1], HOSTILE]})
    forged.reseal()
    hand_in(forged.write(folder / "hostile"), suite, folder / "submissions" / "toy-1", "stock")
    (folder / "other").mkdir()
    run, _ = honest_agent(folder / "other", "cards", "random")
    chance = folder / "submissions" / "chance"
    hand_in(run, suite, chance, "reference")
    shutil.copytree(chance, folder / "submissions" / "gone")
    retract(folder / "submissions" / "gone", "It was the same as chance.", date(2026, 1, 3))
    before = chance / "earlier" / EARLIER
    before.mkdir(parents=True)
    shutil.copy(chance / "episodes.jsonl.xz", before)
    told = (chance / "submission.yaml").read_text()
    (before / "submission.yaml").write_text(re.sub("cards: .*", f"cards: '{EARLIER}'", told))
    build(folder / "submissions", "--out", folder / "site", "--suite-file", suite)
    return folder


class Links(HTMLParser):
    """Collects what a page refers to, and the names of its places."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [value for name, value in attributes if name == "id" and value]
        self.links += [value for name, value in attributes if name in ("href", "src") and value]


def files(site: Path) -> dict[str, bytes]:
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in sorted(site.rglob("*"))
        if path.is_file()
    }


def test_a_site_is_built_to_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "site", tmp_path / "again")
    (tmp_path / "again" / "entries" / "gone.html").write_text("of an earlier build")
    suite = folder / "cards.json"
    build(folder / "submissions", "--out", tmp_path / "again", "--suite-file", suite)
    assert files(tmp_path / "again") == files(folder / "site")
    assert not list(tmp_path.glob(".leaderboard-*"))


def test_links_lead_somewhere_and_nothing_is_loaded_from_elsewhere(folder: Path) -> None:
    site = folder / "site"
    pages = {path: Links(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    assert len(pages) == 3
    for path, page in pages.items():
        for link in page.links:
            name, _, place = link.partition("#")
            if link.startswith("https://"):
                continue
            target = (path.parent / name).resolve() if name else path
            assert target.is_file(), (path, link)
            if place and "/" not in place and target.suffix == ".html":
                assert place in pages[target].ids, (path, link)
        text = path.read_text(encoding="utf-8")
        assert "default-src 'none'" in text
        assert not re.search(r"(?:src|stylesheet).{0,9}https?:", text)


def test_text_of_a_submission_stays_text(folder: Path) -> None:
    everything = files(folder / "site")
    for name, data in everything.items():
        text = data.decode()
        assert "\u202e" not in text, name
        if name.endswith(".html"):
            assert "b" not in Links(text).tags or "onclick" not in "".join(Links(text).links)
            assert "<b onclick" not in text
            assert text.count("</script>") == text.count("<script src="), name
        elif name.startswith("data/"):
            assert not re.search("[<>&]", text), name
    page = everything["entries/toy-1.html"].decode()
    assert "&lt;/script&gt;&lt;!--&lt;script&gt;" in page
    assert any(b"\\u003c/script\\u003e\\u003c!--" in data for data in everything.values())


def test_figures_are_those_of_the_rows(folder: Path) -> None:
    told = json.loads((folder / "site" / "leaderboard.json").read_bytes())
    suite, earlier = told["suites"]
    assert [suite["current"], earlier["current"], earlier["digest"]] == [True, False, EARLIER]
    assert earlier["entries"][0]["columns"] == suite["entries"][1]["columns"]
    assert earlier["entries"][0]["labels"] == []
    assert told["retracted"]["gone"]["reason"] == "It was the same as chance."
    assert [one["id"] for one in suite["entries"]] == ["toy-1", "chance"]
    model, chance = suite["entries"]
    assert (model["track"], model["labels"]) == ("stock", ["replayed"])
    assert chance["labels"] == ["replayed", "re-run by maintainers"]
    assert chance["columns"]["in"][suite["fields"].index("success")] == 0.0
    index = (folder / "site" / "index.html").read_text(encoding="utf-8")
    assert index.index("Toy-1") < index.index("Chance")
    assert "It was the same as chance." in index
    assert f"earlier version of the suite, digest {EARLIER}" in index
    assert not (folder / "site" / "entries" / "gone.html").exists()


def test_differences_of_other_episodes_have_an_interval() -> None:
    def share(hits: int, count: int) -> object:
        return rate(Observation(0, str(n), float(n < hits)) for n in range(count))

    gap = independent_difference(share(56, 70), share(48, 80))  # type: ignore[arg-type]
    # Newcombe (1998), table II, line a: 0.2, from 0.0524 to 0.3339.
    assert gap.value == pytest.approx(0.2)
    assert (gap.low, gap.high) == pytest.approx((0.0524, 0.3339), abs=0.004)


def test_what_does_not_hold_is_not_built(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "linked").symlink_to(folder / "submissions" / "chance")
    told = build(tmp_path / "submissions", "--out", tmp_path / "site", exit_code=2)
    assert "has no folder with a submission.yaml" in told
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "mine.txt").write_text("mine")
    told = build(folder / "submissions", "--out", tmp_path / "site", exit_code=2)
    assert "is not empty and holds no site" in told
    (tmp_path / "site" / "leaderboard.json").write_text("{}")
    told = build(folder / "submissions", "--out", tmp_path / "site", exit_code=2)
    assert "holds 'mine.txt' beside a site" in told
    told = build(folder / "submissions", "--out", tmp_path / "other", exit_code=2)
    assert "chance: Refused" in told
    assert "Unknown suite" in told
    assert not (tmp_path / "other").exists()

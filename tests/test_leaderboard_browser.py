"""The leaderboard in a real browser: sorted, filtered and walked through by keys alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.cli import app
from benchmarks.submissions.writing import submit
from tests.browser import Page, browser
from tests.forging import honest_agent, honest_model
from tests.recordings import needs_browser

pytestmark = [pytest.mark.slow, needs_browser]

TOLD = {"licence": "CC0-1.0", "day": date(2026, 1, 2)}
FOCUSED = "document.activeElement.textContent.trim()"
HEADING = "document.querySelector('h3')?.textContent"

CONTRAST = """
(() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if ((parts(colour)[3] ?? 1) > 0) { return colour; }
    }
    return "rgb(255, 255, 255)";
  };
  const worst = [];
  for (const one of document.querySelectorAll("body *")) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !one.checkVisibility()) { continue; }
    const style = getComputedStyle(one);
    const ink = light(one.closest("svg") ? style.fill : style.color), paper = light(ground(one));
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (ratio < 4.5) { worst.push(`${one.textContent}: ${ratio}`); }
  }
  return worst;
})()
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a site of a model and of chance, on cards and on streets."""
    folder = tmp_path_factory.mktemp("site")
    suites = []
    for name in ("cards", "streets"):
        (folder / name).mkdir()
        run, suite = honest_model(folder / name, name)
        told = {**TOLD, "track": "stock", "suite_file": suite}
        submit(run, folder / "in" / f"{name}-toy", name="Toy", **told)  # type: ignore[arg-type]
        (folder / name / "chance").mkdir()
        run, _ = honest_agent(folder / name / "chance", name, "random")
        told["track"] = "reference"
        submit(run, folder / "in" / f"{name}-chance", name="Chance", **told)  # type: ignore[arg-type]
        suites += ["--suite-file", str(suite)]
    asked = ["leaderboard", "build", str(folder / "in"), "--out", str(folder / "site"), *suites]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output
    return folder / "site"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("browser")) as page:
        yield page


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until what is focused satisfies a script; it has to be reached."""
    for _ in range(100):
        page.press("Tab")
        if page.tell(wanted):
            return
    raise AssertionError(f"no Tab leads to {wanted}")


def first_entries(page: Page) -> list[str]:
    told = page.tell(
        "[...document.querySelectorAll('#cards table')[0].tBodies[0].rows]"
        ".filter((row) => row.checkVisibility()).map((row) => row.querySelector('a').textContent)"
    )
    assert isinstance(told, list)
    return told


def test_tables_are_sorted_and_filtered_by_keys(site: Path, page: Page) -> None:
    page.open((site / "index.html").as_uri())
    assert first_entries(page) == ["Toy", "Chance"]
    tab_to(page, f"document.activeElement.matches('#cards button') && {FOCUSED} === 'OOD'")
    assert page.tell("document.activeElement.parentElement.ariaSort") == "descending"
    page.press("Enter")
    assert page.tell("document.activeElement.parentElement.ariaSort") == "ascending"
    assert first_entries(page) == ["Chance", "Toy"]
    page.press("/", *"toy")
    assert first_entries(page) == ["Toy"]
    assert page.tell("document.getElementById('count').value") == "2 of 4 entries"
    assert page.tell("document.querySelectorAll('figure a:not(.off)').length") == 4
    assert page.errors == []


def test_an_entry_is_reached_and_its_episodes_are_walked_by_keys(site: Path, page: Page) -> None:
    page.open((site / "index.html").as_uri())
    tab_to(page, f"document.activeElement.matches('#streets a') && {FOCUSED} === 'Toy'")
    page.press("Enter")
    page.wait("location.pathname.endsWith('streets-toy.html') && !!document.querySelector('h3')")
    assert page.tell(HEADING) == "in 0wrong action"
    assert page.tell("scrollY") == 0
    step = page.tell("location.hash").split("/")[2]
    page.press("ArrowRight")
    assert page.tell("location.hash").split("/")[2] == str(int(step) + 1)
    page.press("j")
    page.wait(f"{HEADING}.startsWith('in 1')")
    assert page.tell("document.querySelectorAll('.map .route').length") == 1
    assert page.tell("document.querySelectorAll('.map circle.right').length") > 0
    tab_to(page, "document.activeElement.id === 'all'")
    page.press("ArrowRight")
    page.wait(f"{HEADING}.startsWith('in 2')")
    tab_to(page, f"document.activeElement.matches('nav a') && {FOCUSED}.startsWith('Leader')")
    page.press("Enter")
    page.wait("location.pathname.endsWith('index.html')")
    assert page.errors == []


def test_cards_are_drawn_and_failures_found(site: Path, page: Page) -> None:
    page.open((site / "entries" / "cards-toy.html").as_uri() + "#rule_ood/0")
    page.wait(f"!!{HEADING}")
    assert page.tell("scrollY") > 0
    assert page.tell("document.querySelectorAll('.card').length") == 4
    assert " of " in page.tell("document.querySelector('.card').ariaLabel")
    assert page.tell("document.querySelectorAll('pre').length") >= 1
    page.press("n")
    page.wait("[...document.querySelectorAll('h3 .wrong')].length === 1")
    index = json.loads(page.tell("JSON.stringify(location.hash)"))
    page.open((site / "entries" / "cards-toy.html").as_uri() + index)
    page.wait("[...document.querySelectorAll('h3 .wrong')].length === 1")
    assert page.errors == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", ["index", "entries/cards-toy", "entries/streets-toy"])
def test_pages_fit_and_can_be_read(site: Path, page: Page, name: str, dark: bool) -> None:
    for width in (400, 1400):
        page.open((site / f"{name}.html").as_uri(), width=width, dark=dark)
        if name != "index":
            page.wait(f"!!{HEADING}")
        page.tell("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        root = "document.documentElement"
        assert page.tell(f"{root}.scrollWidth - {root}.clientWidth") == 0
    assert page.tell(CONTRAST) == []
    unnamed = "svg:not([role], [aria-hidden]), [role=img]:not([aria-label]), img:not([alt])"
    assert page.tell(f"document.querySelectorAll('{unnamed}').length") == 0
    assert page.errors == []

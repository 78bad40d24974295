"""The documentation builds without a warning, is small, and reads well in a browser."""

from __future__ import annotations

import http.server
import os
import re
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.browser import browser
from tests.recordings import needs_browser

ROOT = Path(__file__).resolve().parent.parent
MEGABYTES, CPU_SECONDS, HIGHEST = 15, 120, 12_000
"""Of the site; of its build; and pixels of a page in a window 1400 wide."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("mkdocs") is None, reason="Needs the extra [docs]: `make docs`."),
]


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "site"
    before = cpu()
    told = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)]
    run = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True)
    assert (run.returncode, run.stdout + run.stderr) == (0, "")
    seconds = cpu() - before
    print(f"built in {seconds:.0f} CPU seconds, of {CPU_SECONDS}")
    assert seconds <= CPU_SECONDS
    return folder


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Serve the site, since the search of a site that is opened as a file finds nothing."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Quiet, directory=str(site))
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def pages(site: Path) -> list[str]:
    return sorted(str(page.parent.relative_to(site)) for page in site.rglob("index.html"))


def test_it_is_small(site: Path) -> None:
    size = sum(file.stat().st_size for file in site.rglob("*") if file.is_file()) / 1e6
    print(f"{size:.1f} MB, of {MEGABYTES}")
    assert size <= MEGABYTES


def test_no_page_shows_what_makes_it(site: Path) -> None:
    for page in site.rglob("index.html"):
        text = re.sub(r"<(pre|code|script)\b.*?</\1>", "", page.read_text("utf-8"), flags=re.S)
        assert not re.search(r"^:::|{{|```|\]\[", text, re.M), page


@needs_browser
def test_pages_fit_in_a_browser(site: Path, address: str, tmp_path: Path) -> None:
    heights, wrong = {}, []
    with browser(tmp_path) as page:
        for name in pages(site):
            for width, dark in ((1400, False), (1400, True), (400, False), (400, True)):
                page.open(address + name, width=width, dark=dark)
                wide, high = page.tell(
                    "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
                )
                if wide > width:
                    wrong.append(f"{name} is {wide} pixels wide in a window of {width}")
                if width == 1400:
                    heights[name] = high
                missing = page.tell(
                    "[...document.images].filter(each => each.complete && !each.naturalWidth)"
                    ".map(each => each.src)"
                )
                wrong += [f"{name} lacks {each}" for each in missing]
                scheme = page.tell(
                    "getComputedStyle(document.body).getPropertyValue('color-scheme')"
                )
                if scheme.strip() != ("dark" if dark else "light"):
                    wrong.append(f"{name} is {scheme} where dark is {dark}")
        wrong += page.errors
    name = max(heights, key=heights.__getitem__)
    print(f"the highest of {len(heights)} pages is {name}, {heights[name]} pixels, of {HIGHEST}")
    wrong += [f"{each} is {high} pixels high" for each, high in heights.items() if high > HIGHEST]
    assert not wrong, "\n".join(wrong)

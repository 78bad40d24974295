"""Reads recordings back: moving pictures, and pages with a real browser, where there is one."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))),
    None,
)
needs_browser = pytest.mark.skipif(
    BROWSER is None, reason="No Chromium in the path: install it, as Debian's package chromium."
)


def browse(page: Path, *options: str, hash: str = "") -> str:
    """Return what a headless browser says of a page."""
    assert BROWSER is not None
    run = subprocess.run(
        [
            BROWSER,
            *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
            *("--hide-scrollbars", "--force-device-scale-factor=1", "--window-size=1000,1400"),
            f"--user-data-dir={page.parent / 'profile'}",
            *options,
            f"{page.as_uri()}{hash}",
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return run.stdout


def sections(dom: str) -> list[str]:
    """Return the steps of a recording, as HTML."""
    return re.findall(r"<section.*?</section>", dom, re.DOTALL)


def read_gif(
    path: Path, moments: int, size: tuple[int, int], milliseconds: int
) -> list[NDArray[np.int64]]:
    """Return the frames of a GIF: one a moment, in a loop, the last three times as long."""
    frames, shown = [], []
    with Image.open(path) as image:
        assert (image.size, image.info["loop"]) == (size, 0)
        for number in range(image.n_frames):
            image.seek(number)
            frames.append(np.asarray(image.convert("RGB")).astype(np.int64))
            shown.append(image.info["duration"])
    assert shown == [milliseconds] * (moments - 1) + [3 * milliseconds]
    return frames

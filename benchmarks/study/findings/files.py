"""Where the pages and pictures of findings lie."""

from __future__ import annotations

from pathlib import Path

PAGE = Path("docs/findings.md")
BY_SETTING = Path("docs/findings-by-setting.md")
IN_FULL = Path("docs/findings-in-full.md")
TABLED = (Path("README.md"), Path("docs/index.md"))
"""Pages that have a sentence and a table of findings among other things."""

WRITTEN = (PAGE, BY_SETTING, IN_FULL, *TABLED)
FIGURE = Path("docs/images/findings.png")


def looks_figure(folder: str) -> Path:
    """Return where the picture of a published study's success by severity of the look lies."""
    return FIGURE.with_name(f"looks-{folder}.png")


def measures_figure(folder: str) -> Path:
    """Return where the picture of what was measured of a published study's weights lies."""
    return FIGURE.with_name(f"measures-{folder}.png")

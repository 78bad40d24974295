"""HTML from templates, in which all text is escaped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from shiftgym.sanitize import for_html


def templates(*folders: Path) -> Environment:
    """Return the templates of folders, of equal names the first.

    What they show is text of others, unless it is Markup.
    """
    return Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_text,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _text(value: Any) -> Any:
    return value if isinstance(value, Markup) else Markup(for_html(value))

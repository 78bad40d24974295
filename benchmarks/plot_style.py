"""How pictures of results look, on light and on dark pages, and the files that they become."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shiftgym.atomic import write_atomically
from shiftgym.sanitize import for_terminal

TITLE_SIZE = 11
"""Points, of every title; all other text is one smaller."""


@dataclass(frozen=True)
class Theme:
    """Colours of a picture.

    Attributes:
        suffix: of its files' names.
        arms: of "init", "sft" and "rl": told apart by every kind of colour vision.
        warning: of the title of an unfinished run.
    """

    suffix: str
    ground: str
    ink: str
    pale: str
    grid: str
    arms: Mapping[str, str]
    warning: str

    def settings(self) -> dict[str, Any]:
        """Return Matplotlib's settings."""
        inks = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
        return {
            **dict.fromkeys(inks, self.ink),
            **dict.fromkeys(("figure.facecolor", "savefig.facecolor"), self.ground),
            **dict.fromkeys(("axes.titlesize", "figure.titlesize"), TITLE_SIZE),
            "font.size": TITLE_SIZE - 1,
            "axes.facecolor": self.ground,
            "grid.color": self.grid,
            "pdf.fonttype": 42,  # text stays text, as journals ask
            "svg.fonttype": "none",
            "svg.hashsalt": "shiftgym",  # the same picture is the same bytes
        }


LIGHT = Theme(
    suffix="",
    ground="#ffffff",
    ink="#222222",
    pale="#666666",
    grid="#dddddd",
    arms=MappingProxyType({"init": "#777777", "sft": "#d95f02", "rl": "#1f5fa8"}),
    warning="#b00020",
)
DARK = Theme(
    suffix="-dark",
    ground="#15191f",
    ink="#e4e6ea",
    pale="#a2a8b3",
    grid="#343a44",
    arms=MappingProxyType({"init": "#a2a8b3", "sft": "#ff9d4d", "rl": "#6cb0ff"}),
    warning="#ff7b8a",
)

FILES = ((LIGHT, ("png", "pdf", "svg")), (DARK, ("png", "svg")))
"""Themes that a picture is drawn in, and the kinds of files of each."""

LIGHT_PNG = ((LIGHT, ("png",)),)
"""One file, for a page that shows many pictures."""

MARKERS: Mapping[str, str] = MappingProxyType({"init": "D", "sft": "s", "rl": "o"})
"""Of the arms; those of SFT are hollow, so that it is told from RL in grey print too."""


def arm_style(theme: Theme, arm: str) -> dict[str, Any]:
    """Return how the line and the markers of an arm look."""
    colour = theme.arms[arm]
    return {
        "color": colour,
        "marker": MARKERS[arm],
        "markersize": 5.0,
        "markerfacecolor": theme.ground if arm == "sft" else colour,
        "markeredgecolor": colour,
        "lw": 1.7,
    }


def plain_axes(panel: Axes) -> None:
    """Leave of a panel's frame and grid what is read."""
    panel.grid(axis="y", lw=0.7)
    panel.set_axisbelow(True)
    panel.spines[["top", "right"]].set_visible(False)


def label(text: str) -> str:
    """Return text for Matplotlib, which would take what stands between dollars for mathematics."""
    return for_terminal(text).replace("$", r"\$")


def write_figure(
    draw: Callable[[Theme], Figure],
    path: Path,
    *,
    dpi: int = 160,
    files: Sequence[tuple[Theme, Sequence[str]]] = FILES,
) -> None:
    """Write a picture, by default as PNG, PDF and SVG, and as PNG and SVG for dark pages.

    Args:
        draw: makes the picture, with Matplotlib's settings set.
        path: of the PNG file; the others lie beside it, such as "curves-dark.svg".
        dpi: of the PNG files.
        files: themes, and the kinds of files of each.
    """
    matplotlib.use("agg")
    for theme, kinds in files:
        with matplotlib.rc_context(theme.settings()):
            figure = draw(theme)
            for kind in kinds:
                _save(figure, path.with_name(f"{path.stem}{theme.suffix}.{kind}"), dpi)


def drawn_as_svg(draw: Callable[[Theme], Figure], theme: Theme) -> bytes:
    """Return a picture as SVG whose letters are outlines, so that no reader needs its fonts."""
    matplotlib.use("agg")
    with matplotlib.rc_context({**theme.settings(), "svg.fonttype": "path"}):
        picture = io.BytesIO()
        draw(theme).savefig(picture, format="svg", metadata={"Date": None})
    return picture.getvalue()


def _save(figure: Figure, path: Path, dpi: int) -> None:
    """Write a file, whole or not at all, and without the date, so that equal pictures are equal."""
    date = {".pdf": "CreationDate", ".svg": "Date"}.get(path.suffix)
    picture = io.BytesIO()
    figure.savefig(
        picture, format=path.suffix[1:], dpi=dpi, metadata=None if date is None else {date: None}
    )
    write_atomically(path, picture.getvalue())

"""An episode as one HTML page that needs nothing else: the cards and what was done, by steps."""

from __future__ import annotations

import os
from pathlib import Path
from string import Template

from PIL import Image

from gp_env.replay.recording import Moment, Recording
from shiftgym.recordings import page
from shiftgym.recordings.colours import painted, spread
from shiftgym.sanitize import for_html

_COLOURS = 128
"""Of a table, where so many are enough."""

_STYLE = """\
.cards { margin: .5rem 0; } .cards img { width: 100%; display: block; }
.formula { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }
@media (min-width: 50rem) { .cards { float: left; width: 26rem; margin-right: 1.5rem; }
  main { display: flow-root; } footer { clear: both; } }
"""

_TABLE = Template('<figure class="cards"><img alt="$cards" src="$table"></figure>')

_SEEN = Template("""\
<p class="formula"><span class="where">Make $target:</span> $formula</p>
<p class="where">$before$left</p>
""")


def write_page(recording: Recording, path: str | os.PathLike[str]) -> None:
    """Write an episode as one file of HTML, in which arrow keys, a slider and a button lead on.

    Args:
        recording: of the episode.
        path: of the file; `#7` behind its address opens step 7.

    Raises:
        OSError: where the file cannot be written.
    """
    Path(path).write_text(draw_page(recording), encoding="utf-8")


def draw_page(recording: Recording) -> str:
    """Return the page of `write_page` as text."""
    table = Image.fromarray(recording.table)
    few = painted(table, spread(table, _COLOURS))
    # Plain tables are small as drawings, grainy ones as photographs.
    urls = page.png_url(few), page.jpeg_url(table)
    return page.draw_page(
        recording,
        list(map(_section, recording.moments)),
        opening=_TABLE.substitute(cards=for_html(recording.title), table=min(urls, key=len)),
        style=_STYLE,
    )


def _section(moment: Moment) -> str:
    scene = moment.scene
    outcome = scene.outcome.replace("_", " ")
    before = f"Before: {scene.previous}, {outcome}. " if scene.previous else f"Before: {outcome}. "
    seen = _SEEN.substitute(
        target=scene.target,
        formula=for_html(scene.formula) or "…",
        before=for_html(before) if scene.outcome != "none" else "",
        left=f"Attempts left: {scene.attempts_left}.",
    )
    return page.section(moment, seen)

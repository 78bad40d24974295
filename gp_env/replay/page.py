"""An episode as one HTML page that needs nothing else: the cards and what was done, by steps."""

from __future__ import annotations

from string import Template

from PIL import Image

from gp_env.render import result_of
from gp_env.replay.recording import Moment, Recording
from gp_env.verifier import OUTCOME_NAMES, Outcome
from gp_env.worth import printed
from shiftgym.recordings import page
from shiftgym.recordings.colours import painted, spread
from shiftgym.sanitize import for_html

_COLOURS = 128
"""Of a table, where so many are enough."""

_STYLE = """\
.cards { margin: .5rem 0; } .cards img { width: 100%; display: block; }
.formula { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }
@media (min-width: 50rem) { .cards { float: left; width: 26rem; margin-right: 1.5rem; }
  main { display: flow-root; } .about, footer { clear: both; } }
"""

_TABLE = Template('<figure class="cards"><img alt="$cards" src="$table"></figure>')

_SEEN = Template("""\
<p class="formula"><span class="where">Make $target:</span> $formula</p>
<p class="where">$before$left</p>
""")


def _cards(recording: Recording) -> str:
    table = Image.fromarray(recording.table)
    few = painted(table, spread(table, _COLOURS))
    # Plain tables are small as drawings, grainy ones as photographs.
    urls = page.png_url(few), page.jpeg_url(table)
    return _TABLE.substitute(cards=for_html(recording.title), table=min(urls, key=len))


def _section(moment: Moment) -> str:
    scene = moment.scene
    colour = "correct" if scene.outcome == Outcome.CORRECT else "bad"
    if scene.is_over:
        formula = f'<span class="{colour}">{for_html(result_of(scene))}</span>'
        before = ""
    else:
        formula = for_html(printed(scene.formula)) or "…"
        tried = scene.outcome != OUTCOME_NAMES[0]
        outcome = scene.outcome.replace("_", " ")
        before = f"Before: {result_of(scene)} {outcome}. " if tried else ""
    seen = _SEEN.substitute(
        target=scene.target,
        formula=formula,
        before=for_html(before),
        left=f"Attempts left: {scene.attempts_left}.",
    )
    return page.section(moment, seen)


write_page = page.PageWriter(_section, _STYLE, above=_cards).write

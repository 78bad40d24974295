"""An episode as one HTML page that needs nothing else: views, map and dialogue, step by step."""

from __future__ import annotations

from string import Template

from PIL import Image

from shiftgym.recordings import page
from shiftgym.recordings.colours import commonest, painted
from shiftgym.sanitize import for_html
from virl_env.map_picture import COLOURS as MAP_COLOURS
from virl_env.replay.recording import Moment, Recording

_COLOURS = 96
"""Of a map: streets, the route and letters have few."""

_STYLE = """\
.views span { position: absolute; padding: 0 .4rem; background: #181a1ecc; color: #ecece6;
  font-size: .8rem; border-radius: .2rem; transform: translateX(-50%); }
.line { font-size: 1.15rem; margin: .5rem 0 0; } .where { margin: 0; }
"""

_SEEN = Template("""\
<div class="seen">
<figure class="views"><img alt="what is seen: front, right, back, left" src="$views">\
<span style="left:25%;top:.4rem">front</span><span style="left:75%;top:.4rem">right</span>\
<span style="left:25%;top:51%">back</span><span style="left:75%;top:51%">left</span></figure>
<figure><img alt="map of the route" src="$map"></figure>
</div>
<p class="line">$now</p>
<p class="where">$where</p>
""")


def _lines(recording: Recording) -> str:
    lines = "".join(f"<li>{for_html(line)}</li>" for line in recording.instructions)
    return f'<ol id="lines">{lines}</ol>'


def _section(moment: Moment) -> str:
    latitude, longitude = moment.geocode
    plan = Image.fromarray(moment.map)
    seen = _SEEN.substitute(
        views=page.jpeg_url(Image.fromarray(moment.views)),
        map=page.png_url(painted(plan, [*MAP_COLOURS, *commonest(plan, _COLOURS)])),
        now=for_html(f"{moment.line + 1}. {moment.instruction}"),
        where=f"{latitude:.6f}, {longitude:.6f}, heading {moment.heading}°",
    )
    return page.section(moment, seen, moment.line)


write_page = page.PageWriter(_section, _STYLE, below=_lines).write

"""An episode as one HTML page that needs nothing else: views, map and dialogue, step by step."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Iterator
from html import escape
from pathlib import Path
from string import Template

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from virl_env.map_picture import COLOURS as MAP_COLOURS
from virl_env.replay.colours import commonest, painted
from virl_env.replay.recording import Moment, Recording

_QUALITY = 82
_LONG = 600
"""Characters of what is told from which on it is folded up."""

_COLOURS = 96
"""Of a map: streets, the route and letters have few."""

_PAGE = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
:root { --ground: #fbfaf7; --ink: #22242a; --pale: #6b6d72; --line: #dcd9d0; --mark: #1f5fa8;
  --right: #2c7a3f; --wrong: #b3391f; }
@media (prefers-color-scheme: dark) { :root { --ground: #181a1e; --ink: #ecece6; --pale: #a0a2a6;
  --line: #3a3d44; --mark: #7fb2ec; --right: #78c882; --wrong: #eb6e5a; } }
body { margin: 0 auto; padding: 1rem; max-width: 82rem; background: var(--ground);
  color: var(--ink); font: 16px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.3rem; margin: 0 0 .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .5rem 0; }
dt { color: var(--pale); } dd { margin: 0; }
ol { margin: .5rem 0; padding-left: 1.6rem; } li.now { color: var(--mark); font-weight: 600; }
nav { position: sticky; top: 0; display: flex; gap: .6rem; align-items: center; padding: .5rem 0;
  background: var(--ground); border-bottom: 1px solid var(--line); }
nav[hidden] { display: none; } nav input { flex: 1; }
button { font: inherit; padding: .1rem .7rem; }
section { padding: .8rem 0; border-bottom: 1px solid var(--line); }
section[hidden] { display: none; }
.seen { display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; }
.seen figure { margin: 0; position: relative; } .seen img { width: 100%; display: block; }
.views span { position: absolute; padding: 0 .4rem; background: #181a1ecc; color: #ecece6;
  font-size: .8rem; }
@media (max-width: 50rem) { .seen { grid-template-columns: 1fr; } }
summary { color: var(--pale); cursor: pointer; }
.said { white-space: pre-wrap; overflow-wrap: anywhere; margin: .4rem 0; padding: .4rem .7rem;
  border-left: 3px solid var(--line); }
.done { border-color: var(--mark); } .correct { color: var(--right); } .bad { color: var(--wrong); }
footer, .where { color: var(--pale); font-size: .85rem; }
</style>
</head>
<body>
<h1>$title</h1>
<dl>$facts</dl>
<ol id="instructions">$instructions</ol>
<nav hidden><button id="back" title="left arrow key">&#8592;</button>
<button id="play">play</button><button id="on" title="right arrow key">&#8594;</button>
<input id="at" type="range" min="1" max="$count" value="1" aria-label="step">
<output id="count"></output></nav>
<main>
$moments</main>
<footer>$credit</footer>
<script>
// Without this, all steps stand one below the other.
const moments = [...document.querySelectorAll("section")];
const lines = [...document.querySelectorAll("#instructions li")];
const byId = (id) => document.getElementById(id);
let at = 0, timer = null;
function show(number) {
  at = Math.max(0, Math.min(moments.length - 1, number));
  moments.forEach((moment, index) => { moment.hidden = index !== at; });
  lines.forEach((line, index) => {
    line.classList.toggle("now", index === Number(moments[at].dataset.line));
  });
  byId("at").value = at + 1;
  byId("count").value = (at + 1) + " / " + moments.length;
}
function stop() { clearInterval(timer); timer = null; byId("play").textContent = "play"; }
function play() {
  if (timer) { stop(); return; }
  if (at === moments.length - 1) { show(0); }
  byId("play").textContent = "stop";
  timer = setInterval(() => { show(at + 1); if (at === moments.length - 1) { stop(); } }, 800);
}
byId("back").onclick = () => { stop(); show(at - 1); };
byId("on").onclick = () => { stop(); show(at + 1); };
byId("play").onclick = play;
byId("at").oninput = () => { stop(); show(byId("at").value - 1); };
document.addEventListener("keydown", (event) => {
  if (event.target === byId("at")) { return; }
  if (event.key === "ArrowLeft") { stop(); show(at - 1); }
  if (event.key === "ArrowRight") { stop(); show(at + 1); }
});
document.querySelector("nav").hidden = false;
const asked = Number(location.hash.slice(1));
show(asked > 0 ? asked - 1 : 0);
</script>
</body>
</html>
""")

_MOMENT = Template("""\
<section data-line="$line">
<div class="seen">
<figure class="views"><img alt="what is seen: front, right, back, left" src="$views">\
<span style="left:0;top:0">front</span><span style="left:50%;top:0">right</span>\
<span style="left:0;top:50%">back</span><span style="left:50%;top:50%">left</span></figure>
<figure><img alt="map of the route" src="$map"></figure>
</div>
<p class="where">$where</p>
$said</section>
""")


def write_page(recording: Recording, path: str | os.PathLike[str]) -> None:
    """Write an episode as an HTML page.

    Everything is in the one file. Arrow keys, a slider and a button step through it; `#7` behind
    its address opens step 7.

    Args:
        recording: of the episode.
        path: of the file.

    Raises:
        OSError: where the file cannot be written.
    """
    Path(path).write_text(draw_page(recording), encoding="utf-8")


def draw_page(recording: Recording) -> str:
    """Return the page of `write_page` as text."""
    facts = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>"
        for name, value in recording.facts.items()
    )
    return _PAGE.substitute(
        title=escape(recording.title),
        facts=facts,
        instructions="".join(f"<li>{escape(line)}</li>" for line in recording.instructions),
        count=len(recording.moments),
        moments="".join(_section(moment) for moment in recording.moments),
        credit=escape(recording.credit),
    )


def _section(moment: Moment) -> str:
    latitude, longitude = moment.geocode
    return _MOMENT.substitute(
        line=moment.line,
        views=_data_url(moment.views, "JPEG"),
        map=_data_url(moment.map, "PNG"),
        where=f"{latitude:.6f}, {longitude:.6f}, heading {moment.heading}°",
        said="".join(_said(moment)),
    )


def _said(moment: Moment) -> Iterator[str]:
    if moment.told:
        said = f'<div class="said told">{escape(moment.told)}</div>\n'
        # A full prompt would push the answer out of sight.
        is_long = len(moment.told) > _LONG
        yield f"<details><summary>prompt</summary>{said}</details>\n" if is_long else said
    if not moment.done:
        return
    yield f'<div class="said done">{escape(moment.done)}</div>\n'
    if moment.outcome != "none":
        kind = "correct" if moment.outcome == "correct" else "bad"
        outcome = escape(moment.outcome.replace("_", " "))
        yield f'<p class="{kind}">{outcome}, reward {moment.reward:+g}</p>\n'


def _data_url(picture: NDArray[np.uint8], form: str) -> str:
    image, file = Image.fromarray(picture), io.BytesIO()
    if form == "JPEG":
        image.save(file, form, quality=_QUALITY)
    else:
        painted(image, [*MAP_COLOURS, *commonest(image, _COLOURS)]).save(file, form, optimize=True)
    encoded = base64.b64encode(file.getvalue()).decode("ascii")
    return f"data:image/{form.lower()};base64,{encoded}"

"""An episode as one HTML page that needs nothing else, a step of it at a time."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any, Generic, TypeVar

from PIL import Image

from shiftgym.recordings.recording import Moment, Recording
from shiftgym.sanitize import for_html

R = TypeVar("R", bound=Recording[Any])

_QUALITY = 82
_LONG = 600
"""Characters of what is told from which on it is folded up."""

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
@media (max-width: 50rem) { .seen { grid-template-columns: 1fr; } }
summary { color: var(--pale); cursor: pointer; } .about { margin: .5rem 0; }
.said { white-space: pre-wrap; overflow-wrap: anywhere; margin: .4rem 0; padding: .4rem .7rem;
  border-left: 3px solid var(--line); }
.done { border-color: var(--mark); } .correct { color: var(--right); } .bad { color: var(--wrong); }
footer, .where { color: var(--pale); font-size: .85rem; }
$style</style>
</head>
<body>
<h1>$title</h1>
$above
<nav hidden><button id="back" title="left arrow key">&#8592;</button>
<button id="play">play</button><button id="on" title="right arrow key">&#8594;</button>
<input id="at" type="range" min="1" max="$count" value="1" aria-label="step">
<output id="count"></output></nav>
<main>
$moments</main>
$below
<details class="about"><summary>rule and episode</summary><dl>$facts</dl></details>
<footer>$credit</footer>
<script>
// Without this, all steps stand one below the other.
const moments = [...document.querySelectorAll("section")];
const lines = [...document.querySelectorAll("#lines li")];
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


@dataclass(frozen=True)
class PageWriter(Generic[R]):
    """Writes the recordings of a task as HTML pages.

    Attributes:
        section: returns the HTML of each step, as `section` makes it.
        style: CSS of what this task alone shows.
        above, below: return the HTML that stands above and below the steps. A list in it with the
            id "lines" has the line that a step names marked.
    """

    section: Callable[[Any], str]
    style: str
    above: Callable[[R], str] = lambda _: ""
    below: Callable[[R], str] = lambda _: ""

    def write(self, recording: R, path: str | os.PathLike[str]) -> None:
        """Write an episode as an HTML page through which arrow keys, a slider and a button lead.

        Args:
            recording: of the episode.
            path: of the file, which needs no other; `#7` behind its address opens step 7.

        Raises:
            OSError: where the file cannot be written.
        """
        Path(path).write_text(self.draw(recording), encoding="utf-8")

    def draw(self, recording: R) -> str:
        """Return the page of `write` as text."""
        return _PAGE.substitute(
            title=for_html(recording.title),
            facts="".join(
                f"<dt>{for_html(name)}</dt><dd>{for_html(value)}</dd>"
                for name, value in recording.facts.items()
            ),
            above=self.above(recording),
            below=self.below(recording),
            count=len(recording.moments),
            moments="".join(map(self.section, recording.moments)),
            credit=for_html(recording.credit),
            style=self.style,
        )


def section(moment: Moment, seen: str, line: int = 0) -> str:
    """Return a step as HTML: what is seen, then what was told, was done, and came of it.

    Args:
        moment: the step.
        seen: HTML.
        line: of the list of lines, from 0, that the step follows.
    """
    return f'<section data-line="{line}">\n{seen}{"".join(_said(moment))}</section>\n'


def _said(moment: Moment) -> Iterator[str]:
    if moment.told:
        said = f'<div class="said told">{for_html(moment.told, multiline=True)}</div>\n'
        # A full prompt would push the answer out of sight.
        is_long = len(moment.told) > _LONG
        yield f"<details><summary>prompt</summary>{said}</details>\n" if is_long else said
    if not moment.done:
        return
    yield f'<div class="said done">{for_html(moment.done, multiline=True)}</div>\n'
    if moment.outcome != "none":
        kind = "correct" if moment.outcome == "correct" else "bad"
        outcome = for_html(moment.outcome.replace("_", " "))
        yield f'<p class="{kind}">{outcome}, reward {moment.reward:+g}</p>\n'


def jpeg_url(picture: Image.Image) -> str:
    """Return a picture of many colours as a URL that holds it."""
    return _url(picture, "JPEG", quality=_QUALITY)


def png_url(picture: Image.Image) -> str:
    """Return a drawing of few colours, mode "P", as a URL that holds it."""
    return _url(picture, "PNG", optimize=True)


def _url(picture: Image.Image, form: str, **keywords: int) -> str:
    file = io.BytesIO()
    picture.save(file, form, **keywords)
    encoded = base64.b64encode(file.getvalue()).decode("ascii")
    return f"data:image/{form.lower()};base64,{encoded}"

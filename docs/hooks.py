"""Fills the marks of the pages from the packages themselves, so that they cannot fall behind.

A mark is a comment, `<!-- table NAME -->` or `<!-- environment ID -->`, with what it is filled with
up to `<!-- end -->`. Tables and dialogues stand in the pages, so that they are read in the
repository too: `python docs/hooks.py` writes them. Docstrings are filled in on the site alone, and
so is what the names in the reference stand for. Examples that a page lists are opened on the site
in place; in the repository their links lead to the files.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import gymnasium as gym

import gp_env
import gp_env.observe
import gp_env.verifier
import virl_env
import virl_env.observe
import virl_env.verifier
from virl_env.maps.tags import KINDS
from virl_env.views.state import STATE_FIELDS, STATE_LAYOUT
from virl_env.world.city import CATEGORIES
from virl_env.world.plans import PLANS
from virl_env.world.synthetic import UNSEEN_CITIES

DOCS = Path(__file__).parent
MARK = re.compile(r"(<!-- (table|environment) (\S+) -->\n)(.*?)(^<!-- end -->$)", re.M | re.S)
ENTRY = re.compile(r"^- `([\w.]+)`$", re.M)
"""A name in a page of the reference, which mkdocstrings documents."""

TO_EXAMPLE = re.compile(r"\]\(examples/([\w.]+)\)")
EXAMPLE = re.compile(r"^- \[`([\w.]+)`\]\(#\1\): (.+)$", re.M)
"""A file of docs/examples in a list of them, and what it is, once links lead to it on the page."""

PICTURE = re.compile(r"!\[([^\]]*)\]\(((?:\.\./)?images/([\w-]+)\.png)\)")

PAGES = {
    f"{task}{interface}-v0": f"{page}{interface.lower()}.md"
    for task, page in (("GeneralPoints", "general-points"), ("VIRLNavigation", "virl-navigation"))
    for interface in ("", "-Image", "-Text")
}
"""The page in docs/environments of each interface, by the id that has no shift."""


def table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """Return a table in Markdown."""
    lines = (head, ("---",) * len(head), *rows)
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def layout(fields: Mapping[str, slice], counts: Any) -> str:
    """Return a row for each field of an observation: where it lies and how high it counts."""
    rows = []
    for name, where in fields.items():
        last = where.stop - 1
        span = str(last) if where.start == last else f"{where.start} to {last}"
        highest = " or ".join(map(str, sorted({int(count) - 1 for count in counts[where]})))
        rows.append((f"`{name}`", span, f"0 to {highest}"))
    return table(("field", "positions", "values"), rows)


def outcomes(of: Any) -> str:
    """Return a row for each outcome, in the order in which they are tried."""
    rows = [
        (each.code, f"`{each}`", f"{each.reward:+g}", each.message.format(target=24))
        for each in of.OUTCOMES
    ]
    return table(("code", "outcome", "reward", "what is answered"), rows)


def cities() -> str:
    """Return a row for each city that training never sees."""
    rows = [
        (f"`{name}`", f"`{spec.family}`", f"{spec.area:g}", spec.modelled_on)
        for name, spec in UNSEEN_CITIES.items()
    ]
    return table(("city", "family", "km²", "modelled on"), rows)


def families() -> str:
    """Return a row for each family of street plans."""
    rows = [(f"`{name}`", plan.__doc__) for name, plan in PLANS.items()]
    return table(("family", "plan"), rows)


def map_kinds() -> str:
    """Return a row for each category of places: the OpenStreetMap tags that become it."""
    found: dict[str, dict[str, list[str]]] = {category: {} for category in CATEGORIES}
    for key, kinds in KINDS.items():
        for value, category in kinds.items():
            found[category].setdefault(key, []).append(f"`{value}`")
    rows = [
        (category, "; ".join(f"`{key}` {', '.join(values)}" for key, values in tags.items()))
        for category, tags in found.items()
    ]
    return table(("category", "tags"), rows)


def dialogue(id: str) -> str:
    """Return the first prompt of an id, and a right reply to it."""
    env = gym.make(id)
    prompt, _ = env.reset(seed=0)
    reply = env.unwrapped.expert_action()  # type: ignore[attr-defined]
    _, reward, *_ = env.step(reply)
    said = f"The reply, for which it gets {reward:+g}"
    return (
        f'```text title="The prompt"\n{prompt.strip()}\n```\n\n```json title="{said}"\n{reply}\n```'
    )


TABLES: dict[str, Callable[[], str]] = {
    "gp_layout": lambda: layout(gp_env.observe.LAYOUT, gp_env.observe.FIELDS.space().nvec),
    "gp_outcomes": lambda: outcomes(gp_env.verifier),
    "gp_dialogue": lambda: dialogue("gp_env:GeneralPoints-Text-v0"),
    "virl_layout": lambda: layout(virl_env.observe.LAYOUT, virl_env.observe.FIELDS.space().nvec),
    "virl_state_layout": lambda: layout(STATE_LAYOUT, STATE_FIELDS.space().nvec),
    "virl_outcomes": lambda: outcomes(virl_env.verifier),
    "virl_dialogue": lambda: dialogue("virl_env:VIRLNavigation-Text-v0"),
    "cities": cities,
    "families": families,
    "map_kinds": map_kinds,
}


def environment(id: str) -> str:
    """Return the page of an interface: its class's docstring, with spaces and ids in tables."""
    package = virl_env if id.startswith("VIRL") else gp_env
    spec = gym.spec(id)
    told = inspect.getdoc(gym.envs.registration.load_env_creator(spec.entry_point)) or ""
    told = re.sub(
        r"## Registered Configurations\n(.*?)(?=^## )",
        lambda found: f"## Registered Configurations\n\n{_ids(found[1], package)}\n\n",
        told,
        flags=re.M | re.S,
    )
    return f"{_spaces(id, package)}\n\n{_linked(told, id)}"


def _spaces(id: str, package: Any) -> str:
    env = gym.make(f"{package.__name__}:{id}")
    copies = gym.spec(id).vector_entry_point
    made = f'`gymnasium.make("{package.__name__}:{id}")`'
    rows = [
        ("action space", _space(env.action_space)),
        ("observation space", _space(env.observation_space)),
        ("class", f"`{env.unwrapped.__class__.__module__}.{env.unwrapped.__class__.__name__}`"),
    ]
    return table(("made by", f"{made}, or `make_vec` for many" if copies else made), rows)


def _space(space: gym.Space[Any]) -> str:
    if isinstance(space, gym.spaces.Dict):
        return "`Dict` of " + ", ".join(f"`{name}`: {_space(part)}" for name, part in space.items())
    if isinstance(space, gym.spaces.Text):
        return f"`Text`, up to {space.max_length:,} characters"
    if isinstance(space, gym.spaces.Discrete):
        return f"`Discrete({space.n})`"
    return f"`{type(space).__name__}` of shape {space.shape}, {space.dtype}"


def _ids(listed: str, package: Any) -> str:
    """Return a row for each id: what the docstring says of it, and the keywords that it fixes."""
    fixed, rows = package.variants(), []
    for name, about in re.findall(r"^\* `([\w-]+)`: (.*?)(?=\n\*|\Z)", listed.strip(), re.M | re.S):
        keywords = ", ".join(f"`{key}={value!r}`" for key, value in fixed[name].items())
        rows.append((f"`{name}`", " ".join(about.split()), keywords or "none"))
    return table(("id", "what is played", "keywords that it fixes"), rows)


@cache
def _documented() -> frozenset[str]:
    pages = DOCS.glob("reference/*.md")
    return frozenset(name for page in pages for name in ENTRY.findall(page.read_text("utf-8")))


def _linked(text: str, id: str) -> str:
    """Return a docstring with links to what has an entry in the reference, or a page."""
    for other, page in PAGES.items():
        if other != id:
            name = other.removesuffix("-v0").replace("-", "") + "Env"
            text = text.replace(f"`{name}`", f"[`{name}`]({page})")
    names = _documented()
    return re.sub(
        r"(?<!\[)`([\w.]+)`(?!\])",
        lambda found: f"[`{found[1]}`][{found[1]}]" if found[1] in names else found[0],
        text,
    )


def fill(markdown: str, *, docstrings: bool = True) -> str:
    """Return a page with its marks filled."""

    def filled(found: re.Match[str]) -> str:
        mark, kind, name, _, end = found.groups()
        if kind == "environment" and not docstrings:
            return found[0]
        return f"{mark}\n{TABLES[name]() if kind == 'table' else environment(name)}\n\n{end}"

    return MARK.sub(filled, markdown)


def themed(markdown: str) -> str:
    """Return a page with a picture for dark colours beside each that has one."""

    def both(found: re.Match[str]) -> str:
        told, path, name = found.groups()
        if not (DOCS / "images" / f"{name}-dark.png").exists():
            return found[0]
        dark = path.replace(f"{name}.png", f"{name}-dark.png")
        return f"![{told}]({path}#only-light)\n![{told}]({dark}#only-dark)"

    return PICTURE.sub(both, markdown)


def opened(markdown: str) -> str:
    """Return a page that shows the code of the examples that it lists, where links lead to it."""

    def code(found: re.Match[str]) -> str:
        name, about = found.groups()
        text = (DOCS / "examples" / name).read_text("utf-8")
        return (
            f'<details class="example" id="{name}" markdown="1">\n'
            f"<summary><code>{name}</code>: {about}</summary>\n\n"
            f"```python\n{text}```\n\n</details>\n"
        )

    return EXAMPLE.sub(code, TO_EXAMPLE.sub(r"](#\1)", markdown))


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Fill the marks of a page of the site, and the entries of the reference."""
    if page.file.src_uri.startswith("reference/"):
        return ENTRY.sub(r"\n::: \1\n", markdown)
    return themed(opened(fill(markdown)))


if __name__ == "__main__":
    for path in DOCS.rglob("*.md"):
        before = path.read_text("utf-8")
        if (after := fill(before, docstrings=False)) != before:
            path.write_text(after, "utf-8")
            print(f"{path.relative_to(DOCS.parent)} written anew")

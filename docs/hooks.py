"""Fills the tables of the pages from the packages themselves, so that they cannot fall behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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


def table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """Return a table in Markdown."""
    lines = (head, ("---",) * len(head), *rows)
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def ids(variants: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a row for each registered id: what it fixes, as keywords."""
    rows = []
    for name, fixed in variants.items():
        keywords = ", ".join(f"`{key}={value!r}`" for key, value in fixed.items())
        rows.append((f"`{name}`", keywords or "nothing: every keyword has its default"))
    return table(("id", "what it fixes"), rows)


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


TABLES = {
    "gp_ids": ids(gp_env.variants()),
    "gp_layout": layout(gp_env.observe.LAYOUT, gp_env.observe.FIELDS.space().nvec),
    "gp_outcomes": outcomes(gp_env.verifier),
    "virl_ids": ids(virl_env.variants()),
    "virl_layout": layout(virl_env.observe.LAYOUT, virl_env.observe.FIELDS.space().nvec),
    "virl_state_layout": layout(STATE_LAYOUT, STATE_FIELDS.space().nvec),
    "virl_outcomes": outcomes(virl_env.verifier),
    "cities": cities(),
    "families": families(),
    "map_kinds": map_kinds(),
}


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put each table in the place of its mark, a line such as `{{ gp_ids }}`."""
    for name, text in TABLES.items():
        markdown = markdown.replace(f"{{{{ {name} }}}}", text)
    return markdown

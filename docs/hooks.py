"""Fills the tables of the pages from the package itself, so that they cannot fall behind it."""

from __future__ import annotations

from typing import Any

import gp_env
from gp_env.observe import LAYOUT, observation_space
from gp_env.verifier import MESSAGES, OUTCOMES, REWARDS


def ids() -> str:
    """Return a row for each registered id: what it fixes, as keywords."""
    rows = ["| id | what it fixes |", "|---|---|"]
    for name, fixed in gp_env.variants().items():
        keywords = ", ".join(f"`{key}={value!r}`" for key, value in fixed.items())
        rows.append(f"| `{name}` | {keywords or 'nothing: every keyword has its default'} |")
    return "\n".join(rows)


def layout() -> str:
    """Return a row for each field of an observation: where it lies and how high it counts."""
    rows = ["| field | positions | values |", "|---|---|---|"]
    counts = observation_space().nvec
    for name, where in LAYOUT.items():
        last = where.stop - 1
        span = str(last) if where.start == last else f"{where.start} to {last}"
        rows.append(f"| `{name}` | {span} | 0 to {counts[where.start] - 1} |")
    return "\n".join(rows)


def outcomes() -> str:
    """Return a row for each outcome, in the order in which they are tried."""
    rows = ["| code | outcome | reward | what the player hears |", "|---|---|---|---|"]
    for outcome in OUTCOMES:
        message = MESSAGES[outcome].format(target=24)
        rows.append(f"| {outcome.code} | `{outcome}` | {REWARDS[outcome]:+g} | {message} |")
    return "\n".join(rows)


TABLES = {"ids": ids, "layout": layout, "outcomes": outcomes}


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put each table in the place of its mark, a line such as `{{ ids }}`."""
    for name, table in TABLES.items():
        markdown = markdown.replace(f"{{{{ {name} }}}}", table())
    return markdown

"""What controls do to what was found, in words."""

from __future__ import annotations

from benchmarks.study.findings.quoted import Quoted
from benchmarks.study.names import ENDPOINT_NAMES
from benchmarks.study.overturned import EXPLAINS, NO_CONTROL, NOT_THERE, TURNS
from benchmarks.study.report.advice import starts_off_range
from benchmarks.study.report.tables import THE_HEADLINE, UNDECIDED


def uncontrolled(found: Quoted, topics: str = "abc") -> list[str]:
    """Return in which settings an endpoint is shown that no control was set against."""
    if found.controls is None:
        return []
    controlled = {row[0] for row in found.controls.rows}
    told = []
    for topic in topics:
        shown = dict.fromkeys(
            one.setting
            for one in found.contrasts
            if one.topic == topic and one.shift == "rule" and one.is_of_grid and one.is_firm
            if not one.seeds_awaited and not starts_off_range(one)
        )
        if left := [name for name in shown if name not in controlled]:
            name = ENDPOINT_NAMES[topic]
            told.append(
                f"No control was run in these cases with a lead in {name}: {'; '.join(left)}."
            )
        if topic == "b" and (late := [name for name in shown if name in controlled]):
            told.append(
                "Controls have one rate, so they are not compared with (b), a mean over rates. "
                f"(b) shows a lead in: {'; '.join(late)}."
            )
    return told


def by_controls(found: Quoted) -> list[str]:
    """Return in a sentence or two whether controls overturn what is found."""
    does: dict[tuple[str, str], set[str]] = {}
    if (table := found.controls) is not None:
        named, told = (table.header.index(name) for name in ("control", "what it does"))
        for row in table.rows:
            if row[named] not in (THE_HEADLINE, NO_CONTROL.control):
                does.setdefault((row[0], row[named]), set()).add(row[told])
    if not does:
        return []
    asked = [told for told in does.values() if told - {UNDECIDED, NOT_THERE}]
    overturn = sum(bool(told & {TURNS, EXPLAINS}) for told in asked)
    parts = ["Could another way of training explain a lead, or reverse it?"]
    if asked:
        parts.append(
            f"{_controls(len(asked))} had a lead to overturn, and {overturn or 'none'} did so."
        )
    if idle := len(does) - len(asked):
        parts.append(
            f"For {_controls(idle)} there was none, in the case or at the learning rate of "
            "controls, so they show nothing."
        )
    settings = "; ".join(dict.fromkeys(setting for setting, _ in does))
    parts += [f"They were run in: {settings}.", *uncontrolled(found, "a")]
    return [" ".join(parts)]


def _controls(count: int) -> str:
    return f"{count} control{'' if count == 1 else 's'}"

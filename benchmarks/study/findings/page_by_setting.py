"""The page of what was found setting by setting, and of what else was compared."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.significance import holm
from benchmarks.study.findings.beside import beside_the_answer
from benchmarks.study.findings.controls import by_controls
from benchmarks.study.findings.files import IN_FULL, PAGE
from benchmarks.study.findings.phrases import listed
from benchmarks.study.findings.quoted import Quoted
from benchmarks.study.findings.settings import settings
from benchmarks.study.findings.verdicts import easier_rules
from benchmarks.study.presets.declared import DECLARED
from benchmarks.study.presets.grid import RATES, rate_name
from benchmarks.study.report.advice import Advice, advice
from benchmarks.study.report.compute import DIFFERENT, METHOD, SPENT_AT_END
from benchmarks.study.report.contrasts import Contrast
from benchmarks.study.report.tables import RATES_AS_GOOD
from benchmarks.tables import Table

_WHEN = {"init": "before", "SFT": "after copying", "RL": "after reinforcement"}
"""What an agent's last training was, by the first word of an arm's name."""


def page_by_setting(found: Quoted) -> str:
    """Return docs/findings-by-setting.md."""
    said = advice(found.contrasts)
    parts = [
        "# Setting by setting",
        f"What stands behind [the answer]({PAGE.name}), in words and by the same command. "
        f"[All comparisons]({IN_FULL.name}) has the tests. Copying is SFT, reinforcement is RL.",
    ]
    if told := settings(said):
        parts += [
            "\n".join(f"- {one}" for one in told),
            "A way is called ahead, or about as good, only where a test over seeds alone agrees. "
            "[The glossary](glossary.md) has the terms.",
        ]
    beside = [*beside_the_answer(said), *_by_heart(found.trained_on), *by_controls(found)]
    if beside:
        parts += ["## What else was compared", "\n".join(f"- {told}" for told in beside)]
    if any(one.is_of_grid for one in found.contrasts):
        parts += [
            "## What to bear in mind",
            *_together(found.contrasts),
            *_spent(found.compute),
            *_easier(said),
            _at_the_edges(found.contrasts) + _close(found.choices),
            *_trained_on(found.trained_on),
        ]
    return "\n\n".join(parts) + "\n"


def _trained_on(table: Table | None) -> list[str]:
    """Return whether arms remember what they were taught, where that was measured."""
    if table is None:
        return []
    return [
        "## Learned by heart?",
        "Under the trained rule, an agent that only remembers answers is right on hands that it "
        "was taught and wrong on new ones. Under the other rule what it remembers is wrong.",
        table.markdown().rstrip(),
    ]


def _by_heart(table: Table | None) -> list[str]:
    """Return the rates of one setting of a table of `trained_on_table` in words.

    One with working counts before others: so the protocol has it.
    """
    if table is None:
        return []
    setting = max((row[0] for row in table.rows), key=lambda name: "with working" in name)
    told = {
        arm.split(" ")[0]: [cell.split(" [")[0] for cell in cells]
        for name, arm, *cells in table.rows
        if name == setting
    }
    taught, new = (
        listed([f"{told[arm][place]} % {when}" for arm, when in _WHEN.items() if arm in told])
        for place in (0, 1)
    )
    return [
        f"Is it learned by heart? Right under the trained rule, on hands that could be taught: "
        f"{taught}; on new hands: {new} ({setting}, at the end of training)."
    ]


def _together(contrasts: Sequence[Contrast]) -> list[str]:
    """Return how many declared tests stand corrected over all suites at once, where several are."""
    own = [
        one
        for one in contrasts
        if one.family == "declared" and one.shift == "rule" and one.is_of_grid and one.is_tested
    ]
    suites = {one.suite for one in own}
    if len(suites) < 2:
        return []
    tests = sum(DECLARED[suite].tests for suite in suites)
    p_values = holm([one.test.p_value for one in own], tests)
    found, all_in_all = sum(one.is_found for one in own), sum(p < 0.05 for p in p_values)
    told = f"The {tests} declared tests are corrected by Holm, suite by suite."
    if not found:
        return [f"{told} None is significant."]
    if found == 1:
        told += f" The one that is significant {'remains' if all_in_all else 'does not remain'} so"
    else:
        stay = "all" if all_in_all == found else all_in_all or "none"
        told += f" Of the {found} that are significant, {stay} remain so"
    return [f"{told} when all suites are corrected together."]


def _spent(table: Table | None) -> list[str]:
    """Return how far the compute of both methods is equal at the end, where it is known."""
    if table is None:
        return []
    method, end, different = map(table.header.index, (METHOD, SPENT_AT_END, DIFFERENT))
    known = [row for row in table.rows if row[end]]
    at_end = {
        name: sorted(float(row[end]) for row in known if row[method] == name)
        for name in ("SFT", "RL")
    }
    if not all(at_end.values()):
        return []
    most = max(known, key=lambda row: float(row[end]))
    way = {"SFT": "copying", "RL": "reinforcement"}[most[method]]
    count, _, of = most[different].partition(" of ")
    told = {
        name: " to ".join(dict.fromkeys(f"{share:.1f}" for share in (shares[0], shares[-1])))
        for name, shares in at_end.items()
    }
    return [
        f"Both methods are given the same compute, and stop at the first step that reaches it: at "
        f"the end copying has spent {told['SFT']} % of it, reinforcement {told['RL']} %. Most is "
        f"spent by {way} in {most[0]}; of its {of} points {count} are distinct "
        f"([compute]({IN_FULL.name}#compute))."
    ]


def _easier(said: Sequence[Advice]) -> list[str]:
    """Return in which settings the other rule is the easier one from the start."""
    names = easier_rules(said)
    if not names:
        return []
    return [
        "The other rule is not always the harder one. Before training, agents are right more often "
        f"under it than under the trained rule in {len(names)} of these settings: "
        f"{'; '.join(names)}."
    ]


def _at_the_edges(contrasts: Sequence[Contrast]) -> str:
    """Return for how many methods a rate was chosen beyond which none was tried."""
    chosen = [
        name.rpartition(" ")[2]
        for one in contrasts
        if one.topic == "a" and one.shift == "rule" and one.is_of_grid
        for name in (one.first, one.second)
    ]
    edges = {rate_name(RATES[0]), rate_name(RATES[-1])}
    count = sum(rate in edges for rate in chosen)
    return (
        f"Of the {len(chosen)} learning rates that validation chose, {count} "
        f"{'is' if count == 1 else 'are'} the smallest or the largest of the {len(RATES)} that "
        "were tried, so a better one may lie beyond."
    )


def _close(choices: Table | None) -> str:
    """Return in how many choices all rates are as good, "" where none is known."""
    if choices is None:
        return ""
    column = choices.header.index(RATES_AS_GOOD)
    told = [row[column].split(" of ") for row in choices.rows if row[column]]
    if not told:
        return ""
    close = sum(within == rates for within, rates in told)
    return (
        f" In {close} of {len(told)} choices, validation shows no other rate to be worse than the "
        "chosen one, so another sample could have chosen differently."
    )

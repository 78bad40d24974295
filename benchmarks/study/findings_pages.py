"""The pages of what was found, from the numbers in `results/quoted.json` alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks.significance import holm
from benchmarks.statistics import conditional
from benchmarks.study.in_words import (
    beside_the_answer,
    easier_rules,
    headline_words,
    paragraph,
    settings,
)
from benchmarks.study.overturned import EXPLAINS, NO_CONTROL, NOT_THERE, TURNS
from benchmarks.study.presets.declared import DECLARED
from benchmarks.study.presets.grid import RATES, rate_name
from benchmarks.study.quoted import Quoted
from benchmarks.study.report.advice import FINDINGS, Advice, advice, starts_off_range
from benchmarks.study.report.compute import DIFFERENT, METHOD, SPENT_AT_END
from benchmarks.study.report.contrast_tables import (
    compared_table,
    endpoints_table,
    settings_table,
)
from benchmarks.study.report.contrasts import Contrast
from benchmarks.study.report.tables import RATES_AS_GOOD, THE_HEADLINE, UNDECIDED
from benchmarks.suites import SUITES
from benchmarks.tables import Table

PAGE = Path("docs/findings.md")
IN_FULL = Path("docs/findings-in-full.md")
TABLED = (Path("README.md"), Path("docs/index.md"))
WRITTEN = (PAGE, IN_FULL, *TABLED)
FIGURE = Path("docs/images/findings.png")

MARKED = re.compile("(<!-- findings -->).*?(<!-- end of findings -->)", re.DOTALL)
"""Where pages have what is written of findings."""

_WHEN = {"init": "before", "SFT": "after copying", "RL": "after reinforcement"}
"""What an agent's last training was, by the first word of an arm's name."""


def looks_figure(folder: str) -> Path:
    """Return where the picture of a published study's success by severity of the look lies."""
    return FIGURE.with_name(f"looks-{folder}.png")


def measures_figure(folder: str) -> Path:
    """Return where the picture of what was measured of a published study's weights lies."""
    return FIGURE.with_name(f"measures-{folder}.png")


def written(path: Path, found: Quoted) -> str:
    """Return what one of `WRITTEN` has to say; pages of which findings are a part are read."""
    if path in TABLED:
        return with_findings(path.read_text("utf-8"), found)
    return page(found) if path == PAGE else page_in_full(found)


def page(found: Quoted) -> str:
    """Return docs/findings.md."""
    said = advice(found.contrasts)
    parts = [
        "# What was found",
        "Does an agent that imitates memorise its rule, and one that learns by reinforcement "
        "generalise? `python -m benchmarks.study.findings` writes this page from the rows in "
        "`results/`; no number on it is typed by hand.",
        "## In one paragraph",
        paragraph(said),
    ]
    beside = [*beside_the_answer(said), *_by_heart(found.trained_on), *_by_controls(found)]
    if beside:
        parts += ["What else was compared:", "\n".join(f"- {told}" for told in beside)]
    if any(one.is_of_grid for one in found.contrasts):
        parts += [
            "## In one table",
            settings_table(found.contrasts).markdown().rstrip(),
            *_together(found.contrasts),
            *_spent(found.compute),
            *_easier(said),
            _at_the_edges(found.contrasts) + _close(found.choices),
            *_trained_on(found.trained_on),
            "## In one figure",
            f"![What each point of training reaches under another rule, against the trained "
            f"rule](images/{FIGURE.name})",
            "The diamond is the init from which both methods start. Up is better under the other "
            "rule, right is better under the trained one; large marks are the last points. Thick "
            "lines are the mean over learning rates, with 95 % intervals at each point; thin ones "
            "are single rates.",
            "## Setting by setting",
            "\n".join(f"- {told}" for told in settings(said)),
            "Words call a way ahead, or about as good, only where a test over seeds alone says so "
            "too. [The glossary](glossary.md) has the terms.",
        ]
    parts.append(
        f"[All comparisons]({IN_FULL.name}) has every test, the controls, and where the rows are."
    )
    return "\n\n".join(parts) + "\n"


def page_in_full(found: Quoted) -> str:
    """Return docs/findings-in-full.md."""
    said = advice(found.contrasts)
    of_grids = any(one.is_of_grid for one in found.contrasts)
    parts = [
        "# All comparisons",
        f"The tests behind [what was found]({PAGE.name}), written by the same command.",
    ]
    if found.runs:
        parts += [
            "## Every endpoint",
            endpoints_table(_of_grids(found.contrasts)).markdown().rstrip(),
            "Points on the way are measured on fewer episodes than the init and the end, and an "
            "init's rate is that on the episodes that are compared, so it differs from row to row.",
        ]
    if found.choices is not None:
        parts += [
            "## What validation chose",
            "For each method the rate whose best point has the highest success on validation, and "
            "that point. Where several rates are as good, another sample of validation could have "
            "chosen otherwise.",
            found.choices.markdown().rstrip(),
        ]
    if found.compute is not None:
        parts += [
            "## Compute",
            "Both methods are given the same. An arm stops at the first step that reaches a point, "
            "and a step of reinforcement can be large.",
            found.compute.markdown().rstrip(),
        ]
    if of_grids and (others := [*filter(_is_of_last_point, found.contrasts)]):
        parts += [
            "## The last points of presets without validation",
            "They are corrected suite by suite as well; [the study](study.md) declared the last "
            "point beforehand, the protocol does not have them.",
            endpoints_table(others).markdown().rstrip(),
        ]
    if found.controls is not None:
        parts += [
            "## Controls",
            "Each trains another way from the same init, at one learning rate. Could one of them "
            "explain the difference, or turn it round?",
            found.controls.markdown().rstrip(),
            *_uncontrolled(found),
        ]
    if found.cities:
        parts += [
            "## One city left out",
            "Each seed trains in eight cities and is tested in one that nobody trained in, under "
            "the trained rule (`in`) and under the other one (`rule_ood`). The last column has "
            "intervals over cities and routes. [The protocol](protocol.md#street-navigation) calls "
            "this secondary.",
            *(table.markdown().rstrip() for table in found.cities),
        ]
    if found.columns:
        parts += [
            "## Column by column",
            "What each arm reaches on each column at its last point, with intervals: of the chosen "
            "arms of grids, of controls, and of presets that are neither. `in_train` and "
            "`ood_train` are of hands that the arms could be taught, under the trained rule and "
            "the other one; `all_5` to `told_compass` are "
            "[other prompts](suites.md#columns), under rules and in words that no arm is trained "
            "on. By the recipe "
            "`strict` of `full`, and of `quick` in images, no demonstration of the cards shows a "
            "value of the other rule. Policies with `retention` in their names have seen both "
            "rules. [The study](study.md) tells the columns.",
            *(
                "\n\n".join(table.markdown().rstrip() for table in tables)
                for tables in found.columns.values()
            ),
        ]
    if found.measured:
        parts += [
            "## Measured beside success",
            "What [the weights of each point](study.md#what-is-measured-beside-success) do beside "
            "one greedy attempt: of samples, with the right reading given, without the list of "
            "turns, and how far they have moved from the init. Figures are under another rule.",
            *(
                f"![Against compute](images/{measures_figure(folder).name})"
                + "".join(f"\n\n{table.markdown().rstrip()}" for table in tables)
                for folder, tables in found.measured.items()
            ),
        ]
    if found.looks:
        parts += [
            "## Other looks",
            "The init and both methods at their last point, as the pictures are shifted further "
            "from the plain look, from severity 0 to 5. These presets are not the grids: their "
            "methods have one learning rate each, not the same for both on the cards.",
            *(
                f"![By severity of the look](images/{looks_figure(folder).name})"
                f"\n\n{table.markdown().rstrip()}\n\n{_of_few(found, folder)}".rstrip()
                for folder, table in found.looks.items()
            ),
        ]
    if further := [one for one in said if _is_further(one, of_grids)]:
        parts += [
            "## What else was compared",
            "None of these is a declared test. They are corrected together, but for those of "
            "policies that have seen both rules, which are corrected by themselves. Learning "
            "rates and controls are compared at the last point.",
            *_tables(further),
        ]
    parts += [
        "## Where the rows are",
        "\n".join(
            f"- `results/{run.folder}`: `{run.command}`, {run.seeds} "
            f"seed{'s' if run.seeds > 1 else ''}."
            for run in found.runs
        )
        or "No study is published yet.",
        *_absent(found),
        "`python -m benchmarks report results/*/ --out FOLDER` makes the whole "
        "[report](study.md#the-report) of them: advice by shift, budget and data, controls, "
        "episodes, and what is [measured beside success]"
        "(study.md#what-is-measured-beside-success): the reading, pass@k, the divergence from the "
        "init. [The protocol](protocol.md) declares what is tested.",
    ]
    return "\n\n".join(parts) + "\n"


def with_findings(text: str, found: Quoted) -> str:
    """Return a page with what was found written anew: a sentence, and the table of settings."""
    words = headline_words(advice(found.contrasts))
    table = settings_table(found.contrasts).markdown()
    return MARKED.sub(lambda marks: f"{marks[1]}\n\n{words}\n\n{table}\n{marks[2]}", text)


def _trained_on(table: Table | None) -> list[str]:
    """Return whether arms remember what they were taught, where that was measured."""
    if table is None:
        return []
    return [
        "## Learned by heart?",
        "Under the trained rule an agent that remembers answers is right on hands that it was "
        "taught and wrong on new ones; under the other rule what it remembers is wrong.",
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
        [f"{told[arm][place]} % {when}" for arm, when in _WHEN.items() if arm in told]
        for place in (0, 1)
    )
    return [
        f"Is it learned by heart? Under the trained rule, of hands that could be taught "
        f"{', '.join(taught)} are right; of new ones {', '.join(new)} ({setting}, at the end of "
        "training)."
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
    return [
        f"Holm corrects the {tests} declared tests suite by suite. Of the {found} that are "
        f"significant so, {all_in_all} are where all suites are corrected together."
    ]


def _spent(table: Table | None) -> list[str]:
    """Return how far the compute of both methods is equal at the end, "" where none is known."""
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
    most = max((row for row in known if row[method] == "RL"), key=lambda row: float(row[end]))
    told = {
        name: " to ".join(dict.fromkeys(f"{share:.0f}" for share in (shares[0], shares[-1])))
        for name, shares in at_end.items()
    }
    return [
        f"Both methods are given the same compute, and stop at the first step that reaches it: at "
        f"the end copying has spent {told['SFT']} % of it, reinforcement {told['RL']} %. Most is "
        f"that of {most[0]}, whose steps are so large that {most[different]} points of "
        f"reinforcement are different ones ([all of them]({IN_FULL.name}#compute))."
    ]


def _easier(said: Sequence[Advice]) -> list[str]:
    """Return in which settings the other rule is the easier one from the start."""
    names = easier_rules(said)
    if not names:
        return []
    return [
        "The other rule need not be the harder one. Before training more is right under it than "
        f"under the trained rule in {len(names)} of these settings: {'; '.join(names)}."
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
        f"Of {len(chosen)} learning rates that validation chose {count} are the smallest or the "
        f"largest of the {len(RATES)} that were tried, so a better one may lie beyond."
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
        f" In {close} of {len(told)} choices validation shows the best point of no rate to be "
        "worse than the chosen one, so another sample could have chosen otherwise."
    )


def _uncontrolled(found: Quoted, topics: str = "abc") -> list[str]:
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
            told.append(f"No control was run where ({topic}) is shown: {'; '.join(left)}.")
        if topic == "b" and (late := [name for name in shown if name in controlled]):
            told.append(
                "Controls have one rate, and are not set against (b), a mean over rates. It is "
                f"shown in: {'; '.join(late)}."
            )
    return told


def _by_controls(found: Quoted) -> list[str]:
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
    several = len(does) > 1
    if asked:
        found_so = (
            f"{'were' if several else 'was'} run, and {overturn or 'none'} of {len(asked)} that "
            "had a lead to overturn did so"
        )
    else:
        found_so = f"had no lead to overturn at {'their' if several else 'its'} learning rate"
    settings = " and ".join(dict.fromkeys(setting for setting, _ in does))
    parts = [
        "Could another way of training explain a lead, or turn it round?",
        f"{len(does)} control{'s' if several else ''} {found_so} ({settings}).",
        *_uncontrolled(found, "a"),
    ]
    return [" ".join(parts)]


def _of_few(found: Quoted, folder: str) -> str:
    """Return what follows from the number of seeds of a folder, "" where they are enough."""
    return next((conditional(run.seeds) for run in found.runs if run.folder == folder), "")


def _of_grids(contrasts: Sequence[Contrast]) -> list[Contrast]:
    """Return those of grids, whose endpoints the protocol declares; all where there is no grid."""
    return [one for one in contrasts if one.is_of_grid] or list(contrasts)


def _is_of_last_point(one: Contrast) -> bool:
    """Return whether it is declared for a preset that is no grid."""
    return one.family == "declared" and one.shift == "rule" and not one.is_of_grid


def _is_further(one: Advice, of_grids: bool) -> bool:
    """Return whether it is out of distribution and no endpoint, which have tables of their own.

    Args:
        of_grids: whether a table is of the endpoints of grids alone.
    """
    contrast = one.contrast
    has_a_table = contrast.is_endpoint and (contrast.is_of_grid or not of_grids)
    return contrast.shift != "" and not has_a_table and not _is_of_last_point(contrast)


def _absent(found: Quoted) -> list[str]:
    known = {one.suite for one in found.contrasts}
    absent = [name for name in SUITES if name not in known]
    return [f"Nothing is published of {', '.join(absent)}."] if absent else []


def _tables(others: Sequence[Advice]) -> list[str]:
    """Return what was found of comparisons, what was not, and of what nothing follows."""
    off = [one for one in others if one.verdict in ("floor", "ceiling")]
    told = [one for one in others if one not in off]
    firm = [one for one in told if one.verdict in FINDINGS and one.contrast.is_firm]
    unsure = [one for one in told if one.contrast.is_found and not one.contrast.is_firm]
    parts = {
        "What was found": firm,
        "What the bootstrap found, and no test over seeds": unsure,
        "What is not decided": [one for one in told if one not in (*firm, *unsure)],
        "Of what nothing follows: the init, or all, are off the range that was declared": off,
    }
    return [compared_table(title, own).markdown().rstrip() for title, own in parts.items() if own]

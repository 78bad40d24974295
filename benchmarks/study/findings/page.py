"""The page of what was found, from the numbers in `results/quoted.json` alone."""

from __future__ import annotations

from benchmarks.study.findings.answer import paragraph
from benchmarks.study.findings.files import BY_SETTING, FIGURE, IN_FULL
from benchmarks.study.findings.quoted import Quoted
from benchmarks.study.report.advice import advice
from benchmarks.study.report.contrast_tables import settings_table


def page(found: Quoted) -> str:
    """Return docs/findings.md."""
    said = advice(found.contrasts)
    parts = [
        "# What was found",
        "Does an agent that imitates memorise its rule, and does one that learns by reinforcement "
        "generalise? `python -m benchmarks.study.findings` writes this page from the rows in "
        "`results/`; no number on it is typed by hand.",
        "## In one paragraph",
        paragraph(said),
    ]
    if any(one.is_of_grid for one in found.contrasts):
        parts += [
            "## In one figure",
            f"![What each point of training reaches under another rule, against the trained "
            f"rule](images/{FIGURE.name})",
            "The diamond is the init from which both methods start. Up is better under the other "
            "rule, right is better under the trained one; large marks are the last points. Thick "
            "lines are the mean over learning rates, with 95 % intervals at each point; thin ones "
            "are single rates.",
            "## In one table",
            settings_table(found.contrasts).markdown().rstrip(),
        ]
    parts.append(
        f"[Setting by setting]({BY_SETTING.name}) says what each case found and what else was "
        f"compared; [all comparisons]({IN_FULL.name}) has every test, the controls, and where the "
        "rows are."
    )
    return "\n\n".join(parts) + "\n"

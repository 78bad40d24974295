"""All pages that findings are written on."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.study.findings.answer import headline_words
from benchmarks.study.findings.files import BY_SETTING, IN_FULL, PAGE, TABLED
from benchmarks.study.findings.page import page
from benchmarks.study.findings.page_by_setting import page_by_setting
from benchmarks.study.findings.page_in_full import page_in_full
from benchmarks.study.findings.quoted import Quoted
from benchmarks.study.report.advice import advice
from benchmarks.study.report.contrast_tables import settings_table

MARKED = re.compile("(<!-- findings -->).*?(<!-- end of findings -->)", re.DOTALL)
"""Where pages have what is written of findings."""


_PAGES = {PAGE: page, BY_SETTING: page_by_setting, IN_FULL: page_in_full}


def written(path: Path, found: Quoted) -> str:
    """Return what one of `WRITTEN` has to say; pages of which findings are a part are read."""
    if path in TABLED:
        return with_findings(path.read_text("utf-8"), found)
    return _PAGES[path](found)


def with_findings(text: str, found: Quoted) -> str:
    """Return a page with what was found written anew: a sentence, and the table of settings."""
    words = headline_words(advice(found.contrasts))
    table = settings_table(found.contrasts).markdown()
    return MARKED.sub(lambda marks: f"{marks[1]}\n\n{words}\n\n{table}\n{marks[2]}", text)

"""The data card of a data set: README.md, as the Hugging Face hub reads it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from benchmarks.export.files import PROMPTS, SOLUTIONS, Written
from benchmarks.suites import Suite
from shiftgym.sanitize import for_markdown

_BOUNDS = (("n<1K", 1_000), ("1K<n<10K", 10_000), ("10K<n<100K", 100_000), ("100K<n<1M", 10**6))


def card(
    title: str, parts: Sequence[Written], *, format: str, licence: str, seed: int, of: Suite | None
) -> str:
    """Return the text of the card.

    Args:
        title: of the data set, the id or the name of the suite.
        parts: what was written.
        format: of the files.
        licence: an SPDX identifier.
        seed: of the episodes of an id.
        of: the suite; None for an id.
    """
    rows = sum(part.rows for part in parts)
    size = next((name for name, bound in _BOUNDS if rows < bound), "1M<n<10M")
    lines = [
        "---",
        f"license: {licence.lower()}",
        "language: [en]",
        "task_categories: [text-generation, reinforcement-learning]",
        f"size_categories: [{size}]",
        "configs:",
    ]
    for kind in (PROMPTS, SOLUTIONS):
        lines += [f"- config_name: {kind}", "  data_files:"]
        for part in parts:
            name = part.part.name.replace("-", "_")
            lines += [f"  - split: {name}", f"    path: {kind}/{part.part.name}.{format}"]
    lines += [
        "---",
        "",
        f"# {for_markdown(title)}",
        "",
        *_origin(title, parts, seed, of),
        "",
        "| part | rows | episodes | id and keywords |",
        "|---|---:|---:|---|",
    ]
    for part in parts:
        given = [f"{name}={json.dumps(value)}" for name, value in part.part.keywords.items()]
        played = for_markdown(" ".join([part.part.id, *given]))
        lines.append(f"| {part.part.name} | {part.rows} | {len(part.tasks)} | {played} |")
    lines += ["", *_columns(), "", "| file | SHA-256 |", "|---|---|"]
    for part in parts:
        lines += [f"| {name} | `{checksum}` |" for name, checksum in part.checksums.items()]
    credits = sorted({credit for part in parts for credit in part.credits})
    made_of = f" Made of data of others: {for_markdown('; '.join(credits))}." if credits else ""
    lines += ["", f"Licence: {licence}.{made_of}"]
    return "\n".join(lines) + "\n"


def _origin(title: str, parts: Sequence[Written], seed: int, of: Suite | None) -> list[str]:
    """Return where the episodes come from."""
    made = f"Made by `shiftgym export`, shiftgym {_version()}"
    if of is None:
        kept = all("fold" in part.part.keywords for part in parts)
        rest = (
            "whoever trains on `train` with the fold that stands below is tested on the suites "
            "with that fold's seed (`shiftgym evaluate --seed`)."
            if kept
            else "they are not split by a fold, so do not test on the suites what trained on them."
        )
        return [
            f"Prompts of {for_markdown(title)}, and what an expert replies to them. {made}, seed "
            f"{seed}. The episodes are none of a suite's. Their hands or routes may be: {rest}"
        ]
    return [
        f"The test episodes of the suite {for_markdown(of.name)}, version {of.version}, digest "
        f"`{of.digest}`, and what an expert replies to them. {made}. **Do not train on them.**"
    ]


def _columns() -> list[str]:
    return [
        "A row has a prompt (messages) and the `task`, by which `shiftgym.llm.reward(completions, "
        "task, point)` scores any reply. `point` counts the replies before it in its episode, and "
        "`difficulty` is higher where the episode is harder. Pictures are the files that `images` "
        "names, in the order of the parts of type image. The right replies lie apart, in "
        "`solutions`, and have the same `row`."
    ]


def _version() -> str:
    try:
        return version("shiftgym")
    except PackageNotFoundError:
        return "of a checkout"

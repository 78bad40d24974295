"""The command `show`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from benchmarks.completeness import missing_of_evaluation
from benchmarks.consoles import say
from benchmarks.records import Episode, RunRecord
from benchmarks.replies import REPLIES_FILE, ReplyLine
from benchmarks.reply_summary import some_of
from benchmarks.runs import EPISODES_FILE, RunError, read_episodes, read_lines, read_record
from benchmarks.show.choice import in_turn, outcome_of
from benchmarks.show.pages import Entry, render
from benchmarks.show.steps import Changed, play_again
from benchmarks.summary import summarise
from shiftgym.atomic import write_atomically

Replies = Mapping[int, ReplyLine]

MEGABYTE = 1_000_000

BESIDE_STEPS = 1_500
"""Bytes of an episode beside its steps: its line in the list, seeds and keywords."""


def show(
    folder: Path, out: Path, *, episodes: int, megabytes: int, pictures: bool, console: Console
) -> None:
    """Write the HTML page of an evaluation.

    Args:
        out: the file.
        episodes: at most so many are on the page.
        megabytes: at most so much they take, and those with pictures at most one half of it.
        pictures: whether there are any.

    Raises:
        RunError: the folder holds no evaluation, or a row does not replay.
        OSError: the file cannot be written.
    """
    record = read_record(folder)
    if record.kind != "evaluate":
        raise RunError(f"{folder} is a run of {record.kind}; only runs of evaluate are shown.")
    rows = list(read_episodes(folder))
    if not rows:
        raise RunError(f"{folder} has no finished episode in {EPISODES_FILE}; nothing to show.")
    replies = _replies(folder)
    reasons = {
        place: {n: line.no_answer.value for n, line in lines.items() if line.no_answer}
        for place, lines in replies.items()
    }
    outcomes = {
        (row.cell, row.index): outcome_of(row, reasons.get((row.cell, row.index), {}))
        for row in rows
    }
    chosen = in_turn(rows, outcomes)[:episodes]
    with Progress(console=console, transient=True) as progress:
        tracked = progress.track(chosen, description="episodes")
        entries = _entries(folder, tracked, replies, outcomes, megabytes * MEGABYTE, pictures)
    left_out = _left_out(rows, entries, megabytes, episodes)
    page = render(
        f"{rows[0].cell.rpartition('/')[0]}: {_suites(record)}",
        [folder.resolve().name, f"{len(rows):,} episodes", *_models(replies)],
        missing_of_evaluation(record, rows).headline(),
        summarise(rows),
        outcomes,
        entries,
        left_out,
    )
    write_atomically(out, page.encode("utf-8", "replace"))
    say(console, left_out)
    say(console, f"Written to {out.resolve()} ({out.stat().st_size / MEGABYTE:.1f} MB)")


def _entries(
    folder: Path,
    rows: Iterable[Episode],
    replies: Mapping[tuple[str, int], Replies],
    outcomes: Mapping[tuple[str, int], str],
    most: int,
    pictures: bool,
) -> list[Entry]:
    """Return the first rows that have at most so many bytes on the page, pictures a half."""
    entries, size, drawn = [], 0, 0
    for row in rows:
        place = row.cell, row.index
        said = replies.get(place, {})
        try:
            shown = play_again(row, said, pictures=pictures)
            if shown.pictures and drawn + shown.size > most / 2:
                pictures = False
                shown = play_again(row, said, pictures=False)
        except Changed as error:
            raise RunError(
                f"{folder / EPISODES_FILE}: episode {row.index} of {row.cell} ({row.id}) does not "
                f"replay: {error}. Show it with the version that played it."
            ) from error
        size += shown.size + BESIDE_STEPS
        if size > most:
            break
        drawn += shown.size if shown.pictures else 0
        entries.append(Entry(row, outcomes[place], shown))
    return entries


def _replies(folder: Path) -> dict[tuple[str, int], dict[int, ReplyLine]]:
    """Return the lines of the response log by cell and index, and by number of the reply."""
    found: dict[tuple[str, int], dict[int, ReplyLine]] = defaultdict(dict)
    for line in read_lines(folder / REPLIES_FILE, ReplyLine):
        # The text stands in the rows.
        kept = line.model_copy(update={"reply": ""})
        found[line.cell, line.index][line.attempt] = kept
    return found


def _left_out(
    rows: Sequence[Episode], entries: Sequence[Entry], megabytes: int, episodes: int
) -> str:
    """Return what is not on the page, and how to get it there."""
    pictured = sum(one.shown.pictures for one in entries)
    told = f"{len(entries):,} of {len(rows):,} episodes are here, {pictured:,} with pictures"
    if len(entries) == len(rows) == pictured:
        return f"{told}."
    return (
        f"{told}. At most {episodes:,} are shown (--episodes), in {megabytes} MB (--megabytes), of "
        f"which pictures take up to half; failures come first, each column and outcome in turn."
    )


def _suites(record: RunRecord) -> str:
    return ", ".join(record.suites) or "single ids"


def _models(replies: Mapping[tuple[str, int], Replies]) -> list[str]:
    """Return which models replied, as the endpoint names them."""
    served = {line.served for lines in replies.values() for line in lines.values()}
    names = sorted(name for name in served if name)
    return [f"served: {some_of(names)}"] if names else []

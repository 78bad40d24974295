"""A submission judged by a new version of its suite; what the old version made of it is kept.

Replies answer prompts, so an episode is carried over where the new version asks for the same: of a
model where the prompts that its log names are the same, of an agent without a log where id and
keywords are. The others have to be played. Scripted agents of shiftgym are played anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bounded import bounded_lines
from benchmarks.records import Episode
from benchmarks.replays import Script, row_again
from benchmarks.replies import ReplyLine
from benchmarks.rollouts import Cell, episode_row, play
from benchmarks.runs import RunError, line_of
from benchmarks.seals import seal, sealed
from benchmarks.submissions.claims import Claim, claimed_suite, read_claim
from benchmarks.submissions.expected import expected_cells, plain
from benchmarks.submissions.folders import EARLIER, checksum, earlier_versions
from benchmarks.submissions.format import FILES, LOG_FILE, ROWS_FILE, SUBMISSION_FILE
from benchmarks.submissions.log import request_digests
from benchmarks.submissions.problems import Problems
from benchmarks.submissions.rerun import is_reference, played_again
from benchmarks.submissions.rows import TEXT_BATCH
from benchmarks.submissions.verify import Verdict, verify
from benchmarks.submissions.writing import PackedLine, pack
from benchmarks.submissions.yaml_file import yaml_text
from benchmarks.suites import Suite

Place = tuple[str, int]
"""Cell and index of an episode."""


def rejudge(folder: Path, *, day: date | None = None, suite_file: Path | None = None) -> Verdict:
    """Judge a submission by the installed version of its suite, and verify it.

    What the folder held is kept in a folder of `EARLIER`, named after the digest of that version.

    Args:
        day: None for today.
        suite_file: of a suite of one's own.

    Raises:
        Refused: naming the episodes that have to be played; the folder is left as it is.
        RunError: there is no submission, or the suite has not changed.
        OSError: a file cannot be read or written.
    """
    try:
        claim = read_claim(folder)
        if claim.submission is None:
            raise ValueError("It is a run; submit it.")
        of = claimed_suite(claim, suite_file)
        if claim.suite != of.name:
            raise ValueError(f"It is of the suite {claim.suite}, and {of.name} was expected.")
        if claim.digest == of.digest:
            raise ValueError(f"It is judged by version {of.version} of {of.name} already.")
        _, cells = expected_cells(replace(claim, digest=of.digest), of)
    except ValueError as error:
        raise RunError(f"{folder} cannot be judged again: {error}") from error
    with TemporaryDirectory(dir=folder.parent, prefix=".rejudged-") as made:
        new = Path(made) / "new"
        new.mkdir()
        _write(claim, of, cells, new)
        files = {name: checksum(new / name) for name in FILES[1:] if (new / name).exists()}
        told = claim.submission.model_copy(
            update={
                "suites": {of.name: of.digest},
                "files": files,
                "rejudged": day or date.today(),
            }
        )
        (new / SUBMISSION_FILE).write_bytes(yaml_text(told))
        _keep(claim, new / EARLIER)
        verdict = verify(new, suite_file)
        folder.rename(Path(made) / "old")
        new.rename(folder)
    return verdict


def _write(claim: Claim, of: Suite, cells: Sequence[Cell], new: Path) -> None:
    """Write the rows and the response log.

    Raises:
        Refused: episodes have to be played.
    """
    problems = Problems()
    order = {cell.name: number for number, cell in enumerate(cells)}
    if is_reference(claim, of):
        again = played_again(claim, of, cells)
        rows = {(cell.name, at): episode_row(cell, at, played) for cell, at, played in again}
        places: dict[Place, Place] = {}
    else:
        rows, places = _judged(claim, cells, problems)
    pack(
        new / ROWS_FILE,
        (PackedLine(order[cell], at, 0, line_of(row)) for (cell, at), row in rows.items()),
    )
    if claim.of_model:
        lines = list(_log(claim, rows, places, problems))
        pack(
            new / LOG_FILE,
            (PackedLine(order[one.cell], one.index, one.attempt, line_of(one)) for one in lines),
        )
    problems.settle()


def _judged(
    claim: Claim, cells: Sequence[Cell], problems: Problems
) -> tuple[dict[Place, Episode], dict[Place, Place]]:
    """Return the new rows, and where the episode of each old place is now."""
    old = {(_column(row.cell), row.episode_seed): row for row in _rows(claim)}
    rows: dict[Place, Episode] = {}
    places: dict[Place, Place] = {}
    for cell in cells:
        known: list[tuple[int, Episode]] = []
        for at, seed in enumerate(cell.episode_seeds):
            row = old.get((_column(cell.name), seed))
            if row is None:
                problems.add(_to_play(cell, at, "the old version has no such episode"))
            elif not claim.of_model and plain([row.id, row.keywords]) != plain(
                [cell.id, cell.keywords]
            ):
                problems.add(
                    _to_play(cell, at, "its id or keywords are others, and there is no log")
                )
            else:
                known.append((at, row))
        for start in range(0, len(known), TEXT_BATCH):
            batch = known[start : start + TEXT_BATCH]
            for (at, row), new in zip(batch, _replayed(cell, batch)):
                if _length(new) > _length(row):
                    problems.add(_to_play(cell, at, "it goes on where the replies end"))
                rows[cell.name, at] = new
                places[row.cell, row.index] = (cell.name, at)
    return rows, places


def _replayed(cell: Cell, batch: Sequence[tuple[int, Episode]]) -> list[Episode]:
    """Return what the new version makes of some old rows."""
    olds = [row for _, row in batch]
    script = Script(olds)
    played = play(lambda _: script, cell.id, cell.keywords, [row.episode_seed for row in olds])
    told = {"cell": cell.name, "id": cell.id, "keywords": cell.keywords}
    return [
        row_again(row.model_copy(update={**told, "index": at}), one)
        for (at, row), one in zip(batch, played)
    ]


def _log(
    claim: Claim, rows: dict[Place, Episode], places: dict[Place, Place], problems: Problems
) -> Iterator[ReplyLine]:
    """Yield the lines of the log that are left, sealed anew, and set the tokens of the rows."""
    requests, tokens = request_digests(claim), dict.fromkeys(rows, 0)
    for data in bounded_lines(claim.folder / claim.log):
        line = ReplyLine.model_validate_json(data)
        place = places.get((line.cell, line.index))
        if place is None or line.attempt >= _length(rows[place]):
            continue
        request = next((one for one in requests if seal(line, one) == line.seal), None)
        if request is None:
            problems.add(f"{claim.log}: a line of episode {line.index} of {line.cell} was edited.")
            continue
        tokens[place] += line.completion_tokens or 0
        yield sealed(line.model_copy(update={"cell": place[0], "index": place[1]}), request)
    for place, count in tokens.items():
        rows[place] = rows[place].model_copy(update={"tokens": count})


def _keep(claim: Claim, earlier: Path) -> None:
    """Copy what there was, and what was before it."""
    for before in earlier_versions(claim.folder):
        shutil.copytree(before, earlier / before.name)
    (earlier / claim.digest).mkdir(parents=True)
    for name in FILES:
        if (claim.folder / name).exists():
            shutil.copyfile(claim.folder / name, earlier / claim.digest / name)


def _rows(claim: Claim) -> Iterator[Episode]:
    for data in bounded_lines(claim.folder / claim.rows):
        yield Episode.model_validate_json(data)


def _column(cell: str) -> str:
    return cell.rpartition("/")[2]


def _length(row: Episode) -> int:
    return len(row.actions if row.actions is not None else row.replies or ())


def _to_play(cell: Cell, at: int, why: str) -> str:
    return f"Episode {at} of {cell.name} has to be played: {why}."

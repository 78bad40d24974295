"""From a run to a submission: the folder is written, verified, and only then left there."""

from __future__ import annotations

import io
import lzma
import shutil
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from pydantic import ValidationError

from benchmarks.bounded import bounded_lines
from benchmarks.records import Episode, first_of
from benchmarks.replies import ReplyLine
from benchmarks.runs import RunError
from benchmarks.submissions.claims import Claim, check_suite, claimed_suite, read_claim
from benchmarks.submissions.expected import expected_cells
from benchmarks.submissions.folders import checksum
from benchmarks.submissions.format import (
    FILES,
    LOG_FILE,
    ROWS_FILE,
    SUBMISSION_FILE,
    Submission,
    TrainedOn,
)
from benchmarks.submissions.verify import Verdict, verify
from benchmarks.submissions.yaml_file import yaml_text
from benchmarks.suites import Suite


class PackedLine(NamedTuple):
    """A line of a packed file, in the order of which they are packed."""

    cell: int
    index: int
    attempt: int
    data: bytes


def submit(
    run: Path,
    out: Path,
    *,
    name: str,
    track: str,
    licence: str,
    link: str = "",
    day: date | None = None,
    suite_file: Path | None = None,
) -> Verdict:
    """Write the submission of a run into a new folder, and verify it.

    Args:
        run: folder of a whole evaluation of a suite.
        out: folder of the submission; it must not exist, or be empty.
        name, track, licence, link: see `Submission`.
        day: of the submission, None for today.
        suite_file: of a suite of one's own.

    Raises:
        Refused: what was written does not verify; nothing is left.
        RunError: the run or what is said of it cannot be submitted, or the folder is in use.
        OSError: it cannot be written.
    """
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise RunError(f"{out} is there already. Name a new folder by --out.")
    try:
        claim = read_claim(run)
        if claim.submission is not None:
            raise ValueError("it is a submission already")
        of = claimed_suite(claim, suite_file)
        check_suite(claim, of)
        size, cells = expected_cells(claim, of)
    except ValueError as error:
        raise RunError(f"{run} cannot be submitted: {error}") from error
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=".submission-") as made:
        folder = Path(made) / "submission"
        folder.mkdir()
        order = {cell.name: number for number, cell in enumerate(cells)}
        pack(folder / ROWS_FILE, _lines(claim, claim.rows, order))
        if claim.of_model:
            pack(folder / LOG_FILE, _lines(claim, claim.log, order))
        told = {"name": name, "track": track, "licence": licence, "link": link}
        submission = _submission(claim, of, size, {**told, "date": day or date.today()}, folder)
        (folder / SUBMISSION_FILE).write_bytes(yaml_text(submission))
        verdict = verify(folder, suite_file)
        if out.exists():
            out.rmdir()
        shutil.move(folder, out)
    return verdict


def _submission(
    claim: Claim, of: Suite, size: str, told: Mapping[str, Any], folder: Path
) -> Submission:
    trained = None if claim.seed is None else TrainedOn(seed=claim.seed, fold=of.fold(claim.seed))
    # A session that differs in its machine alone says nothing more.
    versions = [one for at, one in enumerate(claim.versions) if one not in claim.versions[:at]]
    try:
        return Submission(
            **told,
            model=claim.player,
            trained_on=trained,
            weights=claim.weights or None,
            settings=claim.settings.model_copy(update={"size": size}),
            sampling=claim.sampling,
            suites={claim.suite: claim.digest},
            versions=versions,
            files={name: checksum(folder / name) for name in FILES[1:] if (folder / name).exists()},
        )
    except ValidationError as error:
        raise RunError(f"{SUBMISSION_FILE} would not be valid: {first_of(error)}.") from error


def _lines(claim: Claim, name: str, order: Mapping[str, int]) -> Iterator[PackedLine]:
    """Yield the lines of a file of a run.

    Raises:
        RunError: it cannot be read.
    """
    kind = Episode if name == claim.rows else ReplyLine
    try:
        for data in bounded_lines(claim.folder / name):
            line = kind.model_validate_json(data)
            attempt = getattr(line, "attempt", 0)
            yield PackedLine(order.get(line.cell, len(order)), line.index, attempt, data)
    except (OSError, ValueError) as error:
        raise RunError(f"{claim.folder / name} cannot be submitted: {error}") from error


def pack(path: Path, lines: Iterable[PackedLine]) -> None:
    """Write lines packed and in order, the same bytes wherever they are packed."""
    packed = io.BytesIO()
    with lzma.open(packed, "wb") as file:
        file.writelines(line.data for line in sorted(lines))
    path.write_bytes(packed.getvalue())

"""Labels: how far anybody has checked an entry, beside its track, which is who played."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Annotated

from pydantic import Field, RootModel

from benchmarks.bounded import read_whole
from benchmarks.submissions.folders import checksum
from benchmarks.submissions.format import SUBMISSION_FILE, Checksum, Part
from benchmarks.submissions.verify import Verdict
from benchmarks.submissions.yaml_file import MOST_BYTES, parse_yaml

LABELS_FILE = "labels.yaml"
"""In the folder of all submissions; maintainers alone change it."""

FolderName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,79}$")]


class Label(str, Enum):
    """What is known of an entry beyond what it says."""

    REPLAYED = "replayed"
    RERUN = "re-run by maintainers"
    PRIVATE = "private set"


class Rerun(Part):
    """A run of the maintainers' own of the same model, suite and settings.

    Attributes:
        folder: of their submission, beside the entry's.
        submission: SHA-256 of the entry's submission.yaml; once that changes, the label is gone.
    """

    folder: FolderName
    submission: Checksum


class _Reruns(RootModel[dict[FolderName, Rerun]]):
    """labels.yaml, by the folder of the entry."""


def read_reruns(submissions: Path) -> Mapping[str, Rerun]:
    """Return which entries in a folder of submissions maintainers have run again.

    Raises:
        ValueError: labels.yaml is a link, or does not say what it has to.
        OSError: it cannot be read.
    """
    path = submissions / LABELS_FILE
    if not path.is_symlink() and not path.exists():
        return {}
    return parse_yaml(read_whole(path, MOST_BYTES), _Reruns, LABELS_FILE).root


def labels_of(verdict: Verdict, reruns: Mapping[str, Rerun]) -> list[Label]:
    """Return the labels of an entry that holds.

    A scripted agent of shiftgym is run again by verification itself.

    Args:
        reruns: from `read_reruns`.

    Raises:
        OSError: its submission.yaml cannot be read.
    """
    folder = verdict.claim.folder
    again = reruns.get(folder.name)
    confirmed = again is not None and checksum(folder / SUBMISSION_FILE) == again.submission
    labels = [Label.REPLAYED]
    if verdict.rerun or confirmed:
        labels.append(Label.RERUN)
    if verdict.private:
        labels.append(Label.PRIVATE)
    return labels

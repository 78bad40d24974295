"""Reading and writing submission.yaml: plain YAML, without what makes YAML dangerous or unclear."""

from __future__ import annotations

from typing import Any

import yaml
from pydantic import ValidationError

from benchmarks.runs import first_of
from benchmarks.submissions.format import SUBMISSION_FILE, Submission
from shiftgym.files import MEBIBYTE

MOST_BYTES = MEBIBYTE // 16
_MOST_DEPTH = 12


class _Loader(yaml.SafeLoader):
    """Takes no anchors, which can stand for more than any memory holds, and no key twice."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("it has an alias (*name); write the value out")
        self.depth += 1
        if self.depth > _MOST_DEPTH:
            raise yaml.YAMLError(f"it is nested more than {_MOST_DEPTH} deep")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        if twice := [key for key in keys if keys.count(key) > 1]:
            raise yaml.YAMLError(f"it has the key {twice[0]!r} twice")
        return super().construct_mapping(node, deep)


def parse_submission(data: bytes) -> Submission:
    """Return what a submission.yaml says.

    Raises:
        ValueError: naming the field.
    """
    try:
        return Submission.model_validate(yaml.load(data, _Loader))
    except ValidationError as error:
        raise ValueError(f"{SUBMISSION_FILE}: {first_of(error)}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        told = " ".join(str(error).split())
        raise ValueError(f"{SUBMISSION_FILE} is no plain YAML: {told}") from error


def submission_text(submission: Submission) -> bytes:
    """Return the contents of a submission.yaml."""
    plain = submission.model_dump(mode="json", exclude_none=True)
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100).encode()

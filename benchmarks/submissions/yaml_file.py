"""Plain YAML such as submission.yaml, without what makes YAML dangerous or unclear."""

from __future__ import annotations

from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from benchmarks.runs import first_of
from benchmarks.submissions.format import SUBMISSION_FILE, Submission
from shiftgym.files import MEBIBYTE

MOST_BYTES = MEBIBYTE // 16

Told = TypeVar("Told", bound=BaseModel)
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
    return parse_yaml(data, Submission, SUBMISSION_FILE)


def parse_yaml(data: bytes, kind: type[Told], name: str) -> Told:
    """Return what a file of plain YAML says.

    Args:
        data: its contents, at most `MOST_BYTES`.
        kind: of what it has to be.
        name: of the file, for errors.

    Raises:
        ValueError: naming file and field.
    """
    try:
        return kind.model_validate(yaml.load(data, _Loader))
    except ValidationError as error:
        raise ValueError(f"{name}: {first_of(error)}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        told = " ".join(str(error).split())
        raise ValueError(f"{name} is no plain YAML: {told}") from error


def yaml_text(told: BaseModel) -> bytes:
    """Return the contents of a file of plain YAML."""
    plain = told.model_dump(mode="json", exclude_none=True)
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100).encode()

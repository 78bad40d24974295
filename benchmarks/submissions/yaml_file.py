"""Plain YAML such as submission.yaml, without what makes YAML dangerous or unclear."""

from __future__ import annotations

import math
from typing import Any, ClassVar, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from benchmarks.records import first_of
from benchmarks.submissions.format import SUBMISSION_FILE, Submission
from shiftgym.files import MEBIBYTE

MOST_BYTES = MEBIBYTE // 16

Told = TypeVar("Told", bound=BaseModel)
_MOST_DEPTH = 40
"""Deeper than any JSON Schema that a request holds."""

_PLAIN = ("null", "bool", "int", "float", "str", "seq", "map")
"""What JSON has. YAML's dates, sets, bytes and the like are in no file that shiftgym writes."""


class _Loader(yaml.SafeLoader):
    """Takes what JSON has, keys that are texts, each once, and finite numbers.

    There are no anchors, which can stand for more than any memory holds. A date is read as text.
    """

    depth = 0
    yaml_implicit_resolvers: ClassVar[dict[Any, Any]] = {
        first: [(tag, found) for tag, found in known if tag.rpartition(":")[2] in _PLAIN]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("it has an alias (*name); write the value out")
        self.depth += 1
        if self.depth > _MOST_DEPTH:
            raise yaml.YAMLError(f"it is nested more than {_MOST_DEPTH} deep")
        node = super().compose_node(parent, index)
        self.depth -= 1
        if node.tag.rpartition(":")[2] not in _PLAIN:
            raise yaml.YAMLError(f"it has a value of the kind {node.tag}; write it as text")
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:str":
                raise yaml.YAMLError(
                    f"it has a key that is no text, line {key.start_mark.line + 1}; put it in "
                    "quotes"
                )
            if key.value in seen:
                raise yaml.YAMLError(f"it has the key {key.value!r} twice")
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_yaml_float(self, node: Any) -> float:
        value = super().construct_yaml_float(node)
        if not math.isfinite(value):
            raise yaml.YAMLError(f"it has the number {node.value}, expected a finite one")
        return value


_Loader.add_constructor("tag:yaml.org,2002:float", _Loader.construct_yaml_float)


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

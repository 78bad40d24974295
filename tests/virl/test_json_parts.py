"""A list in a file of JSON is read element by element as json reads it at once."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.virl.town import cafe, feature
from virl_env.maps import json_parts
from virl_env.maps.geojson import read_geojson
from virl_env.maps.json_parts import elements

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@given(
    items=st.lists(VALUES, max_size=12),
    others=st.dictionaries(st.text(max_size=4), VALUES, max_size=3),
    indent=st.sampled_from([None, 0, 3]),
    is_escaped=st.booleans(),
    mark=st.sampled_from(["", "\ufeff"]),
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_elements_are_those_that_json_reads_wherever_a_file_is_cut(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    items: list[Any],
    others: dict[str, Any],
    indent: int | None,
    is_escaped: bool,
    mark: str,
) -> None:
    monkeypatch.setattr(json_parts, "LONGEST", 1_000)
    monkeypatch.setattr(json_parts, "_PIECE", 7)
    whole = {**others, "list": items, "last": 0}
    path = tmp_path / "parts.json"
    text = mark + json.dumps(whole, indent=indent, ensure_ascii=is_escaped) + "\n"
    path.write_bytes(text.encode("utf-8"))
    found = list(elements(path, "list"))
    assert [content for content, _ in found] == items
    assert [json.loads(text) for _, text in found] == items


@pytest.mark.parametrize(
    "text, told",
    [
        ("", "'' at character 0 is not an object"),
        ("[]", "'[]' at character 0 is not an object"),
        ("{}", "it has no 'list'"),
        ('{"list": {}}', "'{}}' at character 9 is not a list of list"),
        ('{"list": [1, ]}', "Expecting value at character 13"),
        ('{"list": [1 2]}', "'2]}' at character 12 is not the end of the list"),
        ('{"list": [1]', "'' at character 12 is not the end of the object"),
        ('{"list": [1], }', "Expecting value at character 14"),
        ('{"list": [1]} {}', "'{}' at character 14 follows its object"),
        ('{3: 4, "list": []}', "no name of a member"),
        ('{"list" []}', "is not a colon"),
        ('{"list": ["' + "x" * 200 + '"]}', "has more than 100 characters"),
        ('{"list": [' + "1" * 200 + "]}", "has more than 100 characters"),
        ('{"list": [[' + "1, " * 60 + "2]]}", "has more than 100 characters"),
        ('{"list": [nope' + " " * 200 + "]}", "Expecting value at character 10"),
        ('{"list": [' + "[" * 90_000, "more than 100 characters"),
    ],
)
def test_what_is_no_such_object_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, told: str
) -> None:
    monkeypatch.setattr(json_parts, "LONGEST", 100)
    monkeypatch.setattr(json_parts, "_PIECE", 16)
    path = tmp_path / "wrong.json"
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=re.escape(told)):
        list(elements(path, "list"))


def test_half_a_surrogate_pair_loses_one_feature(tmp_path: Path) -> None:
    half = feature((50, 5), shop="books", name="\ud800")
    path = tmp_path / "half.geojson"
    path.write_text(json.dumps({"features": [half, cafe()]}), "utf-8")
    found = read_geojson(path)
    assert [thing.tags["name"] for thing in found.things] == ["Blue Door"]
    assert found.unread == 1


def test_features_most_of_which_cannot_be_read_are_given_up(tmp_path: Path) -> None:
    path = tmp_path / "odd.geojson"
    path.write_text(json.dumps({"features": [cafe(), *([[]] * 1_000)]}), "utf-8")
    with pytest.raises(ValueError, match=re.escape(f"{path} cannot be read as GeoJSON")):
        read_geojson(path)

"""What replies mean, whatever shape they have: the table of shapes, and recorded ones."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.virl.reply_shapes import SHAPES
from virl_env.action_reader import read_action
from virl_env.report_reader import read_intersection
from virl_env.text import judge_reply

DOCS = Path(__file__).parents[2] / "docs" / "rewards.md"

# Of the recorded shapes, the styles that keep to the asked format.
IN_FORMAT = {"plain", "fence+prose", "chinese", "slightly left", "face west", "wrong frame"}


@pytest.mark.parametrize(("reply", "action", "intersection"), SHAPES)
def test_shape(reply: str, action: str | None, intersection: bool | None) -> None:
    right = action or "stop()"
    read, verdict = judge_reply(reply, right, True)
    assert (read.action, verdict.outcome) == (action, "correct" if action else "unreadable")
    if action is not None:
        assert read.intersection is intersection
    _, strict = judge_reply(reply, right, True, strict=True)
    assert strict.outcome == ("correct" if read.in_format else "unreadable")


def test_recorded_shapes(test_data: Path) -> None:
    text = (test_data / "replies_virl.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(row) for row in text.splitlines()]
    assert len(rows) == 38
    wrong, kept, reported = set(), set(), set()
    for row in rows:
        reply, verdict = judge_reply(row["reply"], row["answer"], row["intersection"])
        if (verdict.outcome == "correct") != row["right"]:
            wrong.add(row["style"])
        if reply.in_format:
            kept.add(row["style"])
        reported.add((reply.intersection, "Intersection: yes" in row["reply"]))
    assert wrong == set()
    assert kept == IN_FORMAT
    # "Intersection: yes" is what they all say, where they say anything and have an answer.
    assert reported <= {(True, True), (None, False), (None, True)}


def test_the_page_tells_what_is_read() -> None:
    _, _, told = DOCS.read_text(encoding="utf-8").partition("### What is read of a walker's reply")
    rows = {
        cells[0].strip(): [re.findall(r"`([^`]+)`", cell) for cell in cells[1:3]]
        for cells in (line.strip("|").split("|") for line in told.splitlines() if line[:1] == "|")
    }
    for name in ("a call", "plain words", "other spellings", "an explanation", "two directions"):
        read, not_read = rows[name]
        assert None not in [read_action(text) for text in read]
        assert {read_action(text) for text in not_read} == {None}
    for name, said in (("an intersection here", True), ("no intersection here", False)):
        read, not_read = rows[name]
        assert {read_intersection(text) for text in read} == {said}
        assert {read_intersection(text) for text in not_read} == {None}

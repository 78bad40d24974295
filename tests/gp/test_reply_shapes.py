"""What replies mean, whatever shape they have: the table of shapes and the recorded ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gp_env.text import judge_reply
from tests.gp.reply_shapes import SHAPES, Shape

# Of the recorded shapes, the styles that keep to the asked format.
IN_FORMAT = {
    "gpt json",
    "claude fence + closing prose",
    "escaped unicode ops",
    "spaces nbsp",
    "deepseek think + json",
    "answer tags",
    "gemini tool_code",
    "echo of the format after",
    "number sorted otherwise",
    "cards with suits",
    "chinese",
    "verification with JSON of check after",
    "wrong numbers",
    "rule ignored wrong number",
    "json first then 70k prose",
}
NOT_READ = {"card names in formula"}
"""Right by one reading, and not read: what the names count is what the formula has to tell."""


@pytest.mark.parametrize("shape", SHAPES, ids=[shape.name for shape in SHAPES])
def test_shape(shape: Shape) -> None:
    reply, verdict = judge_reply(shape.reply, shape.hand)
    assert verdict.outcome == shape.outcome, reply
    assert shape.in_format in (None, reply.in_format)
    _, strict = judge_reply(shape.reply, shape.hand, strict=True)
    assert strict.outcome == (shape.outcome if reply.in_format else "unreadable")


def test_recorded_shapes(test_data: Path) -> None:
    text = (test_data / "replies_gp.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(row) for row in text.splitlines()]
    assert len(rows) == 50
    wrong, kept = set(), set()
    for row in rows:
        reply, verdict = judge_reply(row["reply"], row["hand"], row["rule"])
        if (verdict.outcome == "correct") != row["right"]:
            wrong.add(row["style"])
        if reply.in_format:
            kept.add(row["style"])
    assert wrong == NOT_READ
    assert kept == IN_FORMAT

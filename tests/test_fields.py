"""Named fields of an observation: layout, space and parts follow from one statement."""

from __future__ import annotations

import numpy as np

from shiftgym.fields import Fields

FIELDS = Fields({"cards": (13, 13), "target": (100,), "outcome": (254,)})


def test_fields_lie_one_behind_another() -> None:
    assert dict(FIELDS.layout) == {
        "cards": slice(0, 2),
        "target": slice(2, 3),
        "outcome": slice(3, 4),
    }
    assert FIELDS.size == 4


def test_the_space_holds_the_highest_numbers_and_nothing_above() -> None:
    space = FIELDS.space()
    assert space.shape == (4,)
    assert space.dtype == np.uint8
    assert space.contains(np.array([13, 0, 100, 254], dtype=np.uint8))
    assert not space.contains(np.array([14, 0, 100, 254], dtype=np.uint8))
    # A sum in uint8 would overflow.
    assert space.nvec.sum() == 14 + 14 + 101 + 255


def test_a_field_moves_as_one_block() -> None:
    rows = np.zeros((3, FIELDS.size), dtype=np.uint8)
    rows.view(FIELDS.blocks)[:, 0]["cards"] = np.array([7, 9], dtype=np.uint8).view("V2")[0]
    assert rows.tolist() == [[7, 9, 0, 0]] * 3


def test_without_closes_the_gap() -> None:
    left = FIELDS.without(["target"])
    assert dict(left.layout) == {"cards": slice(0, 2), "outcome": slice(2, 3)}
    assert left.space().nvec.tolist() == [14, 14, 255]


def test_lists_name_the_numbers() -> None:
    observation = np.array([1, 2, 24, 0], dtype=np.uint8)
    assert FIELDS.lists(observation) == {"cards": [1, 2], "target": [24], "outcome": [0]}

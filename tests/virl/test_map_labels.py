"""Names on a map: none stands over another, and the important ones stay."""

from __future__ import annotations

import numpy as np

from virl_env.map_labels import place_labels

SIDE, GAP = 300.0, 8.0


def measure(text: str) -> tuple[float, float]:
    return 7.0 * len(text), 14.0


def test_names_keep_apart_within_the_picture() -> None:
    generator = np.random.default_rng(4)
    taken = [(250.0, 0.0, 300.0, 40.0)]
    for count in (1, 5, 12):
        points = generator.uniform(0, SIDE, (count, 2))
        wanted = [((x, y), f"Place number {number}") for number, (x, y) in enumerate(points)]
        wanted.append(((5.0, 200.0), "A name that is far too long for the side of this small map"))
        placed = place_labels(wanted, measure, SIDE, GAP, taken)
        assert len(placed) >= min(len(wanted), 5)
        boxes = list(taken)
        for text, left, top in placed:
            width, height = measure(text)
            assert 0 <= left <= SIDE - width
            assert 0 <= top <= SIDE - height
            for west, north, east, south in boxes:
                apart_across = left >= east or left + width <= west
                assert apart_across or top >= south or top + height <= north
            boxes.append((left, top, left + width, top + height))


def test_of_names_in_one_spot_the_important_ones_stay() -> None:
    wanted = [((150.0, 150.0), f"name {number:02}") for number in range(40)]
    placed = place_labels(wanted, measure, SIDE, GAP, [])
    assert placed[0].text == "name 00"
    assert 3 < len(placed) < 40

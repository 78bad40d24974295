"""SPL and nDTW against their definitions, written down slowly."""

from __future__ import annotations

import math
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from virl_env.free.metrics import Warping, ndtw, spl
from virl_env.world.geometry import Geocode, haversine

# About a metre apart, so that paths are of the size of streets.
GEOCODES = st.tuples(st.integers(0, 200), st.integers(0, 200)).map(
    lambda units: (45 + units[0] * 1e-5, 9 + units[1] * 1e-5)
)
PATHS = st.lists(GEOCODES, min_size=1, max_size=7)


def warped(reference: list[Geocode], walked: list[Geocode]) -> float:
    """Return the least cost over all warpings, by trying every one."""

    @cache
    def cost(i: int, j: int) -> float:
        here = haversine(reference[i], walked[j])
        before = [cost(a, b) for a, b in ((i - 1, j), (i, j - 1), (i - 1, j - 1)) if min(a, b) >= 0]
        return here + (min(before) if before else 0.0)

    return cost(len(reference) - 1, len(walked) - 1)


@given(PATHS, PATHS)
def test_ndtw_is_its_definition(reference: list[Geocode], walked: list[Geocode]) -> None:
    expected = math.exp(-warped(reference, walked) / (len(reference) * 25.0))
    assert ndtw(reference, walked) == pytest.approx(expected)


@given(PATHS, PATHS)
def test_ndtw_grows_with_the_path(reference: list[Geocode], walked: list[Geocode]) -> None:
    warping = Warping(reference)
    for length, point in enumerate(walked, 1):
        warping.add(point)
        assert warping.ndtw(7.0) == ndtw(reference, walked[:length], threshold=7.0)


@given(PATHS)
def test_the_reference_itself_scores_1(path: list[Geocode]) -> None:
    assert ndtw(path, path) == 1.0


def test_ndtw_of_nothing() -> None:
    assert ndtw([(0.0, 0.0)], []) == 0.0
    with pytest.raises(ValueError, match="reference path has no point"):
        ndtw([], [(0.0, 0.0)])


@pytest.mark.parametrize(
    ("success", "shortest", "walked", "expected"),
    [
        (True, 100.0, 100.0, 1.0),
        (True, 100.0, 400.0, 0.25),
        (False, 100.0, 100.0, 0.0),
        # Success is within 25 metres, so that a walk may be shorter than the way.
        (True, 100.0, 80.0, 1.0),
        (True, 0.0, 0.0, 1.0),
        (True, 20.0, 0.0, 1.0),
    ],
)
def test_spl(success: bool, shortest: float, walked: float, expected: float) -> None:
    assert spl(success, shortest, walked) == expected

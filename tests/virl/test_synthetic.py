"""Cities made from seeds: families differ as real plans do, all are walkable, equal everywhere."""

from __future__ import annotations

import math
import subprocess
import sys
from functools import cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from virl_env.world.city import CATEGORIES, City
from virl_env.world.names import FIRST, SECOND, place_names
from virl_env.world.plans import PLANS, Draws
from virl_env.world.synthetic import (
    CITY_NAMES,
    FAMILIES,
    TRAINING_CITIES,
    TRAINING_CITY,
    UNSEEN_CITIES,
    named_city,
    synthetic_city,
    unseen_city,
)

SEEDS = 6

GOLDEN = {
    "grid": "c418c848f3bdfa19",
    "radial": "4b7d80a4b6ea73bc",
    "organic": "e660456237a5079a",
    "superblock": "ed04b72e57651028",
    "river": "8fae2c470bde41f8",
    "diamond": "3ca6f960dc1c28ca",
}

make = cache(synthetic_city)
cities = st.builds(
    lambda family, seed, area: synthetic_city(family, seed, area=area),
    st.sampled_from(FAMILIES),
    st.integers(0, 2**32),
    st.floats(1.0, 3.0),
)


def metres(city: City, geocodes: np.ndarray) -> np.ndarray:
    """Return east and north of degrees, from the first point of a city."""
    north, east = ((geocodes - city.coordinates[0]) * 111_195.0).T
    return np.stack([east * math.cos(math.radians(city.coordinates[0, 0])), north], axis=1)


def places(city: City) -> np.ndarray:
    return metres(city, np.array([place.geocode for place in city.places]))


def apart(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return distances of shape (some, others)."""
    return np.hypot(*(some[:, None] - others[None]).transpose(2, 0, 1))


class Figures(NamedTuple):
    """What tells street plans apart, after Boeing, "Urban spatial order", 2019.

    Attributes:
        entropy: of the bearings of streets in 36 bins, in nats; log(36) = 3.58 at most.
        three, four: shares of crossings with so many streets.
        block: median metres of street from one crossing to the next.
    """

    entropy: float
    three: float
    four: float
    block: float


def figures(city: City) -> Figures:
    # Bins are centred on north, so that a street due north does not fall between two.
    bins = np.bincount(((city.bearings + 5.0) // 10.0).astype(int) % 36, city.lengths)
    shares = bins[bins > 0] / bins.sum()
    degrees = city.degrees[city.intersections]
    return Figures(
        float(-(shares * np.log(shares)).sum()),
        float((degrees == 3).mean()),
        float((degrees == 4).mean()),
        float(np.median(blocks(city))),
    )


def blocks(city: City) -> list[float]:
    """Return the metres of every street between two crossings, from either end."""
    lengths = []
    for crossing in np.flatnonzero(city.intersections).tolist():
        for point in city.neighbours_of(crossing).tolist():
            before, at, walked = crossing, point, 1
            while city.degrees[at] == 2:
                first, second = city.neighbours_of(at).tolist()
                before, at = at, second if first == before else first
                walked += 1
            if city.intersections[at]:
                lengths.append(10.0 * walked)
    return lengths


@cache
def family_figures(family: str) -> np.ndarray:
    """Return the figures of some cities of a family, one in a row."""
    return np.array([figures(make(family, seed, area=2.0)) for seed in range(SEEDS)])


def test_families_differ_as_real_plans_do() -> None:
    grid, radial, organic, superblock, river, diamond = map(family_figures, FAMILIES)
    entropy, three, four, block = range(4)
    # Bearings: one grid has the fewest, two grids more, diagonals too; rings and old towns all.
    assert grid[:, entropy].max() < superblock[:, entropy].min() < 2.1
    assert superblock[:, entropy].max() < river[:, entropy].min() < 2.8
    assert river[:, entropy].max() < organic[:, entropy].min()
    assert superblock[:, entropy].max() < diamond[:, entropy].min()
    assert diamond[:, entropy].max() < organic[:, entropy].min()
    assert organic[:, entropy].max() < radial[:, entropy].min()
    # Crossings: grids have four streets, old towns and streets that end inside a superblock three.
    assert min(grid[:, four].min(), river[:, four].min(), diamond[:, four].min()) > 0.5
    assert river[:, four].mean() > grid[:, four].mean()
    assert min(organic[:, three].min(), superblock[:, three].min()) > 0.6
    assert 0.3 < radial[:, three].mean() < 0.6
    # Blocks: short in old towns, long where main roads are far apart.
    assert organic[:, block].max() <= 90 <= river[:, block].max() <= 120
    assert superblock[:, block].min() > 120


@pytest.mark.parametrize("one, other", list(combinations(FAMILIES, 2)))
def test_any_two_families_are_told_apart_by_some_figure(one: str, other: str) -> None:
    a, b = family_figures(one), family_figures(other)
    assert ((a.max(axis=0) < b.min(axis=0)) | (b.max(axis=0) < a.min(axis=0))).any(), (a, b)


def test_blocks_of_a_grid_have_unequal_sides() -> None:
    lengths = np.array(blocks(make("grid", 0, area=2.0)))
    short, long = np.percentile(lengths, [20, 85])
    assert long > 1.7 * short


def test_few_bridges_cross_the_river() -> None:
    for seed, area in ((0, 1.0), (1, 2.0), (2, 4.0)):
        city = make("river", seed, area=area)
        spots = metres(city, city.coordinates)
        # The water is the widest band without a place; a bridge has a point in the middle of it.
        north = np.sort(places(city)[:, 1])
        gap = int(np.diff(north).argmax())
        middle = (north[gap] + north[gap + 1]) / 2
        above = spots[:, 1] > middle
        bridges = int((above[city.edge_owners] & ~above[city.neighbours]).sum())
        assert 1 <= bridges <= 4
        assert north[gap + 1] - north[gap] > 60


@given(cities)
@settings(max_examples=25)
def test_every_city_can_be_walked(city: City) -> None:
    # That it is connected, and no street double, is checked by City itself.
    assert city.lengths.min() > 5
    assert city.lengths.max() < 15
    assert len(np.unique(city.points, axis=0)) == len(city.points)
    assert city.degrees.max() <= 6
    crossings = int(city.intersections.sum())
    assert (city.degrees == 1).sum() <= 0.1 * crossings
    assert np.isin(city.degrees[city.intersections], (3, 4)).mean() > 0.9


def crossed(city: City) -> int:
    """Return how many pairs of streets cross where there is no point."""
    spots = metres(city, city.coordinates)
    once = city.edge_owners < city.neighbours
    pairs = np.stack([city.edge_owners[once], city.neighbours[once]], axis=1)
    a, b = spots[pairs[:, 0]], spots[pairs[:, 1]]
    middle = (a + b) / 2
    first, second = np.nonzero(np.triu(apart(middle, middle) < 15.0, k=1))
    shared = (pairs[first][:, :, None] == pairs[second][:, None, :]).any(axis=(1, 2))
    first, second = first[~shared], second[~shared]

    def turn(p: np.ndarray, q: np.ndarray, r: np.ndarray) -> np.ndarray:
        (px, py), (qx, qy) = (q - p).T, (r - p).T
        return np.sign(px * qy - py * qx)

    def parts(i: np.ndarray, j: np.ndarray) -> np.ndarray:
        return turn(a[i], b[i], a[j]) * turn(a[i], b[i], b[j]) < 0

    return int((parts(first, second) & parts(second, first)).sum())


@pytest.mark.parametrize("family", FAMILIES)
def test_streets_meet_only_at_points(family: str) -> None:
    for seed in range(3):
        # Of a size that other tests have made already.
        assert crossed(make(family, seed, area=2.0)) == 0


@pytest.mark.parametrize("area", [1.0, 4.0])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_city_fills_its_area(family: str, area: float) -> None:
    city = make(family, 0, area=area)
    spots = metres(city, city.coordinates)
    cells = np.unique((spots // 250.0).astype(int), axis=0)
    assert 0.75 * area < len(cells) * 0.0625 < 1.8 * area


@given(cities)
@settings(max_examples=10)
def test_places_stand_beside_the_point_that_they_face(city: City) -> None:
    spots, beside = metres(city, city.coordinates), places(city)
    facing = np.array([place.point for place in city.places])
    to_points = apart(beside, spots)
    own = to_points[np.arange(len(beside)), facing]
    assert own.min() > 4
    assert own.max() < 12
    # On no other street, and not on top of each other.
    assert to_points.min() > 5.5
    between = (spots[city.edge_owners] + spots[city.neighbours]) / 2
    assert apart(beside, between).min() > 5.5
    assert (apart(beside, beside) + 99 * np.eye(len(beside))).min() > 7.5
    assert not city.intersections[facing].any()
    assert len({place.name for place in city.places}) == len(beside)


@pytest.mark.parametrize("family", FAMILIES)
def test_there_are_places_enough(family: str) -> None:
    for seed in range(3):
        city = make(family, seed, area=2.0)
        assert 60 <= len(city.places) / 2.0 <= 240
        crossings = metres(city, city.coordinates[city.intersections])
        near = (apart(crossings, places(city)) < 20).any(axis=1)
        assert 0.6 < near.mean() < 0.9
        assert {place.category for place in city.places} == set(CATEGORIES)


def test_corners_of_a_junction_have_places_equally_often() -> None:
    # Seen from the street that ends: ahead on the left and right, behind on the left and right.
    counts = np.zeros(4, dtype=int)
    for seed in range(30):
        city = make("superblock", seed, area=4.0)
        spots, beside = metres(city, city.coordinates), places(city)
        for crossing in np.flatnonzero(city.degrees == 3).tolist():
            around = spots[city.neighbours_of(crossing)] - spots[crossing]
            around /= np.hypot(*around.T)[:, None]
            stem = next((u for u in around if (np.abs(around @ u) < 0.1).sum() == 2), None)
            if stem is None:
                continue
            steps = beside - spots[crossing]
            steps = steps[np.hypot(*steps.T) < 20]
            ahead, right = steps @ -stem, steps @ (-stem[1], stem[0])
            counts += np.bincount(2 * (ahead < 0) + (right > 0), minlength=4)
    assert counts.sum() > 2_000
    expected = counts.sum() / 4
    # Chi-square with three degrees of freedom exceeds this once in 10,000 times.
    assert ((counts - expected) ** 2 / expected).sum() < 21.1, counts


def test_seeds_and_families_give_other_cities() -> None:
    made = [synthetic_city(family, seed) for family in FAMILIES for seed in range(5)]
    assert len({city.digest for city in made}) == len(made)
    assert len({city.coordinates[0].round(1).tobytes() for city in made}) > 20
    assert len({str(sorted(city.look.items())) for city in made}) == len(made)
    assert synthetic_city("grid", 3).digest == made[3].digest


@pytest.mark.parametrize("family, digest", list(GOLDEN.items()))
def test_cities_are_the_same_on_every_machine(family: str, digest: str) -> None:
    # Records of routes depend on it: a change here makes old results impossible to replay.
    assert synthetic_city(family, 0).digest == digest


def test_cities_are_the_same_in_another_process() -> None:
    code = "from virl_env import named_city as n; print(n('yarra junction').digest)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == named_city("yarra junction").digest


def test_the_training_city_is_a_grid_and_the_unseen_ones_are_others() -> None:
    training = named_city(TRAINING_CITY)
    assert (training.family, training.name) == ("grid", TRAINING_CITY)
    assert training is named_city(TRAINING_CITY)
    assert (*TRAINING_CITIES, *UNSEEN_CITIES) == CITY_NAMES
    assert TRAINING_CITIES == (TRAINING_CITY, "starhaven")
    unseen = [named_city(name) for name in UNSEEN_CITIES]
    assert len(unseen) == 9
    assert {city.family for city in unseen} == set(FAMILIES) - {"diamond"}
    assert sorted(city.modelled_on for city in unseen) == [
        *("Buenos Aires", "Hong Kong", "Lagos", "London", "Melbourne", "Milan", "New Delhi"),
        *("New York", "San Francisco"),
    ]
    assert not {city.name for city in unseen} & {city.modelled_on.lower() for city in unseen}
    looks = [tuple(sorted(city.look.items())) for city in (training, *unseen)]
    assert len(set(looks)) == 10
    assert len({city.coordinates[0].round(1).tobytes() for city in (training, *unseen)}) == 10


def test_there_are_more_unseen_cities() -> None:
    assert [unseen_city(number).name for number in range(9)] == list(UNSEEN_CITIES)
    more = [unseen_city(number) for number in range(9, 15)]
    assert len({city.digest for city in more}) == 6
    assert {city.family for city in more} == set(FAMILIES) - {"diamond"}
    assert unseen_city(9).digest == more[0].digest


@pytest.mark.slow
def test_the_largest_cities() -> None:
    for family in FAMILIES:
        city = synthetic_city(family, 7, area=25.0)
        assert len(city.points) > 20_000
        assert city.lengths.max() < 15


@pytest.mark.parametrize(
    "family, seed, area, message",
    [
        ("spiral", 0, 1.0, "family='spiral' is unknown: expected one of 'grid'"),
        ("grid", -1, 1.0, "seed must be an integer from 0"),
        ("grid", 1.5, 1.0, "seed must be an integer"),
        ("grid", 2**32 + 1, 1.0, "seed must be an integer"),
        ("grid", 0, 0.5, "area is square kilometres from 1 to 25; got 0.5"),
        ("grid", 0, 26, "area is square kilometres"),
        ("grid", 0, float("nan"), "area is square kilometres"),
        ("grid", 0, True, "area is square kilometres"),
        ("grid", 0, "x", "area is square kilometres from 1 to 25; got 'x'"),
        ("grid", 0, None, "area is square kilometres"),
    ],
)
def test_cities_that_cannot_be(family: str, seed: int, area: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        synthetic_city(family, seed, area=area)


def test_unknown_names_and_numbers() -> None:
    with pytest.raises(ValueError, match="Unknown city 'atlantis': expected one of gridhaven"):
        named_city("atlantis")
    with pytest.raises(ValueError, match="number must be an integer from 0"):
        unseen_city(-1)


def test_names_are_invented_and_unique() -> None:
    assert len(set(FIRST)) == len(FIRST)
    most = len(FIRST) * len(SECOND)
    names = place_names(["cafe"] * most, [7] * most)
    assert names[0] == f"{FIRST[7]} Cafe"
    assert len(set(names)) == most
    with pytest.raises(ValueError, match=f"names for {most} places of a category"):
        place_names(["cafe"] * (most + 1), [0] * (most + 1))


def test_draws_depend_on_seed_and_place_alone() -> None:
    one, other = Draws(5), Draws(5)
    assert one.units(10).tolist() == [other.one(0.0, 1.0) for _ in range(10)]
    assert Draws(5).units(3).tolist() != Draws(6).units(3).tolist()
    numbers = Draws(1).between(2.0, 4.0, 4_000)
    assert 2 <= numbers.min() < 2.01
    assert 3.99 < numbers.max() < 4
    assert abs(numbers.mean() - 3) < 0.05
    assert tuple(PLANS) == FAMILIES

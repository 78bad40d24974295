"""Cities: what makes one is checked, nothing in it changes, files give back what was saved."""

from __future__ import annotations

import copy
import json
import os
import pickle
import random
from dataclasses import FrozenInstanceError, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from virl_env.world.city import CATEGORIES, City, Place
from virl_env.world.city_files import load_city, save_city
from virl_env.world.geometry import bearing, haversine
from virl_env.world.synthetic import FAMILIES, synthetic_city

ARRAYS = ("points", "starts", "neighbours")
DERIVED = ("coordinates", "degrees", "intersections", "edge_owners", "bearings", "lengths")
PARTS: dict[str, Any] = {
    "name": "Crossroads",
    "family": "",
    "seed": 0,
    # A crossing, and a point to the north, east, south and west of it.
    "points": np.array([(0, 0), (900, 0), (0, 900), (-900, 0), (0, -900)]),
    "starts": np.array([0, 4, 5, 6, 7, 8]),
    "neighbours": np.array([1, 2, 3, 4, 0, 0, 0, 0]),
    "places": (
        Place("North Cafe", "cafe", (900, 70), 1),
        Place("South Bank", "bank", (-900, -80), 3),
    ),
    "look": {"hue": 0.5},
}


BUILDINGS: dict[str, Any] = {
    # A square in the north-east, and a triangle of unknown height in the south-west.
    "footprints": [
        (300, 300),
        (300, 600),
        (600, 600),
        (600, 300),
        (-300, -300),
        (-400, 0),
        (0, -7),
    ],
    "footprint_offsets": [0, 4, 7],
    "heights": [125, 0],
}


def crossroads(**changed: Any) -> City:
    return City(**{**PARTS, **changed})


@pytest.fixture(scope="module")
def city() -> City:
    return synthetic_city("organic", 3)


def test_a_crossing_and_its_streets() -> None:
    city = crossroads()
    assert city.degrees.tolist() == [4, 1, 1, 1, 1]
    assert city.intersections.tolist() == [True, False, False, False, False]
    assert city.neighbours_of(0).tolist() == [1, 2, 3, 4]
    assert city.neighbours_of(3).tolist() == [0]
    assert city.edge_owners.tolist() == [0, 0, 0, 0, 1, 2, 3, 4]
    assert city.bearings[:4].tolist() == [0, 90, 180, 270]
    assert city.lengths == pytest.approx(np.full(8, 10.0), abs=0.02)
    assert city.geocode(1) == pytest.approx((9e-5, 0))
    assert city.places[1].geocode == pytest.approx((-9e-5, -8e-6))


def test_bearings_and_lengths_are_those_of_geometry(city: City) -> None:
    for edge in range(0, len(city.neighbours), 97):
        ends = city.geocode(int(city.edge_owners[edge])), city.geocode(int(city.neighbours[edge]))
        assert city.lengths[edge] == pytest.approx(haversine(*ends), abs=1e-6)
        assert city.bearings[edge] == pytest.approx(bearing(*ends), abs=1e-6)


def test_one_point_is_a_city() -> None:
    city = crossroads(points=[(5, 5)], starts=[0, 0], neighbours=[], places=())
    assert city.degrees.tolist() == [0]


def test_nothing_can_be_changed(city: City) -> None:
    for name in (*ARRAYS, *DERIVED):
        with pytest.raises(ValueError, match="read-only"):
            getattr(city, name)[0] = 0
    with pytest.raises(FrozenInstanceError):
        city.name = "other"  # type: ignore[misc]


def test_the_arrays_that_came_stay_as_they_were() -> None:
    points = PARTS["points"].astype(np.int32)
    city = crossroads(points=points)
    points[0] = 7
    assert city.points[0].tolist() == [0, 0]


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda city: pickle.loads(pickle.dumps(city))]
)
def test_copies_hold_the_same_and_are_cities_of_their_own(city: City, again: Any) -> None:
    assert city.lengths.size  # a property that was asked for is no hindrance
    other = again(city)
    assert other.digest == city.digest
    assert other.places == city.places
    assert not other.points.flags.writeable
    assert other != city
    assert len({city: 1, other: 2}) == 2


def test_digests_change_with_everything() -> None:
    city = crossroads()
    assert city.digest == crossroads().digest == "c26bf4d025507fdc"
    moved = PARTS["points"] + (1, 0)
    renamed = (replace(PARTS["places"][0], name="Cafe North"), PARTS["places"][1])
    others = [
        crossroads(**changed)
        for changed in (
            {"name": "Crossing"},
            {"family": "grid"},
            {"seed": 1},
            {"points": moved},
            {"places": renamed},
            {"look": {"hue": 0.25}},
            {"modelled_on": "Rome"},
            {"attribution": "somebody"},
            BUILDINGS,
            {**BUILDINGS, "heights": [124, 0]},
            {**BUILDINGS, "footprint_offsets": [0, 3, 7]},
        )
    ]
    assert len({city.digest, *(other.digest for other in others)}) == 1 + len(others)


CAFE, BANK = PARTS["places"]


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"points": np.zeros((0, 2), int)}, r"at least one row .* got the shape \(0, 2\)"),
        ({"points": np.zeros((5, 3), int)}, r"latitude and longitude; got the shape \(5, 3\)"),
        ({"points": np.zeros(5, int)}, r"array of 2 dimensions; got int64 of the shape \(5,\)"),
        ({"points": PARTS["points"] * 1.0}, "must be integers .* got float64"),
        ({"points": PARTS["points"] * 10**9}, "must be integers of 32 bits"),
        ({"points": PARTS["points"] * 1_000_001}, r"units of 1e-7 degrees; got \[900000900, 0\]"),
        ({"points": PARTS["points"] - 2**31 + 900}, r"degrees; got \[-2147482748"),
        ({"starts": [0, 4, 5, 6, 8]}, "expected 6 ascending starts from 0"),
        ({"starts": [0, 5, 4, 6, 7, 8]}, "expected 6 ascending starts"),
        ({"neighbours": [1, 2, 3, 4, 0, 0, 0]}, "to the number of neighbours"),
        ({"neighbours": [1, 2, 3, 5, 0, 0, 0, 0]}, "neighbours from 0 to 4"),
        ({"neighbours": [1, 2, 4, 3, 0, 0, 0, 0]}, "in ascending order"),
        ({"neighbours": [1, 2, 3, 4, 0, 0, 0, 1]}, "in both directions. Sort and complete it"),
        ({"neighbours": [1, 2, 2, 4, 0, 0, 0, 0]}, "each neighbour once"),
        ({"starts": [0, 1, 2, 2, 2, 2], "neighbours": [1, 0]}, "Keep its largest piece"),
        ({"starts": [0, 1, 1, 1, 1, 1], "neighbours": [0]}, "its own neighbour"),
        ({"places": (CAFE, CAFE)}, "are called 'North Cafe'"),
        ({"places": (replace(CAFE, category="castle"),)}, "'castle' of 'North Cafe' is unknown"),
        (
            {"places": (replace(CAFE, point=5),)},
            "faces point 5; 'Crossroads' has the points 0 to 4",
        ),
        ({"places": (replace(CAFE, point=-1),)}, "faces point -1"),
        ({"places": (replace(CAFE, position=(9 * 10**8 + 1, 0)),)}, "is at \\(900000001, 0\\)"),
        ({"heights": [5]}, "footprint_offsets .* one more than its 1 heights, .* got 1 of them"),
        ({**BUILDINGS, "footprint_offsets": []}, "got 0 of them"),
        ({**BUILDINGS, "footprint_offsets": [0, 4, 6]}, "to its 7 corners"),
        ({**BUILDINGS, "footprint_offsets": [1, 4, 7]}, "from 0 to its 7 corners"),
        ({**BUILDINGS, "footprint_offsets": [0, 5, 7]}, "Building 1 .* less than three corners"),
        ({**BUILDINGS, "heights": [-1, 0]}, "unknown; got -1"),
        ({**BUILDINGS, "heights": [1.5, 0]}, "heights .* must be integers .* got float64"),
        ({**BUILDINGS, "footprints": np.zeros((7, 3), int)}, "footprints .* rows of latitude"),
        ({**BUILDINGS, "footprints": np.full((7, 2), 900_000_001)}, "footprints .* 1e-7 degrees"),
    ],
)
def test_what_makes_no_city_is_named(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        crossroads(**changed)


def test_a_long_street_in_any_order_is_in_one_piece() -> None:
    # Numbers far from their neighbours' are the hard case of looking for pieces.
    order = list(range(3_000))
    random.Random(0).shuffle(order)
    rows: dict[int, list[int]] = {point: [] for point in order}
    for a, b in pairwise(order):
        rows[a].append(b)
        rows[b].append(a)
    neighbours = [sorted(rows[point]) for point in range(len(order))]
    parts = {
        "points": [(point, 0) for point in range(len(order))],
        "starts": np.cumsum([0, *map(len, neighbours)]),
        "neighbours": np.concatenate(neighbours),
        "places": (),
    }
    assert crossroads(**parts).degrees.max() == 2


def test_there_are_about_twenty_categories() -> None:
    assert len(CATEGORIES) == len(set(CATEGORIES)) == 22


@pytest.mark.parametrize("family", FAMILIES)
def test_files_give_back_what_was_saved(family: str, tmp_path: Path) -> None:
    city = synthetic_city(family, 1, name="Élan / 東")
    path = tmp_path / "city.npz"
    save_city(city, path)
    again = load_city(os.fspath(path))
    assert again.digest == city.digest
    assert again.told() == city.told()
    assert not again.points.flags.writeable
    assert [file.name for file in tmp_path.iterdir()] == ["city.npz"]


def test_files_give_back_buildings(tmp_path: Path) -> None:
    city = crossroads(**BUILDINGS, attribution="somebody")
    save_city(city, tmp_path / "city.npz")
    again = load_city(tmp_path / "city.npz")
    assert again.digest == city.digest
    assert again.attribution == "somebody"
    for name, values in BUILDINGS.items():
        kept = getattr(again, name)
        assert (kept.dtype, kept.tolist()) == (np.int32, np.array(values).tolist())
        assert not kept.flags.writeable


def test_a_file_without_buildings_holds_no_arrays_of_them(tmp_path: Path) -> None:
    save_city(crossroads(), tmp_path / "city.npz")
    with np.load(tmp_path / "city.npz") as held:
        assert sorted(held) == sorted((*ARRAYS, "told"))
    assert load_city(tmp_path / "city.npz").footprints.shape == (0, 2)


def write(path: Path, told: str | dict[str, Any], **arrays: Any) -> None:
    """Write a city file of the crossroads with something else in it, or with another text."""
    city = crossroads()
    if isinstance(told, dict):
        told = json.dumps({"version": 1, **city.told(), **told})
    np.savez(path, told=told, **({name: getattr(city, name) for name in ARRAYS} | arrays))


def test_files_are_written_as_the_tests_write_them(tmp_path: Path) -> None:
    write(tmp_path / "good.npz", {})
    assert load_city(tmp_path / "good.npz").digest == crossroads().digest


@pytest.mark.parametrize(
    "told, arrays, message",
    [
        ({"version": 2}, {}, "version"),
        ({"version": True}, {}, "version is True"),
        ({"version": 1.0}, {}, "version is 1.0"),
        ({"name": ""}, {}, "name of a city must be a text that is not empty, .*got ''"),
        ({"name": None}, {}, "name of a city .* got None"),
        ({"family": 3}, {}, "family of a city must be '' or one of grid, .*; got 3"),
        ({"family": "spiral"}, {}, "family of a city must be .*; got 'spiral'"),
        ({"family": []}, {}, "family of a city must be"),
        ({}, {"points": np.zeros((5, 2), dtype=np.int32)}, "0 and 1 of .* at one coordinate"),
        (
            {"places": [["Far Cafe", "cafe", 900, 200_000, 1]]},
            {},
            "'Far Cafe' is 2,2.. metres away",
        ),
        ({"seed": "x"}, {}, "seed of a city must be an integer; got 'x'"),
        ({"look": None}, {}, "look of a city must be a mapping; got None"),
        ({"look": 3}, {}, "look of a city must be a mapping; got 3"),
        ({"attribution": 4}, {}, "attribution of a city must be a text; got 4"),
        ({"places": [["North Cafe", "cafe", 1.7, 0, 0]]}, {}, "1.7 where a whole number"),
        ({"places": [[7, "cafe", 0, 0, 0]]}, {}, "name of a place .* got 7"),
        ({"places": 3}, {}, "TypeError"),
        ({"places": [["North Cafe"]]}, {}, "not enough values"),
        ({"places": [["North Cafe", "castle", 0, 0, 0]]}, {}, "'castle'"),
        ({"mood": "grey"}, {}, "mood"),
        ({}, {"points": np.zeros((5, 2))}, "float64"),
        ({}, {"points": np.array([{}, 1], dtype=object)}, "points holds Python objects"),
        ({}, {"neighbours": np.arange(8)}, "neighbours from 0 to 4"),
        ({}, {"heights": np.zeros(1, dtype=int)}, "some and not all"),
        ({}, {**BUILDINGS, "heights": [0]}, "one more than its 1 heights"),
        ({}, {**BUILDINGS, "heights": [0.5, 0]}, "heights holds float64"),
        ("[]", {}, "TypeError"),
        ("3", {}, "AttributeError"),
        ("{", {}, "JSONDecodeError"),
        ("{}", {}, "KeyError"),
    ],
)
def test_files_that_hold_no_city(
    told: str | dict[str, Any], arrays: dict[str, Any], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "bad.npz"
    write(path, told, **arrays)
    with pytest.raises(ValueError, match=f"bad.npz is not a city file .*{message}") as raised:
        load_city(path)
    assert "save_city writes one" in str(raised.value)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a city", b"\x93NUMPY\x01\x00"])
def test_files_of_other_kinds(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"other\.npz is not a city file"):
        load_city(path)
    np.save(tmp_path / "array.npy", np.zeros(3))
    with pytest.raises(ValueError, match=r"array\.npy is not a city file"):
        load_city(tmp_path / "array.npy")


def test_what_is_no_city_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"save_city writes a virl_env\.City; got 'x'"):
        save_city("x", tmp_path / "city.npz")  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="does not exist: expected the file of a city"):
        load_city(tmp_path / "nowhere.npz")


def test_damaged_files_are_refused_or_whole(tmp_path: Path) -> None:
    path = tmp_path / "city.npz"
    save_city(crossroads(), path)
    whole, rng, refused = path.read_bytes(), random.Random(0), 0
    for trial in range(300):
        damaged = bytearray(whole)
        if trial % 3 == 0:
            del damaged[rng.randrange(len(damaged)) :]
        else:
            damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
        path.write_bytes(damaged)
        try:
            digest = load_city(path).digest
        except ValueError as error:
            refused += 1
            assert "city.npz is not a city file" in str(error)  # noqa: PT017
        else:
            assert digest == crossroads().digest
    assert refused > 200

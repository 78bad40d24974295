"""Maps that are not as the textbook says: geometry decides, tags inform, what is lost is told."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import virl_env
from tests.virl import town
from tests.virl.town import (
    ARMS,
    CROSS,
    FORMATS,
    Spot,
    Ways,
    degrees,
    feature,
    graphml,
    surveyed,
)
from virl_env.__main__ import draw_way
from virl_env.__main__ import main as walk
from virl_env.map_picture import draw_map
from virl_env.maps import Survey, survey
from virl_env.maps.__main__ import left_out, main
from virl_env.maps.geojson import read_geojson
from virl_env.maps.ways import NO_STREETS, Way
from virl_env.text_env import VIRLNavigationTextEnv
from virl_env.views.city_views import CityViews
from virl_env.world.geometry import near

FORMAT = pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)

PAVEMENT = {"highway": "footway", "footway": "sidewalk"}
CROSSING = {"highway": "footway", "footway": "crossing"}

# Closed roads and their pavements: from the cross a road leads east to a second part of the town.
FAR_EAST: dict[str, Spot] = {"far": (800, 0), "up": (800, 200), "down": (800, -200)}
HALVES = CROSS | FAR_EAST
SECOND: Ways = [("far", "up", {}), ("far", "down", {})]


def road(**tags: str) -> Ways:
    return [*ARMS, *SECOND, ("east", "far", tags)]


CLOSED = pytest.mark.parametrize(
    "tags",
    [
        {"highway": "primary", "foot": "no"},
        {"highway": "primary", "foot": "no", "sidewalk": "none"},
        {"highway": "primary", "access": "no"},
        {"highway": "trunk"},
        {"highway": "trunk", "sidewalk:both": "no"},
    ],
    ids=str,
)


@FORMAT
@CLOSED
def test_a_closed_road_is_walked_where_a_pavement_is_drawn_along_it(
    tmp_path: Path, make: Any, tags: dict[str, str]
) -> None:
    nodes = HALVES | {"a": (205, 8), "b": (795, 8)}
    made: Survey = make(tmp_path, nodes, [*road(**tags), ("a", "b", PAVEMENT)])
    assert (made.pieces, made.dropped) == (0, 0)
    assert len(made.city.points) == 81 + 60 + 40
    assert made.metres == pytest.approx(1800, abs=1)
    assert made.closed == {}


@FORMAT
@CLOSED
def test_without_a_pavement_it_is_closed_and_what_is_lost_is_told(
    tmp_path: Path, make: Any, tags: dict[str, str]
) -> None:
    made: Survey = make(tmp_path, HALVES, road(**tags))
    assert len(made.city.points) == 81
    assert (made.pieces, made.dropped) == (1, pytest.approx(400, abs=1))
    assert made.closed == {Way.CLOSED: pytest.approx(600, abs=1)}
    assert left_out(made) == [
        "left out: 0.4 of 1.2 km of streets (33%), in pieces that are not connected with the "
        "rest (1)",
        "left out: ways that are not walked: 0.6 km closed to people on foot",
    ]


@FORMAT
@pytest.mark.parametrize(
    "tags",
    [
        {"foot": "no", "sidewalk": "right"},
        {"foot": "no", "sidewalk:left": "no", "sidewalk:right": "separate"},
        {"highway": "trunk", "sidewalk": "separate"},
    ],
    ids=str,
)
def test_a_pavement_that_is_only_told_opens_a_road(
    tmp_path: Path, make: Any, tags: dict[str, str]
) -> None:
    assert make(tmp_path, HALVES, road(**tags)).pieces == 0


@FORMAT
def test_a_pavement_with_gaps_at_side_streets_opens_the_whole_road(
    tmp_path: Path, make: Any
) -> None:
    nodes, ways = HALVES.copy(), [*ARMS, *SECOND]
    stops = ["east", *(f"corner{number}" for number in range(5)), "far"]
    for number, (one, other) in enumerate(pairwise(stops)):
        x = 200 + 100 * number
        nodes |= {other: (x + 100, 0), f"a{number}": (x + 12, -9), f"b{number}": (x + 88, -9)}
        ways.append((one, other, {"highway": "trunk"}))
        ways.append((f"a{number}", f"b{number}", PAVEMENT))
    # The road bends a little at its corners, in pieces too short to have a pavement of their own.
    nodes |= {"mid": (206, 0)}
    made = make(tmp_path, nodes, [*ways, ("east", "mid", {"highway": "trunk"})])
    assert made.pieces == 0
    assert len(made.city.points) == 81 + 60 + 40


@FORMAT
def test_a_pavement_far_from_its_closed_road_is_a_way_of_its_own(tmp_path: Path, make: Any) -> None:
    nodes = HALVES | {"a": (215, 25), "b": (785, 25)}
    ways = [*road(foot="no"), ("a", "b", PAVEMENT)]
    apart = make(tmp_path, nodes, ways)
    assert apart.pieces == 2
    joined = make(tmp_path, nodes, [*ways, ("east", "a", CROSSING), ("b", "far", CROSSING)])
    assert joined.pieces == 0
    assert joined.closed == {Way.CLOSED: pytest.approx(600, abs=1)}


@FORMAT
def test_crossings_and_pavements_beside_walked_streets_are_left_out(
    tmp_path: Path, make: Any
) -> None:
    corner: dict[str, Spot] = {"a": (190, 8), "b": (8, 8), "c": (8, 190)}
    across: dict[str, Spot] = {"d": (8, -8), "e": (8, 0)}
    pavements: Ways = [("a", "b", PAVEMENT), ("b", "c", PAVEMENT)]
    crossings: Ways = [("b", "e", CROSSING), ("e", "d", CROSSING)]
    split: Ways = [("middle", "e", {}), ("e", "east", {}), *ARMS[1:]]
    made = make(tmp_path, CROSS | corner | across, [*split, *pavements, *crossings])
    assert sorted(made.city.degrees) == sorted(surveyed(tmp_path).city.degrees)
    assert (made.pieces, made.dropped) == (0, 0)


@FORMAT
def test_what_hangs_on_a_pavement_alone_is_joined_to_its_street(tmp_path: Path, make: Any) -> None:
    nodes = CROSS | {"a": (-190, 9), "gate": (-101, 9), "b": (-10, 9), "park": (-101, 150)}
    foot = {"highway": "footway"}
    ways = [*ARMS, ("a", "gate", foot), ("gate", "b", foot), ("gate", "park", foot)]
    made = make(tmp_path, nodes, ways)
    assert (made.pieces, made.dropped) == (0, 0)
    assert int(made.city.intersections.sum()) == 2
    assert len(made.city.points) == 81 + 15
    # The corner of a pavement is none.
    nodes["park"] = (-95, 20)
    made = make(tmp_path, nodes, ways)
    assert len(made.city.points) == 81
    assert (made.pieces, made.dropped) == (1, pytest.approx(12.5, abs=0.1))


def test_two_gates_of_a_park_are_joined_each_to_its_street(tmp_path: Path) -> None:
    foot = {"highway": "footway"}
    nodes = CROSS | {"a": (-190, 9), "gate": (-120, 9), "b": (-10, 9)}
    nodes |= {"c": (-9, 190), "door": (-9, 120), "d": (-9, 30)}
    ways = [*ARMS, ("a", "gate", foot), ("gate", "b", foot), ("c", "door", foot)]
    made = surveyed(tmp_path, nodes, [*ways, ("door", "d", foot), ("gate", "door", foot)])
    assert made.pieces == 0
    assert sorted(made.city.degrees)[-3:] == [3, 3, 4]


def test_the_piece_with_most_metres_is_kept_however_many_nodes_others_have(
    tmp_path: Path,
) -> None:
    nodes: dict[str, Spot] = {f"n{x}": (1000 + x, 30) for x in range(0, 300, 10)}
    winding: Ways = [(f"n{x}", f"n{x + 10}", {}) for x in range(0, 290, 10)]
    made = surveyed(tmp_path, CROSS | nodes, [*ARMS, *winding])
    assert made.dropped == pytest.approx(290, abs=1)


def test_ways_that_are_not_walked_are_told_by_kind(tmp_path: Path) -> None:
    nodes = CROSS | {f"end{number}": (200 + 50 * number, 100) for number in range(5)}
    kinds = [
        {"tunnel": "yes"},
        {"highway": "pedestrian", "area": "yes"},
        {"highway": "service", "service": "driveway"},
        {"highway": "footway", "access": "private"},
        {"highway": "motorway"},
    ]
    ways = [("east", f"end{number}", tags) for number, tags in enumerate(kinds)]
    made = surveyed(tmp_path, nodes, [*ARMS, *ways])
    assert list(made.closed) == [Way.NO_STREET, Way.UNSEEN, Way.AREA, Way.YARD, Way.CLOSED]
    assert made.closed[Way.UNSEEN] == pytest.approx(100, abs=1)
    assert "0.1 km in tunnels or indoors, 0.1 km around squares" in left_out(made)[0]


@FORMAT
@pytest.mark.parametrize(
    "highway, told",
    [
        *((value, "of motorways and ways that are not built") for value in sorted(NO_STREETS)),
        *((value, "in tunnels or indoors") for value in ("corridor", "elevator")),
    ],
)
def test_a_way_of_any_kind_that_is_not_walked_is_told(
    tmp_path: Path, make: Any, highway: str, told: str
) -> None:
    nodes = CROSS | {"end": (400, 100)}
    made = make(tmp_path, nodes, [*ARMS, ("east", "end", {"highway": highway})])
    assert len(made.city.points) == 81
    (line,) = left_out(made)
    assert line.startswith(f"left out: ways that are not walked: 0.2 km {told}")


@FORMAT
def test_crossings_and_platforms_are_no_ways_that_are_left_out(tmp_path: Path, make: Any) -> None:
    nodes = CROSS | {"end": (400, 100)}
    ways: Ways = [("east", "end", {"highway": value}) for value in ("crossing", "platform")]
    assert left_out(make(tmp_path, nodes, [*ARMS, *ways])) == []


@FORMAT
def test_shops_that_are_no_longer_there_are_counted(tmp_path: Path, make: Any) -> None:
    gone: list[dict[str, Any]] = [
        {"shop": "vacant"},
        {"shop": "books", "disused": "yes"},
        {"disused:shop": "books"},
        {"abandoned:amenity": "cafe"},
    ]
    others = [{"disused:amenity": "telephone"}, {"amenity": "bench"}]
    tags = [{"name": f"Old {number}"} | told for number, told in enumerate((*gone, *others))]
    made = make(
        tmp_path, CROSS, ARMS, *(feature((20 + 9 * n, 6), **each) for n, each in enumerate(tags))
    )
    assert left_out(made) == ["left out: shops and so on: 4 that are disused or empty"]


def test_who_took_over_a_shop_is_there(tmp_path: Path) -> None:
    now = feature((20, 6), **{"amenity": "bank", "name": "Now", "was:shop": "books"})
    made = surveyed(tmp_path, CROSS, ARMS, now)
    assert (made.gone, len(made.city.places)) == (0, 2)


def test_several_spots_are_one_place_at_the_first(tmp_path: Path) -> None:
    stalls = feature((30, 6), amenity="marketplace", name="Stalls")
    spots = [degrees((30, 6)), degrees((90, 6))]
    stalls["geometry"] = {"type": "MultiPoint", "coordinates": spots}
    (_, place) = surveyed(tmp_path, CROSS, ARMS, stalls).city.places
    assert (place.name, place.geocode[::-1]) == ("Stalls", pytest.approx(spots[0], abs=1e-6))


@FORMAT
def test_ways_that_lead_nowhere_do_no_harm(tmp_path: Path, make: Any) -> None:
    nodes = CROSS | {"copy": (200, 0), "spot": (100, 0)}
    odd: Ways = [("east", "copy", {}), ("middle", "middle", {}), ("east", "middle", {})]
    made = make(tmp_path, nodes, [*ARMS, *odd, ("spot", "spot", {})])
    assert made.city.points.tolist() == surveyed(tmp_path).city.points.tolist()


# Places and buildings


@FORMAT
def test_a_shop_on_the_first_two_floors_is_seen_and_one_above_is_counted(
    tmp_path: Path, make: Any
) -> None:
    shops = [
        feature((20 + 10 * number, 6), shop="books", name=f"Level {level}", level=level)
        for number, level in enumerate(("1,2", "1;2", "3;4", "-1"))
    ]
    made = make(tmp_path, CROSS, ARMS, *shops)
    assert {place.name for place in made.city.places} == {"Blue Door", "Level 1,2", "Level 1;2"}
    assert (made.elsewhere, made.unnamed, made.far) == (2, 0, 0)
    assert left_out(made) == ["left out: shops and so on: 2 below ground or on upper floors only"]


@FORMAT
def test_a_height_that_cannot_be_falls_back_on_the_storeys(tmp_path: Path, make: Any) -> None:
    told = {"11' 4''": 35, "12 metre": 120, "1,234": 150, "0": 150, "5000": 150, "high": 150}
    levels = {"3;4": 120, "2.5": 75, "abc": 0}
    houses = [
        feature(house(number), building="yes", height=height, **{"building:levels": "5"})
        for number, height in enumerate(told)
        if height != "11' 4''"
    ]
    houses.append(feature(house(8), building="yes", height="11' 4''"))
    houses += [
        feature(house(9 + number), building="yes", **{"building:levels": level})
        for number, level in enumerate(levels)
    ]
    made = make(tmp_path, CROSS, ARMS, *houses)
    assert sorted(made.city.heights) == sorted([*told.values(), *levels.values()])
    assert made.odd_heights == 1
    assert left_out(made) == ["left out: heights of buildings, which cannot be (1)"]


def house(number: int) -> list[Spot]:
    x = 15 * number
    return [(x, 40), (x + 10, 40), (x + 10, 50), (x, 50)]


# Geometries


def test_heights_above_the_sea_mean_nothing_in_the_geometry_of_streets(tmp_path: Path) -> None:
    spots: list[Spot] = [(200, 0), (240, 13), (300, 60)]
    corners = [degrees(spot) for spot in spots]
    nodes = CROSS | {"end": spots[-1]}

    def with_line(line: str) -> Any:
        return surveyed(tmp_path, nodes, [*ARMS, ("east", "end", {"geometry": line})]).city

    flat = with_line(f"LINESTRING ({', '.join(f'{x} {y}' for x, y in corners)})")
    for kind in (" Z ", "Z", " z", " M ", " ZM "):
        third = " 3.5 1" if "M" in kind and "Z" in kind else " 3.5"
        line = f"LINESTRING{kind}({', '.join(f'{x} {y}{third}' for x, y in corners)})"
        assert with_line(line).digest == flat.digest


SQUARE: list[Spot] = [(20, 20), (40, 20), (40, 40), (20, 40), (20, 20)]


def geometry(type: str, coordinates: Any, **more: Any) -> dict[str, Any]:
    """Return a feature that is a building with a name, and a images."""
    tags = {"building": "yes", "tourism": "gallery", "name": "Frame"}
    return {
        "type": "Feature",
        "properties": tags,
        "geometry": {"type": type, "coordinates": coordinates} | more,
    }


def corners(rise: Spot = (0, 0), height: tuple[float, ...] = ()) -> list[list[float]]:
    return [[*degrees((x + rise[0], y + rise[1])), *height] for x, y in SQUARE]


@pytest.mark.parametrize(
    "odd, buildings",
    [
        (geometry("Polygon", []), 0),
        (geometry("Polygon", [[]]), 0),
        (geometry("MultiPolygon", []), 0),
        (geometry("MultiPolygon", [[], [[]]]), 0),
        (geometry("MultiPolygon", [[], [corners()], [[]]]), 1),
        (geometry("Point", []), 0),
        (geometry("MultiPoint", []), 0),
        (geometry("GeometryCollection", [], geometries=[]), 0),
        (geometry("LineString", corners()), 0),
        (geometry("Polygon", [corners(height=(12.5,))]), 1),
        (geometry("Polygon", [corners()[:-1]]), 1),
        ({"type": "Feature", "properties": None, "geometry": None}, 0),
        (
            {
                "type": "Feature",
                "properties": {"building": "yes"},
                "geometry": {
                    "type": "GeometryCollection",
                    "geometries": [
                        {"type": "Point", "coordinates": degrees((30, 30))},
                        {"type": "Polygon", "coordinates": [corners()]},
                        {"type": "Polygon", "coordinates": []},
                    ],
                },
            },
            1,
        ),
    ],
)
def test_a_geometry_may_be_empty_or_a_collection(
    tmp_path: Path, odd: dict[str, Any], buildings: int
) -> None:
    made = surveyed(tmp_path, CROSS, ARMS, odd)
    assert len(made.city.heights) == buildings
    assert made.city.footprint_offsets.tolist() == [0, 4][: buildings + 1]
    assert made.unread == 0


@pytest.mark.parametrize(
    "odd",
    [
        3,
        {"type": "Feature", "properties": {}},
        {"type": "Feature", "properties": [1], "geometry": geometry("Point", [1, 2])["geometry"]},
        geometry("Point", [1]),
        geometry("MultiPoint", [[1, 2], [1]]),
        geometry("Point", [1, "north"]),
        geometry("Point", [1e9, 0]),
        geometry("Point", [10**400, 0]),
        geometry("Point", [float("nan"), 0]),
        geometry("Polygon", [3]),
        geometry("Polygon", [[[1, 2], [1]]]),
        {"type": "Feature", "properties": {}, "geometry": {"coordinates": [1, 2]}},
        {"type": "Feature", "properties": {}, "geometry": [1, 2]},
    ],
    ids=str,
)
def test_what_one_feature_has_wrong_loses_one_feature(tmp_path: Path, odd: Any) -> None:
    made = surveyed(tmp_path, CROSS, ARMS, odd, feature((50, 5), shop="books", name="After"))
    assert [place.name for place in made.city.places] == ["Blue Door", "After"]
    assert made.unread == 1
    assert left_out(made) == ["left out: ways and things whose place cannot be read (1)"]


@pytest.mark.parametrize(
    "line", ["POINT (1 1)", "LINESTRING EMPTY", "LINESTRING (1, 2)", "LINESTRING (900 0, 1 1)"]
)
def test_what_one_street_has_wrong_loses_one_street(tmp_path: Path, line: str) -> None:
    nodes = CROSS | {"end": (300, 60)}
    made = surveyed(tmp_path, nodes, [*ARMS, ("east", "end", {"geometry": line})])
    assert len(made.city.points) == 81
    assert made.unread == 1


@pytest.mark.parametrize("x", ["ten", "nan", "4e5", ""])
def test_what_one_node_has_wrong_loses_its_streets(tmp_path: Path, x: str) -> None:
    nodes = CROSS | {"end": (300, 60)}
    surveyed(tmp_path)
    text = graphml(nodes, [*ARMS, ("east", "end", {})])
    place, _ = degrees(nodes["end"])
    text = text.replace(f'<data key="x">{place}</data>', f'<data key="x">{x}</data>')
    (tmp_path / "town.graphml").write_text(text, "utf-8")
    made = survey(tmp_path / "town.graphml", features=tmp_path / "town.geojson")
    assert len(made.city.points) == 81
    assert made.unread == 2  # the node and its edge


# The 180th meridian


@pytest.mark.parametrize("origin", [-180.0, -179.9, 0.0, 12.3, 180.0])
def test_near_leaves_what_is_near_as_it_is(origin: float) -> None:
    for away in (-179.0, -0.1, 0.0, 1e-9, 179.0):
        assert near(origin + away, origin) == origin + away
        assert near(origin + away + 360, origin) == pytest.approx(origin + away)
    assert near(np.array([origin]), origin).tolist() == [origin]


@FORMAT
def test_a_town_across_the_180th_meridian_is_as_any_other(
    tmp_path: Path, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made() -> Survey:
        nodes = HALVES | {"a": (205, 8), "b": (795, 8)}
        shops = [
            feature((x, y), shop="books", name=f"Shop {x} {y}")
            for x in range(-180, 800, 70)
            for y in (-7, 7)
        ]
        shops += [feature((808, y), shop="books", name=f"Shop {y}") for y in range(-180, 200, 60)]
        block: list[Spot] = [(-30, 12), (60, 12), (60, 70), (-30, 70)]
        hall = feature(block, building="yes", amenity="theatre", name="Hall")
        ways = [*road(foot="no"), ("a", "b", PAVEMENT)]
        found: Survey = make(tmp_path, nodes, ways, *shops, hall)
        return found

    plain = made()
    monkeypatch.setattr(town, "EAST", 180.0)
    across = made()
    one, other = plain.city, across.city
    assert np.abs(other.points[:, 1]).max() <= 1_800_000_000
    assert (other.points[:, 1] > 0).any()
    assert (other.points[:, 1] < 0).any()
    assert (across.pieces, across.dropped) == (0, 0)
    assert across.metres == pytest.approx(plain.metres, abs=0.1)
    assert sorted(one.degrees) == sorted(other.degrees)
    assert np.sort(other.lengths) == pytest.approx(np.sort(one.lengths), abs=0.02)
    assert {place.name for place in one.places} == {place.name for place in other.places}
    faced = [
        {p.name: one_city.geocode(p.point)[0] for p in one_city.places} for one_city in (one, other)
    ]
    assert faced[1] == pytest.approx(faced[0], abs=1e-6)
    # From a route in one town follows the same in the other.
    corner = int(other.intersections.argmax())
    views = [CityViews(city) for city in (one, other)]
    (y, _), (_, x) = other.geocode(corner), other.geocode(corner)
    there = (y, near(x, 180.0) - 170)
    shown = [view.four(at, 30.0, 32).astype(int) for view, at in zip(views, (there, (y, x)))]
    assert np.abs(shown[0] - shown[1]).mean() < 2
    route = virl_env.route_pool(other, 1)[0]
    drawn = draw_map(route, other, route.start, 0.0)
    empty = draw_map(route, None, route.start, 0.0)
    assert (drawn != empty).any(axis=2).mean() > 0.03
    assert (empty != empty[0, 0]).any(axis=2).mean() < 0.1


def test_the_way_across_the_180th_meridian_is_drawn_in_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drawn(east: float) -> str:
        monkeypatch.setattr(town, "EAST", east)
        shop = feature((-100, 8), shop="books", name="West")
        city = surveyed(tmp_path, CROSS, ARMS, shop, feature((8, 100), shop="books", name="N")).city
        env = VIRLNavigationTextEnv(city=city, turns=(0, 1))
        for seed in range(40):
            env.reset(seed=seed)
            route = env.route
            if (route.start_name, route.destination) == ("West", "Blue Door"):
                return draw_way(env.steps, len(env.steps) - 1)
        raise AssertionError("no such route")

    one, other = drawn(10.0), drawn(180.0)
    assert len(one.split()) == len(other.split()) == 7
    assert (one[0], one[-1]) == (other[0], other[-1]) == ("S", "\N{RIGHTWARDS ARROW}")


# Small towns


def small_town(folder: Path, places: int) -> tuple[Path, Path]:
    """Write a town of 7 km, one street with others off it, and its shops; return its files."""
    nodes: dict[str, Spot] = {"0": (0, 0)}
    ways: Ways = []
    shops = []
    for number in range(25):
        x, end = 80 * (number + 1), 200 * (-1) ** number
        nodes |= {f"{number + 1}": (x, 0), f"end {number}": (x, end)}
        ways += [(f"{number}", f"{number + 1}", {}), (f"{number + 1}", f"end {number}", {})]
        if number < places:
            shops.append(feature((x + 6, end / 2), shop="books", name=f"Shop {number}"))
    streets, features = folder / "small.graphml", folder / "small.geojson"
    streets.write_text(graphml(nodes, ways), "utf-8")
    collection = {"type": "FeatureCollection", "features": shops}
    features.write_text(json.dumps(collection), "utf-8")
    return streets, features


def test_a_small_town_says_how_many_routes_it_has_and_they_are_walked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # That there is no other route is known after so many draws, which take seconds.
    monkeypatch.setattr("virl_env.routes.numbered.TRIES", 30)
    streets, features = small_town(tmp_path, 10)
    out = tmp_path / "small.npz"
    assert main([str(streets), str(out), "--features", str(features)]) == 0
    city = virl_env.load_city(out)
    assert 6_500 < city.lengths.sum() / 2 < 7_500
    count = virl_env.route_count(city)
    assert 20 < count < 1_000
    assert f"\n{count} different routes of turns 1 to 4, 100 to 2000 met" in capsys.readouterr().out
    for turns in ([], ["--turns", "2"]):
        assert walk(["--city", str(out), "--expert", "--seed", "3", *turns]) == 0


def test_a_town_without_a_route_is_told_at_the_import(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    streets, features = small_town(tmp_path, 1)
    out = tmp_path / "small.npz"
    assert main([str(streets), str(out), "--features", str(features)]) == 1
    told = capsys.readouterr().err
    assert "small.graphml: small has 7.0 km of streets, 1 places and no route of turns" in told
    assert "take a larger extract" in told
    assert not out.exists()


def test_a_list_of_what_are_no_features_is_given_up_soon(tmp_path: Path) -> None:
    file = tmp_path / "features.geojson"
    for text in ('{"features": [' + "[]," * 50_000 + "[]]}", '{"features": {}}'):
        file.write_text(text)
        with pytest.raises(ValueError, match=re.escape(str(file))):
            read_geojson(file)

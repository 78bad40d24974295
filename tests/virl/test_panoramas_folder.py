"""Folders of panoramas: what views look at, which panorama stands for a place, what is refused."""

from __future__ import annotations

import copy
import io
import json
import pickle
import shutil
import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.virl.panoramas import (
    directions,
    jpeg,
    panorama,
    rays,
    write_folder,
    write_panorama,
)
from virl_env.panoramas import PanoramaFolder, folder, pictures
from virl_env.panoramas.projection import project
from virl_env.routes.files import load_routes
from virl_env.routes.rail import build_rail
from virl_env.views.source import TURNS, ViewSource
from virl_env.world.geometry import haversine, wrap

HERE = (40.75, -73.98)
MAPPING = "gps_pano_mapping.pkl"


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """A folder with one panorama, whose middle is south."""
    return write_folder(tmp_path, {HERE: "a"})


def errors(seen: Any, bearings: Any, elevations: Any) -> tuple[float, float]:
    """Return by how many degrees colours are off, at most."""
    found_bearings, found_elevations = directions(seen)
    off = (found_bearings - bearings + 180) % 360 - 180
    return float(np.abs(off).max()), float(np.abs(found_elevations - elevations).max())


# What a view shows


@pytest.mark.parametrize("rotation", [0.0, 90.0, 233.5, -45.0, 725.25])
@pytest.mark.parametrize("heading", [0, 37.5, 180, 350])
def test_views_lie_at_the_heading_and_clockwise_from_it(
    tmp_path: Path, rotation: float, heading: float
) -> None:
    source = PanoramaFolder(write_folder(tmp_path, {HERE: "a"}, {"a": rotation}))
    views = source.four(HERE, heading, 64)
    assert views.shape == (4, 64, 64, 3)
    assert views.dtype == np.uint8
    for turn, view in zip((0, 90, 180, 270), views):
        bearing, elevation = errors(view, *rays(heading + turn, 64, 0, 90))
        assert bearing < 3
        assert elevation < 3


@pytest.mark.parametrize(
    "pitch, field_of_view", [(0, 90), (20, 90), (-35, 60), (10, 120), (90, 40), (-90, 40)]
)
def test_every_pixel_is_what_its_ray_meets(pitch: float, field_of_view: float) -> None:
    seen = project(panorama(30.0), 200 - 180 + 30, 48, pitch, field_of_view)
    for turn, view in zip(TURNS, seen):
        bearings, elevations = rays(200 + turn, 48, pitch, field_of_view)
        # Straight up and down there are no bearings.
        sure = np.abs(elevations) < 85
        off, _ = errors(view[sure], bearings[sure], elevations[sure])
        assert off < 2
        assert np.abs(directions(view)[1] - elevations).max() < 2


def test_the_formula_of_the_study() -> None:
    """A view at h is centred ((h - 180) mod 360 + rotation) mod 360 right of the middle."""
    height, width, rotation = 180, 360, 40
    marked = np.zeros((height, width, 3), dtype=np.uint8)
    heading = 310
    column = (((heading - 180) % 360 + rotation) % 360 + width // 2) % width
    marked[:, column - 1 : column + 1] = 255
    view = project(marked, ((heading - 180) % 360 + rotation) % 360, 101)[0]
    assert view[50, 50].tolist() == [255, 255, 255]
    assert not view[:, :45].any()
    assert not view[:, 56:].any()


def test_the_seam_of_a_panorama_does_not_show() -> None:
    # Front and its neighbours across the column where the panorama begins and ends.
    for heading in (0, 179.9, 180, 359.99):
        view = project(panorama(0.0, 256), heading, 64)[0].astype(int)
        assert np.abs(np.diff(view, axis=1)).max() < 12


def test_the_four_views_meet_at_their_edges(one: Path) -> None:
    views = PanoramaFolder(one).four(HERE, 17, 200).astype(int)
    for left, right in zip((0, 1, 2, 3), (1, 2, 3, 0)):
        assert np.abs(views[left][:, -1] - views[right][:, 0]).max() < 8


@given(heading=st.floats(-1e6, 1e6), size=st.integers(32, 80))
def test_any_heading_and_size(heading: float, size: int) -> None:
    view = project(panorama(0.0, 256), heading - 180, size)[0]
    middle = view[size // 2 - 1 : size // 2 + 1, size // 2 - 1 : size // 2 + 1].mean(axis=(0, 1))
    bearing, elevation = directions(middle[None])
    assert abs(wrap(float(bearing[0]) - heading)) < 3
    assert abs(elevation[0]) < 3


def test_what_is_shrunk_is_smoothed_first(tmp_path: Path) -> None:
    """Of stripes finer than a pixel a view shows their mean, not some of them."""
    write_folder(tmp_path, {HERE: "a"})
    stripes = np.zeros((1024, 2048, 3), dtype=np.uint8)
    stripes[:, ::2] = 255
    (tmp_path / "a.jpg").write_bytes(jpeg(stripes))
    seen = PanoramaFolder(tmp_path).four(HERE, 0, 64)
    assert 110 < seen.min() <= seen.max() < 145


def test_it_is_a_source_of_views(one: Path) -> None:
    assert isinstance(PanoramaFolder(one), ViewSource)


def test_black_and_white_panoramas_are_shown(one: Path) -> None:
    Image.fromarray(np.full((64, 128), 77, dtype=np.uint8)).save(one / "a.jpg")
    seen = PanoramaFolder(one).four(HERE, 0, 64)
    assert np.abs(seen.astype(int) - 77).max() <= 1


def test_small_panoramas_are_shown_at_any_size(tmp_path: Path) -> None:
    write_folder(tmp_path, {HERE: "a"})
    write_panorama(tmp_path, "a", 0.0, width=64)
    for size in (32, 1200):
        assert PanoramaFolder(tmp_path).four(HERE, 0, size).shape == (4, size, size, 3)


# Which panorama


def test_an_exact_place_comes_before_a_near_one(tmp_path: Path) -> None:
    near = (HERE[0] + 1e-9, HERE[1])
    source = PanoramaFolder(write_folder(tmp_path, {near: "b", HERE: "a", (1.0, 2.0): "c"}))
    assert source.find(HERE) == "a"
    assert source.find(near) == "b"
    assert len(source) == 3


def test_the_nearest_within_20_metres_stands_for_a_place(tmp_path: Path) -> None:
    metre = 1 / 111_195
    places = {HERE: "a", (HERE[0] + 30 * metre, HERE[1]): "b"}
    source = PanoramaFolder(write_folder(tmp_path, places))
    assert source.find((HERE[0] + 14 * metre, HERE[1])) == "a"
    assert source.find((HERE[0] + 16 * metre, HERE[1])) == "b"
    assert source.find((HERE[0] - 19.9 * metre, HERE[1])) == "a"
    assert source.covers((HERE[0] - 19.9 * metre, HERE[1]))
    beyond = (HERE[0] - 20.1 * metre, HERE[1])
    assert not source.covers(beyond)
    with pytest.raises(LookupError, match=r"within 20 m .* nearest is 20 m away") as error:
        source.four(beyond, 0, 64)
    assert str(tmp_path / MAPPING) in str(error.value)
    assert PanoramaFolder(tmp_path, radius=25).find(beyond) == "a"


degrees = st.one_of(
    st.floats(40.0, 40.002), st.floats(89.999, 90.0), st.floats(-90.0, -89.999), st.just(0.0)
)
around = st.one_of(
    st.floats(10.0, 10.002),
    st.floats(179.999, 180.0),
    st.floats(-180.0, -179.999),
    st.floats(-180, 180),
)
geocodes = st.tuples(degrees, around)


@given(
    places=st.lists(geocodes, unique=True, max_size=12),
    wanted=geocodes,
    radius=st.sampled_from([0.0, 20.0, 100.0]),
)
def test_the_nearest_is_found_wherever_it_lies(
    tmp_path_factory: pytest.TempPathFactory, places: Any, wanted: Any, radius: float
) -> None:
    """At the poles and across the date line too."""
    path = tmp_path_factory.mktemp("panoramas")
    mapping = {place: f"p{number}" for number, place in enumerate(places)}
    (path / MAPPING).write_bytes(pickle.dumps(mapping))
    source = PanoramaFolder(path, radius=radius)
    distances = {haversine(wanted, place): name for place, name in mapping.items()}
    best = min(distances, default=float("inf"))
    if wanted in mapping:
        assert source.find(wanted) == mapping[wanted]
    elif best <= radius:
        assert haversine(wanted, places[int(source.find(wanted)[1:])]) == best
    else:
        assert not source.covers(wanted)


def test_an_empty_folder_covers_nothing(tmp_path: Path) -> None:
    source = PanoramaFolder(write_folder(tmp_path, {}))
    assert len(source) == 0
    with pytest.raises(LookupError, match="none at all"):
        source.find(HERE)


def test_panoramas_may_lie_in_a_folder_of_their_own(one: Path) -> None:
    before = PanoramaFolder(one).four(HERE, 10, 64)
    (one / "street_views").mkdir()
    for file in ("a.jpg", "a.metadata.json"):
        shutil.move(one / file, one / "street_views" / file)
    assert (PanoramaFolder(one).four(HERE, 10, 64) == before).all()


# What is kept


def test_a_panorama_is_decoded_once(one: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[Any] = []

    def decode(data: bytes, what: str, *more: Any) -> Any:
        decoded.append(what)
        return pictures.decode(data, what, *more)

    monkeypatch.setattr(folder, "decode", decode)
    source = PanoramaFolder(one)
    assert decoded == []
    first = source.four(HERE, 0, 64)
    (one / "a.jpg").unlink()
    assert (source.four(HERE, 0, 64) == first).all()
    assert (source.four(HERE, 90, 64) == np.roll(first, -1, axis=0)).all()
    assert (copy.deepcopy(source).four(HERE, 0, 64) == first).all()
    assert decoded == [str(one / "a.jpg")]


def test_what_is_kept_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = {(float(number), 0.0): f"p{number}" for number in range(4)}
    write_folder(tmp_path, places)
    held = 256 * 128 * 3  # a panorama for views of 64
    read: list[str] = []
    content = folder._content

    def spied(path: Path, *more: Any) -> bytes:
        read.append(path.name)
        return content(path, *more)

    monkeypatch.setattr(folder, "_content", spied)
    source = PanoramaFolder(tmp_path, memory=2 * held)
    for number in (0, 1, 0, 2, 0, 1):
        source.four((float(number), 0.0), 0, 64)
    assert [name for name in read if name.endswith(".jpg")] == [
        *("p0.jpg", "p1.jpg", "p2.jpg", "p1.jpg")
    ]
    # What is too large alone is shown all the same.
    assert PanoramaFolder(tmp_path, memory=0).four((0.0, 0.0), 0, 64).shape == (4, 64, 64, 3)


def test_pickles_name_the_folder_and_hold_no_pictures(one: Path) -> None:
    source = PanoramaFolder(one, radius=7, pitch=5, field_of_view=80, memory=10**6)
    seen = source.four(HERE, 33, 64)
    data = pickle.dumps(source)
    assert len(data) < 1000
    again = pickle.loads(data)
    assert (again.four(HERE, 33, 64) == seen).all()
    assert (again.radius, again.memory, repr(again)) == (7, 10**6, repr(source))
    assert "pitch=5" in repr(source)


# What is refused


def test_a_folder_without_a_mapping(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"gps_pano_mapping\.pkl does not exist"):
        PanoramaFolder(tmp_path / "nowhere")


class Acts:
    def __reduce__(self) -> Any:
        return (Path.touch, (Path("acted"),))


@pytest.mark.parametrize(
    "mapping, told",
    [
        ([1, 2], "holds a list"),
        ({HERE: Acts()}, r"asks for pathlib.*touch|asks for .*getattr"),
        ({1.5: "a"}, r"key 1\.5"),
        ({("x", 1.0): "a"}, r"key \('x', 1\.0\)"),
        ({(91.0, 0.0): "a"}, r"key \(91\.0"),
        ({(0.0, 181.0): "a"}, r"key \(0\.0, 181"),
        ({(float("nan"), 0.0): "a"}, r"key \(nan"),
        ({(True, 0.0): "a"}, r"key \(True"),
        ({(0.0, 1.0, 2.0): "a"}, "tuple of 3"),
        ({HERE: 17}, "identifier 17"),
        ({HERE: ["a"]}, "holds a list"),
        ({HERE: "../a"}, r"identifier '\.\./a'"),
        ({HERE: "/etc/passwd"}, "identifier"),
        ({HERE: "a\\b"}, "identifier"),
        ({HERE: "a\0"}, "identifier"),
        ({HERE: "a\n"}, "identifier"),
        ({HERE: ""}, "identifier"),
        ({HERE: ".."}, "identifier"),
    ],
)
def test_a_mapping_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mapping: Any, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / MAPPING).write_bytes(pickle.dumps(mapping))
    with pytest.raises(ValueError, match=told) as error:
        PanoramaFolder(tmp_path)
    assert str(tmp_path / MAPPING) in str(error.value)
    assert not Path("acted").exists()


@pytest.mark.parametrize("file", ["a.jpg", "a.metadata.json"])
def test_a_missing_panorama_is_named(one: Path, file: str) -> None:
    (one / file).unlink()
    with pytest.raises(FileNotFoundError, match="does not exist") as error:
        PanoramaFolder(one).four(HERE, 0, 64)
    assert str(one / file) in str(error.value)
    assert "panorama a" in str(error.value)


def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 32)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        jpeg(panorama(0.0))[:-200],
        jpeg(panorama(0.0))[:5000],
        jpeg(panorama(0.0))[:10],
        b"",
        b"garbage",
        png(),
    ],
    ids=["end cut", "half", "head", "empty", "garbage", "png"],
)
def test_a_damaged_panorama_is_named(one: Path, content: bytes) -> None:
    (one / "a.jpg").write_bytes(content)
    source = PanoramaFolder(one)
    for _ in range(2):  # a damage is not remembered as a picture
        with pytest.raises(ValueError, match="no JPEG picture, or a damaged one") as error:
            source.four(HERE, 0, 64)
        assert str(one / "a.jpg") in str(error.value)
    write_panorama(one, "a", 0.0)
    assert source.four(HERE, 0, 64).any()


@pytest.mark.parametrize(
    "metadata",
    [
        *("", "{", "[]", "{}", "7", "[" * 10**5),
        *('{"rotation": null}', '{"rotation": "9"}', '{"rotation": true}'),
        *('{"rotation": NaN}', '{"rotation": Infinity}', '{"rotation": 1e300}'),
    ],
)
def test_damaged_metadata_are_named(one: Path, metadata: str) -> None:
    (one / "a.metadata.json").write_text(metadata)
    with pytest.raises(ValueError, match="rotation") as error:
        PanoramaFolder(one).four(HERE, 0, 64)
    assert str(one / "a.metadata.json") in str(error.value)


def test_pictures_that_are_no_panoramas_or_too_large(
    one: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one / "a.jpg").write_bytes(jpeg(np.zeros((64, 64, 3), dtype=np.uint8)))
    with pytest.raises(ValueError, match="64 x 64 pixels; an equirectangular panorama is twice"):
        PanoramaFolder(one).four(HERE, 0, 64)
    write_panorama(one, "a", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr(pictures, "MAX_PIXELS", 1000)
        with pytest.raises(ValueError, match=r"a\.jpg.*pixels are more than 1000"):
            PanoramaFolder(one).four(HERE, 0, 64)
    monkeypatch.setattr(folder, "MAX_BYTES", 1000)
    with pytest.raises(ValueError, match=r"a\.jpg is larger"):
        PanoramaFolder(one).four(HERE, 0, 64)


@pytest.mark.parametrize("shape", [(1024, 1024), (100, 300), (512, 1000), (1024, 512), (64, 64)])
@pytest.mark.parametrize("size", [32, 64, 200, 640])
def test_pictures_of_another_shape_are_refused_at_every_size(
    one: Path, monkeypatch: pytest.MonkeyPatch, shape: tuple[int, int], size: int
) -> None:
    (one / "a.jpg").write_bytes(jpeg(np.zeros((*shape, 3), dtype=np.uint8)))
    # By their header alone.
    monkeypatch.setattr(folder, "decode", None)
    told = rf"a\.jpg is {shape[1]} x {shape[0]} pixels; an equirectangular panorama is twice"
    with pytest.raises(ValueError, match=told):
        PanoramaFolder(one).four(HERE, 0, size)


def test_pictures_that_are_made_to_take_memory_are_refused(
    one: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = bytearray(jpeg(panorama(0.0)))
    frame = whole.index(b"\xff\xc0") + 5
    whole[frame : frame + 4] = struct.pack(">HH", 8192, 16384)
    (one / "a.jpg").write_bytes(whole)
    with pytest.raises(ValueError, match=r"a\.jpg .*134217728 pixels cannot come out of"):
        PanoramaFolder(one).four(HERE, 0, 64)
    picture = Image.fromarray(panorama(0.0))
    picture.save(one / "a.jpg", progressive=True)
    assert PanoramaFolder(one).four(HERE, 0, 64).any()
    monkeypatch.setattr(pictures, "MAX_PROGRESSIVE", 1000)
    with pytest.raises(ValueError, match=r"a\.jpg .*more than 1000"):
        PanoramaFolder(one).four(HERE, 0, 64)


def test_the_largest_panoramas_are_shown_without_a_warning(one: Path) -> None:
    # Pillow warns of pictures of this size.
    Image.new("L", (14_000, 7_000), 50).save(one / "a.jpg", quality=20)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.abs(PanoramaFolder(one).four(HERE, 0, 64).astype(int) - 50).max() <= 2


@pytest.mark.parametrize(
    "keywords",
    [
        *({"radius": -1}, {"radius": "20"}, {"pitch": 91}, {"pitch": float("nan")}),
        *({"field_of_view": 5}, {"field_of_view": 180}, {"memory": -1}, {"memory": 1.5}),
    ],
)
def test_arguments_out_of_range(one: Path, keywords: Any) -> None:
    with pytest.raises(ValueError, match=next(iter(keywords))):
        PanoramaFolder(one, **keywords)


@pytest.mark.parametrize("size", [31, 1201, 64.0, "64", True])
def test_sizes_out_of_range(one: Path, size: Any) -> None:
    with pytest.raises(ValueError, match="size"):
        PanoramaFolder(one).four(HERE, 0, size)


@pytest.mark.parametrize("heading", [float("nan"), float("inf"), "north", None])
def test_headings_that_are_none(one: Path, heading: Any) -> None:
    with pytest.raises(ValueError, match="heading"):
        PanoramaFolder(one).four(HERE, heading, 64)
    assert PanoramaFolder(one).four(HERE, np.int64(0), 64).any()


# A route


def test_the_real_route_is_walked_by_sight(test_data: Path, tmp_path: Path) -> None:
    [route] = load_routes(test_data / "virl_route_sf_apple.json")
    steps = build_rail(route, directions="relative")
    places = {step.geocode: f"pano-{number}" for number, step in enumerate(steps)}
    # Collected close by, as the study's were: a metre north of the points of the rail.
    moved = {(lat + 9e-6, lng): name for (lat, lng), name in places.items()}
    rotations = {name: 17.0 * number for number, name in enumerate(places.values())}
    source = PanoramaFolder(write_folder(tmp_path, moved, rotations))
    for step in steps:
        assert source.find(step.geocode) == places[step.geocode]
        front = source.four(step.geocode, step.heading, 64)[0]
        bearing, _ = directions(front[31:33, 31:33].mean(axis=(0, 1))[None])
        assert abs(wrap(float(bearing[0]) - step.heading)) < 3
    assert json.loads((tmp_path / "pano-0.metadata.json").read_text())["rotation"] == 0

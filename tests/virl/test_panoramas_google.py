"""Google Street View against a real server on the loopback address: answers, faults, secrets."""

from __future__ import annotations

import copy
import json
import os
import pickle
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from tests.virl.panoramas import colours, directions, jpeg
from virl_env.panoramas import GoogleStreetView, fetch
from virl_env.panoramas.google import KEY_VARIABLE
from virl_env.views.source import ViewSource
from virl_env.world.geometry import wrap

KEY = "AIza+loopback/0123456789"
"""With characters that are written otherwise in an address."""

HERE = (40.75, -73.98)
METRE = 1 / 111_195
PATIENT = 60.0


@dataclass
class Answer:
    """What the server sends."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    pause: float = 0.0
    """Seconds between one byte and the next."""


def metadata(status: str = "OK", **more: Any) -> Answer:
    return Answer(json.dumps({"status": status, **more}).encode())


def found(at: tuple[float, float] = HERE, pano: str = "pano/1..") -> Answer:
    lat, lng = at
    return metadata(pano_id=pano, location={"lat": lat, "lng": lng}, copyright="© Google")


def picture(heading: float, size: int = 640) -> Answer:
    """Return a picture in the colour of a heading."""
    colour = colours(np.array(heading), np.array(0.0))
    return Answer(jpeg(np.broadcast_to(colour, (size, size, 3)).copy()))


Asked = dict[str, str]


class StreetView(ThreadingHTTPServer):
    """Answers as a test says and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.look_up: Callable[[Asked], Answer] = lambda asked: found()
        self.show: Callable[[Asked], Answer] = lambda asked: picture(float(asked["heading"]))
        self.look_ups: list[Asked] = []
        self.shown: list[Asked] = []
        self.elsewhere: list[str] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/maps/api/streetview"

    def handle_error(self, *_: Any) -> None:
        """A client that is gone is what some tests are about."""


class Handler(BaseHTTPRequestHandler):
    server: StreetView

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: value for name, (value,) in parse_qs(parts.query).items()}
        server = self.server
        if parts.path == "/maps/api/streetview/metadata":
            server.look_ups.append(asked)
            answer = server.look_up(asked)
        elif parts.path == "/maps/api/streetview":
            server.shown.append(asked)
            answer = server.show(asked)
        else:
            server.elsewhere.append(self.path)
            answer = Answer(b"", 404)
        self.send_response(answer.status)
        self.send_header("Content-Length", str(answer.length or len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        step = 1 if answer.pause else len(answer.body) or 1
        for start in range(0, len(answer.body), step):
            self.wfile.write(answer.body[start : start + step])
            self.wfile.flush()
            if server.over.wait(answer.pause):
                break

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv(KEY_VARIABLE, KEY)


@pytest.fixture
def server() -> Iterator[StreetView]:
    with StreetView() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join(PATIENT)


Connect = Callable[..., GoogleStreetView]


@pytest.fixture
def connect(server: StreetView) -> Connect:
    def connect(**arguments: Any) -> GoogleStreetView:
        quick = {"per_second": 1000, "backoff": 0.001, "retries": 2, "timeout": 20.0}
        return GoogleStreetView(**{"base_url": server.url, **quick, **arguments})

    return connect


def in_turn(*answers: Answer) -> Callable[[Asked], Answer]:
    """Answer one after the other, the last for good."""
    left = list(answers)
    return lambda asked: left.pop(0) if len(left) > 1 else left[0]


def everything_said(error: BaseException) -> str:
    """Return an error, those behind it and where they came from, as text."""
    said = "".join(traceback.format_exception(error))
    behind: BaseException | None = error
    while behind is not None:
        said += repr(behind) + repr(vars(behind))
        behind = behind.__cause__ or behind.__context__
    return said


def heading_of(view: Any) -> float:
    bearing, _ = directions(view.reshape(-1, 3).mean(axis=0)[None])
    return float(bearing[0])


# What is shown


def test_four_views_clockwise_from_the_heading(server: StreetView, connect: Connect) -> None:
    source = connect()
    views = source.four(HERE, 350, 64)
    assert views.shape == (4, 64, 64, 3)
    assert views.dtype == np.uint8
    for turn, view in zip((0, 90, 180, 270), views):
        assert abs(wrap(heading_of(view) - 350 - turn)) < 2
    assert isinstance(source, ViewSource)
    assert server.look_ups == [
        {
            "location": "40.7500000,-73.9800000",
            "radius": "20",
            "source": "outdoor",
            "key": KEY,
        }
    ]
    assert [asked["heading"] for asked in server.shown] == ["350.0", "80.0", "170.0", "260.0"]
    for asked in server.shown:
        assert asked == {
            "pano": "pano/1..",
            "size": "640x640",
            "heading": asked["heading"],
            "pitch": "0",
            "fov": "90",
            "return_error_code": "true",
            "key": KEY,
        }


def test_each_view_is_asked_for_once(server: StreetView, connect: Connect) -> None:
    source = connect()
    first = source.four(HERE, 0, 64)
    assert source.four(HERE, 0, 640).shape == (4, 640, 640, 3)
    assert source.four(HERE, 0, 1200).shape == (4, 1200, 1200, 3)
    # Facing another of the four ways needs no more; neither does a copy.
    assert (source.four(HERE, 90.0, 64) == np.roll(first, -1, axis=0)).all()
    assert (copy.deepcopy(source).four(HERE, 359.99, 64) == first).all()
    assert (len(server.look_ups), len(server.shown)) == (1, 4)
    source.four(HERE, 45, 64)
    assert (len(server.look_ups), len(server.shown)) == (1, 8)


def test_memory_is_bounded(server: StreetView, connect: Connect) -> None:
    source = connect(memory=0)
    source.four(HERE, 0, 64)
    source.four(HERE, 0, 64)
    assert len(server.shown) == 8


def test_a_place_without_a_panorama(server: StreetView, connect: Connect) -> None:
    source = connect()
    for status in ("ZERO_RESULTS", "NOT_FOUND"):
        server.look_up = in_turn(metadata(status))
        place = (HERE[0], HERE[1] + len(status))
        assert not source.covers(place)
        asked = len(server.look_ups)
        with pytest.raises(LookupError, match=f"no panorama within 20 m .*{status}"):
            source.four(place, 0, 64)
        assert len(server.look_ups) == asked, "what is not there is asked for once"
    assert server.shown == []


def test_what_is_beyond_the_radius_is_not_shown(server: StreetView, connect: Connect) -> None:
    server.look_up = lambda asked: found((HERE[0] + 25 * METRE, HERE[1]))
    with pytest.raises(LookupError, match="nearest is 25 m away"):
        connect().four(HERE, 0, 64)
    assert connect(radius=26).covers(HERE)


# Faults


@pytest.mark.parametrize(
    "fault",
    [
        Answer(b"later", 429),
        Answer(b"", 500),
        Answer(b"", 503, {"Retry-After": "0"}),
        metadata("OVER_QUERY_LIMIT"),
        metadata("UNKNOWN_ERROR"),
        Answer(b"<html>"),
        Answer(b"[]"),
        Answer(b"[" * 10**5),
        metadata(pano_id="a"),
        metadata(location={"lat": 1, "lng": 2}),
        metadata(pano_id="a", location={"lat": "x", "lng": 2}),
        metadata(pano_id="a" * 1000, location={"lat": 1, "lng": 2}),
        Answer(b'{"status"', length=100),
    ],
)
def test_a_look_up_is_tried_again(server: StreetView, connect: Connect, fault: Answer) -> None:
    server.look_up = in_turn(fault, fault, found())
    assert connect().find(HERE) == "pano/1.."
    assert len(server.look_ups) == 3
    server.look_up = in_turn(fault)
    with pytest.raises(ConnectionError, match="no answer in 2 tries; at last: ") as error:
        connect(retries=1).find(HERE)
    assert len(server.look_ups) == 5
    assert server.url in str(error.value)


@pytest.mark.parametrize(
    "fault",
    [
        Answer(b"", 429),
        Answer(b"", 500),
        Answer(b"garbage"),
        Answer(b""),
        Answer(picture(0).body[:-500]),
        Answer(picture(0).body[:3000], length=len(picture(0).body)),
        Answer(jpeg(np.zeros((32, 64, 3), dtype=np.uint8))),
    ],
    ids=["429", "500", "garbage", "empty", "truncated", "cut off", "not square"],
)
def test_a_view_is_tried_again(
    server: StreetView, connect: Connect, tmp_path: Path, fault: Answer
) -> None:
    server.show = in_turn(fault, fault, picture(0))
    assert heading_of(connect(cache=tmp_path).four(HERE, 0, 64)[0]) < 2
    assert len(server.shown) == 6
    server.show = in_turn(fault)
    with pytest.raises(ConnectionError, match="no answer in 1 try; at last: "):
        connect(retries=0).four(HERE, 0, 64)


def test_servers_that_are_slow_or_gone(server: StreetView, connect: Connect) -> None:
    def slow(asked: Asked) -> Answer:
        server.over.wait(PATIENT)
        return found()

    server.look_up = slow
    started = time.monotonic()
    with pytest.raises(ConnectionError, match=r"no answer in 2 tries; at last: .*timed out"):
        connect(timeout=0.2, retries=1).find(HERE)
    assert time.monotonic() - started < PATIENT / 2
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # as long as it does not listen, it refuses connections
        gone = connect(base_url=f"http://127.0.0.1:{bound.getsockname()[1]}/", retries=1)
        with pytest.raises(ConnectionError, match=r"no answer in 2 tries; at last: .*refused"):
            gone.find(HERE)


def test_servers_that_send_a_little_at_a_time(server: StreetView, connect: Connect) -> None:
    """The time-out is for the whole answer."""

    server.look_up = lambda asked: Answer(found().body, pause=0.05)
    started = time.monotonic()
    with pytest.raises(ConnectionError, match="timed out"):
        connect(timeout=0.5, retries=0).find(HERE)
    assert time.monotonic() - started < 0.05 * len(found().body)


class Clock:
    """Stands for the module `time`, and tells how long was waited."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if seconds > 1e-9:
            self.waits.append(round(seconds, 6))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(fetch, "time", clock)
    return clock


def test_waits_grow_and_the_servers_own_count(
    server: StreetView, connect: Connect, clock: Clock
) -> None:
    server.look_up = in_turn(*[Answer(b"", 500)] * 4, found())
    connect(backoff=0.5, retries=4).find(HERE)
    assert clock.waits == [0.5, 1, 2, 4]
    clock.waits.clear()
    told = [{"Retry-After": text} for text in ("7", "3600", "Wed, 21 Oct 2026 07:28:00 GMT", "0")]
    server.look_up = in_turn(*(Answer(b"", 429, header) for header in told), found())
    connect(backoff=0.5, retries=4).find(HERE)
    assert clock.waits == [7, 60, 2, 4]


def test_requests_keep_their_distance(server: StreetView, connect: Connect, clock: Clock) -> None:
    source = connect(per_second=4)
    source.four(HERE, 0, 64)
    assert clock.waits == [0.25] * 4
    clock.now += 10
    source.four(HERE, 45, 64)
    assert clock.waits == [0.25] * 7


def test_no_fault_that_stays_is_tried_again(server: StreetView, connect: Connect) -> None:
    server.look_up = in_turn(metadata("REQUEST_DENIED", error_message=f"The key {KEY} is bad."))
    with pytest.raises(PermissionError, match=r"key in GOOGLE_MAPS_API_KEY is refused.*is bad"):
        connect().find(HERE)
    server.look_up = in_turn(metadata("INVALID_REQUEST", error_message="Bad."))
    with pytest.raises(ValueError, match="invalid: Bad"):
        connect().find(HERE)
    assert len(server.look_ups) == 2
    server.look_up = in_turn(found())
    for status, kind in ((403, PermissionError), (404, LookupError), (400, ValueError)):
        server.show = in_turn(Answer(b"because", status))
        with pytest.raises(kind, match=f"{status} because"):
            connect().four(HERE, 0, 64)
    assert len(server.shown) == 3


def test_nobody_is_followed_elsewhere(server: StreetView, connect: Connect) -> None:
    elsewhere = f"http://127.0.0.1:{server.server_port}/elsewhere"
    server.look_up = in_turn(Answer(b"", 302, {"Location": elsewhere}))
    with pytest.raises(ValueError, match="302"):
        connect().find(HERE)
    assert server.elsewhere == []


# Secrets


@pytest.mark.parametrize(
    "fault",
    [
        Answer(KEY.encode(), 403),
        Answer(KEY.encode(), 400),
        Answer(b"AIza%2Bloopback%2F0123456789", 404),
        Answer(KEY.encode(), 500),
        Answer(KEY.encode(), 429),
        Answer(KEY.encode()),
        Answer(b"", 302, {"Location": "/elsewhere"}),
        metadata("REQUEST_DENIED", error_message=KEY),
        metadata("INVALID_REQUEST", error_message=KEY),
        metadata("OVER_QUERY_LIMIT", error_message=KEY),
        metadata(KEY),
        metadata("ZERO_RESULTS", error_message=KEY),
    ],
)
def test_no_error_tells_the_key(server: StreetView, connect: Connect, fault: Answer) -> None:
    server.look_up = server.show = in_turn(fault)
    source = connect(retries=1)
    with pytest.raises((OSError, ValueError, LookupError)) as error:
        source.four(HERE, 0, 64)
    said = everything_said(error.value)
    assert "loopback/0123456789" not in said
    assert "loopback%2F0123456789" not in said


def test_neither_files_nor_pickles_hold_the_key(
    server: StreetView, connect: Connect, tmp_path: Path
) -> None:
    source = connect(cache=tmp_path)
    source.four(HERE, 0, 64)
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(files) == 5
    data = pickle.dumps(source)
    for written in (*(file.read_bytes() for file in files), data, repr(source).encode()):
        assert b"0123456789" not in written
    assert not any("0123456789" in str(file) for file in files)
    # It goes on in another process, whose environment has the key.
    server.shown.clear()
    assert (pickle.loads(data).four(HERE, 0, 64) == source.four(HERE, 0, 64)).all()
    assert server.shown == []


@pytest.mark.parametrize("value", ["", "  ", None])
def test_a_missing_key(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    if value is None:
        monkeypatch.delenv(KEY_VARIABLE)
    else:
        monkeypatch.setenv(KEY_VARIABLE, value)
    with pytest.raises(ValueError, match="GOOGLE_MAPS_API_KEY is not set"):
        GoogleStreetView()


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/streetview",
        "ftp://example.org",
        "file:///etc/passwd",
        "https://",
        "https://user:sesame@example.org/streetview",
        "https://example.org/streetview?key=sesame",
        "https://example.org/#sesame",
        "example.org",
    ],
)
def test_addresses_to_which_no_key_is_sent(url: str) -> None:
    with pytest.raises(ValueError, match="base_url must begin with https://") as error:
        GoogleStreetView(base_url=url)
    assert "sesame" not in str(error.value)


# The folder


def test_a_folder_keeps_pictures_for_later(
    server: StreetView, connect: Connect, tmp_path: Path
) -> None:
    folder = tmp_path / "cache"
    first = connect(cache=folder).four(HERE, 12.3, 64)
    assert (connect(cache=folder).four(HERE, 12.3, 64) == first).all()
    assert (len(server.look_ups), len(server.shown)) == (1, 4)
    # Other pictures have files of their own.
    connect(cache=folder, field_of_view=60).four(HERE, 12.3, 64)
    connect(cache=folder, pitch=10).four(HERE, 12.3, 64)
    assert len(server.shown) == 12
    assert {file.parent for file in folder.rglob("*")} == {folder}, "no name leads elsewhere"
    told = json.loads(next(folder.glob("place_*.json")).read_text("utf-8"))
    assert told["copyright"] == "© Google"


def test_without_a_folder_nothing_is_written(
    connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    connect().four(HERE, 0, 64)
    assert not any(tmp_path.iterdir())


def test_what_is_old_or_damaged_is_fetched_anew(
    server: StreetView, connect: Connect, tmp_path: Path
) -> None:
    first = connect(cache=tmp_path).four(HERE, 0, 64)
    files = sorted(tmp_path.iterdir())
    for content in (b"", b"garbage", picture(0).body[:2000]):
        for file in files:
            file.write_bytes(content)
        server.look_ups.clear()
        server.shown.clear()
        assert (connect(cache=tmp_path).four(HERE, 0, 64) == first).all()
        assert (len(server.look_ups), len(server.shown)) == (1, 4)
    before = time.time() - 31 * 86_400
    for file in files:
        os.utime(file, (before, before))
    connect(cache=tmp_path, cache_days=32).four(HERE, 0, 64)
    assert len(server.shown) == 4
    connect(cache=tmp_path).four(HERE, 0, 64)
    assert (len(server.look_ups), len(server.shown)) == (2, 8)
    assert sorted(tmp_path.iterdir()) == files, "nothing is left over"


@pytest.mark.parametrize(
    "arguments",
    [
        *({"radius": -1}, {"pitch": 91}, {"field_of_view": 121}, {"source": "indoor"}),
        *({"per_second": 0}, {"timeout": 0}, {"retries": -1}, {"backoff": -1}, {"memory": -1}),
        *({"cache_days": -1}, {"retries": 1.5}, {"timeout": float("inf")}),
    ],
)
def test_arguments_out_of_range(connect: Connect, arguments: Any) -> None:
    with pytest.raises(ValueError, match=next(iter(arguments))):
        connect(**arguments)


@pytest.mark.parametrize("size", [31, 1201, 64.0])
def test_sizes_out_of_range(server: StreetView, connect: Connect, size: Any) -> None:
    with pytest.raises(ValueError, match="size"):
        connect().four(HERE, 0, size)
    assert server.look_ups == []

"""How long the client waits for an endpoint, for what, and when it gives up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import gp_env  # noqa: F401  (registers its ids)
import virl_env  # noqa: F401  (registers its ids)
from agents.chat import ChatFault, ChatPolicy
from agents.retries import LONGEST_PAUSE, is_passing, longest_waits, wait_before_retry
from benchmarks.chats import play_chats
from benchmarks.cli import app
from benchmarks.records import RunRecord
from benchmarks.replies import FaultLine
from benchmarks.rollouts import Cell
from benchmarks.runs import Run, read_episodes, read_lines
from tests.loopback import Answer, Endpoint, said, sent

RECORD = RunRecord(kind="evaluate", config={}, seeds=[0], suites={})
CELL = Cell("toy/cards", "GeneralPoints-Text-v0", {"max_attempts": 1}, [1, 2])


pytestmark = pytest.mark.usefixtures("no_api_settings")


@pytest.fixture
def connect(endpoint: Endpoint) -> Iterator[Callable[..., ChatPolicy]]:
    made: list[ChatPolicy] = []

    def connect(**arguments: Any) -> ChatPolicy:
        made.append(ChatPolicy("toy", **{"base_url": endpoint.url, **arguments}))
        return made[-1]

    yield connect
    for policy in made:
        policy.close()


Connect = Callable[..., ChatPolicy]


def busy(retry_after: str = "300", status: int = 429) -> Answer:
    return sent(status, {"Retry-After": retry_after}, error={"message": "slow down"})


class Clock:
    """A clock that a pause sets forward."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def pause(self, seconds: float) -> None:
        self.waits.append(seconds)


@pytest.mark.parametrize(
    "headers, seconds",
    [
        ({"retry-after": "300"}, 300),
        ({"retry-after": "86400"}, 86400),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "1e300"}, LONGEST_PAUSE),
        ({"retry-after-ms": "2500", "retry-after": "3"}, 2.5),
        ({"retry-after": "Thu, 01 Jan 1970 00:10:00 GMT"}, 500),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
    ],
    ids=str,
)
def test_the_wait_that_is_asked_for(headers: dict[str, str], seconds: float) -> None:
    assert wait_before_retry(0, headers, now=lambda: 100.0) == seconds


@pytest.mark.parametrize("told", [None, "soon", "nan", "inf", ""])
def test_a_wait_of_our_own_is_longer_each_time(told: str | None) -> None:
    headers = {} if told is None else {"retry-after": told}
    waits = [wait_before_retry(retry, headers) for retry in range(12)]
    for retry, wait in enumerate(waits):
        longest = min(60, 0.5 * 2**retry)
        assert 0.75 * longest <= wait <= longest
    assert sum(waits) <= longest_waits(12)


def test_the_endpoint_says_whether_a_retry_makes_sense() -> None:
    assert [status for status in (400, 401, 404, 408, 409, 429, 500, 529) if is_passing(status, {})]
    assert not is_passing(400, {})
    assert is_passing(400, {"x-should-retry": "true"})
    assert not is_passing(429, {"x-should-retry": "false"})


def test_a_retry_after_of_any_length_is_waited_for(endpoint: Endpoint, connect: Connect) -> None:
    clock = Clock()
    answers = iter([busy("300"), busy("7200", status=503), said("here")])
    endpoint.answer = lambda messages: next(answers)
    assert connect().reply([], pause=clock.pause).text == "here"
    assert clock.waits == [300, 7200]


def test_retries_end(endpoint: Endpoint, connect: Connect) -> None:
    clock = Clock()
    endpoint.answer = lambda messages: busy("300")
    with pytest.raises(ChatFault, match="slow down"):
        connect(max_retries=3).reply([], pause=clock.pause)
    assert clock.waits == [300] * 3
    assert len(endpoint.bodies) == 4


def test_what_cannot_pass_is_not_tried_again(endpoint: Endpoint, connect: Connect) -> None:
    clock = Clock()
    for status in (400, 401, 402, 403, 404, 413, 422):
        endpoint.answer = lambda messages, status=status: sent(status, error={"message": "no"})
        with pytest.raises(ChatFault):
            connect().reply([], pause=clock.pause)
    assert not clock.waits


def test_a_stream_that_is_cut_is_asked_for_again(endpoint: Endpoint, connect: Connect) -> None:
    clock = Clock()
    answers = iter([Answer(b'{"cho', headers={"Content-Length": "999"}), said("here")])
    endpoint.answer = lambda messages: next(answers)
    assert connect().reply([], pause=clock.pause).text == "here"
    assert len(clock.waits) == 1


def test_a_proxy_is_one_of_http_and_told(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://me:secret@127.0.0.1:9")
    with pytest.raises(ValueError, match=r"a proxy of the kind socks5:// for http://h/v1") as told:
        connect(base_url="http://h/v1")
    assert "secret" not in str(told.value)
    monkeypatch.setenv("ALL_PROXY", "127.0.0.1:9")
    with pytest.raises(ChatFault, match=r"127\.0\.0\.1:9 .*, the proxy that the environment names"):
        connect(base_url="http://h/v1").check_server()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    connect().check_server()


def test_long_waits_are_told(
    endpoint: Endpoint, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    answers = iter([busy("1"), busy("300"), said("here")])
    endpoint.answer = lambda messages: next(answers)
    with caplog.at_level("INFO", logger="shiftgym.progress"):
        connect().reply([], pause=Clock().pause)
    (record,) = caplog.records
    assert "slow down; trying again in 300 s" in record.getMessage()


def test_nobody_waits_any_longer_once_a_session_has_given_up(
    tmp_path: Path, endpoint: Endpoint, connect: Connect
) -> None:
    waiting = threading.Event()

    def answer(messages: list[dict[str, str]]) -> Answer:
        if not waiting.is_set():
            waiting.set()
            return busy("3600")
        endpoint.wait_for(2)
        return sent(401, error={"message": "who?"})

    endpoint.answer = answer
    with Run(tmp_path, RECORD) as run:
        pending = play_chats(run, [CELL], connect(), at_once=2)
    assert pending.total() == 2
    assert len(endpoint.bodies) == 2
    faults = {
        line.fault.partition(":")[0] for line in read_lines(tmp_path / "faults.jsonl", FaultLine)
    }
    assert "status 401" in faults


def command(folder: Path, *more: str) -> Any:
    arguments = ["evaluate", "--model", "toy", "--episodes", "3", "--out", str(folder)]
    return CliRunner().invoke(app, [*arguments, "--ids", "GeneralPoints-Text-v0", *more])


def test_a_missing_key_is_said_before_the_first_request(tmp_path: Path) -> None:
    done = command(tmp_path / "run")
    assert done.exit_code == 2
    assert "OPENAI_API_KEY is not set, and https://api.openai.com/v1 needs a key" in done.output
    assert not (tmp_path / "run").exists()


def test_a_server_that_is_not_there_ends_the_run_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        monkeypatch.setattr(ChatPolicy, "answer", None)  # no request is even tried
        done = command(tmp_path / "run", "--base-url", url)
    assert done.exit_code == 3, done.output
    assert f"3 of 3 episodes are pending: 3 x no connection to {url}" in done.output
    assert "is the server running" in done.output
    assert not list(read_episodes(tmp_path / "run"))


@pytest.mark.parametrize("status", [200, 401, 404, 500, 501])
def test_whatever_a_server_answers_it_is_there(
    endpoint: Endpoint, connect: Connect, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    handler: Any = endpoint.RequestHandlerClass

    def do_get(self: Any) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"what")

    monkeypatch.setattr(handler, "do_GET", do_get, raising=False)
    connect().check_server()


def test_a_server_that_accepts_and_says_nothing_is_there(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        connect(base_url=f"http://127.0.0.1:{silent.getsockname()[1]}/v1").check_server()


def test_what_a_hang_can_cost_is_told_before(tmp_path: Path, endpoint: Endpoint) -> None:
    done = command(tmp_path / "run", "--base-url", endpoint.url, "--timeout", "100")
    told = done.output.splitlines()[0]
    # 6 tries of 100 s and 15.5 s between them; 16 failures in a row, 8 at a time.
    assert "given up after 10 min (6 x 100 s" in told
    assert "the session after 21 min" in told

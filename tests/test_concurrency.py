"""The same episodes for everybody: in any thread, in any process, whoever asks first."""

from __future__ import annotations

import copy
import json
import multiprocessing
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
import pytest

from shiftgym.once import PortableLock, once, once_for_each, once_property
from tests.cold_play import HOW, JOBS
from virl_env import route_pool, synthetic_city
from virl_env.views.album import Album


@pytest.fixture
def hasty() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def together(count: int, each: Callable[[int], Any]) -> list[Any]:
    """Return what a function gives in some threads that begin at the same time."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Any:
        barrier.wait()
        return each(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("threads", [8, 64])
def test_threads_that_fill_a_pool_of_routes_together_get_the_routes_of_one(threads: int) -> None:
    right = route_pool(synthetic_city("grid", 3), 40)
    shared = synthetic_city("grid", 3)
    counts = [20 + number % 20 for number in range(threads)]
    dealt = together(threads, lambda number: route_pool(shared, counts[number]))
    assert dealt == [right[:count] for count in counts]


@cache
def played_alone(at: int, how: int) -> Any:
    """Return a job's record as a process without other threads makes it."""
    return json.loads(json.dumps(HOW[how](JOBS[at])))


@pytest.mark.parametrize(
    "how, count",
    [
        ("threads", 64),
        ("forks", 4),
        pytest.param("threads", 8, marks=pytest.mark.slow),
        pytest.param("forks", 16, marks=pytest.mark.slow),
    ],
)
def test_cold_episodes_are_those_of_one_thread(how: str, count: int) -> None:
    if how == "forks" and "fork" not in multiprocessing.get_all_start_methods():
        pytest.skip("processes are not forked here")
    run = subprocess.run(
        [sys.executable, "-m", "tests.cold_play", how, str(count)],
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    found = json.loads(run.stdout)
    assert len(found) >= count
    for at, played, record in found:
        assert record == played_alone(at, played), JOBS[at]


@pytest.mark.usefixtures("hasty")
def test_what_is_made_once_is_made_once_by_many_threads() -> None:
    made: list[object] = []

    class Owner:
        @once_property
        def part(self) -> object:
            """A part."""
            return make()

    def make() -> object:
        made.append(object())
        sum(range(10_000))
        return made[-1]

    by_key = once(maxsize=2)(lambda key: make())
    by_object = once_for_each(lambda key: make())
    owner = Owner()
    for get in (lambda: by_key(1), lambda: by_object(owner), lambda: owner.part):
        made.clear()
        assert set(together(16, lambda _, get=get: get())) == set(made)
        assert len(made) == 1
    assert Owner.part.__doc__ == "A part."
    # Those asked for last are kept.
    made.clear()
    for key in (1, 2, 3, 3, 2, 1):
        by_key(key)
    assert len(made) == 3


def test_what_is_made_for_an_object_goes_with_it() -> None:
    class Owner:
        pass

    made = []
    get = once_for_each(lambda owner: made.append(1) or np.zeros(1))
    one, other = Owner(), Owner()
    assert get(one) is get(one) is not get(other)
    del one, other
    assert get(Owner()) is not None
    assert len(made) == 3


def test_locks_do_not_stay_with_copies() -> None:
    album = Album(100)
    with album._lock:
        for other in (copy.deepcopy(album), pickle.loads(pickle.dumps(album))):
            with ThreadPoolExecutor(1) as pool:
                found = pool.submit(other.find, 1, None, lambda: np.zeros(3, dtype=np.uint8))
                assert found.result(timeout=60).shape == (3,)


def test_a_forked_process_does_not_wait_for_a_lock_of_its_parent() -> None:
    if "fork" not in multiprocessing.get_all_start_methods():
        pytest.skip("processes are not forked here")
    lock, held, over = PortableLock(), threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            held.set()
            over.wait(60)

    def take() -> None:
        with lock:
            pass

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(60)
    child = multiprocessing.get_context("fork").Process(target=take)
    child.start()
    child.join(60)
    over.set()
    thread.join()
    assert child.exitcode == 0

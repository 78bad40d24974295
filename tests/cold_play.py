"""Plays episodes in a process that has made nothing yet, and prints what each was, as JSON.

    python -m tests.cold_play threads 8

Run as a program, since the caches of a process that runs tests are full already.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import gymnasium as gym
import numpy as np

import gp_env
import virl_env
from benchmarks.rollouts import play

_NOT_EVALUATED = ("look", "image_size", "movement")
"""Keywords that text alone does not have, or whose figures `benchmarks evaluate` does not know."""

_RARE: dict[str, Any] = {"turns": (0, 2), "length": (100.0, 900.0), "routes": 40}

JOBS: list[tuple[str, dict[str, Any]]] = [
    ("VIRLNavigation-v0", {"routes": 150, "directions": "random"}),
    ("VIRLNavigation-Text-v0", {"routes": 90, "drop_rate": 0.3}),
    ("VIRLNavigation-Text-v0", {"city": ("gridhaven", "harbour steps"), **_RARE}),
    ("VIRLNavigation-Image-v0", {"routes": 60, "look": "random", "image_size": 32}),
    ("VIRLNavigation-VisualOOD-v0", {"routes": 3}),
    ("VIRLNavigation-v0", {"city": "harbour steps", "movement": "free", **_RARE}),
    ("GeneralPoints-v0", {"split": "test", "fold": (1, 5)}),
    ("GeneralPoints-v0", {"rule": "random", "num_cards": 5, "solvable_under": ["ten"]}),
    ("GeneralPoints-Text-v0", {"rule": "random", "face_cards": True}),
    ("GeneralPoints-Image-v0", {"look": "random", "suits": "all", "num_cards": 6}),
]
SEEDS = (1, 2)

Found: TypeAlias = tuple[int, int, list[Any]]
"""The number of a job, how it was played (an index into HOW), and what was found."""

_MOMENTS = 12
"""Where the record of a job's episodes ends at the latest: pictures take their time."""


def record(job: tuple[str, dict[str, Any]]) -> list[Any]:
    """Return what an expert's play of a job's episodes was."""
    env_id, keywords = job
    env: Any = gym.make(env_id, **keywords)
    seen: list[Any] = []
    for seed in SEEDS:
        observation, _ = env.reset(seed=seed)
        inner = env.unwrapped
        if env_id.startswith("VIRL"):
            seen.append([inner.route.digest, virl_env.write_instructions(inner.route)])
        else:
            seen.append(str(inner.hand))
        seen.append(_digest(observation))
        ended = False
        while not ended and len(seen) < _MOMENTS:
            observation, reward, terminated, truncated, _ = env.step(inner.expert_action())
            seen.append([reward, _digest(observation)])
            ended = terminated or truncated
    return seen


def evaluated(job: tuple[str, dict[str, Any]]) -> list[Any]:
    """Return what `benchmarks evaluate` would record of a job, played with one fixed reply."""
    env_id, keywords = job
    task, _, shift = env_id.replace("-Image", "").replace("-Text", "").partition("-")
    words = f"{task}-Text-{shift}"
    keywords = {name: value for name, value in keywords.items() if name not in _NOT_EVALUATED}
    episodes = play(lambda _: _Fixed(), words, keywords, SEEDS)
    return [[one.dealt.digest, one.rewards, one.outcomes] for one in episodes]


class _Fixed:
    """An agent with one reply."""

    def act(self, observation: Any, info: Any) -> list[str]:
        return ['{"action": "forward()", "formula": "1+2+3+4"}'] * len(observation)

    def reset(self, index: int) -> None:
        pass


HOW = (record, evaluated)
"""How a job is played."""


def _digest(observation: Any) -> str:
    parts = observation.values() if isinstance(observation, dict) else [observation]
    content = hashlib.sha256()
    for part in parts:
        content.update(part.encode() if isinstance(part, str) else np.ascontiguousarray(part))
    return content.hexdigest()[:12]


def in_threads(count: int) -> list[Found]:
    """Run jobs in some threads that start together, each job in several; return all they found."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Found:
        at, how = number % len(JOBS), number // len(JOBS) % len(HOW)
        barrier.wait()
        return at, how, HOW[how](JOBS[at])

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def in_forks(count: int) -> list[Found]:
    """Run jobs in some processes that are forked while threads here make the same things."""
    # Modules that are imported late are imported now: a process that is forked in the middle of an
    # import never finishes it, which is Python's affair.
    record(("VIRLNavigation-Image-v0", {"city": "thamesford", "routes": 1}))
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    stop = threading.Event()

    def make(number: int) -> None:
        while not stop.is_set():
            # Another city at each turn, so that at any time some thread holds some lock.
            virl_env.route_pool(virl_env.synthetic_city("grid", number), 30)
            number += 1
            virl_env.route_pool("gridhaven", number)

    def play_half(number: int) -> None:
        queue.put([(at, 0, record(JOBS[at])) for at in range(number % 2, len(JOBS), 2)])

    threads = [threading.Thread(target=make, args=(first,)) for first in (1, 100)]
    for thread in threads:
        thread.start()
    children = [context.Process(target=play_half, args=(each,)) for each in range(count)]
    for child in children:
        child.start()
    stop.set()
    found = [one for _ in children for one in queue.get()]
    for ended in (*children, *threads):
        ended.join()
    return found


def main() -> None:
    how, count = sys.argv[1], int(sys.argv[2])
    assert gp_env.variants()  # the ids are registered
    if how == "forks":
        found = in_forks(count)
    else:
        # Threads take turns as often as they can, but for many, which would do nothing else.
        sys.setswitchinterval(1e-6 if count < 20 else 1e-4)
        found = in_threads(count)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()

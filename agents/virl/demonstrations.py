"""Demonstrations of street navigation: routes, and what an expert does at each of their points.

An episode of demonstrations is that of the environment with the same keywords and episode seed.
Demonstrations may mix rules: an agent that has seen several of them learns from one set.

On disk they are an npz that runs no code when opened. Its array `header` is JSON text,
{"schema": "shiftgym/virl-demonstrations/1", "environment": "VIRLNavigation-v0", "keywords": {...},
"rules": [...]}, with the member "working" where replies show some, and the columns of
`Demonstrations` lie beside it as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.demonstrations import PathLike, Transitions, read_columns, write_columns
from shiftgym.checks import in_range
from shiftgym.files import brief
from shiftgym.mixer import episode_seeds
from virl_env.directions import DirectionsLike, table
from virl_env.observe import LAYOUT, LINE_CODES, MAX_LINES
from virl_env.vector_env import VIRLNavigationVectorEnv

if TYPE_CHECKING:
    from virl_env.scene import Scene

SCHEMA = "shiftgym/virl-demonstrations/1"
ENVIRONMENT = "VIRLNavigation-v0"

SIDE_BY_SIDE = 4096
"""Episodes played at once."""


class Walked(NamedTuple):
    """One step of demonstrations that walk side by side.

    Attributes:
        env: where they walk.
        observations: of all copies, uint8 of shape (copies, 96).
        copies, demonstrations: int64 of shape (k,), where something is taught: the copies that
            walk on, and which demonstrations these are.
        actions: uint8 of shape (k,), what is taught, indices.
    """

    env: VIRLNavigationVectorEnv
    observations: NDArray[np.uint8]
    copies: NDArray[np.int64]
    demonstrations: NDArray[np.int64]
    actions: NDArray[np.uint8]


@dataclass(frozen=True)
class Demonstrations:
    """Columns of n demonstrations.

    Attributes:
        keywords: of the environment `VIRLNavigation-v0` whose episodes these are, but `directions`.
        rules: values of its keyword `directions`.
        episode_seed: int64 of shape (n,).
        kind: uint8 of shape (n,), an index into `rules`.
        digest: text of 16 characters, shape (n,): which route it is, `Route.digest`.
        heading: int16 of shape (n,), the initial one in degrees.
        rule: uint8 of shape (n, 9), the rule that scores: frame and words, as
            `virl_env.directions.table` gives them.
        lines: uint8 of shape (n, 16, 4), the instructions as the first observation shows them.
        actions: uint8 of shape (n, k), the right action at each point, index plus one, filled up
            with 0.
        working: how replies show the steps to the action, one of `agents.virl.working.WORKING`;
            None for the answer alone.
    """

    keywords: dict[str, Any]
    rules: tuple[DirectionsLike, ...]
    episode_seed: NDArray[np.int64]
    kind: NDArray[np.uint8]
    digest: NDArray[np.str_]
    heading: NDArray[np.int16]
    rule: NDArray[np.uint8]
    lines: NDArray[np.uint8]
    actions: NDArray[np.uint8]
    working: str | None = None

    def __len__(self) -> int:
        return len(self.episode_seed)

    def __str__(self) -> str:
        told = f"{len(self)} demonstrations of {self.keywords} under {self.rules}"
        return told if self.working is None else f"{told} with working={self.working!r}"

    def reply(self, scene: Scene, action: str) -> str:
        """Return the compact reply with the right action of a point, its working before it."""
        # Who learns from symbols needs nothing of replies.
        from agents.virl.working import build_worked_reply
        from virl_env.text import COMPACT, build_reply

        if self.working is None:
            return build_reply(scene, action, COMPACT)
        return build_worked_reply(scene, action)

    def parts(self) -> Iterator[tuple[NDArray[np.int64], dict[str, Any]]]:
        """Yield the rows of each kind, and all keywords of the environment with their episodes."""
        for kind, rule in enumerate(self.rules):
            yield np.flatnonzero(self.kind == kind), {**self.keywords, "directions": rule}

    def walked(self) -> Iterator[Walked]:
        """Play the demonstrations in the environment; yield what is taught, before it is done.

        The rows of a demonstration come in their order, but others come between them.
        """
        for part, keywords in self.parts():
            for rows in _batches(part):
                env, observations = _start(self.episode_seed[rows], keywords)
                for codes in self.actions[rows].T:
                    going = np.flatnonzero(codes)
                    yield Walked(env, observations, going, rows[going], codes[going] - 1)
                    observations, *_ = env.step(np.maximum(codes, 1).astype(np.int64) - 1)

    def transitions(self) -> Transitions:
        """Play the demonstrations in the environment, and return them in their order."""
        order, seen, done = [], [], []
        for step in self.walked():
            order.append(step.demonstrations)
            seen.append(step.observations[step.copies])
            done.append(step.actions)
        by_row = np.argsort(np.concatenate(order), kind="stable")
        return Transitions(np.concatenate(seen)[by_row], np.concatenate(done)[by_row], len(self))


COLUMNS = {
    "episode_seed": ("int64", ()),
    "kind": ("uint8", ()),
    "digest": ("<U16", ()),
    "heading": ("int16", ()),
    "rule": ("uint8", (9,)),
    "lines": ("uint8", (MAX_LINES, LINE_CODES)),
    "actions": ("uint8", (-1,)),
}
"""Types of the columns, and their shapes behind the rows; -1 is any length."""


def demonstrate(
    count: int,
    *,
    seed: int = 0,
    rules: Sequence[DirectionsLike] = ("absolute",),
    working: str | None = None,
    **keywords: Any,
) -> Demonstrations:
    """Walk routes as the expert does.

    The episode seeds are those of `VIRLNavigationEnv` after `reset(seed=seed)`.

    Args:
        count: demonstrations, at least one.
        seed: of the episodes.
        rules: values of the environment's `directions`; demonstration i is of number i modulo
            their count.
        working: one of `agents.virl.working.WORKING`: replies of the language model show the steps
            before the answer, under the rule that is stated.
        keywords: of the environment, without `directions`.

    Raises:
        ValueError: for keywords that the environment refuses, no rules, no demonstrations, a seed
            that is none, an unknown kind of working, or working under a rule that is not stated.
    """
    if count < 1 or not rules:
        raise ValueError(
            f"Demonstrations need a count of at least 1 and a rule; got count={count} and "
            f"rules={rules!r}."
        )
    if working is not None:
        _check_working(working, keywords.get("stated_directions"))
    same = np.full(count, in_range("seed", seed, 0, 2**64 - 1), dtype=np.uint64)
    seeds = episode_seeds(same, np.zeros_like(same), np.arange(count, dtype=np.uint64))
    walked: list[tuple[NDArray[np.int64], dict[str, Any]]] = []
    for kind, rule in enumerate(rules):
        for rows in _batches(np.arange(kind, count, len(rules))):
            found = _walk(seeds[rows], {**keywords, "directions": rule})
            walked.append((rows, {**found, "kind": np.full(len(rows), kind, dtype=np.uint8)}))
    longest = max(columns["actions"].shape[1] for _, columns in walked)
    order = np.argsort(np.concatenate([rows for rows, _ in walked]))
    gathered = {
        name: np.concatenate([columns[name] for _, columns in walked])[order]
        for name in ("kind", "digest", "heading", "rule", "lines")
    }
    actions = [
        np.pad(columns["actions"], ((0, 0), (0, longest - columns["actions"].shape[1])))
        for _, columns in walked
    ]
    return Demonstrations(
        keywords=keywords,
        rules=tuple(rules),
        episode_seed=seeds,
        actions=np.concatenate(actions)[order],
        working=working,
        **gathered,
    )


def _check_working(working: str, stated: DirectionsLike | None) -> None:
    from agents.virl.working import WORKING

    if working not in WORKING:
        known = ", ".join(map(repr, WORKING))
        raise ValueError(f"working={working!r} is unknown: expected one of {known}, or None.")
    if stated is not None:
        raise ValueError(
            f"Working goes by the rule that is stated, and that must be the one that scores; got "
            f"stated_directions={stated!r} and working={working!r}. Leave one of them out."
        )


def save_demonstrations(path: PathLike, demonstrations: Demonstrations) -> None:
    """Write demonstrations as .npz; an existing file is replaced.

    Raises:
        ValueError: for another suffix, or keywords that hold more than plain data: a City or a
            Route in place of a name.
    """
    path = _checked(path)
    header = {
        "schema": SCHEMA,
        "environment": ENVIRONMENT,
        "keywords": demonstrations.keywords,
        "rules": demonstrations.rules,
        **({} if demonstrations.working is None else {"working": demonstrations.working}),
    }
    try:
        json.dumps(header)
    except TypeError as error:
        raise ValueError(
            f"Keywords are kept as plain data, cities by their names: {error}."
        ) from error
    write_columns(path, header, {name: getattr(demonstrations, name) for name in COLUMNS})


def load_demonstrations(path: PathLike) -> Demonstrations:
    """Read what `save_demonstrations` wrote.

    Raises:
        ValueError: naming the file, for another suffix, one without the header and columns of the
            schema, or one that unpacks to more than 256 MiB.
        OSError: where the file cannot be read.
    """
    path = _checked(path)
    try:
        header, columns = read_columns(path, COLUMNS)
        if header.get("schema") != SCHEMA:
            raise ValueError(f"its schema is {brief(header.get('schema'))}")
        rules = tuple(rule if isinstance(rule, str) else tuple(rule) for rule in header["rules"])
        if (columns["kind"] >= len(rules)).any():
            raise ValueError(f"kinds go up to {columns['kind'].max()} of {len(rules)} rules")
        working = header.get("working")
        if working is not None:
            _check_working(working, None)
        return Demonstrations(keywords=header["keywords"], rules=rules, working=working, **columns)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path} holds no demonstrations of schema {SCHEMA!r}: {error}. Write one with "
            f"save_demonstrations."
        ) from error


def _batches(rows: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield a few rows at a time."""
    for start in range(0, len(rows), SIDE_BY_SIDE):
        yield rows[start : start + SIDE_BY_SIDE]


def _start(
    seeds: NDArray[np.int64], keywords: dict[str, Any]
) -> tuple[VIRLNavigationVectorEnv, NDArray[np.uint8]]:
    """Return an environment with these episodes just begun, and what it shows."""
    env = VIRLNavigationVectorEnv(
        len(seeds), **{**keywords, "mask": None, "autoreset_mode": "next_step"}
    )
    observations, _ = env.reset(options={"episode_seed": seeds})
    return env, observations


def _walk(seeds: NDArray[np.int64], keywords: dict[str, Any]) -> dict[str, NDArray[Any]]:
    """Return columns of the episodes of one kind."""
    env, observations = _start(seeds, keywords)
    copies = range(len(seeds))
    columns = {
        "digest": np.array([env.route(copy).digest for copy in copies]),
        "heading": np.array([env.initial_heading(copy) for copy in copies], dtype=np.int16),
        "rule": np.array([table(env.directions(copy)) for copy in copies]),
        "lines": observations[:, LAYOUT["lines"]].reshape(-1, MAX_LINES, LINE_CODES),
    }
    running = np.ones(len(seeds), dtype=bool)
    done = []
    while running.any():
        actions = env.expert_action()
        done.append(np.where(running, actions + 1, 0).astype(np.uint8))
        _, _, terminated, _, _ = env.step(actions)
        running &= ~terminated
    return {**columns, "actions": np.stack(done, axis=1)}


def _checked(path: PathLike) -> Path:
    path = Path(path)
    if path.suffix != ".npz":
        raise ValueError(f"Demonstrations of navigation are kept as .npz; got {path.name!r}.")
    return path

"""The task string: one line of JSON that says which episode was played, in `info["task"]`.

It holds the id, the keywords that are not their default, the episode seed and a digest of what was
dealt. `reset(options={"task": ...})` and `shiftgym.replay` take it back, and refuse it where any of
these is another.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping
from enum import Enum
from functools import cached_property
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np
from gymnasium.envs.registration import EnvSpec

from shiftgym.checks import shown
from shiftgym.episode import Episode
from shiftgym.keywords import Keywords, shell_keywords
from shiftgym.seeding import check_episode_seed

DIGITS = 16
"""Hexadecimal digits of a digest."""

_NOT_PLAYED = frozenset(
    {"render_mode", "num_envs", "autoreset_mode", "max_episode_steps", "outcome_codes"}
    | {"vectorization_mode", "vector_kwargs", "wrappers"}
)
"""Keywords of `gymnasium.make` and `make_vec` that change nothing in an episode."""

_DIGEST = "digest of "
"""Begins the key of a keyword's value that a string cannot hold, before its type."""


class TaskString(NamedTuple):
    """A task string in parts.

    Attributes:
        id: with the package that registers it, as `gymnasium.make` takes it.
        keywords: of the environment, plain values: those that are not their default, and that
            change what is played or shown.
        given: the reset option that gave what is otherwise dealt, such as "hand"; "" for none.
        episode_seed: of the episode.
        digest: of what was dealt, `digest_of` its start.
    """

    id: str
    keywords: dict[str, Any]
    given: str
    episode_seed: int
    digest: str

    @classmethod
    def parse(cls, text: Any) -> TaskString:
        """Return the parts of a task string.

        Raises:
            ValueError: for anything else.
        """
        try:
            task = cls(**json.loads(text if isinstance(text, str) else "null"))
            seed = check_episode_seed(task.episode_seed)
            texts = (task.id, task.given, task.digest)
            fits = all(isinstance(one, str) for one in texts) and isinstance(task.keywords, dict)
        except (TypeError, ValueError, RecursionError):
            fits = False
        if not fits:
            raise ValueError(
                f"A task is the string of info['task'], of an environment made by gymnasium.make; "
                f"got {shown(text)}."
            )
        return task._replace(episode_seed=seed)

    def __str__(self) -> str:
        return json.dumps(self._asdict(), separators=(",", ":"))


@dataclasses.dataclass(frozen=True)
class Made:
    """How an environment was made: the part of a task string that its episodes share.

    Attributes:
        id, keywords: as of a `TaskString`.
        usual: defaults of keywords, as a task string would hold them.
        config: what was made of the keywords that the task itself has, if it has some.
    """

    id: str
    keywords: dict[str, Any]
    usual: dict[str, Any]
    config: Keywords | None

    @classmethod
    def of(cls, env: Any) -> Made | None:
        """Return how an environment was made, None without `gymnasium.make` or `make_vec`.

        Args:
            env: unwrapped, with its configuration as `config` where its task has keywords.
        """
        spec: EnvSpec | None = env.spec
        if spec is None:
            return None
        usual = {name: one.default for name, one in shell_keywords(type(env)).items()}
        config = getattr(env, "config", None)
        config = config if isinstance(config, Keywords) else None
        if config is not None:
            usual |= config.defaults()
        usual = {name: plain(value) for name, value in usual.items()}
        keywords = {
            name: _content(value, getattr(config, name, None))
            for name, value in sorted(spec.kwargs.items())
            if name not in _NOT_PLAYED and not (name in usual and plain(value) == usual[name])
        }
        return cls(_with_package(spec), keywords, usual, config)

    def means(self, name: str, keywords: Mapping[str, Any]) -> bool:
        """Return whether a keyword of a task, given or left out, asks for what was asked for here.

        A task that is written by hand may name a default, or a value in another form.
        """
        # None is a value of some keywords, and another than one that is left out.
        theirs = keywords.get(name, self.usual.get(name, ...))
        if theirs == self.keywords.get(name, self.usual.get(name, ...)):
            return True
        # A file that somebody else's task names is not read.
        if self.config is None or not is_held(theirs) or _is_file(theirs):
            return False
        return self.config.asks_for(name, theirs)

    def task(self, episode: Episode, given: str = "") -> str:
        """Return the task string of an episode that has just started."""
        digest = digest_of(episode)
        return f'{self._begun}"{given}","episode_seed":{episode.seed},"digest":"{digest}"}}'

    @cached_property
    def _begun(self) -> str:
        """The string up to the parts of an episode: JSON takes longer to write than a step."""
        return str(TaskString(self.id, self.keywords, "", 0, "")).rpartition('"","episode_seed"')[0]


def check_made(made: Made | None, task: TaskString, given: str) -> TaskString:
    """Return a task that an environment can play, if what its seed deals is what it says.

    Args:
        made: how the environment was made.
        task: the task.
        given: the reset option that gives what is otherwise dealt, "" for none.

    Raises:
        ValueError: for a task of another id, other keywords or another option, saying which.
    """
    if made is None:
        raise ValueError(
            "This environment was not made by gymnasium.make, so it cannot tell whether a task is "
            "one of its own. Make it by its id, or call shiftgym.replay."
        )
    if task.id != made.id:
        raise ValueError(
            f"The task is one of {task.id!r}, and this environment is {made.id!r}. Make an "
            f"environment of that id, or call shiftgym.replay."
        )
    names = sorted({*task.keywords, *made.keywords})
    other = [one for one in names if not made.means(one, task.keywords)]
    if other:
        wanted, here = _said(other, task.keywords), _said(other, made.keywords)
        raise ValueError(
            f"The task was made with {wanted}, and this environment with {here}. Make one with the "
            f"keywords of the task, or call shiftgym.replay."
        )
    if task.given != given:
        told = f"{task.given!r} was" if task.given else "nothing was"
        come = repr(given) if given else f"options without {task.given!r}"
        raise ValueError(
            f"In the episode of the task {told} given to reset; got {come}. Give the same again, "
            f"beside the task."
        )
    return task


def check_dealt(task: TaskString, episode: Episode) -> None:
    """Refuse a task whose episode is not the one that its seed starts here.

    Raises:
        ValueError: with both digests.
    """
    here = digest_of(episode)
    if here != task.digest:
        raise ValueError(
            f"The task's episode has the digest {task.digest!r}, and its seed {task.episode_seed} "
            f"starts one with {here!r} here. Either what was given to reset, or a file that a "
            f"keyword names, is another now, or another version of the package dealt it."
        )


def digest_of(episode: Episode) -> str:
    """Return a digest of an episode that has just started: 16 hexadecimal digits.

    The episode seed counts, so two episodes that deal the same have different digests, and a digest
    tells an agent no more than the seed does.
    """
    told = f"{episode.seed}|{episode.dealt}|".encode() + episode.row.tobytes()
    return hashlib.sha256(told).hexdigest()[:DIGITS]


def plain(value: Any) -> Any:
    """Return a keyword's value as JSON holds it; of what it cannot hold, a digest or the type."""
    if value is None or isinstance(value, (bool, np.bool_)):
        return None if value is None else bool(value)
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, (str, os.PathLike)):
        return str(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted(map(plain, value), key=json.dumps)
    digest = getattr(value, "digest", "")
    if not digest and dataclasses.is_dataclass(value):
        parts = {one.name: plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
        digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:DIGITS]
    return {_DIGEST + type(value).__name__: digest}


def _content(given: Any, parsed: Any) -> Any:
    """Return `plain` of a keyword's value; where it is a file's path, of what the file holds.

    Args:
        given: the value.
        parsed: what the configuration made of it.
    """
    if isinstance(given, (list, tuple)) and isinstance(parsed, tuple) and len(given) == len(parsed):
        return [_content(*both) for both in zip(given, parsed)]
    if isinstance(parsed, tuple) and len(parsed) == 1:
        parsed = parsed[0]
    return plain(parsed if _is_file(given) and hasattr(parsed, "digest") else given)


def _is_file(given: Any) -> bool:
    """Return whether a value, or one of several, is the path of a file."""
    if isinstance(given, (list, tuple)):
        return any(map(_is_file, given))
    return isinstance(given, (str, os.PathLike)) and bool(os.path.splitext(given)[1])


def is_held(value: Any) -> bool:
    """Return whether a task string holds a value of `plain` itself, and no digest of it."""
    if isinstance(value, dict):
        return not any(key.startswith(_DIGEST) for key in value) and all(
            map(is_held, value.values())
        )
    return all(map(is_held, value)) if isinstance(value, list) else True


def _with_package(spec: EnvSpec) -> str:
    """Return an id behind the package that registers it on import."""
    point: Any = spec.entry_point
    module = point.partition(":")[0] if isinstance(point, str) else getattr(point, "__module__", "")
    package = module.rpartition(".")[0] or module
    return f"{package}:{spec.id}" if package else spec.id


def _said(names: list[str], keywords: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name}={shown(keywords[name])}" if name in keywords else f"{name} left out"
        for name in names
    )

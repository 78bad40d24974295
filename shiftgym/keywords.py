"""The keywords of a task, each typed once: as a field of a frozen dataclass with default and check.

    @dataclass(frozen=True)
    class GameConfig(Keywords):
        target: int = keyword(24, in_range, 1, 100)

`GameConfig.make` checks what it is given, and `configured` takes it out of what an environment was
given. The keywords of an environment itself are the parameters with a default of its `__init__`,
of its bases', and of what makes its dialogue and its renderer.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, fields
from functools import lru_cache
from typing import Any, TypeVar

from shiftgym import checks
from shiftgym.splits import DEFAULT_FOLD, SPLITS, check_fold

K = TypeVar("K", bound="Keywords")


_ALSO_CALLED = {
    "rule": "directions",
    "stated_rule": "stated_directions",
    "directions": "rule",
    "stated_directions": "stated_rule",
}
"""Keywords that tasks call by names of their own, by the name that somebody may bring along."""

_SYMBOLS, _PICTURES = "ids without -Text", "-Image ids, and -Text ids with images=True,"
_VECTOR = "vector environments, of gymnasium.make_vec,"
_ELSEWHERE = {
    **dict.fromkeys(("observation", "mask", "mask_in_observation"), _SYMBOLS),
    **dict.fromkeys(("images", "template", "strict"), "-Text ids"),
    **dict.fromkeys(("look", "image_size", "panoramas"), _PICTURES),
    "views": "-Image ids",
    **dict.fromkeys(("num_envs", "autoreset_mode", "outcome_codes"), _VECTOR),
}
"""The interfaces that take a keyword which others do not."""


def keyword(default: Any, check: Callable[..., Any], *limits: Any) -> Any:
    """Return the field of a keyword.

    Args:
        default: what counts where nothing was given, checked like anything else. Where it is None,
            None is taken as it is.
        check: returns the value, given name, value and limits, or raises a ValueError that names
            the keyword: one of `shiftgym.checks`, say.
        limits: further arguments of it.
    """

    def checked(name: str, value: Any) -> Any:
        return None if value is None and default is None else check(name, value, *limits)

    return field(metadata={"default": default, "check": checked})


RANDOM = "random"
"""A fresh rule for each episode."""


def rule_keyword(default: Any, parse: Callable[[Any], Any]) -> Any:
    """Return the field of the rule that scores, None for a fresh one in each episode ("random").

    Args:
        default: as for `keyword`.
        parse: reads a rule that stays, or raises a ValueError.
    """

    def check(name: str, value: Any) -> Any:
        return None if checks.is_same(value, RANDOM) else checks.parsed(name, value, parse)

    return keyword(default, check)


def stated_keyword(parse: Callable[[Any], Any], scoring: str) -> Any:
    """Return the field of the rule that is stated, None for the one that scores.

    Args:
        parse: reads a rule, or raises a ValueError.
        scoring: the keyword of the rule that scores.
    """

    def check(name: str, value: Any) -> Any:
        checks.no_random(value, RANDOM, name, scoring)
        return checks.parsed(name, value, parse)

    return keyword(None, check)


def split_keyword() -> Any:
    """Return the field of `split`: which part is dealt, None for all."""
    return keyword(None, checks.one_of, (*SPLITS, None))


def fold_keyword() -> Any:
    """Return the field of `fold`: which parts of how many are for test and for validation."""
    return keyword(DEFAULT_FOLD, lambda _, value: check_fold(value))


def _refuse_idle_fold(values: Mapping[str, Any], usual: Mapping[str, Any]) -> None:
    """Refuse keywords that say what the splits are where all is dealt, test episodes included."""
    if values.get("split", "") is None:
        names = [name for name in ("fold", "split_by") if name in values]
        checks.only_with(
            "split='train', 'validation' or 'test'",
            "without it everything is dealt",
            **{name: (values[name], None) for name in names if values[name] != usual[name]},
        )


class Keywords:
    """What a task's keywords ask for: the base of frozen dataclasses with `keyword` fields.

    They are made by `make`; their text names every keyword.
    """

    @classmethod
    def make(cls: type[K], **given: Any) -> K:
        """Return the values of keywords, checked.

        Raises:
            TypeError: for an unknown keyword, naming the nearest right one.
            ValueError: naming the keyword, what came and what was expected.
        """
        known = {one.name: one.metadata for one in fields(cls)}  # type: ignore[arg-type]
        refuse_unknown(cls.__name__, given, known)
        values = {
            name: told["check"](name, given.get(name, told["default"]))
            for name, told in known.items()
        }
        _refuse_idle_fold(values, cls.defaults())
        cls.check_together(values)
        return cls(**values)

    @classmethod
    def check_together(cls, values: dict[str, Any]) -> None:
        """Refuse values that do not fit together, and set those that follow from others.

        Raises:
            ValueError: naming the keywords.
        """

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """Return the default of each keyword."""
        return {one.name: one.metadata["default"] for one in fields(cls)}  # type: ignore[arg-type]

    def asks_for(self, name: str, value: Any) -> bool:
        """Return whether a value of a keyword is read as the one that these keywords have."""
        told = {one.name: one.metadata for one in fields(self)}  # type: ignore[arg-type]
        if name not in told:
            return False
        try:
            same = told[name]["check"](name, value) == getattr(self, name)
        except (TypeError, ValueError):
            return False
        return same is True

    def __str__(self) -> str:
        parts = ((one.name, getattr(self, one.name)) for one in fields(self))  # type: ignore[arg-type]
        return ", ".join(f"{name}={value}" for name, value in parts)


# Looking into signatures took half of the time in which an environment is made.
@lru_cache(maxsize=256)
def own_keywords(maker: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """Return the keywords that a class or function takes: its parameters with a default."""
    taken = inspect.signature(maker).parameters
    return {name: one for name, one in taken.items() if one.default is not one.empty}


def shell_keywords(shell: Any) -> dict[str, inspect.Parameter]:
    """Return the keywords of an environment itself.

    Args:
        shell: its class. Keywords are those of its `__init__`, of those that it calls, and of what
            its dialogue and its renderer are made by, `told_by` and `drawn_by`, if it has any.
    """
    starts = (base.__dict__.get("__init__") for base in shell.__mro__)
    makers = [getattr(shell, name, None) for name in ("told_by", "drawn_by")]
    makers += filter(inspect.isfunction, starts)
    found: dict[str, inspect.Parameter] = {}
    for maker in filter(None, makers):
        found = {**own_keywords(maker), **found}
    return found


def configured(shell: Any, given: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return the configuration of an environment's task, and the keywords that are left.

    Args:
        shell: the class of the environment; the task that it `plays` has a class of `keywords`.
        given: those that the environment's `__init__` does not name.

    Raises:
        TypeError: for an unknown keyword, naming the nearest right one.
        ValueError: for a value that a keyword does not take.
    """
    kind: type[Keywords] = shell.plays.keywords
    of_task = kind.defaults()
    refuse_unknown(shell.__name__, given, [*shell_keywords(shell), *of_task])
    config = kind.make(**{name: value for name, value in given.items() if name in of_task})
    return config, {name: value for name, value in given.items() if name not in of_task}


def refuse_unknown(taker: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse keywords that nobody takes.

    Args:
        taker: the name of what was called.
        given, known: names of keywords.

    Raises:
        TypeError: naming the first unknown one, and who takes it, the nearest right name or
            all names.
    """
    names = list(known)
    unknown = next((name for name in given if name not in names), None)
    if unknown is None:
        return
    near = difflib.get_close_matches(unknown, names, n=1)
    if _ALSO_CALLED.get(unknown) in names:
        near = [_ALSO_CALLED[unknown]]
    if unknown in _ELSEWHERE:
        meant = f"Only {_ELSEWHERE[unknown]} take it. Leave it out, or make such an environment."
    else:
        meant = f"Did you mean {near[0]!r}?" if near else f"It takes {', '.join(names)}."
    raise TypeError(f"{taker} has no keyword {unknown!r}. {meant}")

"""Suites: which episodes a table is made of, as data with a version and a digest.

A suite is a JSON file: ours lie beside this module, anybody's own is read by `suites.files`. Its
test seeds have bit 61 set; the environments hand out seeds with that bit clear, so no test episode
can be a training episode. Hands and routes are kept apart by `split` and `fold` besides: seed i of
a study trains without fold i and is tested on it. Who has not trained here is tested on all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from benchmarks.tasks import TASKS, bare
from benchmarks.tasks.task import interface_named

LOOK = "look"
"""The keyword of what pictures look like, which only environments that show some have."""

STYLE = "style"
"""The keyword of how instructions are worded, of which symbols tell nothing."""

TEST_BIT = 1 << 61
"""Set in every test seed, clear in every seed that an environment draws for itself."""

STANDARD = "standard"
"""The size that is played where none is asked for."""

NOTICE = (
    "The suite is a private set. The rows, the response log and pages of this run hold its seeds "
    "and what they deal: until its salt is revealed publish the table alone, and keep the rest."
)
"""Said of every run and submission of a suite with a key."""

Size = Annotated[int, Field(ge=1, le=1_000_000)] | None
"""A number of hands or routes; None for every one there is."""

_OF_SHELLS = frozenset({"render_mode", "num_envs", "autoreset_mode", "max_episode_steps"})
_OF_SPLITS = frozenset({"split", "fold"})
"""Keywords that an evaluation sets; those of splits where the suite has folds."""

SizeName = Annotated[str, Field(pattern=r"^[a-z]+$", max_length=20)]
ColumnName = Annotated[str, Field(pattern=r"^[\w.-]+$", max_length=60)]
Name = Annotated[str, Field(pattern=r"^[\w.:-]+$", max_length=60)]
Version = Annotated[str, Field(pattern=r"^\d+(\.\d+)*$", max_length=20)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Column(_Part):
    """One column of a suite's table.

    Attributes:
        id: of the environment. An id of ours that names no interface is played through that of the
            player: GeneralPoints-RuleOOD-v0 stands for GeneralPoints-Text-RuleOOD-v0 as well.
        keywords: of the environment; where the suite has folds, without `split` and `fold`.
        split: whose hands or routes trained agents play: "test", "train" for those that training
            may have shown, which nobody else plays, or None for all, where nobody trains at all.
        control: whether it is a control, which studies leave out.
        sizes: in place of the suite's own.
        total: how many different hands or routes there are in all parts of a split together, so
            that they need not be counted before play; None where it is not told. It decides
            nothing, and the digest does not count it.
        about: what it is for, a sentence; the digest does not count it.
    """

    id: str = Field(pattern=r"^([A-Za-z_][\w.]*:)?[\w.-]+$", max_length=200)
    keywords: dict[str, Any] = Field(default_factory=dict)
    split: Literal["train", "validation", "test"] | None = "test"
    control: bool = False
    sizes: dict[SizeName, Size] = Field(default_factory=dict)
    total: int | None = Field(default=None, ge=1)
    about: str = Field(default="", max_length=300)

    @field_validator("id")
    @classmethod
    def _without_our_package(cls, id: str) -> str:
        return bare(id)

    @model_serializer(mode="wrap")
    def _with_split(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Tell the split also where what is None is left out: None is not its default."""
        told: dict[str, Any] = plain(self)
        return told if self.split is not None else {**told, "split": None}

    @property
    def any_interface(self) -> bool:
        """Whether the player decides through which interface it is played."""
        return self.id.partition("-")[0] in TASKS and not interface_named(self.id)

    @property
    def words_alone(self) -> bool:
        """Whether it differs from other columns in words alone, for players of any interface."""
        return STYLE in self.keywords and self.any_interface

    @property
    def severity(self) -> tuple[str, int] | None:
        """The one thing of the look that is changed, and how far; None for other columns.

        Such columns are points of a curve, over severities, from the column that has their keywords
        but the look.
        """
        look = self.keywords.get(LOOK)
        if not isinstance(look, Mapping) or len(look) != 1:
            return None
        ((axis, severity),) = look.items()
        return axis, severity


class Suite(_Part):
    """Columns that are compared. Columns that deal the same hands or routes share their episodes.

    Attributes:
        name: test seeds are drawn from it.
        version: of a published suite; the digest tells it from an edited one.
        key: of a private suite, 64 hexadecimal digits from which test seeds are drawn in place of
            the name; "" for none. See `benchmarks.suites.private`.
        folds: into how many parts the hands or routes are split, of which the last is the
            validation part of all seeds; 1 where they are not split, and then the environments get
            neither `split` nor `fold`.
        game: keywords of training and of every column.
        sizes: how many hands or routes of each column are played.
    """

    name: Name
    version: Version = "1"
    key: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    folds: int = Field(default=1, ge=1, le=1000)
    game: dict[str, Any] = Field(default_factory=dict)
    sizes: dict[SizeName, Size] = Field(default={"smoke": 20, STANDARD: 500}, min_length=1)
    columns: dict[ColumnName, Column] = Field(default_factory=dict)

    @field_validator("folds")
    @classmethod
    def _test_validation_and_training(cls, folds: int) -> int:
        if folds == 2:
            raise ValueError("2 parts are none for training: expected 1, or 3 to 1000")
        return folds

    @model_validator(mode="after")
    def _nothing_said_twice(self) -> Suite:
        for name, column in self.columns.items():
            if unknown := sorted(column.sizes.keys() - self.sizes.keys()):
                raise ValueError(
                    f"columns.{name}.sizes: {unknown[0]!r} is no size of the suite: expected of "
                    f"{', '.join(self.sizes)}"
                )
            given = self.game.keys() | column.keywords.keys()
            if refused := sorted(given & (_OF_SHELLS | (_OF_SPLITS if self.folds > 1 else set()))):
                raise ValueError(f"columns.{name}: the keyword {refused[0]!r} is set by who plays")
        return self

    @property
    def task(self) -> str:
        """The first part of the columns' ids; the name of a suite without columns."""
        first = next(iter(self.columns.values()), None)
        return self.name if first is None else first.id.partition("-")[0]

    @property
    def digest(self) -> str:
        """16 hexadecimal digits that change with anything that decides the episodes."""
        columns = {"columns": {"__all__": {"about", "total"}}}
        plain = self.model_dump(mode="json", exclude_defaults=True, exclude=columns)
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def tested(self) -> int:
        """The number of parts that are tested: seeds 0 to tested - 1 have one each."""
        return max(1, self.folds - 1)

    def fold(self, seed: int) -> tuple[int, int, int]:
        """Return the fold of seed `seed` of a study: its test part, of how many, and validation."""
        return seed % self.tested, self.folds, self.folds - 1

    def id(self, column: str, interface: str = "") -> str:
        """Return the environment's id; `interface` is "", "-Image" or "-Text"."""
        of = self.columns[column]
        if not of.any_interface:
            return of.id
        task, shift = of.id[: len(self.task)], of.id[len(self.task) :]
        return f"{task}{interface}{shift}"

    def columns_for(self, *, seen: bool, trained: bool = True, controls: bool = False) -> list[str]:
        """Return the columns of a player.

        Args:
            seen: whether it sees pictures; else it plays no points of curves.
            trained: whether it has trained on a part; else it plays none of what training shows.
            controls: whether it plays the controls too.
        """
        return [
            name
            for name, of in self.columns.items()
            if (seen or of.severity is None or not of.any_interface)
            and (trained or of.split != "train")
            and (controls or not of.control)
        ]

    def size(self, column: str, name: str) -> int | None:
        """Return how many hands or routes of a column a size has, None for all.

        Raises:
            ValueError: the suite has no such size.
        """
        sizes = self.columns[column].sizes
        if name not in sizes and name not in self.sizes:
            raise ValueError(
                f"{self.name} has no size {name!r}: expected one of {', '.join(self.sizes)}."
            )
        return sizes[name] if name in sizes else self.sizes[name]

    @property
    def axes(self) -> Mapping[str, Mapping[int, str]]:
        """The column of each severity of each axis of the look; 0 is "in"."""
        axes: dict[str, dict[int, str]] = {}
        for name, column in self.columns.items():
            if column.severity is not None:
                axis, severity = column.severity
                axes.setdefault(axis, {0: "in"})[severity] = name
        return axes

    def keywords(self, column: str, seed: int | None, *, seen: bool = False) -> dict[str, Any]:
        """Return the environment's keywords, the split included.

        Args:
            seed: of the study; None for who has trained on no part, and is tested on all.
            seen: whether the player sees pictures; else there is no look that it could have.
        """
        of = self.columns[column]
        keywords = {**self.game, **of.keywords}
        if not seen and of.any_interface:
            keywords.pop(LOOK, None)
        if self.folds > 1 and seed is not None and of.split is not None:
            keywords |= {"split": of.split, "fold": list(self.fold(seed))}
        return keywords

    def stream(self, seed: int | None, name: str = "test") -> str:
        """Return the name of a stream of test seeds.

        Args:
            seed: of the study; the fold decides, so that arms and policies share their episodes.
            name: "test", or another name for episodes that no table shows.
        """
        source = self.key or self.name
        if seed is None:
            return f"{source}/{name}/all"
        return f"{source}/{name}/{seed % self.tested if self.folds > 1 else seed}"

    def episode_seeds(self, seed: int | None, count: int, stream: str = "test") -> list[int]:
        """Return `count` episode seeds in [2**61, 2**62); a longer list begins with a shorter.

        They deal hands or routes as chance has it, some again and again; `distinct.choose` leaves
        those out. Arguments as for `stream`.
        """
        return test_seeds(self.stream(seed, stream), count)


def test_seeds(stream: str, count: int) -> list[int]:
    """Return `count` episode seeds in [2**61, 2**62), a hash of stream and number each."""
    return numbered_seeds(stream, range(count))


def numbered_seeds(stream: str, numbers: range) -> list[int]:
    """Return the test seeds of some numbers, see `test_seeds`."""
    digests = (hashlib.sha256(f"{stream}/{i}".encode()).digest() for i in numbers)
    return [TEST_BIT | (int.from_bytes(digest[:8], "big") % TEST_BIT) for digest in digests]


def sees_pictures(interface: str, keywords: Mapping[str, Any]) -> bool:
    """Whether environments of an interface, made with some keywords, show pictures."""
    return interface == "-Image" or bool(keywords.get("images"))


class _Suites(Mapping[str, Suite]):
    """The suites of the files beside this module, each read when it is asked for."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def __getitem__(self, name: str) -> Suite:
        if name not in self._names:
            raise KeyError(name)
        return _read(name)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@cache
def _read(name: str) -> Suite:
    return Suite.model_validate_json((Path(__file__).parent / f"{name}.json").read_bytes())


SUITES: Mapping[str, Suite] = _Suites("gp-l", "virl-l", "gp-vl", "virl-vl")
"""Those of shiftgym; docs/suites.md says what each is for."""


def suite_of(task: str, *, seen: bool = False) -> Suite:
    """Return the suite of a task, for agents that see pictures or for those that do not.

    A task of another package has one without columns and of one fold: only its ids are played.
    """
    for of in SUITES.values():
        if of.task == task and bool(of.axes) == seen:
            return of
    return Suite(name=task)


def suite(name: str) -> Suite:
    """Return a suite by name.

    Raises:
        ValueError: for an unknown name.
    """
    if name not in SUITES:
        raise ValueError(f"Unknown suite {name!r}: expected one of {', '.join(SUITES)}.")
    return SUITES[name]

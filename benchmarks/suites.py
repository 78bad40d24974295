"""Suites: which episodes a table is made of, as plain data with a digest.

A suite's test seeds have bit 61 set; the environments hand out seeds with that bit clear, so no
test episode can be a training episode. Hands and routes are kept apart by `split` and `fold`
besides: seed i of a study trains without fold i and is tested on it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from shiftgym.appearance import MAX_SEVERITY

CARD_AXES = ("rotation", "noise", "table", "face", "occlusion", "brightness")
STREET_AXES = ("palette", "weather", "night", "blur")
"""What a look changes, by severity. A suite keeps its list where a look gets another axis."""

LOOK = "look"
"""The keyword of what pictures look like, which only environments that show some have."""

TEST_BIT = 1 << 61
"""Set in every test seed, clear in every seed that an environment draws for itself."""


@dataclass(frozen=True)
class Column:
    """One column of a suite's table.

    Attributes:
        shift: the part of the environment's id after the interface: "" or "-RuleOOD".
        keywords: keywords of the environment, without `split`, `fold` and `max_attempts`.
        split: whose hands or routes are played: "test", "train" for those that training may have
            shown, or None for all of them, where nobody trains at all.
        id: the whole id of a column that is played as it is, by agents of its interface alone.
    """

    shift: str = ""
    keywords: Mapping[str, Any] = field(default_factory=dict)
    split: str | None = "test"
    id: str | None = None

    @property
    def severity(self) -> tuple[str, int] | None:
        """The one thing of the look that is changed, and how far; None for other columns.

        Such columns are points of a curve, over severities, from the column that has their keywords
        but the look.
        """
        look = self.keywords.get(LOOK)
        if not isinstance(look, Mapping):
            return None
        ((axis, severity),) = look.items()
        return axis, severity


@dataclass(frozen=True)
class Suite:
    """Columns that are compared; every column uses the same test seeds, so pairs stay pairs.

    Attributes:
        task: the first part of the environment's id.
        folds: into how many parts the hands or routes are split; 1 where they are not, and then the
            environments get neither `split` nor `fold`.
        game: keywords of training and of every column.
    """

    name: str
    task: str
    folds: int
    columns: Mapping[str, Column]
    game: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """16 hexadecimal digits that change with anything that decides the episodes."""
        plain = asdict(self)
        if not self.game:
            # Suites of before there was such a thing keep their digests.
            del plain["game"]
        for column in plain["columns"].values():
            if column["id"] is None:
                del column["id"]
        text = json.dumps(plain, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def fold(self, seed: int) -> tuple[int, int]:
        """Return the fold that seed `seed` of a study never trains on."""
        return seed % self.folds, self.folds

    def id(self, column: str, interface: str = "") -> str:
        """Return the environment's id; `interface` is "", "-Image" or "-Text"."""
        whole = self.columns[column].id
        if whole is not None:
            return whole
        return f"{self.task}{interface}{self.columns[column].shift}-v0"

    def columns_for(self, *, seen: bool) -> list[str]:
        """Return the columns of a player: all where it sees pictures, else no points of curves."""
        return [
            name
            for name, of in self.columns.items()
            if seen or of.severity is None or of.id is not None
        ]

    @property
    def axes(self) -> Mapping[str, Mapping[int, str]]:
        """The column of each severity of each axis of the look; 0 is "in"."""
        axes: dict[str, dict[int, str]] = {}
        for name, column in self.columns.items():
            if column.severity is not None:
                axis, severity = column.severity
                axes.setdefault(axis, {0: "in"})[severity] = name
        return axes

    def keywords(self, column: str, seed: int, *, seen: bool = False) -> dict[str, Any]:
        """Return the environment's keywords, the split included.

        Args:
            seen: whether the player sees pictures; else there is no look that it could have.
        """
        of = self.columns[column]
        keywords = {**self.game, **of.keywords}
        if not seen and of.id is None:
            keywords.pop(LOOK, None)
        if self.folds > 1:
            keywords |= {"split": of.split, "fold": list(self.fold(seed))}
        return keywords

    def episode_seeds(self, seed: int, count: int, stream: str = "test") -> list[int]:
        """Return `count` episode seeds in [2**61, 2**62); a longer list begins with a shorter.

        Args:
            seed: of the study; the fold decides, so that arms and policies share their episodes.
            stream: "test", or another name for episodes that no table shows.
        """
        part = seed % self.folds if self.folds > 1 else seed
        return test_seeds(f"{self.name}/{stream}/{part}", count)


def test_seeds(stream: str, count: int) -> list[int]:
    """Return `count` episode seeds in [2**61, 2**62), a hash of stream and number each."""
    digests = (hashlib.sha256(f"{stream}/{i}".encode()).digest() for i in range(count))
    return [TEST_BIT | (int.from_bytes(digest[:8], "big") % TEST_BIT) for digest in digests]


def sees_pictures(interface: str, keywords: Mapping[str, Any]) -> bool:
    """Whether environments of an interface, made with some keywords, show pictures."""
    return interface == "-Image" or bool(keywords.get("images"))


def _severities(axes: Sequence[str], keywords: Mapping[str, Any]) -> dict[str, Column]:
    """Return a column for each severity of each axis of a look."""
    return {
        f"{axis}_{severity}": Column("", {**keywords, LOOK: {axis: severity}})
        for axis in axes
        for severity in range(1, MAX_SEVERITY + 1)
    }


_BOTH = {"solvable_under": ["ten", "rank"]}
_CITIES = {"routes": 40}

SUITES: Mapping[str, Suite] = {
    "gp-l": Suite(
        name="gp-l",
        task="GeneralPoints",
        folds=6,
        columns={
            "in": Column("", {"rule": "ten"}),
            "rule_ood": Column("-RuleOOD"),
            "in_pairs": Column("", {"rule": "ten", "face_cards": True, **_BOTH}),
            "ood_pairs": Column("-RuleOOD", _BOTH),
            "in_train": Column("", {"rule": "ten"}, split="train"),
            "ood_train": Column("-RuleOOD", split="train"),
        },
    ),
    "virl-l": Suite(
        name="virl-l",
        task="VIRLNavigation",
        folds=6,
        columns={
            "in": Column("", {"directions": "absolute"}),
            "rule_ood": Column("-RuleOOD"),
            "cities": Column("-VisualOOD", {"directions": "absolute", **_CITIES}, split=None),
            "cities_rule_ood": Column(
                "-VisualOOD", {"directions": "relative", **_CITIES}, split=None
            ),
            "in_train": Column("", {"directions": "absolute"}, split="train"),
        },
    ),
    "gp-vl": Suite(
        name="gp-vl",
        task="GeneralPoints",
        folds=6,
        columns={
            "in": Column("", {"rule": "ten"}),
            "rule_ood": Column("-RuleOOD"),
            "visual_ood": Column("-VisualOOD", {"rule": "ten"}),
            **_severities(CARD_AXES, {"rule": "ten"}),
        },
    ),
    "virl-vl": Suite(
        name="virl-vl",
        task="VIRLNavigation",
        folds=6,
        columns={
            "in": Column("", {"directions": "absolute"}),
            "rule_ood": Column("-RuleOOD"),
            "visual_ood": Column("-VisualOOD", {"directions": "absolute", **_CITIES}, split=None),
            **_severities(STREET_AXES, {"directions": "absolute"}),
        },
        game={"landmarks": "all"},
    ),
}
"""`gp-l`: GeneralPoints without pictures, J, Q, K counting 10 against 11, 12, 13; the two columns
called pairs are the same hands under either rule. The two called train are played with the hands
of the training split, the rest with hands that training never showed: what an arm knows of a hand
that it has seen, and whether it still knows it under the other rule.

`virl-l`: VIRLNavigation without pictures, turns told as compass words against left and right; `in`
and `rule_ood` are the same test routes of the training city from the same initial headings, and so
are the two columns of cities, forty routes in each of nine that nobody trains in.

`gp-vl` and `virl-vl` are for agents that see: red cards where training showed black ones, streets
of the nine other cities, and curves over the severities of each thing that a look changes. Agents
without eyes play them too, but for the curves: whatever they lose where only pictures change is not
the pictures' doing. So that these know no less than those who see, streets tell all landmarks in
sight."""


def suite_of(task: str, *, seen: bool = False) -> Suite:
    """Return the suite of a task, for agents that see pictures or for those that do not.

    A task of another package has one without columns and of one fold: only its ids are played.
    """
    for of in SUITES.values():
        if of.task == task and bool(of.axes) == seen:
            return of
    return Suite(task, task, 1, {})


def suite(name: str) -> Suite:
    """Return a suite by name.

    Raises:
        ValueError: for an unknown name.
    """
    if name not in SUITES:
        raise ValueError(f"Unknown suite {name!r}: expected one of {', '.join(SUITES)}.")
    return SUITES[name]

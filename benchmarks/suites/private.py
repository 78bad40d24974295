"""Private suites by commit and reveal: what is played follows from a secret salt.

A public file holds a commitment, the SHA-256 of the salt with name, version and parameters. Who
has the salt can derive the suite, and so evaluate and verify; nobody else knows a seed, a hand or
a city. Once the salt is published anybody can derive the suite, check that it is the one that was
committed to, and recompute every figure. `docs/private-suites.md` says how, step by step: what is
derived from a salt is frozen under its number of the derivation.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import os
import secrets
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmarks.records import first_of
from benchmarks.suites import SUITES, Column, Name, Suite, Version
from shiftgym.atomic import write_atomically

SALT_BYTES = 32

TARGETS = tuple(target for target in range(10, 100) if target != 24)
"""Of the card game; 24 is the one that everybody trains on."""

_HELD_OUT = (11, 12, 13)
RULES = tuple(
    rule
    for rule in itertools.permutations([value for value in range(1, 20) if value != 10], 3)
    if all(value != known for value, known in zip(rule, _HELD_OUT))
)
"""What J, Q and K may count: three different values, none of them 10, nor J 11, Q 12 or K 13."""

FAMILIES = ("grid", "radial", "organic", "superblock", "river", "diamond")
"""Of cities, in turn."""

Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Cards(_Part):
    """A private set of the card game.

    Attributes:
        hands: of each column, at the standard size.
    """

    task: Literal["GeneralPoints"] = "GeneralPoints"
    hands: int = Field(default=500, ge=20, le=2_000)

    @property
    def about(self) -> str:
        """What is private of it."""
        return (
            "Private set: seeds, target, rule and hands of five and six cards follow from a secret "
            "salt. There are no hands of four cards: they are too few to hide."
        )


class Streets(_Part):
    """A private set of street navigation.

    Attributes:
        cities: how many new ones.
        routes: of each city.
    """

    task: Literal["VIRLNavigation"] = "VIRLNavigation"
    cities: int = Field(default=9, ge=1, le=30)
    routes: int = Field(default=40, ge=1, le=200)

    @property
    def about(self) -> str:
        """What is private of it."""
        return "Private set: seeds, cities and routes follow from a secret salt."


Parameters = Annotated[Cards | Streets, Field(discriminator="task")]


class PrivateSuite(_Part):
    """The public file of a private suite.

    Attributes:
        name, version: of the suite.
        derivation: which rules lead from the salt to the suite.
        parameters: what else decides it.
        about: what is private of it, a sentence or two.
        commitment: SHA-256, see `commitment`.
        digest: of the derived suite.
        salt: once it is revealed, else None.
        revealed: the day of that, else None.
    """

    name: Name
    version: Version = "1"
    derivation: Literal[1] = 1
    parameters: Parameters
    about: str = Field(default="", max_length=300)
    commitment: Hex
    digest: str = Field(pattern=r"^[0-9a-f]{16}$")
    salt: Hex | None = None
    revealed: date | None = None

    def suite(self, salt: str) -> Suite:
        """Return the suite that a salt leads to.

        Raises:
            ValueError: it is not the salt that was committed to, or the suite is another one.
        """
        if commitment(self.name, self.version, self.parameters, salt) != self.commitment:
            raise ValueError(
                f"the salt is not that of {self.name}: with this name, version and parameters its "
                f"SHA-256 is not the commitment. Use the salt that was made with the file."
            )
        made = _derived(self, salt)
        if made.digest != self.digest:
            raise ValueError(
                f"the salt leads to a suite with the digest {made.digest}, and the file says "
                f"{self.digest}. It was edited, or made by another version of shiftgym."
            )
        return made

    def text(self) -> bytes:
        """Return the file."""
        return self.model_dump_json(indent=2, exclude_none=True).encode() + b"\n"


def new_salt() -> str:
    """Return a secret salt: 64 hexadecimal digits of the system's random numbers."""
    return secrets.token_hex(SALT_BYTES)


def commit(name: str, parameters: Cards | Streets, salt: str, version: str = "1") -> PrivateSuite:
    """Return the public file of a new private suite.

    Args:
        name: of the suite.
        parameters: of it.
        salt: see `new_salt`.
        version: of the suite.

    Raises:
        ValueError: for a name or a version that a suite cannot have.
    """
    if name in SUITES:
        raise ValueError(f"{name} is a suite of shiftgym. Choose another name.")
    public = PrivateSuite(
        name=name,
        version=version,
        parameters=parameters,
        about=parameters.about,
        commitment=commitment(name, version, parameters, salt),
        digest="0" * 16,
    )
    return public.model_copy(update={"digest": _derived(public, salt).digest})


def commitment(name: str, version: str, parameters: Cards | Streets, salt: str) -> str:
    """Return the SHA-256 of a salt together with all that it is used for, hexadecimal."""
    told = {
        "purpose": "shiftgym private suite",
        "derivation": 1,
        "name": name,
        "version": version,
        "parameters": parameters.model_dump(),
        "salt": salt,
    }
    text = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read_private(path: Path, told: Any) -> Suite:
    """Return the suite of a public file, with its salt or with the file of the salt beside it.

    Args:
        path: of the public file.
        told: what it holds, of JSON.

    Raises:
        pydantic.ValidationError: the file is none of a private suite.
        ValueError: the salt is missing, or is not the one that was committed to.
        OSError: the file of the salt cannot be read.
    """
    public = PrivateSuite.model_validate(told)
    return public.suite(salt_of(path, public))


def salt_of(path: Path, public: PrivateSuite) -> str:
    """Return the salt of a public file, of it or of the file beside it.

    Raises:
        ValueError: there is none.
        OSError: it cannot be read.
    """
    if public.salt is not None:
        return public.salt
    secret = salt_file(path)
    if not secret.exists():
        raise ValueError(
            f"{public.name} is a private set: only who has its salt knows what is played. Put the "
            f"salt into {secret}, or wait until it is revealed."
        )
    with secret.open("rb") as file:
        return file.read(1024).decode("ascii", "replace").strip()


def sealed(path: Path) -> PrivateSuite | None:
    """Return what a file says of a private suite whose salt is not here; None for other files.

    Raises:
        OSError: it cannot be read.
    """
    public = _public(path)
    if public is None or public.salt is not None or salt_file(path).exists():
        return None
    return public


def _public(path: Path) -> PrivateSuite | None:
    """Return what a file says of a private suite; None for other files."""
    try:
        return PrivateSuite.model_validate_json(path.read_bytes())
    except ValidationError:
        return None


def salt_file(path: Path) -> Path:
    """Return the path of the secret salt of a public file: beside it, ending in .salt."""
    return path.with_suffix(".salt")


def write_new(path: Path, public: PrivateSuite, salt: str) -> None:
    """Write a new public file and its salt, which only its owner may read.

    Raises:
        FileExistsError: one of the two is there.
        OSError: they cannot be written.
    """
    for one in (path, salt_file(path)):
        if one.exists():
            raise FileExistsError(f"{one} is there already. Choose another name or folder.")
    descriptor = os.open(salt_file(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(f"{salt}\n")
    write_atomically(path, public.text())


def was_secret(path: Path, day: date) -> bool:
    """Whether a file is of a private suite of which nobody else had the salt before a day.

    Raises:
        OSError: it cannot be read.
    """
    public = _public(path)
    if public is None:
        return False
    return public.salt is None or (public.revealed is not None and day <= public.revealed)


def reveal(path: Path, day: date | None = None) -> PrivateSuite:
    """Put the salt into the public file, and the day; a file that has them stays as it is.

    Args:
        day: of the reveal, None for today.

    Raises:
        ValueError: the file is not of a private suite, or the salt is missing or another one.
        OSError: a file cannot be read or written.
    """
    try:
        public = PrivateSuite.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise ValueError(f"{path} is no file of a private suite: {first_of(error)}.") from error
    salt = salt_of(path, public)
    public.suite(salt)
    if public.salt is not None:
        return public
    told = public.model_copy(update={"salt": salt, "revealed": day or date.today()})
    write_atomically(path, told.text())
    return told


def _derived(public: PrivateSuite, salt: str) -> Suite:
    """Return the suite of a salt that has the public file's commitment."""

    def drawn(label: str, number: int = 0) -> str:
        # The commitment is in it, so that no two suites have draws in common.
        told = f"shiftgym/private/{public.derivation}/{public.commitment}/{label}/{number}"
        return hmac.new(bytes.fromhex(salt), told.encode(), hashlib.sha256).hexdigest()

    def below(bound: int, label: str, number: int = 0) -> int:
        return int(drawn(label, number), 16) % bound

    asked = public.parameters
    told: dict[str, Any]
    if isinstance(asked, Cards):
        rule = list(RULES[below(len(RULES), "rule")])
        told = {
            "sizes": {"smoke": 20, "standard": asked.hands},
            "columns": _hands(rule, TARGETS[below(len(TARGETS), "target")]),
        }
    else:
        cities = [
            f"{FAMILIES[number % len(FAMILIES)]} {below(2**32, 'city', number)}"
            for number in range(asked.cities)
        ]
        told = {
            "game": {"city": cities, "routes": asked.routes},
            "sizes": {"smoke": asked.cities, "standard": None},
            "columns": _routes(),
        }
    return Suite(name=public.name, version=public.version, key=drawn("seeds"), **told)


def _hands(rule: list[int], target: int) -> dict[str, Column]:
    """Return the columns of the card game; each has hands of one kind and no split."""
    five, new = {"num_cards": 5}, {"rule": rule, "face_cards": True}
    pairs = {**five, "face_cards": True, "solvable_under": ["ten", rule]}
    columns = {
        "in": {**five, "rule": "ten"},
        "rule_ood": {**five, **new},
        "in_pairs": {**pairs, "rule": "ten"},
        "ood_pairs": {**pairs, "rule": rule},
        "target_ood": {**five, "rule": "ten", "target": target},
        "six_cards": {"num_cards": 6, **new, "target": target},
    }
    return {
        name: Column(id="GeneralPoints-v0", keywords=keywords, split=None)
        for name, keywords in columns.items()
    }


def _routes() -> dict[str, Column]:
    """Return the columns of street navigation: the same routes under both rules."""
    return {
        name: Column(id="VIRLNavigation-v0", keywords={"directions": rule}, split=None)
        for name, rule in (("in", "absolute"), ("rule_ood", "relative"))
    }

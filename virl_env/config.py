"""The keywords that decide what is walked and what is right, checked once for every shell."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeAlias

from shiftgym import checks
from shiftgym.keywords import (
    Keywords,
    fold_keyword,
    keyword,
    rule_keyword,
    split_keyword,
    stated_keyword,
)
from shiftgym.once import once
from virl_env.directions import Directions
from virl_env.routes.instructions import NAMINGS, STYLES
from virl_env.routes.kinds import RouteKind
from virl_env.routes.numbered import DEFAULT_ROUTES
from virl_env.routes.route import MAX_LEGS, Route
from virl_env.world.city import City, same_place
from virl_env.world.city_files import load_city
from virl_env.world.synthetic import (
    CITY_NAMES,
    FAMILIES,
    TRAINING_CITY,
    UNSEEN_CITIES,
    named_city,
    seeded_city,
)

MAX_ATTEMPTS = 10
MAX_POINTS_PER_SEGMENT = 10
MAX_ROUTES = 100_000

SPLIT_UNITS = ("route", "city")
MOVEMENTS = ("rail", "free")
EXPERTS = ("shortest", "route")
UNSEEN = "unseen"
"""Stands for the nine cities of `virl_env.world.synthetic.UNSEEN_CITIES`, as city=."""

CITY_FILE = ".npz"
"""How the path of a city file ends, as city=."""

_MAP_FILES = (".graphml", ".pbf", ".osm", ".osm.gz", ".osm.bz2")

_KIND = ("turns", "length", "landmarks")
"""Keywords of the kind of route."""

_OF_MOVEMENT = {
    "rail": (
        "movement='free'",
        "a rail ends at its last point, and each of its points is paid",
        ("max_steps", "shaping", "shaping_discount", "expert"),
    ),
    "free": (
        "movement='rail'",
        "a free walker stands at the points of the city and acts until it stops",
        ("points_per_segment", "drop_rate", "max_attempts"),
    ),
}
"""What the keywords that mean nothing with a movement need, why, and which they are."""

CityLike: TypeAlias = "str | City"
InitialHeading: TypeAlias = "int | str | None"


def _checked_together(_: str, value: Any) -> Any:
    """Return what only means something beside other keywords, which `check_together` checks."""
    return value


@dataclass(frozen=True)
class NavigationConfig(Keywords):
    """What is walked and what is right; `VIRLNavigationEnv` documents each keyword.

    Attributes:
        city: the cities, at least one.
        routes: of each city, or None for as many as there are, up to 1,000.
        directions: the rule that scores, or None for a fresh random rule in each episode.
        stated_directions: the rule that is shown, or None for the one that scores.
    """

    city: tuple[CityLike, ...] = keyword(TRAINING_CITY, lambda _, city: _cities(city))
    routes: int | None = keyword(None, checks.in_range, 1, MAX_ROUTES)
    route: Route | None = keyword(None, lambda _, route: _route(route))
    turns: tuple[int, int] = keyword((1, 4), _checked_together)
    length: tuple[float, float] = keyword((100.0, 2_000.0), _checked_together)
    landmarks: str = keyword("any", _checked_together)
    directions: Directions | None = rule_keyword("absolute", Directions.parse)
    stated_directions: Directions | None = stated_keyword(Directions.parse, "directions")
    instructions: str = keyword("both", checks.one_of, NAMINGS)
    style: int = keyword(0, checks.in_range, 0, len(STYLES) - 1)
    movement: str = keyword(MOVEMENTS[0], checks.one_of, MOVEMENTS)
    points_per_segment: int = keyword(5, checks.in_range, 0, MAX_POINTS_PER_SEGMENT)
    drop_rate: float = keyword(0.0, checks.number, 0, 1)
    initial_heading: InitialHeading = keyword(None, lambda _, heading: _heading(heading))
    split: str | None = split_keyword()
    split_by: str = keyword(SPLIT_UNITS[0], checks.one_of, SPLIT_UNITS)
    fold: tuple[int, ...] = fold_keyword()
    max_attempts: int = keyword(2, checks.in_range, 1, MAX_ATTEMPTS)
    max_steps: int | None = keyword(None, checks.positive)
    shaping: float = keyword(0.0, checks.number, 0)
    shaping_discount: float = keyword(0.99, checks.number, 0, 1)
    expert: str = keyword(EXPERTS[0], checks.one_of, EXPERTS)

    @classmethod
    def check_together(cls, values: dict[str, Any]) -> None:
        """Refuse routes that there are not, and keywords that mean nothing beside others."""
        usual = cls.defaults()
        turns, length, landmarks = (values[name] for name in _KIND)
        kind = RouteKind.make(turns, length, landmarks)
        values.update(turns=(int(turns[0]), int(turns[1])), length=kind.length)
        needed, why, names = _OF_MOVEMENT[values["movement"]]
        checks.only_with(needed, why, **{name: (values[name], usual[name]) for name in names})
        if values["shaping"] == 0:
            discount = (values["shaping_discount"], usual["shaping_discount"])
            checks.only_with("shaping=w above 0", "no reward is shaped", shaping_discount=discount)
        if values["route"] is not None:
            asked = {name: values[name] for name in _KIND if values[name] != usual[name]}
            _refuse_many(split=values["split"], **asked)
            _check_city(values["route"], values["city"])

    def with_route(self, route: Route) -> NavigationConfig:
        """Return this configuration with one route to walk, whatever the kind of its own routes.

        Raises:
            ValueError: for a route that cannot be shown, or that leads through another city than
                this configuration asks for.
        """
        walked = _route(route)
        assert walked is not None
        _check_city(walked, self.city)
        return replace(self, route=walked)

    def city_of(self, route: Route) -> City | None:
        """Return the city that a route leads through; None where it is not known.

        One of the right name counts only where the route's path, if it has one, starts and ends
        there as the route does.
        """
        city = self.city_called(route.city)
        if city is None or not route.path:
            return city
        for point, place in ((route.path[0], route.start), (route.path[-1], route.legs[-1].end)):
            if not 0 <= point < len(city.points) or not same_place(city.geocode(point), place):
                return None
        return city

    def city_called(self, name: str) -> City | None:
        """Return the city of a name, of those given or of those known by name; None for neither."""
        for city in self.city:
            if isinstance(city, City) and city.name == name:
                return city
        return named_city(name) if name in CITY_NAMES else None

    def __str__(self) -> str:
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        # Where there are fewer, asking for so many is refused: the text stands for one set of them.
        told["routes"] = DEFAULT_ROUTES if self.routes is None else self.routes
        return ", ".join(f"{name}={_short(value)}" for name, value in told.items())


def _short(value: Any) -> str:
    """Return a keyword's value as text that tells it from others, without a whole city's points."""
    if isinstance(value, Directions):
        return value.name
    if isinstance(value, tuple) and value and isinstance(value[0], (str, City)):
        return " ".join(one if isinstance(one, str) else one.digest for one in value)
    return value.digest if isinstance(value, Route) else str(value)


def _made(city: Any) -> Any:
    """Return the city of a file's path, or of family and seed; anything else as it is."""
    if isinstance(city, str) and (seeded := seeded_city(city)) is not None:
        return seeded
    named = isinstance(city, (str, os.PathLike)) and str(city).endswith(CITY_FILE)
    # No file has a name with this character, and the system does not say so in a user's words.
    if not named or "\0" in str(city):
        return city
    path = Path(city)
    changed = path.stat().st_mtime_ns if path.exists() else 0
    return _read(path.resolve(), changed)


@once(maxsize=32)
def _read(path: Path, changed: int) -> City:
    """Read a city file; a process does it once as long as the file does not change."""
    return load_city(path)


def _cities(city: CityLike | Sequence[CityLike]) -> tuple[CityLike, ...]:
    given = (city,) if isinstance(city, (str, City)) or not isinstance(city, Sequence) else city
    cities: tuple[CityLike, ...] = tuple(
        one
        for each in given
        for one in (UNSEEN_CITIES if checks.is_same(each, UNSEEN) else (_made(each),))
    )
    for one in cities:
        if not isinstance(one, City) and (not isinstance(one, str) or one not in CITY_NAMES):
            raise ValueError(
                f"city={checks.shown(one)} is unknown: expected one of "
                f"{', '.join(map(repr, CITY_NAMES))}, "
                f"{UNSEEN!r} for the nine unseen ones, a family and a seed such as "
                f"'{FAMILIES[0]} 12' ({', '.join(FAMILIES)}), a virl_env.City, the path of a city "
                f"file that ends in {CITY_FILE}, or several of these.{_of_map(one)}"
            )
    if not cities:
        raise ValueError("city is empty: name at least one city.")
    names = [one.name if isinstance(one, City) else one for one in cities]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(
            f"city has {twice!r} twice: splits and maps tell cities apart by their names. Leave "
            f"one out; where they are different cities, make one of them anew with another name."
        )
    return cities


def _of_map(city: Any) -> str:
    """Return what to do with a map that was given for a city, "" for anything else."""
    if not isinstance(city, (str, os.PathLike)) or not str(city).endswith(_MAP_FILES):
        return ""
    return f" Of a map make a city file first: python -m virl_env.maps {city} city{CITY_FILE}"


def _route(route: Route | None) -> Route | None:
    if route is not None and not isinstance(route, Route):
        raise ValueError(
            f"route must be a virl_env.Route, from virl_env.load_routes for example; got "
            f"{checks.shown(route)}."
        )
    if route is not None and not 1 <= len(route.legs) <= MAX_LEGS:
        raise ValueError(
            f"A route of {len(route.legs)} legs cannot be shown: expected 1 to {MAX_LEGS}."
        )
    return route


def _refuse_many(**given: Any) -> None:
    """Refuse keywords that choose among routes, unless they are None, beside the one of route=."""
    for name, value in given.items():
        if value is not None:
            raise ValueError(
                f"{name}={value!r} chooses among many routes, and route= walks one in every "
                f"episode. Leave one of the two out."
            )


def _check_city(route: Route, cities: tuple[CityLike, ...]) -> None:
    """Refuse a route through none of the cities, unless they are the default."""
    names = [one if isinstance(one, str) else one.name for one in cities]
    if cities != (TRAINING_CITY,) and route.city not in names:
        raise ValueError(
            f"route= leads through {route.city!r}, and city= names {', '.join(map(repr, names))}. "
            f"Leave city out, or pass the virl_env.City that the route was drawn in."
        )


def _heading(heading: Any) -> InitialHeading:
    if heading is None or (isinstance(heading, str) and heading == "route"):
        return heading
    try:
        return checks.in_range("initial_heading", heading, 0, 359)
    except ValueError as error:
        raise ValueError(f"{error} Or 'route' for the route's own, None to draw one.") from None

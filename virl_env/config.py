"""The keywords that decide what is walked and what is right, checked once for every shell."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeAlias, TypedDict

from shiftgym import checks
from shiftgym.once import once
from virl_env.directions import RANDOM, Directions, DirectionsLike
from virl_env.routes.instructions import NAMINGS, STYLES
from virl_env.routes.kinds import DEFAULT_KIND, RouteKind
from virl_env.routes.numbered import DEFAULT_ROUTES
from virl_env.routes.route import MAX_LEGS, Route
from virl_env.world.city import City, same_place
from virl_env.world.city_files import load_city
from virl_env.world.synthetic import CITY_NAMES, TRAINING_CITY, UNSEEN_CITIES, named_city

MAX_ATTEMPTS = 10
MAX_POINTS_PER_SEGMENT = 10
MAX_ROUTES = 100_000

SPLITS = ("train", "validation", "test")
SPLIT_UNITS = ("route", "city")
MOVEMENTS = ("rail", "free")
EXPERTS = ("shortest", "route")
UNSEEN = "unseen"
"""Stands for the nine cities of `virl_env.world.synthetic.UNSEEN_CITIES`, as city=."""

CITY_FILE = ".npz"
"""How the path of a city file ends, as city=."""

_MAP_FILES = (".graphml", ".pbf", ".osm", ".osm.gz", ".osm.bz2")

DEFAULT_FOLD = (0, 5)
DEFAULT_DISCOUNT = 0.99
DEFAULT_POINTS = 5
DEFAULT_ATTEMPTS = 2

CityLike: TypeAlias = "str | City"
InitialHeading: TypeAlias = "int | str | None"


class NavigationKeywords(TypedDict, total=False):
    """The keywords of `NavigationConfig.make`, for the signatures of the shells."""

    city: CityLike | Sequence[CityLike]
    routes: int | None
    route: Route | None
    turns: tuple[int, int]
    length: tuple[float, float]
    landmarks: str
    directions: DirectionsLike
    stated_directions: DirectionsLike | None
    instructions: str
    style: int
    movement: str
    points_per_segment: int
    drop_rate: float
    initial_heading: InitialHeading
    split: str | None
    split_by: str
    fold: tuple[int, int]
    max_attempts: int
    max_steps: int | None
    shaping: float
    shaping_discount: float
    expert: str


@dataclass(frozen=True)
class NavigationConfig:
    """What is walked and what is right; `VIRLNavigationEnv` documents each keyword.

    Attributes:
        city: the cities, at least one.
        routes: of each city, or None for as many as there are, up to 1,000.
        directions: the rule that scores, or None for a fresh random rule in each episode.
        stated_directions: the rule that is shown, or None for the one that scores.
    """

    city: tuple[CityLike, ...]
    routes: int | None
    route: Route | None
    turns: tuple[int, int]
    length: tuple[float, float]
    landmarks: str
    directions: Directions | None
    stated_directions: Directions | None
    instructions: str
    style: int
    movement: str
    points_per_segment: int
    drop_rate: float
    initial_heading: InitialHeading
    split: str | None
    split_by: str
    fold: tuple[int, int]
    max_attempts: int
    max_steps: int | None
    shaping: float
    shaping_discount: float
    expert: str

    @classmethod
    def make(
        cls,
        city: CityLike | Sequence[CityLike] = TRAINING_CITY,
        routes: int | None = None,
        route: Route | None = None,
        turns: tuple[int, int] = (1, 4),
        length: tuple[float, float] = (100.0, 2_000.0),
        landmarks: str = "any",
        directions: DirectionsLike = "absolute",
        stated_directions: DirectionsLike | None = None,
        instructions: str = "both",
        style: int = 0,
        movement: str = "rail",
        points_per_segment: int = DEFAULT_POINTS,
        drop_rate: float = 0.0,
        initial_heading: InitialHeading = None,
        split: str | None = None,
        split_by: str = "route",
        fold: tuple[int, int] = DEFAULT_FOLD,
        max_attempts: int = DEFAULT_ATTEMPTS,
        max_steps: int | None = None,
        shaping: float = 0.0,
        shaping_discount: float = DEFAULT_DISCOUNT,
        expert: str = "shortest",
    ) -> NavigationConfig:
        """Return a checked configuration.

        Raises:
            ValueError: naming the keyword, what came and what was expected.
        """
        kind = RouteKind.make(turns, length, landmarks)
        checks.one_of("instructions", instructions, NAMINGS)
        checks.one_of("movement", movement, MOVEMENTS)
        checks.one_of("split_by", split_by, SPLIT_UNITS)
        checks.one_of("expert", expert, EXPERTS)
        checks.one_of("split", split, (*SPLITS, None))
        if movement == "rail":
            checks.only_with(
                "movement='free'",
                "a rail ends at its last point, and each of its points is paid",
                max_steps=(max_steps, None),
                shaping=(shaping, 0),
                shaping_discount=(shaping_discount, DEFAULT_DISCOUNT),
                expert=(expert, EXPERTS[0]),
            )
        else:
            checks.only_with(
                "movement='rail'",
                "a free walker stands at the points of the city and acts until it stops",
                points_per_segment=(points_per_segment, DEFAULT_POINTS),
                drop_rate=(drop_rate, 0),
                max_attempts=(max_attempts, DEFAULT_ATTEMPTS),
            )
        cities, walked = _cities(city), _route(route)
        if walked is not None:
            _refuse_many(
                split=split,
                turns=None if kind.legs == DEFAULT_KIND.legs else turns,
                length=None if kind.length == DEFAULT_KIND.length else length,
                landmarks=None if landmarks == DEFAULT_KIND.landmarks else landmarks,
            )
            _check_city(walked, cities)
        checks.no_random(stated_directions, RANDOM, "stated_directions", "directions")
        is_random = checks.is_same(directions, RANDOM)
        return cls(
            city=cities,
            routes=None if routes is None else checks.in_range("routes", routes, 1, MAX_ROUTES),
            route=walked,
            turns=(int(turns[0]), int(turns[1])),
            length=kind.length,
            landmarks=landmarks,
            directions=(
                None if is_random else checks.parsed("directions", Directions.parse, directions)
            ),
            stated_directions=(
                None
                if stated_directions is None
                else checks.parsed("stated_directions", Directions.parse, stated_directions)
            ),
            instructions=instructions,
            style=checks.in_range("style", style, 0, len(STYLES) - 1),
            movement=movement,
            points_per_segment=checks.in_range(
                "points_per_segment", points_per_segment, 0, MAX_POINTS_PER_SEGMENT
            ),
            drop_rate=checks.number("drop_rate", drop_rate, 0, 1),
            initial_heading=_heading(initial_heading),
            split=split,
            split_by=split_by,
            fold=checks.fold(fold),
            max_attempts=checks.in_range("max_attempts", max_attempts, 1, MAX_ATTEMPTS),
            max_steps=None if max_steps is None else checks.positive("max_steps", max_steps),
            shaping=checks.number("shaping", shaping, 0),
            shaping_discount=checks.number("shaping_discount", shaping_discount, 0, 1),
            expert=expert,
        )

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


def _of_file(city: Any) -> Any:
    """Return the city of a file's path, anything else as it is."""
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
        for one in (UNSEEN_CITIES if checks.is_same(each, UNSEEN) else (_of_file(each),))
    )
    for one in cities:
        if not isinstance(one, City) and (not isinstance(one, str) or one not in CITY_NAMES):
            raise ValueError(
                f"city={checks.shown(one)} is unknown: expected one of "
                f"{', '.join(map(repr, CITY_NAMES))}, "
                f"{UNSEEN!r} for the nine unseen ones, a virl_env.City, the path of a city file "
                f"that ends in {CITY_FILE}, or several of these.{_of_map(one)}"
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


def _refuse_many(**keywords: Any) -> None:
    """Refuse keywords that choose among routes, unless they are None, beside the one of route=."""
    for keyword, value in keywords.items():
        if value is not None:
            raise ValueError(
                f"{keyword}={value!r} chooses among many routes, and route= walks one in every "
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

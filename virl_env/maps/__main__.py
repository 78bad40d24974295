"""Make a city of an OpenStreetMap extract: `python -m virl_env.maps extract.osm.pbf city.npz`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from shiftgym.sanitize import for_terminal
from shiftgym.terminal import run
from virl_env.config import CITY_FILE
from virl_env.maps.build import Survey, survey
from virl_env.maps.ways import Way
from virl_env.routes.kinds import DEFAULT_KIND
from virl_env.routes.numbered import DEFAULT_ROUTES, route_count
from virl_env.world.city_files import save_city

_CLOSED = {
    Way.NO_STREET: "of motorways and ways that are not built or not for walkers",
    Way.UNSEEN: "in tunnels or indoors",
    Way.AREA: "around squares that are areas",
    Way.YARD: "of driveways and car parks",
    Way.CLOSED: "closed to people on foot",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Make a city file and tell what is in it; return 0, or 1 where no city can be made.

    Args:
        arguments: command line, without the program's name.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if not options.out.endswith(CITY_FILE):
        parser.error(f"{options.out} must end in {CITY_FILE}, as environments know city files.")
    try:
        surveyed = survey(
            options.map, name=options.name, language=options.language, features=options.features
        )
        routes = route_count(surveyed.city)
        if not routes:
            raise ValueError(_without_routes(options.map, surveyed))
        save_city(surveyed.city, options.out)
    except (ImportError, OSError, ValueError) as error:
        print(for_terminal(f"{parser.prog}: {error}"), file=sys.stderr)
        return 1
    print(for_terminal(summary(surveyed, routes), multiline=True))
    print(f"Written to {Path(options.out).resolve()}. The map's licence wants to be shown with it:")
    print(for_terminal(surveyed.city.attribution))
    return 0


def _without_routes(path: str, surveyed: Survey) -> str:
    city, metres = surveyed.city, surveyed.metres - surveyed.dropped
    return (
        f"{path}: {city.name} has {metres / 1000:.1f} km of streets, {len(city.places):,} places "
        f"and no route of {DEFAULT_KIND}, the kind that is dealt by default. Routes lead over "
        f"intersections from one named shop, amenity or station to another: take a larger "
        f"extract, or a livelier quarter. virl_env.city_from_osm makes the city all the same, for "
        f"routes of another kind."
    )


def summary(surveyed: Survey, routes: int) -> str:
    """Return what is in a city and what was left out, as lines.

    Args:
        surveyed: the city.
        routes: of the default kind that it has, `DEFAULT_ROUTES` for as many or more.
    """
    city = surveyed.city
    kinds = Counter(place.category for place in city.places).most_common()
    known = int((city.heights > 0).sum())
    return "\n".join(
        (
            f"{city.name}: {len(city.points):,} points, {int(city.intersections.sum()):,} of them "
            f"intersections",
            f"{len(city.places):,} places: "
            + ", ".join(f"{count} {category}" for category, count in kinds),
            f"{len(city.heights):,} buildings, {known:,} of known height",
            f"{routes:,}{' or more' * (routes >= DEFAULT_ROUTES)} different routes of "
            f"{DEFAULT_KIND}",
            *left_out(surveyed),
        )
    )


def left_out(surveyed: Survey) -> list[str]:
    """Return what of a map is not in its city, and why, as lines."""
    ways = [
        f"{metres / 1000:.1f} km {_CLOSED[way]}"
        for way, metres in surveyed.closed.items()
        if metres >= 50
    ]
    things = [
        f"{count:,} {what}"
        for count, what in (
            (surveyed.elsewhere, "below ground or on upper floors only"),
            (surveyed.unnamed, "without a name"),
            (surveyed.far, "that are not beside a street"),
            (surveyed.gone, "that are disused or empty"),
        )
        if count
    ]
    lines = []
    if surveyed.pieces:
        lines.append(
            f"{surveyed.dropped / 1000:.1f} of {surveyed.metres / 1000:.1f} km of streets "
            f"({surveyed.dropped / surveyed.metres:.0%}), in pieces that are not "
            f"connected with the rest ({surveyed.pieces:,})"
        )
    if ways:
        lines.append("ways that are not walked: " + ", ".join(ways))
    if things:
        lines.append("shops and so on: " + ", ".join(things))
    if surveyed.odd_heights:
        lines.append(f"heights of buildings, which cannot be ({surveyed.odd_heights:,})")
    if surveyed.unread:
        lines.append(f"ways and things whose place cannot be read ({surveyed.unread:,})")
    return [f"left out: {line}" for line in lines]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m virl_env.maps", description=__doc__)
    parser.add_argument("map", help="an extract (.osm.pbf), or streets saved by OSMnx (.graphml)")
    parser.add_argument("out", help=f"the city file, {CITY_FILE}")
    parser.add_argument("--name", help="of the city; the map's file by default")
    parser.add_argument(
        "--language", help="of the names of places, such as en, where they have one"
    )
    parser.add_argument("--features", help="GeoJSON of what stands beside the streets")
    return parser


if __name__ == "__main__":
    raise SystemExit(run(main))

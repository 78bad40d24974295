"""Make a city of an OpenStreetMap extract: `python -m virl_env.maps extract.osm.pbf city.npz`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from shiftgym.terminal import run
from virl_env.config import CITY_FILE
from virl_env.maps.build import Survey, survey
from virl_env.world.city_files import save_city


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
        save_city(surveyed.city, options.out)
    except (ImportError, OSError, ValueError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1
    print(summary(surveyed))
    print(f"Written to {Path(options.out).resolve()}. The map's licence wants to be shown with it:")
    print(surveyed.city.attribution)
    return 0


def summary(surveyed: Survey) -> str:
    """Return what is in a city and what was left out, as lines."""
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
            f"left out: {surveyed.dropped / 1000:.1f} of {surveyed.metres / 1000:.1f} km of "
            f"streets, in pieces of their own; {surveyed.unnamed:,} shops and so on without a "
            f"name, and {surveyed.far:,} that are not beside a street",
        )
    )


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

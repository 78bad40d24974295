"""What the reset options of a single environment ask for."""

from __future__ import annotations

from typing import Any

from shiftgym.checks import shown
from shiftgym.seeding import check_episode_seed, check_options
from virl_env.routes.route import Route


def read_options(options: dict[str, Any] | None) -> tuple[int | None, Route | None]:
    """Return the episode seed and the route that the reset options of a single environment ask for.

    Raises:
        ValueError: for an unknown option, an episode seed out of range or what is no route.
    """
    checked = check_options(options, ("episode_seed", "route"))
    seed, route = checked.get("episode_seed"), checked.get("route")
    if route is not None and not isinstance(route, Route):
        raise ValueError(
            f"options['route'] is a virl_env.Route, from virl_env.load_routes for example; got "
            f"{shown(route)}."
        )
    return None if seed is None else check_episode_seed(seed), route

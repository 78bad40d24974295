"""What the reset option of single environments may be."""

from __future__ import annotations

from typing import Any

from shiftgym.checks import shown
from virl_env.routes.route import Route


def check_given_route(route: Any) -> Route:
    """Return the route of `reset(options={"route": ...})`.

    Raises:
        ValueError: for what is not a route.
    """
    if not isinstance(route, Route):
        raise ValueError(
            f"options['route'] is a virl_env.Route, from virl_env.load_routes for example; got "
            f"{shown(route)}."
        )
    return route

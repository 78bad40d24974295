"""V-IRL navigation: follow instructions through a city under a rule for directions that may change.

Importing the package registers its ids with Gymnasium, and does nothing else:

    import gymnasium as gym
    import virl_env

    env = gym.make("VIRLNavigation-OOD-v0")
"""

from typing import TYPE_CHECKING

import shiftgym as _  # noqa: F401 - says what to run where a library is missing
from shiftgym.late_imports import late_imports
from virl_env.actions import ACTIONS
from virl_env.directions import HELD_OUT, WORDS, Directions
from virl_env.routes.files import load_routes
from virl_env.routes.instructions import write_instructions
from virl_env.routes.numbered import route_count, route_pool
from virl_env.routes.rail import RailStep, build_rail
from virl_env.routes.route import Landmark, Leg, Route
from virl_env.routes.sampling import sample_route
from virl_env.text import build_prompt
from virl_env.variants import register, variants
from virl_env.verifier import Outcome, Verdict, verify
from virl_env.views.look import Look
from virl_env.views.source import ViewSource
from virl_env.world.city import City, Place
from virl_env.world.city_files import load_city, save_city
from virl_env.world.geometry import relative_turn
from virl_env.world.synthetic import (
    CITY_NAMES,
    FAMILIES,
    TRAINING_CITIES,
    TRAINING_CITY,
    UNSEEN_CITIES,
    named_city,
    synthetic_city,
    unseen_city,
)

if TYPE_CHECKING:
    from virl_env.maps import city_from_osm
    from virl_env.reader import Reply, parse_reply

__all__ = [
    "ACTIONS",
    "CITY_NAMES",
    "FAMILIES",
    "HELD_OUT",
    "TRAINING_CITIES",
    "TRAINING_CITY",
    "UNSEEN_CITIES",
    "WORDS",
    "City",
    "Directions",
    "Landmark",
    "Leg",
    "Look",
    "Outcome",
    "Place",
    "RailStep",
    "Reply",
    "Route",
    "Verdict",
    "ViewSource",
    "build_prompt",
    "build_rail",
    "city_from_osm",
    "load_city",
    "load_routes",
    "named_city",
    "parse_reply",
    "relative_turn",
    "route_count",
    "route_pool",
    "sample_route",
    "save_city",
    "synthetic_city",
    "unseen_city",
    "variants",
    "verify",
    "write_instructions",
]

if not TYPE_CHECKING:
    # A dozen files read maps, which no episode needs, and replies are read once there are some.
    __getattr__ = late_imports(
        __name__, {"city_from_osm": "maps", "Reply": "reader", "parse_reply": "reader"}
    )

register()

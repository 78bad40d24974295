"""Street navigation as a single Gymnasium environment, observed as pictures of the streets."""

from __future__ import annotations

from typing import Any

from shiftgym.envs.discrete import DiscreteEnv
from virl_env.keyboard import KEYS
from virl_env.navigation import Walk
from virl_env.views.renderer import StreetRenderer
from virl_env.views.state import STATE_LAYOUT
from virl_env.walker_env import WalkerEnv

__all__ = ["STATE_LAYOUT", "VIRLNavigationImageEnv"]


class VIRLNavigationImageEnv(WalkerEnv[Any, int], DiscreteEnv[Walk]):
    """Follow instructions along a route through a city, seeing the streets.

    ## Description
    The task of `VIRLNavigationEnv` with the same actions, rewards, episodes and infos. What is in
    sight, on which side, and whether this is an intersection is not told but seen: in four views,
    90 degrees wide, to the front, the right, the back and the left of the walker. Landmarks are
    shops and other places with a sign that bears their name and shows their category by its colour
    and icon.

    ## Action Space
    `Discrete(14)`, as in `VIRLNavigationEnv`.

    ## Observation Space
    A dict of

    * `image`: uint8 of shape (64, 64, 12), four views of three channels each, front, right, back,
      left; with `views="grid"` of shape (128, 128, 3), front and right above back and left, with a
      white line between them. Only
      `image_size` and `views` change its shape.
    * `state`: `MultiDiscrete` of shape (93,), uint8: the numbers of `VIRLNavigationEnv` but
      `landmark`, `side` and `intersection`. `virl_env.image_env.STATE_LAYOUT` names its parts. The
      instructions name landmarks by numbers, and `categories` says of which category each is.
    * `action_mask`: int8 of shape (14,), only with `mask_in_observation=True`.

    With `observation="image"` it is the `image` alone, a `Box`; pass `views="grid"` too where three
    channels are asked for. That shows neither the instructions nor the rule, so it is for agents
    that learn one route, or that are told them otherwise.

    ## Rewards, Starting State, Episode End, Information
    As in `VIRLNavigationEnv`: an episode seed starts the same episode in both.

    ## Arguments
    Those of `VIRLNavigationEnv`, and

    * `observation` (None): "image" for libraries that take no `Dict`.
    * `image_size` (64): pixels of one view, 32-1200.
    * `views` ("stack"): or "grid".
    * `look` ("plain"): of the streets: "plain" is the city's own look; a mapping of severities 0-5
      of palette, weather, night and blur, such as `{"night": 3}`; "random" draws another look for
      each episode, from its seed, never that of an unseen city.
    * `panoramas` (None): where views come from instead: a folder of panoramas, or a
      `virl_env.ViewSource`. Routes of files are then seen where they were recorded.
    * `render_mode` (None): "rgb_array" (the four views with smooth edges, beside them a small map,
      instruction, rule and outcome, uint8 of shape (640, 960, 3)), "human" (that in a window) or
      "ansi".

    ## Registered Configurations
    * `VIRLNavigation-Image-v0`: the training city, absolute directions.
    * `VIRLNavigation-Image-RuleOOD-v0`: relative directions.
    * `VIRLNavigation-Image-VisualOOD-v0`: nine other cities, two routes each.
    * `VIRLNavigation-Image-OOD-v0`: the same as `VIRLNavigation-Image-VisualOOD-v0`.

    ## Version History
    * v0: first version.
    """

    drawn_by = StreetRenderer
    keys = KEYS

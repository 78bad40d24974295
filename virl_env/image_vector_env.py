"""Street navigation in pictures, as a vector environment."""

from __future__ import annotations

from virl_env.views.renderer import StreetRenderer
from virl_env.walker_env import WalkersVectorEnv


class VIRLNavigationImageVectorEnv(WalkersVectorEnv):
    """Many copies of `VIRLNavigationImageEnv` that step together.

    What `VIRLNavigationVectorEnv` says of keywords, copies and seeds holds here too. A picture is
    drawn where a copy comes to a point that no environment of this process has seen lately, and is
    copied from then on.
    """

    drawn_by = StreetRenderer

"""GeneralPoints in pictures, as a vector environment: a table is drawn when its hand is dealt."""

from __future__ import annotations

from gp_env.pictures.renderer import renderer_of
from gp_env.table_env import TablesVectorEnv


class GeneralPointsImageVectorEnv(TablesVectorEnv):
    """Many copies of `GeneralPointsImageEnv` that step together.

    What `GeneralPointsVectorEnv` says of keywords, copies and seeds holds here too. A table is
    drawn once for each hand, and copied at every step.
    """

    drawn_by = renderer_of

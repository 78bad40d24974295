"""GeneralPoints as a vector environment: many hands in NumPy arrays, one gather a step."""

from __future__ import annotations

from gp_env.table_env import TablesVectorEnv


class GeneralPointsVectorEnv(TablesVectorEnv):
    """Many copies of `GeneralPointsEnv` that step together.

    It takes the keywords of that, `num_envs`, and what `shiftgym.envs.vector.TaskVectorEnv`
    documents, which says too how copies, their seeds and single environments go together.
    """

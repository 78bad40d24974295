"""Street navigation as a vector environment: many walkers in NumPy arrays, one gather a step."""

from __future__ import annotations

from virl_env.walker_env import WalkersVectorEnv


class VIRLNavigationVectorEnv(WalkersVectorEnv):
    """Many copies of `VIRLNavigationEnv` that step together.

    It takes the keywords of that, `num_envs`, and what `shiftgym.envs.vector.TaskVectorEnv`
    documents, which says too how copies, their seeds and single environments go together. Rails
    step in NumPy arrays. With `movement="free"` copies step one after another, no faster than
    single environments do.
    """

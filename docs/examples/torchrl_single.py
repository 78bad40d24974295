"""TorchRL, a single environment: held to its spec check, and masked rollouts to the end."""

import torch
from margin import ID
from torchrl.envs.utils import check_env_specs

from shiftgym.adapters import torchrl

torch.manual_seed(0)
env = torchrl.make(ID)
env.set_seed(0)
check_env_specs(env)
episodes = [env.rollout(1_000) for _ in range(5)]
assert all(bool(one["next", "done"][-1]) for one in episodes)
print(f"result: {len(episodes)} episodes, {sum(map(len, episodes))} steps")

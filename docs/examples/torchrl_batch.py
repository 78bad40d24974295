"""TorchRL: a batch of 16 in one process, and a single environment, held to its own spec checks."""

import torch
from margin import ID
from torchrl.envs.utils import check_env_specs

from shiftgym.adapters import torchrl

torch.manual_seed(0)
single, batch = torchrl.make(ID), torchrl.make(ID, 16, observation="onehot")
for env in (single, batch):
    env.set_seed(0)
    check_env_specs(env)
steps = batch.rollout(200, break_when_any_done=False)
ends = int(steps["next", "done"].sum())
assert steps.batch_size == (16, 200) and ends > 16
print(f"result: {steps.numel()} steps in a batch, {ends} episodes ended")

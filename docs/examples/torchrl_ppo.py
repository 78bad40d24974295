"""TorchRL, PPO on a native batch of 16, which is held to TorchRL's spec check first."""

import torch
from margin import ID, check
from tensordict.nn import TensorDictModule
from torch import nn
from torchrl.collectors import Collector
from torchrl.envs.utils import check_env_specs
from torchrl.modules import MLP, OneHotCategorical, ProbabilisticActor, ValueOperator
from torchrl.objectives import ClipPPOLoss
from torchrl.objectives.value import GAE

from shiftgym.adapters import torchrl

STEPS, FRAMES, EPOCHS, BATCH = 15_360, 1_024, 4, 256

torch.manual_seed(0)
env = torchrl.make(ID, 16, observation="onehot")
check_env_specs(env)
env.set_seed(0)
net = {"num_cells": [64, 64], "activation_class": nn.Tanh}
actions = env.action_spec.shape[-1]
logits = TensorDictModule(MLP(out_features=actions, **net), ["observation"], ["logits"])
actor = ProbabilisticActor(
    logits,
    in_keys=["logits"],
    spec=env.action_spec_unbatched,
    distribution_class=OneHotCategorical,
    return_log_prob=True,
)
critic = ValueOperator(MLP(out_features=1, **net))
start = env.reset()
actor(start)
critic(start)
gains = GAE(gamma=0.95, lmbda=0.95, value_network=critic, average_gae=True)
loss = ClipPPOLoss(actor, critic, entropy_coeff=0.01, critic_coeff=0.5, loss_critic_type="l2")
optimizer = torch.optim.Adam(loss.parameters(), 1e-3)
for data in Collector(env, actor, frames_per_batch=FRAMES, total_frames=STEPS):
    gains(data)
    flat = data.reshape(-1)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(flat)).split(BATCH):
            parts = loss(flat[rows])
            total = parts["loss_objective"] + parts["loss_critic"] + parts["loss_entropy"]
            optimizer.zero_grad()
            total.backward()
            nn.utils.clip_grad_norm_(loss.parameters(), 0.5)
            optimizer.step()
check(lambda seen: logits.module(torch.as_tensor(seen)).argmax())

"""skrl, PPO on a native batch of 16."""

import gymnasium as gym
import torch
from margin import ID, check
from skrl.agents.torch.ppo import PPO, PPO_CFG
from skrl.envs.wrappers.torch import wrap_env
from skrl.memories.torch import RandomMemory
from skrl.models.torch import CategoricalMixin, DeterministicMixin, Model
from skrl.trainers.torch import SequentialTrainer
from skrl.utils import set_seed
from torch import nn


def layers(inputs, outputs):
    return nn.Sequential(
        *(nn.Linear(inputs, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, outputs))
    )


class Policy(CategoricalMixin, Model):
    def __init__(self, **spaces):
        Model.__init__(self, **spaces)
        CategoricalMixin.__init__(self)
        self.net = layers(self.num_observations, self.num_actions)

    def compute(self, inputs, role):
        return self.net(inputs["observations"]), {}


class Value(DeterministicMixin, Model):
    def __init__(self, **spaces):
        Model.__init__(self, **spaces)
        DeterministicMixin.__init__(self)
        self.net = layers(self.num_observations, 1)

    def compute(self, inputs, role):
        return self.net(inputs["observations"]), {}


set_seed(0)
same = {"observation": "onehot", "autoreset_mode": "same_step"}
env = wrap_env(gym.make_vec(ID, num_envs=16, **same), wrapper="gymnasium")
told = {"observation_space": env.observation_space, "action_space": env.action_space}
models = {"policy": Policy(**told, device="cpu"), "value": Value(**told, device="cpu")}
settings = PPO_CFG(
    rollouts=64,
    learning_epochs=4,
    mini_batches=4,
    discount_factor=0.95,
    entropy_loss_scale=0.01,
    value_loss_scale=0.5,
    experiment={"write_interval": 0, "checkpoint_interval": 0},
)
memory = RandomMemory(memory_size=64, num_envs=16, device="cpu")
agent = PPO(models=models, memory=memory, cfg=settings, device="cpu", **told)
steps = {"timesteps": 960, "headless": True, "disable_progressbar": True}
SequentialTrainer(cfg=steps, env=env, agents=agent).train()
check(lambda seen: models["policy"].net(torch.as_tensor(seen)).argmax())

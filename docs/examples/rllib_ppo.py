"""RLlib, PPO: single environments in its own vector, in this process.

Its networks take no MultiDiscrete, so the adapter's connector makes one-hot rows of it, which are
those of observation="onehot"; an id that is registered with that needs no connector.
"""

import ray
import torch
from margin import ID, check
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.rl_module.default_model_config import DefaultModelConfig

from shiftgym.adapters import rllib

ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
config = (
    PPOConfig()
    .environment(rllib.register(ID))
    .env_runners(
        num_env_runners=0,
        num_envs_per_env_runner=16,
        env_to_module_connector=rllib.flatten,
    )
    .training(
        train_batch_size=1_024,
        minibatch_size=256,
        num_epochs=4,
        lr=1e-3,
        gamma=0.95,
        entropy_coeff=0.01,
        vf_clip_param=1e3,
    )
    .rl_module(model_config=DefaultModelConfig(fcnet_hiddens=[64, 64], vf_share_layers=False))
    .debugging(seed=0)
)
learner = config.build_algo()
for _ in range(15):
    learner.train()
module = learner.get_module()


def act(seen):
    told = module.forward_inference({"obs": torch.as_tensor(seen)[None]})
    return told["action_dist_inputs"].argmax()


check(act)

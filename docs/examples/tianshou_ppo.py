"""Tianshou, PPO: its own vector of single environments."""

import gymnasium as gym
import torch
from margin import ID, check
from tianshou.algorithm import PPO
from tianshou.algorithm.modelfree.reinforce import ProbabilisticActorPolicy
from tianshou.algorithm.optim import AdamOptimizerFactory
from tianshou.data import Collector, CollectStats, VectorReplayBuffer
from tianshou.env import DummyVectorEnv
from tianshou.trainer import OnPolicyTrainerParams
from tianshou.utils.net.common import ActorCritic, Net
from tianshou.utils.net.discrete import DiscreteActor, DiscreteCritic

COPIES = 16

torch.manual_seed(0)
envs = DummyVectorEnv([lambda: gym.make(ID, observation="onehot") for _ in range(COPIES)])
envs.seed(0)
seen, actions = envs.observation_space[0], envs.action_space[0]
net = Net(state_shape=seen.shape, hidden_sizes=[64, 64], activation=torch.nn.Tanh)
actor = DiscreteActor(preprocess_net=net, action_shape=actions.n, softmax_output=False)
policy = ProbabilisticActorPolicy(
    actor=actor,
    dist_fn=lambda logits: torch.distributions.Categorical(logits=logits),
    action_space=actions,
    action_scaling=False,
)
learner = PPO(
    policy=policy,
    critic=DiscreteCritic(preprocess_net=net),
    optim=AdamOptimizerFactory(lr=1e-3),
    gamma=0.95,
)
collector = Collector[CollectStats](learner, envs, VectorReplayBuffer(2_048, COPIES))
learner.run_training(
    OnPolicyTrainerParams(
        training_collector=collector,
        max_epochs=1,
        epoch_num_steps=15_360,
        collection_step_num_env_steps=1_024,
        update_step_num_repetitions=4,
        batch_size=256,
        show_progress=False,
    )
)
check(lambda seen: actor(torch.as_tensor(seen)[None])[0].argmax())

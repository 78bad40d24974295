"""Stable-Baselines3, DQN."""

from margin import ID, check
from stable_baselines3 import DQN

from shiftgym import sb3

envs = sb3.make(ID, 16, observation="onehot")
model = DQN(
    *("MlpPolicy", envs),
    buffer_size=20_000,
    gradient_steps=4,
    gamma=0.9,
    learning_rate=5e-4,
    target_update_interval=1_000,
    exploration_fraction=0.5,
    seed=0,
    device="cpu",
)
model.learn(20_000)
check(lambda seen: model.predict(seen, deterministic=True)[0])

"""Stable-Baselines3, PPO: 16 copies in one process."""

from margin import ID, check
from stable_baselines3 import PPO

from shiftgym import sb3

envs = sb3.make(ID, 16, observation="onehot")
model = PPO("MlpPolicy", envs, n_steps=64, batch_size=256, seed=0, device="cpu")
model.learn(15_000)
check(lambda seen: model.predict(seen, deterministic=True)[0])

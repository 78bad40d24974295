"""Stable-Baselines3, A2C."""

from margin import ID, check
from stable_baselines3 import A2C

from shiftgym import sb3

envs = sb3.make(ID, 16, observation="onehot")
model = A2C("MlpPolicy", envs, n_steps=16, seed=0, device="cpu")
model.learn(20_000)
check(lambda seen: model.predict(seen, deterministic=True)[0])

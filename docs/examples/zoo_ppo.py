"""rl_zoo3: its training program, and the agent that it saves."""

import sys
from pathlib import Path

from margin import check
from rl_zoo3.train import train
from stable_baselines3 import PPO

Path("settings.yml").write_text(
    "VIRLNavigation-v0: {n_timesteps: 15000, policy: MlpPolicy, n_envs: 16, n_steps: 64, "
    "batch_size: 256}"
)
told = "--env VIRLNavigation-v0 --gym-packages virl_env --env-kwargs observation:'onehot'"
run = "--algo ppo --conf-file settings.yml --log-folder logs --eval-freq -1 --seed 1 --device cpu"
sys.argv = ["train", *told.split(), *run.split()]
train()
(saved,) = Path("logs").glob("ppo/*/VIRLNavigation-v0.zip")
model = PPO.load(saved, device="cpu")
check(lambda seen: model.predict(seen, deterministic=True)[0])

"""sb3-contrib, MaskablePPO: the masks pass through the bridge, in training and in evaluation."""

import sys

from margin import ID
from sb3_contrib import MaskablePPO
from sb3_contrib.common.maskable.evaluation import evaluate_policy

from shiftgym import sb3

envs = sb3.make(ID, 16, observation="onehot")
model = MaskablePPO("MlpPolicy", envs, n_steps=64, batch_size=256, seed=0, device="cpu")
before, _ = evaluate_policy(model, envs, n_eval_episodes=48, deterministic=False)
model.learn(15_000)
after, _ = evaluate_policy(model, envs, n_eval_episodes=48)
print(f"result: return {after:.1f}, untrained {before:.1f}")
sys.exit(0 if after > before + 3 else 1)

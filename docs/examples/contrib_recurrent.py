"""sb3-contrib, RecurrentPPO."""

import sys

from margin import ID
from sb3_contrib import RecurrentPPO
from stable_baselines3.common.evaluation import evaluate_policy

from shiftgym import sb3

envs = sb3.make(ID, 16, observation="onehot")
small = {"lstm_hidden_size": 64, "enable_critic_lstm": False, "shared_lstm": True}
model = RecurrentPPO(
    *("MlpLstmPolicy", envs), n_steps=64, batch_size=256, n_epochs=4, policy_kwargs=small, seed=0
)
before, _ = evaluate_policy(model, envs, n_eval_episodes=32, deterministic=False)
model.learn(10_000)
after, _ = evaluate_policy(model, envs, n_eval_episodes=32)
print(f"result: return {after:.1f}, untrained {before:.1f}")
sys.exit(0 if after > before + 3 else 1)

"""Plays both tasks with the packages that are installed, in an environment with nothing else.

    python -I -W error tests/installed_play.py

In isolated mode the folder of the checkout is not on the path.
"""

import sys
from pathlib import Path

import gymnasium as gym

for id in ("gp_env:GeneralPoints-OOD-v0", "virl_env:VIRLNavigation-Text-RuleOOD-v0"):
    env = gym.make(id)
    _, info = env.reset(seed=0)
    done, rewards = False, 0.0
    while not done:
        _, reward, terminated, truncated, info = env.step(env.unwrapped.expert_action())
        done, rewards = terminated or truncated, rewards + float(reward)
    assert terminated, (id, info)
    assert info["is_success"], (id, info)
    assert rewards >= 5.0, (id, rewards)

for name in ("gp_env", "shiftgym", "virl_env"):
    place = Path(str(sys.modules[name].__file__))
    assert Path(sys.prefix) in place.parents, place
assert gym.make_vec("GeneralPoints-v0", num_envs=2).reset(seed=0)[0].shape == (2, 56)
print("won")

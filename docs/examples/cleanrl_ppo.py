"""PPO in one file, in CleanRL's manner, on a native vector environment in both autoreset modes.

With next-step autoreset the step after an end is no step of an episode: its action is ignored and
its reward is 0. Such rows are left out of the update. With same-step autoreset there are none.
"""

import sys

import gymnasium as gym
import numpy as np
import torch
from margin import ID, check
from torch import nn

COPIES, STEPS, UPDATES, EPOCHS, BATCH = 16, 64, 15, 4, 256
GAMMA, LAMBDA, CLIP, RATE, ENTROPY = 0.95, 0.95, 0.2, 1e-3, 0.01

mode = sys.argv[1] if len(sys.argv) > 1 else "next_step"
envs = gym.make_vec(ID, num_envs=COPIES, observation="onehot", autoreset_mode=mode)
inputs, actions = envs.single_observation_space.shape[0], int(envs.single_action_space.n)
torch.manual_seed(0)
body = nn.Sequential(nn.Linear(inputs, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh())
policy, value = nn.Linear(64, actions), nn.Linear(64, 1)
optimizer = torch.optim.Adam([*body.parameters(), *policy.parameters(), *value.parameters()], RATE)


def look(seen):
    hidden = body(torch.as_tensor(np.asarray(seen), dtype=torch.float32))
    return torch.distributions.Categorical(logits=policy(hidden)), value(hidden).squeeze(-1)


seen, _ = envs.reset(seed=0)
started = np.zeros(COPIES, dtype=bool)  # whether the next step only starts an episode
for _ in range(UPDATES):
    kept = {name: [] for name in ("seen", "action", "said", "value", "reward", "done", "real")}
    with torch.no_grad():
        for _ in range(STEPS):
            chances, worth = look(seen)
            action = chances.sample()
            following, reward, terminated, truncated, _ = envs.step(action.numpy())
            done = terminated | truncated
            row = (seen, action, chances.log_prob(action), worth, reward, done, ~started)
            for name, one in zip(kept, row):
                kept[name].append(torch.as_tensor(np.asarray(one)))
            started = done & (mode == "next_step")
            seen = following
        now = {name: torch.stack(rows) for name, rows in kept.items()}
        gains, gain, after = torch.zeros(STEPS, COPIES), torch.zeros(COPIES), look(seen)[1]
        for step in reversed(range(STEPS)):
            on = 1.0 - now["done"][step].float()
            change = now["reward"][step] + GAMMA * on * after - now["value"][step]
            gain = change + GAMMA * LAMBDA * on * gain
            gains[step], after = gain, now["value"][step]
    rows = torch.nonzero(now["real"].flatten()).squeeze(-1)
    flat = {name: part.flatten(0, 1)[rows] for name, part in now.items()}
    gains = gains.flatten()[rows].float()
    aims = gains + flat["value"]
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(rows)).split(BATCH):
            chances, worth = look(flat["seen"][batch])
            ratio = (chances.log_prob(flat["action"][batch]) - flat["said"][batch]).exp()
            better = (gains[batch] - gains[batch].mean()) / (gains[batch].std() + 1e-8)
            held = torch.min(ratio * better, ratio.clamp(1 - CLIP, 1 + CLIP) * better).mean()
            missed = (worth - aims[batch]).pow(2).mean()
            loss = 0.5 * missed - held - ENTROPY * chances.entropy().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

with torch.no_grad():
    check(lambda seen: look(seen)[0].logits.argmax())

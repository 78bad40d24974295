"""Stable-Baselines3, SubprocVecEnv: single environments in spawned workers."""

from margin import ID
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import SubprocVecEnv

if __name__ == "__main__":
    spawn = {"vec_env_cls": SubprocVecEnv, "vec_env_kwargs": {"start_method": "spawn"}}
    envs = make_vec_env(ID, 2, env_kwargs={"observation": "onehot"}, **spawn)
    model = PPO("MlpPolicy", envs, n_steps=128, batch_size=64, seed=0, device="cpu")
    model.learn(512)
    envs.close()
    print(f"result: {model.num_timesteps} steps in 2 workers, {len(model.ep_info_buffer)} episodes")

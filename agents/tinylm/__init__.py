"""TinyLM: a language model small enough to be trained on a laptop, over the words of the game."""

from agents.tinylm.agent import TinyLMAgent
from agents.tinylm.learn import Learner, train
from agents.tinylm.model import TinyLM, TinyLMConfig
from agents.tinylm.ppo import PPO, PPOConfig
from agents.tinylm.sft import SFT, SFTConfig

__all__ = [
    "PPO",
    "SFT",
    "Learner",
    "PPOConfig",
    "SFTConfig",
    "TinyLM",
    "TinyLMAgent",
    "TinyLMConfig",
    "train",
]

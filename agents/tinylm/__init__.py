"""TinyLM: a language model small enough to be trained on a laptop, over the words of the game."""

from agents.tinylm.model import TinyLM, TinyLMConfig
from agents.tinylm.play import TinyLMAgent
from agents.tinylm.ppo import PPO, PPOConfig
from agents.tinylm.sft import SFT, SFTConfig

__all__ = ["PPO", "SFT", "PPOConfig", "SFTConfig", "TinyLM", "TinyLMAgent", "TinyLMConfig"]

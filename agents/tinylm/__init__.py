"""TinyLM: a language model small enough to be trained on a laptop, over the words of a game."""

from agents.tinylm.learn import SFT, SFTConfig
from agents.tinylm.model import TinyLM, TinyLMConfig
from agents.tinylm.ppo import PPO, PPOConfig
from agents.writer import TinyLMAgent

__all__ = ["PPO", "SFT", "PPOConfig", "SFTConfig", "TinyLM", "TinyLMAgent", "TinyLMConfig"]

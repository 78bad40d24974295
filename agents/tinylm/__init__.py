"""TinyLM: a language model small enough to be trained on a laptop, over the words of a game."""

from agents.tinylm.grpo import GRPO, GRPOConfig
from agents.tinylm.learn import SFT, SFTConfig
from agents.tinylm.model import TinyLM, TinyLMConfig
from agents.tinylm.ppo import PPO, PPOConfig
from agents.tinylm.rejection import RejectionConfig, RejectionSFT
from agents.writer import TinyLMAgent

__all__ = [
    "GRPO",
    "PPO",
    "SFT",
    "GRPOConfig",
    "PPOConfig",
    "RejectionConfig",
    "RejectionSFT",
    "SFTConfig",
    "TinyLM",
    "TinyLMAgent",
    "TinyLMConfig",
]

"""A pretrained chat model in TinyLM's place, trained by the same SFT and PPO. Extra [hf]."""

from agents.pretrained.model import PretrainedConfig, PretrainedLM

__all__ = ["PretrainedConfig", "PretrainedLM"]

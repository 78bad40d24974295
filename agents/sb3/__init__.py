"""Imitation and reinforcement on one policy class of Stable-Baselines3."""

"""The study: one init, then SFT or RL on one rule, measured in and out of distribution."""

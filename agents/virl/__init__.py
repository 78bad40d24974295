"""Demonstrations of street navigation, and an agent that remembers them."""

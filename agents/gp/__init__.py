"""Demonstrations of the card game, and an agent that remembers them."""

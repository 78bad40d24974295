"""Routes: sampled in a city or read from files, told in instructions, walked as rails."""

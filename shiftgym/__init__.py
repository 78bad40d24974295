"""What the two tasks share and neither owns: seeds, checks of keywords, replies, the vector shell.

The environments are in `gp_env` and `virl_env`, which never import each other.
"""

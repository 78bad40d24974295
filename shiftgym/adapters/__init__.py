"""Doors to other libraries, one module a library; each imports its library, and nothing does else.

Symbolic ids: `shiftgym.sb3`, `shiftgym.adapters.torchrl`, `shiftgym.adapters.rllib`. Text ids:
`trl`, `verifiers`, `inspect`, `openenv`, `reasoning_gym`. Any task works that keeps the contracts
of `shiftgym.contracts`: it is reached by its id, its task string and its messages alone.
"""

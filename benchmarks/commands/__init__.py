"""The commands of the program, a module for those that belong together.

Commands import what they need when they run: `--help` should not wait for torch.
"""

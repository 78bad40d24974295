"""A small third task: walk along a line to a number, under a rule that says what left and right do.

The worked example of `docs/extending.md`, and proof that a task needs no edit of shiftgym.
"""

from tests.number_line.variants import register, variants

__all__ = ["variants"]

register()

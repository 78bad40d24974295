"""GeneralPoints: make 24 from the cards of a hand, under a rule for J, Q and K that may change.

Importing the package registers its ids with Gymnasium, and does nothing else:

    import gymnasium as gym
    import gp_env

    env = gym.make("GeneralPoints-OOD-v0")
"""

from typing import TYPE_CHECKING

import shiftgym as _  # noqa: F401 - says what to run where a library is missing
from gp_env.arithmetic import TOKENS
from gp_env.deck import Hand
from gp_env.rules import HELD_OUT, Rule
from gp_env.solver import difficulty, solve
from gp_env.variants import register, variants
from gp_env.verifier import Outcome, Verdict, verify
from shiftgym.late_imports import late_imports

if TYPE_CHECKING:
    from gp_env.reader import Reply, parse_reply
    from gp_env.text import build_prompt

__all__ = [
    "HELD_OUT",
    "TOKENS",
    "Hand",
    "Outcome",
    "Reply",
    "Rule",
    "Verdict",
    "build_prompt",
    "difficulty",
    "parse_reply",
    "solve",
    "variants",
    "verify",
]

if not TYPE_CHECKING:
    # Who plays with symbols needs nothing that reads or writes words.
    __getattr__ = late_imports(
        __name__,
        {"Reply": "reader", "parse_reply": "reader", "build_prompt": "text"},
        ("notation", "reader", "spoken", "text"),
    )

register()

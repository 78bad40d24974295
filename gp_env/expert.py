"""The expert of the token game: it plays the first formula that the solver finds.

Answers are never in an observation or an info; who wants them asks here, or the environments'
`expert_action()`.
"""

from __future__ import annotations

from gp_env.arithmetic import EQUALS
from gp_env.deck import Hand
from gp_env.rules import Rule
from gp_env.solver import solve


def expert_formula(hand: Hand, rule: Rule, target: int) -> str:
    """Return a formula that makes the target with this hand under the scoring rule."""
    return solve(hand, rule, target, limit=1)[0]


def next_token(plan: bytes, written: bytes) -> int:
    """Return the token that follows `written` on the way to the planned formula.

    Where something else was written already, the expert submits it: the attempt is lost, and the
    next one is the expert's own.
    """
    if plan.startswith(written) and len(written) < len(plan):
        return plan[len(written)]
    return EQUALS

"""Play GeneralPoints in the terminal: `python -m gp_env --rule rank`."""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Callable, Sequence

import numpy as np

from gp_env.config import GameConfig
from gp_env.deal import Dealer
from gp_env.deck import RANK_NAMES
from gp_env.expert import expert_formula
from gp_env.rules import NAMED, Rule
from gp_env.verifier import Outcome, verify
from shiftgym.seeding import SeedSequence, check_seed

_SEED_BITS = 32
"""Of a seed that nobody chose: short enough to be typed again."""


def main(arguments: Sequence[str] | None = None, ask: Callable[[str], str] = input) -> int:
    """Let a person play one hand; return 0 where it was won and 1 where it was not.

    Args:
        arguments: command line, without the program's name.
        ask: shows a prompt and returns the line typed.
    """
    options = _parser().parse_args(arguments)
    try:
        config = GameConfig.make(
            rule=_rule(options.rule),
            target=options.target,
            num_cards=options.cards,
            face_cards=options.faces,
            hand=options.hand,
            max_attempts=options.attempts,
        )
        seed = secrets.randbits(_SEED_BITS) if options.seed is None else check_seed(options.seed)
        deals = Dealer(config).deal(np.array([SeedSequence().next(seed, None)]))
    except ValueError as error:
        _parser().error(str(error))
    hand, rule = deals.hand(0), Rule(*deals.rules[0].tolist())
    print(f"Your cards:  {hand}")
    print(f"The rule:    A counts 1, J {rule.jack}, Q {rule.queen}, K {rule.king}.")
    print(f"Seed:        {seed}; --seed {seed} and the same options deal this hand again.")
    print(f"Make {config.target} from all of them, each once, with + - * / and brackets.")
    for attempt in range(1, config.max_attempts + 1):
        try:
            formula = ask(f"[{attempt}/{config.max_attempts}] formula (empty to give up): ")
        except (EOFError, KeyboardInterrupt):
            print()
            formula = ""
        if not formula.strip():
            break
        verdict = verify(formula, hand, rule, config.target)
        print(verdict.message)
        if verdict.outcome is Outcome.CORRECT:
            return 0
    print(f"One way: {expert_formula(hand, rule, config.target)} = {config.target}")
    return 1


def _rule(text: str) -> str | list[int]:
    """Return a rule's name, or its triple where three numbers were given."""
    parts = text.replace(",", " ").split()
    return [int(part) for part in parts] if all(map(str.isdecimal, parts)) else text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gp_env", description=__doc__)
    rules = f"{', '.join(NAMED)}, random, or the values of J, Q and K such as 11,12,13"
    parser.add_argument("--rule", default="ten", help=rules)
    parser.add_argument("--target", type=int, default=24)
    parser.add_argument("--cards", type=int, help="number of cards, 3 to 6; 4 without it")
    parser.add_argument("--faces", action="store_true", help="deal at least one of J, Q, K")
    parser.add_argument("--hand", help=f"cards to play with, such as '5 K 2 {RANK_NAMES[11]}'")
    parser.add_argument("--attempts", type=int, default=5)
    parser.add_argument("--seed", type=int, help="deals what reset(seed=SEED) deals")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())

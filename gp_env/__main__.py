"""Play GeneralPoints in the terminal: `python -m gp_env --rule rank`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from typing import Any

from gp_env.deck import RANK_NAMES
from gp_env.env import GeneralPointsEnv
from gp_env.rules import NAMED
from gp_env.text import PromptTemplate, build_prompt
from gp_env.text_env import GeneralPointsTextEnv
from shiftgym.recordings.command import Session, add_options, start, typed
from shiftgym.sanitize import for_terminal
from shiftgym.terminal import run, say

TERMINAL = PromptTemplate(
    task="""\
Your cards:  {cards}
The rule:    A counts 1, J {jack}, Q {queen}, K {king}.
Make {target} from all of them, each once, with + - * / and brackets.""",
    feedback="{message}",
    solved="{message}",
    lost="{message}",
)
"""What a person is told."""


def main(arguments: Sequence[str] | None = None, ask: Callable[[str], str] = input) -> int:
    """Let a person play one hand; return 0 where it was won and 1 where it was not.

    Args:
        arguments: command line, without the program's name.
        ask: shows a prompt and returns the line typed.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    session = start(parser, options, "gp_env", _make, look=options.look)
    env, seed = session.env, session.seed
    say(build_prompt(env.hand, env.rule, options.target, template=TERMINAL))
    say(f"Seed {seed}: --seed {seed} and the same options deal this hand again.")
    while options.expert and not session.ended:
        session.step(env.expert_action())
    if not options.expert:
        _play(session, options.attempts, ask)
    won: bool = session.info["is_success"]
    if not won or options.expert:
        say(f"One way: {env.expert_formula()} = {options.target}")
    session.write()
    return 0 if won else 1


def _make(options: argparse.Namespace) -> GeneralPointsEnv | GeneralPointsTextEnv:
    """Return the environment that the options ask for."""
    game: dict[str, Any] = {
        "rule": _rule(options.rule),
        "target": options.target,
        "num_cards": options.cards,
        "face_cards": options.faces,
        "hand": options.hand,
        "max_attempts": options.attempts,
    }
    # The expert writes token by token, which is more to look at than a formula at once.
    if options.expert:
        return GeneralPointsEnv(**game)
    return GeneralPointsTextEnv(template=TERMINAL, **game)


def _play(session: Session[Any], attempts: int, ask: Callable[[str], str]) -> None:
    """Let a person try until the hand is won, lost or given up."""
    for attempt in range(1, attempts + 1):
        formula = typed(ask, f"[{attempt}/{attempts}] formula (empty to give up): ")
        if not formula:
            return
        session.step(json.dumps({"formula": formula}))
        say(for_terminal(session.observation, multiline=True))
        if session.ended:
            return


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
    add_options(parser, "the game", "the cards", "rotation=3,noise=2")
    return parser


if __name__ == "__main__":
    raise SystemExit(run(main))

"""Play GeneralPoints in the terminal: `python -m gp_env --rule rank`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

from gp_env.deck import RANK_NAMES
from gp_env.env import GeneralPointsEnv
from gp_env.rules import NAMED
from gp_env.text import PromptTemplate, build_prompt, judge_reply
from gp_env.text_env import GeneralPointsTextEnv
from gp_env.verifier import Outcome
from gp_env.worth import what_it_makes
from shiftgym.recordings.command import Command, Session, add_options, typed
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


def _play(session: Session[Any], options: argparse.Namespace, ask: Callable[[str], str]) -> bool:
    """Let a person or the expert play one hand; return whether it was won."""
    env, seed = session.env, session.seed
    say(build_prompt(env.hand, env.rule, options.target, template=TERMINAL))
    say(f"Seed {seed}: --seed {seed} and the same options deal this hand again.")
    while options.expert and not session.ended:
        session.step(env.expert_action())
    if not options.expert:
        _try(session, options.attempts, ask)
    won: bool = session.info["is_success"]
    if not won or options.expert:
        say(f"One way: {env.expert_formula()} = {options.target}")
    return won


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


def _try(session: Session[Any], attempts: int, ask: Callable[[str], str]) -> None:
    """Let a person try until the hand is won, lost or given up."""
    env: GeneralPointsTextEnv = session.env
    for attempt in range(1, attempts + 1):
        prompt = f"[{attempt}/{attempts}] formula (empty to give up): "
        formula = typed(ask, prompt, lambda line: refusal(line, env))
        if not formula:
            return
        session.step(_reply(formula))
        say(for_terminal(session.observation, multiline=True))
        say(explanation(formula, env))
        if session.ended:
            return


def _reply(formula: str) -> str:
    return json.dumps({"formula": formula})


def refusal(formula: str, env: GeneralPointsTextEnv) -> str | None:
    """Return why a line is no formula, None where it is one, right or wrong."""
    _, verdict = judge_reply(_reply(formula), env.hand, env.rule, env.config.target)
    if verdict.outcome in (Outcome.UNREADABLE, Outcome.ILLEGAL_FORMULA):
        return verdict.message
    return None


def explanation(formula: str, env: GeneralPointsTextEnv) -> str:
    """Return what a formula makes, and of which numbers where they are not those of the hand."""
    made = what_it_makes(formula)
    if made is None:
        return ""
    values, target = env.hand.values(env.rule), env.config.target
    if sorted(made.numbers) != sorted(values):
        used, counted = (", ".join(map(str, numbers)) for numbers in (made.numbers, values))
        return f"{made}, of {used}; the cards count {counted}."
    return f"{made}." if made.value == target else f"{made}, not {target}."


def _rule(text: str) -> str | list[int]:
    """Return a rule's name, or its triple where three numbers were given."""
    parts = text.replace(",", " ").split()
    return [int(part) for part in parts] if all(map(str.isdecimal, parts)) else text


def _options(parser: argparse.ArgumentParser) -> None:
    rules = f"{', '.join(NAMED)}, random, or the values of J, Q and K such as 11,12,13"
    parser.add_argument("--rule", default="ten", help=rules)
    parser.add_argument("--target", type=int, default=24)
    parser.add_argument("--cards", type=int, help="number of cards, 3 to 6; 4 without it")
    parser.add_argument("--faces", action="store_true", help="deal at least one of J, Q, K")
    parser.add_argument("--hand", help=f"cards to play with, such as '5 K 2 {RANK_NAMES[11]}'")
    parser.add_argument("--attempts", type=int, default=5)
    add_options(parser, "the game", "the cards", "rotation=3,noise=2")


main = Command("gp_env", __doc__, _options, _make, _play, ("look",)).main


if __name__ == "__main__":
    raise SystemExit(run(main))

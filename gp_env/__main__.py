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
from shiftgym.recordings.command import Album, add_options, album_of, begin, check_options, typed
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
    options = _parser().parse_args(arguments)
    check_options(_parser(), options)
    game: dict[str, Any] = {
        "rule": _rule(options.rule),
        "target": options.target,
        "num_cards": options.cards,
        "face_cards": options.faces,
        "hand": options.hand,
        "max_attempts": options.attempts,
    }
    env: GeneralPointsEnv | GeneralPointsTextEnv
    try:
        # The expert writes token by token, which is more to look at than a formula at once.
        if options.expert:
            env = GeneralPointsEnv(**game)
        else:
            env = GeneralPointsTextEnv(template=TERMINAL, **game)
        album = album_of(options, "gp_env", env, look=options.look)
        seed, *_ = begin(env, album, options)
    except ValueError as error:
        _parser().error(for_terminal(error))
    say(build_prompt(env.hand, env.rule, options.target, template=TERMINAL))
    say(f"Seed {seed}: --seed {seed} and the same options deal this hand again.")
    won = _watch(env, album) if isinstance(env, GeneralPointsEnv) else _play(env, album, ask)
    if not won or options.expert:
        say(f"One way: {env.expert_formula()} = {options.target}")
    album.write()
    return 0 if won else 1


def _play(env: GeneralPointsTextEnv, album: Album, ask: Callable[[str], str]) -> bool:
    """Let a person try until the hand is won, lost or given up; return whether it was won."""
    last = env.config.max_attempts
    for attempt in range(1, last + 1):
        formula = typed(ask, f"[{attempt}/{last}] formula (empty to give up): ")
        if not formula:
            return False
        reply = json.dumps({"formula": formula})
        said, reward, _, _, info = env.step(reply)
        album.step(reply, said, reward, info)
        say(for_terminal(said, multiline=True))
        if info["is_success"]:
            return True
    return False


def _watch(env: GeneralPointsEnv, album: Album) -> bool:
    """Let the expert play; return whether it won."""
    terminated, info = False, dict[str, Any]()
    while not terminated:
        action = env.expert_action()
        observation, reward, terminated, _, info = env.step(action)
        album.step(action, observation, reward, info)
    return bool(info["is_success"])


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
    parser.add_argument("--expert", action="store_true", help="let the expert play")
    add_options(parser, "the game", "the cards", "rotation=3,noise=2")
    parser.add_argument("--seed", type=int, help="deals what reset(seed=SEED) deals")
    return parser


if __name__ == "__main__":
    raise SystemExit(run(main))

"""GeneralPoints in words as a Gymnasium environment."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gp_env.config import GameConfig
from gp_env.dialogue import CardDialogue
from gp_env.episode import CardEpisode
from gp_env.table_env import TableEnv
from shiftgym.envs.text import TextEnv

if TYPE_CHECKING:
    from gp_env.pictures.look import LookLike
    from gp_env.pictures.renderer import CardRenderer
    from gp_env.render import Scene

IMAGE_SIZE = 320
"""Pixels of a picture in a chat."""


def _pictures(
    _: GameConfig, image_size: int = IMAGE_SIZE, look: LookLike = "plain"
) -> CardRenderer:
    # Who reads only words needs nothing that draws.
    from gp_env.pictures.renderer import CardRenderer

    return CardRenderer(image_size, look)


class GeneralPointsTextEnv(TableEnv[str, str], TextEnv[CardEpisode]):
    """## Description

    The card game GeneralPoints as a dialogue. Three to six cards are dealt, and the player writes a
    formula that uses what each card counts exactly once and makes the target. What J, Q and K count
    is stated in the prompt; it is the rule that shifts. A wrong attempt is answered with what was
    wrong, and the player tries again with the whole dialogue in view.

    ## Action Space

    `Text`: the reply. The last complete JSON object with a "formula" counts, whatever stands around
    it, and so does what means the same beyond doubt; `gp_env.parse_reply` says what is read. Every
    string is accepted, also one that the space does not contain: the space is what `sample()`
    draws, up to 8,192 characters. Anything but a string is a TypeError.

    ## Observation Space

    `Text` of 1 to 8,192 characters: the latest message to the player, which is the prompt after
    `reset` and the feedback after `step`. The space is the same for every keyword but a template of
    one's own, whose characters it holds too. (Gymnasium's `AsyncVectorEnv` passes texts on only
    with `shared_memory=False`.)

    `info` holds, after `reset` and every `step`:

    | key | what |
    |---|---|
    | `messages` | the whole chat, a list of `{"role", "content"}`; a fresh copy each time |
    | `outcome` | "none" before the first attempt, else the last one's `gp_env.Outcome` value |
    | `attempts_left` | attempts left |
    | `in_format` | whether the last reply kept to the asked format, see `gp_env.Reply` |
    | `is_success` | whether the last attempt was correct |
    | `episode_seed` | replays this episode when passed in the reset options |
    | `task` | does so too, checked; `shiftgym.replay(task, replies)` plays it again |

    Answers are in none of these: ask `env.unwrapped.expert_action()`, which returns a full reply,
    or `expert_formula()`. `hand`, `rule` and `stated_rule` tell about the running episode.

    ## Rewards

    Of the outcome of each attempt, the first that applies: unreadable -3, illegal_formula -3,
    wrong_numbers -2 (also where "number" is reported and wrong), wrong_value -1, correct +5.

    ## Starting State

    A hand that can be won under the scoring rule (and under `solvable_under`), drawn with equal
    chance among those that the keywords allow. `reset(seed=...)` fixes this and all later episodes;
    `reset(options={"episode_seed": ...})` replays one; `reset(options={"hand": ...})` deals a hand.
    For equal episode seeds and keywords, `GeneralPoints-v0` deals the same hand.

    ## Episode End

    Terminates at the correct formula or after the last attempt. Never truncates by itself.

    ## Arguments

    The keywords of `GeneralPointsEnv` that say what is dealt and what wins (`rule`, `stated_rule`,
    `random_rules`, `target`, `num_cards`, `deck`, `deals`, `suits`, `face_cards`, `face_share`,
    `solvable_under`, `hand`, `split`, `fold`, `split_by`, `max_attempts`), with the same defaults,
    and

    * `template="default"`: the wording: "default" (full English), "compact" (a dozen words, for
      small models; it does not tell suits), or a `gp_env.text.PromptTemplate`.
    * `images=False`: True shows the cards in a picture in place of telling them: the prompt's
      message holds it as a data URL, and a reply whose "cards" are not those of the hand is
      misread_cards, -1.5.
    * `image_size=320`: pixels of the picture, 32-1200; `look="plain"`: of the cards, as
      `GeneralPointsImageEnv` documents it. Both are of pictures.
    * `strict=False`: True judges a reply that is not in the asked format as unreadable.
    * `render_mode=None`: "ansi" renders the dialogue so far as text, "rgb_array" the table with the
      attempt before, rule, target and outcome below it, uint8 of shape (780, 640, 3), and "human"
      that in a window, which needs the extra `play`.

    ## Registered Configurations

    * `GeneralPoints-Text-v0`: J, Q and K count 10, black suits.
    * `GeneralPoints-Text-RuleOOD-v0`: J, Q, K count 11, 12, 13, at least one of them in the hand.
    * `GeneralPoints-Text-VisualOOD-v0`: red suits. A placebo: suits are told and play no part.
    * `GeneralPoints-Text-OOD-v0`: the same as `GeneralPoints-Text-RuleOOD-v0`.

    ## Version History

    * v0: first version.
    """

    told_by = CardDialogue
    drawn_by = _pictures

    def difficulty(self) -> float:
        """Return how hard the hand is: minus the decimal logarithm of the share that wins.

        The share is `gp_env.solver.difficulty`, of all formulas that use each card once. Six cards
        take half a second.
        """
        from gp_env.solver import difficulty

        share = difficulty(self.hand, self.rule, self.config.target)
        return -math.log10(share)

    def scene(self) -> Scene:
        """Return what the picture of `render()` tells beside the cards."""
        scene = super().scene()
        return scene._replace(formula="", previous=self.episode.last_formula)

"""Street navigation in words as a Gymnasium environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shiftgym.envs.text import TextEnv
from virl_env.config import NavigationConfig
from virl_env.dialogue import WalkDialogue
from virl_env.navigation import Walk
from virl_env.scene import Scene
from virl_env.walker_env import WalkerEnv

if TYPE_CHECKING:
    from virl_env.views.look import LookLike
    from virl_env.views.renderer import Panoramas, StreetRenderer

IMAGE_SIZE = 320
"""Pixels of one of the four views of a picture, unless another size is asked for."""


def _pictures(
    config: NavigationConfig,
    image_size: int = IMAGE_SIZE,
    look: LookLike = "plain",
    panoramas: Panoramas = None,
) -> StreetRenderer:
    # Who reads only words needs nothing that draws.
    from virl_env.views.renderer import StreetRenderer

    return StreetRenderer(config, image_size, "grid", look, panoramas)


class VIRLNavigationTextEnv(WalkerEnv[str, str], TextEnv[Walk]):
    """## Description

    Street navigation as dialogues. A walker is led along a route by written instructions; at each
    point the model is told what is in sight, and replies with what to do there: walk on, turn, or
    stop. In which words a turn is told is stated in the prompt; it is the rule that shifts. Each
    point is a dialogue of its own. A wrong attempt is answered with what was wrong, and may be
    followed by another; after the last one the walker is led on, and the route is failed.

    ## Action Space

    `Text`: the reply. The last complete JSON object with an "action" counts, whatever stands around
    it, and is read by what it means; `virl_env.parse_reply` says what is read without one. Whether
    the reply kept to the letter of the format is told apart, in `info["in_format"]`. Every string
    is accepted, also one that the space does not contain: the space is what `sample()` draws, up to
    8,192 characters.

    ## Observation Space

    `Text` of 1 to 16,384 characters: the latest message. After `reset`, and wherever the walker
    moves on, it is the prompt of the point; after a wrong attempt, while some are left, it is the
    feedback; at the end of the route, how the last attempt went. The space is the same for every
    keyword but a template of one's own, whose characters it holds too. Characters of names that it
    lacks are shown as "?", and what names of over 255 characters make too long is cut. (Gymnasium's
    `AsyncVectorEnv` passes texts on only with `shared_memory=False`.)

    `info` holds, after `reset` and every `step`:

    | key | what |
    |---|---|
    | `messages` | the chat at this point, a list of `{"role", "content"}`; a fresh copy each time |
    | `outcome` | "none" before the first attempt, else the last one's `virl_env.Outcome` value |
    | `in_format` | whether the last reply kept to the asked format; False before the first one |
    | `attempts_left` | attempts left at this point |
    | `is_success` | at the end: whether the route was right at every point |
    | `episode_seed` | replays this episode when passed in the reset options |
    | `task` | does so too, checked; `shiftgym.replay(task, replies)` plays it again |
    | `step_accuracy`, `turn_accuracy`, `macro_accuracy` | share of right attempts so far: of all, \
of those at turning points, mean over turning, walking and stopping points |

    With `movement="free"`, whose moves `VIRLNavigationEnv` documents, `spl`, `ndtw` and
    `oracle_success` stand in place of the accuracies, 0 or False until the episode has ended, and
    `attempts_left` counts the actions before the time limit. Every move opens a new dialogue; what
    fails is answered in the running one.

    Answers are in none of these: ask `env.unwrapped.expert_action()`, which returns a full reply.
    `route`, `directions` and `stated_directions` tell about the running episode.

    ## Rewards

    Of the outcome of each attempt, the first that applies: unreadable -1, correct +1,
    misread_intersection -1.5 (where the reply reports whether this is an intersection, and
    wrongly), wrong_action -1. In free movement a move that is possible has no outcome and is worth
    0, whatever is reported.

    ## Starting State

    The route, the initial heading and the rule that `VIRLNavigation-v0` starts with for an equal
    episode seed and equal keywords. `reset(seed=...)` fixes this and all later episodes;
    `reset(options={"episode_seed": ...})` replays one; `reset(options={"route": ...})` walks a
    route.

    ## Episode End

    Terminates at the end of the route. Never truncates by itself, but for free movement after
    `max_steps` actions.

    ## Arguments

    The keywords of `VIRLNavigationEnv` that say what is walked and what is right (`city`, `routes`,
    `route`, `turns`, `landmarks`, `directions`, `stated_directions`, `instructions`, `style`,
    `movement`, `points_per_segment`, `drop_rate`, `initial_heading`, `split`, `split_by`, `fold`,
    `max_attempts`, `max_steps`, `shaping`, `shaping_discount`, `expert`), with the same
    defaults, and

    * `template="default"`: the wording: "default" (full English), "compact" (a few dozen words, for
      small models; landmarks are letters, drawn anew in each episode), or a
      `virl_env.text.PromptTemplate`.
    * `strict=False`: True scores a reply out of format as unreadable, whatever it means. In the
      format is a reply whose answer is one strict JSON object with exactly the keys of the
      template, all values strings, and the action written as the task writes it: "forward()",
      "stop()" or "turn_direction(slightly left)". (The compact wording writes "slightly_left".)
      What stands around the object does not count.
    * `images=False`: True withholds what is in sight and whether this is an intersection from the
      prompt, and attaches a picture instead: the four views to the front and the right (above),
      the back and the left (below). `content` of the message that opens a dialogue is then a list
      of a text and an `image_url` with a PNG as data URL; the reply reports what it sees.
    * `image_size=320`: pixels of one view, 32-1200; `look="plain"` and `panoramas=None`: of these
      pictures, as for `VIRLNavigationImageEnv`.
    * `render_mode=None`: "ansi" renders the dialogue at this point as text, "rgb_array" a map of
      the route, with `images=True` the four views and a small map, beside instruction, rule and
      outcome, uint8 of shape (640, 960, 3), and "human" that in a window, which needs the extra
      `play`.

    ## Registered Configurations

    * `VIRLNavigation-Text-v0`: the training city, absolute directions.
    * `VIRLNavigation-Text-RuleOOD-v0`: relative directions.
    * `VIRLNavigation-Text-VisualOOD-v0`: nine other cities, two routes each.
    * `VIRLNavigation-Text-OOD-v0`: the same as `VIRLNavigation-Text-VisualOOD-v0`.

    ## Version History

    * v0: first version.
    """

    told_by = WalkDialogue
    drawn_by = _pictures
    dialogue: WalkDialogue

    def scene(self) -> Scene:
        """Return what is told at the point where the walker stands."""
        return self.dialogue.scene(self.episode)

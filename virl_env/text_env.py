"""Street navigation in words as a Gymnasium environment: a shell over `text` and one walk."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gymnasium import spaces

from shiftgym.checks import flag, only_with
from shiftgym.replies import check_reply
from virl_env.config import MAX_ATTEMPTS, MAX_POINTS_PER_SEGMENT, NavigationConfig
from virl_env.config import NavigationKeywords as Keywords
from virl_env.directions import NAMED
from virl_env.dynamics import ACTION_INDEX, ACTIONS, NO_ACTION, STOP
from virl_env.free.walk import NO_OUTCOME, FreeWalk
from virl_env.free.words import free_scene, free_template, judge_move
from virl_env.routes.instructions import STYLES
from virl_env.routes.rail import RailStep, build_rail
from virl_env.routes.route import MAX_LEGS, Landmark, Leg, Route
from virl_env.scene import Scene, rail_scenes
from virl_env.single_env import SingleEnv
from virl_env.text import (
    Message,
    PromptTemplate,
    build_feedback,
    build_messages,
    build_prompt,
    build_reply,
    find_template,
    judge_reply,
)
from virl_env.verifier import Outcome, Verdict
from virl_env.walk import RailWalk

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from virl_env.views.look import LookLike
    from virl_env.views.sights import Panoramas

MAX_OBSERVATION = 16_384
"""Characters of the longest message of the task."""

MAX_ACTION = 8_192
"""Characters of the longest reply that is sampled."""

IMAGE_SIZE = 320
"""Pixels of one of the four views of a picture, unless another size is asked for."""

MAX_NAME = 255
"""Characters of a name with which the longest route still fits into a message."""

CHARACTERS = "\n" + "".join(
    map(chr, (*range(32, 127), *range(0xA1, 0x530), *range(0x2010, 0x2028)))
)
"""Characters of messages and sampled replies: ASCII, Latin, Greek and Cyrillic letters, dashes and
quotes."""


class VIRLNavigationTextEnv(SingleEnv[str, str]):
    r"""## Description

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
      the route, with `images=True` the four views, uint8 of shape (640, 640, 3), and "human" that
      in a window, which needs the extra `play`.

    ## Registered Configurations

    * `VIRLNavigation-Text-v0`: the training city, absolute directions.
    * `VIRLNavigation-Text-RuleOOD-v0`: relative directions.
    * `VIRLNavigation-Text-VisualOOD-v0`: nine other cities, two routes each.
    * `VIRLNavigation-Text-OOD-v0`: the same as `VIRLNavigation-Text-VisualOOD-v0`.

    ## Version History

    * v0: first version.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012
        "render_modes": ["ansi", "rgb_array", "human"],
        "render_fps": 1,
    }

    def __init__(
        self,
        *,
        template: str | PromptTemplate = "default",
        strict: bool = False,
        images: bool = False,
        image_size: int = IMAGE_SIZE,
        look: LookLike = "plain",
        panoramas: Panoramas = None,
        render_mode: str | None = None,
        **navigation: Unpack[Keywords],
    ) -> None:
        super().__init__(navigation, render_mode)
        self.template = find_template(template)
        self.strict = flag("strict", strict)
        if flag("images", images):
            # Who reads only words needs nothing that draws.
            from virl_env.views.sights import Sights
            from virl_env.views.wording import seen_template

            self.template = seen_template(template, self.config.movement)
            self.sights = Sights(self.config, image_size, "grid", look, panoramas)
        else:
            only_with(
                "images=True",
                "without it there are no pictures",
                image_size=(image_size, IMAGE_SIZE),
                look=(look, "plain"),
                panoramas=(panoramas, None),
            )
            if self.config.movement == "free":
                self.template = free_template(template)
        self.observation_space = _observation_space(self.template)
        self.action_space = spaces.Text(MAX_ACTION, min_length=0, charset=CHARACTERS)
        self._messages: list[Message] = []
        self._in_format = False
        self._foreign = re.compile(f"[^{re.escape(''.join(self.observation_space.character_set))}]")

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Start a new route and return the prompt of its first point.

        `seed`, `options` and what is refused of them are as in `VIRLNavigationEnv.reset`.
        """
        self._begin(seed, options)
        self._in_format = False
        if isinstance(self._walk, RailWalk):
            self._scenes = rail_scenes(
                self.route,
                self.steps,
                self.stated_directions,
                initial_heading=self.initial_heading,
                landmark_order=self.landmark_order,
                naming=self.config.instructions,
                style=self.config.style,
                max_attempts=self.config.max_attempts,
            )
        return self._prompt(), self._seen()

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Judge one reply and answer it, with the prompt of the next point where it moves on.

        Raises:
            gymnasium.error.ResetNeeded: before the first reset and after the end of an episode.
            TypeError: for anything but a string; nothing is counted then.
        """
        self._need_running()
        check_reply(action)
        index, verdict = self._judge(action)
        behind = len(self._walk.actions)
        outcome = NO_OUTCOME if verdict is None else verdict.outcome.code
        reward, terminated, truncated = self._settle(outcome, index)
        if verdict is None or (len(self._walk.actions) > behind and not terminated):
            return self._prompt(), reward, terminated, truncated, self._seen()
        left = 0 if terminated else self._walk.attempts_left
        told = min(left, MAX_ATTEMPTS) if self.template.compact else left
        feedback = build_feedback(verdict, told, self.template)
        self._messages.append({"role": "assistant", "content": action})
        self._messages.append({"role": "user", "content": feedback})
        return feedback, reward, terminated, truncated, self._seen()

    def expert_action(self) -> str:
        """Return a reply with the right action, in the form that is asked for."""
        right = self._episode().right
        action = ACTIONS[STOP if right == NO_ACTION else right]
        return self._shown(build_reply(self.scene(), action, self.template))

    def _as_text(self) -> str:
        return "\n\n".join(
            f"[{said['role']}]\n{_in_words(said['content'])}" for said in self._messages
        )

    def _prompt(self) -> str:
        """Open the dialogue of the point where the walker stands."""
        prompt = self._shown(build_prompt(self.scene(), self.template))
        self._messages = build_messages(prompt, self.template, self._picture())
        return prompt

    def _picture(self) -> str | None:
        """Return what is seen where the walker stands as a data URL, None without pictures."""
        if self.sights is None:
            return None
        from shiftgym.pictures import data_url

        look = self.sights.look_of(self._episode_seed)
        return data_url(self.sights.picture(self.city, look, *self.stand()))

    def _check_route(self, config: NavigationConfig) -> None:
        super()._check_route(config)
        if self.sights is not None and config.route is not None:
            self.sights.check(config.route)

    def scene(self) -> Scene:
        """Return what is told at the point where the walker stands."""
        walk = self._episode()
        if isinstance(walk, FreeWalk):
            return free_scene(walk, self.config, self.stated_directions)
        return replace(self._scenes[min(walk.at, walk.count - 1)], actions=self.actions)

    def _judge(self, said: str) -> tuple[int, Verdict | None]:
        """Return the action of a reply and its verdict, None for a move in free movement."""
        walk = self._walk
        verdict: Verdict | None
        if isinstance(walk, FreeWalk):
            reply, verdict = judge_move(said, walk, self.template, strict=self.strict)
        else:
            here = self.steps[walk.at]
            reply, verdict = judge_reply(
                said, here.action, here.intersection, self.template, strict=self.strict
            )
        self._in_format = reply.in_format
        return NO_ACTION if reply.action is None else ACTION_INDEX[reply.action], verdict

    def _shown(self, text: str) -> str:
        """Return a text as the spaces can hold it."""
        return self._foreign.sub("?", text)[:MAX_OBSERVATION]

    def _seen(self) -> dict[str, Any]:
        self._show()
        # The parts of a message with a picture are lists and dicts of their own.
        messages = [
            dict(said) if isinstance(said["content"], str) else deepcopy(said)
            for said in self._messages
        ]
        return {"messages": messages, "in_format": self._in_format, **self._info()}


def _in_words(content: Any) -> str:
    """Return the content of a message as text."""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "(a picture)") for part in content)


def _observation_space(template: PromptTemplate) -> spaces.Text:
    """Return the space of what a template can say.

    Raises:
        ValueError: where its longest message does not fit.
    """
    says = [
        *(build_prompt(scene, template) for scene in _longest_scenes()),
        *(
            build_feedback(Verdict.of(outcome), left, template)
            for outcome in Outcome
            for left in (0, MAX_ATTEMPTS)
        ),
    ]
    shortest, longest = min(map(len, says)), max(map(len, says))
    if not 1 <= shortest <= longest <= MAX_OBSERVATION:
        raise ValueError(
            f"The messages of a template must have 1 to {MAX_OBSERVATION} characters; those of "
            f"this one have {shortest} to {longest}. Shorten them, or say something."
        )
    # Sorted, so that the order does not hang on the hashes of a process.
    charset = frozenset(CHARACTERS).union(*says)
    return spaces.Text(MAX_OBSERVATION, charset="".join(sorted(charset)))


def _longest_scenes() -> list[Scene]:
    """Return scenes of the longest route, one in each style, after the longest history."""
    landmark = Landmark("M" * MAX_NAME, "cafe", (0.0, 0.0))
    legs = (Leg(45 * 5, 100.0, (0.0, 0.0), landmark, "right behind"),) * MAX_LEGS
    route = Route("", (0.0, 0.0), "", landmark.name, 0, legs)
    rule = NAMED["absolute"]
    steps: list[RailStep] = build_rail(route, MAX_POINTS_PER_SEGMENT, directions=rule)
    # Actions that take turns do not shorten into runs.
    past = [sorted(ACTIONS, key=len)[-1 - at % 2] for at in range(len(steps))]
    return [
        replace(
            rail_scenes(route, steps, rule, style=style, max_attempts=MAX_ATTEMPTS)[-1],
            actions=past,
        )
        for style in range(len(STYLES))
    ]

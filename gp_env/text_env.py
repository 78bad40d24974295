"""GeneralPoints in words as a Gymnasium environment: a shell over `text` and the dealer."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from gymnasium import spaces

from gp_env.config import MAX_ATTEMPTS, MAX_TARGET, GameKeywords
from gp_env.deck import MAX_CARDS, SUIT_SYMBOLS, Hand
from gp_env.pictures.look import LookLike
from gp_env.pictures.sights import Sights
from gp_env.rules import MAX_VALUE, Rule
from gp_env.single_env import SingleEnv
from gp_env.text import (
    Message,
    PromptTemplate,
    build_feedback,
    build_messages,
    build_prompt,
    build_reply,
    find_template,
    judge_reply,
)
from gp_env.verifier import OUTCOME_NAMES, Outcome, Verdict
from shiftgym.checks import flag, only_with
from shiftgym.replies import check_reply

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from gp_env.render import Scene

MAX_OBSERVATION = MAX_ACTION = 8_192
"""Characters of the longest message of the game, and of the longest reply that is sampled."""

OBSERVATION_CHARACTERS = "\n" + "".join(map(chr, range(32, 127))) + SUIT_SYMBOLS
"""Characters that the templates of the game write."""

ACTION_CHARACTERS = (
    OBSERVATION_CHARACTERS
    + "\t\r−×÷∕"
    + "".join(map(chr, [*range(0xA1, 0x100), *range(0x2010, 0x2028)]))
)
"""Characters of sampled replies: ASCII, Latin-1, dashes, curly quotes and signs of arithmetic."""

IMAGE_SIZE = 320
"""Pixels of a picture in a chat."""


class GeneralPointsTextEnv(SingleEnv[str, str]):
    r"""## Description

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
    `target`, `num_cards`, `deck`, `deals`, `suits`, `face_cards`, `solvable_under`, `hand`,
    `split`, `fold`, `max_attempts`), with the same defaults, and

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

    metadata: dict[str, Any] = {  # noqa: RUF012
        "render_modes": ["ansi", "rgb_array", "human"],
        "render_fps": 1,
    }

    def __init__(
        self,
        *,
        template: str | PromptTemplate = "default",
        images: bool = False,
        image_size: int = IMAGE_SIZE,
        look: LookLike = "plain",
        strict: bool = False,
        render_mode: str | None = None,
        **game: Unpack[GameKeywords],
    ) -> None:
        super().__init__(game, render_mode)
        self.template = find_template(template)
        self.strict = flag("strict", strict)
        if flag("images", images):
            self.sights = Sights(image_size, look)
        else:
            only_with(
                "images=True",
                "without it there are no pictures",
                image_size=(image_size, IMAGE_SIZE),
                look=(look, "plain"),
            )
        self.observation_space = _observation_space(self.template)
        self.action_space = spaces.Text(MAX_ACTION, min_length=0, charset=ACTION_CHARACTERS)
        self._messages: list[Message] = []
        self._written = ""
        self._in_format = False

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Deal a new hand and return the prompt.

        `seed`, `options` and what is refused of them are as in `GeneralPointsEnv.reset`.
        """
        self._begin(seed, options)
        prompt = build_prompt(
            self._hand,
            self.stated_rule,
            self.config.target,
            max_attempts=self.config.max_attempts,
            images=self.sights is not None,
            template=self.template,
        )
        self._messages = build_messages(prompt, self.template, self._picture())
        self._written = ""
        self._in_format = False
        return prompt, self._seen()

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Judge one reply and answer it.

        Raises:
            TypeError: for an action that is no string.
            gymnasium.error.ResetNeeded: before the first reset and after the end of an episode.
        """
        said = check_reply(action)
        self._need_running()
        reply, verdict = judge_reply(
            said,
            self._hand,
            self._rule,
            self.config.target,
            images=self.sights is not None,
            strict=self.strict,
            keys=self.template.keys,
        )
        self._written = reply.formula or ""
        self._in_format = reply.in_format
        terminated = self._settle(verdict.outcome.code)
        feedback = build_feedback(verdict, self._attempts_left, self.template)
        self._messages.append({"role": "assistant", "content": said})
        self._messages.append({"role": "user", "content": feedback})
        return feedback, verdict.reward, terminated, False, self._seen()

    def expert_action(self) -> str:
        """Return a reply that wins the running episode, in the form that is asked for."""
        return build_reply(self.hand, self.rule, self.expert_formula())

    def scene(self) -> Scene:
        """Return what the picture of `render()` tells beside the cards."""
        from gp_env.render import Scene

        self._need_episode()
        return Scene(
            rule=self.stated_rule,
            target=self.config.target,
            formula="",
            previous=self._written,
            outcome=OUTCOME_NAMES[self._outcome],
            attempts_left=self._attempts_left,
        )

    def _as_text(self) -> str:
        return "\n\n".join(
            f"[{said['role']}]\n{_in_words(said['content'])}" for said in self._messages
        )

    def _picture(self) -> str | None:
        """Return the picture of the hand as a URL, None where cards are told."""
        if self.sights is None:
            return None
        from shiftgym.pictures import data_url

        hand = self._hand
        return data_url(self.sights.of_cards(hand.ranks, hand.suits, self._episode_seed))

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
    hand = Hand((10,) * MAX_CARDS, (1,) * MAX_CARDS)
    widest = Rule(MAX_VALUE, MAX_VALUE, MAX_VALUE)
    says = [
        build_prompt(hand, widest, MAX_TARGET, max_attempts=MAX_ATTEMPTS, template=template),
        *(
            build_feedback(Verdict.of(outcome, MAX_TARGET), left, template)
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
    charset = frozenset(OBSERVATION_CHARACTERS).union(*says)
    return spaces.Text(MAX_OBSERVATION, charset="".join(sorted(charset)))

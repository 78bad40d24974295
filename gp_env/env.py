"""GeneralPoints as a single Gymnasium environment, observed as numbers."""

from __future__ import annotations

from typing import Any

from gp_env.episode import CardEpisode
from gp_env.keyboard import KEYS
from gp_env.table_env import TableEnv
from shiftgym.envs.discrete import DiscreteEnv


class GeneralPointsEnv(TableEnv[Any, int], DiscreteEnv[CardEpisode]):
    """Make the target from the cards of a hand, writing a formula token by token.

    ## Description
    Four cards are dealt. The agent writes a formula that uses the value of every card exactly once
    and equals the target, 24. A card counts its rank; what jack, queen and king count is the rule,
    which the observation states. An attempt that fails is shown, with what was wrong with it, and
    the agent may try again, five times in all. Formulas are judged in exact arithmetic. A hand that
    cannot be won is never dealt.

    The task is that of Chu et al., "SFT Memorizes, RL Generalizes" (arXiv 2501.17161). Its
    question: does an agent trained under one rule still play under another?

    ## Action Space
    `Discrete(26)`: the tokens `1` to `19`, `+ - * / ( )` and `=`, in the order of `gp_env.TOKENS`.
    `=` submits the formula. A token after which no formula of at most 19 tokens is legal ends
    the attempt as an illegal formula and clears it; it never raises.

    ## Observation Space
    `MultiDiscrete` of shape (56,), uint8. `gp_env.observe.LAYOUT` names the parts and
    `gp_env.observe.decode` turns an observation into Python values:

    | part | numbers | range |
    |---|---|---|
    | ranks | 6 | 0 empty slot, 1 ace to 13 king, 14-19 in the large deck |
    | suits | 6 | 0 empty slot, 1 spades, 2 hearts, 3 diamonds, 4 clubs |
    | rule | 3 | what J, Q and K count, as stated: 1-19 |
    | target | 1 | 1-100 |
    | formula | 19 | 0 empty slot, else the index of the token plus one |
    | previous | 19 | the attempt before, with the token that ended it where it fits |
    | attempts_left | 1 | 0-10 |
    | outcome | 1 | of the attempt before, an index into `gp_env.verifier.OUTCOME_NAMES` |

    With `observation="onehot"` it is a `Box` from 0 to 1 of shape (1355,), float32: each of the
    numbers above has a column for every value, 0 included, and exactly one of them is 1. The
    columns are those of `gymnasium.spaces.flatten`; `gp_env.observe.ONEHOT_LAYOUT` names the parts,
    and `decode` works on it too.

    The space is the same under all keywords but `observation` and `mask_in_observation`.

    ## Rewards
    An attempt is paid when it ends, once, by its outcome: correct +5, wrong_value -1, wrong_numbers
    -2, illegal_formula -3. Every other step pays 0.

    ## Starting State
    A hand drawn evenly from all that the keywords allow, an empty formula, all attempts left.
    `reset(seed=s)` fixes every later episode; `reset(options={"episode_seed": n})` replays the
    episode whose `info["episode_seed"]` was n under the same keywords, `options={"task": t}` that
    of `info["task"]`, checked; `reset(options={"hand": "3 3 8 8"})` deals a hand.
    Suits that it does not name are drawn from those of `suits`, and under `deals="deck"` so that no
    card stands twice; suits that are not dealt are refused.

    ## Episode End
    Terminated when an attempt is correct or the attempts are used up. Never truncated, unless a
    time limit is asked of Gymnasium.

    ## Information
    `outcome` (of the last attempt, "none" before the first), `attempts_left`, `is_success`,
    `episode_seed`, `task` (the string that `shiftgym.replay` plays again), and, unless `mask=None`,
    `action_mask` (int8 of shape (26,)): the same keys at every step. Answers are in no observation
    and no info: `env.unwrapped.expert_action()` and `expert_formula()` give them.

    ## Arguments
    * `rule` ("ten"): what J, Q, K count. "ten", "rank" (11, 12, 13), "all-5", "all-7", "all-12",
      any triple of 1-19, or "random": a fresh triple for each hand, never one of
      `gp_env.HELD_OUT` and never one that gives J 11, Q 12 or K 13.
    * `random_rules` ("strict"): what "random" draws from. "pair": J, Q, K count 1-13, more often
      11-13 than other numbers; never a rule of `gp_env.HELD_OUT`, and never two values of "rank"
      or two tens. So single values of both rules are shown, their combination is not.
    * `stated_rule` (None): the rule that the observation states, if not the one that scores.
    * `target` (24): 1-100.
    * `num_cards` (4): 3-6.
    * `deck` ("standard"): "large" adds number cards 14-19.
    * `deals` ("independent"): each card is drawn from a full deck, as in the original code; "deck"
      draws without replacement from the cards of the suits that are dealt: from 52, as in the
      paper, with `suits="all"`, and from 26 with one colour.
    * `suits` ("black"): "red" or "all".
    * `face_cards` (False): deal only hands with at least one of J, Q, K.
    * `face_share` (None): the chance of each card to be one of J, Q, K before hands are chosen;
      None for that of the deck, 3 of 13 in the standard one.
    * `solvable_under` (()): rules under which the hand must be winnable too.
    * `hand` (None): deal this hand in every episode; it has to be one that the other keywords
      allow. The reset option of this name asks only that the hand can be won and that its
      suits are dealt.
    * `split` (None): "train", "validation" or "test" hands. Hands are assigned by their ranks with
      J, Q, K collapsed to 10, so no test hand is a training hand under another name.
    * `fold` ((0, 5)): (k, n); of n parts, part k is the test split, k + 1 the validation split.
      (k, n, v) makes part v the validation split, so that (0, 7, 6) to (5, 7, 6) share it.
    * `split_by` ("ranks"): "numbers" assigns hands by what their cards count, so that no test hand
      has the numbers of a training hand, under whatever rule.
    * `max_attempts` (5): 1-10.
    * `observation` (None): "onehot" for networks and libraries that take no `MultiDiscrete`.
    * `mask` ("syntax"): what `info["action_mask"]` and `action_masks()` rule out. "syntax": tokens
      that no rule allows. "full": also numbers that are not in the hand, which gives the rule away;
      say so with results. None: nothing.
    * `mask_in_observation` (False): observations become a dict of `observations` and `action_mask`.
    * `render_mode` (None): "ansi" (text), "rgb_array" (the table with formula, rule, target and
      outcome below it, uint8 of shape (780, 640, 3)) or "human" (that in a window, which needs
      the extra `play`).

    ## Registered Configurations
    * `GeneralPoints-v0`: J, Q, K count 10; black suits.
    * `GeneralPoints-RuleOOD-v0`: J, Q, K count 11, 12, 13; at least one of them in the hand.
    * `GeneralPoints-VisualOOD-v0`: red suits. On this interface a placebo: suits are numbers that
      never matter, so the gap to `GeneralPoints-v0` should be zero.
    * `GeneralPoints-OOD-v0`: the same as `GeneralPoints-RuleOOD-v0`.

    ## Version History
    * v0: first version.
    """

    keys = KEYS

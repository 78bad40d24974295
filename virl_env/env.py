"""Street navigation as a single Gymnasium environment, observed as numbers."""

from __future__ import annotations

from typing import Any

from shiftgym.envs.discrete import DiscreteEnv
from virl_env.keyboard import KEYS
from virl_env.navigation import Walk
from virl_env.walker_env import WalkerEnv


class VIRLNavigationEnv(WalkerEnv[Any, int], DiscreteEnv[Walk]):
    """Follow instructions along a route through a city, turning where and as they say.

    ## Description
    A walker stands somewhere in a city and has numbered instructions that lead to a destination:
    turn, walk on to where some landmark is on some side, turn again. Instructions tell each turn in
    two ways, by the direction faced afterwards (west) and by how one turns (left). Which of the two
    is the language of actions, and which word stands for which direction, is the rule; the
    observation states it. An action that is not the right one fails the attempt, and after the last
    attempt at a point the walker is moved on all the same, the route failed.

    That is the study's rail. With `movement="free"` the walker goes where its actions lead it on
    the streets of the city. `forward()` goes to the neighbouring point whose bearing is closest to
    the heading, within 45 degrees, and the heading becomes that bearing in whole degrees. A turn
    faces the street in the direction that its word stands for, of several the one closest to the
    middle of that direction (a multiple of 45 degrees from north; 90 or, slightly, 45 degrees from
    the heading), and the middle itself where no street is. `stop()` ends the walk: rightly within
    25 metres of the destination. Where no street is ahead, or the rule has no such word, the
    action fails and the walker stays.

    The task is that of Chu et al., "SFT Memorizes, RL Generalizes" (arXiv 2501.17161), which builds
    on V-IRL. Its question: does an agent trained on absolute directions still find its way when
    the rule is relative, or the city another?

    ## Action Space
    `Discrete(14)`, the same under every rule: `forward()`, `stop()`, `turn_direction(x)` with the
    eight compass words and with left, right, slightly left, slightly right, in the order of
    `virl_env.ACTIONS`. A turn in the other rule's words is an attempt that fails.

    Relative words come from the turn wrapped to (-180, 180], right positive: up to 45 degrees is
    slightly left or right, more is left or right, exactly 45 is slightly. A turn of exactly 0
    counts as slightly right and a half-turn as right.

    ## Observation Space
    `MultiDiscrete` of shape (96,), uint8. `virl_env.observe.LAYOUT` names the parts and
    `virl_env.observe.decode` turns an observation into Python values:

    | part | numbers | what |
    |---|---|---|
    | lines | 16 x 4 | instructions from the current line on: turn (1-4 left, right, slightly \
left, slightly right, 5 walk on), compass word (1-8, north first), landmark, its side |
    | landmark, side | 2 | what is in sight, and on which of eight sides (1 front, then clockwise) |
    | intersection | 1 | whether this is a turning point or the destination |
    | heading | 1 | 1 + degrees // 5 |
    | categories | 8 | the category of landmark 1, 2, ... |
    | actions | 8 | what was done at the points behind, newest first; index plus one |
    | previous | 1 | the attempt before at this point, index plus one |
    | attempts_left | 1 | at this point |
    | outcome | 1 | of the last attempt, an index into `virl_env.verifier.OUTCOME_NAMES` |
    | frame, table | 1 + 8 | the stated rule: 1 world or 2 body, and the word (index plus one into \
`virl_env.WORDS`) for each direction of that frame |

    In free movement the current line is that of the last point of the route where the walker
    stood: at a turning point the line of the turn, until a step forward would lead along the next
    leg. In sight is the route's nearest landmark within 25 metres, on its side for the present
    heading; an intersection is where three streets or more meet, or the destination; actions are
    the moves that were made, previous is the action before where it failed, attempts_left the
    actions before the time limit, 10 at most, and a move that was made has the outcome "none".

    0 is empty everywhere. Landmarks are numbered anew, at random, in each episode.

    With `observation="onehot"` it is a `Box` from 0 to 1 of shape (1063,), float32: each of the
    numbers above has a column for every value, 0 included, and exactly one of them is 1. The
    columns are those of `gymnasium.spaces.flatten`; `virl_env.observe.ONEHOT_LAYOUT` names the
    parts, and `decode` works on it too.

    The space is the same under all keywords but `observation` and `mask_in_observation`.

    ## Rewards
    Each attempt is paid by its outcome: correct +1, wrong_action -1. In free movement that is +1
    or -1 for the stop, -1 for what fails and 0 for a move. `shaping=w` adds
    w (g Phi(s') - Phi(s)), where g is `shaping_discount`, Phi is minus the shortest way to go over
    the shortest way from the start, and 0 after the stop; with g the discount of the learner this
    changes no optimal policy (Ng, Harada and Russell, ICML 1999).

    ## Starting State
    A route drawn evenly from those that the keywords allow; the walker faces any way but the first
    leg's. `reset(seed=s)` fixes every later episode; `reset(options={"episode_seed": n})` replays
    the episode whose `info["episode_seed"]` was n under the same keywords, `options={"task": t}`
    that of `info["task"]`, checked; `reset(options={"route": r})` walks a route, of the cities of
    `city` where that was given.

    ## Episode End
    Terminated at the end of the route. Never truncated, unless a time limit is asked of Gymnasium.
    Free movement terminates with the stop and is truncated after `max_steps` actions.

    ## Information
    `outcome` (of the last attempt, "none" before the first), `attempts_left`, `is_success` (at the
    end: the route was right at every point), `episode_seed`, `task` (the string that
    `shiftgym.replay` plays again), the shares of attempts so far that were right: `step_accuracy`
    (of all), `turn_accuracy` (at turning points), `macro_accuracy` (mean over turning, walking and
    stopping points), and, unless `mask=None`, `action_mask` (int8 of shape (14,)): the same keys at
    every step. In free movement three others stand in place of the shares: `spl` (success weighted
    by path length, against the shortest way), `ndtw` (normalised dynamic time warping of the way
    walked and the route's), `oracle_success` (whether one was ever within 25 metres of the
    destination), all 0 or False until the episode has ended, since they would tell where to stop;
    and `attempts_left` counts the actions before the time limit. Definitions and sources are in
    `virl_env.free.metrics`. Answers are in no observation and no info:
    `env.unwrapped.expert_action()` gives the right action.

    ## Arguments
    * `city` ("gridhaven"): name of a city, one of `virl_env.CITY_NAMES`, a family and a seed such
      as "grid 12" (`virl_env.synthetic_city("grid", 12)`), the path of a city file such as
      "mine.npz", a `virl_env.City`, or several. Routes of "starhaven", the second training
      city, take all eight compass words; those of "gridhaven" four.
    * `routes` (None): routes of each city, the first so many of an endless list; None takes as many
      as there are, up to 1,000.
    * `route` (None): walk this `virl_env.Route` in every episode.
    * `turns` ((1, 4)): fewest and most turning points of a route, 0-7.
    * `length` ((100, 2000)): shortest and longest way of a route, metres.
    * `landmarks` ("any"): "all": at every turning point stands one; "none": at none.
    * `directions` ("absolute"): the rule. "absolute" (compass words), "relative" (left and right),
      a `virl_env.Directions`, or "random": for each episode a frame and a table of its words, never
      one of the two named rules.
    * `stated_directions` (None): the rule that the observation states, if not the one that scores.
    * `instructions` ("both"): what tells a turn: "both", "relative", "absolute", or "landmarks".
    * `style` (0): the wording of instructions in text.
    * `movement` ("rail"): or "free", which needs routes with a path in a known city.
    * `points_per_segment` (5): points between two turning points, 0-10.
    * `drop_rate` (0.0): with this probability each of those is left out (0.5 in the study).
    * `initial_heading` (None): draw one; "route": the route's own; or degrees.
    * `split` (None): "train", "validation" or "test" routes.
    * `split_by` ("route"): or "city": whole cities are left out.
    * `fold` ((0, 5)): (k, n); of n parts, part k is the test split, k + 1 the validation split.
      (k, n, v) makes part v the validation split, so that (0, 7, 6) to (5, 7, 6) share it.
    * `max_attempts` (2): at each point, 1-10. It, `points_per_segment` and `drop_rate` are of
      rails; the next four of free movement.
    * `max_steps` (None): actions before an episode is truncated; None for 4 times those that walk
      the route, which are its steps, a turn for each leg and the stop.
    * `shaping` (0.0): weight of the shaping reward, `shaping_discount` (0.99): its discount.
    * `expert` ("shortest"): the expert walks the shortest way to the destination; "route": it walks
      the route as the instructions tell it, where it stands on it.
    * `observation` (None): "onehot" for networks and libraries that take no `MultiDiscrete`.
    * `mask` ("syntax"): what `info["action_mask"]` and `action_masks()` rule out. "syntax":
      nothing. "full": turns in words that the scoring rule does not have, which gives the rule
      away; say so with results. None: there is no mask.
    * `mask_in_observation` (False): observations become a dict of `observations` and `action_mask`.
    * `render_mode` (None): "ansi", "rgb_array" (a map beside instruction, rule and outcome, uint8
      of shape (640, 960, 3)) or "human" (that in a window, which needs the
      extra [play]).

    ## Registered Configurations
    * `VIRLNavigation-v0`: the training city, absolute directions.
    * `VIRLNavigation-RuleOOD-v0`: relative directions.
    * `VIRLNavigation-VisualOOD-v0`: nine other cities, two routes each.
    * `VIRLNavigation-OOD-v0`: the same as `VIRLNavigation-VisualOOD-v0`.

    ## Version History
    * v0: first version.
    """

    keys = KEYS

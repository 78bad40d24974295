"""Reads which action of the task a text names, however it is written.

A text that is read is an action, as a call or in plain words, and then at most an explanation. So
everything before the action comes from a closed list, and the explanation has to begin like one and
may name no other action. What could be two actions is not read.
"""

from __future__ import annotations

import re
from functools import lru_cache

from virl_env.directions import WORDS
from virl_env.world.geometry import COMPASS, RELATIVE

MAX_ACTION = 500
"""Characters of the longest action that is read, its explanation included."""

FORWARD, STOP, TURN = "forward()", "stop()", "turn_direction({})"

_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u2018\u2019\u02bc", "'"),
        **dict.fromkeys('`*"“”„${}', ""),
        **dict(zip("（）［］：，", "()[]:,")),
        **dict.fromkeys("_\n\r\t\u00a0", " "),
        "→": "->",
    }
)
_latex = re.compile(r"\\(?:boxed|text\w*|math\w+) ?(?=\{)|\\(?=[\s_'\"(),])").sub
_quotes = re.compile(r"(?<![a-z])'|'(?![a-z])").sub
_blanks = re.compile(r" +").sub

# Directions. Single letters are read only as the argument of a call, where nothing else fits.
_COMPASS = r"(?:(?:north|south)[ -]?(?:east|west)|north|south|east|west)(?:wards?)?|[ns][ew]"
_SIDE = r"(?:to (?:the|your|my) )?(?:left|right)"
_RELATIVE = rf"(?:(?:slight(?:ly)?|bear)[ -]?{_SIDE}|{_SIDE}(?: slightly)?)"
_DIRECTION = rf"(?:{_COMPASS}|{_RELATIVE})"
_directions = re.compile(rf"\b{_DIRECTION}\b").finditer
_directions_and_letters = re.compile(rf"(?<!')\b(?:{_DIRECTION}|[nesw])\b").finditer
_dotted = re.compile(r"(?<![a-z0-9])([ns])(?:\. ?|-)([ew])(?![a-z])\.?").sub

_OPENING = re.compile(
    r"(?:(?:(?:the|my) )?(?:correct |right |next |final |best )?"
    r"(?:action|answer|decision|step|move)(?: to take)?(?: here| now)?(?: is(?: to)?|:| =)? |"
    r"(?:i|we)(?:'ll| will| should| must| need to| have to|'m going to| am going to|'d| would)? |"
    r"let's |let us |please |now,? |here,? |at this (?:point|intersection),? |just |call |do |"
    r"execute |perform |use |\d\. |[-:] )*"
).match

_VERB = r"(?:go|walk|move|head|step|proceed|continue|keep|advance)"
_MOVING = r"(?:going|walking|moving|heading)"
_AHEAD = r"(?:straight(?: ?(?:ahead|on|forward))?|ahead|forwards?|onwards?)"
_forward = re.compile(
    rf"(?:{_AHEAD}|{_VERB} ?(?:{_MOVING} )?(?:on )?(?:{_AHEAD}|on)|"
    rf"(?:keep|continue) (?:on )?{_MOVING}|(?:{_VERB} )?(?:on )?to the (?:next|following) point|"
    r"(?:take|make) (?:a|one) (?:single )?step(?: forwards?| ahead)?|"
    r"continue|proceed|advance|walk)\b"
    rf"(?: ?\( ?\)(?: heading (?:due )?(?:{_COMPASS})\b)?)?(?! ?\( ?\d)"
).match
_stop = re.compile(
    r"(?:(?:stop|halt)(?: (?:walking|moving)(?: forwards?| ahead)?| (?:the|this) (?:walk|route))?|"
    r"end (?:the |this )?(?:walk|route))\b(?: ?\( ?\))?"
).match
_TO = (
    r"(?:(?:(?:to|and|so (?:that )?(?:i|we|you)(?: will|'ll)?) )?(?:be )?(?:face|facing) |"
    r"towards? |to )?(?:the |due )?"
)
_NAMED = r"(?:(?:x|direction|dir|heading) ?[:=] ?)?"
_turn = re.compile(
    # A call, or its name with a word behind it.
    rf"(?:turn[ -]?direction[ (\[<:=>-]*{_NAMED}(?:turn )?{_TO}"
    rf"(?P<argument>{_DIRECTION}|[nesw])|"
    # In plain words, or called by them.
    rf"(?:turn|rotate) ?(?:{_TO}|[(:=] ?{_NAMED})(?P<turned>{_DIRECTION})|"
    rf"(?:(?:make|take) an? |go )(?P<taken>{_RELATIVE})|"
    rf"(?:face )?(?:due )?(?P<alone>{_DIRECTION}))\b(?: turn\b)?"
).match
_call_end = re.compile(r"(?: ?\( ?\))?[ )\]>]*").match

_LENGTH = r"\d+ ?(?:m|meters?|metres?|feet|ft|yards?|blocks?)\b"
_explains = re.compile(
    rf" ?(?:{_LENGTH}|[.,;:!#([=>]|-|//|$|\b(?:to|at|here|now|as|because|since|so|in order|"
    r"into|onto|on|along|towards?|until|till|for|facing|and face|from|this|"
    r"according to|per|once|"
    r"with (?:the|an?) [^.,;:()]{1,60}? (?:on (?:the|my|your) (?:left|right)|behind|ahead))\b)"
).match
_explains_walk = re.compile(r" ?(?:past|(?:by )?(?:one|1|a single) (?:step|point))\b").match
_letter = re.compile(r"[^\W\d_]").search
_side = re.compile(
    rf"(?:(?:on|at|to) )?(?:(?:the|my|your) )?{_DIRECTION}(?: side)? ?: ?"
    r"(?!(?:because|since|as|so|to|for|per|that|this|it|i|we|turn|now|at|according)\b)[^\W\d]"
).match
_placeholder = re.compile(
    r"(?:forward ?\( ?\),? (?:stop ?\( ?\),? )?or )?turn[ -]?direction ?\( ?x ?\)|"
    r"(?:the |your |next )?action(?: here)?"
).fullmatch
_doubt = re.compile(
    r"\?|\b(?:or|then|if|unless|when|once(?!\)?$)|maybe|perhaps|might|instead|rather|wait|actually|twice|"
    r"times|later|soon|after\w*|before|followed|otherwise|either|wrong|incorrect|unsure|not sure)\b"
).search
_taken_back = re.compile(
    r"(?:^|[^\w\s]) ?(?:but )?(?:no|not|never)"
    r"(?: (?:yet|now|here|needed|possible|allowed|right))*\W*$"
).search
_postponed = re.compile(rf"\b(?:next|upcoming|coming)\b|{_LENGTH}").search
_nouns = re.compile(
    r"\b(?:(?:(?:the|a|my|your|this|that|next|no|any|first|second|last)(?: \w+)?|bus|tram|train) "
    r"(?:turn(?:ing point)?|stop|walk)s?|"
    r"(?:not (?:yet )?(?:the )?time|no need|no reason) to (?:turn|stop))\b"
    rf"(?![ (-]*(?:direction|{_DIRECTION}\b))"
).sub
_turning = r"turn\w*|rotat\w+|bear|u-turn"
_facing = r"(?:to|and) (?:be )?fac(?:e|ing)"
_stopping = r"stop\w*|halt|end the"
_walking = rf"(?<!to ){_VERB}|(?<!to ){_MOVING}|forwards?"
_others = {
    FORWARD: re.compile(rf"\b(?:{_turning}|{_facing}|{_stopping})\b").search,
    STOP: re.compile(rf"\b(?:{_turning}|{_facing}|{_walking})\b").search,
    TURN: re.compile(rf"\b(?:{_stopping}|{_walking}|straight)\b").search,
}
_where = re.compile(r"\b(?:from|onto|into|along|(?:on|at|is to) (?:the|my|your|its|our)) ?$").search
_aims = re.compile(r"\b(?:fac(?:e|es|ing)|towards?|head(?:ing|ed))(?: to| the){0,2} ?$").search
_faced = re.compile(
    r"(?<!so )(?<!that )(?<!until )(?<!till )\b(?:(?:i|we|you)(?:'m|'re| am| are)?"
    r"(?: now| currently| still)?|currently|while|from) (?:fac\w+|head\w+) ?$"
).search
_in_name = re.compile(
    r" (?:\w+ )?(?:street|st|road|rd|avenue|ave|lane|drive|boulevard|square|side|end)\b"
).match
_bearing = re.compile(
    r"[ ,(=:)]*(\d{1,3}) ?(?:°|deg(?:rees?)?\b|\)|$)(?! ?(?:to \w+ )?(?:left|right|turn|\w*clock))"
).match
_DEGREES = {word: 45 * index for index, word in enumerate(COMPASS)} | {"left": 90, "right": 90}
_turns = re.compile(r"\bturn(?:[ -]?direction)?[ (=:]*(?:x ?= ?)?(?:to )?(?:the )?$").search
_said = re.compile(r"(?:\(|=|\b(?:is|now|meaning|means|i\.e\.),?) ?$").search


@lru_cache(maxsize=1024)
def read_action(text: str) -> str | None:
    """Return the action of the task that a text names, None where it names none, or several.

    "turn_direction(x='left')", "Turn left.", "left" and "turn_direction(left) to face west" name
    the turn to the left; "walk ahead" and "forward() - no turn yet" the walk; "stop here" the stop.
    Of a direction and another one in brackets, "left (west)", the first is the action, where one is
    of the compass and the other is not.

    Args:
        text: at most 500 characters; longer ones name none.
    """
    if len(text) > MAX_ACTION:
        return None
    text = _normal(text)
    opening = _OPENING(text)
    start = opening.end() if opening else 0
    for kind, read in ((FORWARD, _forward), (STOP, _stop), (TURN, _turn)):
        match = read(text, start)
        if match is None:
            continue
        word = _word(match) if kind is TURN else ""
        end = match.end()
        if kind is TURN and (close := _call_end(text, end)):
            end = close.end()
        return kind.format(word) if _is_explanation(text[end:], kind, word) else None
    return None


def names_side(text: str) -> bool:
    """Return whether a text tells on which side something is, as "left: Thyme Library" does.

    As the value of an action it is one; by itself it may as well be what somebody sees.
    """
    return _side(_normal(text[:MAX_ACTION])) is not None


def is_placeholder(text: str) -> bool:
    """Return whether a text is what prompts put in place of an action, or holds no letters."""
    text = _normal(text[:MAX_ACTION])
    return not _letter(text) or _placeholder(text) is not None


def _normal(text: str) -> str:
    """Return a text in lower case, with plain signs and single blanks."""
    text = _blanks(" ", _quotes("", _latex("", text.lower()).translate(_TYPOGRAPHY)))
    return _dotted(r"\1\2", text).strip(" .<>[]")


def _word(match: re.Match[str]) -> str:
    """Return the direction that a turn names, as the rules write it."""
    return _spelled(next(filter(None, match.groups())))


_LETTERS = {word.replace(" ", ""): word for word in WORDS}
_LETTERS |= {"n": "north", "e": "east", "s": "south", "w": "west"}
_LETTERS |= {"ne": "northeast", "nw": "northwest", "se": "southeast", "sw": "southwest"}
_small = re.compile(r"[ -]|to (?:the|your|my) |(?<=[th])wards?").sub
_slight = re.compile(r"slight(?:ly)?|bear").subn


def _spelled(written: str) -> str:
    letters, slightly = _slight("", _small("", written))
    return _LETTERS["slightly" * slightly + letters]


def _is_explanation(rest: str, kind: str, word: str) -> bool:
    """Return whether what follows an action explains it, and names no other one."""
    bearing = _bearing(rest) if kind is TURN else None
    if bearing is not None and word in _DEGREES:
        if int(bearing[1]) % 360 != _DEGREES[word]:
            return word in RELATIVE and _is_told(rest, kind, word)
        rest = rest[bearing.end() :].lstrip(" )]")
    return _is_told(rest, kind, word)


def _is_told(rest: str, kind: str, word: str) -> bool:
    """Return whether a rest without degrees explains an action."""
    if not rest.strip(" )].!;"):
        return True
    told = _nouns("", rest)
    explains = _explains(rest) or (kind is FORWARD and _explains_walk(rest))
    if not explains or _doubt(rest) or _taken_back(rest) or _others[kind](told):
        return False
    if kind is FORWARD:
        return all(_describes(match, kind, word) for match in _directions(rest))
    if _postponed(rest) or (word in ("left", "right") and "slight" in rest):
        return False
    find = _directions_and_letters if kind is TURN else _directions
    return all(_describes(match, kind, word) for match in find(rest))


def _describes(match: re.Match[str], kind: str, word: str) -> bool:
    """Return whether a direction in an explanation says where something is, or one faces."""
    before = match.string[: match.start()]
    if kind is TURN and _turns(before):
        return _spelled(match.group()) == word
    if _where(before):
        return True
    aims = _aims(before) is not None
    other = _spelled(match.group())
    if kind is not TURN:
        return (aims and other in COMPASS) or _said(before) is not None
    if other == word or (other in RELATIVE) is not (word in RELATIVE):
        return True
    # "West to face north" contradicts itself; "west as I face north" does not.
    named = _in_name(match.string, match.end()) is not None
    return aims and (named or _faced(before) is not None)

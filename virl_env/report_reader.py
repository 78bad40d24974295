"""Reads whether an observation says that one stands at an intersection.

A wrong report makes a wrong action worse, so doubt must not cost anything: a few plain statements
are read, and everything else reports nothing. An observation is taken apart into pieces, and a
piece is a statement only as a whole: in "50 meters from the intersection" or "I passed the
intersection" the other words take it out. What stands around a statement may still put it in doubt.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import dropwhile, product
from typing import NamedTuple

from virl_env import report_clauses as clauses

MAX_REPORT = 4_000
"""Characters of the longest observation that is read; longer ones report nothing."""

_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u2018\u2019\u02bc", "'"),
        **dict(zip("（）：，。；？", "():,.;?")),
        "_": " ",
    }
)
_sentences = re.compile(r"[.;!|\n]").split
_pieces = re.compile(
    r"[,()\[\]]|(?<!intersection)\s-+\s|\b(?:and|but|while|although|though)\b"
).split
_answer_in_brackets = re.compile(r"\((yes|no|true|false)\)").sub
_contracted = re.compile(r"\b(\w+)(n't|'m|'re|'s)\b").sub
_FULL = {"n't": "not", "'m": "am", "'re": "are", "'s": "is"}
_tokens = re.compile(r"\w+|[^\w\s:='\"*#>-]").findall
"""Words, and signs that no statement has."""

_NEUTRAL = frozenset(
    (
        *("a", "an", "any", "also", "this", "yet", "still", "now", "currently"),
        *("standing", "located", "positioned", "directly", "exactly"),
        *("busy", "large", "major", "minor", "small", "road", "street"),
    )
)

# A statement is looked up without neutral words, and with "here" or without it.
_ME = ("i am", "we are", "you are", "the walker is", "the agent is")
_POINT = ("is", "it is", "point is", "place is", "the current point is", "my position is")
_OBSERVE = ("observe", "i observe", "we observe", "you observe")
_NOTED = ("here", "observed", "present", "detected", "reported")
_NEARBY = ("", *_NOTED, "visible", "seen", "nearby", "around", "in sight", "in view")
_AT = ("at intersection", "at the intersection", "in the intersection")


def _all(*parts: tuple[str, ...]) -> frozenset[str]:
    """Return every choice of one wording from each part, as texts."""
    return frozenset(" ".join(filter(None, chosen)) for chosen in product(*parts))


_BARE = _all(_AT)
"""Says that one is there only where nothing else in the sentence can be what is there."""

_HERE = (
    _all(_ME, _AT)
    | _all(_POINT, ("intersection", "the intersection"))
    | _all(("there is", *_OBSERVE), ("intersection",))
    | _all(("intersection",), ("", "is"), _NOTED)
)
_ANY = ("intersection", "intersections")
_NONE = ("no intersection", "no intersections", "0 intersections", "zero intersections")
_SEE = ("", "there is", "there are", "is", "i see", "we see", "you see", *_OBSERVE)
_NOT_HERE = (
    _all(("", *_ME), ("not",), _AT)
    | _all(("", *_POINT), ("not intersection",))
    | _all(_SEE, _NONE, _NEARBY)
    | _all(_NONE, ("is", "are"), _NEARBY[1:])
    | _all(("there is not", "there are not"), _ANY, _NEARBY)
    | _all(("i do not", "we do not"), ("see", "observe"), _ANY, _NEARBY)
    | _all(("intersection not", "intersection is not"), _NEARBY[1:])
)
_value = re.compile(
    r"(?:whether )?(?:there is |is |point is )?(?:at )?intersections?"
    r"(?: observed| present| visible)? "
    r"(?:(yes|true)|(?:no|none|false|0|absent)(?: intersections?)?(?: nearby)?)"
).fullmatch
_denies_both = re.compile(
    r"(?:there (?:is|are) |i see )?"
    r"(?:(?:no|without|neither) (?:\w+ ){1,3}n?or intersections?|no intersections? n?or \w+)"
    rf"(?: (?:{'|'.join(_NEARBY[1:])}))?"
).fullmatch
_named = re.compile(r"(.*?\bintersection) (?:of|between|with) (.*)").fullmatch

_unsure = re.compile(
    r"\?|\b(?:if|unless|whether|maybe|perhaps|may|might|could|possibly|probably|likely|seem\w*|"
    r"appear\w*|looks?|think|guess|assum\w+|believe|suppos\w+|expect\w*|(?:un)?sure|unclear|"
    r"uncertain|unknown|except|wait|actually)\b"
).search
_far = re.compile(
    r"\b(?:ahead|in front|distance|away|far|farther|further|\d+ ?k?m|\w*met(?:er|re)s?|feet|ft|"
    r"yards?|blocks?|soon|later|next|upcoming|coming|approach\w*|reach\w*|towards?|near(?!by)\w*|"
    r"close\w*|before|after|past|pass(?:ed|ing)?|was|were|been|until|till|walk\w*|behind (?:me|us)|"
    r"(?:i|we|have|has) left|no longer)\b"
).search
_elsewhere = re.compile(
    r"\W*(?:at|in|on|to|by|from|along|across|over|down|up|under|beyond|beside|with|where|"
    r"when|once|as|since|because|while|after|before|if)\b"
).match
_nothing = re.compile(r"\W*(?:no|not|nothing|none)\b").match


@lru_cache(maxsize=1024)
def read_intersection(observation: str) -> bool | None:
    """Return whether an observation reports an intersection here, None where it leaves that open.

    "I am at an intersection", "there is an intersection" and "intersection: yes" report one; "no
    intersection", "not at an intersection" and "intersection: no" report that there is none. With
    anything else in the statement, with doubt or a distance around it, and where statements
    contradict each other, nothing is reported.
    """
    text = observation.lower()
    if "intersection" not in text or len(text) > MAX_REPORT:
        return None
    text = _answer_in_brackets(r" \1 ", text.translate(_TYPOGRAPHY))
    text = _contracted(_written_out, text) if "'" in text else text
    reports: set[bool] = set()
    contradicts: set[bool] = set()
    behind = _Doubts(0, 0)
    is_placed = is_denied = False  # by a later sentence
    sentences = list(dropwhile(lambda one: "intersection" not in one, _sentences(text)))
    for sentence in reversed(sentences):
        pieces = [piece for piece in _pieces(sentence) if not piece.isspace() and piece]
        doubts = [_doubts(piece) for piece in pieces]
        total = _Doubts(*(sum(kind) for kind in zip(behind, *doubts)))
        told = [
            _statement(piece, pieces[0] if index else "", pieces[index - 1])
            for index, piece in enumerate(pieces)
        ]
        apart = [
            one.here is not None or clauses.is_apart(piece) for piece, one in zip(pieces, told)
        ]
        denies = [clauses.denies_none(piece) for piece in pieces]
        for index, (piece, (said, tail, is_answer)) in enumerate(zip(pieces, told)):
            # Only what stands around the statement may put it in doubt: "isn't" does not.
            unsure, far = (
                every - own + more for every, own, more in zip(total, doubts[index], _doubts(tail))
            )
            after = index + 1
            if said:
                after += bool(tail) and clauses.is_street("".join(pieces[after : after + 1]))
                around = apart[after:] if is_answer else apart[:index] + apart[after:]
                counters = far or is_placed or clauses.is_place(tail) or not all(around)
            else:
                counters = is_denied or any(denies[after:])
            if said is not None and not unsure and not counters:
                reports.add(said)
            elif piece.strip(" '\"") in ("intersection", "an intersection"):
                contradicts.add(True)  # no statement, but it does not go with "no intersection"
        behind = total
        is_denied = is_denied or any(denies)
        is_placed = is_placed or any(
            one.here is None and clauses.is_of_it(piece) for piece, one in zip(pieces, told)
        )
    return reports.pop() if reports and len(reports | contradicts) == 1 else None


def _written_out(match: re.Match[str]) -> str:
    return f"{match.group(1)} {_FULL[match.group(2)]}"


class _Doubts(NamedTuple):
    """How many pieces say that something is uncertain, and how many that it is not here."""

    unsure: int
    far: int


def _doubts(piece: str) -> _Doubts:
    if not piece:
        return _Doubts(0, 0)
    return _Doubts(_unsure(piece) is not None, _far(piece) is not None)


class _Statement(NamedTuple):
    """What a piece reports.

    Attributes:
        here: whether there is an intersection here; None where the piece reports nothing.
        tail: the rest of the piece, which names what is there.
        is_answer: whether it is an answer with its own words before it, as "intersection: yes".
    """

    here: bool | None
    tail: str = ""
    is_answer: bool = False


def _statement(piece: str, first: str, before: str) -> _Statement:
    """Return what a piece of a sentence reports.

    Args:
        piece: the piece.
        first: the piece that its sentence begins with, "" where this is it.
        before: the piece before it, of no account where there is none.
    """
    if "intersection" not in piece:
        return _Statement(None)
    words = [word for word in _tokens(piece) if word not in _NEUTRAL]
    said = " ".join(words)
    value = _value(said)
    if value is not None:
        return _Statement(value.group(1) is not None, is_answer=True)
    if said[:4] == "yes ":
        said = said[4:]
    tail = ""
    if named := _named(said):
        said, tail = named.groups()
    wordings = {said, " ".join(word for word in said.split(" ") if word != "here")}
    if _NOT_HERE & wordings or (_denies_both(said) and not tail):
        return _Statement(False, tail)
    is_bare = bool(_BARE & wordings) and (not first or _nothing(before) is not None)
    if is_bare or (_HERE & wordings and not (first and _elsewhere(first))):
        return _Statement(True, tail)
    return _Statement(None)

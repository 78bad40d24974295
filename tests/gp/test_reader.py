"""The reader of replies: what models write, what nobody writes, and the work it takes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from gp_env.notation import plain_formula
from gp_env.reader import Reply, parse_reply
from shiftgym import objects
from shiftgym.replies import MAX_CHARACTERS, TOO_LONG

CARDS, NUMBER, FORMULA = ("5", "K", "2", "7"), (5, 10, 2, 7), "10+5+7+2"
FULL = Reply(CARDS, NUMBER, FORMULA)
PLAIN = json.dumps({"cards": CARDS, "number": NUMBER, "formula": FORMULA})

WHOLE = {
    "plain": PLAIN,
    "indented": json.dumps(json.loads(PLAIN), indent=4),
    "fenced": f"```json\n{PLAIN}\n```",
    "prose around": f'Let\'s see. I\'d use "10" first:\n{PLAIN}\nThat\'s it: a {{nice}} "one".',
    "thoughts before": f'<think>Maybe {{"formula": "5*5-1"}}? No, {{5, 10}}.</think>{PLAIN}',
    "thoughts cut off": f'<think>Try {{"cards": ["5", "formula": "5*5 - no.</think>\n{PLAIN}',
    "open quote before": f'{{"cards": ["5", "K and then I stop. {PLAIN}',
    "open single quote before": f"{{'formula': 'well {PLAIN}",
    "open key before": f'A {{"cards {PLAIN}',
    "open brace before": f"A set {{ of cards isn't enough. {PLAIN}",
    "earlier answers": f'{{"formula": "1"}} {{"formula": "2"}}\n{PLAIN}',
    "cut off after": f'{PLAIN}\nOr better: {{"cards": ["5", "K"], "formula": "5*(10-',
    "cut off in a string": f'{PLAIN} {{"formula": "',
    "python": str({"cards": list(CARDS), "number": list(NUMBER), "formula": FORMULA}),
    "python literals": str({**json.loads(PLAIN), "sure": True, "why": None}),
    "trailing commas": '{"cards":["5","K","2","7",],"number":[5,10,2,7,],"formula":"10+5+7+2",}',
    "no commas": '{"cards": ["5","K","2","7"]\n"number": [5, 10, 2, 7]\n"formula": "10+5+7+2"\n}',
    "smart quotes": "{“cards”: [“5”, “K”, “2”, “7”], “number”: [5,10,2,7], “formula”: “10+5+7+2”}",
    "bare keys": "{cards: [5, K, 2, 7], number: [5, 10, 2, 7], formula: 10+5+7+2}",
    "other case": '{"Cards": ["5","K","2","7"], "NUMBER": [5,10,2,7], " Formula ": "10+5+7+2"}',
    "comments": '{"cards": ["5","K","2","7"], // as dealt\n# next\n"number": [5,10,2,7], '
    '"formula": "10+5+7+2" // done\n}',
    "numeric strings": '{"cards": ["5","K","2","7"], "number": ["5","10","2","7"], '
    '"formula": "10+5+7+2"}',
    "lists as strings": '{"cards": "5, K, 2, 7", "number": "[5, 10, 2, 7]", "formula": "10+5+7+2"}',
    "lists with blanks": '{"cards": "5 K 2 7", "number": "5 10 2 7", "formula": "10+5+7+2"}',
    "apostrophes": "{'note': 'I don't know', 'cards': ['5','K','2','7'], 'number': [5,10,2,7], "
    "'formula': '10+5+7+2'}",
    "quotes inside": '{"note": "the "right" one", "cards": ["5","K","2","7"], "number": [5,10,2,7],'
    ' "formula": "10+5+7+2"}',
    "newline in a string": '{"note": "first\nthen", "cards": ["5","K","2","7"], '
    '"number": [5,10,2,7], "formula": "10+5\n+7+2"}',
    "nested": f'{{"answer": {PLAIN}}}',
    "in a list": f"[{PLAIN}]",
    "outer wins": f'{PLAIN[:-1]}, "other": {{"formula": "1"}}}}',
    "last key wins": '{"formula": "1", ' + PLAIN[1:],
    "doubled braces": f"{{{PLAIN}}}",
    "escaped": json.dumps(PLAIN),
    "tool call": json.dumps(
        {"name": "answer", "arguments": json.dumps(json.loads(PLAIN), indent=1)}
    ),
    "braces in a string": '{"note": "a } and a {", ' + PLAIN[1:],
    "wide": "｛“cards”：[“5”，“K”，“2”，“7”]，“number”：[5，10，2，7]，“formula”：“10+5+7+2”｝",
}


@pytest.mark.parametrize("name", WHOLE)
def test_reads_what_models_write(name: str) -> None:
    reply = parse_reply(WHOLE[name])
    assert reply.formula is not None
    assert re.sub(r"\s", "", reply.formula) == FORMULA
    assert (reply.cards, reply.number) == (CARDS, NUMBER)


@pytest.mark.parametrize(
    "written, formula",
    [
        (r"5 \times 5 - 1", "5 * 5 - 1"),
        (r"5 \\times 5 - 1", "5 * 5 - 1"),
        (r"5\times5\div1\cdot2", "5*5/1*2"),
        (r"\left(5-1\right)*6", "(5-1)*6"),
        (r"\(5*5-1\)", "5*5-1"),
        (r"\\(5*5-1\\)", "5*5-1"),
        (r"\[ 5*5-1 \]", "5*5-1"),
        ("$5*5-1$", "5*5-1"),
        ("$$5*5-1$$", "5*5-1"),
        (r"\(5-1\)*\(7-1\)", "(5-1)*(7-1)"),
        (r"5\*5-1", "5*5-1"),
        (r"48\/2", "48/2"),
        (r"\frac{8}{3-\frac{8}{3}}", "((8)/(3-((8)/(3))))"),
        (r"\\dfrac{48}{2}\,", "((48)/(2))"),
        (r"\frac{8}{3", r"\frac{8}{3"),
        (r"\frac83", "((8)/(3))"),
        (r"\frac{8}3", "((8)/(3))"),
        (r"\cfrac 8{3-1}\qquad", "((8)/(3-1))"),
        (r"\frac{8}{3-\frac83}", "((8)/(3-((8)/(3))))"),
        (r"\frac8", r"\frac8"),
        (r"\frac{8}y{3}", r"\frac{8}y{3}"),
        (r"\Bigl[(5-1)\Bigr]*\bigl\{6\bigr\}", "((5-1))*(6)"),
        (r"\text{5*5}-1", "5*5 -1"),
        ("{5-1}*[6]", "(5-1)*(6)"),
        ("[5-1)*(6]", "[5-1)*(6]"),
        ("（５－１）＊６", "（5－1）＊6"),
        ("5‐1‑1‒1—1–1", "5-1-1-1-1–1"),
        ("5 x 5 X 1", "5 * 5 * 1"),
        ("max 5", "max 5"),
        ("0x18", "0x18"),
        ("5.0*5.00-1.", "5*5-1"),
        ("5.5*5", "5.5*5"),
        ("5*5 - ...", "5*5 - ..."),
        ("5*5-1 → 24", "5*5-1 = 24"),
        ("5*5-1 == 24", "5*5-1 = 24"),
        ("5*5-1, which equals 24.", "5*5-1= 24"),
        (r"\sqrt{9}*8", r"\sqrt{9}*8"),
        (r"5\u00d75\u22121", "5×5−1"),
        ("5×5−1", "5×5−1"),
        (r"5*5\n-1", "5*5 -1"),
        ("5*5-1 = 24", "5*5-1 = 24"),
        ("", ""),
        ("\\" * 50, ""),
    ],
)
def test_formula_in_latex_and_escapes(written: str, formula: str) -> None:
    assert parse_reply(f'{{"formula": "{written}"}}').formula == formula


@pytest.mark.parametrize(
    "written, formula",
    [("24", "24"), ("(5-1)*6", "(5-1)*6"), ("True", "True"), ("nullify", "nullify")],
)
def test_bare_word_stands_for_its_text(written: str, formula: str) -> None:
    assert parse_reply(f'{{"formula": {written}}}').formula == formula


@pytest.mark.parametrize(
    "formula", ['["5*5-1", "24"]', '{"a": "5", "b": "5"}', "", "null", "None", "...", "[]", "NULL"]
)
def test_what_is_no_formula_is_unreadable_and_hides_none(formula: str) -> None:
    empty = f'{{"formula": {formula}}}'
    assert parse_reply(empty) == Reply()
    assert parse_reply(PLAIN + empty) == FULL


@pytest.mark.parametrize(
    "number, read",
    [
        ("[5, 10]", (5, 10)),
        ("[]", ()),
        ("[-5, +10]", (-5, 10)),
        ("7", (7,)),
        ("[5.0, 10.]", (5, 10)),
        ("[5.5, 1e1]", (None, None)),
        ('[5, "K"]', (5, None)),
        ("[5, ten]", (5, 10)),
        ('["K = 10", "5: 5", "A→1"]', (10, 5, 1)),
        ('[{"5": 5}, {"K": 10}]', (5, 10)),
        ("[...]", None),
        ("[5, null]", (5, None)),
        ("[[5, 10]]", (None,)),
        ("[5, {}]", (5, None)),
        ("five", (5,)),
        ("many", (None,)),
        ("{}", None),
        ("(5, 10)", None),
        ('"(5, 10)"', (5, 10)),
        ('""', None),
        ("null", None),
        ('["٣"]', (None,)),
        (f"[{'9' * 40}]", (int("9" * 40),)),
        (f"[{'9' * 41}]", (None,)),
    ],
)
def test_number(number: str, read: tuple[int | None, ...] | None) -> None:
    assert parse_reply(f'{{"number": {number}, "formula": "1"}}') == Reply(None, read, "1")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "24",
        "formula",
        "5*5-1",
        "{}",
        '{"formula"}',
        '{"formula": "5*5-1"]',
        '{"formula": 5*5-1',
        '{"formula": "5*5-1", "cards": ["5"',
        '{"formula": "5*5-1", "number":',
        '{"formula": "5*5-1", and so on',
        '{"cards": ["5", "formula": "5*5-1"}',
        '[{"formula": "5*5-1"}, {"formula": "5*5"}]',
        "{" * 100 + '"formula": "1"' + "]" * 100,
    ],
)
def test_unreadable(text: str) -> None:
    assert parse_reply(text) == Reply()


@pytest.mark.parametrize(
    "reply", [None, b'{"formula": "1"}', {"formula": "1"}, 24, ["{"], object()]
)
def test_anything_but_text_is_unreadable(reply: object) -> None:
    assert parse_reply(reply) == Reply()


def test_depth_is_bounded() -> None:
    def nested(depth: int) -> str:
        return '{"a":' * (depth - 1) + '{"formula": "1"}' + "}" * (depth - 1)

    assert parse_reply(nested(32)).formula == "1"
    assert parse_reply('{"formula": "2", "a": ' + nested(31) + "}").formula == "2"
    # One bracket too many breaks the objects around it, and not the answer inside.
    assert parse_reply('{"formula": "2", "a": ' + nested(32) + "}").formula == "1"


def test_only_the_end_of_a_very_long_reply_is_read() -> None:
    assert parse_reply(PLAIN + "Check: fine. " * 6_000) == FULL
    assert parse_reply(PLAIN + " " * (MAX_CHARACTERS - len(PLAIN))) == FULL
    cut = parse_reply(PLAIN + " " * MAX_CHARACTERS)
    assert cut == Reply()
    assert cut.reason == TOO_LONG
    assert parse_reply("{" * 10**6 + PLAIN) == FULL


FRAGMENTS = (
    *("{", "}", "[", "]", ":", ",", '"', "'", "\\", "\n", " ", "//", "#", "$", "“", "１", "\ud800"),
    *('"formula"', "formula:", '{"formula": "', '{"a":', "{'a':\"", '"b"', '\\"', "5*5", "\\frac{"),
    *("<think>", "null", "10", '"}', '{"number": [', '{"cards": "', "}{", '": "', "', '"),
)
soup = st.lists(st.sampled_from(FRAGMENTS), max_size=60).map("".join)


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(), soup, st.tuples(st.text(), soup).map("".join)))
def test_never_raises(text: str) -> None:
    for given_text in (text, text + PLAIN, PLAIN + text, PLAIN[:40] + text + PLAIN[40:]):
        assert isinstance(parse_reply(given_text), Reply)
    for answer in ({"formula": text}, {"number": [text], "cards": text, "formula": "1"}):
        assert isinstance(parse_reply(json.dumps(answer)), Reply)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(exclude_characters="{")), st.text(), st.booleans())
def test_noise_around_an_object_changes_nothing(before: str, after: str, ascii_only: bool) -> None:
    after = after.replace("{", "").replace("｛", "")
    before = before.replace("｛", "")
    answer = {"cards": CARDS, "number": NUMBER, "formula": "5×5−1"}
    text = before + json.dumps(answer, ensure_ascii=ascii_only) + after
    assert parse_reply(text) == Reply(CARDS, NUMBER, "5×5−1")


@settings(max_examples=500, deadline=None)
@given(soup, st.sampled_from([PLAIN, WHOLE["indented"], WHOLE["fenced"]]))
@example("{'a':\"{'a':\"", PLAIN)
def test_broken_objects_before_do_not_hide_the_formula(before: str, answer: str) -> None:
    before = before.replace("<think>", "")  # what follows it is thought
    # What says something itself may be another answer, side by side with this one in a list.
    assume(parse_reply(before).formula is None)
    assert parse_reply(before + "\n" + answer).formula == FORMULA


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.text(alphabet="abcxyz ", min_size=1),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.text(alphabet=st.characters(exclude_characters="{")), inner, max_size=3
                )
            ),
            max_leaves=8,
        ),
        max_size=4,
    ),
    st.text(alphabet="0123456789+-*/() "),
)
def test_agrees_with_json_where_the_reply_is_json(other: dict[str, Any], formula: str) -> None:
    # Quotes in strings are guessed at by what follows them: leave those that may mislead out, and
    # keys with braces, which are taken for a quote left open.
    text = json.dumps({**other, "formula": formula})
    if "'" not in text and '\\"' not in text and "“" not in text:
        read = parse_reply(text)
        assert read.formula == plain_formula(formula)
        assert not read.in_format or not other


class _Work:
    """Counts the characters that the scanner's patterns pass over."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.characters = 0
        for name in ("_token", "_colon", "_start"):
            monkeypatch.setattr(objects, name, self._counted(getattr(objects, name)))
        closing = {quote: self._counted(search) for quote, search in objects._closing.items()}
        monkeypatch.setattr(objects, "_closing", closing)

    def _counted(self, pattern: Any) -> Any:
        def call(text: str, at: int = 0) -> Any:
            match = pattern(text, at)
            is_search = pattern.__name__ == "search"
            end = match.end() if match else len(text) if is_search else at
            self.characters += end - at + 1
            return match

        return call


UNITS = (
    *(
        "{",
        "[",
        '"',
        "'",
        "\\",
        " ",
        "}",
        "{ ",
        "{'",
        '{"',
        "{{{{}",
        '{"{"',
        '{"a":"b}',
        "{a b",
        "{:",
    ),
    *(
        '{"a":{"a":',
        '{"a":[',
        '{"formula": "',
        '{"formula":1}',
        '{"formula":"1",',
        "{'a':\"",
        "{a:'{b:\"",
    ),
    *(
        '"a" "',
        '{"x":"\\"',
        '{"a":"{\'b\':"',
        '{"formula":"\\\\',
        '{"formula": {"a":"b" ',
        "{'formula'",
    ),
    *(
        '"  {"formula"  :  ',
        '} {"formula":',
        '{"a"://',
        '{"a":"b" "c" ',
        '{"a":"x"\n:',
        '{"formula":"\\frac{',
    ),
    *("{'x': \"y' : ", "[{'a': [\"", "{\"a\": '{'a': \"", "{a:[b,{c:[", '{"":"', "{formula:}"),
)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("size", [1_000, 30_000])
def test_work_is_linear(unit: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    filler = (unit * (size // len(unit) + 1))[:size]
    work = _Work(monkeypatch)
    for ending in ("", '":1,"formula":2}', "'}", PLAIN):
        work.characters = 0
        text = '{"formula": "1"}' + filler + ending
        reply = parse_reply(text)
        # Where no answer is found, the text is read again in other ways.
        assert work.characters <= (8 if reply.formula else 40) * len(text)
        if ending == PLAIN:
            assert reply.formula == FORMULA


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=12).map("".join))
def test_work_is_linear_for_whatever_repeats(unit: str) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        work = _Work(monkeypatch)
        text = unit * (3_000 // len(unit)) + '"formula": 1}'
        parse_reply(text)
        assert work.characters <= 40 * len(text)

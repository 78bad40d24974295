r"""Turns a formula as models write it into the plain grammar of `gp_env.arithmetic.scan`.

LaTeX, Markdown, HTML's entities, other brackets and signs: each stands for something in the plain
grammar or for nothing. What is not known stays as it came, and makes the formula illegal. Every
step is a pass of linear time.
"""

from __future__ import annotations

import re

from gp_env.arithmetic import scan
from shiftgym.phrases import without_label
from shiftgym.replies import without_entities

FORMULA_NAMES = ("formula", "expression", "equation", "公式")
"""What a formula is called before a colon, "is" or an equals sign."""

_escape = re.compile(r"\\+(?:u([0-9A-Fa-f]{4})|([A-Za-z]+|.))?|\$", re.DOTALL).sub

_COMMANDS = {
    **dict.fromkeys(("times", "cdot", "ast", "bullet"), "*"),
    "div": "/",
    **dict.fromkeys(("left", "right", "middle", "displaystyle", "checkmark"), ""),
    **{f"{size}{side}": "" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r")},
    **dict.fromkeys(("n", "t", "r", "quad", "qquad", "enspace", "thinspace"), " "),
    **dict.fromkeys(("lparen", "lbrack", "lbrace"), "("),
    **dict.fromkeys(("rparen", "rbrack", "rbrace"), ")"),
    **dict.fromkeys(("to", "rightarrow", "Rightarrow", "implies", "equiv"), "="),
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac"), "\\frac"),
    **dict.fromkeys(("boxed", "fbox", "text", "textbf", "mathrm", "mathbf", "bm"), "\\text"),
}
"""LaTeX commands that stand for an operator or for nothing, and JSON's escapes for blanks. No
formula holds a tab: `\\times` in a string that forgot to double the backslash means LaTeX."""

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‐‑‒—―﹣⁃➖", "-"),
        **dict.fromkeys("•✖⨯⨉﹡", "*"),
        "➕": "+",
        "➗": "/",
        **dict.fromkeys("→⇒⟶⟹➜➔≡", "="),
        **dict.fromkeys("［【〔", "["),
        **dict.fromkeys("］】〕", "]"),
        "｛": "{",
        "｝": "}",
        "∶": ":",
        "：": ":",
        **{chr(ord("０") + digit): str(digit) for digit in range(10)},
        **dict.fromkeys("\ufe0e\ufe0f\u200c\u200d"),
    }
)
"""Signs that stand for one of the plain grammar, beside those that `scan` knows itself."""

_equals = re.compile(
    r"={2,}|[-=]{1,3}>|(?<=\s)#\s{0,3}=|"
    r"[,;]?\s{0,3}\b(?:which\s{1,3})?"
    r"(?:equals|is equal to|makes|gives|evaluates to|is(?=\s{1,3}[0-9]{1,40}\W{0,9}\Z))\b|等于"
).sub
_label_of_target = re.compile(r"\s{0,9}([2-9][0-9]|100)\s{0,3}:").match
"""A number that no card counts: "24: ..." tells what the formula makes, and divides nothing."""
_quotes_at_equals = re.compile(
    r"[`'\"]{1,3}\s{0,3}=|=\s{0,3}[`'\"]{1,3}|\*\*\s{0,3}=\s{0,3}\*\*"
).sub
_bold_formula = re.compile(r"\*\*((?:(?!\*\*)[^=]){1,999})\*\*\s{0,3}=").match
_bold_claim = re.compile(r"=\s{0,3}\*\*([0-9]{1,40})\*\*").sub
_praise = re.compile(
    r"(?<=[0-9])\s{0,3}(?:\\text\s{0,3}\{\s{0,3})?"
    r"\(\s?(?:correct|right|(?:the )?target|as required)[.!]?\s?\)\s{0,3}\}?\s*\Z",
    re.IGNORECASE,
).sub
_times = re.compile(r"(?<=[0-9)\]}\s])(?<!\b0)[xXхХ](?=[0-9(\[{\s])").sub
_word = re.compile(r"\b(plus|minus|times|multiplied by|divided by)(?=\s{1,3}[0-9(\[{]|[(\[{])").sub
_WORDS = {"plus": "+", "minus": "-", "times": "*", "multiplied by": "*", "divided by": "/"}
_over = re.compile(r"(?<=[0-9)\]}])(\s*):(?=\s*[0-9(\[{])").sub
_decimal = re.compile(r"(?<![0-9.])([0-9]{1,40})\.0{1,40}(?![0-9.])").sub
_claim_in_brackets = re.compile(r"\(\s*(=[^()]*)\)\s*\Z").sub
_AROUND = " \t\n\r`'\"_✓✔✅☑🎉🎊🎯🥳🏆👍👌🙌💯✨⭐🔥😀😃😄😁😊🙂😎"
_pair = re.compile("[\ud800-\udbff][\udc00-\udfff]").sub
_line_break = re.compile(r"<br\s?/?>\s*\Z").sub
_braces = re.compile(r"(\\frac\s*(?:[0-9]\s*(?:[0-9]|(?=\{))|(?=\{))|\\text\s*\{|[()\[\]{}])").split
_fraction_of_digits = re.compile(r"\\frac\s*([0-9])\s*([0-9]?)").match


def plain_formula(text: str) -> str:
    r"""Return a formula in the plain grammar, or what is left of it where it has no such form.

    Read are, besides what the plain grammar has: LaTeX (`\times`, `\frac{a}{b}`, `\left(`, `\boxed`
    and `\text` around it, `$`), words ("times"), `[ ]` and `{ }` as brackets where they match, x as
    times and `:` as over between numbers or brackets, full-width signs, every dash as minus, 4.0 as
    4, HTML's entities, backticks, bold, quotes, a label ("Formula: ", "24: "), a closing period,
    tick, emoji or "(correct)", and ==, an arrow, "equals" and "is" for an equals sign. A formula of
    the plain grammar is left as it is.
    """
    if scan(text) is not None:
        return text.strip()
    text = without_escapes(text)
    if "&" in text:
        text = without_entities(text)
    text = _line_break("", text.translate(_PLAIN))
    text = _without_marks(_equals("=", _trimmed(without_label(text, FORMULA_NAMES))))
    text = _claim_in_brackets(r"\1", text).strip(" \n\t=")
    if label := _label_of_target(text):
        text = f"{label[1]} = {text[label.end() :]}"
    text = _word(lambda word: _WORDS[word[1]], text)
    text = _decimal(r"\1", _over(r"\1/", _times("*", text)))
    return _with_round_brackets(text)


def without_escapes(text: str) -> str:
    """Return a text without JSON's escapes and LaTeX's commands; those not known stay."""
    if "\\" not in text and "$" not in text:
        return text.strip()
    text = text.strip().replace("\\\\", "\\")
    if text.startswith("\\(") and text.endswith("\\)") and text.count("\\(") == 1:
        text = text[2:-2]  # LaTeX's sign for a formula in a line, not a bracket
    text = _escape(_unescaped, text).strip()
    # JSON escapes an emoji as two halves, which are one sign only together.
    return _pair(lambda halves: _whole(halves[0]), text)


def _whole(halves: str) -> str:
    return halves.encode("utf-16", "surrogatepass").decode("utf-16")


def _unescaped(match: re.Match[str]) -> str:
    code, escaped = match.group(1, 2)
    if code:
        return chr(int(code, 16))
    if not escaped or escaped in "[]":
        return ""
    if escaped.isalpha():
        return _COMMANDS.get(escaped, f"\\{escaped}")
    return " " if escaped in ",;:!" else escaped


def _trimmed(text: str) -> str:
    """Return the text without marks around it that are no part of a formula."""
    for _ in range(3):
        text = text.strip(_AROUND)
        # Behind a formula alone "!" is a factorial, behind "= 24" it is joy.
        closing = (".", "。", ",", ";", *("!" if "=" in text else ""))
        if text.endswith(closing) and not text.endswith(".."):
            text = text[:-1]
        if text.startswith("*") and text.endswith("*"):
            text = text.strip("*")
    return text.strip()


def _without_marks(text: str) -> str:
    """Return the text without marks next to its equals signs, and "(correct)" at its end."""
    if "=" not in text:
        return text
    text = _praise("", _bold_claim(r"= \1", _quotes_at_equals("=", text)))
    bold = _bold_formula(text)
    return f"{bold[1]} ={text[bold.end() :]}" if bold else text


def _with_round_brackets(text: str) -> str:
    r"""Return the text with ( ) for [ ] and { }, and \frac{a}{b} as ((a)/(b)).

    Returns the text as it came where brackets do not match, or where a command is not known.
    """
    if not any(mark in text for mark in "\\[{"):
        return text
    written: list[str] = []
    waiting: list[
        tuple[str, str]
    ] = []  # of each open bracket: what closes it, what is written then
    awaited = ""  # what the next "{" opens: a numerator, a denominator or, if "", a group
    for index, piece in enumerate(_braces(text)):
        if index % 2 == 0:
            if awaited == "))" and piece.strip()[:1].isdecimal():
                digit, piece = piece.strip()[0], piece.strip()[1:]
                written.append(f"{digit}))")
                awaited = ""
            if "\\" in piece or (awaited and piece.strip()):
                return text
            written.append(piece)
        elif piece.startswith("\\frac"):
            if awaited:
                return text
            digits = _fraction_of_digits(piece)
            over, under = digits.groups() if digits else ("", "")
            written.append(f"(({over})/({under}))" if under else f"(({over})/(" if over else "((")
            awaited = "" if under else "))" if over else ")/("
        elif piece.startswith("\\text"):
            if awaited:
                return text
            waiting.append(("}", " "))
            written.append(" ")
        elif piece in "([{":
            if awaited and piece != "{":
                return text
            waiting.append((_CLOSING[piece], awaited or ")"))
            written.append("" if awaited else "(")
            awaited = ""
        elif awaited or not waiting or waiting[-1][0] != piece:
            return text
        else:
            _, ending = waiting.pop()
            written.append(ending)
            awaited = "))" if ending == ")/(" else ""
    return text if waiting or awaited else "".join(written).strip()


_CLOSING = {"(": ")", "[": "]", "{": "}"}

r"""Text that somebody else wrote, made safe to show: one function for each medium.

Names of places, cities and models, cells of tables and replies come from files and endpoints. Shown
raw, an escape sequence rewrites the terminal, a direction override reverses what is read, a `|`
moves the columns of a Markdown table, `<script>` runs in a page and `=HYPERLINK(...)` in a
spreadsheet. Every function first replaces control characters, line breaks included, by visible
escapes such as `\x1b`, and then what its medium takes for markup.
"""

from __future__ import annotations

import html
import re

# C0 and C1 controls, the soft hyphen, marks and overrides of the direction, zero-width characters,
# separators of lines, annotations, halves of surrogate pairs, and invisible tags. The joiners
# U+200C and U+200D stay: words of some scripts, and many emoji, are spelt with them.
_CONTROL = (
    "\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff"
)
_control = re.compile(f"[{_CONTROL}]").sub
_control_but_line_feed = re.compile(f"(?!\n)[{_CONTROL}]").sub

# Entities are understood by every dialect of Markdown, backslashes are not. An underscore inside a
# word and brackets that no link follows mean nothing, and stay for those who read the source.
_markup = re.compile(r"[&<>|`*~${}\\]|(?<=\])[(\[]|(?<![^\W_])_|_(?![^\W_])").sub

_formula = re.compile(r"\s*[=+\-@＝＋－＠]").match
_numbers = re.compile(r"[+-]?[\d.]+(?: [+-]?[\d.]+)*").fullmatch


def for_terminal(text: object, *, multiline: bool = False) -> str:
    r"""Return text for a terminal, a log or an error message.

    Rich has a markup of its own: hand it the result as `rich.text.Text` or with `markup=False`.

    Args:
        text: anything; what is not text is shown as `str` shows it.
        multiline: whether line feeds stay, for prompts and replies; all else is one line.
    """
    replace = _control_but_line_feed if multiline else _control
    return replace(_escaped, str(text))


def for_markdown(text: object) -> str:
    """Return text for a cell of a Markdown table, or for the middle of a line."""
    return _markup(lambda match: f"&#{ord(match[0])};", for_terminal(text))


def for_csv(text: object) -> str:
    """Return text for a cell of CSV; quotes and commas are left to the `csv` module.

    What a spreadsheet would take for a formula gets an apostrophe in front, numbers do not.
    """
    line = for_terminal(text)
    return f"'{line}" if _formula(line) and not _numbers(line) else line


def for_html(text: object, *, multiline: bool = False) -> str:
    """Return text for an HTML page, inside an element or inside a quoted attribute.

    Args:
        text: anything; what is not text is shown as `str` shows it.
        multiline: whether line feeds stay.
    """
    return html.escape(for_terminal(text, multiline=multiline), quote=True)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

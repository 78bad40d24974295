"""Text of others, as terminals, Markdown, CSV and HTML may show it."""

from __future__ import annotations

import csv
import html
import io
import unicodedata

import pytest

from shiftgym.sanitize import for_csv, for_html, for_markdown, for_terminal

ALL = [for_terminal, for_markdown, for_csv, for_html]
HARMLESS = [
    "Rua 1º de Maio",
    "Σ 東京 عربي",
    "نمی\u200cخواهم",
    "👩\u200d🚀 ♥\ufe0f",
    "in_train",
    "a-b",
]


@pytest.mark.parametrize("show", ALL)
def test_no_control_character_is_left(show: object) -> None:
    assert callable(show)
    ranges = [(0, 0x3000), (0xD800, 0xE000), (0xF900, 0x10000), (0xE0000, 0xE1000)]
    every = "".join(chr(code) for low, high in ranges for code in range(low, high))
    bad = [
        character
        for character in show(every)
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(character) in ("LRE", "RLE", "LRO", "RLO", "PDF")
        or unicodedata.bidirectional(character) in ("LRI", "RLI", "FSI", "PDI")
    ]
    assert not bad


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_stays(text: str) -> None:
    assert {show(text) for show in ALL} == {text}


def test_a_terminal_gets_escapes_that_can_be_seen() -> None:
    assert for_terminal("a\x1b[31mb\nc\u202ed\x00") == r"a\x1b[31mb\x0ac\u202ed\x00"
    assert for_terminal("a\r\nb", multiline=True) == "a\\x0d\nb"
    assert for_terminal(None) == "None"


@pytest.mark.parametrize(
    "text",
    [
        "a|b",
        "<script>alert(1)</script>",
        "[x](javascript:y)",
        "![x][y]",
        "`a`",
        "*a*",
        "_a_",
        "~~a",
        "$a$",
        "{: onclick=x}",
        "a\\|b",
        "&lt;",
        "| a |\n| b |",
    ],
)
def test_markdown_shows_markup_as_text(text: str) -> None:
    shown = for_markdown(text)
    assert not set("|<>`*~${}\\\n") & set(shown)
    assert "](" not in shown
    assert "][" not in shown
    assert html.unescape(shown) == for_terminal(text)


def test_our_own_cells_read_well_in_markdown() -> None:
    assert for_markdown("+12.3 [-1.0, 14.9]") == "+12.3 [-1.0, 14.9]"


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+A1", "-A1", "@x", " =1", "＝1", "-1+cmd|x"])
def test_a_spreadsheet_computes_nothing(text: str) -> None:
    assert for_csv(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-1.5", "+2", "-0.1000 0.2000", "12"])
def test_numbers_in_csv_stay_numbers(text: str) -> None:
    assert for_csv(text) == text


def test_a_record_of_csv_is_one_line() -> None:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerow([for_csv('a\n"b",c\r=d')])
    assert file.getvalue().count("\n") == 1


def test_html_shows_tags_and_quotes_as_text() -> None:
    assert for_html('<b a="\'">&') == "&lt;b a=&quot;&#x27;&quot;&gt;&amp;"
    assert for_html("a\nb", multiline=True) == "a\nb"

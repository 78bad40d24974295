"""Shapes in which chat models answer the card game's prompt, with what each of them means.

Written after formats of public transcripts and before the reader was looked at. The hand is 6 Q 4 A
and Q counts 10, so that (4 - 1) * 10 - 6 is right, unless a shape brings its own hand.
"""

from __future__ import annotations

import json
from typing import NamedTuple

CORRECT = "correct"
VALUE = "wrong_value"
NUMBERS = "wrong_numbers"
ILLEGAL = "illegal_formula"
UNREADABLE = "unreadable"

HAND = (6, 12, 4, 1)
RIGHT = "(4 - 1) * 10 - 6"


def answer(formula: object = RIGHT, **members: object) -> str:
    """Return the answer in the asked form, with these members put in place of the right ones."""
    asked = {"cards": ["6", "Q", "4", "A"], "number": [6, 10, 4, 1], "formula": formula}
    return json.dumps({**asked, **members}, ensure_ascii=False)


JSON = answer()
DRAFT = '{"formula": "6 * 4 * 1 * 10"}'
ECHO = (
    '{"cards": [each card, such as "7" or "Q"], "number": [what each card counts, in the same '
    'order], "formula": "the formula, without an equals sign"}'
)


class Shape(NamedTuple):
    """A reply and its verdict.

    Attributes:
        name: whose habit it is, or what is odd about it.
        reply: the text.
        outcome: the outcome that its meaning has.
        in_format: whether the asked format was kept; None where that is not what is tried.
        hand: the ranks of the cards.
    """

    name: str
    reply: str
    outcome: str
    in_format: bool | None = None
    hand: tuple[int, ...] = HAND


SHAPES = [
    # Around the answer: prose, fences, tags, tool calls.
    Shape("plain", JSON, CORRECT, True),
    Shape("indented", json.dumps(json.loads(JSON), indent=2), CORRECT, True),
    Shape(
        "claude: heading, fence, LaTeX prose",
        f"**Answer:**\n\n```json\n{JSON}\n```\n\nCheck: $(4-1) \\times 10 - 6 = 24$ ✓",
        CORRECT,
        True,
    ),
    Shape("gpt: boxed value after", f"{JSON}\n\nThus $\\boxed{{24}}$.", CORRECT, True),
    Shape(
        "gemini: tool code only", "```tool_code\nprint((4 - 1) * 10 - 6)\n```", UNREADABLE, False
    ),
    Shape("r1: an answer tag", f"<answer>\n{JSON}\n</answer>", CORRECT, True),
    Shape(
        "mistral: tool call",
        f'[TOOL_CALLS][{{"name": "answer", "arguments": {JSON}}}]',
        CORRECT,
        False,
    ),
    Shape("llama: function tag", f"<function=answer>{JSON}</function>", CORRECT, True),
    Shape(
        "deepseek: tool call",
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>answer\n"
        f"```json\n{JSON}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
        CORRECT,
        True,
    ),
    Shape(
        "openai: arguments as a string",
        json.dumps({"name": "answer", "arguments": JSON}),
        CORRECT,
        False,
    ),
    Shape("all of it a JSON string", json.dumps(JSON), CORRECT, False),
    Shape("escaped quotes without outer ones", JSON.replace('"', '\\"'), CORRECT, False),
    Shape(
        "printed by repr",
        '{\\n  "number": [6, 10, 4, 1],\\n  "formula": "(4 - 1) * 10 - 6"\\n}',
        CORRECT,
        False,
    ),
    Shape("escaped line breaks alone", JSON.replace(', "', ',\\n"'), CORRECT, False),
    Shape("an array of one", f"[{JSON}]", CORRECT, False),
    Shape("the answer twice", f"{JSON}\n\nFinal answer:\n{JSON}", CORRECT, True),
    Shape("the format first", f"The format is {ECHO}. So:\n\n{JSON}", CORRECT, True),
    Shape("the format afterwards", f"{JSON}\n\n(As asked: {ECHO})", CORRECT, True),
    Shape("the format alone", ECHO, UNREADABLE, False),
    # Thoughts.
    Shape("claude: thinking", f"<thinking>\nPerhaps {DRAFT}\n</thinking>\n\n{JSON}", CORRECT, True),
    Shape("r1: the opening tag is the template's", f"Hm {DRAFT}.\n</think>\n\n{JSON}", CORRECT),
    Shape(
        "r1: no answer after the thought",
        f"Perhaps {JSON}.\n</think>\n\nI could not find one.",
        UNREADABLE,
        False,
    ),
    Shape(
        "open thoughts",
        f"<|begin_of_thought|>\n{DRAFT}\n<|end_of_thought|>\n\n"
        f"<|begin_of_solution|>\n{JSON}\n<|end_of_solution|>",
        CORRECT,
    ),
    Shape("open thoughts, cut", f"<|begin_of_thought|>\nSo {JSON}. Wait,", UNREADABLE, False),
    Shape(
        "gpt-oss: channels",
        f"<|channel|>analysis<|message|>Try {DRAFT}<|end|><|start|>assistant<|channel|>final"
        f"<|message|>{JSON}<|return|>",
        CORRECT,
    ),
    Shape("gpt-oss: cut in analysis", f"<|channel|>analysis<|message|>Try {JSON} and", UNREADABLE),
    Shape("qwen: an empty thought", f"<think>\n\n</think>\n\n{JSON}", CORRECT, True),
    Shape("qwen: cut in a thought", f"<think>\nThe answer is {JSON}. Check: 4-1", UNREADABLE),
    Shape("a thought and no more", f"<think>\n{JSON}\n</think>", UNREADABLE, False),
    Shape("thinking, cut", f"<thinking>\nAnswer: {RIGHT}", UNREADABLE, False),
    Shape(
        "reasoning and output tags",
        f"<reasoning>{DRAFT} is 240.</reasoning>\n<output>{JSON}</output>",
        CORRECT,
    ),
    *(
        Shape(
            f"a draft in a cut thought, {mark}", f"{mark}Maybe {JSON} but wait", UNREADABLE, False
        )
        for mark in (
            *("<seed:think>", "<|START_THINKING|>", "<longcat_think>", "<unused94>thought\n"),
            *("<|inner_prefix|>", "<|channel>thought\n", "<think >", "<think\n>", "<think id=1>"),
            *("&lt;think&gt;", "<inner_monologue>", "<thought_process>", "<antThinking>"),
            *("<|think|>", "[THINK]"),
        )
    ),
    # Words in square brackets mark no thought.
    Shape("a heading [Analysis]", f"[Analysis]\nAbout 24.\n[Answer]\n{JSON}", CORRECT, True),
    Shape("a heading [Reasoning]", f"[Reasoning] 3*10-6\n\n{JSON}", CORRECT, True),
    Shape("a link", f"My [thoughts](#x): 3*10-6.\n{JSON}", CORRECT, True),
    Shape("a member [think]", answer(note="[think]"), CORRECT, False),
    Shape("a member [THINK]", answer(note="[THINK]"), CORRECT, False),
    # The model corrects itself: the last complete answer counts.
    Shape("corrected", f"{DRAFT}\n\nWait, that is 240. Correction:\n\n{JSON}", CORRECT),
    Shape("corrected for the worse", f"{JSON}\n\nNo:\n{answer('6 + 10 + 4 + 1')}", VALUE),
    # JSON as it comes.
    Shape(
        "python's dict",
        "{'cards': ('6', 'Q', '4', 'A'), 'number': (6, 10, 4, 1), "
        "'formula': '(4 - 1) * 10 - 6', 'valid': True}",
        CORRECT,
        False,
    ),
    Shape(
        "javascript's object",
        '{cards: ["6", "Q", "4", "A"], number: [6, 10, 4, 1], formula: "(4 - 1) * 10 - 6"}',
        CORRECT,
        False,
    ),
    Shape(
        "the formula unquoted", '{"number": [6, 10, 4, 1], "formula": (4 - 1) * 10 - 6}', CORRECT
    ),
    Shape("a comment", '{\n  "formula": "(4 - 1) * 10 - 6"  # = 24\n}', CORRECT, False),
    Shape("a line break in the string", '{"formula": "(4 - 1) * 10\n  - 6"}', CORRECT, False),
    Shape("full-width JSON", "｛“formula”：“(4 - 1) × 10 - 6”｝", CORRECT, False),
    Shape("cut in the formula", JSON[:-5], UNREADABLE, False),
    Shape("cut after the formula", JSON[:-1], CORRECT, False),
    Shape("cut after a comma", JSON[:-1] + ",", CORRECT, False),
    Shape("the last quote missing", JSON[:-2] + "}", CORRECT, False),
    Shape("no braces", JSON[1:-1], CORRECT, False),
    # Members of other types.
    Shape("lists as strings", answer(cards="6, Q, 4, A", number="6, 10, 4, 1"), CORRECT, False),
    Shape("numbers as strings", answer(number=["6", "10", "4", "1"]), CORRECT, False),
    Shape("numbers in words", answer(number=["six", "ten", "four", "one"]), CORRECT, False),
    Shape("numbers with names", answer(number=["6: 6", "Q: 10", "4: 4", "A: 1"]), CORRECT, False),
    Shape("numbers with =", answer(number=["6 = 6", "Q=10", "4 = 4", "A = 1"]), CORRECT, False),
    Shape(
        "a mapping that is wrong",
        answer(number={"6": 6, "Q": 12, "4": 4, "A": 1}),
        NUMBERS,
        False,
    ),
    Shape(
        "a list of mappings",
        answer(number=[{"6": 6}, {"Q": 10}, {"4": 4}, {"A": 1}]),
        CORRECT,
        False,
    ),
    Shape(
        "numbers as pairs", answer(number=[["6", 6], ["Q", 10], ["4", 4], ["A", 1]]), CORRECT, False
    ),
    Shape(
        "pairs that are wrong",
        answer(number=[["6", 6], ["Q", 12], ["4", 4], ["A", 1]]),
        NUMBERS,
        False,
    ),
    Shape(
        "numbers as objects",
        answer(number=[{"card": c, "value": v} for c, v in zip("6Q4A", (6, 10, 4, 1))]),
        CORRECT,
        False,
    ),
    Shape(
        "objects that are wrong",
        answer(number=[{"card": c, "value": v} for c, v in zip("6Q4A", (6, 12, 4, 1))]),
        NUMBERS,
        False,
    ),
    Shape("numbers in brackets", answer(number=["6", "Q (10)", "4", "A (1)"]), CORRECT, False),
    Shape("cards in brackets", answer(number=["6", "10 (Q)", "4", "1 (A)"]), CORRECT, False),
    Shape("wrong ones in brackets", answer(number=["6", "Q (12)", "4", "A (1)"]), NUMBERS, False),
    Shape("two in brackets", answer(number=["6", "12 (10)", "4", "A (1)"]), NUMBERS, False),
    Shape("names where numbers were asked", answer(number=["6", "Q", "4", "A"]), NUMBERS, False),
    Shape("a list of one formula", answer([RIGHT]), CORRECT, False),
    Shape("a list of one formula twice", answer([RIGHT, "(4-1)*10-6"]), CORRECT, False),
    Shape("a list of two formulas", answer([RIGHT, "10*(4-1)-6"]), UNREADABLE, False),
    Shape(
        "a list of steps", answer(["4 - 1 = 3", "3 * 10 = 30", "30 - 6 = 24"]), UNREADABLE, False
    ),
    Shape("null", answer(None), UNREADABLE, False),
    Shape("cards elided", '{"cards": [...], "number": [...], "formula": "(4-1)*10-6"}', CORRECT),
    # Other keys, and several.
    Shape("answer", '{"answer": "(4 - 1) * 10 - 6"}', CORRECT, False),
    Shape("solution", '{"thought": "4-1=3", "solution": "(4-1)*10-6 = 24"}', CORRECT, False),
    Shape("equation and value", '{"equation": "(4-1)*10-6 = 24", "answer": 24}', CORRECT, False),
    Shape(
        "two other keys that differ", '{"expression": "(4-1)*10-6", "answer": "6*4"}', UNREADABLE
    ),
    Shape(
        "two answers in one array",
        '[{"formula": "(4-1)*10-6"}, {"formula": "10*(4-1)-6-0"}]',
        UNREADABLE,
        False,
    ),
    Shape(
        "steps with a formula each",
        '{"step1": {"formula": "4-1"}, "step2": {"formula": "3*10"}, "step3": {"formula": "30-6"}}',
        UNREADABLE,
        False,
    ),
    Shape("a draft quoted in a member", answer(thought=f"not {DRAFT}"), CORRECT),
    # The notation of the formula.
    Shape("the target's decimals", answer("(4 - 1) * 10 - 6 = 24.0"), CORRECT, False),
    Shape("a spreadsheet's equals sign", answer("=(4-1)*10-6"), CORRECT, False),
    Shape("a label inside", answer("Formula: (4 - 1) * 10 - 6"), CORRECT, False),
    Shape("bold", answer("**(4 - 1) * 10 - 6**"), CORRECT, False),
    Shape("dollars", answer("$(4 - 1) \\times 10 - 6 = 24$"), CORRECT, False),
    Shape("\\( \\)", answer("\\( (4 - 1) \\times 10 - 6 \\)"), CORRECT, False),
    Shape("a tick", answer("(4 - 1) * 10 - 6 = 24 ✓"), CORRECT, False),
    Shape("equals in words", answer("(4 - 1) * 10 - 6 equals 24"), CORRECT, False),
    Shape("full width", answer("（４－１）＊１０－６"), CORRECT, False),
    Shape("capital X", answer("(4 - 1) X 10 - 6"), CORRECT, False),
    Shape("a bullet as times", answer("(4 − 1) • 10 − 6"), CORRECT, False),
    Shape("entities", answer("(4 &minus; 1) &times; 10 &#45; 6"), CORRECT, False),
    Shape("figure dashes", answer("(4 ‒ 1) * 10 ‑ 6"), CORRECT, False),
    Shape("mixed brackets", answer("[(4 - 1) * 10] - 6"), CORRECT, False),
    Shape("mixed brackets that cross", answer("[(4 - 1] * 10) - 6"), ILLEGAL, False),
    Shape(
        "\\frac of \\frac",
        answer("\\frac{8}{3-\\frac83}", number=[8, 3, 8, 3], cards=None),
        CORRECT,
        False,
        (8, 3, 8, 3),
    ),
    Shape(
        "a colon as over",
        answer("8 : (3 - 8 : 3)", number=[8, 3, 8, 3], cards=None),
        CORRECT,
        False,
        (8, 3, 8, 3),
    ),
    *(
        Shape(f"formula {written!r}", answer(written), CORRECT, False)
        for written in (
            *("(4 - 1) * 10 - 6 = **24**", "(4 - 1) * 10 - 6 = `24`", "**(4-1)*10-6** = **24**"),
            *("(4 - 1) * 10 - 6 = 24 (correct)", "$(4-1)*10-6 = 24 \\text{ (correct)}$"),
            *("(4 - 1) * 10 - 6 is 24", "(4 - 1) * 10 - 6 evaluates to 24.", "**(4-1)*10-6** = 24"),
            *("`(4-1)*10-6` = 24", "'(4-1)*10-6' = 24", "(4-1)*10-6 = 24 🎉", "24: (4-1)*10-6"),
            *(
                "(4-1)*10-6  # = 24",
                "(4-1)*10-6<br>",
                "(4-1)х10-6",
                "(4 minus 1) times 10 minus 6",
                "(4 ➖ 1) ✖️ 10 ➖ 6",
            ),
        )
    ),
    # Wrong, and to stay so.
    *(
        Shape(f"formula {written!r}", answer(written), ILLEGAL, False)
        for written in (
            *("(4 - 1) * 10 - 6 = **23**", "(4 - 1) * 10 - 6 = 24 (incorrect)", "`F` = 24"),
            *("(4 - 1) * 10 - 6 is not 24", "(4 - 1) * 10 - 6 is 23", "(4-1)*10-6 = 24 ❌"),
            *("`(4-1)*10-6` = 23", "23: (4-1)*10-6", "25 : (4-1)*10-6", "(4-1)*10-6  # = 23"),
            *("(4 - 1) * 10 - 6 * = 24", "(4-1)**1*10-6 = **24**", "(4-1)*10-6 # is wrong"),
            *("(4 - 1) times 10 minus", "(4 - 1) times times 10 - 6", "(4 - 1) two times 10 - 6"),
        )
    ),
    Shape("24 over a formula", answer("(24) : ((4-1)*10-6)"), NUMBERS, False),
    Shape("a right form, a wrong value", answer("4 - 1 * 10 - 6"), VALUE, True),
    Shape("a false claim", answer("6 + 10 + 4 - 1 = 24"), VALUE, True),
    Shape("an honest other value", answer("6 + 10 + 4 + 1 = 21"), ILLEGAL, True),
    Shape("not equal", answer("(4 - 1) * 10 - 6 ≠ 24"), ILLEGAL, False),
    Shape("run-on equalities", answer("4 - 1 = 3 * 10 = 30 - 6 = 24"), ILLEGAL, False),
    Shape("a slip in the chain", answer("(4-1)*10-6 = 3*10-5 = 24"), ILLEGAL, False),
    Shape("two in one string", answer("(4 - 1) * 10 - 6 or 6 * 4"), ILLEGAL, False),
    Shape("a power", answer("(4 - 1)**1 * 10 - 6"), ILLEGAL, False),
    Shape("side by side", answer("(4 - 1)10 - 6"), ILLEGAL, False),
    Shape("a leading sign", answer("-6 + (4 - 1) * 10"), ILLEGAL, False),
    Shape("no solution", answer("No solution exists"), ILLEGAL, False),
    Shape("an empty formula", answer(""), ILLEGAL, False),
    Shape("a fraction of a number", answer("(4.5 - 1.5) * 10 - 6"), ILLEGAL, False),
    # Without JSON.
    Shape("yaml", "cards: [6, Q, 4, A]\nnumber: [6, 10, 4, 1]\nformula: (4 - 1) * 10 - 6", CORRECT),
    Shape("yaml in a fence", '```yaml\nformula: "(4 - 1) * 10 - 6"\n```', CORRECT, False),
    Shape(
        "xml members",
        "<number>6, 10, 4, 1</number>\n<formula>(4 - 1) * 10 - 6</formula>",
        CORRECT,
        False,
    ),
    Shape("bold label", "4 - 1 = 3.\n\n**Formula:** (4 - 1) * 10 - 6", CORRECT, False),
    Shape("final answer", "So: 3 * 10 = 30.\n\n**Final Answer:** `(4 - 1) * 10 - 6 = 24`", CORRECT),
    Shape("a bold line", "So 3 * 10 - 6.\n\n**Final Answer: (4-1)*10-6 = 24**", CORRECT, False),
    Shape("a bold heading", "### **Formula: $(4-1) \\times 10 - 6$**", CORRECT, False),
    Shape("a bullet that ends in a sign", "* Answer: (4-1)*10-6*", UNREADABLE, False),
    Shape("boxed equation", "Thus\n$$\\boxed{(4-1) \\times 10 - 6 = 24}$$", CORRECT, False),
    Shape("boxed value only", "(4-1)*10-6 = 24, so \\boxed{24}", UNREADABLE, False),
    Shape("chinese label", "先算 4-1=3。\n答案：(4-1)×10-6=24", CORRECT, False),
    Shape("an answer tag with the formula", "<answer>(4 - 1) * 10 - 6 = 24</answer>", CORRECT),
    Shape("the answer on the next line", "So:\n\nAnswer:\n(4-1)*10-6", CORRECT, False),
    Shape("a heading", "# Answer\n(4-1)*10-6 = 24", CORRECT, False),
    Shape("a bold answer", "**Final answer**: **(4-1)*10-6**", CORRECT, False),
    Shape(
        "explained afterwards",
        "Answer: (4-1)*10-6\n\nThis works because 4-1=3, 3*10=30 and 30-6=24.",
        CORRECT,
        False,
    ),
    Shape(
        "taken back afterwards",
        "Answer: (4-1)*10-6\n\nThis is 24. Wait, no, 6 is used twice.",
        UNREADABLE,
        False,
    ),
    Shape("steps under a heading", "Answer:\n4-1=3\n3*10=30\n30-6=24", UNREADABLE, False),
    Shape("an answer tag left open", "<answer>(4-1)*10-6", CORRECT, False),
    Shape("an answer tag cut", "<answer>(4-1", UNREADABLE, False),
    Shape("two answer tags", "<answer>6*4</answer> <answer>(4-1)*10-6", UNREADABLE, False),
    Shape(
        "qwen coder: a parameter",
        "<function=answer>\n<parameter=formula>\n(4-1)*10-6\n</parameter>\n</function>",
        CORRECT,
        False,
    ),
    Shape(
        "glm: a parameter",
        "<tool_call>answer\n<arg_key>formula</arg_key>\n<arg_value>(4-1)*10-6</arg_value>\n</tool_call>",
        CORRECT,
        False,
    ),
    Shape("two last lines", "Answer: 6 * 4\nAnswer: (4 - 1) * 10 - 6", UNREADABLE, False),
    Shape("two boxes", "\\boxed{6*4} or \\boxed{(4-1)*10-6}", UNREADABLE, False),
    Shape("a value in prose", "The answer is 24.", UNREADABLE, False),
    Shape("a refusal", "I cannot make 24 from these cards.", UNREADABLE, False),
    Shape("empty", "", UNREADABLE, False),
]

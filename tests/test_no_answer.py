"""Why a model gave no answer: told apart, kept, counted above the table, and never lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from agents.no_answer import NoAnswer, why_no_answer
from benchmarks.cli import app
from benchmarks.replays import replay
from benchmarks.replies import FaultLine, ReplyLine
from benchmarks.reply_summary import ReplySummary, summarise_replies
from benchmarks.runs import read_episodes, read_lines
from tests.loopback import Answer, Endpoint, said, sent

OVERFLOW = sent(
    400, error={"message": "That is 9000 tokens.", "code": "context_length_exceeded", "type": "x"}
)


pytestmark = pytest.mark.usefixtures("no_api_settings")


def play(endpoint: Endpoint, folder: Path, *more: str) -> Any:
    arguments = ["evaluate", "--model", "toy", "--base-url", endpoint.url, "--episodes", "2"]
    arguments += ["--ids", "GeneralPoints-Text-v0", "--out", str(folder), *more]
    return CliRunner().invoke(app, [*arguments, "--max-retries", "0", "--concurrency", "1"])


def usage(**counts: Any) -> dict[str, Any]:
    return {"prompt_tokens": 100, "completion_tokens": 60, **counts}


@pytest.mark.parametrize(
    "facts, reason",
    [
        ({"text": "an answer"}, None),
        ({"text": "an answer", "finish_reason": "tool_calls", "called_tool": True}, None),
        ({"text": " \n"}, NoAnswer.EMPTY),
        ({"text": "<think>it is 24</think>"}, NoAnswer.EMPTY),
        ({"text": "<think>it is", "finish_reason": "length"}, NoAnswer.CUT),
        ({"text": "it is", "finish_reason": "MAX_TOKENS"}, NoAnswer.CUT),
        ({"text": "No.", "refused": True}, NoAnswer.REFUSED),
        ({"finish_reason": "refusal"}, NoAnswer.REFUSED),
        ({"text": "it", "finish_reason": "content_filter"}, NoAnswer.FILTERED),
        ({"finish_reason": "RECITATION"}, NoAnswer.FILTERED),
        ({"finish_reason": "tool_calls", "called_tool": True}, NoAnswer.TOOL_CALL),
        ({"text": "it is", "finish_reason": "error"}, NoAnswer.ERROR),
        ({"finish_reason": "model_context_window_exceeded"}, NoAnswer.OVERFLOW),
        ({"status": 400, "error": "code: content_filter"}, NoAnswer.FILTERED),
        ({"status": 403, "error": "flagged by the moderation of the endpoint"}, NoAnswer.FILTERED),
        ({"status": 500, "error": "Context size has been exceeded."}, NoAnswer.OVERFLOW),
        ({"status": 400, "error": "prompt is too long: 9000 > 8192"}, NoAnswer.OVERFLOW),
        ({"status": 400, "error": "Prompt of 9 tokens, too large for 8 maximum context length"},
         NoAnswer.OVERFLOW),
        ({"status": 400, "error": "the request exceeds the available context size"},
         NoAnswer.OVERFLOW),
        ({"status": 422, "error": "Input is too long for the model."}, NoAnswer.OVERFLOW),
        ({"error": "This endpoint's maximum context length is 8 tokens."}, NoAnswer.OVERFLOW),
        *(
            ({"status": status, "error": error}, NoAnswer.OVERFLOW)
            for status, error in (
                (400, "The input (9 tokens) is longer than the model's context length (8 tokens)."),
                (422, "`inputs` tokens + `max_new_tokens` must be <= 8. Given: 9 `inputs` tokens"),
                (422, "`inputs` must have less than 8 tokens. Given: 9"),
                (400, "the model is loaded with context length of only 8 tokens"),
                (400, "The tokens to keep are greater than the context length."),
                (400, "maximum prompt length is 8 but the request contains 9 tokens"),
                (400, "Your request exceeded model token limit: 8"),
                (400, "Prompt exceeds max length"),
                (400, "Prompt length (9) exceeds maximum input length (8)"),
                (400, "Range of input length should be [1, 8]"),
                (413, "Request body too large. Max size: 8 tokens. code: tokens_limit_reached"),
            )
        ),
        *(
            ({"status": status, "error": error}, NoAnswer.FILTERED)
            for status, error in (
                (400, "your prompt was flagged as potentially violating our usage policy"),
                (400, "Content Exists Risk"),
                (403, "Content violates usage guidelines."),
                (400, "Output blocked by content filtering policy"),
                (400, "Input data may contain inappropriate content."),
            )
        ),
        # What may pass, or what nobody could have asked: the model is not judged by it.
        ({"status": 400, "error": "max_tokens is too large: at most 4096 completion tokens"},
         NoAnswer.ERROR),
        ({"status": 429, "error": "too many tokens per minute"}, NoAnswer.ERROR),
        ({"status": 413, "error": "too large: tokens per min: limit 8, reduce your message size"},
         NoAnswer.ERROR),
        ({"status": 503, "error": "maximum context length"}, NoAnswer.ERROR),
        ({"status": 400, "error": "unknown field top_k"}, NoAnswer.ERROR),
        ({"error": "upstream failed"}, NoAnswer.ERROR),
    ],
    ids=str,
)  # fmt: skip
def test_reasons(facts: dict[str, Any], reason: NoAnswer | None) -> None:
    assert why_no_answer(**facts) is reason


@pytest.mark.parametrize(
    "answer, reason",
    [
        (said(None), NoAnswer.EMPTY),
        (said("so", finish_reason="length"), NoAnswer.CUT),
        (said(None, refusal="I may not."), NoAnswer.REFUSED),
        (said([{"type": "refusal", "refusal": "I may not."}]), NoAnswer.REFUSED),
        (said(None, finish_reason="content_filter"), NoAnswer.FILTERED),
        (sent(400, error={"message": "No.", "code": "content_filter"}), NoAnswer.FILTERED),
        (said(None, finish_reason="tool_calls", tool_calls=[{"id": "1"}]), NoAnswer.TOOL_CALL),
        (OVERFLOW, NoAnswer.OVERFLOW),
        (sent(error={"message": "maximum context length is 8"}), NoAnswer.OVERFLOW),
    ],
)
def test_what_is_final_is_scored_and_told(
    tmp_path: Path, endpoint: Endpoint, answer: Answer, reason: NoAnswer
) -> None:
    endpoint.answer = lambda messages: answer
    done = play(endpoint, tmp_path, "--max-attempts", "2")
    assert done.exit_code == 0, done.output
    rows = list(read_episodes(tmp_path))
    assert [(row.outcomes, row.success) for row in rows] == [(["unreadable"] * 2, False)] * 2
    for row in rows:
        replay(row)
    lines = list(read_lines(tmp_path / "replies.jsonl", ReplyLine))
    assert [line.no_answer for line in lines] == [reason] * 4
    assert len(endpoint.bodies) == 4
    summary = summarise_replies(tmp_path)
    assert summary.no_answer == {"toy/GeneralPoints-Text-v0": {reason: 4}}
    told = (tmp_path / "table.md").read_text()
    assert "Warning: 100.0 % of the replies" in told
    assert "| 4 (100.0) | 4 |" in told
    assert told.index("Replies without an answer") < told.index("Success in percent")
    assert "Warning: 100.0 % of the replies" in done.output
    # Nothing is asked again.
    assert play(endpoint, tmp_path, "--max-attempts", "2").exit_code == 0
    assert len(endpoint.bodies) == 4


def test_a_chat_that_outgrows_the_context_ends_its_episode(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    endpoint.answer = lambda messages: said("no idea") if len(messages) == 2 else OVERFLOW
    done = play(endpoint, tmp_path, "--max-attempts", "3")
    assert done.exit_code == 0, done.output
    assert [row.replies for row in read_episodes(tmp_path)] == [["no idea", "", ""]] * 2
    assert "context overflow" in done.output
    (_, line, *_) = read_lines(tmp_path / "replies.jsonl", ReplyLine)
    assert line.error is not None
    assert "That is 9000 tokens." in line.error


def test_a_reply_that_the_endpoint_ended_with_an_error_is_pending(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    answers = iter([said("half", finish_reason="error"), said("no idea"), said("no idea")])
    endpoint.answer = lambda messages: next(answers)
    done = play(endpoint, tmp_path)
    assert done.exit_code == 3, done.output
    assert "1 of 2 episodes are pending: 1 x the endpoint ended a reply with 'error'" in done.output
    assert "1 requests had no reply after all retries, 1 of them errors" in done.output
    (fault,) = read_lines(tmp_path / "faults.jsonl", FaultLine)
    assert fault.no_answer is NoAnswer.ERROR
    assert play(endpoint, tmp_path).exit_code == 0
    assert [row.replies for row in read_episodes(tmp_path)] == [["no idea"]] * 2


@pytest.mark.parametrize(
    "content, text",
    [
        ([{"type": "text", "text": "a"}, {"type": "output_text", "text": "b"}], "ab"),
        ({"type": "text", "text": "a"}, "a"),
        (["a", {"type": "image_url", "image_url": {"url": "x"}}], "a"),
        ([{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
          {"type": "text", "text": "a"}], "a"),
        ([{"type": "text"}, {"type": "text", "text": None}], ""),
        ({"formula": "1 + 1"}, '{"formula": "1 + 1"}'),
        (24, "24"),
        ([], ""),
    ],
    ids=str,
)  # fmt: skip
def test_a_content_of_any_form_is_read_and_paid_once(
    tmp_path: Path, endpoint: Endpoint, content: Any, text: str
) -> None:
    endpoint.answer = lambda messages: said(content)
    for _ in range(2):
        assert play(endpoint, tmp_path).exit_code == 0
    assert [row.replies for row in read_episodes(tmp_path)] == [[text]] * 2
    assert len(endpoint.bodies) == 2


@pytest.mark.parametrize(
    "message, reasoning",
    [
        ({"content": "no idea", "reasoning_content": "it is 24"}, "it is 24"),
        ({"content": "no idea", "reasoning": "it is 24"}, "it is 24"),
        ({"content": "no idea", "reasoning": "it is 24", "reasoning_content": "it is 24"},
         "it is 24"),
        ({"content": [{"type": "thinking", "thinking": "it is 24"}, "no idea"]}, "it is 24"),
        ({"content": "no idea", "reasoning": {"effort": 3}}, '{"effort": 3}'),
        ({"content": "no idea", "reasoning": None}, None),
    ],
    ids=str,
)  # fmt: skip
def test_thoughts_are_kept_and_are_no_answer(
    tmp_path: Path, endpoint: Endpoint, message: dict[str, Any], reasoning: str | None
) -> None:
    endpoint.answer = lambda messages: sent(choices=[{"message": message}], usage=usage())
    assert play(endpoint, tmp_path).exit_code == 0
    assert [row.replies for row in read_episodes(tmp_path)] == [["no idea"]] * 2
    assert [line.reasoning for line in read_lines(tmp_path / "replies.jsonl", ReplyLine)] == [
        reasoning
    ] * 2


def test_a_formula_in_thoughts_wins_nothing(tmp_path: Path, endpoint: Endpoint) -> None:
    right = '{"cards": ["A"], "number": [1], "formula": "1"}'
    for name, content in (("apart", ""), ("inline", f"<think>{right}</think>")):
        endpoint.answer = lambda messages, content=content: said(content, reasoning_content=right)
        assert play(endpoint, tmp_path / name).exit_code == 0
        assert {*(row.outcomes[0] for row in read_episodes(tmp_path / name))} == {"unreadable"}


@pytest.mark.parametrize(
    "told, sentence",
    [
        ({"usage": usage(completion_tokens_details={"reasoning_tokens": 45})}, ", 90 of these"),
        ({"usage": usage(reasoning_tokens=45)}, ", 90 of these thoughts"),
        ({"usage": usage()}, ", about 80 of these thoughts"),
    ],
    ids=str,
)
def test_tokens_of_thoughts_are_counted_apart(
    tmp_path: Path, endpoint: Endpoint, told: dict[str, Any], sentence: str
) -> None:
    message = {"content": "no idea", "reasoning": "14 characters."}
    endpoint.answer = lambda messages: sent(choices=[{"message": message}], **told)
    done = play(endpoint, tmp_path)
    assert "200 tokens in, 120 out" + sentence in done.output
    assert [row.tokens for row in read_episodes(tmp_path)] == [60, 60]


def test_two_served_models_are_a_warning(tmp_path: Path, endpoint: Endpoint) -> None:
    names = iter(["toy-1", "toy-2 | x"])
    endpoint.answer = lambda messages: sent(
        model=next(names), choices=[{"message": {"content": "no idea"}}]
    )
    done = play(endpoint, tmp_path)
    assert "2 replies of toy-1, toy-2 | x." in done.output
    assert "Warning: more than one model replied: toy-1 (1), toy-2 | x (1)" in done.output
    assert "toy-2 &#124; x" in (tmp_path / "table.md").read_text()


def test_a_warning_is_of_the_worst_cell_and_above_5_percent() -> None:
    def count(cut: int, of: int = 100) -> list[str]:
        summary = ReplySummary()
        for index in range(of):
            ended = "length" if index < cut else "stop"
            for cell in ("a", "b"):
                reply = "so" if cell == "a" else "an answer"
                line = ReplyLine(cell=cell, index=index, attempt=0, asked="", reply=reply,
                                 finish_reason=ended if cell == "a" else "stop")  # fmt: skip
                summary.add(line)
        return [line for line in summary.lines() if line.startswith("Warning")]

    assert not count(cut=5)
    (warning,) = count(cut=6)
    assert "6.0 % of the replies of a" in warning
    assert "--max-tokens" in warning


def test_a_nesting_without_end_is_an_unreadable_answer(tmp_path: Path, endpoint: Endpoint) -> None:
    deep = b'{"choices": [{"message": {"content": ' + b"[" * 200_000 + b"]" * 200_000 + b"}}]}"
    endpoint.answer = lambda messages: Answer(deep)
    done = play(endpoint, tmp_path)
    assert done.exit_code == 3, done.output
    assert "unreadable answer" in done.output

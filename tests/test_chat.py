"""Models behind an endpoint, against a real server on the loopback address: faults and all."""

from __future__ import annotations

import asyncio
import gzip
import json
import math
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from typer.testing import CliRunner

import gp_env  # noqa: F401  (registers its ids)
import virl_env  # noqa: F401  (registers its ids)
from agents import transport
from agents.chat import ChatFault, ChatPolicy, Sampling
from agents.chat_answers import LONGEST_NAME
from agents.no_answer import NoAnswer
from benchmarks.asking import MAX_FAILURES, NOT_ASKED
from benchmarks.cells import column_seeds
from benchmarks.chats import play_chats
from benchmarks.cli import app
from benchmarks.records import RunRecord
from benchmarks.replays import replay
from benchmarks.replies import FaultLine, ReplyLine
from benchmarks.rollouts import Cell, evaluate
from benchmarks.runs import LineFile, Run, RunError, read_episodes, read_lines
from benchmarks.suites import SUITES
from tests.loopback import PATIENT, Answer, Endpoint, listening, said, sent

GP_L = SUITES["gp-l"]
RECORD = RunRecord(kind="evaluate", config={}, seeds=[0], suites={})
KEY = "sk-loopback-0123456789"
WRONG = '{"cards": [], "number": [1, 1, 1, 1], "formula": "1+1+1+1"}'


pytestmark = pytest.mark.usefixtures("no_api_settings")


@pytest.fixture
def connect(endpoint: Endpoint) -> Iterator[Callable[..., ChatPolicy]]:
    made: list[ChatPolicy] = []

    def connect(**arguments: Any) -> ChatPolicy:
        made.append(ChatPolicy("toy", **{"base_url": endpoint.url, "max_retries": 0, **arguments}))
        return made[-1]

    yield connect
    for policy in made:
        policy.close()


Connect = Callable[..., ChatPolicy]


def make_cell(column: str = "in", count: int = 3, **keywords: Any) -> Cell:
    return Cell(
        f"toy/{column}",
        GP_L.id(column, "-Text"),
        {**GP_L.keywords(column, 0), "max_attempts": 1, **keywords},
        GP_L.episode_seeds(0, count),
    )


def stock_cell(column: str, count: int) -> Cell:
    """Return the cell of who has not trained here."""
    id, keywords = GP_L.id(column, "-Text"), GP_L.keywords(column, None)
    seeds = column_seeds(GP_L, column, id, keywords, None, count)
    return Cell(f"toy/{column}", id, {**keywords, "max_attempts": 1}, seeds)


def play_cells(folder: Path, cells: list[Cell], policy: ChatPolicy, at_once: int = 2) -> Any:
    with Run(folder, RECORD) as run:
        return play_chats(run, cells, policy, at_once=at_once)


def solutions(*cells: Cell) -> dict[str, str]:
    """Return what the expert replies to each prompt."""
    found = {}
    for cell in cells:
        env: Any = gym.make(cell.id, **cell.keywords)
        for seed in cell.episode_seeds:
            prompt, _ = env.reset(options={"episode_seed": seed})
            found[prompt] = env.unwrapped.expert_action()
    return found


def expert(*cells: Cell, wrong: int = 0) -> Callable[[list[dict[str, str]]], Answer]:
    """Return a server's answers: `wrong` wrong attempts, then what wins."""
    known = solutions(*cells)

    def answer(messages: list[dict[str, str]]) -> Answer:
        prompts = [message["content"] for message in messages if message["role"] == "user"]
        return said(WRONG if len(prompts) <= wrong else known[prompts[0]])

    return answer


# One reply


def test_a_redirection_is_told_and_not_followed(endpoint: Endpoint, connect: Connect) -> None:
    endpoint.answer = lambda messages: sent(307, {"Location": f"{endpoint.url}/elsewhere"})
    with pytest.raises(ChatFault, match=r"status 307: it moved to .*/elsewhere; name that") as told:
        connect().reply([{"role": "user", "content": "?"}])
    assert told.value.lasting
    assert len(endpoint.bodies) == 1


def test_names_and_counts_that_cannot_be_are_not_kept(endpoint: Endpoint, connect: Connect) -> None:
    usage = {"prompt_tokens": 10**8, "completion_tokens": 7}
    choice = {"message": {"content": "hi"}, "finish_reason": "stop"}
    endpoint.answer = lambda messages: sent(
        model="toy\x1b[2J" + "x" * 10_000, choices=[choice], usage=usage
    )
    reply = connect().reply([{"role": "user", "content": "?"}])
    assert (reply.prompt_tokens, reply.completion_tokens) == (None, 7)
    assert reply.served is not None
    assert reply.served.startswith(r"toy\x1b[2Jxxx")
    assert len(reply.served) == LONGEST_NAME


def test_settings_are_sent_as_named_and_others_not_at_all(
    endpoint: Endpoint, connect: Connect
) -> None:
    sampling = Sampling(temperature=0.0, max_tokens=50, extra={"top_k": 20})
    reply = connect(sampling=sampling).reply([{"role": "user", "content": "hello"}])
    connect().reply([{"role": "user", "content": "hello"}])
    asked = {"model": "toy", "messages": [{"role": "user", "content": "hello"}]}
    assert endpoint.bodies == [{**asked, "temperature": 0.0, "max_tokens": 50, "top_k": 20}, asked]
    assert (reply.text, reply.finish_reason, reply.served) == ("no idea", "stop", "toy-2026")
    assert (reply.prompt_tokens, reply.completion_tokens) == (100, 7)


@pytest.mark.parametrize("extra", [{"stream": True}, {"temperature": 1}, {"messages": []}])
def test_the_extra_body_sets_nothing_twice(extra: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(extra))):
        Sampling(temperature=0.0, extra=extra)


@pytest.mark.parametrize(
    "answer, text, finish_reason",
    [
        (said(""), "", "stop"),
        (said(None), "", "stop"),
        (said(None, refusal="I may not."), "I may not.", "stop"),
        (said("thinking, thin", finish_reason="length"), "thinking, thin", "length"),
        (said("half \ud83d a pair"), "half ? a pair", "stop"),
    ],
)
def test_whatever_a_model_says_is_a_reply(
    tmp_path: Path,
    endpoint: Endpoint,
    connect: Connect,
    answer: Answer,
    text: str,
    finish_reason: str,
) -> None:
    endpoint.answer = lambda messages: answer
    assert not play_cells(tmp_path, [make_cell(count=1, max_attempts=2)], connect())
    (row,) = read_episodes(tmp_path)
    assert row.replies == [text, text]
    assert (row.outcomes, row.success, row.tokens) == (["unreadable"] * 2, False, 14)
    lines = list(read_lines(tmp_path / "replies.jsonl", ReplyLine))
    assert [(line.attempt, line.reply, line.finish_reason) for line in lines] == [
        (0, text, finish_reason),
        (1, text, finish_reason),
    ]
    assert endpoint.bodies[1]["messages"][-2] == {"role": "assistant", "content": text}


def test_tokens_that_are_not_counted_are_not_invented(endpoint: Endpoint, connect: Connect) -> None:
    endpoint.answer = lambda messages: sent(choices=[{"message": {"content": "hello"}}])
    reply = connect().reply([])
    assert (reply.text, reply.completion_tokens, reply.finish_reason) == ("hello", None, None)


@pytest.mark.parametrize(
    "answer, message",
    [
        (Answer(b'{"choices": [{"mess'), "unreadable answer"),
        (
            Answer(b"<html>busy</html>", content_type="text/html"),
            "unreadable answer: it begins with '<html>busy</html>' and is no JSON",
        ),
        (sent(choices=[]), "an answer without a reply"),
        (sent(choices=None, error={"message": "upstream failed"}), "upstream failed"),
        (Answer(b"{}", headers={"Content-Length": "999"}), "no connection: "),
        (sent(503, error={"message": "x" * 1000}), r"status 503|503"),
        (sent(400, error={"message": "too long a chat"}), "too long a chat"),
        (sent(429, error={"message": "slow down"}), "slow down"),
    ],
)
def test_an_answer_without_a_reply_is_a_fault(
    endpoint: Endpoint, connect: Connect, answer: Answer, message: str
) -> None:
    endpoint.answer = lambda messages: answer
    with pytest.raises(ChatFault, match=message) as caught:
        connect().reply([])
    assert not caught.value.lasting
    assert len(str(caught.value)) < 400


def test_a_busy_endpoint_is_asked_again(endpoint: Endpoint, connect: Connect) -> None:
    busy = sent(429, {"Retry-After": "0.01"}, error={"message": "slow down"})
    failing = sent(500, {"Retry-After": "0.01"}, error={"message": "oops"})
    answers = iter([busy, failing, said("here")])
    endpoint.answer = lambda messages: next(answers)
    assert connect(max_retries=2).reply([]).text == "here"
    assert len(endpoint.bodies) == 3


def test_an_agent_of_the_protocol(tmp_path: Path, endpoint: Endpoint, connect: Connect) -> None:
    cell = make_cell()
    endpoint.answer = expert(cell)
    with Run(tmp_path, RECORD) as run:
        evaluate(run, cell, lambda _: connect())
    assert all(row.success for row in read_episodes(tmp_path))


def test_replies_that_come_together_are_written_together(
    tmp_path: Path, endpoint: Endpoint, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell, appends, whole = make_cell(count=12), Counter[str](), LineFile.append
    endpoint.answer = lambda messages: (endpoint.wait_for(12), said("no idea"))[1]

    def append(self: LineFile, lines: bytes) -> None:
        appends[self._path.name] += 1
        time.sleep(0.2)  # a slow disk
        whole(self, lines)

    monkeypatch.setattr(LineFile, "append", append)
    assert not play_cells(tmp_path, [cell], connect(), at_once=12)
    assert appends["replies.jsonl"] < 12
    assert len(list(read_lines(tmp_path / "replies.jsonl", ReplyLine))) == 12
    assert [row.index for row in read_episodes(tmp_path)] == list(range(12))


@pytest.mark.parametrize("sized", [True, False])
def test_an_answer_without_end_is_not_read(
    endpoint: Endpoint, connect: Connect, monkeypatch: pytest.MonkeyPatch, sized: bool
) -> None:
    monkeypatch.setattr(transport, "MOST_BYTES", 1000)
    endpoint.answer = lambda messages: replace(said("1 + " * 1000), sized=sized)
    reply = connect().reply([])
    assert (reply.text, reply.no_answer) == ("", NoAnswer.TOO_LONG)
    assert "longer than" in (reply.error or "")
    endpoint.answer = lambda messages: sent(500, error={"message": "x" * 2000})
    with pytest.raises(ChatFault, match="500"):
        connect().reply([])


def test_no_compressed_answer_is_unpacked(endpoint: Endpoint, connect: Connect) -> None:
    packed = Answer(gzip.compress(said("here").body), headers={"Content-Encoding": "gzip"})
    endpoint.answer = lambda messages: packed
    with pytest.raises(ChatFault, match="compressed"):
        connect().reply([])


# The key, and what else is set up


def test_the_key_is_a_header_and_nothing_else(
    endpoint: Endpoint, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect().reply([])
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    connect().reply([])
    monkeypatch.setenv("MY_KEY", "another")
    connect(key_variable="MY_KEY").reply([])
    assert endpoint.keys == ["Bearer none", f"Bearer {KEY}", "Bearer another"]
    assert all(KEY not in json.dumps(body) for body in endpoint.bodies)


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_an_endpoint_that_quotes_the_key_does_not_give_it_away(
    endpoint: Endpoint, connect: Connect, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    endpoint.answer = lambda messages: sent(status, error={"message": f"What is {KEY}?"})
    with pytest.raises(ChatFault) as caught:
        connect().reply([])
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.lasting == (status != 500)


def test_what_cannot_work_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("localhost:8000", "ftp://host/v1", "http://"):
        with pytest.raises(ValueError, match="no base URL"):
            ChatPolicy("toy", base_url=url)
    for url in (f"https://user:{KEY}@host/v1", f"https://host/v1?key={KEY}"):
        with pytest.raises(ValueError, match="environment variable") as caught:
            ChatPolicy("toy", base_url=url)
        assert KEY not in str(caught.value)
    with pytest.raises(ValueError, match="MY_KEY is not set"):
        ChatPolicy("toy", key_variable="MY_KEY")
    monkeypatch.setenv("MY_KEY", f"{KEY}\n{KEY}")
    with pytest.raises(ValueError, match="MY_KEY has characters") as caught:
        ChatPolicy("toy", key_variable="MY_KEY")
    assert KEY not in str(caught.value)


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("agents.transport")
    monkeypatch.delitem(sys.modules, "agents.transport")
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with pytest.raises(ImportError, match=r"\[llm\]"):
        ChatPolicy("toy")


# Many episodes


def test_the_model_sees_its_attempts_as_turns(
    tmp_path: Path, endpoint: Endpoint, connect: Connect
) -> None:
    cell = make_cell(count=1, max_attempts=3)
    endpoint.answer = expert(cell, wrong=2)
    assert not play_cells(tmp_path, [cell], connect())
    (row,) = read_episodes(tmp_path)
    assert row.outcomes == ["wrong_numbers", "wrong_numbers", "correct"]
    assert row.tokens == 21
    replay(row)
    chats = [body["messages"] for body in endpoint.bodies]
    assert [len(chat) for chat in chats] == [2, 4, 6]
    assert [said["role"] for said in chats[2]] == ["system", "user", *["assistant", "user"] * 2]
    assert chats[2][:4] == chats[1]
    assert chats[2][2]["content"] == WRONG


def test_a_slow_reply_holds_up_no_other_episode(
    tmp_path: Path, endpoint: Endpoint, connect: Connect
) -> None:
    cell = make_cell(count=6, max_attempts=2)
    fast = expert(cell, wrong=1)
    slow = next(iter(solutions(cell)))

    def answer(messages: list[dict[str, str]]) -> Answer:
        if messages[1]["content"] == slow and len(messages) == 2:
            endpoint.wait_for(11)  # all requests but the second of the slow episode
        return fast(messages)

    endpoint.answer = answer
    assert not play_cells(tmp_path, [cell], connect())
    assert [row.index for row in read_episodes(tmp_path)] == list(range(6))


def test_what_times_out_is_owed_and_not_scored(
    tmp_path: Path, endpoint: Endpoint, connect: Connect
) -> None:
    cell = make_cell(count=3)
    right = expert(cell)

    def stuck(messages: list[dict[str, str]]) -> Answer:
        endpoint.over.wait(PATIENT)
        return right(messages)

    endpoint.answer = stuck
    pending = play_cells(tmp_path, [cell], connect(timeout=0.1))
    assert pending == {"no answer within 0.1 s": 3}
    assert not list(read_episodes(tmp_path))
    faults = list(read_lines(tmp_path / "faults.jsonl", FaultLine))
    assert sorted((line.index, line.attempt) for line in faults) == [(0, 0), (1, 0), (2, 0)]
    endpoint.answer = right
    assert not play_cells(tmp_path, [cell], connect())
    assert [row.index for row in read_episodes(tmp_path)] == [0, 1, 2]
    assert all(row.success for row in read_episodes(tmp_path))
    assert len(endpoint.bodies) == 6


def test_a_fault_after_a_reply_does_not_lose_the_reply(
    tmp_path: Path, endpoint: Endpoint, connect: Connect
) -> None:
    cell = make_cell(count=4, max_attempts=2)
    right = expert(cell, wrong=1)
    endpoint.answer = lambda messages: (
        right(messages) if len(messages) == 2 else sent(503, error={"message": "down"})
    )
    assert play_cells(tmp_path, [cell], connect()).total() == 4
    assert not list(read_episodes(tmp_path))
    endpoint.answer = right
    assert not play_cells(tmp_path, [cell], connect())
    assert all(row.success and row.tokens == 14 for row in read_episodes(tmp_path))
    assert Counter(len(body["messages"]) for body in endpoint.bodies) == {2: 4, 4: 8}


def test_an_endpoint_that_is_down_is_not_asked_for_ever(
    tmp_path: Path, endpoint: Endpoint, connect: Connect
) -> None:
    cell = make_cell(count=2 * MAX_FAILURES)
    endpoint.answer = lambda messages: sent(500, error={"message": "down"})
    pending = play_cells(tmp_path, [cell], connect(), at_once=1)
    assert len(endpoint.bodies) == MAX_FAILURES
    assert pending.total() == 2 * MAX_FAILURES
    assert pending[NOT_ASKED] == MAX_FAILURES
    endpoint.answer = lambda messages: sent(401, error={"message": "who?"})
    pending = play_cells(tmp_path, [cell], connect(), at_once=1)
    assert len(endpoint.bodies) == MAX_FAILURES + 1
    assert (
        sum(told.startswith("status 401: the key in OPENAI_API_KEY is not set") for told in pending)
        == 1
    )


def test_replies_outlive_an_interrupt(
    tmp_path: Path, endpoint: Endpoint, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = make_cell(count=5)
    endpoint.answer = expert(cell)

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Run, "append", interrupt)
        with pytest.raises(KeyboardInterrupt):
            play_cells(tmp_path, [cell], connect())
    assert not play_cells(tmp_path, [cell], connect())
    assert [row.index for row in read_episodes(tmp_path)] == list(range(5))
    assert len(endpoint.bodies) == 5


def test_a_second_interrupt_ends_what_is_under_way(
    tmp_path: Path, endpoint: Endpoint, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(_: Any) -> Answer:
        endpoint.over.wait(PATIENT)
        return said("late")

    def interrupt(*_: Any) -> None:
        endpoint.wait_for(2)
        raise KeyboardInterrupt

    async def going_on() -> int:
        return len(asyncio.all_tasks()) - 1

    endpoint.answer, policy = hang, connect()
    monkeypatch.setattr("benchmarks.chats.wait", interrupt)
    with pytest.raises(KeyboardInterrupt):
        play_cells(tmp_path, [make_cell(count=5)], policy, at_once=2)
    assert policy.start(going_on()).result(PATIENT) == 0


def test_a_torn_journal_is_asked_again_and_a_foreign_one_refused(
    tmp_path: Path, endpoint: Endpoint, connect: Connect
) -> None:
    cell = make_cell(count=3)
    endpoint.answer = expert(cell)
    play_cells(tmp_path, [cell], connect(), at_once=1)
    journal = tmp_path / "replies.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-5])
    (tmp_path / "episodes.jsonl").unlink()
    assert not play_cells(tmp_path, [cell], connect())
    assert journal.read_bytes() == whole
    assert len(endpoint.bodies) == 4
    (tmp_path / "episodes.jsonl").unlink()
    with pytest.raises(RunError, match="asks something else"):
        play_cells(tmp_path, [make_cell(count=3, max_attempts=4)], connect())


KILLED = """
import json, sys
from pathlib import Path
from agents.chat import ChatPolicy
from benchmarks.chats import play_chats
from benchmarks.rollouts import Cell
from benchmarks.records import RunRecord
from benchmarks.runs import Run

folder, url, record, cell = sys.argv[1:]
with Run(Path(folder), RunRecord.model_validate_json(record)) as run:
    play_chats(run, [Cell(**json.loads(cell))], ChatPolicy("toy", base_url=url), at_once=2)
"""


def test_a_run_that_is_killed_pays_for_nothing_twice(
    tmp_path: Path, endpoint: Endpoint, connect: Connect
) -> None:
    cell = make_cell(count=6, max_attempts=2)
    right = expert(cell, wrong=1)
    alive = threading.Semaphore(5)
    answered: Counter[str] = Counter()

    def answer(messages: list[dict[str, str]]) -> Answer:
        if not alive.acquire(blocking=False):
            endpoint.over.wait(PATIENT)
        else:
            answered[json.dumps(messages)] += 1
        return right(messages)

    endpoint.answer = answer
    command = [sys.executable, "-c", KILLED, str(tmp_path), endpoint.url]
    arguments = [RECORD.model_dump_json(), json.dumps(vars(cell))]
    root = Path(__file__).resolve().parent.parent
    with subprocess.Popen([*command, *arguments], cwd=root) as process:
        # Five replies, and both threads wait for one more.
        endpoint.wait_for(7)
        process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        process.wait(PATIENT)
    assert len(answered) == 5
    before = [line.reply for line in read_lines(tmp_path / "replies.jsonl", ReplyLine)]
    assert len(before) == 5

    alive.release(100)
    assert not play_cells(tmp_path, [cell], connect())
    rows = list(read_episodes(tmp_path))
    assert sorted(row.index for row in rows) == list(range(6))
    assert all(row.success and len(row.replies or []) == 2 for row in rows)
    assert set(answered.values()) == {1}
    assert len(answered) == 12
    assert len(endpoint.bodies) == 12 + 2  # the two that were under way have had no reply


# The command


def command(endpoint: Endpoint, folder: Path, *more: str) -> Any:
    arguments = ["evaluate", "--model", "lab/toy", "--base-url", endpoint.url, "--episodes", "2"]
    arguments += ["--out", str(folder), "--max-retries", "0", *more]
    return CliRunner().invoke(app, arguments)


def test_the_command_plays_a_suite_and_keeps_the_key_to_itself(
    tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    # What "fake" asks is what "ood_pairs" asks, and another reply wins.
    columns = [*GP_L.columns_for(seen=False), "five_cards"]
    columns = [name for name in columns if GP_L.columns[name].split != "train"]
    endpoint.answer = expert(*(stock_cell(column, 2) for column in columns))
    folder = tmp_path / "run"
    asked = ("--columns", ",".join(columns))
    done = command(endpoint, folder, *asked, "--temperature", "0")
    assert done.exit_code == 0, done.output
    rows = list(read_episodes(folder))
    assert Counter(row.cell for row in rows) == {f"lab/toy/{name}": 2 for name in columns}
    assert all(row.success and row.tokens == 7 for row in rows)
    assert set(endpoint.keys) == {f"Bearer {KEY}"}
    assert len(endpoint.bodies) == len(rows)
    for file in folder.iterdir():
        assert KEY not in file.read_text("utf-8")
    assert KEY not in done.output

    again = command(endpoint, folder, *asked, "--temperature", "0", "--concurrency", "1")
    assert again.exit_code == 0, again.output
    assert len(endpoint.bodies) == len(rows)
    for changed in (["--temperature", "1"], ["--temperature", "0", "--model", "other"]):
        refused = command(endpoint, folder, *asked, *changed)
        assert refused.exit_code == 2
        assert "another configuration" in refused.output


def test_strict_runs_judge_by_the_format(tmp_path: Path, endpoint: Endpoint) -> None:
    endpoint.answer = lambda messages: said('{"formula": "1 + 1"}')
    done = command(endpoint, tmp_path / "run", "--ids", "GeneralPoints-Text-v0", "--strict")
    assert done.exit_code == 0, done.output
    for row in read_episodes(tmp_path / "run"):
        assert (row.outcomes, row.keywords["strict"]) == (["unreadable"], True)
        replay(row)
    refused = CliRunner().invoke(app, ["evaluate", "--agent", "expert", "--strict"])
    assert refused.exit_code == 2
    assert "--strict is for a --model" in refused.output


def test_the_command_says_what_is_owed_and_goes_on(tmp_path: Path) -> None:
    folder, endpoint = tmp_path / "run", Endpoint()
    arguments = ["--ids", "GeneralPoints-Text-v0", "--max-attempts", "2"]
    down = command(endpoint, folder, *arguments)
    assert down.exit_code == 3, down.output
    assert "2 of 2 episodes are pending: 2 x no connection" in down.output
    assert not list(read_episodes(folder))
    with listening(endpoint):
        answers = iter([said("no idea")] * 2 + [sent(503, error={"message": "down"})])
        endpoint.answer = lambda messages: next(answers)
        flaky = command(endpoint, folder, *arguments, "--concurrency", "1")
        assert flaky.exit_code == 3, flaky.output
        assert "1 of 2 episodes are pending" in flaky.output
        table = (folder / "table.md").read_text()
        assert table.startswith("**INCOMPLETE, missing: 1 of 2 episodes of lab/toy/Gen")
        assert "**INCOMPLETE: Success in percent" in table
        endpoint.answer = lambda messages: said("no idea")
        done = command(endpoint, folder, *arguments)
        assert done.exit_code == 0, done.output
        assert len(endpoint.bodies) == 2 + 1 + 2
    assert [row.outcomes for row in read_episodes(folder)] == [["unreadable"] * 2] * 2
    assert "Not complete" not in (folder / "table.md").read_text()


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--agent", "expert"], "either an --agent or a --model"),
        (["--extra-body", "[1]"], "JSON object"),
        (["--extra-body", '{"x": NaN}'], "JSON object"),
        (["--max-cost", "inf"], "--max-cost must be a finite number"),
        (["--out", "/dev/null/run"], "/dev/null/run: Not a directory."),
        (["--ids", "GeneralPoints-v0"], "plays Text ids only"),
        (["--key-variable", "NO_SUCH_KEY"], "NO_SUCH_KEY is not set"),
    ],
)
def test_the_command_refuses_what_it_cannot_do(
    tmp_path: Path, endpoint: Endpoint, arguments: list[str], message: str
) -> None:
    done = command(endpoint, tmp_path / "run", *arguments)
    assert done.exit_code == 2
    assert message in done.output
    assert not endpoint.bodies


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": "x"},
        {"temperature": -1},
        {"temperature": math.inf},
        {"top_p": 3},
        {"max_tokens": 0},
    ],
    ids=str,
)
def test_numbers_that_no_endpoint_takes_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Sampling(**wrong)


@pytest.mark.parametrize("timeout", [-1, 0, "x"])
def test_a_timeout_is_seconds(timeout: Any) -> None:
    with pytest.raises(ValueError, match="seconds above 0"):
        ChatPolicy("toy", base_url="http://127.0.0.1:1", timeout=timeout)

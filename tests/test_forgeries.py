"""Forged and damaged runs: each is one change to an honest one, and each is refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.submissions.problems import Refused
from benchmarks.submissions.verify import verify
from tests.forging import Forged, honest_agent, honest_model, replayed, solved

Change = Callable[[Forged], Any]
Cases = dict[str, tuple[Change, str]]


@pytest.fixture(scope="session")
def streets(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return honest_model(tmp_path_factory.mktemp("streets"), "streets")


@pytest.fixture(scope="session")
def agent(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return honest_agent(tmp_path_factory.mktemp("agent"), "streets")


def each(rows: list[dict[str, Any]], **values: Any) -> None:
    for row in rows:
        row.update(values)


def cells_too(forged: Forged, **keywords: Any) -> None:
    """Change keywords in rows and in run.json alike."""
    for row in forged.rows:
        row["keywords"].update(keywords)
    for cell in forged.record["config"]["cells"].values():
        cell.update(keywords)


def replace_by_solution(forged: Forged, *, log: bool) -> None:
    row = next(row for row in forged.wrong if len(row["replies"]) == 2)
    at, lines = forged.rows.index(row), forged.lines(row)
    better = forged.rows[at] = solved(row)
    if log:
        lines[0]["reply"] = better["replies"][0]
        forged.log.remove(lines[1])
        better["tokens"] = 7


def swap_replies(forged: Forged, *, log: bool) -> None:
    one, two = forged.right[0], forged.wrong[0]
    for name in ("replies", "rewards", "outcomes", "success", "tokens"):
        one[name], two[name] = two[name], one[name]
    if log:
        for name in ("cell", "index"):
            first, second = forged.lines(one), forged.lines(two)
            for line, other in zip(first, second):
                line[name], other[name] = other[name], line[name]


def leave_out_failed(forged: Forged, *, renumber: bool) -> None:
    for row in forged.wrong:
        forged.rows.remove(row)
        for line in forged.lines(row):
            forged.log.remove(line)
    if renumber:
        count: dict[str, int] = {}
        for row in forged.rows:
            lines, index = forged.lines(row), count.get(row["cell"], 0)
            row["index"], count[row["cell"]] = index, index + 1
            for line in lines:
                line["index"] = index
        forged.record["config"]["episodes"] = count


def leave_out_column(forged: Forged) -> None:
    forged.rows = [row for row in forged.rows if row["cell"] != "toy/rule_ood"]
    forged.log = [line for line in forged.log if line["cell"] != "toy/rule_ood"]
    for told in ("cells", "episodes"):
        del forged.record["config"][told]["toy/rule_ood"]


def overwrite_wrong(forged: Forged) -> None:
    for row in forged.wrong:
        copy = next(one for one in forged.right if one["cell"] == row["cell"])
        forged.rows[forged.rows.index(row)] = {**copy, "index": row["index"]}


def another_fold(forged: Forged, *, rows: bool, record: bool) -> None:
    fold = {"split": "test", "fold": [3, 7, 6]}
    if rows:
        for row in forged.rows:
            row["keywords"].update(fold)
    if record:
        forged.record["seeds"] = [3]
        for cell in forged.record["config"]["cells"].values():
            cell.update(fold)


def rename_column(forged: Forged) -> None:
    forged.rows = [row for row in forged.rows if row["cell"] != "toy/rule_ood"]
    for row in list(forged.rows):
        forged.rows.append({**row, "cell": "toy/rule_ood"})


def raw(name: str, change: Callable[[bytes], bytes] | None) -> Change:
    return lambda f: f.raw.update({name: change})


def text(forged: Forged, old: str, new: str) -> None:
    """Replace a text in the first row."""
    line = json.dumps(forged.rows[0], separators=(",", ":"), ensure_ascii=False) + "\n"
    assert old in line
    forged.rows[0] = line.replace(old, new, 1)


def versions(forged: Forged) -> dict[str, str]:
    told: dict[str, str] = forged.record["sessions"][0]["versions"]
    return told


ROWS: Cases = {
    "success of all": (lambda f: each(f.wrong, success=True), "success is True, and"),
    "success as yes": (lambda f: each(f.wrong, success="yes"), "is no row of an episode: success"),
    "success as 1": (lambda f: each(f.wrong, success=1), "is no row of an episode: success"),
    "rewards": (lambda f: each(f.wrong[:1], rewards=[5.0, 5.0]), r"rewards is \[5.0"),
    "outcomes": (lambda f: each(f.wrong[:1], outcomes=["correct"] * 2), "outcomes is"),
    "rewards and success": (
        lambda f: each(f.wrong[:1], rewards=[-2.0, 5.0], success=True),
        "rewards is",
    ),
    "solver in rows": (lambda f: replace_by_solution(f, log=False), "response log has the replies"),
    "solver in rows and log": (lambda f: replace_by_solution(f, log=True), "its seal is not that"),
    "replies swapped": (lambda f: swap_replies(f, log=False), "rewards is"),
    "replies swapped in both": (lambda f: swap_replies(f, log=True), "its seal is not that"),
    "digest": (lambda f: each(f.rows[:1], digest="0" * 16), "digest is '0000"),
    "attempt trimmed": (
        lambda f: [f.wrong[0][name].pop() for name in ("replies", "rewards", "outcomes")],
        "episode 2 of toy/in: rewards is",
    ),
    "failed left out": (lambda f: leave_out_failed(f, renumber=False), "lacks 2 episodes"),
    "failed left out, renumbered": (
        lambda f: leave_out_failed(f, renumber=True),
        "config.episodes.toy/in is 4, and size .* has 6",
    ),
    "column left out": (leave_out_column, "the column of toy/rule_ood is missing"),
    "right rows doubled": (lambda f: f.rows.extend(f.right), "episode 0 .* is there twice"),
    "wrong rows overwritten": (overwrite_wrong, "episode 2 of toy/in: episode_seed is"),
    "other seeds": (
        lambda f: [row.update(episode_seed=row["episode_seed"] + 1) for row in f.rows],
        "episode 0 of toy/in: episode_seed is",
    ),
    "another fold in rows": (
        lambda f: another_fold(f, rows=True, record=False),
        "episode 0 of toy/in: keywords is .*split",
    ),
    "another fold in run.json": (
        lambda f: another_fold(f, rows=False, record=True),
        "the column of toy/in_train is missing",
    ),
    "another fold in both": (
        lambda f: another_fold(f, rows=True, record=True),
        "the column of toy/in_train is missing",
    ),
    "training hands": (
        lambda f: [row["keywords"].update(split="train", fold=[0, 7, 6]) for row in f.rows],
        "keywords is",
    ),
    "target 10": (lambda f: f.rows[0]["keywords"].update(target=10), "keywords is .*target"),
    "target 10 everywhere": (lambda f: cells_too(f, target=10), "config.cells.toy/in is"),
    "rule ten out of distribution": (
        lambda f: f.rows[-1]["keywords"].update(rule="ten"),
        "episode 5 of toy/rule_ood: keywords is .*ten",
    ),
    "rule ten everywhere": (lambda f: cells_too(f, rule="ten"), "config.cells.toy/rule_ood is"),
    "5 attempts in rows": (lambda f: f.rows[0]["keywords"].update(max_attempts=5), "keywords is"),
    "5 attempts everywhere": (lambda f: cells_too(f, max_attempts=5), "episode 2 .* rewards is"),
    "compact in rows": (lambda f: f.rows[0]["keywords"].update(template="compact"), "keywords is"),
    "compact everywhere": (lambda f: cells_too(f, template="compact"), "template is for weights"),
    "column renamed": (rename_column, "episode 0 of toy/rule_ood: id is"),
    "tokens 1": (lambda f: each(f.rows, tokens=1), "tokens are 1, and 7 in the response log"),
    "tokens 10^18": (lambda f: each(f.rows, tokens=10**18), "tokens are 10+, and 7"),
    "hand": (lambda f: each(f.rows[:1], hand=[1, 1, 1, 1]), "hand is"),
    "cluster": (lambda f: each(f.rows[:1], cluster="1-1-1-1"), "cluster is '1-1-1-1'"),
    "seen": (lambda f: each(f.rows[:1], seen=False), "seen is told"),
    "in_format": (lambda f: each(f.rows[:1], in_format=0.5), "in_format is 0.5"),
    "in_format left out": (lambda f: f.rows[2].pop("in_format"), "some rows tell in_format"),
    "reward NaN": (lambda f: text(f, '"rewards":[5.0]', '"rewards":[NaN]'), "line 1 is no row"),
    "reward Infinity": (lambda f: text(f, "[5.0]", "[Infinity]"), "line 1 is no row"),
    "reward 1e400": (lambda f: text(f, "[5.0]", "[1e400]"), "line 1 is no row"),
    "reward a text": (lambda f: text(f, "[5.0]", '["5.0"]'), "not written as shiftgym writes it"),
    "unknown field": (lambda f: each(f.rows[:1], bonus=1), "line 1 is no row .*bonus"),
    "field twice": (
        lambda f: text(f, '"success":true', '"success":false,"success":true'),
        "not written as shiftgym writes it",
    ),
    "garbage": (lambda f: f.rows.insert(0, "garbage\n"), "line 1 is no row"),
    "unknown id": (lambda f: each(f.rows[:1], id="CartPole-v1"), "id is 'CartPole-v1'"),
    "unknown keyword": (lambda f: f.rows[0]["keywords"].update(nonsense=1), "keywords is"),
    "deep nesting": (lambda f: f.rows.insert(0, "[" * 10**6 + "\n"), "bytes outside of texts"),
    "deep keywords": (
        lambda f: text(f, '"keywords":{', '"keywords":{"a":' + "[" * 10**5 + "]" * 10**5 + ","),
        "line 1 is no row",
    ),
    "actions and replies": (lambda f: each(f.rows[:1], actions=[0]), "either actions or replies"),
    "no actions": (lambda f: f.rows[0].pop("replies"), "either actions or replies"),
    "actions of symbols": (
        lambda f: text(f, f'"replies":[{json.dumps(f.rows[0]["replies"][0])}]', '"actions":[0]'),
        "episode 0 of toy/in: it does not replay: ValueError: A reply is a text",
    ),
    "index beyond": (lambda f: each(f.rows[:1], index=6), "the column has 6 episodes"),
    "another cell": (lambda f: each(f.rows[:1], cell="toy/other"), "there is no such cell"),
    "torn": (raw("episodes.jsonl", lambda data: data[:-5]), "line 12 is torn"),
    "empty": (raw("episodes.jsonl", lambda data: b""), "lacks 6 episodes of toy/in"),
    "rows missing": (raw("episodes.jsonl", None), "episodes.jsonl is missing"),
    "null bytes": (raw("episodes.jsonl", lambda data: bytes(1000) + b"\n"), "line 1 is no row"),
}  # fmt: skip

LOG: Cases = {
    "log missing": (raw("replies.jsonl", None), "replies.jsonl is missing"),
    "log torn": (raw("replies.jsonl", lambda data: data[:-5]), "replies.jsonl, line 20 is torn"),
    "log empty": (raw("replies.jsonl", lambda data: b""), "has the replies"),
    "served": (lambda f: each(f.log, served="gpt-9"), "reply 0 of episode 0 of toy/in.* its seal"),
    "finish_reason": (lambda f: each(f.log, finish_reason="length"), "its seal is not that"),
    "finish_reason, sealed": (
        lambda f: (each(f.log, finish_reason="length"), f.reseal()),
        "no_answer is None, which does not follow",
    ),
    "tokens in both": (
        lambda f: (each(f.log, completion_tokens=1), each(f.rows, tokens=1)),
        "its seal is not that",
    ),
    "endless tokens, sealed": (
        lambda f: (each(f.log, completion_tokens=10**18), f.reseal()),
        "completion_tokens are 10+, expected",
    ),
    "negative tokens, sealed": (
        lambda f: (each(f.log, completion_tokens=-1), f.reseal()),
        "completion_tokens are -1, expected",
    ),
    "another prompt, sealed": (
        lambda f: (each(f.log[:1], asked="0" * 16), f.reseal()),
        "episode 0 of toy/in: reply 0 answers another prompt",
    ),
    "pictures, sealed": (
        lambda f: (each(f.log[:1], pictures=["0" * 16]), f.reseal()),
        "answers other pictures",
    ),
    "another reply, sealed": (
        lambda f: (each(f.log[:1], reply="42"), f.reseal()),
        "episode 0 of toy/in: reply 0 is not the one in the response log",
    ),
    "terminal codes, sealed": (
        lambda f: (each(f.log, served="toy\x1b[2J"), f.reseal()),
        "control characters",
    ),
    "no seals": (lambda f: [line.pop("seal") for line in f.log], "its seal is not that"),
    "line twice": (lambda f: f.log.append(f.log[0]), "line 21 .* is there twice"),
    "line of no episode": (
        lambda f: (f.log.append({**f.log[0], "index": 99}), f.reseal()),
        "replies of episode 99 of toy/in, which has no row",
    ),
    "line of no cell": (
        lambda f: (f.log.append({**f.log[0], "cell": "x\x1b"}), f.reseal()),
        r"x\\x1b\) is of a cell that is not played",
    ),
    "unknown field of a line": (lambda f: each(f.log[:1], bonus=1), "line 1 is no reply: bonus"),
}

RECORD: Cases = {
    "suite digest": (lambda f: f.record.update(suites={"cards": "0" * 16}), "digest 0000"),
    "another suite": (lambda f: f.record.update(suites={"gp-l": "0" * 16}), "of the suite gp-l"),
    "no suite": (lambda f: f.record.update(suites={}), "names 0 suites"),
    "seeds": (lambda f: f.record.update(seeds=[1]), "config.cells.toy/in is"),
    "model": (lambda f: f.record["config"].update(model="gpt-9"), "is of 'gpt-9', and its cells"),
    "sampling": (lambda f: f.record["config"]["sampling"].update(temperature=1.0), "its seal"),
    "versions": (lambda f: versions(f).update(shiftgym="9.9"), "its seal is not that"),
    "model renamed": (lambda f: f.rename("toy", "gpt-9"), "of gpt-9/in.*: its seal is not that"),
    "episodes": (
        lambda f: f.record["config"]["episodes"].update({"toy/in": 3}),
        "config.episodes.toy/in is 3",
    ),
    "half an episode": (
        lambda f: f.record["config"]["episodes"].update({"toy/in": 6.0}),
        "of no size of cards",
    ),
    "more cells": (
        lambda f: f.record["config"]["cells"].update({"toy/x": {"id": "GeneralPoints-v0"}}),
        "'toy/x' is no cell",
    ),
    "more config": (lambda f: f.record["config"].update(retries=3), "config has the keys"),
    "a study": (lambda f: f.record.update(kind="study"), "only evaluations"),
    "strict as 1": (lambda f: cells_too(f, strict=1), "config.cells.toy/in is .*strict"),
    "script": (lambda f: f.rename("toy", "<script>x</script>"), "no markup; it holds <"),
    "pipe": (lambda f: f.rename("toy", "a|b"), r"no markup; it holds \|"),
    "terminal codes": (lambda f: f.rename("toy", "a\\u001b[2Jb"), "visible characters"),
    "null": (lambda f: f.rename("toy", "a\\u0000b"), "visible characters"),
    "formula": (lambda f: f.rename("toy", "=HYPERLINK(1)"), "no formula; it begins with ="),
    "direction override": (lambda f: f.rename("toy", "a\u202eb"), "visible characters"),
    "no record": (raw("run.json", None), "neither submission.yaml nor run.json"),
    "deep record": (
        raw("run.json", lambda _: b"[" * 10**6),
        r"run\.json has more than .* outside of",
    ),
    "agent in place of a model": (
        lambda f: without_log(f, "toy"),
        "toy is no model with a response log",
    ),
    "agent beside a log": (
        lambda f: f.record["config"].update(agent="toy", weights="", model=None),
        "config has the keys",
    ),
    "reference in place of a model": (
        lambda f: (without_log(f, "toy"), f.rename("toy", "expert")),
        "tokens|expert played again does",
    ),
    "module in place of a model, tokens": (
        lambda f: (without_log(f, "toy"), f.rename("toy", "my:toy"), each(f.rows, tokens=10**6)),
        "tokens are 1000000, and the replies have",
    ),
}

WALKS: Cases = {
    "another fold in rows and run.json": (
        lambda f: another_fold(f, rows=True, record=True),
        "config.episodes.toy/in|episode 0 of toy/in: episode_seed is",
    ),
    "metrics 1": (
        lambda f: [row["metrics"].update(dict.fromkeys(row["metrics"], 1.0)) for row in f.rows],
        r"metrics is .*1.0}, and replayed",
    ),
    "metrics 50": (lambda f: f.rows[0]["metrics"].update(turn_accuracy=50.0), "metrics.turn_acc"),
    "metrics NaN": (
        lambda f: text(f, '"turn_accuracy":0.0', '"turn_accuracy":NaN'),
        "line 1 is no row .*turn_accuracy",
    ),
    "a metric missing": (lambda f: f.rows[0]["metrics"].pop("turn_accuracy"), "metrics is"),
    "a metric added": (lambda f: f.rows[0]["metrics"].update(bonus=1.0), "metrics is .*bonus"),
    "no metrics": (lambda f: f.rows[0].pop("metrics"), "metrics is None"),
    "a file as city": (lambda f: f.rows[0]["keywords"].update(city="/etc/passwd"), "keywords is"),
    "a file as city everywhere": (lambda f: cells_too(f, city="/etc/passwd"), "config.cells"),
    "steps trimmed": (
        lambda f: [f.rows[0][name].pop() for name in ("replies", "rewards", "outcomes")],
        "rewards is",
    ),
}

AGENT: Cases = {
    "solved": (
        lambda f: f.rows.__setitem__(0, solved(f.rows[0])),
        "episode 0 of random/in: random played again does",
    ),
    "one action": (
        lambda f: f.rows.__setitem__(
            0, replayed({**f.rows[0], "actions": [0, *f.rows[0]["actions"][1:]]})
        ),
        "random played again does|an action",
    ),
    "expert renamed": (lambda f: f.rename("random", "expert"), "expert played again does"),
    "action out of range": (lambda f: each(f.rows[:1], actions=[10**6]), "does not replay"),
    "actions as floats": (
        lambda f: each(f.rows[:1], actions=[float(one) for one in f.rows[0]["actions"]]),
        "not written as shiftgym writes it",
    ),
    "fewer tokens": (lambda f: each(f.rows, tokens=1), "tokens is 1, and replayed"),
    "weights invented": (
        lambda f: f.record["config"].update(weights="0" * 16),
        "has trained on the task",
    ),
    "a log invented": (lambda f: f.record["config"].update(sampling={}), "config has the keys"),
}


def without_log(forged: Forged, agent: str) -> None:
    """Say that an agent played, which leaves no log."""
    config = forged.record["config"]
    told = {name: config[name] for name in ("cells", "episodes")}
    forged.record["config"] = {"agent": agent, "weights": "", **told}
    forged.log = []


FORGED = {"cards_run": ROWS | LOG | RECORD, "streets": WALKS, "agent": AGENT}


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, cases in FORGED.items() for name in cases]
)
def test_forgeries_are_refused(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, name: str
) -> None:
    change, reason = FORGED[kind][name]
    forged = Forged.of(*request.getfixturevalue(kind))
    change(forged)
    with pytest.raises(Refused, match=reason) as refused:
        verify(forged.write(tmp_path / "run"), forged.suite)
    assert len(str(refused.value)) < 10_000
    assert not set("\x1b\x00\u202e") & set(str(refused.value))


@pytest.mark.parametrize("kind", ["cards_run", "streets", "agent"])
def test_honest_runs_hold(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    run, suite = request.getfixturevalue(kind)
    verdict = verify(run, suite)
    assert verdict.rerun == (kind == "agent")
    unknown = " ".join(verdict.lines())
    assert ("who wrote the replies" in unknown) == (kind != "agent")
    # Written again it is the same run; rows in another order are the same episodes.
    forged = Forged.of(run, suite)
    forged.rows.reverse()
    assert verify(forged.write(tmp_path / "run"), suite).cells == verdict.cells


def test_runs_of_other_versions_hold(cards_run: tuple[Path, Path], tmp_path: Path) -> None:
    forged = Forged.of(*cards_run)
    versions(forged).update(shiftgym="0.2.0", numpy="3.0.0")
    forged.reseal()
    for row in forged.rows:
        del row["in_format"]
    verdict = verify(forged.write(tmp_path / "run"), forged.suite)
    assert [cell.success for cell in verdict.cells] == pytest.approx([4 / 6, 4 / 6])


def test_what_nobody_can_know_is_said(cards_run: tuple[Path, Path], tmp_path: Path) -> None:
    """Whoever writes the replies and the log anew has made another honest-looking run."""
    forged = Forged.of(*cards_run)
    replace_by_solution(forged, log=True)
    forged.reseal()
    verdict = verify(forged.write(tmp_path / "run"), forged.suite)
    assert "who wrote the replies" in verdict.unknown()[0]

"""Run folders: nothing lost, nothing twice, nothing mixed, whatever happened to the process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.records import Episode, RunRecord
from benchmarks.runs import (
    Run,
    RunError,
    pack_json,
    read_episodes,
    read_json,
    read_record,
    write_json,
)


def make_record(**config: object) -> RunRecord:
    return RunRecord(kind="evaluate", config={"episodes": 3, **config}, seeds=[0], suites={})


def make_row(index: int, cell: str = "expert/in") -> Episode:
    return Episode(
        cell=cell,
        index=index,
        id="GeneralPoints-v0",
        keywords={"rule": "ten"},
        episode_seed=2**61 + index,
        hand=[1, 5, 11, 13],
        digest="0" * 16,
        cluster="1-5-10-10",
        actions=[0, 25],
        rewards=[5.0],
        outcomes=["correct"],
        success=True,
        tokens=2,
    )


def test_rows_come_back_as_written(tmp_path: Path) -> None:
    rows = [make_row(index) for index in range(3)]
    with Run(tmp_path, make_record()) as run:
        run.append(rows[:2])
        run.append(rows[2:])
        assert run.done("expert/in", 2)
        assert not run.done("expert/in", 3)
    assert list(read_episodes(tmp_path)) == rows


def test_rows_from_before_there_were_clusters_are_read(tmp_path: Path) -> None:
    row = make_row(0).model_copy(update={"seen": True})
    old = row.model_dump(mode="json", exclude_none=True, exclude={"cluster", "seen"})
    (tmp_path / "episodes.jsonl").write_text(json.dumps({**old, "values_seen": True}) + "\n")
    assert list(read_episodes(tmp_path)) == [row]


@given(cut=st.integers(1, 200))
def test_a_torn_last_line_is_dropped_and_written_again(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    folder = tmp_path_factory.mktemp("run")
    with Run(folder, make_record()) as run:
        run.append([make_row(0), make_row(1)])
    path = folder / "episodes.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    assert list(read_episodes(folder)) == [make_row(0)]
    with Run(folder, make_record()) as run:
        assert not run.done("expert/in", 1)
        run.append([make_row(1)])
    assert path.read_bytes() == whole


def test_a_lone_torn_line_leaves_an_empty_file(tmp_path: Path) -> None:
    with Run(tmp_path, make_record()):
        pass
    path = tmp_path / "episodes.jsonl"
    path.write_bytes(b"x" * 200_000)
    with Run(tmp_path, make_record()):
        pass
    assert path.read_bytes() == b""


def test_a_damaged_line_in_the_middle_is_named(tmp_path: Path) -> None:
    with Run(tmp_path, make_record()) as run:
        run.append([make_row(0)])
    path = tmp_path / "episodes.jsonl"
    path.write_bytes(b"{}\n" + path.read_bytes())
    with pytest.raises(RunError, match="line 1"):
        list(read_episodes(tmp_path))


def test_another_configuration_is_refused_and_says_what_changed(tmp_path: Path) -> None:
    with Run(tmp_path, make_record(agent="expert")):
        pass
    before = (tmp_path / "run.json").read_bytes()
    with pytest.raises(RunError, match=r'config\.agent was "expert", now "random"'):
        Run(tmp_path, make_record(agent="random"))
    assert (tmp_path / "run.json").read_bytes() == before
    # The refusal lets the folder go.
    with Run(tmp_path, make_record(agent="expert")):
        pass


def test_a_row_is_never_written_twice(tmp_path: Path) -> None:
    with Run(tmp_path, make_record()) as run:
        run.append([make_row(0)])
        with pytest.raises(RunError, match="already"):
            run.append([make_row(0)])
        with pytest.raises(RunError, match="already"):
            run.append([make_row(1), make_row(1)])
    assert [row.index for row in read_episodes(tmp_path)] == [0]


def test_a_folder_serves_one_run_at_a_time(tmp_path: Path) -> None:
    with Run(tmp_path, make_record()), pytest.raises(RunError, match="in use"):
        Run(tmp_path, make_record())


def test_sittings_are_noted_once(tmp_path: Path) -> None:
    for _ in range(2):
        with Run(tmp_path, make_record()):
            pass
    sessions = read_record(tmp_path).sessions
    assert len(sessions) == 1
    assert "numpy" in sessions[0].versions
    assert sessions[0].cores >= 1


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no run folder"):
        read_record(tmp_path)
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(RunError, match="not a record"):
        read_record(tmp_path)


def test_json_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "book.json"
    write_json(path, {"a": 1})
    with pytest.raises(TypeError):
        write_json(path, {"a": object()})
    assert read_json(path) == {"a": 1}
    assert read_json(tmp_path / "missing.json") is None
    assert json.loads(path.read_text()) == {"a": 1}


def test_packed_json_reads_as_what_was_packed(tmp_path: Path) -> None:
    path = tmp_path / "book.json"
    many = {"a": [0.5] * 100_000}  # more than a line may have outside of texts
    pack_json(path, many)
    assert read_json(path) == many
    pack_json(path, {"a": ["\u00fc", 0.1]})
    assert not path.exists()
    assert read_json(path) == {"a": ["\u00fc", 0.1]}
    # The file itself counts, where there is one.
    write_json(path, {"a": 2})
    assert read_json(path) == {"a": 2}
    path.unlink()
    packed = tmp_path / "book.json.xz"
    packed.write_bytes(packed.read_bytes()[:-5])
    with pytest.raises(RunError, match=r"book.json holds no JSON \(book.json.xz is no whole xz"):
        read_json(path)

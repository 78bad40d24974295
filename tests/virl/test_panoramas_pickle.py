"""The reader of downloaded mappings: what Python writes of places, and nothing that acts."""

from __future__ import annotations

import collections
import contextlib
import pickle
import pickletools
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from virl_env.panoramas import safe_pickle
from virl_env.panoramas.safe_pickle import read_places

HERE = (40.5, -73.25)
TOUCHED: list[str] = []


def touch(name: str) -> str:
    TOUCHED.append(name)
    return name


class Acts:
    """Calls a function where it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return touch, ("called",)


class Plain:
    """An object of a class, with a state."""

    def __init__(self) -> None:
        self.state = 1


def write(folder: Path, data: bytes) -> Path:
    path = folder / "gps_pano_mapping.pkl"
    path.write_bytes(data)
    return path


def refused(folder: Path, data: bytes, match: str) -> None:
    path = write(folder, data)
    with pytest.raises(ValueError, match=match) as error:
        read_places(path)
    assert str(path) in str(error.value)
    assert not TOUCHED


numbers = st.floats(allow_nan=False) | st.integers(-(2**31), 2**31 - 1)
mappings = st.dictionaries(st.tuples(numbers, numbers), st.text())


@given(value=mappings, protocol=st.integers(0, pickle.HIGHEST_PROTOCOL), optimised=st.booleans())
def test_reads_what_python_writes(
    tmp_path_factory: pytest.TempPathFactory, value: Any, protocol: int, optimised: bool
) -> None:
    data = pickle.dumps(value, protocol)
    if optimised:
        data = pickletools.optimize(data)
    found = read_places(write(tmp_path_factory.mktemp("pickle"), data))
    assert repr(found) == repr(list(value.items()))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_many_places_and_shared_texts(tmp_path: Path, protocol: int) -> None:
    mapping = {(number / 7, -number / 3): f"p{number % 5}" for number in range(5_000)}
    found = read_places(write(tmp_path, pickle.dumps(mapping, protocol)))
    assert dict(found) == mapping


def test_texts_of_python_2_are_texts(tmp_path: Path) -> None:
    # What Python 2.7 writes for {(1.5, -2.25): "abc"} in protocols 0 and 2.
    text = b"(dp0\n(F1.5\nF-2.25\ntp1\nS'abc'\np2\ns."
    binary = b"\x80\x02}q\x00G?\xf8\x00\x00\x00\x00\x00\x00G\xc0\x02\x00\x00\x00\x00\x00\x00\x86q"
    binary += b"\x01U\x03abcq\x02s."
    for data in (text, binary):
        assert read_places(write(tmp_path, data)) == [((1.5, -2.25), "abc")]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    "value, name",
    [
        (Acts(), r"asks for .*touch"),
        (Plain(), r"asks for .*(Plain|_reconstructor)"),
        (print, r"asks for (__builtin__|builtins)\.print"),
        (collections.OrderedDict(), r"asks for collections\.OrderedDict"),
        (np.float64(1.5), r"asks for numpy\.(_core|core)\.multiarray\.scalar"),
        (2j, r"asks for (__builtin__|builtins)\.complex"),
        ({Acts(): 1}, r"asks for .*touch|a dict in a dict"),
    ],
    ids=["call", "object", "function", "OrderedDict", "NumPy", "complex", "key"],
)
@pytest.mark.parametrize("place", ["alone", "value"])
def test_whatever_needs_a_global_is_refused_by_its_name(
    tmp_path: Path, protocol: int, value: Any, name: str, place: str
) -> None:
    wrapped = {"alone": value, "value": {(1.0, 2.0): value}}[place]
    refused(tmp_path, pickle.dumps(wrapped, protocol), name)


@pytest.mark.parametrize(
    "data, name",
    [
        (b"cos\nsystem\n(S'true'\ntR.", r"asks for os\.system"),
        (b"(S'true'\nios\nsystem\n.", r"asks for os\.system"),
        (b"\x80\x04\x8c\x02os\x8c\x06system\x93.", r"asks for os\.system"),
        # Names that are fetched from the memo, or that are no text.
        (b"\x80\x04\x8c\x02os\x94\x8c\x06system\x94h\x00h\x01\x93.", r"asks for os\.system"),
        (b"\x80\x04K\x01N\x93.", r"asks for int\.NoneType"),
        (b"\x80\x02\x82\x05.", "registered extension 5"),
        (b"\x80\x02\x84\x05\x00\x00\x00.", "registered extension 5"),
        (b"Pabc\n.", "lies outside"),
        (b"\x80\x02K\x01Q.", "lies outside"),
        (b"\x80\x02K\x01R.", "instruction REDUCE"),
        (b"\x80\x02K\x01\x81.", "instruction NEWOBJ"),
        (b"\x80\x02}Nb.", "instruction BUILD"),
        (b"\x80\x03C\x02ab.", "instruction SHORT_BINBYTES"),
        (b"\x80\x05\x97.", "instruction NEXT_BUFFER"),
        (b"\x80\x05\x96" + struct.pack("<Q", 2) + b"ab.", "instruction BYTEARRAY8"),
    ],
)
def test_tricks_of_the_protocol_are_refused(tmp_path: Path, data: bytes, name: str) -> None:
    refused(tmp_path, data, name)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"garbage",
        b"\x80\x04",
        b"\x80\x09N.",
        b".",
        b"NN.",
        b"]K\x01s.",
        b"K\x01K\x02K\x03s.",
        b"NK\x02K\x03s.",
        b"(K\x01d.",
        b"h\x05.",
        b"K\x01\x86.",
        b"u.",
        b"]]K\x01\x86.",
        b"}]K\x01s.",
        b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.",
        b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7fab.",
        b"I" + b"9" * 5000 + b"\n.",
        pickle.dumps({(1.0, 2.0): "abc"})[:-5],
    ],
)
def test_what_is_no_pickle_is_refused(tmp_path: Path, data: bytes) -> None:
    refused(tmp_path, data, "no pickle|holds")


@given(data=st.data(), protocol=st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_damages_raise_nothing_but_value_errors(
    tmp_path_factory: pytest.TempPathFactory, data: Any, protocol: int
) -> None:
    whole = bytearray(pickle.dumps({(1.5, -2.25): "abc", (3.0, 4.0): ["abc", 2**70]}, protocol))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
        if not whole:
            break
    path = write(tmp_path_factory.mktemp("pickle"), bytes(whole))
    with contextlib.suppress(ValueError):  # any other error fails
        read_places(path)


@pytest.mark.parametrize(
    "value, told",
    [
        ([1, 2], "a list"),
        ({1, 2}, "asks for|a set"),
        ((), "an empty tuple"),
        ((1.0,), "a tuple of 1"),
        ((1, 2, 3), "a tuple of 3"),
        ((1,) * 9, "a tuple of 9"),
        ("text", "'text'"),
        (7, "holds 7"),
        (None, "None"),
        ((1.5, 2.5), r"\(1\.5, 2\.5\)"),
        ({HERE: {}}, "a dict in a dict"),
        ({HERE: ["a"]}, "a list"),
        ({HERE: 17}, "identifier 17"),
        ({1.5: "a"}, r"key 1\.5"),
        ({("x", 1.0): "a"}, r"key \('x', 1\.0\)"),
        ({(True, 0.0): "a"}, r"key \(True"),
        ({(HERE, 0.0): "a"}, r"key \(\("),
        ({(2**80, 1): "a"}, "instruction LONG1"),
    ],
)
def test_whatever_is_no_mapping_is_refused_by_what_it_holds(
    tmp_path: Path, value: Any, told: str
) -> None:
    refused(tmp_path, pickle.dumps(value, 4), told)


def test_large_files_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = pickle.dumps({HERE: "x" * 2**20})
    monkeypatch.setattr(safe_pickle, "MAX_BYTES", 2**20)
    refused(tmp_path, data, "larger than 1 MiB")
    monkeypatch.setattr(safe_pickle, "MAX_BYTES", 2**21)
    assert read_places(write(tmp_path, data)) == [(HERE, "x" * 2**20)]
    monkeypatch.setattr(safe_pickle, "MAX_PLACES", 2)
    many = {(float(number), 0.0): "a" for number in range(3)}
    refused(tmp_path, pickle.dumps(many), "more than 2 places")


def test_an_error_names_nothing_that_a_terminal_acts_on(tmp_path: Path) -> None:
    data = b"\x80\x04\x8c\x06os\x1b[2J\x8c\x06system\x93."
    refused(tmp_path, data, r"os\\x1b\[2J\.system")
    refused(tmp_path, pickle.dumps({"\x1b[2J": "a"}), r"key '\\x1b")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_places(tmp_path / "nowhere.pkl")


def test_a_program_much_longer_than_its_places_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, b"\x80\x02}" + b"(u" * 100_000 + b".", "instructions for 0 places")
    whole = {(n / 7, n / 3): f"pano {n}" for n in range(3_000)}
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        path = tmp_path / "whole.pkl"
        path.write_bytes(pickle.dumps(whole, protocol=protocol))
        assert dict(read_places(path)) == whole

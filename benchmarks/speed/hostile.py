"""What hostile files take until they are refused: `python -m benchmarks.speed.hostile`."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.speed.rows import row, show, with_ratios

BAR_SECONDS = 1.0
BAR_MEGABYTES = 500.0

MAPPING = "gps_pano_mapping.pkl"

_STREET = """<graphml>
<key id="x" attr.name="x"/><key id="y" attr.name="y"/><key id="highway" attr.name="highway"/>
<node id="a"><data key="x">10</data><data key="y">0</data></node>
<node id="b"><data key="x">10.01</data><data key="y">0</data></node>
<edge source="a" target="b"><data key="highway">residential</data></edge>
</graphml>"""
"""What features of a map stand beside."""

# One process for all the files of a kind: what one of them takes at most, all of them do.
_REFUSE = """
import json, resource, sys, time
def seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
kind = sys.argv[1]
if kind == "mapping":
    from virl_env.panoramas import PanoramaFolder
    read = lambda path: PanoramaFolder(path.rsplit("/", 1)[0])
elif kind == "panorama":
    from virl_env.panoramas import PanoramaFolder
    read = lambda path: PanoramaFolder(path.rsplit("/", 1)[0]).four((1.0, 2.0), 0, 64)
elif kind == "city":
    from virl_env import load_city as read
elif kind == "routes":
    from virl_env import load_routes as read
elif kind == "demonstrations":
    from agents.gp.files import load_demonstrations as read
elif kind == "map":
    from virl_env.maps import city_from_osm
    def read(path):
        streets = path.rsplit("/", 1)[0] + "/streets.graphml"
        is_features = path.endswith(".geojson")
        city_from_osm(streets, features=path) if is_features else city_from_osm(path)
else:
    from benchmarks.weights import saved_player
    from pathlib import Path
    read = lambda path: saved_player(Path(path))
for path in sys.argv[2:]:
    before, told = seconds(), ""
    try:
        read(path)
    except ValueError as error:
        told = str(error)
    status = open("/proc/self/status").read() if sys.platform == "linux" else ""
    peak = int(status.split("VmHWM:")[1].split()[0]) if "VmHWM:" in status else 0
    print(json.dumps([path, seconds() - before, peak * 1024 / 1e6, told]))
"""


def measure() -> list[dict[str, Any]]:
    """Weigh the refusals of files that are made to take time or memory.

    Returns:
        Rows as `benchmarks.speed.rows.row` makes them: for each kind of file the CPU seconds that
        the slowest refusal takes, and the memory of a process that refuses all of them, what it
        imports included; 0 where a process cannot tell its peak.
    """
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for kind, refusals in refused(Path(name)).items():
            slowest, (seconds, _, _) = max(refusals.items(), key=lambda refusal: refusal[1][0])
            peak = max(peak for _, peak, _ in refusals.values())
            rows.append(row(f"{kind}: {slowest}", seconds, "s", BAR_SECONDS, at_most=True))
            what = f"{kind}: {len(refusals)} files, peak of memory"
            rows.append(row(what, peak, "MB", BAR_MEGABYTES, at_most=True))
    return rows


def refused(folder: Path) -> dict[str, dict[str, tuple[float, float, str]]]:
    """Have all hostile files read, those of a kind by a process of their own.

    Returns:
        By kind and name of the file: CPU seconds, the peak of the process in MB, and the message of
        its ValueError; "" where there was none.
    """
    found = {}
    for kind, write in KINDS.items():
        files = {}
        for number, (name, file, content) in enumerate(write()):
            path = folder / kind / str(number) / file
            path.parent.mkdir(parents=True)
            path.write_bytes(content)
            files[str(path)] = name
            if kind == "panorama":
                mapping = pickle.dumps({(1.0, 2.0): "a"})
                (path.parent / MAPPING).write_bytes(mapping)
                (path.parent / "a.metadata.json").write_text('{"rotation": 0}')
            if kind == "map":
                (path.parent / "streets.graphml").write_text(_STREET)
        command = [sys.executable, "-c", _REFUSE, kind, *files]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        run = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=120, env=environment
        )
        refusals = [json.loads(line) for line in run.stdout.splitlines()]
        found[kind] = {files[path]: (cpu, peak, told) for path, cpu, peak, told in refusals}
    return found


def mappings() -> Iterator[tuple[str, str, bytes]]:
    """Yield names, files and contents of mappings of panoramas."""
    key = b"G" + struct.pack(">d", 1.0) + b"G" + struct.pack(">d", 2.0) + b"\x86"
    pairs = b"".join(b"q%ch%c\x86" % (level, level) for level in range(40))
    yield (
        "a nest of shared tuples as an identifier",
        MAPPING,
        b"\x80\x02}" + key + b")" + pairs + b"s.",
    )
    yield "a nest of shared tuples as a key", MAPPING, b"\x80\x02})" + pairs + b"Ns."
    long = b"(" + b"K\x01" * 20_000 + b"tq\x00"
    keys = b"".join(b"h\x00K\x01s" for _ in range(10_000))
    yield (
        "a tuple of 20,000 as a key 10,000 times",
        MAPPING,
        b"\x80\x02}" + long + b"0" + keys + b".",
    )
    yield "tuples a million deep", MAPPING, b"\x80\x02})" + b"\x85" * 10**6 + b"Ns."
    yield "lists a million deep", MAPPING, b"\x80\x02}" + b"]" * 10**6
    yield "marks without a place", MAPPING, b"\x80\x04}" + b"\x94" * 5 * 10**6
    yield "nothing put a million times", MAPPING, b"\x80\x02}" + b"(u" * 10**6 + b"."
    yield "a million values", MAPPING, b"\x80\x02" + b"N" * 10**6 + b"."
    texts = b"X\x40\x42\x0f\x00" + b"x" * 10**6 + b"q\x00"
    yield "a text of a million as a key", MAPPING, b"\x80\x02}" + texts + b"h\x00s" * 10**5 + b"."


def cities() -> Iterator[tuple[str, str, bytes]]:
    """Yield names, files and contents of city files."""
    points = np.array([[0, 0], [0, 900]], dtype=np.int32)
    parts: dict[str, Any] = {
        "points": points,
        "starts": np.array([0, 1, 2], dtype=np.int32),
        "neighbours": np.array([1, 0], dtype=np.int32),
    }

    def told(**more: Any) -> np.ndarray[Any, Any]:
        plain = {"version": 1, "name": "x", "family": "", "seed": 0, "places": [], "look": {}}
        return np.array(json.dumps({**plain, "modelled_on": "", "attribution": "", **more}))

    def packed(**arrays: Any) -> bytes:
        file = io.BytesIO()
        np.savez_compressed(file, **{**parts, "told": told(), **arrays})
        return file.getvalue()

    yield "a bomb of 200 MB", "city.npz", _bomb(2 * 10**8)
    yield (
        "a bomb with a false size",
        "city.npz",
        _bomb(10**8).replace(struct.pack("<I", 10**8 + 128), struct.pack("<I", 1000)),
    )
    same = [["One Cafe", "cafe", 0, 0, 0]] * 20_000
    yield "20,000 places of one name", "city.npz", packed(told=told(places=same))
    last = [
        [f"Cafe {number // 2 if number > 19_990 else -number}", "cafe", 0, 0, 0]
        for number in range(20_000)
    ]
    yield "20,000 places, two of one name", "city.npz", packed(told=told(places=last))
    yield "nested JSON", "city.npz", packed(told=np.array("[" * 10**6))
    yield "a text of 9 million characters", "city.npz", packed(told=np.array("x" * 9 * 10**6))
    yield "half a surrogate pair", "city.npz", packed(told=told(name="\ud800"))
    yield "storeys without end", "city.npz", packed(told=told(look={"storeys": 1e300}))
    count = 100_000
    order = np.random.default_rng(0).permutation(count)
    ends = np.stack([order[:-1], order[1:]], axis=1)[: count // 2]
    both = np.concatenate([ends, ends[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    starts = np.concatenate([[0], np.cumsum(np.bincount(both[:, 0], minlength=count))])
    spots = np.stack([order * 100, order], axis=1).astype(np.int32)
    street = {"points": spots, "starts": starts, "neighbours": both[:, 1]}
    yield "half of a long street in any order", "city.npz", packed(**street)
    yield "Python objects", "city.npz", packed(points=np.array([{}], dtype=object))


def routes() -> Iterator[tuple[str, str, bytes]]:
    """Yield names, files and contents of files of routes."""
    place = {"name": "A", "geocode": [1.0, 2.0]}

    def route(info: str, **more: Any) -> bytes:
        results = {"geocode_list": [[1.0, 2.001], [1.001, 2.001]], "distance_list": [100, 100]}
        info += '{"to_next_intersection_heading": "0"}'
        whole = {"start_place": place, "dest_place": place, "route_results": results}
        return json.dumps({**whole, "init_heading": 0, "milestone_info": info, **more}).encode()

    spaces = " " * 100_000
    block = '{"landmarks": "%s", "to_next_intersection_heading": "%s"}'
    good = block % ("", "90")
    yield "100,000 spaces in landmarks", "r.json", route('{"landmarks": "' + spaces + "x}")
    yield "quotes without end", "r.json", route('{"landmarks": ' + '"x" ' * 50_000 + "}")
    yield "braces without end", "r.json", route("{" + "} {" * 50_000)
    yield "closing braces", "r.json", route("{" + "}" * 100_000 + " x")
    yield "100,000 spaces in degrees", "r.json", route(good, init_heading=f"5{spaces}x")
    yield "spaces around degrees", "r.json", route(block % ("", f"{spaces}5{spaces}({spaces}"))
    yield "digits without end", "r.json", route(good, init_heading="9" * 100_000)
    yield "sides without end", "r.json", route(block % ("x is on your " * 10_000, "90"))
    yield "nested lists", "r.json", b"[" * 10**6
    yield "nested objects", "r.json", b'{"a":' * 10**6
    yield "a huge number", "r.json", b"[" + b"9" * 10**6 + b"]"
    yield "NaN", "r.json", route(good, init_heading=float("nan"))
    yield "half a surrogate pair", "r.json", route(good, start_place={**place, "name": "\ud800"})
    yield "17 MiB", "r.json", b" " * (17 * 2**20)


def maps() -> Iterator[tuple[str, str, bytes]]:
    """Yield names, files and contents of maps."""
    laughs = '<!ENTITY l0 "lol">' + "".join(
        f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 12)
    )
    document = f'<?xml version="1.0"?><!DOCTYPE graphml [{laughs}]><graphml>&l11;</graphml>'
    yield "a billion laughs", "map.graphml", document.encode()
    yield "elements without end", "map.graphml", b"<graphml>" + b"<a>" * 10**5
    yield "an id without end", "map.graphml", b'<graphml><node id="' + b"x" * 10**6
    for name, content in _features():
        yield name, "features.geojson", content


def _features() -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of GeoJSON."""
    start = b'{"features": ['
    yield "empty lists without end", start + b"[]," * 6 * 10**6 + b"[]]}"
    yield "a list without end", start + b"[" + b"[]," * 6 * 10**6 + b"[]]]}"
    yield "objects in one feature", start + b"[" + b'{"":0},' * 10**6 + b"0]]}"
    yield "lists in another member", b'{"more": [' + b"[]," * 6 * 10**6 + b"[]]}"
    yield "members without end", b"{" + b'"a":[],' * 2 * 10**6 + b'"features": 0}'
    yield "a text without end", start + b'"' + b"x" * 18 * 10**6
    yield "a number without end", start + b"9" * 18 * 10**6
    yield "emoji without end", start + b'"' + b"\xf0\x9f\x98\x80" * 4 * 10**6
    yield "nested features", start + b"[" * 10**6
    yield "nested objects as features", start + b'{"a":' * 10**6
    yield "blanks without end", start + b" " * 18 * 10**6
    spot = b'{"properties": {}, "geometry": {"type": "Point", "coordinates": [10, 0]}},'
    yield "a spot and lists without end", start + spot + b"[]," * 6 * 10**6 + b"[]]}"
    yield "101 MB", start + b" " * 101 * 10**6


def demonstrations() -> Iterator[tuple[str, str, bytes]]:
    """Yield names, files and contents of demonstrations."""
    from agents.gp.demonstrations import COLUMNS

    header = {"schema": "shiftgym/gp-demonstrations/1", "keywords": {}}
    first = json.dumps(header).encode() + b"\n"
    texts = {**dict.fromkeys(COLUMNS, ""), "header": json.dumps(header)}
    del texts["ranks"]
    yield "a bomb of 400 MB", "d.npz", _bomb(4 * 10**8, "ranks", **texts)
    yield "lists without end", "d.jsonl", first + b"[" + b"[]," * 10**7 + b"[]]"
    yield "objects without end", "d.jsonl", b'{"keywords":' * 10**6
    yield "empty lines without end", "d.jsonl", first + b"\n" * 10**7
    yield "a header without end", "d.jsonl", b"[" + b"[]," * 10**7 + b"[]]"
    yield "65 MiB", "d.jsonl", first + b" " * (65 * 2**20)
    row: dict[str, Any] = {"episode_seed": 1, "target": 24, "difficulty": 0, "attempts": ["1"]}
    row.update({name: [1, 1, 1] for name in ("ranks", "suits", "rule")})
    whole = json.dumps(row).encode() + b"\n"
    yield "one bad row of many", "d.jsonl", first + whole * 10_000 + b"{}"


def panoramas() -> Iterator[tuple[str, str, bytes]]:
    """Yield names, files and contents of pictures."""

    def jpeg(size: tuple[int, int], **keywords: Any) -> bytes:
        file = io.BytesIO()
        Image.new("RGB", size, (9, 90, 200)).save(file, "JPEG", **keywords)
        return file.getvalue()

    yield "1024 x 1024 pixels", "a.jpg", jpeg((1024, 1024))
    yield "progressive, 16384 x 8192 pixels", "a.jpg", _resized(jpeg((64, 32), progressive=True))
    yield "16384 x 8192 pixels in some bytes", "a.jpg", _resized(jpeg((64, 32)))
    yield "a GIF", "a.jpg", b"GIF89a" + bytes(1000)
    yield "cut", "a.jpg", jpeg((4096, 2048))[:-100]


def checkpoints() -> Iterator[tuple[str, str, bytes]]:
    """Yield names, files and contents of saved weights."""
    import torch

    def saved(state: Any) -> bytes:
        file = io.BytesIO()
        torch.save(state, file)
        return file.getvalue()

    sizes = {"width": 4, "blocks": 1, "unordered": [], "unread": []}
    whole = {"picture": None, "slots": [3, 3], "slot_dtype": "|u1", "actions": 2, "size": sizes}
    whole["weights"] = {"bias": torch.zeros(4)}
    words = {"width": 4, "layers": 1, "heads": 1, "context": 4, "game": "cards"}
    yield "picture=[10**9]", "w.pt", saved({**whole, "picture": [10**9]})
    yield "picture=[10**9, 10**9, 3]", "w.pt", saved({**whole, "picture": [10**9, 10**9, 3]})
    yield "slots=[10**9]", "w.pt", saved({**whole, "slots": [10**9]})
    yield "as wide as can be", "w.pt", saved({**whole, "size": {**sizes, "width": 2**14}})
    yield "256 blocks", "w.pt", saved({**whole, "size": {**sizes, "width": 2**14, "blocks": 256}})
    yield "10**9 blocks", "w.pt", saved({**whole, "size": {**sizes, "blocks": 10**9}})
    huge = {**words, "width": 2**14, "layers": 256, "context": 2**20}
    yield "a huge language model", "w.pt", saved({"config": huge, "model": {}})
    yield "an endless context", "w.pt", saved({"config": {**words, "context": 10**12}, "model": {}})
    yield "an endless tensor", "w.pt", saved({**whole, "weights": torch.zeros(1).expand(10**12)})
    nest = b")" + b"".join(b"q%ch%c\x86" % (level, level) for level in range(60))
    good = saved(whole)
    for name, program in (
        ("nested tuples as a key", b"\x80\x02}" + nest + b"Ns."),
        ("bytes by the number", b"\x80\x02c__builtin__\nbytearray\nJ\xff\xff\xff\x7f\x85R."),
    ):
        file = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(file, "w") as new:
            for member in old.infolist():
                is_program = member.filename.endswith("/data.pkl")
                new.writestr(member, program if is_program else old.read(member))
        yield name, "w.pt", file.getvalue()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        new.writestr("archive/data.pkl", b"\x80\x02}." + bytes(10**8))
    yield "a zip bomb", "w.pt", file.getvalue()


KINDS = {
    "mapping": mappings,
    "city": cities,
    "routes": routes,
    "map": maps,
    "demonstrations": demonstrations,
    "panorama": panoramas,
    "checkpoint": checkpoints,
}


def _bomb(size: int, bomb: str = "points", **texts: str) -> bytes:
    """Return an .npz file of which one array is so many bytes of nothing."""
    header = io.BytesIO()
    told = {"descr": "<i4", "fortran_order": False, "shape": (size // 8, 2)}
    np.lib.format.write_array_header_1_0(header, told)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open(f"{bomb}.npy", "w", force_zip64=False) as member:
            member.write(header.getvalue())
            for _ in range(size // 10**7):
                member.write(bytes(10**7))
        others: dict[str, Any] = dict.fromkeys(("starts", "neighbours"), np.zeros(2, np.int32))
        for name, value in {"told": "{}", **others, **texts}.items():
            content = io.BytesIO()
            np.save(content, value)
            archive.writestr(f"{name}.npy", content.getvalue())
    return file.getvalue()


def _resized(picture: bytes) -> bytes:
    """Return a JPEG picture whose header says that it is very large."""
    frame = max(picture.find(b"\xff\xc0"), picture.find(b"\xff\xc2")) + 5
    return picture[:frame] + struct.pack(">HH", 8192, 16384) + picture[frame + 4 :]


if __name__ == "__main__":
    show(with_ratios(measure()))

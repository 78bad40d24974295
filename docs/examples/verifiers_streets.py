"""verifiers: a module of its hub in two lines, and its own evaluation of it."""

import asyncio
import sys
from pathlib import Path

from stand_in import StandIn

Path("shiftgym_streets.py").write_text(
    "from shiftgym.adapters.verifiers import TextEnv, TextTaskset\n"
    '__all__ = ["TextEnv", "TextTaskset"]\n'
)
sys.path.insert(0, ".")

from verifiers.v1.cli.eval.runner import run_eval  # noqa: E402
from verifiers.v1.configs.cli.eval import EvalConfig  # noqa: E402

stand_in = StandIn()
streets = {"id": "shiftgym_streets", "game": "virl_env:VIRLNavigation-Text-v0", "episodes": 1}
player = {"harness": {"id": "null"}, "runtime": {"type": "subprocess"}}
config = EvalConfig(
    env={"taskset": streets, "player": player},
    model="stand-in",
    client={"base_url": stand_in.serve(), "api_key_var": "PATH"},
    push=False,
    rich=None,
)
(episode,) = asyncio.run(run_eval(config))
assert episode.ok, [*episode.errors, *(trace.errors for trace in episode.traces)]
(trace,) = episode.traces
print(
    f"result: 1 episode, {stand_in.replies} replies, success {trace.metrics['success']:.0%}, "
    f"return {trace.rewards['reward'].score:.1f}"
)

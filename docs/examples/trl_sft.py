"""TRL, SFT: a few steps of a tiny model with random weights, on expert replies."""

from tiny import model, tokenizer
from trl import SFTConfig, SFTTrainer

from shiftgym.adapters import trl

data = trl.expert("virl_env:VIRLNavigation-Text-v0", 16, split="train")
config = SFTConfig(
    "sft",
    max_steps=8,
    per_device_train_batch_size=2,
    learning_rate=3e-3,
    max_length=4096,
    report_to="none",
    save_strategy="no",
    logging_steps=1,
    use_cpu=True,
    bf16=False,
)
trainer = SFTTrainer(model, config, train_dataset=data, processing_class=tokenizer)
trainer.train()
losses = [row["loss"] for row in trainer.state.log_history if "loss" in row]
assert losses[-1] < losses[0] - 0.3, losses
print(f"result: 8 steps, loss {losses[0]:.2f} to {losses[-1]:.2f}")

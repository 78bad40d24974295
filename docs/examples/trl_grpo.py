"""TRL, GRPO with a reward function: one step of a tiny model with random weights."""

from tiny import model, tokenizer
from trl import GRPOConfig, GRPOTrainer

from shiftgym.adapters import trl

data = trl.prompts("virl_env:VIRLNavigation-Text-v0", 2, split="train")
config = GRPOConfig(
    "grpo",
    max_steps=1,
    per_device_train_batch_size=2,
    num_generations=2,
    max_completion_length=4,
    report_to="none",
    save_strategy="no",
    logging_steps=1,
    use_cpu=True,
    bf16=False,
)
trainer = GRPOTrainer(model, trl.reward, config, train_dataset=data, processing_class=tokenizer)
trainer.train()
rewards = [row["reward"] for row in trainer.state.log_history if "reward" in row]
assert len(rewards) == 1 and max(rewards) < 0, rewards
print(f"result: 1 step, mean reward of random text {rewards[0]:.1f}")

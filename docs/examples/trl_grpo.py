"""TRL, GRPO with a reward function: two steps of a tiny model with random weights."""

from tiny import model, tokenizer
from trl import GRPOConfig, GRPOTrainer

from shiftgym.adapters import trl

data = trl.prompts("virl_env:VIRLNavigation-Text-v0", 8, split="train")
config = GRPOConfig(
    "grpo",
    max_steps=2,
    per_device_train_batch_size=4,
    num_generations=4,
    max_completion_length=8,
    report_to="none",
    save_strategy="no",
    logging_steps=1,
    use_cpu=True,
    bf16=False,
)
trainer = GRPOTrainer(model, trl.reward, config, train_dataset=data, processing_class=tokenizer)
trainer.train()
rewards = [row["reward"] for row in trainer.state.log_history if "reward" in row]
assert len(rewards) == 2 and max(rewards) < 0, rewards
print(f"result: 2 steps, mean reward of random text {rewards[0]:.1f}")

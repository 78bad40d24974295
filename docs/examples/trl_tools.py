"""TRL, GRPO with an environment: a model that calls the tool plays whole routes, and is trained.

The model has random weights; what it says comes from a stand-in, so that the exchange is whole.
"""

import json

import torch
from stand_in import ID, StandIn
from tiny import model, tokenizer
from trl import GRPOConfig, GRPOTrainer

from shiftgym.adapters import trl

stand_in, episodes = StandIn(), []


def say(chat):
    """Return a call of the tool, or the last word once the game is over."""
    texts = chat.split("<|im_start|>")[1:-1]
    if "The game is over." in texts[-1]:
        episodes.append(texts)
        return "Done.<|im_end|>"
    call = {"name": "submit", "arguments": {"reply": stand_in.reply(texts)}}
    return f"<tool_call>\n{json.dumps(call)}\n</tool_call><|im_end|>"


def generate(input_ids, **_):
    said = [tokenizer.encode(say(chat)) for chat in tokenizer.batch_decode(input_ids)]
    longest = max(map(len, said))
    told = [one + [tokenizer.pad_token_id] * (longest - len(one)) for one in said]
    return torch.cat([input_ids, torch.tensor(told)], dim=1)


model.generate = generate
config = GRPOConfig(
    "tools",
    max_steps=1,
    per_device_train_batch_size=2,
    num_generations=2,
    max_completion_length=8_192,
    report_to="none",
    save_strategy="no",
    logging_steps=1,
    use_cpu=True,
    bf16=False,
)
trainer = GRPOTrainer(
    model,
    args=config,
    train_dataset=trl.calls(ID, 1),
    processing_class=tokenizer,
    environment_factory=trl.Tools,
)
trainer.train()
(told,) = [row for row in trainer.state.log_history if "reward" in row]
assert len(episodes) == 2 and told["reward_std"] > 0, told
print(f"result: 2 episodes, {stand_in.replies} calls of the tool, mean reward {told['reward']:.1f}")

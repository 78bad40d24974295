"""inspect-ai: `inspect eval shiftgym/streets`, with a stand-in for the model."""

from inspect_ai import eval
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from stand_in import StandIn

stand_in = StandIn()


def say(messages, *_):
    output = ModelOutput.from_content(
        "mockllm/model", stand_in.reply([one.text for one in messages])
    )
    return output.model_copy(update={"usage": ModelUsage()})


model = get_model("mockllm/model", custom_outputs=say)
(log,) = eval("shiftgym/streets", task_args={"n": 2}, model=model, max_samples=1, display="none")
assert log.status == "success", log.error
means = {score.name: score.metrics["mean"].value for score in log.results.scores}
print(
    f"result: 2 episodes, {stand_in.replies} replies, success {means['success']:.0%}, "
    f"return {means['reward']:.1f}"
)

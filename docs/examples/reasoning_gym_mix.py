"""reasoning-gym: both tasks in one composite data set, beside one of its own."""

import reasoning_gym
from reasoning_gym.composite import DatasetSpec

import shiftgym.adapters.reasoning_gym

names = ("general_points", "virl_navigation", "chain_sum")
specs = [DatasetSpec(name=name, weight=1, config={}) for name in names]
data = reasoning_gym.create_dataset("composite", size=30, seed=1, datasets=specs)
right = [data.score_answer(one["answer"], one) for one in data]
wrong = [data.score_answer("no idea", one) for one in data]
found = {one["metadata"]["source_dataset"] for one in data}
assert found == {*names}, found
assert min(right) == 1.0 and max(wrong) < 0.1, (right, wrong)
print(
    f"result: {len(right)} rows of {len(found)} tasks, right answers 1.0, wrong ones at most "
    f"{max(wrong):.2f}"
)

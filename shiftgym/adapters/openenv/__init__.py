"""OpenEnv: a server of a text id, and the client that plays on it.

python -m shiftgym.adapters.openenv gp_env:GeneralPoints-Text-v0 --port 8000

from shiftgym.adapters.openenv import TextAction, TextClient

with TextClient(base_url="http://localhost:8000").sync() as game:
    told = game.reset(seed=1)
    told = game.step(TextAction(reply="..."))
    print(told.observation.text, told.reward, told.done)
"""

from shiftgym.adapters.openenv.client import TextAction, TextClient, TextObservation

__all__ = ["TextAction", "TextClient", "TextObservation"]

"""OpenEnv: a server in a thread, and its client, which plays an episode on it."""

import threading
import time

import uvicorn
from stand_in import ID, StandIn

from shiftgym.adapters.openenv import TextAction, TextClient
from shiftgym.adapters.openenv.server import make_app

stand_in = StandIn()
server = uvicorn.Server(uvicorn.Config(make_app(ID), port=0, log_level="error"))
threading.Thread(target=server.run, daemon=True).start()
while not server.started:
    time.sleep(0.1)
port = server.servers[0].sockets[0].getsockname()[1]
total = 0.0
with TextClient(base_url=f"http://127.0.0.1:{port}").sync() as game:
    told = game.reset(seed=0)
    while not told.done:
        texts = [one["content"] for one in told.observation.messages]
        told = game.step(TextAction(reply=stand_in.reply(texts)))
        total += told.reward
    state = game.state()
assert told.observation.success and state.step_count == stand_in.replies
print(f"result: 1 episode, {stand_in.replies} replies, success, return {total:.1f}")

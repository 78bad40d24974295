"""An episode to look at afterwards: what the walker saw, where it was and what was said.

from virl_env.replay import record, write_gif, write_page

episode = record(gym.make("VIRLNavigation-Text-v0"), seed=1)
write_gif(episode, "episode.gif")
write_page(episode, "episode.html")
"""

from virl_env.replay.gif import write_gif
from virl_env.replay.page import PAGE, write_page
from virl_env.replay.recording import Moment, Recording, WalkCamera, record, recorder

__all__ = [
    "PAGE",
    "Moment",
    "Recording",
    "WalkCamera",
    "record",
    "recorder",
    "write_gif",
    "write_page",
]

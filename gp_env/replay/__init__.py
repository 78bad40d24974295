"""An episode to look at afterwards: the cards, what was written, and what came of it.

from gp_env.replay import record, write_gif, write_page

episode = record(gym.make("GeneralPoints-v0"), seed=1)
write_gif(episode, "episode.gif")
write_page(episode, "episode.html")
"""

from gp_env.replay.gif import write_gif
from gp_env.replay.page import PAGE, write_page
from gp_env.replay.recording import Moment, Recording, TableCamera, record, recorder

__all__ = [
    "PAGE",
    "Moment",
    "Recording",
    "TableCamera",
    "record",
    "recorder",
    "write_gif",
    "write_page",
]

"""A window that shows the frames of an environment, for `render_mode="human"`."""

from __future__ import annotations

import os
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from shiftgym.extras import command


class Window:
    """Shows pictures as they come. Where there is no display, SDL_VIDEODRIVER=dummy shows them to
    nobody.

    Args:
        title: of the window.
        fps: frames a second at most: `show` waits until it is time for the next one.

    Raises:
        gymnasium.error.DependencyNotInstalled: on the first picture, where pygame-ce is missing.
    """

    def __init__(self, title: str, fps: float) -> None:
        self._title, self._fps = title, fps
        self._pygame: Any = None
        self._screen: Any = None
        self._clock: Any = None
        self._dismissed = False

    def __getstate__(self) -> dict[str, Any]:
        # A copy opens a window of its own.
        return {**self.__dict__, "_pygame": None, "_screen": None, "_clock": None}

    @property
    def is_open(self) -> bool:
        """Whether there is a window now."""
        return self._screen is not None

    def show(self, picture: NDArray[np.uint8]) -> None:
        """Show a picture, in a window that opens with the first and takes the size of each.

        Once a person has closed the window, nothing is shown any more.

        Args:
            picture: uint8 of shape (height, width, 3).
        """
        if self._dismissed:
            return
        height, width, _ = picture.shape
        if self._pygame is None:
            self._pygame = _import_pygame()
        pygame = self._pygame
        if self._screen is None:
            pygame.display.init()
            pygame.display.set_caption(self._title)
            self._clock = pygame.time.Clock()
        if self._screen is None or self._screen.get_size() != (width, height):
            self._screen = pygame.display.set_mode((width, height))
        # pygame counts x first.
        surface = pygame.surfarray.make_surface(picture.swapaxes(0, 1))
        self._screen.blit(surface, (0, 0))
        pygame.display.flip()
        if any(event.type == pygame.QUIT for event in pygame.event.get()):
            self._dismissed = True
            self.close()
            return
        self._clock.tick(self._fps)

    def close(self) -> None:
        """Close the window, where it is open."""
        if self._screen is not None:
            self._pygame.display.quit()
            self._screen = self._clock = None


def _import_pygame() -> Any:
    # Who plays in a terminal wants no greeting there.
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    try:
        import pygame
    except ImportError as error:
        raise gym.error.DependencyNotInstalled(
            f'render_mode="human" opens a window with pygame-ce, which is not installed: '
            f'{command("play")}. render_mode="rgb_array" returns the same pictures without it.'
        ) from error
    return pygame

"""Modules of others, which lie where the command is run as often as they are installed."""

from __future__ import annotations

import os
import sys


def find_in_working_folder() -> None:
    """Let modules of the working folder be imported, as `python -m` does and a script does not."""
    folder = os.getcwd()
    if not {"", folder} & set(sys.path):
        sys.path.insert(0, folder)

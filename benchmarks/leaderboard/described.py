"""Who played an entry, and how, in a few words."""

from __future__ import annotations

from benchmarks.leaderboard.entries import Entry


def described(entry: Entry) -> str:
    """Return in a few words who played and how."""
    submission = entry.submission
    name = submission.name.lower().replace(" ", "-")
    parts = [] if name == submission.model.lower() else [submission.model]
    return " \u00b7 ".join(
        [*parts, entry.track, setting(entry), *(one.value for one in entry.labels)]
    )


def setting(entry: Entry) -> str:
    """Return in a few words how a suite was played."""
    settings = entry.submission.settings
    interface = {"": "symbols", "-Image": "pictures", "-Text": "text"}[settings.interface]
    if settings.images:
        interface = "text and pictures"
    attempts = settings.max_attempts
    told = [interface, settings.size, f"{attempts} attempt{'s' * (attempts > 1)}"]
    return ", ".join([*told, "strict"] if settings.strict else told)

"""Where an endpoint is and which key it wants, checked before anything is sent."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

OPENAI_URL = "https://api.openai.com/v1"
KEY_VARIABLE = "OPENAI_API_KEY"


def check_url(url: str) -> str:
    """Return the URL without a slash at its end.

    Raises:
        ValueError: it is none, or holds what must not be written down.
    """
    parts = urlsplit(url)
    if parts.username or parts.password or parts.query or parts.fragment:
        # Not quoted: what is refused may be a secret.
        raise ValueError(
            "The base URL holds a user, a password or a query. It is written into run.json, so "
            "put a key into an environment variable instead and name that."
        )
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no base URL; expected one such as http://localhost:8000/v1.")
    return url.rstrip("/")


def read_key(variable: str, base_url: str) -> str:
    """Return the key, "" where the default variable is not set and a server may need none.

    Raises:
        ValueError: another variable is not set, or the default one for OpenAI itself, or what is
            set cannot be sent as a header.
    """
    key = os.environ.get(variable, "").strip()
    if not key and variable != KEY_VARIABLE:
        raise ValueError(f"The environment variable {variable} is not set; it should hold the key.")
    if not key and urlsplit(base_url).hostname == urlsplit(OPENAI_URL).hostname:
        raise ValueError(
            f"The environment variable {variable} is not set, and {base_url} needs a key. Set it, "
            f"or name a server of your own by --base-url."
        )
    if not (key.isascii() and key.isprintable()):
        raise ValueError(f"The environment variable {variable} has characters that no key has.")
    return key

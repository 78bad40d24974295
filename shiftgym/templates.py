"""Checks of wording that users may replace: texts for `str.format` with known placeholders."""

from __future__ import annotations

from collections.abc import Collection
from string import Formatter


def check_placeholders(name: str, text: str, allowed: Collection[str]) -> None:
    """Refuse a text with another placeholder than those allowed, or a lone brace.

    Args:
        name: of the text, for the message, such as "PromptTemplate.task".

    Raises:
        ValueError: naming what stands there and what may.
    """
    advice = (
        f"The placeholders of {name.rpartition('.')[2]} are "
        f"{', '.join(f'{{{field}}}' for field in allowed)}, without "
        f"conversion or format; write {{{{ and }}}} for braces."
    )
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise ValueError(f"{name} is no format string: {error}. {advice}") from None
    for _, field, form, conversion in parts:
        if field is not None and (field not in allowed or form or conversion):
            written = (
                field + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
            )
            raise ValueError(f"{name} has the placeholder {{{written}}}. {advice}")

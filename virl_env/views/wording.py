"""Wordings for walkers who see pictures: what is in sight is not told, the reply reports it."""

from __future__ import annotations

import string
from dataclasses import replace

from virl_env.free.words import FREE
from virl_env.scene import one_word
from virl_env.text import COMPACT, COMPACT_WORDS, DEFAULT, PromptTemplate, find_template
from virl_env.world.city import CATEGORIES

WITHHELD = ("observation", "intersection", "sight")
"""Placeholders that tell what the picture shows."""

_TOLD = "- In sight: {observation}.\n- Intersection: {intersection}.\n"
_SEEN = """\
- Your picture has four views, each 90 degrees wide: in front and to the right above, behind and \
to the left below.
- Landmarks of this route and what they are: {landmarks}. See for yourself whether one of them is \
close, and on which side: front, right front, right, right behind, behind, left behind, left or \
left front.
- See for yourself, too, whether this is an intersection. The destination counts as one.
"""


def _seen(template: PromptTemplate) -> PromptTemplate:
    assert _TOLD in template.task
    return replace(template, task=template.task.replace(_TOLD, _SEEN))


SEEN, SEEN_FREE = _seen(DEFAULT), _seen(FREE)
"""Full English, on rails and in free movement."""

SEEN_COMPACT = replace(COMPACT, task="{frame}: {table}. {codes}. {categories}. facing {compass}.")
"""A few dozen of `SEEN_COMPACT_WORDS`. Landmarks are letters that are drawn anew for each episode,
told with what each of them is."""

SEEN_COMPACT_WORDS = tuple(dict.fromkeys((*COMPACT_WORDS, *map(one_word, CATEGORIES))))
r"""Every word (as the pattern \w+ finds them) of compact prompts, feedback and expert replies, in a
city whose places are of known categories."""


def seen_template(template: str | PromptTemplate, movement: str = "rail") -> PromptTemplate:
    """Return the wording for walkers who see, of what `find_template` understands.

    Raises:
        ValueError: for an unknown name, or a wording of one's own that tells what is seen.
    """
    found = find_template(template)
    if found is DEFAULT:
        return SEEN_FREE if movement == "free" else SEEN
    if found is COMPACT:
        return SEEN_COMPACT
    used = {name for _, name, _, _ in string.Formatter().parse(found.task)}
    told = [f"{{{name}}}" for name in WITHHELD if name in used]
    if told:
        raise ValueError(
            f"With images=True the picture shows what is in sight, and PromptTemplate.task must "
            f"not tell it; this one has {' and '.join(told)}. Leave that out, or pass "
            f"images=False."
        )
    return found

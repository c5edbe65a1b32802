"""Which signs the fonts at hand have: Typst, which chooses among them, is asked."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from moeviz.text import json_text

INSTEAD = "□"
"""Stands where a sign cannot be printed."""

MOST = 200
"""Signs that are asked for at once; others count as signs that cannot be printed."""

_NONE = "\U0010fffd"
"""A sign that no font has."""

_PROBE = b"""#set page(width: 40pt, height: 40pt)
#set text(font: "Libertinus Serif")
#for sign in json(bytes(sys.inputs.data)) { page(sign) }
"""
_DRAWN = re.compile(rb'<use[^>]*href="#(g[^"]*)"|<(image)')
_PLAIN = re.compile(r"[\x00-\u024f\u2010-\u2027]")
"""Signs that the fonts that come along have."""


def unprinted(words: str, system: bool) -> frozenset[str]:
    """Return the signs of a text that cannot be printed.

    Parameters
    ----------
    words : str
    system : bool
        Whether the fonts of this machine are there, too.
    """
    signs = sorted(set(_PLAIN.sub("", words)))
    return _missing("".join(signs[:MOST]), system) | frozenset(signs[MOST:])


@lru_cache(maxsize=64)
def _missing(signs: str, system: bool) -> frozenset[str]:
    if not signs:
        return frozenset()
    import typst

    pages: Any = typst.compile(
        _PROBE,
        sys_inputs={"data": json_text([_NONE, *signs])},
        ignore_system_fonts=not system,
        format="svg",
    )
    none, *drawn = [[found.group(0) for found in _DRAWN.finditer(page)] for page in pages]
    return frozenset(sign for sign, found in zip(signs, drawn, strict=True) if found == none)

"""A small picture of a page: what it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Tile:
    """A small picture.

    Attributes
    ----------
    words : str
        What to notice; numbers stand between stars.
    picture : dict
        ``panel``, or ``scene``, ``document`` and ``place`` of the panel.
    """

    words: str
    picture: dict[str, Any]

"""Texts of a visitor's own: kept for the visit by their digests, and never a part of a link."""

from __future__ import annotations

import streamlit as st

from moeviz.errors import SpecificationError
from moeviz.train.text import own_text

_TEXTS = "train.texts"
"""Key of the texts of this visit, by digest; the oldest first."""

MOST_TEXTS = 3
"""Texts of a visit that are remembered: 2 MB each."""


def remember(content: bytes) -> str:
    """Keep a text for this visit and return its digest.

    Parameters
    ----------
    content : bytes
        Plain text in UTF-8.

    Raises
    ------
    SpecificationError
        If it is no text that a network can learn.
    """
    digest = own_text(content).digest
    others = {name: text for name, text in _texts().items() if name != digest}
    st.session_state[_TEXTS] = dict([*others.items(), (digest, content)][-MOST_TEXTS:])
    return digest


def text_of(digest: str | None) -> bytes | None:
    """Return a text of this visit, None where none is asked for.

    Parameters
    ----------
    digest : str or None

    Raises
    ------
    SpecificationError
        If the visit has no such text.
    """
    if digest is None:
        return None
    try:
        return _texts()[digest]
    except KeyError:
        raise SpecificationError(
            f"Expected the text whose digest is {digest}, which no link carries; hand it in under "
            "Text, or take the Python reference there."
        ) from None


def _texts() -> dict[str, bytes]:
    found: dict[str, bytes] = st.session_state.get(_TEXTS, {})
    return found

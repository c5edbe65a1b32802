"""Groups of claims: which one a claim belongs to, and its other cases."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import streamlit as st

from moeviz.charts.claim_cases import case_of
from moeviz.charts.claim_words import GROUPS
from moeviz.charts.claims import claims_map
from moeviz.symbolic.catalogue.shipped import shipped_summary as summaries
from moeviz.ui.checker.link import request_of
from moeviz.ui.checker.state import STATE, go
from moeviz.ui.checker.words import GLYPHS
from moeviz.ui.shared.projector import projector

Tile = Mapping[str, Any]


@lru_cache(maxsize=1)
def _tiles() -> dict[str, Tile]:
    tiles = [tile for paper in claims_map()["papers"] for tile in paper["tiles"]]
    return {claim: tile for tile in tiles for claim in tile["claims"]}


def tile_of(claim: str) -> Tile:
    """Return the tile of a claim, as :func:`moeviz.charts.claims.claims_map` describes it.

    Parameters
    ----------
    claim : str
        Its id.
    """
    return _tiles()[claim]


def says(claim: str) -> str:
    """Return what a claim's group says, in words, without a full stop.

    Parameters
    ----------
    claim : str
        Its id.
    """
    return GROUPS[tile_of(claim)["id"]].says


def choose_case(claim: str) -> None:
    """Offer the other claims of a claim's group, such as other dimensions and experts.

    Parameters
    ----------
    claim : str
        The one on show.
    """
    tile = tile_of(claim)
    names = list(tile["claims"])
    if len(names) < 2:
        return
    key = STATE.key(f"case.{claim}")
    st.selectbox(
        f"Case of {tile['id']}",
        names,
        names.index(claim),
        format_func=case_words,
        key=key,
        on_change=lambda: go(request_of(st.session_state[key])),
        label_visibility="collapsed",
        width=360 if projector() else 240,
    )


def case_words(claim: str) -> str:
    """Return what tells a claim from others of its group, with the sign of its verdict.

    Parameters
    ----------
    claim : str
        Its id.
    """
    found = summaries().get(claim)
    glyph = f"{GLYPHS.get(found.verdict, '?')} " if found is not None else ""
    return f"{glyph}{case_of(claim) or claim}"

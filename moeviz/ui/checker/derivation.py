"""The homogeneity of a router, derived line by line."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from moeviz.charts.derivation import homogeneity_derivation
from moeviz.charts.gates import FEATURED
from moeviz.ui.shared.guard import plain

_ROUTERS: Mapping[str, str] = dict(zip(("C1", "C3"), FEATURED, strict=True))
"""The claims that say whether a featured router is homogeneous, by the beginning of their ids."""


_SHORT = 6
"""Characters of LaTeX that need no line of their own."""


def derived(claim: str) -> bool:
    """Return whether a claim is derived line by line.

    Parameters
    ----------
    claim : str
        Its id.
    """
    return claim.partition(".")[0] in _ROUTERS


def show_derivation(claim: str) -> None:
    """Show the derivation of a claim.

    Parameters
    ----------
    claim : str
        Its id; one that is :func:`derived`.
    """
    before, said = "", []
    for line in homogeneity_derivation(_ROUTERS[claim.partition(".")[0]]):
        left, equals, right = line["formula"].partition(" = ")
        # What stays the same on the left is not written again.
        shown = f"= {right}" if equals and left == before else line["formula"]
        before = left
        # A result of a sign or two stands behind its words.
        between = " " if len(shown) <= _SHORT else "  \n"
        said.append(f":small[{plain(line['says'])}]{between}${shown}$")
    st.markdown("  \n".join(said))

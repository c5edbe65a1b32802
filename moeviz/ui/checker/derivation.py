"""The homogeneity of a router, derived line by line."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from moeviz.charts.derivation import homogeneity_derivation
from moeviz.ui.shared.guard import plain

_ROUTERS: Mapping[str, str] = {"C1": "cosine", "C3": "perturbed-cosine"}
"""The claims that say whether a router is homogeneous, by the beginning of their ids."""


def derived(claim: str) -> bool:
    """Return whether a claim is derived by hand's rules, line by line.

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
    lines = homogeneity_derivation(_ROUTERS[claim.partition(".")[0]])
    with st.container(border=True):
        said = (f"{plain(line['says'])} ${line['formula']}$" for line in lines)
        st.markdown("  \n".join(said))

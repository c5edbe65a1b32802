"""The one engine and the one checker of this server, shared by every visitor."""

from __future__ import annotations

import streamlit as st

from moeviz.engine import Engine
from moeviz.engine.check import Checker


@st.cache_resource(show_spinner=False, on_release=lambda engine: engine.close())
def engine() -> Engine:
    """Return the server's engine; the first call has its workers start in the background."""
    return Engine()


@st.cache_resource(show_spinner=False, on_release=lambda checker: checker.close())
def checker() -> Checker:
    """Return the server's checker; the first call has its process start in the background."""
    return Checker()


def close_engine() -> None:
    """Close engine and checker with their processes; used when the server ends."""
    checker.clear()
    engine.clear()

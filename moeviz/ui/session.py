"""The one engine of this server, shared by every visitor."""

from __future__ import annotations

import streamlit as st

from moeviz.engine import Engine


@st.cache_resource(show_spinner=False, on_release=lambda engine: engine.close())
def engine() -> Engine:
    """Return the server's engine; the first call has its workers start in the background."""
    return Engine()


def close_engine() -> None:
    """Close the engine and its workers; used when the server ends."""
    engine.clear()

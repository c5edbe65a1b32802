"""What the command prints when the server starts, and the browser that it opens."""

from __future__ import annotations

import sys
import threading
import webbrowser
from contextlib import suppress

import streamlit as st

from moeviz.serving import LOOPBACK, Serving
from moeviz.ui.shared import lecturer
from moeviz.ui.shared.classroom import announced, places

WIDE = ("0.0.0.0", "::", "")
"""Where a server listens that listens in all networks."""


def announce(serving: Serving, base: str) -> None:
    """Print where the app is; open a browser unless nobody sits there.

    Parameters
    ----------
    serving : Serving
    base : str
        The path below which the app lives; "" for none.
    """
    port = int(st.get_option("server.port"))
    host = str(st.get_option("server.address") or "")
    here = link("localhost" if host in (*WIDE, *LOOPBACK) else host, port, base)
    seen = sys.stdout.isatty()
    if serving.classroom:
        found = [place for place in places() if host in WIDE or place.address == host]
        print(announced(port, base, found, lecturer.key() if seen else None, wide=seen), flush=True)
    elif st.get_option("logger.hideWelcomeMessage"):
        print(f"moeviz is at {here}", flush=True)
    if seen and not serving.classroom:
        lecturer.announce()
    if not st.get_option("server.headless"):
        threading.Thread(target=_open, args=(here,), daemon=True).start()


def link(host: str, port: int, base: str) -> str:
    """Return the address of the app.

    Parameters
    ----------
    host : str
        A name or an address.
    port : int
    base : str
        The path below which the app lives; "" for none.
    """
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}/{base}"


def _open(address: str) -> None:
    with suppress(webbrowser.Error, OSError):
        webbrowser.open(address)

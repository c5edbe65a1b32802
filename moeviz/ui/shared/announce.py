"""What the command prints when the server starts, and the browser that it opens."""

from __future__ import annotations

import shutil
import sys
import threading
import webbrowser
from contextlib import suppress

import streamlit as st

from moeviz.serving import LOOPBACK, Serving
from moeviz.ui.shared import lecturer
from moeviz.ui.shared.classroom import announced, key_words, places

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
        old = host == "0.0.0.0"  # which is all networks, but none of their newer addresses
        found = [p for p in places() if p.address == host or (host in WIDE and not (old and p.new))]
        if seen:
            before, after = key_words(shutil.get_terminal_size().lines)
            print(before, flush=True)
            lecturer.announce(lambda said: print(f"  {said}", flush=True))
            print(after, flush=True)
        print(announced(port, base, found, wide=seen), flush=True)
    elif st.get_option("logger.hideWelcomeMessage"):
        print(f"moeviz is at {here}", flush=True)
    if seen and not serving.classroom:
        lecturer.announce(lambda said: print(said, flush=True))
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

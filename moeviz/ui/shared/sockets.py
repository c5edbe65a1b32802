"""Answers leave at once: the server's connections do not wait to put small messages together."""

from __future__ import annotations

import os
import socket
import stat
from contextlib import suppress

OPEN_FILES = "/dev/fd"
"""Lists the files of this process; absent on Windows, where nothing is changed then."""


def send_at_once(port: int) -> int:
    """Have a server that listens at a port, and all who connect to it, send without waiting.

    Streamlit makes its socket without naming TCP, for which asyncio leaves Nagle's algorithm on.
    The second of two small messages then waits until the browser has acknowledged the first, which
    it puts off for 40 ms. Connections take the setting over from the socket that listens.

    Parameters
    ----------
    port : int
        Where it is bound, whether or not it listens already.

    Returns
    -------
    int
        How many sockets there are of that port.
    """
    found = 0
    with suppress(OSError):
        for name in os.listdir(OPEN_FILES):
            # A file may close meanwhile, be no socket, or one of another kind.
            with suppress(OSError):
                if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                    continue
                with socket.socket(fileno=os.dup(int(name))) as same:
                    kind = same.family in (socket.AF_INET, socket.AF_INET6), same.type
                    if kind == (True, socket.SOCK_STREAM) and same.getsockname()[1] == port:
                        same.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        found += 1
    return found

"""The app's server as a program: ``python -m moeviz.ui.serve APP.PY [OPTIONS OF STREAMLIT]``.

It does what ``streamlit run`` does, but for the order: the workers start first, since they take
longer than all else, and meanwhile this process imports what serves pages. Asked to end, it ends
with the status 0.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from moeviz.ui.shared.session import begin

FORWARDED = "FORWARDED_ALLOW_IPS"
"""Whose word uvicorn takes on where a request came from: nobody's, ``shared.proxies`` does that."""


def serve(words: Sequence[str]) -> None:
    """Start the workers, then serve until the process is told to end.

    Parameters
    ----------
    words : sequence of str
        The app's file, and options as ``streamlit run`` takes them.
    """
    os.environ[FORWARDED] = ""
    # The server's own handlers lie over these, and hand the signal back when it has ended.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _ended)
    begin()
    from streamlit.web.cli import main

    main(["run", *words], prog_name="streamlit")


def _ended(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    serve(sys.argv[1:])

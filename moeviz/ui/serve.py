"""The app's server as a program: ``python -m moeviz.ui.serve APP.PY [OPTIONS OF STREAMLIT]``.

It does what ``streamlit run`` does, but for the order: the workers start first, since they take
longer than all else, and meanwhile this process imports what serves pages.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from moeviz.ui.shared.session import begin


def serve(words: Sequence[str]) -> None:
    """Start the workers, then serve until the process is told to end.

    Parameters
    ----------
    words : sequence of str
        The app's file, and options as ``streamlit run`` takes them.
    """
    begin()
    from streamlit.web.cli import main

    main(["run", *words], prog_name="streamlit")


if __name__ == "__main__":
    serve(sys.argv[1:])

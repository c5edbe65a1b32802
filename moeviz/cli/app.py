"""The command that serves the laboratory in a browser, from a checkout or from an installation."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import moeviz
from moeviz.errors import SpecificationError

LAST_PORT = 65_535


def add_app(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes.

    Parameters
    ----------
    parser : argparse.ArgumentParser
    """
    parser.add_argument("--port", type=int, default=8501, help="port (default: 8501)")
    parser.add_argument("--headless", action="store_true", help="open no browser")
    parser.set_defaults(run=run_app)


def app_file() -> Path:
    """Return the app: in an installation it is inside the package, in a checkout beside it."""
    package = Path(moeviz.__file__).parent
    installed = package / "site" / "app.py"
    return installed if installed.is_file() else package.parent / "app.py"


def run_app(arguments: argparse.Namespace) -> int:
    """Become the server of the app.

    Raises
    ------
    SpecificationError
        If there is no such port.
    """
    if not 1 <= arguments.port <= LAST_PORT:
        raise SpecificationError(
            f"Expected a port between 1 and {LAST_PORT} for --port, but got {arguments.port}."
        )
    command = [sys.executable, "-m", "moeviz.ui.serve", str(app_file())]
    command += ["--server.port", str(arguments.port)]
    command += ["--server.headless", "true"] if arguments.headless else []
    # The server takes this process over, so that a signal reaches it and not somebody in between.
    os.execv(command[0], command)

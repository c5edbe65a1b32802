"""The command that serves the laboratory, from a checkout or from an installation."""

from __future__ import annotations

import argparse
import ipaddress
import os
import sys
from pathlib import Path

import moeviz
from moeviz.errors import SpecificationError
from moeviz.serving import Serving, base_path, told

LAST_PORT = 65_535

HERE = "127.0.0.1"
"""Where it listens unless it is asked: nobody but this machine gets there."""

EVERYWHERE = "0.0.0.0"
"""All networks of this machine."""


def add_serve(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes.

    Parameters
    ----------
    parser : argparse.ArgumentParser
    """
    add = parser.add_argument
    add("--port", type=int, default=8501, help="port (default: 8501)")
    add("--host", metavar="ADDRESS", help=f"where to listen (default: {HERE}, this machine alone)")
    add("--base-path", default="", metavar="PATH", help="path below which the whole app lives")
    add(
        "--allowed-host",
        action="append",
        default=[],
        metavar="NAME",
        help="name by which browsers may ask for it; may be repeated (default: this machine's own)",
    )
    add(
        "--proxy",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="proxy whose X-Forwarded-* is believed, or a network; may be repeated (default: none)",
    )
    add(
        "--frame",
        action="append",
        default=[],
        metavar="SITE",
        help="site that may show pages in a frame, as https://course.example; may be repeated",
    )
    add("--classroom", action="store_true", help="listen in the room; say where, and the key")
    add("--headless", action="store_true", help="open no browser")
    parser.set_defaults(run=run_serve)


def app_file() -> Path:
    """Return the app: in an installation it is inside the package, in a checkout beside it."""
    package = Path(moeviz.__file__).parent
    installed = package / "site" / "app.py"
    return installed if installed.is_file() else package.parent / "app.py"


def server(arguments: argparse.Namespace) -> tuple[list[str], dict[str, str]]:
    """Return the server's command and what it is told in the environment.

    Parameters
    ----------
    arguments : argparse.Namespace

    Raises
    ------
    SpecificationError
        If an option cannot be meant.
    """
    if not 1 <= arguments.port <= LAST_PORT:
        raise SpecificationError(
            f"Expected a port between 1 and {LAST_PORT} for --port, but got {arguments.port}."
        )
    said = told(os.environ)
    serving = Serving(
        tuple(each.lower() for each in arguments.allowed_host) or said.hosts,
        tuple(arguments.proxy) or said.proxies,
        tuple(each.lower().rstrip("/") for each in arguments.frame) or said.frames,
        arguments.classroom or said.classroom,
    )
    host = _listens(arguments.host or (EVERYWHERE if serving.classroom else HERE))
    options = {
        "server.port": str(arguments.port),
        "server.address": host,
        "server.baseUrlPath": base_path(arguments.base_path),
        "server.headless": str(arguments.headless or serving.classroom).lower(),
        # What Streamlit would say of addresses, and whom it would ask for them.
        "logger.hideWelcomeMessage": "true",
    }
    words = [word for name, value in options.items() if value for word in (f"--{name}", value)]
    command = [sys.executable, "-m", "moeviz.ui.serve", str(app_file()), *words]
    return command, serving.environment()


def _listens(host: str) -> str:
    if host == "localhost":
        return HERE
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        raise SpecificationError(
            f"Expected an address of this machine for --host, as {HERE} or {EVERYWHERE} for all of "
            f"its networks, but got '{host[:60]}'; names belong to --allowed-host."
        ) from None


def run_serve(arguments: argparse.Namespace) -> int:
    """Become the server of the app.

    Raises
    ------
    SpecificationError
        If an option cannot be meant.
    """
    command, environment = server(arguments)
    # The server takes this process over, so that a signal reaches it and not somebody in between.
    os.execve(command[0], command, {**os.environ, **environment})

"""The commands ``scheduler``, ``worker`` and ``workers``: computing on other hosts."""

from __future__ import annotations

import argparse
import asyncio
import os

from moeviz.cli.printing import print_json
from moeviz.cli.sizes import bytes_of
from moeviz.errors import SpecificationError

LAST_PORT = 65_535

MOST_WORKERS = 256
"""Worker processes of one command."""


def add_scheduler(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes.

    Parameters
    ----------
    parser : argparse.ArgumentParser
    """
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8786, help="port (default: 8786)")
    parser.add_argument("--tls", action="store_true", help="speak TLS alone; Dask names the files")
    parser.set_defaults(run=_scheduler)


def add_worker(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes.

    Parameters
    ----------
    parser : argparse.ArgumentParser
    """
    parser.add_argument("address", metavar="ADDRESS", nargs="?", help="or MOEVIZ_SCHEDULER")
    parser.add_argument("--workers", type=int, help="processes (default: one per core)")
    parser.add_argument("--gpu", action="store_true", help="compute on this host's GPUs")
    parser.add_argument("--quick", action="store_true", help="take short first blocks alone")
    parser.add_argument("--memory", metavar="SIZE", help="for a block on each worker, as 4GB")
    parser.set_defaults(run=_worker)


def add_workers(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes.

    Parameters
    ----------
    parser : argparse.ArgumentParser
    """
    parser.add_argument("address", metavar="ADDRESS", nargs="?", help="or MOEVIZ_SCHEDULER")
    parser.add_argument("--json", action="store_true", help="print plain data")
    parser.set_defaults(run=_workers)


def _scheduler(arguments: argparse.Namespace) -> int:
    from moeviz.engine.studies.remote import serve_scheduler

    if not 0 <= arguments.port <= LAST_PORT:
        raise SpecificationError(
            f"Expected a port between 0 and {LAST_PORT} for --port, but got {arguments.port}."
        )
    asyncio.run(serve_scheduler(arguments.host, arguments.port, arguments.tls))
    return 0


def _worker(arguments: argparse.Namespace) -> int:
    from moeviz.engine.studies.remote import Crew, serve_workers

    count = arguments.workers
    if count is not None and not 1 <= count <= MOST_WORKERS:
        raise SpecificationError(
            f"Expected 1 to {MOST_WORKERS} for --workers, but got {count}; leave it out for one "
            "per core."
        )
    memory = None if arguments.memory is None else bytes_of(arguments.memory, "--memory")
    crew = Crew(_address(arguments), count, arguments.gpu, arguments.quick, memory)
    asyncio.run(serve_workers(crew))
    return 0


def _workers(arguments: argparse.Namespace) -> int:
    from moeviz.engine.workers.view import look_at

    found = look_at(_address(arguments))
    if arguments.json:
        print_json([row.plain() for row in found])
        return 0
    for row in found:
        print(row.line())
    if not found:
        print("No worker is there.")
    return 0


def _address(arguments: argparse.Namespace) -> str:
    found = arguments.address or os.environ.get("MOEVIZ_SCHEDULER")
    if not found:
        raise SpecificationError(
            "Expected the address of a scheduler, as tcp://host:8786; name it, or set "
            "MOEVIZ_SCHEDULER."
        )
    return str(found)

"""Running what takes long to its end, with its progress on the screen."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from moeviz.later import load


def add_where(parser: argparse.ArgumentParser) -> None:
    """Let a command be told where to compute.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The command's own.
    """
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--workers", type=int, help="worker processes (default: one per core)")
    parser.add_argument("--scheduler", help="address of a running Dask scheduler")


def run(spec: Any, arguments: argparse.Namespace, store: Any) -> Any:
    """Run a study, a training or a protocol map to its end and return its result.

    Parameters
    ----------
    spec : Specification, Training or ProtocolMap
    arguments : argparse.Namespace
        What :func:`add_where` lets be said.
    store : Store or None
        Where finished blocks are kept; None for the usual folder.

    Raises
    ------
    EngineError
        If it does not come to its end.
    """
    from moeviz.engine import Engine, EngineError
    from moeviz.engine.protocols.protocols import Protocols
    from moeviz.engine.trainings.trainings import Trainings

    load("numpy")  # before there are threads that import parts of it
    with Engine(
        store=store,
        scheduler=arguments.scheduler,
        workers=arguments.workers,
        device=arguments.device,
        kinds=[Trainings(), Protocols()],
    ) as engine:
        job = engine.submit(spec)
        try:
            snapshot = engine.wait(job, on_change=_progress)
        finally:
            _end_progress()
    if snapshot.state != "done":
        raise EngineError(f"{snapshot.message} Finished blocks are in {engine.store.place}.")
    return snapshot.result()


def _progress(snapshot: Any) -> None:
    if sys.stderr.isatty():
        left = snapshot.seconds_left
        rest = "" if left is None else f", about {left:.0f} s left"
        print(f"\r{snapshot.done} of {snapshot.total} blocks{rest}   ", end="", file=sys.stderr)


def _end_progress() -> None:
    if sys.stderr.isatty():
        print(file=sys.stderr)

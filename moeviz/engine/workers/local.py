"""Starting and ending the process of this machine's own cluster."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress

from moeviz.engine.children import REHEARSED, WORKER_ENVIRONMENT, child_environment
from moeviz.engine.errors import EngineError


def start_host(workers: int, kind: bytes | None = None) -> subprocess.Popen[str]:
    """Start a local cluster in a process of its own.

    Parameters
    ----------
    workers : int
        How many.
    kind : bytes, optional
        What is rehearsed before they are forked, by :func:`~moeviz.engine.workers.packing.pack`.
    """
    rehearsed = {} if kind is None else {REHEARSED: kind.hex()}
    return subprocess.Popen(
        [sys.executable, "-m", "moeviz.engine.workers.host", str(workers)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**child_environment(), **WORKER_ENVIRONMENT, **rehearsed},
        start_new_session=True,
    )


def announced_address(host: subprocess.Popen[str]) -> str:
    """Return the address that a starting local cluster writes."""
    line = host.stdout.readline().strip() if host.stdout else ""
    if not line:
        raise EngineError(
            f"Expected the local workers to start, but their process ended with status "
            f"{host.wait()}; look above for what it wrote."
        )
    return line


def end_host(host: subprocess.Popen[str]) -> None:
    """End a local cluster: ask, wait a little, then insist."""
    if host.stdin is not None:
        with suppress(OSError):
            host.stdin.close()
    try:
        host.wait(timeout=5)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(host.pid, signal.SIGKILL)
        host.wait()
    if host.stdout is not None:
        host.stdout.close()

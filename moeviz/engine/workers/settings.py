"""How Dask is set, in each process of ours that uses it."""

from __future__ import annotations

import logging
import os
from typing import Any

from moeviz.engine.children import SILENT, WORKER_ENVIRONMENT

ALLOWED_FAILURES = 5
"""A block may be on a worker that dies this many times before it is blamed for it."""

SILENT_SECONDS = 20.0
"""A worker says twice a second that it is there, also while it computes: blocks have a thread.

One that has said nothing for so long is stopped or hangs. It is ended, its block is given to
another one, and a new worker takes its place. Dask looks only this often, so that may take twice as
long.
"""


def scheduler_settings() -> dict[str, Any]:
    """Return what a scheduler is set to."""
    return {
        "distributed.scheduler.allowed-failures": ALLOWED_FAILURES,
        "distributed.scheduler.worker-ttl": float(os.environ.get(SILENT) or SILENT_SECONDS),
        # A short block may stand behind a long one while a worker is free.
        "distributed.scheduler.work-stealing-interval": "200ms",
        # No pages of Dask's own: the app has its own.
        "distributed.scheduler.http.routes": [],
        **_SELF,
    }


def worker_settings() -> dict[str, Any]:
    """Return what a worker, and the process that watches over it, are set to."""
    return {
        "distributed.nanny.pre-spawn-environ": WORKER_ENVIRONMENT,
        "distributed.worker.http.routes": [],
        **_SELF,
    }


_SELF = {
    # Dask watches itself: it samples every thread's stack a hundred times a second and asks
    # after its own loops fifty times. Nobody looks, and blocks compute on these cores.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "2s",
    "distributed.admin.tick.limit": "10s",
    "distributed.admin.system-monitor.interval": "5s",
}


def quiet() -> None:
    """Keep Dask from telling of every worker that comes and goes, and of large blocks."""
    import dask

    from moeviz.engine.workers.worker import MOST_STATE

    # What blocks go on from travels with them: the scheduler may stand where no folder is shared.
    dask.config.set({"distributed.admin.large-graph-warning-threshold": 2 * MOST_STATE})
    for name in ("distributed", "distributed.client", "distributed.core", "distributed.comm"):
        logging.getLogger(name).setLevel(logging.CRITICAL)

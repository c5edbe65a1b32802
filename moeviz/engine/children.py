"""What the processes that compute are started with."""

from __future__ import annotations

import os
import sys

WORKER_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": str(16 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
}
"""What a worker process is started with, in place of Dask's own choice.

Dask has the C library give freed memory back at once. A fit frees and takes buffers of megabytes
thousands of times, and fetching fresh pages each time makes it two to three times slower.
"""

REHEARSED = "MOEVIZ_REHEARSED"
"""The environment's name for the kind of job that workers rehearse before they are forked: what
:func:`~moeviz.engine.workers.packing.pack` makes of it, in hexadecimal digits."""

SILENT = "MOEVIZ_WORKER_SILENT"
"""The environment's name for the seconds after which a worker that says nothing is replaced."""


def child_environment() -> dict[str, str]:
    """Return the environment of a child that finds the same modules as this process."""
    # Wherever this one was started: an empty entry of the path is the folder it is in.
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}

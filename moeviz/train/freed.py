"""Memory of a process that trains: what one step frees the next one takes again; its peak."""

from __future__ import annotations

import ctypes
from functools import lru_cache
from pathlib import Path

TRIM, MAP = -1, -3
"""Names of settings in the C library (``M_TRIM_THRESHOLD`` and ``M_MMAP_THRESHOLD``)."""

KEPT = 256 * 2**20
"""Bytes that a process keeps when it frees them, at most; about what a step of training takes."""


@lru_cache(maxsize=1)
def keep_freed() -> bool:
    """Let this process keep the memory that it frees; return whether it could be asked to.

    Else each step of training gives a few large pieces back to the system and takes them anew, and
    every page of them is cleared: at N = 64 that is a seventh of the time. Only the C library of
    GNU can be asked.
    """
    try:
        setting = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(setting(MAP, KEPT)) and bool(setting(TRIM, KEPT))


def most_held() -> int:
    """Return the most bytes that this process has held.

    On Linux what the system calls the largest use counts who started the process, too; it is asked
    elsewhere alone, where it counts bytes (macOS).
    """
    status = Path("/proc/self/status")
    if status.exists():
        return 1024 * int(status.read_text(encoding="ascii").partition("VmHWM:")[2].split()[0])
    import resource  # which Windows lacks

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
